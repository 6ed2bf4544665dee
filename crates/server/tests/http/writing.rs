//! Writing a record without a message: by the site's own forms, once, whatever happens on the way.

use crate::bodies::open;
use crate::records::values;
use crate::saves::told_to_wait;
use crate::timeline::timeline;
use crate::world::{Person, World, code};
use api::{
    ContactId, FieldKind, GetRecord, GetRecordForms, GetTimeline, ProblemCode, RecordForm, RecordForms, RecordKind,
    RecordOutcome, RemoveRecord, SaveId, SaveReport, WriteRecord,
};
use sim::imis::{Edition, Effect, Fault, RecipientsByParty, Settings, Stored};

pub(crate) fn write(kind: RecordKind, type_id: &str, fields: &[(&str, &str)], contacts: &[&str]) -> WriteRecord {
    WriteRecord {
        save: SaveId(uuid::Uuid::new_v4().to_string()),
        kind,
        type_id: type_id.to_owned(),
        action: if kind == RecordKind::ContactInteraction { "MADE".to_owned() } else { String::new() },
        utc_offset_minutes: 60,
        values: values(fields),
        contacts: contacts.iter().map(|id| ContactId((*id).to_owned())).collect(),
    }
}

/// One of each kind.
pub(crate) fn one_of_each(contacts: &[&str]) -> [WriteRecord; 4] {
    [
        write(RecordKind::Activity, "CALL", &[("DESCRIPTION", "Called"), ("NOTE", "At noon")], contacts),
        write(RecordKind::CommunicationLog, "", &[("Subject", "Met"), ("Text", "In the hall")], contacts),
        write(RecordKind::ContactInteraction, "CALL", &[("Description", "Called"), ("Details", "Twice")], contacts),
        write(RecordKind::Note, "", &[("Text", "Likes tea")], contacts),
    ]
}

pub(crate) fn entity(kind: RecordKind) -> &'static str {
    match kind {
        RecordKind::Activity => "Activity",
        RecordKind::CommunicationLog => "CommunicationLog",
        RecordKind::ContactInteraction => "ContactInteraction",
        RecordKind::Note => "PartyNote",
    }
}

pub(crate) fn all_saved(report: &SaveReport) -> bool {
    report.records.iter().all(|record| matches!(record.outcome, RecordOutcome::Saved { .. }))
}

pub(crate) fn created(world: &World, entity: &str) -> usize {
    world.imis.ledger().created(entity).len()
}

fn form<'a>(forms: &'a RecordForms, kind: RecordKind, type_id: &str) -> Option<&'a RecordForm> {
    forms.forms.iter().find(|form| form.kind == kind && form.type_id == type_id)
}

async fn forms(world: &World, user: &str) -> RecordForms {
    world.sign_in_as(user).await.call(&GetRecordForms).await.unwrap()
}

#[tokio::test]
async fn the_form_of_a_type_is_made_of_its_prompts() {
    let world = World::new().await;
    let forms = forms(&world, "MANAGER").await;
    let call = form(&forms, RecordKind::Activity, "CALL").unwrap();
    let fields: Vec<_> =
        call.fields.iter().map(|field| (&*field.name, &*field.label, field.kind, field.max_chars)).collect();
    assert_eq!(call.title, "Telephone call");
    assert_eq!(
        fields,
        [
            ("DESCRIPTION", "About", FieldKind::Text, Some(255)),
            ("EFFECTIVE_DATE", "Date of call", FieldKind::Date, None),
            ("TICKLER_DATE", "Call again on", FieldKind::Date, None),
            ("NOTE", "Notes", FieldKind::LongText, None),
        ]
    );
    for system in ["DUES", "ORDER", "GIFT", "MEETING"] {
        assert!(form(&forms, RecordKind::Activity, system).is_none(), "{system}");
    }
    let call = form(&forms, RecordKind::ContactInteraction, "CALL").unwrap();
    assert_eq!(call.actions, [("RECEIVED".into(), "Received".into()), ("MADE".into(), "Made".into())]);
    assert!(form(&forms, RecordKind::ContactInteraction, "HL").is_none(), "nobody may give it");
    assert!(form(&forms, RecordKind::CommunicationLog, "").is_some() && form(&forms, RecordKind::Note, "").is_some());
    assert_eq!(forms.contacts_max, 50);
}

#[tokio::test]
async fn what_a_person_may_not_write_is_not_offered() {
    let world = World::with(Settings::default(), |config| {
        config.sites[0].activity_types.hidden = vec!["ENQUIRY".to_owned()];
    })
    .await;
    assert!(forms(&world, "READER1").await.forms.is_empty());
    let legal = async |user| form(&forms(&world, user).await, RecordKind::Activity, "LEGAL").is_some();
    assert!(legal("STAFF3").await && !legal("STAFF1").await, "behind an access keyword");
    assert!(form(&forms(&world, "STAFF1").await, RecordKind::Activity, "ENQUIRY").is_none(), "hidden by the site");
    let world = World::with(Settings { edition: Edition::Imis2017, ..Settings::default() }, |_| {}).await;
    let forms = forms(&world, "STAFF1").await;
    assert!(form(&forms, RecordKind::CommunicationLog, "").is_none(), "2017 takes none");
    assert!(form(&forms, RecordKind::ContactInteraction, "CALL").is_some());
    let reader = world.sign_in_as("READER1").await;
    for ask in one_of_each(&["101"]) {
        assert_eq!(code(reader.call(&ask).await), ProblemCode::Forbidden);
    }
    assert!(world.imis.ledger().entries().is_empty());
}

#[tokio::test]
async fn a_record_is_written_for_each_contact_and_stands_on_the_timeline_at_once() {
    for edition in [Edition::Imis2017, Edition::Ems] {
        let world = World::with(Settings { edition, ..Settings::default() }, |_| {}).await;
        let person = world.sign_in_as("STAFF3").await;
        for ask in one_of_each(&["122", "200"]) {
            if ask.kind == RecordKind::CommunicationLog && edition == Edition::Imis2017 {
                continue;
            }
            let report = person.call(&ask).await.unwrap();
            assert!(all_saved(&report), "{report:?}");
            for contact in ["122", "200"] {
                let kinds = vec![ask.kind];
                let page = person.call(&GetTimeline { kinds, ..timeline(contact) }).await.unwrap();
                assert_eq!(page.entries.len(), 1, "{:?}", ask.kind);
                let full = open(&person, &page.entries[0].record, contact).await;
                assert!(full.may_change && !full.may_remove);
                for given in &ask.values {
                    assert!(full.values.contains(given), "{given:?}");
                }
                assert!(full.fields.iter().all(|field| !field.value.contains("written:")));
            }
        }
        assert_eq!(created(&world, "Activity"), 2);
        assert_eq!(world.imis.ledger().created("Activity")[0].user, "STAFF3", "under the person's own name");
    }
}

#[tokio::test]
async fn what_is_written_to_a_log_that_is_not_listed_by_contact_opens_and_is_removed_all_the_same() {
    let settings = Settings { recipients_by_party: RecipientsByParty::Forbidden, ..Settings::default() };
    let world = World::with(settings, |_| {}).await;
    let person = world.sign_in().await;
    let ask = write(RecordKind::CommunicationLog, "", &[("Subject", "Met"), ("Text", "In the hall")], &["122", "200"]);
    let report = person.call(&ask).await.unwrap();
    let RecordOutcome::Saved { record } = &report.records[0].outcome else { panic!("it is saved: {report:?}") };
    assert_eq!(open(&person, record, "122").await.entry.title, "Met");
    let stranger = GetRecord { record: record.clone(), contact: ContactId("101".to_owned()) };
    assert_eq!(code(person.call(&stranger).await), ProblemCode::NotFound);
    let remove = RemoveRecord { record: record.clone(), contact: ContactId("122".to_owned()) };
    person.call(&remove).await.unwrap();
    assert_eq!(open(&person, record, "200").await.entry.title, "Met", "it stays with the other");
}

#[tokio::test]
async fn every_field_of_a_form_goes_where_its_prompt_says_and_as_it_stands() {
    let world = World::new().await;
    let person = world.sign_in().await;
    let odd = "eq:x|y <b>&amp;</b> '; -- {0} %27 \u{202e}";
    let fields =
        [("DESCRIPTION", odd), ("UNITS", "12.50"), ("ACTION_CODES", odd), ("UF_1", odd), ("NOTE", "a\r\nb <i>")];
    assert!(all_saved(&person.call(&write(RecordKind::Activity, "ENQUIRY", &fields, &["101"])).await.unwrap()));
    let stored = &world.imis.ledger().created("Activity")[0].stored;
    for name in ["DESCRIPTION", "ACTION_CODES", "UF_1"] {
        assert_eq!(stored[name], odd, "{name}");
    }
    assert_eq!((&stored["UNITS"].as_f64(), &stored["NOTE"]), (&Some(12.5), &"a\r\nb <i>".into()));
    assert!(stored["UF_3"].as_str().unwrap().starts_with("written:"), "where the form has no field");
    let fields = [("Subject", odd), ("Text", "<script>alert(1)</script>\n& more")];
    assert!(all_saved(&person.call(&write(RecordKind::CommunicationLog, "", &fields, &["101"])).await.unwrap()));
    let stored = &world.imis.ledger().created("CommunicationLog")[0].stored;
    assert_eq!(stored["Subject"], odd);
    assert_eq!(stored["Html"], "<p>&lt;script&gt;alert(1)&lt;/script&gt;<br>&amp; more</p>");
    let page = person.call(&GetTimeline { text: odd.to_owned(), ..timeline("101") }).await.unwrap();
    assert_eq!(page.entries.len(), 2);
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_at_its_field_before_anything_is_written() {
    let world = World::new().await;
    let person = world.sign_in().await;
    let call = |fields: &[(&str, &str)]| write(RecordKind::Activity, "CALL", fields, &["101"]);
    let log = |fields: &[(&str, &str)]| write(RecordKind::CommunicationLog, "", fields, &["101"]);
    let contact = |action: &str| WriteRecord {
        action: action.to_owned(),
        ..write(RecordKind::ContactInteraction, "CALL", &[("Description", "x")], &["101"])
    };
    for (ask, field) in [
        (call(&[("TICKLER_DATE", "tomorrow")]), "TICKLER_DATE"),
        (call(&[("EFFECTIVE_DATE", "2026-02-30")]), "EFFECTIVE_DATE"),
        (call(&[("DESCRIPTION", "a\u{0}b")]), "DESCRIPTION"),
        (call(&[("ID", "102")]), "values"),
        (call(&[("NOTE", "a"), ("NOTE", "b")]), "values"),
        (log(&[("Text", "no subject")]), "Subject"),
        (contact(""), "action"),
        (contact("SENT"), "action"),
        (write(RecordKind::Activity, "ENQUIRY", &[("UNITS", "1e9")], &["101"]), "UNITS"),
        (write(RecordKind::Activity, "DUES", &[], &["101"]), "type_id"),
        (write(RecordKind::Activity, "NOSUCH", &[], &["101"]), "type_id"),
        (write(RecordKind::Note, "", &[("Text", " ")], &["101"]), "Text"),
        (write(RecordKind::Note, "", &[("Text", "x")], &[]), "contacts"),
        (write(RecordKind::Note, "", &[("Text", "x")], &["101", "101"]), "contacts"),
        (write(RecordKind::Note, "", &[("Text", "x")], &["../101"]), "contacts"),
    ] {
        let problem = person.call(&ask).await.unwrap_err();
        assert_eq!((problem.code, problem.field.as_deref()), (ProblemCode::Invalid, Some(field)));
    }
    assert!(world.imis.ledger().entries().is_empty());
}

#[tokio::test]
async fn imis_s_complaints_stand_at_their_fields() {
    let world = World::new().await;
    let person = world.sign_in().await;
    let long = "x".repeat(256);
    let fields = [("DESCRIPTION", &*long), ("ACTION_CODES", &*long), ("NOTE", "fine")];
    let report = person.call(&write(RecordKind::Activity, "ENQUIRY", &fields, &["101"])).await.unwrap();
    let RecordOutcome::Failed { problem } = &report.records[0].outcome else { panic!("saved") };
    assert_eq!(problem.code, ProblemCode::ImisRefused);
    let mut at: Vec<&str> = problem.fields.iter().map(|field| &*field.field).collect();
    at.sort_unstable();
    assert_eq!(at, ["ACTION_CODES", "DESCRIPTION"]);
    assert!(problem.fields.iter().all(|field| field.message.contains("255")));
    // A contact that is gone is no field of the form.
    let fields = [("DESCRIPTION", "x")];
    let report = person.call(&write(RecordKind::Activity, "CALL", &fields, &["101", "99999"])).await.unwrap();
    assert!(matches!(report.records[0].outcome, RecordOutcome::Saved { .. }));
    let RecordOutcome::Failed { problem } = &report.records[1].outcome else { panic!("saved") };
    assert_eq!((&*problem.fields[0].field, problem.fields[0].message.is_empty()), ("", false));
    assert_eq!(created(&world, "Activity"), 1);
}

#[tokio::test]
async fn the_same_writing_again_writes_nothing_and_another_under_its_id_is_a_conflict() {
    let mut world = World::new().await;
    let token = world.sign_in().await.token;
    for ask in one_of_each(&["101", "107"]) {
        let first = world.person(&token).call(&ask).await.unwrap();
        assert_eq!(world.person(&token).call(&ask).await.unwrap(), first);
        world.restart().await;
        assert_eq!(world.person(&token).call(&ask).await.unwrap(), first);
        let other = WriteRecord { contacts: vec![ContactId("102".to_owned())], ..ask.clone() };
        assert_eq!(code(world.person(&token).call(&other).await), ProblemCode::Conflict);
        let lines = if ask.kind == RecordKind::CommunicationLog { 1 } else { 2 };
        assert_eq!(created(&world, entity(ask.kind)), lines, "{:?}", ask.kind);
    }
}

/// Whatever goes wrong at a write, a retry ends with one record each.
async fn survives(world: &mut World, token: &str, ask: &WriteRecord, effect: &Effect) {
    let name = format!("{:?} {effect:?}", ask.kind);
    let before = created(world, entity(ask.kind));
    // What may be written is asked by POST too: for notes at every writing, for the rest now and then.
    world.person(token).call(&GetRecordForms).await.unwrap();
    let asked = u32::from(ask.kind == RecordKind::Note);
    world.imis.faults().add(Fault::once(effect.clone()).on("POST", entity(ask.kind)).after(asked));
    let mut report = world.person(token).call(ask).await.unwrap();
    assert_eq!(world.imis.faults().waiting(), 0, "{name}: the fault struck");
    for _ in 0..3 {
        if all_saved(&report) {
            break;
        }
        world.restart().await;
        world.wait(told_to_wait(&report));
        report = world.person(token).call(ask).await.unwrap();
    }
    assert!(all_saved(&report), "{name}: {report:?}");
    let lines = if ask.kind == RecordKind::CommunicationLog { 1 } else { 2 };
    assert_eq!(created(world, entity(ask.kind)) - before, lines, "{name}");
}

#[tokio::test]
async fn no_fault_at_a_write_loses_or_doubles_a_record() {
    let mut world = World::with(Settings::default(), |config| {
        config.limits.imis_write = std::time::Duration::from_millis(700);
    })
    .await;
    // Notes are known by their day, so both clocks have to tell the same.
    world.now();
    let token = world.sign_in().await.token;
    let effects = [
        Effect::ServerError { stored: Stored::Yes },
        Effect::ServerError { stored: Stored::No },
        Effect::Truncated,
        Effect::ResetAfterStore,
        Effect::RequestTimeout,
        Effect::Unauthorized,
        Effect::HangForever,
    ];
    for (number, effect) in effects.iter().enumerate() {
        for mut ask in one_of_each(&["101", "107"]) {
            // Every note has words of its own.
            if ask.kind == RecordKind::Note {
                ask.values = values(&[("Text", &format!("Note {number}"))]);
            }
            survives(&mut world, &token, &ask, effect).await;
        }
    }
}

async fn both(person: &Person<'_>, ask: &WriteRecord) -> (SaveReport, SaveReport) {
    let again = WriteRecord { save: SaveId(uuid::Uuid::new_v4().to_string()), ..ask.clone() };
    (person.call(ask).await.unwrap(), person.call(&again).await.unwrap())
}

#[tokio::test]
async fn the_same_words_written_twice_are_two_records() {
    let world = World::new().await;
    world.now();
    let person = world.sign_in().await;
    for ask in one_of_each(&["101"]) {
        let (one, two) = both(&person, &ask).await;
        assert!(all_saved(&one) && all_saved(&two) && one.records != two.records, "{:?}", ask.kind);
        assert_eq!(created(&world, entity(ask.kind)), 2);
    }
}
