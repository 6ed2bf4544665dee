//! Reading a `PersonData` or `OrganizationData` and laying it over a contact (imis.md §5.2, §5.3).
//!
//! A member that is there replaces what was, a nested object or a collection as a whole; one that is absent leaves it
//! as it was. How fields are named in complaints, and how long texts may be, is assumed; it stands here alone.

use super::super::{
    answer::{Answer, Complaint},
    filter::{moment, written},
    json::Lean,
    parties::Parties,
    party::{Address, COUNTRIES, Email, Party, Phone, Text},
    people::Standing,
    rows::complaint,
    seed::{ADDRESS_PURPOSES, COMMUNICATION_TYPES},
};

/// Which of the two contracts a body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Person,
    Organization,
}

/// A body that was read.
#[derive(Debug)]
pub(super) struct Draft<'a> {
    body: Lean<'a>,
    kind: Kind,
}

impl<'a> Draft<'a> {
    /// The class has to come first and to be one of the two; only the class part of the type name counts
    /// (imis.md §4.2).
    pub(super) fn read(body: &'a [u8]) -> Result<Self, Answer> {
        let body =
            Lean::parse(body).map_err(|_| Answer::bad_request("ArgumentFault: The request body is not valid."))?;
        let kind = match body.class() {
            Some("Asi.Soa.Membership.DataContracts.PersonData") => Kind::Person,
            Some("Asi.Soa.Membership.DataContracts.OrganizationData") => Kind::Organization,
            _ => return Err(Answer::bad_request("ArgumentNullFault: Value cannot be null.")),
        };
        Ok(Self { body, kind })
    }

    pub(super) fn kind(&self) -> Kind {
        self.kind
    }

    /// Whose it says it is.
    pub(super) fn party_id(&self) -> Option<&str> {
        self.body.member("PartyId").and_then(Lean::text)
    }

    /// Lays the body over the contact; what is wrong with the outcome.
    pub(super) fn apply(&self, parties: &Parties, party: &mut Party) -> Vec<Complaint> {
        let mut check = Check(Vec::new());
        match self.kind {
            Kind::Person => self.person(parties, party, &mut check),
            Kind::Organization => {
                check.text(&self.body, ("OrganizationName", 150), &mut party.last);
                check.required("OrganizationName", &party.last);
            }
        }
        check.text(&self.body, ("WebsiteUrl", 255), &mut party.website);
        if let Some(list) = self.body.member("Emails") {
            party.emails = check.emails(list.elements());
        }
        if let Some(list) = self.body.member("Phones") {
            party.phones = check.phones(list.elements());
        }
        if let Some(list) = self.body.member("Addresses") {
            party.addresses = check.addresses(list.elements(), party);
        }
        if let Some(list) = self.body.member("CommunicationTypePreferences") {
            party.opted_out = opted_out(list.elements());
        }
        for attribute in self.body.member("AdditionalAttributes").map(Lean::elements).unwrap_or_default() {
            if member_text(attribute, "Name") == "CustomerTypeCode" {
                party.member_type = Text::Owned(member_text(attribute, "Value").to_owned());
            }
        }
        if let Some(id) = self.body.member("Status").and_then(|status| status.member("PartyStatusId")) {
            party.standing = match id.text().unwrap_or_default() {
                "I" => Standing::Inactive,
                "S" => Standing::Suspended,
                "D" => Standing::MarkedForDelete,
                _ => Standing::Active,
            };
        }
        check.0
    }

    fn person(&self, parties: &Parties, party: &mut Party, check: &mut Check) {
        if let Some(name) = self.body.member("PersonName") {
            for text in [
                &mut party.prefix,
                &mut party.first,
                &mut party.middle,
                &mut party.last,
                &mut party.suffix,
                &mut party.informal,
                &mut party.designation,
            ] {
                *text = Text::default();
            }
            check.text(name, ("NamePrefix", 25), &mut party.prefix);
            check.text(name, ("FirstName", 80), &mut party.first);
            check.text(name, ("MiddleName", 50), &mut party.middle);
            check.text(name, ("LastName", 80), &mut party.last);
            check.text(name, ("NameSuffix", 20), &mut party.suffix);
            check.text(name, ("InformalName", 80), &mut party.informal);
            check.text(name, ("Designation", 50), &mut party.designation);
        }
        check.required("FirstName", &party.first);
        check.required("LastName", &party.last);
        if let Some(gender) = self.body.member("Gender") {
            party.gender = Text::Owned(member_text(gender, "Code").to_owned());
        }
        if let Some(date) = self.body.member("BirthDate") {
            let text = date.text().unwrap_or_default();
            party.birth_date = moment(text).map(written);
            if party.birth_date.is_none() && !text.is_empty() {
                check.say("BirthDate", text, "The value is not of the expected type.");
            }
        }
        if let Some(organization) = self.body.member("PrimaryOrganization") {
            party.organization = check.organization(parties, organization);
            party.title = Text::default();
            check.text(organization, ("Title", 100), &mut party.title);
        }
        // The title is in two places; the one on the person counts (assumed).
        check.text(&self.body, ("FunctionalTitle", 100), &mut party.title);
    }
}

/// A text, or nothing where there is none.
fn member_text<'a>(object: &'a Lean<'_>, name: &str) -> &'a str {
    object.member(name).and_then(Lean::text).unwrap_or_default().trim()
}

fn owned(text: &str) -> Text {
    Text::Owned(text.to_owned())
}

/// Whom the preferences leave out: a flag that is absent is false (imis.md §4.2).
fn opted_out(preferences: &[Lean<'_>]) -> Vec<Text> {
    let out = preferences.iter().filter(|one| one.member("OptInFlag") != Some(&Lean::Flag(true)));
    let ids = out.map(|one| member_text(one, "CommunicationTypeId"));
    ids.filter(|id| COMMUNICATION_TYPES.iter().any(|(known, ..)| known.eq_ignore_ascii_case(id))).map(owned).collect()
}

/// What is wrong so far.
struct Check(Vec<Complaint>);

impl Check {
    fn say(&mut self, field: &str, value: &str, message: &str) {
        self.0.push(complaint(field, value, message));
    }

    fn required(&mut self, field: &str, value: &str) {
        if value.is_empty() {
            self.say(field, "", &format!("{field} is required."));
        }
    }

    fn short(&mut self, (field, longest): (&str, usize), value: &str) {
        if value.chars().count() > longest {
            self.say(field, value, &format!("The value exceeds the maximum length of {longest}."));
        }
    }

    /// Takes a member where it is there; an explicit null empties.
    fn text(&mut self, object: &Lean<'_>, field: (&str, usize), target: &mut Text) {
        let Some(member) = object.member(field.0) else { return };
        match member {
            Lean::Null => *target = Text::default(),
            Lean::Text(text) => {
                self.short(field, text.trim());
                *target = owned(text.trim());
            }
            _ => self.say(field.0, "", "The value is not of the expected type."),
        }
    }

    /// Members that all have to be shorter than so much.
    fn part(&mut self, object: &Lean<'_>, member: &str, (field, longest): (&str, usize)) -> Text {
        let text = member_text(object, member);
        self.short((field, longest), text);
        owned(text)
    }

    fn emails(&mut self, list: &[Lean<'_>]) -> Vec<Email> {
        let mut emails = Vec::new();
        for one in primary_first(list) {
            let address = self.part(one, "Address", ("Email", 100));
            if !is_address(&address) {
                self.say("Email", &address, "The e-mail address is not valid.");
            }
            let given = member_text(one, "EmailType");
            let kind = if emails.is_empty() {
                "_Primary"
            } else if given.is_empty() {
                "Other"
            } else {
                given
            };
            emails.push(Email { address, kind: owned(kind) });
        }
        emails
    }

    fn phones(&mut self, list: &[Lean<'_>]) -> Vec<Phone> {
        let mut phones = Vec::new();
        for one in primary_first(list) {
            let number = self.part(one, "Number", ("Phone", 25));
            self.required("Phone", &number);
            phones.push(Phone { number, kind: owned(member_text(one, "PhoneType")) });
        }
        phones
    }

    /// Known addresses keep their ids, new ones get one. The empty address that every contact has is none.
    fn addresses(&mut self, list: &[Lean<'_>], party: &Party) -> Vec<Address> {
        let mut addresses: Vec<Address> = Vec::new();
        for (number, one) in (1..).zip(list) {
            let purpose = member_text(one, "AddressPurpose");
            let known = ADDRESS_PURPOSES.iter().find(|(name, ..)| name.eq_ignore_ascii_case(purpose));
            if known.is_none() {
                self.say("AddressPurpose", purpose, "The address purpose does not exist.");
            }
            let null = Lean::Null;
            let inner = one.member("Address").unwrap_or(&null);
            let lines = inner.member("AddressLines").map(Lean::elements).unwrap_or_default();
            let lines: Vec<Text> = lines.iter().filter_map(Lean::text).map(str::trim).map(owned).collect();
            for line in &lines {
                self.short(("AddressLines", 60), line);
            }
            let id = member_text(one, "FullAddressId");
            let kept = party.addresses.iter().any(|address| address.id == id);
            let code = member_text(inner, "CountrySubEntityCode");
            let region = if code.is_empty() { "CountrySubEntityName" } else { "CountrySubEntityCode" };
            let address = Address {
                id: if kept { id.to_owned() } else { format!("9{}{number}", party.id) },
                purpose: owned(known.map_or(purpose, |(name, ..)| name)),
                lines,
                city: self.part(inner, "CityName", ("CityName", 40)),
                region: self.part(inner, region, (region, 40)),
                postal_code: self.part(inner, "PostalCode", ("PostalCode", 10)),
                country: self.country(inner),
            };
            let empty = [&address.city, &address.region, &address.postal_code, &address.country];
            if !(address.lines.is_empty() && empty.iter().all(|part| part.is_empty())) {
                addresses.push(address);
            }
        }
        addresses
    }

    /// By code, or by name where there is no code.
    fn country(&mut self, address: &Lean<'_>) -> Text {
        let (code, name) = (member_text(address, "CountryCode"), member_text(address, "CountryName"));
        let fits = |&&(known, called): &&(&str, &str)| {
            if code.is_empty() { called.eq_ignore_ascii_case(name) } else { known.eq_ignore_ascii_case(code) }
        };
        match COUNTRIES.iter().find(fits) {
            Some((code, _)) => Text::Borrowed(code),
            None if code.is_empty() && name.is_empty() => Text::default(),
            None => {
                let (field, value) = if code.is_empty() { ("CountryName", name) } else { ("CountryCode", code) };
                self.say(field, value, "The country does not exist.");
                Text::default()
            }
        }
    }

    /// The organisation's own name counts when its id is given; a name alone is taken as it is (assumed).
    fn organization(&mut self, parties: &Parties, named: &Lean<'_>) -> Option<(String, Text)> {
        let (id, name) = (member_text(named, "OrganizationPartyId"), member_text(named, "Name"));
        if id.is_empty() {
            self.short(("OrganizationName", 150), name);
            return (!name.is_empty()).then(|| (String::new(), owned(name)));
        }
        if let Some(found) = parties.get(id).filter(|found| found.is_organization) {
            return Some((found.id.clone(), found.last.clone()));
        }
        self.say("OrganizationPartyId", id, "The organization does not exist.");
        None
    }
}

/// The marked one first, or the first where none is marked.
fn primary_first<'l, 'a>(list: &'l [Lean<'a>]) -> impl Iterator<Item = &'l Lean<'a>> {
    let marked = list.iter().position(|one| one.member("IsPrimary") == Some(&Lean::Flag(true))).unwrap_or(0);
    let others = list.iter().enumerate().filter(move |(place, _)| *place != marked).map(|(_, one)| one);
    list.get(marked).into_iter().chain(others)
}

/// One `@` with something before it and a domain with a dot after it.
fn is_address(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let whole = !text.chars().any(|one| one.is_whitespace() || one.is_control());
    let labels = domain.split('.').collect::<Vec<_>>();
    whole && !local.is_empty() && !domain.contains('@') && labels.len() > 1 && labels.iter().all(|one| !one.is_empty())
}
