//! Beginning to sign in (`security.md §3.3`): who may, how often, and that a dialog opens once.

use crate::dialog::{self, From, Pane, Window, sign_in, verifier};
use crate::single_sign_on::{imis_origin, landing};
use crate::world::{answer, code};
use api::{ProblemCode, SignInMethod};
use reqwest::{Method, StatusCode};
use sim::imis::Settings;
use std::time::Duration;
use url::Url;

#[tokio::test]
async fn whoever_begins_a_sign_in_for_somebody_else_gets_nothing_from_it() {
    let world = dialog::world().await;
    let thief = Pane::single_sign_on(&world).await;
    let victim = Window::new();
    let last = victim.pass(&thief, "STAFF1").await;
    // The page tells its message to windows of its own origin alone, which only a browser shows; here: that it
    // stands in no address, and that the pane's own half is needed as well.
    assert!(!last.url.as_str().contains(&last.message().code.unwrap()));
    let without = serde_json::json!({ "flow": thief.begun.flow, "code": last.message().code });
    let request = world.request(Method::POST, "/api/auth/redeem").json(&without);
    assert_eq!(code(answer::<api::SignedIn>(request).await), ProblemCode::Invalid);
    // There is no way to ask whether it has landed.
    for path in ["/api/auth/flows", &format!("/api/auth/flows/{}", thief.begun.flow.0)] {
        let status = world.request(Method::GET, path).send().await.unwrap().status();
        assert!(matches!(status, StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_FOUND), "{path}");
    }
}

#[tokio::test]
async fn a_dialog_opens_once() {
    let world = dialog::world().await;
    let pane = Pane::single_sign_on(&world).await;
    let (window, other) = (Window::new(), Window::new());
    let first = window.open(&pane.start()).await;
    assert_eq!(first.status, StatusCode::SEE_OTHER);
    assert_eq!(first.location(), world.imis.sign_on_page(dialog::CLIENT_ID));
    let cookie = first.cookies()[0].to_owned();
    for part in ["__Host-flow=", "; Secure", "; HttpOnly", "; Path=/;", "; SameSite=None", "; Max-Age=600"] {
        assert!(cookie.contains(part), "{part} in {cookie}");
    }
    assert!(!cookie.contains("Domain"));
    assert_eq!(first.headers["referrer-policy"], "no-referrer");
    for window in [&other, &window] {
        let second = window.open(&pane.start()).await;
        assert_eq!(second.status, StatusCode::CONFLICT);
        assert!(second.cookies().is_empty() && second.text.contains("already used"));
    }
}

#[tokio::test]
async fn looking_ahead_opens_nothing() {
    let world = dialog::world().await;
    let pane = Pane::single_sign_on(&world).await;
    let window = Window::new();
    for (name, value) in [("sec-purpose", "prefetch;prerender"), ("purpose", "prefetch")] {
        let ahead = window.request(Method::GET, &pane.start(), From::Here).header(name, value);
        assert_eq!(window.send(ahead).await.status, StatusCode::FORBIDDEN);
    }
    for method in [Method::HEAD, Method::POST, Method::PUT, Method::DELETE] {
        let shown = window.send(window.request(method.clone(), &pane.start(), From::Here)).await;
        assert_eq!(shown.status, StatusCode::METHOD_NOT_ALLOWED, "{method}");
    }
    assert_eq!(window.open(&pane.start()).await.status, StatusCode::SEE_OTHER, "it was not opened before");
}

// B6, S6.
#[tokio::test]
async fn only_so_many_sign_ins_are_open_for_a_mailbox() {
    let world = dialog::world().await;
    let begin = |mailbox: &str| {
        let mailbox = Some(api::EmailAddress::parse(mailbox).unwrap());
        world.call(&api::BeginSignIn { mailbox, ..dialog::ask(&verifier(), SignInMethod::SingleSignOn) })
    };
    for _ in 0..20 {
        answer::<api::SignInBegun>(begin("a@association.example")).await.unwrap();
    }
    assert_eq!(code(answer::<api::SignInBegun>(begin("a@association.example")).await), ProblemCode::Busy);
    assert!(answer::<api::SignInBegun>(begin("b@association.example")).await.is_ok(), "a colleague's mailbox");
    world.pass(Duration::from_mins(10));
    assert!(answer::<api::SignInBegun>(begin("a@association.example")).await.is_ok(), "they end by themselves");
}

#[tokio::test]
async fn a_network_begins_only_so_many() {
    let world = dialog::world_with(Settings::default(), |config| config.limits.sign_ins_per_address = 2).await;
    let begin = || answer::<api::SignInBegun>(world.call(&dialog::ask(&verifier(), SignInMethod::SingleSignOn)));
    assert!(begin().await.is_ok() && begin().await.is_ok());
    assert_eq!(code(begin().await), ProblemCode::Busy);
}

#[tokio::test]
async fn an_office_where_everybody_comes_in_is_never_full() {
    let world = dialog::world_with(Settings::default(), |config| config.limits.sign_ins_per_address = 2).await;
    for _ in 0..4 {
        sign_in(&world, "STAFF1").await;
    }
    let begin = || answer::<api::SignInBegun>(world.call(&dialog::ask(&verifier(), SignInMethod::SingleSignOn)));
    assert!(begin().await.is_ok() && begin().await.is_ok());
    assert_eq!(code(begin().await), ProblemCode::Busy, "those that nobody ends do count");
}

#[tokio::test]
async fn panes_that_do_not_know_their_mailbox_do_not_crowd_each_other_out() {
    let world = dialog::world().await;
    let begin = || {
        let ask = dialog::ask(&verifier(), SignInMethod::SingleSignOn);
        answer::<api::SignInBegun>(world.call(&api::BeginSignIn { mailbox: None, ..ask }))
    };
    for _ in 0..30 {
        begin().await.unwrap();
    }
}

#[tokio::test]
async fn a_flood_of_callbacks_reaches_neither_imis_nor_anybody_s_sign_in() {
    let world = dialog::world().await;
    let window = Window::new();
    let to = landing(&world);
    let origin = imis_origin(&world);
    for _ in 0..20 {
        let flood = (0..100).map(|_| window.post(&to, From::Origin(&origin), &[("refresh_token", "x")]));
        let answers = futures_util::future::join_all(flood).await;
        assert!(answers.iter().all(|shown| shown.status == StatusCode::FORBIDDEN));
    }
    assert!(world.imis.ledger().requests().is_empty());
    sign_in(&world, "STAFF1").await;
}

// B14, S14.
#[tokio::test]
async fn a_dialog_that_is_closed_leaves_nothing_behind() {
    let world = dialog::world().await;
    let pane = Pane::single_sign_on(&world).await;
    let last = Window::new().pass(&pane, "STAFF1").await;
    let (sent, typed) = (last.message().code.unwrap(), last.typed_code());
    world.pass(Duration::from_secs(90));
    assert_eq!(code(pane.redeem(&sent).await), ProblemCode::SignInOver);
    world.pass(Duration::from_secs(30));
    assert_eq!(code(pane.redeem(&typed).await), ProblemCode::SignInOver);
    // Landed, but the last page was never shown.
    let pane = Pane::single_sign_on(&world).await;
    let window = Window::new();
    let sheet = window.to_hand_over(&pane, "STAFF1").await;
    let landed = window.hand_over(&sheet).await;
    world.pass(Duration::from_mins(10));
    assert_eq!(window.follow(landed).await.status, StatusCode::CONFLICT);
}

// B20, S22.
#[tokio::test]
async fn nothing_starts_that_no_pane_began() {
    let world = dialog::world().await;
    let window = Window::new();
    let base = Url::parse(&world.url).unwrap();
    for flow in ["A".repeat(43), "x".to_owned(), "%00".to_owned(), "A".repeat(4000), "..".to_owned()] {
        let shown = window.open(&base.join(&format!("/auth/start/{flow}")).unwrap()).await;
        assert_eq!(shown.status, StatusCode::NOT_FOUND, "{flow}");
        assert!(shown.cookies().is_empty());
    }
    let pane = Pane::single_sign_on(&world).await;
    world.pass(Duration::from_mins(10));
    assert_eq!(window.open(&pane.start()).await.status, StatusCode::NOT_FOUND, "too late");
}

#[tokio::test]
async fn what_a_pane_begins_with_must_make_sense() {
    let world = dialog::world().await;
    let good = dialog::ask(&verifier(), SignInMethod::SingleSignOn);
    let elsewhere = api::SiteName("elsewhere".to_owned());
    for (ask, field) in [
        (api::BeginSignIn { site: elsewhere, ..good.clone() }, "site"),
        (api::BeginSignIn { method: SignInMethod::Credentials, ..good.clone() }, "method"),
        (api::BeginSignIn { challenge: String::new(), ..good.clone() }, "challenge"),
        (api::BeginSignIn { challenge: good.challenge[1..].to_owned(), ..good.clone() }, "challenge"),
        (api::BeginSignIn { challenge: format!("{}=", good.challenge), ..good.clone() }, "challenge"),
        (api::BeginSignIn { challenge: "+".repeat(43), ..good.clone() }, "challenge"),
    ] {
        let problem = answer::<api::SignInBegun>(world.call(&ask)).await.unwrap_err();
        assert_eq!((problem.code, problem.field.as_deref()), (ProblemCode::Invalid, Some(field)));
    }
    let openid = api::BeginSignIn { method: SignInMethod::OpenIdConnect, ..good };
    assert_eq!(code(answer::<api::SignInBegun>(world.call(&openid)).await), ProblemCode::Forbidden);
}
