//! Taking saves back.

use crate::saved::{ADA, entry, known, open, saveable, saved, says, tell, write};
use crate::world::{id, message, problem, signed_out};
use api::{ContactId, LedgerEntry, LedgerId, LedgerState, ProblemCode, RecordId, RecordLeft, SaveRemoved};
use flows::{App, Effect, Event, SavedEffect, SavedEvent, Summary, Taking, TakingStage, Trouble, Undo};

fn key(text: &str) -> LedgerId {
    LedgerId(text.to_owned())
}

fn removed(by: &str) -> SaveRemoved {
    SaveRemoved { left: vec![], entry: entry("a", by, LedgerState::Removed) }
}

fn left(by: &str) -> SaveRemoved {
    let record = RecordId("CommunicationLog:1".to_owned());
    let problem = api::Problem::new(ProblemCode::ImisRefused);
    let left = vec![RecordLeft { contact: ContactId("101".to_owned()), record, problem }];
    SaveRemoved { left, entry: entry("a", by, LedgerState::PartlyRemoved) }
}

fn undo(app: &App) -> Option<&Undo> {
    app.undo_of(&id("s1"))
}

/// A message saved just now.
fn just_saved() -> (App, Vec<Effect>) {
    let (mut app, _) = saveable(vec![]);
    app.update(Event::SaveAsked(id("s1")));
    let effects = write(&mut app);
    (app, effects)
}

fn unmarks(effects: &[Effect]) -> bool {
    saved(effects).iter().any(|effect| matches!(effect, SavedEffect::Unmark(_)))
}

#[test]
fn a_finished_save_can_be_undone_for_ten_seconds() {
    let (mut app, effects) = just_saved();
    assert!(saved(&effects).contains(&&SavedEffect::Tick(id("s1"))));
    assert_eq!(undo(&app), Some(&Undo::Offered { until_ms: 10_000, left_s: 10 }));
    app.update(Event::TimeRead(3_200));
    let effects = tell(&mut app, SavedEvent::Ticked(id("s1")));
    assert_eq!(saved(&effects), [&SavedEffect::Tick(id("s1"))]);
    assert_eq!(undo(&app), Some(&Undo::Offered { until_ms: 10_000, left_s: 7 }));
    app.update(Event::TimeRead(10_000));
    assert_eq!(tell(&mut app, SavedEvent::Ticked(id("s1"))), vec![]);
    assert_eq!(undo(&app), Some(&Undo::Over));
}

#[test]
fn undoing_finds_the_entry_by_the_records_and_takes_the_category_off_with_it() {
    let (mut app, _) = just_saved();
    let asked = tell(&mut app, SavedEvent::UndoAsked(id("s1")));
    assert!(matches!(*saved(&asked), [SavedEffect::Find(..)]));
    let others = LedgerEntry { to: vec![], ..entry("b", "ada", LedgerState::Saved) };
    let known = says(2, vec![others, entry("c", "maria", LedgerState::Saved), entry("a", "ada", LedgerState::Saved)]);
    let found = tell(&mut app, SavedEvent::Found(id("s1"), Ok(known)));
    let [SavedEffect::TakeBack(_, call)] = *saved(&found) else { panic!("{found:?}") };
    assert_eq!(call.entry, key("a"));
    let done = tell(&mut app, SavedEvent::TakenBack(id("s1"), Ok(removed("ada"))));
    assert_eq!(undo(&app), Some(&Undo::Done));
    assert!(unmarks(&done));
    assert_eq!(app.update(Event::RetryAsked(id("s1"))), vec![], "it is not saved again by a stray click");
}

#[test]
fn the_category_stays_where_somebody_else_saved_the_message_too() {
    let (mut app, _) = known(vec![entry("a", "ada", LedgerState::Saved), entry("b", "maria", LedgerState::Saved)]);
    tell(&mut app, SavedEvent::RemoveAsked(key("a")));
    tell(&mut app, SavedEvent::RemoveConfirmed(String::new()));
    let done = tell(&mut app, SavedEvent::Removed(message(1, &[ADA]).key, key("a"), Ok(removed("ada"))));
    assert!(!unmarks(&done));
}

#[test]
fn the_category_of_a_message_that_is_not_open_goes_when_it_is_open_again() {
    let (mut app, _) = just_saved();
    app.update(Event::MessageClosed);
    tell(&mut app, SavedEvent::UndoAsked(id("s1")));
    tell(&mut app, SavedEvent::Found(id("s1"), Ok(says(2, vec![entry("a", "ada", LedgerState::Saved)]))));
    assert!(!unmarks(&tell(&mut app, SavedEvent::TakenBack(id("s1"), Ok(removed("ada"))))));
    let effects = open(&mut app, message(1, &[ADA]));
    let number = saved(&effects).iter().find_map(|effect| match effect {
        SavedEffect::LookUp(number, _) => Some(*number),
        _ => None,
    });
    let gone = says(3, vec![entry("a", "ada", LedgerState::Removed)]);
    assert!(unmarks(&tell(&mut app, SavedEvent::LookedUp(number.expect("it is asked for"), Ok(gone)))));
}

#[test]
fn undoing_what_is_under_way_waits_for_its_end() {
    let (mut app, _) = saveable(vec![]);
    app.update(Event::SaveAsked(id("s1")));
    assert_eq!(tell(&mut app, SavedEvent::UndoAsked(id("s1"))), vec![]);
    assert_eq!(undo(&app), Some(&Undo::Waiting));
    let ended = write(&mut app);
    assert!(saved(&ended).iter().any(|effect| matches!(effect, SavedEffect::Find(..))));
    assert_eq!(app.update(Event::SaveDismissed(id("s1"))), vec![]);
    assert_eq!(undo(&app), Some(&Undo::Running), "what is being undone is not put away");
}

#[test]
fn an_answer_that_was_lost_is_asked_for_again_also_by_a_new_session() {
    for lost in [Trouble::NoAnswer, signed_out()] {
        let (mut app, _) = just_saved();
        tell(&mut app, SavedEvent::UndoAsked(id("s1")));
        tell(&mut app, SavedEvent::Found(id("s1"), Ok(says(2, vec![entry("a", "ada", LedgerState::Saved)]))));
        tell(&mut app, SavedEvent::TakenBack(id("s1"), Err(lost.clone())));
        assert_eq!(undo(&app), Some(&Undo::Failed(lost)));
        app.update(Event::SignInAnswered(Ok(crate::world::me("ada"))));
        let again = tell(&mut app, SavedEvent::UndoAsked(id("s1")));
        assert!(saved(&again).iter().any(|effect| matches!(effect, SavedEffect::Find(..))), "{again:?}");
    }
}

#[test]
fn what_imis_did_not_let_go_is_kept_and_tried_again() {
    let (mut app, _) = just_saved();
    tell(&mut app, SavedEvent::UndoAsked(id("s1")));
    tell(&mut app, SavedEvent::Found(id("s1"), Ok(says(2, vec![entry("a", "ada", LedgerState::Saved)]))));
    let done = tell(&mut app, SavedEvent::TakenBack(id("s1"), Ok(left("ada"))));
    assert!(matches!(undo(&app), Some(Undo::Left(left)) if left.len() == 1));
    assert!(!unmarks(&done), "something is saved still");
    assert_eq!(app.left_of(&app.saves[0]), Summary::Partly);
    let again = tell(&mut app, SavedEvent::UndoAsked(id("s1")));
    assert!(matches!(*saved(&again), [SavedEffect::Find(..)]));
    assert_eq!(app.left_of(&app.saves[0]), Summary::Partly, "meanwhile too");
    tell(&mut app, SavedEvent::Found(id("s1"), Err(Trouble::Offline)));
    assert!(matches!(undo(&app), Some(Undo::Failed(_))));
    assert_eq!(app.left_of(&app.saves[0]), Summary::Partly);
}

#[test]
fn a_save_of_which_imis_let_nothing_go_is_whole() {
    let (mut app, _) = just_saved();
    tell(&mut app, SavedEvent::UndoAsked(id("s1")));
    tell(&mut app, SavedEvent::Found(id("s1"), Ok(says(2, vec![entry("a", "ada", LedgerState::Saved)]))));
    let untouched = SaveRemoved { entry: entry("a", "ada", LedgerState::Saved), ..left("ada") };
    tell(&mut app, SavedEvent::TakenBack(id("s1"), Ok(untouched)));
    assert!(matches!(undo(&app), Some(Undo::Left(left)) if left.len() == 1));
    assert_eq!(app.left_of(&app.saves[0]), Summary::All);
}

#[test]
fn a_colleagues_save_goes_only_with_a_reason_and_ones_own_without() {
    for (by, reason, goes) in [("maria", "  ", false), ("maria", " wrong person ", true), ("ada", "", true)] {
        let (mut app, _) = known(vec![entry("a", by, LedgerState::Saved)]);
        tell(&mut app, SavedEvent::RemoveAsked(key("a")));
        let effects = tell(&mut app, SavedEvent::RemoveConfirmed(reason.to_owned()));
        let sent = saved(&effects).into_iter().find_map(|effect| match effect {
            SavedEffect::Remove(_, call) => Some(call.reason.as_str()),
            _ => None,
        });
        assert_eq!(sent, goes.then_some(reason.trim()));
        let lacks_reason =
            matches!(app.saved.taking, Some(Taking { stage: TakingStage::Asked { lacks_reason: true }, .. }));
        assert_eq!(lacks_reason, !goes);
    }
}

#[test]
fn a_save_that_may_not_be_removed_is_not_asked_about() {
    let (mut app, _) = known(vec![LedgerEntry { may_remove: false, ..entry("a", "maria", LedgerState::Saved) }]);
    tell(&mut app, SavedEvent::RemoveAsked(key("a")));
    assert_eq!(app.saved.taking, None);
}

#[test]
fn a_removal_that_did_not_work_is_tried_again_for_the_same_reason() {
    let (mut app, _) = known(vec![entry("a", "maria", LedgerState::Saved)]);
    let open = message(1, &[ADA]).key;
    tell(&mut app, SavedEvent::RemoveAsked(key("a")));
    tell(&mut app, SavedEvent::RemoveConfirmed("wrong person".to_owned()));
    tell(&mut app, SavedEvent::RemoveCancelled);
    assert!(app.saved.taking.is_some(), "it is under way");
    let lost = problem(ProblemCode::Unknown);
    tell(&mut app, SavedEvent::Removed(open.clone(), key("a"), Err(lost.clone())));
    let taking = app.saved.taking.clone().expect("it is still wanted");
    assert_eq!((taking.stage, taking.reason.as_str()), (TakingStage::Failed(lost), "wrong person"));
    tell(&mut app, SavedEvent::RemoveConfirmed(taking.reason));
    tell(&mut app, SavedEvent::Removed(open.clone(), key("a"), Ok(left("maria"))));
    assert!(matches!(app.saved.taking.as_ref().map(|taking| &taking.stage), Some(TakingStage::Left(_))));
    tell(&mut app, SavedEvent::RemoveConfirmed("wrong person".to_owned()));
    let done = tell(&mut app, SavedEvent::Removed(open, key("a"), Ok(removed("maria"))));
    assert_eq!(app.saved.taking, None);
    assert_eq!(app.saved.live().count(), 0);
    assert!(unmarks(&done));
}

#[test]
fn what_is_typed_of_a_reason_stays_whatever_happens_to_the_entry_and_what_is_gone_is_not_asked_about() {
    let (mut app, watch) = known(vec![entry("a", "maria", LedgerState::Partly)]);
    tell(&mut app, SavedEvent::RemoveAsked(key("a")));
    tell(&mut app, SavedEvent::ReasonTyped("Wrong pers".to_owned()));
    app.update(Event::TimeRead(25_000));
    let effects =
        tell(&mut app, SavedEvent::Watched(watch, Ok(says(2, vec![entry("a", "maria", LedgerState::Saved)]))));
    assert_eq!(app.saved.taking.as_ref().map(|taking| &*taking.reason), Some("Wrong pers"));
    let watch = saved(&effects).iter().find_map(|effect| match effect {
        SavedEffect::Watch(number, _) => Some(*number),
        _ => None,
    });
    let gone = says(3, vec![entry("a", "maria", LedgerState::Removed)]);
    tell(&mut app, SavedEvent::Watched(watch.expect("it is watched on"), Ok(gone)));
    assert_eq!(app.saved.taking, None, "somebody else took it back");
}

#[test]
fn a_removal_that_ends_when_another_message_is_open_is_no_news_of_that_one() {
    let (mut app, _) = known(vec![entry("a", "ada", LedgerState::Saved)]);
    tell(&mut app, SavedEvent::RemoveAsked(key("a")));
    tell(&mut app, SavedEvent::RemoveConfirmed(String::new()));
    open(&mut app, message(2, &[ADA]));
    tell(&mut app, SavedEvent::Removed(message(1, &[ADA]).key, key("a"), Ok(removed("ada"))));
    assert!(!app.saved.changed);
}
