//! Messages sent from the page, as they lie in Sent Items.
//!
//! Invariant: the copy has another Message-ID than the one the message left with, as classic Outlook and Exchange do
//! it (`peers.md` §4.1 row 1); nothing of it says what that one was.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mail_parser::DateTime;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::User;
use super::mail::Mail;

/// A message as the page sends it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Outgoing {
    to: Vec<Recipient>,
    cc: Vec<Recipient>,
    bcc: Vec<Recipient>,
    subject: String,
    /// `html` or `text`.
    format: String,
    body: String,
    /// What add-ins put on it.
    headers: BTreeMap<String, String>,
    attachments: Vec<File>,
}

#[derive(Debug, Deserialize)]
struct Recipient {
    name: String,
    address: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct File {
    name: String,
    content_type: String,
    /// Base64.
    content: String,
}

const BOUNDARY: &str = "=_sent";

impl Outgoing {
    /// The copy in Sent Items; `number` tells it from all others.
    pub(super) fn deliver(&self, number: usize, user: &User) -> Result<Mail, &'static str> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_err(|_| "the clock stands before 1970")?;
        let seconds = i64::try_from(now.as_secs()).map_err(|_| "the clock stands too late")?;
        let eml = self.eml(user, number, seconds);
        let own_domain = user.email_address.rsplit('@').next().unwrap_or_default();
        let mut mail = Mail::read(&format!("sent-{number}"), eml.as_bytes(), own_domain)?;
        mail.sent_here();
        Ok(mail)
    }

    fn eml(&self, user: &User, number: usize, seconds: i64) -> String {
        let id = Sha256::digest(format!("{number}/{seconds}")).iter().take(16).fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02X}");
            text
        });
        let mut eml = String::new();
        let mut line = |name: &str, value: &str| {
            let _ = write!(eml, "{name}: {value}\r\n");
        };
        line("From", &mailbox(&user.display_name, &user.email_address));
        for (name, people) in [("To", &self.to), ("Cc", &self.cc), ("Bcc", &self.bcc)] {
            if !people.is_empty() {
                let people: Vec<String> = people.iter().map(|person| mailbox(&person.name, &person.address)).collect();
                line(name, &people.join(",\r\n "));
            }
        }
        line("Subject", &encoded(&self.subject));
        line("Date", &DateTime::from_timestamp(seconds).to_rfc822());
        line("Message-ID", &format!("<{id}@EXCHANGE.association.example>"));
        for (name, value) in &self.headers {
            line(name, &value.replace(['\r', '\n'], " "));
        }
        line("MIME-Version", "1.0");
        line("Content-Type", &format!("multipart/mixed; boundary=\"{BOUNDARY}\""));
        let kind = if self.format == "html" { "text/html" } else { "text/plain" };
        let _ = write!(
            eml,
            "\r\n--{BOUNDARY}\r\nContent-Type: {kind}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n",
            folded(&STANDARD.encode(&self.body))
        );
        for file in &self.attachments {
            let _ = write!(
                eml,
                "--{BOUNDARY}\r\nContent-Type: {}; name=\"{name}\"\r\nContent-Transfer-Encoding: base64\r\n\
                 Content-Disposition: attachment; filename=\"{name}\"\r\n\r\n{}\r\n",
                file.content_type.replace(['\r', '\n'], " "),
                folded(&file.content),
                name = file.name.replace(['"', '\r', '\n'], "_"),
            );
        }
        let _ = write!(eml, "--{BOUNDARY}--\r\n");
        eml
    }
}

fn mailbox(name: &str, address: &str) -> String {
    format!("{} <{}>", encoded(name), address.replace(['<', '>', '\r', '\n'], ""))
}

/// A text of any letters in a header (RFC 2047), in words of bounded length.
fn encoded(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let words = letters.chunks(10).map(|word| {
        let word: String = word.iter().collect();
        format!("=?utf-8?B?{}?=", STANDARD.encode(word))
    });
    words.collect::<Vec<_>>().join("\r\n ")
}

fn folded(base64: &str) -> String {
    let lines: Vec<&str> =
        base64.as_bytes().chunks(76).map(|line| std::str::from_utf8(line).unwrap_or_default()).collect();
    lines.join("\r\n")
}
