//! Searching contacts.

use super::Runner;
use super::wait::pause;
use flows::{FindEffect, FindEvent};

/// How long typing rests before it is asked for: a quick typist's pause between two keys is shorter.
const REST_MS: i32 = 180;

/// Carries out one effect.
pub(super) async fn carry_out(runner: &'static Runner, effect: FindEffect) -> Option<FindEvent> {
    Some(match effect {
        FindEffect::Wait(number) => {
            pause(REST_MS).await;
            FindEvent::Waited(number)
        }
        FindEffect::Search(number, search) => FindEvent::Answered(number, runner.server.call(&search).await),
    })
}
