//! From a code to a session (`security.md §3.3`): who may redeem it, how often, and what it takes the place of.

use crate::dialog::{self, Pane, Window, sign_in, verifier};
use crate::key_binding::BrowserKey;
use crate::single_sign_on::audited;
use crate::world::{STAFF, answer, code};
use api::{GetMe, GetSaveTargets, ProblemCode, Redeem, SignInMethod};
use server::config::KeyBinding;
use sim::imis::Settings;
use sqlx::Connection as _;
use std::time::Duration;

#[tokio::test]
async fn a_right_code_is_worth_nothing_without_verifier_and_key() {
    let world = dialog::world().await;
    let (pane, other) = (Pane::single_sign_on(&world).await, Pane::single_sign_on(&world).await);
    let message = Window::new().pass(&pane, "STAFF1").await.message();
    let other_code = Window::new().pass(&other, "STAFF1").await.message().code.unwrap();
    let right = message.code.unwrap();
    let verifier = Redeem { verifier: verifier(), ..pane.offer(&right) };
    assert_eq!(code(answer::<api::SignedIn>(pane.request(&verifier)).await), ProblemCode::SignInRefused);
    let thief = BrowserKey::new();
    let proof = thief.proof(&world, "POST", "/api/auth/redeem", None);
    let request = world.call(&pane.offer(&right)).header("dpop", proof);
    assert_eq!(code(answer::<api::SignedIn>(request).await), ProblemCode::SignInRefused);
    let request = world.call(&pane.offer(&right));
    assert_eq!(code(answer::<api::SignedIn>(request).await), ProblemCode::Invalid, "no proof at all");
    assert_eq!(code(pane.redeem(&other_code).await), ProblemCode::WrongCode);
    assert!(pane.redeem(&right).await.is_ok());
    assert_eq!(code(pane.redeem(&right).await), ProblemCode::SignInOver, "twice");
    world.pass(Duration::from_secs(90));
    assert_eq!(code(other.redeem(&other_code).await), ProblemCode::SignInOver, "too late");
}

#[tokio::test]
async fn before_there_is_a_code_whoever_asks_for_one_leaves_no_trace() {
    let world = dialog::world().await;
    let pane = Pane::single_sign_on(&world).await;
    let (guess, path) = ("A".repeat(43), "/api/auth/redeem");
    let proof = pane.key.as_ref().unwrap().proof(&world, "POST", path, None);
    let signed = |code: &str, proof: &str| world.call(&pane.offer(code)).header("dpop", proof.to_owned());
    for _ in 0..12 {
        assert_eq!(code(answer::<api::SignedIn>(signed(&guess, &proof)).await), ProblemCode::SignInOver);
        assert_eq!(code(pane.redeem(&guess).await), ProblemCode::SignInOver);
    }
    let right = Window::new().pass(&pane, "STAFF1").await.message().code.unwrap();
    assert!(audited(&world, "flow_refused").await.is_empty());
    // Nor is a proof of another key remembered, but the try counts.
    let thief = BrowserKey::new().proof(&world, "POST", path, None);
    for _ in 0..2 {
        assert_eq!(code(answer::<api::SignedIn>(signed(&right, &thief)).await), ProblemCode::SignInRefused);
    }
    assert_eq!(audited(&world, "flow_refused").await.len(), 2);
    assert!(answer::<api::SignedIn>(signed(&right, &proof)).await.is_ok(), "the pane's own proof was not used up");
}

// B7, S7, K28.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_redeem_at_the_same_moment_one_comes_in() {
    let world = dialog::world().await;
    let pane = Pane::begin_with(&world, SignInMethod::SingleSignOn, None).await;
    let right = Window::new().pass(&pane, "STAFF1").await.message().code.unwrap();
    // Nobody can write while all of them read, so that they meet at the one step that counts.
    let file = format!("sqlite://{}", world.data().join("imis-outlook.sqlite").display());
    let mut lock = sqlx::SqliteConnection::connect(&file).await.unwrap();
    sqlx::query("BEGIN IMMEDIATE").execute(&mut lock).await.unwrap();
    let tries = futures_util::future::join_all((0..64).map(|_| pane.redeem(&right)));
    let opened = async {
        for _ in 0..200 {
            let request = world.call(&GetMe).bearer_auth("nobody's");
            assert_eq!(code(answer::<api::Me>(request).await), ProblemCode::SignedOut);
        }
        sqlx::query("COMMIT").execute(&mut lock).await.unwrap();
    };
    let (answers, ()) = futures_util::future::join(tries, opened).await;
    let (ins, outs): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
    assert_eq!(ins.len(), 1);
    assert!(outs.into_iter().all(|out| matches!(code(out), ProblemCode::SignInOver | ProblemCode::Busy)));
}

// B8, S8, K5: nothing that is brought along becomes the new session.
#[tokio::test]
async fn a_new_sign_in_is_a_new_session_and_ends_the_former() {
    let world = dialog::world().await;
    let window = Window::new();
    let begin = || Pane::begin_with(&world, SignInMethod::SingleSignOn, None);
    let first = begin().await;
    let first_code = window.pass(&first, "STAFF1").await.message().code.unwrap();
    let old = first.redeem(&first_code).await.unwrap();
    assert!(first.ask(&GetSaveTargets, &old.token.0).await.is_ok());
    let second = begin().await;
    window.set_cookie(&second.start(), "__Host-flow", &"A".repeat(86));
    let second_code = window.pass(&second, "STAFF1").await.message().code.unwrap();
    let offer = Redeem { former: Some(old.token.clone()), ..second.offer(&second_code) };
    let new: api::SignedIn = answer(second.request(&offer)).await.unwrap();
    assert_ne!(new.token, old.token);
    assert!(second.ask(&GetMe, &new.token.0).await.is_ok());
    assert_eq!(code(first.ask(&GetMe, &old.token.0).await), ProblemCode::SignedOut);
    assert!(second.ask(&GetSaveTargets, &new.token.0).await.is_ok());
    assert_eq!(world.imis.ledger().token_calls(), 2, "the token of the second hand-over outlives the first session");
    // Garbage in its place changes nothing.
    let third = begin().await;
    let third_code = window.pass(&third, "STAFF1").await.message().code.unwrap();
    let former = Some(api::SessionToken("ia1_garbage".to_owned()));
    let offer = Redeem { former, ..third.offer(&third_code) };
    assert!(answer::<api::SignedIn>(third.request(&offer)).await.is_ok());
    assert!(second.ask(&GetMe, &new.token.0).await.is_ok());
}

#[tokio::test]
async fn an_outdated_token_that_is_brought_to_a_sign_in_ends_its_session() {
    let world = dialog::world().await;
    let stolen = world.sign_in_as("STAFF1").await.token;
    let second = world.person(&stolen).call(&api::RenewSession).await.unwrap().token.0;
    let third = world.person(&second).call(&api::RenewSession).await.unwrap().token.0;
    let pane = Pane::begin_with(&world, SignInMethod::SingleSignOn, None).await;
    let code_of_mine = Window::new().pass(&pane, STAFF).await.message().code.unwrap();
    let offer = Redeem { former: Some(api::SessionToken(stolen)), ..pane.offer(&code_of_mine) };
    let mine: api::SignedIn = answer(pane.request(&offer)).await.unwrap();
    assert_eq!(
        code(world.person(&third).call(&GetMe).await),
        ProblemCode::SignedOut,
        "somebody has what is not theirs"
    );
    assert_eq!(world.audited("token_reused").await, 1);
    assert!(pane.ask(&GetMe, &mine.token.0).await.is_ok());
}

// B9, S9.
#[tokio::test]
async fn a_typed_code_does_what_the_sent_one_does() {
    let world = dialog::world().await;
    let pane = Pane::single_sign_on(&world).await;
    let last = Window::new().pass(&pane, "STAFF1").await;
    let typed = last.typed_code();
    assert_eq!(typed.replace('-', "").len(), api::TYPED_CODE_LETTERS);
    assert!(!last.headers.contains_key("cross-origin-opener-policy"));
    world.pass(Duration::from_secs(119));
    let signed_in = pane.redeem(&typed.to_lowercase().replace('-', " ")).await.unwrap();
    assert!(signed_in.key_bound);
    assert_eq!(code(pane.redeem(&last.message().code.unwrap()).await), ProblemCode::SignInOver);
}

#[tokio::test]
async fn after_five_wrong_codes_the_right_one_is_wrong_too() {
    let world = dialog::world().await;
    let pane = Pane::single_sign_on(&world).await;
    let typed = Window::new().pass(&pane, "STAFF1").await.typed_code();
    let wrong = if typed.starts_with('2') { "3" } else { "2" }.to_owned() + &typed[1..];
    for _ in 0..4 {
        assert_eq!(code(pane.redeem(&wrong).await), ProblemCode::WrongCode);
    }
    assert_eq!(code(pane.redeem(&wrong).await), ProblemCode::SignInOver);
    assert_eq!(code(pane.redeem(&typed).await), ProblemCode::SignInOver);
}

#[tokio::test]
async fn guesses_at_the_same_moment_are_all_counted() {
    let world = dialog::world().await;
    let pane = Pane::begin_with(&world, SignInMethod::SingleSignOn, None).await;
    let typed = Window::new().pass(&pane, "STAFF1").await.typed_code();
    let wrong = if typed.starts_with('2') { "3" } else { "2" }.to_owned() + &typed[1..];
    let answers = futures_util::future::join_all((0..40).map(|_| pane.redeem(&wrong))).await;
    let wrongs = answers.into_iter().filter(|answer| answer.as_ref().unwrap_err().code == ProblemCode::WrongCode);
    assert!(wrongs.count() <= 4);
    assert_eq!(code(pane.redeem(&typed).await), ProblemCode::SignInOver);
}

// B18, S19.
#[tokio::test]
async fn whoever_is_disabled_on_the_way_does_not_come_in() {
    let world = dialog::world().await;
    let pane = Pane::single_sign_on(&world).await;
    let right = Window::new().pass(&pane, "STAFF1").await.message().code.unwrap();
    world.imis.disable_user("STAFF1");
    assert_eq!(code(pane.redeem(&right).await), ProblemCode::AccountDisabled);
    let pane = Pane::single_sign_on(&world).await;
    let right = Window::new().pass(&pane, STAFF).await.message().code.unwrap();
    world.imis.purge_cache();
    assert_eq!(code(pane.redeem(&right).await), ProblemCode::SignInOver, "iMIS's tokens were purged");
    let pane = Pane::single_sign_on(&world).await;
    let right = Window::new().pass(&pane, "READER1").await.message().code.unwrap();
    world.imis.remove_role("READER1", "IsStaff");
    assert_eq!(code(pane.redeem(&right).await), ProblemCode::AccountDisabled, "no longer of the staff");
}

// B19, S20.
#[tokio::test]
async fn where_keys_are_required_no_sign_in_begins_without() {
    let world = dialog::world_with(Settings::default(), |config| config.key_binding = KeyBinding::Required).await;
    let ask = dialog::ask(&verifier(), SignInMethod::SingleSignOn);
    let problem = answer::<api::SignInBegun>(world.call(&ask)).await.unwrap_err();
    assert_eq!((problem.code, problem.field.as_deref()), (ProblemCode::Invalid, Some("dpop")));
    assert!(sign_in(&world, "STAFF1").await.1.key_bound);
}

#[tokio::test]
async fn a_pane_without_a_key_gets_a_session_without_one() {
    let world = dialog::world().await;
    let pane = Pane::begin_with(&world, SignInMethod::SingleSignOn, None).await;
    let right = Window::new().pass(&pane, "STAFF1").await.message().code.unwrap();
    let signed_in = pane.redeem(&right).await.unwrap();
    assert!(!signed_in.key_bound);
    assert!(pane.ask(&GetMe, &signed_in.token.0).await.is_ok());
}

// S23, C9.
