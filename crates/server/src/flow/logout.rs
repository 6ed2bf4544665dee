//! Signing out at the organisation's provider as well: the provider tells us of
//! its sign-outs over a back channel, and the pane's dialog tells it of ours.

use super::cookie;
use super::dialog::{self, Stopped};
use super::row::{self, Held, New};
use super::secret::{FlowKey, Pass, PassKey};
use crate::app::App;
use crate::audit::{self, Entry, Event};
use crate::body;
use crate::openid::LogoutNotice;
use crate::pages::{self, Trouble};
use crate::revoke;
use crate::session::{Session, provider_session, provider_subject};
use crate::store::{Bucket, Scope};
use api::{DialogMessage, SiteName};
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use url::{Url, form_urlencoded};
use zeroize::Zeroize as _;

/// Longest form of a logout token.
const FORM_MAX_BYTES: usize = 64 * 1024;
/// Sessions of one session at the provider that are looked at.
const LOOKED_AT_MAX: i64 = 1000;
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
    let mut states = form_urlencoded::parse(dialog::query(uri).as_bytes()).filter(|(name, _)| name == "state");
    let fits = match (states.next(), states.next()) {
        (Some((_, given)), None) => bool::from(given.as_bytes().ct_eq(state(&pass).as_bytes())),
        _ => false,
    };
    if !fits {
        return Err(stopped());
    }
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
    audit::note(app, Entry::new(Event::LogoutToken { outcome: word, count }).site(site)).await;
    tracing::info!(site = site.0, outcome = word, "took a logout token");
    let mut response = if status == StatusCode::BAD_REQUEST {
        (status, axum::Json(serde_json::json!({ "error": "invalid_request" }))).into_response()
    } else {
        status.into_response()
    };
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
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
    let store = |error: &dyn std::error::Error| {
        tracing::error!(%error, "the store does not work");
        Unheard::Store
    };
    let first = app.store.once(name(site, &notice), notice.expires_ms, app.clock.now_ms()).await;
    if !first.map_err(|error| store(&error))? {
        return Err(Unheard::Refused("replayed"));
    }
    let (scope, subject) = whose(site, &notice).ok_or(Unheard::Refused("logout_nobody"))?;
    if let Some(subject) = subject {
        let named = app.store.sessions(&scope, "", app.clock.now_ms(), LOOKED_AT_MAX).await;
        let named = named.map_err(|error| store(&error))?;
        if named.iter().any(|row| row.subject != Some(subject)) {
            return Err(Unheard::Refused("subject_differs"));
        }
    }
    let ended = revoke::end(app, &scope, None).await.map_err(|_| Unheard::Store)?;
    Ok(ended.keys)
}

/// Whose sessions are to end; and of whom they must be, where the notice says both.
fn whose(site: &SiteName, notice: &LogoutNotice) -> Option<(Scope, Option<[u8; 32]>)> {
    let site = site.0.clone();
    let subject = notice.subject.as_ref().map(|subject| provider_subject(&notice.issuer, subject));
    match &notice.session {
        Some(session) => {
            let session = provider_session(&notice.issuer, session);
            Some((Scope::ProviderSession { site, session }, subject))
        }
        None => Some((Scope::Subject { site, subject: subject? }, None)),
    }
}

fn name(site: &SiteName, notice: &LogoutNotice) -> [u8; 32] {
    let parts = ["logout token", &site.0, &notice.issuer, &notice.jti];
    parts.iter().fold(Sha256::new(), |hash, part| hash.chain_update(part).chain_update([0])).finalize().into()
}
