//! Going on with a save of one's own that is in iMIS in part, when the pane that began it is gone.
//!
//! The ledger knows its name, its contacts and its attachments; the words are read from the message again. Nothing
//! that is in iMIS is written twice, since it goes on under its own name.

use crate::{App, Draft, OpenMail, Targets};
use api::{LedgerEntry, SaveId, SaveTargets, TargetContact};

/// A save to go on with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rest {
    /// Its name.
    pub save: SaveId,
    /// As what it was begun, and with which attachments.
    pub draft: Draft,
    /// To whom, with their names.
    pub contacts: Vec<(TargetContact, String)>,
}

/// What is left to do of an entry, where it can be gone on with as it was begun.
pub(crate) fn rest(mail: &OpenMail, targets: &SaveTargets, entry: &LedgerEntry) -> Option<Rest> {
    let begun = entry.unfinished.as_ref()?;
    let draft = mail.draft.resuming(begun, targets)?;
    let address = |to: &api::SavedTo| {
        let of = |found: &&crate::Entry| found.contact().is_some_and(|contact| contact.id == to.contact);
        mail.people.entries.iter().find(of).map(|found| found.address.clone())
    };
    let contact = |to: &api::SavedTo| {
        let target = TargetContact { id: to.contact.clone(), address: address(to), name: to.name.clone() };
        (target, to.name.clone())
    };
    Some(Rest { save: begun.save.clone(), draft, contacts: entry.to.iter().map(contact).collect() })
}

impl App {
    /// What is left to do of the person's own save of the open message.
    pub fn rest(&self) -> Option<Rest> {
        let (Targets::Known(targets), Some(mail)) = (&self.targets, self.open_mail()) else { return None };
        self.saved.live().find_map(|entry| rest(mail, targets, entry))
    }
}
