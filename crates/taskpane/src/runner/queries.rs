//! Finding queries.

use super::Runner;
use super::wait::pause;
use api::GetKeptQueries;
use flows::{QueriesEffect, QueriesEvent};

/// So long the typing must rest before names are looked for.
const REST_MS: i32 = 300;

/// Carries out one effect.
pub(super) async fn carry_out(runner: &'static Runner, effect: QueriesEffect) -> Option<QueriesEvent> {
    let server = &runner.server;
    Some(match effect {
        QueriesEffect::List(asked, call) => QueriesEvent::Listed(asked, server.call(&call).await),
        QueriesEffect::FetchKept => QueriesEvent::KeptAnswered(server.call(&GetKeptQueries).await),
        QueriesEffect::Keep(query) => {
            let kept = server.call(&QueriesEffect::keep(&query)).await.map(drop);
            QueriesEvent::Starred(query, kept)
        }
        QueriesEffect::Wait(asked) => {
            pause(REST_MS).await;
            QueriesEvent::Waited(asked)
        }
    })
}
