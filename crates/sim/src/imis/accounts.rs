//! Users and their tokens (imis.md §3.1, §3.3).
//!
//! Invariant: with one token per user a user never has two living tokens.

use std::{collections::HashMap, time::Instant};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::json;
use time::{OffsetDateTime, macros::format_description};
use url::form_urlencoded;

use super::{
    Settings,
    answer::{Answer, Outcome},
    people::{PASSWORD, SIGN_INS},
};

/// An account locks after so many bad passwords in a row (imis.md §3.1).
const BAD_PASSWORDS: u32 = 5;

/// A user.
#[derive(Debug, Clone)]
pub(super) struct User {
    pub(super) name: &'static str,
    pub(super) party: u32,
    pub(super) first: &'static str,
    pub(super) last: &'static str,
    pub(super) roles: &'static [&'static str],
    /// Module authorisation level for Customers (imis.md §16).
    pub(super) level: u8,
    pub(super) disabled: bool,
    failures: u32,
}

impl User {
    pub(super) fn has(&self, role: &str) -> bool {
        self.roles.iter().any(|held| held.eq_ignore_ascii_case(role))
    }

    pub(super) fn is_administrator(&self) -> bool {
        self.has("SysAdmin")
    }

    /// Public users see little of other contacts and none of their records.
    pub(super) fn is_public(&self) -> bool {
        !self.is_administrator() && !self.has("IsStaff")
    }
}

#[derive(Debug)]
struct Token {
    user: usize,
    expires: Instant,
}

/// All users and the living tokens.
#[derive(Debug)]
pub(super) struct Accounts {
    users: Vec<User>,
    tokens: HashMap<String, Token>,
}

impl Accounts {
    pub(super) fn new() -> Self {
        let users = SIGN_INS
            .iter()
            .map(|&(party, name, first, last, _)| {
                let (roles, level): (&'static [&'static str], u8) = match name {
                    "MANAGER" => (&["SysAdmin", "IsStaff", "RemoteService", "AuthenticatedUser", "Everyone"], 8),
                    "STAFF1" => (&["IsStaff", "RemoteService", "AuthenticatedUser", "Everyone"], 4),
                    "READER1" => (&["IsStaff", "RemoteService", "AuthenticatedUser", "Everyone"], 1),
                    "MEMBER1" => (&["IsMember", "RemoteService", "AuthenticatedUser", "Everyone"], 0),
                    _ => (&["IsStaff", "AuthenticatedUser", "Everyone"], 4),
                };
                User { name, party, first, last, roles, level, disabled: name == "DISABLED1", failures: 0 }
            })
            .collect();
        Self { users, tokens: HashMap::new() }
    }

    pub(super) fn find(&self, name: &str) -> Option<&User> {
        self.users.iter().find(|user| user.name.eq_ignore_ascii_case(name))
    }

    pub(super) fn all(&self) -> &[User] {
        &self.users
    }

    /// The owner of a living token.
    pub(super) fn owner(&self, token: &str) -> Option<User> {
        let token = self.tokens.get(token).filter(|token| token.expires > Instant::now())?;
        Some(self.users[token.user].clone())
    }

    pub(super) fn living(&self) -> usize {
        let now = Instant::now();
        self.tokens.values().filter(|token| token.expires > now).count()
    }

    pub(super) fn purge(&mut self) {
        self.tokens.clear();
    }

    pub(super) fn disable(&mut self, name: &str) {
        if let Some(user) = self.users.iter_mut().find(|user| user.name.eq_ignore_ascii_case(name)) {
            user.disabled = true;
        }
    }

    pub(super) fn unlock(&mut self, name: &str) {
        if let Some(user) = self.users.iter_mut().find(|user| user.name.eq_ignore_ascii_case(name)) {
            user.failures = 0;
        }
    }

    /// `POST /token`.
    pub(super) fn grant(&mut self, settings: &Settings, form: &[u8]) -> Outcome {
        let fields: Vec<(String, String)> = form_urlencoded::parse(form).into_owned().collect();
        let field = |name: &str| {
            fields.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value.as_str())
        };
        match field("grant_type") {
            "password" => {
                let user = self.by_password(field("username"), field("password"))?;
                Ok(self.issue(settings, user))
            }
            _ => Err(Answer::token_refused("unsupported_grant_type", "The grant type is not supported.")),
        }
    }

    fn by_password(&mut self, name: &str, password: &str) -> Result<usize, Answer> {
        let refused = |text| Answer::token_refused("invalid_grant", text);
        let bad = "The user name or password is incorrect.";
        let index =
            self.users.iter().position(|user| user.name.eq_ignore_ascii_case(name)).ok_or_else(|| refused(bad))?;
        let user = &mut self.users[index];
        if user.failures >= BAD_PASSWORDS {
            return Err(refused("The account is locked."));
        }
        if password != PASSWORD {
            user.failures += 1;
            return Err(refused(bad));
        }
        if user.disabled {
            return Err(refused("The account is disabled."));
        }
        user.failures = 0;
        Ok(index)
    }

    fn issue(&mut self, settings: &Settings, user: usize) -> Answer {
        if settings.single_token_per_user {
            self.tokens.retain(|_, token| token.user != user);
        }
        // Opaque and long, as the bearer tokens of the platform's middleware are.
        let mut random = [0_u8; 240];
        getrandom::fill(&mut random).expect("the system has random bytes");
        let token = URL_SAFE_NO_PAD.encode(random);
        self.tokens.insert(token.clone(), Token { user, expires: Instant::now() + settings.token_ttl });
        let now = OffsetDateTime::now_utc();
        Answer::ok(&json!({
            "access_token": token,
            "token_type": "bearer",
            "expires_in": settings.token_ttl.as_secs(),
            "userName": self.users[user].name,
            ".issued": http_date(now),
            ".expires": http_date(now + settings.token_ttl),
        }))
    }
}

fn http_date(at: OffsetDateTime) -> String {
    let format =
        format_description!("[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT");
    at.format(format).expect("the format has only parts that every moment has")
}

/// The token of an `Authorization: Bearer` header.
pub(super) fn bearer(header: Option<&str>) -> Option<&str> {
    let (scheme, token) = header?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}
