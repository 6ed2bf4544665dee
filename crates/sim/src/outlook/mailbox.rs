//! The mails of the mailbox, ours or a folder's.
//!
//! Invariant: a file that is no mail is listed as refused with the reason, and spoils nothing else.

use std::borrow::Cow;
use std::path::Path;

use serde::Serialize;

use super::mail::Mail;
use super::{MailSource, generated};

/// Files larger than this are not read.
const LARGEST: u64 = 150 * 1024 * 1024;

macro_rules! ours {
    ($($name:literal),+ $(,)?) => {
        &[$(($name, include_bytes!(concat!("../../mail/", $name, ".eml")).as_slice())),+]
    };
}

/// The mails written for this project; newest first is made by their dates.
const OURS: &[(&str, &[u8])] = ours![
    "plain",
    "inline-images",
    "three-attachments",
    "forwarded",
    "names-zoe",
    "names-tanaka",
    "shared-office",
    "second-address",
    "invitation",
    "hostile",
    "no-sender",
    "no-body",
    "no-message-id",
    "long-subject",
    "cloud-link",
    "reply-all",
];

/// A file that is not in the mailbox, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refused {
    /// The file's name.
    pub name: String,
    /// What was wrong with it, as the second half of a sentence.
    pub reason: Cow<'static, str>,
}

/// All mails, newest first, and the files that were none.
#[derive(Debug, Default, Serialize)]
pub struct Mailbox {
    /// Newest first; mails without a date come last.
    pub mails: Vec<Mail>,
    /// In the order of their names.
    pub refused: Vec<Refused>,
}

impl Mailbox {
    /// Reads every mail of the source; only a folder that cannot be listed is an error.
    pub(super) fn load(source: &MailSource, own_domain: &str) -> std::io::Result<Self> {
        let mut mailbox = Self::default();
        match source {
            MailSource::Ours => {
                for (name, bytes) in OURS {
                    mailbox.add(name, bytes, own_domain);
                }
                for (name, bytes) in generated::mails() {
                    mailbox.add(name, bytes, own_domain);
                }
            }
            MailSource::Folder(folder) => mailbox.add_folder(folder, own_domain)?,
            MailSource::Season(count) => {
                for (name, bytes) in generated::season(*count) {
                    mailbox.add(&name, &bytes, own_domain);
                }
            }
        }
        mailbox.mails.sort_by(|one, other| other.sent().cmp(&one.sent()).then_with(|| one.key.cmp(&other.key)));
        Ok(mailbox)
    }

    /// The mail with this key.
    pub fn mail(&self, key: &str) -> Option<&Mail> {
        self.mails.iter().find(|mail| mail.key == key)
    }

    fn add_folder(&mut self, folder: &Path, own_domain: &str) -> std::io::Result<()> {
        let mut paths = std::fs::read_dir(folder)?
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<std::io::Result<Vec<_>>>()?;
        paths.sort();
        for path in paths.iter().filter(|path| !path.is_dir()) {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            match read_file(path) {
                Ok(bytes) => self.add(&name, &bytes, own_domain),
                Err(reason) => self.refused.push(Refused { name, reason }),
            }
        }
        Ok(())
    }

    fn add(&mut self, name: &str, bytes: &[u8], own_domain: &str) {
        match Mail::read(name, bytes, own_domain) {
            Ok(mail) => self.mails.push(mail),
            Err(reason) => self.refused.push(Refused { name: name.to_owned(), reason: Cow::Borrowed(reason) }),
        }
    }
}

fn read_file(path: &Path) -> Result<Vec<u8>, Cow<'static, str>> {
    let unreadable = |error: std::io::Error| Cow::Owned(format!("it could not be read: {error}"));
    let length = std::fs::metadata(path).map_err(unreadable)?.len();
    if length > LARGEST {
        return Err(Cow::Borrowed("it is larger than 150 MB"));
    }
    std::fs::read(path).map_err(unreadable)
}
