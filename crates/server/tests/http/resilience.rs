//! Slow senders, stopping with work under way.

use crate::saves::{activity, all_saved, message};
use crate::world::{Person, World, answer};
use api::{AttachmentReport, GetSaveTargets, ProblemCode};
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use reqwest::Method;
use sim::imis::Settings;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

const PART: usize = 1024 * 1024;
const LONG: usize = 20 * PART;

#[tokio::test]
async fn whoever_never_ends_the_head_of_a_request_is_cut_off() {
    let world = World::with(Settings::default(), |config| config.limits.head = Duration::from_millis(200)).await;
    let mut socket = tokio::net::TcpStream::connect(world.url.strip_prefix("http://").unwrap()).await.unwrap();
    socket.write_all(b"GET / HTTP/1.1\r\nhost: x\r\nx-a: ").await.unwrap();
    let mut answer = Vec::new();
    tokio::time::timeout(Duration::from_secs(5), socket.read_to_end(&mut answer)).await.unwrap().unwrap();
    assert!(!answer.starts_with(b"HTTP/1.1 200"));
}

#[tokio::test]
async fn an_upload_that_falls_silent_ends_and_leaves_nothing() {
    let world =
        World::with(Settings::default(), |config| config.limits.upload_silence = Duration::from_millis(200)).await;
    let person = world.sign_in().await;
    let ask = message(activity(), &["101"], &["a.pdf"]);
    assert!(all_saved(&person.call(&ask).await.unwrap()));
    let body = stream::iter([Ok::<_, std::io::Error>(Bytes::from_static(b"begun"))]).chain(stream::pending());
    let request = person.put(&ask.save, 0).header("content-length", "1000").body(reqwest::Body::wrap_stream(body));
    let report: AttachmentReport = answer(request).await.unwrap();
    assert!(!report.complete());
    assert!(world.imis.ledger().created("LegacyActivityAttachment").is_empty());
    let report: AttachmentReport = answer(person.put(&ask.save, 0).body("whole")).await.unwrap();
    assert!(report.complete());
}

#[tokio::test]
async fn a_stopping_server_finishes_the_upload_under_way() {
    let mut world = World::new().await;
    let ask = message(activity(), &["101"], &["a.pdf"]);
    let token = {
        let person = world.sign_in().await;
        assert!(all_saved(&person.call(&ask).await.unwrap()));
        person.token
    };
    let (chunks, body) = mpsc::channel::<Result<Bytes, std::io::Error>>(1);
    let body = stream::unfold(body, |mut body| async move { body.recv().await.map(|next| (next, body)) });
    let request = world.person(&token).put(&ask.save, 0);
    let length = LONG + 4;
    let request = request.header("content-length", length.to_string()).body(reqwest::Body::wrap_stream(body));
    let upload = tokio::spawn(answer::<AttachmentReport>(request));
    // More than sockets hold: when the last of it is taken the server is reading.
    for _ in 0..LONG / PART {
        chunks.send(Ok(Bytes::from(vec![7; PART]))).await.unwrap();
    }
    let url = world.url.clone();
    let stopping = world.stop();
    let finish = async {
        chunks.send(Ok(Bytes::from_static(b"over"))).await.unwrap();
        drop(chunks);
        upload.await.unwrap().unwrap()
    };
    let ((), report) = tokio::join!(stopping, finish);
    assert!(report.complete());
    assert!(reqwest::get(&url).await.is_err(), "nobody listens any more");
}

#[tokio::test]
async fn a_save_goes_on_when_the_window_is_closed() {
    let world = World::with(Settings { latency: Duration::from_millis(150), ..Settings::default() }, |_| {}).await;
    let person = world.sign_in().await;
    person.call(&GetSaveTargets).await.unwrap();
    let ask = message(activity(), &["101"], &[]);
    // The person goes away before the answer.
    let gone = tokio::time::timeout(Duration::from_millis(60), person.call(&ask)).await;
    assert!(gone.is_err());
    let report = loop {
        match person.call(&ask).await {
            Err(problem) if problem.code == ProblemCode::Conflict => {}
            answer => break answer.unwrap(),
        }
    };
    assert!(all_saved(&report));
    assert_eq!(world.imis.ledger().created("Activity").len(), 1);
}

/// Begins to send a message of the greatest length; most of it is with the server.
async fn begin_message(person: &Person<'_>) -> (mpsc::Sender<Result<Bytes, std::io::Error>>, JoinHandle<()>) {
    let (chunks, body) = mpsc::channel::<Result<Bytes, std::io::Error>>(1);
    let body = stream::unfold(body, |mut body| async move { body.recv().await.map(|next| (next, body)) });
    let request = person.world.request(Method::POST, "/api/saves").bearer_auth(&person.token);
    let request = request.header("content-type", "application/json").header("content-length", (2 * LONG).to_string());
    let sent = tokio::spawn(async move { drop(request.body(reqwest::Body::wrap_stream(body)).send().await) });
    // More than sockets hold: when the last of it is taken the server is reading.
    for _ in 0..LONG / PART {
        chunks.send(Ok(Bytes::from(vec![b' '; PART]))).await.unwrap();
    }
    (chunks, sent)
}

#[tokio::test]
async fn messages_on_their_way_take_no_more_memory_than_a_person_and_all_may_have() {
    let world = World::with(Settings::default(), |config| {
        config.limits.messages_per_person_bytes = 2 * LONG as u64 + 1;
        config.limits.messages_max_bytes = 3 * LONG as u64;
    })
    .await;
    let (person, other) = (world.sign_in().await, world.sign_in_as("STAFF1").await);
    let (chunks, sent) = begin_message(&person).await;
    let ask = message(activity(), &["101"], &[]);
    let small = world.call(&ask).bearer_auth(&person.token).send().await.unwrap();
    assert_eq!((small.status().as_u16(), small.headers()["retry-after"].to_str().unwrap()), (429, "2"));
    let mut large = message(activity(), &["101"], &[]);
    large.message.html = "x".repeat(15 * PART);
    assert_eq!(person.call(&large).await.unwrap_err().code, ProblemCode::Busy, "read to its end, so it hears it");
    assert!(all_saved(&other.call(&ask).await.unwrap()), "others have their own");
    // Whoever does not say how much it is could send all there may be.
    let body = serde_json::to_vec(&message(activity(), &["101"], &[])).unwrap();
    let unannounced = || {
        let parts = stream::iter([Ok::<_, std::io::Error>(Bytes::from(body.clone()))]);
        let request = world.request(Method::POST, "/api/saves").bearer_auth(&other.token);
        request.header("content-type", "application/json").body(reqwest::Body::wrap_stream(parts))
    };
    assert_eq!(answer::<api::SaveReport>(unannounced()).await.unwrap_err().code, ProblemCode::Busy);
    // The window is closed, and there is room again.
    drop(chunks);
    sent.await.unwrap();
    let report = loop {
        match person.call(&ask).await {
            Err(problem) if problem.code == ProblemCode::Busy => tokio::task::yield_now().await,
            answer => break answer.unwrap(),
        }
    };
    assert!(all_saved(&report));
    assert!(all_saved(&answer(unannounced()).await.unwrap()));
}

#[tokio::test]
async fn a_stranger_with_a_large_message_hears_that_nobody_is_signed_in() {
    let world = World::new().await;
    let mut ask = message(activity(), &["101"], &[]);
    ask.message.html = "x".repeat(20 * PART);
    assert_eq!(world.person("ia1_x").call(&ask).await.unwrap_err().code, ProblemCode::SignedOut);
}

#[tokio::test]
async fn whoever_is_not_signed_in_takes_no_room_from_uploads() {
    let world = World::with(Settings::default(), |config| config.limits.uploads_max = 1).await;
    let person = world.sign_in().await;
    let ask = message(activity(), &["101"], &["a.pdf"]);
    assert!(all_saved(&person.call(&ask).await.unwrap()));
    let (chunks, body) = mpsc::channel::<Result<Bytes, std::io::Error>>(1);
    let body = stream::unfold(body, |mut body| async move { body.recv().await.map(|next| (next, body)) });
    let request = world.person("ia1_x").put(&ask.save, 0);
    let request = request.header("content-length", (LONG + 1).to_string()).body(reqwest::Body::wrap_stream(body));
    let stranger = tokio::spawn(request.send());
    // More than sockets hold: when the last of it is taken the server is reading.
    for _ in 0..LONG / PART {
        chunks.send(Ok(Bytes::from(vec![7; PART]))).await.unwrap();
    }
    let report = answer::<AttachmentReport>(person.put(&ask.save, 0).body("x")).await;
    assert!(report.is_ok_and(|report| report.complete()));
    stranger.abort();
}
