//! Finding contacts by address.

use crate::{World, raw};
use imis::{EmailMatch, ErrorKind, Found, Limits};
use sim::imis::{
    Effect, Fault, Settings,
    people::{SHARED_ADDRESS, STORY},
};
use std::time::Duration;

fn ids(found: &Found) -> Vec<&str> {
    found.matches.iter().map(|found| found.contact.id.as_str()).collect()
}

#[tokio::test]
async fn ten_addresses_take_the_time_of_one_call() {
    let world = World::new(Settings { latency: Duration::from_millis(100), ..Settings::default() }).await;
    let acting = world.signed_in("STAFF1").await;
    let addresses: Vec<&str> = STORY.iter().filter_map(|person| person.emails.first().copied()).take(10).collect();
    let found = acting.find_by_addresses(&addresses).await;
    assert!(found.failed.is_empty() && found.matches.len() >= 10, "{found:?}");
    assert_eq!(world.site.ledger().waves().len(), 1);
}

#[tokio::test]
async fn a_shared_address_finds_both_and_another_address_says_so() {
    let world = World::new(Settings::default()).await;
    let acting = world.signed_in("STAFF1").await;
    let found = acting.find_by_addresses(&[SHARED_ADDRESS, "G.Hopper@navy.example", "nobody@example.org"]).await;
    assert_eq!(ids(&found), ["105", "106", "107"]);
    assert_eq!(found.matches[0].email, EmailMatch::Primary);
    assert_eq!(found.matches[2].email, EmailMatch::Other);
    assert_eq!(found.matches[2].address, "G.Hopper@navy.example");
    let grace = &found.matches[2].contact;
    assert_eq!(grace.name, "Adm. Grace Hopper");
    assert_eq!(grace.primary_email.as_deref(), Some("grace.hopper@acme.example"));
    assert_eq!(grace.organisation.as_deref(), Some("Acme Institute"));
    assert_eq!((grace.title.as_deref(), grace.city.as_deref()), (Some("Director"), Some("Arlington")));
    assert_eq!(
        (grace.phone.as_deref(), grace.member_type.as_deref()),
        (Some("+1 703 555 0107"), Some("Committee member"))
    );
    assert!(grace.active && !grace.is_organisation && grace.status.as_deref() == Some("Active"));
}

#[tokio::test]
async fn quotes_plus_signs_and_other_scripts_arrive_as_they_are() {
    let world = World::new(Settings::default()).await;
    let acting = world.signed_in("STAFF1").await;
    let found = acting
        .find_by_addresses(&[
            "seamus.o'brien@example.org",
            "minh+board@example.org",
            "tanaka@example.jp",
            "hello@harbour.example",
        ])
        .await;
    let names: Vec<&str> = found.matches.iter().map(|found| found.contact.name.as_str()).collect();
    assert_eq!(names, ["Séamus O'Brien", "Nguyễn Thị Minh", "花子 田中", "Harbour & Daughters <Books>"]);
    assert!(found.matches[3].contact.is_organisation);
}

#[tokio::test]
async fn contacts_that_are_not_active_are_found_and_told_apart() {
    let world = World::new(Settings::default()).await;
    let acting = world.signed_in("STAFF1").await;
    let addresses = ["old.member@example.org", "sven.sperr@example.org", "dora.doppelt@example.org"];
    let found = acting.find_by_addresses(&addresses).await;
    assert!(!found.matches.is_empty() && found.matches.iter().all(|found| !found.contact.active), "{found:?}");
}

#[tokio::test]
async fn an_address_that_looks_like_a_filter_is_only_text() {
    let world = World::new(Settings::default()).await;
    let acting = world.signed_in("STAFF1").await;
    for text in ["in:ada.lovelace@example.org", "startsWith:ada", "contains:@", "notEmpty:", "ne:x", "a:b@example.org"]
    {
        let found = acting.find_by_addresses(&[text]).await;
        assert!(found.matches.is_empty() && found.failed.is_empty(), "{text}: {found:?}");
    }
    let asked = world.asked("GET /api/Party");
    let found = acting.find_by_addresses(&["x|ada.lovelace@example.org", "ada\u{0}@example.org", ""]).await;
    assert_eq!((found.matches.len(), found.failed.len()), (0, 3));
    assert_eq!(world.asked("GET /api/Party"), asked, "what cannot be said is not sent");
}

/// Every story address between many that nobody has.
fn crowd() -> Vec<String> {
    let known = STORY.iter().flat_map(|person| person.emails.iter().map(|email| (*email).to_owned()));
    let mut addresses: Vec<String> = known.collect();
    addresses.extend((0..150).map(|n| format!("stranger.number{n}@example.com")));
    addresses.sort();
    addresses.dedup();
    // Somebody who is there must be among the first, as is usual.
    addresses.rotate_left(3);
    addresses
}

async fn search(world: &World, addresses: &[String]) -> Vec<(String, String)> {
    let acting = world.signed_in("STAFF1").await;
    let addresses: Vec<&str> = addresses.iter().map(String::as_str).collect();
    let found = acting.find_by_addresses(&addresses).await;
    assert!(found.failed.is_empty(), "{found:?}");
    found.matches.into_iter().map(|found| (found.address, found.contact.id.to_string())).collect()
}

#[tokio::test]
async fn many_addresses_are_asked_for_by_lists_and_nobody_is_lost() {
    let addresses = crowd();
    let one_by_one = Limits { wave: 1000, ..Limits::default() };
    let expected = search(&World::with(Settings::default(), one_by_one).await, &addresses).await;
    let world = World::new(Settings::default()).await;
    assert_eq!(search(&world, &addresses).await, expected);
    assert!(expected.len() > 20);
    assert!(world.asked("GET /api/Party") < 30, "{}", world.asked("GET /api/Party"));
}

#[tokio::test]
async fn where_lists_do_not_work_everybody_is_asked_for_alone() {
    let addresses = crowd();
    let one_by_one = Limits { wave: 1000, ..Limits::default() };
    let expected = search(&World::with(Settings::default(), one_by_one).await, &addresses).await;
    let world = World::new(Settings::default()).await;
    world.site.faults().add(Fault::once(Effect::Html).on("GET", "Party").after(16));
    assert_eq!(search(&world, &addresses).await, expected);
}

#[tokio::test]
async fn a_failure_costs_its_address_alone() {
    let world = World::new(Settings::default()).await;
    let acting = world.signed_in("STAFF1").await;
    world.site.faults().add(Fault::once(Effect::Html).on("GET", "Party"));
    let found = acting.find_by_addresses(&["ada.lovelace@example.org", "tanaka@example.jp"]).await;
    assert_eq!((found.matches.len(), found.failed.len()), (1, 1));
    assert_eq!(found.error.unwrap().kind, ErrorKind::NotUnderstood);
}

#[tokio::test]
async fn a_read_outlives_passing_trouble() {
    let world = World::new(Settings::default()).await;
    let acting = world.signed_in("STAFF1").await;
    let troubles = [
        Effect::TooManyRequests { retry_after: Some(0) },
        Effect::TooManyRequests { retry_after: None },
        Effect::ServerError { stored: sim::imis::Stored::No },
        Effect::Unavailable,
        Effect::RequestTimeout,
        Effect::ResetBeforeStore,
        Effect::Truncated,
    ];
    for trouble in troubles {
        world.site.faults().add(Fault::once(trouble.clone()).on("GET", "Party"));
        let found = acting.find_by_addresses(&["ada.lovelace@example.org"]).await;
        assert_eq!(ids(&found), ["101"], "{trouble:?}: {found:?}");
        assert_eq!(world.site.faults().waiting(), 0, "{trouble:?}");
    }
}

#[tokio::test]
async fn a_read_gives_up_after_two_repetitions() {
    let world = World::new(Settings::default()).await;
    let acting = world.signed_in("STAFF1").await;
    world
        .site
        .faults()
        .add(Fault::once(Effect::ServerError { stored: sim::imis::Stored::No }).on("GET", "Party").always());
    let found = acting.find_by_addresses(&["ada.lovelace@example.org"]).await;
    assert_eq!(found.error.unwrap().kind, ErrorKind::ServerError);
    assert_eq!(world.asked("GET /api/Party"), 3);
}

#[tokio::test]
async fn an_answer_that_is_cut_short_is_not_understood() {
    let (listener, acting) = raw::site().await;
    let site = async {
        raw::grant(&listener).await;
        for _ in 0..3 {
            raw::answer(&listener, r#"{"Items":[]}"#, 5).await;
        }
    };
    let (found, ()) = tokio::join!(acting.find_by_addresses(&["ada.lovelace@example.org"]), site);
    assert_eq!(found.error.unwrap().kind, ErrorKind::NotUnderstood);
}

#[tokio::test]
async fn a_long_wait_that_imis_asks_for_is_passed_on() {
    let world = World::new(Settings::default()).await;
    let acting = world.signed_in("STAFF1").await;
    world.site.faults().add(Fault::once(Effect::TooManyRequests { retry_after: Some(90) }).on("GET", "Party"));
    let found = acting.find_by_addresses(&["ada.lovelace@example.org"]).await;
    assert_eq!(found.error.unwrap().kind, ErrorKind::Busy { retry_after: Some(Duration::from_secs(90)) });
    assert_eq!(world.asked("GET /api/Party"), 1);
}

#[tokio::test]
async fn a_site_that_does_not_answer_is_not_waited_for() {
    let limits = Limits { read: Duration::from_millis(200), ..Limits::default() };
    let world = World::with(Settings::default(), limits).await;
    let acting = world.signed_in("STAFF1").await;
    world.site.faults().add(Fault::once(Effect::HangForever).on("GET", "Party").always());
    let found = acting.find_by_addresses(&["ada.lovelace@example.org"]).await;
    assert_eq!(found.error.unwrap().kind, ErrorKind::Timeout);
}

#[tokio::test]
async fn an_answer_that_is_too_large_is_not_read() {
    let world = World::with(Settings::default(), Limits { answer_max: 900, ..Limits::default() }).await;
    world.client.sign_in(&crate::credentials("STAFF1", sim::imis::people::PASSWORD)).await.unwrap_err();
}

#[tokio::test]
async fn a_site_that_is_gone_is_unreachable() {
    let world = World::new(Settings::default()).await;
    let acting = world.acting("STAFF1");
    drop(world.site);
    let found = acting.find_by_addresses(&["ada.lovelace@example.org"]).await;
    assert_eq!(found.error.unwrap().kind, ErrorKind::Unreachable);
}
