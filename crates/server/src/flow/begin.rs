//! `POST /api/auth/flows`: the pane begins.

use super::key_of;
use super::row::{self, New};
use super::secret::{Challenge, FlowKey};
use super::state::{FLOW_MS, Flow};
use crate::app::App;
use crate::audit::{self, Entry, Event};
use crate::config::Admits;
use crate::failure::Failure;
use crate::request;
use crate::store::{Attempt, Bucket};
use api::{BeginSignIn, Call as _, ProblemCode, SignInBegun};
use axum::http::HeaderMap;
use sha2::{Digest as _, Sha256};

/// Sign-ins under way for one mailbox at one address.
const OPEN_MAX: i64 = 10;
/// Longest mailbox address (RFC 5321).
const MAILBOX_MAX_BYTES: usize = 320;

/// Begins a sign-in; its dialog may be opened once.
pub(crate) async fn begin(app: &App, headers: &HeaderMap, ask: BeginSignIn) -> Result<SignInBegun, Failure> {
    let site = app.config.site(&ask.site).ok_or_else(|| Failure::invalid("site"))?;
    if !ask.method.in_dialog() {
        return Err(Failure::invalid("method"));
    }
    if site.admits(ask.method) == Admits::Nobody {
        return Err(Failure::new(ProblemCode::Forbidden));
    }
    let challenge = Challenge::parse(&ask.challenge).ok_or_else(|| Failure::invalid("challenge"))?;
    let mailbox = ask.mailbox.as_ref().map(|mailbox| mailbox.as_str().to_owned());
    if mailbox.as_ref().is_some_and(|mailbox| mailbox.len() > MAILBOX_MAX_BYTES) {
        return Err(Failure::invalid("mailbox"));
    }
    count(app).await?;
    let thumbprint = key_of(app, headers, BeginSignIn::PATH)?;
    let seen = app.store.latest_revocation().await.map_err(|error| Failure::store(&error))?;
    let now_ms = app.clock.now_ms();
    let bucket = bucket("open", mailbox.as_deref());
    let thumbprint = thumbprint.map(|thumbprint| thumbprint.0);
    let flow = Flow::begin(ask.site.clone(), ask.method, challenge, thumbprint, mailbox, now_ms, seen);
    let key = FlowKey::new();
    let expires_ms = flow.ends_ms();
    let new = New { key: &key, it: &flow, site: &ask.site.0, bucket, created_ms: now_ms, expires_ms };
    if !row::add(app, new, OPEN_MAX).await.map_err(|error| Failure::store(&error))? {
        return Err(Failure::wait(ProblemCode::Busy, 60));
    }
    audit::note(app, Entry::new(Event::FlowBegun { method: ask.method }).site(&ask.site)).await;
    let id = key.id();
    let start_path = format!("/auth/start/{}", id.0);
    Ok(SignInBegun { flow: id, start_path, expires_in_s: u32::try_from(FLOW_MS / 1000).unwrap_or(u32::MAX) })
}

/// Counts sign-ins of one network, which offices share.
async fn count(app: &App) -> Result<(), Failure> {
    let limits = &app.config.limits;
    let now_ms = app.clock.now_ms();
    let window_ms = i64::try_from(limits.sign_in_window.as_millis()).unwrap_or(i64::MAX);
    let since_ms = now_ms.saturating_sub(window_ms);
    let attempt = app.store.attempt(bucket("begun", None), now_ms, since_ms, limits.sign_ins_per_address).await;
    match attempt.map_err(|error| Failure::store(&error))? {
        Attempt::Allowed(_) => Ok(()),
        Attempt::Refused { oldest_ms } => {
            let left_ms = oldest_ms.saturating_add(window_ms).saturating_sub(now_ms);
            Err(Failure::wait(ProblemCode::Busy, u32::try_from(left_ms / 1000 + 1).unwrap_or(u32::MAX)))
        }
    }
}

fn bucket(what: &str, mailbox: Option<&str>) -> Bucket {
    let address = request::current().and_then(|request| request.address).map(request::network);
    let address = address.map(|address| address.to_string()).unwrap_or_default();
    let parts = ["flow", what, &address, mailbox.unwrap_or_default()];
    let hash = parts.iter().fold(Sha256::new(), |hash, part| hash.chain_update(part).chain_update([0]));
    Bucket(hash.finalize().into())
}
