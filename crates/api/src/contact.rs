//! Finding the people of a message among the contacts of iMIS.

use crate::{Call, EmailAddress, Verb};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The key of a contact: iMIS's `PartyId` (`imis.md §2`: the iMIS ID on 20.x).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ContactId(pub String);

/// What a contact is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContactKind {
    /// A person.
    Person,
    /// An organisation.
    Organisation,
}

/// A contact, with the facts that tell it from another on the same address.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Its key.
    pub id: ContactId,
    /// Person or organisation.
    pub kind: ContactKind,
    /// Full name.
    pub name: String,
    /// Primary e-mail, if iMIS has one that can be read.
    pub email: Option<EmailAddress>,
    /// The organisation that a person belongs to.
    pub organisation: Option<String>,
    /// Its key, where iMIS says which contact it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation_id: Option<ContactId>,
    /// Title at the organisation.
    pub title: Option<String>,
    /// City.
    pub city: Option<String>,
    /// Phone.
    pub phone: Option<String>,
    /// Member type, as the site words it.
    pub member_type: Option<String>,
    /// Status as the site words it, such as "Active".
    pub status: Option<String>,
    /// False for contacts that are inactive, suspended or marked for deletion.
    pub active: bool,
}

impl Contact {
    /// A contact of whom no more is known than this; its card tells the rest.
    pub const fn of_name(id: ContactId, kind: ContactKind, name: String) -> Self {
        Self {
            id,
            kind,
            name,
            email: None,
            organisation: None,
            organisation_id: None,
            title: None,
            city: None,
            phone: None,
            member_type: None,
            status: None,
            active: true,
        }
    }
}

impl fmt::Debug for Contact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Contact").field("id", &self.id).field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// Asks which contacts the given addresses belong to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MatchContacts {
    /// The addresses, without repeats; at most [`MatchContacts::MAX`].
    pub addresses: Vec<EmailAddress>,
}

impl MatchContacts {
    /// Most addresses in one call; a pane with more asks in several.
    pub const MAX: usize = 500;
}

impl Call for MatchContacts {
    type Response = Matches;
    const VERB: Verb = Verb::Post;
    const PATH: &'static str = "/api/contacts/match";
}

/// Why a contact was found for an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MatchReason {
    /// The address is the contact's primary e-mail.
    PrimaryEmail,
    /// The address is another e-mail of the contact.
    OtherEmail,
    /// The person said that the contact is meant, for this message; no server answers it.
    Chosen,
}

/// Organisations whose people have addresses at a domain, for an address that nobody has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DomainMatch {
    /// The domain, never that of a public mail provider.
    pub domain: String,
    /// The organisations, likeliest first.
    pub organisations: Vec<Contact>,
}

/// One contact found for one address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Match {
    /// The address that was asked for.
    pub address: EmailAddress,
    /// Why it matched.
    pub reason: MatchReason,
    /// The contact.
    pub contact: Contact,
    /// Whether somebody at the site settled that this contact is meant, of several on the address.
    #[serde(default)]
    pub remembered: bool,
}

/// The answer to [`MatchContacts`]. An address with no entry is not in iMIS.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Matches {
    /// What was found; several entries for an address mean several contacts.
    /// Active contacts come first.
    pub found: Vec<Match>,
    /// Addresses that could not be asked for; the rest is complete.
    pub failed: Vec<EmailAddress>,
    /// Organisations guessed by domain, for addresses that are not in iMIS; where the site wants that.
    #[serde(default)]
    pub domains: Vec<DomainMatch>,
    /// Addresses that are the person's or the site's own; they were not looked for.
    #[serde(default)]
    pub own: Vec<EmailAddress>,
    /// Addresses on the person's never-match list; they were not looked for.
    #[serde(default)]
    pub never: Vec<EmailAddress>,
}
