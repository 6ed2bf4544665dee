//! Chromium under `chromedriver`, one of its own for each test.

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use thirtyfour::prelude::*;

/// How the browser finds the world and whom it trusts.
#[derive(Clone, Debug)]
pub struct Wiring {
    /// Host and the loopback port that plays it.
    pub hosts: Vec<(String, u16)>,
    /// SPKI hash of the only certificate trusted besides the system's, in base64.
    pub spki: String,
}

/// A running browser. Dropping it ends the processes.
#[derive(Debug)]
pub struct Browser {
    /// What drives it.
    pub driver: WebDriver,
    address: String,
    chromedriver: Child,
}

/// When pages may open windows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Popups {
    /// As chromedriver has it.
    Everywhere,
    /// As people have it.
    AtAClick,
}

const FLAGS: [&str; 12] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--lang=en-US",
    "--force-color-profile=srgb",
];

impl Browser {
    /// Starts a browser with an empty profile.
    ///
    /// # Panics
    /// If `chromedriver` or Chromium is not installed: `cargo xtask doctor` says how to get them.
    pub async fn start(wiring: &Wiring) -> Self {
        Self::start_with(wiring, &[]).await
    }

    /// The same with further flags.
    pub async fn start_with(wiring: &Wiring, flags: &[&str]) -> Self {
        Self::launch(wiring, flags, Popups::Everywhere).await
    }

    /// The same for a person's own browser, which opens windows at a click alone.
    pub async fn start_blocking_popups(wiring: &Wiring) -> Self {
        Self::launch(wiring, &[], Popups::AtAClick).await
    }

    async fn launch(wiring: &Wiring, flags: &[&str], popups: Popups) -> Self {
        let (chromedriver, port) = chromedriver();
        let mut capabilities = DesiredCapabilities::chrome();
        capabilities.set_binary("/usr/bin/chromium").expect("a path is a value");
        if popups == Popups::AtAClick {
            capabilities.add_exclude_switch("disable-popup-blocking").expect("a switch is a value");
        }
        let rules: Vec<String> =
            wiring.hosts.iter().map(|(host, port)| format!("MAP {host}:443 127.0.0.1:{port}")).collect();
        let rules = format!("--host-resolver-rules={}", rules.join(","));
        let trust = format!("--ignore-certificate-errors-spki-list={}", wiring.spki);
        for flag in FLAGS
            .into_iter()
            .chain([rules.as_str(), trust.as_str(), "--window-size=1280,800"])
            .chain(flags.iter().copied())
        {
            capabilities.add_arg(flag).expect("a flag is a value");
        }
        let address = format!("127.0.0.1:{port}");
        let driver = WebDriver::new(format!("http://{address}"), capabilities).await.expect("Chromium starts");
        Self { driver, address, chromedriver }
    }

    fn session_url(&self, rest: &str) -> String {
        format!("http://{}/session/{}/{rest}", self.address, self.driver.session_id())
    }

    /// A command of the `DevTools` protocol, by chromedriver's own door to it.
    pub async fn devtools(&self, command: &str, parameters: Value) -> Value {
        let order = json!({ "cmd": command, "params": parameters });
        let sent = reqwest::Client::new().post(self.session_url("goog/cdp/execute")).json(&order).send().await;
        let answer: Value = sent.expect("chromedriver answers").json().await.expect("in JSON");
        assert!(answer["value"]["error"].is_null(), "{command}: {answer}");
        answer["value"].clone()
    }

    /// What the browser tells a screen reader of an element: `computedrole` or `computedlabel` (`WebDriver` §12.4).
    pub async fn computed(&self, element: &WebElement, property: &str) -> String {
        let url = self.session_url(&format!("element/{}/{property}", element.element_id()));
        let answer: Value = reqwest::get(url).await.expect("chromedriver answers").json().await.expect("in JSON");
        answer["value"].as_str().unwrap_or_else(|| panic!("chromedriver does not tell: {answer}")).to_owned()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The driver's own farewell is asynchronous and may come after the process it speaks to.
        let _ = self.driver.clone().leak();
        let _ = self.end_session();
        let _ = self.chromedriver.kill();
        let _ = self.chromedriver.wait();
    }
}

impl Browser {
    /// Has chromedriver close Chromium, and waits for its answer.
    fn end_session(&self) -> std::io::Result<()> {
        let mut stream = TcpStream::connect(&self.address)?;
        let path = format!("/session/{}", self.driver.session_id());
        let host = &self.address;
        stream.write_all(format!("DELETE {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").as_bytes())?;
        stream.read(&mut [0; 64]).map(drop)
    }
}

/// A running chromedriver and its port. It looks for a free one itself and ends where another program takes that
/// meanwhile, so it is started again.
fn chromedriver() -> (Child, u16) {
    for _ in 0..5 {
        let mut child = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver is installed (cargo xtask doctor)");
        if let Some(port) = announced_port(&mut child) {
            return (child, port);
        }
        let _ = child.wait();
    }
    panic!("chromedriver does not say its port");
}

fn announced_port(chromedriver: &mut Child) -> Option<u16> {
    let output = chromedriver.stdout.take()?;
    let mut lines = BufReader::new(output).lines();
    let port = lines
        .by_ref()
        .map_while(Result::ok)
        .find_map(|line| line.split("successfully on port ").nth(1)?.trim_end_matches('.').parse().ok())?;
    // Keep the pipe empty, or chromedriver stops when it is full.
    std::thread::spawn(move || lines.for_each(drop));
    Some(port)
}
