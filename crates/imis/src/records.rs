//! What was done with a contact, in the four stores that iMIS keeps it in (`imis.md §6`, `§7`): listed, read in full,
//! written out of a form, changed and removed.
//!
//! A record is shown or touched only if it belongs to the contact it was asked for: what a site does with a filter it
//! does not know is not known, so every row is looked at again.

mod change;
mod forms;
mod full;
mod history;
mod of_message;
mod write;

pub use change::Edit;
pub use forms::{InteractionType, RecordExtras};
pub use full::{FullRecord, RecordFile};
pub use history::{HistoryPage, HistoryRow, Listed};
pub use of_message::RecordOfMessage;
pub use write::{NewNote, NewWrittenActivity, WrittenKey};

use crate::{Error, ErrorKind};

/// Where a record is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RecordStore {
    /// Activities (`imis.md §6.1`).
    Activity,
    /// The communication log (`imis.md §7.2`).
    Log,
    /// Contact interactions (`imis.md §7.1`).
    ContactInteraction,
    /// Notes on contacts (`imis.md §7.4`).
    Note,
}

/// Names a record.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RecordKey {
    /// Where it is.
    pub store: RecordStore,
    /// Its key there; for the communication log that of the entry.
    pub key: String,
}

impl RecordStore {
    /// The entity that holds the record itself.
    pub(crate) const fn entity(self) -> &'static str {
        match self {
            Self::Activity => "Activity",
            Self::Log => "CommunicationLog",
            Self::ContactInteraction => "ContactInteraction",
            Self::Note => "PartyNote",
        }
    }
}

/// Whether an answer means that there is nothing here for this person.
pub trait Absent {
    /// Forbidden, not found or not offered: a store that the site lacks, or that the person may not see.
    fn is_absent(&self) -> bool;
}

impl Absent for Error {
    fn is_absent(&self) -> bool {
        matches!(self.kind, ErrorKind::Forbidden { .. } | ErrorKind::NotFound | ErrorKind::NotOffered)
    }
}
