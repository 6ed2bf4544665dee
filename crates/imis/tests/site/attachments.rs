//! Attachments arrive byte for byte, with their length announced.

use crate::{World, raw};
use bytes::Bytes;
use futures_util::stream;
use imis::{Acting, ActivityId, ColumnForm, Content, ErrorKind, LogId, NewLog, NewRow, PartyId, RowValue, WriteError};
use sim::imis::{Effect, Fault, Settings};
use std::io;
use time::macros::datetime;

const NAME: &str = "Protokoll \"März\" 東京 \u{1f4ce}.pdf";

fn bytes(length: usize) -> Vec<u8> {
    (0..length).map(|n| u8::try_from((n * 31 + n / 251) % 256).unwrap()).collect()
}

/// The bytes in chunks of a size that never fits base64.
fn content(bytes: &[u8]) -> Content {
    let chunks: Vec<io::Result<Bytes>> = bytes.chunks(10_007).map(|chunk| Ok(Bytes::copy_from_slice(chunk))).collect();
    Content::new(bytes.len() as u64, stream::iter(chunks))
}

async fn new_log(acting: &Acting) -> LogId {
    acting.write_log(&NewLog { subject: "s", html: "", text: "", message_key: "<k@x>" }).await.unwrap()
}

async fn new_activity(acting: &Acting) -> ActivityId {
    let values = [RowValue { column: "ACTIVITY_TYPE".to_owned(), form: ColumnForm::Text, value: "EMAIL".to_owned() }];
    let party = PartyId::new("101");
    let new = NewRow { entity: "Activity", party: &party, values: &values, key: ("UF_1", "<k@x>") };
    ActivityId::new(acting.write_row(&new).await.unwrap())
}

#[tokio::test]
async fn an_attachment_of_a_log_arrives_intact() {
    let world = World::new(Settings::default()).await;
    let acting = world.signed_in("STAFF1").await;
    let log = new_log(&acting).await;
    for length in [0, 1, 2, 3, 700_000] {
        let bytes = bytes(length);
        acting.attach_to_log(&log, NAME, "application/pdf", content(&bytes)).await.unwrap();
        let entry = world.site.ledger().created("CommunicationLogAttachment").pop().unwrap();
        let file = entry.file.unwrap();
        assert_eq!((file.name.as_str(), file.length), (NAME, length as u64));
        assert!(file.content.unwrap() == bytes, "{length} bytes");
        assert_eq!(entry.stored["ContentType"], "application/pdf");
    }
    let names: Vec<String> = acting.log_attachments(&log).await.unwrap().into_iter().map(|(_, name)| name).collect();
    assert_eq!(names, [NAME; 5]);
}

#[tokio::test]
async fn an_attachment_of_an_activity_arrives_intact_and_is_listed() {
    let world = World::new(Settings::default()).await;
    let acting = world.signed_in("STAFF1").await;
    let activity = new_activity(&acting).await;
    let bytes = bytes(500_001);
    let on = datetime!(2026-03-02 09:12:05);
    let id = acting.attach_to_activity(&activity, NAME, on, content(&bytes)).await.unwrap();
    let file = world.site.ledger().created("LegacyActivityAttachment").pop().unwrap().file.unwrap();
    assert!(file.content.unwrap() == bytes);
    assert_eq!(acting.activity_attachments(&activity).await.unwrap(), [(id, NAME.to_owned())]);
    let other = new_activity(&acting).await;
    assert_eq!(acting.activity_attachments(&other).await.unwrap(), []);
}

#[tokio::test]
async fn content_of_another_length_is_certainly_not_stored() {
    let world = World::new(Settings::default()).await;
    let acting = world.signed_in("STAFF1").await;
    let log = new_log(&acting).await;
    for announced in [99_999, 100_001] {
        let broken = Content { length: announced, ..content(&bytes(100_000)) };
        let refused = acting.attach_to_log(&log, NAME, "text/plain", broken).await.unwrap_err();
        assert!(
            matches!(&refused, WriteError::Refused(error) if error.kind == ErrorKind::ContentBroken),
            "{refused:?}"
        );
    }
    assert!(world.site.ledger().created("CommunicationLogAttachment").is_empty());
}

#[tokio::test]
async fn a_token_that_dies_under_an_upload_asks_for_the_content_again() {
    let world = World::new(Settings::default()).await;
    let acting = world.signed_in("STAFF1").await;
    let log = new_log(&acting).await;
    world.site.faults().add(Fault::once(Effect::Unauthorized).on("POST", "CommunicationLogAttachment"));
    let refused = acting.attach_to_log(&log, NAME, "text/plain", content(b"hello")).await.unwrap_err();
    assert!(
        matches!(&refused, WriteError::Refused(error) if matches!(error.kind, ErrorKind::Busy { .. })),
        "{refused:?}"
    );
    acting.attach_to_log(&log, NAME, "text/plain", content(b"hello")).await.unwrap();
    assert_eq!(world.site.ledger().created("CommunicationLogAttachment").len(), 1);
}

#[tokio::test]
async fn a_file_that_may_not_be_attached_is_asked_for_once_more_and_no_oftener() {
    let world = World::new(Settings::default()).await;
    let acting = world.signed_in("STAFF1").await;
    let log = new_log(&acting).await;
    world.site.faults().add(Fault::once(Effect::Unauthorized).on("POST", "CommunicationLogAttachment").always());
    let attach = || acting.attach_to_log(&log, NAME, "text/plain", content(b"hello"));
    let again = attach().await.unwrap_err();
    assert!(matches!(again.error().kind, ErrorKind::Busy { .. }), "{again:?}");
    for _ in 0..2 {
        let refused = attach().await.unwrap_err();
        assert!(
            matches!(&refused, WriteError::Refused(error) if matches!(error.kind, ErrorKind::Forbidden { .. })),
            "{refused:?}"
        );
    }
    assert_eq!(world.asked("POST /token"), 1);
}

#[tokio::test]
async fn an_upload_that_may_have_arrived_is_unknown() {
    let world = World::new(Settings::default()).await;
    let acting = world.signed_in("STAFF1").await;
    let log = new_log(&acting).await;
    world.site.faults().add(Fault::once(Effect::ResetAfterStore).on("POST", "CommunicationLogAttachment"));
    let unknown = acting.attach_to_log(&log, NAME, "text/plain", content(b"hello")).await.unwrap_err();
    assert!(matches!(unknown, WriteError::Unknown(..)), "{unknown:?}");
    assert_eq!(acting.log_attachments(&log).await.unwrap().len(), 1);
}

#[tokio::test]
async fn the_length_is_announced_before_the_first_byte() {
    let (listener, acting) = raw::site().await;
    let bytes = bytes(1_000_000);
    let log = LogId::new("log");
    let upload = acting.attach_to_log(&log, "a.bin", "application/octet-stream", content(&bytes));
    let site = async {
        raw::grant(&listener).await;
        raw::answer(&listener, r#"{"CommunicationLogAttachmentId":"1"}"#, 0).await
    };
    let (uploaded, (head, length)) = tokio::join!(upload, site);
    uploaded.unwrap();
    assert!(head.contains(&format!("content-length: {length}")), "{head}");
    assert!(!head.contains("transfer-encoding"), "{head}");
    assert!(length > bytes.len().div_ceil(3) * 4);
}
