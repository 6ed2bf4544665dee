//! Writing an activity, an interaction or a note without a message; changing and removing one.

use crate::{Call, ContactId, RecordId, RecordInFull, RecordKind, SaveId, Verb};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Asks for the forms of what the person may write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct GetRecordForms;

impl Call for GetRecordForms {
    type Response = RecordForms;
    const VERB: Verb = Verb::Get;
    const PATH: &'static str = "/api/record-forms";
}

/// The answer; what the person may not write is not there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordForms {
    /// The forms, activities first.
    pub forms: Vec<RecordForm>,
    /// Most contacts for one writing.
    pub contacts_max: usize,
    /// The types that records can be of, iMIS's own and those nobody may write included.
    #[serde(default)]
    pub types: Vec<RecordType>,
}

/// A type of activity or of contact interaction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordType {
    /// What is of it.
    pub kind: RecordKind,
    /// Its code.
    pub id: String,
    /// What the site calls it.
    pub title: String,
}

/// The form of one type of record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordForm {
    /// What is written.
    pub kind: RecordKind,
    /// Activity type, interaction type, or purpose of a note; empty for the communication log.
    pub type_id: String,
    /// What the site calls it.
    pub title: String,
    /// Actions to choose from, for a contact interaction: code and words.
    #[serde(default)]
    pub actions: Vec<(String, String)>,
    /// The fields, in order.
    pub fields: Vec<FormField>,
}

/// A field of a form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormField {
    /// Its name in iMIS, such as `TICKLER_DATE`.
    pub name: String,
    /// Its label: the site's own words, empty where the pane has better ones for the name.
    pub label: String,
    /// What it takes.
    pub kind: FieldKind,
    /// Longest text, in characters.
    #[serde(default)]
    pub max_chars: Option<u32>,
    /// Whether it must be filled.
    #[serde(default)]
    pub required: bool,
}

/// What a field takes, and how a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    /// One line.
    Text,
    /// Several lines.
    LongText,
    /// `2026-05-10`.
    Date,
    /// `2026-05-10T08:00:00`.
    DateTime,
    /// A decimal number with `.`, such as `12.50`.
    Amount,
    /// The same, no money.
    Number,
    /// A contact's id.
    Contact,
}

/// The value of a field.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldValue {
    /// The field.
    pub name: String,
    /// Its value as [`FieldKind`] says; empty for none.
    pub value: String,
}

impl fmt::Debug for FieldValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FieldValue").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Writes a record for each contact. Repeated under the same id it writes nothing twice.
///
/// The answer is that of a save without attachments. What iMIS finds wrong comes as a problem whose
/// [`crate::Problem::fields`] name [`FormField::name`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WriteRecord {
    /// Names this writing; a retry carries the same.
    pub save: SaveId,
    /// What.
    pub kind: RecordKind,
    /// Of which type; see [`RecordForm::type_id`].
    pub type_id: String,
    /// The action of a contact interaction.
    #[serde(default)]
    pub action: String,
    /// Minutes to add to UTC for the person's local time.
    pub utc_offset_minutes: i32,
    /// The values; fields left out stay empty.
    pub values: Vec<FieldValue>,
    /// For whom; at least one, at most [`RecordForms::contacts_max`].
    pub contacts: Vec<ContactId>,
}

impl Call for WriteRecord {
    type Response = crate::SaveReport;
    const VERB: Verb = Verb::Post;
    const PATH: &'static str = "/api/records/write";
}

/// Changes a record. Answers [`crate::ProblemCode::Conflict`] if a field no longer holds what the person saw.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeRecord {
    /// Which.
    pub record: RecordId,
    /// Whose.
    pub contact: ContactId,
    /// The values that the person saw, of the fields that change.
    pub from: Vec<FieldValue>,
    /// What they are to be.
    pub to: Vec<FieldValue>,
}

impl Call for ChangeRecord {
    type Response = RecordInFull;
    const VERB: Verb = Verb::Post;
    const PATH: &'static str = "/api/records/change";
}

/// Removes a record. One that is gone already counts as removed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoveRecord {
    /// Which.
    pub record: RecordId,
    /// Whose. A communication-log entry that others are recipients of stays with them.
    pub contact: ContactId,
}

impl Call for RemoveRecord {
    type Response = Removed;
    const VERB: Verb = Verb::Post;
    const PATH: &'static str = "/api/records/remove";
}

/// It is gone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Removed {}
