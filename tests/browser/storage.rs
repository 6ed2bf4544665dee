//! Where the browser lets a pane keep its session, and where it does not.

use tests::world::{PASSWORD, Plan, World};
use tests::{Pane, Ways};

async fn single_sign_on() -> World {
    World::of(Plan { ways: Ways::SingleSignOn, ..Plan::default() }).await
}

#[tokio::test]
async fn blocked_third_party_cookies_and_parted_storage_stop_nobody() {
    let world = single_sign_on().await;
    let browser = world.browser_with(&["--test-third-party-cookie-phaseout"]).await;
    let pane = Pane::open(browser, world.outlook.url()).await;
    pane.sign_in_at_imis("STAFF1", PASSWORD).await;
    pane.sees("Signed in to iMIS as Hannah Weiss.").await;
    let pane = pane.reload(world.outlook.url()).await;
    pane.sees("Hannah Weiss").await;
}

#[tokio::test]
async fn storage_that_throws_leaves_the_session_in_memory() {
    let world = single_sign_on().await;
    let browser = world.browser_without_storage().await;
    let pane = Pane::open(browser, world.outlook.url()).await;
    assert!(pane.storage_throws().await, "the browser must refuse storage for this to tell anything");
    pane.sign_in_at_imis("STAFF1", PASSWORD).await;
    pane.sees("Signed in to iMIS as Hannah Weiss.").await;
    pane.open_message("Renewal of my membership").await;
    pane.sees("Ada Lovelace").await;
    let pane = pane.reload(world.outlook.url()).await;
    pane.button("Sign in with iMIS").await;
}

#[tokio::test]
async fn a_second_pane_of_the_browser_has_the_same_session_and_leaves_with_the_first() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    pane.sees("Hannah Weiss").await;
    let second = pane.beside(world.outlook.url()).await;
    pane.sees("Hannah Weiss").await;
    pane.press("Sign out").await;
    pane.sees("You are signed out.").await;
    pane.go_to(&second).await;
    pane.sees("You are signed out.").await;
    pane.sign_in("STAFF1", PASSWORD).await;
    pane.sees("Hannah Weiss").await;
    pane.back().await;
    pane.sees("Hannah Weiss").await;
}

#[tokio::test]
async fn nothing_of_one_person_can_be_pressed_once_another_signed_in_beside() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    pane.open_message("Writing from home").await;
    pane.sees("Grace Hopper").await;
    pane.minutes_pass_unseen(40 * 60).await;
    pane.loses_the_server().await;
    pane.beside(world.outlook.url()).await;
    pane.sees("Hannah Weiss").await;
    pane.minutes_pass_unseen(40 * 60).await;
    world.turn_clock(40 * 60);
    pane.open_message("Writing from home").await;
    pane.sees("Your session ended.").await;
    pane.sign_in("MANAGER", PASSWORD).await;
    pane.sees("Maya Rivera").await;
    pane.back().await;
    pane.no_longer_sees("Hannah Weiss").await;
    pane.no_longer_sees("Grace Hopper").await;
    pane.finds_the_server().await;
    pane.press("Try again").await;
    pane.sees("Maya Rivera").await;
}

#[tokio::test]
async fn what_one_pane_renewed_the_other_goes_on_with() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    pane.sees("Hannah Weiss").await;
    let former = pane.kept_session().await;
    let second = pane.beside(world.outlook.url()).await;
    pane.sees("Hannah Weiss").await;
    pane.minutes_pass_unseen(23 * 60).await;
    pane.back().await;
    pane.minutes_pass_unseen(23 * 60).await;
    world.turn_clock(23 * 60);
    pane.is_looked_at().await;
    pane.keeps_another_session_than(&former).await;
    let fresh = pane.kept_session().await;
    pane.go_to(&second).await;
    pane.keeps_another_session_than(&former).await;
    assert_eq!(pane.kept_session().await, fresh);
    pane.open_message("Writing from home").await;
    pane.sees("Grace Hopper").await;
}

#[tokio::test]
async fn a_key_that_is_gone_asks_to_sign_in_in_plain_words() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    pane.sees("Hannah Weiss").await;
    pane.lose_the_key().await;
    let pane = pane.reload(world.outlook.url()).await;
    pane.sees("Your session ended. Sign in to go on; nothing is lost.").await;
    pane.sign_in("STAFF1", PASSWORD).await;
    pane.sees("Hannah Weiss").await;
}
