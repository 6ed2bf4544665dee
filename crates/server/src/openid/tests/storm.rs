//! Keys that change, and tokens that would make us ask for them without end (K15, A49).

use super::hand_made::{Signer, claims};
use super::world::World;
use crate::openid::error::Endpoint as Asked;
use crate::openid::keys::AGAIN_MS;
use crate::openid::{OpenIdError, Provider};
use futures_util::{StreamExt as _, stream};
use serde_json::json;
use sim::openid::{Endpoint, Fault};

/// Sends tokens of a forger, each under another key's name; all must be refused.
async fn storm(provider: &Provider, tokens: usize) {
    let forger = Signer::new("any");
    let token = |number: usize| {
        let header = json!({ "alg": "RS256", "typ": "logout+jwt", "kid": format!("unknown-{number}") });
        forger.sign(&header, &claims())
    };
    let verdicts = stream::iter(0..tokens).map(|number| {
        let token = token(number);
        async move { provider.read_logout_token(&token).await }
    });
    let verdicts: Vec<_> = verdicts.buffer_unordered(64).collect().await;
    assert!(verdicts.iter().all(|verdict| verdict.as_ref().is_err_and(|error| {
        matches!(
            error,
            OpenIdError::KeyUnknown | OpenIdError::KeysAskedTooOften | OpenIdError::Status(Asked::Keys, 503)
        )
    })));
}

#[tokio::test]
async fn ten_thousand_unknown_keys_ask_for_the_keys_once_a_minute() {
    let mut world = World::new().await;
    world.sign_in().await.unwrap();
    assert_eq!(world.asked_at(Endpoint::Keys), 1);
    for minute in 1..=4 {
        storm(&world.provider, 2500).await;
        assert_eq!(world.asked_at(Endpoint::Keys), 1 + minute, "minute {minute}");
        world.turn(AGAIN_MS - 2000);
        storm(&world.provider, 100).await;
        assert_eq!(world.asked_at(Endpoint::Keys), 1 + minute, "minute {minute}, not over yet");
        // Whoever is right is let in meanwhile.
        world.sign_in().await.unwrap();
        world.turn(4000);
        // The provider's tokens are dated by its own clock.
        world.op.turn_clock(62);
    }
}

#[tokio::test]
async fn keys_that_cannot_be_read_are_asked_for_once_a_minute_too() {
    let world = World::new().await;
    world.op.set_fault(Some(Fault::JwksDown));
    for minute in 1..=3 {
        storm(&world.provider, 500).await;
        assert_eq!(world.asked_at(Endpoint::Keys), minute, "minute {minute}");
        world.turn(AGAIN_MS + 1000);
    }
}

#[tokio::test]
async fn a_failure_to_read_keys_anew_leaves_the_former_ones_in_use() {
    let mut world = World::new().await;
    world.sign_in().await.unwrap();
    world.op.set_fault(Some(Fault::JwksDown));
    storm(&world.provider, 50).await;
    world.sign_in().await.unwrap();
    assert_eq!(world.asked_at(Endpoint::Keys), 2);
    // An hour later they are stale, and still better than none; a day later they are not.
    world.turn(2 * 60 * 60 * 1000);
    world.op.turn_clock(2 * 60 * 60);
    world.op.forget_sessions();
    world.sign_in().await.unwrap();
    world.turn(24 * 60 * 60 * 1000);
    world.op.turn_clock(24 * 60 * 60);
    assert_eq!(world.sign_in().await.unwrap_err(), OpenIdError::Status(Asked::Keys, 503));
}

#[tokio::test]
async fn keys_that_rotate_are_taken_up_at_once_and_the_former_ones_dropped() {
    let mut world = World::new().await;
    world.sign_in().await.unwrap();
    let former = world.logout_token().await;
    world.op.rotate_keys();
    world.sign_in().await.unwrap();
    assert_eq!(world.asked_at(Endpoint::Keys), 2);
    assert_eq!(world.provider.read_logout_token(&former).await.unwrap_err(), OpenIdError::KeyUnknown);
}

#[tokio::test]
async fn many_who_need_the_keys_at_once_ask_once() {
    let mut world = World::new().await;
    world.sign_in().await.unwrap();
    let token = world.logout_token().await;
    // Another process, which has read nothing yet.
    let fresh = world.another();
    let all = (0..100).map(|_| fresh.read_logout_token(&token));
    let verdicts = futures_util::future::join_all(all).await;
    assert!(verdicts.iter().all(Result::is_ok));
    assert_eq!((world.asked_at(Endpoint::Keys), world.asked_at(Endpoint::Discovery)), (2, 2));
}
