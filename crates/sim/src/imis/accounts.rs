//! Users, and what the site keeps for them in its cache: access tokens, refresh tokens and sign-ins of browsers
//! (imis.md §3.1, §3.3, §12.3).
//!
//! Invariant: with one token per user a user never has two living access tokens.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use time::OffsetDateTime;

use super::{
    crowd::Clerks,
    people::{ACCESS_KEYWORD, PASSWORD, SIGN_INS},
};

/// What staff who may use the API are.
pub(super) const STAFF: &[&str] = &["IsStaff", "RemoteService", "AuthenticatedUser", "Everyone"];

/// An account locks after so many bad passwords in a row (imis.md §3.1).
const BAD_PASSWORDS: u32 = 5;

/// However long the client application's own lifetime is, a refresh token ends after an hour (imis.md §12.3).
const REFRESH_AT_MOST: Duration = Duration::from_hours(1);

/// A user.
#[derive(Debug, Clone)]
pub(super) struct User {
    pub(super) name: String,
    pub(super) party: u32,
    pub(super) first: String,
    pub(super) last: String,
    pub(super) roles: Vec<String>,
    /// Module authorisation level for Customers (imis.md §16).
    pub(super) level: u8,
    /// Access keywords (imis.md §16).
    pub(super) keywords: Vec<String>,
    pub(super) disabled: bool,
    /// Who the person is at the OpenID provider; empty until filled (imis.md §13).
    pub(super) external_id: String,
    password: Option<String>,
    /// Counts the changes of the password.
    changes: u32,
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

/// Who may use a password of iMIS (imis.md §13).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Passwords {
    Everybody,
    /// Administrators and public users.
    NotStaff,
    Administrators,
}

impl Passwords {
    fn allow(self, user: &User) -> bool {
        match self {
            Self::Everybody => true,
            Self::NotStaff => user.is_administrator() || user.is_public(),
            Self::Administrators => user.is_administrator(),
        }
    }
}

/// Why nobody was signed in; the outcomes of imis.md §3.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    Failed,
    LockedOut,
    Disabled,
    ProviderOnly,
}

impl Refusal {
    /// What the site says. Only the first sentence is likely to be real.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Failed => "The user name or password is incorrect.",
            Self::LockedOut => "The account is locked.",
            Self::Disabled => "The account is disabled.",
            Self::ProviderOnly => "Sign in with your organization's account.",
        }
    }
}

#[derive(Debug)]
struct Token {
    user: usize,
    expires: Instant,
}

#[derive(Debug)]
struct RefreshToken {
    user: usize,
    client_id: String,
    expires: Instant,
}

/// A browser that is signed in.
#[derive(Debug)]
struct SignIn {
    user: usize,
    changes: u32,
}

/// An access token that was just issued.
#[derive(Debug)]
pub(super) struct Issued {
    pub(super) token: String,
    pub(super) user: String,
    pub(super) at: OffsetDateTime,
}

/// All users and the cache.
#[derive(Debug)]
pub(super) struct Accounts {
    users: Vec<User>,
    tokens: HashMap<String, Token>,
    refresh_tokens: HashMap<String, RefreshToken>,
    sign_ins: HashMap<String, SignIn>,
    /// How far the site's clock was turned forward.
    ahead: Duration,
}

impl Accounts {
    pub(super) fn new(clerks: Clerks) -> Self {
        let users = SIGN_INS
            .iter()
            .map(|&(party, name, first, last, _)| {
                let (roles, level): (&[&str], u8) = match name {
                    "MANAGER" => (&["SysAdmin", "IsStaff", "RemoteService", "AuthenticatedUser", "Everyone"], 8),
                    "STAFF1" => (STAFF, 4),
                    "STAFF3" => (STAFF, 3),
                    "READER1" => (STAFF, 1),
                    "MEMBER1" => (&["IsMember", "RemoteService", "AuthenticatedUser", "Everyone"], 0),
                    _ => (&["IsStaff", "AuthenticatedUser", "Everyone"], 4),
                };
                User {
                    name: name.to_owned(),
                    party,
                    first: first.to_owned(),
                    last: last.to_owned(),
                    roles: roles.iter().copied().map(str::to_owned).collect(),
                    level,
                    keywords: if name == "STAFF3" { vec![ACCESS_KEYWORD.to_owned()] } else { Vec::new() },
                    disabled: name == "DISABLED1",
                    external_id: String::new(),
                    password: Some(PASSWORD.to_owned()),
                    changes: 0,
                    failures: 0,
                }
            })
            .collect();
        let mut accounts = Self {
            users,
            tokens: HashMap::new(),
            refresh_tokens: HashMap::new(),
            sign_ins: HashMap::new(),
            ahead: Duration::ZERO,
        };
        clerks.join(&mut accounts);
        accounts
    }

    fn now(&self) -> Instant {
        Instant::now() + self.ahead
    }

    /// Turns the clock forward.
    pub(super) fn age(&mut self, by: Duration) {
        self.ahead += by;
    }

    fn index(&self, name: &str) -> Option<usize> {
        self.users.iter().position(|user| user.name.eq_ignore_ascii_case(name))
    }

    pub(super) fn find(&self, name: &str) -> Option<&User> {
        self.index(name).map(|index| &self.users[index])
    }

    pub(super) fn find_by_external_id(&self, id: &str) -> Option<&User> {
        self.users.iter().find(|user| !id.is_empty() && user.external_id == id)
    }

    pub(super) fn find_by_party(&self, party: &str) -> Option<&User> {
        self.users.iter().find(|user| user.party.to_string() == party)
    }

    pub(super) fn all(&self) -> &[User] {
        &self.users
    }

    /// Changes what is known of a user; whether there is one.
    pub(super) fn change(&mut self, name: &str, change: impl FnOnce(&mut User)) -> bool {
        let index = self.index(name);
        if let Some(index) = index {
            change(&mut self.users[index]);
        }
        index.is_some()
    }

    /// Gives a user another password; what is in the cache lives on.
    pub(super) fn change_password(&mut self, name: &str, password: &str) -> bool {
        self.change(name, |user| {
            user.password = Some(password.to_owned());
            user.changes += 1;
        })
    }

    pub(super) fn unlock(&mut self, name: &str) -> bool {
        self.change(name, |user| user.failures = 0)
    }

    /// Adds a user without a password, whose name is an e-mail address (imis.md §13).
    pub(super) fn create(&mut self, name: &str, party: u32, (first, last): (&str, &str), roles: &[&str]) {
        self.users.push(User {
            name: name.to_owned(),
            party,
            first: first.to_owned(),
            last: last.to_owned(),
            roles: roles.iter().copied().map(str::to_owned).collect(),
            level: if roles.contains(&"IsStaff") { 4 } else { 0 },
            keywords: Vec::new(),
            disabled: false,
            external_id: String::new(),
            password: None,
            changes: 0,
            failures: 0,
        });
    }

    /// The owner of a living token.
    pub(super) fn owner(&self, token: &str) -> Option<User> {
        let token = self.tokens.get(token).filter(|token| token.expires > self.now())?;
        Some(self.users[token.user].clone())
    }

    pub(super) fn living(&self) -> usize {
        let now = self.now();
        self.tokens.values().filter(|token| token.expires > now).count()
    }

    pub(super) fn living_refresh_tokens(&self) -> usize {
        let now = self.now();
        self.refresh_tokens.values().filter(|token| token.expires > now).count()
    }

    /// "Purge System Cache": all tokens die, and the sign-ins of those who were disabled or got another password,
    /// for that is what the documented kill switch is for (imis.md §3.3; that the others stay is an assumption).
    pub(super) fn purge(&mut self) {
        self.tokens.clear();
        self.refresh_tokens.clear();
        let users = &self.users;
        self.sign_ins.retain(|_, sign_in| {
            let user = &users[sign_in.user];
            !user.disabled && user.changes == sign_in.changes
        });
    }

    /// Looks at a password, and counts it when it is wrong.
    pub(super) fn try_password(&mut self, name: &str, password: &str, passwords: Passwords) -> Result<String, Refusal> {
        let index = self.index(name).ok_or(Refusal::Failed)?;
        let user = &mut self.users[index];
        if user.failures >= BAD_PASSWORDS {
            return Err(Refusal::LockedOut);
        }
        if user.password.as_deref() != Some(password) {
            user.failures += 1;
            return Err(Refusal::Failed);
        }
        if user.disabled {
            return Err(Refusal::Disabled);
        }
        if !passwords.allow(user) {
            return Err(Refusal::ProviderOnly);
        }
        user.failures = 0;
        Ok(user.name.clone())
    }

    /// An access token for a user, who may lose the previous one by it.
    pub(super) fn issue(&mut self, name: &str, (lifetime, single): (Duration, bool)) -> Option<Issued> {
        let user = self.index(name)?;
        if single {
            self.tokens.retain(|_, token| token.user != user);
        }
        let token = secret("CANARY-AT-", 240);
        let expires = self.now() + lifetime;
        self.tokens.insert(token.clone(), Token { user, expires });
        Some(Issued { token, user: self.users[user].name.clone(), at: OffsetDateTime::now_utc() + self.ahead })
    }

    /// A refresh token for a user, to be handed to one client application.
    pub(super) fn issue_refresh_token(&mut self, name: &str, client_id: &str, lifetime: Duration) -> Option<String> {
        let user = self.index(name)?;
        let token = secret("CANARY-RT-", 120);
        let expires = self.now() + lifetime.min(REFRESH_AT_MOST);
        self.refresh_tokens.insert(token.clone(), RefreshToken { user, client_id: client_id.to_owned(), expires });
        Some(token)
    }

    /// Whose living refresh token it is, if it was handed to this client application and the user may sign in.
    pub(super) fn redeem(&mut self, token: &str, client_id: &str, once: bool) -> Option<String> {
        let now = self.now();
        let known = self.refresh_tokens.get(token)?;
        if known.client_id != client_id || known.expires <= now || self.users[known.user].disabled {
            return None;
        }
        let name = self.users[known.user].name.clone();
        if once {
            self.refresh_tokens.remove(token);
        }
        Some(name)
    }

    /// Signs a browser in; the value of its cookie.
    pub(super) fn sign_in(&mut self, name: &str) -> Option<String> {
        let user = self.index(name)?;
        let cookie = secret("CANARY-LC-", 48);
        self.sign_ins.insert(cookie.clone(), SignIn { user, changes: self.users[user].changes });
        Some(cookie)
    }

    /// Who is signed in with this cookie.
    pub(super) fn signed_in(&self, cookie: &str) -> Option<User> {
        let user = &self.users[self.sign_ins.get(cookie)?.user];
        (!user.disabled).then(|| user.clone())
    }

    pub(super) fn sign_out(&mut self, cookie: &str) -> Option<String> {
        let gone = self.sign_ins.remove(cookie)?;
        Some(self.users[gone.user].name.clone())
    }

    /// Signs everybody out of their browsers, as when the site's cookies have expired.
    pub(super) fn end_sign_ins(&mut self) {
        self.sign_ins.clear();
    }
}

/// Opaque and long, as the tokens of the platform's middleware are, with a beginning that tests can look for.
fn secret(beginning: &str, length: usize) -> String {
    let mut random = vec![0_u8; length];
    getrandom::fill(&mut random).expect("the system has random bytes");
    format!("{beginning}{}", URL_SAFE_NO_PAD.encode(random))
}

/// The token of an `Authorization: Bearer` header.
pub(super) fn bearer(header: Option<&str>) -> Option<&str> {
    let (scheme, token) = header?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}
