//! Going away from somebody who is being added.

use crate::add::{BODY, adding, adds, at_the_form, nobody, tell, with_strangers};
use crate::world::{address, contact};
use api::{AddId, ContactKind, LikelyContact, LikelyContacts, Likeness};
use flows::{AddEvent, AddPhase, Blank, Event, Opening};

#[test]
fn going_away_from_what_was_typed_is_asked_first() {
    let mut app = at_the_form();
    tell(&mut app, AddEvent::Typed(Blank::Title, "Director".to_owned()));
    app.update(Event::SheetClosed);
    assert!(adding(&app).1.leaving.is_some());
    tell(&mut app, AddEvent::LeaveCancelled);
    app.update(Event::SheetsClosed);
    tell(&mut app, AddEvent::LeaveConfirmed);
    assert_eq!(app.sheets.height(), 0);
}

#[test]
fn what_was_typed_is_not_lost_unasked_where_somebody_likely_turned_up() {
    let mut app = with_strangers(true);
    app.update(Event::SheetOpened(Opening::Add(None)));
    tell(&mut app, AddEvent::Typed(Blank::First, "Vera".to_owned()));
    tell(&mut app, AddEvent::Typed(Blank::Last, "Stone".to_owned()));
    tell(&mut app, AddEvent::SendAsked(AddId("a1".to_owned())));
    app.update(Event::SheetClosed);
    assert!(adding(&app).1.leaving.is_some(), "nothing has been added yet, and everything would be lost");
    tell(&mut app, AddEvent::LeaveCancelled);
    let likely = LikelyContact { contact: contact("300", "Vera Stone"), because: vec![Likeness::Name] };
    tell(&mut app, AddEvent::LikelyAnswered(0, Ok(LikelyContacts { contacts: vec![likely], ..nobody() })));
    assert_eq!(adds(&app).phase, AddPhase::Choosing);
    app.update(Event::SheetsClosed);
    assert!(adding(&app).1.leaving.is_some());
}

#[test]
fn an_adding_that_waits_for_a_look_is_not_given_up_unasked() {
    let mut app = at_the_form();
    // As the signature had it, so nothing but the wish to add would be lost.
    tell(&mut app, AddEvent::KindChosen(ContactKind::Organisation));
    tell(&mut app, AddEvent::SendAsked(AddId("a1".to_owned())));
    assert_eq!(adds(&app).phase, AddPhase::Looking);
    app.update(Event::SheetClosed);
    assert!(adding(&app).1.leaving.is_some());
}

#[test]
fn going_away_while_the_message_alone_was_looked_at_asks_nothing() {
    let mut app = with_strangers(true);
    app.update(Event::SheetOpened(Opening::Add(Some(address("vera@stone.example")))));
    tell(&mut app, AddEvent::BodyRead(0, Ok(BODY.to_owned())));
    assert_eq!(adds(&app).phase, AddPhase::Looking);
    app.update(Event::SheetClosed);
    assert_eq!(app.sheets.height(), 0);
}
