//! Who am I, and what may I do: `User`, `UserSecurity` and `Role` (imis.md §3.5).

use axum::http::Method;
use serde_json::{Value, json};

use super::{
    Edition, World,
    accounts::User,
    answer::{Answer, Outcome},
    api::Call,
    filter::{Find, Kind, Property},
    json::Lean,
    wire::{Dialect, STRINGS},
};

const USER: &str = "Membership.DataContracts.UserData";
const ROLE: &str = "Membership.DataContracts.User.RoleData";

/// Role names and descriptions; the place in the table is the key.
const ROLES: &[(&str, &str)] = &[
    ("SysAdmin", "System administrators"),
    ("IsStaff", "Staff"),
    ("IsMember", "Members"),
    ("RemoteService", "Remote service access"),
    ("AuthenticatedUser", "Authenticated users"),
    ("Everyone", "Everyone"),
];

/// Answers for the three entities of users.
pub(super) fn handle(world: &World, user: &User, call: &Call<'_>) -> Outcome {
    let dialect = Dialect(world.settings.edition);
    let segments: Vec<String> = call.segments.iter().map(|segment| segment.to_ascii_lowercase()).collect();
    let path: Vec<&str> = segments.iter().map(String::as_str).collect();
    match (call.method, &path[..]) {
        (_, ["usersecurity", ..]) if world.settings.edition == Edition::Imis2017 => {
            Err(Answer::no_service("UserSecurity"))
        }
        (&Method::GET, ["user"]) => find(world, user, call.query, dialect),
        (&Method::GET, ["user", id]) => {
            let all = world.accounts().all().to_vec();
            let found = all.iter().find(|other| other.party.to_string() == *id);
            let found = found.ok_or_else(|| Answer::not_found("The User could not be found."))?;
            if !may_see(user, found) {
                return Err(Answer::forbidden());
            }
            Ok(Answer::ok(&shown(world, found, dialect)))
        }
        (&Method::POST, [entity @ ("user" | "usersecurity"), "_execute"]) => {
            let (operation, parameters) = request(call.body)?;
            execute(world, user, (entity, &operation), &parameters)
        }
        (&Method::GET, ["role"]) => roles(world, call.query, dialect),
        _ => Err(Answer::no_operation()),
    }
}

/// An ordinary user sees the own record only.
fn may_see(user: &User, other: &User) -> bool {
    user.is_administrator() || user.name == other.name
}

fn find(world: &World, user: &User, query: &str, dialect: Dialect) -> Outcome {
    let find = Find::parse(query, world.settings.max_limit, |name| {
        let name = match name.to_ascii_lowercase().as_str() {
            "username" => "UserName",
            "userid" => "UserId",
            _ => return None,
        };
        Some(Property { name, kind: Kind::Text })
    })?;
    let all = world.accounts().all().to_vec();
    let (found, window) = find.page(all.iter().filter(|other| may_see(user, other)), |other, name| {
        vec![if name == "UserName" { other.name.as_str().into() } else { other.party.to_string().into() }]
    });
    let items = found.into_iter().map(|other| shown(world, other, dialect)).collect();
    Ok(Answer::ok(&dialect.page(USER, items, window)))
}

fn shown(world: &World, user: &User, dialect: Dialect) -> Value {
    let party = user.party.to_string();
    let summary = world.parties().get(&party).map_or(Value::Null, |party| party.summary(dialect));
    let mut data = dialect.object(
        USER,
        [
            ("UserId", json!(party)),
            ("UserName", json!(user.name)),
            ("Party", summary),
            ("EffectiveDate", json!("2019-03-01T00:00:00")),
            ("IsDisable", if user.disabled { json!(true) } else { Value::Null }),
            ("ExternalId", external_id(user)),
        ],
    );
    // These two are written even when they hold their defaults.
    data["Roles"] = json!({ "$type": STRINGS, "$values": user.roles });
    data["IsAnonymous"] = json!(false);
    data
}

/// Left out until it is filled, since nobody sees it but over REST (imis.md §13).
fn external_id(user: &User) -> Value {
    if user.external_id.is_empty() { Value::Null } else { json!(user.external_id) }
}

/// Operation and parameters of a `GenericExecuteRequest` (imis.md §4.6).
fn request(body: &[u8]) -> Result<(String, Vec<String>), Answer> {
    let fault = || Answer::bad_request("ArgumentNullFault: Value cannot be null.");
    let body = Lean::parse(body).map_err(|_| fault())?;
    if body.class() != Some("Asi.Soa.Core.DataContracts.GenericExecuteRequest") {
        return Err(fault());
    }
    let operation = body.member("OperationName").and_then(Lean::text).ok_or_else(fault)?.to_owned();
    let parameters = match body.member("Parameters") {
        Some(Lean::Object(_)) => body.member("Parameters").map(Lean::elements).unwrap_or_default(),
        // A bare JSON array cannot be bound to a collection with a type (imis.md §4.6).
        Some(Lean::List(_)) => return Err(Answer::server_error()),
        _ => &[],
    };
    let parameters = parameters.iter().map(|one| one.unwrapped().text().unwrap_or_default().to_owned()).collect();
    Ok((operation, parameters))
}

fn execute(world: &World, user: &User, (entity, operation): (&str, &str), parameters: &[String]) -> Outcome {
    let dialect = Dialect(world.settings.edition);
    let parameter = |index: usize| parameters.get(index).map_or("", String::as_str);
    let name = parameter(0);
    let other = world.accounts().find(name).cloned();
    let own = user.name.eq_ignore_ascii_case(name);
    // That these take an administrator for others than oneself is an assumption (imis.md §16).
    let demand = |allowed: bool| if allowed { Ok(()) } else { Err(Answer::forbidden()) };
    let result = match (entity, operation.to_ascii_lowercase().as_str()) {
        ("user", "findbyusername") => {
            other.filter(|other| may_see(user, other)).map(|other| (dialect.class(USER), shown(world, &other, dialect)))
        }
        ("usersecurity", "getuserroles") => {
            demand(own || user.is_administrator())?;
            other.map(|other| role_list(&other, dialect))
        }
        ("usersecurity", "findbyname") => {
            demand(own || user.is_administrator())?;
            other.map(|other| security(&other, dialect))
        }
        ("usersecurity", "findbyexternalid") => {
            let found = world.accounts().find_by_external_id(name).cloned();
            demand(user.is_administrator() || found.as_ref().is_some_and(|found| found.name == user.name))?;
            found.map(|found| security(&found, dialect))
        }
        ("usersecurity", "updateexternalid") => {
            demand(user.is_administrator())?;
            let changed = world.accounts().change(name, |user| parameter(1).clone_into(&mut user.external_id));
            changed.then(|| world.accounts().find(name).map(|user| security(user, dialect))).flatten()
        }
        ("usersecurity", "unlockuser") => {
            demand(user.is_administrator())?;
            world.accounts().unlock(name).then(|| flag(true))
        }
        ("usersecurity", "validateuser") => {
            demand(own || user.is_administrator())?;
            let passwords = world.passwords();
            Some(flag(world.accounts().try_password(name, parameter(1), passwords).is_ok()))
        }
        _ => return Err(Answer::no_operation()),
    };
    Ok(Answer::ok(&respond(world.settings.edition, result)))
}

fn flag(value: bool) -> (String, Value) {
    ("System.Boolean, mscorlib".to_owned(), json!(value))
}

fn role(name: &str, dialect: Dialect) -> Option<Value> {
    let (index, (name, description)) =
        ROLES.iter().enumerate().find(|(_, (known, _))| known.eq_ignore_ascii_case(name))?;
    let key = format!("0c0a3ad5-0000-0000-0000-{:012}", index + 1);
    let members = [("RoleKey", json!(key)), ("Description", json!(description)), ("RoleName", json!(name))];
    Some(dialect.object(ROLE, members))
}

fn role_list(user: &User, dialect: Dialect) -> (String, Value) {
    let class = dialect.class(ROLE);
    let roles = user.roles.iter().filter_map(|name| role(name, dialect)).collect();
    (format!("System.Collections.Generic.List`1[[{class}]], mscorlib"), dialect.list(ROLE, roles))
}

fn security(user: &User, dialect: Dialect) -> (String, Value) {
    let class = "Membership.DataContracts.User.UserSecurityData";
    let members = [
        ("UserId", json!(user.party.to_string())),
        ("UserName", json!(user.name)),
        ("FirstName", json!(user.first)),
        ("LastName", json!(user.last)),
        ("ExternalId", external_id(user)),
        ("Roles", role_list(user, dialect).1),
    ];
    (dialect.class(class), dialect.object(class, members))
}

/// An envelope on EMS, the bare result on 2017; a miss is no error (imis.md §4.6).
pub(super) fn respond(edition: Edition, result: Option<(String, Value)>) -> Value {
    if edition == Edition::Imis2017 {
        return result.map_or(Value::Null, |(_, value)| value);
    }
    let found = result.is_some();
    let (class, value) = result.unwrap_or_else(|| ("System.Object, mscorlib".to_owned(), Value::Null));
    json!({
        "$type": format!("Asi.Soa.Core.DataContracts.ServiceResponse`1[[{class}]], Asi.Contracts"),
        "Result": value,
        "Exception": null,
        "IsSuccessStatusCode": found,
        "StatusCode": if found { 0 } else { 5 },
        "Message": if found { Value::Null } else { json!("NotFound") },
        "ReasonPhrase": null,
        "ValidationResults": null,
        "IsCachedResult": false,
        "BrowserCacheDuration": 0,
    })
}

fn roles(world: &World, query: &str, dialect: Dialect) -> Outcome {
    let find = Find::parse(query, world.settings.max_limit, |name| {
        name.eq_ignore_ascii_case("RoleName").then_some(Property { name: "RoleName", kind: Kind::Text })
    })?;
    let (found, window) = find.page(ROLES.iter(), |(name, _), _| vec![(*name).into()]);
    let items = found.into_iter().filter_map(|(name, _)| role(name, dialect)).collect();
    Ok(Answer::ok(&dialect.page(ROLE, items, window)))
}
