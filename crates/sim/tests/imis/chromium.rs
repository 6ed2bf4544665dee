//! Chromium under chromedriver, and an application over TLS that shows what was posted to it.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
};

use axum::{Router, body::Bytes, http::HeaderMap, response::Html};
use sim::tls::{Certificate, Server};
use thirtyfour::prelude::*;

const FLAGS: [&str; 9] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
];

/// The application's redirect URL.
pub(crate) const APPLICATION: &str = "https://addin.example.test/auth/live/imis";

struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ended = self.0.kill().and_then(|()| self.0.wait());
    }
}

/// A browser that finds the application at `addin.example.test`.
pub(crate) struct Chromium {
    // First, so that a failed test does not wait for a polite end.
    _chromedriver: Killed,
    port: u16,
    pub(crate) driver: WebDriver,
    _application: Server,
}

/// A POST as the application saw it.
#[derive(Debug)]
pub(crate) struct Arrival {
    pub(crate) origin: String,
    pub(crate) media: String,
    pub(crate) body: String,
}

/// Shows a POST; a GET is a page with nothing to see.
async fn show(method: axum::http::Method, headers: HeaderMap, body: Bytes) -> Html<String> {
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let body = String::from_utf8_lossy(&body);
    if method != axum::http::Method::POST {
        return Html("<!DOCTYPE html><title>nothing</title>".to_owned());
    }
    Html(format!(
        "<!DOCTYPE html><title>posted</title><p id=origin>{}</p><p id=media>{}</p><p id=body>{body}</p>",
        header("origin"),
        header("content-type")
    ))
}

impl Chromium {
    /// Starts all three.
    pub(crate) async fn open() -> WebDriverResult<Self> {
        let certificate = Certificate::for_world().expect("a certificate");
        let application = sim::tls::serve(Router::new().fallback(show), &certificate, 0).expect("a server");
        let (chromedriver, port) = chromedriver();
        let mut capabilities = DesiredCapabilities::chrome();
        let hosts = format!("--host-resolver-rules=MAP addin.example.test:443 {}", application.address());
        let trust = format!("--ignore-certificate-errors-spki-list={}", certificate.spki_sha256());
        for flag in FLAGS.into_iter().chain([hosts.as_str(), trust.as_str()]) {
            capabilities.add_arg(flag)?;
        }
        let driver = WebDriver::new(format!("http://127.0.0.1:{port}"), capabilities).await?;
        Ok(Self { _chromedriver: chromedriver, port, driver, _application: application })
    }

    /// Waits for a POST to the application and reads it.
    pub(crate) async fn arrival(&self) -> WebDriverResult<Arrival> {
        let text = async |id| self.driver.query(By::Id(id)).first().await?.text().await;
        Ok(Arrival { origin: text("origin").await?, media: text("media").await?, body: text("body").await? })
    }

    /// Lets pages run scripts, or not.
    pub(crate) async fn scripts(&self, run: bool) {
        let session = self.driver.session_id();
        let url = format!("http://127.0.0.1:{}/session/{session}/goog/cdp/execute", self.port);
        let command = serde_json::json!({
            "cmd": "Emulation.setScriptExecutionDisabled",
            "params": { "value": !run },
        });
        let answer = reqwest::Client::new().post(url).json(&command).send().await.expect("an answer");
        assert!(answer.status().is_success());
    }

    /// Waits for a second window.
    pub(crate) async fn other_window(&self, first: &WindowHandle) -> WebDriverResult<WindowHandle> {
        for _ in 0..1000 {
            if let Some(other) = self.driver.windows().await?.into_iter().find(|window| window != first) {
                return Ok(other);
            }
        }
        panic!("no second window");
    }

    /// Ends the browser.
    pub(crate) async fn end(self) -> WebDriverResult<()> {
        self.driver.clone().quit().await
    }
}

fn chromedriver() -> (Killed, u16) {
    let mut child = Command::new("chromedriver")
        .arg("--port=0")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("chromedriver is installed");
    let output = child.stdout.take().expect("stdout is piped");
    let mut lines = BufReader::new(output).lines().map_while(Result::ok);
    let port = lines
        .find_map(|line| line.strip_suffix('.')?.rsplit_once("on port ")?.1.parse().ok())
        .expect("chromedriver says its port");
    // Read to the end, or a full pipe would stop it.
    std::thread::spawn(move || lines.for_each(drop));
    (Killed(child), port)
}
