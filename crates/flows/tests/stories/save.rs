//! Saving a message.

use crate::world::{
    MEGABYTE, file, id, mail, me, message, problem, signed_out, targets, the_save, with_matched, writes,
};
use api::{
    AttachmentOutcome, AttachmentReport, ContactId, InteractionStore, Problem, ProblemCode, Record, RecordId,
    RecordOutcome, SaveAs, SaveReport,
};
use flows::{
    App, AttachmentKind, AttachmentProgress, Body, Effect, Event, Mark, RecordState, Role, SaveKind, SavePhase,
    Summary, Trouble, Unsendable,
};

const ADA: (Role, &str) = (Role::From, "ada@example.org");
const GRACE: (Role, &str) = (Role::To, "grace@example.org");

fn with_files(sizes: &[u64]) -> App {
    let mut message = message(1, &[ADA, GRACE]);
    message.attachments = sizes.iter().enumerate().map(|(n, size)| file(&format!("{n}.pdf"), *size)).collect();
    with_matched(message)
}

fn body() -> Event {
    Event::BodyRead(id("s1"), Ok(Body { html: "<p>Hello</p>".to_owned(), text: "Hello".to_owned() }))
}

fn log() -> RecordId {
    RecordId("CommunicationLog:1".to_owned())
}

fn saved(contact: &str) -> Record {
    Record { contact: ContactId(contact.to_owned()), outcome: RecordOutcome::Saved { record: log() } }
}

fn failed(contact: &str) -> Record {
    let problem = Problem::new(ProblemCode::ImisRefused);
    Record { contact: ContactId(contact.to_owned()), outcome: RecordOutcome::Failed { problem } }
}

fn written(records: Vec<Record>, attachments: usize) -> Event {
    Event::Written(id("s1"), Ok(SaveReport { save: id("s1"), records, attachments: vec![None; attachments] }))
}

fn read(index: usize) -> Event {
    Event::AttachmentRead(id("s1"), index, Ok(1000))
}

fn uploaded(index: usize, outcome: AttachmentOutcome) -> Event {
    Event::Uploaded(id("s1"), index, Ok(AttachmentReport { index, records: vec![(log(), outcome)] }))
}

fn uploads(effects: &[Effect]) -> Vec<usize> {
    effects
        .iter()
        .filter_map(|effect| if let Effect::Upload { index, .. } = effect { Some(*index) } else { None })
        .collect()
}

#[test]
fn body_and_attachments_are_read_at_once_while_the_message_is_open() {
    let mut app = with_files(&[10, 20]);
    let effects = app.update(Event::SaveAsked(id("s1")));
    assert!(matches!(effects[0], Effect::ReadBody { .. }));
    assert_eq!(effects.iter().filter(|e| matches!(e, Effect::ReadAttachment { .. })).count(), 2);
}

#[test]
fn office_is_never_asked_for_more_than_three_attachments_at_once() {
    let mut app = with_files(&[1, 2, 3, 4, 5]);
    let first = app.update(Event::SaveAsked(id("s1")));
    assert_eq!(first.iter().filter(|e| matches!(e, Effect::ReadAttachment { .. })).count(), 3);
    let next = app.update(read(0));
    assert!(matches!(next.as_slice(), [Effect::ReadAttachment { index: 3, .. }]));
}

#[test]
fn a_whole_save_ends_with_everything_in_imis_and_the_message_marked() {
    let mut app = with_files(&[10]);
    app.update(Event::SaveAsked(id("s1")));
    assert_eq!(writes(&app.update(body())), 1);
    app.update(read(0));
    let up = app.update(written(vec![saved("101"), saved("102")], 1));
    assert_eq!(uploads(&up), vec![0]);
    let end = app.update(uploaded(0, AttachmentOutcome::Saved));
    assert!(end.contains(&Effect::DropContent { save: id("s1"), index: 0 }));
    assert!(end.iter().any(|effect| matches!(effect, Effect::MarkMessage { .. })));
    assert_eq!(the_save(&app).summary(), Summary::All);
    app.update(Event::Marked(id("s1"), Ok(())));
    assert_eq!(the_save(&app).mark, Mark::Set);
}

#[test]
fn nothing_goes_up_before_a_record_is_there() {
    let mut app = with_files(&[10]);
    app.update(Event::SaveAsked(id("s1")));
    app.update(body());
    assert_eq!(uploads(&app.update(read(0))), Vec::<usize>::new());
    let end = app.update(written(vec![failed("101"), failed("102")], 1));
    assert_eq!(uploads(&end), Vec::<usize>::new());
    assert_eq!(the_save(&app).phase, SavePhase::Finished);
    assert_eq!(the_save(&app).summary(), Summary::Nothing);
    assert_eq!(the_save(&app).mark, Mark::Pending);
}

#[test]
fn partly_saved_is_retried_under_the_same_id_without_reading_again() {
    let mut app = with_files(&[10, 20]);
    app.update(Event::SaveAsked(id("s1")));
    app.update(body());
    app.update(read(0));
    app.update(read(1));
    app.update(written(vec![saved("101"), failed("102")], 2));
    app.update(uploaded(0, AttachmentOutcome::Saved));
    let refused = AttachmentOutcome::Failed { problem: Problem::new(ProblemCode::ImisUnavailable) };
    app.update(uploaded(1, refused));
    assert_eq!(the_save(&app).summary(), Summary::Partly);

    app.update(Event::MessageClosed);
    let again = app.update(Event::RetryAsked(id("s1")));
    let [Effect::Save(request)] = again.as_slice() else { panic!("{again:?}") };
    assert_eq!(request.save, id("s1"));
    let attachments = vec![Some(AttachmentOutcome::Saved), None];
    let records = vec![saved("101"), saved("102")];
    let up = app.update(Event::Written(id("s1"), Ok(SaveReport { save: id("s1"), records, attachments })));
    assert_eq!(uploads(&up), vec![1]);
    app.update(uploaded(1, AttachmentOutcome::Saved));
    assert_eq!(the_save(&app).summary(), Summary::All);
}

#[test]
fn a_record_that_comes_with_the_retry_gets_the_attachments_that_the_others_have() {
    let mut app = with_files(&[10]);
    app.update(Event::SaveAsked(id("s1")));
    app.update(body());
    app.update(read(0));
    app.update(written(vec![saved("101"), failed("102")], 1));
    let end = app.update(uploaded(0, AttachmentOutcome::Saved));
    assert!(!end.iter().any(|effect| matches!(effect, Effect::DropContent { .. })), "it may be needed again");
    assert_eq!(the_save(&app).summary(), Summary::Partly);
    app.update(Event::MessageClosed);
    app.update(Event::RetryAsked(id("s1")));
    let up = app.update(written(vec![saved("101"), saved("102")], 1));
    assert_eq!(uploads(&up), vec![0], "on the second record it is not");
    let end = app.update(uploaded(0, AttachmentOutcome::Saved));
    assert_eq!(the_save(&app).summary(), Summary::All);
    assert!(end.contains(&Effect::DropContent { save: id("s1"), index: 0 }));
}

#[test]
fn a_save_goes_on_while_another_message_is_read() {
    let mut app = with_files(&[10]);
    app.update(Event::SaveAsked(id("s1")));
    app.update(body());
    app.update(read(0));
    app.update(Event::MessageOpened(message(2, &[ADA])));
    let up = app.update(written(vec![saved("101"), saved("102")], 1));
    assert_eq!(uploads(&up), vec![0]);
    let end = app.update(uploaded(0, AttachmentOutcome::Saved));
    assert!(!end.iter().any(|effect| matches!(effect, Effect::MarkMessage { .. })), "another message is open");
    let back = app.update(Event::MessageOpened(message(1, &[ADA, GRACE])));
    assert!(back.iter().any(|effect| matches!(effect, Effect::MarkMessage { .. })));
}

#[test]
fn what_was_not_read_before_the_message_closed_is_said_and_read_when_it_is_open_again() {
    let mut app = with_files(&[10]);
    app.update(Event::SaveAsked(id("s1")));
    app.update(body());
    app.update(Event::MessageOpened(message(2, &[ADA])));
    app.update(Event::AttachmentRead(id("s1"), 0, Err(Trouble::MessageClosed)));
    app.update(written(vec![saved("101"), saved("102")], 1));
    assert_eq!(the_save(&app).attachments[0].progress, AttachmentProgress::Failed(Trouble::MessageClosed));
    let mut reopened = message(1, &[ADA, GRACE]);
    reopened.key.opening = 3;
    app.update(Event::MessageOpened(reopened.clone()));
    let again = app.update(Event::RetryAsked(id("s1")));
    assert!(again.iter().any(|effect| matches!(effect, Effect::ReadAttachment { key, .. } if *key == reopened.key)));
}

#[test]
fn a_body_that_outlook_keeps_to_itself_writes_nothing() {
    let mut app = with_files(&[]);
    app.update(Event::SaveAsked(id("s1")));
    let effects = app.update(Event::BodyRead(id("s1"), Err(Trouble::OutlookSilent)));
    assert_eq!(writes(&effects), 0);
    assert_eq!(the_save(&app).records[0].2, RecordState::Failed(Trouble::OutlookSilent));
    let again = app.update(Event::RetryAsked(id("s1")));
    assert!(matches!(again.as_slice(), [Effect::ReadBody { .. }]));
}

#[test]
fn an_attachment_that_turns_out_larger_than_the_limit_is_left_out_and_said() {
    let mut app = with_files(&[10]);
    app.update(Event::SaveAsked(id("s1")));
    app.update(body());
    let effects = app.update(Event::AttachmentRead(id("s1"), 0, Ok(23 * MEGABYTE)));
    assert_eq!(effects, vec![Effect::DropContent { save: id("s1"), index: 0 }]);
    app.update(written(vec![saved("101"), saved("102")], 1));
    let too_large = problem(ProblemCode::TooLarge);
    assert_eq!(the_save(&app).attachments[0].progress, AttachmentProgress::Failed(too_large));
    assert_eq!(the_save(&app).summary(), Summary::Partly);
}

#[test]
fn a_session_that_ends_during_a_save_pauses_it_until_the_same_person_is_back() {
    let mut app = with_files(&[10]);
    app.update(Event::SaveAsked(id("s1")));
    app.update(body());
    app.update(read(0));
    let ended = app.update(Event::Written(id("s1"), Err(signed_out())));
    assert!(ended.contains(&Effect::ForgetSession));
    assert_eq!(the_save(&app).phase, SavePhase::Paused);
    let back = app.update(Event::SignInAnswered(Ok(me("ada"))));
    assert_eq!(writes(&back), 1);
    assert_eq!(uploads(&app.update(written(vec![saved("101"), saved("102")], 1))), vec![0]);
}

#[test]
fn nobody_goes_on_with_the_save_of_another() {
    let mut app = with_files(&[10]);
    app.update(Event::SaveAsked(id("s1")));
    app.update(body());
    app.update(read(0));
    app.update(Event::Written(id("s1"), Err(signed_out())));
    let other = app.update(Event::SignInAnswered(Ok(me("grace"))));
    assert_eq!(writes(&other), 0);
    assert!(other.contains(&Effect::DropContent { save: id("s1"), index: 0 }));
    assert!(app.saves.is_empty());
}

#[test]
fn a_second_click_does_not_save_twice() {
    let mut app = with_files(&[]);
    app.update(Event::SaveAsked(id("s1")));
    assert!(app.update(Event::SaveAsked(id("s2"))).is_empty());
    assert_eq!(app.saves.len(), 1);
}

#[test]
fn late_answers_change_nothing() {
    let mut app = with_files(&[10]);
    app.update(Event::SaveAsked(id("s1")));
    app.update(body());
    app.update(read(0));
    app.update(written(vec![saved("101"), saved("102")], 1));
    app.update(uploaded(0, AttachmentOutcome::Saved));
    let before = app.clone();
    assert!(app.update(body()).is_empty());
    assert!(app.update(written(vec![failed("101")], 1)).is_empty());
    assert!(app.update(uploaded(0, AttachmentOutcome::Saved)).is_empty());
    assert!(app.update(read(0)).is_empty());
    assert!(app.update(read(7)).is_empty());
    assert_eq!(app, before);
}

#[test]
fn attachments_are_checked_before_they_are_offered() {
    let app = with_files(&[10, 23 * MEGABYTE]);
    let (draft, targets) = (&mail(&app).draft, targets());
    let large = &draft.attachments[1].attachment;
    assert_eq!(draft.unsendable(large, &targets), Some(Unsendable::TooLarge { max_bytes: 22 * MEGABYTE }));
    assert_eq!(draft.sendable(&targets).len(), 1);
    let mut link = large.clone();
    link.kind = AttachmentKind::Cloud;
    assert_eq!(draft.unsendable(&link, &targets), Some(Unsendable::CloudLink));
}

#[test]
fn interactions_without_a_place_for_attachments_say_so() {
    let app = with_files(&[10]);
    let mut targets = targets();
    targets.interaction = Some(InteractionStore::ContactInteraction);
    let draft = &mail(&app).draft;
    assert_eq!(draft.unsendable(&draft.attachments[0].attachment, &targets), Some(Unsendable::NoPlace));
}

#[test]
fn pictures_in_the_body_stay_out_until_ticked() {
    let mut message = message(1, &[ADA]);
    message.attachments = vec![file("logo.png", 10)];
    message.attachments[0].inline = true;
    let mut app = with_matched(message);
    assert!(mail(&app).draft.sendable(&targets()).is_empty());
    app.update(Event::AttachmentToggled(0));
    assert_eq!(mail(&app).draft.sendable(&targets()).len(), 1);
}

#[test]
fn an_activity_starts_as_email_where_the_site_has_that_type() {
    let mut app = with_files(&[]);
    app.update(Event::KindChosen(SaveKind::Activity));
    app.update(Event::SaveAsked(id("s1")));
    assert!(matches!(&the_save(&app).save_as, SaveAs::Activity { activity_type } if activity_type.0 == "EMAIL"));
}

#[test]
fn a_save_without_anybody_to_save_to_does_not_start() {
    let mut app = with_files(&[]);
    for text in ["ada@example.org", "grace@example.org"] {
        app.update(Event::PersonRemoved(crate::world::address(text)));
    }
    assert!(app.update(Event::SaveAsked(id("s1"))).is_empty());
}

#[test]
fn a_result_stays_until_it_is_dismissed_and_lets_go_of_what_it_held() {
    let mut app = with_files(&[10]);
    app.update(Event::SaveAsked(id("s1")));
    app.update(body());
    app.update(read(0));
    assert!(app.update(Event::SaveDismissed(id("s1"))).is_empty(), "still running");
    app.update(written(vec![failed("101"), failed("102")], 1));
    assert_eq!(app.update(Event::SaveDismissed(id("s1"))), vec![Effect::DropContent { save: id("s1"), index: 0 }]);
    assert!(app.saves.is_empty());
}

#[test]
fn a_mark_that_came_too_late_is_set_when_the_message_is_open_again_and_not_before() {
    let mut app = with_files(&[]);
    app.update(Event::SaveAsked(id("s1")));
    app.update(body());
    app.update(written(vec![saved("101"), saved("102")], 0));
    assert_eq!(the_save(&app).mark, Mark::Setting);
    assert!(app.update(Event::Marked(id("s1"), Err(Trouble::MessageClosed))).is_empty());
    let back = app.update(Event::MessageOpened(message(1, &[ADA, GRACE])));
    assert!(back.iter().any(|effect| matches!(effect, Effect::MarkMessage { .. })));
}
