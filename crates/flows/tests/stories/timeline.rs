//! The timeline of a contact: shown at once the second time, narrowed, grown, and never mixed up.

use crate::world::{contact, problem, signed_in, signed_out};
use api::{
    ContactId, GetTimeline, LocalTime, MissingKind, Problem, ProblemCode, RecordForms, RecordId, RecordKind,
    RecordType, Timeline, TimelineCursor, TimelineEntry,
};
use flows::{App, Effect, Event, Family, HereAndNow, History, News, Opening, Reading, TimelineEffect, TimelineEvent};

pub(crate) fn ada() -> ContactId {
    ContactId("101".to_owned())
}

pub(crate) fn entry(number: u32, at: &str) -> TimelineEntry {
    TimelineEntry {
        record: RecordId(format!("Activity:{number}")),
        kind: RecordKind::Activity,
        at: Some(LocalTime(at.to_owned())),
        title: format!("Call {number}"),
        type_name: "Telephone call".to_owned(),
        snippet: String::new(),
        by: None,
        follow_up: None,
    }
}

pub(crate) fn page(entries: Vec<TimelineEntry>, more: Option<&str>) -> Timeline {
    Timeline { entries, more: more.map(|more| TimelineCursor(more.to_owned())), missing: vec![] }
}

pub(crate) fn here() -> HereAndNow {
    HereAndNow { now: LocalTime("2026-05-10T08:30:15".to_owned()), utc_offset_minutes: 120, decimal: ',', group: '.' }
}

/// What the server is asked, with the numbers of the questions.
pub(crate) fn asked(effects: &[Effect]) -> Vec<(u32, GetTimeline)> {
    let fetch = |effect: &Effect| match effect {
        Effect::Timeline(TimelineEffect::Fetch(number, call)) => Some((*number, call.clone())),
        _ => None,
    };
    effects.iter().filter_map(fetch).collect()
}

fn tell(app: &mut App, event: TimelineEvent) -> Vec<Effect> {
    app.update(Event::Timeline(event))
}

pub(crate) fn history(app: &App) -> &History {
    app.timelines.of(&ada()).expect("the timeline was wanted")
}

fn numbers(app: &App) -> Vec<&str> {
    history(app).entries.iter().map(|entry| entry.record.0.trim_start_matches("Activity:")).collect()
}

/// Opens Ada's contact, answers her timeline with this, and says what may be written.
pub(crate) fn opened(forms: RecordForms, first: Timeline) -> App {
    let mut app = signed_in();
    let effects = app.update(Event::SheetOpened(Opening::Contact(contact("101", "Ada Lovelace"))));
    let (number, _) = asked(&effects)[0];
    tell(&mut app, TimelineEvent::FormsAnswered(Ok(forms), here()));
    tell(&mut app, TimelineEvent::Answered(ada(), number, Ok(first)));
    app
}

fn usual() -> App {
    let first = vec![entry(5, "2026-05-09T10:00:00"), entry(4, "2026-05-01"), entry(3, "2026-04-30T09:00:00")];
    opened(RecordForms::default(), page(first, Some("next")))
}

fn reopen(app: &mut App) -> Vec<Effect> {
    app.update(Event::SheetClosed);
    app.update(Event::SheetOpened(Opening::Contact(contact("101", "Ada Lovelace"))))
}

#[test]
fn records_stand_under_their_months() {
    let mut undated = entry(1, "");
    undated.at = None;
    let entries = vec![entry(5, "2026-05-09T10:00:00"), entry(4, "2026-05-01"), entry(3, "2026-04-30"), undated];
    let app = opened(RecordForms::default(), page(entries, None));
    let months: Vec<_> =
        history(&app).months().into_iter().map(|(month, part)| (month.map(str::to_owned), part.len())).collect();
    assert_eq!(months, vec![(Some("2026-05".to_owned()), 2), (Some("2026-04".to_owned()), 1), (None, 1)]);
}

#[test]
fn a_timeline_seen_before_shows_at_once_and_is_refreshed_behind() {
    let mut app = usual();
    let effects = reopen(&mut app);
    assert_eq!(numbers(&app), ["5", "4", "3"]);
    assert_eq!(history(&app).reading, Reading::Behind);
    let (number, _) = asked(&effects)[0];
    let newer = vec![entry(6, "2026-05-10"), entry(5, "2026-05-09T10:00:00"), entry(4, "2026-05-01")];
    tell(&mut app, TimelineEvent::Answered(ada(), number, Ok(page(newer, Some("other")))));
    assert_eq!(numbers(&app), ["6", "5", "4", "3"], "what was known beyond the first page stays");
}

#[test]
fn what_is_gone_from_imis_is_gone_after_a_refresh() {
    let mut app = usual();
    let effects = reopen(&mut app);
    let (number, _) = asked(&effects)[0];
    tell(&mut app, TimelineEvent::Answered(ada(), number, Ok(page(vec![entry(4, "2026-05-01")], None))));
    assert_eq!(numbers(&app), ["4"]);
    assert_eq!(history(&app).more, None);
}

#[test]
fn a_refresh_that_fails_is_told_and_what_was_known_stays() {
    let mut app = usual();
    let effects = reopen(&mut app);
    let (number, _) = asked(&effects)[0];
    tell(&mut app, TimelineEvent::Answered(ada(), number, Err(problem(ProblemCode::ImisUnavailable))));
    assert_eq!(numbers(&app), ["5", "4", "3"]);
    assert_eq!(history(&app).trouble, Some(problem(ProblemCode::ImisUnavailable)));
    assert_eq!(asked(&tell(&mut app, TimelineEvent::AgainAsked(ada()))).len(), 1);
}

#[test]
fn more_comes_below_and_is_counted_and_nothing_stands_twice() {
    let mut app = usual();
    let effects = tell(&mut app, TimelineEvent::MoreAsked(ada()));
    let (number, call) = asked(&effects)[0].clone();
    assert_eq!(call.after, Some(TimelineCursor("next".to_owned())));
    assert!(asked(&tell(&mut app, TimelineEvent::MoreAsked(ada()))).is_empty(), "one page at a time");
    let older = vec![entry(3, "2026-04-30T09:00:00"), entry(2, "2026-04-02"), entry(1, "2025-12-24")];
    tell(&mut app, TimelineEvent::Answered(ada(), number, Ok(page(older, None))));
    assert_eq!(numbers(&app), ["5", "4", "3", "2", "1"]);
    assert_eq!(history(&app).news, Some(News::Came(2)));
}

#[test]
fn a_family_asks_for_all_its_kinds_and_what_is_no_longer_wanted_goes() {
    let mut app = usual();
    let effects = tell(&mut app, TimelineEvent::FamilyToggled(ada(), Family::Interactions));
    assert!(history(&app).entries.is_empty());
    assert_eq!(asked(&effects)[0].1.kinds, [RecordKind::CommunicationLog, RecordKind::ContactInteraction]);
    let effects = tell(&mut app, TimelineEvent::FamilyToggled(ada(), Family::Interactions));
    assert!(asked(&effects)[0].1.kinds.is_empty(), "nothing chosen is everything");
}

#[test]
fn a_type_asks_for_its_records_alone_and_goes_with_a_family_that_leaves_it_out() {
    let call = RecordType { kind: RecordKind::Activity, id: "CALL".to_owned(), title: "Telephone call".to_owned() };
    let forms = RecordForms { types: vec![call.clone()], ..RecordForms::default() };
    let mut app = opened(forms, page(vec![entry(5, "2026-05-09")], Some("next")));
    assert_eq!(app.timelines.forms.types(), std::slice::from_ref(&call));
    assert!(!app.may_write(), "a type is no form");
    let effects = tell(&mut app, TimelineEvent::TypeChosen(ada(), Some(call)));
    assert!(history(&app).entries.is_empty() && history(&app).is_filtered());
    let (number, question) = asked(&effects)[0].clone();
    assert_eq!((question.kinds, question.type_id.as_str()), (vec![RecordKind::Activity], "CALL"));
    tell(&mut app, TimelineEvent::Answered(ada(), number, Ok(page(vec![entry(5, "2026-05-09")], Some("next")))));
    assert_eq!(asked(&tell(&mut app, TimelineEvent::MoreAsked(ada())))[0].1.type_id, "CALL");
    tell(&mut app, TimelineEvent::FamilyToggled(ada(), Family::Activities));
    assert!(history(&app).of_type.is_some(), "calls are activities");
    tell(&mut app, TimelineEvent::FamilyToggled(ada(), Family::Activities));
    let question = asked(&tell(&mut app, TimelineEvent::FamilyToggled(ada(), Family::Notes)))[0].1.clone();
    assert_eq!((question.kinds, question.type_id.as_str()), (vec![RecordKind::Note], ""));
    let question = asked(&tell(&mut app, TimelineEvent::TypeChosen(ada(), None)))[0].1.clone();
    assert_eq!(question.kinds, [RecordKind::Note]);
}

#[test]
fn typing_asks_once_when_it_stops_and_an_answer_to_former_letters_is_dropped() {
    let mut app = usual();
    let waits = |effects: &[Effect]| match effects {
        [Effect::Timeline(TimelineEffect::Wait(_, number))] => *number,
        other => panic!("no wait, but {other:?}"),
    };
    let first = waits(&tell(&mut app, TimelineEvent::TextTyped(ada(), "du".to_owned())));
    let second = waits(&tell(&mut app, TimelineEvent::TextTyped(ada(), "dues".to_owned())));
    assert!(asked(&tell(&mut app, TimelineEvent::Waited(ada(), first))).is_empty());
    let question = asked(&tell(&mut app, TimelineEvent::Waited(ada(), second)));
    assert_eq!(question[0].1.text, "dues");
    let last = waits(&tell(&mut app, TimelineEvent::TextTyped(ada(), "duet".to_owned())));
    tell(&mut app, TimelineEvent::Answered(ada(), question[0].0, Ok(page(vec![entry(9, "2026-05-01")], None))));
    assert!(numbers(&app).is_empty(), "an answer for “dues” does not show under “duet”");
    let question = asked(&tell(&mut app, TimelineEvent::Waited(ada(), last)));
    tell(&mut app, TimelineEvent::Answered(ada(), question[0].0, Ok(page(vec![entry(8, "2026-05-01")], None))));
    assert_eq!(numbers(&app), ["8"]);
}

#[test]
fn a_blank_more_is_no_other_text() {
    let mut app = usual();
    assert!(tell(&mut app, TimelineEvent::TextTyped(ada(), "  ".to_owned())).is_empty());
}

#[test]
fn kinds_that_could_not_be_read_are_told_beside_what_could() {
    let missing = MissingKind { kind: RecordKind::Note, problem: Problem::new(ProblemCode::ImisUnavailable) };
    let first = Timeline { missing: vec![missing.clone()], ..page(vec![entry(5, "2026-05-09")], None) };
    let mut app = opened(RecordForms::default(), first);
    assert_eq!(history(&app).missing, [missing]);
    assert_eq!(numbers(&app), ["5"]);
    let question = asked(&tell(&mut app, TimelineEvent::AgainAsked(ada())));
    tell(&mut app, TimelineEvent::Answered(ada(), question[0].0, Ok(page(vec![entry(5, "2026-05-09")], None))));
    assert!(history(&app).missing.is_empty());
}

#[test]
fn a_timeline_that_waits_when_the_session_ends_is_asked_for_by_the_next() {
    let mut app = signed_in();
    let effects = app.update(Event::SheetOpened(Opening::Contact(contact("101", "Ada"))));
    let (number, _) = asked(&effects)[0];
    tell(&mut app, TimelineEvent::Answered(ada(), number, Err(signed_out())));
    let effects = app.update(Event::SignInAnswered(Ok(crate::world::me("ada"))));
    assert_eq!(asked(&effects).len(), 1);
    let effects = {
        tell(&mut app, TimelineEvent::FormsAnswered(Err(signed_out()), here()));
        app.update(Event::SignInAnswered(Ok(crate::world::me("somebody-else"))))
    };
    assert!(asked(&effects).is_empty(), "nothing of one person's is asked in another's name");
    assert!(app.timelines.of(&ada()).is_none());
}
