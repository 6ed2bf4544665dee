//! An opened record: its attachments, and removing it.

use crate::timeline::{ada, entry, history, opened, page};
use crate::world::{me, problem, signed_out};
use api::{AttachmentName, ProblemCode, RecordAttachment, RecordForms, RecordId, RecordInFull, Removed};
use flows::{
    App, Download, Effect, Event, News, OpenRecord, Opened, Opening, RecordEffect, RecordEvent, Removing, Sheet,
    SheetId,
};

pub(crate) fn full(number: u32) -> RecordInFull {
    RecordInFull {
        entry: entry(number, "2026-05-09T10:00:00"),
        html: None,
        text: "We spoke.".to_owned(),
        blocked_images: 0,
        fields: vec![],
        attachments: vec![RecordAttachment { id: "7".to_owned(), name: AttachmentName::new("minutes.pdf") }],
        may_change: true,
        may_remove: true,
        values: vec![],
        type_id: "CALL".to_owned(),
        action: String::new(),
        link: None,
        profile: None,
    }
}

/// Ada's timeline with the first record of it opened and read.
pub(crate) fn read(forms: RecordForms, full: RecordInFull) -> (App, SheetId) {
    let mut app = opened(forms, page(vec![entry(5, "2026-05-09T10:00:00"), entry(4, "2026-05-01")], None));
    app.update(Event::SheetOpened(Opening::Record(ada(), RecordId("Activity:5".to_owned()))));
    let (id, _) = app.sheets.top().expect("a sheet was opened");
    app.update(Event::Record(id, RecordEvent::Answered(Ok(Box::new(full)))));
    (app, id)
}

pub(crate) fn open_record(app: &App, id: SheetId) -> &OpenRecord {
    match app.sheets.get(id) {
        Some(Sheet::Record(open)) => open,
        other => panic!("no record, but {other:?}"),
    }
}

fn tell(app: &mut App, id: SheetId, event: RecordEvent) -> Vec<Effect> {
    app.update(Event::Record(id, event))
}

#[test]
fn a_record_has_its_title_before_it_is_read() {
    let mut app = opened(RecordForms::default(), page(vec![entry(5, "2026-05-09")], None));
    let effects = app.update(Event::SheetOpened(Opening::Record(ada(), RecordId("Activity:5".to_owned()))));
    let (id, _) = app.sheets.top().expect("a sheet was opened");
    assert!(matches!(effects[..], [Effect::Record(_, RecordEffect::Fetch(_))]));
    assert_eq!(open_record(&app, id).entry.as_ref().map(|entry| entry.title.as_str()), Some("Call 5"));
}

#[test]
fn a_file_comes_once_and_one_that_failed_can_be_asked_for_again() {
    let (mut app, id) = read(RecordForms::default(), full(5));
    let ask = || RecordEvent::DownloadAsked("7".to_owned());
    assert_eq!(tell(&mut app, id, ask()).len(), 1);
    assert!(tell(&mut app, id, ask()).is_empty(), "it is on its way already");
    tell(&mut app, id, RecordEvent::Downloaded("7".to_owned(), Err(problem(ProblemCode::NotFound))));
    assert_eq!(open_record(&app, id).download("7"), Some(&Download::Failed(problem(ProblemCode::NotFound))));
    assert_eq!(tell(&mut app, id, ask()).len(), 1);
    tell(&mut app, id, RecordEvent::Downloaded("7".to_owned(), Ok(())));
    assert_eq!(open_record(&app, id).download("7"), Some(&Download::Done));
}

#[test]
fn a_file_that_the_record_does_not_name_is_not_fetched() {
    let (mut app, id) = read(RecordForms::default(), full(5));
    assert!(tell(&mut app, id, RecordEvent::DownloadAsked("8".to_owned())).is_empty());
}

#[test]
fn a_file_under_way_when_the_session_ends_comes_after_signing_in() {
    let (mut app, id) = read(RecordForms::default(), full(5));
    tell(&mut app, id, RecordEvent::DownloadAsked("7".to_owned()));
    tell(&mut app, id, RecordEvent::Downloaded("7".to_owned(), Err(signed_out())));
    let effects = app.update(Event::SignInAnswered(Ok(me("ada"))));
    let again = |effect: &Effect| matches!(effect, Effect::Record(_, RecordEffect::Download { .. }));
    assert_eq!(effects.iter().filter(|effect| again(effect)).count(), 1);
}

#[test]
fn a_removal_is_asked_about_first_and_then_the_timeline_is_without_it() {
    let (mut app, id) = read(RecordForms::default(), full(5));
    assert!(tell(&mut app, id, RecordEvent::RemoveConfirmed).is_empty(), "nobody asked for it");
    assert!(tell(&mut app, id, RecordEvent::RemoveAsked).is_empty());
    tell(&mut app, id, RecordEvent::RemoveCancelled);
    assert_eq!(open_record(&app, id).removing, Removing::Nothing);
    tell(&mut app, id, RecordEvent::RemoveAsked);
    let effects = tell(&mut app, id, RecordEvent::RemoveConfirmed);
    assert!(matches!(effects[..], [Effect::Record(_, RecordEffect::Remove(_))]));
    tell(&mut app, id, RecordEvent::Removed(Ok(Removed {})));
    assert!(matches!(app.sheets.top(), Some((_, Sheet::Contact(contact))) if *contact == ada()));
    let left: Vec<_> = history(&app).entries.iter().map(|entry| entry.record.0.as_str()).collect();
    assert_eq!(left, ["Activity:4"]);
    assert_eq!(history(&app).news, Some(News::Removed));
}

#[test]
fn a_removal_that_failed_says_so_and_can_be_repeated() {
    let (mut app, id) = read(RecordForms::default(), full(5));
    tell(&mut app, id, RecordEvent::RemoveAsked);
    tell(&mut app, id, RecordEvent::RemoveConfirmed);
    tell(&mut app, id, RecordEvent::Removed(Err(problem(ProblemCode::Forbidden))));
    assert_eq!(open_record(&app, id).removing, Removing::Failed(problem(ProblemCode::Forbidden)));
    assert_eq!(tell(&mut app, id, RecordEvent::RemoveConfirmed).len(), 1);
}

#[test]
fn what_imis_does_not_let_be_removed_or_changed_is_not() {
    let locked = RecordInFull { may_change: false, may_remove: false, ..full(5) };
    let (mut app, id) = read(RecordForms::default(), locked);
    tell(&mut app, id, RecordEvent::RemoveAsked);
    assert_eq!(open_record(&app, id).removing, Removing::Nothing);
    app.update(Event::SheetOpened(Opening::ChangeRecord));
    assert_eq!(app.sheets.top().map(|(top, _)| top), Some(id), "no form opened");
}

#[test]
fn an_answer_for_a_sheet_that_was_closed_changes_nothing() {
    let (mut app, id) = read(RecordForms::default(), full(5));
    app.update(Event::SheetClosed);
    let before = app.clone();
    tell(&mut app, id, RecordEvent::Answered(Ok(Box::new(full(6)))));
    assert_eq!(app, before);
}

#[test]
fn a_record_that_is_gone_says_so() {
    let (mut app, id) = read(RecordForms::default(), full(5));
    tell(&mut app, id, RecordEvent::AgainAsked);
    tell(&mut app, id, RecordEvent::Answered(Err(problem(ProblemCode::NotFound))));
    assert_eq!(open_record(&app, id).opened, Opened::Failed(problem(ProblemCode::NotFound)));
}
