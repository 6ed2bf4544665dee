//! Contacts at hand: favourites, and those looked at last.

use crate::world::{Person, World, code};
use api::{
    Contact, ContactId, EmailAddress, GetKeptContacts, KeepAs, KeepContact, KeptContacts, MatchContacts, Matching,
    ProblemCode, RememberChoice, SettleAddress,
};
use server::config::{Key, Keyring};
use sim::imis::{Edition, Effect, Fault, Settings, people::SHARED_ADDRESS};
use std::collections::BTreeSet;

async fn keep(person: &Person<'_>, contact: &str, keep: KeepAs) {
    person.call(&KeepContact { contact: ContactId(contact.to_owned()), keep }).await.unwrap();
}

fn ids(contacts: &[Contact]) -> Vec<&str> {
    contacts.iter().map(|contact| contact.id.0.as_str()).collect()
}

#[tokio::test]
async fn favourites_are_by_name_and_recent_ones_latest_first_after_a_restart_too() {
    for edition in [Edition::Ems, Edition::Imis2017] {
        let mut world = World::with(Settings { edition, ..Settings::default() }, |_| {}).await;
        let token = {
            let person = world.sign_in_as("STAFF1").await;
            assert_eq!(person.call(&GetKeptContacts).await.unwrap(), KeptContacts::default());
            for contact in ["103", "107", "101"] {
                keep(&person, contact, KeepAs::Favourite).await;
            }
            for contact in ["101", "102", "200", "102"] {
                world.pass(std::time::Duration::from_secs(1));
                keep(&person, contact, KeepAs::Recent).await;
            }
            keep(&person, "103", KeepAs::NoFavourite).await;
            person.token
        };
        world.restart().await;
        let kept = world.person(&token).call(&GetKeptContacts).await.unwrap();
        assert_eq!(ids(&kept.favourites), ["107", "101"], "by the names that are shown");
        assert_eq!(ids(&kept.recent), ["102", "200", "101"]);
        assert_eq!(kept.recent[0].name, "José Núñez");
        let other = world.sign_in_as("READER1").await;
        assert_eq!(other.call(&GetKeptContacts).await.unwrap(), KeptContacts::default(), "they are one's own");
    }
}

#[tokio::test]
async fn whoever_may_no_longer_be_seen_is_left_out() {
    let world = World::new().await;
    let person = world.sign_in_as("STAFF1").await;
    for contact in ["101", "999999", "107"] {
        keep(&person, contact, KeepAs::Favourite).await;
    }
    assert_eq!(ids(&person.call(&GetKeptContacts).await.unwrap().favourites), ["107", "101"]);
    world.imis.faults().add(Fault::once(Effect::Refused).on("GET", "Party").always());
    let refused = person.call(&GetKeptContacts).await;
    assert!(refused.is_err() || refused.is_ok_and(|kept| kept == KeptContacts::default()));
    world.imis.faults().clear();
    // A site that ignores the list shows strangers; they are nobody's favourites.
    let stranger = r#"{"Items":{"$values":[{"$type":"PersonData","PartyId":"500","Name":"Stranger"}]}}"#;
    world.imis.faults().add(Fault::once(Effect::Json(stranger.to_owned())).on("GET", "Party").always());
    assert_eq!(person.call(&GetKeptContacts).await.unwrap(), KeptContacts::default());
}

#[tokio::test]
async fn they_come_in_one_wave_and_no_more_than_may_be() {
    let latency = std::time::Duration::from_millis(60);
    let world = World::with(Settings { latency, ..Settings::default() }, |_| {}).await;
    let person = world.sign_in_as("STAFF1").await;
    for contact in 101..=118 {
        world.pass(std::time::Duration::from_secs(1));
        keep(&person, &contact.to_string(), KeepAs::Recent).await;
    }
    world.imis.ledger().forget_requests();
    let kept = person.call(&GetKeptContacts).await.unwrap();
    assert_eq!((kept.recent.len(), kept.recent[0].id.0.as_str()), (KeptContacts::RECENT_MAX, "118"));
    assert_eq!(world.imis.ledger().waves().len(), 1);
}

#[tokio::test]
async fn what_is_no_id_is_not_kept() {
    let world = World::new().await;
    let person = world.sign_in_as("STAFF1").await;
    for forged in ["", "../x", "1|2", "in:1", "1\n2"] {
        let forged = KeepContact { contact: ContactId(forged.to_owned()), keep: KeepAs::Favourite };
        assert_eq!(code(person.call(&forged).await), ProblemCode::Invalid);
    }
}

/// What a store's rows are found by after somebody kept the same contact and address there.
async fn names_in_a_store_of(key: [u8; 32]) -> BTreeSet<Vec<u8>> {
    let world = World::with(Settings::default(), |config| config.keyring = ring(key, &[])).await;
    for user in ["STAFF1", "READER1"] {
        let person = world.sign_in_as(user).await;
        keep(&person, "101", KeepAs::Favourite).await;
        keep(&person, "101", KeepAs::Recent).await;
        let address = EmailAddress::parse("ada.lovelace@example.org").unwrap();
        person.call(&SettleAddress { address, matching: Matching::Never }).await.unwrap();
    }
    let names = sqlx::query_scalar("SELECT name FROM keepsake").fetch_all(&world.database().await).await.unwrap();
    assert_eq!(names.len(), 6);
    names.into_iter().collect()
}

fn ring(active: [u8; 32], others: &[[u8; 32]]) -> Keyring {
    Keyring::new(Key::new(active), others.iter().copied().map(Key::new).collect())
}

#[tokio::test]
async fn the_store_does_not_say_without_its_key_whom_somebody_kept() {
    let (one, other) = (names_in_a_store_of([1; 32]).await, names_in_a_store_of([2; 32]).await);
    assert!(one.is_disjoint(&other), "a name is the same under any key, so anybody can make it");
    assert_eq!(one.len(), 6, "two people, or two lists, that have the same contact do not show it");
}

#[tokio::test]
async fn what_is_at_hand_stays_there_once_while_the_keys_change() {
    let (first, second) = ([1; 32], [2; 32]);
    let mut world = World::with(Settings::default(), |config| config.keyring = ring(first, &[second])).await;
    let token = world.sign_in_as("STAFF1").await.token;
    let choice = |contact: &str| RememberChoice {
        address: EmailAddress::parse(SHARED_ADDRESS).unwrap(),
        contact: Some(ContactId(contact.to_owned())),
    };
    world.person(&token).call(&choice("106")).await.unwrap();
    for contact in ["101", "103", "107"] {
        keep(&world.person(&token), contact, KeepAs::Favourite).await;
    }
    for (active, other) in [(second, first), (first, second)] {
        world.config.keyring = ring(active, &[other]);
        world.restart().await;
        let person = world.person(&token);
        let addresses = vec![EmailAddress::parse(SHARED_ADDRESS).unwrap()];
        let found = person.call(&MatchContacts { addresses }).await.unwrap().found;
        assert!(found.iter().any(|found| found.remembered && found.contact.id.0 == "106"));
        person.call(&choice("106")).await.unwrap();
        keep(&person, "101", KeepAs::Favourite).await;
        assert_eq!(ids(&person.call(&GetKeptContacts).await.unwrap().favourites), ["107", "103", "101"]);
    }
    world.config.keyring = ring(second, &[first]);
    world.restart().await;
    let person = world.person(&token);
    keep(&person, "101", KeepAs::NoFavourite).await;
    keep(&person, "103", KeepAs::NoFavourite).await;
    assert_eq!(ids(&person.call(&GetKeptContacts).await.unwrap().favourites), ["107"]);
}
