//! Opening, changing and removing records; taking attachments down.

use super::Runner;
use flows::{RecordEffect, RecordEvent};

/// Carries out one effect.
#[expect(clippy::unused_async, reason = "what it will do takes time")]
pub(super) async fn carry_out(_runner: &'static Runner, effect: RecordEffect) -> Option<RecordEvent> {
    match effect {}
}
