//! Signing in through iMIS's own page (`security.md §3.3`): whom it lets in, and
//! everything that it does not fall for.

use crate::dialog::{self, From, Pane, Window, handed, sign_in};
use crate::world::{PASSWORD, STAFF, World, answer, code};
use api::{ConfirmSession, GetMe, GetSaveTargets, ProblemCode, SignInMethod, Standing};
use reqwest::{Method, StatusCode};
use server::config::{NullOrigin, RefreshTokens};
use sim::imis::{Effect, Fault, PageHeaders, ReferrerPolicy, Settings};
use std::time::Duration;
use url::Url;

/// Lines of the audit log about `event`.
pub(crate) async fn audited(world: &World, event: &str) -> Vec<serde_json::Value> {
    world.audit().await.into_iter().filter(|line| line["event"] == event).collect()
}

pub(crate) fn landing(world: &World) -> Url {
    Url::parse(&world.url).unwrap().join("/auth/live/imis").unwrap()
}

pub(crate) fn imis_origin(world: &World) -> String {
    world.imis.url().origin().ascii_serialization()
}

#[tokio::test]
async fn whoever_imis_hands_over_is_signed_in_under_their_own_name() {
    let world = dialog::world().await;
    let pane = Pane::single_sign_on(&world).await;
    let window = Window::new();
    let last = window.pass(&pane, STAFF).await;
    assert_eq!(last.status, StatusCode::OK);
    let message = last.message();
    assert_eq!((message.v, &message.flow, message.problem), (1, &pane.begun.flow, None));
    let signed_in = pane.redeem(&message.code.unwrap()).await.unwrap();
    assert!(signed_in.key_bound);
    assert_eq!((signed_in.me.user_name.as_str(), signed_in.me.contact.0.as_str()), (STAFF, "191"));
    assert_eq!((signed_in.me.method, signed_in.me.standing), (SignInMethod::SingleSignOn, Standing::Full));
    assert_eq!(pane.ask(&GetMe, &signed_in.token.0).await.unwrap(), signed_in.me);
    assert!(pane.ask(&GetSaveTargets, &signed_in.token.0).await.is_ok());
    assert_eq!(world.imis.ledger().token_calls(), 1);
}

#[tokio::test]
async fn who_is_signed_in_at_imis_already_is_asked_nothing() {
    let world = dialog::world().await;
    let window = Window::new();
    let first = Pane::single_sign_on(&world).await;
    window.pass(&first, "STAFF1").await;
    let second = Pane::single_sign_on(&world).await;
    let sheet = window.go(&second.start()).await;
    let (to, _) = handed(&sheet);
    assert_eq!(to, landing(&world));
}

// B1, S1: login CSRF.
#[tokio::test]
async fn a_form_of_another_web_page_hands_nobody_over() {
    let world = dialog::world().await;
    let pane = Pane::single_sign_on(&world).await;
    let window = Window::new();
    let sheet = window.to_hand_over(&pane, "STAFF1").await;
    let (to, token) = handed(&sheet);
    let imis = imis_origin(&world);
    for evil in [
        "https://evil.example".to_owned(),
        format!("{imis}.evil.example"),
        imis.replace("127.0.0.1", "127.0.0.2"),
        imis.replace("http:", "https:"),
        format!("{imis}/"),
        imis.to_uppercase(),
        format!("{imis} https://evil.example"),
        world.url.clone(),
        String::new(),
    ] {
        let shown = window.post(&to, From::Origin(&evil), &[("refresh_token", &token)]).await;
        assert_eq!(shown.status, StatusCode::FORBIDDEN, "{evil}");
        assert!(shown.cookies().is_empty() && !shown.has_message(), "{evil}");
    }
    let twice = window.request(Method::POST, &to, From::Origin(&imis)).header("origin", "https://evil.example");
    assert_eq!(window.send(twice.form(&[("refresh_token", &token)])).await.status, StatusCode::FORBIDDEN);
    assert_eq!(world.imis.ledger().token_calls(), 0, "iMIS was not asked");
    // The person's own sign-in goes on.
    assert_eq!(window.hand_over(&sheet).await.status, StatusCode::SEE_OTHER);
}

// B1, the frame: WebKit sends the cookie into it (`security.md §3.1`).
#[tokio::test]
async fn a_frame_or_a_script_hands_nobody_over() {
    let world = dialog::world().await;
    let pane = Pane::single_sign_on(&world).await;
    let window = Window::new();
    let sheet = window.to_hand_over(&pane, "STAFF1").await;
    let (to, token) = handed(&sheet);
    let cookie = format!("__Host-flow={}", window.cookie(&to, "__Host-flow").unwrap());
    for (mode, dest) in [("navigate", "iframe"), ("cors", "empty"), ("no-cors", "image"), ("navigate", "embed")] {
        let request = reqwest::Client::new().post(to.clone()).header("cookie", &cookie);
        let request = request.header("sec-fetch-mode", mode).header("sec-fetch-dest", dest);
        let request = request.header("origin", imis_origin(&world)).form(&[("refresh_token", &token)]);
        assert_eq!(window.send(request).await.status, StatusCode::FORBIDDEN, "{mode} {dest}");
    }
    assert_eq!(world.imis.ledger().token_calls(), 0);
    assert_eq!(window.hand_over(&sheet).await.status, StatusCode::SEE_OTHER);
}

// B2, S2: an origin of null.
#[tokio::test]
async fn a_hand_over_without_origin_is_refused_with_words_for_the_administrator() {
    let world = dialog::world().await;
    let pane = Pane::single_sign_on(&world).await;
    let window = Window::new();
    let sheet = window.to_hand_over(&pane, "STAFF1").await;
    let (to, token) = handed(&sheet);
    let null = window.post(&to, From::Origin("null"), &[("refresh_token", &token)]).await;
    assert_eq!(null.status, StatusCode::FORBIDDEN);
    assert!(null.text.contains("Referrer-Policy") && null.text.contains("accept_null_origin"));
    let none = window.post(&to, From::Here, &[("refresh_token", &token)]).await;
    assert_eq!(none.status, StatusCode::FORBIDDEN, "no origin at all");
    assert_eq!(world.imis.ledger().token_calls(), 0);
}

#[tokio::test]
async fn where_it_is_accepted_the_person_confirms_before_anything_else() {
    let headers = PageHeaders { referrer: ReferrerPolicy::NoReferrer, ..PageHeaders::default() };
    let settings = Settings { page_headers: headers, ..Settings::default() };
    let world = dialog::world_with(settings, |config| {
        config.sites[0].single_sign_on.as_mut().unwrap().null_origin = NullOrigin::Confirmed;
    })
    .await;
    let pane = Pane::single_sign_on(&world).await;
    let window = Window::new();
    let sheet = window.to_hand_over(&pane, "STAFF1").await;
    let (to, token) = handed(&sheet);
    let evil = window.post(&to, From::Origin("https://evil.example"), &[("refresh_token", &token)]).await;
    assert_eq!(evil.status, StatusCode::FORBIDDEN, "null is accepted, not anything");
    let landed = window.post(&to, From::Origin("null"), &[("refresh_token", &token)]).await;
    let message = window.follow(landed).await.message();
    let signed_in = pane.redeem(&message.code.unwrap()).await.unwrap();
    assert_eq!(signed_in.me.standing, Standing::Unconfirmed);
    let token = signed_in.token.0;
    assert_eq!(code(pane.ask(&GetSaveTargets, &token).await), ProblemCode::ConfirmFirst);
    assert_eq!(pane.ask(&GetMe, &token).await.unwrap().standing, Standing::Unconfirmed);
    assert_eq!(pane.ask(&ConfirmSession, &token).await.unwrap().standing, Standing::Full);
    assert!(pane.ask(&GetSaveTargets, &token).await.is_ok());
}

// B3, S3.
#[tokio::test]
async fn without_the_cookie_nothing_is_looked_up_or_asked() {
    let world = dialog::world().await;
    let file = format!("sqlite://{}", world.data().join("imis-outlook.sqlite").display());
    let pool = sqlx::SqlitePool::connect(&file).await.unwrap();
    // Whoever looks into the store now fails with 503.
    for table in ["flow", "audit"] {
        sqlx::query(sqlx::AssertSqlSafe(format!("ALTER TABLE {table} RENAME TO {table}_gone")))
            .execute(&pool)
            .await
            .unwrap();
    }
    let window = Window::new();
    let origin = imis_origin(&world);
    for cookie in ["", "a=b", "__Host-flow=", "__Host-flow=x", "__Host-flow=x; __Host-flow=y", "flow=x"] {
        let request = reqwest::Client::new().post(landing(&world)).header("origin", &origin);
        let request = request.header("cookie", cookie).form(&[("refresh_token", "anything")]);
        assert_eq!(window.send(request).await.status, StatusCode::FORBIDDEN, "{cookie}");
    }
    for path in ["/auth/live/imis", "/auth/done"] {
        let url = Url::parse(&world.url).unwrap().join(path).unwrap();
        assert!(window.open(&url).await.status.is_client_error(), "{path}");
    }
    assert!(world.imis.ledger().requests().is_empty());
}

// B4, S4: a cookie planted by a sibling host; K7: the right form is not enough.
#[tokio::test]
async fn a_cookie_that_the_dialog_was_not_given_opens_nothing() {
    let world = dialog::world().await;
    let (mine, other) = (Pane::single_sign_on(&world).await, Pane::single_sign_on(&world).await);
    let (window, thief) = (Window::new(), Window::new());
    let sheet = window.to_hand_over(&mine, "STAFF1").await;
    thief.go(&other.start()).await;
    let (to, token) = handed(&sheet);
    let own = window.cookie(&to, "__Host-flow").unwrap();
    let foreign = thief.cookie(&to, "__Host-flow").unwrap();
    let flow = &mine.begun.flow.0;
    let origin = imis_origin(&world);
    for planted in [
        format!("__Host-flow={flow}{}", &foreign[43..]),
        format!("__Host-flow={flow}{}", "A".repeat(43)),
        format!("__Host-flow={}{}", &foreign[..43], &own[43..]),
        format!("__Host-flow={flow}"),
        format!("__Host-flow={own}; __Host-flow={foreign}"),
        format!("__Host-flow={own}A"),
        format!("__Host-done={own}"),
        format!("__host-flow={own}"),
    ] {
        let request = reqwest::Client::new().post(to.clone()).header("origin", &origin).header("cookie", &planted);
        let shown = window.send(request.form(&[("refresh_token", &token)])).await;
        assert_eq!(shown.status, StatusCode::FORBIDDEN, "{planted}");
    }
    assert_eq!(world.imis.ledger().token_calls(), 0);
    assert_eq!(window.hand_over(&sheet).await.status, StatusCode::SEE_OTHER);
}

// B5, S5: somebody sends their own link to somebody else.
#[tokio::test]
async fn a_hand_over_works_once() {
    let world = dialog::world().await;
    let pane = Pane::single_sign_on(&world).await;
    let window = Window::new();
    let sheet = window.to_hand_over(&pane, "STAFF1").await;
    let (to, token) = handed(&sheet);
    let cookie = window.cookie(&to, "__Host-flow").unwrap();
    let landed = window.hand_over(&sheet).await;
    assert_eq!(landed.status, StatusCode::SEE_OTHER);
    assert!(landed.cookies().iter().any(|cookie| cookie.starts_with("__Host-flow=;") && cookie.contains("Max-Age=0")));
    for _ in 0..2 {
        window.set_cookie(&to, "__Host-flow", &cookie);
        let again = window.post(&to, From::Origin(&imis_origin(&world)), &[("refresh_token", &token)]).await;
        assert_eq!(again.status, StatusCode::CONFLICT);
    }
    assert_eq!(world.imis.ledger().token_calls(), 1);
    assert!(window.follow(landed).await.has_message(), "the first one goes on");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_hand_overs_at_the_same_moment_one_lands() {
    let world = dialog::world().await;
    let pane = Pane::single_sign_on(&world).await;
    let window = Window::new();
    let sheet = window.to_hand_over(&pane, "STAFF1").await;
    let answers = futures_util::future::join_all((0..16).map(|_| window.hand_over(&sheet))).await;
    assert_eq!(answers.iter().filter(|shown| shown.status == StatusCode::SEE_OTHER).count(), 1);
    assert_eq!(world.imis.ledger().token_calls(), 1, "iMIS was asked once");
}

// B10, S10.
#[tokio::test]
async fn the_refresh_token_stays_between_imis_and_the_server() {
    let settings = Settings { refresh_replacement: sim::imis::Replacement::Sent, ..Settings::default() };
    let mut world = dialog::world_with(settings, |_| {}).await;
    let secrets = {
        let pane = Pane::single_sign_on(&world).await;
        let window = Window::new();
        let sheet = window.to_hand_over(&pane, "STAFF1").await;
        let (_, token) = handed(&sheet);
        let landed = window.hand_over(&sheet).await;
        let last = window.follow(landed).await;
        assert_eq!(last.headers["cache-control"], "no-store");
        assert_eq!(last.headers["referrer-policy"], "no-referrer");
        let message = last.message();
        let signed_in = pane.redeem(message.code.as_ref().unwrap()).await.unwrap();
        let typed = last.typed_code();
        // Reloading the last page, or going back to it, shows nothing.
        let reloaded = window.open(&last.url).await;
        assert_eq!(reloaded.status, StatusCode::CONFLICT);
        for text in [&last.text, &reloaded.text, &format!("{:?}", last.headers), &last.url.to_string()] {
            assert!(!text.contains(&token) && !text.contains(dialog::CLIENT_SECRET));
        }
        let flow = pane.begun.flow.0.clone();
        vec![
            token,
            message.code.unwrap(),
            typed.clone(),
            typed.replace('-', ""),
            pane.verifier.clone(),
            flow,
            signed_in.token.0,
            dialog::CLIENT_SECRET.to_owned(),
        ]
    };
    world.stop().await;
    for file in std::fs::read_dir(world.data()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        for secret in &secrets {
            let found = bytes.windows(secret.len()).any(|part| part == secret.as_bytes());
            assert!(!found, "{secret} rests in the data folder");
        }
    }
}

// B12, S12.
#[tokio::test]
async fn the_client_secret_follows_no_redirect() {
    let world = dialog::world().await;
    let elsewhere = sim::imis::start(Settings::default()).await.unwrap();
    let to = elsewhere.url().join("token").unwrap();
    world.imis.faults().add(Fault::once(Effect::Redirect(to)).on("POST", "token"));
    let pane = Pane::single_sign_on(&world).await;
    let last = Window::new().pass(&pane, "STAFF1").await;
    assert!(last.status.is_server_error());
    assert_eq!(last.message().flow, pane.begun.flow);
    assert!(last.message().problem.is_some() && last.message().code.is_none());
    assert!(elsewhere.ledger().requests().is_empty());
    assert_eq!(world.imis.ledger().token_calls(), 1, "and nothing is sent again");
}

// B13, S13.
#[tokio::test]
async fn an_answer_for_one_site_is_none_for_another() {
    let world = dialog::world_with(Settings::default(), |config| {
        let mut test = config.sites[0].clone();
        test.name = api::SiteName("test".to_owned());
        config.sites.push(test);
    })
    .await;
    let pane = Pane::single_sign_on(&world).await;
    let window = Window::new();
    let sheet = window.to_hand_over(&pane, "STAFF1").await;
    let (to, token) = handed(&sheet);
    let origin = imis_origin(&world);
    let other = to.join("/auth/test/imis").unwrap();
    let shown = window.post(&other, From::Origin(&origin), &[("refresh_token", &token)]).await;
    assert_eq!(shown.status, StatusCode::FORBIDDEN);
    let nowhere = to.join("/auth/elsewhere/imis").unwrap();
    let shown = window.post(&nowhere, From::Origin(&origin), &[("refresh_token", &token)]).await;
    assert_eq!(shown.status, StatusCode::NOT_FOUND);
    assert_eq!(world.imis.ledger().token_calls(), 0);
}

// B15, S15, K13, K24.
#[tokio::test]
async fn only_the_one_form_that_imis_sends_is_read() {
    let world = dialog::world().await;
    let pane = Pane::single_sign_on(&world).await;
    let window = Window::new();
    let sheet = window.to_hand_over(&pane, "STAFF1").await;
    let (to, token) = handed(&sheet);
    let origin = imis_origin(&world);
    let form = "application/x-www-form-urlencoded";
    let json = format!("{{\"refresh_token\":\"{token}\"}}");
    let multipart =
        format!("--x\r\ncontent-disposition: form-data; name=\"refresh_token\"\r\n\r\n{token}\r\n--x--\r\n");
    let one = format!("refresh_token={token}");
    let bad = StatusCode::BAD_REQUEST;
    for (content_type, body, status) in [
        (Some(form), format!("{one}&{one}"), bad),
        (Some(form), format!("{one}&refresh_token="), bad),
        (Some(form), format!("{one}&refresh%5Ftoken=other"), bad),
        (Some(form), String::new(), bad),
        (Some(form), "refresh_token=".to_owned(), bad),
        (Some(form), format!("REFRESH_TOKEN={token}"), bad),
        (Some(form), format!("refresh_token[]={token}"), bad),
        (Some(form), format!("refresh_token={}", "x".repeat(9 * 1024)), bad),
        (Some(form), format!("{one}&padding={}", "x".repeat(17 * 1024)), StatusCode::PAYLOAD_TOO_LARGE),
        (Some("application/json"), json, bad),
        (Some("multipart/form-data; boundary=x"), multipart, bad),
        (Some("text/plain"), one.clone(), bad),
        (Some("application/x-www-form-urlencoded-not"), one.clone(), bad),
        (Some(""), one.clone(), bad),
        (None, one.clone(), bad),
    ] {
        let mut request = window.request(Method::POST, &to, From::Origin(&origin)).body(body.clone());
        if let Some(content_type) = content_type {
            request = request.header("content-type", content_type);
        }
        let shown = window.send(request).await;
        assert_eq!(shown.status, status, "{content_type:?} {}", &body[..body.len().min(60)]);
    }
    for method in [Method::GET, Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS] {
        let request = window.request(method.clone(), &to, From::Origin(&origin)).query(&[("refresh_token", &token)]);
        assert_eq!(window.send(request).await.status, StatusCode::METHOD_NOT_ALLOWED, "{method}");
    }
    let in_query = window.request(Method::POST, &to, From::Origin(&origin)).query(&[("refresh_token", &token)]);
    assert_eq!(window.send(in_query.header("content-type", form)).await.status, bad, "in the address");
    assert_eq!(world.imis.ledger().token_calls(), 0);
    let with_charset = window.request(Method::POST, &to, From::Origin(&origin));
    let with_charset = with_charset.header("content-type", format!("{form}; charset=UTF-8")).body(one);
    assert_eq!(window.send(with_charset).await.status, StatusCode::SEE_OTHER);
}

// B15: "Skip server endpoint validation" (`imis.md §12.1`).
#[tokio::test]
async fn a_head_is_answered_and_does_nothing() {
    let world = dialog::world().await;
    let pane = Pane::single_sign_on(&world).await;
    let window = Window::new();
    let sheet = window.to_hand_over(&pane, "STAFF1").await;
    let (to, token) = handed(&sheet);
    let before = world.imis.ledger().requests().len();
    for request in [
        reqwest::Client::new().head(to.clone()),
        window.request(Method::HEAD, &to, From::Origin("https://evil.example")),
        window.request(Method::HEAD, &to, From::Here).body(format!("refresh_token={token}")),
        window.request(Method::HEAD, &to, From::Here).query(&[("refresh_token", &token)]),
        reqwest::Client::new().head(to.join("/auth/no-such-site/imis").unwrap()),
    ] {
        let shown = window.send(request).await;
        assert_eq!((shown.status, shown.text.as_str()), (StatusCode::OK, ""));
        assert!(shown.cookies().is_empty());
    }
    assert_eq!(world.imis.ledger().requests().len(), before);
    assert_eq!(window.hand_over(&sheet).await.status, StatusCode::SEE_OTHER);
}

// B16, S17: the window has lost its opener.
#[tokio::test]
async fn ending_everybody_s_sessions_ends_sign_ins_under_way() {
    let world = dialog::world().await;
    let (administrator, signed_in) = sign_in(&world, STAFF).await;
    let pane = Pane::single_sign_on(&world).await;
    let right = Window::new().pass(&pane, "STAFF1").await.message().code.unwrap();
    world.pass(Duration::from_secs(1));
    let everybody = api::EndSessions { scope: api::EndScope::User("STAFF1".to_owned()) };
    administrator.ask(&everybody, &signed_in.token.0).await.unwrap();
    assert_eq!(code(pane.redeem(&right).await), ProblemCode::SignInOver);
}

#[tokio::test]
async fn who_may_not_use_it_is_told_why_in_the_dialog_and_in_the_pane() {
    let world = dialog::world().await;
    for (user, problem) in [("STAFF2", ProblemCode::NoRemoteService), ("MEMBER1", ProblemCode::NotStaff)] {
        let pane = Pane::single_sign_on(&world).await;
        let window = Window::new();
        let last = window.pass(&pane, user).await;
        assert_eq!(last.status, StatusCode::FORBIDDEN, "{user}");
        assert!(last.text.contains("role=\"alert\""));
        let message = last.message();
        assert_eq!(
            (message.flow.clone(), message.problem, message.code),
            (pane.begun.flow.clone(), Some(problem), None)
        );
        assert!(window.cookie(&last.url, "__Host-flow").is_none(), "the cookie is gone (K10)");
        assert_eq!(code(pane.redeem(&"A".repeat(43)).await), ProblemCode::SignInOver);
    }
    world.imis.faults().add(Fault::once(Effect::Unavailable).on("POST", "token"));
    let pane = Pane::single_sign_on(&world).await;
    let last = Window::new().pass(&pane, "STAFF1").await;
    assert_eq!(
        (last.status, last.message().problem),
        (StatusCode::SERVICE_UNAVAILABLE, Some(ProblemCode::ImisUnavailable))
    );
}

#[tokio::test]
async fn a_wrong_client_secret_is_the_administrator_s_to_mend() {
    let world = dialog::world_with(Settings::default(), |config| {
        let sign_on = config.sites[0].single_sign_on.as_mut().unwrap();
        sign_on.client_secret = secrecy::SecretString::from("another secret of this length");
    })
    .await;
    let pane = Pane::single_sign_on(&world).await;
    let last = Window::new().pass(&pane, "STAFF1").await;
    assert_eq!(last.status, StatusCode::BAD_GATEWAY);
    assert!(last.text.contains("client_secret") && last.message().problem == Some(ProblemCode::SignInRefused));
}

// K10: keys change while somebody signs in.
#[tokio::test]
async fn a_change_of_keys_interrupts_no_sign_in() {
    use server::config::{Key, Keyring};
    let mut world = dialog::world().await;
    let window = Window::new();
    let (begun, verifier) = {
        let pane = Pane::begin_with(&world, SignInMethod::SingleSignOn, None).await;
        window.to_hand_over(&pane, "STAFF1").await;
        (pane.begun.clone(), pane.verifier.clone())
    };
    let (old, host) = (Key::parse(crate::world::KEY).unwrap(), world.url.clone());
    world.config.keyring = Keyring::new(Key::new([5; 32]), vec![old]);
    world.config.listen = host.trim_start_matches("http://").parse().unwrap();
    world.config.public_url = server::config::PublicUrl::parse(&host).unwrap();
    world.restart().await;
    let pane = Pane { world: &world, begun, verifier, key: None };
    let sheet = window.go(&world.imis.sign_on_page(dialog::CLIENT_ID)).await;
    let landed = window.hand_over(&sheet).await;
    let right = window.follow(landed).await.message().code.unwrap();
    assert!(pane.redeem(&right).await.is_ok());
}

// imis.md §12.3: it is not known whether a refresh token can be used again.
#[tokio::test]
async fn a_session_is_renewed_with_what_imis_gave() {
    use sim::imis::{RefreshUse, Replacement};
    for (refresh_use, replacement, tokens, renews) in [
        (RefreshUse::Once, Replacement::Absent, RefreshTokens::Once, false),
        (RefreshUse::Once, Replacement::Sent, RefreshTokens::Once, true),
        (RefreshUse::Reusable, Replacement::Absent, RefreshTokens::Reusable, true),
    ] {
        let token_ttl = Duration::from_mins(1);
        let settings = Settings { token_ttl, refresh_use, refresh_replacement: replacement, ..Settings::default() };
        let world = dialog::world_with(settings, |config| {
            config.sites[0].single_sign_on.as_mut().unwrap().refresh_tokens = tokens;
        })
        .await;
        let (pane, signed_in) = sign_in(&world, "STAFF1").await;
        world.imis.age_tokens(Duration::from_mins(2));
        let answer = pane.ask(&GetSaveTargets, &signed_in.token.0).await;
        assert_eq!(answer.is_ok(), renews, "{refresh_use:?} {replacement:?} {tokens:?}: {answer:?}");
    }
}

#[tokio::test]
async fn the_way_in_and_the_password_s_way_live_side_by_side() {
    let world = dialog::world().await;
    assert!(world.try_sign_in(STAFF, PASSWORD).await.is_ok());
    let bootstrap: api::Bootstrap = answer(world.call(&api::GetBootstrap)).await.unwrap();
    assert_eq!(bootstrap.sites[0].methods, [SignInMethod::SingleSignOn, SignInMethod::Credentials]);
}
