//! Signing out at the organisation's OpenID provider, or here and there: its logout tokens, and the way
//! through its own page (`security.md §1.2`).

use crate::dialog::{self, From, Shown, Window};
use crate::openid_sign_in::{CLIENT, Organisation};
use crate::world::STAFF;
use crate::world::code;
use api::{GetMe, ProblemCode, SignOut};
use futures_util::StreamExt as _;
use reqwest::{Method, StatusCode};
use sim::openid::{Fault, Stage, Verdict};
use std::time::Duration;
use url::Url;

// A24 to A31, K22, K23.
#[tokio::test]
async fn who_signs_out_at_the_provider_is_signed_out_here() {
    let organisation = Organisation::new().await;
    let (mine, yours) = (Window::new(), Window::new());
    let (pane, signed_in) = organisation.sign_in(&mine, "STAFF1").await;
    let (other_pane, other) = organisation.sign_in(&yours, STAFF).await;
    let answers = organisation.op.log_out("STAFF1").await;
    assert_eq!(answers.len(), 1);
    assert_eq!((answers[0].status, answers[0].cache_control.as_deref()), (200, Some("no-store")));
    assert_eq!(code(pane.ask(&GetMe, &signed_in.token.0).await), ProblemCode::SignedOut);
    assert!(other_pane.ask(&GetMe, &other.token.0).await.is_ok());
    let again = organisation.op.post_logout_token(CLIENT, &answers[0].token).await.unwrap();
    assert_eq!(again.status, 400, "replayed");
    let lines = organisation.audit("logout_token").await;
    let outcomes: Vec<&str> = lines.iter().map(|line| line["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["accepted", "replayed"]);
}

#[tokio::test]
async fn no_faulty_logout_token_signs_anybody_out() {
    let faults = Fault::all().iter().copied();
    let faults =
        faults.filter(|fault| fault.stage() == Stage::BackChannelLogout && fault.expected() == Verdict::Refuse);
    let meet = |fault: Fault| async move {
        let organisation = Organisation::new().await;
        let (pane, signed_in) = organisation.sign_in(&Window::new(), "STAFF1").await;
        organisation.op.set_fault(Some(fault));
        let answer = organisation.op.send_logout_token(CLIENT, "STAFF1").await.unwrap();
        let lives = pane.ask(&GetMe, &signed_in.token.0).await.is_ok();
        match fault {
            // The first of the two is good.
            Fault::LogoutReplay => assert_eq!((answer.first_status, answer.status, lives), (Some(200), 400, false)),
            // Nobody here belongs to that session: they are signed out of it already.
            Fault::LogoutWrongSid => assert_eq!((answer.status, lives), (200, true)),
            _ => assert_eq!((answer.status, lives), (400, true), "{}", fault.name()),
        }
    };
    futures_util::stream::iter(faults).map(meet).buffer_unordered(4).collect::<Vec<()>>().await;
}

// K16: what cannot be looked up is not taken.
#[tokio::test]
async fn without_the_store_no_logout_token_is_taken() {
    let organisation = Organisation::new().await;
    let (pane, signed_in) = organisation.sign_in(&Window::new(), "STAFF1").await;
    let pool = organisation.world.database().await;
    sqlx::query("ALTER TABLE seen_once RENAME TO gone").execute(&pool).await.unwrap();
    let answer = organisation.op.send_logout_token(CLIENT, "STAFF1").await.unwrap();
    assert_eq!(answer.status, 503);
    assert!(pane.ask(&GetMe, &signed_in.token.0).await.is_ok());
    sqlx::query("ALTER TABLE gone RENAME TO seen_once").execute(&pool).await.unwrap();
    assert_eq!(organisation.op.send_logout_token(CLIENT, "STAFF1").await.unwrap().status, 200);
}

#[tokio::test]
async fn a_logout_that_the_store_could_not_carry_out_can_come_again() {
    let organisation = Organisation::new().await;
    let (pane, signed_in) = organisation.sign_in(&Window::new(), "STAFF1").await;
    let pool = organisation.world.database().await;
    sqlx::query("ALTER TABLE revocation RENAME TO gone").execute(&pool).await.unwrap();
    let first = organisation.op.send_logout_token(CLIENT, "STAFF1").await.unwrap();
    assert_eq!(first.status, 503);
    sqlx::query("ALTER TABLE gone RENAME TO revocation").execute(&pool).await.unwrap();
    assert!(pane.ask(&GetMe, &signed_in.token.0).await.is_ok());
    let again = organisation.op.post_logout_token(CLIENT, &first.token).await.unwrap();
    assert_eq!(again.status, 200);
    assert_eq!(code(pane.ask(&GetMe, &signed_in.token.0).await), ProblemCode::SignedOut);
    organisation.world.pass(Duration::from_mins(2));
    organisation.op.turn_clock(120);
    let replayed = organisation.op.post_logout_token(CLIENT, &first.token).await.unwrap();
    assert_eq!(replayed.status, 400, "and then never again");
    assert_eq!(organisation.audit("logout_token").await.pop().unwrap()["outcome"], "replayed");
}

// A sign-in whose ID token did not name a session at the provider.
#[tokio::test]
async fn sessions_that_the_provider_did_not_name_end_with_their_person_s() {
    let organisation = Organisation::new().await;
    let (mine, unnamed) = (Window::new(), Window::new());
    let (unnamed_pane, without) = organisation.sign_in(&unnamed, "STAFF1").await;
    let pool = organisation.world.database().await;
    sqlx::query("UPDATE session SET provider_session = NULL").execute(&pool).await.unwrap();
    let (named_pane, elsewhere) = organisation.sign_in(&Window::new(), "STAFF1").await;
    let (pane, named) = organisation.sign_in(&mine, "STAFF1").await;
    organisation.sign_in(&Window::new(), STAFF).await;
    sqlx::query("UPDATE session SET provider_session = NULL WHERE user_name = 'manager'").execute(&pool).await.unwrap();
    assert_eq!(organisation.op.send_logout_token(CLIENT, "STAFF1").await.unwrap().status, 200);
    assert_eq!(code(pane.ask(&GetMe, &named.token.0).await), ProblemCode::SignedOut);
    assert_eq!(code(unnamed_pane.ask(&GetMe, &without.token.0).await), ProblemCode::SignedOut);
    assert!(named_pane.ask(&GetMe, &elsewhere.token.0).await.is_ok(), "another session at the provider");
    // Such a row opens no more, so it is looked for where it rests.
    let others = sqlx::query("SELECT 1 FROM session WHERE user_name = 'manager'").fetch_all(&pool).await.unwrap();
    assert_eq!(others.len(), 1, "another person");
    assert_eq!(organisation.audit("logout_token").await.pop().unwrap()["count"], 2);
}

#[tokio::test]
async fn noise_on_the_back_channel_fills_no_audit_log() {
    let organisation = Organisation::new().await;
    let (pane, signed_in) = organisation.sign_in(&Window::new(), "STAFF1").await;
    for number in 0..60 {
        let post = organisation.world.request(Method::POST, "/auth/live/openid/logout");
        let status = post.form(&[("logout_token", format!("a.b.{number}"))]).send().await.unwrap().status();
        assert_eq!(status, StatusCode::BAD_REQUEST);
    }
    assert_eq!(organisation.audit("logout_token").await.len(), 20, "enough to see that somebody tries");
    assert_eq!(organisation.op.send_logout_token(CLIENT, "STAFF1").await.unwrap().status, 200);
    assert_eq!(organisation.audit("logout_token").await.pop().unwrap()["outcome"], "accepted");
    assert_eq!(code(pane.ask(&GetMe, &signed_in.token.0).await), ProblemCode::SignedOut);
}

#[tokio::test]
async fn the_back_channel_takes_one_form_with_one_token() {
    let organisation = Organisation::new().await;
    let (pane, signed_in) = organisation.sign_in(&Window::new(), "STAFF1").await;
    let path = "/auth/live/openid/logout";
    let post = |body: String, kind: &str| {
        organisation.world.request(Method::POST, path).header("content-type", kind.to_owned()).body(body).send()
    };
    let form = "application/x-www-form-urlencoded";
    for (body, kind) in [
        (String::new(), form),
        ("logout_token=".to_owned(), form),
        ("logout_token=x".to_owned(), form),
        ("logout_token=a.b.c&logout_token=a.b.c".to_owned(), form),
        ("{\"logout_token\":\"a.b.c\"}".to_owned(), "application/json"),
        (format!("logout_token={}", "x".repeat(70_000)), form),
    ] {
        let answer = post(body, kind).await.unwrap();
        assert_eq!(answer.status(), 400);
        assert_eq!(answer.headers()["cache-control"], "no-store");
    }
    let elsewhere = organisation.world.request(Method::POST, "/auth/none/openid/logout").send().await.unwrap();
    assert_eq!(elsewhere.status(), 404);
    assert!(pane.ask(&GetMe, &signed_in.token.0).await.is_ok());
}

// A32 to A34.
#[tokio::test]
async fn signing_out_here_goes_on_to_the_provider_and_back() {
    let organisation = Organisation::new().await;
    let window = Window::new();
    let (pane, signed_in) = organisation.sign_in(&window, "STAFF1").await;
    assert_eq!(organisation.op.living_sessions(), 1);
    let out = pane.ask(&SignOut, &signed_in.token.0).await.unwrap();
    let link = Url::parse(&organisation.world.url).unwrap().join(&out.continue_at.unwrap()).unwrap();
    assert_eq!(code(pane.ask(&GetMe, &signed_in.token.0).await), ProblemCode::SignedOut, "first of all here");
    let first = window.open(&link).await;
    assert_eq!(first.status, StatusCode::SEE_OTHER);
    assert!(first.location().as_str().starts_with(&organisation.op.issuer()));
    let last = window.follow(first).await;
    let last = leave(&window, last).await;
    assert_eq!(last.status, StatusCode::OK, "{}", last.text);
    assert!(last.text.contains("signed out"));
    assert!(link.path().ends_with(&last.message().flow.0), "the pane knows which window is done");
    assert_eq!(organisation.op.living_sessions(), 0);
    assert_eq!(window.open(&link).await.status, StatusCode::NOT_FOUND, "once");
}

/// Says yes where the provider asks whether to sign out.
async fn leave(window: &Window, sheet: Shown) -> Shown {
    if !sheet.text.contains("<form") {
        return sheet;
    }
    let to = sheet.url.join(&sheet.attribute("action=\"")).unwrap();
    let tags = sheet.text.split("<input").skip(1).map(|tag| tag.split('>').next().unwrap().to_owned());
    let field = |tag: &str, name: &str| {
        tag.split_once(&format!("{name}=\"")).map(|(_, rest)| rest.split('"').next().unwrap().to_owned())
    };
    let form: Vec<(String, String)> =
        tags.filter_map(|tag| Some((field(&tag, "name")?, field(&tag, "value").unwrap_or_default()))).collect();
    let origin = sheet.url.origin().ascii_serialization();
    let shown = window.send(window.request(Method::POST, &to, From::Here).header("origin", origin).form(&form)).await;
    window.follow(shown).await
}

#[tokio::test]
async fn back_from_signing_out_with_another_state_says_so() {
    for fault in [Fault::SignOutOtherState, Fault::SignOutNoState] {
        let organisation = Organisation::new().await;
        let window = Window::new();
        let (pane, signed_in) = organisation.sign_in(&window, "STAFF1").await;
        organisation.op.set_fault(Some(fault));
        let out = pane.ask(&SignOut, &signed_in.token.0).await.unwrap();
        let link = Url::parse(&organisation.world.url).unwrap().join(&out.continue_at.unwrap()).unwrap();
        let last = leave(&window, window.go(&link).await).await;
        assert_eq!(last.status, StatusCode::FORBIDDEN, "{}", fault.name());
        assert!(!last.has_message());
    }
}

#[tokio::test]
async fn who_did_not_come_by_the_provider_does_not_leave_by_it() {
    let organisation = Organisation::new().await;
    let (pane, signed_in) = dialog::sign_in(&organisation.world, "STAFF1").await;
    assert_eq!(pane.ask(&SignOut, &signed_in.token.0).await.unwrap().continue_at, None);
    let link = Url::parse(&organisation.world.url).unwrap().join("/auth/live/signed-out?state=x").unwrap();
    assert_eq!(Window::new().open(&link).await.status, StatusCode::FORBIDDEN);
}
