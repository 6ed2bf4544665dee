//! Fetching contacts in full, and keeping them at hand.

use super::Runner;
use api::GetKeptContacts;
use flows::{CardEffect, CardEvent};

/// Carries out one effect.
pub(super) async fn carry_out(runner: &'static Runner, effect: CardEffect) -> Option<CardEvent> {
    let server = &runner.server;
    Some(match effect {
        CardEffect::Card(wave, call) => {
            let answer = server.call(&call).await;
            CardEvent::CardAnswered(call.contact, wave, answer.map(Box::new))
        }
        CardEffect::Columns(wave, call) => {
            let answer = server.call(&call).await;
            CardEvent::ColumnsAnswered(call.contact, wave, answer)
        }
        CardEffect::Picture(wave, call) => {
            let answer = server.call(&call).await;
            CardEvent::PictureAnswered(call.contact, wave, answer)
        }
        CardEffect::FetchKept => CardEvent::KeptAnswered(server.call(&GetKeptContacts).await),
        CardEffect::Keep(call) => {
            let answer = server.call(&call).await;
            CardEvent::Kept(call.contact, call.keep, answer)
        }
    })
}
