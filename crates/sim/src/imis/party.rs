//! A contact: what is known of one, and the values that filters and sorting see (imis.md §5.2).
//!
//! Invariant: a contact that has e-mails or telephones has exactly one primary one of each, and it comes first.

use std::borrow::Cow;

use super::{parties::View, people::Standing};

/// Text that is either written in the program or came over the wire.
pub(super) type Text = Cow<'static, str>;

/// An e-mail address.
#[derive(Debug, Clone)]
pub(super) struct Email {
    pub(super) address: Text,
    pub(super) kind: Text,
}

/// A telephone number.
#[derive(Debug, Clone)]
pub(super) struct Phone {
    pub(super) number: Text,
    pub(super) kind: Text,
}

/// A postal address.
#[derive(Debug, Clone, Default)]
pub(super) struct Address {
    pub(super) id: String,
    pub(super) purpose: Text,
    pub(super) lines: Vec<Text>,
    pub(super) city: Text,
    pub(super) region: Text,
    pub(super) postal_code: Text,
    /// Two letters.
    pub(super) country: Text,
}

/// A contact.
#[derive(Debug, Clone)]
pub(super) struct Party {
    pub(super) id: String,
    pub(super) uniform_id: String,
    pub(super) prefix: Text,
    pub(super) first: Text,
    pub(super) middle: Text,
    /// Last name, or the organisation's name.
    pub(super) last: Text,
    pub(super) suffix: Text,
    /// What the person is called; the first name when empty.
    pub(super) informal: Text,
    pub(super) designation: Text,
    pub(super) title: Text,
    /// Id and name of the primary organisation; the id is empty when only a name is known.
    pub(super) organization: Option<(String, Text)>,
    pub(super) emails: Vec<Email>,
    pub(super) phones: Vec<Phone>,
    /// The first is the one that summaries show.
    pub(super) addresses: Vec<Address>,
    pub(super) website: Text,
    pub(super) birth_date: Option<String>,
    pub(super) gender: Text,
    /// Types of communication the contact is left out of.
    pub(super) opted_out: Vec<Text>,
    pub(super) paid_through: Option<&'static str>,
    pub(super) member_type: Text,
    pub(super) standing: Standing,
    pub(super) is_organization: bool,
    pub(super) created_by: Text,
    pub(super) created_on: Text,
    pub(super) updated_by: Text,
    pub(super) updated_on: String,
}

impl Party {
    /// Somebody of whom nothing else is known.
    pub(super) fn new(id: u32) -> Self {
        Self {
            id: id.to_string(),
            uniform_id: uniform_id(id),
            prefix: Text::default(),
            first: Text::default(),
            middle: Text::default(),
            last: Text::default(),
            suffix: Text::default(),
            informal: Text::default(),
            designation: Text::default(),
            title: Text::default(),
            organization: None,
            emails: Vec::new(),
            phones: Vec::new(),
            addresses: Vec::new(),
            website: Text::default(),
            birth_date: None,
            gender: Text::default(),
            opted_out: Vec::new(),
            paid_through: None,
            member_type: Text::default(),
            standing: Standing::Active,
            is_organization: false,
            created_by: "MANAGER".into(),
            created_on: "2019-03-01T09:00:00".into(),
            updated_by: "MANAGER".into(),
            updated_on: "2026-02-03T10:11:12".to_owned(),
        }
    }

    /// The full name; an organisation's is its name alone.
    pub(super) fn name(&self) -> String {
        let parts = [&self.prefix, &self.first, &self.middle, &self.last, &self.suffix];
        let mut name = String::with_capacity(32);
        for part in parts.into_iter().filter(|part| !part.is_empty()) {
            if !name.is_empty() {
                name.push(' ');
            }
            name.push_str(part);
        }
        name
    }

    pub(super) fn sort(&self) -> String {
        format!("{} {}", self.last, self.first).trim().to_uppercase()
    }

    /// City of the address that summaries show, or nothing.
    pub(super) fn city(&self) -> &str {
        self.addresses.first().map_or("", |address| &address.city)
    }

    /// Name of its country.
    pub(super) fn country(&self) -> &str {
        self.addresses.first().map_or("", |address| country_name(&address.country))
    }

    /// Its state or province.
    pub(super) fn region(&self) -> &str {
        self.addresses.first().map_or("", |address| &address.region)
    }

    /// The primary e-mail address.
    pub(super) fn email(&self) -> Option<&str> {
        self.emails.first().map(|email| email.address.as_ref())
    }

    /// The primary telephone number.
    pub(super) fn phone(&self) -> Option<&str> {
        self.phones.first().map(|phone| phone.number.as_ref())
    }

    pub(super) fn is_member(&self) -> bool {
        matches!(self.member_type.as_ref(), "REG" | "STU" | "HON" | "CM")
    }

    /// Status id, description and `ActiveStatus`.
    pub(super) fn status(&self) -> (&'static str, &'static str, u8) {
        match self.standing {
            Standing::Active => ("A", "Active", 0),
            Standing::Inactive => ("I", "Inactive", 1),
            Standing::Suspended => ("S", "Suspended", 2),
            Standing::MarkedForDelete => ("D", "Marked for delete", 3),
        }
    }

    /// The values of a property, for filters and sorting. Which addresses `Email` means is decided here alone: Party
    /// is searched by every address of a contact, `PartySummary` by the primary one, which is all it shows.
    pub(super) fn held(&self, view: View, property: &'static str) -> Vec<Cow<'_, str>> {
        fn some(text: &str) -> Vec<Cow<'_, str>> {
            if text.is_empty() { vec![] } else { vec![Cow::Borrowed(text)] }
        }
        let one = usize::from(view == View::Summary);
        let most = |count: usize| if one == 1 { count.min(1) } else { count };
        match property {
            "PartyId" => some(&self.id),
            "UniformId" => some(&self.uniform_id),
            "Name" => vec![Cow::Owned(self.name())],
            "Sort" => vec![Cow::Owned(self.sort())],
            "FirstName" => some(&self.first),
            "MiddleName" => some(&self.middle),
            "LastName" if !self.is_organization => some(&self.last),
            "OrganizationName" if self.is_organization => some(&self.last),
            "FunctionalTitle" => some(&self.title),
            "Email" => self.emails[..most(self.emails.len())].iter().map(|one| one.address.as_ref().into()).collect(),
            "Phone" => self.phones[..most(self.phones.len())].iter().map(|one| one.number.as_ref().into()).collect(),
            "CityName" => some(self.city()),
            "CountryName" => some(self.country()),
            "CountrySubEntityName" => some(self.region()),
            "IsOrganization" => vec![Cow::Borrowed(if self.is_organization { "true" } else { "false" })],
            "IsMarkedForDelete" if self.standing == Standing::MarkedForDelete => vec![Cow::Borrowed("true")],
            "Status" => vec![Cow::Borrowed(self.status().0)],
            "PrimaryOrganization.OrganizationPartyId" => some(self.organization.as_ref().map_or("", |(id, _)| id)),
            "PrimaryOrganization.Name" => some(self.organization.as_ref().map_or("", |(_, name)| name)),
            "WebsiteUrl" => some(&self.website),
            "CustomerTypeCode" => some(&self.member_type),
            "UpdatedOn" => vec![Cow::Borrowed(self.updated_on.as_str())],
            _ => vec![],
        }
    }
}

/// A contact key: the id in the shape of a GUID, so that it is the same in every run.
fn uniform_id(id: u32) -> String {
    format!("{:08X}-B188-42E8-AE48-{:012X}", id.wrapping_mul(2_654_435_761), u64::from(id) * 7_919)
}

/// Codes and names of the countries the site knows.
pub(super) const COUNTRIES: &[(&str, &str)] = &[
    ("AT", "Austria"),
    ("CH", "Switzerland"),
    ("CZ", "Czechia"),
    ("DE", "Germany"),
    ("ES", "Spain"),
    ("FR", "France"),
    ("GB", "United Kingdom"),
    ("IE", "Ireland"),
    ("IT", "Italy"),
    ("JP", "Japan"),
    ("NL", "Netherlands"),
    ("PL", "Poland"),
    ("PT", "Portugal"),
    ("SE", "Sweden"),
    ("TN", "Tunisia"),
    ("US", "United States"),
    ("VN", "Viet Nam"),
];

/// Name of a country, or nothing.
pub(super) fn country_name(code: &str) -> &'static str {
    COUNTRIES.iter().find(|(known, _)| known.eq_ignore_ascii_case(code)).map_or("", |(_, name)| name)
}
