//! The API of contacts: `Party`, `Person`, `Organization` and `PartySummary` (imis.md §5).
//!
//! What is written is read, completed and checked whole before any of it is kept.

mod draft;

use axum::http::StatusCode;

use self::draft::{Draft, Kind};
use super::{
    World,
    accounts::User,
    answer::{Answer, Outcome},
    api::Call,
    ledger::Change,
    parties::{Eye, View, plain},
    party::Party,
    people::Standing,
    rights::Action,
    wire::Dialect,
};

/// What contact writes are called in the ledger, whichever entity they came through.
const LEDGER: &str = "Party";

/// Answers one call; the segments begin with the entity.
pub(super) fn handle(world: &World, user: &User, call: &Call<'_>, (view, segments): (View, &[&str])) -> Outcome {
    let dialect = Dialect(world.settings.edition);
    let id = segments.get(1).copied();
    let missing = || Answer::not_found(format!("The {} could not be found.", segments[0]));
    match (call.method.as_str(), id, segments.len()) {
        ("GET", id, 1 | 2) => {
            let own = user.party.to_string();
            let eye = if user.is_public() { Eye::Public { own: &own } } else { Eye::Staff };
            if !user.is_public() {
                Action::Read.demand(user)?;
            }
            let shown = match id {
                Some(id) => world.parties().show(view, eye, id, dialect).ok_or_else(missing)?,
                None => world.parties().find((view, eye), call.query, world.settings.max_limit, dialect)?,
            };
            Ok(Answer::ok(&shown))
        }
        _ if view == View::Summary => Err(Answer::no_operation()),
        ("POST", None, 1) => create(world, user, view, call.body),
        ("PUT", Some(id), 2) => {
            Action::Update.demand(user)?;
            replace(world, user, (view, id), call.body)?.ok_or_else(missing)
        }
        ("DELETE", Some(id), 2) => {
            Action::Delete.demand(user)?;
            delete(world, user, (view, id)).ok_or_else(missing)
        }
        _ => Err(Answer::no_operation()),
    }
}

/// Whether this entity takes writes, for `_haspermission`.
pub(super) fn writable(view: View) -> bool {
    view != View::Summary
}

fn create(world: &World, user: &User, view: View, body: &[u8]) -> Outcome {
    Action::Create.demand(user)?;
    let dialect = Dialect(world.settings.edition);
    let draft = Draft::read(body)?;
    let kind = draft.kind();
    let fits = match view {
        View::Person => kind == Kind::Person,
        View::Organization => kind == Kind::Organization,
        View::Party | View::Summary => true,
    };
    if !fits {
        return Err(Answer::bad_request("ArgumentFault: Value does not fall within the expected range."));
    }
    let mut parties = world.parties_to_change();
    let mut party = Party::new(parties.next_id());
    party.is_organization = kind == Kind::Organization;
    party.member_type = if party.is_organization { "ORG" } else { "NM" }.into();
    let complaints = draft.apply(&parties, &mut party);
    if !complaints.is_empty() {
        return Err(Answer::invalid(dialect, &complaints));
    }
    stamp(&mut party, user);
    party.created_by = user.name.clone().into();
    party.created_on = party.updated_on.clone().into();
    let shown = party.full(dialect);
    world.ledger.write(&user.name, Change::Created, (LEDGER, &party.id), plain(&shown), None);
    parties.add(party);
    Ok(Answer::created(&shown))
}

/// `None` when there is no such contact.
fn replace(world: &World, user: &User, (view, id): (View, &str), body: &[u8]) -> Result<Option<Answer>, Answer> {
    let dialect = Dialect(world.settings.edition);
    let draft = Draft::read(body)?;
    let mut parties = world.parties_to_change();
    let Some(mut party) = parties.get(id).filter(|party| view.shows(party)).cloned() else { return Ok(None) };
    let kind = if party.is_organization { Kind::Organization } else { Kind::Person };
    let same = draft.party_id().is_none_or(|named| named == party.id);
    if !same || draft.kind() != kind {
        return Err(Answer::bad_request("ArgumentFault: Value does not fall within the expected range."));
    }
    let complaints = draft.apply(&parties, &mut party);
    if !complaints.is_empty() {
        return Err(Answer::invalid(dialect, &complaints));
    }
    stamp(&mut party, user);
    let shown = party.full(dialect);
    world.ledger.write(&user.name, Change::Replaced, (LEDGER, &party.id), plain(&shown), None);
    parties.replace(party);
    Ok(Some(Answer::ok(&shown)))
}

/// Marks a contact for deletion; that it does not go at once is assumed. `None` when there is no such contact.
fn delete(world: &World, user: &User, (view, id): (View, &str)) -> Option<Answer> {
    let mut parties = world.parties_to_change();
    let mut party = parties.get(id).filter(|party| view.shows(party))?.clone();
    party.standing = Standing::MarkedForDelete;
    stamp(&mut party, user);
    let stored = plain(&party.full(Dialect(world.settings.edition)));
    world.ledger.write(&user.name, Change::Deleted, (LEDGER, &party.id), stored, None);
    parties.replace(party);
    Some(Answer::text(StatusCode::OK, ""))
}

fn stamp(party: &mut Party, user: &User) {
    party.updated_by = user.name.clone().into();
    party.updated_on = super::filter::now();
}
