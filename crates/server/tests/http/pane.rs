//! The files of the pane.

use crate::world::World;
use reqwest::{Method, StatusCode};
use sim::imis::Settings;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

#[tokio::test]
async fn the_page_is_asked_for_again_and_its_assets_never() {
    let world = World::new().await;
    let page = world.http.get(&world.url).send().await.unwrap();
    assert_eq!(page.headers()["content-type"], "text/html; charset=utf-8");
    assert_eq!(page.headers()["cache-control"], "no-cache");
    let tag = page.headers()["etag"].clone();
    let again = world.http.get(&world.url).header("if-none-match", tag).send().await.unwrap();
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    let asset = world.http.get(format!("{}/assets/pane-0123456789abcdef.js", world.url)).send().await.unwrap();
    assert_eq!(asset.headers()["cache-control"], "public, max-age=31536000, immutable");
    assert_eq!(asset.text().await.unwrap(), "plain");
}

#[tokio::test]
async fn the_smallest_form_that_the_browser_takes_is_sent() {
    let world = World::new().await;
    for (accepted, encoding, body) in
        [("gzip, br", Some("br"), "brotli"), ("gzip", Some("gzip"), "gzip"), ("identity", None, "plain")]
    {
        let request = world.request(Method::GET, "/assets/pane-0123456789abcdef.js");
        let response = request.header("accept-encoding", accepted).send().await.unwrap();
        let got = response.headers().get("content-encoding").map(|value| value.to_str().unwrap().to_owned());
        assert_eq!(got.as_deref(), encoding);
        assert_eq!(response.headers()["vary"], "accept-encoding");
        assert_eq!(response.text().await.unwrap(), body);
    }
}

#[tokio::test]
async fn no_path_leads_out_of_the_folder() {
    let world = World::new().await;
    std::fs::write(world.folder().join("secret.txt"), "secret").unwrap();
    let address = world.url.strip_prefix("http://").unwrap();
    for path in [
        "/../secret.txt",
        "/assets/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/..\\secret.txt",
        "//secret.txt",
        "/assets/..%5c..%5csecret.txt",
        "/index.html%00",
        "/.",
    ] {
        let mut socket = tokio::net::TcpStream::connect(address).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
        socket.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        socket.read_to_string(&mut answer).await.unwrap();
        let status = answer.split(' ').nth(1).unwrap();
        assert!(matches!(status, "400" | "404"), "{path}: {status}");
        assert!(!answer.contains("secret"), "{path}");
    }
}

#[tokio::test]
async fn without_a_pane_the_page_says_so() {
    let world = World::with(Settings::default(), |config| config.pane = "/nowhere/at/all".into()).await;
    let page = world.http.get(&world.url).send().await.unwrap();
    assert_eq!(page.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(page.headers()["content-security-policy"].to_str().unwrap().contains("frame-ancestors https://outlook"));
    assert!(page.text().await.unwrap().contains("Ask your administrator"));
}

/// Outlook runs both, the page in a frame and the script by itself; neither needs the other's server in the hour after.
#[tokio::test]
async fn the_send_handler_is_there_without_a_session_and_is_framed_by_outlook() {
    let world = World::new().await;
    let page = world.http.get(format!("{}/send.html", world.url)).send().await.unwrap();
    let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("frame-ancestors https://outlook.live.com"), "{policy}");
    assert!(policy.contains("script-src 'self'") && !policy.contains("unsafe-inline"), "{policy}");
    assert_eq!(page.headers()["cache-control"], "public, max-age=3600");
    assert!(page.text().await.unwrap().contains("<script src=\"/send.js\">"));
    let script = world.http.get(format!("{}/send.js", world.url)).send().await.unwrap();
    assert_eq!(script.headers()["content-type"], "text/javascript; charset=utf-8");
    assert_eq!(script.headers()["cache-control"], "public, max-age=3600");
    let script = script.text().await.unwrap();
    assert!(script.contains("Office.actions.associate(\"onMessageSend\""), "{script}");
    for word in ["document", "fetch(", "import ", "WebAssembly"] {
        assert!(!script.contains(word), "classic Outlook for Windows has no {word}");
    }
}
