//! Searching contacts as one types.
//!
//! Each change of what is wanted makes a new number; what belongs to an earlier one, the end of a wait or an answer,
//! is dropped. What was found before goes on being shown until the newest question is answered.

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
    /// Wait for the typing to rest → [`FindEvent::Waited`].
    Wait(u32),
    /// Search → [`FindEvent::Answered`].
    Search(u32, SearchContacts),
}

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
    fn turn(&mut self, waits: bool) -> Option<FindEffect> {
        self.number += 1;
        let Some(question) = self.question() else {
            self.state = Question::None;
            self.found = FoundContacts::default();
            return None;
        };
        if waits {
            self.state = Question::Waiting;
            return Some(FindEffect::Wait(self.number));
        }
        self.state = Question::Asking;
        Some(FindEffect::Search(self.number, question))
    }

    fn happens(&mut self, event: FindEvent) -> Option<FindEffect> {
        match event {
            FindEvent::Typed(text) => {
                let same = text.trim() == self.text.trim();
                self.text = text;
                if same { None } else { self.turn(true) }
            }
            FindEvent::Waited(number) if number == self.number && self.state == Question::Waiting => self.turn(false),
            FindEvent::AskedNow if self.state != Question::Asking => self.turn(false),
            FindEvent::KindChosen(kind) => {
                self.kind = kind;
                self.turn(false)
            }
            FindEvent::InactiveToggled => {
                self.inactive = !self.inactive;
                self.turn(false)
            }
            FindEvent::Answered(number, answer) if number == self.number => {
                match answer {
                    Ok(found) => {
                        self.found = found;
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
        let mut effects = self.want_kept();
        if let Some(Sheet::Find(find)) = self.sheets.get_mut(id)
            && find.state != Question::Known
        {
            effects.extend(find.turn(false).map(|effect| Effect::Find(id, effect)));
        }
        effects
    }

    pub(crate) fn find_event(&mut self, id: SheetId, event: FindEvent) -> Vec<Effect> {
        let trouble = match &event {
            FindEvent::Answered(_, Err(trouble)) => Some(trouble.clone()),
            _ => None,
        };
        let mut effects = vec![];
        if let Some(Sheet::Find(find)) = self.sheets.get_mut(id) {
            effects.extend(find.happens(event).map(|effect| Effect::Find(id, effect)));
        }
        effects.extend(self.notice_end(trouble.as_ref()));
        effects
    }
}
