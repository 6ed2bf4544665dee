//! What a person waits for, measured in the page.

use crate::report::{Report, median};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use tests::until;
use tests::world::{PASSWORD, Plan, World};

pub(crate) const START: [&str; 2] = ["first_control_ms", "first_control_again_ms"];
pub(crate) const MAIL: [&str; 4] = ["matches_ms", "matches_over_one_call", "save_waves", "save_requests"];

/// Notes when the sign-in form can be used, in milliseconds after the frame's navigation.
const NOTE_CONTROL: &str = "new MutationObserver((_, observer) => { \
    if (document.querySelector('input[type=password]')) { observer.disconnect(); window.controlAt = performance.now(); } \
    }).observe(document, { childList: true, subtree: true });";

const ROUNDS: usize = 5;

/// Time to the first usable control: cold and with a warm cache, throttled.
pub(crate) async fn first_control(report: &mut Report) {
    let world = World::start().await;
    let (mut cold, mut warm) = (vec![], vec![]);
    for _ in 0..ROUNDS {
        let browser = world.one_process_browser().await;
        browser.devtools("Page.enable", json!({})).await;
        browser.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": NOTE_CONTROL })).await;
        browser.devtools("Emulation.setCPUThrottlingRate", json!({ "rate": 4 })).await;
        let line =
            json!({ "offline": false, "latency": 40, "downloadThroughput": 1_250_000, "uploadThroughput": 1_250_000 });
        browser.devtools("Network.enable", json!({})).await;
        browser.devtools("Network.emulateNetworkConditions", line).await;
        let mut pane = tests::Pane::open(browser, world.outlook.url()).await;
        for times in [&mut cold, &mut warm] {
            pane.field("Password").await;
            let noted = pane.browser.driver.execute("return window.controlAt", vec![]).await.expect("the script runs");
            times.push(noted.json().as_f64().expect("the control was noted"));
            pane = pane.reload(world.outlook.url()).await;
        }
    }
    report.at_most(START[0], median(cold), "ms", 600.0);
    report.at_most(START[1], median(warm), "ms", 200.0);
}

/// Ten people of the story, by their addresses.
const PEOPLE: [&str; 10] = [
    "ada.lovelace@example.org",
    "jose.nunez@example.org",
    "zoe.brandt@example.net",
    "tanaka@example.jp",
    "grace.hopper@acme.example",
    "maria.silva@example.org",
    "long.name@example.org",
    "lukasz.wojcik@example.net",
    "m.silva@example.net",
    "minh+board@example.org",
];

/// A folder with mails of our making: some to ten people, one to five with three attachments.
fn mails() -> PathBuf {
    let folder = std::env::temp_dir().join(format!("imis-outlook-bench-{}", uuid::Uuid::new_v4()));
    std::fs::create_dir_all(&folder).expect("a temporary folder can be made");
    for number in 0..=ROUNDS {
        let head = head(&format!("Ten people {number}"), &PEOPLE, number);
        let body = "Content-Type: text/plain\r\n\r\nHello\r\n";
        std::fs::write(folder.join(format!("ten-{number}.eml")), head + body).expect("it can be written");
    }
    let mut five = head("Five people", &PEOPLE[..5], 90);
    five += "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"b\"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nHello\r\n";
    for file in ["one.pdf", "two.csv", "three.png"] {
        let _ =
            write!(five, "--b\r\nContent-Disposition: attachment; filename=\"{file}\"\r\n\r\ncontent of {file}\r\n");
    }
    five += "--b--\r\n";
    std::fs::write(folder.join("five.eml"), five).expect("it can be written");
    folder
}

fn head(subject: &str, people: &[&str], number: usize) -> String {
    let (from, to) = people.split_first().expect("somebody writes");
    format!(
        "From: {from}\r\nTo: {}\r\nSubject: {subject}\r\nMessage-ID: <bench-{number}@example.org>\r\nDate: Fri, 20 Nov 2026 10:00:00 +0000\r\n",
        to.join(", ")
    )
}

/// The moment a text appears in the pane, in milliseconds since 1970.
const NOTE_TEXT: &str = "window.textAt = null; const wanted = arguments[0]; \
    const look = () => { if (document.body.innerText.includes(wanted)) window.textAt = performance.timeOrigin + performance.now(); \
    else requestAnimationFrame(look); }; look();";

/// Clicks a row of Outlook's list, and says when, in milliseconds since 1970.
const CLICK_ROW: &str = "const row = [...document.querySelectorAll('#list .row')]\
    .find(row => row.querySelector('.row-subject').textContent === arguments[0]); \
    const at = performance.timeOrigin + performance.now(); row.click(); return at;";

/// Time from a message opened to all its people, and how often iMIS is asked during a save.
pub(crate) async fn matches_and_waves(report: &mut Report) {
    let folder = mails();
    let imis = sim::imis::Settings { latency: Duration::from_millis(50), ..Default::default() };
    let mail = sim::outlook::MailSource::Folder(folder.clone());
    let world = World::of(Plan { imis, mail, ..Plan::default() }).await;
    let pane = world.signed_in().await;
    pane.open_message("Ten people 0").await;
    pane.sees("To 10 contacts").await;

    let (mut shown, mut direct) = (vec![], vec![]);
    for number in 1..=ROUNDS {
        pane.close_message().await;
        pane.no_longer_sees("To 10 contacts").await;
        pane.browser.driver.execute(NOTE_TEXT, vec![json!("To 10 contacts")]).await.expect("the script runs");
        let clicked = pane.in_outlook(CLICK_ROW, vec![json!(format!("Ten people {number}"))]).await;
        pane.sees("To 10 contacts").await;
        let noted = pane.browser.driver.execute("return window.textAt", vec![]).await.expect("the script runs");
        shown.push(moment(noted.json()) - moment(&clicked));
        direct.push(one_call(&world).await);
    }
    let (shown, direct) = (median(shown), median(direct));
    report.at_most(MAIL[0], shown, "ms", 1.5 * direct + 50.0);
    report.at_most(MAIL[1], (shown - 50.0) / direct, "× call", 1.5);

    world.imis.ledger().forget_requests();
    pane.open_message("Five people").await;
    pane.sees("To 5 contacts").await;
    // Whether it is in iMIS already is asked on opening, and is no part of the save.
    let looked = async || {
        let seen = world.imis.ledger().requests();
        let asked = |path: &str| seen.iter().any(|request| request.method == "GET" && request.path == path);
        ["/api/CommunicationLog", "/api/Activity", "/api/ContactInteraction"].into_iter().all(asked).then_some(())
    };
    until("iMIS is asked for the records of the message", looked).await;
    world.imis.ledger().forget_requests();
    pane.press("Save as interaction").await;
    pane.headed("Saved to iMIS").await;
    let (waves, requests) = (world.imis.ledger().waves().len(), world.imis.ledger().requests().len());
    report.at_most(MAIL[2], figure(waves), "waves", 3.0);
    // A log, its recipients and its attachments: nothing less can be asked for.
    report.at_most(MAIL[3], figure(requests), "requests", 9.0);
    let _ = std::fs::remove_dir_all(folder);
}

pub(crate) fn moment(value: &Value) -> f64 {
    value.as_f64().expect("a moment in milliseconds")
}

fn figure(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::INFINITY, f64::from)
}

/// One call to iMIS, asked directly with a user of its own.
pub(crate) async fn one_call(world: &World) -> f64 {
    let client = reqwest::Client::new();
    let base = world.imis.url().to_string();
    let base = base.trim_end_matches('/');
    let form = [("grant_type", "password"), ("username", "MANAGER"), ("password", PASSWORD)];
    let answer = client.post(format!("{base}/token")).form(&form).send().await.expect("iMIS answers");
    let token: Value = answer.json().await.expect("in JSON");
    let token = token["access_token"].as_str().expect("a token");
    let start = Instant::now();
    let party = client.get(format!("{base}/api/Party?email=eq:ada.lovelace@example.org")).bearer_auth(token);
    party.send().await.expect("iMIS answers").bytes().await.expect("to the end");
    start.elapsed().as_secs_f64() * 1000.0
}
