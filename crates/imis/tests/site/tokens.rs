//! Signing in, and living with tokens that die.

use crate::{World, credentials};
use futures_util::future::join_all;
use imis::{ErrorKind, Renewal, SignInError, UserName};
use sim::imis::{Effect, Fault, Settings, people::PASSWORD};
use std::time::Duration;

#[tokio::test]
async fn signing_in_says_who_it_is() {
    let world = World::new(Settings { path_prefix: "/asi.scheduler_imis".into(), ..Settings::default() }).await;
    let user = world.client.sign_in(&credentials("staff1", PASSWORD)).await.unwrap().user;
    assert_eq!((user.user_name.as_str(), user.contact.as_str(), user.name.as_str()), ("STAFF1", "192", "Hannah Weiss"));
    assert!(user.roles.contains(&"IsStaff".to_owned()));
}

#[tokio::test]
async fn a_wrong_password_is_tried_once() {
    let world = World::new(Settings::default()).await;
    let refused = world.client.sign_in(&credentials("STAFF1", "guess")).await.unwrap_err();
    assert!(matches!(refused, SignInError::WrongCredentials { message: Some(_) }), "{refused:?}");
    assert_eq!(world.asked("POST /token"), 1);
}

#[tokio::test]
async fn a_failing_token_service_is_not_given_the_password_again() {
    let world = World::new(Settings::default()).await;
    world.site.faults().add(Fault::once(Effect::Unavailable).on("POST", "token"));
    let refused = world.client.sign_in(&credentials("STAFF1", PASSWORD)).await.unwrap_err();
    assert!(matches!(refused, SignInError::Upstream(_)), "{refused:?}");
    assert_eq!(world.asked("POST /token"), 1);
}

#[tokio::test]
async fn every_reason_not_to_let_somebody_in_has_its_name() {
    let world = World::new(Settings::default()).await;
    let sign_in = |user: &'static str, password: &'static str| {
        let client = world.client.clone();
        async move { client.sign_in(&credentials(user, password)).await.unwrap_err() }
    };
    assert!(matches!(sign_in("DISABLED1", PASSWORD).await, SignInError::Disabled { .. }));
    assert!(matches!(sign_in("STAFF2", PASSWORD).await, SignInError::NoRemoteService));
    assert!(matches!(sign_in("MEMBER1", PASSWORD).await, SignInError::NotStaff));
    for _ in 0..5 {
        sign_in("STAFF1", "guess").await;
    }
    assert!(matches!(sign_in("STAFF1", PASSWORD).await, SignInError::Locked { .. }));
}

#[tokio::test]
async fn fifty_callers_share_one_token_request() {
    let world = World::new(Settings { latency: Duration::from_millis(20), ..Settings::default() }).await;
    let acting = world.acting("STAFF1");
    let calls = (0..50).map(|_| acting.find_by_addresses(&["ada.lovelace@example.org"]));
    assert!(join_all(calls).await.iter().all(|found| found.matches.len() == 1));
    assert_eq!(world.asked("POST /token"), 1);
}

#[tokio::test]
async fn the_others_get_their_token_when_the_first_caller_goes_away() {
    let world = World::new(Settings::default()).await;
    world.site.faults().add(Fault::once(Effect::Latency(Duration::from_millis(300))).on("POST", "token"));
    let acting = world.acting("STAFF1");
    let first = acting.find_by_addresses(&["ada.lovelace@example.org"]);
    assert!(tokio::time::timeout(Duration::from_millis(50), first).await.is_err(), "the first caller had to give up");
    let second = acting.find_by_addresses(&["ada.lovelace@example.org"]).await;
    assert_eq!((second.matches.len(), world.asked("POST /token")), (1, 1));
}

#[tokio::test]
async fn a_purged_token_is_renewed_once_for_all() {
    let world = World::new(Settings::default()).await;
    let acting = world.signed_in("STAFF1").await;
    world.site.purge_cache();
    let calls = (0..20).map(|_| acting.find_by_addresses(&["ada.lovelace@example.org"]));
    assert!(join_all(calls).await.iter().all(|found| found.error.is_none()));
    assert_eq!(world.asked("POST /token"), 1);
}

#[tokio::test]
async fn a_refused_password_is_not_sent_again_by_renewals() {
    let world = World::new(Settings::default()).await;
    let acting = world.signed_in("STAFF1").await;
    world.site.disable_user("STAFF1");
    world.site.purge_cache();
    for _ in 0..4 {
        let found = acting.find_by_addresses(&["ada.lovelace@example.org"]).await;
        assert_eq!(found.error.unwrap().kind, ErrorKind::Unauthorized);
    }
    assert_eq!(world.asked("POST /token"), 1);
}

#[tokio::test]
async fn without_means_of_renewal_a_dead_token_ends_it() {
    let world = World::new(Settings::default()).await;
    world.signed_in("STAFF1").await;
    let acting = world.client.acting_as(UserName::new("staff1"), Renewal::Nothing);
    assert!(acting.find_by_addresses(&["ada.lovelace@example.org"]).await.error.is_none());
    world.site.purge_cache();
    let found = acting.find_by_addresses(&["ada.lovelace@example.org"]).await;
    assert_eq!(found.error.unwrap().kind, ErrorKind::Unauthorized);
}

#[tokio::test]
async fn what_is_forgotten_is_fetched_anew() {
    let world = World::new(Settings::default()).await;
    let acting = world.signed_in("STAFF1").await;
    world.client.forget(&UserName::new("Staff1")).await.unwrap();
    assert!(acting.find_by_addresses(&["ada.lovelace@example.org"]).await.error.is_none());
    assert_eq!(world.asked("POST /token"), 1);
}

#[tokio::test]
async fn nothing_secret_or_personal_is_in_what_is_logged() {
    let world = World::new(Settings::default()).await;
    let who = credentials("STAFF1", PASSWORD);
    let signed_in = world.client.sign_in(&who).await.unwrap();
    let acting = world.acting("STAFF1");
    let found = acting.find_by_addresses(&["ada.lovelace@example.org"]).await;
    let shown = format!("{who:?} {signed_in:?} {acting:?} {found:?} {:?}", found.matches);
    for secret in [PASSWORD, "STAFF1", "Hannah", "ada.lovelace", "Lovelace"] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}
