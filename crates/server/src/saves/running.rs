//! What is being written at this moment, so that nothing is written twice at once,
//! by this server or another one on the same store.
//!
//! A turn is a lease in the store. Whoever has it writes for a part of the lease
//! only, by a clock of their own that nobody turns: what is on its way then has
//! the rest of it to arrive, and the clocks of servers may differ by as much.

use crate::app::App;
use crate::failure::Failure;
use crate::seal;
use crate::session::Session;
use crate::store::{SaveKey, StoreError};
use api::ProblemCode;
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// How long a turn lasts in the store when its server dies.
pub(crate) const LEASE_MS: i64 = 60_000;
const PACE: Pace =
    Pace { writes: Duration::from_secs(30), prolong: Duration::from_secs(15), again: Duration::from_secs(1) };

/// The times of a turn.
#[derive(Clone, Copy, Debug)]
struct Pace {
    /// How much of the lease is written in; the rest of it is the margin.
    writes: Duration,
    /// When the lease is prolonged, after it was taken or prolonged.
    prolong: Duration,
    /// When that is tried again.
    again: Duration,
}

impl Pace {
    /// The rest of the lease, in which nobody writes.
    const fn margin(&self) -> Duration {
        Duration::from_millis(LEASE_MS.unsigned_abs()).saturating_sub(self.writes)
    }
}

/// Parts of saves under way.
#[derive(Clone, Debug)]
pub(crate) struct Running {
    here: Arc<Mutex<HashMap<Name, Whose>>>,
    /// Names this server among those of the store.
    holder: [u8; 16],
}

/// A part of a save.
type Name = (SaveKey, String);

/// The site and the user name of who is at it.
type Whose = (String, String);

/// One of them; over at [`Turn::end`]. Dropped without that, as when the server ends, it keeps its lease until that runs
/// out.
#[derive(Debug)]
pub(crate) struct Turn {
    here: Arc<Here>,
    lease: [u8; 32],
    stop: Stop,
    over: CancellationToken,
    prolonging: JoinHandle<()>,
}

/// When a turn's work must stop.
#[derive(Clone, Debug)]
pub(crate) struct Stop {
    /// Cancelled when the session ends, or the turn is lost.
    begin_nothing: CancellationToken,
    /// Cancelled when somebody else could soon have the turn.
    lost: CancellationToken,
}

/// The turn within this server.
#[derive(Debug)]
struct Here {
    running: Running,
    name: Name,
}

impl Default for Running {
    fn default() -> Self {
        Self { here: Arc::default(), holder: seal::random() }
    }
}

impl Running {
    /// Takes the turn for a part of a save; refused while somebody has it, or
    /// while the person has too many.
    pub(crate) async fn begin(&self, app: &App, session: &Session, key: &SaveKey, part: &str) -> Result<Turn, Failure> {
        let whose = (session.me.site.0.clone(), session.user_key());
        let here = self.begin_here((key.clone(), part.to_owned()), whose, app.config.limits.saves_per_person)?;
        let lease = lease_name(&here.name);
        let asked = Instant::now();
        if !ask(app, lease, self.holder).await.map_err(|error| Failure::store(&error))? {
            return Err(Failure::wait(ProblemCode::Conflict, 1));
        }
        let stop = Stop::new(session.ended().child_token());
        let over = CancellationToken::new();
        let prolonging = {
            let (app, holder, stop, over) = (app.clone(), self.holder, stop.clone(), over.clone());
            tokio::spawn(async move { prolong(PACE, asked, &stop, &over, || ask(&app, lease, holder)).await })
        };
        Ok(Turn { here: Arc::new(here), lease, stop, over, prolonging })
    }

    /// Takes the turn for changing something that the whole site shares; who is second tries again a moment later.
    pub(crate) async fn begin_change(&self, app: &App, session: &Session, key: &SaveKey) -> Result<Turn, Failure> {
        self.begin(app, session, key, "change").await.map_err(Failure::busy_for_conflict)
    }

    fn begin_here(&self, name: Name, whose: Whose, most: usize) -> Result<Here, Failure> {
        let mut here = self.here.lock().unwrap_or_else(PoisonError::into_inner);
        if here.contains_key(&name) {
            return Err(Failure::wait(ProblemCode::Conflict, 1));
        }
        if here.values().filter(|theirs| **theirs == whose).count() >= most {
            return Err(Failure::wait(ProblemCode::Busy, 1));
        }
        here.insert(name.clone(), whose);
        drop(here);
        Ok(Here { running: self.clone(), name })
    }
}

/// The leases of a save with so many attachments, whoever has them.
pub(crate) fn leases(key: &SaveKey, attachments: usize) -> Vec<[u8; 32]> {
    let records = lease_name(&(key.clone(), super::RECORDS.to_owned()));
    std::iter::once(records).chain(file_leases(key, attachments)).collect()
}

/// Likewise, those of its attachments alone.
pub(crate) fn file_leases(key: &SaveKey, attachments: usize) -> Vec<[u8; 32]> {
    (0..attachments).map(|index| lease_name(&(key.clone(), super::file_part(index)))).collect()
}

fn lease_name((key, part): &Name) -> [u8; 32] {
    let parts = ["save", &key.site, &key.user_name, &key.save, part].into_iter();
    let hash = parts.fold(Sha256::new(), |hash, part| hash.chain_update(part).chain_update([0]));
    hash.finalize().into()
}

/// Takes the lease, or prolongs it.
async fn ask(app: &App, lease: [u8; 32], holder: [u8; 16]) -> Result<bool, StoreError> {
    let now_ms = app.clock.now_ms();
    app.store.lease(lease, holder, now_ms, now_ms.saturating_add(LEASE_MS)).await
}

/// Keeps a turn that was asked for at that moment, while it is needed. Where that
/// fails, or has no answer in time, the work must stop.
async fn prolong<F>(pace: Pace, asked: Instant, stop: &Stop, over: &CancellationToken, ask: impl Fn() -> F)
where
    F: Future<Output = Result<bool, StoreError>>,
{
    let mut ends = asked + pace.writes;
    let mut next = asked + pace.prolong;
    while over.run_until_cancelled(tokio::time::sleep_until(next)).await.is_some() {
        let asked = Instant::now();
        match tokio::time::timeout_at(ends, ask()).await {
            Ok(Ok(true)) => {
                ends = asked + pace.writes;
                next = asked + pace.prolong;
            }
            Ok(Err(_)) if Instant::now() < ends => next = ends.min(Instant::now() + pace.again),
            Ok(Ok(false) | Err(_)) | Err(_) => {
                tracing::warn!("lost the turn for a save; it stops");
                return stop.lose();
            }
        }
    }
}

impl Stop {
    fn new(begin_nothing: CancellationToken) -> Self {
        Self { begin_nothing, lost: CancellationToken::new() }
    }

    fn lose(&self) {
        self.begin_nothing.cancel();
        self.lost.cancel();
    }

    /// Whether nothing more may be begun.
    pub(crate) fn is_due(&self) -> bool {
        self.begin_nothing.is_cancelled()
    }

    /// Whether somebody else could have the turn, or soon.
    pub(crate) fn is_lost(&self) -> bool {
        self.lost.is_cancelled()
    }

    /// Does what ends as soon as nothing more may be begun; `None` if it did.
    pub(crate) async fn until_due<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        self.begin_nothing.run_until_cancelled(work).await
    }

    /// Does what must not outlast the turn; `None` if it would have.
    pub(crate) async fn until_lost<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        self.lost.run_until_cancelled(work).await
    }
}

impl Turn {
    /// When its work must stop.
    pub(crate) const fn stop(&self) -> &Stop {
        &self.stop
    }

    /// Gives the turn back. One that was lost is left to run out, here as well as in
    /// the store: what was given up may still arrive, and must not be looked for before.
    pub(crate) async fn end(mut self, app: &App) {
        self.over.cancel();
        // Nothing prolongs it after it was given back.
        if (&mut self.prolonging).await.is_err() {
            tracing::warn!("the turn for a save was no longer prolonged");
        }
        if self.stop.is_lost() {
            let here = Arc::clone(&self.here);
            tokio::spawn(async move {
                tokio::time::sleep(PACE.margin()).await;
                drop(here);
            });
            return;
        }
        if let Err(error) = app.store.release(self.lease, self.here.running.holder).await {
            tracing::warn!(error = crate::failure::chain(&error), "failed to give back the turn for a save");
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.over.cancel();
    }
}

impl Drop for Here {
    fn drop(&mut self) {
        self.running.here.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.name);
    }
}

#[cfg(test)]
impl Stop {
    /// Of a turn that nobody has yet.
    pub(crate) fn for_tests() -> Self {
        Self::new(CancellationToken::new())
    }

    /// As when the session ends.
    pub(crate) fn end_for_tests(&self) {
        self.begin_nothing.cancel();
    }

    pub(crate) fn lose_for_tests(&self) {
        self.lose();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    /// As [`PACE`], but quick.
    const QUICK: Pace = Pace {
        writes: Duration::from_millis(120),
        prolong: Duration::from_millis(60),
        again: Duration::from_millis(5),
    };

    fn silent() -> StoreError {
        StoreError { operation: "take a lease", source: sqlx::Error::PoolTimedOut }
    }

    /// How long the work of a turn may go on with a store that answers so.
    async fn lasts<F>(ask: impl Fn() -> F) -> Duration
    where
        F: Future<Output = Result<bool, StoreError>>,
    {
        let (stop, over, asked) = (Stop::for_tests(), CancellationToken::new(), Instant::now());
        let work = stop.until_lost(std::future::pending::<()>());
        let limit = Duration::from_secs(5);
        let both = async { tokio::join!(prolong(QUICK, asked, &stop, &over, ask), work) };
        let ((), work) = tokio::time::timeout(limit, both).await.expect("it stops by itself");
        assert!(work.is_none() && stop.is_due() && stop.is_lost());
        asked.elapsed()
    }

    #[test]
    fn nobody_writes_until_the_end_of_the_lease() {
        assert!(PACE.margin() >= Duration::from_secs(30), "clocks may differ by tens of seconds");
        assert!(PACE.prolong < PACE.writes);
    }

    #[tokio::test]
    async fn a_store_that_hangs_stops_the_work_before_the_turn_is_another_s() {
        let lasted = lasts(std::future::pending).await;
        assert!(lasted >= QUICK.writes && lasted < 2 * QUICK.writes, "{lasted:?}");
    }

    #[tokio::test]
    async fn a_store_that_fails_is_asked_again_until_the_end() {
        let count = AtomicU32::new(0);
        let lasted = lasts(|| async {
            count.fetch_add(1, Ordering::Relaxed);
            Err(silent())
        });
        let lasted = lasted.await;
        assert!(lasted >= QUICK.writes && lasted < 2 * QUICK.writes, "{lasted:?}");
        assert!(count.load(Ordering::Relaxed) > 2);
    }

    #[tokio::test]
    async fn a_turn_that_another_has_ends_at_once_and_one_that_is_prolonged_goes_on() {
        let lasted = lasts(|| async { Ok(false) }).await;
        assert!(lasted < QUICK.writes, "{lasted:?}");
        let count = AtomicU32::new(0);
        let lasted = lasts(|| async { Ok(count.fetch_add(1, Ordering::Relaxed) < 4) }).await;
        assert!(lasted >= 5 * QUICK.prolong, "{lasted:?}");
    }

    fn name(save: &str, part: &str) -> Name {
        (SaveKey { site: "s".to_owned(), user_name: String::new(), save: save.to_owned() }, part.to_owned())
    }

    fn whose(user: &str) -> Whose {
        ("s".to_owned(), user.to_owned())
    }

    fn code(begun: Result<Here, Failure>) -> Option<ProblemCode> {
        begun.err().map(|failure| failure.problem.code)
    }

    #[test]
    fn a_part_is_done_by_one_at_a_time() {
        let running = Running::default();
        let turn = running.begin_here(name("1", "records"), whose("u"), 8);
        assert!(turn.is_ok());
        assert_eq!(code(running.begin_here(name("1", "records"), whose("u"), 8)), Some(ProblemCode::Conflict));
        assert!(running.begin_here(name("1", "attachment 0"), whose("u"), 8).is_ok());
        drop(turn);
        assert!(running.begin_here(name("1", "records"), whose("u"), 8).is_ok());
    }

    #[test]
    fn a_person_does_so_much_at_once() {
        let running = Running::default();
        let turns = [
            running.begin_here(name("1", "records"), whose("u"), 2),
            running.begin_here(name("2", "records"), whose("u"), 2),
        ];
        assert_eq!(code(running.begin_here(name("3", "records"), whose("u"), 2)), Some(ProblemCode::Busy));
        assert!(running.begin_here(name("3", "records"), whose("v"), 2).is_ok(), "others have their own");
        drop(turns);
        assert!(running.begin_here(name("3", "records"), whose("u"), 2).is_ok());
    }
}
