//! A write that nobody knows the outcome of stays in doubt until it is found, whatever becomes of the next try.

use crate::adding::{add, id, impatient, jane, janes};
use crate::saves::{activity, all_saved, message, told_to_wait};
use crate::uploads;
use crate::world::{Person, World, answer, code};
use crate::writing::{created, entity, one_of_each};
use api::{AttachmentOutcome, AttachmentReport, NewContact, ProblemCode, RecordOutcome, SaveAs, SaveReport};
use sim::imis::{Edition, Effect, Fault, Gate, Moment, Stored};

/// A list without rows: what a site shows whose write is still on its way.
const NOTHING_YET: &str = r#"{"$type":"Asi.Soa.Core.DataContracts.PagedResult, Asi.Contracts",
    "Items":{"$type":"System.Object[], mscorlib","$values":[]},"Offset":0,"Limit":500,"Count":0,"TotalCount":0,
    "NextPageLink":null,"HasNext":false,"NextOffset":0}"#;

/// The write takes effect and is answered by a fault; lists show nothing of it so often.
fn stored_unseen(world: &World, entity: &str, seen_first: u32, unseen: u32) {
    world.imis.faults().add(Fault::once(Effect::ServerError { stored: Stored::Yes }).on("POST", entity));
    let nothing = Fault::once(Effect::Json(NOTHING_YET.to_owned())).on("GET", entity);
    world.imis.faults().add(nothing.after(seen_first).times(unseen));
}

/// What the next try of a write is refused with.
fn refuse_next(world: &World, entity: &str) {
    world.imis.faults().add(Fault::once(Effect::TooManyRequests { retry_after: None }).on("POST", entity));
}

fn codes(report: &SaveReport) -> Vec<Option<ProblemCode>> {
    let code = |record: &api::Record| match &record.outcome {
        RecordOutcome::Failed { problem } => Some(problem.code),
        RecordOutcome::Saved { .. } => None,
    };
    report.records.iter().map(code).collect()
}

#[tokio::test]
async fn a_record_in_doubt_is_not_refused_because_a_later_try_is() {
    let world = World::new().await;
    // Notes are known by their day, so both clocks have to tell the same.
    world.now();
    let person = world.sign_in().await;
    for ask in one_of_each(&["101"]) {
        // What the forms are made of is asked once, before anything goes wrong.
        person.call(&api::GetRecordForms).await.unwrap();
        let entity = entity(ask.kind);
        let asked_first = u32::from(entity == "PartyNote");
        let stored = Fault::once(Effect::ServerError { stored: Stored::Yes }).on("POST", entity);
        world.imis.faults().add(stored.after(asked_first));
        assert_eq!(codes(&person.call(&ask).await.unwrap()), [Some(ProblemCode::Unknown)], "{entity}");
        // The second try looks, is refused and looks again: nothing is to be seen yet.
        let nothing = Fault::once(Effect::Json(NOTHING_YET.to_owned())).on("GET", entity);
        world.imis.faults().add(nothing.times(2));
        refuse_next(&world, entity);
        assert_eq!(codes(&person.call(&ask).await.unwrap()), [Some(ProblemCode::Unknown)], "{entity}");
        assert!(all_saved(&person.call(&ask).await.unwrap()), "{entity}");
        assert_eq!((created(&world, entity), world.imis.faults().waiting()), (1, 0), "{entity}");
    }
}

#[tokio::test]
async fn a_record_that_appears_while_the_next_try_is_refused_is_found() {
    let world = World::new().await;
    let person = world.sign_in().await;
    let [ask, ..] = one_of_each(&["101"]);
    let entity = entity(ask.kind);
    person.call(&api::GetRecordForms).await.unwrap();
    stored_unseen(&world, entity, 0, 1);
    assert_eq!(codes(&person.call(&ask).await.unwrap()), [Some(ProblemCode::Unknown)]);
    refuse_next(&world, entity);
    assert!(all_saved(&person.call(&ask).await.unwrap()));
    assert_eq!(created(&world, entity), 1);
}

#[tokio::test]
async fn a_contact_in_doubt_is_not_refused_because_a_later_try_is() {
    let world = impatient(Edition::Ems).await;
    let person = world.sign_in_as("STAFF1").await;
    let asked = add(&id(), NewContact { organisation: None, ..jane() });
    // Before the first try, after it, before and after the second: only the first look tells the truth.
    stored_unseen(&world, "Party", 1, 3);
    assert_eq!(code(person.call(&asked).await), ProblemCode::Unknown);
    refuse_next(&world, "Party");
    assert_eq!(code(person.call(&asked).await), ProblemCode::Unknown);
    let added = person.call(&asked).await.unwrap();
    assert_eq!((janes(&person).await, person.call(&asked).await.unwrap().id), (1, added.id));
}

#[tokio::test]
async fn nobody_hears_that_a_contact_was_refused_when_looking_for_it_fails() {
    let world = impatient(Edition::Ems).await;
    let person = world.sign_in_as("STAFF1").await;
    let asked = add(&id(), NewContact { organisation: None, ..jane() });
    stored_unseen(&world, "Party", 1, 1);
    assert_eq!(code(person.call(&asked).await), ProblemCode::Unknown);
    world.imis.faults().add(Fault::once(Effect::Refused).on("GET", "Party"));
    assert_eq!(code(person.call(&asked).await), ProblemCode::Unknown, "not forbidden: it may be there");
    person.call(&asked).await.unwrap();
    assert_eq!(janes(&person).await, 1);
}

async fn upload(person: &Person<'_>, save: &api::SaveId) -> AttachmentReport {
    answer(person.put(save, 0).body("content")).await.unwrap()
}

#[tokio::test]
async fn a_file_in_doubt_is_not_refused_because_a_later_try_is() {
    let world = World::new().await;
    let person = world.sign_in().await;
    let ask = message(activity(), &["101"], &["a.pdf"]);
    assert!(all_saved(&person.call(&ask).await.unwrap()));
    let stored = Fault::once(Effect::ServerError { stored: Stored::Yes }).on("POST", "LegacyActivityAttachment");
    world.imis.faults().add(stored);
    assert!(!upload(&person, &ask.save).await.complete());
    for lists in ["LegacyActivityAttachment", "LegacyActivityAttachmentSummary"] {
        let nothing = Fault::once(Effect::Json(NOTHING_YET.to_owned())).on("GET", lists);
        world.imis.faults().add(nothing.times(2));
    }
    refuse_next(&world, "LegacyActivityAttachment");
    let report = upload(&person, &ask.save).await;
    let AttachmentOutcome::Failed { problem } = &report.records[0].1 else { panic!("saved") };
    assert_eq!(problem.code, ProblemCode::Unknown);
    assert!(upload(&person, &ask.save).await.complete());
    assert_eq!(created(&world, "LegacyActivityAttachment"), 1);
}

/// The next write is stored when the gate is opened; its connection breaks at once.
fn store_late(world: &World, entity: &str) -> Gate {
    let gate = Gate::default();
    world.imis.faults().add(Fault::once(Effect::ResetAndStoredLater(gate.clone())).on("POST", entity));
    gate
}

#[tokio::test]
async fn what_was_written_while_the_store_was_lost_is_in_doubt_and_its_retry_finds_it() {
    let world = World::new().await;
    let person = world.sign_in().await;
    person.call(&api::GetRecordForms).await.unwrap();
    let [call, ..] = one_of_each(&["101"]);
    let mail = message(activity(), &["101"], &[]);
    let store = world.database().await;
    for count in 1..=2 {
        let write = async || if count == 1 { person.call(&call).await } else { person.call(&mail).await };
        let gate = Gate::default();
        world.imis.faults().add(Fault::once(Effect::Held(Moment::Stored, gate.clone())).on("POST", "Activity"));
        let lose = async {
            gate.reached().await;
            sqlx::query("ALTER TABLE step RENAME TO lost").execute(&store).await.unwrap();
            gate.open();
        };
        let (written, ()) = tokio::join!(write(), lose);
        assert_eq!(code(written), ProblemCode::Unknown, "nobody says that it was not written");
        sqlx::query("ALTER TABLE lost RENAME TO step").execute(&store).await.unwrap();
        assert!(all_saved(&write().await.unwrap()), "it is found");
        assert_eq!(created(&world, "Activity"), count);
    }
}

#[tokio::test]
async fn a_record_that_imis_stores_only_after_it_was_looked_for_is_there_once() {
    for (save_as, entity) in [
        (SaveAs::Interaction, "CommunicationLog"),
        (SaveAs::Interaction, "CommunicationLogRecipient"),
        (activity(), "Activity"),
    ] {
        let mut world = World::new().await;
        let token = world.sign_in().await.token;
        world.person(&token).call(&api::GetSaveTargets).await.unwrap();
        let (gate, ask) = (store_late(&world, entity), message(save_as, &["101"], &[]));
        let first = world.person(&token).call(&ask).await.unwrap();
        assert_eq!(codes(&first), [Some(ProblemCode::Unknown)], "{entity}");
        world.restart().await;
        world.pass(std::time::Duration::from_secs(1));
        let early = world.person(&token).call(&ask).await.unwrap();
        assert_eq!(codes(&early), [Some(ProblemCode::Unknown)], "{entity}: it may still come");
        assert_eq!(told_to_wait(&early), told_to_wait(&first).map(|seconds| seconds - 1), "{entity}");
        assert_eq!(created(&world, entity), 0, "{entity}: looked for, and not written again");
        gate.open();
        gate.happened().await;
        world.wait(told_to_wait(&early));
        assert!(all_saved(&world.person(&token).call(&ask).await.unwrap()), "{entity}");
        assert_eq!(created(&world, entity), 1, "{entity}");
    }
}

#[tokio::test]
async fn what_is_stored_late_is_found_as_soon_as_it_is_there() {
    let world = World::new().await;
    let person = world.sign_in().await;
    person.call(&api::GetSaveTargets).await.unwrap();
    let (gate, ask) = (store_late(&world, "Activity"), message(activity(), &["101"], &[]));
    assert_eq!(codes(&person.call(&ask).await.unwrap()), [Some(ProblemCode::Unknown)]);
    gate.open();
    gate.happened().await;
    assert!(all_saved(&person.call(&ask).await.unwrap()), "nobody waits for what can be seen");
    assert_eq!(created(&world, "Activity"), 1);
}

#[tokio::test]
async fn a_file_that_imis_stores_only_after_it_was_looked_for_is_there_once() {
    let world = World::new().await;
    let person = world.sign_in().await;
    let ask = message(activity(), &["101", "107"], &["a.pdf"]);
    assert!(all_saved(&person.call(&ask).await.unwrap()));
    let gate = store_late(&world, "LegacyActivityAttachment");
    let first = upload(&person, &ask.save).await;
    let early = upload(&person, &ask.save).await;
    for report in [&first, &early] {
        assert!(!report.complete() && uploads::told_to_wait(report) == Some(3), "{report:?}");
    }
    assert_eq!(created(&world, "LegacyActivityAttachment"), 1, "the other record has it");
    gate.open();
    gate.happened().await;
    world.wait(uploads::told_to_wait(&early));
    assert!(upload(&person, &ask.save).await.complete());
    assert_eq!(created(&world, "LegacyActivityAttachment"), 2);
}

#[tokio::test]
async fn a_contact_that_imis_stores_only_after_it_was_looked_for_is_there_once() {
    let world = World::new().await;
    let person = world.sign_in_as("STAFF1").await;
    let asked = add(&id(), NewContact { organisation: None, ..jane() });
    let gate = store_late(&world, "Party");
    assert_eq!(code(person.call(&asked).await), ProblemCode::Unknown);
    let early = person.call(&asked).await.unwrap_err();
    assert_eq!((early.code, early.retry_after_s), (ProblemCode::Unknown, Some(3)));
    gate.open();
    gate.happened().await;
    world.wait(early.retry_after_s);
    person.call(&asked).await.unwrap();
    assert_eq!(janes(&person).await, 1);
}
