//! A contact in full, and the marks on it that say what must not be done.

use crate::{
    Acting, Contact, Error, ErrorKind, Operation, PartyId,
    client::{CommunicationTypes, locked},
    exchange::{Failed, not_understood},
    wire,
};
use futures_util::join;
use serde_json::Value;
use std::{fmt, sync::Arc, time::Instant};

/// All that is known of a contact.
#[derive(Clone, PartialEq, Eq)]
pub struct ContactInFull {
    /// What lists show too.
    pub contact: Contact,
    /// The parts of a person's name; none for an organisation.
    pub person: Option<PersonName>,
    /// The contact of a person's organisation.
    pub organisation: Option<PartyId>,
    /// The primary one first.
    pub emails: Vec<EmailOf>,
    /// The primary one first.
    pub phones: Vec<PhoneOf>,
    /// Those that hold anything.
    pub addresses: Vec<PostalAddress>,
    /// As it stands there; people are shown it as a [`crate::web_address`].
    pub website: Option<String>,
    /// What must not be done, in the site's words.
    pub marks: Vec<String>,
    /// Whether a mark forbids e-mail.
    pub no_email: bool,
    /// Whether something is unwanted that iMIS did not name to this person: it may be e-mail.
    pub unnamed_mark: bool,
    /// A local date.
    pub paid_through: Option<String>,
    /// A user name.
    pub updated_by: Option<String>,
    /// Local time.
    pub updated_at: Option<String>,
}

impl fmt::Debug for ContactInFull {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ContactInFull").field("contact", &self.contact).finish_non_exhaustive()
    }
}

/// The parts of a person's name; what is not there is empty.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct PersonName {
    /// Such as "Dr.".
    pub prefix: String,
    /// First name.
    pub first: String,
    /// Middle name.
    pub middle: String,
    /// Last name.
    pub last: String,
    /// Such as "Jr.".
    pub suffix: String,
}

impl fmt::Debug for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PersonName(…)")
    }
}

/// An e-mail of a contact.
#[derive(Clone, PartialEq, Eq)]
pub struct EmailOf {
    /// The address.
    pub address: String,
    /// What the site calls it; empty for the primary one.
    pub kind: String,
    /// Whether it is the primary one.
    pub primary: bool,
}

/// A phone of a contact.
#[derive(Clone, PartialEq, Eq)]
pub struct PhoneOf {
    /// What the site calls it.
    pub kind: String,
    /// The number as it is written there.
    pub number: String,
}

/// A postal address of a contact; what is not there is empty.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct PostalAddress {
    /// What the site calls it.
    pub purpose: String,
    /// Street and number.
    pub lines: Vec<String>,
    /// City.
    pub city: String,
    /// State, province or county.
    pub region: String,
    /// Postal code.
    pub postal_code: String,
    /// Country, by name.
    pub country: String,
}

macro_rules! personal {
    ($($name:ident),*) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    )*};
}
personal!(EmailOf, PhoneOf, PostalAddress);

impl Acting {
    /// A contact in full: the time of one call.
    pub async fn contact_in_full(&self, id: &PartyId) -> Result<ContactInFull, Error> {
        let (party, types) = join!(self.party(id), self.communication_types());
        // Without an answer the marks have no names.
        in_full(id, &party?, &types.unwrap_or_default())
    }

    /// The same with kinds of communication that are known.
    pub(crate) async fn contact_with(&self, id: &PartyId, types: &CommunicationTypes) -> Result<ContactInFull, Error> {
        in_full(id, &self.party(id).await?, types)
    }

    async fn party(&self, id: &PartyId) -> Result<Value, Failed> {
        self.read(Operation::ReadContact, || self.client.get(&["api", "Party", id.as_str()])).await
    }

    /// What the site calls its kinds of communication. Lists are filtered silently (`imis.md §16`): what one person is
    /// shown is no answer for another, and nothing is no answer to be kept.
    pub(crate) async fn communication_types(&self) -> Result<CommunicationTypes, Error> {
        let person = self.person();
        let lifetime = self.client.limits().abilities_lifetime;
        let kept = locked(&person.communication_types).clone();
        if let Some((_, types)) = kept.filter(|(since, _)| since.elapsed() < lifetime) {
            return Ok(types);
        }
        let rows = self.list(Operation::ReadContact, "CommunicationType", &[], 2).await?;
        let types: CommunicationTypes = Arc::new(rows.iter().filter_map(wire::communication_type).collect());
        if !types.is_empty() {
            *locked(&person.communication_types) = Some((Instant::now(), Arc::clone(&types)));
        }
        Ok(types)
    }

    /// Every e-mail of the person's own contact, asked for now and then.
    pub async fn own_emails(&self, own: &PartyId) -> Result<Arc<[String]>, Error> {
        let person = self.person();
        let lifetime = self.client.limits().abilities_lifetime;
        let kept = locked(&person.own_emails).clone();
        if let Some((_, emails)) = kept.filter(|(since, _)| since.elapsed() < lifetime) {
            return Ok(emails);
        }
        let operation = Operation::ReadContact;
        let party = self.read(operation, || self.client.get(&["api", "Party", own.as_str()])).await?;
        let contact = wire::contact(&party).filter(|contact| contact.id == *own);
        let contact = contact.ok_or_else(|| not_understood(operation))?;
        let emails: Arc<[String]> = contact.primary_email.into_iter().chain(contact.other_emails).collect();
        *locked(&person.own_emails) = Some((Instant::now(), Arc::clone(&emails)));
        Ok(emails)
    }
}

fn in_full(id: &PartyId, party: &Value, types: &CommunicationTypes) -> Result<ContactInFull, Error> {
    let operation = Operation::ReadContact;
    let full = wire::in_full(party, types).ok_or_else(|| not_understood(operation))?;
    // Whatever the site made of the path: nobody may get somebody else's card.
    if full.contact.id == *id { Ok(full) } else { Err(Error::new(operation, ErrorKind::NotFound)) }
}
