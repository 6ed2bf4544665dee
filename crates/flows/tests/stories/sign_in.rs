//! Signing in through a window, and what the pane believes of what the window says.

use crate::world::{address, at_the_door_of, dialog_site, me, me_by, message, problem, signed_out};
use api::{DialogMessage, FlowId, ProblemCode, SignInBegun, SignInMethod, Standing};
use flows::{
    App, Asked, BeginOrder, Code, Departure, DialogTrouble, Effect, Event, Farewell, Passage, Prompt, Role, Session,
    SignInForm, Stage, Start, Step, Trouble, Welcome, Window, typed_code,
};

const SSO: SignInMethod = SignInMethod::SingleSignOn;
const OURS: &str = "https://addin.example";

fn form(app: &App) -> &SignInForm {
    match &app.session {
        Session::SignedOut(form) => form,
        other => panic!("not at the door: {other:?}"),
    }
}

fn passage(app: &App) -> &Passage {
    match &form(app).stage {
        Stage::Window(passage) => passage,
        other => panic!("no window: {other:?}"),
    }
}

fn flow(name: &str) -> FlowId {
    FlowId(name.to_owned())
}

fn begun(attempt: u32) -> Event {
    let path = "/auth/start/f".to_owned();
    Event::SignInBegun(attempt, Ok(SignInBegun { flow: flow("f"), start_path: path, expires_in_s: 600 }))
}

fn code(v: u32, of: &str) -> DialogMessage {
    DialogMessage { v, flow: flow(of), code: Some("c0de".to_owned()), problem: None }
}

fn said(message: DialogMessage, origin: Option<&str>) -> Event {
    Event::DialogSaid(1, message, origin.map(str::to_owned))
}

/// The window of the first try is open, the person is at it.
fn at_the_window() -> App {
    let mut app = at_the_door_of(dialog_site());
    app.update(Event::WindowAsked(SSO));
    app.update(begun(1));
    app.update(Event::DialogOpened(1, Ok(())));
    app
}

fn redeems(effects: &[Effect]) -> bool {
    effects.iter().any(|effect| matches!(effect, Effect::Redeem { .. }))
}

#[test]
fn a_window_signs_in_and_the_pane_says_as_whom() {
    let mut app = at_the_door_of(dialog_site());
    let effects = app.update(Event::WindowAsked(SSO));
    let mailbox = Some(address("staff@association.example"));
    let order = BeginOrder { site: me("ada").site, method: SSO, mailbox };
    assert_eq!(effects, vec![Effect::CloseDialog, Effect::BeginSignIn(1, order)]);
    let opens = Effect::OpenDialog { attempt: 1, path: "/auth/start/f".to_owned(), prompt: Prompt::Open };
    assert_eq!(app.update(begun(1)), vec![opens]);
    app.update(Event::DialogOpened(1, Ok(())));
    let redeem = Effect::Redeem { attempt: 1, flow: flow("f"), code: Code("c0de".to_owned()) };
    assert_eq!(app.update(said(code(1, "f"), Some(OURS))), vec![Effect::CloseDialog, redeem]);
    let effects = app.update(Event::Redeemed(1, Ok(me_by("ada", SSO))));
    assert!(effects.contains(&Effect::FetchTargets));
    assert_eq!(app.welcome, Welcome::Shown);
    app.update(Event::WelcomeRead);
    assert_eq!(app.welcome, Welcome::Over);
}

#[test]
fn a_foreign_word_for_the_window_is_not_heard() {
    for (message, origin) in [
        (code(1, "f"), Some("https://evil.example")),
        (code(1, "f"), Some("null")),
        (code(1, "f"), Some("https://addin.example.evil.example")),
        (code(1, "other"), Some(OURS)),
        (code(2, "f"), Some(OURS)),
        (DialogMessage { v: 1, flow: flow("f"), code: None, problem: None }, Some(OURS)),
        (DialogMessage { v: 1, flow: flow("f"), code: Some(String::new()), problem: None }, Some(OURS)),
    ] {
        let mut app = at_the_window();
        let before = app.clone();
        assert_eq!(app.update(said(message, origin)), vec![]);
        assert_eq!(app, before);
    }
}

#[test]
fn a_word_from_the_window_of_a_former_try_is_not_heard() {
    let mut app = at_the_window();
    app.update(Event::WindowCancelled);
    app.update(Event::WindowAsked(SSO));
    app.update(begun(2));
    app.update(Event::DialogOpened(2, Ok(())));
    assert_eq!(app.update(said(code(1, "f"), Some(OURS))), vec![]);
    assert!(!redeems(&app.update(begun(1))));
}

#[test]
fn a_code_is_redeemed_once() {
    let mut app = at_the_window();
    assert!(redeems(&app.update(said(code(1, "f"), Some(OURS)))));
    assert_eq!(app.update(said(code(1, "f"), Some(OURS))), vec![]);
    assert_eq!(app.update(Event::WindowCancelled), vec![]);
}

#[test]
fn an_outlook_that_tells_no_origin_is_believed_for_the_flow_alone() {
    let mut app = at_the_window();
    assert!(!redeems(&app.update(said(code(1, "g"), None))));
    assert!(redeems(&app.update(said(code(1, "f"), None))));
}

#[test]
fn a_browser_that_blocks_windows_is_asked_through_outlooks_own_question() {
    let mut app = at_the_door_of(dialog_site());
    app.update(Event::WindowAsked(SSO));
    app.update(begun(1));
    let effects = app.update(Event::DialogOpened(1, Err(DialogTrouble::Blocked)));
    assert!(matches!(effects.as_slice(), [Effect::OpenDialog { prompt: Prompt::Ask, .. }]));
    app.update(Event::DialogOpened(1, Err(DialogTrouble::Ignored)));
    assert_eq!(form(&app).stage, Stage::Choosing);
    assert_eq!(form(&app).trouble, Some(Trouble::Dialog(DialogTrouble::Ignored)));
}

#[test]
fn a_window_that_cannot_open_says_why_and_the_person_may_begin_again() {
    for trouble in [DialogTrouble::AlreadyOpen, DialogTrouble::Address, DialogTrouble::Other(5001)] {
        let mut app = at_the_door_of(dialog_site());
        app.update(Event::WindowAsked(SSO));
        app.update(begun(1));
        app.update(Event::DialogOpened(1, Err(trouble)));
        assert_eq!(form(&app).trouble, Some(Trouble::Dialog(trouble)));
        assert!(!app.update(Event::WindowAsked(SSO)).is_empty());
    }
}

#[test]
fn a_window_that_is_gone_leaves_a_place_for_the_code_it_may_show() {
    let mut app = at_the_window();
    app.update(Event::DialogClosed(1));
    assert_eq!(passage(&app).step, Step::Waiting(Window::Gone));
    let effects = app.update(Event::CodeTyped(Code("abcd-1o2l".to_owned())));
    let redeem = Effect::Redeem { attempt: 1, flow: flow("f"), code: Code("ABCD1021".to_owned()) };
    assert_eq!(effects, vec![redeem]);
    app.update(Event::Redeemed(1, Err(problem(ProblemCode::WrongCode))));
    assert_eq!(passage(&app).step, Step::Waiting(Window::Gone));
    assert_eq!(form(&app).trouble, Some(problem(ProblemCode::WrongCode)));
    app.update(Event::CodeTyped(Code("ABCD1021".to_owned())));
    app.update(Event::Redeemed(1, Ok(me_by("ada", SSO))));
    assert!(matches!(app.session, Session::SignedIn(_)));
}

#[test]
fn a_code_with_a_letter_too_few_never_reaches_the_server() {
    let mut app = at_the_window();
    assert_eq!(app.update(Event::CodeTyped(Code("ABCD102".to_owned()))), vec![]);
    assert_eq!(form(&app).trouble, Some(problem(ProblemCode::WrongCode)));
}

#[test]
fn a_typed_code_forgives_what_crockford_forgives() {
    assert_eq!(typed_code(" oil0-abcz "), Some(Code("0110ABCZ".to_owned())));
    assert_eq!(typed_code("0110 ABCZ"), Some(Code("0110ABCZ".to_owned())));
    for wrong in ["", "ABCD123", "ABCD12345", "ABCDU234", "ABCD12é4", "ABCD12!4"] {
        assert_eq!(typed_code(wrong), None, "{wrong}");
    }
}

#[test]
fn a_code_that_came_too_late_is_said_and_one_begins_again() {
    let mut app = at_the_window();
    app.update(said(code(1, "f"), Some(OURS)));
    app.update(Event::Redeemed(1, Err(problem(ProblemCode::SignInOver))));
    assert_eq!(form(&app).stage, Stage::Choosing);
    assert_eq!(form(&app).trouble, Some(problem(ProblemCode::SignInOver)));
}

#[test]
fn what_the_window_reports_is_said_in_the_pane_and_the_window_closes() {
    let refusals = [
        ProblemCode::IdentityMismatch,
        ProblemCode::NotStaff,
        ProblemCode::AdministratorsOnly,
        ProblemCode::SignInRefused,
    ];
    for refusal in refusals {
        let mut app = at_the_window();
        let message = DialogMessage { v: 1, flow: flow("f"), code: None, problem: Some(refusal) };
        assert_eq!(app.update(said(message, Some(OURS))), vec![Effect::CloseDialog]);
        assert_eq!(form(&app).trouble, Some(problem(refusal)));
    }
}

#[test]
fn a_way_in_that_the_site_does_not_offer_is_not_begun() {
    let mut app = at_the_door_of(dialog_site());
    assert_eq!(app.update(Event::WindowAsked(SignInMethod::OpenIdConnect)), vec![]);
    assert_eq!(app.update(Event::WindowAsked(SignInMethod::Credentials)), vec![]);
}

#[test]
fn an_unconfirmed_session_does_nothing_until_the_person_says_yes() {
    let mut app = at_the_window();
    app.update(Event::MessageOpened(message(1, &[(Role::From, "ada@example.org")])));
    app.update(said(code(1, "f"), Some(OURS)));
    let unconfirmed = api::Me { standing: Standing::Unconfirmed, ..me_by("ada", SSO) };
    let effects = app.update(Event::Redeemed(1, Ok(unconfirmed)));
    assert_eq!(effects, vec![Effect::CloseDialog], "no request but the confirmation");
    assert_eq!(app.update(Event::MatchAgainAsked), vec![]);
    assert_eq!(app.update(Event::ConfirmAsked), vec![Effect::Confirm]);
    assert_eq!(app.update(Event::ConfirmAsked), vec![]);
    app.update(Event::Confirmed(Err(Trouble::Offline)));
    assert!(matches!(&app.session, Session::Unconfirmed(asked) if asked.asked == Asked::Failed(Trouble::Offline)));
    app.update(Event::ConfirmAsked);
    let effects = app.update(Event::Confirmed(Ok(me_by("ada", SSO))));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Match(..))));
}

#[test]
fn no_i_am_not_signs_out() {
    let mut app = at_the_window();
    app.update(said(code(1, "f"), Some(OURS)));
    app.update(Event::Redeemed(1, Ok(api::Me { standing: Standing::Unconfirmed, ..me_by("ada", SSO) })));
    assert_eq!(app.update(Event::SignOutAsked), vec![Effect::SignOut]);
    assert_eq!(form(&app).departure, Departure::SignedOut);
}

#[test]
fn signing_out_goes_on_at_the_provider_where_the_server_says_so() {
    let mut app = at_the_door_of(dialog_site());
    app.update(Event::SessionRestored(Some(Ok(me_by("ada", SSO)))));
    app.update(Event::SignOutAsked);
    let path = "/auth/live/goodbye".to_owned();
    let effects = app.update(Event::SignedOut(Some(path.clone())));
    assert_eq!(effects, vec![Effect::OpenDialog { attempt: 1, path: path.clone(), prompt: Prompt::Open }]);
    app.update(Event::DialogOpened(1, Err(DialogTrouble::Blocked)));
    assert_eq!(form(&app).farewell, Farewell::Offered(path));
    assert!(matches!(app.update(Event::FarewellAsked).as_slice(), [Effect::OpenDialog { prompt: Prompt::Ask, .. }]));
    app.update(Event::DialogOpened(2, Ok(())));
    app.update(Event::DialogClosed(2));
    assert_eq!(form(&app).farewell, Farewell::None);
}

/// Somebody signed in by window, with the session proved good.
fn at_work() -> App {
    let mut app = at_the_door_of(dialog_site());
    app.update(Event::SessionRestored(Some(Ok(me_by("ada", SSO)))));
    app.update(Event::TargetsAnswered(Ok(crate::world::targets())));
    app
}

#[test]
fn a_session_that_ended_by_itself_comes_back_through_the_window_without_a_click() {
    let mut app = at_work();
    app.update(Event::MessageOpened(message(1, &[(Role::From, "ada@example.org")])));
    let effects = app.update(Event::TargetsAnswered(Err(signed_out())));
    assert!(matches!(effects.as_slice(), [Effect::ForgetSession, Effect::CloseDialog, Effect::BeginSignIn(1, _)]));
    assert_eq!(passage(&app).start, Start::Itself);
    app.update(begun(1));
    app.update(Event::DialogOpened(1, Ok(())));
    app.update(said(code(1, "f"), Some(OURS)));
    let effects = app.update(Event::Redeemed(1, Ok(me_by("ada", SSO))));
    assert!(effects.contains(&Effect::FetchTargets));
    assert_eq!(app.welcome, Welcome::Over, "nobody new came");
}

/// Somebody whose session ended and came back by itself at this time.
fn back_at(ms: i64) -> App {
    let mut app = at_work();
    app.update(Event::TargetsAnswered(Err(signed_out())));
    app.update(begun(1));
    app.update(Event::DialogOpened(1, Ok(())));
    app.update(said(code(1, "f"), Some(OURS)));
    app.update(Event::TimeRead(ms));
    app.update(Event::Redeemed(1, Ok(me_by("ada", SSO))));
    app
}

/// A call other than the first is answered that the session has ended.
fn ends(app: &mut App) -> Vec<Effect> {
    let opened = message(2, &[(Role::From, "grace@example.org")]);
    let asked = opened.addresses(Role::From).collect();
    let key = opened.key.clone();
    app.update(Event::MessageOpened(opened));
    app.update(Event::Matched(key, asked, Err(signed_out())))
}

#[test]
fn it_comes_back_by_itself_only_once_though_one_call_goes_on_being_answered() {
    let mut app = back_at(1_000_000);
    app.update(Event::TargetsAnswered(Ok(crate::world::targets())));
    app.update(Event::TimeRead(1_000_000 + 299_999));
    assert_eq!(ends(&mut app), vec![Effect::ForgetSession]);
    assert_eq!(form(&app).stage, Stage::Choosing);
}

#[test]
fn a_session_that_stood_five_minutes_comes_back_by_itself_again() {
    let mut app = back_at(1_000_000);
    app.update(Event::TimeRead(1_000_000 + 300_000));
    ends(&mut app);
    assert_eq!(passage(&app).start, Start::Itself);
}

#[test]
fn a_session_that_was_renewed_comes_back_by_itself_again() {
    let mut app = back_at(1_000_000);
    app.update(Event::Renewed(Ok(me_by("ada", SSO)), 1_000_001));
    ends(&mut app);
    assert_eq!(passage(&app).start, Start::Itself);
}

#[test]
fn where_no_window_opens_by_itself_the_person_is_asked_without_blame() {
    let mut app = at_work();
    app.update(Event::TargetsAnswered(Err(signed_out())));
    app.update(begun(1));
    app.update(Event::DialogOpened(1, Err(DialogTrouble::Blocked)));
    assert_eq!((form(&app).departure, &form(&app).trouble), (Departure::Ended, &None));
    assert_eq!(form(&app).stage, Stage::Choosing);
}

#[test]
fn somebody_else_coming_through_the_window_finds_nothing_of_the_former() {
    let mut app = at_work();
    app.update(Event::MessageOpened(message(1, &[(Role::From, "ada@example.org")])));
    app.update(Event::TargetsAnswered(Err(signed_out())));
    app.update(begun(1));
    app.update(Event::DialogOpened(1, Ok(())));
    app.update(said(code(1, "f"), Some(OURS)));
    app.update(Event::Redeemed(1, Ok(me_by("grace", SSO))));
    assert!(app.saves.is_empty());
    assert_eq!(app.welcome, Welcome::Shown);
}

#[test]
fn nothing_secret_of_a_sign_in_is_printed() {
    let mut app = at_the_window();
    let effects = app.update(Event::CodeTyped(Code("ABCD1021".to_owned())));
    let printed = format!("{effects:?} {:?} {:?}", code(1, "f"), Event::CodeTyped(Code("ABCD1021".to_owned())));
    for secret in ["ABCD1021", "c0de"] {
        assert!(!printed.contains(secret), "{printed}");
    }
}
