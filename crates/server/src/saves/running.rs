//! What is being written at this moment, so that nothing is written twice at once,
//! by this server or another one on the same store.

use crate::app::App;
use crate::failure::Failure;
use crate::seal;
use crate::session::Session;
use crate::store::SaveKey;
use api::ProblemCode;
use sha2::{Digest as _, Sha256};
use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// How long a turn lasts when its server dies, and how often it is prolonged.
const LEASE_MS: i64 = 15_000;
const PROLONG_EVERY: Duration = Duration::from_secs(4);

/// Parts of saves under way.
#[derive(Clone, Debug)]
pub(crate) struct Running {
    here: Arc<Mutex<HashSet<Name>>>,
    /// Names this server among those of the store.
    holder: [u8; 16],
}

/// A part of a save.
type Name = (SaveKey, String);

/// One of them; over at [`Turn::end`], or when dropped.
#[derive(Debug)]
pub(crate) struct Turn {
    here: Here,
    lease: [u8; 32],
    /// Cancelled when the session ends, or somebody else could have the turn.
    stop: CancellationToken,
    over: CancellationToken,
    prolonging: JoinHandle<()>,
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
        let here = self.begin_here((key.clone(), part.to_owned()), app.config.limits.saves_per_person)?;
        let lease = lease_name(&here.name);
        let now_ms = app.clock.now_ms();
        let taken = app.store.lease(lease, self.holder, now_ms, now_ms.saturating_add(LEASE_MS)).await;
        if !taken.map_err(|error| Failure::store(&error))? {
            return Err(Failure::wait(ProblemCode::Conflict, 1));
        }
        let stop = session.ended().child_token();
        let over = CancellationToken::new();
        let prolonging = tokio::spawn(prolong(app.clone(), lease, self.holder, stop.clone(), over.clone()));
        Ok(Turn { here, lease, stop, over, prolonging })
    }

    fn begin_here(&self, name: Name, most: usize) -> Result<Here, Failure> {
        let mut here = self.here.lock().unwrap_or_else(PoisonError::into_inner);
        if here.contains(&name) {
            return Err(Failure::wait(ProblemCode::Conflict, 1));
        }
        let theirs = |(key, _): &&Name| key.site == name.0.site && key.user_name == name.0.user_name;
        if here.iter().filter(theirs).count() >= most {
            return Err(Failure::wait(ProblemCode::Busy, 1));
        }
        here.insert(name.clone());
        drop(here);
        Ok(Here { running: self.clone(), name })
    }
}

fn lease_name((key, part): &Name) -> [u8; 32] {
    let parts = ["save", &key.site, &key.user_name, &key.save, part].into_iter();
    let hash = parts.fold(Sha256::new(), |hash, part| hash.chain_update(part).chain_update([0]));
    hash.finalize().into()
}

/// Keeps the turn while it is needed; where that fails, the work must stop.
async fn prolong(app: App, lease: [u8; 32], holder: [u8; 16], stop: CancellationToken, over: CancellationToken) {
    let mut until_ms = app.clock.now_ms().saturating_add(LEASE_MS);
    while over.run_until_cancelled(tokio::time::sleep(PROLONG_EVERY)).await.is_some() {
        let now_ms = app.clock.now_ms();
        let next_ms = now_ms.saturating_add(LEASE_MS);
        match app.store.lease(lease, holder, now_ms, next_ms).await {
            Ok(true) => until_ms = next_ms,
            Err(_) if now_ms < until_ms => {}
            Ok(false) | Err(_) => {
                tracing::warn!("lost the turn for a save; it stops before its next write");
                return stop.cancel();
            }
        }
    }
}

impl Turn {
    /// Cancelled when nothing more may be written.
    pub(crate) fn stop(&self) -> &CancellationToken {
        &self.stop
    }

    /// Gives the turn back.
    pub(crate) async fn end(mut self, app: &App) {
        self.over.cancel();
        // Nothing prolongs it after it was given back.
        if (&mut self.prolonging).await.is_err() {
            tracing::warn!("the turn for a save was no longer prolonged");
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
mod tests {
    use super::*;

    fn name(save: &str, part: &str) -> Name {
        (SaveKey { site: "s".to_owned(), user_name: "u".to_owned(), save: save.to_owned() }, part.to_owned())
    }

    fn code(begun: Result<Here, Failure>) -> Option<ProblemCode> {
        begun.err().map(|failure| failure.problem.code)
    }

    #[test]
    fn a_part_is_done_by_one_at_a_time() {
        let running = Running::default();
        let turn = running.begin_here(name("1", "records"), 8);
        assert!(turn.is_ok());
        assert_eq!(code(running.begin_here(name("1", "records"), 8)), Some(ProblemCode::Conflict));
        assert!(running.begin_here(name("1", "attachment 0"), 8).is_ok());
        drop(turn);
        assert!(running.begin_here(name("1", "records"), 8).is_ok());
    }

    #[test]
    fn a_person_does_so_much_at_once() {
        let running = Running::default();
        let turns = [running.begin_here(name("1", "records"), 2), running.begin_here(name("2", "records"), 2)];
        assert_eq!(code(running.begin_here(name("3", "records"), 2)), Some(ProblemCode::Busy));
        let mut other = name("3", "records");
        other.0.user_name = "v".to_owned();
        assert!(running.begin_here(other, 2).is_ok(), "others have their own");
        drop(turns);
        assert!(running.begin_here(name("3", "records"), 2).is_ok());
    }
}
