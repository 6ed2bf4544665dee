//! What the person makes of a message before it is saved, and stopping a save half-way.

use crate::world::{address, file, found, id, mail, me, message, signed_out, targets, with_matched};
use api::{
    ActivityTypeId, AttachmentOutcome, AttachmentReport, FieldKind, FormField, InteractionStore, InteractionType,
    MappedField, Record, RecordId, RecordOutcome, SaveAs, SaveMessage, SaveReport, SaveTargets, TableId, TableTarget,
};
use flows::{
    App, AttachmentProgress, Body, DraftEdit, Effect, Event, Message, RecordState, Role, SaveKind, SavePhase, Summary,
    Targets, Unsendable, Wrong,
};
use std::sync::Arc;

fn mapped(name: &str, kind: FieldKind, max_chars: Option<u32>, template: &str) -> MappedField {
    let field = FormField { name: name.to_owned(), label: String::new(), kind, max_chars, required: false };
    MappedField { field, template: template.to_owned() }
}

fn mapped_targets() -> SaveTargets {
    let mut targets = targets();
    for kind in &mut targets.activity_types {
        kind.fields = vec![
            mapped("TRANSACTION_DATE", FieldKind::DateTime, None, "{SentOn}"),
            mapped("DESCRIPTION", FieldKind::Text, Some(12), "{Subject}"),
            mapped("NOTE", FieldKind::LongText, None, "{Note} {Body}"),
            mapped("UF_2", FieldKind::Text, Some(8), "{Body}"),
            mapped("UNITS", FieldKind::Number, None, "5"),
        ];
    }
    let fields = vec![mapped("SUBJECT", FieldKind::Text, Some(60), "{Subject}")];
    targets.tables = vec![TableTarget { id: TableId("mail".to_owned()), title: "Mail".to_owned(), fields }];
    targets
}

fn ada(opening: u32) -> Message {
    message(opening, &[(Role::From, "ada@example.org")])
}

fn open() -> App {
    let mut app = with_matched(ada(1));
    app.update(Event::TargetsAnswered(Ok(mapped_targets())));
    app
}

fn edit(app: &mut App, edit: DraftEdit) {
    app.update(Event::DraftEdited(edit));
}

fn asked(effects: &[Effect]) -> Arc<SaveMessage> {
    let found = effects.iter().find_map(|effect| match effect {
        Effect::Save(asked) => Some(asked.clone()),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("nothing is saved: {effects:?}"))
}

fn save(app: &mut App) -> Arc<SaveMessage> {
    app.update(Event::SaveAsked(id("save-1")));
    let body = Body { html: "<p>Dear all</p>".to_owned(), text: "Dear all of you".to_owned() };
    asked(&app.update(Event::BodyRead(id("save-1"), Ok(body))))
}

fn value<'a>(asked: &'a SaveMessage, name: &str) -> Option<&'a str> {
    asked.fields.iter().find(|field| field.name == name).map(|field| field.value.as_str())
}

#[test]
fn subject_note_and_date_go_as_they_were_edited_and_the_facts_stay_the_message_s_own() {
    let mut app = open();
    edit(&mut app, DraftEdit::Subject("About the dues".to_owned()));
    edit(&mut app, DraftEdit::Note(" Call her back \n".to_owned()));
    edit(&mut app, DraftEdit::At("2023-11-20T10:30".to_owned()));
    let asked = save(&mut app);
    assert_eq!(asked.message.subject, "About the dues");
    assert_eq!(asked.message.note, "Call her back");
    // 10:30 an hour east of Greenwich.
    assert_eq!(asked.message.sent_ms, Some(1_700_472_600_000));
    assert_eq!((asked.facts.subject.as_str(), asked.facts.sent_ms), ("Renewal", Some(1_700_000_000_000)));
    app.update(Event::Written(id("save-1"), Err(flows::Trouble::NoAnswer)));
    edit(&mut app, DraftEdit::Subject("Changed meanwhile".to_owned()));
    let again = app.update(Event::RetryAsked(id("save-1")));
    assert!(again.contains(&Effect::Save(asked)), "the very same again");
}

#[test]
fn the_fields_of_an_activity_are_filled_shortened_in_sight_and_sent_as_they_were_seen() {
    let mut app = open();
    app.update(Event::KindChosen(SaveKind::Activity));
    edit(&mut app, DraftEdit::Subject("A subject that is long".to_owned()));
    let shown = |app: &App| {
        let Targets::Known(targets) = &app.targets else { panic!("known") };
        mail(app).draft.fields(&mail(app).message, targets, "Ada")
    };
    let fields = shown(&app);
    assert_eq!((fields[1].value.as_str(), fields[1].shortened), ("A subject t…", true));
    assert!(fields[2].takes_body && fields[3].takes_body);
    let asked = save(&mut app);
    assert_eq!(asked.save_as, SaveAs::Activity { activity_type: ActivityTypeId("EMAIL".to_owned()) });
    assert_eq!(value(&asked, "TRANSACTION_DATE"), Some("2023-11-14T23:13:20"));
    assert_eq!(value(&asked, "DESCRIPTION"), Some("A subject t…"));
    assert_eq!(value(&asked, "NOTE"), None, "a body of any length need not travel twice");
    assert_eq!(value(&asked, "UF_2"), Some("Dear al…"));
}

#[test]
fn what_is_typed_into_a_field_counts_for_that_type_alone_and_nonsense_is_not_saved() {
    let mut app = open();
    app.update(Event::KindChosen(SaveKind::Activity));
    edit(&mut app, DraftEdit::Field("UNITS".to_owned(), "ten".to_owned()));
    let Targets::Known(targets) = app.targets.clone() else { panic!("known") };
    let wrong = mail(&app).draft.wrong_field(&mail(&app).message, &targets, "Ada").expect("a number is no word");
    assert_eq!((wrong.field.name.as_str(), wrong.wrong), ("UNITS", Some(Wrong::NotANumber)));
    assert!(app.update(Event::SaveAsked(id("save-1"))).is_empty());
    edit(&mut app, DraftEdit::Field("DESCRIPTION".to_owned(), "longer than twelve".to_owned()));
    edit(&mut app, DraftEdit::Field("UNITS".to_owned(), "2,5".to_owned()));
    let wrong = mail(&app).draft.wrong_field(&mail(&app).message, &targets, "Ada").expect("too long");
    assert_eq!(wrong.wrong, Some(Wrong::TooLong(12)));
    edit(&mut app, DraftEdit::Field("DESCRIPTION".to_owned(), "short".to_owned()));
    app.update(Event::ActivityTypeChosen(ActivityTypeId("CALL".to_owned())));
    assert_eq!(value(&save(&mut app), "DESCRIPTION"), Some("Renewal"), "another type, other fields");
    app.update(Event::BodyRead(id("save-1"), Err(flows::Trouble::Offline)));
    app.update(Event::Written(id("save-1"), Err(flows::Trouble::NoAnswer)));
    app.update(Event::SaveDismissed(id("save-1")));
    app.update(Event::ActivityTypeChosen(ActivityTypeId("EMAIL".to_owned())));
    let asked = save(&mut app);
    assert_eq!((value(&asked, "DESCRIPTION"), value(&asked, "UNITS")), (Some("short"), Some("2.5")));
}

#[test]
fn where_the_message_s_text_goes_other_words_may_stand_and_nothing_means_the_text_again() {
    let mut app = open();
    app.update(Event::KindChosen(SaveKind::Activity));
    edit(&mut app, DraftEdit::Field("UF_2".to_owned(), "Own".to_owned()));
    edit(&mut app, DraftEdit::Field("NOTE".to_owned(), "Own words".to_owned()));
    edit(&mut app, DraftEdit::Field("UF_2".to_owned(), String::new()));
    let asked = save(&mut app);
    assert_eq!((value(&asked, "NOTE"), value(&asked, "UF_2")), (Some("Own words"), Some("Dear al…")));
}

#[test]
fn half_a_date_is_not_saved() {
    let mut app = open();
    edit(&mut app, DraftEdit::At("2023-11-20".to_owned()));
    assert!(mail(&app).draft.at_is_wrong());
    assert!(app.update(Event::SaveAsked(id("save-1"))).is_empty());
}

#[test]
fn edits_stay_over_another_message_and_a_sign_in_and_are_gone_for_another_person() {
    let mut first = ada(1);
    first.attachments = vec![file("a.pdf", 1), file("b.pdf", 1)];
    let mut app = with_matched(first.clone());
    edit(&mut app, DraftEdit::Note("Mine".to_owned()));
    app.update(Event::AttachmentToggled(1));
    app.update(Event::MessageOpened(ada(2)));
    assert_eq!(mail(&app).draft.note, "");
    app.update(Event::Matched(ada(2).key, vec![address("ada@example.org")], Err(signed_out())));
    app.update(Event::SignInAnswered(Ok(me("ada"))));
    let mut again = first.clone();
    again.key.opening = 3;
    for attachment in &mut again.attachments {
        attachment.id.push_str("-anew");
    }
    app.update(Event::MessageOpened(again.clone()));
    let draft = &mail(&app).draft;
    assert_eq!(draft.note, "Mine");
    let ticked: Vec<_> =
        draft.attachments.iter().map(|choice| (choice.attachment.id.as_str(), choice.ticked)).collect();
    assert_eq!(ticked, [("att-a.pdf-anew", true), ("att-b.pdf-anew", false)]);
    app.update(Event::SignOutAsked);
    app.update(Event::SignedOut(None));
    app.update(Event::SignInAnswered(Ok(me("grace"))));
    assert_eq!(mail(&app).draft.note, "", "another person begins anew");
    app.update(Event::MessageOpened(ada(2)));
    app.update(Event::MessageOpened(again));
    assert_eq!(mail(&app).draft.note, "");
}

#[test]
fn a_table_takes_no_attachments_and_forbidden_kinds_go_nowhere() {
    let mut opened = ada(1);
    opened.attachments = vec![file("a.pdf", 1), file("setup.EXE", 1)];
    let mut app = with_matched(opened);
    let mut targets = mapped_targets();
    targets.attachment_types.forbidden = vec!["exe".to_owned()];
    app.update(Event::TargetsAnswered(Ok(targets.clone())));
    let draft = &mail(&app).draft;
    assert_eq!(draft.unsendable(&draft.attachments[1].attachment, &targets), Some(Unsendable::TypeForbidden));
    assert_eq!(draft.sendable(&targets).len(), 1);
    app.update(Event::KindChosen(SaveKind::Table));
    let draft = &mail(&app).draft;
    assert_eq!(draft.unsendable(&draft.attachments[0].attachment, &targets), Some(Unsendable::NoPlace));
    let asked = save(&mut app);
    assert_eq!(asked.save_as, SaveAs::Table { table: TableId("mail".to_owned()) });
    assert_eq!((value(&asked, "SUBJECT"), asked.attachments.len()), (Some("Renewal"), 0));
}

#[test]
fn type_and_action_of_an_interaction_are_chosen_where_it_is_a_contact_s_own() {
    let mut app = with_matched(ada(1));
    let kind = |code: &str, actions: &[&str]| InteractionType {
        code: code.to_owned(),
        title: code.to_lowercase(),
        actions: actions.iter().map(|action| ((*action).to_owned(), action.to_lowercase())).collect(),
    };
    let targets = SaveTargets {
        interaction: Some(InteractionStore::ContactInteraction),
        interaction_types: vec![kind("EMAIL", &["RECEIVED", "SENT"]), kind("CALL", &["MADE"])],
        ..targets()
    };
    app.update(Event::TargetsAnswered(Ok(targets)));
    edit(&mut app, DraftEdit::InteractionAction("SENT".to_owned()));
    let chosen = |app: &App| mail(app).draft.interaction.clone().expect("chosen");
    assert_eq!(chosen(&app), ("EMAIL".to_owned(), "SENT".to_owned()));
    edit(&mut app, DraftEdit::InteractionType("CALL".to_owned()));
    assert_eq!(chosen(&app), ("CALL".to_owned(), "MADE".to_owned()), "with an action that it has");
    let expected = SaveAs::ContactInteraction { type_code: "CALL".to_owned(), action_code: "MADE".to_owned() };
    assert_eq!(save(&mut app).save_as, expected);
}

fn with_files() -> App {
    let mut opened = ada(1);
    opened.attachments = vec![file("a.pdf", 1), file("b.pdf", 1)];
    with_matched(opened)
}

fn written() -> Event {
    let record = RecordId("CommunicationLog:1".to_owned());
    let records =
        vec![Record { contact: found("a@b.example", "101", "").contact.id, outcome: RecordOutcome::Saved { record } }];
    Event::Written(id("save-1"), Ok(SaveReport { save: id("save-1"), records, attachments: vec![None, None] }))
}

fn is_begun(effect: &Effect) -> bool {
    matches!(effect, Effect::Save(_) | Effect::Upload { .. } | Effect::ReadAttachment { .. } | Effect::ReadBody { .. })
}

#[test]
fn a_save_stopped_before_it_is_sent_sends_nothing_and_goes_on_when_asked() {
    let mut app = with_files();
    app.update(Event::SaveAsked(id("save-1")));
    app.update(Event::SaveStopped(id("save-1")));
    assert_eq!((app.saves[0].phase, app.saves[0].summary()), (SavePhase::Finished, Summary::Nothing));
    let body = Body { html: String::new(), text: String::new() };
    assert!(app.update(Event::BodyRead(id("save-1"), Ok(body.clone()))).is_empty(), "what comes late begins nothing");
    assert!(!app.update(Event::AttachmentRead(id("save-1"), 0, Ok(1))).iter().any(is_begun));
    let on = app.update(Event::RetryAsked(id("save-1")));
    assert!(on.iter().any(|effect| matches!(effect, Effect::ReadBody { .. })), "{on:?}");
    assert!(app.update(Event::BodyRead(id("save-1"), Ok(body))).iter().any(is_begun));
}

#[test]
fn a_save_stopped_while_it_is_written_tells_what_is_in_imis_and_sends_no_attachment() {
    let mut app = with_files();
    app.update(Event::SaveAsked(id("save-1")));
    let body = Body { html: String::new(), text: String::new() };
    let first = asked(&app.update(Event::BodyRead(id("save-1"), Ok(body))));
    app.update(Event::AttachmentRead(id("save-1"), 0, Ok(1)));
    app.update(Event::SaveStopped(id("save-1")));
    assert_eq!(app.saves[0].phase, SavePhase::Writing, "the server ends what it began");
    let effects = app.update(written());
    assert!(!effects.iter().any(is_begun), "{effects:?}");
    assert_eq!((app.saves[0].phase, app.saves[0].summary()), (SavePhase::Finished, Summary::Partly));
    assert!(matches!(app.saves[0].records[0].2, RecordState::Saved(_)));
    assert_eq!(asked(&app.update(Event::RetryAsked(id("save-1")))), first);
    assert!(app.update(written()).iter().any(|effect| matches!(effect, Effect::Upload { index: 0, .. })));
}

#[test]
fn a_save_stopped_between_attachments_ends_with_the_one_under_way() {
    let mut app = with_files();
    app.update(Event::SaveAsked(id("save-1")));
    let body = Body { html: String::new(), text: String::new() };
    app.update(Event::BodyRead(id("save-1"), Ok(body)));
    app.update(Event::AttachmentRead(id("save-1"), 0, Ok(1)));
    app.update(written());
    app.update(Event::SaveStopped(id("save-1")));
    assert_eq!(app.saves[0].phase, SavePhase::Attaching);
    let late = app.update(Event::AttachmentRead(id("save-1"), 1, Ok(1)));
    assert!(!late.iter().any(is_begun), "{late:?}");
    let outcome = AttachmentReport {
        index: 0,
        records: vec![(RecordId("CommunicationLog:1".to_owned()), AttachmentOutcome::Saved)],
    };
    app.update(Event::Uploaded(id("save-1"), 0, Ok(outcome)));
    let save = &app.saves[0];
    assert_eq!((save.phase, save.summary()), (SavePhase::Finished, Summary::Partly));
    assert_eq!(save.attachments[0].progress, AttachmentProgress::Saved);
}
