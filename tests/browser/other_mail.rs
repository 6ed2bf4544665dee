//! Another message is opened in between.

use sim::imis::{Effect, Fault};
use tests::world::{A_WHILE, World};

#[tokio::test]
async fn an_answer_for_the_message_before_is_not_shown() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    pane.sees("Hannah Weiss").await;
    world.imis.faults().add(Fault::once(Effect::Latency(A_WHILE)).on("GET", "Party"));
    pane.open_message("Renewal of my membership").await;
    pane.open_message("Writing from home").await;
    pane.sees("Grace Hopper").await;
    // The late answer comes before this second look-up ends, and changes nothing.
    pane.open_message("Two of us share this address").await;
    pane.sees("2 contacts share office@harbour.example.").await;
    assert!(!pane.text().await.contains("Ada Lovelace"));
}

#[tokio::test]
async fn a_save_goes_on_while_another_message_is_read() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    pane.open_message("Papers for the committee").await;
    pane.sees("To 2 contacts").await;
    world.imis.faults().add(Fault::once(Effect::Latency(A_WHILE)).on("POST", "CommunicationLog"));
    pane.press("Save as interaction").await;
    pane.sees("Writing to 2 contacts").await;
    pane.open_message("Writing from home").await;
    pane.sees("Grace Hopper").await;
    pane.sees("Saved “Papers for the committee”").await;
    assert_eq!(world.imis.ledger().created("CommunicationLogAttachment").len(), 3);
    pane.open_message("Papers for the committee").await;
    pane.sees("The message carries the category “Saved to iMIS”.").await;
}

#[tokio::test]
async fn no_message_at_all_is_a_screen_of_its_own() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    pane.open_message("Writing from home").await;
    pane.sees("Grace Hopper").await;
    pane.close_message().await;
    pane.sees("No message is open").await;
}
