//! Queries: found, asked, read page by page, taken down.

use serde_json::json;
use sim::imis::{Edition, Effect, Fault, Settings};
use std::path::{Path, PathBuf};
use tests::world::{PASSWORD, Plan, World};
use tests::{Pane, until};

async fn on(edition: Edition) -> World {
    let imis = Settings { edition, ..Settings::default() };
    World::of(Plan { imis, ..Plan::default() }).await
}

async fn found(pane: &Pane, name: &str) {
    pane.press("Queries").await;
    looked_for(pane, name).await;
}

/// The same where finding queries is open already.
async fn looked_for(pane: &Pane, name: &str) {
    pane.fill("Find a query by name", name).await;
    pane.sees("query found").await;
    pane.choose(name).await;
}

/// Has the browser put files into a folder of the world's own.
async fn take_downloads(pane: &Pane, world: &World) -> PathBuf {
    let folder = world.data().join("downloads");
    std::fs::create_dir_all(&folder).expect("the folder can be made");
    let order = json!({ "behavior": "allow", "downloadPath": folder.to_string_lossy() });
    pane.browser.devtools("Browser.setDownloadBehavior", order).await;
    folder
}

/// The text of a file once it is there.
async fn downloaded(file: &Path) -> String {
    until("the file comes", async || file.is_file().then_some(())).await;
    String::from_utf8(std::fs::read(file).expect("it can be read")).expect("it is text")
}

async fn browses(edition: Edition) {
    let world = on(edition).await;
    let pane = world.signed_in().await;
    pane.press("Queries").await;
    pane.press("Folder Outlook").await;
    pane.headed("Outlook").await;
    pane.sees("Find contacts").await;
    pane.press("Folder Board").await;
    pane.headed("Board").await;
    pane.sees("Chair").await;
    assert!(!pane.text().await.contains("Minutes"), "a query of administrators shows");
    pane.press("All queries").await;
    pane.headed("All queries").await;
    pane.sees("Common").await;
    for hidden in ["Secret", "Finance"] {
        assert!(!pane.text().await.contains(hidden), "the folder {hidden} shows");
    }
    pane.fill("Find a query by name", "salaries").await;
    pane.sees("No query that you may see has this in its name.").await;
}

#[tokio::test]
async fn folders_are_browsed_and_what_one_may_not_see_never_appears() {
    browses(Edition::Ems).await;
}

#[tokio::test]
async fn the_2017_edition_shows_the_same_folders() {
    browses(Edition::Imis2017).await;
}

#[tokio::test]
async fn another_person_sees_the_folders_of_theirs() {
    let world = World::start().await;
    let pane = world.pane().await;
    pane.sign_in("READER1", PASSWORD).await;
    pane.press("Queries").await;
    pane.press("Folder Finance").await;
    pane.sees("Overdue").await;
}

async fn asks(edition: Edition) {
    let world = on(edition).await;
    let pane = world.signed_in().await;
    found(&pane, "Find contacts").await;
    pane.press("Run").await;
    pane.sees("This must be answered.").await;
    pane.fill("Last name (required)", "Love").await;
    pane.press("Run").await;
    pane.sees("Ada Lovelace").await;
    pane.sees("Last name: Love").await;
    // The older edition does not tell its columns' names, and so not what sorts them.
    if edition == Edition::Ems {
        pane.sees("Sorted by Full Name").await;
    }
    pane.press("Open the contact 101 Ms. Ada Lovelace").await;
    pane.headed("Contact").await;
    pane.press("Back").await;
    pane.sees("Last name: Love").await;
    pane.press("Back").await;
    pane.fill("Find a query by name", "").await;
    pane.headed("Recently run").await;
    pane.choose("Find contacts").await;
    let answer = pane.field("Last name (required)").await.prop("value").await.expect("a field has a value");
    assert_eq!(answer.as_deref(), Some("Love"));
}

#[tokio::test]
async fn a_query_asks_in_its_own_fields_remembers_the_answers_and_opens_contacts() {
    asks(Edition::Ems).await;
}

#[tokio::test]
async fn a_query_of_the_2017_edition_asks_and_remembers_as_well() {
    asks(Edition::Imis2017).await;
}

#[tokio::test]
async fn a_favourite_is_there_the_next_day() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    pane.press("Queries").await;
    pane.press("Folder Outlook").await;
    pane.press("Favourite: Names only").await;
    pane.press("All queries").await;
    pane.headed("Favourites").await;
    let pane = pane.reload(world.outlook.url()).await;
    pane.press("Queries").await;
    pane.headed("Favourites").await;
    pane.choose("Names only").await;
    pane.sees("Ada Lovelace").await;
}

#[tokio::test]
async fn what_keeps_a_query_from_running_is_said_in_words() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    found(&pane, "Not for programs").await;
    pane.sees("Available via the REST API").await;
    pane.press("Back").await;
    looked_for(&pane, "Names only").await;
    pane.sees("Ada Lovelace").await;
    world.imis.restrict_query("$/Outlook/Names only");
    pane.press("Back").await;
    pane.choose("Names only").await;
    pane.no_longer_sees("Asking what the query needs").await;
    assert!(!pane.text().await.contains("Ada Lovelace"), "rows of a query that was taken away show");
    pane.press("Back").await;
    looked_for(&pane, "Find contacts").await;
    pane.fill("Last name (required)", "Love").await;
    world.imis.drop_query_column("$/Outlook/Find contacts", "City");
    pane.press("Run").await;
    pane.sees("The query was changed in iMIS meanwhile.").await;
    pane.press("Run").await;
    pane.sees("Ada Lovelace").await;
}

#[tokio::test]
async fn a_hundred_thousand_rows_are_read_page_by_page() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    found(&pane, "Everybody there is").await;
    pane.headed("Rows 1–100 of 100,000").await;
    pane.press("Next").await;
    pane.headed("Rows 101–200 of 100,000").await;
    pane.fill("Go to row", "54321").await;
    pane.press("Go").await;
    pane.headed("Rows 54,301–54,400 of 100,000").await;
    world
        .imis
        .faults()
        .add(Fault::once(Effect::ServerError { stored: sim::imis::Stored::No }).on("GET", "query").always());
    pane.press("Next").await;
    pane.sees("Try again").await;
    pane.sees("Rows 54,301–54,400 of 100,000").await;
    world.imis.faults().clear();
    pane.press("Try again").await;
    pane.headed("Rows 54,401–54,500 of 100,000").await;
    pane.press("Previous").await;
    pane.headed("Rows 54,301–54,400 of 100,000").await;
    assert!(pane.width().await <= 320, "the table must scroll, not the pane");
}

async fn exports(edition: Edition) {
    let world = on(edition).await;
    let pane = world.signed_in().await;
    let folder = take_downloads(&pane, &world).await;
    found(&pane, "Cells that bite").await;
    pane.press("Export CSV").await;
    pane.sees("is among your downloads.").await;
    let text = downloaded(&folder.join("Cells that bite.csv")).await;
    assert!(text.starts_with('\u{feff}'), "no mark of its encoding: {text}");
    for line in text.lines().skip(1) {
        assert!(!line.contains(",="), "a spreadsheet would take a cell for a formula: {line}");
    }
}

#[tokio::test]
async fn rows_are_taken_down_as_a_file_of_text() {
    exports(Edition::Ems).await;
}

#[tokio::test]
async fn rows_of_the_2017_edition_are_taken_down_as_well() {
    exports(Edition::Imis2017).await;
}

#[tokio::test]
async fn taking_a_hundred_thousand_rows_down_shows_how_far_it_is_and_can_be_stopped() {
    let imis = Settings { latency: std::time::Duration::from_millis(30), ..Settings::default() };
    let world = World::of(Plan { imis, ..Plan::default() }).await;
    let pane = world.signed_in().await;
    let folder = take_downloads(&pane, &world).await;
    found(&pane, "Everybody there is").await;
    pane.press("Export CSV").await;
    pane.sees("of 100,000 rows").await;
    pane.press("Stop").await;
    pane.button("Export CSV").await;
    let left = std::fs::read_dir(&folder).expect("the folder is there").count();
    assert_eq!(left, 0, "half a file was kept");
}
