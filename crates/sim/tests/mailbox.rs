//! The mails of the stand-in: ours, and whatever lies in a folder.

#![expect(clippy::unwrap_used, reason = "a test's helpers may fail as its steps do")]

use std::path::PathBuf;

use sim::outlook::{AttachmentKind, MailSource, Running, Settings};
use sim::tls::Certificate;
use url::Url;

async fn outlook(mail: MailSource) -> Running {
    let addin = Url::parse("https://addin.example.test/").unwrap();
    let mut settings = Settings::new(addin, Certificate::for_world().unwrap());
    settings.mail = mail;
    sim::outlook::start(settings).await.unwrap()
}

fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("sim-mail-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

#[tokio::test]
async fn every_mail_of_ours_is_read() {
    let outlook = outlook(MailSource::Ours).await;
    let mailbox = outlook.mailbox();
    assert!(mailbox.refused.is_empty(), "{:?}", mailbox.refused);
    assert_eq!(mailbox.mails.len(), 19);
    let mail = |key: &str| mailbox.mail(key).unwrap();
    assert_eq!(mail("names-zoe").from.as_ref().unwrap().name, "Zoë Brandt");
    assert_eq!(mail("names-zoe").attachments[0].name, "Adressänderung Zoë Brandt.txt");
    assert_eq!(mail("names-tanaka").from.as_ref().unwrap().name, "田中 太郎");
    assert_eq!(mail("crowd").to.len(), 500);
    assert!(mail("no-sender").from.is_none());
    assert!(mail("no-message-id").internet_message_id.is_none());
    assert!(mail("long-subject").subject.chars().count() > 900);
    assert_eq!(mail("large-attachment").attachments[0].size, 20 * 1024 * 1024);
    assert_eq!(mail("forwarded").attachments[0].kind, AttachmentKind::Item);
    assert_eq!(mail("forwarded").attachments[0].name, "Complaint about the invoice");
    assert_eq!(mail("forwarded").attachments.len(), 1);
    assert_eq!(mail("invitation").attachments[0].name, "invite.ics");
    assert_eq!(mail("invitation").attachments.len(), 1);
    let inline: Vec<_> = mail("inline-images").attachments.iter().map(|one| one.is_inline).collect();
    assert_eq!(inline, [true, true]);
}

#[tokio::test]
async fn a_file_that_is_no_mail_is_refused_with_a_reason_and_spoils_nothing() {
    let folder = folder("mixed");
    std::fs::write(folder.join("a mail.txt"), "Subject: Hello\r\n\r\nWorld\r\n").unwrap();
    std::fs::write(folder.join("empty.eml"), "").unwrap();
    std::fs::write(folder.join("picture.png"), b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR: 1\r\n\r\n\0").unwrap();
    let outlook = outlook(MailSource::Folder(folder.clone())).await;
    let keys: Vec<_> = outlook.mailbox().mails.iter().map(|mail| mail.key.as_str()).collect();
    assert_eq!(keys, ["a mail.txt"]);
    let refused: Vec<_> = outlook.mailbox().refused.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(refused, ["empty.eml", "picture.png"]);
    assert!(outlook.mailbox().refused.iter().all(|file| !file.reason.is_empty()));
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_an_error() {
    let addin = Url::parse("https://addin.example.test/").unwrap();
    let mut settings = Settings::new(addin, Certificate::for_world().unwrap());
    settings.mail = MailSource::Folder(PathBuf::from("no/such/folder"));
    assert!(sim::outlook::start(settings).await.is_err());
}

#[tokio::test]
async fn a_certificate_names_every_host_and_its_key_has_a_fingerprint() {
    let certificate = Certificate::for_world().unwrap();
    assert!(certificate.certificate_pem().starts_with("-----BEGIN CERTIFICATE-----"));
    assert!(certificate.key_pem().starts_with("-----BEGIN PRIVATE KEY-----"));
    assert_eq!(certificate.spki_sha256().len(), 44);
    assert_ne!(certificate.spki_sha256(), Certificate::for_world().unwrap().spki_sha256());
    assert!(!format!("{certificate:?}").contains("KEY"));
}
