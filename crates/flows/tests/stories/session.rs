//! Coming and going.

use crate::world::{
    address, at_the_door, bootstrap, contact, found, mail, matches, me, message, problem, signed_out, with_matched,
};
use api::{AddId, Contact, KeptContacts, ProblemCode, RecordForms};
use flows::{
    AddEvent, App, CardEffect, CardEvent, ComposeEvent, Credentials, Departure, Effect, Event, Forms, Opening, Place,
    Role, Session, Stage, Standing, TimelineEvent, Trouble,
};

fn credentials(user_name: &str, password: &str) -> Event {
    Event::SignInAsked(Credentials { user_name: user_name.to_owned(), password: password.to_owned() })
}

fn form(app: &App) -> &flows::SignInForm {
    match &app.session {
        Session::SignedOut(form) => form,
        other => panic!("not at the door: {other:?}"),
    }
}

#[test]
fn a_kept_session_opens_the_pane_without_a_form() {
    let (mut app, first) = App::start();
    assert_eq!(first, vec![Effect::FetchBootstrap]);
    assert_eq!(app.update(Event::Bootstrapped(Ok(bootstrap()))), vec![Effect::RestoreSession]);
    let effects = app.update(Event::SessionRestored(Some(Ok(me("ada")))));
    assert_eq!(effects, vec![Effect::FetchTargets]);
    assert_eq!(app.session, Session::SignedIn(me("ada")));
}

#[test]
fn a_kept_session_that_ended_is_forgotten_and_said_so() {
    let (mut app, _) = App::start();
    app.update(Event::Bootstrapped(Ok(bootstrap())));
    let effects = app.update(Event::SessionRestored(Some(Err(signed_out()))));
    assert_eq!(effects, vec![Effect::ForgetSession]);
    assert_eq!(form(&app).departure, Departure::Ended);
}

#[test]
fn a_server_out_of_reach_is_said_and_asked_again() {
    let (mut app, _) = App::start();
    app.update(Event::Bootstrapped(Err(Trouble::Offline)));
    assert_eq!(app.session, Session::Unreachable(Trouble::Offline));
    assert_eq!(app.update(Event::RestartAsked), vec![Effect::FetchBootstrap]);
}

#[test]
fn a_wrong_password_keeps_the_name_and_says_why() {
    let mut app = at_the_door();
    let effects = app.update(credentials(" ada ", "wrong"));
    assert!(matches!(effects.as_slice(), [Effect::SignIn(asked)] if asked.user_name == "ada"));
    assert_eq!(form(&app).stage, Stage::Checking);
    app.update(Event::SignInAnswered(Err(problem(ProblemCode::WrongCredentials))));
    assert_eq!(form(&app).user_name, "ada");
    assert_eq!(form(&app).stage, Stage::Choosing);
    assert_eq!(form(&app).trouble, Some(problem(ProblemCode::WrongCredentials)));
}

#[test]
fn a_second_click_does_not_try_the_password_twice() {
    let mut app = at_the_door();
    app.update(credentials("ada", "secret"));
    assert!(app.update(credentials("ada", "secret")).is_empty());
}

#[test]
fn nothing_is_sent_without_a_password() {
    let mut app = at_the_door();
    assert!(app.update(credentials("ada", "")).is_empty());
    assert_eq!(form(&app).stage, Stage::Choosing);
}

#[test]
fn signing_out_leaves_nothing_of_ones_contacts_to_the_next() {
    let mut app = with_matched(message(1, &[(Role::From, "ada@example.org")]));
    let effects = app.update(Event::SignOutAsked);
    assert_eq!(effects, vec![Effect::SignOut]);
    assert_eq!(mail(&app).people.entries[0].standing, Standing::Searching);
    assert_eq!(form(&app).user_name, "");
}

#[test]
fn another_person_signing_in_looks_everybody_up_anew() {
    let mut app = with_matched(message(1, &[(Role::From, "ada@example.org")]));
    app.update(Event::TargetsAnswered(Err(signed_out())));
    assert_eq!(form(&app).user_name, "ada");
    let effects = app.update(Event::SignInAnswered(Ok(me("grace"))));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Match(..))));
    assert_eq!(mail(&app).people.entries[0].standing, Standing::Searching);
}

#[test]
fn a_late_look_up_of_somebody_who_left_is_not_shown_to_the_next() {
    let mut app = with_matched(message(1, &[(Role::From, "ada@example.org")]));
    let key = mail(&app).message.key.clone();
    app.update(Event::SignOutAsked);
    let late = matches(vec![found("ada@example.org", "666", "Somebody else's contact")]);
    app.update(Event::Matched(key, vec![address("ada@example.org")], Ok(late)));
    let effects = app.update(Event::SignInAnswered(Ok(me("grace"))));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Match(..))));
    assert_eq!(mail(&app).people.entries[0].standing, Standing::Searching);
}

#[test]
fn late_answers_to_somebody_who_left_are_not_the_next_ones() {
    let mut app = with_matched(message(1, &[(Role::From, "ada@example.org")]));
    app.update(Event::SheetOpened(Opening::Find));
    app.update(Event::SheetClosed);
    app.update(Event::SignOutAsked);
    let forms = RecordForms { forms: vec![], contacts_max: 7, types: vec![] };
    app.update(Event::Timeline(TimelineEvent::FormsAnswered(Ok(forms), crate::timeline::here())));
    let kept = KeptContacts { favourites: vec![contact("666", "Somebody else's")], ..KeptContacts::default() };
    app.update(Event::Card(CardEvent::KeptAnswered(Ok(kept))));
    app.update(Event::SignInAnswered(Ok(me("grace"))));
    assert_eq!(app.timelines.forms, Forms::Unknown);
    let effects = app.update(Event::SheetOpened(Opening::Find));
    assert!(effects.contains(&Effect::Card(CardEffect::FetchKept)), "Grace's own are asked for: {effects:?}");
    assert_eq!(app.cards.kept.contacts.value, None);
}

#[test]
fn a_contact_that_somebody_added_who_left_is_looked_up_by_the_next() {
    let mut app = crate::add::at_the_form();
    let sheet = app.sheets.top().expect("the form is open").0;
    app.update(Event::Add(sheet, AddEvent::SendAsked(AddId("a1".to_owned()))));
    app.update(Event::SignOutAsked);
    let added = Contact { email: Some(address("vera@stone.example")), ..contact("500", "Vera Stone") };
    app.update(Event::Add(sheet, AddEvent::Added(0, Ok(added))));
    let effects = app.update(Event::SignInAnswered(Ok(me("grace"))));
    let asks =
        |effect: &Effect| matches!(effect, Effect::Match(_, who) if who.contains(&address("vera@stone.example")));
    assert!(effects.iter().any(asks), "{effects:?}");
}

#[test]
fn a_message_that_is_written_while_nobody_is_signed_in_is_known() {
    let mut app = at_the_door();
    let key = message(1, &[]).key;
    app.update(Event::Compose(ComposeEvent::Opened(key.clone())));
    assert_eq!(app.compose.message, Some(key));
}

#[test]
fn outside_outlook_the_pane_knows_where_it_is() {
    let (mut app, _) = App::start();
    app.update(Event::OutsideOutlook);
    assert_eq!(app.place, Place::Elsewhere);
}

#[test]
fn a_password_is_never_printed() {
    let mut app = at_the_door();
    let event = credentials("ada", "s3cret");
    assert!(!format!("{event:?}").contains("s3cret"));
    let effects = app.update(event);
    assert!(!format!("{effects:?} {app:?}").contains("s3cret"));
}
