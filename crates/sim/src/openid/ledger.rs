//! What was asked of the provider.
//!
//! Invariant: every request is written down once, with its answer's status, in the order in which the answers were
//! ready; nothing is left out, secrets included, for this is the stand-in world.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Instant,
};

/// Where a request went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Endpoint {
    /// `/.well-known/openid-configuration`.
    Discovery,
    /// The key set.
    Keys,
    /// The authorization endpoint.
    Authorization,
    /// The provider's own sign-in page.
    SignIn,
    /// The token endpoint.
    Token,
    /// The userinfo endpoint.
    UserInfo,
    /// The end of a session at the relying party's wish.
    EndSession,
    /// Where the faults point at and nobody must go.
    Trap,
    /// Anywhere else.
    Elsewhere,
}

/// One request.
#[derive(Debug, Clone)]
pub struct Seen {
    /// Where it went.
    pub endpoint: Endpoint,
    /// HTTP method.
    pub method: String,
    /// Path as sent.
    pub path: String,
    /// Fields of the query string, then those of the form, in order.
    pub fields: Vec<(String, String)>,
    /// The `Authorization` header as sent.
    pub authorization: Option<String>,
    /// The `User-Agent` header as sent.
    pub user_agent: Option<String>,
    /// The client it belongs to, where that could be told.
    pub client: Option<String>,
    /// When it came.
    pub at: Instant,
    /// Status of the answer.
    pub status: u16,
}

impl Seen {
    /// The first field of this name.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }
}

/// The ledger.
#[derive(Debug, Default)]
pub struct Ledger(Mutex<Vec<Seen>>);

impl Ledger {
    fn pages(&self) -> MutexGuard<'_, Vec<Seen>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn note(&self, seen: Seen) {
        self.pages().push(seen);
    }

    /// Every request, oldest first.
    pub fn seen(&self) -> Vec<Seen> {
        self.pages().clone()
    }

    /// The requests to one endpoint, oldest first.
    pub fn at(&self, endpoint: Endpoint) -> Vec<Seen> {
        self.pages().iter().filter(|seen| seen.endpoint == endpoint).cloned().collect()
    }

    /// How many requests one endpoint had.
    pub fn count(&self, endpoint: Endpoint) -> usize {
        self.pages().iter().filter(|seen| seen.endpoint == endpoint).count()
    }

    /// Forgets what was seen so far.
    pub fn clear(&self) {
        self.pages().clear();
    }
}
