//! The store over either database: every promise of [`Store`], kept by the same
//! statements.
//!
//! `PostgreSQL` runs at its usual level, where each statement sees what was
//! committed before it; what must be one move takes a lock first (see [`super::database::Lock`]).

mod attempts;
mod audit;
mod flows;
mod keepsakes;
mod leases;
mod ledger;
mod saves;
mod sessions;
mod upstream;

pub(super) use sessions::CHANNEL;
#[cfg(test)]
pub(super) use sessions::rows_of;

use super::database::{Database, values};
use super::memory::Memory;
use super::postgres::Listening;
use super::{
    Answer, Attempt, AuditLine, Blocks, Bucket, Ended, FlowRow, Keepsake, LedgerNames, LedgerRow, Link, Reserved,
    Revocation, SaveKey, SaveRow, Scope, SessionRow, Shelf, Step, Steps, Store, StoreError, Try, UpstreamRow, postgres,
    sqlite,
};
use crate::config::PostgresUrl;
use crate::token::RowKey;
use futures_util::future::BoxFuture;
use std::collections::HashSet;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Notify;

/// How often the revocations are read where another process may write the same file.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// How often it is found out whether the store can be written, at most: anybody may ask.
const WRITE_EVERY: Duration = Duration::from_secs(1);
/// How often they are read where the database tells of them: a net below a lost word.
const LOOK_ANYWAY_EVERY: Duration = Duration::from_secs(1);

/// A store.
#[derive(Debug)]
pub(crate) struct Sql {
    database: Database,
    /// Where tokens for iMIS are, if the database must not have them.
    memory: Option<Memory>,
    /// Wakes whoever waits for revocations.
    revoked: Arc<Notify>,
    /// Longest wait for revocations.
    look_every: Duration,
    /// Hears what other instances say.
    listening: Option<Listening>,
    /// When it was last found out whether the store can be written, and whether it can.
    written: tokio::sync::Mutex<Option<(Instant, bool)>>,
}

fn failed(operation: &'static str) -> impl FnOnce(sqlx::Error) -> StoreError {
    move |source| StoreError { operation, source }
}

impl Sql {
    /// Opens the store in a folder, making both where they are not there yet.
    pub(crate) async fn open_file(folder: &Path) -> io::Result<Self> {
        let database = sqlite::open(folder).await?;
        Ok(Self {
            database,
            memory: Some(Memory::default()),
            revoked: Arc::default(),
            look_every: LOOK_EVERY,
            listening: None,
            written: tokio::sync::Mutex::default(),
        })
    }

    /// Opens the store in a database that other instances may share.
    pub(crate) async fn connect(url: &PostgresUrl) -> Result<Self, sqlx::Error> {
        let (database, options) = postgres::open(url).await?;
        let revoked = Arc::default();
        let listening = Some(Listening::start(options, Arc::clone(&revoked)));
        let written = tokio::sync::Mutex::default();
        Ok(Self { database, memory: None, revoked, look_every: LOOK_ANYWAY_EVERY, listening, written })
    }

    /// What is underneath, for who tests it.
    #[cfg(test)]
    pub(super) fn database(&self) -> &Database {
        &self.database
    }

    /// Writes a little, or says how that went a moment ago: a full or lost disk shows
    /// here, and a database that may only be read.
    async fn can_write(&self) -> Result<(), sqlx::Error> {
        let mut written = self.written.lock().await;
        match *written {
            Some((at, true)) if at.elapsed() < WRITE_EVERY => return Ok(()),
            Some((at, false)) if at.elapsed() < WRITE_EVERY => {
                return Err(sqlx::Error::Io(io::Error::other("it could not be written a moment ago")));
            }
            _ => {}
        }
        // A name of its own, over at once, that is another every time: what is the same may not be written.
        let sql = "INSERT INTO seen_once (name, until_ms) VALUES ($1, 0) \
                   ON CONFLICT (name) DO UPDATE SET until_ms = 1 - seen_once.until_ms";
        let done = self.database.run(sql, values![[0_u8; 32]]).await;
        *written = Some((Instant::now(), done.is_ok()));
        done.map(drop)
    }

    async fn forget_what_is_over(
        &self,
        now_ms: i64,
        attempts_before_ms: i64,
        saves_before_ms: i64,
    ) -> Result<(), sqlx::Error> {
        self.tidy_sessions(now_ms).await?;
        self.tidy_flows(now_ms).await?;
        self.tidy_upstream(now_ms).await?;
        self.database.run("DELETE FROM sign_in_attempt WHERE at_ms <= $1", values![attempts_before_ms]).await?;
        self.tidy_saves(saves_before_ms).await
    }
}

impl Steps for Sql {
    fn steps<'a>(&'a self, key: &'a SaveKey) -> Answer<'a, Vec<Step>> {
        Box::pin(async move { self.steps(key).await.map_err(failed("read the steps of a save")) })
    }

    fn set_steps<'a>(&'a self, key: &'a SaveKey, by: Try, steps: Vec<Step>) -> Answer<'a, Vec<String>> {
        Box::pin(async move { self.set_steps(key, by, steps).await.map_err(failed("note the steps of a save")) })
    }

    fn claim<'a>(&'a self, key: &'a SaveKey, step: &'a str, records: Vec<String>) -> Answer<'a, Option<String>> {
        Box::pin(async move { self.claim(key, step, records).await.map_err(failed("claim a record")) })
    }
}

impl Store for Sql {
    fn ready(&self) -> Answer<'_, ()> {
        Box::pin(async { self.can_write().await.map_err(failed("reach the store")) })
    }

    fn add_session(&self, row: SessionRow, seen: i64) -> Answer<'_, bool> {
        Box::pin(async move { self.add_session(row, seen).await.map_err(failed("keep a session")) })
    }

    fn session(&self, key: RowKey) -> Answer<'_, Option<SessionRow>> {
        Box::pin(async move { self.session(key).await.map_err(failed("find a session")) })
    }

    fn existing(&self, keys: Vec<RowKey>) -> Answer<'_, HashSet<RowKey>> {
        Box::pin(async move { self.existing(&keys).await.map_err(failed("find sessions")) })
    }

    fn with_sessions(&self, people: Vec<(String, String)>) -> Answer<'_, HashSet<(String, String)>> {
        Box::pin(async move { self.with_sessions(&people).await.map_err(failed("find sessions")) })
    }

    fn sessions<'a>(&'a self, scope: &'a Scope, like: &'a str, now_ms: i64, most: i64) -> Answer<'a, Vec<SessionRow>> {
        Box::pin(async move { self.sessions(scope, like, now_ms, most).await.map_err(failed("list sessions")) })
    }

    fn change_session(&self, row: SessionRow, from_version: i64) -> Answer<'_, bool> {
        Box::pin(async move { self.change_session(row, from_version).await.map_err(failed("change a session")) })
    }

    fn saw_session(&self, key: RowKey, now_ms: i64) -> Answer<'_, ()> {
        Box::pin(async move { self.saw_session(key, now_ms).await.map_err(failed("note the use of a session")) })
    }

    fn end_sessions<'a>(&'a self, scope: &'a Scope, except: Option<RowKey>, now_ms: i64) -> Answer<'a, Ended> {
        Box::pin(async move { self.end_sessions(scope, except, now_ms).await.map_err(failed("end sessions")) })
    }

    fn revocations(&self, after: i64) -> Answer<'_, Vec<Revocation>> {
        Box::pin(async move { self.revocations(after).await.map_err(failed("read the revocations")) })
    }

    fn latest_revocation(&self) -> Answer<'_, i64> {
        Box::pin(async move { self.latest_revocation().await.map_err(failed("read the revocations")) })
    }

    fn revocation_told(&self) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            // Told or not, it is time to look.
            drop(tokio::time::timeout(self.look_every, self.revoked.notified()).await);
        })
    }

    fn add_flow(&self, row: FlowRow, most: i64, now_ms: i64) -> Answer<'_, bool> {
        Box::pin(async move { self.add_flow(row, most, now_ms).await.map_err(failed("keep a sign-in under way")) })
    }

    fn flow(&self, id: [u8; 32], now_ms: i64) -> Answer<'_, Option<FlowRow>> {
        Box::pin(async move { self.flow(id, now_ms).await.map_err(failed("find a sign-in under way")) })
    }

    fn change_flow(&self, row: FlowRow, from_version: i64) -> Answer<'_, bool> {
        Box::pin(async move { self.change_flow(row, from_version).await.map_err(failed("change a sign-in under way")) })
    }

    fn take_flow(&self, id: [u8; 32], version: i64) -> Answer<'_, bool> {
        Box::pin(async move { self.take_flow(id, version).await.map_err(failed("take a sign-in under way")) })
    }

    fn once(&self, name: [u8; 32], until_ms: i64, now_ms: i64) -> Answer<'_, bool> {
        Box::pin(async move { self.once(name, until_ms, now_ms).await.map_err(failed("note what may be seen once")) })
    }

    fn seen_until(&self, name: [u8; 32], until_ms: i64) -> Answer<'_, ()> {
        Box::pin(async move { self.seen_until(name, until_ms).await.map_err(failed("note what may be seen once")) })
    }

    fn lease(&self, name: [u8; 32], holder: [u8; 16], now_ms: i64, until_ms: i64) -> Answer<'_, bool> {
        Box::pin(async move { self.lease(name, holder, now_ms, until_ms).await.map_err(failed("take a lease")) })
    }

    fn release(&self, name: [u8; 32], holder: [u8; 16]) -> Answer<'_, ()> {
        Box::pin(async move { self.release(name, holder).await.map_err(failed("give back a lease")) })
    }

    fn upstream<'a>(&'a self, site: &'a str, user_name: &'a str) -> Answer<'a, Option<UpstreamRow>> {
        Box::pin(async move { self.upstream(site, user_name).await.map_err(failed("find a token for iMIS")) })
    }

    fn keep_upstream<'a>(&'a self, site: &'a str, user_name: &'a str, row: UpstreamRow) -> Answer<'a, ()> {
        Box::pin(async move { self.keep_upstream(site, user_name, row).await.map_err(failed("keep a token for iMIS")) })
    }

    fn forget_upstream<'a>(&'a self, site: &'a str, user_name: &'a str) -> Answer<'a, ()> {
        Box::pin(async move { self.forget_upstream(site, user_name).await.map_err(failed("forget a token for iMIS")) })
    }

    fn audit(&self, at_ms: i64, text: String, link: Link) -> Answer<'_, ()> {
        Box::pin(async move { self.audit(at_ms, text, link).await.map_err(failed("write the audit log")) })
    }

    fn audit_lines(&self, after: i64, most: i64) -> Answer<'_, Vec<AuditLine>> {
        Box::pin(async move { self.audit_lines(after, most).await.map_err(failed("read the audit log")) })
    }

    fn attempt(&self, bucket: Bucket, now_ms: i64, since_ms: i64, most: u32) -> Answer<'_, Attempt> {
        Box::pin(async move {
            self.attempt(bucket, now_ms, since_ms, most).await.map_err(failed("count a sign-in attempt"))
        })
    }

    fn forget_attempt(&self, bucket: Bucket, number: i64) -> Answer<'_, ()> {
        Box::pin(async move { self.forget_attempt(bucket, number).await.map_err(failed("forget a sign-in attempt")) })
    }

    fn forget_attempts(&self, bucket: Bucket) -> Answer<'_, ()> {
        Box::pin(async move { self.forget_attempts(bucket).await.map_err(failed("forget sign-in attempts")) })
    }

    fn begin_save<'a>(&'a self, key: &'a SaveKey, row: SaveRow, now_ms: i64) -> Answer<'a, Option<SaveRow>> {
        Box::pin(async move { self.begin_save(key, row, now_ms).await.map_err(failed("begin a save")) })
    }

    fn save<'a>(&'a self, key: &'a SaveKey) -> Answer<'a, Option<SaveRow>> {
        Box::pin(async move { self.save(key).await.map_err(failed("find a save")) })
    }

    fn writer<'a>(&'a self, site: &'a str, record: &'a str) -> Answer<'a, Option<SaveKey>> {
        Box::pin(async move { self.writer(site, record).await.map_err(failed("find who wrote a record")) })
    }

    fn forget_save<'a>(&'a self, key: &'a SaveKey) -> Answer<'a, ()> {
        Box::pin(async move { self.forget_save(key).await.map_err(failed("forget a save")) })
    }

    fn keepsakes<'a>(&'a self, on: &'a Shelf) -> Answer<'a, Vec<Keepsake>> {
        Box::pin(async move { self.keepsakes(on).await.map_err(failed("read what is kept")) })
    }

    fn keepsake<'a>(&'a self, on: &'a Shelf, name: [u8; 32]) -> Answer<'a, Option<Keepsake>> {
        Box::pin(async move { self.keepsake(on, name).await.map_err(failed("find what is kept")) })
    }

    fn keep<'a>(&'a self, on: &'a Shelf, keepsake: Keepsake, former: Vec<[u8; 32]>, most: u32) -> Answer<'a, ()> {
        Box::pin(async move { self.keep(on, keepsake, former, most).await.map_err(failed("keep something at hand")) })
    }

    fn let_go<'a>(&'a self, on: &'a Shelf, names: Vec<[u8; 32]>) -> Answer<'a, ()> {
        Box::pin(async move { self.let_go(on, names).await.map_err(failed("let something go")) })
    }

    fn forget_steps<'a>(&'a self, key: &'a SaveKey, steps: Vec<String>) -> Answer<'a, ()> {
        Box::pin(async move { self.forget_steps(key, steps).await.map_err(failed("forget steps of a save")) })
    }

    fn is_leased(&self, names: Vec<[u8; 32]>, now_ms: i64) -> Answer<'_, bool> {
        Box::pin(async move { self.is_leased(&names, now_ms).await.map_err(failed("look for leases")) })
    }

    fn ledger_changes(&self) -> Answer<'_, Vec<(String, i64)>> {
        Box::pin(async move { self.ledger_changes().await.map_err(failed("read the ledger")) })
    }

    fn ledger_of<'a>(&'a self, key: &'a SaveKey) -> Answer<'a, Option<LedgerRow>> {
        Box::pin(async move { self.ledger_of(key).await.map_err(failed("read the ledger")) })
    }

    fn ledger_entry<'a>(&'a self, site: &'a str, id: [u8; 16]) -> Answer<'a, Option<LedgerRow>> {
        Box::pin(async move { self.ledger_entry(site, id).await.map_err(failed("read the ledger")) })
    }

    fn ledger_rows<'a>(&'a self, site: &'a str, names: &'a [LedgerNames]) -> Answer<'a, Vec<LedgerRow>> {
        Box::pin(async move { self.ledger_rows(site, names).await.map_err(failed("read the ledger")) })
    }

    fn reserve<'a>(&'a self, row: LedgerRow, names: &'a [LedgerNames], blocks: Blocks) -> Answer<'a, Reserved> {
        Box::pin(async move { self.reserve(row, names, blocks).await.map_err(failed("write the ledger")) })
    }

    fn change_entry<'a>(&'a self, row: &'a LedgerRow, from: i64) -> Answer<'a, Option<i64>> {
        Box::pin(async move { self.change_entry(row, from).await.map_err(failed("write the ledger")) })
    }

    fn ledger_under_other_keys(&self, key_id: [u8; 4], most: i64) -> Answer<'_, Vec<LedgerRow>> {
        Box::pin(async move { self.ledger_under_other_keys(key_id, most).await.map_err(failed("read the ledger")) })
    }

    fn tidy(&self, now_ms: i64, attempts_before_ms: i64, saves_before_ms: i64) -> Answer<'_, ()> {
        Box::pin(async move {
            let tidied = self.forget_what_is_over(now_ms, attempts_before_ms, saves_before_ms).await;
            tidied.map_err(failed("tidy the store"))
        })
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {
            if let Some(listening) = &self.listening {
                listening.stop();
            }
            self.database.close().await;
        })
    }
}
