//! A contact's timeline: every kind of record, newest first, whatever one of the lists does.

use crate::world::{PASSWORD, Person, World, code};
use api::{ContactId, GetRecordForms, GetTimeline, ProblemCode, RecordKind, Timeline, TimelineCursor, TimelineEntry};
use serde_json::json;
use sim::imis::{Edition, Effect, Fault, RecipientsByParty, Settings};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

pub(crate) fn timeline(contact: &str) -> GetTimeline {
    GetTimeline {
        contact: ContactId(contact.to_owned()),
        kinds: Vec::new(),
        type_id: String::new(),
        text: String::new(),
        after: None,
    }
}

/// Everything that "more" brings.
async fn whole(person: &Person<'_>, mut ask: GetTimeline) -> Vec<TimelineEntry> {
    let mut entries = Vec::new();
    for _ in 0..100 {
        let page = person.call(&ask).await.unwrap();
        assert!(page.entries.len() <= GetTimeline::PAGE && page.missing.is_empty());
        entries.extend(page.entries);
        ask.after = page.more;
        if ask.after.is_none() {
            return entries;
        }
    }
    panic!("there is always more");
}

fn is_newest_first(entries: &[TimelineEntry]) -> bool {
    entries.is_sorted_by(|earlier, later| earlier.at >= later.at)
}

fn counts(entries: &[TimelineEntry]) -> BTreeMap<RecordKind, usize> {
    entries.iter().fold(BTreeMap::new(), |mut counts, entry| {
        *counts.entry(entry.kind).or_default() += 1;
        counts
    })
}

async fn with_edition(edition: Edition) -> World {
    World::with(Settings { edition, ..Settings::default() }, |_| {}).await
}

#[tokio::test]
async fn years_of_records_come_whole_and_newest_first_page_by_page() {
    for edition in [Edition::Imis2017, Edition::Ems] {
        let world = with_edition(edition).await;
        let person = world.sign_in().await;
        let first = person.call(&timeline("119")).await.unwrap();
        assert_eq!(first.entries.len(), GetTimeline::PAGE);
        let entries = whole(&person, timeline("119")).await;
        let kinds = [
            (RecordKind::Activity, 122),
            (RecordKind::CommunicationLog, 90),
            (RecordKind::ContactInteraction, 60),
            (RecordKind::Note, 30),
        ];
        assert_eq!(counts(&entries), BTreeMap::from(kinds), "{edition:?}");
        assert!(is_newest_first(&entries), "{edition:?}");
        let unique: BTreeSet<_> = entries.iter().map(|entry| &entry.record).collect();
        assert_eq!(unique.len(), entries.len(), "nothing twice");
    }
}

#[tokio::test]
async fn an_entry_says_what_when_and_by_whom() {
    let world = World::new().await;
    let entries = whole(&world.sign_in().await, timeline("101")).await;
    assert_eq!(entries.len(), 4);
    let talk = entries.iter().find(|entry| entry.title == "Agreed to give a talk").unwrap();
    assert_eq!((talk.kind, &*talk.type_name), (RecordKind::Activity, "Telephone call"));
    assert_eq!(talk.at.as_ref().unwrap().0, "2025-06-11T15:00:00");
    assert_eq!(talk.follow_up.as_ref().unwrap().0, "2027-01-15T09:00:00");
    let note = entries.iter().find(|entry| entry.kind == RecordKind::Note).unwrap();
    assert_eq!((&*note.title, note.by.as_deref()), ("Prefers to be called in the afternoon.", Some("MANAGER")));
    let note = whole(&world.sign_in().await, GetTimeline { kinds: vec![RecordKind::Note], ..timeline("119") }).await;
    assert!(note[0].snippet.ends_with("To be remembered at the next meeting & after."), "{}", note[0].snippet);
}

#[tokio::test]
async fn a_page_takes_one_wave_of_calls() {
    let latency = std::time::Duration::from_millis(30);
    let world = World::with(Settings { latency, ..Settings::default() }, |_| {}).await;
    let person = world.sign_in().await;
    person.call(&api::GetSaveTargets).await.unwrap();
    world.imis.ledger().forget_requests();
    person.call(&timeline("119")).await.unwrap();
    assert_eq!(world.imis.ledger().waves(), [4]);
}

#[tokio::test]
async fn it_is_filtered_by_kind_and_by_text() {
    let world = World::new().await;
    let person = world.sign_in().await;
    let kinds = vec![RecordKind::ContactInteraction, RecordKind::Note];
    let entries = whole(&person, GetTimeline { kinds, ..timeline("119") }).await;
    assert_eq!(counts(&entries), BTreeMap::from([(RecordKind::ContactInteraction, 60), (RecordKind::Note, 30)]));
    let found = |text: &str| GetTimeline { text: text.to_owned(), ..timeline("119") };
    let entries = whole(&person, found("  change of ADDRESS ")).await;
    assert!(entries.len() > 20 && is_newest_first(&entries));
    assert!(entries.iter().all(|entry| format!("{}{}", entry.title, entry.snippet).contains("Change of address")));
    assert_eq!(whole(&person, found("(300)")).await.len(), 1, "title");
    assert!(!whole(&person, found("please find it enclosed")).await.is_empty(), "note");
    assert!(whole(&person, found("Telephone call")).await.iter().all(|entry| entry.type_name == "Telephone call"));
}

#[tokio::test]
async fn it_is_filtered_by_the_types_that_the_site_has() {
    for edition in [Edition::Imis2017, Edition::Ems] {
        let world = with_edition(edition).await;
        let person = world.sign_in_as("READER1").await;
        let all = whole(&person, timeline("119")).await;
        let mut found = 0;
        for of in person.call(&GetRecordForms).await.unwrap().types {
            let ask = GetTimeline { kinds: vec![of.kind], type_id: of.id.to_lowercase(), ..timeline("119") };
            let entries = whole(&person, ask).await;
            let is_of = |entry: &&TimelineEntry| entry.kind == of.kind && entry.type_name == of.title;
            assert!(entries.iter().eq(all.iter().filter(is_of)), "{of:?}, {edition:?}");
            found += entries.len();
        }
        let typed = [RecordKind::Activity, RecordKind::ContactInteraction];
        let all = all.iter().filter(|entry| typed.contains(&entry.kind)).count();
        assert_eq!((found, all > 100), (all, true), "each of them is of a type, {edition:?}");
        let ask = GetTimeline { type_id: "|".to_owned(), ..timeline("119") };
        assert!(whole(&person, ask).await.is_empty());
    }
}

#[tokio::test]
async fn text_is_searched_for_as_it_stands() {
    let world = World::new().await;
    let person = world.sign_in().await;
    for text in ["|", "eq:", "contains:a|b", "%", "*", "_", "' OR 1=1 --", "<b>", "\\"] {
        let found = whole(&person, GetTimeline { text: text.to_owned(), ..timeline("101") }).await;
        assert!(found.is_empty(), "{text}");
    }
    let long = GetTimeline { text: "x".repeat(201), ..timeline("101") };
    assert_eq!(code(person.call(&long).await), ProblemCode::Invalid);
}

#[tokio::test]
async fn what_cannot_be_a_contact_or_a_place_reaches_nobody() {
    let world = World::new().await;
    let person = world.sign_in().await;
    person.call(&timeline("101")).await.unwrap();
    world.imis.ledger().forget_requests();
    for contact in ["", "1|2", "../101", "101?x=1", "101%00", "１０１"] {
        let problem = person.call(&timeline(contact)).await.unwrap_err();
        assert_eq!((problem.code, problem.field.as_deref()), (ProblemCode::Invalid, Some("contact")), "{contact}");
    }
    for after in ["", "x", "1~a.1", "1~a.1.1~a.1.1", "1~z.0.", "1~a.99999999999999999999."] {
        let ask = GetTimeline { after: Some(TimelineCursor(after.to_owned())), ..timeline("101") };
        assert_eq!(code(person.call(&ask).await), ProblemCode::Invalid, "{after}");
    }
    assert!(world.imis.ledger().requests().is_empty());
}

#[tokio::test]
async fn another_contact_s_place_shows_nothing_of_the_other() {
    let world = World::new().await;
    let person = world.sign_in().await;
    let after = person.call(&timeline("119")).await.unwrap().more;
    let page = person.call(&GetTimeline { after, ..timeline("101") }).await.unwrap();
    assert!(page.entries.is_empty() && page.more.is_none());
}

#[tokio::test]
async fn a_kind_that_fails_is_named_and_the_rest_comes() {
    let world = World::new().await;
    let person = world.sign_in().await;
    world.imis.faults().add(Fault::once(Effect::Html).always().on("GET", "Activity"));
    let page = person.call(&timeline("101")).await.unwrap();
    assert_eq!(page.entries.len(), 2);
    let missing: Vec<_> = page.missing.iter().map(|missing| (missing.kind, missing.problem.code)).collect();
    assert_eq!(missing, [(RecordKind::Activity, ProblemCode::ImisNotUnderstood)]);
    world.imis.faults().clear();
    assert_eq!(person.call(&timeline("101")).await.unwrap().entries.len(), 4);
}

#[tokio::test]
async fn where_everything_fails_the_reason_is_the_answer() {
    let world = World::new().await;
    let person = world.sign_in().await;
    for entity in ["Activity", "CommunicationLogRecipient", "ContactInteraction", "PartyNote"] {
        world.imis.faults().add(Fault::once(Effect::Html).always().on("GET", entity));
    }
    assert_eq!(code(person.call(&timeline("101")).await), ProblemCode::ImisNotUnderstood);
}

#[tokio::test]
async fn a_log_that_imis_does_not_list_is_named_as_missing_and_the_rest_comes_whole() {
    for by_party in [RecipientsByParty::Forbidden, RecipientsByParty::Unavailable] {
        let world = World::with(Settings { recipients_by_party: by_party, ..Settings::default() }, |_| {}).await;
        let person = world.sign_in().await;
        let page = person.call(&timeline("119")).await.unwrap();
        let missing: Vec<_> = page.missing.iter().map(|missing| (missing.kind, missing.problem.code)).collect();
        assert_eq!(missing, [(RecordKind::CommunicationLog, ProblemCode::Forbidden)], "{by_party:?}");
        let rest = whole(&person, GetTimeline { after: page.more, ..timeline("119") }).await;
        assert_eq!(page.entries.len() + rest.len(), 212, "{by_party:?}");
        let alone = GetTimeline { kinds: vec![RecordKind::CommunicationLog], ..timeline("119") };
        let page = person.call(&alone).await.unwrap();
        assert_eq!((page.entries.len(), page.missing.len()), (0, 1), "{by_party:?}");
    }
}

#[tokio::test]
async fn a_kind_that_the_site_lacks_or_the_person_may_not_see_is_passed_over() {
    let world = World::with(Settings { communication_log: false, ..Settings::default() }, |_| {}).await;
    assert_eq!(whole(&world.sign_in().await, timeline("119")).await.len(), 212);
}

/// Writes an activity as another program does, past our server: without limits of ours.
async fn write_activity(world: &World, token: &str, contact: &str, at: &str, note: &str) {
    let property = |(name, value): (&str, &str)| json!({ "Name": name, "Value": value });
    let properties = [("ACTIVITY_TYPE", "CALL"), ("DESCRIPTION", at), ("TRANSACTION_DATE", at), ("NOTE", note)];
    let activity = json!({
        "$type": "Asi.Soa.Core.DataContracts.GenericEntityData, Asi.Contracts",
        "EntityTypeName": "Activity",
        "PrimaryParentEntityTypeName": "Party",
        "PrimaryParentIdentity": { "EntityTypeName": "Party", "IdentityElements": { "$values": [contact] } },
        "Properties": { "$values": properties.map(property) },
    });
    let request = world.http.post(world.imis.url().join("api/Activity").unwrap()).bearer_auth(token);
    let answer = request.json(&activity).send().await.unwrap();
    assert!(answer.status().is_success(), "{answer:?}");
}

#[tokio::test]
async fn records_too_large_to_come_together_come_all_the_same() {
    let world = World::with(Settings::default(), |config| config.limits.imis_read = Duration::from_secs(20)).await;
    let form = [("grant_type", "password"), ("username", "STAFF1"), ("password", PASSWORD)];
    let token = world.http.post(world.imis.url().join("token").unwrap()).form(&form).send().await.unwrap();
    let token: serde_json::Value = token.json().await.unwrap();
    let at = |day: usize| format!("2024-03-{day:02}T09:00:00");
    // The oldest are too large for one answer to hold both.
    for day in 1..=GetTimeline::PAGE + 2 {
        let note = "x".repeat(if day <= 2 { 9_000_000 } else { 0 });
        write_activity(&world, token["access_token"].as_str().unwrap(), "122", &at(day), &note).await;
    }
    let entries = whole(&world.sign_in().await, timeline("122")).await;
    let titles: Vec<&str> = entries.iter().map(|entry| &*entry.title).collect();
    assert_eq!(titles, (1..=GetTimeline::PAGE + 2).rev().map(at).collect::<Vec<_>>());
}

#[tokio::test]
async fn everybody_sees_what_they_may_see() {
    let world = World::new().await;
    for (user, legal) in [("MANAGER", 1), ("STAFF3", 1), ("STAFF1", 0), ("READER1", 0)] {
        let entries = whole(&world.sign_in_as(user).await, timeline("102")).await;
        assert_eq!(entries.len(), 1 + legal, "{user}");
    }
}

#[tokio::test]
async fn nobody_s_timeline_is_empty_and_no_error() {
    let world = World::new().await;
    let person = world.sign_in().await;
    assert_eq!(person.call(&timeline("122")).await.unwrap(), Timeline::default());
    assert_eq!(person.call(&timeline("999999")).await.unwrap(), Timeline::default());
}

#[tokio::test]
async fn a_dead_token_is_renewed_once() {
    let world = World::new().await;
    let person = world.sign_in().await;
    world.imis.faults().add(Fault::once(Effect::Unauthorized).on("GET", "Activity"));
    let page = person.call(&timeline("101")).await.unwrap();
    assert_eq!((page.entries.len(), page.missing.len()), (4, 0));
}

#[tokio::test]
async fn a_kind_that_one_may_not_see_at_a_site_that_says_401_signs_nobody_out() {
    let world = World::new().await;
    let person = world.sign_in().await;
    world.imis.faults().add(Fault::once(Effect::Unauthorized).always().on("GET", "PartyNote"));
    for _ in 0..3 {
        let page = person.call(&timeline("101")).await.unwrap();
        assert_eq!((page.entries.len(), page.missing.len()), (3, 0));
    }
    assert_eq!(world.audited("signed_out").await, 0);
}

#[tokio::test]
async fn whoever_imis_takes_no_more_is_signed_out() {
    type Deed = fn(&World);
    let deeds: [Deed; 2] =
        [|world| world.imis.disable_user("STAFF1"), |world| world.imis.remove_role("STAFF1", "RemoteService")];
    for deed in deeds {
        let world = World::new().await;
        let person = world.sign_in_as("STAFF1").await;
        deed(&world);
        world.imis.purge_cache();
        assert_eq!(code(person.call(&timeline("101")).await), ProblemCode::SignedOut);
        assert_eq!(world.audited("signed_out").await, 1);
    }
}
