//! Waiting until something changes about a message.

use crate::ledger::{COLLEAGUE, fresh, look, looking};
use crate::saves::activity;
use crate::world::{Person, World, answer, code};
use api::{EndScope, EndSessions, LedgerState, MessageFacts, ProblemCode, RemoveSave, SavedMessages, WatchSaved};
use std::time::{Duration, Instant};

/// How soon everybody knows.
const SOON: Duration = Duration::from_secs(2);

async fn watching(person: &Person<'_>, facts: &MessageFacts) -> WatchSaved {
    let version = person.call(&looking(facts)).await.unwrap().version;
    WatchSaved { messages: vec![facts.clone()], version }
}

#[tokio::test]
async fn whoever_waits_learns_at_once_what_is_saved_and_taken_back_at_any_server() {
    let world = World::new().await;
    let (person, colleague) = (world.sign_in().await, world.sign_in_as(COLLEAGUE).await);
    let other = world.another().await;
    let elsewhere = |watch: &WatchSaved| {
        let request = world.http.post(format!("{}/api/saved/watch", other.url())).json(watch);
        request.header(api::VERSION_HEADER, api::VERSION).bearer_auth(&colleague.token)
    };
    let ask = fresh(activity(), "<1@example.org>", &[]);
    let watch = watching(&colleague, &ask.facts).await;
    let begun = Instant::now();
    let (here, there, saved) =
        tokio::join!(colleague.call(&watch), answer::<SavedMessages>(elsewhere(&watch)), person.call(&ask));
    saved.unwrap();
    for told in [here.unwrap(), there.unwrap()] {
        assert_eq!(told.messages[0].saves.len(), 1);
        assert!(told.version > watch.version);
    }
    assert!(begun.elapsed() < SOON, "{:?}", begun.elapsed());

    let watch = watching(&colleague, &ask.facts).await;
    let entry = look(&person, &ask.facts).await.saves.remove(0).id.unwrap();
    let begun = Instant::now();
    let remove = RemoveSave { entry, reason: String::new() };
    let (told, removed) = tokio::join!(answer::<SavedMessages>(elsewhere(&watch)), person.call(&remove));
    removed.unwrap();
    assert!(begun.elapsed() < SOON, "{:?}", begun.elapsed());
    // It is told as soon as it begins.
    let state = told.unwrap().messages[0].saves[0].state;
    assert!([LedgerState::Removed, LedgerState::PartlyRemoved].contains(&state));
}

#[tokio::test]
async fn what_changed_before_one_waits_is_told_at_once() {
    let world = World::new().await;
    let person = world.sign_in().await;
    let ask = fresh(activity(), "<1@example.org>", &[]);
    let watch = watching(&person, &ask.facts).await;
    person.call(&ask).await.unwrap();
    let told = person.call(&watch).await.unwrap();
    assert_eq!(told.messages[0].saves.len(), 1);
}

#[tokio::test]
async fn what_changes_about_other_messages_is_not_told() {
    let world = World::new().await;
    let person = world.sign_in().await;
    let (mine, other) = (fresh(activity(), "<1@example.org>", &[]), fresh(activity(), "<2@example.org>", &[]));
    let watch = watching(&person, &mine.facts).await;
    let (told, ()) = tokio::join!(person.call(&watch), async {
        person.call(&other).await.unwrap();
        person.call(&mine).await.unwrap();
    });
    assert_eq!(told.unwrap().messages[0].saves.len(), 1, "nothing was told before it was saved");
}

#[tokio::test]
async fn waiting_ends_with_the_session() {
    let world = World::new().await;
    let (person, manager) = (world.sign_in_as(COLLEAGUE).await, world.sign_in().await);
    let watch = watching(&person, &fresh(activity(), "<1@example.org>", &[]).facts).await;
    let end = EndSessions { scope: EndScope::User(COLLEAGUE.to_owned()) };
    let begun = Instant::now();
    let (told, ended) = tokio::join!(person.call(&watch), manager.call(&end));
    assert_eq!((code(told), ended.unwrap().count), (ProblemCode::SignedOut, 1));
    assert!(begun.elapsed() < SOON, "{:?}", begun.elapsed());
}

#[tokio::test]
async fn waiting_ends_when_the_server_stops() {
    let mut world = World::new().await;
    let token = world.sign_in().await.token;
    let watch = watching(&world.person(&token), &fresh(activity(), "<1@example.org>", &[]).facts).await;
    // One more than there is room for: when that one has heard so, the others wait.
    let wait = || tokio::spawn(answer::<SavedMessages>(world.call(&watch).bearer_auth(&token)));
    let waits: Vec<_> = (0..7).map(|_| wait()).collect();
    let (refused, _, waits) = futures_util::future::select_all(waits).await;
    assert_eq!(code(refused.unwrap()), ProblemCode::Busy);
    let begun = Instant::now();
    world.stop().await;
    for told in futures_util::future::join_all(waits).await {
        assert!(told.unwrap().unwrap().messages[0].saves.is_empty());
    }
    assert!(begun.elapsed() < SOON, "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_person_waits_in_so_many_panes() {
    let world = World::new().await;
    let (person, colleague) = (world.sign_in().await, world.sign_in_as(COLLEAGUE).await);
    let ask = fresh(activity(), "<1@example.org>", &[]);
    let watch = watching(&person, &ask.facts).await;
    let mut waits: Vec<_> = (0..7).map(|_| Box::pin(person.call(&watch))).collect();
    let (refused, place, _) = futures_util::future::select_all(&mut waits).await;
    assert_eq!(code(refused), ProblemCode::Busy);
    drop(waits.remove(place));
    let (told, saved) = tokio::join!(futures_util::future::join_all(waits), colleague.call(&ask));
    saved.unwrap();
    assert_eq!(told.iter().filter(|told| told.is_ok()).count(), 6);
}
