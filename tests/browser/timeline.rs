//! The timeline of a contact and its records opened, on both editions of iMIS.

use sim::imis::{Edition, Effect, Fault, RecipientsByParty, Settings, Stored};
use tests::world::{PASSWORD, PROFILE, Plan, World};
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

/// Chooses a type of record of a family by what it is called.
async fn choose_type(pane: &Pane, family: &str, title: &str) {
    let option = format!(".//optgroup[@label='{family}']/option[normalize-space(.)='{title}']");
    let field = pane.field("Type of record").await;
    field.find(By::XPath(option)).await.expect("the type is offered").click().await.expect("it can be chosen");
}

/// Where a link leads.
async fn leads(pane: &Pane, name: &str) -> String {
    let link = pane.button(name).await;
    assert_eq!(link.attr("rel").await.expect("the page answers").as_deref(), Some("noopener noreferrer"));
    link.attr("href").await.expect("the page answers").unwrap_or_default()
}

/// The words in the frame that a body stands in.
async fn in_the_frame(pane: &Pane) -> String {
    let frame = pane.find(By::Css("iframe.view-frame"), "frame").await;
    frame.enter_frame().await.expect("the frame can be looked into");
    let words = async || {
        let body = pane.browser.driver.find(By::Css("body")).await.ok()?;
        body.text().await.ok().filter(|text| !text.is_empty())
    };
    let words = until("the body shows", words).await;
    pane.browser.driver.enter_parent_frame().await.expect("the pane is around it");
    words
}

/// A folder of its own that the browser puts files into.
async fn downloads(pane: &Pane) -> std::path::PathBuf {
    let folder = std::env::temp_dir().join(format!("imis-outlook-{}", uuid::Uuid::new_v4()));
    std::fs::create_dir_all(&folder).expect("a temporary folder can be made");
    let place = serde_json::json!({ "behavior": "allow", "downloadPath": folder.display().to_string() });
    pane.browser.devtools("Browser.setDownloadBehavior", place).await;
    folder
}

#[tokio::test]
async fn a_timeline_narrows_to_a_type_and_says_what_its_search_looks_through() {
    for edition in [Edition::Ems, Edition::Imis2017] {
        let world = world_of(edition).await;
        let pane = in_one_process(&world, "READER1").await;
        open_contact(&pane, "Langley", "Theodora Langley").await;
        choose_type(&pane, "Activities", "E-mail").await;
        until("only that type shows", async || {
            let kinds = kinds(&pane).await;
            (!kinds.is_empty() && kinds.iter().all(|kind| kind == "Activity · E-mail")).then_some(())
        })
        .await;
        pane.fill("Search this timeline", "no such words at all").await;
        pane.sees("not through the text of saved messages").await;
        pane.sees("Nothing matches.").await;
    }
}

#[tokio::test]
async fn records_of_every_kind_open_to_their_bodies_and_lead_into_imis() {
    for edition in [Edition::Ems, Edition::Imis2017] {
        let world = world_of(edition).await;
        let pane = in_one_process(&world, "STAFF1").await;
        open_contact(&pane, "Langley", "Theodora Langley").await;
        let folder = downloads(&pane).await;
        choose_type(&pane, "Activities", "E-mail").await;
        pane.choose("please find it enclosed.").await;
        pane.sees("Dear Theodora,").await;
        assert_eq!(leads(&pane, "Profile in iMIS").await, format!("{PROFILE}?ID=119"));
        let file = pane.find_css("button[aria-label^='Download enclosure']").await;
        file.click().await.expect("it can be pressed");
        until("the activity's file comes", async || {
            let files = std::fs::read_dir(&folder).ok()?.filter_map(Result::ok);
            let mut texts = files.filter_map(|file| std::fs::read_to_string(file.path()).ok());
            texts.any(|text| text.starts_with("Enclosure of record")).then_some(())
        })
        .await;
        back(&pane).await;
        choose_type(&pane, "Interactions", "E-mail").await;
        pane.sees("Noted for the file.").await;
        pane.choose("Noted for the file.").await;
        pane.headed("Record").await;
        let body = pane.find_css(".view-record-text").await;
        assert_eq!(body.text().await.expect("it has words"), "Noted for the file.");
        assert_eq!(leads(&pane, "Profile in iMIS").await, format!("{PROFILE}?ID=119"));
        back(&pane).await;
        choose_type(&pane, "Interactions", "E-mail").await;
        pane.choose_option("Type of record", "").await;
        pane.fill("Search this timeline", "(62)").await;
        pane.choose("(62)").await;
        let preview = leads(&pane, "Open in iMIS").await;
        assert!(
            preview.contains("/iParts/Common/InteractionLog/InteractionPreview.aspx?CommunicationLogId="),
            "{preview}"
        );
        assert!(preview.contains("&PartyId=119&RecipientId="), "{preview}");
        assert!(in_the_frame(&pane).await.contains("Dear Theodora"));
    }
}

#[tokio::test]
async fn html_in_an_activity_and_a_contact_interaction_shows_as_what_it_says() {
    let world = World::start().await;
    let pane = in_one_process(&world, "STAFF1").await;
    open_contact(&pane, "Vile", "Hector Vile").await;
    for (family, words) in [("Activities", "Before"), ("Interactions", "Over everything")] {
        choose_type(&pane, family, "E-mail").await;
        shows(&pane, 1).await;
        pane.choose("in the title").await;
        pane.headed("Record").await;
        let shown = in_the_frame(&pane).await;
        assert!(shown.contains(words) && !shown.contains('<'), "{shown}");
        back(&pane).await;
        pane.headed("Timeline").await;
    }
}

#[tokio::test]
async fn what_was_saved_shows_and_opens_though_imis_does_not_list_its_log() {
    let imis = Settings { recipients_by_party: RecipientsByParty::Forbidden, ..Settings::default() };
    let world = World::of(Plan { imis, ..Plan::default() }).await;
    let pane = in_one_process(&world, "STAFF1").await;
    pane.open_message("Papers for the committee").await;
    pane.sees("To 2 contacts").await;
    pane.press("Save as interaction").await;
    pane.headed("Saved to iMIS").await;
    open_contact(&pane, "Lovelace", "Ada Lovelace").await;
    pane.sees("Entries of the communication log are missing").await;
    pane.sees("Agreed to give a talk").await;
    pane.choose("Papers for the committee").await;
    pane.headed("Record").await;
    assert!(in_the_frame(&pane).await.contains("agenda"));
}

#[tokio::test]
async fn the_keyboard_is_never_lost_when_what_was_pressed_goes_away() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    pane.sees("Hannah Weiss").await;
    world.imis.faults().add(Fault::once(Effect::ServerError { stored: Stored::No }).on("GET", "PartyNote").always());
    open_contact(&pane, "Lovelace", "Ada Lovelace").await;
    pane.sees("Notes are missing").await;
    world.imis.faults().clear();
    pane.press("Try again").await;
    pane.no_longer_sees("Notes are missing").await;
    pane.keyboard_at("timeline-title").await;
    pane.choose("Agreed to give a talk").await;
    pane.press("Remove").await;
    pane.headed("Remove this record?").await;
    pane.press("Cancel").await;
    pane.keyboard_at("record-remove").await;
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
    let folder = downloads(&pane).await;
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
