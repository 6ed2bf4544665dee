//! Rows of the writable entities: reading a body, storing it, showing it (imis.md §4.2, §6.1, §7).
//!
//! A row holds plain values under the names of its contract; how the platform wraps them is decided on the way out.

use std::{borrow::Cow, collections::BTreeMap, fmt::Write as _};

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::{
    World,
    accounts::User,
    answer::{Answer, Complaint},
    contracts::{self, Contract, Field, FileForm, Form},
    filter::{self, Find},
    json::Lean,
    ledger::StoredFile,
    rights,
    tables::Tables,
    wire::{self, Dialect, Window, wrapped},
};

/// One stored row.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) id: String,
    pub(super) fields: Fields,
    pub(super) file: Option<StoredFile>,
}

pub(super) type Fields = BTreeMap<&'static str, Value>;

impl Row {
    pub(super) fn text(&self, field: &str) -> &str {
        self.fields.get(field).and_then(Value::as_str).unwrap_or_default()
    }

    fn held(&self, field: &'static str) -> Vec<Cow<'_, str>> {
        match self.fields.get(field) {
            Some(Value::String(text)) => vec![Cow::Borrowed(text)],
            Some(Value::Bool(_) | Value::Number(_)) => vec![Cow::Owned(self.fields[field].to_string())],
            // An absent number is its default in a typed contract; an absent flag is false by the operators.
            _ => vec![],
        }
    }

    /// The row as one plain object, for the ledger.
    pub(super) fn plain(&self) -> Value {
        Value::Object(self.fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect())
    }
}

/// What a body asks to be stored.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) fields: Fields,
    pub(super) file: Option<StoredFile>,
    pub(super) complaints: Vec<Complaint>,
}

/// Reads a body. Members the contract does not have are ignored; `$type` has to be the first member, or the platform
/// binds nothing and finds itself without an argument (imis.md §4.2). A file of at most `kept_max` bytes is kept whole.
pub(super) fn read(contract: &Contract, body: &[u8], kept_max: usize) -> Result<Draft, Answer> {
    let body = Lean::parse(body).map_err(|_| Answer::bad_request("ArgumentFault: The request body is not valid."))?;
    let wanted = format!("Asi.Soa.{}", contract.class);
    if !body.class().is_some_and(|class| class.eq_ignore_ascii_case(&wanted)) {
        return Err(Answer::bad_request("ArgumentNullFault: Value cannot be null."));
    }
    let mut draft = Draft { fields: Fields::new(), file: None, complaints: Vec::new() };
    if contract.generic {
        read_properties(contract, &body, &mut draft);
    } else {
        for field in contract.fields.iter().filter(|field| !field.server) {
            let value = field.name.split('.').try_fold(&body, |inner, name| inner.member(name));
            if let Some(value) = value {
                take(field, value, &mut draft);
            }
        }
    }
    if let Some((name, form)) = contract.file {
        let name = draft.fields.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        if let Some(content) = body.member(contract.content()).filter(|content| **content != Lean::Null) {
            draft.file = Some(read_file(name, form, content, kept_max)?);
        }
    }
    Ok(draft)
}

fn read_properties(contract: &Contract, body: &Lean<'_>, draft: &mut Draft) {
    let parent = body.member("PrimaryParentIdentity").and_then(|identity| identity.member("IdentityElements"));
    if let Some(id) = parent.and_then(|elements| elements.elements().first()).and_then(Lean::text) {
        draft.fields.insert("ID", json!(id));
    }
    for property in body.member("Properties").map(Lean::elements).unwrap_or_default() {
        let Some(name) = property.member("Name").and_then(Lean::text) else { continue };
        let Some(resolved) = contract.resolve(name, false) else { continue };
        let field = contract.field(resolved.name).filter(|field| !field.server);
        let value = property.member("Value").unwrap_or(&Lean::Null);
        if let Some(field) = field {
            take(field, value.unwrapped(), draft);
        }
    }
}

/// Takes one value as Json.NET would: numbers from text and text from numbers.
fn take(field: &'static Field, value: &Lean<'_>, draft: &mut Draft) {
    let Some(scalar) = value.scalar() else {
        draft.complaints.push(complaint(field.name, "", "The value is not of the expected type."));
        return;
    };
    let plain = match &scalar {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    let taken = match (field.form, &scalar) {
        (_, Value::Null) => Some(Value::Null),
        (Form::Text, _) => Some(json!(plain)),
        (Form::Whole, _) => plain.parse::<i64>().ok().map(|number| json!(number)),
        (Form::Decimal, _) => plain.parse::<serde_json::Number>().ok().map(Value::Number),
        (Form::Flag, Value::Bool(_)) => Some(scalar.clone()),
        (Form::Flag, _) => plain.to_ascii_lowercase().parse::<bool>().ok().map(Value::Bool),
        (Form::Date, _) => filter::moment(&plain).map(|moment| json!(filter::written(moment))),
        (Form::Raw, _) => None,
    };
    match taken {
        None => draft.complaints.push(complaint(field.name, &plain, "The value is not of the expected type.")),
        Some(_) if field.longest > 0 && plain.chars().count() > field.longest => {
            let message = format!("The value exceeds the maximum length of {}.", field.longest);
            draft.complaints.push(complaint(field.name, &plain, &message));
        }
        Some(value) => {
            draft.fields.insert(field.name, value);
        }
    }
}

pub(super) fn complaint(field: &str, value: &str, message: &str) -> Complaint {
    Complaint { field: field.to_owned(), value: value.to_owned(), message: message.to_owned() }
}

/// Decodes a file piece by piece, keeping its digest and its beginning.
fn read_file(name: String, form: FileForm, content: &Lean<'_>, kept_max: usize) -> Result<StoredFile, Answer> {
    let fault = || Answer::bad_request("ArgumentFault: Value does not fall within the expected range.");
    let is_wrapped = matches!(content, Lean::Object(_));
    if form == FileForm::Object && !is_wrapped {
        return Err(fault());
    }
    if is_wrapped && content.class() != Some("System.Byte[]") {
        return Err(fault());
    }
    let base64 = content.unwrapped().text().ok_or_else(fault)?.as_bytes();
    let mut digest = Sha256::new();
    let mut length = 0;
    let mut head = Vec::new();
    let mut piece = vec![0; 48 * 1024];
    // 64 KiB of base64 are whole groups of four, so every piece but the last decodes on its own.
    for chunk in base64.chunks(64 * 1024) {
        let decoded = STANDARD.decode_slice(chunk, &mut piece).map_err(|_| fault())?;
        digest.update(&piece[..decoded]);
        length += decoded as u64;
        if head.len() < kept_max + 1 {
            let room = kept_max + 1 - head.len();
            head.extend_from_slice(&piece[..decoded.min(room)]);
        }
    }
    let whole = head.len() <= kept_max;
    let sha256 = digest.finalize().iter().fold(String::with_capacity(64), |mut hex, byte| {
        // Writing to a string cannot fail.
        let _ok = write!(hex, "{byte:02x}");
        hex
    });
    let kept = Bytes::from(if whole { head.clone() } else { Vec::new() });
    head.truncate(StoredFile::HEAD);
    Ok(StoredFile { name, length, sha256, head: head.into(), content: whole.then_some(kept) })
}

/// A page of the rows that this user sees.
pub(super) fn page(
    world: &World,
    user: &User,
    (contract, summary): (&Contract, bool),
    query: &str,
) -> Result<Value, Answer> {
    let dialect = Dialect(world.settings.edition);
    let find = Find::parse(query, world.settings.max_limit, |name| contract.resolve(name, summary))?
        .under(world.settings.collation);
    if contract.entity == contracts::RECIPIENT.entity && find.names("Party.PartyId") {
        world.settings.recipients_by_party.demand(contract.entity)?;
    }
    let tables = world.tables();
    let there = |row: &&Row| {
        find.entity_id.as_deref().is_none_or(|id| row.id.eq_ignore_ascii_case(id))
            && rights::sees(user, &tables, contract, row)
    };
    let (rows, window): (Vec<&Row>, Window) = match contract.owner.and_then(|owner| find.exactly(owner)) {
        Some(owner) => find.page(tables.owned(contract, owner).filter(there), Row::held),
        None => find.page(tables.all(contract).filter(there), Row::held),
    };
    let items = rows.into_iter().map(|row| show(world, &tables, (contract, summary), row, dialect)).collect();
    Ok(dialect.page(class_of(contract, summary), items, window))
}

fn class_of(contract: &Contract, summary: bool) -> &'static str {
    match (summary, contract.summary) {
        (true, Some((_, class))) => class,
        _ => contract.class,
    }
}

/// One row as the platform writes it.
pub(super) fn show(
    world: &World,
    tables: &Tables,
    (contract, summary): (&Contract, bool),
    row: &Row,
    dialect: Dialect,
) -> Value {
    if contract.generic {
        return generic(contract, row, dialect);
    }
    let mut map = typed((contract, summary), row, dialect);
    expand(world, tables, (contract, summary), row, dialect, &mut map);
    if let Some(content) = row.file.as_ref().filter(|_| !summary).and_then(|file| file.content.as_ref()) {
        map.insert(contract.content().to_owned(), wire::bytes(STANDARD.encode(content)));
    }
    Value::Object(map)
}

/// The members of a typed contract, without what they refer to and without bytes.
fn typed((contract, summary): (&Contract, bool), row: &Row, dialect: Dialect) -> Map<String, Value> {
    let mut map = Map::new();
    map.insert("$type".to_owned(), json!(dialect.class(class_of(contract, summary))));
    let shown = contract.fields.iter().filter(|field| !(summary && field.full_only));
    for (field, value) in shown.filter_map(|field| Some((field, row.fields.get(field.name)?))) {
        if wire::is_default(value) && !field.always {
            continue;
        }
        match field.name.split_once('.') {
            None => {
                map.insert(field.name.to_owned(), value.clone());
            }
            Some((member, inner)) => {
                let class = dialect.class(contracts::nested(member));
                let object = map.entry(member).or_insert_with(|| json!({ "$type": class }));
                object[inner] = value.clone();
            }
        }
    }
    map
}

/// What a row refers to is shown with it.
fn expand(
    world: &World,
    tables: &Tables,
    (contract, summary): (&Contract, bool),
    row: &Row,
    dialect: Dialect,
    map: &mut Map<String, Value>,
) {
    if contract.entity == contracts::LOG.entity && !summary {
        let files = tables.owned(&contracts::LOG_ATTACHMENT, &row.id);
        // That they are named here without their bytes is assumed (imis.md §7.2).
        let files: Vec<Value> =
            files.map(|file| typed((&contracts::LOG_ATTACHMENT, false), file, dialect).into()).collect();
        if !files.is_empty() {
            let class = "Communications.DataContracts.CommunicationLogAttachmentDataCollection";
            map.insert("Attachments".to_owned(), dialect.collection(class, files));
        }
    }
    if contract.entity != contracts::RECIPIENT.entity {
        return;
    }
    if let Some(log) = tables.get(&contracts::LOG, row.text("CommunicationLog.CommunicationLogId")) {
        map.insert("CommunicationLog".to_owned(), show(world, tables, (&contracts::LOG, true), log, dialect));
    }
    if let Some(party) = world.parties().get(row.text("Party.PartyId")) {
        map.insert("Party".to_owned(), party.reference(dialect));
    }
}

fn generic(contract: &Contract, row: &Row, dialect: Dialect) -> Value {
    let party = row.text("ID").to_owned();
    let mut properties = vec![];
    if contract.entity == contracts::ACTIVITY.entity {
        let key = row.fields.get(contract.key).map(|key| wrapped("System.Int32", key.clone()));
        properties.push(dialect.property("PartyId", Some(json!(party))));
        properties.push(dialect.property("ActivityId", key));
    }
    properties.extend(contract.fields.iter().map(|field| {
        let value = row.fields.get(field.name).filter(|value| !value.is_null()).map(|value| match field.form {
            Form::Whole => wrapped("System.Int32", value.clone()),
            Form::Decimal => wrapped("System.Decimal", value.clone()),
            Form::Flag => wrapped("System.Boolean", value.clone()),
            Form::Text | Form::Date | Form::Raw => value.clone(),
        });
        dialect.property(field.name, value)
    }));
    json!({
        "$type": dialect.class(contract.class),
        "EntityTypeName": contract.entity,
        "PrimaryParentEntityTypeName": "Party",
        "Identity": dialect.identity(contract.entity, &row.id),
        "PrimaryParentIdentity": dialect.identity("Party", &party),
        "Properties": dialect.collection("Core.DataContracts.GenericPropertyDataCollection", properties),
    })
}
