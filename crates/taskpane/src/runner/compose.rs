//! Putting people and facts into the message being written.

use super::Runner;
use flows::{ComposeEffect, ComposeEvent};

/// Carries out one effect.
#[expect(clippy::unused_async, reason = "what it will do takes time")]
pub(super) async fn carry_out(_runner: &'static Runner, effect: ComposeEffect) -> Option<ComposeEvent> {
    match effect {}
}
