//! Mails too large or too many to keep in the repository, the same bytes every time.
//!
//! Invariant: the large ones are made once a process, and only when our own mailbox is asked for.

use std::fmt::Write as _;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The large attachment's length in bytes: 20 MiB.
const ATTACHMENT: usize = 20 * 1024 * 1024;
/// The large body's least length in bytes: 10 MiB.
const BODY: usize = 10 * 1024 * 1024;
/// How many people the crowded mail is addressed to.
const CROWD: usize = 500;
/// Bytes on one base64 line of 76 characters.
const LINE: usize = 57;

static MAILS: LazyLock<[(&str, Vec<u8>); 3]> =
    LazyLock::new(|| [("large-attachment", large_attachment()), ("large-body", large_body()), ("crowd", crowd())]);

/// The generated mails with their keys.
pub(super) fn mails() -> impl Iterator<Item = (&'static str, &'static [u8])> {
    MAILS.iter().map(|(name, bytes)| (*name, bytes.as_slice()))
}

fn head(subject: &str, to: &str, date: &str, id: &str) -> String {
    format!(
        "From: Ada Lovelace <ada.lovelace@example.org>\r\nTo: {to}\r\nSubject: {subject}\r\nDate: {date}\r\n\
         Message-ID: <{id}@example.org>\r\nMIME-Version: 1.0\r\n"
    )
}

const STAFF: &str = "Staff One <staff1@association.example>";

fn large_attachment() -> Vec<u8> {
    let mut mail = head("Scan of the 1843 notes", STAFF, "Mon, 09 Nov 2026 16:20:00 +0000", "large-attachment");
    mail.push_str(
        "Content-Type: multipart/mixed; boundary=\"large\"\r\n\r\n--large\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n\
         The whole scan, in one file of 20 MB. I hope your server does not mind.\r\n\r\nAda\r\n--large\r\n\
         Content-Type: application/pdf\r\nContent-Disposition: attachment; filename=\"notes-1843.pdf\"\r\n\
         Content-Transfer-Encoding: base64\r\n\r\n",
    );
    mail.reserve(ATTACHMENT / LINE * 78 + 128);
    for line in 0..ATTACHMENT.div_ceil(LINE) {
        let length = LINE.min(ATTACHMENT - line * LINE);
        let start = if line == 0 { "%PDF-1.4 " } else { "" };
        let block = format!("{start}{line:0>width$}\n", width = LINE - 1 - start.len());
        STANDARD.encode_string(&block.as_bytes()[..length], &mut mail);
        mail.push_str("\r\n");
    }
    mail.push_str("--large--\r\n");
    mail.into_bytes()
}

fn large_body() -> Vec<u8> {
    let mut mail = head("The register, as a table", STAFF, "Sun, 08 Nov 2026 08:00:00 +0000", "large-body");
    mail.push_str("Content-Type: text/html; charset=utf-8\r\n\r\n<html><body><h1>The register</h1><table>\r\n");
    mail.reserve(BODY);
    let (start, mut row) = (mail.len(), 0_u32);
    while mail.len() - start < BODY {
        row += 1;
        let _ = write!(mail, "<tr><td>{row}</td><td>Member {row}</td><td>Paid through 31 December 2026</td></tr>\r\n");
    }
    mail.push_str("</table></body></html>\r\n");
    mail.into_bytes()
}

fn crowd() -> Vec<u8> {
    let mut to = String::from(STAFF);
    for number in 1..CROWD {
        let _ = write!(to, ",\r\n Delegate {number:03} <delegate{number:03}@crowd.example>");
    }
    let mut mail = head("To all delegates", &to, "Sat, 07 Nov 2026 12:00:00 +0000", "crowd");
    mail.push_str("Content-Type: text/plain; charset=utf-8\r\n\r\nDear delegates,\r\n\r\nthe hall opens at nine.\r\n");
    mail.into_bytes()
}

/// People of the seeded iMIS who write, in turn.
const WRITERS: [&str; 8] = [
    "Ada Lovelace <ada.lovelace@example.org>",
    "José Nuñez <jose.nunez@example.org>",
    "Zoë Brandt <zoe.brandt@example.net>",
    "Tanaka Tarō <tanaka@example.jp>",
    "Grace Hopper <grace.hopper@acme.example>",
    "Maria Silva <maria.silva@example.org>",
    "Łukasz Wójcik <lukasz.wojcik@example.net>",
    "Minh <minh+board@example.org>",
];

/// So many mails of one week with their keys, the newest first: every tenth from somebody who is not in iMIS, every
/// third with a copy to another member, every fourth with an attachment.
pub(super) fn season(count: usize) -> impl Iterator<Item = (String, Vec<u8>)> {
    (1..=count).map(|number| (format!("question-{number:03}"), question(number).into_bytes()))
}

fn question(number: usize) -> String {
    let writer = |number: usize| WRITERS.get(number % WRITERS.len()).copied().unwrap_or_default();
    let from = if number.is_multiple_of(10) {
        format!("Newcomer {number:03} <newcomer{number:03}@elsewhere.example>")
    } else {
        writer(number).to_owned()
    };
    // Within a week each has a minute of its own.
    let minutes = 7 * 24 * 60 - number;
    let (day, hour, minute) = (10 + minutes / 1440, minutes / 60 % 24, minutes % 60);
    let mut mail = format!(
        "From: {from}\r\nTo: {STAFF}\r\nSubject: Question {number:03}\r\n\
         Date: {day} Nov 2026 {hour:02}:{minute:02}:00 +0000\r\n\
         Message-ID: <question-{number:03}@example.org>\r\nMIME-Version: 1.0\r\n"
    );
    if number.is_multiple_of(3) {
        let _ = write!(mail, "Cc: {}\r\n", writer(number + 1));
    }
    let text = format!("Dear staff,\r\n\r\nthis is question {number:03}.\r\n");
    if number.is_multiple_of(4) {
        let _ = write!(
            mail,
            "Content-Type: multipart/mixed; boundary=\"b\"\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n\
             {text}--b\r\nContent-Type: text/csv\r\nContent-Disposition: attachment; filename=\"form-{number:03}.csv\"\
             \r\n\r\nnumber,answer\r\n{number},yes\r\n--b--\r\n"
        );
    } else {
        let _ = write!(mail, "Content-Type: text/html; charset=utf-8\r\n\r\n<p>{text}</p>\r\n");
    }
    mail
}

#[cfg(test)]
mod tests {
    use super::super::mail::Mail;
    use super::*;

    #[test]
    fn a_season_has_as_many_mails_as_were_asked_for_newest_first_and_no_two_alike() {
        let mails: Vec<_> = season(300)
            .map(|(key, bytes)| Mail::read(&key, &bytes, "association.example").expect("a generated mail is a mail"))
            .collect();
        assert_eq!(mails.len(), 300);
        assert!(mails.is_sorted_by(|one, next| one.sent() > next.sent()));
        let ids: std::collections::BTreeSet<_> =
            mails.iter().filter_map(|mail| mail.internet_message_id.as_ref()).collect();
        assert_eq!(ids.len(), 300);
        assert_eq!(mails[3].attachments[0].name, "form-004.csv");
        assert_eq!(mails[9].from.as_ref().expect("somebody wrote it").address, "newcomer010@elsewhere.example");
    }

    #[test]
    fn the_large_mails_are_as_large_as_they_say() {
        for (name, bytes) in mails() {
            let mail = Mail::read(name, bytes, "association.example").expect("a generated mail is a mail");
            match name {
                "large-attachment" => assert_eq!(mail.attachments[0].size, ATTACHMENT),
                "large-body" => assert!(mail.html().len() >= BODY),
                _ => assert_eq!(mail.to.len(), CROWD),
            }
        }
    }
}
