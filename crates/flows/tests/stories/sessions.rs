//! Seeing and ending sessions.

use crate::world::{at_the_door_of, dialog_site, me, me_by, problem, signed_in, signed_out};
use api::{
    EndScope, ListSessions, Me, ProblemCode, SessionId, SessionInfo, Sessions, SessionsEnded, SignInMethod, Whose,
};
use flows::{App, Desk, Effect, Ending, Event, Listed, Session, Stage, Trouble};

fn info(id: &str, current: bool) -> SessionInfo {
    SessionInfo {
        id: SessionId(id.to_owned()),
        user_name: "ada".to_owned(),
        method: SignInMethod::SingleSignOn,
        client: "Edge on Windows".to_owned(),
        begun_ms: 0,
        seen_ms: 0,
        expires_ms: i64::MAX,
        key_bound: true,
        current,
    }
}

fn two() -> Sessions {
    Sessions { sessions: vec![info("here", true), info("there", false)], more: false }
}

fn asked(whose: Whose, user_name: &str) -> ListSessions {
    ListSessions { whose, user_name: user_name.to_owned() }
}

fn desk(app: &App) -> &Desk {
    app.desk.as_ref().expect("a desk is open")
}

fn at_own_desk() -> App {
    let mut app = signed_in();
    app.update(Event::DeskOpened(Whose::Mine));
    app.update(Event::SessionsListed(asked(Whose::Mine, ""), Ok(two())));
    app
}

fn at_everybodys_desk() -> App {
    let mut app = at_the_door_of(dialog_site());
    let administrator = Me { administrator: true, ..me_by("ada", SignInMethod::SingleSignOn) };
    app.update(Event::SessionRestored(Some(Ok(administrator))));
    app.update(Event::TargetsAnswered(Ok(crate::world::targets())));
    app.update(Event::DeskOpened(Whose::Everybodys));
    app.update(Event::SessionsListed(asked(Whose::Everybodys, ""), Ok(two())));
    app
}

#[test]
fn ones_own_sessions_are_listed_and_one_ends_at_a_click() {
    let mut app = signed_in();
    let effects = app.update(Event::DeskOpened(Whose::Mine));
    assert_eq!(effects, vec![Effect::ListSessions(asked(Whose::Mine, ""))]);
    app.update(Event::SessionsListed(asked(Whose::Mine, ""), Ok(two())));
    assert_eq!(desk(&app).list, Listed::Known(two()));
    let there = EndScope::Session(SessionId("there".to_owned()));
    assert_eq!(app.update(Event::EndAsked(there.clone())), vec![Effect::EndSessions(there.clone())]);
    assert_eq!(app.update(Event::EndAsked(there)), vec![], "one at a time");
    let effects = app.update(Event::SessionsEnded(Ok(SessionsEnded { count: 1 })));
    assert_eq!(effects, vec![Effect::ListSessions(asked(Whose::Mine, ""))]);
    assert_eq!(desk(&app).ending, Ending::Done(1));
}

#[test]
fn a_late_list_for_other_words_is_dropped() {
    let mut app = at_everybodys_desk();
    app.update(Event::SessionsAsked(" gra ".to_owned()));
    app.update(Event::SessionsListed(asked(Whose::Everybodys, ""), Ok(two())));
    assert_eq!(desk(&app).list, Listed::Loading);
    app.update(Event::SessionsListed(asked(Whose::Everybodys, "gra"), Ok(Sessions::default())));
    assert_eq!(desk(&app).list, Listed::Known(Sessions::default()));
}

#[test]
fn an_administrator_is_asked_before_anybodys_sessions_end() {
    for scope in [EndScope::User("grace".to_owned()), EndScope::Site(me("ada").site)] {
        let mut app = at_everybodys_desk();
        assert_eq!(app.update(Event::EndAsked(scope.clone())), vec![]);
        assert_eq!(desk(&app).ending, Ending::Asked(scope.clone()));
        app.update(Event::EndCancelled);
        assert_eq!(app.update(Event::EndConfirmed), vec![]);
        app.update(Event::EndAsked(scope.clone()));
        assert_eq!(app.update(Event::EndConfirmed), vec![Effect::EndSessions(scope)]);
        assert_eq!(app.update(Event::EndConfirmed), vec![]);
    }
}

#[test]
fn nobody_but_an_administrator_comes_to_everybodys_sessions() {
    let mut app = signed_in();
    assert_eq!(app.update(Event::DeskOpened(Whose::Everybodys)), vec![]);
    assert_eq!(app.desk, None);
}

#[test]
fn a_refusal_is_kept_for_the_person_to_read() {
    let mut app = at_everybodys_desk();
    app.update(Event::EndAsked(EndScope::Site(me("ada").site)));
    app.update(Event::EndConfirmed);
    app.update(Event::SessionsEnded(Err(problem(ProblemCode::Forbidden))));
    assert_eq!(desk(&app).ending, Ending::Failed(problem(ProblemCode::Forbidden)));
    app.update(Event::SessionsListed(asked(Whose::Everybodys, ""), Err(Trouble::Offline)));
    assert_eq!(desk(&app).list, Listed::Failed(Trouble::Offline));
}

#[test]
fn who_ends_everybodys_sessions_is_not_signed_in_again_by_itself() {
    let mut app = at_everybodys_desk();
    app.update(Event::EndAsked(EndScope::Site(me("ada").site)));
    app.update(Event::EndConfirmed);
    app.update(Event::SessionsEnded(Ok(SessionsEnded { count: 7 })));
    app.update(Event::TimeRead(3_600_000));
    app.update(Event::SessionsListed(asked(Whose::Everybodys, ""), Err(signed_out())));
    assert!(matches!(&app.session, Session::SignedOut(form) if form.stage == Stage::Choosing));
}

#[test]
fn who_ends_another_session_still_comes_back_by_itself() {
    let mut app = at_everybodys_desk();
    app.update(Event::EndAsked(EndScope::Session(SessionId("there".to_owned()))));
    app.update(Event::EndConfirmed);
    app.update(Event::SessionsEnded(Ok(SessionsEnded { count: 1 })));
    app.update(Event::SessionsListed(asked(Whose::Everybodys, ""), Err(signed_out())));
    assert!(matches!(&app.session, Session::SignedOut(form) if matches!(form.stage, Stage::Window(_))));
}

#[test]
fn a_session_ended_from_elsewhere_ends_here_at_the_next_answer() {
    let mut app = at_own_desk();
    app.update(Event::SessionsAsked(String::new()));
    let effects = app.update(Event::SessionsListed(asked(Whose::Mine, ""), Err(signed_out())));
    assert_eq!(effects, vec![Effect::ForgetSession]);
}

#[test]
fn the_list_is_not_left_for_the_next_person() {
    let mut app = at_own_desk();
    app.update(Event::SignOutAsked);
    assert_eq!(app.desk, None);
}

#[test]
fn going_back_shows_the_message_again() {
    let mut app = at_own_desk();
    app.update(Event::DeskClosed);
    assert_eq!(app.desk, None);
}
