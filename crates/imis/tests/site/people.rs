//! Searching, reading, adding and changing contacts.

use crate::World;
use imis::{
    Changed, ContactEdit, ContactSearch, ErrorKind, Inactive, NewContact, PartyId, PersonName, Searched, Values,
    WriteError,
};
use sim::imis::{Edition, Effect, Fault, Settings, Stored};
use std::time::Duration;

const EDITIONS: [Edition; 2] = [Edition::Ems, Edition::Imis2017];

async fn site(edition: Edition) -> World {
    World::new(Settings { edition, ..Settings::default() }).await
}

fn search(text: &str) -> ContactSearch<'_> {
    ContactSearch { text, only: None, inactive: Inactive::LeftOut, most: 50 }
}

fn ids(searched: &Searched) -> Vec<&str> {
    searched.contacts.iter().map(|contact| contact.id.as_str()).collect()
}

fn jane() -> NewContact {
    NewContact {
        person: Some(PersonName { first: "Jane".to_owned(), last: "Newcomer".to_owned(), ..PersonName::default() }),
        email: Some("jane@newcomer.example".to_owned()),
        ..NewContact::default()
    }
}

#[tokio::test]
async fn a_search_is_one_wave_and_asks_nothing_where_nothing_can_be_said() {
    let world = World::new(Settings { latency: Duration::from_millis(100), ..Settings::default() }).await;
    let acting = world.signed_in("READER1").await;
    assert_eq!(ids(&acting.search_contacts(&search("jose nunez")).await), ["102"]);
    assert_eq!(world.site.ledger().waves().len(), 1);
    world.site.ledger().forget_requests();
    for text in ["", " , ", "|", "\u{0}"] {
        let searched = acting.search_contacts(&search(text)).await;
        assert!(searched.contacts.is_empty() && !searched.failed, "{text:?}");
    }
    assert!(world.site.ledger().requests().is_empty());
}

#[tokio::test]
async fn a_contact_that_is_added_is_found_by_who_looks_for_it() {
    for edition in EDITIONS {
        let world = site(edition).await;
        let acting = world.signed_in("STAFF1").await;
        assert!(acting.look_for(&jane()).await.unwrap().is_empty());
        let added = acting.add_contact(&jane()).await.unwrap();
        assert_eq!(acting.look_for(&jane()).await.unwrap()[0].id, added.id);
        let full = acting.contact_in_full(&added.id).await.unwrap();
        assert_eq!(full.emails[0].address, "jane@newcomer.example");
        world.site.faults().add(Fault::once(Effect::ServerError { stored: Stored::Yes }).on("POST", "Party"));
        assert!(matches!(acting.add_contact(&jane()).await, Err(WriteError::Unknown(..))));
        assert_eq!(acting.look_for(&jane()).await.unwrap().len(), 2);
    }
}

#[tokio::test]
async fn a_change_is_all_or_nothing_and_only_over_what_was_seen() {
    for edition in EDITIONS {
        let world = site(edition).await;
        let acting = world.signed_in("STAFF1").await;
        let ada = PartyId::new("101");
        let before = acting.contact_in_full(&ada).await.unwrap();
        let title = ContactEdit::Title(Values { from: "Analyst", to: "Chair" });
        let stale = ContactEdit::Website(Values { from: "https://not.there.example", to: "" });
        assert_eq!(acting.change_contact(&ada, &[title, stale], || true).await.unwrap(), Changed::Conflict(1));
        assert!(acting.contact_in_full(&ada).await.unwrap() == before);
        assert_eq!(acting.change_contact(&ada, &[title], || true).await.unwrap(), Changed::Done);
        let after = acting.contact_in_full(&ada).await.unwrap();
        assert_eq!(after.contact.title.as_deref(), Some("Chair"));
        assert!(after.phones == before.phones && after.addresses == before.addresses && after.emails == before.emails);
    }
}

#[tokio::test]
async fn whoever_may_not_write_is_told_so_by_imis() {
    let world = site(Edition::Ems).await;
    let acting = world.signed_in("READER1").await;
    let error = acting.add_contact(&jane()).await.unwrap_err();
    assert!(matches!(&error, WriteError::Refused(error) if matches!(error.kind, ErrorKind::Forbidden { .. })));
    let edit = ContactEdit::Title(Values { from: "Analyst", to: "Chair" });
    let error = acting.change_contact(&PartyId::new("101"), &[edit], || true).await.unwrap_err();
    assert!(matches!(error.error().kind, ErrorKind::Forbidden { .. }));
}

#[tokio::test]
async fn contacts_are_read_by_their_keys_where_lists_do_not_work_too() {
    let keys = ["107", "999999", "101"].map(PartyId::new);
    let world = site(Edition::Ems).await;
    let acting = world.signed_in("STAFF1").await;
    let ids = |found: Vec<imis::Contact>| found.into_iter().map(|contact| contact.id.to_string()).collect::<Vec<_>>();
    assert_eq!(ids(acting.contacts_by_keys(&keys).await.unwrap()), ["107", "101"]);
    world.site.faults().add(Fault::once(Effect::Json(r#"{"Items":{"$values":[]}}"#.to_owned())).on("GET", "Party"));
    assert_eq!(ids(acting.contacts_by_keys(&keys).await.unwrap()), ["107", "101"], "one by one");
}
