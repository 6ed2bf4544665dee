//! The addresses that the person settled.

use super::Runner;
use api::{GetSettledAddresses, SettleAddress};
use flows::{AddressesEffect, AddressesEvent};

/// Carries out one effect.
pub(super) async fn carry_out(runner: &'static Runner, effect: AddressesEffect) -> AddressesEvent {
    match effect {
        AddressesEffect::List => AddressesEvent::Listed(runner.server.call(&GetSettledAddresses).await),
        AddressesEffect::Settle(address, matching) => {
            let call = SettleAddress { address, matching };
            let answer = runner.server.call(&call).await;
            AddressesEvent::Settled(call.address, matching, answer)
        }
    }
}
