//! Writing and changing records, and looking for whom.

use super::timeline::TYPING_MS;
use super::{Runner, wait};
use flows::{WriteEffect, WriteEvent};

/// Carries out one effect.
pub(super) async fn carry_out(runner: &'static Runner, effect: WriteEffect) -> Option<WriteEvent> {
    let server = &runner.server;
    Some(match effect {
        WriteEffect::Wait(number) => {
            wait::pause(TYPING_MS).await;
            WriteEvent::SearchWaited(number)
        }
        WriteEffect::Search(number, call) => WriteEvent::SearchAnswered(number, server.call(&call).await),
        WriteEffect::Write(call) => WriteEvent::Written(server.call(&*call).await),
        WriteEffect::Change(call) => WriteEvent::Changed(server.call(&*call).await.map(Box::new)),
    })
}
