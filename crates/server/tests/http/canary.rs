//! Every secret of the stand-in world begins with a word that stands nowhere
//! else. After all flows it may be in no answer, no log, no file
//! (`security.md §6.5`).

use crate::dialog;
use crate::saves::{activity, message};
use crate::world::{PASSWORD, World, answer};
use api::{AttachmentReport, Call as _, GetMe, ListSessions, MatchContacts, RenewSession, SaveMessage, SignOut, Whose};
use sim::imis::{Replacement, Settings};
use std::io::Write;
use std::sync::{Arc, Mutex};
use tracing_subscriber::fmt::MakeWriter;

/// Takes what is logged.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Lines {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

fn holds(haystack: &[u8], needle: &str) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle.as_bytes())
}

async fn text(request: reqwest::RequestBuilder) -> String {
    let answer = request.send().await.unwrap();
    let headers = format!("{:?}", answer.headers());
    headers + &answer.text().await.unwrap()
}

#[tokio::test]
async fn no_secret_of_imis_is_in_any_answer_log_or_file() {
    let lines = Lines::default();
    let logs = tracing_subscriber::fmt().json().with_writer(lines.clone());
    // What the servers of the tests beside this one log comes here too.
    let logs = logs.with_env_filter("info,server=trace,imis=trace,sqlx=trace").finish();
    tracing::subscriber::set_global_default(logs).unwrap();

    let settings = Settings { refresh_replacement: Replacement::Sent, ..Settings::default() };
    let world: World = dialog::world_with(settings, |_| {}).await;
    let (pane, signed_in) = dialog::sign_in(&world, "STAFF1").await;
    let token = signed_in.token.0.clone();
    assert!(pane.ask(&GetMe, &token).await.is_ok());
    let renewed = pane.ask(&RenewSession, &token).await.unwrap().token.0;
    let ask: SaveMessage = message(activity(), &["101"], &["a.pdf"]);
    // Another program signs in as the same user: our token for iMIS dies, and the
    // refresh token is redeemed and replaced.
    let form = [("grant_type", "password"), ("username", "STAFF1"), ("password", PASSWORD)];
    let token_url = world.imis.url().join("token").unwrap();
    assert!(world.http.post(token_url).form(&form).send().await.unwrap().status().is_success());
    pane.ask(&ask, &renewed).await.unwrap();
    pane.ask(&ListSessions { whose: Whose::Mine, user_name: String::new() }, &renewed).await.unwrap();
    let addresses = vec![api::EmailAddress::parse("ada.lovelace@example.org").unwrap()];
    pane.ask(&MatchContacts { addresses }, &renewed).await.unwrap();

    let bearer = world.sign_in().await;
    let mut answers = String::new();
    for (method, path) in
        [("GET", "/api/session"), ("GET", "/api/save-targets"), ("GET", "/api/bootstrap"), ("GET", "/")]
    {
        answers += &text(world.request(method.parse().unwrap(), path).bearer_auth(&bearer.token)).await;
    }
    for (path, body) in [
        (SaveMessage::PATH, serde_json::to_value(&ask).unwrap()),
        (ListSessions::PATH, serde_json::json!({ "whose": "everybodys" })),
        (RenewSession::PATH, serde_json::json!({})),
        ("/api/auth/redeem", serde_json::json!({ "flow": "x", "code": "y", "verifier": "z" })),
    ] {
        answers += &text(world.request(reqwest::Method::POST, path).bearer_auth(&bearer.token).json(&body)).await;
    }
    let report: Result<AttachmentReport, _> = answer(bearer.put(&ask.save, 0).body("file")).await;
    answers.push_str(&serde_json::to_string(&report).unwrap());
    assert!(world.try_sign_in("STAFF1", "CANARY-wrong-password").await.is_err());
    let audit: String = world.audit().await.iter().map(ToString::to_string).collect();
    pane.ask(&SignOut, &renewed).await.unwrap();

    let files = std::fs::read_dir(world.data()).unwrap().map(|file| file.unwrap().path());
    let rest: Vec<u8> = files.filter(|file| file.is_file()).flat_map(|file| std::fs::read(file).unwrap()).collect();
    let log = lines.0.lock().unwrap().clone();
    assert!(holds(&log, "answered a request") && holds(&rest, "staff1") && audit.contains("session_renewed"));
    for secret in ["CANARY-", PASSWORD] {
        for (place, bytes) in
            [("log", &log[..]), ("answers", answers.as_bytes()), ("audit", audit.as_bytes()), ("files", &rest)]
        {
            assert!(!holds(bytes, secret), "{secret} in the {place}");
        }
    }
    for secret in [&token, &renewed] {
        for (place, bytes) in [("log", &log[..]), ("audit", audit.as_bytes()), ("files", &rest)] {
            assert!(!holds(bytes, secret), "a token in the {place}");
        }
    }
    for personal in ["ada.lovelace", "Hannah", "STAFF1", "staff1"] {
        assert!(!holds(&log, personal), "{personal} in the log");
    }
}
