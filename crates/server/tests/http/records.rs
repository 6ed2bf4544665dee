//! Opening, changing and removing a record: the contact's own, by who may.

use crate::bodies::open;
use crate::timeline::timeline;
use crate::world::{Person, World, code};
use api::{
    ChangeRecord, ContactId, FieldValue, GetRecord, GetTimeline, ProblemCode, RecordId, RecordKind, RemoveRecord,
    TimelineEntry,
};
use sim::imis::{Change, Edition, Effect, Fault, Settings, Stored};

async fn entries(person: &Person<'_>, contact: &str, kind: RecordKind) -> Vec<TimelineEntry> {
    person.call(&GetTimeline { kinds: vec![kind], ..timeline(contact) }).await.unwrap().entries
}

pub(crate) async fn first(person: &Person<'_>, contact: &str, kind: RecordKind) -> RecordId {
    entries(person, contact, kind).await[0].record.clone()
}

pub(crate) fn values(pairs: &[(&str, &str)]) -> Vec<FieldValue> {
    pairs.iter().map(|(name, value)| FieldValue { name: (*name).to_owned(), value: (*value).to_owned() }).collect()
}

pub(crate) fn change(record: &RecordId, contact: &str, from: &[(&str, &str)], to: &[(&str, &str)]) -> ChangeRecord {
    ChangeRecord { record: record.clone(), contact: ContactId(contact.to_owned()), from: values(from), to: values(to) }
}

pub(crate) fn remove(record: &RecordId, contact: &str) -> RemoveRecord {
    RemoveRecord { record: record.clone(), contact: ContactId(contact.to_owned()) }
}

fn writes(world: &World, change: Change) -> usize {
    world.imis.ledger().entries().iter().filter(|entry| entry.change == change).count()
}

#[tokio::test]
async fn an_interaction_has_its_page_in_imis_and_an_activity_its_fields() {
    let world = World::new().await;
    let person = world.sign_in().await;
    let log = open(&person, &first(&person, "119", RecordKind::CommunicationLog).await, "119").await;
    let link = log.link.unwrap();
    let key = log.entry.record.0.strip_prefix("CommunicationLog:").unwrap();
    assert!(link.starts_with(world.imis.url().as_str()));
    assert!(link.contains(&format!("/InteractionPreview.aspx?CommunicationLogId={key}&PartyId=119&RecipientId=")));
    assert!(!log.may_change && log.may_remove, "a message stays what was sent");
    let talk = open(&person, &first(&person, "101", RecordKind::Activity).await, "101").await;
    let fields: Vec<_> = talk.fields.iter().map(|field| (&*field.caption, &*field.value)).collect();
    assert_eq!(fields, [("Date of call", "2025-06-11"), ("Call again on", "2027-01-15")]);
    assert_eq!((talk.link, &*talk.type_id), (None, "CALL"));
}

#[tokio::test]
async fn every_record_leads_into_imis_and_no_link_leads_to_its_api() {
    let profile = |config: &mut server::Config| {
        config.sites[0].contacts.profile_url = Some("https://staff.example/Profile.aspx".parse().unwrap());
    };
    let world = World::with(Settings::default(), profile).await;
    let person = world.sign_in().await;
    for kind in [RecordKind::Activity, RecordKind::CommunicationLog, RecordKind::ContactInteraction, RecordKind::Note] {
        let record = open(&person, &first(&person, "119", kind).await, "119").await;
        assert_eq!(record.profile.as_deref(), Some("https://staff.example/Profile.aspx?ID=119"), "{kind:?}");
        assert_eq!(record.link.is_some(), kind == RecordKind::CommunicationLog);
    }
    for path_prefix in ["/asi.scheduler_imis", "/Asi.Scheduler_iMIS0", "/asischedulerv10"] {
        let settings = Settings { path_prefix: path_prefix.to_owned(), ..Settings::default() };
        let world = World::with(settings, |_| {}).await;
        let person = world.sign_in().await;
        let log = open(&person, &first(&person, "119", RecordKind::CommunicationLog).await, "119").await;
        assert_eq!((log.link, log.profile), (None, None), "{path_prefix}");
    }
}

#[tokio::test]
async fn another_s_record_is_not_there_and_what_is_no_name_asks_nobody() {
    let world = World::new().await;
    let person = world.sign_in().await;
    for kind in [RecordKind::Activity, RecordKind::CommunicationLog, RecordKind::ContactInteraction, RecordKind::Note] {
        let record = first(&person, "119", kind).await;
        let ask = |record: &RecordId| GetRecord { record: record.clone(), contact: ContactId("101".to_owned()) };
        assert_eq!(code(person.call(&ask(&record)).await), ProblemCode::NotFound, "{kind:?}");
        let forged = change(&record, "101", &[("Text", "")], &[("Text", "x")]);
        assert_eq!(code(person.call(&forged).await), ProblemCode::NotFound, "{kind:?}");
        drop(person.call(&remove(&record, "101")).await);
    }
    assert!(world.imis.ledger().entries().is_empty(), "nothing was written");
    world.imis.ledger().forget_requests();
    for record in ["Activity:", "Activity:../User", "Activity:1/2", "User:1", "Activity:1|2", "Activity:%2e", "48213"] {
        let ask = GetRecord { record: RecordId(record.to_owned()), contact: ContactId("101".to_owned()) };
        assert_eq!(code(person.call(&ask).await), ProblemCode::Invalid, "{record}");
    }
    assert!(world.imis.ledger().requests().is_empty());
}

#[tokio::test]
async fn a_record_is_changed_and_put_back_whole() {
    for edition in [Edition::Imis2017, Edition::Ems] {
        let world = World::with(Settings { edition, ..Settings::default() }, |_| {}).await;
        let person = world.sign_in_as("STAFF3").await;
        let record = first(&person, "101", RecordKind::Activity).await;
        let before = open(&person, &record, "101").await;
        assert!(before.may_change && !before.may_remove, "level 3 writes and removes nothing");
        let ask = change(
            &record,
            "101",
            &[("DESCRIPTION", "Agreed to give a talk"), ("TICKLER_DATE", "2027-01-15"), ("NOTE", "")],
            &[("DESCRIPTION", "Gives <b>two</b> talks | eq:1"), ("TICKLER_DATE", ""), ("NOTE", "a\nb")],
        );
        let after = person.call(&ask).await.unwrap();
        assert_eq!((&*after.entry.title, &*after.text), ("Gives <b>two</b> talks | eq:1", "a\nb"));
        assert_eq!(after.entry.follow_up, None);
        assert_eq!(after.entry.at, before.entry.at, "the rest stays");
        let stored = &world.imis.ledger().entries()[0].stored;
        assert_eq!((&stored["ACTIVITY_TYPE"], &stored["SOURCE_SYSTEM"]), (&"CALL".into(), &"IMIS".into()));
        assert_eq!(world.audited("record_changed").await, 1);
    }
}

#[tokio::test]
async fn notes_and_contact_interactions_are_changed_too() {
    let world = World::new().await;
    let person = world.sign_in().await;
    let note = first(&person, "101", RecordKind::Note).await;
    let ask = change(&note, "101", &[("Text", "Prefers to be called in the afternoon.")], &[("Text", "Mornings.")]);
    assert_eq!(person.call(&ask).await.unwrap().text, "Mornings.");
    let call = first(&person, "101", RecordKind::ContactInteraction).await;
    let ask =
        change(&call, "101", &[("InteractionDate", "2025-02-20T11:00:00")], &[("InteractionDate", "2025-02-21T10:30")]);
    let after = person.call(&ask).await.unwrap();
    assert_eq!(after.entry.at.unwrap().0, "2025-02-21T10:30:00");
    assert_eq!(after.text, "Left a message.");
}

#[tokio::test]
async fn what_somebody_changed_meanwhile_is_not_overwritten() {
    let world = World::new().await;
    let person = world.sign_in().await;
    let record = first(&person, "101", RecordKind::Activity).await;
    let ask = change(&record, "101", &[("DESCRIPTION", "What I saw")], &[("DESCRIPTION", "Mine")]);
    assert_eq!(code(person.call(&ask).await), ProblemCode::Conflict);
    let unseen = change(&record, "101", &[], &[("DESCRIPTION", "Mine")]);
    assert_eq!(code(person.call(&unseen).await), ProblemCode::Invalid);
    let stranger = change(&record, "101", &[("ID", "101")], &[("ID", "102")]);
    assert_eq!(code(person.call(&stranger).await), ProblemCode::Invalid);
    assert_eq!(writes(&world, Change::Replaced), 0);
}

#[tokio::test]
async fn imis_s_complaint_about_a_change_stands_at_its_field() {
    let world = World::new().await;
    let person = world.sign_in().await;
    let record = first(&person, "101", RecordKind::Activity).await;
    let long = "x".repeat(256);
    let ask = change(&record, "101", &[("DESCRIPTION", "Agreed to give a talk")], &[("DESCRIPTION", &long)]);
    let problem = person.call(&ask).await.unwrap_err();
    assert_eq!(problem.code, ProblemCode::ImisRefused);
    assert_eq!(problem.fields[0].field, "DESCRIPTION");
    assert!(problem.fields[0].message.contains("255"), "{}", problem.fields[0].message);
}

#[tokio::test]
async fn a_change_that_was_stored_though_the_answer_was_lost_counts() {
    let world = World::new().await;
    let person = world.sign_in().await;
    let record = first(&person, "101", RecordKind::Activity).await;
    for (effect, from, to) in [
        (Effect::ServerError { stored: Stored::Yes }, "Agreed to give a talk", "One"),
        (Effect::ResetAfterStore, "One", "Two"),
        (Effect::Unauthorized, "Two", "Three"),
    ] {
        world.imis.faults().add(Fault::once(effect.clone()).on("PUT", "Activity"));
        let ask = change(&record, "101", &[("DESCRIPTION", from)], &[("DESCRIPTION", to)]);
        assert_eq!(person.call(&ask).await.unwrap().entry.title, to, "{effect:?}");
    }
    world.imis.faults().add(Fault::once(Effect::ServerError { stored: Stored::No }).on("PUT", "Activity"));
    let ask = change(&record, "101", &[("DESCRIPTION", "Three")], &[("DESCRIPTION", "Four")]);
    assert_eq!(code(person.call(&ask).await), ProblemCode::Unknown);
    assert_eq!(person.call(&ask).await.unwrap().entry.title, "Four", "trying again is safe");
}

#[tokio::test]
async fn a_change_that_was_made_already_is_done_and_not_a_conflict() {
    let world = World::new().await;
    let person = world.sign_in().await;
    let record = first(&person, "101", RecordKind::Activity).await;
    let ask = change(
        &record,
        "101",
        &[("DESCRIPTION", "Agreed to give a talk"), ("NOTE", "")],
        &[("DESCRIPTION", "Mine"), ("NOTE", "At noon")],
    );
    world.imis.faults().add(Fault::once(Effect::ServerError { stored: Stored::Yes }).on("PUT", "Activity"));
    // Nor can anybody look afterwards.
    world.imis.faults().add(Fault::once(Effect::Html).on("GET", "Activity").after(1));
    assert_eq!(code(person.call(&ask).await), ProblemCode::Unknown);
    let after = person.call(&ask).await.unwrap();
    assert_eq!((&*after.entry.title, &*after.text), ("Mine", "At noon"));
    assert_eq!(writes(&world, Change::Replaced), 1, "nothing was left to write");
    let lines = world.audit().await.into_iter().filter(|line| line["event"] == "record_changed");
    assert_eq!(lines.map(|line| line["outcome"].clone()).collect::<Vec<_>>(), ["unknown", "saved"]);
    // Half of it is somebody else's.
    let half = change(&record, "101", &[("DESCRIPTION", "x"), ("NOTE", "")], &[("DESCRIPTION", "Mine"), ("NOTE", "y")]);
    assert_eq!(code(person.call(&half).await), ProblemCode::Conflict);
}

#[tokio::test]
async fn two_who_change_one_record_at_the_same_moment_lose_nothing() {
    let latency = std::time::Duration::from_millis(60);
    let world = World::with(Settings { latency, ..Settings::default() }, |_| {}).await;
    let (one, other) = (world.sign_in().await, world.sign_in_as("STAFF1").await);
    let record = first(&one, "101", RecordKind::Activity).await;
    drop(first(&other, "101", RecordKind::Activity).await);
    let title = change(&record, "101", &[("DESCRIPTION", "Agreed to give a talk")], &[("DESCRIPTION", "Gives two")]);
    let note = change(&record, "101", &[("NOTE", "")], &[("NOTE", "At noon")]);
    let (first, second) = tokio::join!(one.call(&title), other.call(&note));
    let (mut early, mut late) = (0, 0);
    for (asker, ask, answer) in [(&one, &title, first), (&other, &note, second)] {
        match answer {
            Ok(_) => early += 1,
            Err(problem) => {
                assert_eq!(problem.code, ProblemCode::Busy);
                asker.call(ask).await.unwrap();
                late += 1;
            }
        }
    }
    assert_eq!((early, late), (1, 1), "one after the other");
    let now = open(&one, &record, "101").await;
    assert_eq!((&*now.entry.title, &*now.text), ("Gives two", "At noon"));
}

#[tokio::test]
async fn whoever_may_only_read_changes_and_removes_nothing() {
    let world = World::new().await;
    let person = world.sign_in_as("READER1").await;
    let record = first(&person, "101", RecordKind::Activity).await;
    let full = open(&person, &record, "101").await;
    assert!(!full.may_change && !full.may_remove && full.values.is_empty());
    let ask = change(&record, "101", &[("DESCRIPTION", "Agreed to give a talk")], &[("DESCRIPTION", "x")]);
    assert_eq!(code(person.call(&ask).await), ProblemCode::Forbidden);
    assert_eq!(code(person.call(&remove(&record, "101")).await), ProblemCode::Forbidden);
    let dues = entries(&world.sign_in().await, "119", RecordKind::Activity).await;
    let dues = dues.iter().find(|entry| entry.type_name == "Membership dues");
    if let Some(dues) = dues {
        let manager = world.sign_in().await;
        let full = open(&manager, &dues.record, "119").await;
        assert!(!full.may_change && !full.may_remove, "iMIS's own");
        assert_eq!(code(manager.call(&remove(&dues.record, "119")).await), ProblemCode::Forbidden);
    }
    assert!(world.imis.ledger().entries().is_empty());
}

#[tokio::test]
async fn a_record_is_removed_once_and_gone_is_gone() {
    let world = World::new().await;
    let person = world.sign_in_as("STAFF1").await;
    for kind in [RecordKind::Activity, RecordKind::ContactInteraction, RecordKind::Note] {
        let record = first(&person, "101", kind).await;
        for _ in 0..2 {
            person.call(&remove(&record, "101")).await.unwrap();
        }
    }
    assert_eq!(writes(&world, Change::Deleted), 3);
    assert_eq!(world.audited("record_removed").await, 3);
    let left = person.call(&timeline("101")).await.unwrap().entries;
    assert_eq!(left.len(), 1);
}

#[tokio::test]
async fn an_entry_of_the_log_stays_with_the_others_until_the_last_is_gone() {
    let world = World::new().await;
    let person = world.sign_in().await;
    let ask = crate::saves::message(api::SaveAs::Interaction, &["101", "107"], &[]);
    assert!(crate::saves::all_saved(&person.call(&ask).await.unwrap()));
    let record = first(&person, "101", RecordKind::CommunicationLog).await;
    person.call(&remove(&record, "101")).await.unwrap();
    person.call(&remove(&record, "101")).await.unwrap();
    assert!(entries(&person, "101", RecordKind::CommunicationLog).await.is_empty());
    assert_eq!(entries(&person, "107", RecordKind::CommunicationLog).await[0].record, record);
    let deleted = |world: &World, entity: &str| {
        let entries = world.imis.ledger().entries();
        entries.iter().filter(|entry| entry.change == Change::Deleted && entry.entity == entity).count()
    };
    assert_eq!(deleted(&world, "CommunicationLog"), 0);
    // The last one's removal breaks off half-way and is finished by the next try.
    world.imis.faults().add(Fault::once(Effect::ResetBeforeStore).on("DELETE", "CommunicationLog"));
    assert_eq!(code(person.call(&remove(&record, "107")).await), ProblemCode::Unknown);
    person.call(&remove(&record, "107")).await.unwrap();
    assert_eq!((deleted(&world, "CommunicationLogRecipient"), deleted(&world, "CommunicationLog")), (2, 1));
}
