//! What the person made of a message before it is saved, and where its parts go: activities, the site's own tables,
//! the note, and the options that say so. iMIS's ledger is the witness.

use crate::command::{complained, said};
use crate::saves::{activity, all_saved, message};
use crate::world::World;
use api::{
    EmailAddress, FieldValue, GetSaveTargets, Problem, ProblemCode, RecordOutcome, SaveAs, SaveMessage, SaveReport,
    TableId,
};
use serde_json::Value;
use server::config::Config;
use sim::imis::{Edition, Effect, Fault, Settings, Stored};

/// A table with a column for everything, and an e-mail type that takes more than the usual.
const OPTIONS: &str = r#"
attachment_types = { forbidden = [".exe"] }
[activity_types.mapping.EMAIL]
UF_2 = "{Sender}"
UF_3 = "{Recipients}"
SOURCE_CODE = "OUTLOOK"
EFFECTIVE_DATE = "{ReceivedOn}"
[tables.correspondence]
title = "Correspondence"
entity = "UT_Correspondence"
message_key = "MESSAGE_KEY"
[tables.correspondence.fields]
SUBJECT = { value = "{Subject}", label = "Subject", max_chars = 60 }
WRITTEN_BY = "{Sender}"
SENT_ON = "{SentOn}"
BODY = "{Note} {Body}"
MINUTES = { value = "5", kind = "number" }
"#;

async fn world(edition: Edition, options: &'static str) -> World {
    let set = |config: &mut Config| {
        let site = config.sites.remove(0).with_options(options).unwrap();
        config.sites.push(site);
    };
    World::with(Settings { edition, ..Settings::default() }, set).await
}

fn stored(world: &World, entity: &str) -> Vec<Value> {
    world.imis.ledger().created(entity).into_iter().map(|entry| entry.stored).collect()
}

fn to_table(contacts: &[&str]) -> SaveMessage {
    message(SaveAs::Table { table: TableId("correspondence".to_owned()) }, contacts, &[])
}

fn field(name: &str, value: &str) -> FieldValue {
    FieldValue { name: name.to_owned(), value: value.to_owned() }
}

async fn refused(world: &World, ask: &SaveMessage) -> Problem {
    let problem = world.sign_in().await.call(ask).await.unwrap_err();
    assert!(world.imis.ledger().entries().is_empty(), "nothing is written");
    problem
}

#[tokio::test]
async fn an_activity_takes_each_part_of_the_message_where_the_site_wants_it() {
    for edition in [Edition::Ems, Edition::Imis2017] {
        let world = world(edition, OPTIONS).await;
        let mut ask = message(activity(), &["101"], &[]);
        ask.message.recipients =
            vec![EmailAddress::parse("a@example.org").unwrap(), EmailAddress::parse("b@example.org").unwrap()];
        ask.message.received_ms = Some(1_767_229_200_000);
        ask.message.note = "Call her back".to_owned();
        assert!(all_saved(&world.sign_in().await.call(&ask).await.unwrap()));
        let row = &stored(&world, "Activity")[0];
        assert_eq!(row["DESCRIPTION"], "Dues for 2026");
        assert_eq!(row["NOTE"], "Call her back\n\nDear all");
        assert_eq!(row["TRANSACTION_DATE"], "2026-01-01T01:00:00");
        assert_eq!(row["EFFECTIVE_DATE"], "2026-01-01T02:00:00");
        assert_eq!(row["UF_1"], "<1@example.org>");
        assert_eq!(row["UF_2"], "ada.lovelace@example.org");
        assert_eq!(row["UF_3"], "a@example.org, b@example.org");
        assert_eq!(row["SOURCE_CODE"], "OUTLOOK");
    }
}

#[tokio::test]
async fn what_the_person_typed_stands_in_place_of_what_the_message_fills() {
    let world = world(Edition::Ems, OPTIONS).await;
    let mut ask = message(activity(), &["101", "107"], &[]);
    ask.fields =
        vec![field("DESCRIPTION", "About the dues"), field("EFFECTIVE_DATE", "2026-02-03T04:05"), field("UF_2", "")];
    let person = world.sign_in().await;
    assert!(all_saved(&person.call(&ask).await.unwrap()));
    for row in stored(&world, "Activity") {
        assert_eq!(row["DESCRIPTION"], "About the dues");
        assert_eq!(row["EFFECTIVE_DATE"], "2026-02-03T04:05:00");
        assert!(row.get("UF_2").is_none_or(Value::is_null), "left empty on purpose");
    }
    assert!(all_saved(&person.call(&ask).await.unwrap()), "the very same again");
    assert_eq!(stored(&world, "Activity").len(), 2);
    ask.fields[0].value = "Something else".to_owned();
    assert_eq!(person.call(&ask).await.unwrap_err().code, ProblemCode::Conflict, "another save under the same id");
}

#[tokio::test]
async fn what_does_not_fit_is_refused_by_its_field_before_anything_is_written() {
    let world = world(Edition::Ems, OPTIONS).await;
    let long = "x".repeat(256);
    for (fields, at_fault) in [
        (vec![field("DESCRIPTION", &long)], "DESCRIPTION"),
        (vec![field("EFFECTIVE_DATE", "tomorrow")], "EFFECTIVE_DATE"),
        (vec![field("UF_1", "<mine@example.org>")], "UF_1"),
        (vec![field("PAY_METHOD", "cash")], "PAY_METHOD"),
        (vec![field("UF_2", "a"), field("UF_2", "b")], "UF_2"),
    ] {
        let problem = refused(&world, &SaveMessage { fields, ..message(activity(), &["101"], &[]) }).await;
        assert_eq!((problem.code, problem.field.as_deref()), (ProblemCode::Invalid, Some(at_fault)));
        assert_eq!(problem.fields[0].field, at_fault);
    }
    let mut ask = message(activity(), &["101"], &[]);
    ask.message.subject = long;
    assert_eq!(refused(&world, &ask).await.field.as_deref(), Some("DESCRIPTION"), "never shortened unseen");
    let ask = SaveMessage { fields: vec![field("Subject", "x")], ..message(SaveAs::Interaction, &["101"], &[]) };
    assert_eq!(refused(&world, &ask).await.field.as_deref(), Some("fields"));
    let ask = message(SaveAs::Interaction, &["101"], &["a.pdf", "setup.EXE"]);
    assert_eq!(refused(&world, &ask).await.field.as_deref(), Some("attachments"));
}

#[tokio::test]
async fn a_table_of_the_site_gets_a_row_for_each_contact_and_never_two() {
    for edition in [Edition::Ems, Edition::Imis2017] {
        let world = world(edition, OPTIONS).await;
        let kept = Effect::ServerError { stored: Stored::Yes };
        world.imis.faults().add(Fault::once(kept).on("POST", "UT_Correspondence"));
        let mut ask = to_table(&["101", "107"]);
        ask.message.note = "Urgent".to_owned();
        let person = world.sign_in().await;
        let first: SaveReport = person.call(&ask).await.unwrap();
        let second = if all_saved(&first) { first } else { person.call(&ask).await.unwrap() };
        assert!(all_saved(&second), "{second:?}");
        let rows = stored(&world, "UT_Correspondence");
        assert_eq!(rows.len(), 2, "what iMIS kept while it said no is not written again");
        let mut contacts: Vec<_> = rows.iter().map(|row| row["ID"].as_str().unwrap().to_owned()).collect();
        contacts.sort();
        assert_eq!(contacts, ["101", "107"]);
        assert_eq!(rows[0]["SUBJECT"], "Dues for 2026");
        assert_eq!(rows[0]["WRITTEN_BY"], "ada.lovelace@example.org");
        assert_eq!(rows[0]["SENT_ON"], "2026-01-01T01:00:00");
        assert_eq!(rows[0]["BODY"], "Urgent Dear all");
        assert_eq!(rows[0]["MESSAGE_KEY"], "<1@example.org>");
        assert_eq!(rows[0]["MINUTES"], 5);
        let RecordOutcome::Saved { record } = &second.records[0].outcome else { panic!("saved") };
        assert!(record.0.starts_with("Table:UT_Correspondence:~101|"), "{record:?}");
    }
}

#[tokio::test]
async fn a_table_refuses_what_does_not_fit_and_one_that_nobody_set_up_is_none() {
    let world = world(Edition::Ems, OPTIONS).await;
    let mut ask = to_table(&["101"]);
    ask.fields = vec![field("SUBJECT", &"x".repeat(61))];
    let person = world.sign_in().await;
    let problem = person.call(&ask).await.unwrap_err();
    assert_eq!(problem.field.as_deref(), Some("SUBJECT"));
    let unknown = SaveAs::Table { table: TableId("nowhere".to_owned()) };
    let problem = person.call(&message(unknown, &["101"], &[])).await.unwrap_err();
    assert_eq!(problem.field.as_deref(), Some("table"));
    assert!(stored(&world, "UT_Correspondence").is_empty());
}

#[tokio::test]
async fn a_note_stands_before_the_message_in_html_and_in_text_and_is_no_markup() {
    let world = World::new().await;
    let mut ask = message(SaveAs::Interaction, &["101"], &[]);
    ask.message.html = "<html><body lang=en><p>Dear all</p></body></html>".to_owned();
    ask.message.note = "Is 1 < 2?\n<script>alert(1)</script>".to_owned();
    assert!(all_saved(&world.sign_in().await.call(&ask).await.unwrap()));
    let log = &stored(&world, "CommunicationLog")[0];
    let html = log["Html"].as_str().unwrap();
    assert!(html.starts_with("<html><body lang=en><div class=\"imis-outlook-note\""), "{html}");
    assert!(html.contains("Is 1 &lt; 2?<br>&lt;script&gt;") && !html.contains("<script>"), "{html}");
    assert!(html.ends_with("</div><p>Dear all</p></body></html>"), "{html}");
    let text = log["Text"].as_str().unwrap();
    assert!(text.starts_with("Note:\nIs 1 < 2?") && text.ends_with("Dear all"), "{text}");
}

#[tokio::test]
async fn types_that_are_imis_s_own_are_never_offered_and_never_written() {
    let world = World::with(Settings::default(), |config| {
        config.sites[0].activity_types.offered = vec!["MEETING".to_owned(), "EMAIL".to_owned()];
    })
    .await;
    let targets = world.sign_in().await.call(&GetSaveTargets).await.unwrap();
    let names: Vec<&str> = targets.activity_types.iter().map(|kind| kind.id.0.as_str()).collect();
    assert_eq!(names, ["EMAIL"]);
    let meeting = SaveAs::Activity { activity_type: api::ActivityTypeId("MEETING".to_owned()) };
    assert_eq!(refused(&world, &message(meeting, &["101"], &[])).await.field.as_deref(), Some("activity_type"));
}

#[tokio::test]
async fn where_interactions_are_a_contact_s_own_the_person_chooses_type_and_action() {
    let settings = Settings { communication_log: false, ..Settings::default() };
    let world = World::with(settings, |_| {}).await;
    let person = world.sign_in().await;
    let targets = person.call(&GetSaveTargets).await.unwrap();
    let kinds: Vec<&str> = targets.interaction_types.iter().map(|kind| kind.code.as_str()).collect();
    assert_eq!(kinds, ["EMAIL", "CALL"], "the one about e-mail first, none that people may not give");
    assert_eq!(targets.interaction_types[1].actions[1], ("MADE".to_owned(), "MADE".to_owned()));
    let chosen = |type_code: &str, action_code: &str| SaveAs::ContactInteraction {
        type_code: type_code.to_owned(),
        action_code: action_code.to_owned(),
    };
    assert_eq!(
        refused(&world, &message(chosen("HL", "COMMUNITYMEMBERJOIN"), &["101"], &[])).await.field.as_deref(),
        Some("interaction_type")
    );
    assert_eq!(
        refused(&world, &message(chosen("EMAIL", "MADE"), &["101"], &[])).await.field.as_deref(),
        Some("interaction_type")
    );
    assert!(all_saved(&person.call(&message(chosen("CALL", "MADE"), &["101"], &[])).await.unwrap()));
    let row = &stored(&world, "ContactInteraction")[0];
    assert_eq!((&row["InteractionTypeCode"], &row["InteractionActionCode"]), (&"CALL".into(), &"MADE".into()));
}

#[tokio::test]
async fn options_set_from_the_command_line_are_in_effect_with_the_next_request_on_every_server() {
    let world = World::new().await;
    let other = world.another().await;
    let file = world.folder().join("options.toml");
    let person = world.sign_in().await;
    assert!(person.call(&GetSaveTargets).await.unwrap().tables.is_empty());
    std::fs::write(&file, OPTIONS).unwrap();
    let set = ["options", "set", "--site", "live", file.to_str().unwrap()];
    let shown = said(&world.program(&set).await);
    assert!(shown.contains("tables.correspondence.entity = \"UT_Correspondence\""), "{shown}");
    let targets = person.call(&GetSaveTargets).await.unwrap();
    assert_eq!(targets.tables[0].title, "Correspondence");
    assert_eq!(targets.attachment_types.forbidden, ["exe"]);
    let there = world
        .http
        .get(format!("{}/api/save-targets", other.url()))
        .header(api::VERSION_HEADER, api::VERSION)
        .bearer_auth(&person.token);
    let there: api::SaveTargets = crate::world::answer(there).await.unwrap();
    assert_eq!(there.tables.len(), 1, "on the other server as well");
    // What is shown can be set again.
    std::fs::write(&file, &shown).unwrap();
    assert_eq!(said(&world.program(&set).await), shown);
    let again = said(&world.program(&["options", "show", "--site", "live"]).await);
    assert!(again.ends_with(&shown), "{again}");
    std::fs::write(
        &file,
        "tables.notes = { entity = \"UT_Notes\" }\nactivity_types.mapping.DUES = { NOTE = \"{Body}\" }\n",
    )
    .unwrap();
    let wrong = complained(&world.program(&set).await);
    assert!(wrong.contains("message_key") && wrong.contains("could save a message twice"), "{wrong}");
    assert!(wrong.contains("DUES"), "{wrong}");
    assert_eq!(person.call(&GetSaveTargets).await.unwrap().tables.len(), 1, "what was there stays");
    std::fs::write(&file, "").unwrap();
    said(&world.program(&set).await);
    assert!(person.call(&GetSaveTargets).await.unwrap().tables.is_empty());
    assert_eq!(world.audited("options_set").await, 3);
}
