//! Knowing who saved the open message.

use crate::world::{
    MEGABYTE, at_the_door, file, id, me, message, problem, signed_in, signed_out, targets, the_save, with_matched,
    writes,
};
use api::{
    ActivityTypeId, AttachmentName, ContactId, Duplicates, EmailAddress, LedgerEntry, LedgerId, LedgerState,
    ProblemCode, Record, RecordId, RecordOutcome, SaveAs, SaveReport, SaveTargets, SavedMessage, SavedMessages,
    SavedTo, Unfinished,
};
use flows::{
    App, BarLine, Body, Effect, Event, Headers, Marks, Message, Role, SavePhase, SavedEffect, SavedEvent, Session,
    Trouble, Twice,
};

pub(crate) const ADA: (Role, &str) = (Role::From, "ada@example.org");

pub(crate) fn entry(key: &str, by: &str, state: LedgerState) -> LedgerEntry {
    LedgerEntry {
        id: Some(LedgerId(key.to_owned())),
        by: by.to_owned(),
        mine: by == "ada",
        at_ms: 1_700_000_000_000,
        saved_as: "Email".to_owned(),
        to: vec![SavedTo {
            contact: ContactId("101".to_owned()),
            name: "Somebody".to_owned(),
            record: Some(RecordId("CommunicationLog:1".to_owned())),
        }],
        attachments: 0,
        state,
        may_remove: true,
        removed: None,
        unfinished: None,
    }
}

/// What the ledger answers of one message at this version.
pub(crate) fn says(version: i64, saves: Vec<LedgerEntry>) -> SavedMessages {
    SavedMessages { messages: vec![SavedMessage { saves, conversation: None, imis: None }], version }
}

pub(crate) fn saved(effects: &[Effect]) -> Vec<&SavedEffect> {
    effects.iter().filter_map(|effect| if let Effect::Saved(effect) = effect { Some(effect) } else { None }).collect()
}

/// The number of the only question, which is of this kind.
fn looked(effects: &[Effect]) -> u32 {
    let [SavedEffect::LookUp(number, _)] = *saved(effects) else { panic!("{effects:?}") };
    *number
}

fn watched(effects: &[Effect]) -> u32 {
    let found = saved(effects).into_iter().find_map(|effect| match effect {
        SavedEffect::Watch(number, _) => Some(*number),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("{effects:?}"))
}

fn paused(effects: &[Effect]) -> (u32, i32) {
    let [SavedEffect::Pause(number, wait_ms)] = *saved(effects) else { panic!("{effects:?}") };
    (*number, *wait_ms)
}

pub(crate) fn tell(app: &mut App, event: SavedEvent) -> Vec<Effect> {
    app.update(Event::Saved(event))
}

/// Opens a message whose headers say no more of it.
pub(crate) fn open(app: &mut App, message: Message) -> Vec<Effect> {
    let (key, headers) = (message.key.clone(), Headers { sent_ms: message.sent_ms, references: vec![] });
    let mut effects = app.update(Event::MessageOpened(message));
    effects.retain(|effect| !matches!(effect, Effect::Saved(SavedEffect::Pause(..))));
    effects.extend(app.update(Event::HeadersRead(key, headers, 60)));
    effects
}

/// An app with a message open of which the ledger says this; and the number under which it is watched.
pub(crate) fn known(saves: Vec<LedgerEntry>) -> (App, u32) {
    let mut app = signed_in();
    let number = looked(&open(&mut app, message(1, &[ADA])));
    let watch = watched(&tell(&mut app, SavedEvent::LookedUp(number, Ok(says(1, saves)))));
    (app, watch)
}

fn shown(app: &App) -> Vec<&str> {
    app.saved.live().map(|entry| entry.by.as_str()).collect()
}

#[test]
fn an_opened_message_is_asked_for_beside_its_people_and_not_after_them() {
    let mut app = signed_in();
    let effects = open(&mut app, message(1, &[ADA]));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Match(..))));
    let [SavedEffect::LookUp(_, call)] = *saved(&effects) else { panic!("{effects:?}") };
    assert!(call.ask_imis);
    assert_eq!(call.messages[0].message_id, "<1@example.org>");
}

#[test]
fn nobody_signed_in_asks_nothing_and_signing_in_asks_at_once() {
    let mut app = at_the_door();
    assert_eq!(app.update(Event::MessageOpened(message(1, &[ADA]))), vec![]);
    let (pause, _) = paused(&app.update(Event::SignInAnswered(Ok(me("ada")))));
    looked(&tell(&mut app, SavedEvent::Paused(pause)));
}

#[test]
fn what_is_known_is_watched_one_wait_at_a_time_for_as_long_as_the_message_is_open() {
    let (mut app, watch) = known(vec![]);
    app.update(Event::TimeRead(25_000));
    let again = tell(&mut app, SavedEvent::Watched(watch, Ok(says(1, vec![]))));
    let [SavedEffect::Watch(next, call)] = *saved(&again) else { panic!("{again:?}") };
    assert_eq!(call.version, 1);
    assert!(!app.saved.changed, "nothing changed");
    let twice = tell(&mut app, SavedEvent::Watched(watch, Ok(says(1, vec![]))));
    assert_eq!(saved(&twice), Vec::<&SavedEffect>::new(), "that wait was over already");
    let news = says(2, vec![entry("a", "maria", LedgerState::Saved)]);
    tell(&mut app, SavedEvent::Watched(*next, Ok(news)));
    assert_eq!(shown(&app), ["maria"]);
    assert!(app.saved.changed);
    let closed = app.update(Event::MessageClosed);
    assert_eq!(saved(&closed), [&SavedEffect::StopWatching]);
}

#[test]
fn a_late_answer_to_another_message_is_dropped() {
    let (mut app, watch) = known(vec![]);
    let effects = open(&mut app, message(2, &[ADA]));
    let [SavedEffect::StopWatching, SavedEffect::LookUp(number, _)] = *saved(&effects) else { panic!("{effects:?}") };
    let number = *number;
    let maria = || Ok(says(7, vec![entry("a", "maria", LedgerState::Saved)]));
    tell(&mut app, SavedEvent::Watched(watch, maria()));
    tell(&mut app, SavedEvent::LookedUp(number - 2, maria()));
    assert_eq!(app.saved.known, None);
    tell(&mut app, SavedEvent::LookedUp(number, maria()));
    assert_eq!(shown(&app), ["maria"]);
}

#[test]
fn what_only_imis_knew_stays_while_imis_is_not_asked() {
    let elsewhere = LedgerEntry { id: None, ..entry("", "IMPORT", LedgerState::Saved) };
    let (mut app, watch) = known(vec![elsewhere]);
    tell(&mut app, SavedEvent::Watched(watch, Ok(says(2, vec![entry("a", "maria", LedgerState::Saved)]))));
    assert_eq!(shown(&app), ["maria", "IMPORT"]);
}

#[test]
fn a_server_that_cannot_be_asked_is_asked_ever_later_and_never_again_once_the_message_is_closed() {
    let (mut app, watch) = known(vec![]);
    let mut effects = tell(&mut app, SavedEvent::Watched(watch, Err(Trouble::Offline)));
    let mut waits = vec![];
    for _ in 0..12 {
        let (number, wait_ms) = paused(&effects);
        waits.push(wait_ms / 1_000);
        let watch = watched(&tell(&mut app, SavedEvent::Paused(number)));
        effects = tell(&mut app, SavedEvent::Watched(watch, Err(Trouble::NoAnswer)));
    }
    assert_eq!(waits, [2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300, 300]);
    let (number, _) = paused(&effects);
    app.update(Event::MessageClosed);
    assert_eq!(tell(&mut app, SavedEvent::Paused(number)), vec![]);
}

#[test]
fn an_opening_that_could_not_be_asked_for_is_said_and_asked_again() {
    let mut app = signed_in();
    let number = looked(&open(&mut app, message(1, &[ADA])));
    let effects = tell(&mut app, SavedEvent::LookedUp(number, Err(Trouble::Offline)));
    assert_eq!(app.saved.trouble, Some(Trouble::Offline));
    let (pause, _) = paused(&effects);
    let number = looked(&tell(&mut app, SavedEvent::Paused(pause)));
    tell(&mut app, SavedEvent::LookedUp(number, Ok(says(1, vec![]))));
    assert_eq!(app.saved.trouble, None);
}

#[test]
fn a_wait_that_ends_at_once_without_news_is_not_begun_again_at_once() {
    let (mut app, watch) = known(vec![]);
    let effects = tell(&mut app, SavedEvent::Watched(watch, Ok(says(1, vec![]))));
    paused(&effects);
}

#[test]
fn a_pane_that_nobody_looks_at_asks_nothing_until_it_is_looked_at() {
    let (mut app, watch) = known(vec![]);
    tell(&mut app, SavedEvent::Seen(false));
    app.update(Event::TimeRead(25_000));
    let effects = tell(&mut app, SavedEvent::Watched(watch, Ok(says(1, vec![]))));
    assert_eq!(saved(&effects), Vec::<&SavedEffect>::new());
    watched(&tell(&mut app, SavedEvent::Seen(true)));
    assert_eq!(tell(&mut app, SavedEvent::Seen(true)), vec![], "it is watched already");
}

#[test]
fn a_session_that_ends_stops_the_watching_and_the_same_person_goes_on_where_another_finds_nothing() {
    let (mut app, watch) = known(vec![entry("a", "maria", LedgerState::Saved)]);
    let ended = tell(&mut app, SavedEvent::Watched(watch, Err(signed_out())));
    assert_eq!(saved(&ended), [&SavedEffect::StopWatching]);
    assert!(matches!(app.session, Session::SignedOut(_)));
    let back = app.update(Event::SignInAnswered(Ok(me("ada"))));
    looked(&back);
    app.update(Event::SignOutAsked);
    assert_eq!(app.saved.known, None);
    app.update(Event::SignInAnswered(Ok(me("bob"))));
    assert_eq!(app.saved.known, None);
}

#[test]
fn a_message_that_is_saved_already_is_saved_again_only_when_the_person_says_so() {
    let (mut app, _) = saveable(vec![entry("a", "maria", LedgerState::Saved)]);
    assert_eq!(app.twice(), Twice::Asked);
    assert_eq!(app.update(Event::SaveAsked(id("s1"))), vec![]);
    assert!(app.saved.asks_again);
    tell(&mut app, SavedEvent::AgainCancelled);
    assert!(!app.saved.asks_again && app.saves.is_empty());
    app.update(Event::SaveAsked(id("s1")));
    tell(&mut app, SavedEvent::AgainConfirmed(id("s2")));
    assert!(request(&mut app, "s2").again);
}

#[test]
fn the_question_whether_to_save_once_more_goes_with_the_save_that_it_is_about() {
    let (mut app, watch) = saveable(vec![entry("a", "maria", LedgerState::Saved)]);
    app.update(Event::SaveAsked(id("s1")));
    assert!(app.saved.asks_again);
    app.update(Event::TimeRead(25_000));
    tell(&mut app, SavedEvent::Watched(watch, Ok(says(2, vec![entry("a", "maria", LedgerState::Removed)]))));
    assert!(!app.saved.asks_again);
    app.update(Event::SaveAsked(id("s2")));
    assert_eq!(the_save(&app).id, id("s2"));
}

#[test]
fn what_nobody_saved_or_was_taken_back_is_saved_without_a_question() {
    for saves in [vec![], vec![entry("a", "maria", LedgerState::Removed)]] {
        let (mut app, _) = saveable(saves);
        app.update(Event::SaveAsked(id("s1")));
        assert!(!request(&mut app, "s1").again, "the server finds out whether somebody was faster");
    }
}

#[test]
fn going_on_with_ones_own_partial_save_is_no_duplicate_and_a_colleagues_is() {
    let (app, _) = saveable(vec![left_in_part(&[])]);
    assert_eq!(app.twice(), Twice::No);
    for whose in ["maria", "ada"] {
        let (app, _) = saveable(vec![entry("a", whose, LedgerState::Partly)]);
        assert_eq!(app.twice(), Twice::Asked, "of {whose}'s nobody knows how to go on with it");
    }
}

/// A save of one's own to two contacts as an activity with these files, that one contact lacks.
fn left_in_part(files: &[&str]) -> LedgerEntry {
    let mut left = entry("a", "ada", LedgerState::Partly);
    left.to.push(SavedTo { contact: ContactId("250".to_owned()), name: "Zoe".to_owned(), record: None });
    left.unfinished = Some(Unfinished {
        save: id("begun"),
        activity: Some(ActivityTypeId("CALL".to_owned())),
        table: None,
        interaction: None,
        attachments: files.iter().map(|name| AttachmentName::new(name)).collect(),
    });
    left
}

/// An app with a message of two files open, of which the ledger says this.
fn with_files(saves: Vec<LedgerEntry>) -> App {
    let files = vec![file("a.pdf", MEGABYTE), file("b.pdf", MEGABYTE)];
    let mut app = with_matched(Message { attachments: files, ..message(1, &[ADA]) });
    tell(&mut app, SavedEvent::LookedUp(1, Ok(says(1, saves))));
    app
}

#[test]
fn what_a_pane_that_is_gone_left_in_part_goes_on_under_its_own_name_to_its_contacts_with_its_files() {
    let mut app = with_files(vec![left_in_part(&["b.pdf"])]);
    app.update(Event::SaveAsked(id("new")));
    let call = request(&mut app, "begun");
    assert!(call.resumes && !call.again);
    assert_eq!(call.save_as, SaveAs::Activity { activity_type: ActivityTypeId("CALL".to_owned()) });
    let to: Vec<_> =
        call.contacts.iter().map(|to| (&*to.id.0, to.address.as_ref().map(EmailAddress::as_str))).collect();
    assert_eq!(to, [("101", Some("ada@example.org")), ("250", None)]);
    let files: Vec<_> = call.attachments.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(files, ["b.pdf"]);
}

#[test]
fn what_lacks_a_file_of_its_own_cannot_be_gone_on_with_and_the_person_is_asked() {
    let mut app = with_files(vec![left_in_part(&["gone.pdf"])]);
    assert_eq!(app.twice(), Twice::Asked);
    app.update(Event::SaveAsked(id("new")));
    assert!(app.saved.asks_again && app.saves.is_empty());
}

#[test]
fn a_message_is_asked_for_once_with_what_its_headers_say_unless_they_take_too_long() {
    let mut app = signed_in();
    let effects = app.update(Event::MessageOpened(message(1, &[ADA])));
    let (pause, wait_ms) = paused(&effects);
    assert_eq!(wait_ms, 400);
    let references = vec!["<0@example.org>".to_owned()];
    let headers = Headers { sent_ms: message(1, &[]).sent_ms, references: references.clone() };
    let told = app.update(Event::HeadersRead(message(1, &[]).key, headers.clone(), 60));
    let [SavedEffect::LookUp(_, call)] = *saved(&told) else { panic!("{told:?}") };
    assert_eq!(call.messages[0].references, references);
    assert_eq!(tell(&mut app, SavedEvent::Paused(pause)), vec![], "it is asked for already");

    let mut app = signed_in();
    let (pause, _) = paused(&app.update(Event::MessageOpened(message(1, &[ADA]))));
    looked(&tell(&mut app, SavedEvent::Paused(pause)));
    let late = app.update(Event::HeadersRead(message(1, &[]).key, headers, 60));
    assert!(matches!(*saved(&late), [SavedEffect::LookUp(..)]), "then once more with what they say");
}

#[test]
fn a_site_that_refuses_duplicates_saves_nothing_twice_whatever_the_person_says() {
    let (mut app, _) = saveable(vec![entry("a", "maria", LedgerState::Saved)]);
    let refusing = SaveTargets { duplicates: Duplicates::Refused, ..targets() };
    app.update(Event::TargetsAnswered(Ok(refusing)));
    assert_eq!(app.twice(), Twice::Held);
    assert_eq!(app.update(Event::SaveAsked(id("s1"))), vec![]);
    assert_eq!(tell(&mut app, SavedEvent::AgainConfirmed(id("s1"))), vec![]);
    assert!(app.saves.is_empty());
}

#[test]
fn a_colleague_who_was_faster_is_looked_up_and_the_same_save_goes_on_when_it_is_wanted_all_the_same() {
    let (mut app, _) = saveable(vec![]);
    app.update(Event::SaveAsked(id("s1")));
    assert!(!request(&mut app, "s1").again);
    let refused = app.update(Event::Written(id("s1"), Err(problem(ProblemCode::AlreadySaved))));
    assert!(saved(&refused).iter().any(|effect| matches!(effect, SavedEffect::LookUp(..))), "who was it?");
    assert!(the_save(&app).is_repeated());
    let effects = tell(&mut app, SavedEvent::AgainAnyway(id("s1")));
    let [Effect::Save(call)] = effects.as_slice() else { panic!("{effects:?}") };
    assert!(call.again);
    assert_eq!(call.save, id("s1"));
    assert_eq!(the_save(&app).phase, SavePhase::Writing);
    let twice = tell(&mut app, SavedEvent::AgainAnyway(id("s1")));
    assert_eq!(writes(&twice), 0, "it is under way already");
}

#[test]
fn a_bar_says_what_is_so_and_goes_when_it_is_so_no_longer() {
    let mut app = signed_in();
    let number = looked(&open(&mut app, message(1, &[ADA])));
    let maria = vec![entry("b", "bob", LedgerState::Saving), entry("a", "maria", LedgerState::Saved)];
    let effects = tell(&mut app, SavedEvent::LookedUp(number, Ok(says(1, maria))));
    let watch = watched(&effects);
    let key = message(1, &[ADA]).key;
    let line = BarLine { by: "maria".to_owned(), mine: false, at_ms: 1_700_000_000_000 };
    assert!(saved(&effects).contains(&&SavedEffect::ShowBar(key.clone(), line.clone())));
    let removed = says(2, vec![entry("a", "maria", LedgerState::Removed)]);
    let effects = tell(&mut app, SavedEvent::Watched(watch, Ok(removed)));
    assert!(saved(&effects).contains(&&SavedEffect::HideBar(key.clone())));
    let off = Marks { bar: false, ..Marks::default() };
    let (mut app, _) = known(vec![entry("a", "maria", LedgerState::Saved)]);
    let effects = tell(&mut app, SavedEvent::MarksChosen(off));
    assert_eq!(saved(&effects), [&SavedEffect::KeepMarks(off), &SavedEffect::HideBar(key.clone())]);
    let effects = tell(&mut app, SavedEvent::MarksChosen(Marks::default()));
    assert_eq!(saved(&effects), [&SavedEffect::KeepMarks(Marks::default()), &SavedEffect::ShowBar(key, line)]);
}

#[test]
fn no_category_is_set_where_the_person_wants_none() {
    for category in [true, false] {
        let (mut app, _) = saveable(vec![]);
        tell(&mut app, SavedEvent::MarksRead(Marks { category, bar: true }));
        app.update(Event::SaveAsked(id("s1")));
        let effects = write(&mut app);
        let marked = effects.iter().any(|effect| matches!(effect, Effect::MarkMessage { .. }));
        assert_eq!(marked, category);
    }
}

/// An app with a message that can be saved, of which the ledger says this; and the number of the watch.
pub(crate) fn saveable(saves: Vec<LedgerEntry>) -> (App, u32) {
    let mut app = with_matched(message(1, &[ADA]));
    let watch = watched(&tell(&mut app, SavedEvent::LookedUp(1, Ok(says(1, saves)))));
    (app, watch)
}

fn request(app: &mut App, save: &str) -> api::SaveMessage {
    let body = Body { html: "<p>Hello</p>".to_owned(), text: "Hello".to_owned() };
    let effects = app.update(Event::BodyRead(id(save), Ok(body)));
    let [Effect::Save(call)] = effects.as_slice() else { panic!("{effects:?}") };
    (**call).clone()
}

/// The save that was begun is written and ends.
pub(crate) fn write(app: &mut App) -> Vec<Effect> {
    let save = the_save(app).id.clone();
    request(app, &save.0);
    let record = RecordId("CommunicationLog:1".to_owned());
    let records = vec![Record { contact: ContactId("101".to_owned()), outcome: RecordOutcome::Saved { record } }];
    app.update(Event::Written(save.clone(), Ok(SaveReport { save, records, attachments: vec![] })))
}

#[test]
fn headers_that_say_more_of_the_message_have_it_asked_for_again_and_others_do_not() {
    let (mut app, watch) = known(vec![]);
    let key = message(1, &[ADA]).key;
    let sent_ms = message(1, &[]).sent_ms;
    let same = app.update(Event::HeadersRead(key.clone(), Headers { sent_ms, references: vec![] }, 60));
    assert_eq!(saved(&same), Vec::<&SavedEffect>::new());
    let more = Headers { sent_ms, references: vec!["<0@example.org>".to_owned()] };
    let effects = app.update(Event::HeadersRead(key, more, 60));
    let [SavedEffect::LookUp(number, call)] = *saved(&effects) else { panic!("{effects:?}") };
    assert_eq!(call.messages[0].references, ["<0@example.org>"]);
    let anew = watched(&tell(&mut app, SavedEvent::LookedUp(*number, Ok(says(1, vec![])))));
    assert!(anew > watch, "the wait is for what is known now");
}
