//! Records listed, opened, changed and removed.

use crate::{World, raw};
use imis::{Absent as _, Edit, ErrorKind, NewNote, PartyId, RecordKey, RecordStore, WriteError};
use sim::imis::{Edition, Settings};

const STORES: [RecordStore; 4] =
    [RecordStore::Activity, RecordStore::Log, RecordStore::ContactInteraction, RecordStore::Note];

async fn on(edition: Edition) -> World {
    World::new(Settings { edition, ..Settings::default() }).await
}

#[tokio::test]
async fn every_store_is_listed_newest_first_on_both_editions() {
    for edition in [Edition::Imis2017, Edition::Ems] {
        let world = on(edition).await;
        let acting = world.signed_in("STAFF1").await;
        for (store, count) in STORES.into_iter().zip([120, 90, 60, 30]) {
            let party = PartyId::new("119");
            let page = acting.history(&party, store, 0, 500).await.unwrap();
            assert_eq!((page.places.len(), page.more), (count, false), "{store:?} {edition:?}");
            let dates: Vec<_> = page.places.iter().map(|place| place.row.as_ref().unwrap().at).collect();
            assert!(dates.is_sorted_by(|earlier, later| earlier >= later));
            let part = acting.history(&party, store, 7, 5).await.unwrap();
            assert_eq!((&part.places[..], part.more), (&page.places[7..12], true), "{store:?} {edition:?}");
        }
    }
}

#[tokio::test]
async fn a_store_that_is_not_there_is_told_from_one_that_fails() {
    let world = World::new(Settings { communication_log: false, ..Settings::default() }).await;
    let acting = world.signed_in("STAFF1").await;
    let error = acting.history(&PartyId::new("119"), RecordStore::Log, 0, 5).await.unwrap_err();
    assert!(error.is_absent());
}

#[tokio::test]
async fn what_a_site_mixes_up_is_sorted_here_and_others_rows_are_nobody_s_business() {
    let (listener, acting) = raw::site().await;
    let row = |id: u32, party: &str, date: &str| {
        format!(r#"{{"ContactInteractionId":{id},"PartyId":"{party}","InteractionDate":"{date}T00:00:00"}}"#)
    };
    let rows =
        [row(1, "9", "2020-01-01"), row(2, "8", "2024-01-01"), row(3, "9", "2022-01-01"), row(4, "9", "2021-01-01")];
    let page = format!(r#"{{"Items":[{}],"HasNext":true,"NextOffset":2,"TotalCount":4}}"#, rows[..3].join(","));
    let first = format!(r#"{{"Items":[{}],"HasNext":true,"NextOffset":3,"TotalCount":4}}"#, rows[..3].join(","));
    let second = format!(r#"{{"Items":[{}],"HasNext":false,"NextOffset":0,"TotalCount":4}}"#, rows[3]);
    let site = async {
        raw::grant(&listener).await;
        let (head, _) = raw::answer(&listener, &page, 0).await;
        assert!(head.contains("orderby=interactiondate%3adescending"), "{head}");
        raw::answer(&listener, &first, 0).await;
        raw::answer(&listener, &second, 0).await;
    };
    let party = PartyId::new("9");
    let (page, ()) = tokio::join!(acting.history(&party, RecordStore::ContactInteraction, 0, 3), site);
    let page = page.unwrap();
    let keys: Vec<_> = page.places.iter().filter_map(|place| Some(&*place.row.as_ref()?.key)).collect();
    assert_eq!((keys, page.more), (vec!["3", "4", "1"], true));
}

#[tokio::test]
async fn a_record_is_changed_in_its_place_and_the_rest_goes_back_as_it_came() {
    let world = on(Edition::Ems).await;
    let acting = world.signed_in("STAFF1").await;
    let party = PartyId::new("101");
    for (store, name) in [
        (RecordStore::Activity, "DESCRIPTION"),
        (RecordStore::ContactInteraction, "Description"),
        (RecordStore::Note, "Text"),
    ] {
        let page = acting.history(&party, store, 0, 5).await.unwrap();
        let key = RecordKey { store, key: page.places[0].row.clone().unwrap().key };
        let before = acting.record(&party, &key).await.unwrap();
        acting.change_record(&before, &[Edit { name, value: "Changed" }]).await.unwrap();
        let after = acting.record(&party, &key).await.unwrap();
        assert_eq!(after.value(name), "Changed");
        assert_eq!((after.row.at, &after.row.type_code), (before.row.at, &before.row.type_code));
        acting.remove_record(&key).await.unwrap();
        assert_eq!(acting.record(&party, &key).await.unwrap_err().kind, ErrorKind::NotFound);
        acting.remove_record(&key).await.unwrap();
    }
}

#[tokio::test]
async fn everything_that_imis_finds_wrong_comes_with_its_field() {
    let world = on(Edition::Ems).await;
    let acting = world.signed_in("STAFF1").await;
    let party = PartyId::new("101");
    let page = acting.history(&party, RecordStore::Activity, 0, 1).await.unwrap();
    let key = RecordKey { store: RecordStore::Activity, key: page.places[0].row.clone().unwrap().key };
    let record = acting.record(&party, &key).await.unwrap();
    let long = "x".repeat(256);
    let edits = [Edit { name: "DESCRIPTION", value: &long }, Edit { name: "SOURCE_CODE", value: &long }];
    let Err(WriteError::Refused(error)) = acting.change_record(&record, &edits).await else { panic!("taken") };
    let mut fields: Vec<&str> = error.complaints.iter().map(|complaint| &*complaint.field).collect();
    fields.sort_unstable();
    assert_eq!(fields, ["DESCRIPTION", "SOURCE_CODE"]);
    assert!(!format!("{error:?}").contains("xxx"), "what was typed reaches no log");
}

#[tokio::test]
async fn a_colleague_s_note_of_the_same_words_is_not_taken_for_ones_own() {
    let world = on(Edition::Ems).await;
    let (own, colleague) = (world.signed_in("STAFF1").await, world.signed_in("STAFF3").await);
    let party = PartyId::new("101");
    let note = NewNote { party: &party, purpose: "", text: "Likes tea" };
    let theirs = colleague.write_note(&note).await.unwrap();
    let now = time::OffsetDateTime::now_utc();
    let now = time::PrimitiveDateTime::new(now.date(), now.time());
    assert!(own.find_notes(&note, now).await.unwrap().is_empty());
    assert_eq!(colleague.find_notes(&note, now).await.unwrap(), [theirs]);
    let mine = own.write_note(&note).await.unwrap();
    assert_eq!(own.find_notes(&note, now).await.unwrap(), [mine]);
}
