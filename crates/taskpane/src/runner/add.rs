//! Adding and changing contacts.

use super::Runner;
use flows::{AddEffect, AddEvent};

/// Carries out one effect.
#[expect(clippy::unused_async, reason = "what it will do takes time")]
pub(super) async fn carry_out(_runner: &'static Runner, effect: AddEffect) -> Option<AddEvent> {
    match effect {}
}
