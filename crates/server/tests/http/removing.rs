//! Removing a contact's line of a log entry, and when the entry goes with it.

use crate::bodies::open;
use crate::records::{first, remove};
use crate::saves::{all_saved, message};
use crate::world::{World, code};
use api::{ProblemCode, RecordId, RecordKind, SaveAs};
use sim::imis::{Change, Effect, Fault, Stored};

fn deleted(world: &World, entity: &str) -> usize {
    let entries = world.imis.ledger().entries();
    entries.iter().filter(|entry| entry.change == Change::Deleted && entry.entity == entity).count()
}

/// A list of recipients that iMIS has filtered to nothing.
fn nobody(total: &str) -> Effect {
    Effect::Json(format!(r#"{{"Items":{{"$values":[]}},"Offset":0,"Limit":1,"Count":0{total},"HasNext":false}}"#))
}

#[tokio::test]
async fn an_entry_whose_lines_somebody_does_not_see_is_not_theirs_to_remove() {
    let world = World::new().await;
    let person = world.sign_in().await;
    let record = first(&person, "119", RecordKind::CommunicationLog).await;
    let hidden = Fault::once(nobody(r#","TotalCount":0"#)).on("GET", "CommunicationLogRecipient").always();
    world.imis.faults().add(hidden);
    for contact in ["101", "119"] {
        assert_eq!(code(person.call(&remove(&record, contact)).await), ProblemCode::NotFound, "{contact}");
    }
    assert!(world.imis.ledger().entries().is_empty(), "nothing was removed");
    assert_eq!(world.audited("record_removed").await, 0);
}

#[tokio::test]
async fn an_entry_that_is_just_being_written_is_nobody_s_to_remove() {
    let world = World::new().await;
    let person = world.sign_in().await;
    let fault = Fault::once(Effect::ServerError { stored: Stored::No }).on("POST", "CommunicationLogRecipient");
    world.imis.faults().add(fault.always());
    let ask = message(SaveAs::Interaction, &["101"], &[]);
    assert!(!all_saved(&person.call(&ask).await.unwrap()));
    let entry = world.imis.ledger().created("CommunicationLog").remove(0);
    let record = RecordId(format!("CommunicationLog:{}", entry.id));
    assert_eq!(code(person.call(&remove(&record, "101")).await), ProblemCode::NotFound);
    world.imis.faults().clear();
    assert!(all_saved(&person.call(&ask).await.unwrap()));
    assert_eq!(open(&person, &record, "101").await.entry.record, record);
}

#[tokio::test]
async fn an_entry_that_no_save_wrote_stays_when_its_last_line_goes() {
    let world = World::new().await;
    let person = world.sign_in().await;
    let record = first(&person, "119", RecordKind::CommunicationLog).await;
    person.call(&remove(&record, "119")).await.unwrap();
    assert_eq!((deleted(&world, "CommunicationLogRecipient"), deleted(&world, "CommunicationLog")), (1, 0));
    person.call(&remove(&record, "119")).await.unwrap();
    let stranger = world.sign_in_as("STAFF1").await;
    assert_eq!(
        code(stranger.call(&remove(&record, "119")).await),
        ProblemCode::NotFound,
        "it is not the contact's now"
    );
    assert_eq!(deleted(&world, "CommunicationLog"), 0);
}

#[tokio::test]
async fn an_entry_stays_where_nobody_says_how_many_lines_are_left() {
    for total in ["", r#","TotalCount":1"#] {
        let world = World::new().await;
        let person = world.sign_in().await;
        assert!(all_saved(&person.call(&message(SaveAs::Interaction, &["101"], &[])).await.unwrap()));
        let record = first(&person, "101", RecordKind::CommunicationLog).await;
        world.imis.faults().add(Fault::once(nobody(total)).on("GET", "CommunicationLogRecipient").after(2).always());
        person.call(&remove(&record, "101")).await.unwrap();
        assert_eq!((deleted(&world, "CommunicationLogRecipient"), deleted(&world, "CommunicationLog")), (1, 0));
    }
}

#[tokio::test]
async fn every_removal_and_every_try_leaves_a_line_in_the_audit_log() {
    let world = World::new().await;
    let person = world.sign_in().await;
    assert!(all_saved(&person.call(&message(SaveAs::Interaction, &["101"], &[])).await.unwrap()));
    let record = first(&person, "101", RecordKind::CommunicationLog).await;
    world.imis.faults().add(Fault::once(Effect::ResetAfterStore).on("DELETE", "CommunicationLog"));
    assert_eq!(code(person.call(&remove(&record, "101")).await), ProblemCode::Unknown);
    person.call(&remove(&record, "101")).await.unwrap();
    let note = first(&person, "101", RecordKind::Note).await;
    world.imis.faults().add(Fault::once(Effect::Refused).on("DELETE", "PartyNote"));
    assert_eq!(code(person.call(&remove(&note, "101")).await), ProblemCode::Forbidden);
    let lines = world.audit().await.into_iter().filter(|line| line["event"] == "record_removed");
    let lines: Vec<_> = lines.map(|line| (line["record"].clone(), line["outcome"].clone())).collect();
    let of = |record: &RecordId, outcome: &str| (record.0.clone().into(), outcome.into());
    assert_eq!(lines[0], of(&record, "unknown"));
    assert_eq!(lines.last(), Some(&of(&note, "failed")));
}
