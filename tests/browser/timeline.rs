//! The timeline of a contact and its records opened, on both editions of iMIS.

use sim::imis::{Edition, Effect, Fault, Settings, Stored};
use tests::world::{PASSWORD, Plan, World};
use tests::{Pane, until};
use thirtyfour::prelude::*;

/// A world of this edition.
pub(crate) async fn world_of(edition: Edition) -> World {
    World::of(Plan { imis: Settings { edition, ..Settings::default() }, ..Plan::default() }).await
}

/// Looks a contact up and opens it.
pub(crate) async fn open_contact(pane: &Pane, text: &str, name: &str) {
    pane.press("Find a contact").await;
    pane.fill("Name, ID, e-mail or organisation", text).await;
    pane.choose(name).await;
    pane.headed("Timeline").await;
}

/// Goes back from the topmost sheet.
pub(crate) async fn back(pane: &Pane) {
    pane.press("Back").await;
}

/// How many records show.
pub(crate) async fn shown(pane: &Pane) -> usize {
    pane.browser.driver.find_all(By::Css(".view-entry")).await.expect("the page answers").len()
}

/// The kinds of the records that show, in words.
async fn kinds(pane: &Pane) -> Vec<String> {
    let mut kinds = vec![];
    for element in pane.browser.driver.find_all(By::Css(".view-entry-kind")).await.expect("the page answers") {
        kinds.push(element.text().await.expect("it has words"));
    }
    kinds
}

/// Waits until exactly so many records show.
pub(crate) async fn shows(pane: &Pane, count: usize) {
    until(&format!("{count} records show"), async || (shown(pane).await == count).then_some(())).await;
}

/// Somebody at the pane, in a browser that tells the names of controls and lets one look into frames.
pub(crate) async fn in_one_process(world: &World, user_name: &str) -> Pane {
    let pane = Pane::open(world.one_process_browser().await, world.outlook.url()).await;
    pane.sign_in(user_name, PASSWORD).await;
    pane
}

#[tokio::test]
async fn years_of_records_stand_newest_first_under_their_months_and_more_come_on_demand() {
    for edition in [Edition::Ems, Edition::Imis2017] {
        let world = world_of(edition).await;
        let pane = in_one_process(&world, "STAFF1").await;
        open_contact(&pane, "Langley", "Theodora Langley").await;
        shows(&pane, 20).await;
        let months = pane.browser.driver.find_all(By::Css(".view-month-title")).await.expect("the page answers");
        assert!(months.len() > 1, "records of years stand under several months");
        pane.press("Show more").await;
        pane.sees("20 more shown.").await;
        shows(&pane, 40).await;
        pane.has_the_keyboard("Show more").await;
    }
}

#[tokio::test]
async fn a_timeline_narrows_to_kinds_and_words_and_widens_again() {
    for edition in [Edition::Ems, Edition::Imis2017] {
        let world = world_of(edition).await;
        let pane = world.signed_in().await;
        open_contact(&pane, "Langley", "Theodora Langley").await;
        shows(&pane, 20).await;
        pane.toggle("Notes").await;
        pane.no_longer_sees("Activity").await;
        pane.sees("Note · ").await;
        assert!(kinds(&pane).await.iter().all(|kind| kind.starts_with("Note")), "{:?}", kinds(&pane).await);
        pane.toggle("Notes").await;
        pane.sees("Activity · ").await;
        pane.fill("Search this timeline", "Change of address").await;
        pane.no_longer_sees("Minutes of the board").await;
        pane.sees("Change of address").await;
        pane.fill("Search this timeline", "no such words at all").await;
        pane.no_longer_sees("Change of address").await;
    }
}

#[tokio::test]
async fn a_search_in_one_timeline_does_not_stand_over_the_organisations() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    open_contact(&pane, "Lovelace", "Ada Lovelace").await;
    pane.fill("Search this timeline", "prize").await;
    pane.choose("Acme Institute").await;
    let name = By::XPath("//p[@class='card-name'][contains(., 'Acme Institute')]".to_owned());
    pane.find(name, "the organisation's card").await;
    let text = pane.field("Search this timeline").await.value().await.expect("the page answers");
    assert_eq!(text.as_deref(), Some(""));
}

#[tokio::test]
async fn somebody_with_nothing_on_the_timeline_is_told_so() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    open_contact(&pane, "Leer", "Nils Leer").await;
    pane.sees("Nothing yet.").await;
}

#[tokio::test]
async fn a_record_opens_to_its_body_and_the_list_is_there_again_afterwards() {
    let world = World::start().await;
    let pane = in_one_process(&world, "STAFF1").await;
    open_contact(&pane, "Langley", "Theodora Langley").await;
    pane.toggle("Interactions").await;
    pane.fill("Search this timeline", "(62)").await;
    pane.choose("(62)").await;
    pane.headed("Record").await;
    let frame = pane.browser.driver.query(By::Css("iframe.view-frame")).first().await.expect("there is a frame");
    assert_eq!(
        frame.attr("sandbox").await.expect("the page answers").as_deref(),
        Some("allow-popups allow-popups-to-escape-sandbox")
    );
    frame.enter_frame().await.expect("the frame can be looked into");
    let body = pane.browser.driver.find(By::Css("body")).await.expect("it has a body");
    assert!(body.text().await.expect("it has words").contains("Dear Theodora"));
    let font = body.css_value("font-size").await.expect("the page answers");
    assert_eq!(font, "14px", "the server's policy lets our style of the frame through");
    pane.browser.driver.enter_parent_frame().await.expect("the pane is around it");
    back(&pane).await;
    pane.headed("Timeline").await;
    pane.sees("(62)").await;
}

#[tokio::test]
async fn kinds_that_imis_does_not_give_are_told_and_the_rest_shows() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    pane.sees("Hannah Weiss").await;
    world.imis.faults().add(Fault::once(Effect::ServerError { stored: Stored::No }).on("GET", "PartyNote").always());
    open_contact(&pane, "Lovelace", "Ada Lovelace").await;
    pane.sees("Notes are missing").await;
    pane.sees("Agreed to give a talk").await;
    world.imis.faults().clear();
    let again = By::XPath("//div[contains(@class,'view-timeline-trouble')]//button");
    pane.find(again, "button beside it").await.click().await.expect("it can be pressed");
    pane.no_longer_sees("Notes are missing").await;
    pane.sees("Prefers to be called in the afternoon.").await;
}

#[tokio::test]
async fn an_attachment_comes_down_under_its_own_name() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    let folder = std::env::temp_dir().join(format!("imis-outlook-{}", uuid::Uuid::new_v4()));
    std::fs::create_dir_all(&folder).expect("a temporary folder can be made");
    let place = serde_json::json!({ "behavior": "allow", "downloadPath": folder.display().to_string() });
    pane.browser.devtools("Browser.setDownloadBehavior", place).await;
    open_contact(&pane, "Langley", "Theodora Langley").await;
    pane.toggle("Interactions").await;
    pane.fill("Search this timeline", "(62)").await;
    pane.choose("(62)").await;
    pane.press("Download agenda.txt").await;
    pane.sees("Handed to your browser").await;
    let file = folder.join("agenda.txt");
    let whole = |bytes: &Vec<u8>| bytes == b"1. Opening\n2. Closing\n";
    until("the file comes", async || std::fs::read(&file).ok().filter(whole)).await;
}

#[tokio::test]
async fn somebody_who_may_only_read_sees_no_way_to_write_change_or_remove() {
    for edition in [Edition::Ems, Edition::Imis2017] {
        let world = world_of(edition).await;
        let pane = in_one_process(&world, "READER1").await;
        open_contact(&pane, "Lovelace", "Ada Lovelace").await;
        pane.sees("Agreed to give a talk").await;
        pane.choose("Agreed to give a talk").await;
        pane.headed("Record").await;
        pane.sees("Call again on").await;
        let said = pane.spoken().await;
        for control in ["button: New entry", "button: Change", "button: Remove"] {
            assert!(!said.contains(control), "{control} is offered:\n{said}");
        }
        back(&pane).await;
        pane.choose("Prefers to be called in the afternoon.").await;
        pane.headed("Record").await;
        pane.find(By::Css(".view-record-text, .view-frame"), "its text").await;
        let said = pane.spoken().await;
        assert!(!said.contains("button: Change") && !said.contains("button: Remove"), "a note can be changed:\n{said}");
        back(&pane).await;
        pane.headed("Timeline").await;
        assert!(!pane.spoken().await.contains("button: New entry"));
    }
}
