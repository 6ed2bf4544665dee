//! Activities, interactions and their files (imis.md §6, §7).

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use sim::imis::{Change, Settings};

use crate::site::{Site, activity, log, property};

async fn new_activity(site: &Site, token: &str) -> String {
    let body = activity(&[("PartyId", json!("101")), ("ACTIVITY_TYPE", json!("EMAIL"))]);
    let created = site.post(token, "Activity", &body).await;
    assert_eq!(created.status, 201, "{}", created.text);
    created.json()["Identity"]["IdentityElements"]["$values"][0].as_str().expect("an id").to_owned()
}

async fn new_log(site: &Site, token: &str) -> String {
    let created = site.post(token, "CommunicationLog", &log("Subject line")).await;
    assert_eq!(created.status, 201, "{}", created.text);
    created.json()["CommunicationLogId"].as_str().expect("an id").to_owned()
}

/// imis.md §6.1.
#[tokio::test]
async fn an_activity_is_stored_and_shown_as_a_generic_entity() {
    let site = Site::start().await;
    let token = site.token("STAFF1").await;
    let body = activity(&[
        ("PartyId", json!("101")),
        ("ACTIVITY_TYPE", json!("EMAIL")),
        ("DESCRIPTION", json!("Subject line")),
        ("UNITS", json!({ "$type": "System.Decimal", "$value": 3 })),
        ("EFFECTIVE_DATE", json!("2025-10-14T09:12:00")),
        ("UF_1", json!("<1@mail.example>")),
    ]);
    let reply = site.post(&token, "Activity", &body).await;
    assert_eq!(reply.status, 201);
    assert!(reply.text.starts_with(r#"{"$type":"#));
    let stored = reply.json();
    let id = stored["Identity"]["IdentityElements"]["$values"][0].as_str().expect("an id").to_owned();
    assert_eq!(stored["PrimaryParentIdentity"]["IdentityElements"]["$values"][0], "101");
    assert_eq!(property(&stored, "UNITS"), Some(json!({ "$type": "System.Decimal", "$value": 3 })));
    assert_eq!(property(&stored, "EFFECTIVE_DATE"), Some(json!("2025-10-14T09:12:00")));
    assert!(property(&stored, "TRANSACTION_DATE").is_some(), "the server fills it");
    assert_eq!(property(&stored, "AMOUNT"), None);
    for query in
        ["UF_1=%3C1@mail.example%3E", "PartyID=101&ACTIVITY_TYPE=email", "PartyId=101&EFFECTIVE_DATE=ge:2025-10-14"]
    {
        assert_eq!(site.get(&token, &format!("Activity?{query}")).await.json()["TotalCount"], 1, "{query}");
    }
    assert_eq!(site.get(&token, &format!("Activity/{id}")).await.json(), stored);
    let entry = &site.running.ledger().of("Activity")[0];
    assert_eq!((entry.user.as_str(), entry.change, entry.id.as_str()), ("STAFF1", Change::Created, id.as_str()));
}

/// imis.md §6.1: sparse and lower-case bodies work, as long as the outer `$type` is there and first.
#[tokio::test]
async fn the_outer_type_suffices_for_an_activity() {
    let site = Site::start().await;
    let token = site.token("STAFF1").await;
    let sparse = r#"{"$type":"Asi.Soa.Core.DataContracts.GenericEntityData, Asi.Soa.Core.Contracts",
        "properties":{"$values":[{"name":"PartyId","value":"101"},{"name":"activity_type","value":"CALL"}]}}"#;
    let post = |body: &str| site.try_call(&token, reqwest::Method::POST, "Activity", Some(body.to_owned()));
    assert_eq!(post(sparse).await.expect("an answer").status, 201);
    let late = r#"{"properties":{"$values":[{"name":"PartyId","value":"101"},{"name":"activity_type","value":"CALL"}]},
        "$type":"Asi.Soa.Core.DataContracts.GenericEntityData, Asi.Contracts"}"#;
    assert_eq!(post(late).await.expect("an answer").status, 400);
    assert_eq!(post("{").await.expect("an answer").status, 400);
}

/// imis.md §4.5, §6.1.
#[tokio::test]
async fn a_bad_activity_is_refused_with_validation_results() {
    let site = Site::start().await;
    let token = site.token("STAFF1").await;
    let good = [("PartyId", json!("101")), ("ACTIVITY_TYPE", json!("CALL"))];
    let cases: &[(&str, Value, &str)] = &[
        ("ACTIVITY_TYPE", json!("NOPE"), "ACTIVITY_TYPE"),
        ("ACTIVITY_TYPE", json!("ELEVENCHARS"), "ACTIVITY_TYPE"),
        ("DESCRIPTION", json!("x".repeat(256)), "DESCRIPTION"),
        ("UF_1", json!("x".repeat(256)), "UF_1"),
        ("PartyId", json!("99999"), "ID"),
        ("EFFECTIVE_DATE", json!("tomorrow"), "EFFECTIVE_DATE"),
    ];
    for (name, value, field) in cases {
        let mut properties = good.to_vec();
        properties.retain(|(other, _)| other != name);
        properties.push((name, value.clone()));
        let reply = site.post(&token, "Activity", &activity(&properties)).await;
        assert_eq!(reply.complaint()["FieldName"], *field, "{}", reply.text);
        assert!(reply.json()["$type"].as_str().expect("a type").contains("ValidationResultsData"));
    }
    assert_eq!(site.post(&token, "Activity", &activity(&good[..1])).await.complaint()["FieldName"], "ACTIVITY_TYPE");
    let longest = [good[0].clone(), good[1].clone(), ("DESCRIPTION", json!("é".repeat(255)))];
    assert_eq!(site.post(&token, "Activity", &activity(&longest)).await.status, 201, "255 characters, not bytes");
    assert_eq!(site.running.ledger().of("Activity").len(), 1);
}

/// imis.md §6.1: read, change, put back; the contact stays.
#[tokio::test]
async fn an_activity_can_be_changed_and_deleted() {
    let site = Site::start().await;
    let token = site.token("STAFF1").await;
    let id = new_activity(&site, &token).await;
    let path = format!("Activity/{id}");
    let change = activity(&[("PartyId", json!("101")), ("DESCRIPTION", json!("Changed"))]);
    let changed = site.put(&token, &path, &change).await;
    assert_eq!((changed.status, property(&changed.json(), "DESCRIPTION")), (200, Some(json!("Changed"))));
    assert_eq!(property(&changed.json(), "ACTIVITY_TYPE"), Some(json!("EMAIL")));
    let moved = site.put(&token, &path, &activity(&[("PartyId", json!("102"))])).await;
    assert_eq!(moved.complaint()["FieldName"], "ID");
    assert_eq!(site.delete(&token, &path).await.status, 200);
    assert_eq!(site.get(&token, &path).await.status, 404);
    assert!(site.running.ledger().created("Activity").is_empty());
}

/// imis.md §6.3.
#[tokio::test]
async fn an_activity_takes_files_bare_or_wrapped() {
    let site = Site::start().await;
    let token = site.token("STAFF1").await;
    let id: u64 = new_activity(&site, &token).await.parse().expect("a number");
    let base64 = STANDARD.encode("%PDF-1.4");
    for content in [json!(base64), json!({ "$type": "System.Byte[], mscorlib", "$value": base64 })] {
        let body = json!({
            "$type": "Asi.Soa.Core.DataContracts.LegacyActivityAttachmentData, Asi.Contracts",
            "ActivityId": id, "FileName": "minutes.pdf", "AttachedOn": "2025-10-14T09:12:00", "Attachment": content,
        });
        let stored = site.post(&token, "LegacyActivityAttachment", &body).await;
        assert_eq!(stored.status, 201, "{}", stored.text);
        assert_eq!(stored.json()["Attachment"]["$value"], base64);
    }
    let list = site.get(&token, &format!("LegacyActivityAttachmentSummary?ActivityId={id}")).await.json();
    assert_eq!(list["TotalCount"], 2);
    let first = &list["Items"]["$values"][0];
    assert!(first.get("Attachment").is_none() && first.get("AttachedOn").is_none(), "{first}");
    let orphan = json!({
        "$type": "Asi.Soa.Core.DataContracts.LegacyActivityAttachmentData, Asi.Contracts",
        "ActivityId": 1, "FileName": "a", "Attachment": base64,
    });
    assert_eq!(site.post(&token, "LegacyActivityAttachment", &orphan).await.complaint()["FieldName"], "ActivityId");
    let summary = site.post(&token, "LegacyActivityAttachmentSummary", &orphan).await;
    assert_eq!(summary.status, 501, "summaries are read only");
}

/// imis.md §7.2: who and when are the server's, defaults are left out.
#[tokio::test]
async fn a_communication_log_belongs_to_the_one_who_writes_it() {
    let site = Site::start().await;
    let token = site.token("STAFF1").await;
    let mut body = log("Subject line");
    body["UpdateInformation"] = json!({ "CreatedBy": "SOMEBODY", "CreatedOn": "2001-01-01T00:00:00" });
    let stored = site.post(&token, "CommunicationLog", &body).await.json();
    assert_eq!(stored["UpdateInformation"]["CreatedBy"], "STAFF1");
    assert_ne!(stored["UpdateInformation"]["CreatedOn"], "2001-01-01T00:00:00");
    assert_eq!((&stored["Status"], &stored["Html"]), (&json!(3), &json!("<p>Body</p>")));
    let id = stored["CommunicationLogId"].as_str().expect("an id");
    let summary = site.get(&token, &format!("CommunicationLogSummary/{id}")).await.json();
    assert!(summary.get("Html").is_none());
    let found = site.get(&token, "CommunicationLog?CommunicationLogMessageId=%3C1@mail.example%3E").await.json();
    assert_eq!(found["TotalCount"], 1);
    assert_eq!(site.post(&token, "CommunicationLog", &log("")).await.complaint()["FieldName"], "Subject");
}

/// imis.md §7.2.
#[tokio::test]
async fn recipients_join_a_log_with_a_contact() {
    let site = Site::start().await;
    let token = site.token("STAFF1").await;
    let id = new_log(&site, &token).await;
    let recipient = |log: &str, party: &str| {
        json!({
            "$type": "Asi.Soa.Communications.DataContracts.CommunicationLogRecipientData, Asi.Contracts",
            "CommunicationLog": { "CommunicationLogId": log },
            "Party": { "PartyId": party },
            "Address": "ada.lovelace@example.org",
            "MessageType": 0,
        })
    };
    let stored = site.post(&token, "CommunicationLogRecipient", &recipient(&id, "101")).await;
    assert_eq!(stored.status, 201, "{}", stored.text);
    assert_eq!(stored.json()["CommunicationLog"]["Subject"], "Subject line");
    assert_eq!(stored.json()["Party"]["Name"], "Ms. Ada Lovelace");
    assert!(stored.json().get("MessageType").is_none(), "Email is 0");
    for query in
        [format!("CommunicationLog.CommunicationLogId={id}"), "party.partyid=101".to_owned(), "PartyId=101".to_owned()]
    {
        let found = site.get(&token, &format!("CommunicationLogRecipient?{query}")).await.json();
        assert_eq!(found["TotalCount"], 1, "{query}");
    }
    let lost = site.post(&token, "CommunicationLogRecipient", &recipient("0", "101")).await;
    assert_eq!(lost.complaint()["FieldName"], "CommunicationLog.CommunicationLogId");
    let nobody = site.post(&token, "CommunicationLogRecipient", &recipient(&id, "9")).await;
    assert_eq!(nobody.complaint()["FieldName"], "Party.PartyId");
    assert_eq!(site.delete(&token, &format!("CommunicationLog/{id}")).await.status, 200);
    assert!(site.running.ledger().created("CommunicationLogRecipient").is_empty(), "they go with the log");
}

/// imis.md §7.2, §18.7: the attachment member is an object, so it has to say what it is.
#[tokio::test]
async fn a_file_of_a_log_has_to_be_wrapped_and_may_be_large() {
    let large = 12 * 1024 * 1024 + 1;
    let site = Site::of(Settings { request_body_max: 64 * 1024 * 1024, ..Settings::default() }).await;
    let token = site.token("STAFF1").await;
    let id = new_log(&site, &token).await;
    let attachment = |content: Value| {
        json!({
            "$type": "Asi.Soa.Communications.DataContracts.CommunicationLogAttachmentData, Asi.Contracts",
            "CommunicationLogId": id, "Name": "Größe.bin", "ContentType": "application/octet-stream",
            "Attachment": content,
        })
    };
    let bare = site.post(&token, "CommunicationLogAttachment", &attachment(json!("AAAA"))).await;
    assert_eq!(bare.status, 400);
    let content = vec![7_u8; large];
    let wrapped = json!({ "$type": "System.Byte[], mscorlib", "$value": STANDARD.encode(&content) });
    let stored = site.post(&token, "CommunicationLogAttachment", &attachment(wrapped)).await;
    assert_eq!(stored.status, 201, "{}", stored.text);
    let file = site.running.ledger().created("CommunicationLogAttachment")[0].file.clone().expect("a file");
    assert_eq!((file.name.as_str(), file.length), ("Größe.bin", large as u64));
    assert_eq!((&file.head[..], file.content), (&content[..256], None));
    // sha256sum of 12 582 913 bytes of 7.
    assert_eq!(file.sha256, "d501185e30ca883b873bdd8e5c1ca3c7ca30bdf029ce1df14ab2c177deac61c9");
}

/// imis.md §7.1.
#[tokio::test]
async fn a_contact_interaction_has_known_codes_and_a_date() {
    let site = Site::start().await;
    let token = site.token("STAFF1").await;
    let body = json!({
        "$type": "Asi.Soa.Membership.DataContracts.ContactInteraction.ContactInteractionData, Asi.Contracts",
        "PartyId": "101", "InteractionTypeCode": "EMAIL", "InteractionActionCode": "RECEIVED",
        "InteractionDate": "2025-10-14T09:12:00Z", "Description": "Subject line", "RelatedItem": "<1@mail.example>",
    });
    let stored = site.post(&token, "ContactInteraction", &body).await;
    assert_eq!(stored.status, 201, "{}", stored.text);
    assert!(stored.json()["ContactInteractionId"].is_u64());
    assert_eq!(stored.json()["InteractionDate"], "2025-10-14T09:12:00");
    let query = "ContactInteraction?InteractionDate=between:2025-10-14|2025-10-15&InteractionTypeCode=EMAIL";
    assert_eq!(site.get(&token, query).await.json()["TotalCount"], 1);
    for (field, value) in [("InteractionTypeCode", "NOPE"), ("InteractionActionCode", "NOPE"), ("PartyId", "9")] {
        let mut bad = body.clone();
        bad[field] = json!(value);
        assert_eq!(site.post(&token, "ContactInteraction", &bad).await.complaint()["FieldName"], field);
    }
}
