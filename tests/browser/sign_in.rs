//! Signing in through a window: Microsoft's own script opens it, iMIS or the organisation's provider signs the
//! person in, and the pane goes on (`security.md §3.2`, `§3.3`).

use sim::imis::{OpenIdMode, OpenerPolicy, PageHeaders, ReferrerPolicy};
use tests::world::{PASSWORD, Plan, World};
use tests::{Pane, Ways, ways};
use thirtyfour::prelude::*;

const STAFF1_EMAIL: &str = "hannah.weiss@association.example";

async fn world(ways: Ways) -> World {
    World::of(Plan { ways, ..Plan::default() }).await
}

/// Somebody signed in at iMIS's own page.
async fn signed_in(world: &World) -> Pane {
    let pane = world.pane().await;
    pane.sign_in_at_imis("STAFF1", PASSWORD).await;
    pane.sees("Signed in to iMIS as Hannah Weiss.").await;
    pane
}

#[tokio::test]
async fn imis_signs_the_person_in_on_its_own_page_and_the_pane_says_as_whom() {
    let world = world(Ways::SingleSignOn).await;
    let pane = signed_in(&world).await;
    pane.sees_the_window_go().await;
    pane.press("Close").await;
    pane.no_longer_sees("Signed in to iMIS as").await;
    pane.open_message("Renewal of my membership").await;
    pane.sees("Ada Lovelace").await;
}

#[tokio::test]
async fn the_second_time_imis_asks_for_nothing() {
    let world = world(Ways::SingleSignOn).await;
    let pane = signed_in(&world).await;
    pane.press("Sign out").await;
    pane.sees("You are signed out.").await;
    pane.press("Sign in with iMIS").await;
    pane.sees("Signed in to iMIS as Hannah Weiss.").await;
}

#[tokio::test]
async fn not_you_signs_out() {
    let world = world(Ways::SingleSignOn).await;
    let pane = signed_in(&world).await;
    pane.press("Not you?").await;
    pane.sees("You are signed out.").await;
    let pane = pane.reload(world.outlook.url()).await;
    pane.button("Sign in with iMIS").await;
}

#[tokio::test]
async fn the_organisations_provider_signs_in_and_imis_hands_over_in_the_same_window() {
    let world = world(Ways::OpenId).await;
    let pane = world.pane().await;
    pane.sign_in_at_provider("STAFF1", STAFF1_EMAIL, PASSWORD).await;
    pane.sees("Signed in to iMIS as Hannah Weiss.").await;
    pane.sees_the_window_go().await;
}

#[tokio::test]
async fn a_certified_provider_signs_in_and_out_like_any_other() {
    let world = world(Ways::CertifiedOpenId).await;
    let pane = world.pane().await;
    pane.sign_in_at_certified_provider("STAFF1", PASSWORD).await;
    pane.sees("Signed in to iMIS as Hannah Weiss.").await;
    pane.sees_the_window_go().await;
    pane.open_message("Renewal of my membership").await;
    pane.sees("Ada Lovelace").await;
    pane.press("Sign out").await;
    pane.in_window().await;
    pane.press("Yes, sign me out").await;
    pane.sees_the_window_go().await;
    pane.sees("You are signed out.").await;
}

#[tokio::test]
async fn signing_out_ends_the_providers_session_too() {
    let world = world(Ways::OpenId).await;
    let pane = world.pane().await;
    pane.sign_in_at_provider("STAFF1", STAFF1_EMAIL, PASSWORD).await;
    pane.sees("Signed in to iMIS as Hannah Weiss.").await;
    pane.sees_the_window_go().await;
    assert_eq!(world.provider.living_sessions(), 1);
    pane.press("Sign out").await;
    pane.sees_the_provider_sign_out(&world.provider).await;
    assert_eq!(world.provider.living_sessions(), 0);
    pane.sees("You are signed out.").await;
}

#[tokio::test]
async fn two_different_people_are_told_apart_and_neither_is_signed_in() {
    let world = world(Ways::OpenId).await;
    let pane = world.pane().await;
    pane.sign_in_at_provider("STAFF1", STAFF1_EMAIL, PASSWORD).await;
    pane.sees("Signed in to iMIS as Hannah Weiss.").await;
    pane.sees_the_window_go().await;
    // Another person at the provider, while iMIS still knows this browser as the first.
    world.provider.forget_sessions();
    pane.press("Not you?").await;
    pane.sees_the_provider_sign_out(&world.provider).await;
    pane.press("Sign in with Contoso").await;
    pane.in_window().await;
    pane.fill("User name", "MANAGER").await;
    pane.fill("Password", PASSWORD).await;
    pane.press("Sign in").await;
    pane.back().await;
    pane.sees("Two different people signed in").await;
}

#[tokio::test]
async fn ways_for_system_administrators_stay_behind_a_quiet_line() {
    let world = world(Ways::OpenId).await;
    ways::configure_imis(&world.imis, &world.provider, OpenIdMode::Test);
    let pane = world.pane().await;
    pane.button("Sign in with Contoso").await;
    assert!(!pane.text().await.contains("Password"), "{}", pane.text().await);
    pane.press("For system administrators").await;
    pane.sign_in("STAFF1", PASSWORD).await;
    pane.sees("This way in is for system administrators").await;
    pane.sign_in("MANAGER", PASSWORD).await;
    pane.button("Sign out").await;
}

#[tokio::test]
async fn a_window_closed_by_the_person_is_no_dead_end() {
    let world = world(Ways::SingleSignOn).await;
    let pane = world.pane().await;
    pane.press("Sign in with iMIS").await;
    pane.sees("Go on in the sign-in window").await;
    pane.in_window().await;
    pane.close_window().await;
    pane.sees("The sign-in window is closed").await;
    pane.press("Sign in again").await;
    pane.in_window().await;
    pane.fill("User name", "STAFF1").await;
    pane.fill("Password", PASSWORD).await;
    pane.press("Sign In").await;
    pane.back().await;
    pane.sees("Hannah Weiss").await;
}

#[tokio::test]
async fn cancelling_closes_the_window() {
    let world = world(Ways::SingleSignOn).await;
    let pane = world.pane().await;
    pane.press("Sign in with iMIS").await;
    pane.sees("Go on in the sign-in window").await;
    pane.press("Cancel").await;
    pane.sees_the_window_go().await;
    pane.button("Sign in with iMIS").await;
}

#[tokio::test]
async fn a_window_that_lost_the_pane_shows_a_code_to_type() {
    let world = world(Ways::SingleSignOn).await;
    world.imis.send_with_pages(PageHeaders { opener: OpenerPolicy::SameOrigin, referrer: ReferrerPolicy::Absent });
    let pane = world.pane().await;
    pane.sign_in_at_imis("STAFF1", PASSWORD).await;
    pane.in_window().await;
    pane.sees("Type this code into the pane").await;
    let code = pane.browser.driver.find(By::Css(".code [aria-hidden]")).await.expect("the window shows a code");
    let code = code.text().await.expect("it has a text").to_lowercase();
    pane.back().await;
    pane.sees("The sign-in window is closed").await;
    pane.fill("Code from the window", "0000-0000").await;
    pane.press("Use this code").await;
    pane.sees("That code is not right").await;
    pane.fill("Code from the window", &code).await;
    pane.press("Use this code").await;
    pane.sees("Hannah Weiss").await;
}

#[tokio::test]
async fn a_hand_over_without_an_origin_is_confirmed_by_the_person() {
    let world = world(Ways::UnnamedOrigin).await;
    world.imis.send_with_pages(PageHeaders { opener: OpenerPolicy::Absent, referrer: ReferrerPolicy::NoReferrer });
    let pane = world.pane().await;
    pane.sign_in_at_imis("STAFF1", PASSWORD).await;
    pane.headed("Is this you?").await;
    pane.sees("STAFF1").await;
    pane.press("Yes, that is me").await;
    pane.button("Sign out").await;
    pane.open_message("Renewal of my membership").await;
    pane.sees("Ada Lovelace").await;
}

#[tokio::test]
async fn no_that_is_not_me_leaves_nobody_signed_in() {
    let world = world(Ways::UnnamedOrigin).await;
    world.imis.send_with_pages(PageHeaders { opener: OpenerPolicy::Absent, referrer: ReferrerPolicy::NoReferrer });
    let pane = world.pane().await;
    pane.sign_in_at_imis("STAFF1", PASSWORD).await;
    pane.headed("Is this you?").await;
    pane.press("No, sign out").await;
    pane.sees("You are signed out.").await;
}

#[tokio::test]
async fn an_outlook_that_lets_no_window_open_says_what_to_do() {
    let world = world(Ways::SingleSignOn).await;
    let pane = Pane::open(world.browser().await, format!("{}?popups=blocked", world.outlook.url())).await;
    pane.press("Sign in with iMIS").await;
    pane.press_outlooks("Allow").await;
    pane.sees("Your browser blocks windows. Allow them for Outlook's page, then try again.").await;
    pane.press("Sign in with iMIS").await;
    pane.press_outlooks("Ignore").await;
    pane.sees("The sign-in window was not opened").await;
    pane.button("Sign in with iMIS").await;
}

#[tokio::test]
async fn where_windows_open_at_a_click_alone_signing_in_works_and_coming_back_by_itself_asks_for_one() {
    let world = world(Ways::SingleSignOn).await;
    let pane = Pane::open(world.browser_blocking_popups().await, world.outlook.url()).await;
    pane.sign_in_at_imis("STAFF1", PASSWORD).await;
    pane.sees("Signed in to iMIS as Hannah Weiss.").await;
    pane.sees_the_window_go().await;
    world.imis.purge_cache();
    pane.open_message("Writing from home").await;
    pane.sees("Your session ended. Sign in to go on; nothing is lost.").await;
    pane.press("Sign in with iMIS").await;
    pane.sees("Grace Hopper").await;
}

#[tokio::test]
async fn a_save_cut_off_by_the_sessions_end_goes_on_after_the_pane_signed_in_again_by_itself() {
    let world = world(Ways::SingleSignOn).await;
    let pane = signed_in(&world).await;
    pane.open_message("Papers for the committee").await;
    pane.sees("To 2 contacts").await;
    // iMIS gave nothing to renew with, so the session ends with its token.
    world.imis.purge_cache();
    pane.press("Save as interaction").await;
    pane.headed("Saved to iMIS").await;
    assert_eq!(world.imis.ledger().created("CommunicationLog").len(), 1);
    assert_eq!(world.imis.ledger().created("CommunicationLogAttachment").len(), 3);
}

#[tokio::test]
async fn a_session_is_renewed_under_a_half_filled_form() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    pane.open_message("Papers for the committee").await;
    pane.sees("To 2 contacts").await;
    pane.choose("Activity").await;
    pane.choose_option("Activity type", "CALL").await;
    pane.choose("dues.csv").await;
    let former = pane.kept_session().await;
    world.turn_clock(23 * 60);
    pane.minutes_pass(23 * 60).await;
    pane.keeps_another_session_than(&former).await;
    pane.press("Save as activity").await;
    pane.headed("Saved to iMIS").await;
    let activities = world.imis.ledger().created("Activity");
    assert!(activities[0].stored.to_string().contains("CALL"));
    assert_eq!(world.imis.ledger().created("LegacyActivityAttachment").len(), 4, "two files on each of two");
}

#[tokio::test]
async fn a_pane_that_slept_past_its_tokens_end_goes_on_as_if_nothing_were() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    pane.open_message("Renewal of my membership").await;
    pane.sees("Everything about Maria Silva").await;
    pane.sees("To 2 contacts").await;
    world.turn_clock(30 * 60);
    pane.minutes_pass(30 * 60).await;
    pane.open_message("Writing from home").await;
    pane.sees("Grace Hopper").await;
}
