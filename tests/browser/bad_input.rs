//! Messages that are wrong in some way, and an Outlook that keeps things to itself.

use serde_json::json;
use sim::imis::{Effect, Fault};
use tests::world::World;

#[tokio::test]
async fn hostile_html_is_stored_as_it_is_and_runs_nowhere() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    pane.open_message("<script>alert(1)</script>").await;
    pane.sees("<script>alert(1)</script> & \"quotes\" {{braces}}").await;
    pane.press("Save as interaction").await;
    pane.headed("Saved to iMIS").await;
    let log = &world.imis.ledger().created("CommunicationLog")[0].stored;
    assert!(log.to_string().contains("evil.example/tracker.gif"), "{log}");
    let pwned = pane.browser.driver.execute("return window.pwned === undefined", vec![]).await.expect("runs");
    assert_eq!(pwned.json(), &json!(true));
    let file = world.imis.ledger().created("CommunicationLogAttachment")[0].file.clone().expect("a file");
    assert!(!file.name.contains(['/', '\\', '<', '>']), "{}", file.name);
}

#[tokio::test]
async fn a_message_without_a_sender_says_so() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    pane.open_message("A mail without a sender").await;
    pane.sees("Nobody but you is on this message.").await;
}

#[tokio::test]
async fn a_message_without_a_body_is_saved() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    pane.open_message("Nothing below").await;
    pane.press("Save as interaction").await;
    pane.headed("Saved to iMIS").await;
}

#[tokio::test]
async fn ten_megabytes_of_html_are_saved() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    pane.open_message("The register, as a table").await;
    pane.press("Save as interaction").await;
    pane.headed("Saved to iMIS").await;
}

#[tokio::test]
async fn an_attachment_that_outlook_will_not_give_is_named_and_the_rest_is_saved() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    pane.open_message("Papers for the committee").await;
    pane.sees("To 2 contacts").await;
    pane.in_outlook("outlookSim.attachmentFault('dues.csv', 'error')", vec![]).await;
    pane.press("Save as interaction").await;
    pane.headed("Partly saved").await;
    assert_eq!(world.imis.ledger().created("CommunicationLogAttachment").len(), 2);
    pane.in_outlook("outlookSim.attachmentFault('dues.csv', null)", vec![]).await;
    pane.press("Try again").await;
    pane.headed("Saved to iMIS").await;
    assert_eq!(world.imis.ledger().created("CommunicationLogAttachment").len(), 3);
}

#[tokio::test]
async fn an_imis_that_is_down_is_said_and_nothing_is_lost() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    pane.open_message("Papers for the committee").await;
    pane.sees("To 2 contacts").await;
    world.imis.faults().add(Fault::once(Effect::ResetBeforeStore).on("POST", "CommunicationLog").always());
    pane.press("Save as interaction").await;
    pane.headed("Not saved").await;
    world.imis.faults().clear();
    pane.sees("iMIS may still be storing it. Try again in 3 minutes.").await;
    world.turn_clock(1);
    pane.minutes_pass(1).await;
    pane.press("Try again").await;
    // Between a minute and a half and less, by how long the pane took.
    pane.sees("seconds. Nothing is written twice.").await;
    world.turn_clock(2);
    pane.minutes_pass(2).await;
    pane.press("Try again").await;
    pane.headed("Saved to iMIS").await;
    assert_eq!(world.imis.ledger().created("CommunicationLog").len(), 1);
}

#[tokio::test]
async fn every_seeded_message_opens() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    pane.sees("Hannah Weiss").await;
    for number in 0..world.outlook.mailbox().mails.len() {
        pane.open_row(number).await;
        pane.sees("People").await;
    }
}

#[tokio::test]
async fn every_message_that_others_wrote_opens_or_is_refused_with_a_reason() {
    let mail = sim::outlook::MailSource::Folder(tests::world::foreign_mails());
    let world = World::of(tests::Plan { mail, ..Default::default() }).await;
    let pane = world.signed_in().await;
    pane.sees("Hannah Weiss").await;
    let mailbox = world.outlook.mailbox();
    assert!(mailbox.mails.len() > 20);
    for number in 0..mailbox.mails.len() {
        pane.open_row(number).await;
        pane.sees("People").await;
    }
}
