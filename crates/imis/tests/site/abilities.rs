//! What a site offers to whom.

use crate::World;
use imis::{Edition, InteractionDefaults};
use sim::imis::{Effect, Fault, Settings, Stored};
use std::time::Duration;

fn email_received() -> InteractionDefaults {
    InteractionDefaults { type_code: "EMAIL".into(), action_code: "RECEIVED".into() }
}

#[tokio::test]
async fn ems_offers_the_communication_log() {
    let world = World::new(Settings::default()).await;
    let abilities = world.signed_in("STAFF1").await.abilities().await.unwrap();
    assert_eq!((abilities.edition, abilities.communication_log), (Edition::Ems, true));
    assert_eq!(abilities.contact_interaction, Some(email_received()));
}

#[tokio::test]
async fn imis_2017_offers_contact_interactions_instead() {
    let world = World::new(Settings { edition: sim::imis::Edition::Imis2017, ..Settings::default() }).await;
    let abilities = world.signed_in("STAFF1").await.abilities().await.unwrap();
    assert_eq!((abilities.edition, abilities.communication_log), (Edition::Imis2017, false));
    assert_eq!(abilities.contact_interaction, Some(email_received()));
}

#[tokio::test]
async fn a_site_without_the_log_is_noticed() {
    let world = World::new(Settings { communication_log: false, ..Settings::default() }).await;
    let abilities = world.signed_in("STAFF1").await.abilities().await.unwrap();
    assert_eq!((abilities.edition, abilities.communication_log), (Edition::Ems, false));
}

#[tokio::test]
async fn who_may_only_read_is_offered_nothing_to_write() {
    let world = World::new(Settings::default()).await;
    let abilities = world.signed_in("READER1").await.abilities().await.unwrap();
    assert!(!abilities.communication_log && abilities.contact_interaction.is_none());
    assert!(abilities.activity_types.is_empty());
}

#[tokio::test]
async fn abilities_take_one_wave_and_are_kept() {
    let world = World::new(Settings { latency: Duration::from_millis(100), ..Settings::default() }).await;
    let acting = world.signed_in("STAFF1").await;
    acting.abilities().await.unwrap();
    assert_eq!(world.site.ledger().waves().len(), 1);
    let asked = world.site.ledger().requests().len();
    acting.activity_types().await.unwrap();
    assert_eq!(world.site.ledger().requests().len(), asked);
}

#[tokio::test]
async fn a_fault_that_passes_does_not_count_as_a_no() {
    for (method, effect) in [("GET", Effect::Html), ("POST", Effect::ServerError { stored: Stored::No })] {
        let world = World::new(Settings::default()).await;
        let acting = world.signed_in("STAFF1").await;
        world.site.faults().add(Fault::once(effect).on(method, "CommunicationLog"));
        assert!(acting.abilities().await.unwrap().communication_log, "{method}");
        assert_eq!(world.site.faults().waiting(), 0, "{method}: it struck");
    }
}

#[tokio::test]
async fn an_unclear_answer_is_asked_for_again_next_time() {
    let world = World::new(Settings::default()).await;
    let acting = world.signed_in("STAFF1").await;
    world.site.faults().add(Fault::once(Effect::Html).on("GET", "CommunicationLog").always());
    assert!(!acting.abilities().await.unwrap().communication_log);
    world.site.faults().clear();
    assert!(acting.abilities().await.unwrap().communication_log);
}

#[tokio::test]
async fn a_log_that_cannot_be_asked_for_is_not_silently_replaced() {
    let world = World::new(Settings::default()).await;
    let acting = world.signed_in("STAFF1").await;
    world.site.faults().add(Fault::once(Effect::Unavailable).on("GET", "CommunicationLog").always());
    acting.abilities().await.unwrap_err();
}

#[tokio::test]
async fn imis_own_activity_types_are_not_offered() {
    let world = World::new(Settings::default()).await;
    let types = world.signed_in("STAFF1").await.activity_types().await.unwrap();
    let ids: Vec<&str> = types.iter().map(|kind| kind.id.as_str()).collect();
    assert!(ids.contains(&"EMAIL") && ids.contains(&"CALL"), "{ids:?}");
    assert!(!ids.contains(&"DUES") && !ids.contains(&"MEETING"), "{ids:?}");
}
