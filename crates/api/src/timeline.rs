//! What was done with a contact: activities, interactions, notes, newest first.

use crate::{AttachmentName, Call, ContactId, LocalTime, Problem, RecordId, Verb};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The kinds of record on a timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordKind {
    /// An activity (`imis.md §6.1`).
    Activity,
    /// An entry of the communication log (`imis.md §7.2`): what people call an interaction.
    CommunicationLog,
    /// A contact interaction (`imis.md §7.1`).
    ContactInteraction,
    /// A note on the contact (`imis.md §7.4`).
    Note,
}

/// Where the next page of a timeline begins; opaque.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TimelineCursor(pub String);

/// Asks for a contact's timeline.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GetTimeline {
    /// Whose.
    pub contact: ContactId,
    /// Only these kinds; empty for all.
    #[serde(default)]
    pub kinds: Vec<RecordKind>,
    /// Only records of this type, as [`crate::RecordType::id`] names it; empty for all. Types of other kinds may
    /// have the same name, so it goes with one kind.
    #[serde(default)]
    pub type_id: String,
    /// Only what has this text in title, type, note or details; empty for all. Bodies of the communication log are
    /// not looked through: no list has them.
    #[serde(default)]
    pub text: String,
    /// From here on; `None` from the newest.
    #[serde(default)]
    pub after: Option<TimelineCursor>,
}

impl fmt::Debug for GetTimeline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GetTimeline").field("contact", &self.contact).finish_non_exhaustive()
    }
}

impl GetTimeline {
    /// Records in a page.
    pub const PAGE: usize = 20;
}

impl Call for GetTimeline {
    type Response = Timeline;
    const VERB: Verb = Verb::Post;
    const PATH: &'static str = "/api/contacts/timeline";
}

/// A page of a timeline.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timeline {
    /// Newest first.
    pub entries: Vec<TimelineEntry>,
    /// Where the next page begins, if there is one.
    #[serde(default)]
    pub more: Option<TimelineCursor>,
    /// Kinds that could not be read this time; the rest is complete. Kinds that the site does not have, or the
    /// person may not see, are not named. A communication log that is there and that iMIS does not list by contact
    /// (`imis.md §7.2`) is named with [`crate::ProblemCode::Forbidden`] or [`crate::ProblemCode::NotFound`].
    #[serde(default)]
    pub missing: Vec<MissingKind>,
}

/// A kind of record that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MissingKind {
    /// Which.
    pub kind: RecordKind,
    /// Why.
    pub problem: Problem,
}

/// One record on a timeline.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimelineEntry {
    /// Its key, such as `Activity:48213`; for the communication log that of the log entry.
    pub record: RecordId,
    /// What it is.
    pub kind: RecordKind,
    /// When it was, or was written where it has no date of its own.
    pub at: Option<LocalTime>,
    /// Subject or description.
    pub title: String,
    /// What the site calls its type, such as "Telephone call".
    #[serde(default)]
    pub type_name: String,
    /// Beginning of its note or body as text, at most [`TimelineEntry::SNIPPET_MAX`] characters.
    #[serde(default)]
    pub snippet: String,
    /// Who wrote it: a user name.
    #[serde(default)]
    pub by: Option<String>,
    /// When it is to be followed up.
    #[serde(default)]
    pub follow_up: Option<LocalTime>,
}

impl TimelineEntry {
    /// Longest snippet.
    pub const SNIPPET_MAX: usize = 160;
}

impl fmt::Debug for TimelineEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TimelineEntry").field("record", &self.record).finish_non_exhaustive()
    }
}

/// Opens a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GetRecord {
    /// Which.
    pub record: RecordId,
    /// Whose timeline it stands on: it must be theirs.
    pub contact: ContactId,
}

impl Call for GetRecord {
    type Response = RecordInFull;
    const VERB: Verb = Verb::Post;
    const PATH: &'static str = "/api/records/get";
}

/// A record in full.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordInFull {
    /// What the timeline says of it.
    pub entry: TimelineEntry,
    /// The body as HTML that shows nothing but text, tables and pictures of its own: scripts, forms, frames,
    /// styles that reach out and every remote address but links are gone (`security.md §5.2`). To be shown in a
    /// frame without rights. `None` if it has none.
    #[serde(default)]
    pub html: Option<String>,
    /// The body as text; empty if there is only HTML or nothing.
    #[serde(default)]
    pub text: String,
    /// Pictures left out because they are somewhere else.
    #[serde(default)]
    pub blocked_images: u32,
    /// Its other fields, under the site's captions.
    #[serde(default)]
    pub fields: Vec<RecordField>,
    /// Its attachments.
    #[serde(default)]
    pub attachments: Vec<RecordAttachment>,
    /// Whether the person may change it; [`crate::GetRecordForms`] has the form.
    #[serde(default)]
    pub may_change: bool,
    /// Whether the person may remove it.
    #[serde(default)]
    pub may_remove: bool,
    /// Its values as the form takes them, where it may be changed.
    #[serde(default)]
    pub values: Vec<crate::FieldValue>,
    /// Type and action as the form names them.
    #[serde(default)]
    pub type_id: String,
    /// The action of a contact interaction.
    #[serde(default)]
    pub action: String,
    /// Its page in iMIS, if it has one of its own.
    #[serde(default)]
    pub link: Option<String>,
    /// The contact's page in iMIS, as the site's settings say.
    #[serde(default)]
    pub profile: Option<String>,
}

impl fmt::Debug for RecordInFull {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecordInFull").field("entry", &self.entry).finish_non_exhaustive()
    }
}

/// A field of a record, for reading.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordField {
    /// What the site calls it.
    pub caption: String,
    /// How the value is written.
    pub kind: crate::ColumnKind,
    /// The value.
    pub value: String,
}

impl fmt::Debug for RecordField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecordField(…)")
    }
}

/// An attachment of a record: `GET /api/records/{record}/attachments/{id}?contact=…` answers its bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordAttachment {
    /// Its key.
    pub id: String,
    /// Its name.
    pub name: AttachmentName,
}

impl RecordAttachment {
    /// The path that answers the bytes; the parts are escaped by the caller's URL type, or consist of
    /// letters, digits, `:`, `-` and `_` alone.
    pub fn path(&self, record: &RecordId, contact: &ContactId) -> String {
        format!("/api/records/{}/attachments/{}?contact={}", record.0, self.id, contact.0)
    }
}
