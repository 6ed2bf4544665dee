//! Editing before saving, where the parts of a message go, and stopping half-way, with iMIS's ledger as witness.

use serde_json::Value;
use sim::imis::{Edition, Effect, Fault};
use std::time::Duration;
use tests::Look;
use tests::world::{Plan, World};

const OPTIONS: &str = r#"
attachment_types = { forbidden = ["csv"] }
[activity_types.mapping.CALL]
UF_2 = "{Sender}"
[tables.correspondence]
title = "Correspondence"
entity = "UT_Correspondence"
message_key = "MESSAGE_KEY"
[tables.correspondence.fields]
SUBJECT = { value = "{Subject} from {Sender}", label = "About", max_chars = 30 }
WRITTEN_BY = { value = "{Sender}", label = "Written by", max_chars = 60 }
SENT_ON = { value = "{SentOn}", label = "Sent on" }
BODY = { value = "{Note} {Body}", label = "Text" }
"#;

async fn world(edition: Edition) -> World {
    let imis = sim::imis::Settings { edition, ..Default::default() };
    World::of(Plan { imis, options: OPTIONS, ..Plan::default() }).await
}

fn stored(world: &World, entity: &str) -> Vec<Value> {
    world.imis.ledger().created(entity).into_iter().map(|entry| entry.stored).collect()
}

#[tokio::test]
async fn subject_and_note_go_into_the_log_as_they_were_edited_and_stay_over_another_message() {
    let world = world(Edition::Ems).await;
    let pane = world.signed_in().await;
    pane.open_message("Papers for the committee").await;
    pane.sees("To 2 contacts").await;
    pane.sees("The communication log gives the entry the date of saving").await;
    pane.sees("Files of this kind are not taken by this site.").await;
    pane.fill("Subject", "Committee papers, first reading").await;
    pane.fill("Your note", "Ask Ada about <item 3>").await;
    pane.open_message("Writing from home").await;
    pane.sees("To 1 contact").await;
    pane.open_message("Papers for the committee").await;
    pane.sees("To 2 contacts").await;
    let kept = pane.field("Your note").await.prop("value").await.expect("it has a value");
    assert_eq!(kept.as_deref(), Some("Ask Ada about <item 3>"));
    pane.press("Save as interaction").await;
    pane.headed("Saved to iMIS").await;
    let log = &stored(&world, "CommunicationLog")[0];
    assert_eq!(log["Subject"], "Committee papers, first reading");
    assert!(log["Html"].as_str().is_some_and(|html| html.contains("Ask Ada about &lt;item 3&gt;")), "{log}");
    assert!(log["Text"].as_str().is_some_and(|text| text.starts_with("Note:\nAsk Ada about <item 3>")), "{log}");
    assert_eq!(stored(&world, "CommunicationLogAttachment").len(), 2, "no .csv");
}

#[tokio::test]
async fn an_activity_is_saved_with_the_fields_that_the_person_saw_and_changed() {
    let world = world(Edition::Ems).await;
    let pane = world.signed_in().await;
    pane.open_message("Papers for the committee").await;
    pane.sees("To 2 contacts").await;
    pane.choose("Activity").await;
    pane.choose_option("Activity type", "CALL").await;
    pane.sees("What goes where").await;
    pane.fill("Subject", &"A long subject ".repeat(20)).await;
    pane.sees("Shortened to 255 characters.").await;
    pane.sees("1 field is shortened. See the details.").await;
    pane.fill("About", "Papers").await;
    pane.no_longer_sees("Shortened to 255 characters.").await;
    pane.fill("Your note", "By phone").await;
    pane.press("Save as activity").await;
    pane.headed("Saved to iMIS").await;
    let rows = stored(&world, "Activity");
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[0]["DESCRIPTION"], "Papers");
    assert_eq!(rows[0]["UF_2"], "ada.lovelace@example.org");
    assert_eq!(rows[0]["UF_1"], "<papers@example.org>");
    assert!(
        rows[0]["NOTE"].as_str().is_some_and(|note| note.starts_with("By phone\n\nHere are the agenda")),
        "{rows:?}"
    );
}

#[tokio::test]
async fn a_message_is_saved_into_a_table_of_the_site_in_both_editions() {
    for edition in [Edition::Ems, Edition::Imis2017] {
        let world = world(edition).await;
        let pane = world.signed_in().await;
        pane.open_message("Papers for the committee").await;
        pane.sees("To 2 contacts").await;
        pane.choose("Correspondence").await;
        pane.sees("To 2 contacts · Correspondence").await;
        pane.sees("Shortened to 30 characters.").await;
        pane.fill("About", "Papers").await;
        pane.press("Save as record").await;
        pane.headed("Saved to iMIS").await;
        let rows = stored(&world, "UT_Correspondence");
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[0]["SUBJECT"], "Papers");
        assert_eq!(rows[0]["WRITTEN_BY"], "ada.lovelace@example.org");
        assert_eq!(rows[0]["MESSAGE_KEY"], "<papers@example.org>");
        assert!(rows[0]["BODY"].as_str().is_some_and(|body| body.contains("the list of dues")), "{rows:?}");
    }
}

#[tokio::test]
async fn the_organisation_of_somebody_on_the_message_is_saved_to_as_well_where_it_is_ticked() {
    for edition in [Edition::Ems, Edition::Imis2017] {
        let world = world(edition).await;
        let pane = world.signed_in().await;
        pane.open_message("Papers for the committee").await;
        pane.sees("To 2 contacts").await;
        pane.sees("Also save to").await;
        // Not the organisation's name on the sender's card.
        let tick = pane.field("Acme Institute").await;
        tick.scroll_into_view().await.expect("the pane scrolls");
        tick.click().await.expect("it can be ticked");
        pane.sees("To 3 contacts").await;
        pane.press("Save as interaction").await;
        pane.headed("Saved to iMIS").await;
        let entity = if edition == Edition::Ems { "CommunicationLogRecipient" } else { "ContactInteraction" };
        let rows = stored(&world, entity);
        assert_eq!(rows.len(), 3);
        assert!(rows.iter().any(|row| row.to_string().contains(r#""200""#)), "{rows:?}");
    }
}

#[tokio::test]
async fn where_interactions_are_a_contact_s_own_type_and_action_are_chosen() {
    let world = world(Edition::Imis2017).await;
    let pane = world.signed_in().await;
    pane.open_message("Papers for the committee").await;
    pane.sees("To 2 contacts").await;
    pane.choose_option("Interaction type", "CALL").await;
    pane.choose_option("Action", "MADE").await;
    pane.press("Save as interaction").await;
    pane.headed("Saved to iMIS").await;
    let rows = stored(&world, "ContactInteraction");
    assert_eq!((&rows[0]["InteractionTypeCode"], &rows[0]["InteractionActionCode"]), (&"CALL".into(), &"MADE".into()));
}

#[tokio::test]
async fn a_save_is_stopped_told_and_gone_on_with() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    pane.open_message("Papers for the committee").await;
    pane.sees("To 2 contacts").await;
    let late = Effect::Latency(Duration::from_secs(8));
    world.imis.faults().add(Fault::once(late).on("POST", "CommunicationLog"));
    pane.press("Save as interaction").await;
    pane.headed("Saving…").await;
    pane.press("Cancel").await;
    pane.sees("Stopping after what is under way…").await;
    pane.headed("Stopped").await;
    pane.sees("What is saved stays in iMIS.").await;
    assert_eq!(stored(&world, "CommunicationLogAttachment").len(), 0, "nothing more was begun");
    pane.press("Go on").await;
    pane.headed("Saved to iMIS").await;
    assert_eq!(stored(&world, "CommunicationLog").len(), 1);
    assert_eq!(stored(&world, "CommunicationLogRecipient").len(), 2);
    assert_eq!(stored(&world, "CommunicationLogAttachment").len(), 3);
}

/// The files that went to the log, by name.
fn files(world: &World) -> Vec<(String, Vec<u8>)> {
    let files = world.imis.ledger().created("CommunicationLogAttachment").into_iter().filter_map(|entry| entry.file);
    files.map(|file| (file.name.clone(), file.content.expect("small files are kept").to_vec())).collect()
}

#[tokio::test]
async fn the_whole_message_goes_along_as_a_file_where_the_person_ticks_it() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    pane.open_message("Papers for the committee").await;
    pane.sees("To 2 contacts with 3 attachments").await;
    pane.sees("the whole message as a file").await;
    pane.choose("Papers for the committee.eml").await;
    pane.sees("To 2 contacts with 4 attachments").await;
    pane.press("Save as interaction").await;
    pane.headed("Saved to iMIS").await;
    let files = files(&world);
    assert_eq!(files.len(), 4);
    let whole = files.iter().find(|(name, _)| name == "Papers for the committee.eml").expect("it is there");
    assert_eq!(whole.1, include_bytes!("../../crates/sim/mail/three-attachments.eml"), "byte by byte");
}

#[tokio::test]
async fn an_older_outlook_offers_no_whole_message() {
    let world = World::start().await;
    let browser = world.one_process_browser().await;
    let pane = tests::Pane::open(browser, format!("{}?mailbox=1.13", world.outlook.url())).await;
    pane.sign_in("STAFF1", tests::world::PASSWORD).await;
    pane.open_message("Papers for the committee").await;
    pane.sees("To 2 contacts with 3 attachments").await;
    pane.sees("dues.csv").await;
    assert!(!pane.text().await.contains("Papers for the committee.eml"));
}

#[tokio::test]
async fn messages_and_calendar_items_inside_a_message_go_along_as_eml_and_ics() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    for (subject, end, begins) in
        [("FW: Complaint about the invoice", ".eml", &b"From:"[..]), ("Board meeting", ".ics", &b"BEGIN:VCALENDAR"[..])]
    {
        pane.open_message(subject).await;
        pane.button("Save as interaction").await;
        pane.sees(end).await;
        pane.press("Save as interaction").await;
        pane.headed("Saved to iMIS").await;
        let files = files(&world);
        let inside = files.iter().find(|(name, _)| name.ends_with(end)).unwrap_or_else(|| panic!("{files:?}"));
        assert!(inside.1.starts_with(begins), "{:?}", String::from_utf8_lossy(&inside.1));
    }
}

#[tokio::test]
async fn pictures_of_the_details_in_light_and_dark() {
    let world = world(Edition::Ems).await;
    for look in Look::ALL {
        let pane = world.pane_in(look, 1000).await;
        pane.sign_in("STAFF1", tests::world::PASSWORD).await;
        pane.open_message("Papers for the committee").await;
        pane.sees("To 2 contacts").await;
        pane.picture(&format!("{look}-bar")).await;
        pane.press("Details").await;
        pane.sees("The communication log gives the entry the date of saving").await;
        pane.picture(&format!("{look}-details-log")).await;
        pane.choose("Activity").await;
        pane.choose_option("Activity type", "CALL").await;
        pane.fill("Subject", &"A long subject ".repeat(20)).await;
        pane.sees("Shortened to 255 characters.").await;
        pane.picture(&format!("{look}-details-activity")).await;
        pane.press("Details").await;
        pane.choose("Correspondence").await;
        pane.sees("Shortened to 30 characters.").await;
        pane.picture(&format!("{look}-details-table")).await;
        pane.fits().await;
    }
}
