//! Contacts in full, as the lenient reader finds them (`imis.md §5.2`).

use super::read::{contact, flag, list, member, property, scalar, text};
use crate::{ContactInFull, EmailOf, PartyId, PersonName, PhoneOf, PostalAddress};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Value;
use std::collections::HashMap;

/// Reads `PersonData` or `OrganizationData`, with the names of the kinds of communication.
pub(crate) fn in_full(value: &Value, types: &HashMap<String, String>) -> Option<ContactInFull> {
    let contact = contact(value)?;
    let Marks { words: marks, no_email, unnamed: unnamed_mark } = marks(value, types);
    let update = member(value, "UpdateInformation");
    Some(ContactInFull {
        person: (!contact.is_organisation).then(|| person_name(value)),
        organisation: member(value, "PrimaryOrganization")
            .and_then(|organisation| text(organisation, "OrganizationPartyId"))
            .map(PartyId::new),
        emails: emails(value),
        phones: phones(value),
        addresses: list(value, "Addresses").filter_map(address).collect(),
        website: text(value, "WebsiteUrl"),
        marks,
        no_email,
        unnamed_mark,
        paid_through: attribute(value, "PaidThrough").filter(|date| is_date(date)),
        updated_by: update.and_then(|update| text(update, "UpdatedBy")),
        updated_at: update.and_then(|update| text(update, "UpdatedOn")).filter(|date| is_date(date)),
        contact,
    })
}

fn attribute(value: &Value, name: &str) -> Option<String> {
    property(value, "AdditionalAttributes", name)
}

/// Whether it is a date that says anything: the beginning of time stands for none.
fn is_date(text: &str) -> bool {
    let day = text.as_bytes().get(..10);
    let digits = |bytes: &[u8]| bytes.iter().all(u8::is_ascii_digit);
    day.is_some_and(|day| {
        digits(&day[..4]) && day[4] == b'-' && digits(&day[5..7]) && day[7] == b'-' && digits(&day[8..])
    }) && !text.starts_with("0001-")
}

fn person_name(value: &Value) -> PersonName {
    let name = member(value, "PersonName");
    let part = |part| name.and_then(|name| text(name, part)).unwrap_or_default();
    PersonName {
        prefix: part("NamePrefix"),
        first: part("FirstName"),
        middle: part("MiddleName"),
        last: part("LastName"),
        suffix: part("NameSuffix"),
    }
}

fn is_primary(value: &Value) -> bool {
    flag(value, "IsPrimary")
}

/// A kind as people read it: iMIS writes its own ones with an underscore in front (`_Primary`, `_Work Phone`).
pub(super) fn kind(value: &Value, name: &str) -> String {
    text(value, name).unwrap_or_default().trim_start_matches('_').to_owned()
}

fn emails(value: &Value) -> Vec<EmailOf> {
    let mut emails: Vec<EmailOf> = Vec::new();
    let mut add = |address: String, kind: String, primary: bool| {
        if !emails.iter().any(|known| known.address.to_lowercase() == address.to_lowercase()) {
            let kind = if primary { String::new() } else { kind };
            emails.push(EmailOf { address, kind, primary });
        }
    };
    for email in list(value, "Emails") {
        let Some(address) = text(email, "Address") else { continue };
        let kind = kind(email, "EmailType");
        let primary = is_primary(email) || kind == "Primary";
        add(address, kind, primary);
    }
    if let Some(address) = text(value, "Email") {
        add(address, String::new(), true);
    }
    for address in list(value, "Addresses") {
        if let Some(email) = text(address, "Email") {
            add(email, kind(address, "AddressPurpose"), false);
        }
    }
    emails.sort_by_key(|email| !email.primary);
    emails
}

fn phones(value: &Value) -> Vec<PhoneOf> {
    let mut phones: Vec<(bool, PhoneOf)> = Vec::new();
    let mut add = |number: String, kind: String, primary: bool| {
        if !phones.iter().any(|(_, known)| known.number == number && (known.kind == kind || kind.is_empty())) {
            phones.push((primary, PhoneOf { kind, number }));
        }
    };
    for phone in list(value, "Phones") {
        if let Some(number) = text(phone, "Number") {
            add(number, kind(phone, "PhoneType"), is_primary(phone));
        }
    }
    if let Some(number) = text(value, "Phone") {
        add(number, String::new(), false);
    }
    phones.sort_by_key(|(primary, _)| !primary);
    phones.into_iter().map(|(_, phone)| phone).collect()
}

/// An address, if it holds anything: a contact without any has an empty one (`imis.md §5.2`).
fn address(full: &Value) -> Option<PostalAddress> {
    let inner = member(full, "Address")?;
    let part = |name| text(inner, name).unwrap_or_default();
    let either = |name, code| text(inner, name).or_else(|| text(inner, code)).unwrap_or_default();
    let address = PostalAddress {
        purpose: text(full, "AddressPurpose").unwrap_or_default(),
        lines: list(inner, "AddressLines").filter_map(scalar).collect(),
        city: part("CityName"),
        region: either("CountrySubEntityName", "CountrySubEntityCode"),
        postal_code: part("PostalCode"),
        country: either("CountryName", "CountryCode"),
    };
    let empty = PostalAddress { purpose: address.purpose.clone(), ..PostalAddress::default() };
    // A country alone is what sites fill in by themselves.
    let but_country = PostalAddress { country: address.country.clone(), ..empty };
    (address != but_country).then_some(address)
}

/// What must not be done with a contact.
struct Marks {
    /// In the site's words.
    words: Vec<String>,
    /// Whether that forbids e-mail.
    no_email: bool,
    /// Whether there is more that has no name.
    unnamed: bool,
}

/// Reads what must not be done.
///
/// Assumed, since the shapes are not known for certain: a kind of communication is unwanted where
/// `OptInFlag` is false or left out of its preference; an attribute `DoNot…` or `No…` that is true says so
/// itself; and an address's preference counts where its reason begins with "do not" or "no ".
fn marks(value: &Value, types: &HashMap<String, String>) -> Marks {
    let (mut marks, mut unnamed): (Vec<String>, _) = (Vec::new(), false);
    for preference in list(value, "CommunicationTypePreferences").filter(|preference| !flag(preference, "OptInFlag")) {
        let id = text(preference, "CommunicationTypeId").unwrap_or_default().to_lowercase();
        match types.get(&id) {
            Some(name) => marks.push(name.clone()),
            None => unnamed = true,
        }
    }
    let mut no_email = marks.iter().any(|mark| is_email(mark));
    for attribute in list(value, "AdditionalAttributes").filter(|attribute| flag(attribute, "Value")) {
        let name = text(attribute, "Name").unwrap_or_default();
        if let Some(unwanted) = name.strip_prefix("DoNot").or_else(|| name.strip_prefix("No"))
            && unwanted.starts_with(|c: char| c.is_uppercase() || c == '_')
        {
            no_email |= is_email(unwanted);
            marks.push(in_words(&name));
        }
    }
    for preference in list(value, "Addresses").flat_map(|address| list(address, "CommunicationPreferences")) {
        let reason = text(preference, "Reason").unwrap_or_default();
        let lower = reason.to_lowercase();
        if lower.starts_with("do not") || lower.starts_with("no ") {
            no_email |= is_email(&reason);
            marks.push(reason);
        }
    }
    let mut seen = Vec::new();
    marks.retain(|mark| {
        let lower = mark.to_lowercase();
        let new = !seen.contains(&lower);
        seen.push(lower);
        new
    });
    Marks { words: marks, no_email, unnamed }
}

/// Whether words are about e-mail as such and not one kind of it.
fn is_email(words: &str) -> bool {
    let letters: String = words.chars().filter(|c| c.is_alphabetic()).flat_map(char::to_lowercase).collect();
    matches!(
        letters.as_str(),
        "email" | "emails" | "contactbyemail" | "byemail" | "sendemail" | "donotemail" | "noemail" | "donotsendemail"
    )
}

/// `DoNotEmail` as words: "Do not email".
fn in_words(name: &str) -> String {
    let mut words = String::new();
    for (at, letter) in name.char_indices() {
        if at > 0 && letter.is_uppercase() {
            words.push(' ');
            words.extend(letter.to_lowercase());
        } else {
            words.push(if letter == '_' { ' ' } else { letter });
        }
    }
    words
}

/// Reads `CommunicationTypeData`: its key, and what people call it.
pub(crate) fn communication_type(value: &Value) -> Option<(String, String)> {
    let names = ["CommunicationTypeDisplay", "Name", "Description", "ReasonCode"];
    let name = names.iter().find_map(|name| text(value, name))?;
    Some((text(value, "CommunicationTypeId")?.to_lowercase(), name))
}

/// A picture.
pub(crate) struct Picture {
    pub(crate) party: String,
    pub(crate) preferred: bool,
    pub(crate) bytes: Vec<u8>,
}

/// Reads `PartyImageData`, if there are bytes in it.
pub(crate) fn picture(value: &Value) -> Option<Picture> {
    let bytes = STANDARD.decode(text(value, "Image")?).ok()?;
    Some(Picture { party: text(value, "PartyId")?, preferred: flag(value, "IsPreferred"), bytes })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn types() -> HashMap<String, String> {
        let types = [("t-1", "E-mail"), ("t-2", "Newsletter"), ("t-3", "Telephone")];
        types.into_iter().map(|(id, name)| (id.to_owned(), name.to_owned())).collect()
    }

    fn marks_of(more: Value) -> (Vec<String>, bool) {
        let mut party = json!({ "PartyId": "1" });
        party.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let full = in_full(&party, &types()).unwrap();
        (full.marks, full.no_email)
    }

    #[test]
    fn whoever_wants_no_newsletter_may_still_be_written_to() {
        let preference = |id: &str, wanted: bool| {
            if wanted {
                json!({ "CommunicationTypeId": id, "OptInFlag": true })
            } else {
                json!({ "CommunicationTypeId": id })
            }
        };
        let preferences = json!({ "CommunicationTypePreferences": { "$values": [
            preference("T-1", true), preference("T-2", false), preference("unknown", true)] } });
        assert_eq!(marks_of(preferences), (vec!["Newsletter".to_owned()], false));
        let preferences =
            json!({ "CommunicationTypePreferences": [preference("T-1", false), preference("T-3", false)] });
        assert_eq!(marks_of(preferences), (vec!["E-mail".to_owned(), "Telephone".to_owned()], true));
    }

    #[test]
    fn what_is_unwanted_and_has_no_name_is_told_apart() {
        for (preference, unnamed) in [
            (json!({ "CommunicationTypeId": "unknown" }), true),
            (json!({ "OptInFlag": false }), true),
            (json!({ "CommunicationTypeId": "unknown", "OptInFlag": true }), false),
            (json!({ "CommunicationTypeId": "T-2" }), false),
        ] {
            let party = json!({ "PartyId": "1", "CommunicationTypePreferences": [preference] });
            assert_eq!(in_full(&party, &types()).unwrap().unnamed_mark, unnamed, "{party}");
        }
    }

    #[test]
    fn attributes_and_addresses_say_it_too() {
        let attribute = |name: &str, value: Value| json!({ "Name": name, "Value": value });
        let wrapped = json!({ "$type": "System.Boolean", "$value": true });
        let party = json!({ "AdditionalAttributes": { "$values": [
            attribute("DoNotEmail", wrapped.clone()), attribute("DoNotCall", json!(false)),
            attribute("NoMail", wrapped.clone()), attribute("Notes", wrapped)] } });
        assert_eq!(marks_of(party), (vec!["Do not email".to_owned(), "No mail".to_owned()], true));
        let party = json!({ "Addresses": [{ "CommunicationPreferences": { "$values": [
            { "Reason": "mail" }, { "Reason": "Do not e-mail" }] } }] });
        assert_eq!(marks_of(party), (vec!["Do not e-mail".to_owned()], true));
        assert_eq!(marks_of(json!({})), (Vec::new(), false));
    }

    #[test]
    fn the_primary_ones_come_first_and_an_empty_address_is_none() {
        let party = json!({
            "PartyId": "1",
            "Emails": [
                { "Address": "home@a.test", "EmailType": "Home" },
                { "Address": "work@a.test", "EmailType": "_Primary", "IsPrimary": true }],
            "Phones": [{ "Number": "1", "PhoneType": "_Work Phone" }, { "Number": "2", "IsPrimary": true }],
            "Addresses": [
                { "AddressPurpose": "Home", "Email": "HOME@a.test", "Address": { "CountryName": "Austria" } },
                { "AddressPurpose": "Billing", "Address": { "AddressLines": { "$values": ["1 Main St", ""] }, "CountryCode": "US" } }],
            "AdditionalAttributes": [{ "Name": "PaidThrough", "Value": "2027-12-31T00:00:00" }],
            "UpdateInformation": { "UpdatedOn": "0001-01-01T00:00:00" }
        });
        let full = in_full(&party, &HashMap::new()).unwrap();
        let emails: Vec<_> = full.emails.iter().map(|email| (email.address.as_str(), email.kind.as_str())).collect();
        assert_eq!(emails, [("work@a.test", ""), ("home@a.test", "Home")]);
        let phones: Vec<_> = full.phones.iter().map(|phone| (phone.number.as_str(), phone.kind.as_str())).collect();
        assert_eq!(phones, [("2", ""), ("1", "Work Phone")]);
        assert_eq!((full.addresses.len(), full.addresses[0].lines.clone()), (1, vec!["1 Main St".to_owned()]));
        assert_eq!((full.paid_through.as_deref(), full.updated_at), (Some("2027-12-31T00:00:00"), None));
    }
}
