//! Writing records.

use super::Runner;
use flows::{WriteEffect, WriteEvent};

/// Carries out one effect.
#[expect(clippy::unused_async, reason = "what it will do takes time")]
pub(super) async fn carry_out(_runner: &'static Runner, effect: WriteEffect) -> Option<WriteEvent> {
    match effect {}
}
