//! The bar at the foot of the pane, and the times and headers of a message.

use serde_json::Value;
use tests::world::World;

/// Whether the bar is in sight at the foot, and what has the keyboard is in sight beside it; with its name.
const IN_SIGHT: &str = "
    const bar = document.querySelector('.view-bar').getBoundingClientRect();
    const focused = document.activeElement;
    const box = focused.getBoundingClientRect();
    const inside = focused.closest('.view-bar') !== null;
    const hidden = !inside && (box.bottom > bar.top + 1 || box.top < -1) && box.height < bar.top;
    const low = Math.abs(bar.bottom - document.documentElement.clientHeight) > 1;
    return [low, hidden, focused.textContent.trim() || focused.id, inside && focused.matches('.part-button--primary')];";

#[tokio::test]
async fn the_bar_stays_at_the_foot_and_never_hides_what_has_the_keyboard() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    pane.resize(320, 640).await;
    pane.open_message("Papers for the committee").await;
    pane.sees("To 2 contacts with 3 attachments").await;
    pane.sees("dues.csv").await;
    let mut stops = 0;
    for _ in 0..60 {
        pane.type_keys("\t").await;
        let seen = pane.browser.driver.execute(IN_SIGHT, Vec::<Value>::new()).await.expect("the script runs");
        let seen = seen.json().clone();
        assert_eq!(seen[0], false, "the bar is not at the foot: {seen}");
        assert_eq!(seen[1], false, "what has the keyboard is hidden: {seen}");
        stops += 1;
        if seen[3] == true {
            break;
        }
    }
    assert!((8..60).contains(&stops), "the button comes after the message, at stop {stops}");
    pane.type_keys("\n").await;
    pane.headed("Saved to iMIS").await;
    assert_eq!(world.imis.ledger().created("CommunicationLog").len(), 1);
}

#[tokio::test]
async fn the_details_are_one_press_away_and_the_bar_says_as_what() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    pane.resize(320, 640).await;
    pane.open_message("Papers for the committee").await;
    pane.sees("To 2 contacts with 3 attachments").await;
    pane.press("Details").await;
    pane.keyboard_at("save-title").await;
    pane.choose("Activity").await;
    pane.choose_option("Activity type", "CALL").await;
    pane.button("Save as activity").await;
    pane.sees("To 2 contacts with 3 attachments · Telephone call").await;
}

#[tokio::test]
async fn a_message_is_saved_with_the_time_at_which_it_was_sent_not_that_of_its_arrival() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    pane.open_message("Re: Renewal of my membership").await;
    pane.sees("To 2 contacts").await;
    pane.choose("Activity").await;
    pane.choose_option("Activity type", "CALL").await;
    pane.press("Save as activity").await;
    pane.headed("Saved to iMIS").await;
    let stored = world.imis.ledger().created("Activity")[0].stored.to_string();
    assert!(stored.contains("2026-11-20T"), "sent on the 20th, there on the 21st: {stored}");
}
