//! Where the access tokens of users live, so that all instances of a server use
//! the same one (`imis.md §1` fact 3: a new token ends the former).
//!
//! A home that does not answer in time has failed, and a failed home fails the
//! call at hand: nothing is tried again here, and no lease outlives its holder.

use crate::{Client, Error, ErrorKind, KeptToken, Operation, UserName, client::locked};
use futures_util::{FutureExt, future::BoxFuture};
use std::{
    collections::HashMap,
    error::Error as StdError,
    fmt,
    sync::{Arc, Mutex},
    time::Duration,
};

/// The tokens of one site's users. An implementation keeps them sealed, and
/// keys them by [`UserName::key`].
pub trait TokenHome: Send + Sync + 'static {
    /// The token kept for a user; one that has ended may be given or left out.
    fn load<'a>(&'a self, user: &'a UserName) -> BoxFuture<'a, Result<Option<KeptToken>, HomeError>>;

    /// Keeps a user's token in place of the one before it. When this resolves,
    /// every instance loads the new one.
    fn keep<'a>(&'a self, user: &'a UserName, token: &'a KeptToken) -> BoxFuture<'a, Result<(), HomeError>>;

    /// Keeps nothing for a user any more.
    fn forget<'a>(&'a self, user: &'a UserName) -> BoxFuture<'a, Result<(), HomeError>>;

    /// Waits until nobody else, on any instance, fetches a token for this user.
    /// The lease must hold for `at_least` so long, and end by itself some time
    /// after, should its holder die.
    fn lease<'a>(&'a self, user: &'a UserName, at_least: Duration) -> BoxFuture<'a, Result<Lease, HomeError>>;
}

/// The right to fetch a token for one user. Dropping it hands it on.
pub struct Lease(Option<Box<dyn FnOnce() + Send>>);

impl Lease {
    /// A lease that is handed on by `give_back`, which must not block.
    pub fn new(give_back: impl FnOnce() + Send + 'static) -> Self {
        Self(Some(Box::new(give_back)))
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Some(give_back) = self.0.take() {
            give_back();
        }
    }
}

impl fmt::Debug for Lease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lease")
    }
}

/// A home of tokens that does not work.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the home of the tokens does not work")]
pub struct HomeError(#[source] Arc<dyn StdError + Send + Sync>);

impl HomeError {
    /// A failure with its cause, which must show nothing secret or personal.
    pub fn new(cause: impl StdError + Send + Sync + 'static) -> Self {
        Self(Arc::new(cause))
    }
}

/// It took longer than the limits allow.
#[derive(Debug, thiserror::Error)]
#[error("no answer in time")]
struct TooSlow;

/// A home within this process.
#[derive(Default)]
pub struct MemoryHome {
    tokens: Mutex<HashMap<String, KeptToken>>,
    leases: Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>,
}

impl fmt::Debug for MemoryHome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryHome").finish_non_exhaustive()
    }
}

impl TokenHome for MemoryHome {
    fn load<'a>(&'a self, user: &'a UserName) -> BoxFuture<'a, Result<Option<KeptToken>, HomeError>> {
        async move { Ok(locked(&self.tokens).get(&user.key()).cloned()) }.boxed()
    }

    fn keep<'a>(&'a self, user: &'a UserName, token: &'a KeptToken) -> BoxFuture<'a, Result<(), HomeError>> {
        async move {
            locked(&self.tokens).insert(user.key(), token.clone());
            Ok(())
        }
        .boxed()
    }

    fn forget<'a>(&'a self, user: &'a UserName) -> BoxFuture<'a, Result<(), HomeError>> {
        async move {
            locked(&self.tokens).remove(&user.key());
            Ok(())
        }
        .boxed()
    }

    fn lease<'a>(&'a self, user: &'a UserName, _: Duration) -> BoxFuture<'a, Result<Lease, HomeError>> {
        async move {
            let turn = Arc::clone(locked(&self.leases).entry(user.key()).or_default());
            let held = turn.lock_owned().await;
            Ok(Lease::new(move || drop(held)))
        }
        .boxed()
    }
}

impl Client {
    /// The token that is at home, within the time for that.
    pub(crate) async fn load_token(&self, user: &UserName) -> Result<Option<KeptToken>, Error> {
        within(self.limits().home, self.home().load(user)).await
    }

    /// Brings a token home.
    pub(crate) async fn keep_token(&self, user: &UserName, token: &KeptToken) -> Result<(), Error> {
        within(self.limits().home, self.home().keep(user, token)).await
    }

    /// Leaves nothing at home.
    pub(crate) async fn forget_token(&self, user: &UserName) -> Result<(), Error> {
        within(self.limits().home, self.home().forget(user)).await
    }

    /// Takes the lease, for which one other's work may be waited for.
    pub(crate) async fn lease_token(&self, user: &UserName) -> Result<Lease, Error> {
        let limits = self.limits();
        // What is done under a lease takes no longer: see [`crate::journey`] and [`crate::sign_in`].
        let longest = limits.read + limits.home * 5;
        within(longest * 2, self.home().lease(user, longest)).await
    }
}

/// A home's answer, or the failure of the call that needs it.
async fn within<T>(time: Duration, answer: impl Future<Output = Result<T, HomeError>>) -> Result<T, Error> {
    let answer = tokio::time::timeout(time, answer).await.unwrap_or_else(|_| Err(too_slow()));
    answer.map_err(unavailable)
}

/// The failure of what did not answer in time.
pub(crate) fn too_slow() -> HomeError {
    HomeError::new(TooSlow)
}

/// A failed home as the failure of a call.
pub(crate) fn unavailable(error: HomeError) -> Error {
    Error::because(Operation::ShareToken, ErrorKind::HomeUnavailable, error)
}
