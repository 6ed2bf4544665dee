//! Saving a message to iMIS.
//!
//! The pane makes a [`SaveId`] and sends [`SaveMessage`]; the server writes the
//! records and answers a [`SaveReport`]. Then each attachment is uploaded raw
//! (see [`crate::AttachmentReport`]). Both may be repeated under the same
//! [`SaveId`] at any time: what is already in iMIS is never written again.

use crate::{
    AttachmentName, AttachmentOutcome, Call, ContactId, EmailAddress, FieldValue, MappedField, MessageFacts, Problem,
    Verb,
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Names one save. Made by the pane (a UUID); a retry carries the same.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SaveId(pub String);

/// The key of an activity type, such as `EMAIL` (at most 10 characters, `imis.md §6.1`).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ActivityTypeId(pub String);

/// An activity type that may be saved to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActivityType {
    /// Its key.
    pub id: ActivityTypeId,
    /// What people call it.
    pub description: String,
    /// Where the parts of a message go.
    pub fields: Vec<MappedField>,
}

/// The key of a table of the site that messages may be saved to, as the site's settings name it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TableId(pub String);

/// A table of the site (a multi-instance panel source, `imis.md §15`) that messages may be saved to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableTarget {
    /// Its key.
    pub id: TableId,
    /// What people call it.
    pub title: String,
    /// Where the parts of a message go.
    pub fields: Vec<MappedField>,
}

/// A type of contact interaction that a message may be saved as (`imis.md §7.1`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InteractionType {
    /// Its code.
    pub code: String,
    /// What people call it.
    pub title: String,
    /// Its actions: codes and words; at least one.
    pub actions: Vec<(String, String)>,
}

/// Which files may go along, by the ends of their names: small letters, without the dot.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttachmentTypes {
    /// Only these; empty for all.
    pub allowed: Vec<String>,
    /// Never these.
    pub forbidden: Vec<String>,
}

impl AttachmentTypes {
    /// Whether a file of this name may go along.
    pub fn allow(&self, name: &str) -> bool {
        let end = name.rsplit_once('.').map_or("", |(_, end)| end.trim_end());
        let is_in = |ends: &[String]| ends.iter().any(|known| known.eq_ignore_ascii_case(end));
        (self.allowed.is_empty() || is_in(&self.allowed)) && !is_in(&self.forbidden)
    }
}

/// Where "Save as interaction" goes at this site (`imis.md §7`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InteractionStore {
    /// The communication log: one entry, a recipient for each contact, takes attachments.
    CommunicationLog,
    /// Contact interactions: one for each contact, no attachments.
    ContactInteraction,
}

/// The answer to [`crate::GetSaveTargets`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaveTargets {
    /// Where interactions go; `None` where this person may not write any.
    pub interaction: Option<InteractionStore>,
    /// The activity types offered; empty where this person may not write any.
    pub activity_types: Vec<ActivityType>,
    /// The tables offered.
    pub tables: Vec<TableTarget>,
    /// Where interactions go to [`InteractionStore::ContactInteraction`]: the types that may be chosen, the one that
    /// is most about e-mail first.
    pub interaction_types: Vec<InteractionType>,
    /// Largest attachment, in bytes.
    pub attachment_max_bytes: u64,
    /// Which files may go along.
    pub attachment_types: AttachmentTypes,
    /// Most contacts in one save.
    pub contacts_max: usize,
    /// What becomes of a message that was saved already.
    pub duplicates: Duplicates,
}

/// What becomes of a message that was saved already ("Allow duplicate emails", `imis.md §14.3`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Duplicates {
    /// The person is told, and may save it again ([`SaveMessage::again`]).
    #[default]
    Warned,
    /// It is not saved again.
    Refused,
}

/// What to save the message as.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SaveAs {
    /// An interaction.
    Interaction,
    /// A contact interaction of a type and an action of the person's choice.
    ContactInteraction {
        /// Its code.
        type_code: String,
        /// The action's code.
        action_code: String,
    },
    /// An activity.
    Activity {
        /// Of this type.
        activity_type: ActivityTypeId,
    },
    /// A row of a table of the site, for each contact.
    Table {
        /// Which.
        table: TableId,
    },
}

/// A contact to save to, and the address it was found by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetContact {
    /// The contact.
    pub id: ContactId,
    /// The address on the message.
    pub address: Option<EmailAddress>,
    /// The name that the pane shows, for the ledger; may be empty.
    pub name: String,
}

/// The message itself, as the person left it: subject and time may be other ones than the message's own, which stand
/// in [`SaveMessage::facts`].
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageToSave {
    /// Internet Message-ID; empty where Outlook has none.
    pub message_id: String,
    /// Subject, may be empty.
    pub subject: String,
    /// Body as HTML, as Outlook gives it.
    pub html: String,
    /// Body as text.
    pub text: String,
    /// When it was sent or received, in milliseconds since 1970 (UTC).
    pub sent_ms: Option<i64>,
    /// When the mailbox got it, likewise.
    pub received_ms: Option<i64>,
    /// Minutes to add to UTC for the person's local time: iMIS keeps local
    /// times without a zone (`imis.md §4.2`).
    pub utc_offset_minutes: i32,
    /// Who sent it.
    pub from: Option<EmailAddress>,
    /// Everybody in To and Cc.
    pub recipients: Vec<EmailAddress>,
    /// The person's own words, which stand before the message's; may be empty, at most
    /// [`SaveMessage::NOTE_MAX_BYTES`].
    pub note: String,
}

impl fmt::Debug for MessageToSave {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MessageToSave(…)")
    }
}

/// An attachment that will be uploaded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedAttachment {
    /// Its name.
    pub name: AttachmentName,
    /// Media type, such as `application/pdf`.
    pub content_type: String,
}

/// Saves a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaveMessage {
    /// Names this save; a retry carries the same.
    pub save: SaveId,
    /// What to save as.
    pub save_as: SaveAs,
    /// To whom; at least one, at most [`SaveTargets::contacts_max`].
    pub contacts: Vec<TargetContact>,
    /// The message as it is to be saved.
    pub message: MessageToSave,
    /// What the message is known again by: as Outlook has it, whatever the person edited before saving.
    pub facts: MessageFacts,
    /// The fields of an activity or a table, as the person saw them; what is left out the server fills. At most
    /// [`SaveMessage::FIELDS_MAX`].
    pub fields: Vec<FieldValue>,
    /// The attachments that will follow, in the order of their uploads.
    pub attachments: Vec<SavedAttachment>,
    /// Whether the person wants it although it was saved before; else that is [`crate::ProblemCode::AlreadySaved`].
    pub again: bool,
    /// Whether it goes on with a save that was left in part ([`crate::Unfinished`]), by a pane that does not know its
    /// words any more: contacts, attachments and what it is saved as must be the same, and only what is missing is
    /// written, in the words of this call.
    #[serde(default, skip_serializing_if = "is_false")]
    pub resumes: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
const fn is_false(flag: &bool) -> bool {
    !*flag
}

impl SaveMessage {
    /// Longest body taken, HTML and text each, in bytes.
    pub const BODY_MAX_BYTES: usize = 16 * 1024 * 1024;
    /// Longest note taken, in bytes.
    pub const NOTE_MAX_BYTES: usize = 64 * 1024;
    /// Most fields.
    pub const FIELDS_MAX: usize = 100;
}

impl Call for SaveMessage {
    type Response = SaveReport;
    const VERB: Verb = Verb::Post;
    const PATH: &'static str = "/api/saves";
}

/// The key of a record in iMIS, with what it is (`CommunicationLog:…`, `Activity:…`).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RecordId(pub String);

/// What became of the record of one contact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum RecordOutcome {
    /// It is in iMIS.
    Saved {
        /// Its key. Contacts of one communication-log entry share it.
        record: RecordId,
    },
    /// It is not, or nobody knows yet; a retry finds out.
    Failed {
        /// Why.
        problem: Problem,
    },
}

/// The record of one contact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RecordRead")]
pub struct Record {
    /// The contact.
    pub contact: ContactId,
    /// What became of it.
    #[serde(flatten)]
    pub outcome: RecordOutcome,
}

/// A record as it is read: flat, since reading a tagged enum costs the pane many kilobytes.
#[derive(Deserialize)]
struct RecordRead {
    contact: ContactId,
    outcome: Word,
    record: Option<RecordId>,
    problem: Option<Problem>,
}

/// What the word for an outcome is.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Word {
    Saved,
    Failed,
}

/// An answer that does not say what it must.
pub(crate) const NO_PROBLEM: &str = "a failure without a problem";

impl TryFrom<RecordRead> for Record {
    type Error = &'static str;

    fn try_from(read: RecordRead) -> Result<Self, Self::Error> {
        let outcome = match read.outcome {
            Word::Saved => RecordOutcome::Saved { record: read.record.ok_or("a saved record without its key")? },
            Word::Failed => RecordOutcome::Failed { problem: read.problem.ok_or(NO_PROBLEM)? },
        };
        Ok(Self { contact: read.contact, outcome })
    }
}

/// The answer to [`SaveMessage`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaveReport {
    /// The save.
    pub save: SaveId,
    /// One entry for each contact, in the order asked.
    pub records: Vec<Record>,
    /// For each attachment whether it is in iMIS on every record already
    /// (after a retry), in the order asked.
    pub attachments: Vec<Option<AttachmentOutcome>>,
}
