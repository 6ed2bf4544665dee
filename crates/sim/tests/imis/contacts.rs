//! Contacts in full, added and changed (imis.md §5.2, §5.3, §5.4).

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use sim::imis::{Change, Settings};

use crate::site::{EDITIONS, Site, ids, items};

fn person(first: &str, last: &str) -> Value {
    json!({
        "$type": "Asi.Soa.Membership.DataContracts.PersonData, Asi.Contracts",
        "PersonName": {
            "$type": "Asi.Soa.Membership.DataContracts.PersonNameData, Asi.Contracts",
            "FirstName": first, "LastName": last,
        },
    })
}

fn organization(name: &str) -> Value {
    json!({
        "$type": "Asi.Soa.Membership.DataContracts.OrganizationData, Asi.Contracts",
        "OrganizationName": name,
    })
}

fn everything() -> Value {
    let mut body = person("Mary", "Somerville");
    body["PersonName"]["NamePrefix"] = json!("Mrs.");
    body["Emails"] = json!({ "$values": [
        { "Address": "second@somerville.example", "EmailType": "Other" },
        { "Address": "mary@somerville.example", "EmailType": "_Primary", "IsPrimary": true },
    ] });
    body["Phones"] = json!({ "$values": [{ "Number": "+44 1 555 900", "PhoneType": "Mobile" }] });
    body["Addresses"] = json!({ "$values": [{
        "AddressPurpose": "Address",
        "Address": {
            "AddressLines": { "$values": ["1 Sommerville Way", "Jedburgh"] },
            "CityName": "Jedburgh", "PostalCode": "TD8 6AA", "CountryCode": "GB",
        },
    }] });
    body["PrimaryOrganization"] = json!({ "OrganizationPartyId": "200", "Name": "Acme Institute", "Title": "Fellow" });
    body["WebsiteUrl"] = json!("https://somerville.example");
    body
}

/// imis.md §5.3: added with everything, found at once, in the ledger under the name of whoever did it.
#[tokio::test]
async fn a_person_is_added_and_found_by_what_was_said_of_them() {
    for edition in EDITIONS {
        let site = Site::of(Settings { edition, ..Settings::default() }).await;
        let token = site.token("STAFF1").await;
        let reply = site.post(&token, "Party", &everything()).await;
        assert_eq!(reply.status, 201, "{}", reply.text);
        let stored = reply.json();
        let id = stored["PartyId"].as_str().expect("an id").to_owned();
        assert_eq!(stored["Name"], "Mrs. Mary Somerville");
        assert_eq!(stored["Emails"]["$values"][0]["Address"], "mary@somerville.example", "the primary one first");
        assert_eq!(stored["PrimaryOrganization"]["Name"], "Acme Institute");
        assert_eq!(stored["FunctionalTitle"], "Fellow");
        assert_eq!(stored["Addresses"]["$values"][0]["Address"]["CountryName"], "United Kingdom");
        assert_eq!(stored["UpdateInformation"]["CreatedBy"], "STAFF1");
        assert_eq!(site.get(&token, &format!("Party/{id}")).await.json(), stored);
        for query in [
            "Party?email=second@somerville.example",
            "PartySummary?Email=mary@somerville.example",
            "PartySummary?Name=contains:somervil",
            "Person?LastName=startsWith:somer&FirstName=Mary",
            "Party?Phone=%2B44%201%20555%20900",
        ] {
            assert_eq!(ids(&site.get(&token, query).await.json()), [id.as_str()], "{query}");
        }
        let entry = &site.running.ledger().of("Party")[0];
        assert_eq!((entry.user.as_str(), entry.change, &entry.id), ("STAFF1", Change::Created, &id));
        assert_eq!(entry.stored["Emails"][0]["Address"], "mary@somerville.example");
        assert_eq!(entry.stored["PersonName"]["LastName"], "Somerville");
    }
}

/// imis.md §5.2 (validators), §4.5 (the body of a refusal).
#[tokio::test]
async fn what_cannot_be_a_contact_is_refused_naming_the_field() {
    for edition in EDITIONS {
        let site = Site::of(Settings { edition, ..Settings::default() }).await;
        let token = site.token("STAFF1").await;
        let with = |member: &str, value: Value| {
            let mut body = person("Mary", "Somerville");
            body[member] = value;
            body
        };
        let email = |address: &str| with("Emails", json!({ "$values": [{ "Address": address }] }));
        let cases = [
            (person("", "Somerville"), "FirstName"),
            (person("Mary", "  "), "LastName"),
            (person(&"x".repeat(81), "Somerville"), "FirstName"),
            (organization(""), "OrganizationName"),
            (organization(&"x".repeat(151)), "OrganizationName"),
            (email("not an address"), "Email"),
            (email("mary@nowhere"), "Email"),
            (email(&format!("{}@somerville.example", "x".repeat(100))), "Email"),
            (with("Phones", json!({ "$values": [{ "Number": "0".repeat(26) }] })), "Phone"),
            (with("PrimaryOrganization", json!({ "OrganizationPartyId": "999999" })), "OrganizationPartyId"),
            (with("PrimaryOrganization", json!({ "OrganizationPartyId": "101" })), "OrganizationPartyId"),
            (with("FunctionalTitle", json!("x".repeat(101))), "FunctionalTitle"),
            (with("Addresses", json!({ "$values": [{ "AddressPurpose": "Moon" }] })), "AddressPurpose"),
        ];
        for (body, field) in cases {
            let reply = site.post(&token, "Party", &body).await;
            assert_eq!(reply.complaint()["FieldName"], field, "{}", reply.text);
        }
        let mut untyped = person("Mary", "Somerville");
        untyped["$type"] = json!("Asi.Soa.Core.DataContracts.PersonData, Asi.Contracts");
        assert_eq!(site.post(&token, "Party", &untyped).await.status, 400, "imis.md §5.3: the other name is wrong");
        assert_eq!(site.post(&token, "Organization", &person("Mary", "Somerville")).await.status, 400);
        assert!(site.running.ledger().entries().is_empty());
    }
}

/// imis.md §5.3: the whole object back, or the changed part with the id.
#[tokio::test]
async fn a_contact_is_changed_whole_or_in_part() {
    for edition in EDITIONS {
        let site = Site::of(Settings { edition, ..Settings::default() }).await;
        let token = site.token("STAFF1").await;
        let mut whole = site.get(&token, "Party/101").await.json();
        let before = whole["UpdateInformation"].clone();
        whole["PersonName"]["LastName"] = json!("King");
        let changed = site.put(&token, "Party/101", &whole).await;
        assert_eq!(changed.status, 200, "{}", changed.text);
        let mut expected = whole.clone();
        for member in ["Name", "Sort", "UpdateInformation"] {
            expected[member] = changed.json()[member].clone();
        }
        expected["PersonName"]["FullName"] = json!("Ms. Ada King");
        assert_eq!(changed.json(), expected, "nothing else has changed");
        let after = &changed.json()["UpdateInformation"];
        assert_eq!((&after["CreatedBy"], &after["UpdatedBy"]), (&before["CreatedBy"], &json!("STAFF1")));
        assert_ne!(after["UpdatedOn"], before["UpdatedOn"]);
        assert_eq!(ids(&site.get(&token, "Party?LastName=King").await.json()), ["101"]);
        assert!(ids(&site.get(&token, "Party?LastName=Lovelace").await.json()).is_empty());

        let part = json!({
            "$type": "Asi.Soa.Membership.DataContracts.PersonData, Asi.Contracts",
            "PartyId": "101",
            "Emails": { "$values": [{ "Address": "ada@king.example", "EmailType": "_Primary", "IsPrimary": true }] },
        });
        let changed = site.put(&token, "Party/101", &part).await.json();
        assert_eq!(changed["PersonName"]["LastName"], "King");
        assert_eq!(changed["Phones"]["$values"].as_array().map(Vec::len), Some(2));
        assert!(ids(&site.get(&token, "Party?email=ada.lovelace@example.org").await.json()).is_empty());
        assert_eq!(ids(&site.get(&token, "Party?email=ada@king.example").await.json()), ["101"]);

        let mut another = part.clone();
        another["PartyId"] = json!("102");
        assert_eq!(site.put(&token, "Party/101", &another).await.status, 400);
        assert_eq!(site.put(&token, "Party/200", &part).await.status, 400, "an organisation is no person");
        assert_eq!(site.put(&token, "Party/999999", &part).await.status, 404);
        assert_eq!(site.running.ledger().of("Party").len(), 2);
    }
}

/// What people work for is shown under its own name (imis.md §5.2).
#[tokio::test]
async fn the_people_of_a_renamed_organisation_have_its_new_name() {
    let site = Site::start().await;
    let token = site.token("STAFF1").await;
    let mut body = organization("Acme University");
    body["PartyId"] = json!("200");
    assert_eq!(site.put(&token, "Organization/200", &body).await.status, 200);
    assert_eq!(site.get(&token, "Party/101").await.json()["PrimaryOrganization"]["Name"], "Acme University");
    let found = site.get(&token, "Party?PrimaryOrganization.Name=Acme%20University&LastName=Lovelace").await.json();
    assert_eq!(ids(&found), ["101"]);
}

/// imis.md §5.2, the shapes.
#[tokio::test]
async fn a_contact_is_shown_with_all_that_is_known() {
    let site = Site::start().await;
    let token = site.token("STAFF1").await;
    let rupert = site.get(&token, "Party/124").await.json();
    let count = |member: &str| rupert[member]["$values"].as_array().map(Vec::len);
    assert_eq!((count("Emails"), count("Phones"), count("Addresses")), (Some(6), Some(5), Some(3)));
    assert_eq!(rupert["Phones"]["$values"][0]["IsPrimary"], true);
    assert_eq!(rupert["Addresses"]["$values"][1]["AddressPurpose"], "Billing");
    assert_eq!(
        (&rupert["PersonName"]["NameSuffix"], &rupert["Name"]),
        (&json!("Jr."), &json!("Rupert Quincy Manifold Jr."))
    );
    let empty = site.get(&token, "Party/126").await.json();
    assert_eq!(empty["Addresses"]["$values"].as_array().map(Vec::len), Some(1), "none is one empty one");
    assert!(empty["Addresses"]["$values"][0]["Address"].get("CityName").is_some());
    let carla = site.get(&token, "Party/123").await.json();
    let preferences = carla["CommunicationTypePreferences"]["$values"].as_array().expect("preferences").clone();
    assert!(preferences.iter().all(|one| one.get("OptInFlag").is_none()), "a false flag is left out");
    let types = site.get(&token, "CommunicationType").await.json();
    assert_eq!(items(&types)[0]["CommunicationTypeId"], preferences[0]["CommunicationTypeId"]);
    assert!(site.get(&token, "Party/101").await.json().get("CommunicationTypePreferences").is_none());
    let purposes = items(&site.get(&token, "AddressPurpose?IsDefaultAddress=true").await.json());
    assert_eq!((purposes.len(), &purposes[0]["Name"]), (1, &json!("Address")));
    assert_eq!(purposes[0]["AllowMultiple"], false, "always written (imis.md Appendix A)");
    let table = items(&site.get(&token, "GenTable?TableName=PREFIX").await.json());
    assert_eq!((table.len(), &table[0]["Table_Name"]), (4, &json!("PREFIX")));
}

/// imis.md §5.4.
#[tokio::test]
async fn a_picture_comes_as_wrapped_bytes_whatever_it_is() {
    for edition in EDITIONS {
        let site = Site::of(Settings { edition, ..Settings::default() }).await;
        let token = site.token("READER1").await;
        let picture = |id: &'static str| {
            let (site, token) = (&site, &token);
            async move {
                let page = site.get(token, &format!("PartyImage?PartyId={id}")).await.json();
                let of = |one: &Value| {
                    assert_eq!(one["Image"]["$type"], "System.Byte[], mscorlib");
                    STANDARD.decode(one["Image"]["$value"].as_str().expect("base64")).expect("base64")
                };
                items(&page).iter().map(of).collect::<Vec<_>>()
            }
        };
        assert!(picture("101").await[0].starts_with(b"\x89PNG"));
        assert!(picture("107").await[0].starts_with(b"\xff\xd8\xff"));
        assert!(picture("125").await[0].starts_with(b"<!DOCTYPE html"));
        assert!(picture("126").await[0].starts_with(b"<svg"));
        assert_eq!((picture("103").await.len(), picture("122").await.len()), (2, 0));
    }
}
