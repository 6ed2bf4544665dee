//! Staying signed in without noticing.

use crate::world::{at_the_door, me, message, problem, signed_in, signed_out};
use api::{Me, Problem, ProblemCode, Standing};
use flows::{App, Departure, Effect, Event, KeptFor, Role, Session, Trouble};

const MINUTE: i64 = 60_000;

/// A session that is to be renewed from 100 minutes on, ends after 120, and for good after 1000.
fn timed() -> Me {
    Me { renew_from_ms: 100 * MINUTE, expires_ms: 120 * MINUTE, ends_ms: 1_000 * MINUTE, ..me("ada") }
}

fn at_work() -> App {
    let mut app = signed_in();
    app.update(Event::SignOutAsked);
    app.update(Event::SignInAnswered(Ok(timed())));
    app
}

#[test]
fn a_session_is_renewed_from_the_time_the_server_names() {
    let mut app = at_the_door();
    let effects = app.update(Event::SignInAnswered(Ok(timed())));
    assert!(effects.contains(&Effect::WakeAt(100 * MINUTE)));
    assert_eq!(app.update(Event::Woke(99 * MINUTE)), vec![Effect::WakeAt(100 * MINUTE)]);
    assert_eq!(app.update(Event::Woke(100 * MINUTE)), vec![Effect::Renew]);
    let fresh = Me { renew_from_ms: 200 * MINUTE, expires_ms: 220 * MINUTE, ..timed() };
    let effects = app.update(Event::Renewed(Ok(fresh.clone()), 100 * MINUTE));
    assert_eq!(effects, vec![Effect::WakeAt(200 * MINUTE)], "nothing is asked anew, nothing is drawn anew");
    assert_eq!(app.session, Session::SignedIn(fresh));
}

#[test]
fn one_renewal_runs_at_a_time() {
    let mut app = at_work();
    assert_eq!(app.update(Event::Woke(101 * MINUTE)), vec![Effect::Renew]);
    assert_eq!(app.update(Event::Woke(102 * MINUTE)), vec![]);
}

#[test]
fn a_renewal_that_does_not_work_is_tried_again_ever_later_and_nobody_is_told() {
    let mut app = at_work();
    let mut now = 100 * MINUTE;
    let mut waits = vec![];
    for _ in 0..8 {
        assert_eq!(app.update(Event::Woke(now)), vec![Effect::Renew]);
        let effects = app.update(Event::Renewed(Err(Trouble::Offline), now));
        let [Effect::WakeAt(next)] = effects.as_slice() else { panic!("{effects:?}") };
        assert_eq!(app.update(Event::Woke(next - 1)), vec![Effect::WakeAt(*next)], "not before its time");
        waits.push((next - now) / 1_000);
        now = *next;
    }
    assert_eq!(waits, vec![30, 60, 120, 240, 480, 900, 900, 900]);
    assert!(matches!(app.session, Session::SignedIn(_)));
}

#[test]
fn a_server_that_names_a_wait_is_left_alone_for_so_long() {
    let mut app = at_work();
    app.update(Event::Woke(100 * MINUTE));
    let busy = Problem { retry_after_s: Some(600), ..Problem::new(ProblemCode::ImisUnavailable) };
    let effects = app.update(Event::Renewed(Err(Trouble::Server(busy)), 100 * MINUTE));
    assert_eq!(effects, vec![Effect::WakeAt(110 * MINUTE)]);
}

#[test]
fn clocks_that_disagree_do_not_make_the_pane_renew_for_ever() {
    let mut app = at_work();
    app.update(Event::Woke(150 * MINUTE));
    let effects = app.update(Event::Renewed(Ok(timed()), 150 * MINUTE));
    assert_eq!(effects, vec![Effect::WakeAt(165 * MINUTE)]);
    assert_eq!(app.update(Event::Woke(151 * MINUTE)), vec![Effect::WakeAt(165 * MINUTE)]);
}

#[test]
fn a_refused_renewal_ends_the_session() {
    for refusal in [signed_out(), problem(ProblemCode::TokenOutdated)] {
        let mut app = at_work();
        app.update(Event::Woke(100 * MINUTE));
        let effects = app.update(Event::Renewed(Err(refusal), 100 * MINUTE));
        assert_eq!(effects, vec![Effect::ForgetSession]);
        assert!(matches!(&app.session, Session::SignedOut(form) if form.departure == Departure::Ended));
    }
}

#[test]
fn a_session_with_nothing_to_renew_with_is_not_renewed() {
    let mut app = at_the_door();
    let bare = Me { renew_from_ms: 120 * MINUTE, ..timed() };
    let effects = app.update(Event::SignInAnswered(Ok(bare)));
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::WakeAt(_))));
    assert_eq!(app.update(Event::Woke(121 * MINUTE)), vec![]);
}

#[test]
fn a_half_filled_form_is_as_it_was_after_a_renewal() {
    let mut app = at_work();
    let opened = message(1, &[(Role::From, "ada@example.org"), (Role::Cc, "grace@example.org")]);
    app.update(Event::MessageOpened(opened));
    app.update(Event::TargetsAnswered(Ok(crate::world::targets())));
    app.update(Event::RoleToggled(Role::Cc));
    app.update(Event::KindChosen(flows::SaveKind::Activity));
    let before = app.mail.clone();
    app.update(Event::Woke(100 * MINUTE));
    app.update(Event::Renewed(Ok(Me { renew_from_ms: 200 * MINUTE, expires_ms: 220 * MINUTE, ..timed() }), 1));
    assert_eq!(app.mail, before);
}

#[test]
fn another_panes_renewal_is_followed_without_a_stir() {
    let mut app = at_work();
    assert_eq!(app.update(Event::KeptChanged(KeptFor::SamePerson)), vec![Effect::RestoreSession]);
    let fresh = Me { renew_from_ms: 200 * MINUTE, expires_ms: 220 * MINUTE, ..timed() };
    let effects = app.update(Event::SessionRestored(Some(Ok(fresh))));
    assert_eq!(effects, vec![Effect::WakeAt(200 * MINUTE)]);
}

#[test]
fn another_panes_sign_out_signs_out_here() {
    let mut app = at_work();
    app.update(Event::KeptChanged(KeptFor::SamePerson));
    app.update(Event::SessionRestored(None));
    assert!(matches!(&app.session, Session::SignedOut(form) if form.departure == Departure::SignedOut));
}

#[test]
fn another_panes_sign_in_signs_in_here() {
    let mut app = at_the_door();
    assert_eq!(app.update(Event::KeptChanged(KeptFor::SamePerson)), vec![Effect::RestoreSession]);
    app.update(Event::SessionRestored(Some(Ok(timed()))));
    assert_eq!(app.session, Session::SignedIn(timed()));
}

#[test]
fn nothing_of_one_person_can_be_pressed_once_another_signed_in_from_another_pane() {
    let mut app = at_work();
    app.update(Event::MessageOpened(message(1, &[(Role::From, "ada@example.org")])));
    app.update(Event::TargetsAnswered(Ok(crate::world::targets())));
    assert_eq!(app.update(Event::KeptChanged(KeptFor::AnotherPerson)), vec![Effect::RestoreSession]);
    assert_eq!(app.session, Session::Starting);
    assert_eq!(app.update(Event::SaveAsked(crate::world::id("s1"))), vec![]);
    let effects = app.update(Event::SessionRestored(Some(Ok(me("grace")))));
    assert!(effects.contains(&Effect::FetchTargets));
    assert_eq!(app.session, Session::SignedIn(me("grace")));
}

#[test]
fn another_persons_session_that_cannot_be_looked_at_shows_nobody_until_it_can() {
    let mut app = at_work();
    app.update(Event::KeptChanged(KeptFor::AnotherPerson));
    app.update(Event::SessionRestored(Some(Err(Trouble::Offline))));
    assert_eq!(app.session, Session::Unreachable(Trouble::Offline));
    assert_eq!(app.update(Event::RestartAsked), vec![Effect::FetchBootstrap]);
}

#[test]
fn a_late_answer_to_a_former_persons_renewal_or_confirmation_changes_nothing() {
    let mut app = at_the_door();
    app.update(Event::SignInAnswered(Ok(me("grace"))));
    assert_eq!(app.update(Event::Renewed(Ok(timed()), 100 * MINUTE)), vec![]);
    assert_eq!(app.session, Session::SignedIn(me("grace")));
    let unconfirmed = Me { standing: Standing::Unconfirmed, ..me("grace") };
    let mut app = at_the_door();
    app.update(Event::SignInAnswered(Ok(unconfirmed)));
    app.update(Event::Confirmed(Ok(timed())));
    assert!(matches!(&app.session, Session::Unconfirmed(confirmation) if confirmation.me.user_name == "grace"));
}

#[test]
fn what_is_done_in_a_sessions_name_means_nothing_to_another_persons() {
    for effect in [Effect::Renew, Effect::Confirm, Effect::FetchTargets, Effect::EndSessions(api::EndScope::MyOthers)] {
        assert!(effect.is_in_session(), "{effect:?}");
    }
    for effect in [Effect::FetchBootstrap, Effect::RestoreSession, Effect::SignOut, Effect::CloseDialog] {
        assert!(!effect.is_in_session(), "{effect:?}");
    }
}
