//! Who saved the open message: asked when it is opened, and followed while it stays open.
//!
//! One question is watched at a time. Each opening asks under numbers of its own, so that a late answer, to another
//! message or another person, is dropped. Who is not looking asks nothing.

use crate::app::HeadersStage;
use crate::marks::{BarLine, Marks};
use crate::{App, Effect, MessageKey, SavePhase, Session, Taking, Targets, Trouble, Undo};
use api::{
    Duplicates, LedgerEntry, LedgerId, LedgerState, LookUpSaved, MessageFacts, RemoveSave, SaveId, SaveRemoved,
    SavedMessage, SavedMessages, WatchSaved,
};
use std::collections::BTreeSet;

/// The first wait after a failure, and the longest.
const FIRST_WAIT_MS: i32 = 2_000;
const LONGEST_WAIT_MS: i32 = 5 * 60_000;
/// How long a message's headers are waited for before it is asked for without them.
const HEADERS_MS: i32 = 400;
/// An answer that says nothing new and comes sooner than this is a fault of somebody's, and is not asked for again
/// at once.
const TOO_SOON_MS: i64 = 1_000;

/// Where the following of the open message stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Following {
    /// It has not begun.
    #[default]
    Idle,
    /// The message's headers are read first, which say more of it; not for longer than the wait of this number.
    Headers(u32),
    /// The first question is out.
    Asked,
    /// A change is waited for, under this number since this time.
    Watching(u32, i64),
    /// The pause of this number is to be over first.
    Pausing(u32),
    /// It waits until the pane is looked at.
    Unseen,
}

/// Whether anybody looks at the pane.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Sight {
    #[default]
    Seen,
    Unseen,
}

/// What is known of the open message's saves, and what is being done about them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SavedHere {
    /// What the ledger says; `None` until it has answered.
    pub known: Option<SavedMessage>,
    /// Why it could not be asked.
    pub trouble: Option<Trouble>,
    /// Whether what it says changed under the person's eyes.
    pub changed: bool,
    /// Whether the person is asked if the message is to be saved once more.
    pub asks_again: bool,
    /// The save that is being taken back.
    pub taking: Option<Taking>,
    /// What came of the saves that can be undone, or were.
    pub undos: Vec<(SaveId, Undo)>,
    /// Those of which some was taken back, and some is left.
    pub(crate) taken_in_part: BTreeSet<SaveId>,
    /// How messages are marked in Outlook.
    pub marks: Marks,
    pub(crate) unmark: Vec<String>,
    pub(crate) bar: Option<(MessageKey, BarLine)>,
    pub(crate) key: Option<MessageKey>,
    asked_for: Option<MessageFacts>,
    watched: Option<MessageFacts>,
    asked_imis: bool,
    following: Following,
    failed: u32,
    version: i64,
    asked: u32,
    heard: u32,
    sight: Sight,
}

/// What happens to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SavedEvent {
    /// The server answered the question of this number.
    LookedUp(u32, Result<SavedMessages, Trouble>),
    /// The server told of a change, or of none, under this number.
    Watched(u32, Result<SavedMessages, Trouble>),
    /// The pause of this number is over.
    Paused(u32),
    /// Ask once more.
    LookAgainAsked,
    /// Whether the pane is looked at.
    Seen(bool),
    /// The message is to be saved once more, under this new id.
    AgainConfirmed(SaveId),
    /// It is not.
    AgainCancelled,
    /// The save that the server refused, as somebody was faster, is wanted all the same.
    AgainAnyway(SaveId),
    /// A save is to be taken back.
    RemoveAsked(LedgerId),
    /// The reason, as far as it is typed.
    ReasonTyped(String),
    /// Yes, it is, for this reason.
    RemoveConfirmed(String),
    /// No, it is not.
    RemoveCancelled,
    /// The server answered.
    Removed(MessageKey, LedgerId, Result<SaveRemoved, Trouble>),
    /// A save of just now is to be taken back.
    UndoAsked(SaveId),
    /// Time went by.
    Ticked(SaveId),
    /// The ledger said what it knows of that save's message.
    Found(SaveId, Result<SavedMessages, Trouble>),
    /// The server answered.
    TakenBack(SaveId, Result<SaveRemoved, Trouble>),
    /// How messages are to be marked, as the mailbox keeps it.
    MarksRead(Marks),
    /// The person wants them marked like this.
    MarksChosen(Marks),
}

/// What it has done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SavedEffect {
    /// Ask who saved the message → [`SavedEvent::LookedUp`].
    LookUp(u32, LookUpSaved),
    /// Wait for a change, in place of any other wait → [`SavedEvent::Watched`].
    Watch(u32, WatchSaved),
    /// Wait no longer.
    StopWatching,
    /// Let so many milliseconds pass → [`SavedEvent::Paused`].
    Pause(u32, i32),
    /// Take a save of this message back → [`SavedEvent::Removed`].
    Remove(MessageKey, RemoveSave),
    /// Let a second of the time to undo pass → [`SavedEvent::Ticked`].
    Tick(SaveId),
    /// Ask which entry a save is → [`SavedEvent::Found`].
    Find(SaveId, LookUpSaved),
    /// Take it back → [`SavedEvent::TakenBack`].
    TakeBack(SaveId, RemoveSave),
    /// Take our category off the message.
    Unmark(MessageKey),
    /// Show the bar above the message, in place of another.
    ShowBar(MessageKey, BarLine),
    /// Take it away.
    HideBar(MessageKey),
    /// Have the mailbox keep how messages are to be marked.
    KeepMarks(Marks),
}

impl SavedEffect {
    /// Whether it is done in the session's name.
    pub const fn is_in_session(&self) -> bool {
        matches!(self, Self::LookUp(..) | Self::Watch(..) | Self::Remove(..) | Self::Find(..) | Self::TakeBack(..))
    }
}

/// Whether an entry stands for something that is in iMIS, or about to be.
pub const fn is_live(entry: &LedgerEntry) -> bool {
    !matches!(entry.state, LedgerState::Removed)
}

/// Whether saving the open message would save it once more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Twice {
    /// It would not, as far as anybody knows.
    No,
    /// It would; the person decides.
    Asked,
    /// It would, and this site does not have it.
    Held,
}

impl SavedHere {
    /// The saves that are in iMIS, newest first.
    pub fn live(&self) -> impl Iterator<Item = &LedgerEntry> {
        self.known.iter().flat_map(|known| &known.saves).filter(|entry| is_live(entry))
    }

    /// The newest save that another one would repeat.
    pub fn repeated(&self) -> Option<&LedgerEntry> {
        self.live().next()
    }

    /// Puts an entry in the place of what was known of the same save.
    pub(crate) fn learn(&mut self, entry: LedgerEntry) {
        let known = self.known.iter_mut().flat_map(|known| &mut known.saves).find(|known| known.id == entry.id);
        if let Some(known) = known {
            *known = entry;
        }
    }

    /// Another message is open, or none.
    fn turn_to(&mut self, key: Option<MessageKey>) {
        let (undos, unmark) = (std::mem::take(&mut self.undos), std::mem::take(&mut self.unmark));
        let (bar, taken_in_part) = (self.bar.take(), std::mem::take(&mut self.taken_in_part));
        *self = Self {
            key,
            undos,
            taken_in_part,
            unmark,
            bar,
            marks: self.marks,
            asked: self.asked,
            heard: self.asked + 1,
            sight: self.sight,
            ..Self::default()
        };
    }

    /// Nothing of the former person is left.
    pub(crate) fn forget(&mut self) {
        self.undos.clear();
        self.taken_in_part.clear();
        self.unmark.clear();
        self.turn_to(None);
    }

    /// What is under way is waited for no longer.
    fn stop(&mut self) -> Option<Effect> {
        let watching = matches!(self.following, Following::Watching(..));
        self.following = Following::Idle;
        self.failed = 0;
        self.heard = self.asked + 1;
        watching.then_some(Effect::Saved(SavedEffect::StopWatching))
    }

    fn next(&mut self) -> u32 {
        self.asked += 1;
        self.asked
    }

    fn look_up(&mut self, (facts, utc_offset_minutes): (MessageFacts, i32)) -> Effect {
        if self.following == Following::Idle {
            self.following = Following::Asked;
        }
        self.asked_for = Some(facts.clone());
        // What the ledger knows of, iMIS need not be searched for.
        let ask_imis = self.live().all(|entry| entry.id.is_none());
        self.asked_imis = ask_imis;
        let call = LookUpSaved { messages: vec![facts], ask_imis, utc_offset_minutes };
        Effect::Saved(SavedEffect::LookUp(self.next(), call))
    }

    fn watch(&mut self, facts: MessageFacts, now_ms: i64) -> Vec<Effect> {
        if self.sight == Sight::Unseen {
            self.following = Following::Unseen;
            return vec![];
        }
        let number = self.next();
        self.following = Following::Watching(number, now_ms);
        self.watched = Some(facts.clone());
        let call = WatchSaved { messages: vec![facts], version: self.version };
        vec![Effect::Saved(SavedEffect::Watch(number, call))]
    }

    /// Asks again later, and later each time.
    fn pause(&mut self) -> Vec<Effect> {
        let number = self.next();
        self.following = Following::Pausing(number);
        let wait_ms = FIRST_WAIT_MS.saturating_mul(1 << self.failed.min(10)).min(LONGEST_WAIT_MS);
        self.failed += 1;
        vec![Effect::Saved(SavedEffect::Pause(number, wait_ms))]
    }

    /// Takes in what the ledger says; what only iMIS knew stays where iMIS was not asked. Whether it is news.
    fn take(&mut self, answer: SavedMessages, asked_imis: bool) -> bool {
        self.version = answer.version;
        self.trouble = None;
        let mut message = answer.messages.into_iter().next().unwrap_or_default();
        if let Some(former) = self.known.as_ref().filter(|_| !asked_imis) {
            message.saves.extend(former.saves.iter().filter(|entry| entry.id.is_none()).cloned());
            message.imis.clone_from(&former.imis);
        }
        let news = self.known.as_ref().is_none_or(|former| *former != message);
        self.known = Some(message);
        // What a colleague took back meanwhile is not asked about any more.
        let there = |taking: &Taking| self.live().any(|entry| entry.id.as_ref() == Some(&taking.entry));
        if self.taking.as_ref().is_some_and(|taking| taking.is_asked() && !there(taking)) {
            self.taking = None;
        }
        news
    }
}

impl App {
    /// Whether saving the open message would save it once more.
    pub fn twice(&self) -> Twice {
        match &self.targets {
            _ if self.saved.repeated().is_none() => Twice::No,
            // To go on with one's own that is there in part repeats nothing.
            _ if self.rest().is_some() => Twice::No,
            Targets::Known(targets) if targets.duplicates == Duplicates::Refused => Twice::Held,
            _ => Twice::Asked,
        }
    }

    pub(crate) fn saved_event(&mut self, event: SavedEvent) -> Vec<Effect> {
        match event {
            SavedEvent::LookedUp(number, answer) => self.looked_up(number, answer),
            SavedEvent::Watched(number, answer) => self.watched(number, answer),
            SavedEvent::Paused(number)
                if [Following::Pausing(number), Following::Headers(number)].contains(&self.saved.following) =>
            {
                self.ask_on()
            }
            SavedEvent::Paused(_) => vec![],
            SavedEvent::LookAgainAsked => self.ask_saved(),
            SavedEvent::Seen(seen) => {
                self.saved.sight = if seen { Sight::Seen } else { Sight::Unseen };
                if seen && self.saved.following == Following::Unseen { self.ask_on() } else { vec![] }
            }
            SavedEvent::AgainConfirmed(id) => self.save(id, true),
            SavedEvent::AgainCancelled => {
                self.saved.asks_again = false;
                vec![]
            }
            SavedEvent::AgainAnyway(id) => {
                let open = self.open_key().cloned();
                self.with_save(&id, |save| save.save_anyway(open.as_ref()))
            }
            SavedEvent::RemoveAsked(_)
            | SavedEvent::ReasonTyped(_)
            | SavedEvent::RemoveConfirmed(_)
            | SavedEvent::RemoveCancelled
            | SavedEvent::Removed(..) => self.taking_event(event),
            SavedEvent::UndoAsked(_) | SavedEvent::Ticked(_) | SavedEvent::Found(..) | SavedEvent::TakenBack(..) => {
                self.undo_event(event)
            }
            SavedEvent::MarksRead(marks) => {
                self.saved.marks = marks;
                vec![]
            }
            SavedEvent::MarksChosen(marks) => {
                self.saved.marks = marks;
                vec![Effect::Saved(SavedEffect::KeepMarks(marks))]
            }
        }
    }

    /// What follows from whatever happened: the open message is asked for, another is asked for no longer.
    pub(crate) fn follow_saves(&mut self) -> Vec<Effect> {
        let mut effects = vec![];
        // A message being written is nobody's save yet.
        let key = self.open_key().cloned().filter(|_| self.compose.message.is_none());
        if self.saved.key != key {
            effects.extend(self.saved.stop());
            self.saved.turn_to(key);
        }
        match &self.session {
            _ if self.compose.message.is_some() => {}
            Session::SignedIn(_) if self.saved.following == Following::Idle => effects.extend(self.begin_asking()),
            Session::SignedIn(_) if matches!(self.saved.following, Following::Headers(_)) => {
                if !self.awaits_headers() {
                    effects.extend(self.ask_on());
                }
            }
            // Its headers say more of it than Outlook did at first.
            Session::SignedIn(_) if self.saved.asked_for != self.facts() => effects.extend(self.ask_saved()),
            Session::SignedIn(_) => {}
            _ => effects.extend(self.saved.stop()),
        }
        // What would not be repeated any more is not asked about.
        self.saved.asks_again = self.saved.asks_again && self.twice() == Twice::Asked;
        effects.extend(self.offer_undo());
        effects.extend(self.tend_marks());
        effects
    }

    /// Asks who saved the open message once its headers are read: they change what it is asked for by.
    fn begin_asking(&mut self) -> Vec<Effect> {
        if !self.awaits_headers() {
            return self.ask_saved();
        }
        let number = self.saved.next();
        self.saved.following = Following::Headers(number);
        vec![Effect::Saved(SavedEffect::Pause(number, HEADERS_MS))]
    }

    fn awaits_headers(&self) -> bool {
        self.open_mail().is_some_and(|mail| mail.headers == HeadersStage::Asked)
    }

    /// Asks who saved the open message, whatever is being waited for.
    pub(crate) fn ask_saved(&mut self) -> Vec<Effect> {
        let (Some(facts), Some(mail)) = (self.facts(), self.open_mail()) else { return vec![] };
        let utc_offset_minutes = mail.message.utc_offset_minutes;
        vec![self.saved.look_up((facts, utc_offset_minutes))]
    }

    fn facts(&self) -> Option<MessageFacts> {
        let message = &self.open_mail()?.message;
        Some(message.facts(message.references.clone()))
    }

    /// Goes on where it stopped.
    fn ask_on(&mut self) -> Vec<Effect> {
        let Some(facts) = self.facts() else { return vec![] };
        if self.saved.known.is_none() {
            self.saved.following = Following::Asked;
            return self.ask_saved();
        }
        let now_ms = self.now_ms;
        self.saved.watch(facts, now_ms)
    }

    fn looked_up(&mut self, number: u32, answer: Result<SavedMessages, Trouble>) -> Vec<Effect> {
        if number < self.saved.heard {
            return vec![];
        }
        self.saved.heard = number;
        match answer {
            Ok(answer) => {
                let asked_imis = self.saved.asked_imis;
                self.saved.take(answer, asked_imis);
                self.saved.failed = 0;
                let watching = matches!(self.saved.following, Following::Watching(..));
                if watching && self.saved.watched == self.saved.asked_for { vec![] } else { self.ask_on() }
            }
            Err(trouble) if trouble.is_signed_out() => self.notice_end(Some(&trouble)),
            Err(trouble) => {
                self.saved.trouble = Some(trouble);
                if self.saved.following == Following::Asked { self.saved.pause() } else { vec![] }
            }
        }
    }

    fn watched(&mut self, number: u32, answer: Result<SavedMessages, Trouble>) -> Vec<Effect> {
        let Following::Watching(watched, since_ms) = self.saved.following else { return vec![] };
        if number != watched {
            return vec![];
        }
        match answer {
            Ok(answer) => {
                // Asked for meanwhile, the ledger may have said more already.
                let news = answer.version >= self.saved.version && self.saved.take(answer, false);
                self.saved.changed |= news;
                if !news && self.now_ms.saturating_sub(since_ms) < TOO_SOON_MS {
                    return self.saved.pause();
                }
                self.saved.failed = 0;
                self.ask_on()
            }
            Err(trouble) if trouble.is_signed_out() => self.notice_end(Some(&trouble)),
            Err(_) => self.saved.pause(),
        }
    }

    /// Whether a save of this pane's is on its way, which needs no other word.
    pub fn saves_just_now(&self) -> bool {
        self.save_of_open_mail().is_some_and(|save| save.phase != SavePhase::Finished)
    }
}
