//! `POST /api/auth/flows`: the pane begins.

use super::key_of;
use super::row::{self, New};
use super::secret::{Challenge, FlowKey};
use super::state::{Counted, FLOW_MS, Flow};
use crate::app::App;
use crate::audit::{self, Entry, Event};
use crate::config::Admits;
use crate::failure::Failure;
use crate::request;
use crate::store::{Attempt, Bucket};
use api::{BeginSignIn, Call as _, ProblemCode, SignInBegun};
use axum::http::HeaderMap;
use sha2::{Digest as _, Sha256};

/// Sign-ins under way for one mailbox at one network address: more dialogs than anybody leaves
/// open by mistake. Nobody elsewhere can use them up; a colleague behind the same address can,
/// for ten minutes at a time.
const OPEN_MAX: i64 = 20;
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
    // Proofs are remembered, so nobody brings more of them than sign-ins.
    let counted = count(app).await?;
    let thumbprint = key_of(app, headers, BeginSignIn::PATH)?;
    let seen = app.store.latest_revocation().await.map_err(|error| Failure::store(&error))?;
    let now_ms = app.clock.now_ms();
    let bucket = network_bucket("open", mailbox.as_deref());
    // Whoever does not know a mailbox shares the bucket with their whole office.
    let most = if mailbox.is_some() { OPEN_MAX } else { i64::from(app.config.limits.sign_ins_per_address) };
    let thumbprint = thumbprint.map(|thumbprint| thumbprint.0);
    let mut flow = Flow::begin(ask.site.clone(), ask.method, challenge, thumbprint, mailbox, now_ms, seen);
    flow.counted = Some(counted);
    let key = FlowKey::new();
    let expires_ms = flow.ends_ms();
    let new = New { key: &key, it: &flow, site: &ask.site.0, bucket, created_ms: now_ms, expires_ms };
    if !row::add(app, new, most).await.map_err(|error| Failure::store(&error))? {
        return Err(Failure::wait(ProblemCode::Busy, 60));
    }
    audit::note(app, Entry::new(Event::FlowBegun { method: ask.method }).site(&ask.site)).await;
    let id = key.id();
    let start_path = format!("/auth/start/{}", id.0);
    Ok(SignInBegun { flow: id, start_path, expires_in_s: u32::try_from(FLOW_MS / 1000).unwrap_or(u32::MAX) })
}

/// Counts sign-ins of one network, which offices share: [`uncount`] takes those
/// back that come to something.
async fn count(app: &App) -> Result<Counted, Failure> {
    let now_ms = app.clock.now_ms();
    let window_ms = window_ms(app);
    let since_ms = now_ms.saturating_sub(window_ms);
    let bucket = network_bucket("begun", None);
    let attempt = app.store.attempt(bucket, now_ms, since_ms, app.config.limits.sign_ins_per_address).await;
    match attempt.map_err(|error| Failure::store(&error))? {
        Attempt::Allowed(number) => Ok(Counted { bucket: bucket.0, number }),
        Attempt::Refused { oldest_ms } => {
            // A clock that was set back must not lock anybody out for longer.
            let left_ms = oldest_ms.saturating_add(window_ms).saturating_sub(now_ms).min(window_ms);
            Err(Failure::wait(ProblemCode::Busy, u32::try_from(left_ms / 1000 + 1).unwrap_or(u32::MAX)))
        }
    }
}

/// Takes back the count of a sign-in that came to a session.
pub(super) async fn uncount(app: &App, flow: &Flow) {
    let Some(Counted { bucket, number }) = flow.counted else { return };
    if let Err(error) = app.store.forget_attempt(Bucket(bucket), number).await {
        tracing::warn!(error = crate::failure::chain(&error), "failed to forget a sign-in attempt");
    }
}

/// How long sign-ins count.
pub(super) fn window_ms(app: &App) -> i64 {
    i64::try_from(app.config.limits.sign_in_window.as_millis()).unwrap_or(i64::MAX)
}

/// Something that the network of this request does, for a mailbox where there is one.
pub(super) fn network_bucket(what: &str, mailbox: Option<&str>) -> Bucket {
    let address = request::current().and_then(|request| request.address).map(request::network);
    let address = address.map(|address| address.to_string()).unwrap_or_default();
    let parts = ["flow", what, &address, mailbox.unwrap_or_default()];
    let hash = parts.iter().fold(Sha256::new(), |hash, part| hash.chain_update(part).chain_update([0]));
    Bucket(hash.finalize().into())
}
