//! Fetching contacts in full.

use super::Runner;
use flows::{CardEffect, CardEvent};

/// Carries out one effect.
#[expect(clippy::unused_async, reason = "what it will do takes time")]
pub(super) async fn carry_out(_runner: &'static Runner, effect: CardEffect) -> Option<CardEvent> {
    match effect {}
}
