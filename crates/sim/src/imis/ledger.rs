//! What was asked of the stand-in and what was written to it.
//!
//! Entries are only ever added, in the order in which the writes took effect.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use bytes::Bytes;
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use time::OffsetDateTime;

/// What a write did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Change {
    /// POST.
    Created,
    /// PUT.
    Replaced,
    /// DELETE.
    Deleted,
}

/// A file that came with a write. The whole content is kept only when it is small.
#[derive(Debug, Clone, Serialize)]
pub struct StoredFile {
    /// File name.
    pub name: String,
    /// Length of the decoded content.
    pub length: u64,
    /// SHA-256 of the decoded content, lower-case hex.
    pub sha256: String,
    /// The first bytes, at most [`StoredFile::HEAD`].
    #[serde(skip)]
    pub head: Bytes,
    /// The content, when it is no longer than [`crate::imis::Settings::files_kept_max`].
    #[serde(skip)]
    pub content: Option<Bytes>,
}

impl StoredFile {
    /// How many of the first bytes are kept of every file.
    pub const HEAD: usize = 256;

    /// A file that is there whole.
    pub(super) fn of(name: String, content: &[u8]) -> Self {
        let digest = Sha256::digest(content);
        let sha256 = digest.iter().fold(String::with_capacity(64), |mut hex, byte| {
            // Writing to a string cannot fail.
            let _ok = write!(hex, "{byte:02x}");
            hex
        });
        let content = Bytes::copy_from_slice(content);
        let head = content.slice(..content.len().min(Self::HEAD));
        Self { name, length: content.len() as u64, sha256, head, content: Some(content) }
    }
}

/// One write.
#[derive(Debug, Clone, Serialize)]
pub struct Entry {
    /// Running number from 1.
    pub number: u64,
    /// When it took effect.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// User name of the token's owner.
    pub user: String,
    /// What it did.
    pub change: Change,
    /// Entity as the reference spells it.
    pub entity: String,
    /// Id of the row.
    pub id: String,
    /// The row as stored: contract member or column names to plain values, without files.
    pub stored: Value,
    /// The file, for an attachment.
    pub file: Option<StoredFile>,
}

/// One request, answered or not.
#[derive(Debug, Clone)]
pub struct Seen {
    /// HTTP method.
    pub method: String,
    /// Path without the prefix, and without the query string.
    pub path: String,
    /// Query string as sent, without `?`.
    pub query: String,
    /// When its head had arrived.
    pub start: Instant,
    /// When its answer was ready.
    pub end: Instant,
    /// Status of the answer, or 0 when the connection was cut.
    pub status: u16,
}

/// Kind of a request to `/token`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grant {
    /// User name and password.
    Password,
    /// What the Single Sign-On page handed over.
    RefreshToken,
}

/// How somebody signed in at the site itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// User name and password of iMIS.
    Password,
    /// The OpenID Connect module.
    OpenId,
}

/// Something that happened to a sign-in, without any secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A browser was signed in.
    SignedIn {
        /// User name.
        user: String,
        /// How.
        way: Way,
    },
    /// A browser was not signed in.
    SignInRefused {
        /// How it was tried.
        way: Way,
    },
    /// A browser was signed out.
    SignedOut {
        /// User name.
        user: String,
    },
    /// The site sent a HEAD to a client application's redirect URL.
    Checked {
        /// Client ID.
        client_id: String,
        /// Status of the answer, if there was one.
        status: Option<u16>,
    },
    /// A page with a refresh token was sent to a browser.
    HandedOver {
        /// User name.
        user: String,
        /// Client ID.
        client_id: String,
    },
    /// `/token` gave an access token.
    TokenIssued {
        /// For what.
        grant: Grant,
        /// To whom.
        user: String,
    },
    /// `/token` refused.
    TokenRefused {
        /// What.
        grant: Grant,
        /// The code in the answer.
        error: &'static str,
    },
    /// The OpenID Connect module made an account.
    AccountCreated {
        /// User name.
        user: String,
    },
    /// The OpenID Connect module stored who the person is at the provider.
    ExternalIdStored {
        /// User name.
        user: String,
    },
}

#[derive(Debug, Default)]
struct Pages {
    entries: Vec<Entry>,
    seen: Vec<Seen>,
    events: Vec<Event>,
}

/// The ledger.
#[derive(Debug, Default)]
pub struct Ledger(Mutex<Pages>);

impl Ledger {
    fn pages(&self) -> std::sync::MutexGuard<'_, Pages> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Every write, oldest first.
    pub fn entries(&self) -> Vec<Entry> {
        self.pages().entries.clone()
    }

    /// The writes to one entity, oldest first.
    pub fn of(&self, entity: &str) -> Vec<Entry> {
        self.pages().entries.iter().filter(|entry| entry.entity.eq_ignore_ascii_case(entity)).cloned().collect()
    }

    /// The rows of one entity that were created and not deleted since.
    pub fn created(&self, entity: &str) -> Vec<Entry> {
        let all = self.of(entity);
        let gone: Vec<_> = all.iter().filter(|entry| entry.change == Change::Deleted).map(|e| e.id.clone()).collect();
        all.into_iter().filter(|entry| entry.change == Change::Created && !gone.contains(&entry.id)).collect()
    }

    /// Every request, in the order of the answers.
    pub fn requests(&self) -> Vec<Seen> {
        self.pages().seen.clone()
    }

    /// What happened to sign-ins, oldest first.
    pub fn events(&self) -> Vec<Event> {
        self.pages().events.clone()
    }

    /// How many requests to `/token` there were, granted or refused, failed by a fault or not.
    pub fn token_calls(&self) -> usize {
        self.pages().seen.iter().filter(|seen| seen.path.eq_ignore_ascii_case("/token")).count()
    }

    /// How many refresh tokens were handed to browsers.
    pub fn hand_overs(&self) -> usize {
        self.pages().events.iter().filter(|event| matches!(event, Event::HandedOver { .. })).count()
    }

    /// Requests per method and path.
    pub fn counts(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for seen in &self.pages().seen {
            *counts.entry(format!("{} {}", seen.method, seen.path)).or_default() += 1;
        }
        counts
    }

    /// Forgets the requests, neither the writes nor the events, so that a measurement can start from nothing.
    pub fn forget_requests(&self) {
        self.pages().seen.clear();
    }

    /// How many requests each wave had: a new wave starts where a request began after another one of the running
    /// wave had ended, so the number of waves is the number of round trips that could not be had at once.
    pub fn waves(&self) -> Vec<usize> {
        waves(&self.requests())
    }

    /// The largest number of requests that were under way at one moment.
    pub fn most_at_once(&self) -> usize {
        let seen = self.requests();
        seen.iter()
            .map(|one| seen.iter().filter(|other| other.start <= one.start && one.start < other.end).count())
            .max()
            .unwrap_or(0)
    }

    pub(super) fn write(
        &self,
        user: &str,
        change: Change,
        (entity, id): (&str, &str),
        stored: Value,
        file: Option<StoredFile>,
    ) {
        let mut pages = self.pages();
        let number = pages.entries.len() as u64 + 1;
        pages.entries.push(Entry {
            number,
            at: OffsetDateTime::now_utc(),
            user: user.to_owned(),
            change,
            entity: entity.to_owned(),
            id: id.to_owned(),
            stored,
            file,
        });
    }

    pub(super) fn note(&self, event: Event) {
        self.pages().events.push(event);
    }

    pub(super) fn saw(&self, seen: Seen) {
        self.pages().seen.push(seen);
    }
}

/// See [`Ledger::waves`]; usable on a selection of requests.
pub fn waves(requests: &[Seen]) -> Vec<usize> {
    let mut sorted: Vec<_> = requests.iter().collect();
    sorted.sort_by_key(|seen| seen.start);
    let mut sizes: Vec<usize> = Vec::new();
    let mut first_end: Option<Instant> = None;
    for seen in sorted {
        match (first_end, sizes.last_mut()) {
            (Some(end), Some(size)) if seen.start < end => {
                *size += 1;
                first_end = Some(end.min(seen.end));
            }
            _ => {
                sizes.push(1);
                first_end = Some(seen.end.max(seen.start + Duration::from_nanos(1)));
            }
        }
    }
    sizes
}
