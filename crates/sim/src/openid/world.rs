//! What the provider remembers: sessions, codes, grants and tokens.
//!
//! Invariant: a code is redeemed once; whoever brings it, or a spent refresh token, again ends the whole grant.

use std::{
    collections::{BTreeSet, HashMap},
    net::SocketAddr,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{SystemTime, UNIX_EPOCH},
};

use super::{Client, Fault, Ledger, Settings, User, keys::Keys, random};

/// Somebody signed in at the provider.
#[derive(Debug, Clone)]
pub(super) struct Session {
    pub(super) sid: String,
    pub(super) user: String,
    pub(super) auth_time: i64,
    pub(super) clients: BTreeSet<String>,
}

/// What a client was given for a user.
#[derive(Debug, Clone)]
pub(super) struct Grant {
    pub(super) client: String,
    pub(super) user: String,
    pub(super) sid: String,
    pub(super) scopes: Vec<String>,
    pub(super) nonce: Option<String>,
    pub(super) auth_time: i64,
    pub(super) revoked: bool,
}

impl Grant {
    pub(super) fn has(&self, scope: &str) -> bool {
        self.scopes.iter().any(|held| held == scope)
    }
}

/// A code.
#[derive(Debug, Clone)]
pub(super) struct Code {
    pub(super) grant: usize,
    pub(super) redirect_uri: String,
    pub(super) challenge: String,
    pub(super) expires: i64,
    pub(super) spent: bool,
}

/// An access token or a refresh token.
#[derive(Debug, Clone)]
pub(super) struct Ticket {
    pub(super) grant: usize,
    pub(super) expires: i64,
    pub(super) spent: bool,
}

/// Everything that changes.
#[derive(Debug)]
pub(super) struct State {
    pub(super) settings: Settings,
    pub(super) clients: Vec<Client>,
    pub(super) users: Vec<User>,
    pub(super) keys: Keys,
    pub(super) fault: Option<Fault>,
    pub(super) faults: HashMap<String, Fault>,
    pub(super) turned: i64,
    pub(super) sessions: HashMap<String, Session>,
    pub(super) pending: HashMap<String, super::authorize::Request>,
    pub(super) codes: HashMap<String, Code>,
    pub(super) grants: Vec<Grant>,
    pub(super) access_tokens: HashMap<String, Ticket>,
    pub(super) refresh_tokens: HashMap<String, Ticket>,
    pub(super) id_tokens: HashMap<String, usize>,
}

impl State {
    /// Seconds since 1970 by the provider's clock.
    pub(super) fn now(&self) -> i64 {
        let real = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(real.as_secs()).unwrap_or(i64::MAX) + self.turned
    }

    pub(super) fn client(&self, id: &str) -> Option<&Client> {
        self.clients.iter().find(|client| client.id == id)
    }

    /// The user of this name who may sign in.
    pub(super) fn user(&self, name: &str) -> Option<&User> {
        self.users.iter().find(|user| user.name.eq_ignore_ascii_case(name) && !user.disabled)
    }

    /// The fault that a client meets, or one who does not say who they are.
    pub(super) fn fault(&self, client: Option<&str>) -> Option<Fault> {
        match client {
            Some(client) => self.faults.get(client).copied().or(self.fault),
            None => self.fault.or_else(|| self.faults.values().min().copied()),
        }
    }

    pub(super) fn rotate(&mut self) {
        self.keys = self.keys.next();
    }

    /// A session for a user who has just proved who they are; the value is that of the cookie.
    ///
    /// The browser's former session goes on under the same `sid` where it was the same user's.
    pub(super) fn begin(&mut self, user: &str, former: Option<Session>) -> String {
        let cookie = random(24);
        let former = former.filter(|session| session.user == user);
        let (sid, clients) = former
            .map_or_else(|| (format!("sid-{}", random(12)), BTreeSet::new()), |session| (session.sid, session.clients));
        let session = Session { sid, user: user.to_owned(), auth_time: self.now(), clients };
        self.sessions.insert(cookie.clone(), session);
        cookie
    }

    /// Ends what belongs to a session; offline access goes on (OpenID Connect Back-Channel Logout 2.7).
    pub(super) fn end_grants(&mut self, sid: &str) {
        let offline = |grant: &Grant| grant.has("offline_access");
        self.grants.iter_mut().filter(|grant| grant.sid == sid && !offline(grant)).for_each(|one| one.revoked = true);
    }
}

/// Everything a request can reach.
#[derive(Debug)]
pub(super) struct World {
    pub(super) issuer: String,
    pub(super) port: u16,
    pub(super) path: String,
    pub(super) ledger: Ledger,
    state: Mutex<State>,
}

impl World {
    pub(super) fn new(settings: Settings, address: SocketAddr) -> Self {
        let path = settings.path.trim_matches('/').to_owned();
        let path = if path.is_empty() { path } else { format!("/{path}") };
        let state = State {
            clients: settings.clients.clone(),
            users: settings.users.clone(),
            settings,
            keys: Keys::first(),
            fault: None,
            faults: HashMap::new(),
            turned: 0,
            sessions: HashMap::new(),
            pending: HashMap::new(),
            codes: HashMap::new(),
            grants: Vec::new(),
            access_tokens: HashMap::new(),
            refresh_tokens: HashMap::new(),
            id_tokens: HashMap::new(),
        };
        Self {
            issuer: format!("http://{address}{path}"),
            port: address.port(),
            path,
            ledger: Ledger::default(),
            state: Mutex::new(state),
        }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Name of the session cookie; the port is in it because cookies do not tell ports apart.
    pub(super) fn cookie(&self) -> String {
        format!("op_session_{}", self.port)
    }

    /// Where nobody must go.
    pub(super) fn trap(&self, what: &str) -> String {
        format!("{}/trap/{what}", self.issuer)
    }
}
