//! Finding queries.

use super::Runner;
use flows::{QueriesEffect, QueriesEvent};

/// Carries out one effect.
#[expect(clippy::unused_async, reason = "what it will do takes time")]
pub(super) async fn carry_out(_runner: &'static Runner, effect: QueriesEffect) -> Option<QueriesEvent> {
    match effect {}
}
