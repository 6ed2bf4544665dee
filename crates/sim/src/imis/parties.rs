//! Contacts: what is known of them, finding them, and writing them as `Party` or `PartySummary` (imis.md §5).
//!
//! A contact does not change while the site runs; new ones are rare, so the indexes over addresses are built for reading.

use std::{borrow::Cow, collections::HashMap};

use serde_json::{Value, json};

use super::{
    filter::{Criterion, Find, Kind, Operation, Property},
    people::Standing,
    wire::{Dialect, Window, wrapped},
};

/// A contact.
#[derive(Debug, Clone)]
pub(super) struct Party {
    pub(super) id: String,
    pub(super) uniform_id: String,
    pub(super) prefix: Cow<'static, str>,
    pub(super) first: Cow<'static, str>,
    /// Last name, or the organisation's name.
    pub(super) last: Cow<'static, str>,
    pub(super) title: Cow<'static, str>,
    /// Id and name of the primary organisation.
    pub(super) organization: Option<(String, Cow<'static, str>)>,
    /// The first is the primary one.
    pub(super) emails: Vec<Cow<'static, str>>,
    pub(super) phone: Cow<'static, str>,
    pub(super) city: Cow<'static, str>,
    pub(super) country: &'static str,
    pub(super) member_type: &'static str,
    pub(super) standing: Standing,
    pub(super) is_organization: bool,
    pub(super) updated_on: String,
}

impl Party {
    pub(super) fn name(&self) -> String {
        [&self.prefix, &self.first, &self.last].into_iter().filter(|part| !part.is_empty()).fold(
            String::new(),
            |mut name, part| {
                if !name.is_empty() {
                    name.push(' ');
                }
                name.push_str(part);
                name
            },
        )
    }

    fn sort(&self) -> String {
        format!("{} {}", self.last, self.first).trim().to_uppercase()
    }

    fn status(&self) -> (&'static str, &'static str, u8) {
        match self.standing {
            Standing::Active => ("A", "Active", 0),
            Standing::Inactive => ("I", "Inactive", 1),
            Standing::Suspended => ("S", "Suspended", 2),
            Standing::MarkedForDelete => ("D", "Marked for delete", 3),
        }
    }

    /// The values of a property, for filters and sorting. Which addresses `Email` means is decided here alone: Party
    /// is searched by every address of a contact, `PartySummary` by the primary one, which is all it shows.
    fn held(&self, view: View, property: &'static str) -> Vec<Cow<'_, str>> {
        let text = |text: &'_ str| if text.is_empty() { vec![] } else { vec![Cow::Owned(text.to_owned())] };
        match property {
            "PartyId" => vec![Cow::Borrowed(self.id.as_str())],
            "UniformId" => vec![Cow::Borrowed(self.uniform_id.as_str())],
            "Name" => vec![Cow::Owned(self.name())],
            "Sort" => vec![Cow::Owned(self.sort())],
            "FirstName" => text(&self.first),
            "LastName" if !self.is_organization => text(&self.last),
            "OrganizationName" if self.is_organization => text(&self.last),
            "FunctionalTitle" => text(&self.title),
            "Email" if view == View::Summary => self.emails.iter().take(1).map(|email| email.as_ref().into()).collect(),
            "Email" => self.emails.iter().map(|email| Cow::Borrowed(email.as_ref())).collect(),
            "Phone" => text(&self.phone),
            "CityName" => text(&self.city),
            "CountryName" => text(country_name(self.country)),
            "IsOrganization" => vec![Cow::Borrowed(if self.is_organization { "true" } else { "false" })],
            "IsMarkedForDelete" if self.standing == Standing::MarkedForDelete => vec![Cow::Borrowed("true")],
            "Status" => vec![Cow::Borrowed(self.status().0)],
            "PrimaryOrganization.OrganizationPartyId" => {
                self.organization.iter().map(|(id, _)| Cow::Borrowed(id.as_str())).collect()
            }
            "PrimaryOrganization.Name" => {
                self.organization.iter().map(|(_, name)| Cow::Borrowed(name.as_ref())).collect()
            }
            "CustomerTypeCode" => text(self.member_type),
            "UpdatedOn" => vec![Cow::Borrowed(self.updated_on.as_str())],
            _ => vec![],
        }
    }

    /// A `PartyReferenceData`, as other contracts hold it.
    pub(super) fn reference(&self, dialect: Dialect) -> Value {
        dialect.object("Membership.DataContracts.PartyReferenceData", self.reference_members(dialect))
    }

    fn reference_members(&self, dialect: Dialect) -> Vec<(&'static str, Value)> {
        let (id, description, active) = self.status();
        let status = dialect.object(
            "Membership.DataContracts.PartyStatusData",
            [("PartyStatusId", json!(id)), ("Description", json!(description)), ("ActiveStatus", json!(active))],
        );
        vec![
            ("PartyId", json!(self.id)),
            ("Id", json!(self.id)),
            ("UniformId", json!(self.uniform_id)),
            ("Status", status),
            ("Name", json!(self.name())),
            ("Sort", json!(self.sort())),
            // Nullable, so only null is its default; the site leaves it null unless it is true.
            ("IsMarkedForDelete", if self.standing == Standing::MarkedForDelete { json!(true) } else { Value::Null }),
        ]
    }

    fn summary_members(&self, dialect: Dialect) -> Vec<(&'static str, Value)> {
        let mut members = self.reference_members(dialect);
        let some = |text: &str| if text.is_empty() { Value::Null } else { json!(text) };
        members.extend([
            ("CityName", some(&self.city)),
            ("CountryName", some(country_name(self.country))),
            ("Email", self.emails.first().map_or(Value::Null, |email| json!(email))),
            ("Phone", some(&self.phone)),
            ("IsOrganization", json!(self.is_organization)),
        ]);
        members
    }

    /// A `PartySummaryData`.
    pub(super) fn summary(&self, dialect: Dialect) -> Value {
        dialect.object("Membership.DataContracts.PartySummaryData", self.summary_members(dialect))
    }

    /// What a public user may see of somebody else (imis.md §16), in the contract that was asked for.
    fn glimpse(&self, dialect: Dialect) -> Value {
        let kept = ["PartyId", "Id", "Name", "CityName", "CountryName", "Email", "Phone", "IsOrganization"];
        let members = self.summary_members(dialect).into_iter().filter(|(name, _)| kept.contains(name));
        dialect.object(self.contract(), members)
    }

    fn contract(&self) -> &'static str {
        if self.is_organization {
            "Membership.DataContracts.OrganizationData"
        } else {
            "Membership.DataContracts.PersonData"
        }
    }

    /// A `PersonData` or `OrganizationData`.
    fn full(&self, dialect: Dialect) -> Value {
        let mut members = self.summary_members(dialect);
        // The full record carries addresses and telephones as collections; the flat members belong to summaries.
        members.retain(|(name, _)| !matches!(*name, "CityName" | "CountryName" | "Email" | "Phone"));
        members.extend(self.collections(dialect));
        if self.is_organization {
            members.push(("OrganizationName", json!(self.last)));
        } else {
            let some = |text: &str| if text.is_empty() { Value::Null } else { json!(text) };
            members.push(("FunctionalTitle", some(&self.title)));
            members.push((
                "PersonName",
                dialect.object(
                    "Membership.DataContracts.PersonNameData",
                    [
                        ("FirstName", json!(self.first)),
                        ("LastName", json!(self.last)),
                        ("InformalName", json!(self.first)),
                        ("FullName", json!(self.name())),
                        ("NamePrefix", some(&self.prefix)),
                    ],
                ),
            ));
            // A person without gender has the object all the same, with no code in it (imis.md §5.3).
            members.push(("Gender", dialect.object("Membership.DataContracts.GenderData", [])));
            if let Some((id, name)) = &self.organization {
                members.push((
                    "PrimaryOrganization",
                    dialect.object(
                        "Membership.DataContracts.PrimaryOrganizationInformationData",
                        [("OrganizationPartyId", json!(id)), ("Name", json!(name)), ("Title", some(&self.title))],
                    ),
                ));
            }
        }
        dialect.object(self.contract(), members)
    }

    fn collections(&self, dialect: Dialect) -> Vec<(&'static str, Value)> {
        let emails = self.emails.iter().enumerate().map(|(index, address)| {
            let kind = if index == 0 { "_Primary" } else { "Other" };
            dialect.object(
                "Membership.DataContracts.EmailData",
                [("Address", json!(address)), ("EmailType", json!(kind)), ("IsPrimary", json!(index == 0))],
            )
        });
        let phones = (!self.phone.is_empty()).then(|| {
            dialect.object(
                "Membership.DataContracts.PhoneData",
                [("Number", json!(self.phone)), ("PhoneType", json!("_Work Phone"))],
            )
        });
        let attribute = |name: &str, value: Value| dialect.property(name, Some(value));
        let member = matches!(self.member_type, "REG" | "STU" | "HON" | "CM");
        let attributes = vec![
            attribute("CustomerTypeDescription", json!(member_type_name(self.member_type))),
            attribute("CustomerTypeCode", json!(self.member_type)),
            attribute("IsMember", wrapped("System.Boolean", json!(member))),
        ];
        vec![
            ("Emails", dialect.collection("Membership.DataContracts.EmailDataCollection", emails.collect())),
            (
                "Phones",
                dialect.collection("Membership.DataContracts.PhoneDataCollection", phones.into_iter().collect()),
            ),
            (
                "Addresses",
                dialect.collection("Membership.DataContracts.FullAddressDataCollection", vec![self.address(dialect)]),
            ),
            (
                "AdditionalAttributes",
                dialect.collection("Core.DataContracts.GenericPropertyDataCollection", attributes),
            ),
            (
                "UpdateInformation",
                dialect.object(
                    "Core.DataContracts.EntityUpdateInformationData",
                    [
                        ("CreatedBy", json!("MANAGER")),
                        ("CreatedOn", json!("2019-03-01T09:00:00")),
                        ("UpdatedBy", json!("MANAGER")),
                        ("UpdatedOn", json!(self.updated_on)),
                    ],
                ),
            ),
        ]
    }

    /// A contact without addresses still has one empty one (imis.md §5.2).
    fn address(&self, dialect: Dialect) -> Value {
        let mut inner = vec![];
        if !self.city.is_empty() {
            inner.extend([
                ("CityName", json!(self.city)),
                ("CountryCode", json!(self.country)),
                ("CountryName", json!(country_name(self.country))),
            ]);
        }
        dialect.object(
            "Membership.DataContracts.FullAddressData",
            [
                ("AddressPurpose", json!("Address")),
                ("FullAddressId", json!(format!("5{}", self.id))),
                ("Address", dialect.object("Membership.DataContracts.AddressData", inner)),
            ],
        )
    }
}

fn member_type_name(code: &str) -> &'static str {
    match code {
        "REG" => "Regular member",
        "STU" => "Student member",
        "HON" => "Honorary member",
        "CM" => "Committee member",
        "ORG" => "Organization",
        "STAFF" => "Staff",
        _ => "Non-member",
    }
}

fn country_name(code: &str) -> &'static str {
    match code {
        "AT" => "Austria",
        "CH" => "Switzerland",
        "DE" => "Germany",
        "ES" => "Spain",
        "FR" => "France",
        "GB" => "United Kingdom",
        "IE" => "Ireland",
        "IT" => "Italy",
        "JP" => "Japan",
        "NL" => "Netherlands",
        "PL" => "Poland",
        "PT" => "Portugal",
        "SE" => "Sweden",
        "TN" => "Tunisia",
        "US" => "United States",
        "VN" => "Viet Nam",
        _ => "",
    }
}

/// Which entity the contacts are looked at through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum View {
    Party,
    Person,
    Organization,
    Summary,
}

impl View {
    pub(super) fn of(entity: &str) -> Option<Self> {
        Some(match entity.to_ascii_lowercase().as_str() {
            "party" => Self::Party,
            "person" => Self::Person,
            "organization" => Self::Organization,
            "partysummary" => Self::Summary,
            _ => return None,
        })
    }

    fn shows(self, party: &Party) -> bool {
        match self {
            Self::Party | Self::Summary => true,
            Self::Person => !party.is_organization,
            Self::Organization => party.is_organization,
        }
    }

    /// The item type of a page; a page of Party mixes persons and organisations under their base contract.
    fn contract(self) -> &'static str {
        match self {
            Self::Party => "Membership.DataContracts.PartyData",
            Self::Person => "Membership.DataContracts.PersonData",
            Self::Organization => "Membership.DataContracts.OrganizationData",
            Self::Summary => "Membership.DataContracts.PartySummaryData",
        }
    }

    /// Property names that filters may use. Those of nested objects work with and without the way to them; the short
    /// spellings are the ones clients are seen to use (imis.md §4.4).
    fn resolve(self, name: &str) -> Option<Property> {
        let (name, kind) = match name.to_ascii_lowercase().as_str() {
            "partyid" | "id" => ("PartyId", Kind::Text),
            "uniformid" => ("UniformId", Kind::Text),
            "name" | "fullname" | "personname.fullname" => ("Name", Kind::Text),
            "sort" => ("Sort", Kind::Text),
            "email" | "emails.address" => ("Email", Kind::Text),
            "phone" | "phones.number" => ("Phone", Kind::Text),
            "cityname" => ("CityName", Kind::Text),
            "countryname" => ("CountryName", Kind::Text),
            "isorganization" => ("IsOrganization", Kind::Flag),
            "ismarkedfordelete" => ("IsMarkedForDelete", Kind::Flag),
            "status" | "status.partystatusid" => ("Status", Kind::Text),
            // The rest is on the full contract alone.
            _ if self == Self::Summary => return None,
            "firstname" | "personname.firstname" => ("FirstName", Kind::Text),
            "lastname" | "personname.lastname" => ("LastName", Kind::Text),
            "organizationname" => ("OrganizationName", Kind::Text),
            "functionaltitle" => ("FunctionalTitle", Kind::Text),
            "primaryorganization.organizationpartyid" => ("PrimaryOrganization.OrganizationPartyId", Kind::Text),
            "primaryorganization.name" => ("PrimaryOrganization.Name", Kind::Text),
            "customertypecode" | "additionalattributes.customertypecode" => ("CustomerTypeCode", Kind::Text),
            "updatedon" | "updateinformation.updatedon" => ("UpdatedOn", Kind::Date),
            _ => return None,
        };
        Some(Property { name, kind })
    }
}

/// Who is looking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Eye<'a> {
    /// Staff see everything of everybody.
    Staff,
    /// A public user sees all of this one contact, and a glimpse of the others.
    Public { own: &'a str },
}

/// All contacts.
#[derive(Debug, Clone)]
pub(super) struct Parties {
    all: Vec<Party>,
    by_id: HashMap<String, usize>,
    by_email: HashMap<String, Vec<usize>>,
}

impl Parties {
    pub(super) fn new(all: Vec<Party>) -> Self {
        let count = all.len();
        let mut parties = Self {
            all: Vec::with_capacity(count),
            by_id: HashMap::with_capacity(count),
            by_email: HashMap::with_capacity(count),
        };
        for party in all {
            parties.add(party);
        }
        parties
    }

    pub(super) fn add(&mut self, party: Party) {
        let index = self.all.len();
        self.by_id.insert(party.id.clone(), index);
        for email in &party.emails {
            self.by_email.entry(email.to_lowercase()).or_default().push(index);
        }
        self.all.push(party);
    }

    /// An id that no contact has.
    pub(super) fn next_id(&self) -> u32 {
        self.all.iter().filter_map(|party| party.id.parse::<u32>().ok()).max().unwrap_or(0) + 1
    }

    /// The person whose primary address this is; nobody when it is several people's.
    pub(super) fn with_primary_email(&self, email: &str) -> Option<Party> {
        let found = self.by_email.get(&email.to_lowercase())?.iter().map(|&index| &self.all[index]);
        let mut found = found.filter(|party| {
            !party.is_organization && party.emails.first().is_some_and(|first| first.eq_ignore_ascii_case(email))
        });
        found.next().filter(|_| found.next().is_none()).cloned()
    }

    /// All of them, in the order they came.
    pub(super) fn everybody(&self) -> &[Party] {
        &self.all
    }

    pub(super) fn get(&self, id: &str) -> Option<&Party> {
        self.by_id.get(id).map(|&index| &self.all[index])
    }

    /// One contact by id, in the contract of the view.
    pub(super) fn show(&self, view: View, eye: Eye<'_>, id: &str, dialect: Dialect) -> Option<Value> {
        let party = self.get(id).filter(|party| view.shows(party))?;
        Some(Self::render(party, view, eye, dialect))
    }

    fn render(party: &Party, view: View, eye: Eye<'_>, dialect: Dialect) -> Value {
        match (view, eye) {
            (View::Summary, _) => party.summary(dialect),
            (_, Eye::Public { own }) if own != party.id => party.glimpse(dialect),
            _ => party.full(dialect),
        }
    }

    /// A page of contacts, or the answer that refuses the query.
    pub(super) fn find(
        &self,
        (view, eye): (View, Eye<'_>),
        query: &str,
        most: usize,
        dialect: Dialect,
    ) -> Result<Value, super::answer::Answer> {
        let find = Find::parse(query, most, |name| view.resolve(name))?;
        let phrase = |party: &&Party| {
            find.phrase.as_deref().is_none_or(|phrase| party.name().to_lowercase().contains(phrase))
                && find.entity_id.as_deref().is_none_or(|id| party.id == id)
        };
        let held = |party, name| Party::held(party, view, name);
        let shown = |party: &&Party| view.shows(party) && phrase(party);
        let (items, window): (Vec<&Party>, Window) = match self.narrowed(&find.criteria) {
            Some(few) => find.page(few.into_iter().filter(shown), held),
            None => find.page(self.all.iter().filter(shown), held),
        };
        let items = items.into_iter().map(|party| Self::render(party, view, eye, dialect)).collect();
        Ok(dialect.page(view.contract(), items, window))
    }

    /// Candidates by index when a filter names an id or an address exactly.
    fn narrowed(&self, criteria: &[Criterion]) -> Option<Vec<&Party>> {
        criteria.iter().filter(|criterion| criterion.operation == Operation::Equal).find_map(
            |criterion| match criterion.property.name {
                "PartyId" => Some(self.get(criterion.value()).into_iter().collect()),
                "Email" => {
                    let found = self.by_email.get(criterion.value()).map(Vec::as_slice).unwrap_or_default();
                    Some(found.iter().map(|&index| &self.all[index]).collect())
                }
                _ => None,
            },
        )
    }
}
