//! A message being written: people and rows put into it.

use serde_json::{Value, json};
use sim::imis::{Edition, Settings};
use tests::world::{Plan, World};
use tests::{Pane, until};

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
    let world = World::start().await;
    let pane = writing(&world, "html").await;
    found(&pane, "Everybody there is").await;
    pane.headed("Rows 1–100 of 100,000").await;
    pane.press("Choose all 100,000").await;
    pane.press("Put into Bcc").await;
    pane.sees("500 put into Bcc.").await;
    pane.sees("500 for whom Outlook has no room in this field").await;
    pane.sees("Only the first 1,000 were looked at.").await;
    filled(&pane, "bcc", 500).await;
}

#[tokio::test]
async fn who_does_not_want_e_mail_is_left_out_and_counted() {
    let world = World::start().await;
    let pane = writing(&world, "html").await;
    found(&pane, "Newsletter readers").await;
    pane.press("Choose this page").await;
    pane.press("Put into Bcc").await;
    pane.sees("put into Bcc.").await;
    pane.sees("not want e-mail").await;
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
