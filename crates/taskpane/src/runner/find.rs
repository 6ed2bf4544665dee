//! Searching contacts.

use super::Runner;
use flows::{FindEffect, FindEvent};

/// Carries out one effect.
#[expect(clippy::unused_async, reason = "what it will do takes time")]
pub(super) async fn carry_out(_runner: &'static Runner, effect: FindEffect) -> Option<FindEvent> {
    match effect {}
}
