//! Saving a message after it was sent, past Outlook's own send handler, with iMIS's ledger as witness.

use serde_json::{Value, json};
use sim::imis::{Edition, Effect, Fault, Settings};
use tests::world::{Plan, World};
use tests::{Pane, until};

const SUBJECT: &str = "Your renewal";
/// What the handler may take.
const LIMIT_MS: f64 = 3_000.0;

async fn outlook(pane: &Pane, script: &str) -> Value {
    pane.in_outlook(script, vec![]).await
}

/// A message begun to Ada, in copy to José and Zoë unseen, with a file.
async fn writing(pane: &Pane) {
    pane.button("Queries").await;
    let script = "
        outlookSim.compose('html');
        outlookSim.subject(arguments[0]);
        outlookSim.text('<p>Thank you for <b>staying</b> with us.</p>');
        outlookSim.address('to', [{ name: 'Ada Lovelace', address: 'ada.lovelace@example.org' }]);
        outlookSim.address('cc', [{ name: 'José Núñez', address: 'jose.nunez@example.org' }]);
        outlookSim.address('bcc', [{ name: 'Zoë Brandt', address: 'zoe.brandt@example.net' }]);
        outlookSim.attach('receipt.txt', 'text/plain', btoa('paid in full'));";
    pane.in_outlook(script, vec![json!(SUBJECT)]).await;
    pane.headed("You are writing a message").await;
}

async fn wished(pane: &Pane) {
    writing(pane).await;
    pane.press("Save to iMIS after sending").await;
    pane.sees("Once sent, the message waits in a list here.").await;
}

/// Presses Send, and waits until the message has gone; what the handler said, after how long.
async fn sent(pane: &Pane) -> Value {
    outlook(pane, "document.getElementById('send').click()").await;
    gone(pane).await
}

async fn gone(pane: &Pane) -> Value {
    let there = async || outlook_alone(pane, "return outlookSim.sends().at(-1) ?? null").await.as_object().cloned();
    let answer = Value::Object(until("the message goes", there).await);
    assert_eq!(answer["allowEvent"], true, "{answer}");
    answer
}

/// The same where no pane may be open.
async fn outlook_alone(pane: &Pane, script: &str) -> Value {
    pane.browser.driver.enter_default_frame().await.expect("the page is there");
    pane.browser.driver.execute(script, vec![]).await.expect("the script runs").json().clone()
}

/// Another computer, which knows the mailbox alone, with another message open than the one that was sent.
async fn at_another_computer(world: &World) -> Pane {
    let pane = Pane::open(world.browser().await, format!("{}?mail=plain", world.outlook.url())).await;
    pane.sign_in("STAFF1", tests::world::PASSWORD).await;
    pane
}

async fn saves(edition: Edition) {
    let imis = Settings { edition, ..Settings::default() };
    let world = World::of(Plan { imis, ..Plan::default() }).await;
    let pane = world.signed_in().await;
    wished(&pane).await;
    pane.sees("Zoë Brandt").await;
    pane.choose("Activity").await;
    pane.choose_option("Activity type", "CALL").await;
    let answer = sent(&pane).await;
    assert!(answer["took"].as_f64().is_some_and(|took| took < LIMIT_MS), "{answer}");
    pane.in_outlook("return null", vec![]).await;
    pane.headed("1 sent message is not saved yet").await;
    assert!(world.imis.ledger().created("Activity").is_empty(), "what is saved is what was sent");
    pane.open_message(SUBJECT).await;
    pane.headed("Saved to iMIS").await;
    let ledger = world.imis.ledger();
    let activities = ledger.created("Activity");
    assert_eq!(activities.len(), 3, "Ada, José, and Zoë, whom nobody else sees");
    for activity in &activities {
        let stored = activity.stored.to_string();
        for part in ["CALL", SUBJECT, "staying"] {
            assert!(stored.contains(part), "{part} is not in {stored}");
        }
    }
    let files = ledger.created("LegacyActivityAttachment");
    assert_eq!(files.len(), 3);
    let file = files[0].file.as_ref().expect("a file");
    assert_eq!(file.content.as_deref(), Some(b"paid in full".as_slice()));
    pane.no_longer_sees("is not saved yet").await;
    // Opened again it is not saved again.
    pane.open_message("Papers for the committee").await;
    pane.sees("To 2 contacts").await;
    pane.open_message(SUBJECT).await;
    pane.headed("Saved to iMIS").await;
    assert_eq!(world.imis.ledger().created("Activity").len(), 3);
}

#[tokio::test]
async fn a_message_is_saved_after_sending_once_with_its_files_to_everybody_it_went_to() {
    saves(Edition::Ems).await;
}

#[tokio::test]
async fn a_message_is_saved_after_sending_in_the_2017_edition_too() {
    saves(Edition::Imis2017).await;
}

#[tokio::test]
async fn with_the_pane_shut_the_message_waits_for_another_day_and_another_computer() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    wished(&pane).await;
    outlook_alone(&pane, "outlookSim.closePane(); document.getElementById('send').click()").await;
    gone(&pane).await;
    drop(pane);
    let pane = at_another_computer(&world).await;
    pane.headed("1 sent message is not saved yet").await;
    pane.sees("ada.lovelace@example.org and 1 more").await;
    pane.open_message(SUBJECT).await;
    pane.headed("Saved to iMIS").await;
    let ledger = world.imis.ledger();
    assert_eq!(ledger.created("CommunicationLog").len(), 1);
    assert_eq!(ledger.created("CommunicationLogRecipient").len(), 3);
    assert_eq!(ledger.created("CommunicationLogAttachment").len(), 1);
    pane.no_longer_sees("is not saved yet").await;
}

#[tokio::test]
async fn a_handler_that_outlook_leaves_hanging_lets_the_message_go_within_three_seconds_and_it_is_saved_later() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    wished(&pane).await;
    let hang = "for (const number of [15, 18, 186, 404]) outlookSim.methodFault(number, 'silence')";
    outlook(&pane, hang).await;
    let answer = sent(&pane).await;
    assert!(answer["took"].as_f64().is_some_and(|took| (1_000.0..LIMIT_MS).contains(&took)), "{answer}");
    outlook(&pane, "for (const number of [15, 18, 186, 404]) outlookSim.methodFault(number, null)").await;
    pane.headed("1 sent message is not saved yet").await;
    pane.open_message(SUBJECT).await;
    pane.headed("Saved to iMIS").await;
    assert_eq!(world.imis.ledger().created("CommunicationLog").len(), 1);
}

#[tokio::test]
async fn what_could_not_be_saved_is_said_and_waits_and_a_retry_saves_it_once() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    wished(&pane).await;
    sent(&pane).await;
    world.imis.faults().add(Fault::once(Effect::Refused).on("POST", "CommunicationLog"));
    pane.in_outlook("return null", vec![]).await;
    pane.open_message(SUBJECT).await;
    pane.headed("Not saved").await;
    pane.headed("1 sent message is not saved yet").await;
    pane.press("Try again").await;
    pane.headed("Saved to iMIS").await;
    pane.no_longer_sees("is not saved yet").await;
    assert_eq!(world.imis.ledger().created("CommunicationLog").len(), 1);
}

#[tokio::test]
async fn who_wished_nothing_has_nothing_noted_and_nothing_saved() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    writing(&pane).await;
    let answer = sent(&pane).await;
    assert!(answer["took"].as_f64().is_some_and(|took| took < LIMIT_MS), "{answer}");
    assert!(world.outlook.state().settings.is_empty(), "{:?}", world.outlook.state().settings);
    pane.in_outlook("return null", vec![]).await;
    pane.open_message(SUBJECT).await;
    pane.sees("To 2 contacts").await;
    pane.no_longer_sees("is not saved yet").await;
    assert!(world.imis.ledger().created("CommunicationLog").is_empty());
}

#[tokio::test]
async fn a_wish_that_is_taken_back_leaves_nothing_on_the_message() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    wished(&pane).await;
    let headers = outlook(&pane, "return outlookSim.draft().headers").await;
    let name = headers["x-imis-outlook-save"].as_str().unwrap_or_default().to_owned();
    assert_eq!(name.len(), 36, "a random name and nothing else: {headers}");
    assert_eq!(headers.as_object().map(serde_json::Map::len), Some(1));
    pane.press("Save to iMIS after sending").await;
    let taken = async || (outlook(&pane, "return outlookSim.draft().headers").await == json!({})).then_some(());
    until("the header goes", taken).await;
    sent(&pane).await;
    assert!(world.outlook.state().settings.is_empty());
}

#[tokio::test]
async fn an_outlook_without_send_handlers_says_so_and_the_message_is_saved_when_it_is_opened() {
    let world = World::start().await;
    let pane = Pane::open(world.browser().await, format!("{}?mailbox=1.8", world.outlook.url())).await;
    pane.sign_in("STAFF1", tests::world::PASSWORD).await;
    writing(&pane).await;
    pane.press("Save to iMIS after sending").await;
    pane.sees("This Outlook does not tell when a message is sent.").await;
    let answer = sent(&pane).await;
    assert_eq!(answer["took"], Value::Null, "nothing ran");
    let pane = pane.reload(format!("{}?mailbox=1.8&mail=plain", world.outlook.url())).await;
    pane.sees("Ada Lovelace").await;
    pane.open_message(SUBJECT).await;
    pane.headed("Saved to iMIS").await;
    assert_eq!(world.imis.ledger().created("CommunicationLog").len(), 1);
}

#[tokio::test]
async fn an_outlook_that_knows_no_headers_says_that_it_cannot() {
    let world = World::start().await;
    let pane = Pane::open(world.browser().await, format!("{}?mailbox=1.5", world.outlook.url())).await;
    pane.sign_in("STAFF1", tests::world::PASSWORD).await;
    writing(&pane).await;
    pane.sees("This Outlook cannot save by itself after sending.").await;
}

#[tokio::test]
async fn a_message_goes_though_the_server_cannot_be_reached_and_the_pane_says_later_that_it_is_not_saved() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    wished(&pane).await;
    let (world, answer) = world.while_the_server_is_away(async || sent(&pane).await).await;
    assert_eq!(answer["unavailable"], true, "{answer}");
    assert!(answer["took"].as_f64().is_some_and(|took| took < LIMIT_MS), "{answer}");
    let pane = pane.reload(format!("{}?mail=plain", world.outlook.url())).await;
    pane.headed("1 message is to be saved once it is sent").await;
    pane.sees("We did not see it leave. It may be a draft still.").await;
    assert!(world.imis.ledger().created("CommunicationLog").is_empty());
    pane.open_message(SUBJECT).await;
    pane.headed("Saved to iMIS").await;
    assert_eq!(world.imis.ledger().created("CommunicationLog").len(), 1);
    pane.no_longer_sees("is to be saved once").await;
}

#[tokio::test]
async fn what_the_handler_noted_meanwhile_outlives_a_pane_that_writes_the_mailboxs_settings_for_another_reason() {
    let world = World::start().await;
    let desktop = world.signed_in().await;
    wished(&desktop).await;
    sent(&desktop).await;
    drop(desktop);
    let pane = at_another_computer(&world).await;
    pane.headed("1 sent message is not saved yet").await;
    // This window read the settings before; another message is written and sent in another.
    let driver = &pane.browser.driver;
    let first = driver.window().await.expect("a window");
    let second = driver.new_tab().await.expect("another");
    driver.switch_to_window(second).await.expect("it is there");
    driver.goto(format!("{}?mail=plain", world.outlook.url())).await.expect("Outlook's page loads");
    outlook(&pane, "return null").await;
    wished(&pane).await;
    sent(&pane).await;
    driver.switch_to_window(first).await.expect("it is there still");
    outlook(&pane, "return null").await;
    pane.open_account().await;
    pane.choose("Show a bar above messages").await;
    let written = async || world.outlook.state().settings.contains_key("imis-no-bar").then_some(());
    until("the mailbox keeps the mark", written).await;
    drop(pane);
    // A third computer knows of both by the mailbox alone.
    let pane = at_another_computer(&world).await;
    pane.headed("2 sent messages are not saved yet").await;
    pane.sees(SUBJECT).await;
}
