//! A contact in full: on the message of whom it sent, and on its own sheet.

use sim::imis::{Edition, Effect, Fault, Stored};
use tests::world::{PASSWORD, PROFILE, Plan, World};
use tests::{Pane, until};

/// Only the card itself says that, no list does.
const LOADED: &str = "Changed ";
const FIELD: &str = "Name, ID, e-mail or organisation";

/// Opens a contact by searching it.
async fn look_at(pane: &Pane, typed: &str, name: &str) {
    pane.press("Find a contact").await;
    pane.fill(FIELD, typed).await;
    pane.choose(name).await;
    pane.headed("Contact").await;
}

/// What an attribute of the first such element says.
async fn attribute(pane: &Pane, selector: &str, name: &str) -> Option<String> {
    let script = "return document.querySelector(arguments[0])?.getAttribute(arguments[1]) ?? null";
    let said = pane.browser.driver.execute(script, vec![selector.into(), name.into()]).await.expect("the script runs");
    said.json().as_str().map(str::to_owned)
}

/// The value under a caption of the card.
async fn fact(pane: &Pane, caption: &str) -> String {
    const SCRIPT: &str = "const of = [...document.querySelectorAll('.card-fact')] \
        .find(fact => fact.querySelector('dt').textContent.trim() === arguments[0] && fact.checkVisibility()); \
        return of ? of.querySelector('.card-value').innerText.trim() : null";
    let look = async || {
        let said = pane.browser.driver.execute(SCRIPT, vec![caption.into()]).await.expect("the script runs");
        said.json().as_str().map(str::to_owned)
    };
    until(&format!("the card says “{caption}”"), look).await
}

#[tokio::test]
async fn the_senders_card_is_open_on_the_message_on_both_editions_and_for_those_who_only_read() {
    for (edition, user) in [(Edition::Ems, "READER1"), (Edition::Imis2017, "STAFF1"), (Edition::Ems, "MANAGER")] {
        let imis = sim::imis::Settings { edition, ..Default::default() };
        let world = World::of(Plan { imis, ..Plan::default() }).await;
        let pane = world.pane().await;
        pane.sign_in(user, PASSWORD).await;
        pane.open_message("Papers for the committee").await;
        pane.sees(LOADED).await;
        pane.sees("ada.lovelace@example.org").await;
        pane.sees("+44 20 5550 0101").await;
        pane.press("Sender").await;
        pane.no_longer_sees(LOADED).await;
        pane.open_message("Writing from home").await;
        pane.sees("Grace Hopper").await;
        pane.sees("Other e-mail grace@home.example").await;
        assert!(!pane.text().await.contains(LOADED), "it stays folded up");
        pane.press("Sender Adm. Grace Hopper").await;
        pane.sees(LOADED).await;
    }
}

#[tokio::test]
async fn a_card_says_everything_and_links_to_the_profile() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    look_at(&pane, "124", "Manifold").await;
    pane.find_css("button[aria-label='Copy Mobile']").await;
    for (caption, value) in [
        ("iMIS ID", "124"),
        ("Title", "Adviser"),
        ("Member type", "Committee member"),
        ("Mobile", "+44 7700 900124"),
        ("Boat", "+44 113 555 3124"),
        ("E-mail", "rupert@manifold.example"),
        ("E-mail (Assistant)", "rm@federation.example"),
        ("Web", "manifold.example/about"),
        ("Billing", "Manifold & Sons\nPO Box 9\nLeeds, LS1 9ZZ\nUnited Kingdom"),
    ] {
        assert_eq!(fact(&pane, caption).await, value, "{caption}");
    }
    let web = "https://manifold.example/about";
    assert_eq!(attribute(&pane, "a[href*='manifold.example/']", "href").await.as_deref(), Some(web));
    let profile = format!("{PROFILE}?ID=124");
    pane.sees("Profile in iMIS").await;
    assert_eq!(attribute(&pane, ".card-actions a", "href").await, Some(profile));
    assert_eq!(attribute(&pane, ".card-actions a", "rel").await.as_deref(), Some("noopener noreferrer"));
    assert!(attribute(&pane, "a[href^='tel:']", "href").await.is_some());
    assert!(attribute(&pane, "a[href^='mailto:']", "href").await.is_some());
}

#[tokio::test]
async fn a_card_says_how_somebody_stands_with_the_association_and_leads_to_their_organisation() {
    for (edition, user) in [(Edition::Ems, "STAFF1"), (Edition::Imis2017, "READER1")] {
        let imis = sim::imis::Settings { edition, ..Default::default() };
        let world = World::of(Plan { imis, ..Plan::default() }).await;
        let pane = world.pane().await;
        pane.sign_in(user, PASSWORD).await;
        look_at(&pane, "101", "Ada Lovelace").await;
        pane.sees(LOADED).await;
        for (caption, value) in [
            ("Title", "Analyst"),
            ("Member type", "Regular member"),
            ("Status", "Active"),
            ("Organisation", "Acme Institute"),
        ] {
            assert_eq!(fact(&pane, caption).await, value, "{caption}");
        }
        assert!(fact(&pane, "Paid through").await.starts_with("Dec 31, 2026"));
        pane.press("Acme Institute").await;
        until("the organisation's card is there", async || (fact(&pane, "iMIS ID").await == "200").then_some(())).await;
        pane.sees(LOADED).await;
        assert_eq!(fact(&pane, "Web").await, "www.acme.example");
        pane.press("Back").await;
        assert_eq!(fact(&pane, "iMIS ID").await, "101");
    }
}

#[tokio::test]
async fn a_picture_is_shown_and_what_is_none_is_not() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    look_at(&pane, "101", "Ada Lovelace").await;
    pane.find_css("img.card-picture").await;
    assert!(attribute(&pane, "img.card-picture", "src").await.is_some_and(|src| src.starts_with("data:image/png")));
    for (typed, name) in [("125", "Gregor Falsch"), ("126", "Vera Vektor"), ("122", "Nils Leer")] {
        pane.press("Back").await;
        pane.press("Back").await;
        look_at(&pane, typed, name).await;
        pane.sees(LOADED).await;
        assert_eq!(attribute(&pane, "img.card-picture", "src").await, None, "{name}");
        assert!(attribute(&pane, ".card-top .part-avatar", "class").await.is_some(), "{name}");
    }
}

#[tokio::test]
async fn what_must_not_be_done_is_said_first() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    look_at(&pane, "123", "Carla Stumm").await;
    let marks = pane.find_css("#card-marks").await.text().await.expect("it has words");
    let marks: Vec<&str> = marks.lines().collect();
    assert!(["E-mail", "Newsletter", "Telephone"].iter().all(|mark| marks.contains(mark)), "{marks:?}");
    let order = "const marks = document.querySelector('.card-marks'), facts = document.querySelector('.card-facts');
        return Boolean(marks.compareDocumentPosition(facts) & Node.DOCUMENT_POSITION_FOLLOWING)";
    let first = pane.browser.driver.execute(order, vec![]).await.expect("the script runs");
    assert_eq!(first.json().as_bool(), Some(true));
}

/// What a copy button copies.
async fn copied(pane: &Pane, what: &str) -> String {
    const LISTEN: &str = "window.copied = null; document.addEventListener('copy', \
        () => { window.copied = document.activeElement.value }, { once: true })";
    pane.browser.driver.execute(LISTEN, vec![]).await.expect("the script runs");
    pane.press(&format!("Copy {what}")).await;
    let text = pane.browser.driver.execute("return window.copied", vec![]).await.expect("the script runs");
    text.json().as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn everything_on_a_card_is_copied_one_by_one_and_at_once() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    look_at(&pane, "123", "Carla Stumm").await;
    pane.sees(LOADED).await;
    for (what, text) in [("Name", "Carla Stumm"), ("Member type", "Regular member"), ("Status", "Active")] {
        assert_eq!(copied(&pane, what).await, text, "{what}");
    }
    assert!(copied(&pane, "Do not contact by").await.contains("Newsletter"));
    let all = copied(&pane, "all facts").await;
    for part in
        ["Name: Carla Stumm", "Do not contact by: ", "Newsletter", "Member type: Regular member", "iMIS ID: 123"]
    {
        assert!(all.contains(part), "{part} is not in {all}");
    }
    pane.press("Back").await;
    pane.press("Back").await;
    pane.open_message("Papers for the committee").await;
    pane.sees("ada.lovelace@example.org").await;
    let all = copied(&pane, "all facts").await;
    assert!(all.contains("Name: Ms. Ada Lovelace") && all.contains("Title: Analyst"), "{all}");
}

#[tokio::test]
async fn a_fact_is_copied_and_can_be_pasted() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    look_at(&pane, "101", "Ada Lovelace").await;
    pane.press("Copy E-mail").await;
    pane.sees("Copied: E-mail").await;
    assert!(pane.keyboard_at("card-fact-").await.ends_with("-copy"));
    pane.press("Back").await;
    pane.fill(FIELD, "").await;
    pane.field(FIELD).await.send_keys("\u{e009}v\u{e000}").await.expect("the field takes keys");
    pane.sees("1 contact").await;
    let pasted = pane.field(FIELD).await.prop("value").await.expect("it has a value");
    assert_eq!(pasted.as_deref(), Some("ada.lovelace@example.org"));
}

#[tokio::test]
async fn where_the_browser_does_not_let_the_pane_copy_the_text_is_marked() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    look_at(&pane, "101", "Ada Lovelace").await;
    pane.browser.driver.execute("document.execCommand = () => false", vec![]).await.expect("the script runs");
    pane.press("Copy E-mail").await;
    pane.sees("press Ctrl+C").await;
    let marked = pane.browser.driver.execute("return getSelection().toString()", vec![]).await.expect("it runs");
    assert_eq!(marked.json().as_str(), Some("ada.lovelace@example.org"));
}

#[tokio::test]
async fn a_card_that_cannot_be_read_is_said_while_the_list_s_facts_stay_and_is_tried_again() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    pane.press("Find a contact").await;
    pane.fill(FIELD, "hopper").await;
    pane.sees("Grace Hopper").await;
    let fault = Fault::once(Effect::ServerError { stored: Stored::No });
    world.imis.faults().add(fault.on("GET", "Party").always());
    pane.choose("Grace Hopper").await;
    pane.sees("We couldn't reach iMIS").await;
    pane.sees("grace.hopper@acme.example").await;
    world.imis.faults().clear();
    pane.press("Try again").await;
    pane.sees(LOADED).await;
    pane.no_longer_sees("We couldn't reach iMIS").await;
}

#[tokio::test]
async fn a_card_seen_before_is_there_at_once_and_refreshed_behind_after_ten_minutes() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    look_at(&pane, "107", "Grace Hopper").await;
    pane.sees(LOADED).await;
    pane.press("Back").await;
    world.imis.ledger().forget_requests();
    pane.choose("Grace Hopper").await;
    pane.sees(LOADED).await;
    let asks =
        |world: &World| world.imis.ledger().requests().iter().filter(|seen| seen.path.contains("PartyImage")).count();
    assert_eq!(asks(&world), 0, "it is fresh");
    pane.press("Back").await;
    world.turn_clock(11);
    pane.minutes_pass(11).await;
    pane.choose("Grace Hopper").await;
    pane.sees(LOADED).await;
    until("it is refreshed", async || (asks(&world) > 0).then_some(())).await;
}

#[tokio::test]
async fn the_columns_of_the_sites_card_query_stand_under_their_captions_on_both_editions() {
    for edition in [Edition::Ems, Edition::Imis2017] {
        let imis = sim::imis::Settings { edition, ..Default::default() };
        let world = World::of(Plan { imis, card_query: Some("$/Outlook/Contact card"), ..Plan::default() }).await;
        let pane = world.signed_in().await;
        look_at(&pane, "101", "Ada Lovelace").await;
        pane.headed("From your site").await;
        assert_eq!(fact(&pane, "Balance due").await, "123.45");
        assert!(fact(&pane, "Join date").await.ends_with("2002"));
        assert_eq!(copied(&pane, "Balance due").await.trim_end_matches('0'), "123.45");
    }
}

#[tokio::test]
async fn a_card_query_that_cannot_be_run_takes_nothing_else_along() {
    let world = World::of(Plan { card_query: Some("$/Outlook/Nothing of this name"), ..Plan::default() }).await;
    let pane = world.signed_in().await;
    look_at(&pane, "101", "Ada Lovelace").await;
    pane.sees("The columns of your site could not be read.").await;
    pane.sees(LOADED).await;
    pane.sees("ada.lovelace@example.org").await;
}
