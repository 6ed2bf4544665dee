//! Searching contacts as one types.

use crate::world::{contact, message, problem, signed_in, signed_out, with_matched};
use api::{
    ContactId, ContactKind, FoundContacts, GetCard, KeepAs, KeepContact, KeptContacts, ProblemCode, SearchContacts,
};
use flows::{
    App, CardEffect, CardEvent, Effect, Event, Find, FindEffect, FindEvent, Opening, PeopleEvent, Question, Role,
    Sheet, SheetId, Trouble,
};

fn open() -> (App, SheetId) {
    let mut app = signed_in();
    app.update(Event::SheetOpened(Opening::Find));
    let (id, _) = app.sheets.top().expect("the sheet is open");
    (app, id)
}

fn find(app: &App) -> &Find {
    match app.sheets.top() {
        Some((_, Sheet::Find(find))) => find,
        other => panic!("{other:?}"),
    }
}

fn question(text: &str) -> SearchContacts {
    SearchContacts { text: text.to_owned(), kind: None, inactive: false }
}

fn answer(numbers: &[&str]) -> FoundContacts {
    let contacts = numbers.iter().map(|number| contact(number, "Somebody")).collect();
    FoundContacts { contacts, ..FoundContacts::default() }
}

/// Types, and lets the wait end; the number of the search that is asked then.
fn search(app: &mut App, id: SheetId, text: &str) -> u32 {
    let waits = app.update(Event::Find(id, FindEvent::Typed(text.to_owned())));
    let [Effect::Find(_, FindEffect::Wait(number, _))] = waits.as_slice() else { panic!("{waits:?}") };
    let asks = app.update(Event::Find(id, FindEvent::Waited(*number)));
    let [Effect::Find(_, FindEffect::Search(number, asked))] = asks.as_slice() else { panic!("{asks:?}") };
    assert_eq!(*asked, question(text.trim()));
    *number
}

#[test]
fn nothing_is_asked_while_the_typing_goes_on() {
    let (mut app, id) = open();
    let first = app.update(Event::Find(id, FindEvent::Typed("ad".to_owned())));
    let [Effect::Find(_, FindEffect::Wait(early, _))] = first.as_slice() else { panic!("{first:?}") };
    app.update(Event::Find(id, FindEvent::Typed("ada".to_owned())));
    assert!(app.update(Event::Find(id, FindEvent::Waited(*early))).is_empty());
    assert_eq!(find(&app).state, Question::Waiting);
}

#[test]
fn only_the_answer_to_the_newest_question_counts() {
    let (mut app, id) = open();
    let early = search(&mut app, id, "ad");
    let late = search(&mut app, id, "ada");
    app.update(Event::Find(id, FindEvent::Answered(late, Ok(answer(&["101"])))));
    app.update(Event::Find(id, FindEvent::Answered(early, Ok(answer(&["102", "103"])))));
    assert_eq!(find(&app).found, answer(&["101"]));
}

#[test]
fn what_was_found_before_stays_until_the_new_answer_is_there_but_not_for_an_empty_field() {
    let (mut app, id) = open();
    let number = search(&mut app, id, "ada");
    app.update(Event::Find(id, FindEvent::Answered(number, Ok(answer(&["101"])))));
    search(&mut app, id, "adal");
    assert_eq!(find(&app).found, answer(&["101"]));
    app.update(Event::Find(id, FindEvent::Typed(" ".to_owned())));
    assert_eq!((&find(&app).state, &find(&app).found), (&Question::None, &FoundContacts::default()));
}

#[test]
fn a_single_letter_is_no_question_and_a_single_digit_is_an_id() {
    let (mut app, id) = open();
    assert!(app.update(Event::Find(id, FindEvent::Typed("a".to_owned()))).is_empty());
    search(&mut app, id, "7");
}

#[test]
fn a_blank_more_asks_nothing_again() {
    let (mut app, id) = open();
    search(&mut app, id, "ada");
    assert!(app.update(Event::Find(id, FindEvent::Typed("ada ".to_owned()))).is_empty());
}

#[test]
fn enter_asks_at_once_and_the_wait_that_was_begun_asks_nothing_more() {
    let (mut app, id) = open();
    let waits = app.update(Event::Find(id, FindEvent::Typed("ada".to_owned())));
    let [Effect::Find(_, FindEffect::Wait(number, _))] = waits.as_slice() else { panic!("{waits:?}") };
    let asks = app.update(Event::Find(id, FindEvent::AskedNow));
    assert!(matches!(asks.as_slice(), [Effect::Find(_, FindEffect::Search(..))]), "{asks:?}");
    assert!(app.update(Event::Find(id, FindEvent::Waited(*number))).is_empty());
}

#[test]
fn narrowing_to_organisations_asks_anew_without_a_wait() {
    let (mut app, id) = open();
    search(&mut app, id, "acme");
    let asks = app.update(Event::Find(id, FindEvent::KindChosen(Some(ContactKind::Organisation))));
    let wanted = SearchContacts { kind: Some(ContactKind::Organisation), ..question("acme") };
    assert!(matches!(asks.as_slice(), [Effect::Find(_, FindEffect::Search(_, asked))] if *asked == wanted), "{asks:?}");
}

#[test]
fn a_search_that_failed_is_said_and_asked_again() {
    let (mut app, id) = open();
    let number = search(&mut app, id, "ada");
    let down = problem(ProblemCode::ImisUnavailable);
    app.update(Event::Find(id, FindEvent::Answered(number, Err(down.clone()))));
    assert_eq!(find(&app).state, Question::Failed(down));
    let asks = app.update(Event::Find(id, FindEvent::AskedNow));
    assert!(matches!(asks.as_slice(), [Effect::Find(_, FindEffect::Search(..))]), "{asks:?}");
}

#[test]
fn an_answer_for_a_closed_sheet_is_dropped() {
    let (mut app, id) = open();
    let number = search(&mut app, id, "ada");
    app.update(Event::SheetClosed);
    app.update(Event::SheetOpened(Opening::Find));
    app.update(Event::Find(id, FindEvent::Answered(number, Ok(answer(&["101"])))));
    assert_eq!(find(&app).found, FoundContacts::default());
}

#[test]
fn a_text_longer_than_the_server_takes_is_cut() {
    let (mut app, id) = open();
    let long = "é".repeat(SearchContacts::TEXT_MAX + 20);
    app.update(Event::Find(id, FindEvent::Typed(long)));
    let asks = app.update(Event::Find(id, FindEvent::AskedNow));
    let [Effect::Find(_, FindEffect::Search(_, asked))] = asks.as_slice() else { panic!("{asks:?}") };
    assert_eq!(asked.text.chars().count(), SearchContacts::TEXT_MAX);
}

#[test]
fn a_session_that_ended_while_searching_shows_the_door_and_the_search_goes_on_after_it() {
    let (mut app, id) = open();
    let number = search(&mut app, id, "ada");
    app.update(Event::Find(id, FindEvent::Answered(number, Err(signed_out()))));
    let back = app.update(Event::SignInAnswered(Ok(crate::world::me("ada"))));
    let again =
        |effect: &Effect| matches!(effect, Effect::Find(_, FindEffect::Search(_, asked)) if *asked == question("ada"));
    assert!(back.iter().any(again), "{back:?}");
}

#[test]
fn somebody_else_who_signs_in_finds_neither_the_search_nor_the_contacts_at_hand() {
    let (mut app, _) = open();
    let mine = KeptContacts { favourites: vec![contact("101", "Ada")], recent: vec![] };
    app.update(Event::Card(CardEvent::KeptAnswered(Ok(mine))));
    app.update(Event::SignOutAsked);
    app.update(Event::SignInAnswered(Ok(crate::world::me("grace"))));
    assert!(app.sheets.top().is_none());
    assert_eq!(app.cards.kept.contacts.value, None);
}

#[test]
fn the_contacts_at_hand_are_asked_for_with_the_sheet_and_not_again_for_ten_minutes() {
    let (mut app, _) = open();
    app.update(Event::Card(CardEvent::KeptAnswered(Ok(KeptContacts::default()))));
    assert!(app.update(Event::SheetOpened(Opening::Find)).is_empty());
    app.update(Event::TimeRead(10 * 60 * 1000));
    assert_eq!(app.update(Event::SheetOpened(Opening::Find)), vec![Effect::Card(CardEffect::FetchKept)]);
}

#[test]
fn opening_a_contact_makes_it_the_latest() {
    let (mut app, _) = open();
    let recent = (201..213).map(|number: u32| contact(&number.to_string(), "Somebody")).collect();
    app.update(Event::Card(CardEvent::KeptAnswered(Ok(KeptContacts { favourites: vec![], recent }))));
    let effects = app.update(Event::SheetOpened(Opening::Contact(contact("207", "Grace"))));
    let keep = KeepContact { contact: ContactId("207".to_owned()), keep: KeepAs::Recent };
    assert!(effects.contains(&Effect::Card(CardEffect::Keep(keep))), "{effects:?}");
    let card = GetCard { contact: ContactId("207".to_owned()) };
    assert!(matches!(&effects[0], Effect::Card(CardEffect::Card(_, asked)) if *asked == card), "{effects:?}");
    let kept = app.cards.kept.contacts.value.as_ref().expect("they are known");
    assert_eq!((kept.recent.len(), kept.recent[0].name.as_str()), (KeptContacts::RECENT_MAX, "Grace"));
}

#[test]
fn a_found_contact_is_added_to_the_save_once_and_can_be_taken_off() {
    let mut app = with_matched(message(1, &[(Role::From, "ada@example.org")]));
    app.update(Event::SheetOpened(Opening::Find));
    app.update(Event::People(PeopleEvent::Added(contact("300", "Society"))));
    app.update(Event::People(PeopleEvent::Added(contact("300", "Society"))));
    app.update(Event::People(PeopleEvent::Added(contact("101", "On the message already"))));
    let targets = |app: &App| -> Vec<String> {
        crate::world::mail(app).people.targets().into_iter().map(|(target, _)| target.id.0).collect()
    };
    assert_eq!(targets(&app), vec!["101", "300"]);
    app.update(Event::People(PeopleEvent::Dropped(ContactId("300".to_owned()))));
    assert_eq!(targets(&app), vec!["101"]);
}

#[test]
fn with_no_message_open_nothing_is_added_and_the_next_message_starts_anew() {
    let mut app = signed_in();
    assert!(app.update(Event::People(PeopleEvent::Added(contact("300", "Society")))).is_empty());
    app.update(Event::MessageOpened(message(1, &[])));
    app.update(Event::People(PeopleEvent::Added(contact("300", "Society"))));
    app.update(Event::MessageOpened(message(2, &[])));
    assert!(crate::world::mail(&app).people.added.is_empty());
}

#[test]
fn a_network_that_is_gone_keeps_what_was_found() {
    let (mut app, id) = open();
    let number = search(&mut app, id, "ada");
    app.update(Event::Find(id, FindEvent::Answered(number, Ok(answer(&["101"])))));
    let number = search(&mut app, id, "adal");
    app.update(Event::Find(id, FindEvent::Answered(number, Err(Trouble::Offline))));
    assert_eq!(find(&app).found, answer(&["101"]));
}

#[test]
fn a_quick_imis_is_asked_after_a_short_rest_and_a_slow_one_after_a_longer() {
    for (took_ms, rest_ms) in [(20, 25), (90, 30), (300, 100), (5_000, 250)] {
        let (mut app, id) = open();
        app.update(Event::TimeRead(1_000));
        let number = search(&mut app, id, "ada");
        app.update(Event::TimeRead(1_000 + took_ms));
        app.update(Event::Find(id, FindEvent::Answered(number, Ok(answer(&["101"])))));
        let waits = app.update(Event::Find(id, FindEvent::Typed("adal".to_owned())));
        assert!(
            matches!(waits.as_slice(), [Effect::Find(_, FindEffect::Wait(_, rest))] if *rest == rest_ms),
            "{waits:?}"
        );
    }
}
