//! Writing a record without a message, and changing one.

use crate::record::{full, open_record, read};
use crate::timeline::{ada, entry, here, history, opened, page};
use crate::world::{contact, id, me, message, problem, signed_out};
use api::{
    ChangeRecord, FieldKind, FieldProblem, FieldValue, FormField, LocalTime, Problem, ProblemCode, Record, RecordForm,
    RecordForms, RecordId, RecordInFull, RecordKind, RecordOutcome, SaveReport, WriteRecord,
};
use flows::{
    App, Effect, Event, HereAndNow, Leaving, News, Opening, Sheet, SheetId, Trouble, WriteEffect, WriteEvent,
    WritePhase, Writing, Wrong,
};

fn field(name: &str, kind: FieldKind) -> FormField {
    FormField { name: name.to_owned(), label: String::new(), kind, max_chars: None, required: false }
}

fn forms() -> RecordForms {
    let fields = vec![
        FormField { required: true, max_chars: Some(20), ..field("DESCRIPTION", FieldKind::Text) },
        field("TRANSACTION_DATE", FieldKind::Date),
        field("AMOUNT", FieldKind::Amount),
        field("TICKLER_DATE", FieldKind::Date),
        field("NOTE", FieldKind::LongText),
    ];
    let call = RecordForm {
        kind: RecordKind::Activity,
        type_id: "CALL".to_owned(),
        title: "Telephone call".to_owned(),
        actions: vec![],
        fields,
    };
    let meeting = RecordForm {
        kind: RecordKind::ContactInteraction,
        type_id: "MEETING".to_owned(),
        title: "Meeting".to_owned(),
        actions: vec![("HELD".to_owned(), "Held".to_owned()), ("MISSED".to_owned(), "Missed".to_owned())],
        fields: vec![field("NOTE", FieldKind::LongText)],
    };
    RecordForms { forms: vec![call, meeting], contacts_max: 2, types: vec![] }
}

pub(crate) fn begun() -> (App, SheetId) {
    let mut app = opened(forms(), page(vec![entry(5, "2026-05-09T10:00:00")], None));
    app.update(Event::SheetOpened(Opening::Write(vec![contact("101", "Ada Lovelace")], here())));
    let (sheet, _) = app.sheets.top().expect("a sheet was opened");
    (app, sheet)
}

pub(crate) fn writing(app: &App, sheet: SheetId) -> &Writing {
    match app.sheets.get(sheet) {
        Some(Sheet::Write(writing)) => writing,
        other => panic!("nothing is written, but {other:?}"),
    }
}

pub(crate) fn tell(app: &mut App, sheet: SheetId, event: WriteEvent) -> Vec<Effect> {
    app.update(Event::Write(sheet, event))
}

pub(crate) fn fill(app: &mut App, sheet: SheetId, values: &[(&str, &str)]) {
    for (name, text) in values {
        tell(app, sheet, WriteEvent::FieldTyped((*name).to_owned(), (*text).to_owned()));
    }
}

/// Send it, under this id.
pub(crate) fn save(name: &str) -> WriteEvent {
    WriteEvent::SendAsked(id(name), here())
}

pub(crate) fn sent(effects: &[Effect]) -> Option<&WriteRecord> {
    effects.iter().find_map(|effect| match effect {
        Effect::Write(_, WriteEffect::Write(request)) => Some(&**request),
        _ => None,
    })
}

fn change_sent(effects: &[Effect]) -> Option<&ChangeRecord> {
    effects.iter().find_map(|effect| match effect {
        Effect::Write(_, WriteEffect::Change(request)) => Some(&**request),
        _ => None,
    })
}

pub(crate) fn report(records: &[(&str, Result<&str, ProblemCode>)]) -> SaveReport {
    let records = records.iter().map(|(contact, outcome)| Record {
        contact: api::ContactId((*contact).to_owned()),
        outcome: match outcome {
            Ok(record) => RecordOutcome::Saved { record: RecordId((*record).to_owned()) },
            Err(code) => RecordOutcome::Failed { problem: Problem::new(*code) },
        },
    });
    SaveReport { save: id("s"), records: records.collect(), attachments: vec![] }
}

fn value(name: &str, value: &str) -> FieldValue {
    FieldValue { name: name.to_owned(), value: value.to_owned() }
}

#[test]
fn what_is_written_goes_as_the_server_wants_it_and_shows_on_the_timeline_at_once() {
    let (mut app, sheet) = begun();
    assert_eq!(writing(&app, sheet).value("TRANSACTION_DATE"), "2026-05-10", "today, unless it is changed");
    fill(&mut app, sheet, &[("DESCRIPTION", "Dues"), ("AMOUNT", "1.250,50"), ("TICKLER_DATE", "2026-06-01")]);
    let effects = tell(&mut app, sheet, save("s"));
    let request = sent(&effects).expect("it is sent");
    let values = [("DESCRIPTION", "Dues"), ("TRANSACTION_DATE", "2026-05-10"), ("AMOUNT", "1250.50")];
    let mut values: Vec<_> = values.iter().map(|(name, text)| value(name, text)).collect();
    values.push(value("TICKLER_DATE", "2026-06-01"));
    assert_eq!(request.values, values);
    assert_eq!((request.type_id.as_str(), request.utc_offset_minutes), ("CALL", 120));
    tell(&mut app, sheet, WriteEvent::Written(Ok(report(&[("101", Ok("Activity:9"))]))));
    assert!(matches!(app.sheets.top(), Some((_, Sheet::Contact(contact))) if *contact == ada()));
    let first = &history(&app).entries[0];
    assert_eq!((first.record.0.as_str(), first.title.as_str()), ("Activity:9", "Dues"));
    assert_eq!(first.by.as_deref(), Some("ada"));
    assert_eq!(history(&app).news, Some(News::Written(1)));
}

#[test]
fn an_action_goes_with_its_type_alone_and_the_note_stays_when_the_type_changes() {
    let (mut app, sheet) = begun();
    fill(&mut app, sheet, &[("NOTE", "We met.")]);
    tell(&mut app, sheet, WriteEvent::FormChosen(RecordKind::ContactInteraction, "MEETING".to_owned(), here()));
    assert_eq!(writing(&app, sheet).action, "HELD");
    tell(&mut app, sheet, WriteEvent::ActionChosen("MISSED".to_owned()));
    let effects = tell(&mut app, sheet, save("s"));
    let request = sent(&effects).expect("it is sent");
    assert_eq!(request.action, "MISSED");
    assert_eq!(request.values, [value("NOTE", "We met.")]);
}

#[test]
fn a_pane_that_stays_open_for_days_writes_for_the_day_it_is() {
    let at =
        |time: &str, utc_offset_minutes| HereAndNow { now: LocalTime(time.to_owned()), utc_offset_minutes, ..here() };
    let (mut app, _) = begun();
    app.update(Event::SheetClosed);
    let opening = Opening::Write(vec![contact("101", "Ada Lovelace")], at("2026-10-24T16:00:00", 120));
    app.update(Event::SheetOpened(opening));
    let (sheet, _) = app.sheets.top().expect("a sheet was opened");
    assert_eq!(writing(&app, sheet).value("TRANSACTION_DATE"), "2026-10-24");
    let chosen = WriteEvent::FormChosen(RecordKind::ContactInteraction, "MEETING".to_owned(), here());
    tell(&mut app, sheet, chosen);
    // The clocks go back in the night.
    let effects = tell(&mut app, sheet, WriteEvent::SendAsked(id("s"), at("2026-10-25T09:00:00", 60)));
    assert_eq!(sent(&effects).map(|request| request.utc_offset_minutes), Some(60));
    tell(&mut app, sheet, WriteEvent::Written(Ok(report(&[("101", Ok("Interaction:9"))]))));
    assert_eq!(history(&app).entries[0].at, Some(LocalTime("2026-10-25T09:00:00".to_owned())));
}

#[test]
fn nothing_is_sent_while_a_field_is_wrong() {
    let (mut app, sheet) = begun();
    fill(&mut app, sheet, &[("DESCRIPTION", " "), ("AMOUNT", "12.50")]);
    assert!(tell(&mut app, sheet, save("s")).is_empty());
    assert_eq!(writing(&app, sheet).wrong_with("DESCRIPTION"), Some(&Wrong::Missing));
    assert_eq!(writing(&app, sheet).wrong_with("AMOUNT"), Some(&Wrong::NotANumber));
    fill(&mut app, sheet, &[("AMOUNT", "12,50")]);
    assert_eq!(writing(&app, sheet).wrong_with("AMOUNT"), None, "told no longer once it is typed over");
}

#[test]
fn nothing_is_sent_for_nobody_or_for_too_many() {
    let (mut app, sheet) = begun();
    fill(&mut app, sheet, &[("DESCRIPTION", "Dues")]);
    tell(&mut app, sheet, WriteEvent::ContactRemoved(ada()));
    assert!(tell(&mut app, sheet, save("s")).is_empty());
    for number in ["102", "103", "104"] {
        tell(&mut app, sheet, WriteEvent::ContactAdded(contact(number, "Somebody")));
    }
    assert!(tell(&mut app, sheet, save("s")).is_empty());
    tell(&mut app, sheet, WriteEvent::ContactRemoved(api::ContactId("104".to_owned())));
    assert_eq!(tell(&mut app, sheet, save("s")).len(), 1);
}

#[test]
fn what_imis_finds_wrong_stands_at_its_field_and_a_new_try_has_a_new_id() {
    let (mut app, sheet) = begun();
    fill(&mut app, sheet, &[("DESCRIPTION", "Dues")]);
    tell(&mut app, sheet, save("one"));
    let told = FieldProblem { field: "DESCRIPTION".to_owned(), message: "Not this word.".to_owned() };
    let refusal = Problem { fields: vec![told], ..Problem::new(ProblemCode::ImisRefused) };
    tell(&mut app, sheet, WriteEvent::Written(Err(Trouble::Server(refusal))));
    assert_eq!(writing(&app, sheet).wrong_with("DESCRIPTION"), Some(&Wrong::Imis("Not this word.".to_owned())));
    fill(&mut app, sheet, &[("DESCRIPTION", "Other")]);
    let effects = tell(&mut app, sheet, save("two"));
    assert_eq!(sent(&effects).map(|request| request.save.clone()), Some(id("two")));
}

#[test]
fn while_nobody_knows_whether_it_was_written_only_the_very_same_can_be_sent() {
    let (mut app, sheet) = begun();
    fill(&mut app, sheet, &[("DESCRIPTION", "Dues")]);
    let first = sent(&tell(&mut app, sheet, save("one"))).cloned();
    tell(&mut app, sheet, WriteEvent::Written(Err(Trouble::NoAnswer)));
    assert_eq!(writing(&app, sheet).phase, WritePhase::Unsure(Trouble::NoAnswer));
    fill(&mut app, sheet, &[("DESCRIPTION", "Other")]);
    assert!(tell(&mut app, sheet, save("two")).is_empty());
    let again = tell(&mut app, sheet, WriteEvent::RetryAsked);
    assert_eq!(sent(&again).cloned(), first);
}

#[test]
fn a_record_for_one_of_two_is_partly_written_and_the_rest_is_tried_again() {
    let (mut app, sheet) = begun();
    tell(&mut app, sheet, WriteEvent::ContactAdded(contact("102", "Grace Hopper")));
    fill(&mut app, sheet, &[("DESCRIPTION", "Dues")]);
    tell(&mut app, sheet, save("s"));
    let partly = report(&[("101", Ok("Activity:9")), ("102", Err(ProblemCode::Unknown))]);
    tell(&mut app, sheet, WriteEvent::Written(Ok(partly)));
    assert_eq!(writing(&app, sheet).phase, WritePhase::Partly);
    assert_eq!(history(&app).entries[0].record.0, "Activity:9", "what is written shows already");
    let again = tell(&mut app, sheet, WriteEvent::RetryAsked);
    assert_eq!(sent(&again).map(|request| request.save.clone()), Some(id("s")));
    let all = report(&[("101", Ok("Activity:9")), ("102", Ok("Activity:10"))]);
    tell(&mut app, sheet, WriteEvent::Written(Ok(all)));
    assert_eq!(history(&app).news, Some(News::Written(2)));
    assert_eq!(history(&app).entries.iter().filter(|entry| entry.record.0 == "Activity:9").count(), 1);
}

#[test]
fn what_was_refused_for_one_is_put_right_and_sent_for_that_one_alone() {
    let (mut app, sheet) = begun();
    tell(&mut app, sheet, WriteEvent::ContactAdded(contact("102", "Grace Hopper")));
    fill(&mut app, sheet, &[("DESCRIPTION", "Dues")]);
    tell(&mut app, sheet, save("one"));
    let partly = report(&[("101", Ok("Activity:9")), ("102", Err(ProblemCode::ImisRefused))]);
    tell(&mut app, sheet, WriteEvent::Written(Ok(partly)));
    tell(&mut app, sheet, WriteEvent::PutRightAsked);
    fill(&mut app, sheet, &[("DESCRIPTION", "Other")]);
    let effects = tell(&mut app, sheet, save("two"));
    let request = sent(&effects).expect("it is sent");
    assert_eq!((&request.save, &*request.contacts), (&id("two"), &[api::ContactId("102".to_owned())][..]));
}

#[test]
fn what_nobody_knows_is_not_put_right_under_a_new_id() {
    let (mut app, sheet) = begun();
    tell(&mut app, sheet, WriteEvent::ContactAdded(contact("102", "Grace Hopper")));
    fill(&mut app, sheet, &[("DESCRIPTION", "Dues")]);
    tell(&mut app, sheet, save("one"));
    let partly = report(&[("101", Ok("Activity:9")), ("102", Err(ProblemCode::Unknown))]);
    tell(&mut app, sheet, WriteEvent::Written(Ok(partly)));
    tell(&mut app, sheet, WriteEvent::PutRightAsked);
    assert!(tell(&mut app, sheet, save("two")).is_empty());
}

#[test]
fn a_half_written_form_survives_another_message_and_signing_in_again() {
    let (mut app, sheet) = begun();
    fill(&mut app, sheet, &[("DESCRIPTION", "Dues"), ("AMOUNT", "12,")]);
    app.update(Event::MessageOpened(message(2, &[])));
    app.update(Event::TargetsAnswered(Err(signed_out())));
    app.update(Event::SignInAnswered(Ok(me("ada"))));
    assert_eq!(app.sheets.top().map(|(top, _)| top), Some(sheet));
    assert_eq!(writing(&app, sheet).value("DESCRIPTION"), "Dues");
    assert_eq!(writing(&app, sheet).value("AMOUNT"), "12,");
}

#[test]
fn what_was_being_sent_when_the_session_ended_is_sent_by_the_next_under_the_same_id() {
    let (mut app, sheet) = begun();
    fill(&mut app, sheet, &[("DESCRIPTION", "Dues")]);
    let first = sent(&tell(&mut app, sheet, save("s"))).cloned();
    tell(&mut app, sheet, WriteEvent::Written(Err(signed_out())));
    let effects = app.update(Event::SignInAnswered(Ok(me("ada"))));
    assert_eq!(sent(&effects).cloned(), first);
}

#[test]
fn another_person_finds_nothing_of_it() {
    let (mut app, sheet) = begun();
    fill(&mut app, sheet, &[("DESCRIPTION", "Dues")]);
    app.update(Event::TargetsAnswered(Err(signed_out())));
    app.update(Event::SignInAnswered(Ok(me("grace"))));
    assert!(app.sheets.top().is_none());
    assert!(!app.may_write());
}

#[test]
fn leaving_a_form_with_something_in_it_asks_first() {
    let (mut app, sheet) = begun();
    fill(&mut app, sheet, &[("NOTE", "x")]);
    for (event, leaving) in
        [(Event::SheetsClosed, Leaving::ToMessage), (Event::SheetOpened(Opening::Find), Leaving::ToMessage)]
    {
        app.update(event);
        assert_eq!(writing(&app, sheet).leaving, Some(leaving));
        tell(&mut app, sheet, WriteEvent::LeaveCancelled);
    }
    app.update(Event::SheetClosed);
    assert_eq!(writing(&app, sheet).leaving, Some(Leaving::Back));
    tell(&mut app, sheet, WriteEvent::LeaveConfirmed);
    assert!(matches!(app.sheets.top(), Some((_, Sheet::Contact(_)))));
}

#[test]
fn leaving_an_untouched_form_asks_nothing() {
    let (mut app, _) = begun();
    app.update(Event::SheetClosed);
    assert!(matches!(app.sheets.top(), Some((_, Sheet::Contact(_)))));
}

fn changing() -> (App, SheetId, SheetId) {
    let values = vec![value("DESCRIPTION", "Dues "), value("AMOUNT", "12.50"), value("TRANSACTION_DATE", "2026-05-09")];
    let (mut app, record) = read(forms(), RecordInFull { values, ..full(5) });
    app.update(Event::SheetOpened(Opening::ChangeRecord));
    let (sheet, _) = app.sheets.top().expect("a sheet was opened");
    (app, record, sheet)
}

#[test]
fn a_change_says_what_was_seen_and_what_is_to_be_of_what_somebody_touched() {
    let (mut app, record, sheet) = changing();
    assert_eq!(writing(&app, sheet).value("AMOUNT"), "12,50", "as the person's language writes it");
    fill(&mut app, sheet, &[("AMOUNT", "13,00")]);
    let effects = tell(&mut app, sheet, save("s"));
    let request = change_sent(&effects).expect("it is sent");
    assert_eq!((&*request.from, &*request.to), (&[value("AMOUNT", "12.50")][..], &[value("AMOUNT", "13.00")][..]));
    let now = RecordInFull { text: "Now.".to_owned(), ..full(5) };
    tell(&mut app, sheet, WriteEvent::Changed(Ok(Box::new(now))));
    assert_eq!(app.sheets.top().map(|(top, _)| top), Some(record));
    assert!(open_record(&app, record).changed);
    assert_eq!(open_record(&app, record).full().map(|full| full.text.as_str()), Some("Now."));
}

#[test]
fn a_change_back_to_what_was_there_sends_nothing_and_closes() {
    let (mut app, record, sheet) = changing();
    fill(&mut app, sheet, &[("AMOUNT", "13,00"), ("AMOUNT", "12,50")]);
    assert!(tell(&mut app, sheet, save("s")).is_empty());
    assert_eq!(app.sheets.top().map(|(top, _)| top), Some(record));
}

#[test]
fn a_record_that_somebody_else_changed_can_be_looked_at_as_it_is_now() {
    let (mut app, record, sheet) = changing();
    fill(&mut app, sheet, &[("AMOUNT", "13,00")]);
    tell(&mut app, sheet, save("s"));
    tell(&mut app, sheet, WriteEvent::Changed(Err(problem(ProblemCode::Conflict))));
    assert_eq!(writing(&app, sheet).trouble, Some(problem(ProblemCode::Conflict)));
    let effects = tell(&mut app, sheet, WriteEvent::CurrentAsked);
    assert_eq!(effects.len(), 1, "the record is asked for again");
    assert_eq!(app.sheets.top().map(|(top, _)| top), Some(record));
}

#[test]
fn a_note_is_changed_by_the_one_form_for_notes_whatever_its_purpose() {
    let note = RecordForm {
        kind: RecordKind::Note,
        type_id: String::new(),
        title: String::new(),
        actions: vec![],
        fields: vec![field("Text", FieldKind::LongText)],
    };
    let mut known = full(5);
    known.entry.kind = RecordKind::Note;
    let known = RecordInFull { type_id: "Board".to_owned(), values: vec![value("Text", "Old")], ..known };
    let (mut app, _) = read(RecordForms { forms: vec![note], contacts_max: 1, types: vec![] }, known);
    app.update(Event::SheetOpened(Opening::ChangeRecord));
    let (sheet, _) = app.sheets.top().expect("a sheet was opened");
    fill(&mut app, sheet, &[("Text", "New")]);
    let effects = tell(&mut app, sheet, save("s"));
    assert_eq!(change_sent(&effects).map(|request| request.to.clone()), Some(vec![value("Text", "New")]));
}

#[test]
fn further_contacts_are_looked_for_when_typing_stops() {
    let (mut app, sheet) = begun();
    assert!(tell(&mut app, sheet, WriteEvent::SearchTyped("g".to_owned())).is_empty());
    let effects = tell(&mut app, sheet, WriteEvent::SearchTyped("gr".to_owned()));
    let [Effect::Write(_, WriteEffect::Wait(number))] = effects[..] else { panic!("no wait: {effects:?}") };
    assert!(tell(&mut app, sheet, WriteEvent::SearchWaited(number - 1)).is_empty());
    let effects = tell(&mut app, sheet, WriteEvent::SearchWaited(number));
    assert!(matches!(&effects[..], [Effect::Write(_, WriteEffect::Search(_, call))] if call.text == "gr"));
}
