//! Who is on the message.

use sim::imis::{Effect, Fault};
use tests::world::World;

#[tokio::test]
async fn the_people_on_the_message_are_shown_with_why_they_matched_and_the_rest_is_counted() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    pane.open_message("Papers for the committee").await;
    pane.sees("Ada Lovelace").await;
    pane.sees("José Núñez").await;
    pane.sees("Primary e-mail ada.lovelace@example.org").await;
    pane.sees("1 of 3 not in iMIS").await;
}

#[tokio::test]
async fn somebody_who_writes_from_another_address_is_found_by_it() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    pane.open_message("Writing from home").await;
    pane.sees("Grace Hopper").await;
    pane.sees("Other e-mail grace@home.example").await;
}

#[tokio::test]
async fn one_of_two_contacts_on_an_address_is_chosen_and_only_that_one_is_saved_to() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    pane.open_message("Two of us share this address").await;
    pane.sees("2 contacts share office@harbour.example. Choose one.").await;
    pane.sees("Choose a contact first").await;
    pane.choose("Tom Harbour").await;
    pane.press("Save as interaction").await;
    pane.headed("Saved to iMIS").await;
    let recipients = world.imis.ledger().created("CommunicationLogRecipient");
    assert_eq!(recipients.len(), 1);
    assert!(recipients[0].stored.to_string().contains("106"), "{}", recipients[0].stored);
}

#[tokio::test]
async fn switches_narrow_the_list_and_bring_back_whom_one_left_out() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    pane.open_message("Papers for the committee").await;
    pane.sees("To 2 contacts").await;
    pane.press("Leave out José Núñez").await;
    pane.sees("To 1 contact").await;
    pane.press("Put back José Núñez").await;
    pane.sees("To 2 contacts").await;
    pane.press("Leave out José Núñez").await;
    pane.toggle("Cc").await;
    pane.no_longer_sees("José Núñez").await;
    pane.toggle("Cc").await;
    pane.sees("To 2 contacts").await;
}

#[tokio::test]
async fn a_look_up_that_failed_is_said_and_tried_again() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    pane.sees("Hannah Weiss").await;
    world
        .imis
        .faults()
        .add(Fault::once(Effect::ServerError { stored: sim::imis::Stored::No }).on("GET", "Party").always());
    pane.open_message("Writing from home").await;
    pane.sees("We couldn't reach iMIS").await;
    world.imis.faults().clear();
    pane.press("Try again").await;
    pane.sees("Grace Hopper").await;
}

#[tokio::test]
async fn five_hundred_addresses_are_looked_up_and_the_list_stays_short() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    pane.open_message("To all delegates").await;
    pane.sees("499 of 500 not in iMIS").await;
    pane.press("499 of 500 not in iMIS").await;
    pane.sees("delegate499@").await;
}

#[tokio::test]
async fn the_2017_edition_matches_as_well() {
    let imis = sim::imis::Settings { edition: sim::imis::Edition::Imis2017, ..Default::default() };
    let world = World::of(tests::Plan { imis, ..Default::default() }).await;
    let pane = world.signed_in().await;
    pane.open_message("Papers for the committee").await;
    pane.sees("Ada Lovelace").await;
}
