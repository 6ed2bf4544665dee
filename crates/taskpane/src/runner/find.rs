//! Searching contacts.

use super::Runner;
use super::wait::pause;
use flows::{FindEffect, FindEvent};

/// Carries out one effect.
pub(super) async fn carry_out(runner: &'static Runner, effect: FindEffect) -> Option<FindEvent> {
    Some(match effect {
        FindEffect::Wait(number, rest_ms) => {
            pause(rest_ms).await;
            FindEvent::Waited(number)
        }
        FindEffect::Search(number, search) => FindEvent::Answered(number, runner.server.call(&search).await),
    })
}
