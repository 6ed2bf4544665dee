//! Writing records, and looking for what may have been written.

use crate::World;
use imis::{
    Acting, ColumnForm, ErrorKind, LogId, NewContactInteraction, NewLog, NewRow, PartyId, RowValue, WriteError,
};
use sim::imis::{Effect, Fault, Settings, Stored};
use time::macros::datetime;

const KEY: &str = "<in:a.\"b\":c@example.org>";
const SUBJECT: &str = "Über \"uns\" \\ 東京 \u{1f600}";

fn log() -> NewLog<'static> {
    NewLog { subject: SUBJECT, html: "<p>Grüße & \"more\"</p>", text: "", message_key: KEY }
}

/// Where activities are found again.
const AT: (&str, &str) = ("UF_1", KEY);

fn value(column: &str, form: ColumnForm, value: &str) -> RowValue {
    RowValue { column: column.to_owned(), form, value: value.to_owned() }
}

fn of_type(activity_type: &str) -> Vec<RowValue> {
    vec![
        value("ACTIVITY_TYPE", ColumnForm::Text, activity_type),
        value("TRANSACTION_DATE", ColumnForm::Date, "2026-03-02T09:12:05"),
        value("DESCRIPTION", ColumnForm::Text, SUBJECT),
        value("NOTE", ColumnForm::LongText, "line\r\nline\t\u{1f600}"),
    ]
}

async fn write_activity(acting: &Acting, party: &PartyId, values: &[RowValue]) -> Result<String, WriteError> {
    acting.write_row(&NewRow { entity: "Activity", party, values, key: AT }).await
}

async fn staff(settings: Settings) -> (World, Acting) {
    let world = World::new(settings).await;
    let acting = world.signed_in("STAFF1").await;
    (world, acting)
}

#[tokio::test]
async fn an_interaction_arrives_whole_and_is_found_by_its_key() {
    let (world, acting) = staff(Settings::default()).await;
    let id = acting.write_log(&log()).await.unwrap();
    let stored = &world.site.ledger().created("CommunicationLog")[0].stored;
    assert_eq!((stored["Subject"].as_str(), stored["Html"].as_str()), (Some(SUBJECT), Some("<p>Grüße & \"more\"</p>")));
    assert_eq!(stored["CommunicationLogMessageId"], KEY);
    assert_eq!(acting.find_logs(KEY).await.unwrap(), std::slice::from_ref(&id));
    assert_eq!(acting.find_logs("<other@example.org>").await.unwrap(), []);

    let recipient = acting.write_recipient(&id, &PartyId::new("101"), Some("ada.lovelace@example.org")).await.unwrap();
    let another = acting.write_log(&log()).await.unwrap();
    acting.write_recipient(&another, &PartyId::new("102"), None).await.unwrap();
    assert_eq!(acting.find_recipients(&id).await.unwrap(), [(recipient, PartyId::new("101"))]);
}

#[tokio::test]
async fn a_log_without_a_subject_is_taken() {
    let (world, acting) = staff(Settings::default()).await;
    acting.write_log(&NewLog { subject: " ", ..log() }).await.unwrap();
    assert_eq!(world.site.ledger().created("CommunicationLog")[0].stored["Subject"], "(no subject)");
}

#[tokio::test]
async fn an_activity_arrives_whole_and_is_found_by_its_key() {
    for edition in [sim::imis::Edition::Ems, sim::imis::Edition::Imis2017] {
        let (world, acting) = staff(Settings { edition, ..Settings::default() }).await;
        let party = PartyId::new("104");
        let more = [value("UNITS", ColumnForm::Number, "2.5"), value("UF_2", ColumnForm::Text, "two")];
        let id = write_activity(&acting, &party, &[of_type("EMAIL"), more.to_vec()].concat()).await.unwrap();
        let entry = &world.site.ledger().created("Activity")[0];
        assert_eq!(entry.id, id);
        let is = |column: &str, value: &str| assert_eq!(entry.stored[column], value, "{column}");
        is("DESCRIPTION", SUBJECT);
        is("NOTE", "line\r\nline\t\u{1f600}");
        is("TRANSACTION_DATE", "2026-03-02T09:12:05");
        is("UF_1", KEY);
        is("UF_2", "two");
        assert_eq!(entry.stored["UNITS"], 2.5);
        assert_eq!(acting.find_rows("Activity", &party, AT).await.unwrap(), [id]);
        assert!(acting.find_rows("Activity", &PartyId::new("101"), AT).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn a_row_of_a_table_arrives_whole_is_found_by_its_key_and_goes_again() {
    for edition in [sim::imis::Edition::Ems, sim::imis::Edition::Imis2017] {
        let (world, acting) = staff(Settings { edition, ..Settings::default() }).await;
        let (ada, other) = (PartyId::new("101"), PartyId::new("102"));
        let (entity, key) = ("UT_Correspondence", ("MESSAGE_KEY", KEY));
        let values =
            [value("SUBJECT", ColumnForm::Text, SUBJECT), value("SENT_ON", ColumnForm::Date, "2026-03-02T09:12:05")];
        let new = NewRow { entity, party: &ada, values: &values, key };
        let id = acting.write_row(&new).await.unwrap();
        let its = acting.write_row(&NewRow { party: &other, ..new }).await.unwrap();
        assert!(id.starts_with("~101|"), "{id}");
        let stored = &world.site.ledger().created(entity)[0].stored;
        assert_eq!((&stored["ID"], &stored["SUBJECT"]), (&"101".into(), &SUBJECT.into()));
        assert_eq!(acting.find_rows(entity, &ada, key).await.unwrap(), std::slice::from_ref(&id));
        acting.remove_row(entity, &id).await.unwrap();
        acting.remove_row(entity, &id).await.unwrap();
        assert!(acting.find_rows(entity, &ada, key).await.unwrap().is_empty());
        assert_eq!(acting.find_rows(entity, &other, key).await.unwrap(), [its]);
    }
}

#[tokio::test]
async fn a_contact_interaction_arrives_whole_and_is_found_by_its_key() {
    for edition in [sim::imis::Edition::Ems, sim::imis::Edition::Imis2017] {
        let (world, acting) = staff(Settings { edition, ..Settings::default() }).await;
        let party = PartyId::new("101");
        let new = NewContactInteraction {
            party: &party,
            type_code: "EMAIL",
            action_code: "RECEIVED",
            date_local: datetime!(2026-03-02 09:12:05),
            description: SUBJECT,
            details: "Body",
            message_key: KEY,
        };
        let id = acting.write_contact_interaction(&new).await.unwrap();
        let entry = &world.site.ledger().created("ContactInteraction")[0];
        assert_eq!(
            (entry.stored["Description"].as_str(), entry.stored["RelatedItem"].as_str()),
            (Some(SUBJECT), Some(KEY))
        );
        assert_eq!(entry.stored["InteractionDate"], "2026-03-02T09:12:05");
        assert_eq!(acting.find_contact_interactions(&party, KEY).await.unwrap(), [id]);
    }
}

#[tokio::test]
async fn a_write_survives_the_death_of_its_token_and_happens_once() {
    let (world, acting) = staff(Settings::default()).await;
    world.site.purge_cache();
    let party = PartyId::new("101");
    write_activity(&acting, &party, &of_type("EMAIL")).await.unwrap();
    assert_eq!(world.site.ledger().created("Activity").len(), 1);
    assert_eq!((world.asked("POST /api/Activity"), world.asked("POST /token")), (2, 1));
}

#[tokio::test]
async fn a_write_that_may_have_happened_is_never_repeated_but_found() {
    let (world, acting) = staff(Settings::default()).await;
    let party = PartyId::new("101");
    let effects = [
        Effect::ServerError { stored: Stored::Yes },
        Effect::ServerError { stored: Stored::No },
        Effect::Truncated,
        Effect::ResetAfterStore,
        Effect::ResetBeforeStore,
        Effect::Html,
        Effect::RequestTimeout,
        Effect::Unavailable,
    ];
    for effect in effects {
        world.site.ledger().forget_requests();
        let before = world.site.ledger().created("Activity").len();
        world.site.faults().add(Fault::once(effect.clone()).on("POST", "Activity"));
        let error = write_activity(&acting, &party, &of_type("EMAIL")).await.unwrap_err();
        assert!(matches!(error, WriteError::Unknown(..)), "{effect:?}: {error:?}");
        assert_eq!(world.asked("POST /api/Activity"), 1, "{effect:?}");
        let after = world.site.ledger().created("Activity").len();
        assert!(after - before <= 1);
        assert_eq!(acting.find_rows("Activity", &party, AT).await.unwrap().len(), after, "{effect:?}");
    }
}

#[tokio::test]
async fn a_write_that_imis_refused_is_certainly_not_there() {
    let (world, acting) = staff(Settings::default()).await;
    let party = PartyId::new("101");
    let refused = write_activity(&acting, &party, &of_type("NOPE")).await.unwrap_err();
    let WriteError::Refused(error) = refused else { panic!("{refused:?}") };
    let ErrorKind::Refused { status: 400, message: Some(_), field } = error.kind else { panic!("{error:?}") };
    assert_eq!(field.as_deref(), Some("ACTIVITY_TYPE"));

    for effect in [Effect::TooManyRequests { retry_after: Some(1) }, Effect::Refused] {
        world.site.faults().add(Fault::once(effect).on("POST", "Activity"));
        let refused = write_activity(&acting, &party, &of_type("EMAIL")).await.unwrap_err();
        assert!(matches!(refused, WriteError::Refused(_)), "{refused:?}");
    }
    assert!(world.site.ledger().created("Activity").is_empty());
}

#[tokio::test]
async fn what_is_no_number_and_no_name_is_not_even_sent() {
    let (world, acting) = staff(Settings::default()).await;
    let party = PartyId::new("101");
    let words = [value("UNITS", ColumnForm::Number, "two")];
    assert!(matches!(write_activity(&acting, &party, &words).await, Err(WriteError::Refused(_))));
    let elsewhere = NewRow { entity: "../Party", party: &party, values: &[], key: AT };
    assert!(matches!(acting.write_row(&elsewhere).await, Err(WriteError::Refused(_))));
    assert!(acting.find_rows("Activity/1", &party, AT).await.is_err());
    assert!(acting.remove_row("Party?", "101").await.is_err());
    assert!(world.site.ledger().requests().is_empty());
}

#[tokio::test]
async fn who_may_only_read_is_told_so() {
    let world = World::new(Settings::default()).await;
    let acting = world.signed_in("READER1").await;
    let refused = acting.write_log(&log()).await.unwrap_err();
    assert!(matches!(refused.error().kind, ErrorKind::Forbidden { message: Some(_) }), "{refused:?}");
}

#[tokio::test]
async fn a_site_without_the_log_says_so() {
    let (_world, acting) = staff(Settings { communication_log: false, ..Settings::default() }).await;
    let refused = acting.write_log(&log()).await.unwrap_err();
    assert!(matches!(&refused, WriteError::Refused(error) if error.kind == ErrorKind::NotOffered), "{refused:?}");
}

#[tokio::test]
async fn a_key_that_would_be_read_as_a_list_is_refused() {
    let (world, acting) = staff(Settings::default()).await;
    acting.find_logs("a|b").await.unwrap_err();
    acting.find_recipients(&LogId::new("a|b")).await.unwrap_err();
    assert!(world.site.ledger().requests().is_empty());
}
