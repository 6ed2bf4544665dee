//! The addresses that a person settled: never matched, or their own.

use crate::world::{address, found, mail, matches, message, problem, signed_in};
use api::{EmailAddress, Kept, Matching, ProblemCode, SettledAddresses};
use flows::{
    Addresses, AddressesEffect, AddressesEvent, App, Effect, Event, Opening, Role, Sheet, SheetId, Shelf, Standing,
};

fn sheet(app: &App) -> (SheetId, &Addresses) {
    match app.sheets.top() {
        Some((id, Sheet::Addresses(addresses))) => (id, addresses),
        other => panic!("another sheet is on top: {other:?}"),
    }
}

fn lists(never: &[&str], own: &[&str]) -> SettledAddresses {
    SettledAddresses {
        never: never.iter().map(|text| address(text)).collect(),
        own: own.iter().map(|text| address(text)).collect(),
    }
}

/// The sheet in front of a message from Ada, with these lists.
fn open(never: &[&str], own: &[&str]) -> (App, SheetId) {
    let mut app = signed_in();
    app.update(Event::MessageOpened(message(1, &[(Role::From, "ada@example.org")])));
    let answer = matches(vec![found("ada@example.org", "101", "Ada")]);
    app.update(Event::Matched(message(1, &[]).key, vec![address("ada@example.org")], Ok(answer)));
    let effects = app.update(Event::SheetOpened(Opening::Addresses));
    let id = sheet(&app).0;
    assert!(effects.contains(&Effect::Addresses(id, AddressesEffect::List)), "{effects:?}");
    happens(&mut app, id, AddressesEvent::Listed(Ok(lists(never, own))));
    (app, id)
}

fn happens(app: &mut App, id: SheetId, event: AddressesEvent) -> Vec<Effect> {
    app.update(Event::Addresses(id, event))
}

fn settle(id: SheetId, text: &str, matching: Matching) -> Effect {
    Effect::Addresses(id, AddressesEffect::Settle(address(text), matching))
}

fn settled(app: &mut App, id: SheetId, address: &EmailAddress, matching: Matching) -> Vec<Effect> {
    happens(app, id, AddressesEvent::Settled(address.clone(), matching, Ok(Kept {})))
}

#[test]
fn what_is_typed_goes_on_one_of_the_lists_in_its_place() {
    let (mut app, id) = open(&["a@list.example", "z@list.example"], &[]);
    for (typed, matching) in [(" News@list.example ", Matching::Never), ("me@home.example", Matching::Own)] {
        happens(&mut app, id, AddressesEvent::Typed(typed.to_owned()));
        let effects = happens(&mut app, id, AddressesEvent::AddAsked(matching));
        assert_eq!(effects, vec![settle(id, typed.trim(), matching)]);
        assert_eq!(sheet(&app).1.text, "", "the field is free for the next one");
        settled(&mut app, id, &address(typed.trim()), matching);
    }
    let expected = lists(&["a@list.example", "news@list.example", "z@list.example"], &["me@home.example"]);
    assert_eq!(sheet(&app).1.lists, Shelf::Known(expected));
}

#[test]
fn what_is_no_address_stays_in_the_field_and_is_said() {
    let (mut app, id) = open(&[], &[]);
    happens(&mut app, id, AddressesEvent::Typed("newsletter".to_owned()));
    assert_eq!(happens(&mut app, id, AddressesEvent::AddAsked(Matching::Never)), vec![]);
    assert_eq!((sheet(&app).1.unreadable, sheet(&app).1.text.as_str()), (true, "newsletter"));
    happens(&mut app, id, AddressesEvent::Typed("newsletter@".to_owned()));
    assert!(!sheet(&app).1.unreadable);
}

#[test]
fn the_open_message_follows_what_is_settled() {
    let (mut app, id) = open(&[], &[]);
    let ada = address("ada@example.org");
    for (matching, standing) in [(Matching::Never, Standing::Never), (Matching::Own, Standing::Own)] {
        assert_eq!(settled(&mut app, id, &ada, matching), vec![]);
        assert_eq!(mail(&app).people.entries[0].standing, standing);
    }
    assert_eq!(sheet(&app).1.lists, Shelf::Known(lists(&[], &["ada@example.org"])), "it is on one of them alone");
    let effects = settled(&mut app, id, &ada, Matching::Always);
    assert_eq!(effects, vec![Effect::Match(message(1, &[]).key, vec![ada])]);
    assert_eq!(sheet(&app).1.lists, Shelf::Known(lists(&[], &[])));
}

#[test]
fn what_could_not_be_settled_changes_nothing_and_is_said() {
    let (mut app, id) = open(&["ada@example.org"], &[]);
    let (ada, full) = (address("ada@example.org"), problem(ProblemCode::StoreUnavailable));
    happens(&mut app, id, AddressesEvent::SettleAsked(ada.clone(), Matching::Always));
    happens(&mut app, id, AddressesEvent::Settled(ada.clone(), Matching::Always, Err(full.clone())));
    assert_eq!(sheet(&app).1.lists, Shelf::Known(lists(&["ada@example.org"], &[])));
    assert_eq!(sheet(&app).1.last, Some((ada, Matching::Always, Err(full))));
}

#[test]
fn lists_that_could_not_be_asked_for_are_asked_for_again() {
    let (mut app, id) = open(&[], &[]);
    let down = problem(ProblemCode::StoreUnavailable);
    happens(&mut app, id, AddressesEvent::Listed(Err(down.clone())));
    assert_eq!(sheet(&app).1.lists, Shelf::Failed(down));
    let effects = happens(&mut app, id, AddressesEvent::AgainAsked);
    assert_eq!(effects, vec![Effect::Addresses(id, AddressesEffect::List)]);
}
