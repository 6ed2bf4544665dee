//! Finding contacts, and keeping them at hand.

use crate::{Call, Contact, ContactId, ContactKind, EmailAddress, Verb};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Searches contacts by name, iMIS ID, e-mail or organisation: every word must be found in one of them.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchContacts {
    /// What was typed; at most [`SearchContacts::TEXT_MAX`] characters, at least [`SearchContacts::TEXT_MIN`]
    /// that are no blanks.
    pub text: String,
    /// Only people, only organisations, or both.
    #[serde(default)]
    pub kind: Option<ContactKind>,
    /// Whether inactive contacts are wanted too.
    #[serde(default)]
    pub inactive: bool,
}

impl SearchContacts {
    /// Most characters.
    pub const TEXT_MAX: usize = 100;
    /// Fewest characters that are worth a search; an iMIS ID may be shorter.
    pub const TEXT_MIN: usize = 2;
    /// Most contacts in an answer.
    pub const MAX: usize = 50;
}

impl fmt::Debug for SearchContacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SearchContacts(…)")
    }
}

impl Call for SearchContacts {
    type Response = FoundContacts;
    const VERB: Verb = Verb::Post;
    const PATH: &'static str = "/api/contacts/search";
}

/// The answer, best first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundContacts {
    /// At most [`SearchContacts::MAX`].
    pub contacts: Vec<Contact>,
    /// Whether there are more than these.
    pub more: bool,
    /// Whether a part of the search failed, so that contacts may be missing.
    #[serde(default)]
    pub partial: bool,
}

/// Asks for the contacts at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct GetKeptContacts;

impl Call for GetKeptContacts {
    type Response = KeptContacts;
    const VERB: Verb = Verb::Get;
    const PATH: &'static str = "/api/contacts/kept";
}

/// The answer. Contacts that the person may no longer see are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptContacts {
    /// By name.
    pub favourites: Vec<Contact>,
    /// The latest first; at most [`KeptContacts::RECENT_MAX`].
    pub recent: Vec<Contact>,
}

impl KeptContacts {
    /// Most recent contacts.
    pub const RECENT_MAX: usize = 12;
    /// Most favourites.
    pub const FAVOURITES_MAX: usize = 50;
}

/// What a contact is kept as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeepAs {
    /// Chosen by the person.
    Favourite,
    /// No longer.
    NoFavourite,
    /// Looked at just now.
    Recent,
}

/// Keeps a contact at hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeepContact {
    /// Which.
    pub contact: ContactId,
    /// As what.
    pub keep: KeepAs,
}

impl Call for KeepContact {
    type Response = Kept;
    const VERB: Verb = Verb::Post;
    const PATH: &'static str = "/api/contacts/keep";
}

/// It is kept, or forgotten.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {}

/// Settles for everybody at the site whom an address means that several contacts have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RememberChoice {
    /// The address.
    pub address: EmailAddress,
    /// The contact meant, which must have the address; `None` forgets the choice.
    pub contact: Option<ContactId>,
}

impl Call for RememberChoice {
    type Response = Kept;
    const VERB: Verb = Verb::Post;
    const PATH: &'static str = "/api/contacts/choice";
}

/// What the person settled about an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Matching {
    /// It is looked up like any other.
    Always,
    /// It is never looked up.
    Never,
    /// It is one of their own, and so nobody's on a message.
    Own,
}

/// Settles it, for this person alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettleAddress {
    /// The address.
    pub address: EmailAddress,
    /// What it is.
    pub matching: Matching,
}

impl Call for SettleAddress {
    type Response = Kept;
    const VERB: Verb = Verb::Post;
    const PATH: &'static str = "/api/contacts/addresses";
}

/// Asks for the addresses that the person settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct GetSettledAddresses;

impl Call for GetSettledAddresses {
    type Response = SettledAddresses;
    const VERB: Verb = Verb::Get;
    const PATH: &'static str = "/api/contacts/addresses";
}

/// The answer; each list in the order of the alphabet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettledAddresses {
    /// Never looked up; at most [`SettledAddresses::MAX`].
    pub never: Vec<EmailAddress>,
    /// Their own, beside the mailbox's; as many at most.
    pub own: Vec<EmailAddress>,
}

impl SettledAddresses {
    /// Most in a list; one more takes the place of the oldest.
    pub const MAX: u32 = 500;
}
