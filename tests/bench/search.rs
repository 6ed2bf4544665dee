//! Searching and opening a contact among 100,000, measured in the page; beside it the stand-in's own answers.

use crate::in_browser::{moment, one_call};
use crate::report::{Report, median};
use serde_json::json;
use std::time::{Duration, Instant};
use tests::Pane;
use tests::world::{PASSWORD, Plan, World};

pub(crate) const NAMES: [&str; 6] = [
    "search_results_ms",
    "search_results_over_one_call",
    "search_results_over_its_own_calls",
    "card_essentials_ms",
    "card_essentials_over_one_call",
    "card_essentials_over_its_own_calls",
];

const CONTACTS: u32 = 100_000;
const FIELD: &str = "Name, ID, e-mail or organisation";

/// Puts a text into the field as its last key does, and notes when a text appears that was not there.
const TYPE: &str = "const field = document.getElementById('find-text'), [text, wanted] = arguments; \
    window.textAt = null; \
    const look = () => { if (document.body.innerText.includes(wanted)) window.textAt = performance.timeOrigin + performance.now(); \
    else requestAnimationFrame(look); }; \
    field.value = text; const at = performance.timeOrigin + performance.now(); \
    field.dispatchEvent(new Event('input', { bubbles: true })); look(); return at;";

/// Opens the first contact of the list, and notes likewise.
const OPEN: &str = "const wanted = arguments[0]; window.textAt = null; \
    const look = () => { if (document.body.innerText.includes(wanted)) window.textAt = performance.timeOrigin + performance.now(); \
    else requestAnimationFrame(look); }; \
    const at = performance.timeOrigin + performance.now(); document.getElementById('find-row-0').click(); look(); return at;";

/// People of the story: what is typed but for the last letter, that letter, the name, and a fact only their card has.
const PEOPLE: [(&str, &str, &str); 5] = [
    ("lovelac", "e", "Ada Lovelace"),
    ("hoppe", "r", "Grace Hopper"),
    ("brand", "t", "Zoë Brandt"),
    ("langle", "y", "Theodora Langley"),
    ("manifol", "d", "Manifold"),
];

pub(crate) async fn among_many(report: &mut Report) {
    let imis = sim::imis::Settings {
        latency: Duration::from_millis(50),
        people: sim::imis::People::Generated(CONTACTS),
        ..Default::default()
    };
    let world = World::of(Plan { imis, ..Plan::default() }).await;
    let pane = world.signed_in().await;
    pane.press("Find a contact").await;
    pane.fill(FIELD, "warm up").await;
    pane.sees("Nobody found").await;
    let (mut searches, mut cards, mut calls) = (vec![], vec![], vec![]);
    let (mut own_searches, mut own_cards) = (vec![], vec![]);
    for (begun, last, name) in PEOPLE {
        pane.fill(FIELD, begun).await;
        pane.sees(name).await;
        pane.fill(FIELD, "nobody at all").await;
        pane.sees("Nobody found").await;
        world.imis.ledger().forget_requests();
        searches.push(until(&pane, TYPE, vec![json!(format!("{begun}{last}")), json!(name)]).await);
        own_searches.push(again(&world).await);
        world.imis.ledger().forget_requests();
        cards.push(until(&pane, OPEN, vec![json!("Changed ")]).await);
        own_cards.push(again(&world).await);
        calls.push(one_call(&world).await);
        pane.press("Back").await;
    }
    let call = median(calls);
    for (names, times, own) in [(&NAMES[..3], searches, own_searches), (&NAMES[3..], cards, own_cards)] {
        let (time, own) = (median(times), median(own));
        report.at_most(names[0], time, "ms", 1.5 * call + 50.0);
        report.at_most(names[1], (time - 50.0) / call, "× call", 1.5);
        report.at_most(names[2], time / own, "× own", 2.0);
    }
}

/// Milliseconds from what the script does to what it waits for.
async fn until(pane: &Pane, script: &str, arguments: Vec<serde_json::Value>) -> f64 {
    let driver = &pane.browser.driver;
    let wanted = arguments.last().and_then(|text| text.as_str()).unwrap_or_default().to_owned();
    let begun = driver.execute(script, arguments).await.expect("the script runs");
    pane.sees(&wanted).await;
    let noted = driver.execute("return window.textAt", vec![]).await.expect("the script runs");
    moment(noted.json()) - moment(begun.json())
}

/// What the server asked iMIS since, asked again word for word and all at once; until the last answer.
async fn again(world: &World) -> f64 {
    let base = world.imis.url().to_string();
    let base = base.trim_end_matches('/').to_owned();
    let client = reqwest::Client::new();
    let form = [("grant_type", "password"), ("username", "MANAGER"), ("password", PASSWORD)];
    let answer = client.post(format!("{base}/token")).form(&form).send().await.expect("iMIS answers");
    let token: serde_json::Value = answer.json().await.expect("in JSON");
    let token = token["access_token"].as_str().expect("a token").to_owned();
    let asked = world.imis.ledger().requests();
    let asked = asked.into_iter().filter(|seen| seen.method == "GET" && seen.path.starts_with("/api/"));
    let calls: Vec<_> =
        asked.map(|seen| client.get(format!("{base}{}?{}", seen.path, seen.query)).bearer_auth(&token)).collect();
    let start = Instant::now();
    let running: Vec<_> =
        calls.into_iter().map(|call| tokio::spawn(async move { call.send().await?.bytes().await })).collect();
    for one in running {
        // What iMIS has not got is an answer as well.
        let _ = one.await.expect("it runs to its end");
    }
    start.elapsed().as_secs_f64() * 1000.0
}
