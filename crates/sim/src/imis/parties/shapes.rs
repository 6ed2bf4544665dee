//! A contact as `Party`, `PartySummary` or a reference (imis.md §5.2).

use serde_json::{Value, json};

use super::super::{
    party::{Address, Party, country_name},
    people::Standing,
    seed::COMMUNICATION_TYPES,
    wire::{Dialect, wrapped},
};

/// Left out when there is none.
fn some(text: &str) -> Value {
    if text.is_empty() { Value::Null } else { json!(text) }
}

impl Party {
    /// A `PartyReferenceData`, as other contracts hold it.
    pub(in crate::imis) fn reference(&self, dialect: Dialect) -> Value {
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
        members.extend([
            ("CityName", some(self.city())),
            ("CountryName", some(self.country())),
            ("CountrySubEntityName", some(self.region())),
            ("Email", some(self.email().unwrap_or_default())),
            ("Phone", some(self.phone().unwrap_or_default())),
            ("IsOrganization", json!(self.is_organization)),
        ]);
        members
    }

    /// A `PartySummaryData`.
    pub(in crate::imis) fn summary(&self, dialect: Dialect) -> Value {
        dialect.object("Membership.DataContracts.PartySummaryData", self.summary_members(dialect))
    }

    /// What a public user may see of somebody else (imis.md §16), in the contract that was asked for.
    pub(super) fn glimpse(&self, contract: Option<&str>, dialect: Dialect) -> Value {
        let kept = [
            "PartyId",
            "Id",
            "Name",
            "CityName",
            "CountryName",
            "CountrySubEntityName",
            "Email",
            "Phone",
            "IsOrganization",
        ];
        let members = self.summary_members(dialect).into_iter().filter(|(name, _)| kept.contains(name));
        dialect.object(contract.unwrap_or_else(|| self.contract()), members)
    }

    fn contract(&self) -> &'static str {
        if self.is_organization {
            "Membership.DataContracts.OrganizationData"
        } else {
            "Membership.DataContracts.PersonData"
        }
    }

    /// A `PersonData` or `OrganizationData`.
    pub(in crate::imis) fn full(&self, dialect: Dialect) -> Value {
        let mut members = self.summary_members(dialect);
        // The full record carries addresses and telephones as collections; the flat members belong to summaries.
        members.retain(|(name, _)| {
            !matches!(*name, "CityName" | "CountryName" | "CountrySubEntityName" | "Email" | "Phone")
        });
        members.extend(self.collections(dialect));
        members.push(("WebsiteUrl", some(&self.website)));
        members.push(("UpdateInformation", self.update_information(dialect)));
        if self.is_organization {
            members.push(("OrganizationName", json!(self.last)));
        } else {
            members.extend(self.person(dialect));
        }
        dialect.object(self.contract(), members)
    }

    fn person(&self, dialect: Dialect) -> Vec<(&'static str, Value)> {
        let informal = if self.informal.is_empty() { &self.first } else { &self.informal };
        let name = dialect.object(
            "Membership.DataContracts.PersonNameData",
            [
                ("FirstName", json!(self.first)),
                ("LastName", json!(self.last)),
                ("MiddleName", some(&self.middle)),
                ("InformalName", json!(informal)),
                ("FullName", json!(self.name())),
                ("NamePrefix", some(&self.prefix)),
                ("NameSuffix", some(&self.suffix)),
                ("Designation", some(&self.designation)),
            ],
        );
        let mut members = vec![
            ("PersonName", name),
            ("FunctionalTitle", some(&self.title)),
            ("BirthDate", some(self.birth_date.as_deref().unwrap_or_default())),
            // A person without gender has the object all the same, with no code in it (imis.md §5.3).
            ("Gender", dialect.object("Membership.DataContracts.GenderData", [("Code", some(&self.gender))])),
        ];
        if let Some((id, name)) = &self.organization {
            members.push((
                "PrimaryOrganization",
                dialect.object(
                    "Membership.DataContracts.PrimaryOrganizationInformationData",
                    [("OrganizationPartyId", some(id)), ("Name", some(name)), ("Title", some(&self.title))],
                ),
            ));
        }
        members
    }

    fn update_information(&self, dialect: Dialect) -> Value {
        dialect.object(
            "Core.DataContracts.EntityUpdateInformationData",
            [
                ("CreatedBy", json!(self.created_by)),
                ("CreatedOn", json!(self.created_on)),
                ("UpdatedBy", json!(self.updated_by)),
                ("UpdatedOn", json!(self.updated_on)),
            ],
        )
    }

    fn collections(&self, dialect: Dialect) -> Vec<(&'static str, Value)> {
        let emails = self.emails.iter().enumerate().map(|(index, email)| {
            dialect.object(
                "Membership.DataContracts.EmailData",
                [("Address", json!(email.address)), ("EmailType", some(&email.kind)), ("IsPrimary", json!(index == 0))],
            )
        });
        // A lone number is not marked as the primary one, as in the reference's sample.
        let several = self.phones.len() > 1;
        let phones = self.phones.iter().enumerate().map(|(index, phone)| {
            dialect.object(
                "Membership.DataContracts.PhoneData",
                [
                    ("Number", json!(phone.number)),
                    ("PhoneType", some(&phone.kind)),
                    ("IsPrimary", json!(several && index == 0)),
                ],
            )
        });
        let alternate = dialect
            .object("Core.DataContracts.AlternateIdData", [("Id", json!(self.id)), ("IdType", json!("MajorKey"))]);
        let mut members = vec![
            ("Emails", dialect.collection("Membership.DataContracts.EmailDataCollection", emails.collect())),
            ("Phones", dialect.collection("Membership.DataContracts.PhoneDataCollection", phones.collect())),
            (
                "Addresses",
                dialect.collection("Membership.DataContracts.FullAddressDataCollection", self.postal(dialect)),
            ),
            ("AlternateIds", dialect.collection("Core.DataContracts.AlternateIdDataCollection", vec![alternate])),
            (
                "AdditionalAttributes",
                dialect.collection("Core.DataContracts.GenericPropertyDataCollection", self.attributes(dialect)),
            ),
        ];
        if !self.opted_out.is_empty() {
            let class = "Membership.DataContracts.PartyCommunicationTypePreferenceDataCollection";
            members.push(("CommunicationTypePreferences", dialect.collection(class, self.preferences(dialect))));
        }
        members
    }

    fn attributes(&self, dialect: Dialect) -> Vec<Value> {
        let attribute = |name: &str, value: Value| dialect.property(name, Some(value));
        let mut attributes = vec![
            attribute("CustomerTypeDescription", json!(member_type_name(&self.member_type))),
            attribute("CustomerTypeCode", json!(self.member_type)),
            attribute("IsMember", wrapped("System.Boolean", json!(self.is_member()))),
        ];
        if let Some(date) = self.paid_through {
            attributes.push(attribute("PaidThrough", json!(date)));
        }
        if self.opted_out.iter().any(|id| id.eq_ignore_ascii_case(COMMUNICATION_TYPES[0].0)) {
            attributes.push(attribute("DoNotEmail", wrapped("System.Boolean", json!(true))));
        }
        attributes
    }

    /// One entry for each type of communication once the contact is left out of one. The members are assumed: the
    /// reference names the collection alone (imis.md §5.2). A flag that is left out is false.
    fn preferences(&self, dialect: Dialect) -> Vec<Value> {
        let preference = |(number, (id, ..)): (usize, &(&str, &str, &str))| {
            let out = self.opted_out.iter().any(|one| one.eq_ignore_ascii_case(id));
            dialect.object(
                "Membership.DataContracts.PartyCommunicationTypePreferenceData",
                [
                    ("PartyCommunicationTypePreferenceId", json!(format!("{}-{}", self.id, number + 1))),
                    ("CommunicationTypeId", json!(id)),
                    ("OptInFlag", json!(!out)),
                ],
            )
        };
        COMMUNICATION_TYPES.iter().enumerate().map(preference).collect()
    }

    /// A contact without addresses still has one empty one (imis.md §5.2).
    fn postal(&self, dialect: Dialect) -> Vec<Value> {
        if self.addresses.is_empty() {
            let empty = Address { id: format!("5{}", self.id), purpose: "Address".into(), ..Address::default() };
            return vec![postal(&empty, dialect)];
        }
        self.addresses.iter().map(|address| postal(address, dialect)).collect()
    }
}

fn postal(address: &Address, dialect: Dialect) -> Value {
    let mut inner = vec![
        ("CityName", some(&address.city)),
        ("CountrySubEntityCode", some(&address.region)),
        ("CountrySubEntityName", some(&address.region)),
        ("PostalCode", some(&address.postal_code)),
        ("CountryCode", some(&address.country)),
        ("CountryName", some(country_name(&address.country))),
    ];
    if !address.lines.is_empty() {
        let lines = address.lines.iter().map(|line| json!(line)).collect();
        let class = "Membership.DataContracts.AddressLineDataCollection";
        inner.push(("AddressLines", dialect.collection(class, lines)));
    }
    dialect.object(
        "Membership.DataContracts.FullAddressData",
        [
            ("AddressPurpose", json!(address.purpose)),
            ("FullAddressId", json!(address.id)),
            ("Address", dialect.object("Membership.DataContracts.AddressData", inner)),
        ],
    )
}

/// A shape without the platform's wrappers, for the ledger: no types, collections as lists.
pub(in crate::imis) fn plain(value: &Value) -> Value {
    match value {
        Value::Object(members) => match (members.get("$values"), members.get("$value")) {
            (Some(values), _) | (None, Some(values)) => plain(values),
            (None, None) => {
                let members = members.iter().filter(|(name, _)| !name.starts_with('$'));
                Value::Object(members.map(|(name, value)| (name.clone(), plain(value))).collect())
            }
        },
        Value::Array(items) => Value::Array(items.iter().map(plain).collect()),
        other => other.clone(),
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
