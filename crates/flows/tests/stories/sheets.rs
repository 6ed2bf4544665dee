//! The pile of sheets in front of the message, and its logic that may come later.

use crate::world::{bootstrap, contact, me, message};
use flows::{App, ComposeEvent, Event, MessageKey, Opening, Place, Sheet, SheetLogic};

fn signed_in_without_sheets() -> App {
    let (mut app, _) = App::start_without_sheets();
    app.update(Event::OutlookReady(None));
    app.update(Event::Bootstrapped(Ok(bootstrap())));
    app.update(Event::SessionRestored(Some(Ok(me("ada")))));
    app
}

#[test]
fn a_sheet_that_is_wanted_before_its_logic_came_opens_when_it_comes() {
    let mut app = signed_in_without_sheets();
    assert_eq!(app.place, Place::Outlook);
    app.update(Event::SheetOpened(Opening::Contact(contact("7", "Ada"))));
    assert!(app.awaits_sheet() && app.sheets.top().is_none());
    app.sheets_arrived(SheetLogic::whole());
    assert!(!app.awaits_sheet());
    assert!(matches!(app.sheets.top(), Some((_, Sheet::Contact(id))) if id.0 == "7"));
}

#[test]
fn going_back_to_the_message_gives_up_a_sheet_that_has_not_come() {
    let mut app = signed_in_without_sheets();
    app.update(Event::SheetOpened(Opening::Find));
    app.update(Event::SheetsClosed);
    app.sheets_arrived(SheetLogic::whole());
    assert_eq!(app.sheets.height(), 0);
}

#[test]
fn another_person_finds_no_sheet_of_the_one_before() {
    let mut app = signed_in_without_sheets();
    app.sheets_arrived(SheetLogic::whole());
    app.update(Event::SheetOpened(Opening::Contact(contact("7", "Ada"))));
    app.update(Event::SignOutAsked);
    app.update(Event::SessionRestored(Some(Ok(me("grace")))));
    assert_eq!(app.sheets.height(), 0);
}

fn draft() -> MessageKey {
    MessageKey { item_id: String::new(), opening: 7 }
}

#[test]
fn a_draft_does_not_close_the_message_opened_after_it_however_late_the_sheets_come() {
    let mut app = signed_in_without_sheets();
    app.update(Event::Compose(ComposeEvent::Opened(draft())));
    assert_eq!(app.compose.message, Some(draft()));
    app.update(Event::MessageOpened(message(8, &[])));
    app.sheets_arrived(SheetLogic::whole());
    assert!(app.open_mail().is_some() && app.compose.message.is_none());
}

#[test]
fn a_draft_opened_before_the_sheets_came_is_there_for_the_next_person() {
    let mut app = signed_in_without_sheets();
    app.update(Event::Compose(ComposeEvent::Opened(draft())));
    app.update(Event::SignOutAsked);
    app.sheets_arrived(SheetLogic::whole());
    app.update(Event::SessionRestored(Some(Ok(me("grace")))));
    assert_eq!(app.compose.message, Some(draft()));
}
