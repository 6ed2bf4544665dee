//! The grammar of `/api`: verbs and paths to operations, and who may use them (imis.md §4.1, §16).

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{
    Edition, World,
    accounts::User,
    answer::{Answer, Outcome},
    contacts,
    contracts::{self, Contract},
    ledger::Change,
    parties::View,
    queries,
    rights::{self, Action},
    rows::{self, Row},
    rules, users,
    wire::Dialect,
};

/// One call, its path already decoded.
#[derive(Debug)]
pub(super) struct Call<'a> {
    pub(super) method: &'a Method,
    /// What follows `/api/`, split at slashes.
    pub(super) segments: &'a [String],
    pub(super) query: &'a str,
    pub(super) body: &'a [u8],
}

/// Answers one call of a signed-in user.
pub(super) fn handle(world: &World, user: &User, call: &Call<'_>) -> Outcome {
    let segments: Vec<&str> = call.segments.iter().map(String::as_str).collect();
    let entity = *segments.first().unwrap_or(&"");
    match entity.to_ascii_lowercase().as_str() {
        "user" | "usersecurity" | "role" => return users::handle(world, user, call),
        "systemsettings" | "membershipsettings" => return settings(world, call, &segments),
        "metadata" => return Err(Answer::no_operation()),
        "documentsummary" | "querydefinition" | "queryparameterdefinition" | "query" | "iqa" => {
            return queries::handle(world, user, call);
        }
        _ => {}
    }
    if let [_, "_haspermission", action] = segments[..] {
        return has_permission(world, user, entity, action, call.method);
    }
    if let Some(view) = View::of(entity) {
        return contacts::handle(world, user, call, (view, &segments));
    }
    let (contract, summary) = contracts::named(entity).ok_or_else(|| Answer::no_service(entity))?;
    let writes = *call.method != Method::GET;
    if contract.communication && !communication_log(world, writes) {
        return Err(Answer::no_service(entity));
    }
    let id = segments.get(1).copied();
    match (call.method.as_str(), id, segments.len()) {
        ("GET", None, _) => {
            rights::demand_read(user, contract)?;
            rows::page(world, user, (contract, summary), call.query).map(|page| Answer::ok(&page))
        }
        ("GET", Some(id), 2) => {
            rights::demand_read(user, contract)?;
            let tables = world.tables();
            let row = tables.get(contract, id).ok_or_else(|| missing(entity))?;
            rights::demand_sight(user, &tables, contract, row)?;
            Ok(Answer::ok(&rows::show(world, &tables, (contract, summary), row, dialect(world))))
        }
        _ if summary || !contract.writable => Err(Answer::no_operation()),
        ("POST", None, _) => create(world, user, contract, call.body),
        ("PUT", Some(id), 2) => replace(world, user, (contract, id), call.body),
        ("DELETE", Some(id), 2) => delete(world, user, contract, id),
        _ => Err(Answer::no_operation()),
    }
}

fn dialect(world: &World) -> Dialect {
    Dialect(world.settings.edition)
}

fn missing(entity: &str) -> Answer {
    Answer::not_found(format!("The {entity} could not be found."))
}

/// 2017 keeps the log but does not take writes over REST (imis.md §7.2).
fn communication_log(world: &World, writes: bool) -> bool {
    world.settings.communication_log && !(writes && world.settings.edition == Edition::Imis2017)
}

fn has_permission(world: &World, user: &User, entity: &str, action: &str, method: &Method) -> Outcome {
    if *method != Method::POST {
        return Err(Answer::no_operation());
    }
    let action = Action::from_word(action).ok_or_else(Answer::no_operation)?;
    let known = match contracts::named(entity) {
        Some((contract, _)) => !contract.communication || communication_log(world, action != Action::Read),
        None => View::of(entity).is_some(),
    };
    if !known {
        return Err(Answer::no_service(entity));
    }
    let writable = contracts::named(entity).is_some_and(|(contract, summary)| contract.writable && !summary)
        || View::of(entity).is_some_and(contacts::writable);
    let possible = action == Action::Read || writable;
    Ok(Answer::ok(&Value::Bool(possible && action.allowed(user))))
}

fn settings(world: &World, call: &Call<'_>, segments: &[&str]) -> Outcome {
    if *call.method != Method::GET || segments.len() != 2 || segments[1] != "0" {
        return Err(Answer::no_operation());
    }
    let body = if segments[0].eq_ignore_ascii_case("SystemSettings") {
        dialect(world).object(
            "Core.DataContracts.SystemSettingsData",
            [
                ("ImisMajorVersion", json!("20")),
                ("ImisSerialNumber", json!("1000001")),
                ("LicensedOrganizationName", json!("The Association of Examples")),
            ],
        )
    } else {
        dialect(world).object("Membership.DataContracts.MembershipSettingsData", [])
    };
    Ok(Answer::ok(&body))
}

fn create(world: &World, user: &User, contract: &'static Contract, body: &[u8]) -> Outcome {
    Action::Create.demand(user)?;
    let mut draft = rows::read(contract, body, world.settings.files_kept_max)?;
    let mut tables = world.tables();
    rules::apply((world, &tables), contract, user, &mut draft, None);
    if !draft.complaints.is_empty() {
        return Err(Answer::invalid(dialect(world), &draft.complaints));
    }
    let id = tables.new_id(contract);
    let key = contracts::Key::Number == contract.key_form;
    let value = if key { id.parse::<u64>().map_or(Value::Null, |number| json!(number)) } else { json!(id) };
    draft.fields.insert(contract.key, value);
    // A row of a table of several rows a contact has both in its key (imis.md §4.1).
    let id = match draft.fields.get("ID").and_then(Value::as_str) {
        Some(owner) if contract.entity == contracts::PANEL.entity => format!("~{owner}|{id}"),
        _ => id,
    };
    let row = Row { id, fields: draft.fields, file: draft.file };
    world.ledger.write(&user.name, Change::Created, (contract.entity, &row.id), row.plain(), row.file.clone());
    let shown = rows::show(world, &tables, (contract, false), &row, dialect(world));
    tables.add(contract, row);
    Ok(Answer::created(&shown))
}

fn replace(world: &World, user: &User, (contract, id): (&'static Contract, &str), body: &[u8]) -> Outcome {
    Action::Update.demand(user)?;
    let mut draft = rows::read(contract, body, world.settings.files_kept_max)?;
    let mut tables = world.tables();
    let before = tables.get(contract, id).cloned().ok_or_else(|| missing(contract.entity))?;
    rights::demand_change(user, &tables, contract, &before)?;
    rules::apply((world, &tables), contract, user, &mut draft, Some(&before));
    if !draft.complaints.is_empty() {
        return Err(Answer::invalid(dialect(world), &draft.complaints));
    }
    if let Some(key) = before.fields.get(contract.key) {
        draft.fields.insert(contract.key, key.clone());
    }
    let row = Row { id: before.id, fields: draft.fields, file: draft.file.or(before.file) };
    world.ledger.write(&user.name, Change::Replaced, (contract.entity, &row.id), row.plain(), row.file.clone());
    let shown = rows::show(world, &tables, (contract, false), &row, dialect(world));
    tables.replace(contract, row);
    Ok(Answer::ok(&shown))
}

/// Deletes a row, and with a communication log its recipients and attachments.
fn delete(world: &World, user: &User, contract: &'static Contract, id: &str) -> Outcome {
    Action::Delete.demand(user)?;
    let mut tables = world.tables();
    let row = tables.get(contract, id).ok_or_else(|| missing(contract.entity))?;
    rights::demand_change(user, &tables, contract, row)?;
    let row = tables.remove(contract, id).ok_or_else(|| missing(contract.entity))?;
    world.ledger.write(&user.name, Change::Deleted, (contract.entity, &row.id), row.plain(), None);
    if contract.entity == contracts::LOG.entity {
        let dependants = [
            (&contracts::RECIPIENT, "CommunicationLog.CommunicationLogId"),
            (&contracts::LOG_ATTACHMENT, "CommunicationLogId"),
        ];
        for (child, field) in dependants {
            let gone: Vec<String> = tables.children(child, field, &row.id).iter().map(|row| row.id.clone()).collect();
            for id in gone {
                if let Some(row) = tables.remove(child, &id) {
                    world.ledger.write(&user.name, Change::Deleted, (child.entity, &id), row.plain(), None);
                }
            }
        }
    }
    Ok(Answer::text(StatusCode::OK, ""))
}
