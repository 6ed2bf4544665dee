//! A contact as it was typed: checked here for what can never be right, and iMIS's complaints brought back
//! to the fields they are about.

use crate::contacts::party_id;
use crate::failure::Failure;
use api::{ContactField, ContactKind, FieldProblem, NewContact, ProblemCode};
use imis::{PartyId, PersonName, PhoneOf, PostalAddress};

/// Longest text of a field, in characters; iMIS's own limits are shorter and its own to tell.
const TEXT_MAX: usize = 255;
/// Most phones of a new contact.
const PHONES_MAX: usize = 10;
/// Most lines of an address.
const LINES_MAX: usize = 5;

/// A field as JSON writes it.
pub(crate) const fn name(field: ContactField) -> &'static str {
    match field {
        ContactField::Prefix => "prefix",
        ContactField::FirstName => "first_name",
        ContactField::LastName => "last_name",
        ContactField::OrganisationName => "organisation_name",
        ContactField::Organisation => "organisation",
        ContactField::Title => "title",
        ContactField::Email => "email",
        ContactField::Phone => "phone",
        ContactField::Address => "address",
        ContactField::Website => "website",
    }
}

/// A request that a field makes wrong.
pub(crate) fn invalid(field: ContactField) -> Failure {
    Failure::invalid(name(field))
}

/// Whether a text may stand in a field.
pub(crate) fn is_text(text: &str) -> bool {
    text.chars().count() <= TEXT_MAX && !text.chars().any(char::is_control)
}

/// What was typed, as iMIS's client takes it. The organisation's name is still to be found out.
pub(crate) fn read(typed: &NewContact) -> Result<(imis::NewContact, Option<PartyId>), Failure> {
    use ContactField as F;
    let person = &typed.person;
    for (text, field) in [
        (&person.prefix, F::Prefix),
        (&person.first, F::FirstName),
        (&person.middle, F::FirstName),
        (&person.last, F::LastName),
        (&person.suffix, F::LastName),
        (&typed.organisation_name, F::OrganisationName),
        (&typed.title, F::Title),
        (&typed.website, F::Website),
    ] {
        if !is_text(text) {
            return Err(invalid(field));
        }
    }
    let is_person = typed.kind == ContactKind::Person;
    let missing = |text: &str| text.trim().is_empty();
    if is_person && missing(&person.first) {
        return Err(invalid(F::FirstName));
    }
    if is_person && missing(&person.last) {
        return Err(invalid(F::LastName));
    }
    if !is_person && missing(&typed.organisation_name) {
        return Err(invalid(F::OrganisationName));
    }
    if typed.phones.len() > PHONES_MAX
        || !typed.phones.iter().all(|phone| is_text(&phone.kind) && is_text(&phone.number))
    {
        return Err(invalid(F::Phone));
    }
    let address = &typed.address;
    let parts = [&address.city, &address.region, &address.postal_code, &address.country];
    if address.lines.len() > LINES_MAX || !address.lines.iter().chain(parts).all(|text| is_text(text)) {
        return Err(invalid(F::Address));
    }
    let organisation = typed.organisation.as_ref().filter(|_| is_person);
    let organisation = organisation.map(|id| party_id(id, name(F::Organisation))).transpose()?;
    Ok((contact(typed, is_person), organisation))
}

fn contact(typed: &NewContact, is_person: bool) -> imis::NewContact {
    let text = |text: &String| text.trim().to_owned();
    let (person, address) = (&typed.person, &typed.address);
    let phones = typed.phones.iter().filter(|phone| !phone.number.trim().is_empty());
    imis::NewContact {
        person: is_person.then(|| PersonName {
            prefix: text(&person.prefix),
            first: text(&person.first),
            middle: text(&person.middle),
            last: text(&person.last),
            suffix: text(&person.suffix),
        }),
        organisation_name: text(&typed.organisation_name),
        organisation: None,
        title: text(&typed.title),
        email: typed.email.as_ref().map(|email| email.as_str().to_owned()),
        phones: phones.map(|phone| PhoneOf { kind: text(&phone.kind), number: text(&phone.number) }).collect(),
        address: PostalAddress {
            purpose: String::new(),
            lines: address.lines.iter().map(text).filter(|line| !line.is_empty()).collect(),
            city: text(&address.city),
            region: text(&address.region),
            postal_code: text(&address.postal_code),
            country: text(&address.country),
        },
        website: text(&typed.website),
    }
}

/// A failure whose complaints name the fields as the pane does (`imis.md §4.5`); those about others name none.
pub(crate) fn in_our_words(mut failure: Failure) -> Failure {
    let problem = &mut failure.problem;
    if problem.code == ProblemCode::ImisRefused {
        problem.fields = problem
            .fields
            .drain(..)
            .map(|FieldProblem { field, message }| FieldProblem {
                field: field_of(&field).map(name).unwrap_or_default().to_owned(),
                message,
            })
            .collect();
        problem.field = problem.field.as_deref().and_then(field_of).map(|field| name(field).to_owned());
    }
    failure
}

/// The field that iMIS means: by the last name on the way to it, without its place in a list.
fn field_of(name: &str) -> Option<ContactField> {
    use ContactField as F;
    let parts = name.split(['.', '/']).map(|part| part.split('[').next().unwrap_or_default().to_lowercase());
    let parts: Vec<String> = parts.collect();
    let of = |part: &str| {
        Some(match part {
            "nameprefix" | "prefix" => F::Prefix,
            "firstname" | "middlename" | "informalname" => F::FirstName,
            "lastname" | "namesuffix" | "designation" => F::LastName,
            "organizationname" => F::OrganisationName,
            "organizationpartyid" | "primaryorganization" => F::Organisation,
            "functionaltitle" | "title" => F::Title,
            "email" | "emails" | "emailtype" => F::Email,
            "phone" | "phones" | "phonetype" | "number" => F::Phone,
            "websiteurl" | "website" => F::Website,
            "address"
            | "addresses"
            | "addresspurpose"
            | "addresslines"
            | "cityname"
            | "postalcode"
            | "countrycode"
            | "countryname"
            | "countrysubentitycode"
            | "countrysubentityname" => F::Address,
            _ => return None,
        })
    };
    // The address of an e-mail is one of e-mails.
    if parts.first().is_some_and(|first| first == "emails") {
        return Some(F::Email);
    }
    parts.iter().rev().find_map(|part| of(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_imis_complains_about_is_found_among_the_fields() {
        for (theirs, ours) in [
            ("FirstName", Some("first_name")),
            ("PersonName.LastName", Some("last_name")),
            ("Emails[0].Address", Some("email")),
            ("Addresses.$values[0].Address.PostalCode", Some("address")),
            ("PrimaryOrganization.OrganizationPartyId", Some("organisation")),
            ("PHONES[1].NUMBER", Some("phone")),
            ("MEMBER_TYPE", None),
            ("", None),
        ] {
            assert_eq!(field_of(theirs).map(name), ours, "{theirs}");
        }
    }

    #[test]
    fn our_names_of_fields_are_those_of_the_wire() {
        use ContactField as F;
        for field in [
            F::Prefix,
            F::FirstName,
            F::LastName,
            F::OrganisationName,
            F::Organisation,
            F::Title,
            F::Email,
            F::Phone,
            F::Address,
            F::Website,
        ] {
            assert_eq!(serde_json::to_value(field).unwrap(), name(field));
        }
    }
}
