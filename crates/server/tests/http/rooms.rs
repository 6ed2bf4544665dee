//! Nobody takes so much that it is lacking for the others, or for the server.

use crate::bodies::{download, open, path};
use crate::saves::message;
use crate::timeline::timeline;
use crate::world::{Person, World, answer, code};
use api::{
    AttachmentReport, CollectRecipients, ContactId, GetTimeline, Problem, ProblemCode, RecordKind, SaveAs,
    SearchContacts, SignOut,
};
use futures_util::future::join_all;
use reqwest::Response;
use server::config::Limits;
use sim::imis::Settings;
use std::time::Duration;

/// Longer than what lies in sockets between two programs, and short enough for iMIS to answer it whole.
const LONG: usize = 11 * 1024 * 1024;

/// The way to a long file that is with 101 now.
async fn long_file(person: &Person<'_>) -> String {
    let ask = message(SaveAs::Interaction, &["101"], &["long.bin"]);
    person.call(&ask).await.unwrap();
    let report: AttachmentReport = answer(person.put(&ask.save, 0).body(vec![7; LONG])).await.unwrap();
    assert!(report.complete(), "{report:?}");
    let logs = GetTimeline { kinds: vec![RecordKind::CommunicationLog], ..timeline("101") };
    let record = &person.call(&logs).await.unwrap().entries[0].record;
    let record = open(person, record, "101").await;
    path(&record, &record.attachments[0], "101")
}

/// A world where nothing hurries but what the test says.
async fn patient(latency: Duration, change: impl FnOnce(&mut Limits)) -> World {
    let settings = Settings { files_kept_max: LONG, latency, ..Settings::default() };
    World::with(settings, |config| {
        let patient = Duration::from_mins(5);
        config.limits.imis_connect = patient;
        config.limits.imis_read = patient;
        config.limits.imis_write = patient;
        change(&mut config.limits);
    })
    .await
}

/// Asks until there is room again.
async fn once_there_is_room(person: &Person<'_>, path: &str) -> Response {
    let mut tick = tokio::time::interval(Duration::from_millis(50));
    let found = tokio::time::timeout(Duration::from_mins(1), async {
        loop {
            tick.tick().await;
            let answer = download(person, path).await;
            if answer.status() == 200 {
                return answer;
            }
        }
    });
    found.await.unwrap()
}

#[tokio::test]
async fn a_file_on_its_way_keeps_its_place_until_it_is_taken() {
    let world = patient(Duration::ZERO, |_| {}).await;
    let person = world.sign_in().await;
    let path = long_file(&person).await;
    let untaken = [download(&person, &path).await, download(&person, &path).await];
    let refused = download(&person, &path).await;
    assert!(refused.headers().contains_key("retry-after"), "{refused:?}");
    assert_eq!(code(crate::world::read::<()>(refused).await), ProblemCode::Busy);
    let other = world.sign_in_as("STAFF1").await;
    assert_eq!(download(&other, &path).await.status(), 200, "others have places of their own");
    for answer in untaken {
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.content_length(), Some(LONG as u64));
        assert!(answer.bytes().await.unwrap().iter().all(|byte| *byte == 7));
    }
    assert_eq!(once_there_is_room(&person, &path).await.bytes().await.unwrap().len(), LONG);
}

#[tokio::test]
async fn a_file_on_its_way_ends_with_the_session() {
    let world = patient(Duration::ZERO, |_| {}).await;
    let person = world.sign_in().await;
    let path = long_file(&person).await;
    let untaken = download(&person, &path).await;
    assert_eq!(untaken.status(), 200);
    person.call(&SignOut).await.unwrap();
    assert!(untaken.bytes().await.is_err(), "nobody takes a part for all");
}

#[tokio::test]
async fn whoever_does_not_take_a_file_in_time_makes_room() {
    let world = patient(Duration::ZERO, |limits| {
        limits.downloads_per_person = 1;
        limits.download_total = Duration::from_millis(500);
    })
    .await;
    let person = world.sign_in().await;
    let path = long_file(&person).await;
    let untaken = download(&person, &path).await;
    assert_eq!(untaken.status(), 200);
    drop(once_there_is_room(&person, &path).await);
    assert!(untaken.bytes().await.is_err(), "nobody takes a part for all");
}

/// Whether some, and not all, were asked to wait.
fn some_wait<T: std::fmt::Debug>(answers: &[Result<T, Problem>]) -> bool {
    let refused: Vec<_> = answers.iter().filter_map(|answer| answer.as_ref().err()).collect();
    assert!(
        refused.iter().all(|problem| problem.code == ProblemCode::Busy && problem.retry_after_s.is_some()),
        "{refused:?}"
    );
    !refused.is_empty() && refused.len() < answers.len()
}

#[tokio::test]
async fn one_person_asks_for_so_much_at_once_and_no_more() {
    let world = patient(Duration::from_millis(200), |_| {}).await;
    let person = world.sign_in().await;
    let other = world.sign_in_as("STAFF1").await;
    let search = SearchContacts { text: "lovelace".to_owned(), ..serde_json::from_str(r#"{"text":""}"#).unwrap() };
    let recipients = CollectRecipients { contacts: vec![ContactId("101".to_owned())], ..CollectRecipients::default() };
    let timeline = timeline("119");
    let searches = join_all((0..40).map(|_| person.call(&search)));
    let (searches, theirs) = tokio::join!(searches, other.call(&search));
    assert!(some_wait(&searches));
    assert_eq!(theirs.unwrap().contacts.len(), 1, "others have room of their own");
    assert!(some_wait(&join_all((0..40).map(|_| person.call(&timeline))).await));
    assert!(some_wait(&join_all((0..40).map(|_| person.call(&recipients))).await));
    assert!(person.call(&search).await.is_ok() && person.call(&recipients).await.is_ok(), "and it comes back");
}
