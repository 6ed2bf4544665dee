//! A site that does not list its communication log: what was saved from here shows all the same.

use crate::timeline::{ada, asked, entry, history, page};
use crate::world::{contact, id, message, with_matched};
use api::{
    ContactId, MissingKind, Problem, ProblemCode, Record, RecordId, RecordKind, RecordOutcome, Removed, SaveReport,
    Timeline,
};
use flows::{App, Body, Event, Opening, RecordEvent, Role, TimelineEvent};

/// An answer without the log.
fn rest() -> Timeline {
    let problem = Problem::new(ProblemCode::Forbidden);
    let missing = vec![MissingKind { kind: RecordKind::CommunicationLog, problem }];
    Timeline { missing, ..page(vec![entry(5, "2026-05-09T10:00:00")], None) }
}

fn log() -> RecordId {
    RecordId("CommunicationLog:1".to_owned())
}

/// Somebody who has just saved a message from Ada as an interaction, at half past ten of their own time.
fn saved() -> App {
    let mut app = with_matched(message(1, &[(Role::From, "ada@example.org")]));
    app.update(Event::TimeRead(1_778_401_800_000));
    app.update(Event::SaveAsked(id("s1")));
    app.update(Event::BodyRead(id("s1"), Ok(Body { html: String::new(), text: String::new() })));
    let records = vec![Record { contact: ada(), outcome: RecordOutcome::Saved { record: log() } }];
    app.update(Event::Written(id("s1"), Ok(SaveReport { save: id("s1"), records, attachments: vec![] })));
    app
}

/// Opens a contact and answers for its timeline.
fn look_at(app: &mut App, number: &str, answer: Timeline) {
    let effects = app.update(Event::SheetOpened(Opening::Contact(contact(number, "Somebody"))));
    let (question, _) = asked(&effects)[0];
    app.update(Event::Timeline(TimelineEvent::Answered(ContactId(number.to_owned()), question, Ok(answer))));
}

#[test]
fn what_was_saved_shows_though_the_log_is_not_listed() {
    let mut app = saved();
    look_at(&mut app, "101", rest());
    let first = &history(&app).entries[0];
    assert_eq!((first.title.as_str(), first.by.as_deref()), ("Renewal", Some("ada")));
    assert_eq!(first.at.as_ref().map(|at| at.0.as_str()), Some("2026-05-10T09:30:00"));
    assert_eq!(history(&app).entries.len(), 2);
    look_at(&mut app, "102", rest());
    let others = &app.timelines.of(&ContactId("102".to_owned())).expect("it was wanted").entries;
    assert_eq!(others.len(), 1, "it was saved to Ada alone");
}

#[test]
fn where_the_log_is_listed_the_site_alone_says_what_is_there() {
    let mut app = saved();
    look_at(&mut app, "101", page(vec![entry(5, "2026-05-09T10:00:00")], None));
    assert_eq!(history(&app).entries.len(), 1);
}

#[test]
fn what_was_removed_again_is_gone() {
    let mut app = saved();
    look_at(&mut app, "101", rest());
    app.update(Event::SheetOpened(Opening::Record(ada(), log())));
    let (sheet, _) = app.sheets.top().expect("a sheet was opened");
    let full = api::RecordInFull { entry: history(&app).entries[0].clone(), ..crate::record::full(1) };
    app.update(Event::Record(sheet, RecordEvent::Answered(Ok(Box::new(full)))));
    app.update(Event::Record(sheet, RecordEvent::RemoveAsked));
    app.update(Event::Record(sheet, RecordEvent::RemoveConfirmed));
    let effects = app.update(Event::Record(sheet, RecordEvent::Removed(Ok(Removed {}))));
    let (question, _) = asked(&effects)[0];
    app.update(Event::Timeline(TimelineEvent::Answered(ada(), question, Ok(rest()))));
    assert_eq!(history(&app).entries.len(), 1);
}
