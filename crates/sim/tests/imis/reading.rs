//! Finding and showing: filters, pages, shapes (imis.md §4, §5).

use serde_json::{Value, json};
use sim::imis::{People, Settings};

use crate::site::{Site, ids};

/// imis.md §4.4, the whole table of operators.
#[tokio::test]
async fn every_operator_of_the_filter_grammar_works() {
    let site = Site::start().await;
    let token = site.token("STAFF1").await;
    let table: &[(&str, &[&str])] = &[
        ("email=ADA.Lovelace@Example.ORG", &["101"]),
        ("EMAIL=eq:ada.lovelace@example.org", &["101"]),
        ("Email=%3D%3D:ada.lovelace@example.org", &["101"]),
        ("id=101", &["101"]),
        ("PartyId=in:101|103|999999", &["101", "103"]),
        ("PartyId=notIn:101|102&LastName=startsWith:lovel", &[]),
        ("PartyId=!in:102&LastName=startsWith:lovel", &["101"]),
        ("firstname=startsWith:MAR&lastname=Silva", &["111", "115"]),
        ("LastName=contains:HENSTEIN", &["110"]),
        ("LastName=endsWith:Brien", &["116"]),
        ("Email=startsWith:g.hopper", &["107"]),
        ("FirstName=between:rut|ruti", &["105"]),
        ("FirstName=ge:Rut&FirstName=lt:Ruu&LastName=Harbour", &["105"]),
        ("FirstName=>=:Rut&FirstName=<:Ruu&LastName=Harbour", &["105"]),
        ("FirstName=gt:Ruth&LastName=Harbour", &["106"]),
        ("FirstName=>:Ruth&LastName=Harbour", &["106"]),
        ("FirstName=le:Ruth&LastName=Harbour", &["105"]),
        ("LastName=Harbour&FirstName=ne:Tom", &["105"]),
        ("LastName=Harbour&FirstName=!=:Tom", &["105"]),
        ("LastName=Harbour&FirstName=notContain:ut", &["106"]),
        ("LastName=Harbour&FirstName=!contain:ut", &["106"]),
        ("Email=isEmpty:", &["108"]),
        ("Email=empty:&PartyId=108", &["108"]),
        ("Email=notEmpty:&PartyId=in:107|108", &["107"]),
        ("Email=!empty:&PartyId=in:107|108", &["107"]),
        ("IsOrganization=isTrue:", &["200", "201", "202"]),
        ("IsOrganization=true", &["200", "201", "202"]),
        ("IsOrganization=isFalse:&LastName=Brandt", &["103"]),
        ("IsOrganization=false:&LastName=Brandt", &["103"]),
        ("IsMarkedForDelete=isTrue:", &["114"]),
        ("Status=S", &["113"]),
        ("PrimaryOrganization.OrganizationPartyId=201", &["105", "106"]),
        ("UpdatedOn=ge:2026-02-03T10:11:12&LastName=Brandt", &["103"]),
        ("UpdatedOn=gt:2026-02-03T10:11:12&LastName=Brandt", &[]),
        ("LastName=%C5%82&FirstName=x", &[]),
        ("LastName=W%C3%93JCIK", &["112"]),
        ("Email=minh%2Bboard@example.org", &["118"]),
        ("Phrase=hopper", &["107"]),
    ];
    for (query, expected) in table {
        let reply = site.get(&token, &format!("Party?{query}")).await;
        assert_eq!(reply.status, 200, "{query}: {}", reply.text);
        assert_eq!(ids(&reply.json()), *expected, "{query}");
    }
}

/// imis.md §4.4: a word that is no operator belongs to the value, `<=` among them; the operator is looked for in the
/// first piece only.
#[tokio::test]
async fn what_is_no_operator_is_part_of_the_value() {
    let site = Site::start().await;
    let token = site.token("STAFF1").await;
    for query in ["LastName=10:30", "LastName=<=:Silva", "LastName=in:x|eq:Silva"] {
        let reply = site.get(&token, &format!("Party?{query}")).await;
        assert_eq!((reply.status, &reply.json()["TotalCount"]), (200, &json!(0)), "{query}");
    }
}

/// imis.md §4.4, §17.
#[tokio::test]
async fn an_unknown_property_or_a_senseless_value_is_refused() {
    let site = Site::start().await;
    let token = site.token("STAFF1").await;
    for query in [
        "Party?Shoesize=43",
        "Party?OrderBy=Shoesize:Ascending",
        "PartySummary?FirstName=Ada",
        "Party?UpdatedOn=ge:yesterday",
        "Party?FirstName=between:a",
        "Party?limit=many",
        "Activity?SEQN=abc",
        "CommunicationLogSummary?Html=contains:x",
    ] {
        assert_eq!(site.get(&token, query).await.status, 400, "{query}");
    }
}

/// Assumption kept in one place: Party is found by every address, the summary by the one it shows.
#[tokio::test]
async fn addresses_find_the_contact_and_shared_ones_find_all() {
    let site = Site::start().await;
    let token = site.token("STAFF1").await;
    assert_eq!(ids(&site.get(&token, "Party?email=office@harbour.example").await.json()), ["105", "106"]);
    assert_eq!(ids(&site.get(&token, "Party?email=grace@home.example").await.json()), ["107"]);
    assert_eq!(ids(&site.get(&token, "PartySummary?email=grace@home.example").await.json()), Vec::<String>::new());
    assert_eq!(ids(&site.get(&token, "PartySummary?email=grace.hopper@acme.example").await.json()), ["107"]);
    assert_eq!(ids(&site.get(&token, "Person?email=info@acme.example").await.json()), Vec::<String>::new());
    assert_eq!(ids(&site.get(&token, "Organization?OrganizationName=Acme Institute").await.json()), ["200"]);
}

/// imis.md §4.3.
#[tokio::test]
async fn pages_are_capped_and_end_with_next_offset_zero() {
    let site = Site::of(Settings { people: People::Generated(1_200), ..Settings::default() }).await;
    let token = site.token("STAFF1").await;
    let usual = site.get(&token, "Party").await.json();
    assert_eq!((&usual["Limit"], &usual["Count"], &usual["NextOffset"]), (&json!(100), &json!(100), &json!(100)));
    assert!(usual.get("NextPageLink").is_some_and(Value::is_null) && usual.get("SyncRoot").is_none());
    let capped = site.get(&token, "Party?limit=1000").await.json();
    assert_eq!(
        (&capped["Limit"], &capped["TotalCount"], &capped["HasNext"]),
        (&json!(500), &json!(1200), &json!(true))
    );
    let last = site.get(&token, "Party?LIMIT=500&Offset=1000").await.json();
    assert_eq!((&last["Count"], &last["HasNext"], &last["NextOffset"]), (&json!(200), &json!(false), &json!(0)));
    let past = site.get(&token, "Party?offset=5000").await;
    assert_eq!((past.status, &past.json()["Count"], &past.json()["NextOffset"]), (200, &json!(0), &json!(0)));
}

/// imis.md §4.4, sorting.
#[tokio::test]
async fn pages_are_sorted_by_the_named_field() {
    let site = Site::start().await;
    let token = site.token("STAFF1").await;
    let sorted = |order: &'static str| {
        let (site, token) = (&site, &token);
        async move { ids(&site.get(token, &format!("Party?PartyId=in:101|103|105|106&OrderBy={order}")).await.json()) }
    };
    assert_eq!(sorted("LastName:Ascending|FirstName:Descending").await, ["103", "106", "105", "101"]);
    assert_eq!(sorted("lastname:Descending").await, ["101", "105", "106", "103"]);
}

/// imis.md §4.2, §5.2: types first, defaults left out, primitives wrapped in property bags only.
#[tokio::test]
async fn a_person_is_written_as_the_platform_writes_it() {
    let site = Site::start().await;
    let token = site.token("STAFF1").await;
    let reply = site.get(&token, "party/101").await;
    assert!(reply.text.starts_with(r#"{"$type":"Asi.Soa.Membership.DataContracts.PersonData, Asi.Contracts""#));
    let ada = reply.json();
    for absent in ["IsOrganization", "IsMarkedForDelete", "BirthDate", "Email"] {
        assert!(ada.get(absent).is_none(), "{absent}");
    }
    assert!(ada["Status"].get("ActiveStatus").is_none(), "Active is the default");
    assert_eq!(ada["Emails"]["$values"][0]["EmailType"], "_Primary");
    assert_eq!(ada["PrimaryOrganization"]["Name"], "Acme Institute");
    let attributes = ada["AdditionalAttributes"]["$values"].as_array().expect("attributes");
    let attribute =
        |name: &str| attributes.iter().find(|one| one["Name"] == name).expect("an attribute")["Value"].clone();
    assert_eq!(attribute("CustomerTypeCode"), "REG");
    assert_eq!(attribute("IsMember"), json!({ "$type": "System.Boolean", "$value": true }));
    assert!(ada["Gender"].get("Code").is_none());

    let grace = site.get(&token, "Party/107").await.json();
    let emails = grace["Emails"]["$values"].as_array().expect("addresses");
    assert_eq!(emails.len(), 3);
    assert!(emails[1].get("IsPrimary").is_none());
    let inactive = site.get(&token, "PartySummary/109").await.json();
    assert_eq!((&inactive["Status"]["PartyStatusId"], &inactive["Status"]["ActiveStatus"]), (&json!("I"), &json!(1)));
    let acme = site.get(&token, "Party/200").await.json();
    assert_eq!((&acme["OrganizationName"], &acme["IsOrganization"]), (&json!("Acme Institute"), &json!(true)));
}

/// imis.md §2, §3.5, §6.2, §7.1.
#[tokio::test]
async fn settings_types_and_roles_can_be_read() {
    let site = Site::of(Settings { path_prefix: "/asi.scheduler_imis".to_owned(), ..Settings::default() }).await;
    let token = site.token("STAFF1").await;
    assert_eq!(site.get(&token, "SystemSettings/0").await.json()["ImisMajorVersion"], "20");
    assert_eq!(site.get(&token, "MembershipSettings/0").await.status, 200);
    let types = site.get(&token, "LegacyActivityType").await.json();
    let types = types["Items"]["$values"].as_array().expect("types");
    let email = types.iter().find(|one| one["ActivityTypeId"] == "EMAIL").expect("EMAIL");
    assert_eq!((&email["DescriptionPrompt"], &email["AllowUserEdit"]), (&json!("Subject"), &json!(true)));
    assert!(email.get("AmountPrompt").is_none());
    let dues = types.iter().find(|one| one["ActivityTypeId"] == "DUES").expect("DUES");
    assert!(dues.get("AllowUserEdit").is_none());
    let assignable = site.get(&token, "InteractionType?IsAssignable=true").await.json();
    assert_eq!(assignable["TotalCount"], 2);
    assert_eq!(site.get(&token, "Role?RoleName=SysAdmin").await.json()["TotalCount"], 1);
    assert!(site.running.url().path().ends_with("/asi.scheduler_imis/"));
    assert_eq!(
        site.running.ledger().counts().get("GET /api/SystemSettings/0"),
        Some(&1),
        "paths are told without prefix"
    );
}
