//! The audit log: what happened to sign-ins, sessions and saves, by whom, from
//! where. Lines are chained: each one's hash is made with a key that is not in
//! the store, of its number, the hash before it and its text (`security.md §5.3`).
//!
//! User names stand here; tokens, codes, passwords and a provider's subjects never.

mod verify;

pub(crate) use verify::{End, Verdict, verify};

use crate::app::App;
use crate::config::{AuditKey, KeyId, Keyring};
use crate::request;
use crate::session::{self, Session};
use crate::store::{AuditLine, SessionRow, Store, StoreError};
use crate::token::RowKey;
use api::{SignInMethod, SiteName};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::Serialize;
use sha2::Sha256;
use std::net::IpAddr;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// What happened. Reasons are words of ours, never of a request.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(crate) enum Event {
    /// The server began to serve.
    Started { version: &'static str },
    /// The keys on the ring are others now.
    KeysChanged { active: String, count: usize },
    /// A pane began a sign-in.
    FlowBegun { method: SignInMethod },
    /// The dialog came back with somebody.
    FlowLanded { method: SignInMethod },
    /// A sign-in ended without a session.
    FlowRefused { method: SignInMethod, reason: &'static str },
    /// Somebody signed in.
    SessionBegun { method: SignInMethod, key_bound: bool, client: String },
    /// The person said that they are who is shown.
    SessionConfirmed,
    /// A token took the place of the one before it.
    SessionRenewed,
    /// A token was used that another had taken the place of.
    TokenReused { key_bound: bool },
    /// One session ended: by its person, or because iMIS no longer takes them.
    SignedOut { reason: &'static str },
    /// Sessions were ended by somebody.
    SessionsEnded { by: String, scope: &'static str, whose: Option<String>, count: i64 },
    /// Somebody set a site's options.
    OptionsSet { site: String, by: String },
    /// Somebody may not do what they asked.
    Refused { action: &'static str },
    /// Too many wrong passwords for a name.
    LockedOut,
    /// A save or an upload was begun.
    SaveBegun { save: String, part: String },
    /// It ended like this.
    SaveEnded { save: String, part: String, outcome: &'static str, records: Vec<String> },
    /// Somebody took a save back, their own or a colleague's, or tried to.
    SaveRemoved { save: String, whose: Option<String>, outcome: &'static str },
    /// Somebody added a contact, or tried to.
    ContactAdded { add: String, outcome: &'static str, contact: Option<String> },
    /// Somebody changed a contact, or tried to.
    ContactChanged { contact: String, outcome: &'static str },
    /// All rows of a query were asked for as a file, and so many given.
    QueryExported { query: String, rows: u64, outcome: &'static str },
    /// Somebody changed a record, or tried to.
    RecordChanged { record: String, outcome: &'static str },
    /// Somebody removed one, or a contact's line of one, or tried to.
    RecordRemoved { record: String, outcome: &'static str },
    /// Somebody settled, for everybody at the site, that an address means this contact; or no longer.
    AddressSettled { contact: String, settled: bool },
    /// The OpenID provider asked to end sessions.
    LogoutToken { outcome: &'static str, count: i64 },
}

/// One line to be.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    event: Event,
    site: Option<String>,
    user: Option<String>,
    session: Option<RowKey>,
}

impl Entry {
    /// What happened, to nobody in particular.
    pub(crate) fn new(event: Event) -> Self {
        Self { event, site: None, user: None, session: None }
    }

    /// At a site.
    pub(crate) fn site(mut self, site: &SiteName) -> Self {
        self.site = Some(site.0.clone());
        self
    }

    /// To an iMIS user of a site.
    pub(crate) fn user(mut self, site: &SiteName, user_name: &str) -> Self {
        self.user = Some(session::user_key(user_name));
        self.site(site)
    }

    /// To a session.
    pub(crate) fn session(mut self, session: RowKey) -> Self {
        self.session = Some(session);
        self
    }

    /// To the session of a request.
    pub(crate) fn of(self, session: &Session) -> Self {
        self.user(&session.me.site, &session.me.user_name).session(session.row)
    }

    /// To a session as it rests.
    pub(crate) fn row(self, row: &SessionRow) -> Self {
        self.user(&SiteName(row.site.clone()), &row.user_name).session(row.key)
    }
}

/// A line's text, its fields always in this order.
#[derive(Serialize)]
struct Line {
    time: String,
    #[serde(flatten)]
    event: Event,
    #[serde(skip_serializing_if = "Option::is_none")]
    site: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<IpAddr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<String>,
    /// Names the key that the hash was made with.
    kid: String,
}

/// Writes a line. One that cannot be written is an error in the log: what
/// happened has happened.
pub(crate) async fn note(app: &App, entry: Entry) {
    if let Err(error) = write(&*app.store, &app.config.keyring, app.clock.now_ms(), entry).await {
        tracing::error!(error = crate::failure::chain(&error), "failed to write the audit log");
    }
}

/// Writes a line for whoever runs beside the server.
pub(crate) async fn write(store: &dyn Store, ring: &Keyring, now_ms: i64, entry: Entry) -> Result<(), StoreError> {
    let key = ring.active();
    let request = request::current();
    let line = Line {
        time: time_text(now_ms),
        event: entry.event,
        site: entry.site,
        user: entry.user,
        session: entry.session.map(prefix),
        address: request.as_ref().and_then(|request| request.address),
        request: request.map(|request| request.id),
        kid: key.id().to_string(),
    };
    let text = serde_json::to_string(&line).expect("a line is made of texts and numbers");
    let key = crate::seal::audit_key(&key);
    store.audit(now_ms, text, Box::new(move |number, before, text| hash(&key, number, before, text))).await
}

/// The beginning of a session's name: enough to find it, not enough to be it.
pub(crate) fn prefix(row: RowKey) -> String {
    row.id().0.chars().take(8).collect()
}

pub(crate) fn time_text(at_ms: i64) -> String {
    let time = OffsetDateTime::from_unix_timestamp_nanos(i128::from(at_ms) * 1_000_000);
    time.ok().and_then(|time| time.format(&Rfc3339).ok()).unwrap_or_default()
}

/// A line's hash.
fn hash(key: &AuditKey, number: i64, before: &[u8], text: &str) -> Vec<u8> {
    let mut hash = Hmac::<Sha256>::new_from_slice(key.expose()).expect("HMAC takes keys of any length");
    hash.update(&number.to_be_bytes());
    hash.update(&(before.len() as u64).to_be_bytes());
    hash.update(before);
    hash.update(text.as_bytes());
    hash.finalize().into_bytes().to_vec()
}

/// Whether a line is as it was written after the hash before it.
fn holds(ring: &Keyring, line: &AuditLine, before: &[u8]) -> Result<(), &'static str> {
    let fields: serde_json::Value = serde_json::from_str(&line.text).map_err(|_| "is not a line of ours")?;
    let kid: KeyId = fields["kid"].as_str().and_then(|kid| kid.parse().ok()).ok_or("does not name its key")?;
    let key = ring.audit_key(kid).ok_or("was made with a key that is not on the ring")?;
    if hash(&key, line.number, before, &line.text) != line.hash {
        return Err("does not fit its hash: it, or a line before it, was changed");
    }
    if fields["time"].as_str() != Some(time_text(line.at_ms).as_str()) {
        return Err("has another time than its text");
    }
    Ok(())
}
