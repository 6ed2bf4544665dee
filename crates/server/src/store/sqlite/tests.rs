//! What the store promises, each promise once, on a real file.

use super::*;
use std::path::PathBuf;

struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        Self(std::env::temp_dir().join(format!("imis-outlook-store-{}", uuid::Uuid::new_v4())))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

fn row(byte: u8) -> SessionRow {
    SessionRow {
        key: RowKey([byte; 32]),
        site: "live".to_owned(),
        user_name: "ada".to_owned(),
        issued_ms: 0,
        expires_ms: 1_000,
        thumbprint: Some("t".to_owned()),
        sealed: vec![1, 2, 3],
    }
}

fn save(name: &str) -> SaveKey {
    SaveKey { site: "live".to_owned(), user_name: "ada".to_owned(), save: name.to_owned() }
}

fn step(name: &str, state: StepState, record: Option<&str>) -> Step {
    Step { name: name.to_owned(), state, record: record.map(str::to_owned) }
}

#[tokio::test]
async fn sessions_survive_a_restart_and_end_at_once() {
    let folder = Folder::new();
    let store = Sqlite::open(&folder.0).await.unwrap();
    store.add_session(row(1)).await.unwrap();
    store.add_session(row(2)).await.unwrap();
    store.close().await;
    let store = Sqlite::open(&folder.0).await.unwrap();
    assert_eq!(store.session(RowKey([1; 32])).await.unwrap(), Some(row(1)));
    assert_eq!(store.end_session(RowKey([1; 32]), "live", "ada").await.unwrap(), 1);
    assert_eq!(store.session(RowKey([1; 32])).await.unwrap(), None);
    store.tidy(1_000, 0, 0).await.unwrap();
    assert_eq!(store.session(RowKey([2; 32])).await.unwrap(), None, "expired");
}

#[tokio::test]
async fn attempts_at_the_same_moment_do_not_pass_together() {
    let folder = Folder::new();
    let store = Sqlite::open(&folder.0).await.unwrap();
    let tries = (0..10).map(|_| store.attempt(Bucket([1; 32]), 100, 0, 3));
    let answers = futures_util::future::try_join_all(tries).await.unwrap();
    assert_eq!(answers.iter().filter(|answer| matches!(answer, Attempt::Allowed(_))).count(), 3);
    assert_eq!(store.attempt(Bucket([1; 32]), 101, 0, 3).await.unwrap(), Attempt::Refused { oldest_ms: 100 });
    assert!(matches!(store.attempt(Bucket([2; 32]), 101, 0, 3).await.unwrap(), Attempt::Allowed(_)));
    assert!(
        matches!(store.attempt(Bucket([1; 32]), 200, 100, 3).await.unwrap(), Attempt::Allowed(_)),
        "the old are over"
    );
}

#[tokio::test]
async fn the_first_save_of_a_key_stays() {
    let folder = Folder::new();
    let store = Sqlite::open(&folder.0).await.unwrap();
    let first = SaveRow { fingerprint: vec![1], sealed: vec![1] };
    let second = SaveRow { fingerprint: vec![2], sealed: vec![2] };
    assert_eq!(store.begin_save(&save("a"), first.clone(), 0).await.unwrap(), None);
    assert_eq!(store.begin_save(&save("a"), second, 0).await.unwrap(), Some(first.clone()));
    assert_eq!(store.save(&save("a")).await.unwrap(), Some(first));
    assert_eq!(store.save(&save("b")).await.unwrap(), None);
}

#[tokio::test]
async fn a_record_belongs_to_one_step() {
    let folder = Folder::new();
    let store = Sqlite::open(&folder.0).await.unwrap();
    store.set_steps(&save("a"), vec![step("log", StepState::Sent, None)]).await.unwrap();
    store.set_steps(&save("a"), vec![step("log", StepState::Done, Some("7"))]).await.unwrap();
    assert_eq!(store.steps(&save("a")).await.unwrap(), [step("log", StepState::Done, Some("7"))]);
    let records = || vec!["7".to_owned(), "8".to_owned()];
    for name in ["b", "c"] {
        store.set_steps(&save(name), vec![step("log", StepState::Sent, None)]).await.unwrap();
    }
    let (b, c) = (save("b"), save("c"));
    let (first, second) = tokio::join!(store.claim(&b, "log", records()), store.claim(&c, "log", records()));
    let claimed = [first.unwrap(), second.unwrap()];
    assert!(claimed.contains(&Some("8".to_owned())) && claimed.contains(&None), "{claimed:?}");
    assert_eq!(store.claim(&save("a"), "log", records()).await.unwrap().as_deref(), Some("7"), "its own");
}

#[cfg(unix)]
#[tokio::test]
async fn nobody_else_may_read_the_file() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::new();
    let store = Sqlite::open(&folder.0).await.unwrap();
    store.add_session(row(1)).await.unwrap();
    for file in std::fs::read_dir(&folder.0).unwrap() {
        let file = file.unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o077, 0, "{:?}", file.file_name());
    }
}
