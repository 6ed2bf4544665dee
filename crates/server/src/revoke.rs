//! Ending sessions, everywhere and at once (`security.md §4.2`): the row goes,
//! what runs under it is stopped, and a user's token at iMIS goes with their last
//! session. Each server waits for the others' word and looks itself.
//!
//! A request learns of it from its [`Live`], taken before its row was read.

use crate::app::App;
use crate::failure::Failure;
use crate::store::{Ended, Revocation, Scope, StoreError};
use crate::token::RowKey;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How long to wait before asking a failing store again.
const PAUSE: Duration = Duration::from_millis(250);

/// Sessions remembered at most, to know whose tokens are held here.
const OWNERS_MAX: usize = 100_000;

/// Requests under way, by session, and whose sessions were seen.
#[derive(Clone, Debug, Default)]
pub(crate) struct Living(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    entries: Mutex<HashMap<RowKey, Entry>>,
    owners: Mutex<HashMap<RowKey, Owner>>,
}

/// Site and user name.
type Owner = (String, String);

#[derive(Debug)]
struct Entry {
    ended: CancellationToken,
    requests: usize,
}

/// A request of a session; copies are the same request.
#[derive(Clone, Debug)]
pub(crate) struct Live(Arc<Place>);

#[derive(Debug)]
struct Place {
    living: Living,
    key: RowKey,
    ended: CancellationToken,
}

impl Living {
    fn entries(&self) -> MutexGuard<'_, HashMap<RowKey, Entry>> {
        self.0.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn known(&self) -> MutexGuard<'_, HashMap<RowKey, Owner>> {
        self.0.owners.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sessions seen here that may belong to a scope, and whose they are.
    pub(crate) fn owners(&self, scope: &Scope) -> Vec<(RowKey, Owner)> {
        let fits = |key: &RowKey, (site, user_name): &Owner| match scope {
            Scope::Session(session) => session == key,
            Scope::User { site: at, user_name: of } => at == site && of == user_name,
            Scope::Subject { site: at, .. } | Scope::ProviderSession { site: at, .. } | Scope::Site(at) => at == site,
            Scope::Everybody => true,
        };
        let known = self.known();
        known.iter().filter(|(key, owner)| fits(key, owner)).map(|(key, owner)| (*key, owner.clone())).collect()
    }

    /// A session is over.
    pub(crate) fn forget_owner(&self, key: RowKey) {
        self.known().remove(&key);
    }

    /// A request of this session begins.
    pub(crate) fn enter(&self, key: RowKey) -> Live {
        let mut entries = self.entries();
        let entry = entries.entry(key).or_insert_with(|| Entry { ended: CancellationToken::new(), requests: 0 });
        entry.requests += 1;
        Live(Arc::new(Place { living: self.clone(), key, ended: entry.ended.clone() }))
    }

    /// Whose requests are under way.
    fn keys(&self) -> Vec<RowKey> {
        self.entries().keys().copied().collect()
    }

    /// Stops what runs under a session.
    fn end(&self, key: RowKey) {
        if let Some(entry) = self.entries().get(&key) {
            entry.ended.cancel();
        }
    }
}

impl Live {
    /// Cancelled when the session has ended.
    pub(crate) fn ended(&self) -> &CancellationToken {
        &self.0.ended
    }

    /// Notes whose session it is.
    pub(crate) fn belongs_to(&self, site: &str, user_name: &str) {
        let mut known = self.0.living.known();
        if !known.contains_key(&self.0.key) {
            // Beyond that, tokens held here are let go of at their end.
            if known.len() >= OWNERS_MAX {
                known.clear();
            }
            known.insert(self.0.key, (site.to_owned(), user_name.to_owned()));
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut entries = self.living.entries();
        if let Some(entry) = entries.get_mut(&self.key) {
            entry.requests -= 1;
            if entry.requests == 0 {
                entries.remove(&self.key);
            }
        }
    }
}

/// Ends sessions, on every server within a second.
pub(crate) async fn end(app: &App, scope: &Scope, except: Option<RowKey>) -> Result<Ended, Failure> {
    let ended = app.store.end_sessions(scope, except, app.clock.now_ms()).await;
    let ended = ended.map_err(|error| Failure::store(&error))?;
    // Here at once; the others hear of it from the store.
    if let Err(error) = carry_out(app, scope).await {
        return Err(Failure::store(&error));
    }
    Ok(ended)
}

/// Follows the store's revocations for as long as it is polled.
pub(crate) async fn follow(app: App, mut seen: i64) {
    loop {
        app.store.revocation_told().await;
        while let Err(error) = catch_up(&app, &mut seen).await {
            tracing::error!(error = crate::failure::chain(&error), "failed to follow revocations");
            tokio::time::sleep(PAUSE).await;
        }
    }
}

async fn catch_up(app: &App, seen: &mut i64) -> Result<(), StoreError> {
    loop {
        let revocations = app.store.revocations(*seen).await?;
        if revocations.is_empty() {
            return Ok(());
        }
        for Revocation { number, scope, .. } in revocations {
            carry_out(app, &scope).await?;
            *seen = number;
        }
    }
}

/// Stops what runs here under sessions that are gone, and lets go of their users' tokens.
async fn carry_out(app: &App, scope: &Scope) -> Result<(), StoreError> {
    let candidates = match scope {
        Scope::Session(key) => vec![*key],
        _ => app.living.keys(),
    };
    for key in candidates {
        if app.store.session(key).await?.is_none() {
            app.living.end(key);
        }
    }
    crate::upstream::let_go(app, scope).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_requests_of_a_session_end_together_and_no_others() {
        let living = Living::default();
        let (mine, yours) = (RowKey([1; 32]), RowKey([2; 32]));
        let requests = [living.enter(mine), living.enter(mine)];
        let other = living.enter(yours);
        living.end(mine);
        assert!(requests.iter().all(|request| request.ended().is_cancelled()));
        assert!(!other.ended().is_cancelled());
        drop((requests, other));
        assert_eq!(living.keys(), []);
        assert!(!living.enter(mine).ended().is_cancelled(), "a new request is read from the store");
    }
}
