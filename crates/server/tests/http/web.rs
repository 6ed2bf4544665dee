//! Who may ask, and the headers of every answer.

use crate::world::{PASSWORD, STAFF, World, answer, sign_in};
use api::{Bootstrap, Call as _, GetBootstrap, GetMe, MatchContacts, ProblemCode, SaveMessage, SignIn};
use reqwest::{Method, StatusCode};

const PATHS: [&str; 11] = [
    "/",
    "/index.html",
    "/assets/pane-0123456789abcdef.js",
    "/icons/80.png",
    "/manifest.xml",
    "/nothing",
    "/api/bootstrap",
    "/api/session",
    "/api/nothing",
    "/healthz",
    "/readyz",
];

#[tokio::test]
async fn a_pane_learns_the_sites_and_the_address() {
    let world = World::new().await;
    let bootstrap: Bootstrap = answer(world.call(&GetBootstrap)).await.unwrap();
    assert_eq!(bootstrap.public_url, world.url);
    assert_eq!((bootstrap.sites.len(), bootstrap.sites[0].title.as_str()), (1, "Institute of Examples"));
}

#[tokio::test]
async fn every_answer_carries_the_headers_and_none_blocks_the_frame() {
    let world = World::new().await;
    for method in [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::DELETE, Method::OPTIONS] {
        for path in PATHS {
            let answer = world.request(method.clone(), path).send().await.unwrap();
            let headers = answer.headers();
            let name = format!("{method} {path}");
            let policy = headers["content-security-policy"].to_str().unwrap();
            assert!(policy.starts_with("default-src 'none'"), "{name}: {policy}");
            assert_eq!(headers["x-content-type-options"], "nosniff", "{name}");
            assert!(headers.contains_key("permissions-policy") && headers.contains_key("referrer-policy"), "{name}");
            for forbidden in ["x-frame-options", "cross-origin-opener-policy", "access-control-allow-origin", "server"]
            {
                assert!(!headers.contains_key(forbidden), "{name}: {forbidden}");
            }
            if path.starts_with("/api") {
                assert_eq!(headers["cache-control"], "no-store", "{name}");
            }
        }
    }
}

#[tokio::test]
async fn other_methods_get_nothing() {
    let world = World::new().await;
    for method in [Method::OPTIONS, Method::TRACE, Method::PATCH] {
        for path in PATHS {
            let answer = world.request(method.clone(), path).send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
        }
    }
    assert_eq!(world.request(Method::PUT, "/api/session").send().await.unwrap().status(), 405);
}

#[tokio::test]
async fn another_host_is_another_server() {
    let world = World::new().await;
    let ours = world.url.strip_prefix("http://").unwrap();
    let other_port = format!("{}:1", ours.split(':').next().unwrap());
    for host in ["evil.example", &format!("{ours}.evil.example"), &other_port, "127.0.0.1"] {
        for path in ["/", "/api/bootstrap"] {
            let answer = world.request(Method::GET, path).header("host", host).send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::MISDIRECTED_REQUEST, "{host} {path}");
        }
    }
    let health = world.request(Method::GET, "/healthz").header("host", "10.0.0.1").send().await.unwrap();
    assert_eq!(health.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_page_of_another_origin_is_refused_before_anything_happens() {
    let world = World::new().await;
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("origin", &format!("{}0", world.url)),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("sec-fetch-site", "none"),
    ] {
        let request = world.call(&sign_in(STAFF, PASSWORD)).header(name, value);
        let problem = answer::<api::SignedIn>(request).await.unwrap_err();
        assert_eq!(problem.code, ProblemCode::Forbidden, "{name}: {value}");
    }
    assert!(world.imis.ledger().requests().is_empty());
    let own = world.call(&GetBootstrap).header("origin", &world.url).header("sec-fetch-site", "same-origin");
    assert!(answer::<Bootstrap>(own).await.is_ok());
}

#[tokio::test]
async fn a_pane_of_no_or_another_version_is_refused() {
    let world = World::new().await;
    let bare = world.http.get(format!("{}/api/bootstrap", world.url));
    assert_eq!(answer::<Bootstrap>(bare).await.unwrap_err().code, ProblemCode::Forbidden);
    let old = world.http.get(format!("{}/api/bootstrap", world.url)).header("x-addin", "0");
    assert_eq!(answer::<Bootstrap>(old).await.unwrap_err().code, ProblemCode::PaneOutdated);
}

#[tokio::test]
async fn nothing_but_bootstrap_and_sign_in_is_for_strangers() {
    let world = World::new().await;
    let attachment = "/api/saves/7d444840-9dc0-11d1-b245-5ffdce74fad2/attachments/0";
    for (method, path) in [
        (Method::GET, GetMe::PATH),
        (Method::DELETE, GetMe::PATH),
        (Method::POST, MatchContacts::PATH),
        (Method::GET, "/api/save-targets"),
        (Method::POST, SaveMessage::PATH),
        (Method::PUT, attachment),
    ] {
        let problem = answer::<()>(world.request(method.clone(), path).json(&())).await.unwrap_err();
        assert_eq!(problem.code, ProblemCode::SignedOut, "{method} {path}");
    }
}

#[tokio::test]
async fn a_body_that_is_too_long_or_no_json_is_refused() {
    let world = World::new().await;
    let post = || world.request(Method::POST, SignIn::PATH);
    let long = post().header("content-type", "application/json").body(vec![b' '; 300 * 1024]);
    assert_eq!(answer::<()>(long).await.unwrap_err().code, ProblemCode::TooLarge);
    for (kind, body) in [("application/json", "{"), ("application/json", "{}"), ("text/plain", "{}")] {
        let problem = answer::<()>(post().header("content-type", kind).body(body)).await.unwrap_err();
        assert_eq!(problem.code, ProblemCode::Invalid, "{kind} {body}");
    }
}

#[tokio::test]
async fn it_does_tls_itself_where_it_is_given_a_certificate() {
    let folder = std::env::temp_dir().join(format!("imis-outlook-tls-{}", uuid::Uuid::new_v4()));
    std::fs::create_dir_all(&folder).unwrap();
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let files = server::config::TlsFiles { certificate: folder.join("cert.pem"), key: folder.join("key.pem") };
    std::fs::write(&files.certificate, made.cert.pem()).unwrap();
    std::fs::write(&files.key, made.signing_key.serialize_pem()).unwrap();
    let world = World::with(sim::imis::Settings::default(), |config| {
        config.public_url = server::config::PublicUrl::parse("https://127.0.0.1:0").unwrap();
        config.tls = Some(files);
    })
    .await;
    assert!(world.url.starts_with("https://"));
    let person = world.sign_in().await;
    assert!(person.call(&GetMe).await.is_ok());
    std::fs::remove_dir_all(&folder).unwrap();
}

#[tokio::test]
async fn a_path_that_is_no_text_is_not_found() {
    let world = World::new().await;
    let person = world.sign_in().await;
    for path in ["/api/saves/%FF/attachments/0", "/api/saves/x/attachments/%C3"] {
        let request = world.request(Method::PUT, path).bearer_auth(&person.token).body("x");
        assert_eq!(answer::<()>(request).await.unwrap_err().code, ProblemCode::NotFound, "{path}");
    }
}
