//! A write that nobody knows the outcome of stays in doubt until it is found, whatever becomes of the next try.

use crate::adding::{add, id, impatient, jane, janes};
use crate::saves::{activity, all_saved, message};
use crate::world::{Person, World, answer, code};
use crate::writing::{created, entity, one_of_each};
use api::{AttachmentOutcome, AttachmentReport, NewContact, ProblemCode, RecordOutcome, SaveReport};
use sim::imis::{Edition, Effect, Fault, Stored};

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
