//! One address on a message, and what is known about it.

use crate::{Role, Trouble};
use api::{Contact, EmailAddress, Match};

/// What is known about an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Not yet known.
    Searching,
    /// No contact has it.
    NotInImis,
    /// It could not be asked for.
    NotAsked,
    /// It is the person's or the site's own; it is not listed.
    Own,
    /// It stands on the person's never-match list.
    Never,
    /// Contacts that have it, active ones first. With several, one must be chosen.
    Matched {
        /// The contacts; never empty.
        candidates: Vec<Match>,
        /// Which of them is meant.
        chosen: Option<usize>,
    },
}

/// Whether the choice among several contacts is kept for everybody at the site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Memory {
    /// It is not, or nothing was chosen.
    None,
    /// Being written.
    Writing,
    /// It is: somebody settled it, now or earlier.
    Kept,
    /// It could not be; it stands for this message alone.
    Failed(Trouble),
}

/// One address on the message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The address.
    pub address: EmailAddress,
    /// The name that stands beside it on the message; may be empty.
    pub name: String,
    /// In which roles it stands there.
    pub roles: Vec<Role>,
    /// What is known.
    pub standing: Standing,
    /// Whether the person took it off the list.
    pub removed: bool,
    /// Whether its choice is kept.
    pub memory: Memory,
}

impl Entry {
    /// The contact meant, if that is settled.
    pub fn contact(&self) -> Option<&Contact> {
        match &self.standing {
            Standing::Matched { candidates, chosen: Some(index) } => candidates.get(*index).map(|found| &found.contact),
            _ => None,
        }
    }

    /// Whether a contact has to be chosen still.
    pub fn needs_choice(&self) -> bool {
        matches!(self.standing, Standing::Matched { chosen: None, .. })
    }

    /// Whether the contact meant was remembered for everybody at the site when it was looked up.
    pub fn is_remembered(&self) -> bool {
        match &self.standing {
            Standing::Matched { candidates, chosen: Some(index) } => {
                candidates.get(*index).is_some_and(|found| found.remembered)
            }
            _ => false,
        }
    }
}
