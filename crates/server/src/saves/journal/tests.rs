//! What whoever lost the turn may still do.

use super::*;
use crate::config::{Config, Key, Keyring, PublicUrl};
use crate::saves::plan;
use std::sync::atomic::{AtomicBool, Ordering};

fn settling() -> Settling {
    Settling::new(imis::Clock::system(), std::time::Duration::from_mins(2), std::time::Duration::from_mins(5))
}

/// A save on a store of its own.
async fn begun(stop: &Stop) -> (Journal, std::path::PathBuf) {
    let ring = Keyring::new(Key::parse("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=").unwrap(), Vec::new());
    let mut config = Config::new(PublicUrl::parse("http://127.0.0.1:0").unwrap(), ring, Vec::new());
    config.data = std::env::temp_dir().join(format!("imis-outlook-journal-{}", uuid::Uuid::new_v4()));
    let store = crate::store::open(&config).await.unwrap();
    let key = SaveKey { site: "live".to_owned(), user_name: "ada".to_owned(), save: "1".to_owned() };
    (Journal::load(store, key, stop.clone(), settling()).await.unwrap(), config.data)
}

fn task<'a>(write: impl Future<Output = Result<String, WriteError>> + Send + 'a) -> Task<'a> {
    let look = || -> Look<'a> { Box::pin(std::future::ready(Ok(Vec::new()))) };
    Task { step: "log".to_owned(), look: look(), looked_ms: None, look_again: look(), write: Box::pin(write) }
}

fn step(state: StepState, record: Option<&str>) -> Step {
    Step { name: "log".to_owned(), state, record: record.map(str::to_owned), until_ms: None }
}

#[tokio::test]
async fn whoever_lost_the_turn_writes_nothing_and_claims_nothing() {
    let stop = Stop::for_tests();
    let (mut journal, folder) = begun(&stop).await;
    let (store, key) = journal.place();
    stop.lose_for_tests();
    let written = AtomicBool::new(false);
    let outcomes = journal.take(vec![task(async {
        written.store(true, Ordering::Relaxed);
        Ok("7".to_owned())
    })]);
    assert!(matches!(outcomes.await.unwrap()[0], Outcome::Unknown(..)));
    assert!(!written.load(Ordering::Relaxed));
    let state = |step: &Step| step.state;
    let states: Vec<_> = store.steps(&key).await.unwrap().iter().map(state).collect();
    assert_eq!(states, [StepState::Sent], "the next one looks for it");
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn a_write_that_outlasts_the_turn_is_given_up_and_the_next_one_s_record_stays() {
    let stop = Stop::for_tests();
    let (mut journal, folder) = begun(&stop).await;
    let (store, key) = journal.place();
    let slow = async {
        // Meanwhile another server has the turn, finds or writes it, and says so.
        store.set_steps(&key, Try(0), vec![step(StepState::Done, Some("8"))]).await.unwrap();
        stop.lose_for_tests();
        std::future::pending().await
    };
    let outcomes = journal.take(vec![task(slow)]).await.unwrap();
    assert!(matches!(outcomes[0], Outcome::Unknown(..)));
    let mut refused = Outcome::Refused(Problem::new(ProblemCode::Forbidden));
    journal.note([("log".to_owned(), &mut refused)].into_iter()).await.unwrap();
    assert_eq!(store.steps(&key).await.unwrap(), [step(StepState::Done, Some("8"))]);
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn what_a_session_s_end_kept_from_being_sent_may_be_written_at_once() {
    let stop = Stop::for_tests();
    let (mut journal, folder) = begun(&stop).await;
    let (store, key) = journal.place();
    stop.end_for_tests();
    let never = || async { panic!("nothing more is begun") };
    let outcomes = journal.take(vec![task(never())]).await.unwrap();
    assert!(matches!(&outcomes[0], Outcome::Unknown(problem, _) if problem.retry_after_s.is_none()), "{outcomes:?}");
    assert_eq!(store.steps(&key).await.unwrap(), [step(StepState::Sent, None)], "and comes at no time");
    let upload = Task { step: "attachment:0:7".to_owned(), ..task(never()) };
    let nothing = || std::future::ready(());
    let outcomes = journal.take_uploads(vec![upload], (nothing(), nothing()), Duration::MAX).await.unwrap();
    assert!(matches!(&outcomes[0], Outcome::Unknown(problem, _) if problem.retry_after_s.is_none()), "{outcomes:?}");
    assert_eq!(store.steps(&key).await.unwrap().len(), 1, "a file that was not begun was not tried");
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn a_record_that_hangs_takes_no_answer_from_the_others() {
    let stop = Stop::for_tests();
    let (mut journal, folder) = begun(&stop).await;
    let upload = |record: &str, write: BoxFuture<'static, _>| Task {
        step: plan::attachment_step(0, &RecordId(record.to_owned())),
        ..task(write)
    };
    let tasks = vec![
        upload("7", Box::pin(std::future::pending())),
        upload("8", Box::pin(std::future::ready(Ok("Attachment:8:1".to_owned())))),
    ];
    let nothing = || std::future::ready(());
    let outcomes = journal.take_uploads(tasks, (nothing(), nothing()), Duration::from_millis(50)).await.unwrap();
    assert!(matches!(&*outcomes, [Outcome::Unknown(..), Outcome::Done(_)]), "{outcomes:?}");
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn a_list_that_was_read_before_a_write_s_time_was_over_proves_nothing() {
    let stop = Stop::for_tests();
    let (mut journal, folder) = begun(&stop).await;
    let (store, key) = journal.place();
    let now_ms = journal.now_ms();
    let sent = Step { until_ms: Some(now_ms - 1), ..step(StepState::Sent, None) };
    store.set_steps(&key, Try(0), vec![sent]).await.unwrap();
    journal = Journal::load(store.clone(), key.clone(), stop.clone(), settling()).await.unwrap();
    let early = Task { looked_ms: Some(now_ms - 2), ..task(async { panic!("it may be there by now") }) };
    assert!(matches!(journal.take(vec![early]).await.unwrap()[0], Outcome::Unknown(..)));
    let late = Task { looked_ms: Some(now_ms - 1), ..task(async { Ok("8".to_owned()) }) };
    assert!(matches!(&journal.take(vec![late]).await.unwrap()[0], Outcome::Done(record) if record == "8"));
    std::fs::remove_dir_all(folder).unwrap();
}
