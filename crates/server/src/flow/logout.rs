//! Signing out at the organisation's provider as well: the provider tells us of
//! its sign-outs over a back channel, and the pane's dialog tells it of ours.

use super::begin::{network_bucket, window_ms};
use super::cookie;
use super::dialog::{self, Stopped};
use super::row::{self, Held, New};
use super::secret::{FlowKey, Pass, PassKey};
use crate::app::App;
use crate::audit::{self, Entry, Event};
use crate::body;
use crate::openid::{LogoutNotice, Provider};
use crate::pages::{self, Trouble};
use crate::revoke;
use crate::session::{Session, provider_session, provider_subject};
use crate::store::{Attempt, Bucket, Scope, SessionRow, StoreError};
use api::{DialogMessage, SiteName};
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use url::{Url, form_urlencoded};
use zeroize::Zeroize as _;

/// Longest form of a logout token.
const FORM_MAX_BYTES: usize = 64 * 1024;
/// Sessions of one session at the provider that are looked at.
const LOOKED_AT_MAX: i64 = 1000;
/// How long a notice is held while its sessions are ended: should this server die
/// meanwhile, the provider can send it again.
const HELD_MS: i64 = 30_000;
/// Notices of one network that were not taken, written down in the time that
/// sign-ins are counted for; who sends more adds nothing to the audit log.
const REFUSALS_NOTED_MAX: u32 = 20;
/// How long the link to the provider's page works.
const LINK_MS: i64 = 120_000;
/// Such links open for one session; one is enough.
const OPEN_MAX: i64 = 3;

/// On the way to the provider's page for signing out, as the row keeps it.
#[derive(Serialize, Deserialize)]
pub(super) struct Leaving {
    site: SiteName,
    id_token: String,
}

impl Drop for Leaving {
    fn drop(&mut self) {
        self.id_token.zeroize();
    }
}

/// Where a dialog goes on to end the provider's session too: a path that works
/// once. None where the site does not want that or there is nothing to end.
pub(crate) async fn link(app: &App, session: &Session) -> Option<String> {
    let site = &session.me.site;
    let wanted = app.config.site(site)?.openid_connect.as_ref()?.sign_out_at_provider;
    let id_token = session.id_token.as_ref().filter(|_| wanted)?.expose_secret().to_owned();
    let key = FlowKey::new();
    let leaving = Leaving { site: site.clone(), id_token };
    let now_ms = app.clock.now_ms();
    let bucket = Bucket(Sha256::new().chain_update("leaving\0").chain_update(session.row.0).finalize().into());
    let new = New {
        key: &key,
        it: &leaving,
        site: &site.0,
        bucket,
        created_ms: now_ms,
        expires_ms: now_ms.saturating_add(LINK_MS),
    };
    match row::add(app, new, OPEN_MAX).await {
        Ok(true) => Some(format!("/auth/logout/{}", key.id().0)),
        Ok(false) => None,
        Err(error) => {
            // The person is signed out here all the same.
            tracing::warn!(error = crate::failure::chain(&error), "failed to prepare the provider's sign-out");
            None
        }
    }
}

/// `GET /auth/logout/{once}`: on to the provider's page.
pub(crate) async fn leave(app: &App, once: &str, headers: &HeaderMap) -> Result<Response, Stopped> {
    dialog::require_window(headers)?;
    let unknown = || Stopped::stranger(Trouble::NoSignIn);
    let key = FlowKey::parse(once).ok_or_else(unknown)?;
    let held: Held<Leaving> = row::find(app, key).await?.ok_or_else(unknown)?;
    if !held.take(app).await? {
        return Err(Stopped::stranger(Trouble::UsedAlready));
    }
    let site = app.config.site(&held.it.site).ok_or_else(unknown)?;
    let back = Url::parse(&app.config.public_url.join(&site.paths().signed_out())).expect("an origin and a path");
    let pass = PassKey::new(&held.key, Pass::Left);
    let to = match app.providers.of(&held.it.site) {
        Some(provider) => provider.end_session(Some(&held.it.id_token), &back, &state(&pass)).await,
        None => None,
    };
    Ok(match to {
        Some(to) => dialog::go_out(&to, [cookie::set(&pass, Pass::Left)]),
        None => pages::signed_out(&message(&held.key)),
    })
}

/// `GET /auth/{site}/signed-out`: back from the provider.
pub(crate) fn left(app: &App, site: &SiteName, headers: &HeaderMap, uri: &Uri) -> Result<Response, Stopped> {
    dialog::require_window(headers)?;
    if app.providers.of(site).is_none() {
        return Err(Stopped::stranger(Trouble::NoPage));
    }
    let stopped = || Stopped::stranger(Trouble::NotLeftFromHere);
    let pass = cookie::read(headers, Pass::Left).ok_or_else(stopped)?;
    Provider::signed_out(dialog::query(uri), &state(&pass)).map_err(|error| {
        tracing::info!(reason = error.code(), "came back from a provider's sign-out with another state");
        stopped()
    })?;
    let mut response = pages::signed_out(&message(&pass.flow));
    response.headers_mut().append(header::SET_COOKIE, cookie::clear(Pass::Left));
    Ok(response)
}

fn message(key: &FlowKey) -> DialogMessage {
    DialogMessage { v: 1, flow: key.id(), code: None, problem: None }
}

/// What comes back from the provider with the window that has the cookie.
fn state(pass: &PassKey) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD
        .encode(Sha256::new().chain_update("state\0").chain_update(pass.hash()).finalize())
}

/// `POST /auth/{site}/openid/logout`: the provider says that somebody signed out
/// there (OpenID Connect Back-Channel Logout 1.0 §2.8).
pub(crate) async fn back_channel(app: &App, site: &SiteName, headers: &HeaderMap, body: Body) -> Response {
    let outcome = take(app, site, headers, body).await;
    let (status, word, count) = match outcome {
        Ok(count) => (StatusCode::OK, "accepted", count),
        Err(Unheard::NoPage) => return Response::from(Stopped::stranger(Trouble::NoPage)),
        // Nobody knows whether it was used before, so it is not taken.
        Err(Unheard::Store) => (StatusCode::SERVICE_UNAVAILABLE, "store_unavailable", 0),
        Err(Unheard::Refused(reason)) => (StatusCode::BAD_REQUEST, reason, 0),
    };
    tracing::info!(site = site.0, outcome = word, "took a logout token");
    if status == StatusCode::OK || is_noted(app).await {
        audit::note(app, Entry::new(Event::LogoutToken { outcome: word, count }).site(site)).await;
    }
    let mut response = if status == StatusCode::BAD_REQUEST {
        (status, axum::Json(serde_json::json!({ "error": "invalid_request" }))).into_response()
    } else {
        status.into_response()
    };
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Whether one more notice that was not taken is written down: anybody may send them.
async fn is_noted(app: &App) -> bool {
    let now_ms = app.clock.now_ms();
    let since_ms = now_ms.saturating_sub(window_ms(app));
    let attempt = app.store.attempt(network_bucket("logout", None), now_ms, since_ms, REFUSALS_NOTED_MAX).await;
    matches!(attempt, Ok(Attempt::Allowed(_)))
}

enum Unheard {
    NoPage,
    Store,
    Refused(&'static str),
}

async fn take(app: &App, site: &SiteName, headers: &HeaderMap, body: Body) -> Result<i64, Unheard> {
    let provider = app.providers.of(site).ok_or(Unheard::NoPage)?;
    let form = body::form(headers, body, FORM_MAX_BYTES, &app.config.limits).await;
    let form = form.map_err(|_| Unheard::Refused("form"))?;
    let mut tokens = form_urlencoded::parse(&form).filter(|(name, _)| name == "logout_token");
    let (Some((_, token)), None) = (tokens.next(), tokens.next()) else { return Err(Unheard::Refused("form")) };
    let notice = provider.read_logout_token(&token).await.map_err(|error| Unheard::Refused(error.code()))?;
    let (id, now_ms) = (name(site, &notice), app.clock.now_ms());
    if !app.store.once(id, now_ms.saturating_add(HELD_MS), now_ms).await? {
        return Err(Unheard::Refused("replayed"));
    }
    let ended = end(app, site, &notice).await;
    // What could not be carried out was not seen, and may come again.
    let until_ms = if matches!(ended, Err(Unheard::Store)) { now_ms } else { notice.expires_ms };
    let kept = app.store.seen_until(id, until_ms).await;
    let ended = ended?;
    kept?;
    Ok(ended)
}

impl From<StoreError> for Unheard {
    fn from(error: StoreError) -> Self {
        tracing::error!(error = crate::failure::chain(&error), "the store does not work");
        Self::Store
    }
}

/// Ends whatever a notice names; answers how many sessions there were.
async fn end(app: &App, site: &SiteName, notice: &LogoutNotice) -> Result<i64, Unheard> {
    let end = async |scope: &Scope| match revoke::end(app, scope, None).await {
        Ok(ended) => Ok(ended.keys),
        Err(_) => Err(Unheard::Store),
    };
    let sessions = async |scope: &Scope| app.store.sessions(scope, "", app.clock.now_ms(), LOOKED_AT_MAX).await;
    let of_subject = notice.subject.as_ref().map(|subject| {
        let subject = provider_subject(&notice.issuer, subject);
        (Scope::Subject { site: site.0.clone(), subject }, subject)
    });
    let named = notice.session.as_ref().map(|session| {
        let session = provider_session(&notice.issuer, session);
        Scope::ProviderSession { site: site.0.clone(), session }
    });
    match (named, of_subject) {
        (None, None) => Err(Unheard::Refused("logout_nobody")),
        (None, Some((all, _))) => end(&all).await,
        (Some(named), None) => end(&named).await,
        (Some(named), Some((all, subject))) => {
            if sessions(&named).await?.iter().any(|row| row.subject != Some(subject)) {
                return Err(Unheard::Refused("subject_differs"));
            }
            let mut count = end(&named).await?;
            // Which session at the provider these belong to, it never said.
            let unnamed = |row: &SessionRow| row.provider_session.is_none();
            for row in sessions(&all).await?.into_iter().filter(unnamed) {
                count += end(&Scope::Session(row.key)).await?;
            }
            Ok(count)
        }
    }
}

fn name(site: &SiteName, notice: &LogoutNotice) -> [u8; 32] {
    let parts = ["logout token", &site.0, &notice.issuer, &notice.jti];
    parts.iter().fold(Sha256::new(), |hash, part| hash.chain_update(part).chain_update([0])).finalize().into()
}
