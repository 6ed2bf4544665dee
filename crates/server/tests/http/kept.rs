//! Contacts at hand: favourites, and those looked at last.

use crate::world::{Person, World, code};
use api::{Contact, ContactId, GetKeptContacts, KeepAs, KeepContact, KeptContacts, ProblemCode};
use sim::imis::{Edition, Effect, Fault, Settings};

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
