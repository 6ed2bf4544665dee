//! The tokens of users at iMIS: one for each, shared by all their sessions and all
//! servers, sealed in the store (`security.md §4.1`), and renewed with what the
//! session at hand has.

use crate::Clock;
use crate::app::{App, WeakApp};
use crate::config::Keyring;
use crate::seal::{self, Purpose};
use crate::session::{self, KeptRenewal, Session};
use crate::store::{Ended, Scope, SharedStore, StoreError, UpstreamRow};
use crate::token::{RowKey, Ticket};
use api::{ProblemCode, SiteName};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use imis::{
    AccessToken, ClientApplication, Credentials, HomeError, KeepError, KeptToken, Lease, Renewal, RenewalKeeper,
    TokenHome, UserName,
};
use secrecy::SecretString;
use sha2::{Digest as _, Sha256};
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;
use zeroize::Zeroizing;

/// How often a lease that somebody else has is asked for again.
const ASK_AGAIN: Duration = Duration::from_millis(50);
/// How much longer than needed a lease lasts should its holder die.
const LEASE_MORE: Duration = Duration::from_secs(5);

/// The home of one site's tokens.
pub(crate) struct Home {
    pub(crate) site: SiteName,
    pub(crate) store: SharedStore,
    pub(crate) ring: Keyring,
    pub(crate) clock: Clock,
}

impl Home {
    /// The place that a user's token is sealed for.
    fn place(&self, user: &UserName) -> Vec<u8> {
        [self.site.0.as_bytes(), &[0], user.key().as_bytes()].concat()
    }

    fn open(&self, user: &UserName, row: &UpstreamRow) -> Option<KeptToken> {
        let plain = seal::open(&self.ring, Purpose::Upstream, b"", &self.place(user), &row.sealed).ok()?;
        let (ends, token) = plain.split_first_chunk::<8>()?;
        let token = std::str::from_utf8(token).ok()?;
        let token = AccessToken::from_secret(SecretString::from(token));
        Some(KeptToken { token, ends_ms: i64::from_be_bytes(*ends) })
    }
}

impl TokenHome for Home {
    fn load<'a>(&'a self, user: &'a UserName) -> BoxFuture<'a, Result<Option<KeptToken>, HomeError>> {
        async move {
            let row = self.store.upstream(&self.site.0, &user.key()).await.map_err(HomeError::new)?;
            // One that does not open any more is fetched anew.
            Ok(row.and_then(|row| self.open(user, &row)))
        }
        .boxed()
    }

    fn keep<'a>(&'a self, user: &'a UserName, token: &'a KeptToken) -> BoxFuture<'a, Result<(), HomeError>> {
        async move {
            let plain = [&token.ends_ms.to_be_bytes()[..], token.token.expose().as_bytes()].concat();
            let plain = Zeroizing::new(plain);
            let sealed = seal::seal(&self.ring, Purpose::Upstream, b"", &self.place(user), &plain);
            let row = UpstreamRow { sealed, ends_ms: token.ends_ms };
            self.store.keep_upstream(&self.site.0, &user.key(), row).await.map_err(HomeError::new)
        }
        .boxed()
    }

    fn forget<'a>(&'a self, user: &'a UserName) -> BoxFuture<'a, Result<(), HomeError>> {
        async move { self.store.forget_upstream(&self.site.0, &user.key()).await.map_err(HomeError::new) }.boxed()
    }

    fn lease<'a>(&'a self, user: &'a UserName, at_least: Duration) -> BoxFuture<'a, Result<Lease, HomeError>> {
        async move {
            let name: [u8; 32] =
                Sha256::new().chain_update("upstream\0").chain_update(self.place(user)).finalize().into();
            let holder = seal::random::<16>();
            let lasts_ms = i64::try_from((at_least + LEASE_MORE).as_millis()).unwrap_or(i64::MAX);
            loop {
                let now_ms = self.clock.now_ms();
                let until_ms = now_ms.saturating_add(lasts_ms);
                if self.store.lease(name, holder, now_ms, until_ms).await.map_err(HomeError::new)? {
                    break;
                }
                tokio::time::sleep(ASK_AGAIN).await;
            }
            let store = Arc::clone(&self.store);
            Ok(Lease::new(move || {
                tokio::spawn(async move {
                    if let Err(error) = store.release(name, holder).await {
                        tracing::warn!(error = crate::failure::chain(&error), "failed to give back a lease");
                    }
                });
            }))
        }
        .boxed()
    }
}

/// What gets new tokens for this session.
pub(crate) fn renewal(app: &App, session: &Session, ticket: &Ticket, kept: &KeptRenewal) -> Renewal {
    match kept {
        KeptRenewal::Nothing => Renewal::Nothing,
        KeptRenewal::Password(password) => Renewal::Credentials(Credentials {
            user_name: UserName::new(&session.me.user_name),
            password: password.clone(),
        }),
        KeptRenewal::RefreshToken(token) => {
            let site = app.config.site(&session.me.site);
            // A site that gave up single sign-on has nothing to redeem it with.
            let Some(sign_on) = site.and_then(|site| site.single_sign_on.as_ref()) else { return Renewal::Nothing };
            let application =
                ClientApplication { id: sign_on.client_id.clone(), secret: sign_on.client_secret.clone() };
            let keeper = Keeper { app: app.weak(), row: session.row, ticket: ticket.clone() };
            Renewal::RefreshToken { application, token: token.clone(), keeper: Arc::new(keeper) }
        }
    }
}

/// Seals a replaced refresh token into its session's row.
struct Keeper {
    app: WeakApp,
    row: RowKey,
    ticket: Ticket,
}

/// The server has ended, or its store does not take it.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the session's row cannot be written")]
struct NotKept;

impl RenewalKeeper for Keeper {
    fn replaced(&self, token: SecretString) -> BoxFuture<'static, Result<(), KeepError>> {
        let (app, row, ticket) = (self.app.clone(), self.row, self.ticket.clone());
        async move {
            let unavailable = || KeepError::Unavailable(HomeError::new(NotKept));
            let app = app.get().ok_or_else(unavailable)?;
            let kept = session::keep_refresh_token(&app, row, &ticket, &token).await;
            kept.map_err(|failure| match failure.problem.code {
                ProblemCode::SignedOut => KeepError::Gone,
                _ => unavailable(),
            })
        }
        .boxed()
    }
}

/// How many people are looked at before what is held of them goes: whoever signs in meanwhile
/// would lose what they just got.
const PEOPLE_AT_ONCE: usize = 100;

/// Lets go of what is held here of users of these scopes who have no session any more.
pub(crate) async fn let_go(app: &App, scopes: &[Scope]) -> Result<(), StoreError> {
    let mut gone = app.living.owners(scopes);
    let there = app.store.existing(gone.iter().map(|(key, _)| *key).collect()).await?;
    gone.retain(|(key, _)| !there.contains(key));
    let people: HashSet<_> = gone.iter().map(|(_, owner)| owner.clone()).collect();
    let people: Vec<_> = people.into_iter().collect();
    for people in people.chunks(PEOPLE_AT_ONCE) {
        let staying = app.store.with_sessions(people.to_vec()).await?;
        for (site, user_name) in people.iter().filter(|person| !staying.contains(*person)) {
            // Where the store keeps tokens in memory, another program could not reach them.
            app.store.forget_upstream(site, user_name).await?;
            forget_here(app, site, user_name);
        }
    }
    // Last: whoever fails half-way finds them again.
    app.living.forget_owners(gone.into_iter().map(|(key, _)| key));
    Ok(())
}

/// Lets go at once of what is held here of users whom the store has named, whose tokens it has forgotten.
pub(crate) fn forget_ended(app: &App, scope: &Scope, ended: &Ended) {
    for (site, user_name) in &ended.users {
        forget_here(app, site, user_name);
    }
    match scope {
        Scope::Everybody if ended.all_users => app.clients.values().for_each(imis::Client::forget_everybody_here),
        Scope::Site(site) if ended.all_users => {
            if let Some(client) = app.clients.get(&SiteName(site.clone())) {
                client.forget_everybody_here();
            }
        }
        _ => {}
    }
}

fn forget_here(app: &App, site: &str, user_name: &str) {
    if let Some(client) = app.clients.get(&SiteName(site.to_owned())) {
        client.forget_here(&UserName::new(user_name));
    }
}
