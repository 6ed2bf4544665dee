//! Fetching timelines.

use super::Runner;
use flows::{TimelineEffect, TimelineEvent};

/// Carries out one effect.
#[expect(clippy::unused_async, reason = "what it will do takes time")]
pub(super) async fn carry_out(_runner: &'static Runner, effect: TimelineEffect) -> Option<TimelineEvent> {
    match effect {}
}
