//! Adding a contact, and changing one.

use crate::{Call, Card, Contact, ContactId, ContactKind, EmailAddress, PersonName, Phone, PostalAddress, Verb};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Asks what the person may do with contacts, and what the site calls things.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct GetContactOptions;

impl Call for GetContactOptions {
    type Response = ContactOptions;
    const VERB: Verb = Verb::Get;
    const PATH: &'static str = "/api/contacts/options";
}

/// The answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactOptions {
    /// Whether the person may add contacts: by the site's roles, and as far as iMIS says.
    pub may_add: bool,
    /// Whether the person may change contacts, likewise.
    pub may_change: bool,
    /// The kinds of phone that the site has.
    pub phone_kinds: Vec<String>,
    /// Whether organisations are guessed by the domain of an address.
    pub organisations_by_domain: bool,
}

/// A contact to be added. What is empty is not written.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewContact {
    /// Person or organisation.
    pub kind: ContactKind,
    /// A person's name.
    #[serde(default)]
    pub person: PersonName,
    /// An organisation's name.
    #[serde(default)]
    pub organisation_name: String,
    /// The contact of the organisation that a person belongs to.
    #[serde(default)]
    pub organisation: Option<ContactId>,
    /// Title there.
    #[serde(default)]
    pub title: String,
    /// Primary e-mail.
    #[serde(default)]
    pub email: Option<EmailAddress>,
    /// Phones.
    #[serde(default)]
    pub phones: Vec<Phone>,
    /// Postal address.
    #[serde(default)]
    pub address: PostalAddress,
    /// Web address.
    #[serde(default)]
    pub website: String,
}

impl fmt::Debug for NewContact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewContact").field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// Asks who is in iMIS already that could be this contact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindLikely {
    /// The contact to be added.
    pub contact: NewContact,
}

impl Call for FindLikely {
    type Response = LikelyContacts;
    const VERB: Verb = Verb::Post;
    const PATH: &'static str = "/api/contacts/likely";
}

/// What speaks for two contacts being one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Likeness {
    /// The same e-mail.
    Email,
    /// The same name, but for accents, case and order.
    Name,
    /// The same phone number.
    Phone,
    /// The same name at the same organisation.
    NameAndOrganisation,
}

/// A contact that could be the one to be added.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LikelyContact {
    /// Who.
    pub contact: Contact,
    /// Why.
    pub because: Vec<Likeness>,
}

/// The answer, likeliest first; at most [`LikelyContacts::MAX`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LikelyContacts {
    /// The contacts.
    pub contacts: Vec<LikelyContact>,
    /// Organisations of that name, or whose people have addresses at the same domain.
    pub organisations: Vec<Contact>,
    /// Whether a part of the search failed.
    #[serde(default)]
    pub partial: bool,
}

impl LikelyContacts {
    /// Most contacts and most organisations in an answer.
    pub const MAX: usize = 10;
}

/// Names one adding; a retry carries the same. Made by the pane (a UUID).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AddId(pub String);

/// Adds a contact. Repeated under the same [`AddId`] it adds nobody twice.
///
/// What iMIS finds wrong comes as a problem whose [`crate::Problem::fields`] name fields by
/// [`ContactField`] as it is written in JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddContact {
    /// Names this adding.
    pub add: AddId,
    /// The contact.
    pub contact: NewContact,
}

impl Call for AddContact {
    type Response = Contact;
    const VERB: Verb = Verb::Post;
    const PATH: &'static str = "/api/contacts/add";
}

/// A field of a contact, as forms and problems name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContactField {
    /// Such as "Dr.".
    Prefix,
    /// First name.
    FirstName,
    /// Last name.
    LastName,
    /// An organisation's name.
    OrganisationName,
    /// The organisation a person belongs to.
    Organisation,
    /// Title there.
    Title,
    /// Primary e-mail.
    Email,
    /// A phone; which one says its kind.
    Phone,
    /// Postal address.
    Address,
    /// Web address.
    Website,
}

/// One change to a contact.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactChange {
    /// Of what.
    pub field: ContactField,
    /// The kind of phone, for a phone.
    #[serde(default)]
    pub phone_kind: String,
    /// What stood there when the person looked; empty for nothing.
    pub from: String,
    /// What is to stand there.
    pub to: String,
}

impl fmt::Debug for ContactChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ContactChange").field("field", &self.field).finish_non_exhaustive()
    }
}

/// Changes title, phones or website of a contact. Answers [`crate::ProblemCode::Conflict`] with the field
/// if something else stands there by now. Repeating it does no harm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpdateContact {
    /// Whose.
    pub contact: ContactId,
    /// What; at least one.
    pub changes: Vec<ContactChange>,
}

impl Call for UpdateContact {
    type Response = Card;
    const VERB: Verb = Verb::Post;
    const PATH: &'static str = "/api/contacts/update";
}
