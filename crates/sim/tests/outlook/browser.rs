//! Chromium under chromedriver, and an add-in of a few lines to put into the pane.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use axum::Router;
use axum::response::Html;
use axum::routing::get;
use serde_json::Value;
use sim::outlook::{Launch, Library, MailSource, Running, Settings};
use sim::tls::{Certificate, Server};
use thirtyfour::prelude::*;
use url::Url;

const PROBE: &str = include_str!("probe.html");
const SENDER: &str = include_str!("sender.html");
const ADDIN: &str = "https://addin.example.test/";
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

/// The stand-in with the probe beside it, in a browser.
pub(crate) struct Stage {
    // First, so that a failed test does not wait for a polite end.
    _chromedriver: Killed,
    pub(crate) driver: WebDriver,
    pub(crate) outlook: Running,
    _addin: Server,
}

struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Stage {
    /// Starts everything and opens the page; `query` is the page's own.
    pub(crate) async fn open(query: &str) -> Self {
        Self::open_with(query, MailSource::Ours).await
    }

    /// The same with these mails.
    pub(crate) async fn open_with(query: &str, mail: MailSource) -> Self {
        let certificate = Certificate::for_world().unwrap();
        let page = get(|| async { Html(PROBE) });
        let pages = Router::new()
            .route("/", page.clone())
            .route("/dialog", page)
            .route("/send", get(|| async { Html(SENDER) }));
        let addin = sim::tls::serve(pages, &certificate, 0).unwrap();
        let mut settings = Settings::new(Url::parse(ADDIN).unwrap(), certificate);
        let page = Url::parse(ADDIN).unwrap().join("send").unwrap();
        settings.launch = Some(Launch { page, function: String::from("decide") });
        settings.library = Library::Folder(library());
        settings.mail = mail;
        let outlook = sim::outlook::start(settings).await.unwrap();
        let (chromedriver, port) = chromedriver();
        let mut capabilities = DesiredCapabilities::chrome();
        let [rules, trust] = outlook.chromium_flags();
        let rules = format!("{rules},MAP addin.example.test:443 {}", addin.address());
        for flag in FLAGS.into_iter().chain([rules.as_str(), trust.as_str(), "--window-size=1400,900"]) {
            capabilities.add_arg(flag).unwrap();
        }
        let driver = WebDriver::new(format!("http://127.0.0.1:{port}"), capabilities).await.unwrap();
        driver.goto(format!("{}?{query}", outlook.url())).await.unwrap();
        driver.query(By::Css("html[data-ready]")).first().await.unwrap();
        Self { _chromedriver: chromedriver, driver, outlook, _addin: addin }
    }

    /// Waits until the probe says it is ready, and stays in its frame.
    pub(crate) async fn enter_addin(&self) {
        self.driver.query(By::Id("addin")).first().await.unwrap().enter_frame().await.unwrap();
        self.driver.query(By::Css("body[data-ready]")).first().await.unwrap();
    }

    /// Back to the page that plays Outlook.
    pub(crate) async fn leave_addin(&self) {
        self.driver.enter_default_frame().await.unwrap();
    }

    /// Runs a script where the driver is.
    pub(crate) async fn run(&self, script: &str) -> Value {
        self.driver.execute(script, Vec::new()).await.unwrap().json().clone()
    }

    /// Runs a script that ends by calling `done`.
    pub(crate) async fn wait_for(&self, script: &str) -> Value {
        let script = format!("const done = arguments[arguments.length - 1]; {script}");
        self.driver.execute_async(script, Vec::new()).await.unwrap().json().clone()
    }

    /// Waits for an element with this text, where the driver is.
    pub(crate) async fn see(&self, selector: &str, text: &str) {
        let found = self.driver.query(By::Css(selector)).with_text(text.to_owned()).first().await;
        assert!(found.is_ok(), "no {selector} says {text:?}");
    }

    pub(crate) async fn end(self) {
        self.driver.clone().quit().await.unwrap();
    }
}

fn library() -> PathBuf {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folder = root.join("target/tools/node_modules/@microsoft/office-js/dist");
    assert!(folder.is_dir(), "the npm package @microsoft/office-js is not installed under target/tools");
    folder
}

fn chromedriver() -> (Killed, u16) {
    let mut child = Command::new("chromedriver")
        .arg("--port=0")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("chromedriver is installed");
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let port = lines
        .by_ref()
        .map_while(Result::ok)
        .find_map(|line| line.rsplit_once("successfully on port ")?.1.trim_end_matches('.').parse().ok())
        .expect("chromedriver says its port");
    std::thread::spawn(move || lines.for_each(drop));
    (Killed(child), port)
}
