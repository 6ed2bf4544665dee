//! Searching contacts as one types.
//!
//! Each change of what is wanted makes a new number; what belongs to an earlier one, the end of a wait or an answer,
//! is dropped. What was found before goes on being shown until the newest question is answered.
//!
//! How long typing must rest before it is asked for follows iMIS: a part of what it took to answer last. A quick one
//! is asked often and a slow one seldom, and the person waits little longer than for the answer itself.

use crate::{App, Effect, Sheet, SheetId, Trouble};
use api::{ContactId, ContactKind, FoundContacts, SearchContacts};

/// How the newest question stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// Too little was typed to ask for.
    None,
    /// It is about to be asked, once the typing rests.
    Waiting,
    /// It is being asked.
    Asking,
    /// It was answered: [`Find::found`].
    Known,
    /// It could not be asked.
    Failed(Trouble),
}

/// Its state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Find {
    /// What was typed.
    pub text: String,
    /// Only people, or only organisations.
    pub kind: Option<ContactKind>,
    /// Whether inactive contacts are wanted too.
    pub inactive: bool,
    /// How the newest question stands.
    pub state: Question,
    /// The latest answer; to an earlier question until the newest is answered.
    pub found: FoundContacts,
    /// Whom the person opened from here last, to come back to.
    pub opened: Option<ContactId>,
    number: u32,
    asked_ms: i64,
    took_ms: i64,
}

/// What happens to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FindEvent {
    /// The text is this now.
    Typed(String),
    /// The typing rested since this number.
    Waited(u32),
    /// Ask now, without any wait.
    AskedNow,
    /// Only people, only organisations, or both.
    KindChosen(Option<ContactKind>),
    /// Inactive contacts are wanted, or no longer.
    InactiveToggled,
    /// The question of this number was answered.
    Answered(u32, Result<FoundContacts, Trouble>),
    /// A contact of the list is about to be opened.
    Opened(ContactId),
}

/// What it has done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FindEffect {
    /// Wait so many milliseconds for the typing to rest → [`FindEvent::Waited`].
    Wait(u32, i32),
    /// Search → [`FindEvent::Answered`].
    Search(u32, SearchContacts),
}

/// When a question is asked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum When {
    Now,
    Rested,
}

/// What an answer is assumed to take before there was one, in milliseconds.
const ASSUMED_MS: i64 = 400;
/// The part of that time for which typing must rest, and its bounds in milliseconds.
const REST: (i64, i64) = (1, 3);
const REST_MIN_MS: i64 = 25;
const REST_MAX_MS: i64 = 250;

impl Default for Find {
    fn default() -> Self {
        Self {
            text: String::new(),
            kind: None,
            inactive: false,
            state: Question::None,
            found: FoundContacts::default(),
            opened: None,
            number: 0,
            asked_ms: 0,
            took_ms: ASSUMED_MS,
        }
    }
}

impl Find {
    /// What is asked for, if that is worth a search: a single digit may be an iMIS ID already.
    fn question(&self) -> Option<SearchContacts> {
        let text: String = self.text.trim().chars().take(SearchContacts::TEXT_MAX).collect();
        let filled = text.chars().filter(|c| !c.is_whitespace()).count();
        let is_id = filled > 0 && text.bytes().all(|byte| byte.is_ascii_digit());
        let enough = filled >= SearchContacts::TEXT_MIN || is_id;
        enough.then_some(SearchContacts { text, kind: self.kind, inactive: self.inactive })
    }

    /// Makes what was asked before obsolete.
    fn turn(&mut self, when: When, now_ms: i64) -> Option<FindEffect> {
        self.number += 1;
        let Some(question) = self.question() else {
            self.state = Question::None;
            self.found = FoundContacts::default();
            return None;
        };
        if when == When::Rested {
            self.state = Question::Waiting;
            return Some(FindEffect::Wait(self.number, self.rest_ms()));
        }
        self.state = Question::Asking;
        self.asked_ms = now_ms;
        Some(FindEffect::Search(self.number, question))
    }

    fn rest_ms(&self) -> i32 {
        let rest_ms = (self.took_ms * REST.0 / REST.1).clamp(REST_MIN_MS, REST_MAX_MS);
        i32::try_from(rest_ms).unwrap_or_default()
    }

    fn happens(&mut self, event: FindEvent, now_ms: i64) -> Option<FindEffect> {
        match event {
            FindEvent::Typed(text) => {
                let same = text.trim() == self.text.trim();
                self.text = text;
                if same { None } else { self.turn(When::Rested, now_ms) }
            }
            FindEvent::Waited(number) if number == self.number && self.state == Question::Waiting => {
                self.turn(When::Now, now_ms)
            }
            FindEvent::AskedNow if self.state != Question::Asking => self.turn(When::Now, now_ms),
            FindEvent::KindChosen(kind) => {
                self.kind = kind;
                self.turn(When::Now, now_ms)
            }
            FindEvent::InactiveToggled => {
                self.inactive = !self.inactive;
                self.turn(When::Now, now_ms)
            }
            FindEvent::Answered(number, answer) if number == self.number => {
                match answer {
                    Ok(found) => {
                        self.found = found;
                        self.took_ms = now_ms.saturating_sub(self.asked_ms).clamp(0, 10_000);
                        self.state = Question::Known;
                    }
                    Err(trouble) => self.state = Question::Failed(trouble),
                }
                None
            }
            FindEvent::Opened(contact) => {
                self.opened = Some(contact);
                None
            }
            FindEvent::Waited(_) | FindEvent::AskedNow | FindEvent::Answered(..) => None,
        }
    }
}

impl App {
    pub(crate) fn open_find(&mut self) -> Vec<Effect> {
        self.sheets.put(Sheet::Find(Find::default()));
        self.want_kept()
    }

    pub(crate) fn resume_find(&mut self, id: SheetId) -> Vec<Effect> {
        let now_ms = self.now_ms;
        let mut effects = self.want_kept();
        if let Some(Sheet::Find(find)) = self.sheets.get_mut(id)
            && find.state != Question::Known
        {
            effects.extend(find.turn(When::Now, now_ms).map(|effect| Effect::Find(id, effect)));
        }
        effects
    }

    pub(crate) fn find_event(&mut self, id: SheetId, event: FindEvent) -> Vec<Effect> {
        let trouble = match &event {
            FindEvent::Answered(_, Err(trouble)) => Some(trouble.clone()),
            _ => None,
        };
        let now_ms = self.now_ms;
        let mut effects = vec![];
        if let Some(Sheet::Find(find)) = self.sheets.get_mut(id) {
            effects.extend(find.happens(event, now_ms).map(|effect| Effect::Find(id, effect)));
        }
        effects.extend(self.notice_end(trouble.as_ref()));
        effects
    }
}
