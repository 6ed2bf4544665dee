//! Changing a contact: read whole, checked against what the person saw, changed, put back whole.
//!
//! Whatever stands in the record that is not known here comes back as it was (`imis.md §5.3`).

use crate::{Acting, Error, ErrorKind, Operation, PartyId, WriteError, wire};
use serde_json::Value;
use std::fmt;

/// One change.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum ContactEdit<'a> {
    /// The title at the organisation.
    Title(Values<'a>),
    /// The phone of a kind.
    Phone {
        /// Its kind, as people read it.
        kind: &'a str,
        /// What stood there and what is to.
        values: Values<'a>,
    },
    /// The web address.
    Website(Values<'a>),
}

/// What stood somewhere when the person looked, and what is to stand there; empty for nothing.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Values<'a> {
    /// What stood there.
    pub from: &'a str,
    /// What is to stand there.
    pub to: &'a str,
}

impl fmt::Debug for ContactEdit<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Title(_) => "Title(…)",
            Self::Phone { .. } => "Phone(…)",
            Self::Website(_) => "Website(…)",
        })
    }
}

impl fmt::Debug for Values<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Values(…)")
    }
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Changed {
    /// It stands there as asked for.
    Done,
    /// Something else stood where this change, by its place among those asked for, is to be made; nothing was written.
    Conflict(usize),
    /// It was no longer wanted when it was to be written; nothing was.
    Stopped,
}

impl Acting {
    /// Makes all of these changes or none. Repeated, it finds them made. Whether they are still wanted is asked right
    /// before they are written.
    pub async fn change_contact(
        &self,
        id: &PartyId,
        edits: &[ContactEdit<'_>],
        wanted: impl FnOnce() -> bool + Send,
    ) -> Result<Changed, WriteError> {
        let operation = Operation::ChangeContact;
        let before = self.whole_party(id).await.map_err(WriteError::Refused)?;
        let mut party = before.clone();
        for (place, edit) in edits.iter().enumerate() {
            if !wire::edit_contact(&mut party, edit) {
                return Ok(Changed::Conflict(place));
            }
        }
        if party == before {
            return Ok(Changed::Done);
        }
        if !wanted() {
            return Ok(Changed::Stopped);
        }
        let Err(failed) = self.replace(operation, ("Party", id.as_str()), wire::json(&party)).await else {
            return Ok(Changed::Done);
        };
        let error = WriteError::from(failed);
        if matches!(error, WriteError::Unknown(..)) && self.is_changed(id, edits).await {
            return Ok(Changed::Done);
        }
        Err(error)
    }

    /// Whether a change that nobody knows the outcome of is there.
    async fn is_changed(&self, id: &PartyId, edits: &[ContactEdit<'_>]) -> bool {
        let Ok(party) = self.whole_party(id).await else { return false };
        let mut again = party.clone();
        edits.iter().all(|edit| wire::edit_contact(&mut again, edit)) && again == party
    }

    /// The record as it stands there.
    async fn whole_party(&self, id: &PartyId) -> Result<Value, Error> {
        let operation = Operation::ChangeContact;
        let party = self.read(operation, || self.client.get(&["api", "Party", id.as_str()])).await?;
        // Nobody else may be written in this one's place.
        let same = wire::contact(&party).is_some_and(|contact| contact.id == *id);
        if same { Ok(party) } else { Err(Error::new(operation, ErrorKind::NotFound)) }
    }
}
