//! Finding the people of a message.

use crate::world::World;
use api::{EmailAddress, MatchContacts, MatchReason, ProblemCode};
use sim::imis::{Edition, Effect, Fault, Settings};

fn ask(addresses: &[&str]) -> MatchContacts {
    MatchContacts { addresses: addresses.iter().map(|address| EmailAddress::parse(address).unwrap()).collect() }
}

#[tokio::test]
async fn people_are_found_by_any_of_their_addresses() {
    let world = World::new().await;
    let person = world.sign_in().await;
    let asked = ["Ada.Lovelace@example.org", "grace@home.example", "office@harbour.example", "nobody@example.org"];
    let found = person.call(&ask(&asked)).await.unwrap();
    let mut short: Vec<_> =
        found.found.iter().map(|found| (found.contact.id.0.as_str(), found.address.as_str(), found.reason)).collect();
    short.sort_by_key(|(id, ..)| *id);
    assert_eq!(
        short,
        [
            ("101", "ada.lovelace@example.org", MatchReason::PrimaryEmail),
            ("105", "office@harbour.example", MatchReason::PrimaryEmail),
            ("106", "office@harbour.example", MatchReason::PrimaryEmail),
            ("107", "grace@home.example", MatchReason::OtherEmail),
        ]
    );
    assert!(found.failed.is_empty());
}

#[tokio::test]
async fn five_hundred_addresses_are_asked_for_and_more_are_not() {
    let world = World::new().await;
    let person = world.sign_in().await;
    let mut addresses: Vec<EmailAddress> =
        (0..500).map(|number| EmailAddress::parse(&format!("person{number}@elsewhere.example")).unwrap()).collect();
    addresses[499] = EmailAddress::parse("ada.lovelace@example.org").unwrap();
    let found = person.call(&MatchContacts { addresses: addresses.clone() }).await.unwrap();
    assert_eq!((found.found.len(), found.failed.len()), (1, 0));
    addresses.push(EmailAddress::parse("one@more.example").unwrap());
    let problem = person.call(&MatchContacts { addresses }).await.unwrap_err();
    assert_eq!((problem.code, problem.field.as_deref()), (ProblemCode::Invalid, Some("addresses")));
}

#[tokio::test]
async fn the_edition_of_2017_finds_them_too() {
    let world = World::with(Settings { edition: Edition::Imis2017, ..Settings::default() }, |_| {}).await;
    let found = world.sign_in().await.call(&ask(&["ada.lovelace@example.org"])).await.unwrap();
    assert_eq!(found.found[0].contact.id.0, "101");
}

#[tokio::test]
async fn no_address_and_the_same_address_twice_ask_nothing() {
    let world = World::new().await;
    let person = world.sign_in().await;
    world.imis.ledger().forget_requests();
    assert!(person.call(&ask(&[])).await.unwrap().found.is_empty());
    assert_eq!(person.call(&ask(&["a@b.example", "A@b.example"])).await.unwrap_err().code, ProblemCode::Invalid);
    assert!(world.imis.ledger().requests().is_empty());
}

#[tokio::test]
async fn an_imis_in_trouble_is_named() {
    for (effect, code) in [
        (Effect::Html, ProblemCode::ImisNotUnderstood),
        (Effect::HangForever, ProblemCode::ImisUnavailable),
        (Effect::ServerError { stored: sim::imis::Stored::No }, ProblemCode::ImisUnavailable),
        (Effect::ResetBeforeStore, ProblemCode::ImisUnavailable),
    ] {
        let world = World::with(Settings::default(), |config| {
            config.limits.imis_read = std::time::Duration::from_millis(300);
        })
        .await;
        let person = world.sign_in().await;
        world.imis.faults().add(Fault::once(effect.clone()).on("GET", "Party").always());
        let problem = person.call(&ask(&["ada.lovelace@example.org"])).await.unwrap_err();
        assert_eq!(problem.code, code, "{effect:?}");
    }
}

#[tokio::test]
async fn a_token_that_imis_dropped_is_renewed_without_anybody_noticing() {
    let world = World::new().await;
    let person = world.sign_in().await;
    world.imis.purge_cache();
    assert_eq!(person.call(&ask(&["ada.lovelace@example.org"])).await.unwrap().found.len(), 1);
}
