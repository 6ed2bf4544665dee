//! A message being written: people and rows put into it.

use serde_json::{Value, json};
use sim::imis::{Edition, People, Settings};
use tests::world::{Plan, World};
use tests::{Pane, until};
use thirtyfour::By;

/// Signed in, with a new message begun in this form.
async fn writing(world: &World, format: &str) -> Pane {
    let pane = world.signed_in().await;
    pane.button("Queries").await;
    pane.in_outlook("window.outlookSim.compose(arguments[0])", vec![json!(format)]).await;
    pane.headed("You are writing a message").await;
    pane
}

async fn draft(pane: &Pane) -> Value {
    pane.in_outlook("return window.outlookSim.draft()", vec![]).await
}

/// The draft once this many stand in a field.
async fn filled(pane: &Pane, field: &str, count: usize) -> Vec<Value> {
    let people = async || draft(pane).await[field].as_array().filter(|people| people.len() == count).cloned();
    until(&format!("{count} stand in {field}"), people).await
}

async fn found(pane: &Pane, name: &str) {
    pane.press("Queries").await;
    pane.fill("Find a query by name", name).await;
    pane.sees("query found").await;
    pane.choose(name).await;
}

async fn fills(edition: Edition) {
    let imis = Settings { edition, ..Settings::default() };
    let world = World::of(Plan { imis, ..Plan::default() }).await;
    let pane = writing(&world, "html").await;
    found(&pane, "Find contacts").await;
    pane.fill("Last name (required)", "Love").await;
    pane.press("Run").await;
    pane.sees("Ada Lovelace").await;
    pane.press("Choose this page").await;
    pane.press("Put into To").await;
    pane.sees("put into To.").await;
    let people = filled(&pane, "to", 1).await;
    assert_eq!(people[0]["address"], "ada.lovelace@example.org");
    pane.press("Put into To").await;
    pane.sees("0 put into To.").await;
    pane.sees("already there or twice").await;
    filled(&pane, "to", 1).await;
}

#[tokio::test]
async fn the_people_of_a_query_are_put_into_the_message_once() {
    fills(Edition::Ems).await;
}

#[tokio::test]
async fn the_people_of_a_query_of_the_2017_edition_are_put_into_the_message_once() {
    fills(Edition::Imis2017).await;
}

#[tokio::test]
async fn a_query_of_many_fills_bcc_as_far_as_outlook_has_room() {
    let imis = Settings { people: People::Generated(1_500), ..Settings::default() };
    let world = World::of(Plan { imis, ..Plan::default() }).await;
    let pane = writing(&world, "html").await;
    pane.press("Queries").await;
    pane.fill("Find a query by name", "All").await;
    pane.sees("found").await;
    let all = By::XPath("//main//button[.//*[normalize-space(.)='All']]");
    pane.find(all, "query “All”").await.click().await.expect("it can be opened");
    pane.sees("Rows 1–100 of").await;
    pane.choose("Choose all").await;
    pane.press("Put into Bcc").await;
    pane.sees("500 put into Bcc.").await;
    pane.sees("500 for whom Outlook has no room in this field").await;
    pane.sees("Only the first 1,000 were looked at.").await;
    filled(&pane, "bcc", 500).await;
}

/// What the query says counts, whatever the contacts' own preferences say: who is a multiple of three opted out, and
/// the address is the one that the rows show.
async fn leaves_out(edition: Edition) {
    let imis = Settings { edition, ..Settings::default() };
    let world = World::of(Plan { imis, ..Plan::default() }).await;
    let pane = writing(&world, "html").await;
    found(&pane, "At work").await;
    pane.sees("Ada Lovelace").await;
    let mut times = 0;
    for choice in ["Choose this page", "Choose all"] {
        pane.press("Choose none").await;
        pane.choose(choice).await;
        pane.press("Put into Bcc").await;
        let more = async || {
            let bcc = draft(&pane).await["bcc"].as_array().cloned().unwrap_or_default();
            (bcc.len() > times).then_some(bcc)
        };
        let bcc = until(&format!("{choice} puts people in"), more).await;
        pane.sees("who do not want e-mail").await;
        times = bcc.len();
        for person in &bcc {
            let address = person["address"].as_str().unwrap_or_default();
            let number = address.strip_suffix("@work.example").and_then(|number| number.parse::<u32>().ok());
            assert!(number.is_some_and(|number| number % 3 != 0), "{address} is in Bcc by {choice}");
        }
    }
}

#[tokio::test]
async fn who_does_not_want_e_mail_is_left_out_and_counted() {
    leaves_out(Edition::Ems).await;
}

#[tokio::test]
async fn who_does_not_want_e_mail_is_left_out_in_the_2017_edition_too() {
    leaves_out(Edition::Imis2017).await;
}

#[tokio::test]
async fn a_row_without_an_e_mail_goes_into_a_table_and_into_no_field() {
    let world = World::start().await;
    let pane = writing(&world, "html").await;
    found(&pane, "Find contacts").await;
    pane.fill("Last name (required)", "Paperson").await;
    pane.press("Run").await;
    pane.press("Choose this page").await;
    pane.press("Insert as a table").await;
    pane.sees("It is in the message.").await;
    let body = draft(&pane).await["body"].as_str().unwrap_or_default().to_owned();
    assert!(body.contains("<td>108</td><td>Mr. Edmund Paperson</td><td></td>"), "{body}");
    pane.press("Put into To").await;
    pane.sees("0 put into To.").await;
    pane.sees("1 without an address").await;
    filled(&pane, "to", 0).await;
}

/// Nobody waits for one to be in before pressing the next.
#[tokio::test]
async fn who_is_put_in_at_one_moment_is_all_put_in() {
    let world = World::start().await;
    let pane = writing(&world, "html").await;
    pane.press("Find a contact").await;
    pane.fill("Name, ID, e-mail or organisation", "Acme").await;
    for name in ["Acme Institute", "Grace Hopper"] {
        pane.sees(name).await;
    }
    let all = "for (const name of ['Acme Institute', 'Grace Hopper']) \
        document.querySelector(`[aria-label^='Put '][aria-label*='${name}'] button`).click();";
    pane.browser.driver.execute(all, vec![]).await.expect("the script runs");
    let mut people: Vec<_> = filled(&pane, "to", 2).await.into_iter().map(|person| person["address"].clone()).collect();
    people.sort_by_key(ToString::to_string);
    assert_eq!(people, ["grace.hopper@acme.example", "info@acme.example"]);
}

#[tokio::test]
async fn from_a_contacts_card_they_go_into_to_cc_and_bcc_and_their_facts_into_the_text() {
    let world = World::start().await;
    let pane = writing(&world, "html").await;
    pane.press("Find a contact").await;
    for (name, field, address) in [
        ("Ada Lovelace", "To", "ada.lovelace@example.org"),
        ("José Núñez", "Cc", "jose.nunez@example.org"),
        ("Zoë Brandt", "Bcc", "zoe.brandt@example.net"),
    ] {
        pane.fill("Name, ID, e-mail or organisation", address).await;
        pane.choose(name).await;
        pane.headed("Contact").await;
        pane.press(field).await;
        pane.sees(&format!("1 put into {field}.")).await;
        assert_eq!(filled(&pane, &field.to_lowercase(), 1).await[0]["address"], address);
        pane.press("Insert into the message").await;
        pane.sees("It is in the message.").await;
        pane.press("Back").await;
    }
    let body = draft(&pane).await["body"].as_str().unwrap_or_default().to_owned();
    for line in
        ["Ms. Ada Lovelace<br>Analyst, Acme Institute, London<br>", "jose.nunez@example.org<br>", "iMIS ID: 103</p>"]
    {
        assert!(body.contains(line), "no {line} in {body}");
    }
}

/// Rows chosen over several pages are some work; one key must not throw them away.
#[tokio::test]
async fn rows_chosen_one_by_one_are_not_lost_without_a_question() {
    let world = World::start().await;
    let pane = writing(&world, "html").await;
    found(&pane, "Everybody there is").await;
    pane.headed("Rows 1–100 of 100,000").await;
    pane.press("Choose this page").await;
    pane.press("Next").await;
    pane.headed("Rows 101–200 of 100,000").await;
    pane.press("Choose this page").await;
    pane.sees("200 chosen").await;
    pane.press("Back").await;
    pane.headed("Leave this query?").await;
    pane.press("Stay").await;
    pane.sees("200 chosen").await;
    pane.press("Put into Bcc").await;
    pane.sees("put into Bcc.").await;
    pane.press("Back").await;
    pane.field("Find a query by name").await;
}

#[tokio::test]
async fn chosen_rows_become_a_table_in_the_message() {
    let world = World::start().await;
    let pane = writing(&world, "html").await;
    found(&pane, "Cells that bite").await;
    pane.press("Choose this page").await;
    pane.press("Insert as a table").await;
    pane.sees("It is in the message.").await;
    let body = draft(&pane).await["body"].as_str().unwrap_or_default().to_owned();
    assert!(body.contains("<table") && body.contains("<th>Full Name</th>"), "{body}");
    assert!(!body.contains("<script"), "a cell became a script: {body}");
}

#[tokio::test]
async fn in_a_message_of_plain_text_rows_and_facts_are_text() {
    let world = World::start().await;
    let pane = writing(&world, "text").await;
    found(&pane, "Find contacts").await;
    pane.fill("Last name (required)", "Love").await;
    pane.press("Run").await;
    pane.press("Choose this page").await;
    pane.press("Insert as a table").await;
    pane.sees("It is in the message.").await;
    pane.press("Open the contact 101 Ms. Ada Lovelace").await;
    pane.press("Insert into the message").await;
    pane.sees("It is in the message.").await;
    let body = draft(&pane).await["body"].as_str().unwrap_or_default().to_owned();
    assert!(body.contains("Full Name\tEmail") && body.contains("\tMs. Ada Lovelace\t"), "{body}");
    assert!(body.contains("\nada.lovelace@example.org\n"), "{body}");
}

#[tokio::test]
async fn somebody_found_by_name_goes_into_cc() {
    let world = World::start().await;
    let pane = writing(&world, "html").await;
    pane.press("Find a contact").await;
    pane.fill("Name, ID, e-mail or organisation", "Lovelace").await;
    pane.sees("Ada Lovelace").await;
    pane.press("Cc").await;
    pane.sees("1 put into Cc.").await;
    let people = filled(&pane, "cc", 1).await;
    assert_eq!(people[0]["address"], "ada.lovelace@example.org");
}

#[tokio::test]
async fn an_outlook_that_refuses_is_said_and_nobody_is_counted_as_put_in() {
    let world = World::start().await;
    let pane = writing(&world, "html").await;
    found(&pane, "Find contacts").await;
    pane.fill("Last name (required)", "Love").await;
    pane.press("Run").await;
    pane.press("Choose this page").await;
    pane.in_outlook("window.outlookSim.methodFault(22, 'error')", vec![]).await;
    pane.press("Put into To").await;
    pane.sees("0 put into To.").await;
    filled(&pane, "to", 0).await;
}
