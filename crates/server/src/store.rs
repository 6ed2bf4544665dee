//! What must survive a restart: sessions, sign-in attempts, the journal of saves.
//!
//! A failing store fails the request, never the server. Nothing readable here is
//! mail content or a secret.

mod sqlite;

pub(crate) use sqlite::Sqlite;

use crate::token::RowKey;
use futures_util::future::BoxFuture;
use std::sync::Arc;

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
    pub(crate) user_name: String,
    pub(crate) issued_ms: i64,
    pub(crate) expires_ms: i64,
    /// Of the key it is bound to.
    pub(crate) thumbprint: Option<String>,
    /// Who it is and how to renew; opens with the token only.
    pub(crate) sealed: Vec<u8>,
}

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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StepState {
    /// About to be written, or written with nobody knowing.
    Sent,
    /// In iMIS.
    Done,
    /// iMIS said no; nothing is there.
    Refused,
}

/// A step of a save.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) name: String,
    pub(crate) state: StepState,
    /// The record in iMIS, when done.
    pub(crate) record: Option<String>,
}

/// The store, whatever database is behind it.
pub(crate) trait Store: Send + Sync + 'static {
    /// Whether it can be written.
    fn ready(&self) -> Answer<'_, ()>;

    /// Keeps a new session.
    fn add_session(&self, row: SessionRow) -> Answer<'_, ()>;
    /// The session of that key, whether or not its time is over.
    fn session(&self, key: RowKey) -> Answer<'_, Option<SessionRow>>;
    /// Ends a session; answers how many the person has left at the site.
    fn end_session<'a>(&'a self, key: RowKey, site: &'a str, user_name: &'a str) -> Answer<'a, i64>;

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
    /// Its steps.
    fn steps<'a>(&'a self, key: &'a SaveKey) -> Answer<'a, Vec<Step>>;
    /// Sets steps, all or none, durably before it answers.
    fn set_steps<'a>(&'a self, key: &'a SaveKey, steps: Vec<Step>) -> Answer<'a, ()>;
    /// Ends `step` of `key` with the first of the records that belongs to no other
    /// step; one move, so that two that look at the same moment cannot both have it.
    fn claim<'a>(&'a self, key: &'a SaveKey, step: &'a str, records: Vec<String>) -> Answer<'a, Option<String>>;

    /// Forgets what is over: sessions that have expired, attempts and saves begun before.
    fn tidy(&self, now_ms: i64, attempts_before_ms: i64, saves_before_ms: i64) -> Answer<'_, ()>;
    /// Writes everything down and lets go of the files.
    fn close(&self) -> BoxFuture<'_, ()>;
}

/// The store as everybody holds it.
pub(crate) type SharedStore = Arc<dyn Store>;
