//! Running queries, and taking their rows down.

use super::Runner;
use flows::{QueryEffect, QueryEvent};

/// Carries out one effect.
#[expect(clippy::unused_async, reason = "what it will do takes time")]
pub(super) async fn carry_out(_runner: &'static Runner, effect: QueryEffect) -> Option<QueryEvent> {
    match effect {}
}
