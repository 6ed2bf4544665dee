//! Adding people who are not in iMIS.

use crate::timeline::in_one_process;
use server::config::ContactSettings;
use sim::imis::Edition;
use std::path::PathBuf;
use tests::world::{PASSWORD, Plan, World};
use tests::{Look, Pane, until};
use thirtyfour::prelude::*;

async fn world(edition: Edition) -> World {
    settled(edition, ContactSettings::default()).await
}

/// A world whose site settles this about contacts.
async fn settled(edition: Edition, contacts: ContactSettings) -> World {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/browser/mail-add"));
    let imis = sim::imis::Settings { edition, ..Default::default() };
    World::of(Plan { imis, contacts, mail: sim::outlook::MailSource::Folder(folder), ..Plan::default() }).await
}

/// Waits until the server has said what the person may do with contacts, and has the message drawn anew.
async fn knows_what_one_may(pane: &Pane) {
    let script =
        "return performance.getEntriesByType('resource').some(entry => entry.name.endsWith('/contacts/options'))";
    let answered = async || {
        let answer =
            pane.browser.driver.execute(script, Vec::<serde_json::Value>::new()).await.expect("the script runs");
        answer.json().as_bool().unwrap_or_default().then_some(())
    };
    until("the server says what one may do", answered).await;
    pane.open_message("From my own address").await;
    pane.sees("1 of 1 not in iMIS").await;
}

async fn value(pane: &Pane, label: &str) -> String {
    pane.field(label).await.value().await.expect("a field has a value").unwrap_or_default()
}

async fn at_the_list(pane: &Pane) {
    pane.open_message("A new member").await;
    pane.press("2 of 3 not in iMIS").await;
}

async fn the_sender_is_added_from_the_signature(edition: Edition) {
    let world = world(edition).await;
    let pane = world.signed_in().await;
    at_the_list(&pane).await;
    pane.press("Add Stone, Vera to iMIS").await;
    pane.headed("New contact").await;
    for (label, found) in
        [("First name", "Vera"), ("Last name", "Stone"), ("Title", "Head of Research"), ("City", "London")]
    {
        assert_eq!(value(&pane, label).await, found, "{label}");
    }
    pane.sees("From the signature: “Head of Research”").await;
    pane.press("Add to iMIS").await;
    pane.sees("added").await;
    let added = world.imis.ledger().created("Party");
    assert_eq!(added.len(), 1);
    let stored = added[0].stored.to_string();
    for part in ["Vera", "Stone", "vera.stone@stone.example", "+44 7700 900123"] {
        assert!(stored.contains(part), "{part}: {stored}");
    }
    pane.press("Close").await;
    pane.sees("1 of 3 not in iMIS").await;
}

#[tokio::test]
async fn the_sender_is_added_from_the_signature_and_then_found_on_the_message() {
    the_sender_is_added_from_the_signature(Edition::Ems).await;
}

#[tokio::test]
async fn the_2017_edition_takes_new_contacts_as_well() {
    the_sender_is_added_from_the_signature(Edition::Imis2017).await;
}

#[tokio::test]
async fn the_phone_that_is_left_is_the_one_that_is_written() {
    let world = world(Edition::Ems).await;
    let pane = world.signed_in().await;
    at_the_list(&pane).await;
    pane.press("Add Stone, Vera to iMIS").await;
    pane.headed("New contact").await;
    let second = pane.find_css("#add-phone-1").await.value().await.expect("a field has a value");
    pane.fill("Number", "+44 20 7946 0999").await;
    pane.press("Remove phone 1").await;
    let shown = async || (value(&pane, "Number").await, value(&pane, "Kind of phone 1").await);
    assert_eq!(shown().await, (second.clone().unwrap_or_default(), "Mobile".to_owned()));
    pane.press("Add to iMIS").await;
    pane.sees("added").await;
    let stored = world.imis.ledger().created("Party")[0].stored.to_string();
    assert!(stored.contains(&second.unwrap_or_default()) && !stored.contains("+44 20 7946 0999"), "{stored}");
}

#[tokio::test]
async fn everybody_missing_is_added_one_after_another() {
    let world = world(Edition::Ems).await;
    let pane = world.signed_in().await;
    at_the_list(&pane).await;
    pane.press("Add all 2, one after another").await;
    pane.sees("1 of 2: Stone, Vera").await;
    pane.press("Skip").await;
    pane.sees("2 of 2: Tim Reed").await;
    assert_eq!(value(&pane, "First name").await, "Tim");
    pane.press("Add to iMIS").await;
    pane.sees("skipped").await;
    assert_eq!(world.imis.ledger().created("Party").len(), 1);
}

#[tokio::test]
async fn somebody_who_is_in_imis_already_is_shown_first_and_used_instead() {
    for edition in [Edition::Ems, Edition::Imis2017] {
        let world = world(edition).await;
        let pane = world.signed_in().await;
        pane.open_message("From my own address").await;
        pane.press("1 of 1 not in iMIS").await;
        pane.press("Add Grace Hopper to iMIS").await;
        pane.headed("In iMIS already?").await;
        pane.sees("ID 107 · same name and organisation").await;
        pane.press("Use the contact Adm. Grace Hopper").await;
        pane.sees("was in iMIS already").await;
        pane.press("Close").await;
        pane.sees("Chosen by you for grace@somewhere.example").await;
        pane.press("Save as interaction").await;
        pane.headed("Saved to iMIS").await;
        assert!(world.imis.ledger().created("Party").is_empty(), "nobody was added twice");
        // The older edition has no log to write to (imis.md §7.2).
        let home = if edition == Edition::Ems { "CommunicationLogRecipient" } else { "ContactInteraction" };
        let saved = world.imis.ledger().created(home);
        assert_eq!(saved.len(), 1);
        assert!(saved[0].stored.to_string().contains("\"107\""), "{}", saved[0].stored);
    }
}

#[tokio::test]
async fn a_title_and_a_phone_are_changed_from_the_signature_after_a_look_at_the_difference() {
    for edition in [Edition::Ems, Edition::Imis2017] {
        let world = world(edition).await;
        let pane = world.signed_in().await;
        pane.open_message("My new position").await;
        pane.press("Everything about Ms. Ada Lovelace").await;
        pane.press("Compare with the signature").await;
        pane.headed("What the signature says differently").await;
        for part in ["Analyst", "Director of Analysis", "+44 7700 900101", "+44 7700 900777"] {
            pane.sees(part).await;
        }
        for label in ["Title", "Phone (Mobile)"] {
            pane.field(label).await.click().await.expect("a tick can be set");
        }
        pane.press("Change in iMIS").await;
        pane.sees("2 things were changed.").await;
        pane.press("Close").await;
        pane.sees("Title Director of Analysis").await;
        pane.sees("+44 7700 900777").await;
        let puts = world.imis.ledger().requests().iter().filter(|request| request.method == "PUT").count();
        assert!(puts > 0, "iMIS was told");
    }
}

/// Neither adding nor changing is offered.
async fn is_offered_nothing(pane: &Pane) {
    knows_what_one_may(pane).await;
    at_the_list(pane).await;
    pane.sees("tim.reed@reed.example").await;
    let buttons =
        pane.browser.driver.find_all(By::XPath("//*[@id='missing']//button")).await.expect("the page answers");
    for button in buttons {
        let label = button.attr("aria-label").await.expect("the page answers").unwrap_or_default();
        let name = [label, button.text().await.expect("the page answers")].concat();
        assert!(!name.contains("to iMIS") && !name.contains("Add all"), "“{name}” is offered");
    }
    pane.open_message("My new position").await;
    pane.press("Everything about Ms. Ada Lovelace").await;
    pane.sees("Changed Feb 3, 2026").await;
    assert!(!pane.text().await.contains("Compare with the signature"), "{}", pane.text().await);
}

#[tokio::test]
async fn who_may_only_read_sees_no_button_to_add() {
    let world = world(Edition::Ems).await;
    let pane = world.pane().await;
    pane.sign_in("READER1", PASSWORD).await;
    is_offered_nothing(&pane).await;
}

#[tokio::test]
async fn adding_and_changing_are_offered_by_the_roles_that_the_site_names() {
    let roles = || vec!["SysAdmin".to_owned()];
    for edition in [Edition::Ems, Edition::Imis2017] {
        let contacts = ContactSettings { add_roles: roles(), change_roles: roles(), ..ContactSettings::default() };
        let world = settled(edition, contacts).await;
        is_offered_nothing(&world.signed_in().await).await;
        let pane = world.pane().await;
        pane.sign_in("MANAGER", PASSWORD).await;
        knows_what_one_may(&pane).await;
        at_the_list(&pane).await;
        pane.button("Add Tim Reed to iMIS").await;
        pane.open_message("My new position").await;
        pane.press("Everything about Ms. Ada Lovelace").await;
        pane.button("Compare with the signature").await;
    }
}

#[tokio::test]
async fn what_imis_finds_wrong_stands_at_its_field_until_it_is_put_right() {
    for edition in [Edition::Ems, Edition::Imis2017] {
        let world = world(edition).await;
        let pane = in_one_process(&world, "STAFF1").await;
        at_the_list(&pane).await;
        pane.press("Add Tim Reed to iMIS").await;
        pane.fill("Last name", &"x".repeat(100)).await;
        pane.press("Add to iMIS").await;
        pane.sees("Something has to be put right first.").await;
        pane.has_the_keyboard("Last name").await;
        let fault = pane.find(By::Id("add-last-fault"), "what is wrong with the last name").await;
        let fault = fault.text().await.expect("it has words");
        assert!(fault.starts_with("iMIS says: The value exceeds the maximum length"), "{fault}");
        assert!(world.imis.ledger().created("Party").is_empty());
        pane.fill("Last name", "Reed").await;
        pane.press("Add to iMIS").await;
        pane.headed("Done").await;
        let added = world.imis.ledger().created("Party");
        assert_eq!(added.len(), 1);
        assert!(added[0].stored.to_string().contains("Reed"), "{}", added[0].stored);
    }
}

/// Types into the search for the organisation; the group around it has the same name.
async fn look_for_organisation(pane: &Pane, text: &str) {
    let field = pane.find(By::Id("add-organisation"), "search for the organisation").await;
    field.clear().await.expect("the field can be emptied");
    field.send_keys(text).await.expect("the field takes text");
}

#[tokio::test]
async fn the_organisation_of_a_new_person_is_found_and_linked() {
    for edition in [Edition::Ems, Edition::Imis2017] {
        let world = world(edition).await;
        let pane = world.signed_in().await;
        at_the_list(&pane).await;
        pane.press("Add Tim Reed to iMIS").await;
        look_for_organisation(&pane, "no such organisation").await;
        pane.sees("No organisation found.").await;
        look_for_organisation(&pane, "harbour").await;
        pane.choose("Link to Harbour & Daughters <Books>").await;
        pane.press("Unlink Harbour & Daughters <Books>").await;
        look_for_organisation(&pane, "federation").await;
        pane.choose("Link to Universal Federation for Standards").await;
        pane.button("Unlink Universal Federation for Standards").await;
        pane.press("Add to iMIS").await;
        pane.headed("Done").await;
        let added = world.imis.ledger().created("Party");
        assert_eq!(added.len(), 1);
        let stored = added[0].stored.to_string();
        assert!(stored.contains("\"202\"") && !stored.contains("\"201\""), "{stored}");
    }
}

#[tokio::test]
async fn an_organisation_is_added() {
    for edition in [Edition::Ems, Edition::Imis2017] {
        let world = world(edition).await;
        let pane = world.signed_in().await;
        at_the_list(&pane).await;
        pane.press("Add Tim Reed to iMIS").await;
        pane.toggle("Organisation").await;
        pane.press("Add to iMIS").await;
        pane.sees("Fill this in.").await;
        pane.fill("Name", "Reed & Sons").await;
        pane.press("Add to iMIS").await;
        pane.headed("Done").await;
        let added = world.imis.ledger().created("Party");
        assert_eq!(added.len(), 1);
        let stored = added[0].stored.to_string();
        assert!(stored.contains("Reed & Sons") && !stored.contains("\"Tim\""), "{stored}");
        pane.press("Close").await;
        pane.sees("1 of 3 not in iMIS").await;
        pane.press("Open Reed & Sons").await;
        pane.headed("Contact").await;
        pane.sees("tim.reed@reed.example").await;
    }
}

#[tokio::test]
async fn pictures_of_the_form_in_light_dark_and_high_contrast() {
    let world = world(Edition::Ems).await;
    for look in Look::ALL {
        let pane = world.pane_in(look, 1600).await;
        pane.sign_in("STAFF1", PASSWORD).await;
        at_the_list(&pane).await;
        pane.picture(&format!("{look}-missing")).await;
        pane.press("Add Stone, Vera to iMIS").await;
        pane.headed("New contact").await;
        pane.picture(&format!("{look}-add")).await;
        pane.fits().await;
        pane.fill("Last name", " ").await;
        pane.press("Add to iMIS").await;
        pane.sees("Fill this in.").await;
        pane.picture(&format!("{look}-add-wrong")).await;
    }
}
