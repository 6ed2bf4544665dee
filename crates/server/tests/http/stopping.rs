//! What a session still does when it was ended while iMIS was being asked: nothing that writes.

use crate::adding::title;
use crate::records::{change, first, remove};
use crate::saves::{all_saved, message};
use crate::world::{World, code};
use api::{EndScope, EndSessions, ProblemCode, RecordKind, SaveAs};
use sim::imis::{Effect, Fault};
use std::time::Duration;

const SOMEBODY: &str = "STAFF1";

/// The next call of this kind is answered late.
fn slow(world: &World, method: &str, entity: &str) {
    world.imis.faults().add(Fault::once(Effect::Latency(Duration::from_millis(700))).on(method, entity));
}

/// An administrator ends everything of somebody as soon as the slow call is under way.
async fn end_meanwhile(world: &World, administrator: &str) {
    while world.imis.faults().waiting() > 0 {
        tokio::task::yield_now().await;
    }
    let scope = EndScope::User(SOMEBODY.to_owned());
    world.person(administrator).call(&EndSessions { scope }).await.unwrap();
}

fn asked(world: &World, method: &str, entity: &str) -> usize {
    let path = format!("/api/{entity}/");
    let requests = world.imis.ledger().requests();
    requests.iter().filter(|seen| seen.method == method && seen.path.starts_with(&path)).count()
}

#[tokio::test]
async fn a_contact_is_not_changed_by_a_session_that_ended_meanwhile() {
    let world = World::new().await;
    let administrator = world.sign_in().await.token;
    let person = world.sign_in_as(SOMEBODY).await;
    let tokens = world.imis.ledger().token_calls();
    slow(&world, "GET", "Party");
    let ask = title("101", "Analyst", "Chair");
    let (changed, ()) = tokio::join!(person.call(&ask), end_meanwhile(&world, &administrator));
    assert_eq!(code(changed), ProblemCode::SignedOut);
    assert_eq!((asked(&world, "PUT", "Party"), world.imis.ledger().token_calls()), (0, tokens));
}

#[tokio::test]
async fn a_record_is_not_changed_by_a_session_that_ended_meanwhile() {
    let world = World::new().await;
    let administrator = world.sign_in().await.token;
    let person = world.sign_in_as(SOMEBODY).await;
    let record = first(&person, "101", RecordKind::Activity).await;
    let ask = change(&record, "101", &[("DESCRIPTION", "Agreed to give a talk")], &[("DESCRIPTION", "Mine")]);
    slow(&world, "GET", "Activity");
    let (changed, ()) = tokio::join!(person.call(&ask), end_meanwhile(&world, &administrator));
    assert_eq!(code(changed), ProblemCode::SignedOut);
    assert_eq!(asked(&world, "PUT", "Activity"), 0);
}

#[tokio::test]
async fn a_removal_stops_before_its_next_step_and_is_finished_later() {
    let world = World::new().await;
    let administrator = world.sign_in().await.token;
    let person = world.sign_in_as(SOMEBODY).await;
    assert!(all_saved(&person.call(&message(SaveAs::Interaction, &["101"], &[])).await.unwrap()));
    let record = first(&person, "101", RecordKind::CommunicationLog).await;
    slow(&world, "DELETE", "CommunicationLogRecipient");
    let ask = remove(&record, "101");
    let (removed, ()) = tokio::join!(person.call(&ask), end_meanwhile(&world, &administrator));
    assert_eq!(code(removed), ProblemCode::SignedOut);
    assert_eq!(
        (asked(&world, "DELETE", "CommunicationLogRecipient"), asked(&world, "DELETE", "CommunicationLog")),
        (1, 0)
    );
    let again = world.sign_in_as(SOMEBODY).await;
    again.call(&ask).await.unwrap();
    assert_eq!(asked(&world, "DELETE", "CommunicationLog"), 1);
}
