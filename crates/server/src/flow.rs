//! Signing in through a dialog (`security.md §3.2`): begun by the pane, passed
//! through the organisation's provider and iMIS in a window of its own, ended by
//! the pane with a code, a verifier and a key.
//!
//! Invariant: without the cookie that the dialog's first page was given, nothing
//! is looked up, written or asked upstream; with it, each step is taken once.

mod begin;
mod cookie;
mod dialog;
mod done;
mod hand_over;
mod logout;
mod matching;
mod provider;
mod redeem;
mod row;
mod secret;
mod start;
mod state;

pub(crate) use begin::begin;
pub(crate) use done::done;
pub(crate) use hand_over::hand_over;
pub(crate) use logout::{back_channel, leave, left, link as logout_link};
pub(crate) use provider::{Providers, answer as provider_answer};
pub(crate) use redeem::redeem;
pub(crate) use start::start;

use crate::app::App;
use crate::config::KeyBinding;
use crate::dpop::{Expected, Thumbprint};
use crate::failure::Failure;
use crate::guard::one;
use axum::http::{HeaderMap, StatusCode};

/// What a request that must be signed with the flow's key comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum KeyWanted {
    /// As the configuration says.
    ByConfiguration,
    /// In any case.
    Always,
}

/// Whose key signed this request, where keys are wanted.
fn key_of(app: &App, headers: &HeaderMap, path: &str, wanted: KeyWanted) -> Result<Option<Thumbprint>, Failure> {
    let refused = || Failure::invalid("dpop").with_status(StatusCode::UNAUTHORIZED);
    let given = headers.contains_key("dpop");
    match (wanted, app.config.key_binding, given) {
        (KeyWanted::Always | KeyWanted::ByConfiguration, KeyBinding::Required, false)
        | (KeyWanted::Always, _, false) => Err(refused()),
        (KeyWanted::ByConfiguration, KeyBinding::Off, _)
        | (KeyWanted::ByConfiguration, KeyBinding::Preferred, false) => Ok(None),
        (_, _, true) => {
            let proof = one(headers, "dpop").ok_or_else(refused)?;
            let address = app.config.public_url.join(path);
            let expected = Expected { method: "POST", address: &address, token: None, now_ms: app.clock.now_ms() };
            app.proofs.check(proof, expected).map(Some).map_err(|error| {
                tracing::info!(reason = %error, "refused a key proof");
                refused()
            })
        }
    }
}
