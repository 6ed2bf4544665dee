//! Signing in and out.

use sim::imis::{Effect, Fault};
use tests::world::{PASSWORD, Plan, World};

#[tokio::test]
async fn a_member_of_staff_signs_in_and_is_greeted_by_name() {
    let world = World::start().await;
    let pane = world.pane().await;
    pane.sees("Use your iMIS user name and password.").await;
    pane.sign_in("STAFF1", PASSWORD).await;
    pane.sees("Hannah Weiss").await;
}

#[tokio::test]
async fn a_wrong_password_is_said_and_the_name_stays() {
    let world = World::start().await;
    let pane = world.pane().await;
    pane.sign_in("STAFF1", "wrong").await;
    pane.sees("User name or password is wrong, or the account is locked or disabled").await;
    let name = pane.field("User name").await.value().await.expect("a field has a value");
    assert_eq!(name.as_deref(), Some("STAFF1"));
    pane.fill("Password", PASSWORD).await;
    pane.press("Sign in").await;
    pane.sees("Hannah Weiss").await;
}

#[tokio::test]
async fn our_lock_comes_before_that_of_imis() {
    let world = World::start().await;
    let pane = world.pane().await;
    for _ in 0..3 {
        pane.sign_in("STAFF1", "wrong").await;
        pane.sees("User name or password is wrong, or the account is locked or disabled").await;
        pane.sees("Sign in").await;
    }
    pane.sign_in("STAFF1", PASSWORD).await;
    pane.sees("Too many tries").await;
    let asked = world.imis.ledger().counts().get("POST /token").copied();
    assert_eq!(asked, Some(3), "iMIS locks at the fifth and must not hear of the fourth");
}

#[tokio::test]
async fn an_account_without_the_role_for_remote_service_is_told_what_to_ask_for() {
    let world = World::start().await;
    let pane = world.pane().await;
    pane.sign_in("STAFF2", PASSWORD).await;
    pane.sees("Ask your administrator for the RemoteService role.").await;
}

#[tokio::test]
async fn a_disabled_account_is_told_apart_from_a_wrong_password_to_nobody() {
    let world = World::start().await;
    let pane = world.pane().await;
    pane.sign_in("DISABLED1", PASSWORD).await;
    pane.sees("User name or password is wrong, or the account is locked or disabled").await;
    pane.sees("If both are right, ask your administrator.").await;
}

#[tokio::test]
async fn an_imis_that_answers_with_a_web_page_is_told_apart_from_a_wrong_password() {
    let world = World::start().await;
    world.imis.faults().add(Fault::once(Effect::Html).on("POST", "token"));
    let pane = world.pane().await;
    pane.sign_in("STAFF1", PASSWORD).await;
    pane.sees("iMIS answered in a way we don't understand").await;
}

#[tokio::test]
async fn the_session_outlives_a_reload_of_the_page() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    pane.sees("Hannah Weiss").await;
    let pane = pane.reload(world.outlook.url()).await;
    pane.sees("Hannah Weiss").await;
    assert_eq!(world.imis.ledger().counts().get("POST /token"), Some(&1));
}

#[tokio::test]
async fn signing_out_leaves_the_door_closed_after_a_reload() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    pane.sees("Hannah Weiss").await;
    pane.press("Sign out").await;
    pane.sees("You are signed out.").await;
    let pane = pane.reload(world.outlook.url()).await;
    pane.sees("Use your iMIS user name and password.").await;
}

#[tokio::test]
async fn a_dead_imis_token_is_renewed_without_anybody_noticing() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    pane.open_message("Renewal of my membership").await;
    pane.sees("Ada Lovelace").await;
    world.imis.purge_cache();
    pane.open_message("Writing from home").await;
    pane.sees("Grace Hopper").await;
    assert_eq!(world.imis.ledger().counts().get("POST /token"), Some(&2));
}

#[tokio::test]
async fn a_session_that_cannot_be_renewed_asks_to_sign_in_and_goes_on_where_it_was() {
    let remember = server::config::RememberCredentials::Forgotten;
    let world = World::of(Plan { remember, ..Plan::default() }).await;
    let pane = world.signed_in().await;
    pane.open_message("Papers for the committee").await;
    pane.sees("José Núñez").await;
    world.imis.purge_cache();
    pane.press("Save as interaction").await;
    pane.sees("Your session ended. Sign in to go on; nothing is lost.").await;
    pane.fill("Password", PASSWORD).await;
    pane.press("Sign in").await;
    pane.headed("Saved to iMIS").await;
    assert_eq!(world.imis.ledger().created("CommunicationLog").len(), 1);
    assert_eq!(world.imis.ledger().created("CommunicationLogAttachment").len(), 3);
}
