//! Who may do what, and who sees which rows (imis.md §16, §17).
//!
//! Invariant: what a list leaves out for somebody is refused to them by id as well.

use super::{
    accounts::User,
    answer::Answer,
    contracts::{self, ACTIVITY, ACTIVITY_ATTACHMENT, ACTIVITY_TYPE, Contract},
    rows::Row,
    tables::Tables,
};

/// What a right is needed for, with the Customers level it takes (imis.md §16).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    Read,
    Create,
    Update,
    Delete,
    Execute,
}

impl Action {
    pub(super) fn from_word(word: &str) -> Option<Self> {
        Some(match word.to_ascii_lowercase().as_str() {
            "read" => Self::Read,
            "create" => Self::Create,
            "update" => Self::Update,
            "delete" => Self::Delete,
            "execute" => Self::Execute,
            _ => return None,
        })
    }

    pub(super) fn allowed(self, user: &User) -> bool {
        let level = match self {
            Self::Read | Self::Execute => 1,
            Self::Create | Self::Update => 3,
            Self::Delete => 4,
        };
        user.is_administrator() || user.level >= level
    }

    pub(super) fn demand(self, user: &User) -> Result<(), Answer> {
        if self.allowed(user) { Ok(()) } else { Err(Answer::forbidden()) }
    }
}

/// Refuses who may not read the entity at all. The picture belongs to the little that a public user sees of everybody.
pub(super) fn demand_read(user: &User, contract: &Contract) -> Result<(), Answer> {
    if contract.entity == contracts::contacts::PARTY_IMAGE.entity { Ok(()) } else { Action::Read.demand(user) }
}

/// Whether the row is there for this user. Access keywords hide a type of activity, its activities and their files
/// from those who hold none of them; that an administrator holds all is assumed (imis.md §16).
pub(super) fn sees(user: &User, tables: &Tables, contract: &Contract, row: &Row) -> bool {
    if user.is_administrator() {
        return true;
    }
    let type_of = |activity: &Row| tables.get(&ACTIVITY_TYPE, activity.text("ACTIVITY_TYPE"));
    let kind = if contract.entity == ACTIVITY_TYPE.entity {
        Some(row)
    } else if contract.entity == ACTIVITY.entity {
        type_of(row)
    } else if contract.entity == ACTIVITY_ATTACHMENT.entity {
        let activity = row.fields.get("ActivityId").map(ToString::to_string).unwrap_or_default();
        tables.get(&ACTIVITY, &activity).and_then(type_of)
    } else {
        None
    };
    kind.is_none_or(|kind| opens(user, kind.text("AccessKeywords")))
}

/// How several keywords are written in one text is assumed: with commas.
fn opens(user: &User, keywords: &str) -> bool {
    let mut keywords = keywords.split(',').map(str::trim).filter(|one| !one.is_empty()).peekable();
    keywords.peek().is_none() || keywords.any(|one| user.keywords.iter().any(|held| held.eq_ignore_ascii_case(one)))
}

/// Refuses a row that is not there for this user.
pub(super) fn demand_sight(user: &User, tables: &Tables, contract: &Contract, row: &Row) -> Result<(), Answer> {
    if sees(user, tables, contract, row) { Ok(()) } else { Err(Answer::forbidden()) }
}

/// Refuses to change a row that the site keeps itself: an activity of a type that users may not edit (imis.md §6.2),
/// or a file of one.
pub(super) fn demand_change(user: &User, tables: &Tables, contract: &Contract, row: &Row) -> Result<(), Answer> {
    demand_sight(user, tables, contract, row)?;
    if contract.entity == ACTIVITY.entity && !editable(tables, row.text("ACTIVITY_TYPE")) {
        return Err(Answer::forbidden());
    }
    Ok(())
}

/// Whether users write activities of this type; one that is not there is nobody's.
pub(super) fn editable(tables: &Tables, kind: &str) -> bool {
    tables
        .get(&ACTIVITY_TYPE, kind)
        .is_none_or(|kind| kind.fields.get("AllowUserEdit").and_then(serde_json::Value::as_bool) == Some(true))
}
