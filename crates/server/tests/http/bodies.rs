//! Bodies and files of records: safe to show, safe to keep.

use crate::timeline::timeline;
use crate::world::{Person, World, code, read};
use crate::writing::{all_saved, write};
use api::{ContactId, GetRecord, GetTimeline, ProblemCode, RecordAttachment, RecordId, RecordInFull, RecordKind};
use reqwest::{Method, Response};
use sim::imis::{Edition, Settings};

pub(crate) async fn open(person: &Person<'_>, record: &RecordId, contact: &str) -> RecordInFull {
    let ask = GetRecord { record: record.clone(), contact: ContactId(contact.to_owned()) };
    person.call(&ask).await.unwrap()
}

/// Every record of a contact of a kind, opened.
async fn opened(person: &Person<'_>, contact: &str, kind: RecordKind) -> Vec<RecordInFull> {
    let page = person.call(&GetTimeline { kinds: vec![kind], ..timeline(contact) }).await.unwrap();
    let mut records = Vec::new();
    for entry in &page.entries {
        records.push(open(person, &entry.record, contact).await);
    }
    records
}

pub(crate) async fn download(person: &Person<'_>, path: &str) -> Response {
    person.world.request(Method::GET, path).bearer_auth(&person.token).send().await.unwrap()
}

pub(crate) fn path(record: &RecordInFull, file: &RecordAttachment, contact: &str) -> String {
    file.path(&record.entry.record, &ContactId(contact.to_owned()))
}

#[tokio::test]
async fn hostile_bodies_open_as_words_and_nothing_else() {
    for edition in [Edition::Imis2017, Edition::Ems] {
        let world = World::with(Settings { edition, ..Settings::default() }, |_| {}).await;
        let person = world.sign_in_as("READER1").await;
        let mut records = opened(&person, "120", RecordKind::CommunicationLog).await;
        for kind in [RecordKind::Note, RecordKind::Activity, RecordKind::ContactInteraction] {
            records.extend(opened(&person, "120", kind).await);
        }
        assert_eq!(records.len(), 11);
        let mut words = String::new();
        for record in &records {
            let html = record.html.as_deref().unwrap();
            let lower = html.to_lowercase();
            for bad in [
                "<script",
                "<svg",
                "<math",
                "<form",
                "<iframe",
                "<style",
                "<meta",
                "<base",
                "<link",
                "<object",
                " on",
                "javascript:",
                "tracker.example",
                "evil.example",
                "position",
            ] {
                assert!(!lower.contains(bad), "{bad}: {html}");
            }
            words.push_str(html);
        }
        for kept in
            ["Before", "After", "Words of the form", "Seen?", "cell", "Over everything", "Readable end", "Dear all"]
        {
            assert!(words.contains(kept), "{kept}");
        }
        assert!(words.contains("href=\"https://www.example.org/\"") && words.contains("rel=\"noopener noreferrer\""));
        assert!(records.iter().map(|record| record.blocked_images).sum::<u32>() >= 3);
    }
}

#[tokio::test]
async fn text_stays_text_whatever_stands_in_it() {
    let world = World::new().await;
    let person = world.sign_in().await;
    let odd = "Ann <a@example.org> wrote:\r\n1 < 2 > 0, <b> and <Books>";
    for (kind, type_id, fields) in [
        (RecordKind::Activity, "CALL", ["DESCRIPTION", "NOTE"]),
        (RecordKind::ContactInteraction, "CALL", ["Description", "Details"]),
    ] {
        let ask = write(kind, type_id, &[(fields[0], "Odd"), (fields[1], odd)], &["122"]);
        assert!(all_saved(&person.call(&ask).await.unwrap()));
        let record = &opened(&person, "122", kind).await[0];
        assert_eq!((record.html.as_deref(), &*record.text), (None, odd), "it is the pane's to show it as text");
    }
}

#[tokio::test]
async fn a_body_of_megabytes_opens() {
    let world = World::new().await;
    let person = world.sign_in().await;
    let record = &opened(&person, "121", RecordKind::CommunicationLog).await[0];
    let html = record.html.as_deref().unwrap();
    assert!(html.len() > 500_000 && html.contains("A line of the yearly statement"));
}

#[tokio::test]
async fn a_file_comes_down_byte_for_byte_and_is_never_shown() {
    for edition in [Edition::Imis2017, Edition::Ems] {
        let world = World::with(Settings { edition, ..Settings::default() }, |_| {}).await;
        let person = world.sign_in_as("READER1").await;
        let records = opened(&person, "119", RecordKind::CommunicationLog).await;
        let record = records.iter().find(|record| !record.attachments.is_empty()).unwrap();
        let [agenda, picture] = &record.attachments[..] else { panic!("two files") };
        let answer = download(&person, &path(record, agenda, "119")).await;
        let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header("content-type"), "text/plain; charset=utf-8");
        assert_eq!(header("content-disposition"), "attachment; filename=\"agenda.txt\"; filename*=UTF-8''agenda.txt");
        assert_eq!((&*header("x-content-type-options"), &*header("cache-control")), ("nosniff", "no-store"));
        assert!(header("content-security-policy").contains("sandbox"));
        assert_eq!(&answer.bytes().await.unwrap()[..], b"1. Opening\n2. Closing\n");
        let answer = download(&person, &path(record, picture, "119")).await;
        assert_eq!(answer.headers()["content-type"], "application/octet-stream");
        assert!(answer.headers()["content-disposition"].to_str().unwrap().ends_with("Bilder%20Gr%C3%B6%C3%9Fe.bin"));
        assert_eq!(&answer.bytes().await.unwrap()[..], &[0, 1, 2, 3, 255]);
        let page = person.call(&GetTimeline { kinds: vec![RecordKind::Activity], ..timeline("119") }).await.unwrap();
        let email = page.entries.iter().find(|entry| entry.type_name == "E-mail").unwrap();
        let record = open(&person, &email.record, "119").await;
        let answer = download(&person, &path(&record, &record.attachments[0], "119")).await;
        assert!(answer.text().await.unwrap().starts_with("Enclosure of record"));
    }
}

#[tokio::test]
async fn a_file_s_name_leaves_no_folder_and_its_html_is_bytes() {
    let world = World::new().await;
    let person = world.sign_in().await;
    let records = opened(&person, "120", RecordKind::CommunicationLog).await;
    let record = records.iter().find(|record| record.attachments.len() == 4).unwrap();
    let names: Vec<&str> = record.attachments.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names, ["passwd", "system.ini", "invoice.pdfgpj.exe", "_img src=x onerror=alert(1)_.txt"]);
    for file in &record.attachments[..3] {
        let answer = download(&person, &path(record, file, "120")).await;
        assert_eq!(answer.headers()["content-type"], "application/octet-stream");
        let disposition = answer.headers()["content-disposition"].to_str().unwrap();
        assert!(disposition.starts_with("attachment; ") && !disposition.contains('/') && !disposition.contains('<'));
    }
}

#[tokio::test]
async fn a_file_of_another_record_or_contact_is_not_there() {
    let world = World::new().await;
    let person = world.sign_in().await;
    let records = opened(&person, "119", RecordKind::CommunicationLog).await;
    let with = records.iter().find(|record| !record.attachments.is_empty()).unwrap();
    let without = records.iter().find(|record| record.attachments.is_empty()).unwrap();
    let file = &with.attachments[0];
    for path in [path(without, file, "119"), path(with, file, "101"), path(with, file, "120")] {
        assert_eq!(code(read::<()>(download(&person, &path).await).await), ProblemCode::NotFound, "{path}");
    }
    world.imis.ledger().forget_requests();
    let record = &with.entry.record.0;
    for (path, expected) in [
        (format!("/api/records/{record}/attachments/..%2f..%2ftoken?contact=119"), ProblemCode::Invalid),
        (format!("/api/records/CommunicationLog:..%2f{}/attachments/1?contact=119", file.id), ProblemCode::Invalid),
        (format!("/api/records/{record}/attachments/{}?contact=..%2f119", file.id), ProblemCode::Invalid),
        (format!("/api/records/{record}/attachments/{}", file.id), ProblemCode::Invalid),
        (format!("/api/records/User:1/attachments/{}?contact=119", file.id), ProblemCode::Invalid),
    ] {
        assert_eq!(code(read::<()>(download(&person, &path).await).await), expected, "{path}");
    }
    assert!(world.imis.ledger().requests().is_empty());
    let nobody = world.request(Method::GET, &self::path(with, file, "119")).send().await.unwrap();
    assert_eq!(code(read::<()>(nobody).await), ProblemCode::SignedOut);
}

#[tokio::test]
async fn a_file_larger_than_the_site_takes_is_not_read() {
    let world = World::with(Settings::default(), |config| config.sites[0].attachment_max_bytes = 10).await;
    let person = world.sign_in().await;
    let records = opened(&person, "119", RecordKind::CommunicationLog).await;
    let with = records.iter().find(|record| !record.attachments.is_empty()).unwrap();
    let file = world.imis.ledger().created("CommunicationLogAttachment").len();
    assert_eq!(file, 0, "all of them were seeded");
    let answer = download(&person, &path(with, &with.attachments[0], "119")).await;
    assert!(answer.status().is_success(), "what JSON adds is room enough for small files");
}
