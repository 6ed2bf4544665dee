//! Queries: found, asked, read page by page, taken down.

use serde_json::json;
use sim::imis::{Edition, Effect, Fault, Settings};
use std::path::{Path, PathBuf};
use tests::world::{PASSWORD, Plan, World};
use tests::{Pane, until};
use thirtyfour::By;

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
    pane.sees("Sorted by Full Name").await;
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
    pane.sees("This query is not there for you").await;
    let told = pane.text().await;
    assert!(!told.contains("Ada Lovelace"), "rows of a query that was taken away show: {told}");
    assert!(!told.contains("Available via the REST API"), "it is not its flag that is missing: {told}");
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
    // The table scrolls.
    pane.fits().await;
}

/// The cells of the row that opens this contact.
async fn cells(pane: &Pane, contact: &str) -> Vec<String> {
    let path = format!("//tr[th//button[normalize-space(.)='{contact}']]/td[not(input)]");
    let mut texts = vec![];
    for cell in pane.browser.driver.find_all(By::XPath(path)).await.expect("the row is there") {
        texts.push(cell.text().await.expect("a cell has text"));
    }
    texts
}

/// Prompts of all kinds, and cells of all kinds (`imis.md §8.2`).
async fn asks_and_answers_by_kind(edition: Edition) {
    let world = on(edition).await;
    let pane = world.signed_in().await;
    found(&pane, "Members").await;
    pane.fill("Balance", "1,5").await;
    pane.fill("City has", "London").await;
    pane.press("Run").await;
    pane.sees("Write a number, with a point before decimals: 12.5").await;
    pane.fill("Balance", "100.5").await;
    // The older edition has no labels for the values.
    let (regular, student) = match edition {
        Edition::Ems => ("Regular member", "Student member"),
        Edition::Imis2017 => ("REG", "STU"),
    };
    pane.choose(student).await;
    pane.choose_option("Active", "true").await;
    // Month before day or after it: both are the first.
    pane.fill("Paid through, at least", "01012026").await;
    pane.press("Run").await;
    pane.sees("Ada Lovelace").await;
    for answer in [
        format!("Member type: {regular}, {student}"),
        "Active: Yes".to_owned(),
        "Paid through, at least: Jan 1, 2026".to_owned(),
        "Balance: 100.5".to_owned(),
        "City has: London".to_owned(),
    ] {
        pane.sees(&answer).await;
    }
    let ada = cells(&pane, "101").await;
    let typed = |text: &str| ada.iter().any(|cell| cell == text);
    for text in ["REG", "Dec 31, 2026", "123.45", "Yes", "2", "https://www.example.org/people/101"] {
        assert!(typed(text), "no {text} in {ada:?}");
    }
    let changed = &ada[7];
    assert!(changed.contains(':') && changed.ends_with('M'), "{changed} is no moment: {ada:?}");
    let site = pane.find_css("a[href='https://www.example.org/people/101']").await;
    assert_eq!(site.attr("rel").await.expect("it has attributes").as_deref(), Some("noopener noreferrer"));
    pane.sees("Sorted by Balance due, largest first; Full Name").await;
}

#[tokio::test]
async fn prompts_and_cells_are_of_their_kinds() {
    asks_and_answers_by_kind(Edition::Ems).await;
}

#[tokio::test]
async fn prompts_and_cells_of_the_2017_edition_are_of_their_kinds() {
    asks_and_answers_by_kind(Edition::Imis2017).await;
}

#[tokio::test]
async fn what_is_typed_into_a_query_is_not_lost_without_a_question() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    found(&pane, "Find contacts").await;
    pane.fill("Last name (required)", "Love").await;
    pane.press("Back").await;
    pane.headed("Leave this query?").await;
    pane.press("Stay").await;
    pane.keyboard_at("prompt-0").await;
    let typed = async || pane.field("Last name (required)").await.prop("value").await.expect("a field has a value");
    assert_eq!(typed().await.as_deref(), Some("Love"));
    pane.press("Run").await;
    pane.sees("Ada Lovelace").await;
    pane.press("Change").await;
    pane.fill("Last name (required)", "Hop").await;
    pane.press("Back to the rows").await;
    pane.sees("Last name: Love").await;
    pane.press("Change").await;
    assert_eq!(typed().await.as_deref(), Some("Love"));
    pane.fill("Last name (required)", "Hop").await;
    pane.press("Back").await;
    pane.headed("Leave this query?").await;
    pane.press("Leave").await;
    pane.field("Find a query by name").await;
}

/// Nothing of the query is known, least of all that it has no rows.
#[tokio::test]
async fn a_query_that_fails_is_not_said_to_have_no_rows() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    let down = Fault::once(Effect::ServerError { stored: sim::imis::Stored::No }).on("GET", "query").always();
    world.imis.faults().add(down);
    found(&pane, "Names only").await;
    pane.headed("The rows did not come").await;
    assert!(!pane.text().await.contains("No rows"), "{}", pane.text().await);
    world.imis.faults().clear();
    pane.press("Try again").await;
    pane.sees("Ada Lovelace").await;
}

async fn takes_too_long(edition: Edition) {
    let imis = Settings { edition, ..Settings::default() };
    let imis_query = std::time::Duration::from_millis(500);
    let world = World::of(Plan { imis, imis_query, ..Plan::default() }).await;
    let pane = world.signed_in().await;
    found(&pane, "Takes for ever").await;
    pane.sees("This query takes iMIS too long").await;
    pane.sees("Narrow it down").await;
    pane.button("Try again").await;
}

#[tokio::test]
async fn a_query_that_takes_too_long_says_so() {
    takes_too_long(Edition::Ems).await;
}

#[tokio::test]
async fn a_query_of_the_2017_edition_that_takes_too_long_says_so() {
    takes_too_long(Edition::Imis2017).await;
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
    // Each page turned takes longer than several of an export: one that went on would be seen at iMIS.
    world.imis.ledger().forget_requests();
    for page in ["101–200", "201–300", "301–400", "401–500"] {
        pane.press("Next").await;
        pane.headed(&format!("Rows {page} of 100,000")).await;
    }
    let asked = world.imis.ledger().requests();
    let more = asked.iter().filter(|seen| seen.path == "/api/query").count();
    // Four pages, and at most the one of the export that was under way.
    assert!((4..=5).contains(&more), "the export went on: {more} pages were asked for");
    let left = std::fs::read_dir(&folder).expect("the folder is there").count();
    assert_eq!(left, 0, "half a file was kept");
}
