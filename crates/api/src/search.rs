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

/// Puts an address on the person's never-match list, or takes it off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NeverMatch {
    /// The address.
    pub address: EmailAddress,
    /// Whether it is never to be matched.
    pub never: bool,
}

impl Call for NeverMatch {
    type Response = Kept;
    const VERB: Verb = Verb::Post;
    const PATH: &'static str = "/api/contacts/never-match";
}
