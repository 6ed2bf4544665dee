//! Searching contacts as one types, with iMIS's ledger as witness.

use sim::imis::{Edition, Effect, Fault, Stored};
use std::time::Duration;
use tests::world::{PASSWORD, Plan, World};
use tests::{Pane, until};

const FIELD: &str = "Name, ID, e-mail or organisation";
const DOWN: &str = "\u{e015}";
const UP: &str = "\u{e013}";
const RIGHT: &str = "\u{e014}";
const ESCAPE: &str = "\u{e00c}";

async fn finder(pane: &Pane) {
    pane.press("Find a contact").await;
    pane.keyboard_at("find-text").await;
}

async fn world_of(edition: Edition) -> World {
    let imis = sim::imis::Settings { edition, ..Default::default() };
    World::of(Plan { imis, ..Plan::default() }).await
}

/// Waits until iMIS was asked for something with this in it.
async fn asked(world: &World, text: &str) {
    let asked = async || world.imis.ledger().requests().iter().any(|seen| seen.query.contains(text)).then_some(());
    until(&format!("iMIS is asked for {text}"), asked).await;
}

/// How many searches the pane has had answered.
async fn answered(pane: &Pane) -> u64 {
    let script =
        "return performance.getEntriesByType('resource').filter(entry => entry.name.endsWith('/search')).length";
    pane.browser.driver.execute(script, vec![]).await.expect("the script runs").json().as_u64().expect("a number")
}

#[tokio::test]
async fn anybody_is_found_by_name_id_email_and_organisation_on_both_editions() {
    for edition in [Edition::Ems, Edition::Imis2017] {
        let world = world_of(edition).await;
        let pane = world.pane().await;
        pane.sign_in("READER1", PASSWORD).await;
        finder(&pane).await;
        for (typed, found) in [
            ("lovelace ada", "Ada Lovelace"),
            ("107", "Grace Hopper"),
            ("jose.nunez@ex", "José Núñez"),
            ("daughters", "Harbour & Daughters <Books>"),
            ("nunez", "José Núñez"),
        ] {
            // What was found before stays until the answer comes, so it must not be what is looked for next.
            assert!(!pane.text().await.contains(found), "{found} is there before {typed} is asked for");
            pane.fill(FIELD, typed).await;
            pane.sees(found).await;
        }
        pane.fill(FIELD, "o'brien").await;
        pane.sees("Séamus O'Brien").await;
        pane.fill(FIELD, "nobody of this name").await;
        pane.sees("Nobody found for “nobody of this name”").await;
        pane.fill(FIELD, "x").await;
        pane.sees("Type at least two letters, or an iMIS ID.").await;
    }
}

#[tokio::test]
async fn the_sites_own_query_searches_where_it_has_one_on_both_editions() {
    for (edition, user, path) in [(Edition::Ems, "STAFF1", "/query"), (Edition::Imis2017, "READER1", "/iqa")] {
        let imis = sim::imis::Settings { edition, ..Default::default() };
        let search_query = Some("$/Outlook/Find contacts".to_owned());
        let contacts = server::config::ContactSettings { search_query, ..Default::default() };
        let world = World::of(Plan { imis, contacts, ..Plan::default() }).await;
        let pane = world.pane().await;
        pane.sign_in(user, PASSWORD).await;
        finder(&pane).await;
        world.imis.ledger().forget_requests();
        pane.fill(FIELD, "lovelace").await;
        pane.sees("Ada Lovelace").await;
        let asked = world.imis.ledger().requests();
        assert!(asked.iter().any(|seen| seen.path.to_lowercase().ends_with(path)), "{asked:?}");
        assert!(asked.iter().all(|seen| !seen.path.contains("Party")), "the query alone is asked");
        pane.type_keys("\n").await;
        pane.headed("Contact").await;
        pane.sees("ada.lovelace@example.org").await;
    }
}

#[tokio::test]
async fn a_search_query_that_cannot_be_run_is_stood_in_for_and_that_is_said() {
    let search_query = Some("$/Outlook/Nothing of this name".to_owned());
    let contacts = server::config::ContactSettings { search_query, ..Default::default() };
    let world = World::of(Plan { contacts, ..Plan::default() }).await;
    let pane = world.signed_in().await;
    finder(&pane).await;
    pane.fill(FIELD, "lovelace").await;
    pane.sees("Ada Lovelace").await;
    pane.sees("A part of the search failed, so somebody may be missing.").await;
}

#[tokio::test]
async fn a_late_answer_never_takes_the_place_of_a_newer_one() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    finder(&pane).await;
    let late = Effect::Latency(Duration::from_millis(2_500));
    world.imis.faults().add(Fault::once(late).on("GET", "Party"));
    pane.fill(FIELD, "grace").await;
    asked(&world, "grace").await;
    pane.fill(FIELD, "lovelace").await;
    pane.sees("Ada Lovelace").await;
    until("the late answer comes", async || (answered(&pane).await > 1).then_some(())).await;
    pane.sees("Ada Lovelace").await;
    pane.no_longer_sees("Grace Hopper").await;
}

#[tokio::test]
async fn a_word_typed_in_one_go_is_asked_for_once() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    finder(&pane).await;
    pane.fill(FIELD, "lovelace").await;
    pane.sees("Ada Lovelace").await;
    assert!(answered(&pane).await <= 2, "not a question for each letter");
}

#[tokio::test]
async fn found_opened_come_back_to_and_added_by_keyboard_alone() {
    let world = World::start().await;
    let pane = Pane::open(world.one_process_browser().await, world.outlook.url()).await;
    pane.sign_in("STAFF1", PASSWORD).await;
    pane.open_message("Writing from home").await;
    pane.sees("To 1 contact").await;
    pane.tab_to("Find a contact").await;
    pane.type_keys("\n").await;
    pane.keyboard_at("find-text").await;
    pane.type_keys("harbour").await;
    pane.sees("Ruth Harbour").await;
    pane.sees("3 contacts").await;
    pane.type_keys(DOWN).await;
    pane.keyboard_at("find-row-0").await;
    pane.type_keys(DOWN).await;
    pane.keyboard_at("find-row-1").await;
    pane.type_keys("\n").await;
    pane.headed("Contact").await;
    pane.type_keys(ESCAPE).await;
    pane.keyboard_at("find-row-1").await;
    pane.type_keys(UP).await;
    pane.keyboard_at("find-row-0").await;
    pane.type_keys(UP).await;
    pane.keyboard_at("find-text").await;
    pane.type_keys(ESCAPE).await;
    pane.type_keys("brandt").await;
    pane.sees("1 contact").await;
    pane.sees("Zoë Brandt").await;
    pane.type_keys(DOWN).await;
    pane.type_keys(RIGHT).await;
    pane.has_the_keyboard("Add Dr. Zoë Brandt to the save").await;
    pane.type_keys("\n").await;
    pane.has_the_keyboard("Dr. Zoë Brandt is on the save. Take off").await;
    pane.type_keys(ESCAPE).await;
    pane.sees("To 2 contacts").await;
    pane.sees("Added by you").await;
}

#[tokio::test]
async fn enter_opens_the_best_of_the_newest_answer() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    finder(&pane).await;
    pane.fill(FIELD, "lovelace").await;
    pane.sees("1 contact").await;
    pane.type_keys("\n").await;
    pane.headed("Contact").await;
    pane.sees("Ada Lovelace").await;
}

#[tokio::test]
async fn a_contact_added_by_hand_is_saved_to_and_one_taken_off_again_is_not() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    pane.open_message("Writing from home").await;
    pane.sees("To 1 contact").await;
    for name in ["Dr. Zoë Brandt", "José Núñez"] {
        pane.press("Find a contact").await;
        pane.fill(FIELD, name).await;
        pane.press(&format!("Add {name} to the save")).await;
        pane.press("Back").await;
    }
    pane.sees("To 3 contacts").await;
    pane.press("Take José Núñez off").await;
    pane.sees("To 2 contacts").await;
    pane.press("Save as interaction").await;
    pane.headed("Saved to iMIS").await;
    let recipients = world.imis.ledger().created("CommunicationLogRecipient");
    let all: String = recipients.iter().map(|entry| entry.stored.to_string()).collect();
    assert_eq!(recipients.len(), 2, "{all}");
    assert!(all.contains("103") && all.contains("107") && !all.contains("\"102\""), "{all}");
}

#[tokio::test]
async fn without_a_message_and_for_those_who_may_not_save_there_is_nothing_to_add_to() {
    let world = World::start().await;
    for user in ["STAFF1", "READER1"] {
        let pane = world.pane().await;
        pane.sign_in(user, PASSWORD).await;
        if user == "STAFF1" {
            pane.close_message().await;
            pane.sees("No message is open").await;
        } else {
            pane.open_message("Writing from home").await;
            pane.sees("Your iMIS account may not save").await;
        }
        finder(&pane).await;
        pane.fill(FIELD, "brandt").await;
        pane.sees("Dr. Zoë Brandt").await;
        let offers = pane.browser.driver.execute("return document.querySelectorAll('.find-add').length", vec![]).await;
        assert_eq!(offers.expect("the script runs").json().as_u64(), Some(0), "{user}");
    }
}

#[tokio::test]
async fn a_search_that_fails_is_said_and_tried_again() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    finder(&pane).await;
    for entity in ["Party", "Person", "Organization"] {
        let fault = Fault::once(Effect::ServerError { stored: Stored::No });
        world.imis.faults().add(fault.on("GET", entity).always());
    }
    pane.fill(FIELD, "lovelace").await;
    pane.sees("We couldn't reach iMIS").await;
    world.imis.faults().clear();
    pane.press("Try again").await;
    pane.sees("Ada Lovelace").await;
}

#[tokio::test]
async fn inactive_contacts_and_those_of_one_kind_are_found_when_wanted() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    finder(&pane).await;
    pane.fill(FIELD, "altmann").await;
    pane.sees("Nobody found").await;
    pane.toggle("Inactive too").await;
    pane.sees("Oskar Altmann").await;
    pane.fill(FIELD, "harbour").await;
    pane.sees("Ruth Harbour").await;
    pane.toggle("Organisations").await;
    pane.no_longer_sees("Ruth Harbour").await;
    pane.sees("Harbour & Daughters <Books>").await;
}

#[tokio::test]
async fn favourites_and_the_latest_are_at_hand_for_their_owner_alone() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    finder(&pane).await;
    for (typed, name) in [("hopper", "Grace Hopper"), ("lovelace", "Ada Lovelace")] {
        pane.fill(FIELD, typed).await;
        pane.sees(name).await;
        pane.type_keys("\n").await;
        pane.headed("Contact").await;
        if typed == "hopper" {
            pane.toggle("Favourite").await;
        }
        pane.press("Back").await;
    }
    pane.press("Back").await;
    finder(&pane).await;
    pane.headed("Favourites").await;
    pane.headed("Looked at lately").await;
    let pane = pane.reload(world.outlook.url()).await;
    pane.sees("Hannah Weiss").await;
    finder(&pane).await;
    pane.sees("Grace Hopper").await;
    pane.sees("Ada Lovelace").await;
    let other = world.pane().await;
    other.sign_in("MANAGER", PASSWORD).await;
    finder(&other).await;
    other.sees("Whom you look at is kept here").await;
    other.no_longer_sees("Grace Hopper").await;
}
