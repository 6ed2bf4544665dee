//! A provider that others wrote and the OpenID Foundation certified, run as a real
//! process: the npm package that `cargo xtask test` fetches (A51).

use super::browser::Browser;
use super::world::{Prompt, is_about, settings_for};
use crate::Clock;
use crate::openid::{Identity, Limits, OpenIdError, Provider};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;
use tokio::process::{Child, ChildStdout, Command};
use url::Url;

const SECRET: &str = "a secret with: + and % in it";
const ANN: &[(&str, &str)] = &[("login", "ann"), ("password", "any"), ("logout", "yes")];

struct Certified {
    /// Ends when it is dropped: its standard input closes.
    _process: Child,
    /// What it says later goes unread, and must not break it.
    _output: BufReader<ChildStdout>,
    issuer: String,
    home: Url,
    /// Where logout tokens come in.
    notices: TcpListener,
}

impl Certified {
    async fn start(authentication: &str) -> Self {
        let root = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
        let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
        let library = target.join("tools/node_modules/oidc-provider/lib/index.js");
        assert!(library.is_file(), "the certified provider is missing: `cargo xtask test` fetches it");
        let home = Url::parse("http://127.0.0.1:9/auth/main/openid").unwrap();
        let notices = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let notices_at = format!("http://{}/logout", notices.local_addr().unwrap());
        let clients = ["RS256", "PS256", "ES256"].map(|algorithm| {
            json!({
                "client_id": algorithm,
                "client_secret": SECRET,
                "redirect_uris": [home.as_str()],
                "post_logout_redirect_uris": [home.as_str()],
                "backchannel_logout_uri": notices_at,
                "backchannel_logout_session_required": true,
                "id_token_signed_response_alg": algorithm,
                "token_endpoint_auth_method": authentication,
            })
        });
        let settings = json!({
            "clients": clients,
            "authentication": authentication,
            "people": { "ann": {
                "email": "ann@example.org", "email_verified": true, "external_id": "d-7", "roles": ["staff"],
            } },
        });
        let mut process = Command::new("node")
            .arg(root.join("tests/openid/provider.mjs"))
            .arg(target.join("tools"))
            .arg(settings.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("node is there: `cargo xtask doctor` tells how to get it");
        let mut line = String::new();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        output.read_line(&mut line).await.unwrap();
        let said: Value = serde_json::from_str(&line).expect("the provider says where it listens");
        Self { _process: process, _output: output, issuer: said["issuer"].as_str().unwrap().to_owned(), home, notices }
    }

    fn provider(&self, client: &str) -> Provider {
        let well_known = Url::parse(&self.issuer).unwrap().join("/.well-known/openid-configuration").unwrap();
        let settings = settings_for(&self.issuer, &well_known, client, SECRET);
        let limits = Limits { answer: Duration::from_secs(20), ..Limits::default() };
        Provider::new(&settings, self.home.clone(), Clock::system(), limits).unwrap()
    }

    /// The logout token that the provider posts next.
    async fn notice(&self) -> String {
        let (mut socket, _) = self.notices.accept().await.unwrap();
        let mut request = Vec::new();
        let mut part = [0; 4096];
        let body = loop {
            let length = socket.read(&mut part).await.unwrap();
            assert!(length > 0, "the provider went away in the middle of a notice");
            request.extend_from_slice(&part[..length]);
            let text = String::from_utf8_lossy(&request);
            let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
            let head = head.to_ascii_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length:")).unwrap();
            if body.len() >= length.trim().parse().unwrap() {
                break body.to_owned();
            }
        };
        socket.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").await.unwrap();
        let (_, token) = url::form_urlencoded::parse(body.as_bytes()).find(|(name, _)| name == "logout_token").unwrap();
        token.into_owned()
    }
}

async fn sign_in(provider: &Provider, browser: &mut Browser, prompt: Prompt) -> Result<Identity, OpenIdError> {
    let (url, asked) = provider.begin(Some("ann")).await?;
    let query = browser.bring_home(&prompt.on(url), ANN).await;
    provider.finish(&query, &asked).await
}

#[tokio::test]
async fn a_certified_provider_signs_people_in_with_each_algorithm() {
    let certified = Certified::start("client_secret_basic").await;
    for algorithm in ["RS256", "PS256", "ES256"] {
        let provider = certified.provider(algorithm);
        let mut browser = Browser::new(&certified.home);
        let identity = sign_in(&provider, &mut browser, Prompt::Usual).await.unwrap();
        assert_eq!((identity.issuer.as_str(), identity.subject.as_str()), (certified.issuer.as_str(), "ann"));
        assert_eq!(identity.external_id.as_deref(), Some("d-7"), "{algorithm}");
        assert_eq!((identity.address(), identity.staff), (Some("ann@example.org"), true));
        // Passing the provider again asks nobody anything.
        let again = sign_in(&provider, &mut browser, Prompt::Nothing).await.unwrap();
        assert_eq!((again.issuer, again.subject), (identity.issuer, identity.subject));
        let stranger = sign_in(&provider, &mut Browser::new(&certified.home), Prompt::Nothing).await;
        assert_eq!(stranger.unwrap_err(), OpenIdError::InteractionNeeded);
    }
}

#[tokio::test]
async fn a_certified_provider_that_wants_the_secret_in_the_form_gets_it_there() {
    let certified = Certified::start("client_secret_post").await;
    let identity = sign_in(&certified.provider("RS256"), &mut Browser::new(&certified.home), Prompt::Usual).await;
    assert_eq!(identity.unwrap().subject, "ann");
}

#[tokio::test]
async fn a_certified_provider_takes_a_code_once_and_only_with_the_right_secret() {
    let certified = Certified::start("client_secret_basic").await;
    let provider = certified.provider("RS256");
    let mut browser = Browser::new(&certified.home);
    let (url, asked) = provider.begin(None).await.unwrap();
    let query = browser.bring_home(&url, ANN).await;
    provider.finish(&query, &asked).await.unwrap();
    assert_eq!(provider.finish(&query, &asked).await.unwrap_err(), OpenIdError::CodeRefused);
    let stranger = certified.provider("unknown");
    let (url, asked) = provider.begin(None).await.unwrap();
    let query = browser.bring_home(&url, ANN).await;
    assert_eq!(stranger.finish(&query, &asked).await.unwrap_err(), OpenIdError::ClientRefused);
}

#[tokio::test]
async fn a_certified_provider_tells_when_a_person_signs_out_there() {
    let certified = Certified::start("client_secret_basic").await;
    let provider = certified.provider("RS256");
    let mut browser = Browser::new(&certified.home);
    let identity = sign_in(&provider, &mut browser, Prompt::Usual).await.unwrap();
    let hint = identity.id_token.expose_secret();
    let url = provider.end_session(Some(hint), &certified.home, "the-state").await.unwrap();
    let (query, token) = tokio::join!(browser.bring_home(&url, ANN), certified.notice());
    assert_eq!(Provider::signed_out(&query, "the-state"), Ok(()));
    let notice = provider.read_logout_token(&token).await.unwrap();
    assert!(is_about(&notice, &identity));
    // It is for one client, and an ID token is no such notice.
    let other = certified.provider("PS256");
    assert_eq!(other.read_logout_token(&token).await.unwrap_err(), OpenIdError::AudienceMismatch);
    assert_eq!(provider.read_logout_token(hint).await.unwrap_err(), OpenIdError::LogoutEventMissing);
    let again = sign_in(&provider, &mut browser, Prompt::Nothing).await;
    assert_eq!(again.unwrap_err(), OpenIdError::InteractionNeeded);
}
