//! What was done with contacts before the site started (imis.md §6, §7), and notes written to it.

use serde_json::{Value, json};
use sim::imis::{Change, People, RecipientsByParty, Settings};

use crate::site::{EDITIONS, Site, items, property};

async fn count(site: &Site, token: &str, query: &str) -> Value {
    let reply = site.get(token, query).await;
    assert_eq!(reply.status, 200, "{query}: {}", reply.text);
    reply.json()["TotalCount"].clone()
}

/// imis.md §6.1, §7.1, §7.2, §7.4: every kind by contact, filtered and in order, and none of it in the ledger.
#[tokio::test]
async fn a_long_timeline_has_records_of_every_kind() {
    for edition in EDITIONS {
        let site = Site::of(Settings { edition, ..Settings::default() }).await;
        let token = site.token("STAFF1").await;
        for (query, expected) in [
            ("Activity?PartyId=119", 120),
            ("CommunicationLogRecipient?Party.PartyId=119", 90),
            ("CommunicationLogRecipientSummary?PartyId=119", 90),
            ("ContactInteraction?PartyId=119", 60),
            ("PartyNote?PartyId=119", 30),
            ("Activity?PartyId=122", 0),
            ("CommunicationLogRecipient?Party.PartyId=122", 0),
        ] {
            assert_eq!(count(&site, &token, query).await, expected, "{query}");
        }
        let newest = "Activity?PartyId=119&ACTIVITY_TYPE=CALL&OrderBy=TRANSACTION_DATE:Descending&limit=5";
        let calls = items(&site.get(&token, newest).await.json());
        let dates: Vec<_> = calls.iter().map(|one| property(one, "TRANSACTION_DATE").expect("a date")).collect();
        assert!(dates.is_sorted_by(|one, other| one.as_str() >= other.as_str()) && dates.len() == 5, "{dates:?}");
        assert!(calls.iter().all(|one| property(one, "ACTIVITY_TYPE") == Some(json!("CALL"))));
        assert!(count(&site, &token, "Activity?PartyId=119&TICKLER_DATE=notEmpty:").await.as_u64() > Some(3));

        let log = "CommunicationLogRecipient?Party.PartyId=119&OrderBy=UpdateInformation.CreatedOn:Descending&limit=1";
        let latest = items(&site.get(&token, log).await.json())[0].clone();
        assert!(latest["CommunicationLog"]["Subject"].is_string(), "{latest}");
        let id = latest["CommunicationLog"]["CommunicationLogId"].as_str().expect("an id");
        let whole = site.get(&token, &format!("CommunicationLog/{id}")).await.json();
        assert!(whole["Html"].as_str().expect("a body").contains("Dear Theodora"));
        assert!(whole["UpdateInformation"]["CreatedBy"].is_string());
        assert!(site.running.ledger().entries().is_empty(), "what is seeded was not written");
    }
}

/// imis.md §6.3, §7.2: files by their record, the summaries without bytes.
#[tokio::test]
async fn records_have_files_with_bytes() {
    let site = Site::start().await;
    let token = site.token("STAFF1").await;
    let mails = items(&site.get(&token, "Activity?PartyId=119&ACTIVITY_TYPE=EMAIL&limit=1").await.json());
    let id = property(&mails[0], "ActivityId").expect("an id")["$value"].clone();
    let summaries = items(&site.get(&token, &format!("LegacyActivityAttachmentSummary?ActivityId={id}")).await.json());
    assert!(summaries.len() == 1 && summaries[0].get("Attachment").is_none(), "{summaries:?}");
    let file = site.get(&token, &format!("LegacyActivityAttachment/{}", summaries[0]["AttachmentId"])).await.json();
    assert_eq!(file["Attachment"]["$type"], "System.Byte[], mscorlib");

    let log = items(&site.get(&token, "CommunicationLogRecipient?PartyId=119&limit=1").await.json())[0].clone();
    let id = log["CommunicationLog"]["CommunicationLogId"].as_str().expect("an id").to_owned();
    let files = items(&site.get(&token, &format!("CommunicationLogAttachment?CommunicationLogId={id}")).await.json());
    assert_eq!(files.len(), 2);
    assert_eq!(files[1]["Name"], "Bilder Größe.bin");
    assert_eq!(files[1]["Attachment"]["$value"], "AAECA/8=");
    let whole = site.get(&token, &format!("CommunicationLog/{id}")).await.json();
    let named = whole["Attachments"]["$values"].as_array().expect("files").clone();
    assert!(named.len() == 2 && named[0].get("Attachment").is_none(), "{named:?}");
}

/// What others build against is there: hostile bodies, and one that is huge.
#[tokio::test]
async fn some_bodies_are_hostile_and_one_is_huge() {
    let site = Site::start().await;
    let token = site.token("STAFF1").await;
    let body = |recipient: Value| {
        let (site, token) = (&site, &token);
        async move {
            let id = recipient["CommunicationLog"]["CommunicationLogId"].as_str().expect("an id").to_owned();
            site.get(token, &format!("CommunicationLog/{id}")).await.json()["Html"].as_str().expect("HTML").to_owned()
        }
    };
    let hostile = items(&site.get(&token, "CommunicationLogRecipient?PartyId=120").await.json());
    let mut all = String::new();
    for one in hostile {
        all.push_str(&body(one).await);
    }
    for attack in
        ["<script", "onerror=", "<form", "<iframe", "javascript:", "url(https://tracker", "http-equiv=refresh"]
    {
        assert!(all.contains(attack), "{attack}");
    }
    let huge = items(&site.get(&token, "CommunicationLogRecipient?PartyId=121").await.json());
    assert!(body(huge[0].clone()).await.len() > 2_000_000);
}

/// imis.md §7.4.
#[tokio::test]
async fn a_note_is_written_changed_and_removed() {
    for edition in EDITIONS {
        let site = Site::of(Settings { edition, ..Settings::default() }).await;
        let token = site.token("STAFF1").await;
        let mut note = json!({
            "$type": "Asi.Soa.Membership.DataContracts.PartyNoteData, Asi.Contracts",
            "PartyId": "122", "Purpose": "General", "Text": "First of all.",
        });
        let stored = site.post(&token, "PartyNote", &note).await;
        assert_eq!(stored.status, 201, "{}", stored.text);
        assert_eq!(stored.json()["UpdateInformation"]["CreatedBy"], "STAFF1");
        let path = format!("PartyNote/{}", stored.json()["PartyNoteId"].as_str().expect("an id"));
        note["Text"] = json!("Changed.");
        assert_eq!(site.put(&token, &path, &note).await.json()["Text"], "Changed.");
        assert_eq!(count(&site, &token, "PartyNote?PartyId=122").await, 1);
        note["PartyId"] = json!("999999");
        assert_eq!(site.post(&token, "PartyNote", &note).await.complaint()["FieldName"], "PartyId");
        assert_eq!(site.delete(&token, &path).await.status, 200);
        let changes: Vec<Change> = site.running.ledger().of("PartyNote").iter().map(|entry| entry.change).collect();
        assert_eq!(changes, [Change::Created, Change::Replaced, Change::Deleted]);
    }
}

/// imis.md §7.2: that recipients can be listed by contact is not confirmed.
#[tokio::test]
async fn a_site_may_refuse_to_list_recipients_by_contact() {
    for (recipients_by_party, status) in [(RecipientsByParty::Forbidden, 403), (RecipientsByParty::Unavailable, 501)] {
        let site = Site::of(Settings { recipients_by_party, ..Settings::default() }).await;
        let token = site.token("STAFF1").await;
        for query in ["CommunicationLogRecipient?Party.PartyId=119", "CommunicationLogRecipientSummary?PartyId=119"] {
            assert_eq!(site.get(&token, query).await.status, status, "{query}");
        }
        assert_eq!(site.get(&token, "CommunicationLogRecipient?limit=1").await.status, 200);
    }
}

/// The generated have a few records too, and the stories' people keep theirs.
#[tokio::test]
async fn every_tenth_of_the_generated_has_a_timeline() {
    let site = Site::of(Settings { people: People::Generated(2_000), ..Settings::default() }).await;
    let token = site.token("STAFF1").await;
    assert_eq!(count(&site, &token, "Activity?PartyId=1301").await, 1);
    assert_eq!(count(&site, &token, "ContactInteraction?PartyId=1301").await, 1);
    assert_eq!(count(&site, &token, "Activity?PartyId=1302").await, 0);
    assert_eq!(count(&site, &token, "Activity?PartyId=119").await, 120);
}
