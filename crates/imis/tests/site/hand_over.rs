//! Signing in by what iMIS hands over.

use crate::{World, application, credentials, raw};
use imis::{ClientApplication, Clock, ErrorKind, SignInError};
use secrecy::ExposeSecret;
use sim::imis::{Effect, Fault, Replacement, Settings, Stored, people::PASSWORD};
use std::time::Duration;

#[tokio::test]
async fn whom_imis_hands_over_is_signed_in() {
    let world = World::new(Settings::default()).await;
    world.site.set_external_id("STAFF1", "oid|7");
    let token = world.hand_over("STAFF1").await;
    let signed_in = world.client.sign_in_by_hand_over(&application(), token).await.unwrap();
    let user = &signed_in.user;
    assert_eq!((user.user_name.as_str(), user.contact.as_str()), ("STAFF1", "192"));
    assert_eq!(user.external_id.as_deref(), Some("oid|7"));
    assert!(user.email.as_ref().is_some_and(|email| email.contains('@')));
    assert!(!user.is_administrator() && signed_in.refresh_token.is_none());
    let found = world.acting("STAFF1").find_by_addresses(&["ada.lovelace@example.org"]).await;
    assert_eq!((found.matches.len(), world.asked("POST /token")), (1, 1));
}

#[tokio::test]
async fn what_renews_the_sign_in_is_handed_on_and_stays_hidden() {
    let world = World::new(Settings { refresh_replacement: Replacement::Sent, ..Settings::default() }).await;
    let token = world.hand_over("MANAGER").await;
    let signed_in = world.client.sign_in_by_hand_over(&application(), token).await.unwrap();
    assert!(signed_in.user.is_administrator());
    let shown = format!("{signed_in:?} {:?}", application());
    let next = signed_in.refresh_token.unwrap();
    assert!(!shown.contains(next.expose_secret()) && !shown.contains(application().secret.expose_secret()));
    world.client.sign_in_by_hand_over(&application(), next).await.unwrap();
}

#[tokio::test]
async fn a_hand_over_is_redeemed_once_whatever_happens() {
    let world = World::new(Settings::default()).await;
    for effect in [
        Effect::ResetBeforeStore,
        Effect::ResetAfterStore,
        Effect::Truncated,
        Effect::Html,
        Effect::ServerError { stored: Stored::No },
        Effect::ServerError { stored: Stored::Yes },
        Effect::RequestTimeout,
        Effect::Unavailable,
        Effect::TooManyRequests { retry_after: Some(0) },
    ] {
        let token = world.hand_over("STAFF1").await;
        world.site.faults().add(Fault::once(effect.clone()).on("POST", "token"));
        let refused = world.client.sign_in_by_hand_over(&application(), token).await.unwrap_err();
        assert!(matches!(refused, SignInError::Upstream(_)), "{effect:?}: {refused:?}");
        assert_eq!(world.asked("POST /token"), 1, "{effect:?}");
    }
}

#[tokio::test]
async fn a_wrong_client_secret_is_the_administrators_fault() {
    let world = World::new(Settings::default()).await;
    let token = world.hand_over("STAFF1").await;
    for wrong in [
        ClientApplication { secret: "guess".to_owned().into(), ..application() },
        ClientApplication { id: "Unknown".into(), ..application() },
    ] {
        let refused = world.client.sign_in_by_hand_over(&wrong, token.clone()).await.unwrap_err();
        assert!(matches!(refused, SignInError::ApplicationRefused), "{refused:?}");
    }
    world.client.sign_in_by_hand_over(&application(), token).await.unwrap();
}

#[tokio::test]
async fn a_hand_over_that_was_used_or_has_expired_is_refused() {
    let world = World::new(Settings::default()).await;
    let used = world.hand_over("STAFF1").await;
    world.client.sign_in_by_hand_over(&application(), used.clone()).await.unwrap();
    let late = world.hand_over("STAFF1").await;
    world.site.age_tokens(Duration::from_hours(2));
    for token in [used, late, "made up".to_owned().into()] {
        let refused = world.client.sign_in_by_hand_over(&application(), token).await.unwrap_err();
        assert!(matches!(refused, SignInError::HandOverRefused { .. }), "{refused:?}");
    }
}

#[tokio::test]
async fn an_answer_that_does_not_say_who_it_is_signs_nobody_in() {
    let (listener, client) = raw::bare_site().await;
    let site = raw::answer(&listener, raw::TOKEN, 0);
    let (application, token) = (application(), "refresh".to_owned().into());
    let (refused, _) = tokio::join!(client.sign_in_by_hand_over(&application, token), site);
    let refused = refused.unwrap_err();
    assert!(matches!(&refused, SignInError::Upstream(error) if error.kind == ErrorKind::NotUnderstood), "{refused:?}");
}

#[tokio::test]
async fn an_account_that_is_disabled_or_out_of_its_dates_does_not_come_in() {
    // 2026-03-01 12:00 UTC
    let noon = 1_772_366_400_000;
    for account in [
        r#""IsDisable":{"$type":"System.Boolean","$value":true}"#,
        r#""ExpirationDate":"2026-02-27T00:00:00""#,
        r#""EffectiveDate":"2026-03-05T00:00:00""#,
    ] {
        let (listener, client) = raw::bare_site().await;
        let client = client.with_clock(Clock::new(move || noon));
        let user = format!(r#"{{"Items":[{{"UserName":"staff","UserId":"1","Roles":["IsStaff"],{account}}}]}}"#);
        let site = async {
            raw::answer(&listener, raw::NAMED_TOKEN, 0).await;
            raw::answer(&listener, &user, 0).await;
        };
        let (application, token) = (application(), "refresh".to_owned().into());
        let (refused, ()) = tokio::join!(client.sign_in_by_hand_over(&application, token), site);
        assert!(matches!(refused, Err(SignInError::Disabled { .. })), "{account}: {refused:?}");
    }
}

#[tokio::test]
async fn a_password_signs_in_without_means_of_renewal_by_imis() {
    let world = World::new(Settings { refresh_replacement: Replacement::Sent, ..Settings::default() }).await;
    let signed_in = world.client.sign_in(&credentials("STAFF1", PASSWORD)).await.unwrap();
    assert!(signed_in.refresh_token.is_none());
}
