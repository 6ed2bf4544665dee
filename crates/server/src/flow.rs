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
mod let_go;
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
pub(crate) use let_go::let_go;
pub(crate) use logout::{back_channel, leave, left, link as logout_link};
pub(crate) use provider::{Providers, answer as provider_answer};
pub(crate) use redeem::redeem;
pub(crate) use start::start;

use crate::app::App;
use crate::config::KeyBinding;
use crate::dpop::{Expected, ProofError, Thumbprint};
use crate::failure::Failure;
use crate::guard::one;
use axum::http::{HeaderMap, StatusCode};

fn no_proof() -> Failure {
    Failure::invalid("dpop").with_status(StatusCode::UNAUTHORIZED)
}

fn expected<'a>(app: &App, address: &'a str) -> Expected<'a> {
    Expected { method: "POST", address, token: None, now_ms: app.clock.now_ms() }
}

/// Whose key signed this request, where the configuration wants keys. The proof
/// is remembered whoever it is of: to be asked where attempts are counted.
fn key_of(app: &App, headers: &HeaderMap, path: &str) -> Result<Option<Thumbprint>, Failure> {
    match (app.config.key_binding, headers.contains_key("dpop")) {
        (KeyBinding::Off, _) | (KeyBinding::Preferred, false) => Ok(None),
        (KeyBinding::Required, false) => Err(no_proof()),
        (KeyBinding::Required | KeyBinding::Preferred, true) => {
            let proof = one(headers, "dpop").ok_or_else(no_proof)?;
            let address = app.config.public_url.join(path);
            let checked = app.proofs.check(proof, expected(app, &address));
            checked.map(Some).map_err(|error| error.failure(no_proof))
        }
    }
}

/// Whether the owner's key signed this request; `None` where another did, whose
/// proof is not remembered.
fn signed_by(app: &App, headers: &HeaderMap, path: &str, owner: Thumbprint) -> Result<Option<Thumbprint>, Failure> {
    let proof = one(headers, "dpop").ok_or_else(no_proof)?;
    let address = app.config.public_url.join(path);
    match app.proofs.check_of(proof, expected(app, &address), &owner) {
        Ok(()) => Ok(Some(owner)),
        Err(ProofError::OtherKey) => Ok(None),
        Err(error) => Err(error.failure(no_proof)),
    }
}
