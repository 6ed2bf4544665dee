//! Contacts as iMIS takes them (`imis.md §5.3`): new ones whole, changed ones with everything else as it was.

use super::party::kind;
use super::read::{flag, text};
use crate::{ContactEdit, NewContact, PhoneOf, PostalAddress, Values, new_contact::phone_kind, web_address};
use serde_json::{Map, Value, json};

const MEMBERSHIP: &str = "Asi.Soa.Membership.DataContracts";

/// An object that names its type first.
fn object(class: &str, members: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    let mut object = Map::new();
    object.insert("$type".to_owned(), json!(format!("{MEMBERSHIP}.{class}, Asi.Contracts")));
    object.extend(
        members.into_iter().filter(|(_, value)| !is_empty(value)).map(|(name, value)| (name.to_owned(), value)),
    );
    Value::Object(object)
}

fn is_empty(value: &Value) -> bool {
    value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty())
}

fn collection(class: &str, values: Vec<Value>) -> Value {
    if values.is_empty() { Value::Null } else { object(class, [("$values", Value::Array(values))]) }
}

/// A new contact.
pub(crate) fn new_contact(new: &NewContact, purpose: &str) -> Value {
    let email = new.email.as_ref().map(|address| {
        let members = [("Address", json!(address)), ("EmailType", json!("_Primary")), ("IsPrimary", json!(true))];
        object("EmailData", members)
    });
    let phones = new.phones.iter().filter(|phone| !phone.number.trim().is_empty()).map(phone).collect();
    let addresses = (new.address != PostalAddress::default()).then(|| address(&new.address, purpose));
    let mut members = Vec::new();
    if let Some(name) = &new.person {
        members.push((
            "PersonName",
            object(
                "PersonNameData",
                [
                    ("FirstName", json!(name.first)),
                    ("LastName", json!(name.last)),
                    ("MiddleName", json!(name.middle)),
                    ("NamePrefix", json!(name.prefix)),
                    ("NameSuffix", json!(name.suffix)),
                ],
            ),
        ));
        members.push(("FunctionalTitle", json!(new.title)));
        members.push((
            "PrimaryOrganization",
            new.organisation.as_ref().map_or(Value::Null, |(id, name)| {
                object(
                    "PrimaryOrganizationInformationData",
                    [("OrganizationPartyId", json!(id.as_str())), ("Name", json!(name)), ("Title", json!(new.title))],
                )
            }),
        ));
    } else {
        members.push(("OrganizationName", json!(new.organisation_name)));
    }
    members.extend([
        ("Emails", collection("EmailDataCollection", email.into_iter().collect())),
        ("Phones", collection("PhoneDataCollection", phones)),
        ("Addresses", collection("FullAddressDataCollection", addresses.into_iter().collect())),
        ("WebsiteUrl", json!(new.website)),
    ]);
    object(if new.person.is_some() { "PersonData" } else { "OrganizationData" }, members)
}

fn phone(phone: &PhoneOf) -> Value {
    object("PhoneData", [("Number", json!(phone.number.trim())), ("PhoneType", json!(phone_kind(&phone.kind)))])
}

fn address(address: &PostalAddress, purpose: &str) -> Value {
    let lines: Vec<&String> = address.lines.iter().filter(|line| !line.trim().is_empty()).collect();
    let lines = collection("AddressLineDataCollection", lines.into_iter().map(|line| json!(line)).collect());
    // Two or three letters are a code, anything longer is a name.
    let code = |text: &str, most: usize| text.len() <= most && text.bytes().all(|byte| byte.is_ascii_uppercase());
    let region = if code(&address.region, 3) { "CountrySubEntityCode" } else { "CountrySubEntityName" };
    let country = if code(&address.country, 2) { "CountryCode" } else { "CountryName" };
    let inner = object(
        "AddressData",
        [
            ("AddressLines", lines),
            ("CityName", json!(address.city)),
            (region, json!(address.region)),
            ("PostalCode", json!(address.postal_code)),
            (country, json!(address.country)),
        ],
    );
    let purpose = if address.purpose.is_empty() { purpose } else { &address.purpose };
    object("FullAddressData", [("AddressPurpose", json!(purpose)), ("Address", inner)])
}

/// Reads the purpose of addresses that is the usual one.
pub(crate) fn usual_purpose(value: &Value) -> Option<String> {
    flag(value, "IsDefaultAddress").then(|| text(value, "Name"))?
}

/// Makes a change in a contact as it was read; `false` if something else stands there.
pub(crate) fn edit_contact(party: &mut Value, edit: &ContactEdit<'_>) -> bool {
    match edit {
        ContactEdit::Title(values) => edit_title(party, *values),
        ContactEdit::Website(values) => edit_website(party, *values),
        ContactEdit::Phone { kind, values } => edit_phone(party, kind, *values),
    }
}

/// The name of a member as the site spells it, or as the contract does.
fn spelt(object: &Map<String, Value>, name: &str) -> String {
    object.keys().find(|key| key.eq_ignore_ascii_case(name)).map_or_else(|| name.to_owned(), Clone::clone)
}

fn set(holder: &mut Value, name: &str, to: &str) {
    if let Some(object) = holder.as_object_mut() {
        let name = spelt(object, name);
        object.insert(name, json!(to));
    }
}

/// What stands there is what people saw of it, too: an address in full, or none for what is none.
fn edit_website(party: &mut Value, values: Values<'_>) -> bool {
    let now = text(party, "WebsiteUrl").unwrap_or_default();
    let shown = web_address(&now).unwrap_or_default();
    let is = |said: &str| [now.as_str(), shown.as_str()].contains(&said.trim());
    if is(values.to) {
        return true;
    }
    if !is(values.from) {
        return false;
    }
    set(party, "WebsiteUrl", values.to.trim());
    true
}

/// A title stands on the person and at the organisation; cards show the latter first. What people see must be
/// what they saw, and whichever held it is changed.
fn edit_title(party: &mut Value, values: Values<'_>) -> bool {
    let own = text(party, "FunctionalTitle");
    let organisation = party.as_object().map(|object| spelt(object, "PrimaryOrganization")).unwrap_or_default();
    let there = party.get(&organisation).filter(|value| value.is_object()).map(|held| text(held, "Title"));
    let shown = there.clone().flatten().or_else(|| own.clone()).unwrap_or_default();
    if shown == values.to.trim() {
        return true;
    }
    if shown != values.from.trim() {
        return false;
    }
    let held = |title: &Option<String>| title.as_deref().unwrap_or_default() == shown;
    if there.is_none() || held(&own) {
        set(party, "FunctionalTitle", values.to.trim());
    }
    if there.is_some()
        && let Some(organisation) = party.get_mut(&organisation)
    {
        set(organisation, "Title", values.to.trim());
    }
    true
}

fn edit_phone(party: &mut Value, wanted: &str, Values { from, to }: Values<'_>) -> bool {
    let (from, to) = (from.trim(), to.trim());
    let Some(object) = party.as_object_mut() else { return false };
    let phones = object.entry(spelt(object, "Phones")).or_insert(Value::Null);
    if phones.is_null() {
        *phones = object_of_phones();
    }
    let list =
        if phones.is_array() { phones.as_array_mut() } else { phones.get_mut("$values").and_then(Value::as_array_mut) };
    let Some(list) = list else { return false };
    let is_kind = |phone: &Value| kind(phone, "PhoneType").eq_ignore_ascii_case(wanted.trim_start_matches('_'));
    let number = |phone: &Value| text(phone, "Number").unwrap_or_default();
    let has = |list: &[Value], wanted: &str| list.iter().position(|phone| is_kind(phone) && number(phone) == wanted);
    let made = if to.is_empty() { has(list, from).is_none() } else { has(list, to).is_some() };
    if made && (from == to || has(list, from).is_none() || from.is_empty()) {
        // Removing what is not there: something else of that kind may stand there by now.
        return !to.is_empty() || !list.iter().any(is_kind) || from.is_empty();
    }
    match (has(list, from), to.is_empty()) {
        (None, _) if from.is_empty() && !list.iter().any(is_kind) => {
            list.push(phone(&PhoneOf { kind: wanted.to_owned(), number: to.to_owned() }));
        }
        (Some(place), true) => {
            list.remove(place);
        }
        (Some(place), false) => set(&mut list[place], "Number", to),
        (None, _) => return false,
    }
    true
}

fn object_of_phones() -> Value {
    object("PhoneDataCollection", [("$values", Value::Array(Vec::new()))])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{PartyId, PersonName};

    fn party() -> Value {
        json!({
            "$type": "Asi.Soa.Membership.DataContracts.PersonData, Asi.Contracts",
            "PartyId": "1",
            "Unheard": { "$type": "X", "Of": [1, { "$type": "System.Int32", "$value": 5 }] },
            "FunctionalTitle": "Director",
            "PrimaryOrganization": { "$type": "Y", "Name": "Acme", "Title": "Director" },
            "Phones": { "$type": "Z", "$values": [
                { "$type": "P", "Number": "1", "PhoneType": "_Work Phone", "Note": "kept" },
                { "$type": "P", "Number": "2", "PhoneType": "Mobile" }] }
        })
    }

    fn values<'a>(from: &'a str, to: &'a str) -> Values<'a> {
        Values { from, to }
    }

    #[test]
    fn what_is_not_known_here_comes_back_as_it_was() {
        let mut changed = party();
        let phone = ContactEdit::Phone { kind: "Work Phone", values: values("1", "9") };
        for edit in
            [ContactEdit::Title(values("Director", "Chair")), phone, ContactEdit::Website(values("", "https://a.b"))]
        {
            assert!(edit_contact(&mut changed, &edit));
        }
        let mut expected = party();
        expected["FunctionalTitle"] = json!("Chair");
        expected["PrimaryOrganization"]["Title"] = json!("Chair");
        expected["Phones"]["$values"][0]["Number"] = json!("9");
        expected["WebsiteUrl"] = json!("https://a.b");
        assert_eq!(changed, expected);
    }

    #[test]
    fn something_else_that_stands_there_is_a_conflict_and_what_is_asked_for_is_none() {
        let phone = |kind, from, to| ContactEdit::Phone { kind, values: values(from, to) };
        for (edit, fits) in [
            (ContactEdit::Title(values("Clerk", "Chair")), false),
            (ContactEdit::Title(values("Clerk", "Director")), true),
            (ContactEdit::Website(values("https://a.b", "https://c.d")), false),
            (phone("Work Phone", "7", "9"), false),
            (phone("Work Phone", "7", "1"), true),
            (phone("Work Phone", "", "9"), false),
            (phone("Fax", "", "9"), true),
            (phone("Fax", "8", "9"), false),
            (phone("Mobile", "2", ""), true),
            (phone("Fax", "8", ""), true),
            (phone("Mobile", "8", ""), false),
        ] {
            assert_eq!(edit_contact(&mut party(), &edit), fits, "{edit:?}");
        }
        let mut without = json!({ "PartyId": "1" });
        assert!(edit_contact(&mut without, &phone("Fax", "", "9")));
        assert_eq!(without["Phones"]["$values"][0]["PhoneType"], "_Fax");
        let removed = phone("Mobile", "2", "");
        let mut twice = party();
        assert!(edit_contact(&mut twice, &removed));
        let once = twice.clone();
        assert!(edit_contact(&mut twice, &removed) && twice == once);
    }

    #[test]
    fn a_website_is_what_people_saw_of_it() {
        for (now, from, to, then) in [
            ("https://www.acme.example", "https://www.acme.example/", "https://b.example", Some("https://b.example")),
            ("www.acme.example", "https://www.acme.example/", "", Some("")),
            ("www.acme.example", "www.acme.example", "https://b.example", Some("https://b.example")),
            ("n/a", "", "https://b.example", Some("https://b.example")),
            ("https://b.example", "", "https://b.example/", Some("https://b.example")),
            ("https://b.example", "", "https://c.example", None),
            ("n/a", "https://a.example/", "https://c.example", None),
        ] {
            let mut party = json!({ "PartyId": "1", "WebsiteUrl": now });
            let fits = edit_contact(&mut party, &ContactEdit::Website(values(from, to)));
            assert_eq!((fits, party["WebsiteUrl"].as_str()), (then.is_some(), then.or(Some(now))), "{now} {from} {to}");
        }
    }

    #[test]
    fn a_new_contact_names_every_type_first_and_leaves_out_what_is_empty() {
        let new = NewContact {
            person: Some(PersonName { first: "Jane".to_owned(), last: "Doe".to_owned(), ..PersonName::default() }),
            organisation: Some((PartyId::new("200"), "Acme".to_owned())),
            email: Some("jane@acme.test".to_owned()),
            phones: vec![PhoneOf { kind: "Work Phone".to_owned(), number: "1".to_owned() }],
            address: PostalAddress {
                lines: vec!["1 Main St".to_owned()],
                country: "US".to_owned(),
                ..PostalAddress::default()
            },
            ..NewContact::default()
        };
        let text = serde_json::to_string(&new_contact(&new, "Address")).unwrap();
        for (start, _) in text.match_indices('{') {
            assert!(text[start..].starts_with(r#"{"$type":""#), "{text}");
        }
        for left_out in ["NamePrefix", "FunctionalTitle", "WebsiteUrl", "null", "CityName", "\"Title\""] {
            assert!(!text.contains(left_out), "{left_out}: {text}");
        }
        assert!(text.contains("_Work Phone") && text.contains("CountryCode"));
    }
}
