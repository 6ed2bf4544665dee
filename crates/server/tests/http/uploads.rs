//! Attachments on their way through.

use crate::saves::{activity, all_saved, message};
use crate::world::{Person, World, answer};
use api::{AttachmentOutcome, AttachmentReport, Problem, ProblemCode, SaveAs, SaveMessage};
use bytes::Bytes;
use futures_util::stream;
use sha2::{Digest as _, Sha256};
use sim::imis::{Effect, Fault, Settings, Stored};
use std::time::Duration;

fn file(length: usize) -> Vec<u8> {
    (0..length).map(|place| u8::try_from(place * 31 % 251).unwrap()).collect()
}

fn hash(content: &[u8]) -> String {
    Sha256::digest(content).iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

/// How long the person was told to wait.
pub(crate) fn told_to_wait(report: &AttachmentReport) -> Option<u32> {
    let wait = |(_, outcome): &(_, AttachmentOutcome)| match outcome {
        AttachmentOutcome::Failed { problem } => problem.retry_after_s,
        AttachmentOutcome::Saved => None,
    };
    report.records.iter().filter_map(wait).max()
}

async fn upload(
    person: &Person<'_>,
    ask: &SaveMessage,
    index: usize,
    content: &[u8],
) -> Result<AttachmentReport, Problem> {
    answer(person.put(&ask.save, index).body(content.to_vec())).await
}

async fn saved(world: &World, save_as: SaveAs, contacts: &[&str], files: &[&str]) -> (String, SaveMessage) {
    let person = world.sign_in().await;
    let ask = message(save_as, contacts, files);
    assert!(all_saved(&person.call(&ask).await.unwrap()));
    (person.token, ask)
}

#[tokio::test]
async fn three_attachments_reach_the_log_entry_once_each() {
    let world = World::new().await;
    let files = ["a.pdf", "b.pdf", "empty.txt"];
    let (token, ask) = saved(&world, SaveAs::Interaction, &["101", "107"], &files).await;
    let person = world.person(&token);
    let contents = [file(100_000), file(300_001), Vec::new()];
    let (a, b, c) = tokio::join!(
        upload(&person, &ask, 0, &contents[0]),
        upload(&person, &ask, 1, &contents[1]),
        upload(&person, &ask, 2, &contents[2])
    );
    for report in [a, b, c] {
        assert!(report.unwrap().complete());
    }
    let written = world.imis.ledger().created("CommunicationLogAttachment");
    assert_eq!(written.len(), 3);
    for (name, content) in files.iter().zip(&contents) {
        let found = written.iter().filter_map(|entry| entry.file.as_ref()).find(|file| file.name == *name).unwrap();
        assert_eq!((found.length, &found.sha256), (content.len() as u64, &hash(content)), "{name}");
    }
    let again = person.call(&ask).await.unwrap();
    assert_eq!(again.attachments, vec![Some(AttachmentOutcome::Saved); 3]);
}

#[tokio::test]
async fn an_attachment_is_read_once_and_reaches_every_activity() {
    let world = World::new().await;
    let (token, ask) = saved(&world, activity(), &["101", "107"], &["a.pdf"]).await;
    let content = file(500_000);
    let report = upload(&world.person(&token), &ask, 0, &content).await.unwrap();
    assert!(report.complete());
    assert_eq!(report.records.len(), 2);
    let written = world.imis.ledger().created("LegacyActivityAttachment");
    assert_eq!(written.len(), 2);
    assert!(written.iter().all(|entry| entry.file.as_ref().unwrap().sha256 == hash(&content)));
}

#[tokio::test]
async fn an_attachment_sent_again_is_not_written_again() {
    let mut world = World::new().await;
    let (token, ask) = saved(&world, activity(), &["101", "107"], &["a.pdf"]).await;
    assert!(upload(&world.person(&token), &ask, 0, &file(10)).await.unwrap().complete());
    world.restart().await;
    assert!(upload(&world.person(&token), &ask, 0, &file(10)).await.unwrap().complete());
    assert_eq!(world.imis.ledger().created("LegacyActivityAttachment").len(), 2);
}

#[tokio::test]
async fn files_of_one_name_stay_two_files() {
    let world = World::new().await;
    let (token, ask) = saved(&world, activity(), &["101"], &["image.png", "IMAGE.png"]).await;
    for index in 0..2 {
        assert!(upload(&world.person(&token), &ask, index, &file(index + 1)).await.unwrap().complete());
    }
    let written = world.imis.ledger().created("LegacyActivityAttachment");
    let mut names: Vec<_> = written.iter().map(|entry| entry.file.as_ref().unwrap().name.clone()).collect();
    names.sort();
    assert_eq!(names, ["IMAGE (2).png", "image.png"]);
}

async fn survives(save_as: SaveAs, entity: &str, effect: Effect, restart: bool) {
    let mut world =
        World::with(Settings::default(), |config| config.limits.upload_total = Duration::from_secs(2)).await;
    let name = format!("{entity} {effect:?} restart {restart}");
    let contacts: &[&str] = &["101", "107"];
    let (token, ask) = saved(&world, save_as, contacts, &["a.pdf"]).await;
    world.imis.faults().add(Fault::once(effect).on("POST", entity));
    let content = file(200_000);
    let mut report = upload(&world.person(&token), &ask, 0, &content).await.unwrap();
    assert_eq!(world.imis.faults().waiting(), 0, "{name}: the fault struck");
    for _ in 0..3 {
        if report.complete() {
            break;
        }
        if restart {
            world.restart().await;
        }
        world.wait(told_to_wait(&report));
        report = upload(&world.person(&token), &ask, 0, &content).await.unwrap();
    }
    assert!(report.complete(), "{name}: {report:?}");
    let written = world.imis.ledger().created(entity);
    assert_eq!(written.len(), report.records.len(), "{name}");
    assert!(written.iter().all(|entry| entry.file.as_ref().unwrap().sha256 == hash(&content)), "{name}");
}

#[tokio::test]
async fn no_fault_at_an_upload_loses_or_doubles_a_file() {
    for effect in [
        Effect::ServerError { stored: Stored::Yes },
        Effect::ServerError { stored: Stored::No },
        Effect::Truncated,
        Effect::ResetAfterStore,
        Effect::ResetBeforeStore,
        Effect::RequestTimeout,
        Effect::TooManyRequests { retry_after: Some(1) },
        Effect::Unauthorized,
    ] {
        for restart in [false, true] {
            survives(SaveAs::Interaction, "CommunicationLogAttachment", effect.clone(), restart).await;
            survives(activity(), "LegacyActivityAttachment", effect.clone(), restart).await;
        }
    }
}

#[tokio::test]
async fn one_record_s_failure_is_that_record_s_alone() {
    let world = World::new().await;
    let (token, ask) = saved(&world, activity(), &["101", "107"], &["a.pdf"]).await;
    world.imis.faults().add(Fault::once(Effect::Refused).on("POST", "LegacyActivityAttachment"));
    let report = upload(&world.person(&token), &ask, 0, &file(400_000)).await.unwrap();
    let there = report.records.iter().filter(|(_, outcome)| *outcome == AttachmentOutcome::Saved).count();
    assert_eq!(there, 1);
    assert_eq!(world.imis.ledger().created("LegacyActivityAttachment").len(), 1);
}

#[tokio::test]
async fn a_file_that_is_too_large_is_refused_and_the_pane_hears_it() {
    let world = World::with(Settings::default(), |config| config.sites[0].attachment_max_bytes = 1000).await;
    let (token, ask) = saved(&world, activity(), &["101"], &["a.pdf"]).await;
    let person = world.person(&token);
    assert!(upload(&person, &ask, 0, &file(1000)).await.unwrap().complete());
    let problem = upload(&person, &ask, 0, &file(20_000_000)).await.unwrap_err();
    assert_eq!(problem.code, ProblemCode::TooLarge);
}

#[tokio::test]
async fn a_stranger_with_a_large_file_hears_that_nobody_is_signed_in() {
    let world = World::new().await;
    let (_, ask) = saved(&world, activity(), &["101"], &["a.pdf"]).await;
    let problem = upload(&world.person("ia1_x"), &ask, 0, &file(20_000_000)).await.unwrap_err();
    assert_eq!(problem.code, ProblemCode::SignedOut);
}

#[tokio::test]
async fn an_upload_says_its_length_and_names_what_was_announced() {
    let world = World::new().await;
    let (token, ask) = saved(&world, activity(), &["101"], &["a.pdf"]).await;
    let person = world.person(&token);
    let body = reqwest::Body::wrap_stream(stream::iter([Ok::<_, std::io::Error>(Bytes::from_static(b"x"))]));
    let response = person.put(&ask.save, 0).body(body).send().await.unwrap();
    assert_eq!(response.status(), 411);
    assert_eq!(upload(&person, &ask, 1, b"x").await.unwrap_err().code, ProblemCode::NotFound);
    let unknown = message(activity(), &["101"], &["a.pdf"]);
    assert_eq!(upload(&person, &unknown, 0, b"x").await.unwrap_err().code, ProblemCode::NotFound);
}

#[tokio::test]
async fn an_upload_that_breaks_off_leaves_no_file_and_can_be_sent_again() {
    let world = World::new().await;
    let (token, ask) = saved(&world, activity(), &["101"], &["a.pdf"]).await;
    let person = world.person(&token);
    let parts = [Ok(Bytes::from(file(1000))), Err(std::io::Error::other("the window was closed"))];
    let broken =
        person.put(&ask.save, 0).header("content-length", "5000").body(reqwest::Body::wrap_stream(stream::iter(parts)));
    assert!(broken.send().await.is_err());
    // The first may still be ending when the second asks for its turn.
    let content = file(5000);
    let report = loop {
        match upload(&person, &ask, 0, &content).await {
            Err(problem) if problem.code == ProblemCode::Conflict => tokio::task::yield_now().await,
            answer => break answer.unwrap(),
        }
    };
    assert!(report.complete(), "{report:?}");
    let written = world.imis.ledger().created("LegacyActivityAttachment");
    assert_eq!(written.len(), 1);
    assert_eq!(written[0].file.as_ref().unwrap().sha256, hash(&content));
}

#[tokio::test]
async fn a_name_with_strange_space_around_it_is_found_again() {
    let world = World::new().await;
    let (token, ask) = saved(&world, activity(), &["101"], &["\u{a0}a.pdf", "a.pdf\u{3000}"]).await;
    let stored = Effect::ServerError { stored: Stored::Yes };
    world.imis.faults().add(Fault::once(stored).on("POST", "LegacyActivityAttachment"));
    assert!(!upload(&world.person(&token), &ask, 0, &file(10)).await.unwrap().complete());
    for index in 0..2 {
        assert!(upload(&world.person(&token), &ask, index, &file(10)).await.unwrap().complete());
    }
    let written = world.imis.ledger().created("LegacyActivityAttachment");
    let names: Vec<_> = written.iter().map(|entry| entry.file.as_ref().unwrap().name.clone()).collect();
    assert_eq!(names, ["a.pdf", "a (2).pdf"]);
}
