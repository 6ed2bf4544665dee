//! Another message is opened in between.

use serde_json::json;
use sim::imis::{Effect, Fault};
use tests::world::{A_WHILE, PASSWORD, World};
use tests::{Pane, until};

#[tokio::test]
async fn the_message_that_is_opened_while_the_pane_still_starts_is_the_one_it_shows() {
    let world = World::start().await;
    // In one process the protocol reaches the pane's frame too.
    let browser = world.one_process_browser().await;
    browser.devtools("Fetch.enable", json!({ "patterns": [{ "urlPattern": "*.wasm" }] })).await;
    let pane = Pane::open(browser, world.outlook.url()).await;
    pane.sees("Starting…").await;
    let followed = async || pane.in_outlook("return outlookSim.follows()", vec![]).await.as_bool()?.then_some(());
    until("Outlook is asked to tell of other messages", followed).await;
    pane.open_message("Writing from home").await;
    pane.sees("Starting…").await;
    pane.browser.devtools("Fetch.disable", json!({})).await;
    pane.sign_in("STAFF1", PASSWORD).await;
    pane.sees("Grace Hopper").await;
    assert!(!pane.text().await.contains("Ada Lovelace"));
}

#[tokio::test]
async fn an_answer_for_the_message_before_is_not_shown() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    pane.sees("Hannah Weiss").await;
    world.imis.faults().add(Fault::once(Effect::Latency(A_WHILE)).on("GET", "Party"));
    pane.open_message("Renewal of my membership").await;
    pane.open_message("Writing from home").await;
    pane.sees("Grace Hopper").await;
    // The late answer comes before this second look-up ends, and changes nothing.
    pane.open_message("Two of us share this address").await;
    pane.sees("2 contacts share office@harbour.example.").await;
    assert!(!pane.text().await.contains("Ada Lovelace"));
}

#[tokio::test]
async fn a_save_goes_on_while_another_message_is_read() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    pane.open_message("Papers for the committee").await;
    pane.sees("To 2 contacts").await;
    world.imis.faults().add(Fault::once(Effect::Latency(A_WHILE)).on("POST", "CommunicationLog"));
    pane.press("Save as interaction").await;
    pane.sees("Writing to 2 contacts").await;
    pane.open_message("Writing from home").await;
    pane.sees("Grace Hopper").await;
    pane.sees("Saved “Papers for the committee”").await;
    assert_eq!(world.imis.ledger().created("CommunicationLogAttachment").len(), 3);
    pane.open_message("Papers for the committee").await;
    pane.sees("The message carries the category “Saved to iMIS”.").await;
}

const ESCAPE: &str = "\u{e00c}";

/// Whether what stands at the foot covers what has the keyboard, how high it is, and what has the keyboard.
const COVERED: &str = "
    const foot = document.querySelector('.view-foot').getBoundingClientRect();
    const focused = document.activeElement;
    const box = focused.getBoundingClientRect();
    const inside = focused.closest('.view-foot') !== null;
    const covered = !inside && box.bottom > foot.top + 1 && box.height < foot.top;
    return [covered, foot.height, focused.textContent.trim() || focused.id, inside];";

#[tokio::test]
async fn saves_of_several_other_messages_take_one_line_and_cover_nothing_of_the_panel() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    pane.resize(320, 640).await;
    let mails =
        ["FW: Complaint about the invoice", "Writing from home", "A mail without an identity", "The film of the gala"];
    for subject in mails {
        pane.open_message(subject).await;
        pane.sees("To 1 contact").await;
        pane.press("Save as interaction").await;
        pane.headed("Saved to iMIS").await;
    }
    pane.open_message("Papers for the committee").await;
    pane.sees("To 2 contacts").await;
    world.imis.faults().add(Fault::once(Effect::Refused).on("POST", "CommunicationLogAttachment"));
    pane.press("Save as interaction").await;
    pane.headed("Partly saved").await;
    pane.sees("4 other messages").await;
    let mut stops = vec![];
    for _ in 0..60 {
        pane.type_keys("\t").await;
        let seen = pane.browser.driver.execute(COVERED, Vec::new()).await.expect("the script runs").json().clone();
        assert_eq!(seen[0], false, "the foot covers it: {seen}");
        assert!(seen[1].as_f64().is_some_and(|height| height < 60.0), "one line: {seen}");
        stops.push(seen[2].as_str().unwrap_or_default().to_owned());
        if seen[3] == true {
            break;
        }
    }
    assert!(stops.iter().any(|stop| stop == "Try again"), "{stops:?}");
    pane.type_keys("\n").await;
    for subject in mails {
        pane.sees(&format!("Saved “{subject}”")).await;
    }
    pane.open_message("Attendance of the spring conference").await;
    pane.sees("5 other messages").await;
    pane.sees("1 not complete").await;
    // Escape closes a line, then folds the list from within, and the keyboard stays at it.
    pane.choose("Saved “Writing from home”").await;
    pane.sees("Interaction for 1 contact").await;
    pane.type_keys(ESCAPE).await;
    pane.no_longer_sees("Interaction for 1 contact").await;
    pane.keyboard_on("Saved “Writing from home”").await;
    pane.type_keys(ESCAPE).await;
    pane.no_longer_sees("Saved “Writing from home”").await;
    pane.keyboard_on("5 other messages").await;
}

#[tokio::test]
async fn no_message_at_all_is_a_screen_of_its_own() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    pane.open_message("Writing from home").await;
    pane.sees("Grace Hopper").await;
    pane.close_message().await;
    pane.sees("No message is open").await;
}
