//! Ending sessions, everywhere and at once (`security.md §4.2`): the row goes,
//! what runs under it is stopped, and a user's token at iMIS goes with their last
//! session. Each server waits for the others' word and looks itself.
//!
//! Stopping what runs comes first and costs one question, however many sessions
//! there are; letting go of tokens takes its time beside it and delays nothing.
//!
//! A request learns of it from its [`Live`], taken before its row was read.

use crate::app::{App, WeakApp};
use crate::audit::{self, Entry};
use crate::failure::Failure;
use crate::store::{Ended, Scope, SharedStore, StoreError};
use crate::token::RowKey;
use crate::upstream;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
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
    entries: Mutex<HashMap<RowKey, Running>>,
    owners: Mutex<HashMap<RowKey, Owner>>,
    /// Scopes whose users' tokens are still to be let go of.
    left: Mutex<Vec<Scope>>,
    /// Wakes whoever does that.
    leaving: Notify,
}

/// Scopes kept at most until their tokens are let go of; more are as good as everybody.
const LEFT_MAX: usize = 256;

/// Site and user name.
type Owner = (String, String);

#[derive(Debug)]
struct Running {
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
    fn entries(&self) -> MutexGuard<'_, HashMap<RowKey, Running>> {
        self.0.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn known(&self) -> MutexGuard<'_, HashMap<RowKey, Owner>> {
        self.0.owners.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn left(&self) -> MutexGuard<'_, Vec<Scope>> {
        self.0.left.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has tokens let go of, some time, where these scopes leave users without a session.
    pub(crate) fn let_go_later(&self, scopes: impl IntoIterator<Item = Scope>) {
        let mut left = self.left();
        for scope in scopes {
            if scope == Scope::Everybody || left.len() >= LEFT_MAX {
                *left = vec![Scope::Everybody];
            } else if !left.contains(&Scope::Everybody) && !left.contains(&scope) {
                left.push(scope);
            }
        }
        self.0.leaving.notify_one();
    }

    /// Sessions seen here that may belong to one of the scopes, and whose they are.
    pub(crate) fn owners(&self, scopes: &[Scope]) -> Vec<(RowKey, Owner)> {
        let fits = |key: &RowKey, (site, user_name): &Owner, scope: &Scope| match scope {
            Scope::Session(session) => session == key,
            Scope::User { site: at, user_name: of } => at == site && of == user_name,
            Scope::Subject { site: at, .. } | Scope::ProviderSession { site: at, .. } | Scope::Site(at) => at == site,
            Scope::Everybody => true,
        };
        let known = self.known();
        let covered = known.iter().filter(|(key, owner)| scopes.iter().any(|scope| fits(key, owner, scope)));
        covered.map(|(key, owner)| (*key, owner.clone())).collect()
    }

    /// These sessions are over.
    pub(crate) fn forget_owners(&self, keys: impl IntoIterator<Item = RowKey>) {
        let mut known = self.known();
        for key in keys {
            known.remove(&key);
        }
    }

    /// A request of this session begins.
    pub(crate) fn enter(&self, key: RowKey) -> Live {
        let mut entries = self.entries();
        let entry = entries.entry(key).or_insert_with(|| Running { ended: CancellationToken::new(), requests: 0 });
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
    end_noting(app, scope, except, |_| None).await
}

/// Likewise, with a line in the audit log. Once begun it is done, line and all,
/// even if nobody waits for it.
pub(crate) async fn end_noting(
    app: &App,
    scope: &Scope,
    except: Option<RowKey>,
    line: impl FnOnce(&Ended) -> Option<Entry> + Send + 'static,
) -> Result<Ended, Failure> {
    let (at, scope) = (app.clone(), scope.clone());
    let work = async move {
        let ended = at.store.end_sessions(&scope, except, at.clock.now_ms()).await;
        let ended = ended.map_err(|error| Failure::store(&error))?;
        if let Some(entry) = line(&ended) {
            audit::note(&at, entry).await;
        }
        // Here at once; the others hear of it from the store, as does this one should it fail here.
        let running = match &scope {
            Scope::Session(key) => vec![*key],
            _ => at.living.keys(),
        };
        if let Err(error) = stop(&at, running).await {
            tracing::warn!(error = crate::failure::chain(&error), "what runs under ended sessions is stopped later");
        }
        upstream::forget_ended(&at, &scope, &ended);
        at.living.let_go_later([scope]);
        Ok(ended)
    };
    app.finish(work).await.map_err(|error| Failure::internal(&error))?
}

/// Follows the store's revocations until the last work of the server is done; so
/// it does not itself keep the server.
pub(crate) async fn follow(app: WeakApp, store: SharedStore, mut seen: i64) {
    loop {
        store.revocation_told().await;
        loop {
            let Some(app) = app.get() else { return };
            let Err(error) = catch_up(&app, &mut seen).await else { break };
            drop(app);
            tracing::error!(error = crate::failure::chain(&error), "failed to follow revocations");
            tokio::time::sleep(PAUSE).await;
        }
    }
}

async fn catch_up(app: &App, seen: &mut i64) -> Result<(), StoreError> {
    loop {
        let revocations = app.store.revocations(*seen).await?;
        let Some(number) = revocations.last().map(|last| last.number) else { return Ok(()) };
        stop(app, app.living.keys()).await?;
        app.living.let_go_later(revocations.into_iter().map(|revocation| revocation.scope));
        *seen = number;
    }
}

/// Stops what runs here under those of the sessions that are gone.
async fn stop(app: &App, running: Vec<RowKey>) -> Result<(), StoreError> {
    if running.is_empty() {
        return Ok(());
    }
    let there = app.store.existing(running.clone()).await?;
    for key in running.into_iter().filter(|key| !there.contains(key)) {
        app.living.end(key);
    }
    Ok(())
}

/// Lets go of the tokens of whoever has no session any more, for as long as the server is there.
pub(crate) async fn let_go(app: WeakApp, living: Living) {
    loop {
        living.0.leaving.notified().await;
        let scopes = std::mem::take(&mut *living.left());
        if scopes.is_empty() {
            continue;
        }
        let Some(app) = app.get() else { return };
        if let Err(error) = upstream::let_go(&app, &scopes).await {
            tracing::error!(error = crate::failure::chain(&error), "failed to let go of tokens");
            living.let_go_later(scopes);
            drop(app);
            tokio::time::sleep(PAUSE).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Clock;
    use crate::config::{Config, Key, Keyring, PublicUrl};
    use crate::flow::Providers;
    use crate::store::{self, SessionRow};

    const SESSIONS: u32 = 40_000;

    fn key(number: u32) -> RowKey {
        let mut key = [0; 32];
        key[..4].copy_from_slice(&number.to_be_bytes());
        RowKey(key)
    }

    fn user(user_name: &str) -> Scope {
        Scope::User { site: "live".to_owned(), user_name: user_name.to_owned() }
    }

    fn row(key: RowKey, user_name: &str) -> SessionRow {
        SessionRow {
            key,
            site: "live".to_owned(),
            user_name: user_name.to_owned(),
            method: "credentials".to_owned(),
            client: String::new(),
            begun_ms: 0,
            seen_ms: 0,
            expires_ms: i64::MAX,
            ends_ms: i64::MAX,
            version: 1,
            thumbprint: None,
            subject: None,
            provider_session: None,
            sealed: vec![1],
            former: None,
            former_until_ms: 0,
            current_used: true,
        }
    }

    struct Folder(std::path::PathBuf);

    impl Drop for Folder {
        fn drop(&mut self) {
            drop(std::fs::remove_dir_all(&self.0));
        }
    }

    /// A server that has seen very many sessions, and the store that another process has open.
    async fn server() -> (App, SharedStore, Folder) {
        let folder = Folder(std::env::temp_dir().join(format!("imis-outlook-revoke-{}", uuid::Uuid::new_v4())));
        let ring = Keyring::new(Key::new([1; 32]), Vec::new());
        let url = PublicUrl::parse("http://127.0.0.1:0").unwrap();
        let mut config = Config::new(url, ring, Vec::new());
        config.data.clone_from(&folder.0);
        let clock = Clock::system();
        let (store, other) = (store::open(&config).await.unwrap(), store::open(&config).await.unwrap());
        let providers = Providers::new(&config, &clock).unwrap();
        let (app, _) = App::new(config, clock, store, HashMap::new(), providers);
        for number in 1..=SESSIONS {
            app.living.enter(key(number)).belongs_to("live", &format!("user{number}"));
        }
        (app, other, folder)
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn letting_go_of_a_whole_site_s_tokens_does_not_delay_the_end_of_one_s_session() {
        let (app, elsewhere, _folder) = server().await;
        let (victim, neighbour) = (key(0), key(u32::MAX));
        assert!(elsewhere.add_session(row(victim, "victim"), 0).await.unwrap());
        assert!(elsewhere.add_session(row(neighbour, "neighbour"), 0).await.unwrap());
        let (request, other) = (app.living.enter(victim), app.living.enter(neighbour));
        let first = app.living.enter(key(1));
        let chores = [
            tokio::spawn(follow(app.weak(), app.store.clone(), 0)),
            tokio::spawn(let_go(app.weak(), app.living.clone())),
        ];
        // As many more revocations as the others can make, each with its own work.
        for number in 0..50 {
            elsewhere.end_sessions(&user(&format!("user{number}")), None, 1).await.unwrap();
        }
        app.living.let_go_later([Scope::Everybody]);
        // The server has heard of those, and is at what comes after.
        first.ended().cancelled().await;
        elsewhere.end_sessions(&user("victim"), None, 2).await.unwrap();
        let asked = std::time::Instant::now();
        request.ended().cancelled().await;
        assert!(asked.elapsed() < Duration::from_secs(1), "{:?}", asked.elapsed());
        assert!(!other.ended().is_cancelled());
        // And in the end nothing is known any more of sessions that are over.
        while app.living.owners(&[Scope::Everybody]).len() > 1 && asked.elapsed() < Duration::from_secs(30) {
            tokio::task::yield_now().await;
        }
        assert!(app.living.owners(&[Scope::Everybody]).is_empty(), "all of them are over");
        for chore in chores {
            chore.abort();
        }
    }

    #[test]
    fn more_scopes_than_anybody_counts_are_everybody() {
        let living = Living::default();
        living.let_go_later([user("ada"), user("ada"), user("bob")]);
        assert_eq!(*living.left(), [user("ada"), user("bob")]);
        living.let_go_later((0..LEFT_MAX).map(|number| user(&number.to_string())));
        assert_eq!(*living.left(), [Scope::Everybody]);
        living.let_go_later([user("ada")]);
        assert_eq!(*living.left(), [Scope::Everybody]);
    }

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
