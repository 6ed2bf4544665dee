//! What must survive a restart: sessions, sign-ins under way, attempts, the
//! journal of saves, the audit log, the tokens that instances share, and what
//! people keep at hand.
//!
//! A failing store fails the request, never the server. Nothing readable here is
//! mail content or a secret.

#[cfg(test)]
mod conformance;
mod database;
mod memory;
mod postgres;
mod sql;
mod sqlite;
mod writer;

use crate::config::{Config, StoreSettings};
use crate::start::StartError;
use crate::token::RowKey;
use futures_util::future::BoxFuture;
use std::collections::HashSet;
use std::sync::Arc;

/// How long after its token has expired a session can still be renewed (`security.md §4.2`).
pub(crate) const GRACE_MS: i64 = 12 * 60 * 60 * 1000;

/// Opens the store that the configuration names, ready to be used.
pub(crate) async fn open(config: &Config) -> Result<SharedStore, StartError> {
    let store = match &config.store {
        StoreSettings::File => {
            let opened = sql::Sql::open_file(&config.data).await;
            opened.map_err(|error| StartError::Data(config.data.clone(), error))?
        }
        StoreSettings::Postgres(url) => {
            sql::Sql::connect(url).await.map_err(|error| StartError::Database(error.into()))?
        }
    };
    Ok(Arc::new(store))
}

/// The store could not do it: no room, not reachable, damaged.
#[derive(Debug, thiserror::Error)]
#[error("failed to {operation}")]
pub(crate) struct StoreError {
    pub(crate) operation: &'static str,
    #[source]
    pub(crate) source: sqlx::Error,
}

/// An answer of the store, some time.
pub(crate) type Answer<'a, T> = BoxFuture<'a, Result<T, StoreError>>;

/// A session as it rests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SessionRow {
    pub(crate) key: RowKey,
    pub(crate) site: String,
    /// As [`crate::session::user_key`] writes it.
    pub(crate) user_name: String,
    /// How they signed in: the name of [`api::SignInMethod`] in JSON.
    pub(crate) method: String,
    /// What they signed in with, such as "Edge on Windows".
    pub(crate) client: String,
    /// When they signed in.
    pub(crate) begun_ms: i64,
    /// When it was last used, to the minute.
    pub(crate) seen_ms: i64,
    /// When the current token expires.
    pub(crate) expires_ms: i64,
    /// When it ends whatever is renewed.
    pub(crate) ends_ms: i64,
    /// Grows with every change.
    pub(crate) version: i64,
    /// Of the key it is bound to.
    pub(crate) thumbprint: Option<String>,
    /// SHA-256 of issuer and subject, for the provider's logout tokens.
    pub(crate) subject: Option<[u8; 32]>,
    /// SHA-256 of issuer and `sid`, for the same.
    pub(crate) provider_session: Option<[u8; 32]>,
    /// Who it is and how to renew; opens with the current token only.
    pub(crate) sealed: Vec<u8>,
    /// The current secret, sealed under the one before it.
    pub(crate) former: Option<Vec<u8>>,
    /// Until when [`SessionRow::former`] opens.
    pub(crate) former_until_ms: i64,
    /// Whether the current token has been used; the former one then no longer renews.
    pub(crate) current_used: bool,
}

/// Which sessions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// One.
    Session(RowKey),
    /// All of a person.
    User {
        /// Where they are.
        site: String,
        /// As [`crate::session::user_key`] writes it.
        user_name: String,
    },
    /// All of a subject at the OpenID provider.
    Subject {
        /// Where it signed in.
        site: String,
        /// Hash of issuer and subject.
        subject: [u8; 32],
    },
    /// Those of one session at the OpenID provider.
    ProviderSession {
        /// Where it signed in.
        site: String,
        /// Hash of issuer and `sid`.
        session: [u8; 32],
    },
    /// All of a site.
    Site(String),
    /// All.
    Everybody,
}

/// What ending sessions did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ended {
    /// How many sessions.
    pub(crate) keys: i64,
    /// People, by site and name, who had sessions and have none left. Empty when there are too many to name.
    pub(crate) users: Vec<(String, String)>,
    /// Whether there were too many to name: then whatever is kept of anybody in the scope must go.
    pub(crate) all_users: bool,
}

/// Sessions were ended, as every instance learns of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Revocation {
    /// Grows from one to the next, not always by one.
    pub(crate) number: i64,
    /// Which sessions. What a newer server wrote and this one does not know is [`Scope::Everybody`].
    pub(crate) scope: Scope,
    /// The session among them that was left alone.
    pub(crate) except: Option<RowKey>,
    pub(crate) at_ms: i64,
}

/// A sign-in under way. All but what finds it is sealed under the flow's own id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FlowRow {
    /// SHA-256 of the flow's id.
    pub(crate) id: [u8; 32],
    /// SHA-256 of the dialog's cookie, once it is bound to a browser.
    pub(crate) cookie: Option<[u8; 32]>,
    pub(crate) site: String,
    /// Who began it, for the limit on open ones.
    pub(crate) bucket: Bucket,
    pub(crate) created_ms: i64,
    pub(crate) expires_ms: i64,
    /// Grows with every change.
    pub(crate) version: i64,
    pub(crate) sealed: Vec<u8>,
}

/// An access token for iMIS that all sessions and instances of a person share, sealed by the caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UpstreamRow {
    pub(crate) sealed: Vec<u8>,
    pub(crate) ends_ms: i64,
}

/// One line of the audit log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AuditLine {
    /// 1, 2, 3 … without gaps.
    pub(crate) number: i64,
    pub(crate) at_ms: i64,
    /// The entry as JSON.
    pub(crate) text: String,
    /// Made from number, hash of the line before, and text.
    pub(crate) hash: Vec<u8>,
}

/// Makes the hash of an audit line from its number, the hash of the line before
/// it (empty for the first) and its text.
pub(crate) type Link = Box<dyn Fn(i64, &[u8], &str) -> Vec<u8> + Send + Sync>;

/// Counts attempts at something: the hash of what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bucket(pub(crate) [u8; 32]);

/// Whether one more attempt may be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Attempt {
    /// It may, and counts from now on under this number.
    Allowed(i64),
    /// It may not; the oldest that counts was at this time.
    Refused {
        /// Milliseconds since 1970.
        oldest_ms: i64,
    },
}

/// Names a save: whose, where, which.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct SaveKey {
    pub(crate) site: String,
    pub(crate) user_name: String,
    pub(crate) save: String,
}

/// A save as it rests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SaveRow {
    /// Hash of everything asked.
    pub(crate) fingerprint: Vec<u8>,
    /// What its attachments still need.
    pub(crate) sealed: Vec<u8>,
}

/// How far a step of a save is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum StepState {
    /// About to be written, or written with nobody knowing.
    Sent,
    /// In iMIS.
    Done,
    /// iMIS said no; nothing is there.
    Refused,
}

/// One try at a save, by one server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Try(pub(crate) u64);

/// A step of a save.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) name: String,
    pub(crate) state: StepState,
    /// The record in iMIS, when done.
    pub(crate) record: Option<String>,
    /// Until when what was sent may still come about; `None` where iMIS is done with it.
    pub(crate) until_ms: Option<i64>,
}

/// Where somebody keeps things of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Shelf {
    pub(crate) site: String,
    /// As [`crate::session::user_key`] writes it; empty for what the whole site shares.
    pub(crate) user_name: String,
    pub(crate) kind: &'static str,
}

/// A thing that is kept, sealed by the caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Keepsake {
    /// SHA-256 of what it is called.
    pub(crate) name: [u8; 32],
    pub(crate) sealed: Vec<u8>,
    /// When it was kept.
    pub(crate) at_ms: i64,
}

/// What a row of the ledger is found by: hashes under the server's key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct LedgerNames {
    /// Of the Message-ID.
    pub(crate) message: Option<[u8; 32]>,
    /// Of sender, subject and recipients.
    pub(crate) facts: Option<[u8; 32]>,
    /// Of the conversation.
    pub(crate) conversation: Option<[u8; 32]>,
}

/// How a save stands in the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LedgerState {
    /// Somebody is at it, or was when its server ended.
    Saving,
    /// Everything is in iMIS.
    Saved,
    /// Some of it is.
    Partly,
    /// Nothing of it is.
    Nothing,
    /// It is being taken back.
    Removing,
    /// It was taken back.
    Removed,
    /// Some of it was.
    PartlyRemoved,
}

/// A save in the ledger, its details sealed by the caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LedgerRow {
    pub(crate) id: [u8; 16],
    pub(crate) save: SaveKey,
    /// The key that its names are made with.
    pub(crate) key_id: [u8; 4],
    pub(crate) names: LedgerNames,
    pub(crate) state: LedgerState,
    /// When it was reserved.
    pub(crate) begun_ms: i64,
    /// When somebody was last at it.
    pub(crate) touched_ms: i64,
    /// The number of its site's change that wrote it.
    pub(crate) version: i64,
    pub(crate) sealed: Vec<u8>,
}

/// Whether a row stands in the way of another.
pub(crate) type Blocks = Box<dyn Fn(&LedgerRow) -> bool + Send + Sync>;

/// What became of a row that was to be reserved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reserved {
    /// It is there, by the change of this number.
    New(i64),
    /// There is one of that save already.
    Known(Box<LedgerRow>),
    /// Another stands in its way.
    Taken,
}

/// Steps of saves: all that a journal needs of a store.
pub(crate) trait Steps: Send + Sync + 'static {
    /// The steps of that save.
    fn steps<'a>(&'a self, key: &'a SaveKey) -> Answer<'a, Vec<Step>>;
    /// Sets steps, all or none, durably before it answers; one that is done stays as it is. Likewise one whose record
    /// belongs to another step, which took it for its own while looking: the names of those. And what is sent anew
    /// may come later than what was sent; every other word but that it is done (refused, over, over sooner) takes the
    /// place of what was sent by the same try alone: a word that comes late says nothing of a later try.
    fn set_steps<'a>(&'a self, key: &'a SaveKey, by: Try, steps: Vec<Step>) -> Answer<'a, Vec<String>>;
    /// Ends `step` of `key` with the first of the records that belongs to no other
    /// step; one move, so that two that look at the same moment cannot both have it.
    /// One that is done already has its own. Where what the step itself sent may still come, the record may be what
    /// another step of its name sent, at that site: then each of those that are open awaits it, and no word of what it
    /// sent itself says that nothing will come.
    fn claim<'a>(&'a self, key: &'a SaveKey, step: &'a str, records: Vec<String>) -> Answer<'a, Option<String>>;
}

/// The store, whatever database is behind it.
///
/// Times are the caller's; instances on one database must agree on them to well under a minute.
pub(crate) trait Store: Steps {
    /// Whether it can be written.
    fn ready(&self) -> Answer<'_, ()>;

    /// Keeps a new session, unless a revocation with a number above `seen` covers it: then
    /// `false`. One move, so that no session slips past those who end it. Numbers, as the
    /// clocks of two instances need not agree.
    fn add_session(&self, row: SessionRow, seen: i64) -> Answer<'_, bool>;
    /// The session of that key, whether or not its time is over.
    fn session(&self, key: RowKey) -> Answer<'_, Option<SessionRow>>;
    /// Which of these sessions are there; many are asked for at once.
    fn existing(&self, keys: Vec<RowKey>) -> Answer<'_, HashSet<RowKey>>;
    /// Which of these people, by site and name, have a session; likewise.
    fn with_sessions(&self, people: Vec<(String, String)>) -> Answer<'_, HashSet<(String, String)>>;
    /// Those sessions of a scope that can still be used or renewed, of user names that contain
    /// `like`; the latest used come first.
    fn sessions<'a>(&'a self, scope: &'a Scope, like: &'a str, now_ms: i64, most: i64) -> Answer<'a, Vec<SessionRow>>;
    /// Puts a row in the place of its former version if that is still `from_version`.
    fn change_session(&self, row: SessionRow, from_version: i64) -> Answer<'_, bool>;
    /// Notes that a session is used; no change of version. Who knows it was noted within the last
    /// minute need not ask.
    fn saw_session(&self, key: RowKey, now_ms: i64) -> Answer<'_, ()>;
    /// Ends the sessions of a scope but for `except`, the open flows of a site, and the tokens for
    /// iMIS of those who have no session left; every instance is told. One move.
    fn end_sessions<'a>(&'a self, scope: &'a Scope, except: Option<RowKey>, now_ms: i64) -> Answer<'a, Ended>;
    /// What was revoked after that number, oldest first.
    fn revocations(&self, after: i64) -> Answer<'_, Vec<Revocation>>;
    /// The number of the latest revocation, 0 when there is none.
    fn latest_revocation(&self) -> Answer<'_, i64>;
    /// Resolves when there may be revocations not seen yet: when told, and in any case within a
    /// second. One waits at a time. Never fails: who reads the revocations then learns whether the store works.
    fn revocation_told(&self) -> BoxFuture<'_, ()>;

    /// Keeps a new flow unless its bucket has `most` open ones: then `false`.
    fn add_flow(&self, row: FlowRow, most: i64, now_ms: i64) -> Answer<'_, bool>;
    /// The flow of that id, unless its time is over.
    fn flow(&self, id: [u8; 32], now_ms: i64) -> Answer<'_, Option<FlowRow>>;
    /// Puts a row in the place of its former version if that is still `from_version`.
    fn change_flow(&self, row: FlowRow, from_version: i64) -> Answer<'_, bool>;
    /// Takes a flow away if it still has that version; `true` for exactly one who asks.
    fn take_flow(&self, id: [u8; 32], version: i64) -> Answer<'_, bool>;

    /// Whether this is the first time a name is seen; until `until_ms` no other time will be.
    fn once(&self, name: [u8; 32], until_ms: i64, now_ms: i64) -> Answer<'_, bool>;
    /// Changes until when a name counts as seen.
    fn seen_until(&self, name: [u8; 32], until_ms: i64) -> Answer<'_, ()>;
    /// Takes a name for `holder` if nobody has it or their time is over; its holder prolongs it so.
    fn lease(&self, name: [u8; 32], holder: [u8; 16], now_ms: i64, until_ms: i64) -> Answer<'_, bool>;
    /// Gives a name back, if `holder` has it.
    fn release(&self, name: [u8; 32], holder: [u8; 16]) -> Answer<'_, ()>;

    /// A person's token for iMIS.
    fn upstream<'a>(&'a self, site: &'a str, user_name: &'a str) -> Answer<'a, Option<UpstreamRow>>;
    /// Keeps a person's token for iMIS, where no copy of the files has it.
    fn keep_upstream<'a>(&'a self, site: &'a str, user_name: &'a str, row: UpstreamRow) -> Answer<'a, ()>;
    /// Forgets it.
    fn forget_upstream<'a>(&'a self, site: &'a str, user_name: &'a str) -> Answer<'a, ()>;

    /// Appends to the audit log, one after another.
    fn audit(&self, at_ms: i64, text: String, link: Link) -> Answer<'_, ()>;
    /// Lines after that number, oldest first.
    fn audit_lines(&self, after: i64, most: i64) -> Answer<'_, Vec<AuditLine>>;

    /// Counts one more attempt unless `most` were made since `since_ms`; one step,
    /// so that attempts at the same moment cannot pass together.
    fn attempt(&self, bucket: Bucket, now_ms: i64, since_ms: i64, most: u32) -> Answer<'_, Attempt>;
    /// Takes back one attempt that was none.
    fn forget_attempt(&self, bucket: Bucket, number: i64) -> Answer<'_, ()>;
    /// Takes back all attempts.
    fn forget_attempts(&self, bucket: Bucket) -> Answer<'_, ()>;

    /// Keeps a new save, unless there is one of that key: then answers that.
    fn begin_save<'a>(&'a self, key: &'a SaveKey, row: SaveRow, now_ms: i64) -> Answer<'a, Option<SaveRow>>;
    /// The save of that key.
    fn save<'a>(&'a self, key: &'a SaveKey) -> Answer<'a, Option<SaveRow>>;
    /// The save that wrote a record, where one of the site did.
    fn writer<'a>(&'a self, site: &'a str, record: &'a str) -> Answer<'a, Option<SaveKey>>;
    /// Forgets a save with its steps: of one that wrote nothing, or whose end is known.
    fn forget_save<'a>(&'a self, key: &'a SaveKey) -> Answer<'a, ()>;

    /// All things of a shelf, newest first.
    fn keepsakes<'a>(&'a self, on: &'a Shelf) -> Answer<'a, Vec<Keepsake>>;
    /// The thing of that name.
    fn keepsake<'a>(&'a self, on: &'a Shelf, name: [u8; 32]) -> Answer<'a, Option<Keepsake>>;
    /// Keeps a thing, in the place of those of the same or a former name; then only it and the newest others stay,
    /// `most` in all.
    fn keep<'a>(&'a self, on: &'a Shelf, keepsake: Keepsake, former: Vec<[u8; 32]>, most: u32) -> Answer<'a, ()>;
    /// Lets the things of these names go, as far as they are there.
    fn let_go<'a>(&'a self, on: &'a Shelf, names: Vec<[u8; 32]>) -> Answer<'a, ()>;

    /// Forgets these steps of a save: what they wrote is gone.
    fn forget_steps<'a>(&'a self, key: &'a SaveKey, steps: Vec<String>) -> Answer<'a, ()>;

    /// Whether anybody has one of these names.
    fn is_leased(&self, names: Vec<[u8; 32]>, now_ms: i64) -> Answer<'_, bool>;

    /// The number of each site's latest change of the ledger; a site without any has none.
    fn ledger_changes(&self) -> Answer<'_, Vec<(String, i64)>>;
    /// The ledger's row of a save.
    fn ledger_of<'a>(&'a self, key: &'a SaveKey) -> Answer<'a, Option<LedgerRow>>;
    /// The row of that id at a site.
    fn ledger_entry<'a>(&'a self, site: &'a str, id: [u8; 16]) -> Answer<'a, Option<LedgerRow>>;
    /// The rows that have one of these names, newest first; one question, however many names.
    fn ledger_rows<'a>(&'a self, site: &'a str, names: &'a [LedgerNames]) -> Answer<'a, Vec<LedgerRow>>;
    /// Keeps a new row, unless its save has one, or one with any of these names `blocks` it. One move: of two that
    /// block each other the second learns of the first. The row's version is set here.
    fn reserve<'a>(&'a self, row: LedgerRow, names: &'a [LedgerNames], blocks: Blocks) -> Answer<'a, Reserved>;
    /// Puts a row in the place of its former version if that is still `from`; answers its new version.
    fn change_entry<'a>(&'a self, row: &'a LedgerRow, from: i64) -> Answer<'a, Option<i64>>;
    /// Rows whose names are made with another key than this, newest first.
    fn ledger_under_other_keys(&self, key_id: [u8; 4], most: i64) -> Answer<'_, Vec<LedgerRow>>;

    /// Forgets what is over: sessions, flows, names, tokens, revocations that no session can be
    /// older than; attempts and saves begun before.
    fn tidy(&self, now_ms: i64, attempts_before_ms: i64, saves_before_ms: i64) -> Answer<'_, ()>;
    /// Writes everything down and lets go of the database.
    fn close(&self) -> BoxFuture<'_, ()>;
}

/// The store as everybody holds it.
pub(crate) type SharedStore = Arc<dyn Store>;
