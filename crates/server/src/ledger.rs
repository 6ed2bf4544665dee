//! The ledger: who saved which message, when, as what, to whom and to which records, and whether it was taken back.
//!
//! A row is reserved before a save writes anything and kept up to date after everything it writes, so that of two
//! people who save one message at the same moment, at whatever server, the second learns of the first. Readable are
//! hashes under the server's key alone ([`identity`]); the rest is sealed.

mod book;
mod elsewhere;
pub(crate) mod identity;
mod keys;
mod look;
mod progress;
mod remove;
mod roles;
mod watch;

pub(crate) use book::{Reservation, check, is_of, reserve, settle};
pub(crate) use keys::follow as follow_keys;
pub(crate) use look::look;
pub(crate) use remove::{is_taken_back, remove};
pub(crate) use roles::Known as KnownRoles;
pub(crate) use watch::{Watching, follow, watch};

use crate::config::Keyring;
use crate::failure::Failure;
use crate::seal::{self, Purpose};
use crate::session::Session;
use crate::store::{LedgerNames, LedgerRow, LedgerState};
use api::{ContactId, LedgerEntry, LedgerId, RecordId, Removal, SavedTo};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use identity::Identity;
use serde::{Deserialize, Serialize};

/// What a row keeps sealed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Details {
    identity: Identity,
    /// The person as others know them.
    by: String,
    saved_as: String,
    to: Vec<To>,
    /// How many attachments were to follow.
    announced: usize,
    /// How many of them are on every record.
    attachments: u32,
    removal: Option<TakenBack>,
}

/// A contact of a save.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
struct To {
    contact: String,
    name: String,
    record: Option<String>,
}

/// Who took a save back.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
struct TakenBack {
    by: String,
    at_ms: i64,
    reason: String,
}

/// A row with what it keeps.
#[derive(Clone)]
struct Entry {
    row: LedgerRow,
    details: Details,
}

/// What a row's details are sealed for: that row, and that save.
fn place(row: &LedgerRow) -> Vec<u8> {
    let save = [&*row.save.site, &*row.save.user_name, &*row.save.save].join("\0");
    [save.as_bytes(), &[0], &row.id].concat()
}

/// What a message is found by under every key of the ring.
fn names(ring: &Keyring, identity: &Identity, site: &str) -> Vec<LedgerNames> {
    let (active, others) = ring.keys();
    std::iter::once(&active).chain(&others).map(|key| identity.names(key, site)).collect()
}

impl Entry {
    /// Opens a row. With its key gone from the ring nobody knows what it was: it counts as not there.
    fn open(ring: &Keyring, row: LedgerRow) -> Option<Self> {
        let plain = seal::open(ring, Purpose::Ledger, b"", &place(&row), &row.sealed).ok()?;
        let details = serde_json::from_slice(&plain).ok()?;
        Some(Self { row, details })
    }

    /// Seals it anew, under the key in use.
    fn seal(&mut self, ring: &Keyring) -> Result<(), Failure> {
        let plain = serde_json::to_vec(&self.details).map_err(|error| Failure::internal(&error))?;
        let key = ring.active();
        self.row.key_id = key.id().0;
        self.row.names = self.details.identity.names(&key, &self.row.save.site);
        self.row.sealed = seal::seal(ring, Purpose::Ledger, b"", &place(&self.row), &plain);
        Ok(())
    }

    /// Whether anything of it is, or may be, in iMIS.
    const fn counts(&self) -> bool {
        matches!(
            self.row.state,
            LedgerState::Saved | LedgerState::Partly | LedgerState::Removing | LedgerState::PartlyRemoved
        )
    }

    /// Whether it is this person's.
    fn is_of(&self, session: &Session) -> bool {
        self.row.save.user_name == session.user_key()
    }

    /// As the pane sees it; `None` where there is nothing to see.
    fn shown(&self, session: &Session, under_way: bool, may_remove_others: bool) -> Option<LedgerEntry> {
        let state = match self.row.state {
            LedgerState::Saving if under_way => api::LedgerState::Saving,
            LedgerState::Saving | LedgerState::Nothing => return None,
            LedgerState::Saved => api::LedgerState::Saved,
            LedgerState::Partly => api::LedgerState::Partly,
            LedgerState::Removed => api::LedgerState::Removed,
            LedgerState::Removing | LedgerState::PartlyRemoved => api::LedgerState::PartlyRemoved,
        };
        let mine = self.is_of(session);
        let to = self.details.to.iter().map(|to| SavedTo {
            contact: ContactId(to.contact.clone()),
            name: to.name.clone(),
            record: to.record.clone().map(RecordId),
        });
        Some(LedgerEntry {
            id: Some(LedgerId(URL_SAFE_NO_PAD.encode(self.row.id))),
            by: self.details.by.clone(),
            mine,
            at_ms: self.row.begun_ms,
            saved_as: self.details.saved_as.clone(),
            to: to.collect(),
            attachments: self.details.attachments,
            state,
            may_remove: state != api::LedgerState::Removed && (mine || may_remove_others),
            removed: self.details.removal.as_ref().map(|removal| Removal {
                by: removal.by.clone(),
                at_ms: removal.at_ms,
                reason: removal.reason.clone(),
            }),
            unfinished: None,
        })
    }
}

/// The key that the pane named.
fn id_of(id: &LedgerId) -> Option<[u8; 16]> {
    URL_SAFE_NO_PAD.decode(&id.0).ok()?.try_into().ok()
}

/// Text of somebody's, on one line and no longer than so many letters.
fn one_line(text: &str, most: usize) -> String {
    let words: Vec<&str> = text.split(|letter: char| letter.is_whitespace() || letter.is_control()).collect();
    let plain = words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    plain.chars().take(most).collect()
}

#[cfg(test)]
mod tests;
