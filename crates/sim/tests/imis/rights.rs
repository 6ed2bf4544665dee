//! Who may do what, and who sees what (imis.md §16, §17).

use serde_json::{Value, json};
use sim::imis::Settings;

use crate::site::{EDITIONS, Site, activity, ids, items, property};

fn person() -> Value {
    json!({
        "$type": "Asi.Soa.Membership.DataContracts.PersonData, Asi.Contracts",
        "PersonName": { "FirstName": "Mary", "LastName": "Somerville" },
    })
}

fn note() -> Value {
    json!({
        "$type": "Asi.Soa.Membership.DataContracts.PartyNoteData, Asi.Contracts",
        "PartyId": "122", "Purpose": "General", "Text": "x",
    })
}

/// imis.md §16: level 1 reads, 3 writes, 4 deletes; an administrator does everything.
#[tokio::test]
async fn the_level_says_who_writes_and_who_deletes() {
    for edition in EDITIONS {
        let site = Site::of(Settings { edition, ..Settings::default() }).await;
        for (user, creates, deletes) in
            [("READER1", 403, 403), ("STAFF3", 201, 403), ("STAFF1", 201, 200), ("MANAGER", 201, 200)]
        {
            let token = site.token(user).await;
            assert_eq!(site.get(&token, "Party/101").await.status, 200, "{user}");
            assert_eq!(site.post(&token, "Party", &person()).await.status, creates, "{user}");
            let noted = site.post(&token, "PartyNote", &note()).await;
            assert_eq!(noted.status, creates, "{user}");
            let writes = site.post(&token, "Party/_haspermission/Create", &Value::Null).await.json();
            assert_eq!(writes, json!(creates == 201), "{user}");
            if creates == 201 {
                let id = noted.json()["PartyNoteId"].as_str().expect("an id").to_owned();
                assert_eq!(site.delete(&token, &format!("PartyNote/{id}")).await.status, deletes, "{user}");
                assert_eq!(site.delete(&token, "Party/122").await.status, deletes, "{user}");
            } else {
                assert_eq!(site.put(&token, "Party/122", &person()).await.status, 403, "{user}");
                assert_eq!(site.delete(&token, "Party/122").await.status, 403, "{user}");
            }
        }
        let token = site.token("STAFF1").await;
        assert_eq!(site.get(&token, "Party/122").await.json()["IsMarkedForDelete"], true);
    }
}

/// imis.md §16: access keywords hide a type of activity and all of its activities.
#[tokio::test]
async fn keywords_hide_a_type_of_activity_and_its_activities() {
    for edition in EDITIONS {
        let site = Site::of(Settings { edition, ..Settings::default() }).await;
        let mut hidden = None;
        for (user, sees) in [("STAFF3", true), ("MANAGER", true), ("STAFF1", false), ("READER1", false)] {
            let token = site.token(user).await;
            let types = items(&site.get(&token, "LegacyActivityType").await.json());
            assert_eq!(types.iter().any(|one| one["ActivityTypeId"] == "LEGAL"), sees, "{user}");
            let all = items(&site.get(&token, "Activity?PartyId=102").await.json());
            assert_eq!(all.len(), if sees { 2 } else { 1 }, "{user}");
            let legal = all.iter().find(|one| property(one, "ACTIVITY_TYPE") == Some(json!("LEGAL")));
            hidden = hidden.or_else(|| legal.map(|one| property(one, "SEQN").expect("an id")["$value"].to_string()));
            let id = hidden.clone().expect("the first user sees it");
            let status = site.get(&token, &format!("Activity/{id}")).await.status;
            assert_eq!(status, if sees { 200 } else { 403 }, "{user}");
        }
        let token = site.token("STAFF1").await;
        let body = activity(&[("PartyId", json!("122")), ("ACTIVITY_TYPE", json!("LEGAL"))]);
        assert_eq!(site.post(&token, "Activity", &body).await.complaint()["FieldName"], "ACTIVITY_TYPE");
        let id = hidden.expect("seen before");
        assert_eq!(site.put(&token, &format!("Activity/{id}"), &body).await.status, 403);
        assert_eq!(site.delete(&token, &format!("Activity/{id}")).await.status, 403);
        let token = site.token("STAFF3").await;
        assert_eq!(site.post(&token, "Activity", &body).await.status, 201);
    }
}

/// imis.md §6.2: what the site keeps itself is not for users to write.
#[tokio::test]
async fn activities_of_a_systems_type_are_read_and_not_written() {
    let site = Site::start().await;
    let token = site.token("STAFF1").await;
    let body = activity(&[("PartyId", json!("122")), ("ACTIVITY_TYPE", json!("DUES"))]);
    assert_eq!(site.post(&token, "Activity", &body).await.complaint()["FieldName"], "ACTIVITY_TYPE");
    let dues = items(&site.get(&token, "Activity?PartyId=119&ACTIVITY_TYPE=DUES&limit=1").await.json());
    let path = format!("Activity/{}", property(&dues[0], "SEQN").expect("an id")["$value"]);
    let change = activity(&[("PartyId", json!("119")), ("DESCRIPTION", json!("x"))]);
    assert_eq!(site.put(&token, &path, &change).await.status, 403);
    assert_eq!(site.delete(&token, &path).await.status, 403);
    assert!(site.running.ledger().entries().is_empty());
}

/// imis.md §16: a public user sees a little of everybody, all of themselves, and no records.
#[tokio::test]
async fn a_public_user_sees_a_glimpse_of_others() {
    for edition in EDITIONS {
        let site = Site::of(Settings { edition, ..Settings::default() }).await;
        let token = site.token("MEMBER1").await;
        for path in ["Party/101", "PartySummary/101"] {
            let shown = site.get(&token, path).await.json();
            let mut names: Vec<&str> = shown.as_object().expect("an object").keys().map(String::as_str).collect();
            names.retain(|name| *name != "CountrySubEntityName");
            names.sort_unstable();
            assert_eq!(
                names,
                ["$type", "CityName", "CountryName", "Email", "Id", "Name", "PartyId", "Phone"],
                "{path}"
            );
        }
        assert!(site.get(&token, "Party/195").await.json().get("UpdateInformation").is_some(), "their own");
        assert_eq!(ids(&site.get(&token, "PartySummary?Name=contains:lovelace").await.json()), ["101"]);
        assert_eq!(site.get(&token, "PartyImage?PartyId=101").await.status, 200);
        for path in ["Activity?PartyId=101", "PartyNote?PartyId=101", "ContactInteraction?PartyId=101"] {
            assert_eq!(site.get(&token, path).await.status, 403, "{path}");
        }
        assert_eq!(site.post(&token, "Party", &person()).await.status, 403);
        assert_eq!(site.put(&token, "Party/101", &person()).await.status, 403);
    }
}
