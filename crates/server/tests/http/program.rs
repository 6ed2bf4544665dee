//! The program as administrators run it.

use crate::saves::{activity, message};
use crate::world::{PASSWORD, STAFF, sign_in};
use api::{Call as _, SaveMessage, SignIn, SignedIn};
use std::path::PathBuf;
use std::process::Stdio;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::process::Command;

const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("imis-outlook-program-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn configure(&self, imis: &str) {
        let toml = format!(
            "public_url = \"http://127.0.0.1:0\"\nlisten = \"127.0.0.1:0\"\nkey = \"{KEY}\"\nlog = \"trace\"\n\
             [sites.live]\nurl = \"{imis}\"\ncredentials = {{ enabled = true, remember = true }}\n"
        );
        std::fs::write(self.0.join("imis-outlook.toml"), toml).unwrap();
    }

    fn program(&self, command: &str) -> Command {
        let mut program = Command::new(env!("CARGO_BIN_EXE_imis-outlook"));
        program.arg(command).current_dir(&self.0).env_clear().stdout(Stdio::piped()).stderr(Stdio::piped());
        program.kill_on_drop(true);
        program
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

#[tokio::test]
async fn without_configuration_it_says_what_is_needed() {
    let folder = Folder::new();
    for command in ["check", "serve"] {
        let output = folder.program(command).output().await.unwrap();
        assert!(!output.status.success());
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(
            text.contains("`public_url`") && text.contains("`sites.<name>.url`") && text.contains("`key`"),
            "{text}"
        );
    }
}

#[tokio::test]
async fn check_shows_what_holds_without_the_key() {
    let folder = Folder::new();
    folder.configure("https://imis.example");
    let mut check = folder.program("check");
    let output = check.env("IMIS_OUTLOOK_SITES__LIVE__TITLE", "From the environment").output().await.unwrap();
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("title = \"From the environment\""), "{text}");
    assert!(!text.contains(KEY));
    let output =
        folder.program("check").env("IMIS_OUTLOOK_POP", "maybe").env("IMIS_OUTLOOK_X", "1").output().await.unwrap();
    assert!(!output.status.success());
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.contains("`pop`") && text.contains("`x`"), "all at once: {text}");
}

#[cfg(unix)]
#[tokio::test]
async fn it_serves_until_terminated_and_logs_nothing_personal() {
    let imis = sim::imis::start(sim::imis::Settings::default()).await.unwrap();
    let folder = Folder::new();
    folder.configure(imis.url().as_str());
    let mut server = folder.program("serve").spawn().unwrap();
    let mut lines = BufReader::new(server.stderr.take().unwrap()).lines();
    let mut log = String::new();
    let url = loop {
        let line = lines.next_line().await.unwrap().unwrap();
        log.push_str(&line);
        let line: serde_json::Value = serde_json::from_str(&line).unwrap();
        if let Some(url) = line["fields"]["url"].as_str() {
            break url.to_owned();
        }
    };
    let rest = tokio::spawn(async move {
        let mut rest = String::new();
        lines.into_inner().read_to_string(&mut rest).await.unwrap();
        rest
    });

    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let post = |path: &str| http.post(format!("{url}{path}")).header(api::VERSION_HEADER, api::VERSION);
    let answer = post(SignIn::PATH).json(&sign_in(STAFF, PASSWORD)).send().await.unwrap();
    let signed_in: SignedIn = answer.json().await.unwrap();
    let token = signed_in.token.0;
    let wrong = post(SignIn::PATH).json(&sign_in(STAFF, "CANARY-password")).send().await.unwrap();
    assert_eq!(wrong.status(), 401);
    let match_addresses = serde_json::json!({ "addresses": ["ada.lovelace@example.org"] });
    let found = post("/api/contacts/match").bearer_auth(&token).json(&match_addresses).send().await.unwrap();
    assert_eq!(found.status(), 200);
    imis.faults().add(sim::imis::Fault::once(sim::imis::Effect::Html).on("POST", "Activity"));
    let saved = post(SaveMessage::PATH).bearer_auth(&token).json(&message(activity(), &["101"], &[]));
    assert_eq!(saved.send().await.unwrap().status(), 200);

    let id = server.id().unwrap().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().await.unwrap().success());
    assert!(server.wait().await.unwrap().success(), "it ends by itself");
    log.push_str(&rest.await.unwrap());
    assert!(log.contains("answered a request") && log.contains("stopped"));
    for canary in [PASSWORD, "CANARY", "Rivera", "lovelace", "Dues", "Dear all", KEY, &token, "access_token"] {
        assert!(!log.contains(canary), "{canary} in the log");
    }
}
