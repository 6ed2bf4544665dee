//! Saving a message, with iMIS's ledger as witness.

use base64::Engine as _;
use sim::imis::{Effect, Fault, Stored};
use std::time::Duration;
use tests::world::{A_WHILE, Plan, World};

/// The three attachments of “Papers for the committee”, read from the file by itself.
fn papers() -> Vec<(String, Vec<u8>)> {
    let mail = include_str!("../../crates/sim/mail/three-attachments.eml").replace("\r\n", "\n");
    let parts = mail.split("--mixed").filter(|part| part.contains("Content-Disposition: attachment"));
    parts
        .map(|part| {
            let (head, body) = part.split_once("\n\n").expect("a part has a head and a body");
            let name = head.split("filename=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a name");
            let packed: String = body.split_whitespace().collect();
            let bytes = base64::engine::general_purpose::STANDARD.decode(packed).expect("base64");
            (name.to_owned(), bytes)
        })
        .collect()
}

#[tokio::test]
async fn an_interaction_with_three_attachments_is_in_imis_byte_by_byte_and_under_ones_own_name() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    pane.open_message("Papers for the committee").await;
    pane.sees("To 2 contacts").await;
    pane.press("Save as interaction").await;
    pane.headed("Saved to iMIS").await;
    pane.sees("The message carries the category “Saved to iMIS”.").await;

    let ledger = world.imis.ledger();
    let logs = ledger.created("CommunicationLog");
    assert_eq!(logs.len(), 1);
    assert_eq!(logs[0].user, "STAFF1");
    let log = logs[0].stored.to_string();
    assert!(log.contains("Papers for the committee"), "{log}");
    assert!(log.contains("papers@example.org"), "{log}");
    assert!(log.contains("<b>agenda</b>"), "{log}");
    assert_eq!(ledger.created("CommunicationLogRecipient").len(), 2);
    let mut sent = papers();
    let mut stored: Vec<(String, Vec<u8>)> = ledger
        .created("CommunicationLogAttachment")
        .into_iter()
        .filter_map(|entry| entry.file)
        .map(|file| (file.name.clone(), file.content.expect("small files are kept").to_vec()))
        .collect();
    sent.sort();
    stored.sort();
    assert_eq!(stored, sent);
    assert_eq!(pane.categories().await, vec!["Saved to iMIS"]);
}

#[tokio::test]
async fn an_activity_takes_its_type_its_day_and_its_words_from_the_message() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    pane.open_message("Papers for the committee").await;
    pane.sees("To 2 contacts").await;
    pane.choose("Activity").await;
    pane.choose_option("Activity type", "CALL").await;
    pane.press("Save as activity").await;
    pane.headed("Saved to iMIS").await;
    let activities = world.imis.ledger().created("Activity");
    assert_eq!(activities.len(), 2);
    let stored = activities[0].stored.to_string();
    for part in ["CALL", "Papers for the committee", "2026-11-18", "the list of dues", "papers@example.org"] {
        assert!(stored.contains(part), "{part} is not in {stored}");
    }
    assert_eq!(world.imis.ledger().created("LegacyActivityAttachment").len(), 6, "three files on each of two");
}

#[tokio::test]
async fn an_attachment_left_unticked_stays_out() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    pane.open_message("Papers for the committee").await;
    pane.sees("To 2 contacts").await;
    pane.choose("dues.csv").await;
    pane.press("Save as interaction").await;
    pane.headed("Saved to iMIS").await;
    let mut names: Vec<String> = world
        .imis
        .ledger()
        .created("CommunicationLogAttachment")
        .into_iter()
        .filter_map(|entry| entry.file.map(|file| file.name))
        .collect();
    names.sort();
    assert_eq!(names, vec!["agenda.pdf", "hall.png"]);
}

#[tokio::test]
async fn what_failed_is_said_and_a_retry_saves_that_and_nothing_twice() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    pane.open_message("Papers for the committee").await;
    pane.sees("To 2 contacts").await;
    world.imis.faults().add(Fault::once(Effect::Refused).on("POST", "CommunicationLogRecipient"));
    world.imis.faults().add(Fault::once(Effect::Refused).on("POST", "CommunicationLogAttachment"));
    pane.press("Save as interaction").await;
    pane.headed("Partly saved").await;
    pane.sees("Trying again saves only what is missing.").await;
    pane.press("Try again").await;
    pane.headed("Saved to iMIS").await;
    let ledger = world.imis.ledger();
    assert_eq!(ledger.created("CommunicationLog").len(), 1);
    assert_eq!(ledger.created("CommunicationLogRecipient").len(), 2);
    assert_eq!(ledger.created("CommunicationLogAttachment").len(), 3);
}

#[tokio::test]
async fn the_keyboard_stays_on_cancel_while_a_save_moves_on_and_is_on_close_when_it_ends() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    pane.open_message("Papers for the committee").await;
    pane.sees("To 2 contacts").await;
    let late = Effect::Latency(Duration::from_secs(3));
    world.imis.faults().add(Fault::once(late).on("POST", "CommunicationLog"));
    world.imis.faults().add(Fault::once(Effect::Latency(A_WHILE)).on("POST", "CommunicationLogAttachment").always());
    pane.press("Save as interaction").await;
    pane.button("Cancel").await.focus().await.expect("it takes the keyboard");
    pane.sees("Attachments: ").await;
    pane.keyboard_on("Cancel").await;
    pane.headed("Saved to iMIS").await;
    pane.keyboard_on("Close").await;
}

#[tokio::test]
async fn a_write_that_imis_kept_while_it_said_no_is_not_repeated() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    pane.open_message("Papers for the committee").await;
    pane.sees("To 2 contacts").await;
    let stored = Effect::ServerError { stored: Stored::Yes };
    world.imis.faults().add(Fault::once(stored.clone()).on("POST", "CommunicationLog"));
    world.imis.faults().add(Fault::once(stored).on("POST", "CommunicationLogAttachment"));
    pane.press("Save as interaction").await;
    pane.headed("Not saved").await;
    pane.press("Try again").await;
    pane.headed("Partly saved").await;
    pane.press("Try again").await;
    pane.headed("Saved to iMIS").await;
    let ledger = world.imis.ledger();
    assert_eq!(ledger.created("CommunicationLog").len(), 1);
    assert_eq!(ledger.created("CommunicationLogRecipient").len(), 2);
    assert_eq!(ledger.created("CommunicationLogAttachment").len(), 3);
}

#[tokio::test]
async fn a_site_without_a_communication_log_over_rest_saves_a_contact_interaction() {
    let imis = sim::imis::Settings { edition: sim::imis::Edition::Imis2017, ..Default::default() };
    let world = World::of(Plan { imis, ..Plan::default() }).await;
    let pane = world.signed_in().await;
    pane.open_message("Papers for the committee").await;
    pane.sees("Interactions at this site cannot hold attachments.").await;
    pane.press("Save as interaction").await;
    pane.headed("Saved to iMIS").await;
    assert_eq!(world.imis.ledger().created("ContactInteraction").len(), 2);
}

#[tokio::test]
async fn somebody_who_may_only_read_is_not_offered_to_save() {
    let world = World::start().await;
    let pane = world.pane().await;
    pane.sign_in("READER1", tests::world::PASSWORD).await;
    pane.open_message("Renewal of my membership").await;
    pane.sees("Your iMIS account may not save interactions or activities.").await;
}

#[tokio::test]
async fn an_attachment_of_twenty_megabytes_goes_through() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    pane.open_message("Scan of the 1843 notes").await;
    pane.sees("To 1 contact").await;
    pane.press("Save as interaction").await;
    pane.headed("Saved to iMIS").await;
    let files = world.imis.ledger().created("CommunicationLogAttachment");
    assert_eq!(files[0].file.as_ref().map(|file| file.length), Some(20 * 1024 * 1024));
}

#[tokio::test]
async fn a_file_larger_than_the_site_takes_is_said_before_and_left_out() {
    let world = World::of(Plan { attachment_max_bytes: 5 * 1024 * 1024, ..Plan::default() }).await;
    let pane = world.signed_in().await;
    pane.open_message("Scan of the 1843 notes").await;
    pane.sees("Too large: this site takes up to").await;
    pane.press("Save as interaction").await;
    pane.headed("Saved to iMIS").await;
    assert_eq!(world.imis.ledger().created("CommunicationLog").len(), 1);
    assert_eq!(world.imis.ledger().created("CommunicationLogAttachment").len(), 0);
}
