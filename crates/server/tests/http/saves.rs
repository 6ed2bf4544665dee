//! Saving a message: once, whatever happens on the way.

use crate::world::World;
use api::{
    ActivityTypeId, AttachmentName, ContactId, EmailAddress, GetSaveTargets, InteractionStore, MessageFacts,
    MessageToSave, ProblemCode, RecordOutcome, SaveAs, SaveId, SaveMessage, SaveReport, SavedAttachment, TargetContact,
};
use sim::imis::{Clerks, Edition, Effect, Fault, Settings, Stored};
use std::time::Duration;

pub(crate) fn message(save_as: SaveAs, contacts: &[&str], files: &[&str]) -> SaveMessage {
    let address = |text: &str| EmailAddress::parse(text).unwrap();
    SaveMessage {
        save: SaveId(uuid::Uuid::new_v4().to_string()),
        save_as,
        contacts: contacts
            .iter()
            .map(|id| TargetContact {
                id: ContactId((*id).to_owned()),
                address: Some(address("ada.lovelace@example.org")),
                name: format!("Contact {id}"),
            })
            .collect(),
        message: MessageToSave {
            message_id: "<1@example.org>".to_owned(),
            subject: "Dues for 2026".to_owned(),
            html: "<p>Dear all</p>".to_owned(),
            text: "Dear all".to_owned(),
            sent_ms: Some(1_767_225_600_000),
            received_ms: None,
            utc_offset_minutes: 60,
            from: Some(address("ada.lovelace@example.org")),
            recipients: Vec::new(),
            note: String::new(),
        },
        facts: MessageFacts {
            message_id: "<1@example.org>".to_owned(),
            subject: "Dues for 2026".to_owned(),
            sent_ms: Some(1_767_225_600_000),
            from: Some(address("ada.lovelace@example.org")),
            ..MessageFacts::default()
        },
        attachments: files
            .iter()
            .map(|name| SavedAttachment { name: AttachmentName::new(name), content_type: "application/pdf".to_owned() })
            .collect(),
        fields: vec![],
        again: true,
        resumes: false,
    }
}

pub(crate) fn activity() -> SaveAs {
    SaveAs::Activity { activity_type: ActivityTypeId("EMAIL".to_owned()) }
}

pub(crate) fn all_saved(report: &SaveReport) -> bool {
    report.records.iter().all(|record| matches!(record.outcome, RecordOutcome::Saved { .. }))
}

/// How long the person was told to wait.
pub(crate) fn told_to_wait(report: &SaveReport) -> Option<u32> {
    let wait = |record: &api::Record| match &record.outcome {
        RecordOutcome::Failed { problem } => problem.retry_after_s,
        RecordOutcome::Saved { .. } => None,
    };
    report.records.iter().filter_map(wait).max()
}

fn first_problem(report: &SaveReport) -> ProblemCode {
    match &report.records[0].outcome {
        RecordOutcome::Failed { problem } => problem.code,
        RecordOutcome::Saved { .. } => panic!("saved"),
    }
}

fn created(world: &World, entity: &str) -> usize {
    world.imis.ledger().created(entity).len()
}

#[tokio::test]
async fn the_pane_learns_where_it_may_save() {
    let world =
        World::with(Settings::default(), |config| config.sites[0].activity_types.hidden = vec!["EMAIL".to_owned()])
            .await;
    let targets = world.sign_in().await.call(&GetSaveTargets).await.unwrap();
    assert_eq!(targets.interaction, Some(InteractionStore::CommunicationLog));
    assert!(!targets.activity_types.is_empty());
    assert!(targets.activity_types.iter().all(|kind| kind.id.0 != "EMAIL"));
    assert_eq!(targets.attachment_max_bytes, 22 * 1024 * 1024);
}

#[tokio::test]
async fn an_interaction_is_one_log_entry_with_a_line_for_each_contact() {
    let world = World::new().await;
    let report = world.sign_in().await.call(&message(SaveAs::Interaction, &["101", "107"], &[])).await.unwrap();
    assert!(all_saved(&report));
    assert_eq!((created(&world, "CommunicationLog"), created(&world, "CommunicationLogRecipient")), (1, 2));
    let log = &world.imis.ledger().created("CommunicationLog")[0];
    assert_eq!(log.stored["Subject"], "Dues for 2026");
    assert_eq!(log.stored["CommunicationLogMessageId"], "<1@example.org>");
    assert_eq!(log.user, "MANAGER", "under the person's own name");
}

#[tokio::test]
async fn an_activity_is_written_for_each_contact_in_local_time() {
    let world = World::new().await;
    let report = world.sign_in().await.call(&message(activity(), &["101", "107"], &[])).await.unwrap();
    assert!(all_saved(&report));
    let written = world.imis.ledger().created("Activity");
    assert_eq!(written.len(), 2);
    assert_eq!(written[0].stored["DESCRIPTION"], "Dues for 2026");
    assert_eq!(written[0].stored["NOTE"], "Dear all");
    assert_eq!(written[0].stored["TRANSACTION_DATE"], "2026-01-01T01:00:00");
    assert_eq!(written[0].stored["UF_1"], "<1@example.org>");
}

#[tokio::test]
async fn a_mail_without_subject_or_text_is_saved_all_the_same() {
    let world = World::new().await;
    let mut ask = message(activity(), &["101"], &[]);
    ask.message.subject = " ".to_owned();
    ask.message.text = String::new();
    ask.message.message_id = String::new();
    assert!(all_saved(&world.sign_in().await.call(&ask).await.unwrap()));
    let written = &world.imis.ledger().created("Activity")[0];
    assert_eq!(written.stored["DESCRIPTION"], "(no subject)");
    assert_eq!(written.stored["NOTE"], "Dear all");
    assert_eq!(written.stored["UF_1"], format!("save:{}", ask.save.0));
}

#[tokio::test]
async fn where_there_is_no_log_each_contact_gets_an_interaction() {
    let settings = Settings { edition: Edition::Imis2017, communication_log: false, ..Settings::default() };
    let world = World::with(settings, |_| {}).await;
    let person = world.sign_in().await;
    let targets = person.call(&GetSaveTargets).await.unwrap();
    assert_eq!(targets.interaction, Some(InteractionStore::ContactInteraction));
    let ask = message(SaveAs::Interaction, &["101", "107"], &["a.pdf"]);
    let report = person.call(&ask).await.unwrap();
    assert!(all_saved(&report));
    assert!(matches!(report.attachments[0], Some(api::AttachmentOutcome::Failed { .. })));
    assert!(all_saved(&person.call(&ask).await.unwrap()));
    assert_eq!(created(&world, "ContactInteraction"), 2);
}

#[tokio::test]
async fn saving_to_as_many_contacts_as_there_may_be_takes_no_more_waves_than_to_one() {
    let clerks = Clerks { count: 50, word: "many" };
    let latency = Duration::from_millis(500);
    let world = World::with(Settings { latency, clerks, ..Settings::default() }, |_| {}).await;
    let person = world.sign_in().await;
    person.call(&GetSaveTargets).await.unwrap();
    let contacts: Vec<String> = clerks.all().map(|clerk| clerk.party.to_string()).collect();
    let contacts: Vec<&str> = contacts.iter().map(|id| &**id).collect();
    let waves_of = async |ask: &SaveMessage| {
        world.imis.ledger().forget_requests();
        assert!(all_saved(&person.call(ask).await.unwrap()));
        world.imis.ledger().waves()
    };
    for (save_as, looks, waves) in [(SaveAs::Interaction, 1, vec![1, 50]), (activity(), 50, vec![50])] {
        let mut ask = message(save_as.clone(), &contacts, &[]);
        ask.again = false;
        ask.facts.message_id = format!("<{looks}@example.org>");
        assert_eq!(waves_of(&ask).await, waves);
        // What is there before a message is saved again is looked for first, of all at once.
        let again = message(save_as, &contacts, &[]);
        assert_eq!(waves_of(&again).await, [vec![looks], waves].concat());
    }
}

#[tokio::test]
async fn a_repeated_save_writes_nothing_and_answers_the_same() {
    let mut world = World::new().await;
    let ask = message(SaveAs::Interaction, &["101", "107"], &[]);
    let person = world.sign_in().await;
    let first = person.call(&ask).await.unwrap();
    assert_eq!(person.call(&ask).await.unwrap(), first);
    let token = person.token;
    world.restart().await;
    assert_eq!(world.person(&token).call(&ask).await.unwrap(), first);
    assert_eq!((created(&world, "CommunicationLog"), created(&world, "CommunicationLogRecipient")), (1, 2));
}

#[tokio::test]
async fn the_same_save_with_another_message_is_a_conflict() {
    let world = World::new().await;
    let person = world.sign_in().await;
    let mut ask = message(activity(), &["101"], &[]);
    person.call(&ask).await.unwrap();
    ask.message.subject = "Another".to_owned();
    assert_eq!(person.call(&ask).await.unwrap_err().code, ProblemCode::Conflict);
    assert_eq!(created(&world, "Activity"), 1);
}

#[tokio::test]
async fn the_same_save_twice_at_once_is_written_once() {
    let world = World::with(Settings { latency: Duration::from_millis(100), ..Settings::default() }, |_| {}).await;
    let person = world.sign_in().await;
    let ask = message(activity(), &["101", "107"], &[]);
    let (one, two) = tokio::join!(person.call(&ask), person.call(&ask));
    let refused = [one, two].into_iter().find_map(Result::err).unwrap();
    assert_eq!((refused.code, refused.retry_after_s), (ProblemCode::Conflict, Some(1)));
    assert_eq!(created(&world, "Activity"), 2);
}

#[tokio::test]
async fn two_saves_of_one_message_are_two() {
    let world = World::new().await;
    let person = world.sign_in().await;
    assert!(all_saved(&person.call(&message(activity(), &["101"], &[])).await.unwrap()));
    world.imis.faults().add(Fault::once(Effect::ResetBeforeStore).on("POST", "Activity"));
    let second = message(activity(), &["101"], &[]);
    let report = person.call(&second).await.unwrap();
    assert_eq!(first_problem(&report), ProblemCode::Unknown);
    world.wait(told_to_wait(&report));
    assert!(all_saved(&person.call(&second).await.unwrap()), "the first save's record is not taken for the second's");
    assert_eq!(created(&world, "Activity"), 2);
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_before_imis_is_asked() {
    let world = World::new().await;
    let person = world.sign_in().await;
    person.call(&GetSaveTargets).await.unwrap();
    world.imis.ledger().forget_requests();
    let base = || message(activity(), &["101"], &[]);
    let unknown_type = SaveAs::Activity { activity_type: ActivityTypeId("NOSUCH".to_owned()) };
    for (ask, field) in [
        (SaveMessage { save: SaveId("../1".to_owned()), ..base() }, "save"),
        (SaveMessage { contacts: Vec::new(), ..base() }, "contacts"),
        (message(activity(), &["101", "101"], &[]), "contacts"),
        (message(activity(), &["1|2"], &[]), "contacts"),
        (message(unknown_type, &["101"], &[]), "activity_type"),
    ] {
        let problem = person.call(&ask).await.unwrap_err();
        assert_eq!((problem.code, problem.field.as_deref()), (ProblemCode::Invalid, Some(field)));
    }
    assert!(world.imis.ledger().requests().is_empty());
}

/// Whatever goes wrong at a write, a retry ends with one record each.
async fn survives(save_as: SaveAs, entity: &str, effect: Effect, restart: bool) {
    let mut world = World::with(Settings::default(), |config| {
        config.limits.imis_write = Duration::from_millis(700);
    })
    .await;
    let ask = message(save_as, &["101", "107"], &[]);
    let name = format!("{entity} {effect:?} restart {restart}");
    let token = world.sign_in().await.token;
    world.person(&token).call(&GetSaveTargets).await.unwrap();
    world.imis.faults().add(Fault::once(effect).on("POST", entity));
    let mut report = world.person(&token).call(&ask).await.unwrap();
    assert_eq!(world.imis.faults().waiting(), 0, "{name}: the fault struck");
    for _ in 0..3 {
        if all_saved(&report) {
            break;
        }
        if restart {
            world.restart().await;
        }
        world.wait(told_to_wait(&report));
        report = world.person(&token).call(&ask).await.unwrap();
    }
    assert!(all_saved(&report), "{name}: {report:?}");
    let counts = ["CommunicationLog", "CommunicationLogRecipient", "Activity"].map(|entity| created(&world, entity));
    let expected = if entity == "Activity" { [0, 0, 2] } else { [1, 2, 0] };
    assert_eq!(counts, expected, "{name}");
}

#[tokio::test]
async fn no_fault_at_a_write_loses_or_doubles_a_record() {
    let effects = [
        Effect::ServerError { stored: Stored::Yes },
        Effect::ServerError { stored: Stored::No },
        Effect::Truncated,
        Effect::ResetAfterStore,
        Effect::ResetBeforeStore,
        Effect::RequestTimeout,
        Effect::TooManyRequests { retry_after: Some(1) },
        Effect::Unauthorized,
        Effect::Unavailable,
        Effect::Html,
        Effect::HangForever,
    ];
    for effect in effects {
        for restart in [false, true] {
            for entity in ["CommunicationLog", "CommunicationLogRecipient"] {
                survives(SaveAs::Interaction, entity, effect.clone(), restart).await;
            }
            survives(activity(), "Activity", effect.clone(), restart).await;
        }
    }
}

#[tokio::test]
async fn when_the_log_entry_fails_no_contact_is_saved() {
    let world = World::new().await;
    let person = world.sign_in().await;
    person.call(&GetSaveTargets).await.unwrap();
    world.imis.faults().add(Fault::once(Effect::Refused).on("POST", "CommunicationLog"));
    let report = person.call(&message(SaveAs::Interaction, &["101", "107"], &[])).await.unwrap();
    assert_eq!(report.records[0].outcome, report.records[1].outcome);
    assert_eq!(first_problem(&report), ProblemCode::Forbidden);
    assert_eq!(created(&world, "CommunicationLogRecipient"), 0);
}

#[tokio::test]
async fn one_contact_s_failure_is_that_contact_s_alone() {
    let world = World::new().await;
    let person = world.sign_in().await;
    let report = person.call(&message(activity(), &["101", "99999"], &[])).await.unwrap();
    assert!(matches!(report.records[0].outcome, RecordOutcome::Saved { .. }));
    assert!(matches!(report.records[1].outcome, RecordOutcome::Failed { .. }), "there is no such contact");
}

#[tokio::test]
async fn another_person_s_save_is_not_there() {
    let world = World::new().await;
    let ask = message(activity(), &["101"], &["a.pdf"]);
    world.sign_in().await.call(&ask).await.unwrap();
    let other = world.try_sign_in("STAFF1", crate::world::PASSWORD).await.unwrap();
    let request = world.person(&other.token.0).put(&ask.save, 0).body("x");
    assert_eq!(crate::world::answer::<()>(request).await.unwrap_err().code, ProblemCode::NotFound);
}

#[tokio::test]
async fn a_message_stays_what_was_sent_whatever_its_id_claims_to_be() {
    let world = World::new().await;
    let person = world.sign_in().await;
    for message_id in ["written:5f0c", "Written:5f0c", "save:1"] {
        let mut ask = message(SaveAs::Interaction, &["101"], &[]);
        message_id.clone_into(&mut ask.message.message_id);
        let report = person.call(&ask).await.unwrap();
        let RecordOutcome::Saved { record } = &report.records[0].outcome else { panic!("{message_id}: {report:?}") };
        let full = crate::bodies::open(&person, record, "101").await;
        assert!(!full.may_change && full.html.is_some(), "{message_id}");
        let stored = &world.imis.ledger().created("CommunicationLog").pop().unwrap().stored;
        assert_eq!(stored["CommunicationLogMessageId"].as_str().unwrap().len(), 64, "{message_id}");
    }
}
