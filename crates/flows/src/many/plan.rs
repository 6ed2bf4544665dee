//! The plan: what is selected, who is in it, what is saved already, and as what the rest is to be saved.

use super::{ChosenMail, ManyEffect, ManyEvent, ReadMail, Selected};
use crate::app::HeadersStage;
use crate::resuming::rest;
use crate::{Draft, Effect, OpenMail, People, Rest, Save, SaveKind, Standing, Trouble, Unsendable};
use api::{
    ActivityTypeId, Contact, ContactId, Duplicates, EmailAddress, LedgerEntry, LedgerState, MatchContacts, Matches,
    MessageFacts, SaveId, SaveTargets,
};
use std::collections::HashSet;

/// How far a question that is asked for all messages together has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asking {
    /// Not asked, or not needed yet.
    NotYet,
    /// Asked.
    Asked,
    /// Answered.
    Done,
    /// Not answered.
    Failed(Trouble),
}

/// What Outlook gave of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    /// Waits its turn.
    Waiting,
    /// Being read.
    Reading,
    /// It, its people, and what is about to be saved of it.
    Read(Box<OpenMail>),
    /// It could not be read.
    Failed(Trouble),
    /// It is being written still.
    Draft,
    /// This Outlook reads no message that is not open.
    NotOffered,
}

/// Where a message belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Group {
    /// It can be saved.
    New,
    /// Somebody saved it already.
    Saved,
    /// Nobody on it is in iMIS, or whom its addresses mean is not settled.
    Nobody,
    /// It could not be read.
    NotRead,
    /// Not known yet.
    Waiting,
}

impl Group {
    /// All groups, in the order shown.
    pub const ALL: [Self; 5] = [Self::NotRead, Self::Nobody, Self::New, Self::Saved, Self::Waiting];
}

/// One message of the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanRow {
    /// What the selection says of it.
    pub chosen: ChosenMail,
    /// What Outlook gave of it.
    pub reading: Reading,
    /// The saves of it that stand, newest first.
    pub saves: Vec<LedgerEntry>,
    /// As what it is saved, where not as all the others.
    pub own_kind: Option<SaveKind>,
    own_type: Option<ActivityTypeId>,
    looked: bool,
    wanted: Option<bool>,
}

/// The plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The messages, in the order of the selection.
    pub rows: Vec<PlanRow>,
    /// As what they are saved, but for those that say otherwise.
    pub kind: SaveKind,
    /// Likewise the activity type.
    pub activity_type: Option<ActivityTypeId>,
    /// How far looking the people up has come.
    pub matching: Asking,
    /// How far asking who saved them has come.
    pub ledger: Asking,
    number: u32,
    asked: HashSet<EmailAddress>,
    own: Option<EmailAddress>,
    user: String,
    offers: Option<SaveTargets>,
}

impl PlanRow {
    fn of(chosen: &ChosenMail, readable: bool) -> Self {
        let reading = match (chosen.is_draft, readable) {
            (true, _) => Reading::Draft,
            (false, true) => Reading::Waiting,
            (false, false) => Reading::NotOffered,
        };
        Self {
            chosen: chosen.clone(),
            reading,
            saves: vec![],
            own_kind: None,
            own_type: None,
            looked: false,
            wanted: None,
        }
    }

    /// The message, once it is read.
    pub fn mail(&self) -> Option<&OpenMail> {
        match &self.reading {
            Reading::Read(mail) => Some(mail),
            _ => None,
        }
    }

    fn mail_mut(&mut self) -> Option<&mut OpenMail> {
        match &mut self.reading {
            Reading::Read(mail) => Some(mail),
            _ => None,
        }
    }

    fn is_settled(&self) -> bool {
        let settled = |people: &People| people.entries.iter().all(|entry| entry.standing != Standing::Searching);
        self.mail().is_none_or(|mail| settled(&mail.people))
    }

    /// Where it belongs.
    pub fn group(&self) -> Group {
        match &self.reading {
            Reading::Draft | Reading::Failed(_) => Group::NotRead,
            Reading::Waiting | Reading::Reading => Group::Waiting,
            _ if !self.saves.is_empty() => Group::Saved,
            Reading::NotOffered => Group::NotRead,
            Reading::Read(_) if !self.is_settled() => Group::Waiting,
            Reading::Read(mail) if mail.people.targets().is_empty() => Group::Nobody,
            Reading::Read(_) => Group::New,
        }
    }

    /// Whether it can be saved at all: to as many contacts as the site takes, and once more only where it may be. To go
    /// on with one's own repeats nothing.
    pub fn may_be_saved(&self, targets: &SaveTargets) -> bool {
        let rest = self.rest(targets);
        let may = match self.group() {
            Group::New => true,
            Group::Saved => rest.is_some() || targets.duplicates == Duplicates::Warned,
            Group::Nobody | Group::NotRead | Group::Waiting => false,
        };
        may && (1..=targets.contacts_max).contains(&self.contacts(rest.as_ref()))
    }

    /// To how many contacts it goes, with what is left to do of it, if anything is.
    pub fn contacts(&self, rest: Option<&Rest>) -> usize {
        let here = || self.mail().map(|mail| mail.people.targets().len()).unwrap_or_default();
        rest.map_or_else(here, |rest| rest.contacts.len())
    }

    /// Whether it is to be saved. What was saved already is not, until somebody wants it.
    pub fn is_ticked(&self, targets: &SaveTargets) -> bool {
        self.wanted.unwrap_or(self.group() == Group::New) && self.may_be_saved(targets)
    }

    /// What is left to do of the person's own save that is in iMIS in part: that is what is gone on with.
    pub fn rest(&self, targets: &SaveTargets) -> Option<Rest> {
        let mail = self.mail()?;
        self.saves.iter().find_map(|entry| rest(mail, targets, entry))
    }

    /// Its attachments that will not go the way it is to be saved, and why; pictures in the body are not among them. All
    /// go of a save that is gone on with.
    pub fn staying(&self, targets: &SaveTargets) -> Vec<(&str, Unsendable)> {
        let Some(mail) = self.mail().filter(|_| self.rest(targets).is_none()) else { return vec![] };
        let ticked = mail.draft.attachments.iter().filter(|choice| choice.ticked);
        ticked
            .filter_map(|choice| {
                let why = mail.draft.unsendable(&choice.attachment, targets)?;
                Some((choice.attachment.name.as_str(), why))
            })
            .collect()
    }

    fn facts(&self) -> MessageFacts {
        match self.mail() {
            Some(mail) => mail.message.facts(mail.message.references.clone()),
            None => MessageFacts {
                message_id: self.chosen.message_id.clone(),
                subject: self.chosen.subject.clone(),
                conversation: self.chosen.conversation.clone(),
                ..MessageFacts::default()
            },
        }
    }
}

impl Plan {
    /// The plan of a selection. What a former plan knows of the same messages is kept.
    pub(super) fn of(
        number: u32,
        selected: &Selected,
        former: Option<Self>,
        (own, user): (Option<&EmailAddress>, &str),
    ) -> Self {
        let (mut known, choice) = match former {
            Some(former) => (former.rows, Some((former.kind, former.activity_type))),
            None => (vec![], None),
        };
        let mut rows = Vec::with_capacity(selected.items.len());
        for chosen in &selected.items {
            let place = known.iter().position(|row| row.chosen.item_id == chosen.item_id && row.mail().is_some());
            rows.push(match place {
                Some(place) => known.swap_remove(place),
                None => PlanRow::of(chosen, selected.readable),
            });
        }
        let (kind, activity_type) = choice.unwrap_or((SaveKind::Interaction, None));
        let (matching, ledger) = (Asking::NotYet, Asking::NotYet);
        let (asked, own, user) = (HashSet::new(), own.cloned(), user.to_owned());
        Self { rows, kind, activity_type, matching, ledger, number, asked, own, user, offers: None }
    }

    /// Fits the choice to what the site offers.
    pub(crate) fn fit(&mut self, targets: &SaveTargets) {
        let mut draft = Draft::choice(self.kind, self.activity_type.take());
        draft.fit(targets);
        (self.kind, self.activity_type) = (draft.kind, draft.activity_type);
        self.offers = Some(targets.clone());
        self.settle_drafts();
    }

    /// As what a message is saved.
    pub fn choice_of<'a>(&'a self, row: &'a PlanRow) -> (SaveKind, Option<&'a ActivityTypeId>) {
        (row.own_kind.unwrap_or(self.kind), row.own_type.as_ref().or(self.activity_type.as_ref()))
    }

    fn settle_drafts(&mut self) {
        let (all, all_type) = (self.kind, self.activity_type.clone());
        for row in &mut self.rows {
            let (kind, own_type) = (row.own_kind.unwrap_or(all), row.own_type.clone());
            let Some(mail) = row.mail_mut() else { continue };
            mail.draft.kind = kind;
            mail.draft.activity_type = own_type.or_else(|| all_type.clone());
            if let Some(offers) = &self.offers {
                mail.draft.fit(offers);
            }
        }
    }

    /// How many messages a group has.
    pub fn count_of(&self, group: Group) -> usize {
        self.rows.iter().filter(|row| row.group() == group).count()
    }

    /// How many messages will be saved.
    pub fn count(&self, targets: &SaveTargets) -> usize {
        self.to_save(targets).count()
    }

    /// What is ticked. A message and its copy that go on with the same save are one.
    fn to_save(&self, targets: &SaveTargets) -> impl Iterator<Item = &PlanRow> {
        let mut begun = HashSet::new();
        let is_first = move |row: &&PlanRow| row.rest(targets).is_none_or(|rest| begun.insert(rest.save));
        self.rows.iter().filter(|row| row.is_ticked(targets)).filter(is_first)
    }

    /// How many messages Outlook has been asked for.
    pub fn count_read(&self) -> usize {
        self.rows.iter().filter(|row| !matches!(row.reading, Reading::Waiting | Reading::Reading)).count()
    }

    /// Whether all is known that can be.
    pub fn is_settled(&self) -> bool {
        let over = |asking: &Asking| matches!(asking, Asking::Done | Asking::Failed(_));
        self.count_read() == self.rows.len() && over(&self.matching) && over(&self.ledger)
    }

    /// Whether this Outlook reads no message that is not open.
    pub fn cannot_read(&self) -> bool {
        self.rows.iter().any(|row| row.reading == Reading::NotOffered)
    }

    /// The contacts to choose from for each address of a message that several share.
    pub fn choices(row: &PlanRow) -> Vec<(&EmailAddress, Vec<&Contact>)> {
        let entries = row.mail().map(|mail| mail.people.entries.as_slice()).unwrap_or_default();
        let choices = entries.iter().filter_map(|entry| match &entry.standing {
            Standing::Matched { candidates, .. } if candidates.len() > 1 => {
                Some((&entry.address, candidates.iter().map(|found| &found.contact).collect()))
            }
            _ => None,
        });
        choices.collect()
    }

    /// What is to be done next: reading one message after another, then the questions about all of them.
    pub(super) fn go_on(&mut self) -> Vec<Effect> {
        if self.rows.iter().any(|row| row.reading == Reading::Reading) {
            return vec![];
        }
        if let Some(row) = self.rows.iter_mut().find(|row| row.reading == Reading::Waiting) {
            row.reading = Reading::Reading;
            return vec![Effect::Many(ManyEffect::Read(self.number, row.chosen.item_id.clone()))];
        }
        self.look_up().into_iter().chain(self.search()).collect()
    }

    fn look_up(&mut self) -> Option<Effect> {
        if self.ledger == Asking::Asked {
            return None;
        }
        let unknown = self.rows.iter().filter(|row| !row.looked && row.reading != Reading::Draft);
        let (ids, facts): (Vec<_>, Vec<_>) = unknown.map(|row| (row.chosen.item_id.clone(), row.facts())).unzip();
        if ids.is_empty() {
            self.ledger = Asking::Done;
            return None;
        }
        self.ledger = Asking::Asked;
        Some(Effect::Many(ManyEffect::LookUp(self.number, ids, facts)))
    }

    /// Every address once, in as few calls as the server takes.
    fn search(&mut self) -> Vec<Effect> {
        let mut addresses = vec![];
        for row in &mut self.rows {
            let Some(mail) = row.mail_mut() else { continue };
            for address in mail.people.search().into_iter().flatten() {
                if self.asked.insert(address.clone()) {
                    addresses.push(address);
                }
            }
        }
        if addresses.is_empty() {
            if self.rows.iter().all(PlanRow::is_settled) {
                self.matching = Asking::Done;
            }
            return vec![];
        }
        self.matching = Asking::Asked;
        let calls = addresses.chunks(MatchContacts::MAX);
        calls.map(|part| Effect::Many(ManyEffect::Match(self.number, part.to_vec()))).collect()
    }

    /// A new session: what could not be asked is asked now.
    pub(super) fn resume(&mut self) -> Vec<Effect> {
        self.asked.clear();
        if self.ledger != Asking::Done {
            self.ledger = Asking::NotYet;
        }
        self.go_on()
    }

    pub(super) fn update(&mut self, event: ManyEvent) -> Vec<Effect> {
        match event {
            ManyEvent::Read(number, item_id, answer) if number == self.number => return self.read(&item_id, answer),
            ManyEvent::Matched(number, asked, answer) if number == self.number => self.matched(&asked, answer),
            ManyEvent::Looked(number, ids, answer) if number == self.number => match answer {
                Ok(answer) => {
                    self.ledger = Asking::Done;
                    for (id, found) in ids.iter().zip(answer.messages) {
                        self.looked(id, found.saves);
                    }
                }
                Err(trouble) => self.ledger = Asking::Failed(trouble),
            },
            ManyEvent::AgainAsked => {
                for row in &mut self.rows {
                    if matches!(row.reading, Reading::Failed(_)) {
                        row.reading = Reading::Waiting;
                        row.looked = false;
                    }
                }
                return self.resume();
            }
            ManyEvent::Ticked(item_id, wanted) => {
                if let Some(row) = self.row_mut(&item_id) {
                    row.wanted = Some(wanted);
                }
            }
            ManyEvent::GroupTicked(group, wanted) => {
                for row in self.rows.iter_mut().filter(|row| row.group() == group) {
                    row.wanted = Some(wanted);
                }
            }
            ManyEvent::KindChosen(item_id, kind) => {
                match (item_id.and_then(|item_id| self.row_mut(&item_id)), kind) {
                    (Some(row), kind) => row.own_kind = kind,
                    (None, Some(kind)) => self.kind = kind,
                    (None, None) => {}
                }
                self.settle_drafts();
            }
            ManyEvent::TypeChosen(item_id, activity_type) => {
                match item_id.and_then(|item_id| self.row_mut(&item_id)) {
                    Some(row) => row.own_type = Some(activity_type),
                    None => self.activity_type = Some(activity_type),
                }
                self.settle_drafts();
            }
            ManyEvent::ContactLeftOut(item_id, address, left_out) => {
                if let Some(mail) = self.row_mut(&item_id).and_then(PlanRow::mail_mut) {
                    mail.people.set_removed(&address, left_out);
                }
            }
            ManyEvent::ContactChosen(address, contact) => self.choose(&address, &contact),
            _ => {}
        }
        vec![]
    }

    fn row_mut(&mut self, item_id: &str) -> Option<&mut PlanRow> {
        self.rows.iter_mut().find(|row| row.chosen.item_id == item_id)
    }

    fn read(&mut self, item_id: &str, answer: Result<ReadMail, Trouble>) -> Vec<Effect> {
        let own = self.own.clone();
        let Some(row) = self.row_mut(item_id).filter(|row| row.reading == Reading::Reading) else { return vec![] };
        row.reading = match answer {
            Ok(ReadMail { mut message, headers }) => {
                if let Some((headers, utc_offset_minutes)) = headers {
                    message.take_headers(headers, utc_offset_minutes);
                }
                let (people, draft) = (People::of(&message, own.as_ref()), Draft::of(&message));
                Reading::Read(Box::new(OpenMail { message, people, draft, headers: HeadersStage::Over }))
            }
            Err(trouble) => Reading::Failed(trouble),
        };
        self.settle_drafts();
        self.go_on()
    }

    fn looked(&mut self, item_id: &str, saves: Vec<LedgerEntry>) {
        if let Some(row) = self.row_mut(item_id) {
            row.looked = true;
            row.saves = saves.into_iter().filter(|save| save.state != LedgerState::Removed).collect();
        }
    }

    /// Each message hears of its own people alone.
    fn matched(&mut self, asked: &[EmailAddress], answer: Result<Matches, Trouble>) {
        for row in &mut self.rows {
            let Some(mail) = row.mail_mut() else { continue };
            let entries = &mail.people.entries;
            let here = |address: &EmailAddress| entries.iter().any(|entry| entry.address == *address);
            let mine: Vec<_> = asked.iter().filter(|address| here(address)).cloned().collect();
            let waits = |standing: &Standing| *standing == Standing::Searching;
            if mine.is_empty() || !entries.iter().any(|entry| waits(&entry.standing)) {
                continue;
            }
            let answer = answer.as_ref().map_err(Clone::clone).map(|all| part(all, &mine));
            mail.people.answered(&mine, answer);
        }
        match answer {
            Ok(_) if self.rows.iter().all(PlanRow::is_settled) => self.matching = Asking::Done,
            Ok(_) => {}
            Err(trouble) => self.matching = Asking::Failed(trouble),
        }
    }

    fn choose(&mut self, address: &EmailAddress, contact: &ContactId) {
        for mail in self.rows.iter_mut().filter_map(PlanRow::mail_mut) {
            if let Some(entry) = mail.people.entry_mut(address)
                && let Standing::Matched { candidates, chosen } = &mut entry.standing
            {
                *chosen = candidates.iter().position(|found| found.contact.id == *contact).or(*chosen);
            }
        }
    }

    /// The saves of what is ticked.
    pub(super) fn saves(&self, ids: Vec<SaveId>, whose: &(String, i64), targets: &SaveTargets) -> Vec<Save> {
        ids.into_iter()
            .zip(self.to_save(targets))
            .filter_map(|(id, row)| {
                let mail = row.mail()?;
                let rest = row.rest(targets);
                let resumes = rest.is_some();
                let again = row.group() == Group::Saved && !resumes;
                let (id, draft, contacts) = match rest {
                    Some(rest) => (rest.save, rest.draft, rest.contacts),
                    None => (id, mail.draft.clone(), mail.people.targets()),
                };
                let what = (draft.save_as(targets)?, draft.filling(&mail.message, targets, &self.user));
                let (message, attachments) = (mail.message.clone(), draft.sendable(targets));
                // What is to be read of it is read when its turn comes.
                let (mut save, _) = Save::begin(id, whose.clone(), message, what, contacts, attachments);
                (save.again, save.resumes) = (again, resumes);
                Some(save)
            })
            .collect()
    }
}

/// Of an answer about many addresses, what is about these.
fn part(all: &Matches, mine: &[EmailAddress]) -> Matches {
    let among = |addresses: &[EmailAddress]| addresses.iter().filter(|one| mine.contains(one)).cloned().collect();
    Matches {
        found: all.found.iter().filter(|found| mine.contains(&found.address)).cloned().collect(),
        failed: among(&all.failed),
        domains: vec![],
        own: among(&all.own),
        never: among(&all.never),
    }
}
