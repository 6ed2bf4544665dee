//! Seeing and ending sessions, one's own and others'.

use tests::Pane;
use tests::world::{PASSWORD, World};

async fn administrator(world: &World) -> Pane {
    let pane = world.pane().await;
    pane.sign_in("MANAGER", PASSWORD).await;
    pane.open_account().await;
    pane.press("All sessions").await;
    pane.headed("All sessions").await;
    pane
}

#[tokio::test]
async fn ones_own_sessions_are_listed_and_one_elsewhere_is_ended() {
    let world = World::start().await;
    let elsewhere = world.signed_in().await;
    elsewhere.sees("Hannah Weiss").await;
    let pane = world.signed_in().await;
    pane.open_account().await;
    pane.sees("STAFF1").await;
    pane.sees("Signed in with user name and password").await;
    pane.sees("This one").await;
    pane.picture("light-account").await;
    pane.press("Sign out everywhere else").await;
    pane.sees("1 session ended.").await;
    elsewhere.open_message("Writing from home").await;
    elsewhere.sees("Your session ended. Sign in to go on; nothing is lost.").await;
    pane.press("Back").await;
    pane.open_message("Writing from home").await;
    pane.sees("Grace Hopper").await;
}

#[tokio::test]
async fn the_keyboard_comes_back_to_the_name_it_left_from() {
    let world = World::start().await;
    let pane = Pane::open(world.one_process_browser().await, world.outlook.url()).await;
    pane.sign_in("STAFF1", PASSWORD).await;
    pane.sees("Hannah Weiss").await;
    pane.tab_to("Hannah Weiss, my account").await;
    pane.type_keys("\n").await;
    pane.headed("My account").await;
    pane.tab_to("Back").await;
    pane.type_keys("\n").await;
    pane.headed("People").await;
    pane.has_the_keyboard("Hannah Weiss, my account").await;
}

#[tokio::test]
async fn an_administrator_finds_a_user_and_ends_all_their_sessions() {
    let world = World::start().await;
    let staff = world.signed_in().await;
    staff.open_message("Renewal of my membership").await;
    staff.sees("Ada Lovelace").await;
    let pane = administrator(&world).await;
    pane.fill("User name contains", "staff1").await;
    pane.press("Search").await;
    pane.no_longer_sees("This one").await;
    pane.press("End all of staff1").await;
    pane.sees("All sessions of staff1 at this site end at once.").await;
    pane.picture("light-all-sessions").await;
    pane.press("Yes, end").await;
    pane.sees("1 session ended.").await;
    pane.sees("No sessions.").await;
    staff.open_message("Writing from home").await;
    staff.sees("Your session ended. Sign in to go on; nothing is lost.").await;
}

#[tokio::test]
async fn ending_everybodys_sessions_asks_first_and_takes_oneself_along() {
    let world = World::start().await;
    let pane = administrator(&world).await;
    pane.press("End everybody's sessions at this site").await;
    pane.press("Cancel").await;
    pane.no_longer_sees("Are you sure?").await;
    pane.press("End everybody's sessions at this site").await;
    pane.press("Yes, end").await;
    pane.sees("Your session ended. Sign in to go on; nothing is lost.").await;
}

#[tokio::test]
async fn staff_are_not_offered_everybodys_sessions() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    pane.open_account().await;
    pane.headed("Where you are signed in").await;
    assert!(!pane.text().await.contains("All sessions"));
}
