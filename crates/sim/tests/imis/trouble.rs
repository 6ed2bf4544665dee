//! Statuses, error bodies and faults (imis.md §4.5, §11, §17), and the ledger that tells what happened.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use sim::imis::{Effect, Fault, Gate, Settings, Stored};

use crate::site::{Site, activity, log};

/// imis.md §4.5.
#[tokio::test]
async fn unknown_things_have_the_statuses_of_the_table() {
    let site = Site::start().await;
    let token = site.token("STAFF1").await;
    let service = site.get(&token, "Nonsense").await;
    assert_eq!((service.status, service.text.as_str()), (501, "There is no service defined for Nonsense"));
    assert_eq!(site.get(&token, "Party/999999").await.status, 404);
    assert_eq!(site.get(&token, "Activity/1").await.status, 404);
    assert_eq!(site.get(&token, "metadata/Activity").await.status, 501);
    assert_eq!(site.post(&token, "PartySummary", &json!({})).await.status, 501);
    assert_eq!(site.get("no such token", "Party/101").await.status, 401);
    assert_eq!(site.outside(Method::OPTIONS, "/api/Party").await.0, 405);
}

/// imis.md §17: the log can be off.
#[tokio::test]
async fn a_site_without_the_communication_log_says_so() {
    let site = Site::of(Settings { communication_log: false, ..Settings::default() }).await;
    let token = site.token("STAFF1").await;
    assert_eq!(site.get(&token, "CommunicationLog?limit=1").await.status, 501);
    assert_eq!(site.post(&token, "CommunicationLog", &log("x")).await.status, 501);
    assert_eq!(site.post(&token, "CommunicationLog/_haspermission/Create", &json!(null)).await.status, 501);
}

/// imis.md §11: the web server's own page, not the API's words.
#[tokio::test]
async fn a_body_over_the_limit_meets_the_web_servers_page() {
    let site = Site::of(Settings { request_body_max: 100_000, ..Settings::default() }).await;
    let token = site.token("STAFF1").await;
    let reply = site.post(&token, "CommunicationLog", &log(&"x".repeat(100_000))).await;
    assert_eq!(reply.status, 413);
    assert!(reply.text.contains("404.13"), "{}", reply.text);
    assert!(site.running.ledger().entries().is_empty());
}

/// imis.md §4.5, §17: one-shot faults, in their order, for the entity they name.
#[tokio::test]
async fn faults_fire_once_for_what_they_name() {
    let site = Site::start().await;
    let token = site.token("STAFF1").await;
    let cases = [
        (Effect::Unauthorized, 401),
        (Effect::RequestTimeout, 408),
        (Effect::TooManyRequests { retry_after: Some(7) }, 429),
        (Effect::ServerError { stored: Stored::No }, 500),
        (Effect::Unavailable, 503),
        (Effect::Refused, 403),
        (Effect::Invalid { field: "Subject".to_owned(), message: "Not this word.".to_owned() }, 400),
    ];
    for (effect, status) in cases {
        site.running.faults().add(Fault::once(effect.clone()).on("post", "communicationlog"));
        assert_eq!(site.get(&token, "CommunicationLog").await.status, 200, "another method is let through");
        assert_eq!(site.post(&token, "CommunicationLog", &log("x")).await.status, status, "{effect:?}");
        assert_eq!(site.running.faults().waiting(), 0);
    }
    assert!(site.running.ledger().entries().is_empty(), "nothing was written");
    assert_eq!(site.post(&token, "CommunicationLog", &log("x")).await.status, 201);
}

/// security.md §3.3 row S12: a site sends callers elsewhere, its token endpoint too; and an answer may be anything.
#[tokio::test]
async fn faults_send_elsewhere_or_answer_with_anything() {
    let site = Site::start().await;
    let trap = Site::start().await;
    let elsewhere = trap.running.url().join("token").expect("a path");
    site.running.faults().add(Fault::once(Effect::Redirect(elsewhere)).on("POST", "token"));
    let form = [("grant_type", "password"), ("username", "STAFF1"), ("password", "Passw0rd!")];
    assert_eq!(site.ask_token(&form).await.status, 200, "a client that follows gives the password away");
    assert_eq!(trap.running.ledger().token_calls(), 1);
    site.running.faults().add(Fault::once(Effect::Json("{}".into())).on("POST", "token"));
    assert_eq!(site.ask_token(&form).await.text, "{}");
    assert_eq!(site.running.living_tokens(), 0);
}

/// imis.md §17: the stand-in's own doors, for whoever runs it as a program.
#[tokio::test]
async fn a_user_is_disabled_and_enabled_and_the_cache_purged_from_outside() {
    let site = Site::start().await;
    let token = site.token("STAFF1").await;
    let form = [("grant_type", "password"), ("username", "STAFF1"), ("password", "Passw0rd!")];
    assert_eq!(site.outside(Method::POST, "/_admin/disable?user=STAFF1").await.0, 204);
    assert_eq!(site.ask_token(&form).await.status, 400);
    assert_eq!(site.get(&token, "Party/101").await.status, 200);
    assert_eq!(site.outside(Method::GET, "/_admin/purge").await.0, 404, "a link must not do it");
    assert_eq!(site.get(&token, "Party/101").await.status, 200);
    assert_eq!(site.outside(Method::POST, "/_admin/purge").await.0, 204);
    assert_eq!(site.get(&token, "Party/101").await.status, 401);
    assert_eq!(site.outside(Method::POST, "/_admin/enable?user=STAFF1").await.0, 204);
    assert_eq!(site.ask_token(&form).await.status, 200);
    assert_eq!(site.outside(Method::POST, "/_admin/disable?user=NOBODY").await.0, 404);
}

/// imis.md §4.5: stored and yet an error.
#[tokio::test]
async fn some_writes_are_stored_although_the_answer_says_otherwise() {
    let site = Site::start().await;
    let token = site.token("STAFF1").await;
    let post = || site.try_call(&token, Method::POST, "CommunicationLog", Some(log("x").to_string()));
    site.running.faults().add(Fault::once(Effect::ServerError { stored: Stored::Yes }));
    let lied = post().await.expect("an answer");
    assert_eq!((lied.status, lied.text.as_str()), (500, "An error occurred. Please contact the administrator."));
    site.running.faults().add(Fault::once(Effect::ResetAfterStore));
    assert!(post().await.is_err(), "the connection is cut");
    site.running.faults().add(Fault::once(Effect::Truncated));
    assert!(post().await.is_err(), "the body ends too soon");
    assert_eq!(site.running.ledger().of("CommunicationLog").len(), 3);
    site.running.faults().add(Fault::once(Effect::ResetBeforeStore));
    assert!(post().await.is_err());
    assert_eq!(site.running.ledger().of("CommunicationLog").len(), 3);
    let cut = site.running.ledger().requests().iter().filter(|seen| seen.status == 0).count();
    assert_eq!(cut, 2, "cut connections are on record");
}

/// What a site does with a request whose connection broke behind it.
#[tokio::test]
async fn a_write_is_stored_long_after_its_connection_was_reset() {
    let site = Site::start().await;
    let token = site.token("STAFF1").await;
    let gate = Gate::default();
    site.running.faults().add(Fault::once(Effect::ResetAndStoredLater(gate.clone())).on("POST", "CommunicationLog"));
    assert!(site.try_call(&token, Method::POST, "CommunicationLog", Some(log("x").to_string())).await.is_err());
    gate.reached().await;
    assert_eq!(site.running.ledger().of("CommunicationLog").len(), 0);
    gate.open();
    gate.happened().await;
    assert_eq!(site.running.ledger().of("CommunicationLog").len(), 1);
}

/// The order of faults, how long they last, and taking them away.
#[tokio::test]
async fn faults_last_as_long_as_they_say() {
    let site = Site::start().await;
    let token = site.token("STAFF1").await;
    let faults = site.running.faults();
    faults.add(Fault::once(Effect::Refused).on("GET", "Party").times(2).after(1));
    let mut seen = Vec::new();
    for _ in 0..4 {
        seen.push(site.get(&token, "Party/101").await.status);
    }
    assert_eq!(seen, [200, 403, 403, 200]);
    faults.add(Fault::once(Effect::Html).always());
    for _ in 0..3 {
        assert!(site.get(&token, "Party/101").await.text.starts_with("<!DOCTYPE html>"));
    }
    faults.clear();
    assert_eq!(site.get(&token, "Party/101").await.status, 200);
}

/// A request that hangs is still running when others are answered.
#[tokio::test]
async fn a_hanging_request_hangs_alone() {
    let site = Site::start().await;
    let token = site.token("STAFF1").await;
    site.running.faults().add(Fault::once(Effect::HangForever).on("GET", "Activity"));
    let hanging = site.get(&token, "Activity");
    tokio::select! {
        biased;
        _ = hanging => panic!("it was answered"),
        () = async {
            while site.running.faults().waiting() > 0 {
                assert_eq!(site.get(&token, "Party/101").await.status, 200);
            }
        } => {}
    }
}

/// Requests that overlap are one wave; one after the other they are many.
#[tokio::test]
async fn waves_count_the_round_trips_that_were_had_one_after_the_other() {
    let site = Site::of(Settings { latency: Duration::from_millis(100), ..Settings::default() }).await;
    let token = site.token("STAFF1").await;
    site.running.ledger().forget_requests();
    let get = || site.get(&token, "Party/101");
    let _one = get().await;
    let _three = tokio::join!(get(), get(), get());
    let _one = get().await;
    assert_eq!(site.running.ledger().waves(), [1, 3, 1]);
    assert_eq!(site.running.ledger().most_at_once(), 3);
    assert_eq!(site.running.ledger().counts()["GET /api/Party/101"], 5);
}

/// The page for human eyes shows foreign text as text.
#[tokio::test]
async fn the_ledger_page_shows_what_was_written() {
    let site = Site::start().await;
    let token = site.token("STAFF1").await;
    let body = activity(&[
        ("PartyId", json!("101")),
        ("ACTIVITY_TYPE", json!("CALL")),
        ("DESCRIPTION", json!("<script>alert(1)</script>")),
    ]);
    assert_eq!(site.post(&token, "Activity", &body).await.status, 201);
    let (status, page) = site.outside(Method::GET, "/_ledger").await;
    assert_eq!(status, 200);
    assert!(page.contains("Ms. Ada Lovelace") && page.contains("&lt;script&gt;") && !page.contains("<script>"));
    let (_, entries) = site.outside(Method::GET, "/_ledger.json").await;
    let entries: serde_json::Value = serde_json::from_str(&entries).expect("JSON");
    assert_eq!((&entries[0]["entity"], &entries[0]["user"]), (&json!("Activity"), &json!("STAFF1")));
}
