//! A contact in full: its card, the columns of the site's card query, its picture.
//!
//! The three are asked for at the same moment; the card alone is essential.

use crate::{Call, Column, Contact, ContactId, EmailAddress, LocalTime, Problem, Verb};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Asks for the essential facts of a contact: one call to iMIS.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GetCard {
    /// Whose.
    pub contact: ContactId,
}

impl Call for GetCard {
    type Response = Card;
    const VERB: Verb = Verb::Post;
    const PATH: &'static str = "/api/contacts/card";
}

/// What the pane shows of a contact.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// The facts that a list shows too.
    pub contact: Contact,
    /// The parts of a person's name; `None` for an organisation.
    #[serde(default)]
    pub person: Option<PersonName>,
    /// The contact of the organisation the person belongs to.
    #[serde(default)]
    pub organisation_id: Option<ContactId>,
    /// E-mails, the primary one first.
    #[serde(default)]
    pub emails: Vec<CardEmail>,
    /// Phones, the primary one first.
    #[serde(default)]
    pub phones: Vec<Phone>,
    /// Postal addresses that hold anything.
    #[serde(default)]
    pub addresses: Vec<CardAddress>,
    /// Web address, `http` or `https`.
    #[serde(default)]
    pub website: Option<String>,
    /// What must not be done, in the site's words: "Do not e-mail", "Do not call".
    #[serde(default)]
    pub marks: Vec<String>,
    /// Whether one of the marks forbids e-mail.
    #[serde(default)]
    pub no_email: bool,
    /// Until when dues are paid, where a card can tell without a query.
    #[serde(default)]
    pub paid_through: Option<LocalTime>,
    /// The profile page in iMIS, where the site says where those are.
    #[serde(default)]
    pub profile_url: Option<String>,
    /// Who changed it last.
    #[serde(default)]
    pub updated_by: Option<String>,
    /// When.
    #[serde(default)]
    pub updated_at: Option<LocalTime>,
}

impl fmt::Debug for Card {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Card").field("contact", &self.contact).finish_non_exhaustive()
    }
}

/// A person's name in its parts.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonName {
    /// Such as "Dr.".
    #[serde(default)]
    pub prefix: String,
    /// First name; iMIS wants one.
    #[serde(default)]
    pub first: String,
    /// Middle name.
    #[serde(default)]
    pub middle: String,
    /// Last name; iMIS wants one.
    #[serde(default)]
    pub last: String,
    /// Such as "Jr.".
    #[serde(default)]
    pub suffix: String,
}

impl fmt::Debug for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PersonName(…)")
    }
}

/// An e-mail of a contact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardEmail {
    /// The address.
    pub address: EmailAddress,
    /// What iMIS calls it; empty for the primary one.
    #[serde(default)]
    pub kind: String,
    /// Whether it is the primary one.
    #[serde(default)]
    pub primary: bool,
}

/// A phone of a contact.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phone {
    /// What the site calls it, such as `Mobile`; may be empty.
    #[serde(default)]
    pub kind: String,
    /// The number as it is written there.
    pub number: String,
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Phone(…)")
    }
}

/// A postal address of a contact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardAddress {
    /// What the site calls it, such as `Address` or `Billing`.
    #[serde(default)]
    pub purpose: String,
    /// The parts.
    #[serde(flatten)]
    pub postal: PostalAddress,
}

/// A postal address in its parts.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostalAddress {
    /// Street and number, in as many lines as there are.
    #[serde(default)]
    pub lines: Vec<String>,
    /// City.
    #[serde(default)]
    pub city: String,
    /// State, province or county.
    #[serde(default)]
    pub region: String,
    /// Postal code.
    #[serde(default)]
    pub postal_code: String,
    /// Country, by name.
    #[serde(default)]
    pub country: String,
}

impl fmt::Debug for PostalAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PostalAddress(…)")
    }
}

/// Asks for what the site's card query says of a contact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GetCardColumns {
    /// Whose.
    pub contact: ContactId,
}

impl Call for GetCardColumns {
    type Response = CardColumns;
    const VERB: Verb = Verb::Post;
    const PATH: &'static str = "/api/contacts/card-columns";
}

/// The answer; empty where the site has no card query, or it has no row for this contact.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardColumns {
    /// The columns as the query orders and captions them.
    pub columns: Vec<Column>,
    /// A value for each; see [`crate::ColumnKind`] for how it is written.
    pub values: Vec<Option<String>>,
    /// Why the query could not be run; its words are for an administrator.
    #[serde(default)]
    pub problem: Option<Problem>,
}

/// Asks for a contact's picture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GetPicture {
    /// Whose.
    pub contact: ContactId,
}

impl Call for GetPicture {
    type Response = Picture;
    const VERB: Verb = Verb::Post;
    const PATH: &'static str = "/api/contacts/picture";
}

/// The answer.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    /// The picture as a `data:` address (PNG, JPEG, GIF or WebP, by its own bytes); `None` if there is none.
    #[serde(default)]
    pub data_url: Option<String>,
}

impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Picture(…)")
    }
}
