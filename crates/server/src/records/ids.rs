//! Names of records, between the pane's words and iMIS's. What is no name goes into no address.

use crate::failure::Failure;
use api::{ContactId, LocalTime, RecordId, RecordKind};
use imis::{PartyId, RecordKey, RecordStore};
use time::PrimitiveDateTime;
use time::macros::format_description;

/// The kinds in the order in which forms and troubles are told.
pub(super) const KINDS: [RecordKind; 4] =
    [RecordKind::Activity, RecordKind::CommunicationLog, RecordKind::ContactInteraction, RecordKind::Note];

/// Where records of a kind are kept.
pub(super) const fn store(kind: RecordKind) -> RecordStore {
    match kind {
        RecordKind::Activity => RecordStore::Activity,
        RecordKind::CommunicationLog => RecordStore::Log,
        RecordKind::ContactInteraction => RecordStore::ContactInteraction,
        RecordKind::Note => RecordStore::Note,
    }
}

/// What the records of a store are.
pub(super) const fn kind(store: RecordStore) -> RecordKind {
    match store {
        RecordStore::Activity => RecordKind::Activity,
        RecordStore::Log => RecordKind::CommunicationLog,
        RecordStore::ContactInteraction => RecordKind::ContactInteraction,
        RecordStore::Note => RecordKind::Note,
    }
}

const fn prefix(store: RecordStore) -> &'static str {
    match store {
        RecordStore::Activity => "Activity:",
        RecordStore::Log => "CommunicationLog:",
        RecordStore::ContactInteraction => "ContactInteraction:",
        RecordStore::Note => "PartyNote:",
    }
}

/// A record as the pane names it.
pub(crate) fn record(store: RecordStore, key: &str) -> RecordId {
    RecordId(format!("{}{key}", prefix(store)))
}

/// A record that the pane named.
pub(crate) fn key(record: &RecordId) -> Result<RecordKey, Failure> {
    let stores = [RecordStore::Activity, RecordStore::Log, RecordStore::ContactInteraction, RecordStore::Note];
    let named = stores.into_iter().find_map(|store| {
        let key = record.0.strip_prefix(prefix(store))?;
        is_key(key).then(|| RecordKey { store, key: key.to_owned() })
    });
    named.ok_or_else(|| Failure::invalid("record"))
}

/// A contact that the pane named.
pub(super) fn contact(contact: &ContactId) -> Result<PartyId, Failure> {
    if is_key(&contact.0) { Ok(PartyId::new(&*contact.0)) } else { Err(Failure::invalid("contact")) }
}

/// Whether text may be a key at all (`security.md §5.2`).
pub(super) fn is_key(text: &str) -> bool {
    let plain = |letter: u8| letter.is_ascii_alphanumeric() || letter == b'-' || letter == b'_';
    (1..=64).contains(&text.len()) && text.bytes().all(plain)
}

/// A time as it travels.
pub(super) fn local(at: PrimitiveDateTime) -> Option<LocalTime> {
    let format = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]");
    at.format(format).ok().map(LocalTime)
}
