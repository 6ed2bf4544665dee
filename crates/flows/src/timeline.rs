//! What was done with a contact, by contact: kept for the session, shown at once and refreshed behind.
//!
//! Each question has a number; an answer to any but the latest of its contact is dropped.

use crate::unlisted::Unlisted;
use crate::{App, Effect, Forms, Trouble};
use api::{
    Contact, ContactId, GetTimeline, MissingKind, RecordId, RecordKind, RecordType, Timeline, TimelineCursor,
    TimelineEntry,
};

/// Kinds of record as people tell them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Activities.
    Activities,
    /// Interactions, wherever the site keeps them.
    Interactions,
    /// Notes.
    Notes,
}

impl Family {
    /// All, in the order shown.
    pub const ALL: [Self; 3] = [Self::Activities, Self::Interactions, Self::Notes];

    /// The kinds that belong to it.
    pub const fn kinds(self) -> &'static [RecordKind] {
        match self {
            Self::Activities => &[RecordKind::Activity],
            Self::Interactions => &[RecordKind::CommunicationLog, RecordKind::ContactInteraction],
            Self::Notes => &[RecordKind::Note],
        }
    }

    /// Where a kind belongs.
    pub const fn of(kind: RecordKind) -> Self {
        match kind {
            RecordKind::Activity => Self::Activities,
            RecordKind::CommunicationLog | RecordKind::ContactInteraction => Self::Interactions,
            RecordKind::Note => Self::Notes,
        }
    }
}

/// What is being asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// Nothing.
    Nothing,
    /// The first page, with nothing to show meanwhile.
    First,
    /// The first page again, behind what shows.
    Behind,
    /// The next page.
    More,
}

/// What just happened to a timeline, to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// So many more records came.
    Came(usize),
    /// Something was written for so many contacts.
    Written(usize),
    /// A record was changed.
    Changed,
    /// A record was removed.
    Removed,
}

/// The timeline of one contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    /// Whose.
    pub contact: ContactId,
    /// The same with name and kind, once somebody has opened it.
    pub who: Option<Contact>,
    /// What is wanted; nothing means all.
    pub families: Vec<Family>,
    /// Only records of this type.
    pub of_type: Option<RecordType>,
    /// Only what has this text.
    pub text: String,
    /// What is known, newest first.
    pub entries: Vec<TimelineEntry>,
    /// Where the next page begins.
    pub more: Option<TimelineCursor>,
    /// Kinds that could not be read.
    pub missing: Vec<MissingKind>,
    /// What is being asked.
    pub reading: Reading,
    /// Why the latest question was not answered.
    pub trouble: Option<Trouble>,
    /// What just happened.
    pub news: Option<News>,
    question: u32,
}

impl History {
    fn new(contact: ContactId) -> Self {
        Self {
            contact,
            who: None,
            families: vec![],
            of_type: None,
            text: String::new(),
            entries: vec![],
            more: None,
            missing: vec![],
            reading: Reading::First,
            trouble: None,
            news: None,
            question: 0,
        }
    }

    /// Whether only some records are wanted.
    pub fn is_filtered(&self) -> bool {
        !self.families.is_empty() || self.of_type.is_some() || !self.text.trim().is_empty()
    }

    /// The entries by month, `2026-05`; those without a time come last.
    pub fn months(&self) -> Vec<(Option<&str>, &[TimelineEntry])> {
        self.entries.chunk_by(|one, next| month(one) == month(next)).map(|part| (month(&part[0]), part)).collect()
    }

    fn ask(&mut self, reading: Reading, number: u32) -> Effect {
        self.reading = reading;
        self.question = number;
        self.trouble = None;
        let (kinds, type_id) = match &self.of_type {
            Some(of) => (vec![of.kind], of.id.clone()),
            None => (self.families.iter().flat_map(|family| family.kinds()).copied().collect(), String::new()),
        };
        let after = if reading == Reading::More { self.more.clone() } else { None };
        let text = self.text.trim().to_owned();
        Effect::Timeline(TimelineEffect::Fetch(
            number,
            GetTimeline { contact: self.contact.clone(), kinds, type_id, text, after },
        ))
    }

    fn refresh(&mut self, number: u32) -> Effect {
        let reading = if self.entries.is_empty() { Reading::First } else { Reading::Behind };
        self.ask(reading, number)
    }

    fn answered(&mut self, answer: Result<Timeline, Trouble>) {
        let reading = std::mem::replace(&mut self.reading, Reading::Nothing);
        match answer {
            Err(trouble) => self.trouble = Some(trouble),
            Ok(page) if reading == Reading::More => self.append(page),
            Ok(page) => self.replace(page),
        }
    }

    fn append(&mut self, page: Timeline) {
        let known = self.entries.len();
        for entry in page.entries {
            // What was written meanwhile moves the pages on by one.
            if !self.entries.iter().any(|other| other.record == entry.record) {
                self.entries.push(entry);
            }
        }
        self.more = page.more;
        for kind in page.missing {
            if !self.missing.iter().any(|other| other.kind == kind.kind) {
                self.missing.push(kind);
            }
        }
        self.news = Some(News::Came(self.entries.len() - known));
    }

    /// Older pages that were there stay, where the new first page still ends among what was known.
    fn replace(&mut self, page: Timeline) {
        let end =
            page.entries.last().and_then(|last| self.entries.iter().position(|entry| entry.record == last.record));
        self.missing = page.missing;
        match end {
            Some(end) if page.more.is_some() && self.entries.len() > end + 1 => {
                let older = self.entries.split_off(end + 1);
                self.entries = page.entries;
                self.entries.extend(older);
            }
            _ => {
                self.entries = page.entries;
                self.more = page.more;
            }
        }
    }

    /// A filter makes another list: what showed is not of it.
    fn start_over(&mut self, number: u32) -> Effect {
        self.entries.clear();
        self.more = None;
        self.missing.clear();
        self.ask(Reading::First, number)
    }

    /// Whether records of this kind are wanted.
    fn wants(&self, kind: RecordKind) -> bool {
        self.families.is_empty() || self.families.contains(&Family::of(kind))
    }

    pub(crate) fn insert(&mut self, entry: TimelineEntry) {
        let of_type = self.of_type.as_ref().is_none_or(|of| of.kind == entry.kind && of.title == entry.type_name);
        if !self.wants(entry.kind)
            || !of_type
            || !self.text.trim().is_empty()
            || self.entries.iter().any(|other| other.record == entry.record)
        {
            return;
        }
        let place = self.entries.iter().position(|other| other.at <= entry.at).unwrap_or(self.entries.len());
        // Beyond the last page that is known, it comes with its own.
        if place < self.entries.len() || self.more.is_none() {
            self.entries.insert(place, entry);
        }
    }
}

/// `2026-05` of a time that begins so.
fn month(entry: &TimelineEntry) -> Option<&str> {
    entry.at.as_ref().and_then(|at| at.0.get(..7))
}

/// The timelines looked at in this session, and what may be written on them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Timelines {
    kept: Vec<History>,
    /// The forms of what may be written; kept for the session as well.
    pub forms: Forms,
    pub(crate) unlisted: Unlisted,
    asked: u32,
}

impl Timelines {
    /// Timelines kept at most; the one looked at longest ago goes first.
    const MOST: usize = 30;

    /// A contact's timeline, if it was wanted.
    pub fn of(&self, contact: &ContactId) -> Option<&History> {
        self.kept.iter().find(|history| history.contact == *contact)
    }

    pub(crate) fn of_mut(&mut self, contact: &ContactId) -> Option<&mut History> {
        self.kept.iter_mut().find(|history| history.contact == *contact)
    }

    /// What a record is, as far as a timeline tells.
    pub(crate) fn entry(&self, contact: &ContactId, record: &RecordId) -> Option<&TimelineEntry> {
        self.of(contact)?.entries.iter().find(|entry| entry.record == *record)
    }

    fn next(&mut self) -> u32 {
        self.asked += 1;
        self.asked
    }

    fn with(&mut self, contact: &ContactId, act: impl FnOnce(&mut History, u32) -> Option<Effect>) -> Vec<Effect> {
        let number = self.next();
        self.of_mut(contact).and_then(|history| act(history, number)).into_iter().collect()
    }

    /// A record was written for a contact: it shows at once.
    pub(crate) fn written(&mut self, contact: &ContactId, entry: TimelineEntry) {
        self.unlisted.keep(contact, &entry);
        if let Some(history) = self.of_mut(contact) {
            history.insert(entry);
        }
    }

    /// A record was changed.
    pub(crate) fn changed(&mut self, contact: &ContactId, entry: &TimelineEntry) -> Vec<Effect> {
        self.unlisted.change(contact, entry);
        self.with(contact, |history, number| {
            if let Some(place) = history.entries.iter().position(|other| other.record == entry.record) {
                history.entries.remove(place);
            }
            history.insert(entry.clone());
            history.news = Some(News::Changed);
            Some(history.refresh(number))
        })
    }

    /// A record is gone. Others whose timeline it stands on find out when they are refreshed.
    pub(crate) fn removed(&mut self, contact: &ContactId, record: &RecordId) -> Vec<Effect> {
        self.unlisted.forget(contact, record);
        self.with(contact, |history, number| {
            history.entries.retain(|entry| entry.record != *record);
            history.news = Some(News::Removed);
            Some(history.refresh(number))
        })
    }

    /// Keeps the contact with its name, for what is written from its timeline.
    pub(crate) fn introduce(&mut self, contact: &Contact) {
        if let Some(history) = self.of_mut(&contact.id) {
            history.who = Some(contact.clone());
        }
    }

    /// What just happened is read by whoever goes on from here.
    pub(crate) fn read(&mut self, contact: &ContactId) {
        if let Some(history) = self.of_mut(contact) {
            history.news = None;
        }
    }

    pub(crate) fn tell(&mut self, contact: &ContactId, news: News) {
        if let Some(history) = self.of_mut(contact) {
            history.news = Some(news);
        }
    }
}

/// What happens to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TimelineEvent {
    /// Activities, interactions or notes were switched.
    FamilyToggled(ContactId, Family),
    /// Only records of this type are wanted now; `None` for all.
    TypeChosen(ContactId, Option<RecordType>),
    /// The text that is looked for is this now.
    TextTyped(ContactId, String),
    /// The wait after a typed letter is over.
    Waited(ContactId, u32),
    /// The next page is wanted.
    MoreAsked(ContactId),
    /// Try again what failed.
    AgainAsked(ContactId),
    /// The server answered this question.
    Answered(ContactId, u32, Result<Timeline, Trouble>),
    /// The server said what may be written, with the time and the language of where the person sits.
    FormsAnswered(Result<api::RecordForms, Trouble>, crate::HereAndNow),
    /// The forms are wanted once more.
    FormsAgainAsked,
}

/// What it has done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TimelineEffect {
    /// Let the time between letters pass → [`TimelineEvent::Waited`].
    Wait(ContactId, u32),
    /// Ask the server → [`TimelineEvent::Answered`].
    Fetch(u32, GetTimeline),
    /// Ask what may be written → [`TimelineEvent::FormsAnswered`].
    FetchForms,
}

impl App {
    /// The timeline of this contact is about to be shown.
    pub(crate) fn want_timeline(&mut self, contact: &ContactId) -> Vec<Effect> {
        let timelines = &mut self.timelines;
        let place = timelines.kept.iter().position(|history| history.contact == *contact);
        let mut history = place.map_or_else(|| History::new(contact.clone()), |place| timelines.kept.remove(place));
        history.news = None;
        let number = timelines.next();
        let mut effects = vec![history.refresh(number)];
        timelines.kept.insert(0, history);
        timelines.kept.truncate(Timelines::MOST);
        effects.extend(timelines.forms.want());
        effects
    }

    pub(crate) fn timeline_event(&mut self, event: TimelineEvent) -> Vec<Effect> {
        let timelines = &mut self.timelines;
        match event {
            TimelineEvent::FamilyToggled(contact, family) => timelines.with(&contact, |history, number| {
                history.news = None;
                match history.families.iter().position(|other| *other == family) {
                    Some(place) => drop(history.families.remove(place)),
                    None => history.families.push(family),
                }
                if history.of_type.as_ref().is_some_and(|of| !history.wants(of.kind)) {
                    history.of_type = None;
                }
                Some(history.start_over(number))
            }),
            TimelineEvent::TypeChosen(contact, of_type) => timelines.with(&contact, |history, number| {
                history.news = None;
                history.of_type = of_type;
                Some(history.start_over(number))
            }),
            TimelineEvent::TextTyped(contact, text) => timelines.with(&contact, |history, number| {
                let same = history.text.trim() == text.trim();
                history.text = text;
                (!same).then(|| {
                    // Whatever is under way is of the former text.
                    history.question = number;
                    history.reading = Reading::First;
                    history.news = None;
                    Effect::Timeline(TimelineEffect::Wait(history.contact.clone(), number))
                })
            }),
            TimelineEvent::Waited(contact, waited) => timelines
                .with(&contact, |history, number| (history.question == waited).then(|| history.start_over(number))),
            TimelineEvent::MoreAsked(contact) => timelines.with(&contact, |history, number| {
                let may = history.more.is_some() && history.reading == Reading::Nothing;
                may.then(|| history.ask(Reading::More, number))
            }),
            TimelineEvent::AgainAsked(contact) => timelines.with(&contact, |history, number| {
                (history.reading == Reading::Nothing).then(|| {
                    history.missing.clear();
                    history.refresh(number)
                })
            }),
            TimelineEvent::Answered(contact, number, answer) => {
                let trouble = answer.as_ref().err().cloned();
                if let Some(history) = timelines.of_mut(&contact)
                    && history.question == number
                {
                    history.answered(answer);
                }
                self.show_unlisted(&contact);
                self.notice_end(trouble.as_ref())
            }
            TimelineEvent::FormsAnswered(answer, here) => {
                let trouble = answer.as_ref().err().cloned();
                timelines.forms.answered(answer, here);
                self.forms_came();
                self.notice_end(trouble.as_ref())
            }
            TimelineEvent::FormsAgainAsked => timelines.forms.want(),
        }
    }
}
