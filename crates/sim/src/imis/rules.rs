//! What the site checks and fills in when a row is written (imis.md §6, §7).

use serde_json::{Value, json};

use super::{
    World,
    accounts::User,
    answer::Complaint,
    contracts::{self, Contract},
    filter::now,
    rights,
    rows::{Draft, Row, complaint},
    tables::Tables,
};

/// Completes and checks a draft; complaints are added to those it already has.
pub(super) fn apply(
    (world, tables): (&World, &Tables),
    contract: &Contract,
    user: &User,
    draft: &mut Draft,
    before: Option<&Row>,
) {
    match contract.entity {
        "UT_Correspondence" => panel(world, draft),
        "Activity" => activity((world, tables), user, draft, before),
        "LegacyActivityAttachment" => activity_attachment(tables, draft),
        "ContactInteraction" => contact_interaction(world, tables, draft),
        "CommunicationLog" => require(draft, "Subject"),
        "CommunicationLogRecipient" => recipient(world, tables, draft),
        "PartyNote" => contact_row(world, draft, &["PartyId", "Text"]),
        "PartyImage" => contact_row(world, draft, &["PartyId"]),
        "CommunicationLogAttachment" => log_attachment(tables, draft),
        _ => {}
    }
    if contract.field("UpdateInformation.CreatedBy").is_some() {
        stamp(&user.name, draft, before);
    }
    if contract.file.is_some() && draft.file.is_none() && before.is_none() {
        draft.complaints.push(complaint(contract.content(), "", "The content is required."));
    }
}

/// The one who writes and the time of writing, whatever the body says (imis.md §7: the date cannot be set).
fn stamp(user: &str, draft: &mut Draft, before: Option<&Row>) {
    let kept = |name: &str, fallback: Value| before.and_then(|row| row.fields.get(name).cloned()).unwrap_or(fallback);
    let now = now();
    draft.fields.insert("UpdateInformation.CreatedBy", kept("UpdateInformation.CreatedBy", json!(user)));
    draft.fields.insert("UpdateInformation.CreatedOn", kept("UpdateInformation.CreatedOn", json!(now)));
    draft.fields.insert("UpdateInformation.UpdatedBy", json!(user));
    draft.fields.insert("UpdateInformation.UpdatedOn", json!(now));
}

fn text<'a>(draft: &'a Draft, field: &str) -> &'a str {
    draft.fields.get(field).and_then(Value::as_str).unwrap_or_default()
}

fn require(draft: &mut Draft, field: &'static str) {
    let missing = match draft.fields.get(field) {
        None | Some(Value::Null) => true,
        Some(Value::String(text)) => text.trim().is_empty(),
        Some(_) => false,
    };
    let already = draft.complaints.iter().any(|complaint| complaint.field == field);
    if missing && !already {
        draft.complaints.push(Complaint {
            field: field.to_owned(),
            value: String::new(),
            message: format!("{field} is required."),
        });
    }
}

fn unless(draft: &mut Draft, exists: bool, field: &str, message: &str) {
    let value = text(draft, field).to_owned();
    if !exists && !value.is_empty() {
        draft.complaints.push(complaint(field, &value, message));
    }
}

fn activity((world, tables): (&World, &Tables), user: &User, draft: &mut Draft, before: Option<&Row>) {
    if let Some(before) = before {
        // The contact of an activity cannot be changed (imis.md §6.1).
        let party = text(draft, "ID").to_owned();
        if !party.is_empty() && party != before.text("ID") {
            draft.complaints.push(complaint("ID", &party, "The contact of an activity cannot be changed."));
        }
        for (name, value) in &before.fields {
            draft.fields.entry(name).or_insert_with(|| value.clone());
        }
    }
    require(draft, "ID");
    require(draft, "ACTIVITY_TYPE");
    let known = world.parties().get(text(draft, "ID")).is_some();
    unless(draft, known, "ID", "The contact does not exist.");
    let kind = tables.get(&contracts::ACTIVITY_TYPE, text(draft, "ACTIVITY_TYPE"));
    let known = kind.is_some_and(|kind| rights::sees(user, tables, &contracts::ACTIVITY_TYPE, kind));
    unless(draft, known, "ACTIVITY_TYPE", "The activity type does not exist.");
    let editable = !known || rights::editable(tables, text(draft, "ACTIVITY_TYPE"));
    unless(draft, editable, "ACTIVITY_TYPE", "Activities of this type cannot be edited.");
    if draft.fields.get("TRANSACTION_DATE").is_none_or(Value::is_null) {
        draft.fields.insert("TRANSACTION_DATE", json!(now()));
    }
}

/// The contact is the parent, and has to be there.
fn panel(world: &World, draft: &mut Draft) {
    require(draft, "ID");
    let known = world.parties().get(text(draft, "ID")).is_some();
    unless(draft, known, "ID", "The contact does not exist.");
}

/// What belongs to a contact alone.
fn contact_row(world: &World, draft: &mut Draft, required: &[&'static str]) {
    for field in required {
        require(draft, field);
    }
    let known = world.parties().get(text(draft, "PartyId")).is_some();
    unless(draft, known, "PartyId", "The contact does not exist.");
}

fn activity_attachment(tables: &Tables, draft: &mut Draft) {
    require(draft, "ActivityId");
    require(draft, "FileName");
    let id = draft.fields.get("ActivityId").map(ToString::to_string).unwrap_or_default();
    if !id.is_empty() && tables.get(&contracts::ACTIVITY, &id).is_none() {
        draft.complaints.push(complaint("ActivityId", &id, "The activity does not exist."));
    }
}

fn contact_interaction(world: &World, tables: &Tables, draft: &mut Draft) {
    for field in ["PartyId", "InteractionTypeCode", "InteractionActionCode", "InteractionDate"] {
        require(draft, field);
    }
    let known = world.parties().get(text(draft, "PartyId")).is_some();
    unless(draft, known, "PartyId", "The contact does not exist.");
    let known = tables.get(&contracts::INTERACTION_TYPE, text(draft, "InteractionTypeCode")).is_some();
    unless(draft, known, "InteractionTypeCode", "The interaction type does not exist.");
    let known = tables.get(&contracts::INTERACTION_ACTION, text(draft, "InteractionActionCode")).is_some();
    unless(draft, known, "InteractionActionCode", "The interaction action does not exist.");
}

fn recipient(world: &World, tables: &Tables, draft: &mut Draft) {
    let (log, party) = ("CommunicationLog.CommunicationLogId", "Party.PartyId");
    require(draft, log);
    require(draft, party);
    let known = tables.get(&contracts::LOG, text(draft, log)).is_some();
    unless(draft, known, log, "The communication log does not exist.");
    let known = world.parties().get(text(draft, party)).is_some();
    unless(draft, known, party, "The contact does not exist.");
}

fn log_attachment(tables: &Tables, draft: &mut Draft) {
    require(draft, "CommunicationLogId");
    require(draft, "Name");
    let known = tables.get(&contracts::LOG, text(draft, "CommunicationLogId")).is_some();
    unless(draft, known, "CommunicationLogId", "The communication log does not exist.");
}
