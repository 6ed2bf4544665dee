//! Saving a message after it was sent.
//!
//! The person wishes it while writing: the draft gets a save's name in a header of its own, and the wish beside it.
//! When it is sent, the send handler (`server/src/pages/send.js`) notes that and lets it go. What is saved is the
//! message that was sent, never the draft: it may have been changed, or not have gone. So the note waits until the
//! message is opened in Sent Items; there it is known again by the header, or by what it says where Outlook hides
//! headers and has changed the Message-ID, and saved by itself under the name from the header.

use crate::app::HeadersStage;
use crate::{App, Draft, Effect, Lookup, Message, MessageKey, OpenMail, People, Role, SaveKind, Session, Standing};
use crate::{Summary, Targets, Trouble};
use api::{ActivityTypeId, EmailAddress, LedgerState, SaveId, TableId};
use std::fmt;

/// How a message is to be saved once it is sent.
#[derive(Clone, PartialEq, Eq)]
pub struct SendWish {
    /// As an activity of this type.
    pub activity: Option<ActivityTypeId>,
    /// As a row of this table; as neither, it is an interaction.
    pub table: Option<TableId>,
    /// Whom on the message it is not to be saved to.
    pub without: Vec<EmailAddress>,
}

impl fmt::Debug for SendWish {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SendWish").field("activity", &self.activity).finish_non_exhaustive()
    }
}

/// A message that is to be saved.
#[derive(Clone, PartialEq, Eq)]
pub struct SentNote {
    /// Under this name.
    pub save: SaveId,
    /// When it was sent, or wished for while it was not, in milliseconds since 1970 (UTC).
    pub at_ms: i64,
    /// Whether the handler saw it leave; else only the wish is known.
    pub sent: bool,
    /// Its subject.
    pub subject: String,
    /// The first of To and Cc, in small letters.
    pub to: Vec<String>,
    /// How many stand in To and Cc.
    pub count: usize,
    /// The first of Bcc, which the copy in Sent Items may not tell.
    pub bcc: Vec<String>,
    /// How; `None` where that is not known any more, and the person is asked.
    pub wish: Option<SendWish>,
}

impl fmt::Debug for SentNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SentNote").field("save", &self.save).field("sent", &self.sent).finish_non_exhaustive()
    }
}

/// What this Outlook can do for a message that is being written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SendAbility {
    /// Neither headers nor handlers, or it is not known yet.
    #[default]
    Nothing,
    /// Headers (Mailbox 1.8): a message that is opened after it was sent is known again.
    Headers,
    /// Headers and send handlers (Mailbox 1.12).
    Handler,
}

/// How the wish for the message being written stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WishStage {
    /// Being put on the draft, or taken off it.
    Putting,
    /// It is where it is to be.
    Put,
    /// It is not.
    Failed(Trouble),
}

/// The wish for the message being written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wished {
    /// Under this name.
    pub save: SaveId,
    /// How it stands.
    pub stage: WishStage,
    put: Option<SendWish>,
}

/// Its state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sending {
    /// What this Outlook can do.
    pub ability: SendAbility,
    /// The wish for the message being written.
    pub wished: Option<Wished>,
    /// Everything noted, newest first.
    pub notes: Vec<SentNote>,
    /// The open message, if it is one that was noted.
    pub recognised: Option<(MessageKey, SaveId)>,
    asked: u32,
    tried: bool,
}

/// What happens to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SendingEvent {
    /// This is what Outlook can do, and what is noted.
    Noted(SendAbility, Vec<SentNote>),
    /// This save's name stands on the draft.
    Found(MessageKey, SaveId),
    /// The person wishes that the draft be saved once it is sent, under this new name.
    Wanted(SaveId),
    /// Not any more.
    Unwanted,
    /// The wish was put on the draft, or taken off it.
    Put(u32, Result<(), Trouble>),
    /// Outlook told how the draft stands.
    Read(MessageKey, Result<Message, Trouble>),
    /// Its people changed.
    Changed,
    /// This save's name stands in the open message's headers.
    Headed(MessageKey, SaveId),
    /// The person gives a note up.
    Forgotten(SaveId),
}

/// What it has done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SendingEffect {
    /// Ask what Outlook can do and what is noted, and tell again whenever that changes → [`SendingEvent::Noted`].
    Follow,
    /// Look whether a wish stands on the draft → [`SendingEvent::Found`]; then tell whenever its people change
    /// → [`SendingEvent::Changed`].
    Look(MessageKey),
    /// Ask how the draft stands → [`SendingEvent::Read`].
    Read(MessageKey),
    /// Put a wish on the draft, and note it here → [`SendingEvent::Put`].
    Put(u32, MessageKey, Box<SentNote>),
    /// Take it off → [`SendingEvent::Put`].
    TakeOff(u32, MessageKey, SaveId),
    /// Read the headers of the open message → [`SendingEvent::Headed`].
    ReadHeaders(MessageKey),
    /// Keep that this is saved, or given up.
    Settle(SaveId),
}

/// The header on a draft that names its save: a random name and nothing else, since recipients can read it.
pub const SAVE_HEADER: &str = "x-imis-outlook-save";

/// The save that a message's headers name.
pub fn save_in_headers(headers: &str) -> Option<SaveId> {
    let named = |line: &str| {
        let (name, value) = line.split_once(':')?;
        name.trim().eq_ignore_ascii_case(SAVE_HEADER).then(|| SaveId(value.trim().to_owned()))
    };
    headers.lines().find_map(named)
}

/// How far the clocks of two machines may stand apart, in milliseconds.
const CLOCKS_MS: i64 = 5 * 60 * 1000;
/// How long a message may take from the handler to Sent Items: in the outbox over a weekend.
const OUTBOX_MS: i64 = 4 * 24 * 60 * 60 * 1000;
/// How long a wish may lie on a draft.
const DRAFT_MS: i64 = 30 * 24 * 60 * 60 * 1000;

impl Sending {
    /// The note of the open message, if it is one that was noted.
    pub fn note_of(&self, key: &MessageKey) -> Option<&SentNote> {
        let (_, save) = self.recognised.as_ref().filter(|(of, _)| of == key)?;
        self.note(save)
    }

    fn note(&self, save: &SaveId) -> Option<&SentNote> {
        self.notes.iter().find(|note| note.save == *save)
    }

    fn next(&mut self) -> u32 {
        self.asked += 1;
        self.asked
    }

    fn settle(&mut self, save: &SaveId) -> Vec<Effect> {
        self.notes.retain(|note| note.save != *save);
        self.recognised.take_if(|(_, of)| of == save);
        vec![Effect::Sending(SendingEffect::Settle(save.clone()))]
    }
}

impl SentNote {
    /// Whether that is the message, by what it says: about the same, to the same, at that time.
    fn is(&self, message: &Message) -> bool {
        let Some(sent_ms) = message.sent_ms.filter(|_| message.outgoing) else { return false };
        let latest = if self.sent { OUTBOX_MS } else { DRAFT_MS };
        let in_time = (self.at_ms - CLOCKS_MS..=self.at_ms + latest).contains(&sent_ms);
        let (to, count) = listed(message);
        let same = |one: &[String], other: &[String]| {
            one.len() == other.len() && one.iter().all(|address| other.contains(address))
        };
        in_time && self.subject.trim() == message.subject.trim() && self.count == count && same(&self.to, &to)
    }
}

/// Most people in a note.
const MOST_PEOPLE: usize = 20;

fn small(message: &Message, roles: &[Role]) -> Vec<String> {
    let listed = |role: Role| message.correspondents.iter().filter(move |person| person.role == role);
    roles.iter().copied().flat_map(listed).map(|person| person.address.to_lowercase()).collect()
}

/// The first of To and Cc, and how many there are.
fn listed(message: &Message) -> (Vec<String>, usize) {
    let mut to = small(message, &[Role::To, Role::Cc]);
    let count = to.len();
    to.truncate(MOST_PEOPLE);
    (to, count)
}

impl OpenMail {
    /// How the person wants it, as a wish.
    fn as_wish(&self) -> SendWish {
        let (activity, table) = match self.draft.kind {
            SaveKind::Interaction => (None, None),
            SaveKind::Activity => (self.draft.activity_type.clone(), None),
            SaveKind::Table => (None, self.draft.table.clone()),
        };
        let left = |entry: &&crate::Entry| entry.removed || !self.people.shows(entry);
        let without = self.people.entries.iter().filter(left).map(|entry| entry.address.clone()).collect();
        SendWish { activity, table, without }
    }

    fn follow_wish(&mut self, wish: &SendWish) {
        self.draft.kind = match (&wish.activity, &wish.table) {
            (Some(_), _) => SaveKind::Activity,
            (None, Some(_)) => SaveKind::Table,
            (None, None) => SaveKind::Interaction,
        };
        if wish.activity.is_some() {
            self.draft.activity_type.clone_from(&wish.activity);
        }
        if wish.table.is_some() {
            self.draft.table.clone_from(&wish.table);
        }
        for address in &wish.without {
            self.people.set_removed(address, true);
        }
    }

    /// Whether it is settled whom everybody on it is.
    fn is_settled(&self) -> bool {
        let open = |entry: &crate::Entry| match entry.standing {
            Standing::Searching | Standing::NotAsked => true,
            _ => entry.needs_choice() && !entry.removed,
        };
        self.people.lookup == Lookup::Done && !self.people.shown().any(open)
    }
}

impl App {
    /// What was sent and is not saved yet, newest first; and what is to be saved once it is sent, since the handler may
    /// not have been there to see it leave.
    pub fn waiting(&self) -> impl Iterator<Item = &SentNote> {
        let writing = self.sending.wished.as_ref().map(|wished| &wished.save);
        let recent = |note: &SentNote| self.now_ms.saturating_sub(note.at_ms) < DRAFT_MS;
        self.sending.notes.iter().filter(move |note| note.sent || (recent(note) && writing != Some(&note.save)))
    }

    pub(crate) fn sending_event(&mut self, event: SendingEvent) -> Vec<Effect> {
        match event {
            SendingEvent::Noted(ability, notes) => {
                self.sending.ability = ability;
                self.sending.notes = notes;
                let mut effects = self.look_for_wish();
                effects.extend(self.recognise());
                effects
            }
            SendingEvent::Found(key, save) => {
                if self.compose.message.as_ref() != Some(&key) || self.sending.wished.is_some() {
                    return vec![];
                }
                self.sending.wished = Some(Wished { save, stage: WishStage::Putting, put: None });
                vec![Effect::Sending(SendingEffect::Read(key))]
            }
            SendingEvent::Wanted(save) => {
                let Some(key) = self.compose.message.clone() else { return vec![] };
                self.sending.wished = Some(Wished { save, stage: WishStage::Putting, put: None });
                vec![Effect::Sending(SendingEffect::Read(key))]
            }
            SendingEvent::Unwanted => {
                let (Some(key), Some(wished)) = (self.compose.message.clone(), self.sending.wished.take()) else {
                    return vec![];
                };
                self.mail = None;
                self.sending.notes.retain(|note| note.save != wished.save);
                let number = self.sending.next();
                vec![Effect::Sending(SendingEffect::TakeOff(number, key, wished.save))]
            }
            SendingEvent::Put(number, answer) => {
                if let Some(wished) = self.sending.wished.as_mut().filter(|_| number == self.sending.asked) {
                    wished.stage = answer.map_or_else(WishStage::Failed, |()| WishStage::Put);
                }
                vec![]
            }
            SendingEvent::Changed => {
                let key = self.compose.message.clone().filter(|_| self.sending.wished.is_some());
                key.map(|key| Effect::Sending(SendingEffect::Read(key))).into_iter().collect()
            }
            SendingEvent::Read(key, answer) => self.draft_read(&key, answer),
            SendingEvent::Headed(key, save) => {
                let open = self.open_key() == Some(&key) && self.sending.recognised.is_none();
                if open && self.sending.note(&save).is_some() { self.recognised(key, save) } else { vec![] }
            }
            SendingEvent::Forgotten(save) => self.sending.settle(&save),
        }
    }

    /// Another item is open.
    pub(crate) fn sending_left(&mut self) {
        self.sending.wished = None;
        self.sending.recognised = None;
        self.sending.tried = false;
    }

    /// A draft is open: it may carry a wish.
    pub(crate) fn look_for_wish(&self) -> Vec<Effect> {
        let able = self.sending.ability != SendAbility::Nothing && self.sending.wished.is_none();
        let key = self.compose.message.clone().filter(|_| able);
        key.map(|key| Effect::Sending(SendingEffect::Look(key))).into_iter().collect()
    }

    fn draft_read(&mut self, key: &MessageKey, answer: Result<Message, Trouble>) -> Vec<Effect> {
        if self.compose.message.as_ref() != Some(key) {
            return vec![];
        }
        let Some(wished) = &mut self.sending.wished else { return vec![] };
        let message = match answer {
            Ok(message) => message,
            Err(trouble) => {
                wished.stage = WishStage::Failed(trouble);
                return vec![];
            }
        };
        // The people changed; what was read of the wish before counts on.
        wished.put = None;
        let mut people = People::of(&message, self.own.as_ref());
        if let Some(Ok(former)) = self.mail.take() {
            people.keep_known(former.people);
            self.mail = Some(Ok(OpenMail { message, people, draft: former.draft, headers: HeadersStage::Over }));
            return self.look_up();
        }
        let mut draft = Draft::of(&message);
        if let Targets::Known(targets) = &self.targets {
            draft.fit(targets);
        }
        let mut mail = OpenMail { message, people, draft, headers: HeadersStage::Over };
        // A draft that lay carries its wish still.
        let noted = self.sending.wished.as_ref().and_then(|wished| self.sending.note(&wished.save));
        if let Some(wish) = noted.and_then(|note| note.wish.as_ref()) {
            mail.follow_wish(wish);
        }
        self.mail = Some(Ok(mail));
        self.look_up()
    }

    /// The open message may be one that was noted.
    pub(crate) fn recognise(&mut self) -> Vec<Effect> {
        let Some(message) = self.open_mail().map(|mail| &mail.message) else { return vec![] };
        let writing = self.compose.message.is_some() || self.sending.recognised.is_some();
        if writing || !message.outgoing || self.sending.notes.is_empty() {
            return vec![];
        }
        let key = message.key.clone();
        let save = self.sending.notes.iter().find(|note| note.is(message)).map(|note| note.save.clone());
        match save {
            Some(save) => self.recognised(key, save),
            None => vec![Effect::Sending(SendingEffect::ReadHeaders(key))],
        }
    }

    fn recognised(&mut self, key: MessageKey, save: SaveId) -> Vec<Effect> {
        let (wish, bcc) =
            self.sending.note(&save).map(|note| (note.wish.clone(), note.bcc.clone())).unwrap_or_default();
        self.sending.recognised = Some((key, save));
        self.sending.tried = false;
        let Some(Ok(mail)) = &mut self.mail else { return vec![] };
        let known = small(&mail.message, &[Role::Bcc]);
        for address in bcc.into_iter().filter(|address| !known.contains(address)) {
            let name = String::new();
            mail.message.correspondents.push(crate::Correspondent { name, address, role: Role::Bcc });
        }
        let mut people = People::of(&mail.message, self.own.as_ref());
        people.keep_known(mail.people.clone());
        mail.people = people;
        if let Some(wish) = wish {
            mail.follow_wish(&wish);
        }
        self.look_up()
    }

    /// What goes on by itself: the wish follows what the person settles, a message that was sent is saved, and what is
    /// saved waits no more.
    pub(crate) fn follow_sending(&mut self) -> Vec<Effect> {
        if self.compose.message.is_some() { self.put_wish() } else { self.finish_sent() }
    }

    fn put_wish(&mut self) -> Vec<Effect> {
        let Some(key) = self.compose.message.clone() else { return vec![] };
        let Some(mail) = self.open_mail().filter(|mail| mail.message.key == key) else { return vec![] };
        let Some(wished) = &self.sending.wished else { return vec![] };
        let wish = mail.as_wish();
        if wished.put.as_ref() == Some(&wish) {
            return vec![];
        }
        let (to, count) = listed(&mail.message);
        let mut bcc = small(&mail.message, &[Role::Bcc]);
        bcc.truncate(MOST_PEOPLE);
        let (subject, save) = (mail.message.subject.clone(), wished.save.clone());
        let at_ms = self.now_ms;
        let note = SentNote { save, at_ms, sent: false, subject, to, count, bcc, wish: Some(wish.clone()) };
        if let Some(wished) = &mut self.sending.wished {
            wished.put = Some(wish);
            wished.stage = WishStage::Putting;
        }
        self.sending.notes.retain(|other| other.save != note.save);
        self.sending.notes.insert(0, note.clone());
        let number = self.sending.next();
        vec![Effect::Sending(SendingEffect::Put(number, key, Box::new(note)))]
    }

    fn finish_sent(&mut self) -> Vec<Effect> {
        let Some((key, save)) = self.sending.recognised.clone() else { return vec![] };
        // What is known of saves has to be known of this message, not of the one that was open before.
        if self.open_key() != Some(&key) || self.saved.key.as_ref() != Some(&key) {
            return vec![];
        }
        // Whichever save of it is whole, here or by the ledger, it waits for none any more.
        let whole = |entry: &api::LedgerEntry| entry.state == LedgerState::Saved;
        if self.saved.known.as_ref().is_some_and(|known| known.saves.iter().any(whole)) {
            return self.sending.settle(&save);
        }
        if let Some(begun) = self.save_of_open_mail() {
            let whole = !begun.is_running() && begun.summary() == Summary::All;
            return if whole { self.sending.settle(&save) } else { vec![] };
        }
        let wished = self.sending.note(&save).is_some_and(|note| note.wish.is_some());
        let settled = self.open_mail().is_some_and(OpenMail::is_settled);
        let ready = matches!(self.session, Session::SignedIn(_)) && matches!(self.targets, Targets::Known(_));
        if self.sending.tried || !wished || !settled || !ready {
            return vec![];
        }
        self.sending.tried = true;
        self.save(save, false)
    }
}
