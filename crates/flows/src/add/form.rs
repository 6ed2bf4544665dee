//! The form of a contact to be added: what stands in its fields, where that was found, and what is wrong with it.

use crate::signature::{PhoneKind, Signature, Whence};
use crate::{SearchAhead, Trouble};
use api::{
    Contact, ContactField, ContactKind, EmailAddress, LikelyContacts, NewContact, PersonName, Phone, PostalAddress,
};

/// A field, by what it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Blank {
    /// Such as "Dr.".
    Prefix,
    /// First name.
    First,
    /// Middle name.
    Middle,
    /// Last name.
    Last,
    /// Such as "Jr.".
    Suffix,
    /// An organisation's own name.
    Name,
    /// Title.
    Title,
    /// E-mail.
    Email,
    /// The kind of the phone at this place.
    PhoneKind(usize),
    /// The number of the phone at this place.
    PhoneNumber(usize),
    /// Street, in lines.
    Street,
    /// City.
    City,
    /// Region.
    Region,
    /// Postal code.
    PostalCode,
    /// Country.
    Country,
    /// Web address.
    Website,
}

impl Blank {
    /// What problems call it.
    pub const fn field(self) -> ContactField {
        match self {
            Self::Prefix => ContactField::Prefix,
            Self::First | Self::Middle => ContactField::FirstName,
            Self::Last | Self::Suffix => ContactField::LastName,
            Self::Name => ContactField::OrganisationName,
            Self::Title => ContactField::Title,
            Self::Email => ContactField::Email,
            Self::PhoneKind(_) | Self::PhoneNumber(_) => ContactField::Phone,
            Self::Street | Self::City | Self::Region | Self::PostalCode | Self::Country => ContactField::Address,
            Self::Website => ContactField::Website,
        }
    }
}

/// What is wrong with a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It must not be empty.
    Missing,
    /// It is no e-mail address.
    NoAddress,
    /// It holds no phone number.
    NoNumber,
    /// iMIS's own words.
    Imis(String),
    /// Something else stands there by now.
    Changed,
}

/// What a field holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filled {
    /// Which field.
    pub blank: Blank,
    /// The text in it.
    pub text: String,
    /// Where that was found; `None` once somebody typed.
    pub from: Option<Whence>,
}

/// The form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactForm {
    /// Person or organisation.
    pub kind: ContactKind,
    /// The fields that hold anything, or did.
    pub fields: Vec<Filled>,
    /// How many phones there are, empty ones included.
    pub phones: usize,
    /// The organisation it is linked to.
    pub organisation: Option<Contact>,
    /// The organisation's name as the signature has it, with where.
    pub organisation_named: Option<(String, Whence)>,
    /// Looking for an organisation.
    pub search: SearchAhead,
    /// What is wrong.
    pub faults: Vec<(ContactField, Fault)>,
    /// Whether somebody typed into it.
    pub touched: bool,
}

impl ContactForm {
    /// The form as the signature fills it.
    pub(crate) fn of(signature: &Signature, address: Option<&EmailAddress>, kinds: &[String]) -> Self {
        let mut form = Self {
            kind: ContactKind::Person,
            fields: vec![],
            phones: 0,
            organisation: None,
            organisation_named: None,
            search: SearchAhead::default(),
            faults: vec![],
            touched: false,
        };
        if let Some(name) = &signature.name {
            let PersonName { prefix, first, middle, last, suffix } = &name.value;
            let parts = [Blank::Prefix, Blank::First, Blank::Middle, Blank::Last, Blank::Suffix];
            for (blank, text) in parts.into_iter().zip([prefix, first, middle, last, suffix]) {
                form.found(blank, text, &name.from);
            }
        }
        if let Some(title) = &signature.title {
            form.found(Blank::Title, &title.value, &title.from);
        }
        if let Some(address) = address {
            form.found(Blank::Email, address.as_str(), &Whence::Sender);
        }
        for phone in &signature.phones {
            let kind = kind_of_site(phone.value.kind, kinds);
            form.found(Blank::PhoneKind(form.phones), &kind, &phone.from);
            form.found(Blank::PhoneNumber(form.phones), &phone.value.number, &phone.from);
            form.phones += 1;
        }
        if let Some(postal) = &signature.address {
            let PostalAddress { lines, city, region, postal_code, country } = &postal.value;
            form.found(Blank::Street, &lines.join("\n"), &postal.from);
            let parts = [Blank::City, Blank::Region, Blank::PostalCode, Blank::Country];
            for (blank, text) in parts.into_iter().zip([city, region, postal_code, country]) {
                form.found(blank, text, &postal.from);
            }
        }
        if let Some(site) = &signature.website {
            form.found(Blank::Website, &site.value, &site.from);
        }
        if let Some(organisation) = &signature.organisation {
            form.found(Blank::Name, &organisation.value, &organisation.from);
            form.organisation_named = Some((organisation.value.clone(), organisation.from.clone()));
        }
        form
    }

    fn found(&mut self, blank: Blank, text: &str, from: &Whence) {
        if !text.is_empty() {
            self.fields.push(Filled { blank, text: text.to_owned(), from: Some(from.clone()) });
        }
    }

    /// What stands in a field.
    pub fn text(&self, blank: Blank) -> &str {
        self.fields.iter().find(|filled| filled.blank == blank).map_or("", |filled| filled.text.as_str())
    }

    /// Where that was found, until somebody types.
    pub fn from(&self, blank: Blank) -> Option<&Whence> {
        self.fields.iter().find(|filled| filled.blank == blank)?.from.as_ref()
    }

    /// What is wrong with a field.
    pub fn fault(&self, field: ContactField) -> Option<&Fault> {
        self.faults.iter().find(|(known, _)| *known == field).map(|(_, fault)| fault)
    }

    /// Whether a field belongs to this kind of contact.
    pub fn has(&self, blank: Blank) -> bool {
        match blank {
            Blank::Prefix | Blank::First | Blank::Middle | Blank::Last | Blank::Suffix | Blank::Title => {
                self.kind == ContactKind::Person
            }
            Blank::Name => self.kind == ContactKind::Organisation,
            Blank::PhoneKind(place) | Blank::PhoneNumber(place) => place < self.phones,
            _ => true,
        }
    }

    pub(crate) fn typed(&mut self, blank: Blank, text: String) {
        if self.text(blank) == text {
            return;
        }
        self.touched = true;
        self.faults.retain(|(field, _)| *field != blank.field());
        match self.fields.iter_mut().find(|filled| filled.blank == blank) {
            Some(filled) => (filled.text, filled.from) = (text, None),
            None => self.fields.push(Filled { blank, text, from: None }),
        }
    }

    pub(crate) fn add_phone(&mut self, kinds: &[String]) {
        let free =
            kinds.iter().find(|kind| (0..self.phones).all(|at| self.text(Blank::PhoneKind(at)) != kind.as_str()));
        let kind = free.or(kinds.first()).cloned().unwrap_or_default();
        self.fields.push(Filled { blank: Blank::PhoneKind(self.phones), text: kind, from: None });
        self.phones += 1;
    }

    pub(crate) fn remove_phone(&mut self, place: usize) {
        if place >= self.phones {
            return;
        }
        self.touched = true;
        self.faults.retain(|(field, _)| *field != ContactField::Phone);
        self.fields
            .retain(|filled| !matches!(filled.blank, Blank::PhoneKind(at) | Blank::PhoneNumber(at) if at == place));
        for filled in &mut self.fields {
            if let Blank::PhoneKind(at) | Blank::PhoneNumber(at) = &mut filled.blank
                && *at > place
            {
                *at -= 1;
            }
        }
        self.phones -= 1;
    }

    /// Links the organisation of the signature's name, where just one has it.
    pub(crate) fn suggest(&mut self, likely: &LikelyContacts) {
        let Some((name, _)) = &self.organisation_named else { return };
        let mut same = likely.organisations.iter().filter(|organisation| same_name(&organisation.name, name));
        if let (Some(only), None) = (same.next(), same.next())
            && self.organisation.is_none()
            && !self.touched
        {
            self.organisation = Some(only.clone());
        }
    }

    /// The contact as it goes to the server.
    pub(crate) fn contact(&self) -> NewContact {
        let text = |blank| self.text(blank).trim().to_owned();
        let person = self.kind == ContactKind::Person;
        let own = |blank| if self.has(blank) { text(blank) } else { String::new() };
        let phone = |at| Phone { kind: text(Blank::PhoneKind(at)), number: text(Blank::PhoneNumber(at)) };
        let named = self.organisation_named.as_ref().map(|(name, _)| name.clone()).unwrap_or_default();
        NewContact {
            kind: self.kind,
            person: PersonName {
                prefix: own(Blank::Prefix),
                first: own(Blank::First),
                middle: own(Blank::Middle),
                last: own(Blank::Last),
                suffix: own(Blank::Suffix),
            },
            organisation_name: if person { named } else { text(Blank::Name) },
            organisation: self.organisation.as_ref().filter(|_| person).map(|organisation| organisation.id.clone()),
            title: own(Blank::Title),
            email: EmailAddress::parse(self.text(Blank::Email)).ok(),
            phones: (0..self.phones).map(phone).filter(|phone| !phone.number.is_empty()).collect(),
            address: PostalAddress {
                lines: self
                    .text(Blank::Street)
                    .lines()
                    .map(|line| line.trim().to_owned())
                    .filter(|line| !line.is_empty())
                    .collect(),
                city: text(Blank::City),
                region: text(Blank::Region),
                postal_code: text(Blank::PostalCode),
                country: text(Blank::Country),
            },
            website: text(Blank::Website),
        }
    }

    /// Looks at every field; whether nothing is wrong.
    pub(crate) fn check(&mut self) -> bool {
        let empty = |blank| self.text(blank).trim().is_empty();
        let mut faults = vec![];
        let needed: &[Blank] =
            if self.kind == ContactKind::Person { &[Blank::First, Blank::Last] } else { &[Blank::Name] };
        faults.extend(needed.iter().filter(|blank| empty(**blank)).map(|blank| (blank.field(), Fault::Missing)));
        if !empty(Blank::Email) && !is_address(self.text(Blank::Email)) {
            faults.push((ContactField::Email, Fault::NoAddress));
        }
        let digits = |at| self.text(Blank::PhoneNumber(at)).chars().any(|c| c.is_ascii_digit());
        if (0..self.phones).any(|at| !empty(Blank::PhoneNumber(at)) && !digits(at)) {
            faults.push((ContactField::Phone, Fault::NoNumber));
        }
        self.faults = faults;
        self.faults.is_empty()
    }

    /// Takes what iMIS says to the fields it says it of; whether all of it has a field.
    pub(crate) fn refused(&mut self, trouble: &Trouble) -> bool {
        let Trouble::Server(problem) = trouble else { return false };
        let mut all = !problem.fields.is_empty();
        self.faults.clear();
        for told in &problem.fields {
            match field_named(&told.field) {
                Some(field) if self.fault(field).is_none() => {
                    self.faults.push((field, Fault::Imis(told.message.clone())));
                }
                _ => all = false,
            }
        }
        all
    }
}

/// An address with a dot in its domain, as iMIS wants it (assumed, `imis.md §5.2`).
fn is_address(text: &str) -> bool {
    EmailAddress::parse(text).is_ok_and(|address| address.domain().trim_matches('.').contains('.'))
}

/// A field by the name it has in JSON.
pub(crate) fn field_named(name: &str) -> Option<ContactField> {
    const NAMES: [(&str, ContactField); 10] = [
        ("prefix", ContactField::Prefix),
        ("first_name", ContactField::FirstName),
        ("last_name", ContactField::LastName),
        ("organisation_name", ContactField::OrganisationName),
        ("organisation", ContactField::Organisation),
        ("title", ContactField::Title),
        ("email", ContactField::Email),
        ("phone", ContactField::Phone),
        ("address", ContactField::Address),
        ("website", ContactField::Website),
    ];
    NAMES.iter().find(|(known, _)| *known == name).map(|(_, field)| *field)
}

/// The site's kind of phone for what a signature says a number is for.
pub(crate) fn kind_of_site(kind: PhoneKind, kinds: &[String]) -> String {
    let words: &[&str] = match kind {
        PhoneKind::Work => &["work", "business", "office"],
        PhoneKind::Mobile => &["mobile", "cell"],
        PhoneKind::Home => &["home"],
        PhoneKind::Fax => &["fax"],
    };
    let is = |known: &&String| words.iter().any(|word| known.to_lowercase().contains(word));
    kinds.iter().find(is).or(kinds.first()).cloned().unwrap_or_default()
}

fn same_name(one: &str, other: &str) -> bool {
    crate::signature::same_words(one, other)
}
