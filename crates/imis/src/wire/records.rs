//! Records as rows of a timeline, in full, and changed (`imis.md §6`, `§7`).

use super::read::{bare, date, flag, generic_identity, generic_text, list, member, number, text};
use super::write::{date as written_date, json};
use crate::prompts::{self, ActivityForm, ColumnForm};
use crate::records::{
    HistoryRow, InteractionType, Listed, NewNote, NewWrittenActivity, RecordOfMessage, RecordStore, WrittenKey,
};
use crate::{Column, NewRow, PartyId};
use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use serde_json::{Value, json};
use time::{Date, PrimitiveDateTime, Time, macros::format_description};

/// How many there are in all, where a page says.
pub(crate) fn total(answer: &Value) -> Option<u64> {
    number(answer, "TotalCount")
}

/// A local moment; a bare date is its beginning.
fn moment(text: &str) -> Option<PrimitiveDateTime> {
    let day = Date::parse(text.get(..10)?, format_description!("[year]-[month]-[day]")).ok()?;
    let time = match text.get(10..19) {
        Some(rest) => Time::parse(rest, format_description!("T[hour]:[minute]:[second]")).ok()?,
        None => Time::MIDNIGHT,
    };
    (day.year() > 1).then_some(PrimitiveDateTime::new(day, time))
}

fn generic_moment(row: &Value, name: &str) -> Option<PrimitiveDateTime> {
    moment(&generic_text(row, name)?)
}

fn updated(value: &Value, name: &str) -> Option<PrimitiveDateTime> {
    member(value, "UpdateInformation").and_then(|update| date(update, name))
}

fn created_by(value: &Value) -> Option<String> {
    member(value, "UpdateInformation").and_then(|update| text(update, "CreatedBy"))
}

/// Reads a row of a list. A row of somebody else, or one marked for deletion, has a place and no content; one without
/// a key is none at all.
pub(crate) fn history_row(store: RecordStore, row: &Value, party: &PartyId) -> Option<Listed> {
    let (place, whose, content) = match store {
        RecordStore::Activity => activity(row),
        RecordStore::Log => recipient(row),
        RecordStore::ContactInteraction => interaction(row),
        RecordStore::Note => note(row),
    }?;
    let theirs = whose.is_some_and(|whose| whose.eq_ignore_ascii_case(party.as_str()));
    Some(Listed { place, row: content.filter(|_| theirs) })
}

/// Reads a record of a message: its key, whose it is, who wrote it and when.
pub(crate) fn record_of_message(store: RecordStore, row: &Value) -> Option<RecordOfMessage> {
    let (key, whose, content) = match store {
        RecordStore::Activity => activity(row),
        RecordStore::ContactInteraction => interaction(row),
        RecordStore::Log => entry(row),
        RecordStore::Note => None,
    }?;
    let HistoryRow { type_code, by, at, .. } = content?;
    Some(RecordOfMessage { store, key, contacts: whose.map(PartyId::new).into_iter().collect(), type_code, by, at })
}

/// An entry of the communication log, without its contacts.
fn entry(row: &Value) -> Option<Read> {
    let key = text(row, "CommunicationLogId")?;
    let content = HistoryRow {
        key: key.clone(),
        at: updated(row, "CreatedOn"),
        title: String::new(),
        type_code: String::new(),
        action_code: String::new(),
        text: String::new(),
        by: created_by(row),
        follow_up: None,
    };
    Some((key, None, Some(content)))
}

type Read = (String, Option<String>, Option<HistoryRow>);

fn activity(row: &Value) -> Option<Read> {
    let key =
        generic_identity(row).or_else(|| generic_text(row, "SEQN")).or_else(|| generic_text(row, "ActivityId"))?;
    let whose = generic_text(row, "PartyId").or_else(|| generic_text(row, "ID"));
    let content = HistoryRow {
        key: key.clone(),
        at: generic_moment(row, "TRANSACTION_DATE"),
        title: generic_text(row, "DESCRIPTION").unwrap_or_default(),
        type_code: generic_text(row, "ACTIVITY_TYPE").unwrap_or_default(),
        action_code: String::new(),
        text: generic_text(row, "NOTE").unwrap_or_default(),
        by: None,
        follow_up: generic_moment(row, "TICKLER_DATE"),
    };
    Some((key, whose, Some(content)))
}

/// A line of the communication log, with the entry's summary in it.
fn recipient(row: &Value) -> Option<Read> {
    let place = text(row, "CommunicationLogRecipientId")?;
    let party = member(row, "Party");
    let whose = party.and_then(|party| text(party, "PartyId").or_else(|| text(party, "Id")));
    let content = member(row, "CommunicationLog").and_then(|log| {
        let kind = member(log, "CommunicationType").and_then(|kind| text(kind, "CommunicationTypeDisplay"));
        Some(HistoryRow {
            key: text(log, "CommunicationLogId")?,
            at: updated(row, "CreatedOn").or_else(|| updated(log, "CreatedOn")),
            title: text(log, "Subject").unwrap_or_default(),
            type_code: kind.unwrap_or_default(),
            action_code: String::new(),
            text: String::new(),
            by: created_by(log).or_else(|| created_by(row)),
            follow_up: None,
        })
    });
    Some((place, whose, content))
}

fn interaction(row: &Value) -> Option<Read> {
    let key = text(row, "ContactInteractionId")?;
    let content = HistoryRow {
        key: key.clone(),
        at: date(row, "InteractionDate"),
        title: text(row, "Description").unwrap_or_default(),
        type_code: text(row, "InteractionTypeCode").unwrap_or_default(),
        action_code: text(row, "InteractionActionCode").unwrap_or_default(),
        text: text(row, "Details").unwrap_or_default(),
        by: created_by(row),
        follow_up: None,
    };
    let deleted = text(row, "MarkedForDeleteOn").is_some();
    Some((key, text(row, "PartyId"), (!deleted).then_some(content)))
}

fn note(row: &Value) -> Option<Read> {
    let key = text(row, "PartyNoteId")?;
    let content = HistoryRow {
        key: key.clone(),
        at: updated(row, "CreatedOn").or_else(|| updated(row, "UpdatedOn")),
        title: String::new(),
        type_code: text(row, "Purpose").unwrap_or_default(),
        action_code: String::new(),
        text: text(row, "Text").unwrap_or_default(),
        by: created_by(row).or_else(|| member(row, "UpdateInformation").and_then(|update| text(update, "UpdatedBy"))),
        follow_up: None,
    };
    Some((key, text(row, "PartyId"), Some(content)))
}

/// A member or column of a record, as text; dates keep their form, numbers and flags are written out.
pub(crate) fn value_of(store: RecordStore, record: &Value, name: &str) -> Option<String> {
    if store == RecordStore::Activity { generic_text(record, name) } else { text(record, name) }
}

/// Reads `LegacyActivityTypeData` with its prompts; `is_system` says which types are iMIS's own.
pub(crate) fn activity_form(value: &Value, is_system: impl Fn(&str) -> bool) -> Option<ActivityForm> {
    let id = text(value, "ActivityTypeId")?;
    let mut columns: Vec<(&'static prompts::PromptColumn, String)> = Vec::new();
    for row in prompts::prompts() {
        let Some(label) = text(value, row.prompt) else { continue };
        if !columns.iter().any(|(known, _)| known.column == row.column) {
            columns.push((row, label));
        }
    }
    Some(ActivityForm {
        description: text(value, "Description").unwrap_or_else(|| id.clone()),
        by_people: flag(value, "AllowUserEdit") && !is_system(&id),
        id,
        columns,
    })
}

/// Reads `InteractionTypeData`, whether or not people may assign it.
pub(crate) fn interaction_type_in_full(value: &Value) -> Option<InteractionType> {
    let code = text(value, "InteractionTypeCode")?;
    let action = |action: &Value| {
        let code = text(action, "InteractionActionCode")?;
        let words = text(action, "Description").unwrap_or_default();
        Some((code, words))
    };
    Some(InteractionType {
        description: text(value, "Description").unwrap_or_else(|| code.clone()),
        assignable: flag(value, "IsAssignable") && text(value, "MarkedForDeleteOn").is_none(),
        actions: list(value, "Actions").filter_map(action).collect(),
        code,
    })
}

/// Reads `InteractionActionData`: its code and what people call it.
pub(crate) fn interaction_action(value: &Value) -> Option<(String, String)> {
    let code = text(value, "InteractionActionCode")?;
    Some((code.clone(), text(value, "Description").unwrap_or(code)))
}

/// A file of a record.
pub(crate) struct File {
    pub(crate) owner: Option<String>,
    pub(crate) name: String,
    pub(crate) content_type: Option<String>,
    pub(crate) bytes: Vec<u8>,
}

/// Reads an attachment of either store with its bytes, wrapped or bare. Takes the value apart, so that the text is
/// let go as soon as it is decoded.
pub(crate) fn file(mut value: Value) -> Option<File> {
    let key = value.as_object()?.keys().find(|key| key.eq_ignore_ascii_case("Attachment"))?.clone();
    let content = value.as_object_mut()?.remove(&key)?;
    let bytes = match bare(&content) {
        Value::String(text) => STANDARD.decode(text.trim()).ok()?,
        _ => return None,
    };
    drop(content);
    Some(File {
        owner: text(&value, "CommunicationLogId").or_else(|| text(&value, "ActivityId")),
        name: text(&value, "FileName").or_else(|| text(&value, "Name")).unwrap_or_default(),
        content_type: text(&value, "ContentType"),
        bytes,
    })
}

/// A value as iMIS is to read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EditedAs {
    /// Text, or a date as text.
    Text,
    /// A decimal number.
    Decimal,
}

fn scalar_json(value: &str, form: EditedAs) -> Option<Value> {
    match form {
        _ if value.is_empty() => Some(Value::Null),
        EditedAs::Text => Some(Value::String(value.to_owned())),
        EditedAs::Decimal => {
            let number: serde_json::Number = value.parse().ok()?;
            Some(json!({ "$type": "System.Decimal", "$value": number }))
        }
    }
}

/// Sets a member or column of a record as it was read; everything else stays as it came. `None` if the value is no
/// number where one is wanted, or the record has no place for it.
pub(crate) fn edit(store: RecordStore, record: &mut Value, name: &str, value: &str, form: EditedAs) -> Option<()> {
    let value = scalar_json(value, form)?;
    if store != RecordStore::Activity {
        let object = record.as_object_mut()?;
        let key = object.keys().find(|key| key.eq_ignore_ascii_case(name)).cloned();
        object.insert(key.unwrap_or_else(|| name.to_owned()), value);
        return Some(());
    }
    let bag = record.as_object_mut()?.iter_mut().find(|(key, _)| key.eq_ignore_ascii_case("Properties"))?.1;
    let values = if bag.is_array() { bag } else { bag.get_mut("$values")? };
    let properties = values.as_array_mut()?;
    let named = |property: &&mut Value| text(property, "Name").is_some_and(|found| found.eq_ignore_ascii_case(name));
    if let Some(property) = properties.iter_mut().find(named) {
        let object = property.as_object_mut()?;
        let key = object.keys().find(|key| key.eq_ignore_ascii_case("Value")).cloned();
        object.insert(key.unwrap_or_else(|| "Value".to_owned()), value);
    } else {
        properties.push(property(name, value));
    }
    Some(())
}

fn property(name: &str, value: Value) -> Value {
    json!({ "$type": "Asi.Soa.Core.DataContracts.GenericPropertyData, Asi.Contracts", "Name": name, "Value": value })
}

/// A new activity out of a form. Text goes as it is: iMIS judges its length.
pub(crate) struct WrittenActivity(Value);

impl WrittenActivity {
    pub(crate) fn body(&self) -> Bytes {
        json(&self.0)
    }
}

/// `None` if something given as a number is none.
pub(crate) fn written_activity(new: &NewWrittenActivity<'_>) -> Option<WrittenActivity> {
    let party = new.party.as_str();
    let mut properties = vec![
        property("PartyId", json!(party)),
        property(Column::ActivityType.name(), json!(new.activity_type)),
        property("TRANSACTION_DATE", json!(written_date(new.transaction_date_local))),
    ];
    if let WrittenKey::Column(column) = new.kept_in {
        properties.push(property(column.name(), json!(new.message_key)));
    }
    for (column, value) in new.values {
        let form = match column.form {
            ColumnForm::Amount | ColumnForm::Number => EditedAs::Decimal,
            _ => EditedAs::Text,
        };
        properties.push(property(column.column, scalar_json(value, form)?));
    }
    Some(WrittenActivity(generic("Activity", party, &properties)))
}

/// A row as JSON (`GenericEntityData`, `imis.md §6.1`); the column whose value is none of its kind where there is one.
pub(crate) fn new_row(new: &NewRow<'_>) -> Result<Bytes, String> {
    let party = new.party.as_str();
    let mut properties = Vec::new();
    if new.entity == "Activity" {
        properties.push(property("PartyId", json!(party)));
    }
    for value in new.values {
        let form = match value.form {
            ColumnForm::Amount | ColumnForm::Number => EditedAs::Decimal,
            _ => EditedAs::Text,
        };
        let scalar = scalar_json(&value.value, form).ok_or_else(|| value.column.clone())?;
        properties.push(property(&value.column, scalar));
    }
    properties.push(property(new.key.0, json!(new.key.1)));
    Ok(json(&generic(new.entity, party, &properties)))
}

/// A generic entity that belongs to a contact.
fn generic(entity: &str, party: &str, properties: &[Value]) -> Value {
    const STRINGS: &str = "System.Collections.ObjectModel.Collection`1[[System.String, mscorlib]], mscorlib";
    json!({
        "$type": "Asi.Soa.Core.DataContracts.GenericEntityData, Asi.Contracts",
        "EntityTypeName": entity,
        "PrimaryParentEntityTypeName": "Party",
        "PrimaryParentIdentity": {
            "$type": "Asi.Soa.Core.DataContracts.IdentityData, Asi.Contracts",
            "EntityTypeName": "Party",
            "IdentityElements": { "$type": STRINGS, "$values": [party] },
        },
        "Properties": {
            "$type": "Asi.Soa.Core.DataContracts.GenericPropertyDataCollection, Asi.Contracts",
            "$values": properties,
        },
    })
}

/// `PartyNoteData` (`imis.md §7.4`).
pub(crate) fn new_note(new: &NewNote<'_>) -> Bytes {
    let mut body = json!({
        "$type": "Asi.Soa.Membership.DataContracts.PartyNoteData, Asi.Contracts",
        "PartyId": new.party.as_str(),
        "Text": new.text,
    });
    if !new.purpose.is_empty() {
        body["Purpose"] = json!(new.purpose);
    }
    json(&body)
}
