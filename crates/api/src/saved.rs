//! The ledger: which messages were saved, by whom, when and to whom, whoever of the site did it and in whatever
//! mailbox the message lies.
//!
//! A message is known again by its Message-ID. Where Outlook changed that, as it may for messages that were sent
//! (`peers.md §4.1` row 1), it is known by when it was sent, by whom, to whom and about what.

use crate::{ActivityTypeId, AttachmentName, Call, ContactId, EmailAddress, Problem, RecordId, SaveId, TableId, Verb};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What a message is known again by.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageFacts {
    /// Internet Message-ID; empty where Outlook has none.
    pub message_id: String,
    /// Subject, prefixes included; may be empty.
    pub subject: String,
    /// When it was sent or received, in milliseconds since 1970 (UTC).
    pub sent_ms: Option<i64>,
    /// Who sent it.
    pub from: Option<EmailAddress>,
    /// Everybody in To and Cc.
    pub recipients: Vec<EmailAddress>,
    /// Whether this is the sender's own copy: the sender is the mailbox that it lies in. Only such a copy can have
    /// lost the Message-ID that everybody else knows it by.
    pub outgoing: bool,
    /// Outlook's id of the conversation; empty where there is none.
    pub conversation: String,
    /// Message-IDs of the messages before it in the conversation (its `References` header), as far as they are known.
    pub references: Vec<String>,
}

impl fmt::Debug for MessageFacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MessageFacts(…)")
    }
}

/// Asks who saved messages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LookUpSaved {
    /// The messages; at most [`LookUpSaved::MAX`].
    pub messages: Vec<MessageFacts>,
    /// Whether iMIS is asked as well for messages that the ledger does not know.
    pub ask_imis: bool,
    /// Minutes to add to UTC for the person's local time: iMIS says when without a zone (`imis.md §4.2`).
    pub utc_offset_minutes: i32,
}

impl LookUpSaved {
    /// Most messages in one call: as many as Outlook lets a person select.
    pub const MAX: usize = 100;
}

impl Call for LookUpSaved {
    type Response = SavedMessages;
    const VERB: Verb = Verb::Post;
    const PATH: &'static str = "/api/saved/look";
}

/// Waits until something changes about messages, and then answers as [`LookUpSaved`] does; without a change it answers
/// after [`WatchSaved::LONGEST_S`] seconds all the same. iMIS is not asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WatchSaved {
    /// The messages; at most [`LookUpSaved::MAX`].
    pub messages: Vec<MessageFacts>,
    /// [`SavedMessages::version`] of the answer that the pane has.
    pub version: i64,
}

impl WatchSaved {
    /// Longest wait for a change, in seconds.
    pub const LONGEST_S: u32 = 25;
}

impl Call for WatchSaved {
    type Response = SavedMessages;
    const VERB: Verb = Verb::Post;
    const PATH: &'static str = "/api/saved/watch";
}

/// What the ledger says of messages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedMessages {
    /// One entry for each message, in the order asked.
    pub messages: Vec<SavedMessage>,
    /// Grows with every change of the ledger.
    pub version: i64,
}

/// What the ledger says of a message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedMessage {
    /// Its saves, newest first, removed ones included.
    pub saves: Vec<LedgerEntry>,
    /// How much of its conversation is saved; `None` where it is not known to be part of one.
    pub conversation: Option<ConversationSaved>,
    /// Why iMIS could not be asked, where it was to be asked.
    pub imis: Option<Problem>,
}

/// How much of a conversation is saved: "4 of 6 messages".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConversationSaved {
    /// Messages that are saved.
    pub saved: u32,
    /// Messages that are known of.
    pub known: u32,
}

/// The key of a save in the ledger; it means nothing to the pane.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LedgerId(pub String);

/// A contact that a message was saved to.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedTo {
    /// The contact.
    pub contact: ContactId,
    /// Its name as it was then; empty where the entry is iMIS's own.
    pub name: String,
    /// Its record; `None` where it was not written, or is removed.
    pub record: Option<RecordId>,
}

impl fmt::Debug for SavedTo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SavedTo").field("contact", &self.contact).finish_non_exhaustive()
    }
}

/// How a save stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LedgerState {
    /// Somebody is at it.
    Saving,
    /// Everything is in iMIS.
    Saved,
    /// Some of it is.
    Partly,
    /// It was taken back.
    Removed,
    /// Some of it was taken back; what is left has a record still.
    PartlyRemoved,
}

/// A save in the ledger.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerEntry {
    /// Its key; `None` where only iMIS knows of it, which is no save that this add-in can take back.
    pub id: Option<LedgerId>,
    /// Who saved it: the name as people know it.
    pub by: String,
    /// Whether that is the person who asks.
    pub mine: bool,
    /// When, in milliseconds since 1970 (UTC).
    pub at_ms: i64,
    /// As what, in the site's own words: "Interaction", or what the activity type is called.
    pub saved_as: String,
    /// To whom.
    pub to: Vec<SavedTo>,
    /// How many attachments went with it.
    pub attachments: u32,
    /// How it stands.
    pub state: LedgerState,
    /// Whether the person who asks may take it back.
    pub may_remove: bool,
    /// Who took it back, when (milliseconds since 1970) and why.
    pub removed: Option<Removal>,
    /// How to go on with it, where the person who asks left it in part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unfinished: Option<Unfinished>,
}

/// A save of one's own that is in iMIS in part, as [`crate::SaveMessage::resumes`] goes on with it. An interaction names
/// neither activity nor table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unfinished {
    /// Its name.
    pub save: SaveId,
    /// The type of activity that it is.
    pub activity: Option<ActivityTypeId>,
    /// The table that it goes to.
    pub table: Option<TableId>,
    /// Type and action of the contact interaction that it is.
    pub interaction: Option<(String, String)>,
    /// The attachments that belong to it, in the order of their uploads.
    pub attachments: Vec<AttachmentName>,
}

impl fmt::Debug for LedgerEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LedgerEntry").field("id", &self.id).field("state", &self.state).finish_non_exhaustive()
    }
}

/// That a save was taken back.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Removal {
    /// By whom.
    pub by: String,
    /// When, in milliseconds since 1970 (UTC).
    pub at_ms: i64,
    /// Why, in the person's own words; may be empty.
    pub reason: String,
}

impl fmt::Debug for Removal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Removal").field("at_ms", &self.at_ms).finish_non_exhaustive()
    }
}

/// Takes a save back: its records, recipients and attachments. May be repeated; what is gone counts as removed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoveSave {
    /// Which.
    pub entry: LedgerId,
    /// Why; needed where it is a colleague's, at most [`RemoveSave::REASON_MAX`] letters.
    pub reason: String,
}

impl RemoveSave {
    /// Longest reason, in letters.
    pub const REASON_MAX: usize = 200;
}

impl Call for RemoveSave {
    type Response = SaveRemoved;
    const VERB: Verb = Verb::Post;
    const PATH: &'static str = "/api/saved/remove";
}

/// The answer to [`RemoveSave`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaveRemoved {
    /// What could not be taken back, by contact, and why; empty when everything is gone.
    pub left: Vec<RecordLeft>,
    /// How the save stands now.
    pub entry: LedgerEntry,
}

/// A record that iMIS did not let go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordLeft {
    /// Whose.
    pub contact: ContactId,
    /// Its key.
    pub record: RecordId,
    /// Why.
    pub problem: Problem,
}
