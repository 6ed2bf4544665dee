//! What is settled about the people on a message, told to the server.

use super::Runner;
use api::{RememberChoice, SettleAddress};
use flows::{PeopleEffect, PeopleEvent};

/// Carries out one effect.
pub(super) async fn carry_out(runner: &'static Runner, effect: PeopleEffect) -> PeopleEvent {
    match effect {
        PeopleEffect::Remember(key, address, contact) => {
            let call = RememberChoice { address, contact };
            let answer = runner.server.call(&call).await;
            PeopleEvent::ChoiceAnswered(key, call.address, call.contact, answer)
        }
        PeopleEffect::Match(key, address, matching) => {
            let call = SettleAddress { address, matching };
            let answer = runner.server.call(&call).await;
            PeopleEvent::NeverAnswered(key, call.address, matching, answer)
        }
    }
}
