//! The doors of signing in, and what is tried at them: other addresses to go to,
//! one thing in another's place, markup, noise (`security.md §1.3`).

use crate::dialog::{self, From, Pane, Window, handed, live, verifier};
use crate::world::{World, answer, code};
use api::{ProblemCode, Redeem, SessionToken, SignInMethod};
use reqwest::{Method, StatusCode};
use sim::imis::Settings;
use std::time::{Duration, Instant};
use url::Url;

const DOORS: [(&str, &str); 9] = [
    ("GET", "/auth/start/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
    ("POST", "/auth/live/imis"),
    ("GET", "/auth/live/openid"),
    ("POST", "/auth/live/openid/logout"),
    ("GET", "/auth/live/signed-out"),
    ("GET", "/auth/done"),
    ("GET", "/auth/logout/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
    ("GET", "/auth/elsewhere"),
    ("GET", "/auth"),
];

/// Names under which servers have taken an address to go on to.
const NAMES: [&str; 16] = [
    "next",
    "url",
    "return",
    "returnUrl",
    "ReturnUrl",
    "return_to",
    "redirect",
    "redirect_uri",
    "redirectUrl",
    "rd",
    "continue",
    "continue_at",
    "goto",
    "target",
    "post_logout_redirect_uri",
    "state",
];

/// Ways to write an address so that somebody takes it for one of their own.
fn payloads() -> Vec<String> {
    let beginnings = [
        "//",
        "///",
        "////",
        "/\\",
        "\\\\",
        "/%09/",
        "/%2f/",
        "%2f%2f",
        "/%5c",
        "https://",
        "https:",
        "http:/",
        "hTtPs:///",
        "https:\\\\",
        "/.//",
        "/..//",
        "javascript://",
        "data:text/html,",
        "\t//",
        "//\u{3002}",
    ];
    let hosts = [
        "evil.example",
        "127.0.0.1@evil.example",
        "evil.example#127.0.0.1",
        "evil.example?127.0.0.1",
        "evil.example\\@127.0.0.1",
        "127.0.0.1.evil.example",
        "evil.example%00.127.0.0.1",
    ];
    beginnings.iter().flat_map(|beginning| hosts.iter().map(move |host| format!("{beginning}{host}"))).collect()
}

fn at(world: &World, path: &str) -> Url {
    Url::parse(&world.url).unwrap().join(path).unwrap()
}

// K25, CVE-2022-23527 and its like.
#[tokio::test]
async fn nothing_that_is_asked_for_decides_where_a_browser_goes() {
    let world = dialog::world().await;
    let payloads = payloads();
    assert!(payloads.len() >= 100);
    let window = Window::new();
    for (method, path) in DOORS {
        for (number, payload) in payloads.iter().enumerate() {
            let name = NAMES[number % NAMES.len()];
            let mut url = at(&world, path);
            url.query_pairs_mut().append_pair(name, payload);
            let method: Method = method.parse().unwrap();
            let request = window.request(method, &url, From::Origin("https://evil.example"));
            let request = request.header("referer", "https://evil.example/").header("x-forwarded-host", "evil.example");
            let request = request.header("x-original-url", payload.escape_default().to_string());
            let shown = window.send(request).await;
            assert!(!shown.headers.contains_key("location"), "{path} {payload}");
            assert!(!shown.text.contains("evil.example"), "{path} {payload}");
            assert!(shown.status.is_client_error(), "{path} {payload}: {}", shown.status);
        }
    }
}

#[tokio::test]
async fn a_sign_in_under_way_goes_where_the_configuration_says_whatever_is_added() {
    let world = dialog::world().await;
    let pane = Pane::single_sign_on(&world).await;
    let window = Window::new();
    let with_all = |mut url: Url| {
        let payloads = payloads();
        for (name, payload) in NAMES.iter().cycle().zip(&payloads) {
            url.query_pairs_mut().append_pair(name, payload);
        }
        url
    };
    let first = window.open(&with_all(pane.start())).await;
    assert_eq!(first.location(), world.imis.sign_on_page(dialog::CLIENT_ID));
    let sheet = window.at_imis(window.follow(first).await, "STAFF1").await;
    let (to, token) = handed(&sheet);
    let origin = world.imis.url().origin().ascii_serialization();
    let mut form: Vec<(&str, &str)> = NAMES.iter().map(|name| (*name, "https://evil.example")).collect();
    form.push(("refresh_token", &token));
    let landed = window.post(&with_all(to), From::Origin(&origin), &form).await;
    assert_eq!(landed.location(), at(&world, "/auth/done"));
    let last = window.open(&with_all(landed.location())).await;
    assert!(!last.text.contains("evil.example") && last.message().code.is_some());
}

// K7, CVE-2023-48309: one thing in another's place.
#[tokio::test]
async fn what_opens_one_door_opens_no_other() {
    let world = dialog::world().await;
    let begin = || Pane::begin_with(&world, SignInMethod::SingleSignOn, None);
    // A sign-in that is bound, one that has landed, one with codes, and a session.
    let (bound, landed, coded) = (begin().await, begin().await, begin().await);
    let (one, two, three) = (Window::new(), Window::new(), Window::new());
    let here = bound.start();
    one.to_hand_over(&bound, "STAFF1").await;
    let sheet = two.to_hand_over(&landed, "STAFF1").await;
    two.hand_over(&sheet).await;
    let last = three.pass(&coded, "STAFF1").await;
    let (_, signed_in) = dialog::sign_in(&world, "READER1").await;
    let things = [
        ("flow id", coded.begun.flow.0.clone()),
        ("flow id of a bound one", bound.begun.flow.0.clone()),
        ("flow cookie", one.cookie(&here, "__Host-flow").unwrap()),
        ("done cookie", two.cookie(&here, "__Host-done").unwrap()),
        ("sent code", last.message().code.unwrap()),
        ("typed code", last.typed_code()),
        ("session token", signed_in.token.0.clone()),
        ("verifier", coded.verifier.clone()),
        ("challenge", dialog::challenge(&coded.verifier)),
        ("client secret", dialog::CLIENT_SECRET.to_owned()),
    ];
    let origin = world.imis.url().origin().ascii_serialization();
    let before = world.imis.ledger().token_calls();
    for (name, thing) in &things {
        let window = Window::new();
        let opened = window.open(&at(&world, &format!("/auth/start/{}", thing.replace('%', "%25")))).await;
        // A flow that was opened says so; nothing else is known there.
        assert!(matches!(opened.status, StatusCode::NOT_FOUND | StatusCode::CONFLICT), "{name} as start");
        let left = window.open(&at(&world, &format!("/auth/logout/{}", thing.replace('%', "%25")))).await;
        assert_eq!(left.status, StatusCode::NOT_FOUND, "{name} as link to sign out");
        if *name != "flow cookie" {
            let window = Window::new();
            window.set_cookie(&here, "__Host-flow", thing);
            let to = at(&world, "/auth/live/imis");
            let shown = window.post(&to, From::Origin(&origin), &[("refresh_token", "x")]).await;
            assert_eq!(shown.status, StatusCode::FORBIDDEN, "{name} as flow cookie");
        }
        if *name != "done cookie" {
            let window = Window::new();
            window.set_cookie(&here, "__Host-done", thing);
            let shown = window.open(&at(&world, "/auth/done")).await;
            assert!(!shown.has_message(), "{name} as done cookie");
        }
        let window = Window::new();
        window.set_cookie(&here, "__Host-left", thing);
        let shown = window.open(&at(&world, "/auth/live/signed-out?state=x")).await;
        assert!(shown.status.is_client_error(), "{name} as left cookie");
        for scheme in ["Bearer", "DPoP", "bearer"] {
            if *name == "session token" {
                continue;
            }
            let request = world.call(&api::GetMe).header("authorization", format!("{scheme} {thing}"));
            assert_eq!(code(answer::<api::Me>(request).await), ProblemCode::SignedOut, "{name} as token");
        }
        let offer = Redeem { flow: api::FlowId(thing.clone()), ..coded.offer(&"A".repeat(43)) };
        if *name != "flow id" {
            assert_eq!(
                code(answer::<api::SignedIn>(world.call(&offer)).await),
                ProblemCode::SignInOver,
                "{name} as flow"
            );
        }
    }
    assert_eq!(world.imis.ledger().token_calls(), before);
    // As code, of the sign-in that has codes; each try counts, so not all may be tried.
    for thing in ["flow id", "verifier", "flow cookie", "challenge"] {
        let (_, value) = things.iter().find(|(name, _)| *name == thing).unwrap();
        let answer = answer::<api::SignedIn>(world.call(&coded.offer(value))).await;
        assert!(matches!(code(answer), ProblemCode::WrongCode), "{thing} as code");
    }
    let former = Some(SessionToken(coded.begun.flow.0.clone()));
    let right = Redeem { former, ..coded.offer(&last.message().code.unwrap()) };
    assert!(answer::<api::SignedIn>(world.call(&right)).await.is_ok(), "the right one in its place");
}

// K26 and K27: markup and noise.
#[tokio::test]
async fn noise_gets_a_fixed_page_at_once() {
    let world = dialog::world().await;
    let window = Window::new();
    let noise = [
        "",
        "%00",
        "%0d%0aset-cookie:a=b",
        "%3Cscript%3Ealert(1)%3C%2Fscript%3E",
        "%22%3E%3Cimg%20src=x%3E",
        "%ff%fe",
        "..%2f..%2f",
        "%252e%252e",
        "a%20b",
        "%E2%80%AE",
        "%F0%9F%92%A9",
        "%2500",
        "'%20OR%201=1--",
        "%7B%7B7*7%7D%7D",
    ];
    for noise in noise {
        for path in [
            format!("/auth/start/{noise}"),
            format!("/auth/logout/{noise}"),
            format!("/auth/{noise}/imis"),
            format!("/auth/{noise}/openid?code={noise}&state={noise}&iss={noise}&error={noise}"),
            format!("/auth/live/openid?code={noise}&state={noise}&iss={noise}"),
            format!("/auth/{noise}/signed-out?state={noise}"),
            format!("/auth/done?{noise}"),
            format!("/auth/{noise}"),
        ] {
            let begun = Instant::now();
            let shown = window.open(&at(&world, &path)).await;
            assert!(begun.elapsed() < Duration::from_secs(1), "{path}");
            assert!(shown.status.is_client_error(), "{path}: {}", shown.status);
            assert!(shown.cookies().is_empty(), "{path}");
            for trace in ["<script", "alert(1)", "<img", "7*7", "OR 1=1"] {
                assert!(!shown.text.contains(trace), "{trace} of {path}");
            }
        }
    }
}

#[tokio::test]
async fn a_faulty_redeem_is_refused_at_once() {
    let world = dialog::world().await;
    let good = serde_json::json!({ "flow": "A".repeat(43), "code": "A".repeat(43), "verifier": "A".repeat(43) });
    for (field, values) in [
        ("flow", vec![serde_json::json!(""), serde_json::json!(1), serde_json::json!("A".repeat(5000))]),
        ("code", vec![serde_json::json!(""), serde_json::json!(null), serde_json::json!("\u{0}".repeat(43))]),
        ("verifier", vec![serde_json::json!(""), serde_json::json!([]), serde_json::json!("é".repeat(100))]),
        ("former", vec![serde_json::json!(1), serde_json::json!({})]),
    ] {
        for value in values {
            let mut body = good.clone();
            body[field] = value.clone();
            let begun = Instant::now();
            let answer = answer::<api::SignedIn>(world.request(Method::POST, "/api/auth/redeem").json(&body)).await;
            let problem = code(answer);
            let expected = [ProblemCode::Invalid, ProblemCode::SignInOver, ProblemCode::WrongCode];
            assert!(expected.contains(&problem), "{field} {value}: {problem:?}");
            assert!(begun.elapsed() < Duration::from_secs(1));
        }
    }
}

// F1, F4: what each page is sent with.
#[tokio::test]
async fn every_page_of_the_dialog_is_sent_with_the_same_care() {
    let world = dialog::world().await;
    let window = Window::new();
    for (method, path) in DOORS.into_iter().chain([("PUT", "/auth/done"), ("GET", "/auth/live/imis")]) {
        let shown = window.send(window.request(method.parse().unwrap(), &at(&world, path), From::Here)).await;
        let header = |name: &str| shown.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default();
        assert_eq!(header("content-type"), "text/html; charset=utf-8", "{path}");
        assert_eq!(header("cache-control"), "no-store", "{path}");
        assert_eq!(header("referrer-policy"), "no-referrer", "{path}");
        assert_eq!(header("x-frame-options"), "DENY", "{path}");
        assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
        let policy = header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{path}");
        assert!(!policy.contains("unsafe"), "{path}");
        for absent in ["cross-origin-opener-policy", "access-control-allow-origin", "access-control-allow-credentials"]
        {
            assert!(!shown.headers.contains_key(absent), "{absent} at {path}");
        }
        assert!(!shown.text.contains("style=") && !shown.text.contains("<style") && !shown.text.contains("onload"));
    }
    for (path, kind) in [("dialog.css", "text/css; charset=utf-8"), ("dialog.js", "text/javascript; charset=utf-8")] {
        let shown = window.open(&at(&world, &format!("/auth/assets/{path}"))).await;
        assert_eq!((shown.status, shown.headers["content-type"].to_str().unwrap()), (StatusCode::OK, kind));
    }
}

#[tokio::test]
async fn another_site_s_script_is_told_nothing_at_any_door() {
    let world = dialog::world().await;
    let window = Window::new();
    for path in ["/api/auth/flows", "/api/auth/redeem", "/auth/live/imis", "/auth/done"] {
        let request = reqwest::Client::new().request(Method::OPTIONS, at(&world, path));
        let request = request.header("origin", "https://evil.example").header("access-control-request-method", "POST");
        let shown = window.send(request).await;
        assert!(shown.status.is_client_error());
        assert!(shown.headers.keys().all(|name| !name.as_str().starts_with("access-control")), "{path}");
    }
    // The API's own doors: another origin, no word of our pane, another host.
    let ask =
        || world.http.post(at(&world, "/api/auth/flows")).json(&dialog::ask(&verifier(), SignInMethod::SingleSignOn));
    let without = ask().send().await.unwrap();
    assert_eq!(without.status(), 403);
    let across = ask().header(api::VERSION_HEADER, api::VERSION).header("sec-fetch-site", "cross-site");
    assert_eq!(across.send().await.unwrap().status(), 403);
    for path in ["/auth/done", "/auth/live/imis", "/api/auth/flows"] {
        let elsewhere = world.http.get(at(&world, path)).header("host", "evil.example").send().await.unwrap();
        assert_eq!(elsewhere.status(), 421, "{path}");
    }
}

// B11, S11.
#[tokio::test]
async fn the_client_secret_is_in_no_answer_and_in_no_words_of_the_program() {
    let world = dialog::world().await;
    let mut texts = vec![world.config.to_string(), format!("{:?}", world.config)];
    for path in ["/", "/api/bootstrap", "/auth/done", "/auth/live/imis", "/auth/assets/dialog.js", "/manifest.xml"] {
        let answer = world.request(Method::GET, path).send().await.unwrap();
        texts.push(format!("{:?}", answer.headers()));
        texts.push(answer.text().await.unwrap());
    }
    let pane = Pane::single_sign_on(&world).await;
    let last = Window::new().pass(&pane, "STAFF1").await;
    texts.extend([format!("{:?}", last.headers), last.text.clone()]);
    for text in texts {
        assert!(!text.contains(dialog::CLIENT_SECRET) && !text.contains("CANARY"), "{text}");
    }
}

// K1: whatever a stranger says about proxies changes nothing.
#[tokio::test]
async fn forwarding_headers_of_strangers_change_neither_limits_nor_addresses() {
    let world = dialog::world_with(Settings::default(), |config| config.limits.sign_ins_per_address = 3).await;
    for number in 0..4 {
        let ask = api::BeginSignIn { site: live(), ..dialog::ask(&verifier(), SignInMethod::SingleSignOn) };
        let request = world.call(&ask).header("x-forwarded-for", format!("198.51.100.{number}"));
        let request = request.header("forwarded", format!("for=198.51.100.{number};host=evil.example;proto=http"));
        let answer = answer::<api::SignInBegun>(request.header("x-real-ip", "203.0.113.9")).await;
        assert_eq!(answer.is_ok(), number < 3, "{number}");
    }
}
