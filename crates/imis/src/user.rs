//! Who somebody is, and whether iMIS still admits them.

use crate::{
    AccessToken, Acting, Client, Error, ErrorKind, Operation, PartyId, UserName,
    client::equals,
    exchange::{Failed, interpret, not_understood},
    wire,
};
use reqwest::{RequestBuilder, header::CONTENT_TYPE};
use serde_json::Value;
use std::{fmt, time::Duration};
use time::PrimitiveDateTime;

/// The role of system administrators (`imis.md §3.5`).
const ADMINISTRATOR: &str = "SysAdmin";

/// The roles that make their holders staff (`imis.md §3.5`, `§16`).
const STAFF: [&str; 3] = [ADMINISTRATOR, "IsStaff", "Staff"];

/// The person behind a login name.
#[derive(Clone, PartialEq, Eq)]
pub struct User {
    /// The login name as iMIS writes it.
    pub user_name: UserName,
    /// The person's own contact.
    pub contact: PartyId,
    /// Full name.
    pub name: String,
    /// Primary e-mail of the contact.
    pub email: Option<String>,
    /// The person's id at the organisation's `OpenID` provider, where iMIS knows it (`imis.md §13`).
    pub external_id: Option<String>,
    /// The names of the roles.
    pub roles: Vec<String>,
}

impl User {
    /// Whether this is a system administrator.
    pub fn is_administrator(&self) -> bool {
        self.has(ADMINISTRATOR)
    }

    fn has(&self, role: &str) -> bool {
        self.roles.iter().any(|held| held.eq_ignore_ascii_case(role))
    }
}

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("User").field("contact", &self.contact).finish_non_exhaustive()
    }
}

/// A user as iMIS shows it: with what decides whether the account may be used.
pub(crate) struct UserRecord {
    pub(crate) user: User,
    pub(crate) disabled: bool,
    /// Local times of a site whose zone is not known.
    pub(crate) effective: Option<PrimitiveDateTime>,
    pub(crate) expires: Option<PrimitiveDateTime>,
}

/// Whether somebody may come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Admission {
    Granted,
    /// Disabled, or out of its dates.
    Disabled,
    NotStaff,
}

impl UserRecord {
    pub(crate) fn admission(&self, now_ms: i64) -> Admission {
        if self.disabled || self.out_of_dates(now_ms) {
            Admission::Disabled
        } else if STAFF.iter().any(|role| self.user.has(role)) {
            Admission::Granted
        } else {
            Admission::NotStaff
        }
    }

    /// Whether it is too early or too late wherever on Earth the site is.
    fn out_of_dates(&self, now_ms: i64) -> bool {
        let ms = |local: PrimitiveDateTime| i128::from(local.assume_utc().unix_timestamp()) * 1000;
        let now_ms = i128::from(now_ms);
        let (earliest, latest) = (Duration::from_hours(14).as_millis(), Duration::from_hours(12).as_millis());
        let (earliest, latest) = (earliest.cast_signed(), latest.cast_signed());
        self.effective.is_some_and(|from| now_ms < ms(from) - earliest)
            || self.expires.is_some_and(|until| now_ms >= ms(until) + latest)
    }
}

impl Client {
    /// Reads a user, and the roles where they are told elsewhere; nothing is repeated.
    pub(crate) async fn read_user_once(
        &self,
        operation: Operation,
        token: &AccessToken,
        name: &UserName,
    ) -> Result<Option<UserRecord>, Failed> {
        let filter = equals(operation, "UserName", name.as_str()).map_err(Failed::before)?;
        let ask = |request: RequestBuilder| async {
            let answer = self.exchange(operation, request.bearer_auth(token.expose()), self.limits().read).await?;
            interpret(operation, &answer)
        };
        let found = record(operation, ask(self.user_request(&filter)).await?, name)?;
        let Some(mut record) = found else { return Ok(None) };
        if record.user.roles.is_empty() {
            let answer = ask(self.roles_request(&record.user.user_name)).await;
            record.user.roles = roles(answer)?;
        }
        Ok(Some(record))
    }

    fn user_request(&self, filter: &(String, String)) -> RequestBuilder {
        self.get(&["api", "User"]).query(&[filter])
    }

    /// `GetUserRoles`, which only EMS has (`imis.md §3.5`).
    pub(crate) fn roles_request(&self, name: &UserName) -> RequestBuilder {
        let body = wire::json(&wire::Execute::user_roles(name.as_str()));
        self.post(&["api", "UserSecurity", "_execute"])
            .header(CONTENT_TYPE, "application/json; charset=utf-8")
            .body(body)
    }
}

impl Acting {
    /// Reads the person anew: name, addresses and roles as they are now. Whoever
    /// was disabled, deleted, is out of the account's dates or no longer of the
    /// staff is refused with [`ErrorKind::Disabled`].
    pub async fn whoami(&self) -> Result<User, Error> {
        let operation = Operation::ReadUser;
        let disabled = || Error::new(operation, ErrorKind::Disabled);
        let filter = equals(operation, "UserName", self.user.as_str())?;
        let answer = self.read(operation, || self.client.user_request(&filter)).await?;
        let mut record = record(operation, answer, &self.user)?.ok_or_else(disabled)?;
        if record.user.roles.is_empty() {
            let answer = self.read(operation, || self.client.roles_request(&self.user)).await;
            record.user.roles = roles(answer)?;
        }
        match record.admission(self.client.now_ms()) {
            Admission::Granted => Ok(record.user),
            Admission::Disabled | Admission::NotStaff => Err(disabled()),
        }
    }
}

/// This user out of an answer: a site that ignored the filter must not make
/// somebody somebody else.
fn record(operation: Operation, answer: Value, name: &UserName) -> Result<Option<UserRecord>, Failed> {
    let (users, _) = wire::page(answer).ok_or_else(|| not_understood(operation))?;
    Ok(users.iter().filter_map(wire::user).find(|record| record.user.user_name == *name))
}

/// The roles; none where the site has no such service.
fn roles(answer: Result<Value, Failed>) -> Result<Vec<String>, Failed> {
    match answer {
        Ok(answer) => Ok(wire::roles(&answer)),
        Err(failed) => match failed.error.kind {
            ErrorKind::Forbidden { .. } | ErrorKind::NotFound | ErrorKind::NotOffered | ErrorKind::Refused { .. } => {
                Ok(Vec::new())
            }
            _ => Err(failed),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use time::macros::datetime;

    fn admission(at: PrimitiveDateTime, more: Value) -> Admission {
        let mut user = json!({ "UserName": "JSMITH", "UserId": "7", "Roles": ["IsStaff"] });
        user.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        wire::user(&user).unwrap().admission(at.assume_utc().unix_timestamp() * 1000)
    }

    #[test]
    fn an_account_is_good_between_its_dates_wherever_the_site_is() {
        let dates = json!({ "EffectiveDate": "2026-01-10T00:00:00", "ExpirationDate": "2026-02-10T00:00:00" });
        for (at, expected) in [
            (datetime!(2026-01-09 09:00), Admission::Disabled),
            (datetime!(2026-01-09 11:00), Admission::Granted),
            (datetime!(2026-02-10 11:00), Admission::Granted),
            (datetime!(2026-02-10 12:00), Admission::Disabled),
        ] {
            assert_eq!(admission(at, dates.clone()), expected, "{at}");
        }
    }

    #[test]
    fn dates_that_say_nothing_count_as_none() {
        let at = datetime!(2026-01-10 12:00);
        for dates in [
            json!({ "ExpirationDate": "0001-01-01T00:00:00" }),
            json!({ "ExpirationDate": null }),
            json!({ "ExpirationDate": "some day" }),
            json!({ "ExpirationDate": { "$type": "System.DateTime", "$value": "2999-01-01T00:00:00.123" } }),
        ] {
            assert_eq!(admission(at, dates.clone()), Admission::Granted, "{dates}");
        }
        let wrapped = json!({ "ExpirationDate": { "$type": "System.DateTime", "$value": "2020-01-01T00:00:00Z" } });
        assert_eq!(admission(at, wrapped), Admission::Disabled);
        assert_eq!(admission(at, json!({ "IsDisable": true })), Admission::Disabled);
        assert_eq!(admission(at, json!({ "Roles": ["IsMember"] })), Admission::NotStaff);
    }

    #[test]
    fn an_administrator_is_one_in_any_case() {
        let user = wire::user(&json!({ "UserName": "M", "UserId": "1", "Roles": ["sysadmin"] })).unwrap().user;
        assert!(user.is_administrator());
        let user = wire::user(&json!({ "UserName": "M", "UserId": "1", "Roles": ["SysAdmins"] })).unwrap().user;
        assert!(!user.is_administrator());
    }
}
