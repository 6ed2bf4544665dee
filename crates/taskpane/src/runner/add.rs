//! Adding and changing contacts.

use super::timeline::TYPING_MS;
use super::{Runner, outlook, wait};
use api::GetCard;
use flows::{AddEffect, AddEvent};

/// Carries out one effect.
pub(super) async fn carry_out(runner: &'static Runner, effect: AddEffect) -> Option<AddEvent> {
    let server = &runner.server;
    Some(match effect {
        AddEffect::ReadBody(turn, key) => AddEvent::BodyRead(turn, outlook::text(&key).await),
        AddEffect::FindLikely(turn, call) => AddEvent::LikelyAnswered(turn, server.call(&*call).await),
        AddEffect::Wait(number) => {
            wait::pause(TYPING_MS).await;
            AddEvent::OrganisationWaited(number)
        }
        AddEffect::Search(number, call) => AddEvent::OrganisationsAnswered(number, server.call(&call).await),
        AddEffect::Add(turn, call) => AddEvent::Added(turn, server.call(&*call).await),
        AddEffect::FetchCard(contact) => AddEvent::CardAnswered(server.call(&GetCard { contact }).await.map(Box::new)),
        AddEffect::Change(call) => AddEvent::Changed(server.call(&*call).await.map(Box::new)),
    })
}
