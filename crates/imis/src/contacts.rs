//! Finding contacts by their e-mail addresses, in one wave of calls.

use crate::{Acting, Error, PartyId};
use std::fmt;

/// A contact, with the facts that tell it from another on the same address.
#[derive(Clone, PartialEq, Eq)]
pub struct Contact {
    /// Its key.
    pub id: PartyId,
    /// Whether it is an organisation rather than a person.
    pub is_organisation: bool,
    /// Full name.
    pub name: String,
    /// Primary e-mail.
    pub primary_email: Option<String>,
    /// All other e-mails.
    pub other_emails: Vec<String>,
    /// The organisation a person belongs to.
    pub organisation: Option<String>,
    /// Title there.
    pub title: Option<String>,
    /// City.
    pub city: Option<String>,
    /// Phone.
    pub phone: Option<String>,
    /// Member type: attribute `CustomerTypeCode`.
    pub member_type: Option<String>,
    /// Status as the site words it.
    pub status: Option<String>,
    /// Active and not marked for deletion.
    pub active: bool,
}

impl fmt::Debug for Contact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Contact").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Which of a contact's e-mails matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EmailMatch {
    /// The primary one.
    Primary,
    /// Another one.
    Other,
}

/// One contact found for one address.
#[derive(Clone, PartialEq, Eq)]
pub struct ContactMatch {
    /// The address as it was asked for.
    pub address: String,
    /// The contact.
    pub contact: Contact,
    /// Which of its e-mails matched.
    pub email: EmailMatch,
}

impl fmt::Debug for ContactMatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ContactMatch")
            .field("contact", &self.contact)
            .field("email", &self.email)
            .finish_non_exhaustive()
    }
}

/// What a search found.
#[derive(Clone, Default)]
pub struct Found {
    /// All matches, in the order of the addresses.
    pub matches: Vec<ContactMatch>,
    /// Addresses that could not be asked for; the rest is complete.
    pub failed: Vec<String>,
    /// Why they could not; [`crate::ErrorKind::Unauthorized`] before any other reason.
    pub error: Option<Error>,
}

impl fmt::Debug for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Found")
            .field("matches", &self.matches.len())
            .field("failed", &self.failed.len())
            .field("error", &self.error)
            .finish()
    }
}

impl Acting {
    /// Finds the contacts of these addresses. A few addresses take the time of
    /// one call.
    pub async fn find_by_addresses(&self, addresses: &[&str]) -> Found {
        let _ = addresses;
        unimplemented!()
    }
}
