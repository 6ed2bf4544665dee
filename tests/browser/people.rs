//! Who is on the message.

use serde_json::json;
use server::config::{ByDomain, ContactSettings};
use sim::imis::{Edition, Effect, Fault, Settings};
use tests::world::{PASSWORD, Plan, World};

#[tokio::test]
async fn the_people_on_the_message_are_shown_with_why_they_matched_and_the_rest_is_counted() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    pane.open_message("Papers for the committee").await;
    pane.sees("Ada Lovelace").await;
    pane.sees("José Núñez").await;
    pane.sees("Primary e-mail ada.lovelace@example.org").await;
    pane.sees("1 of 3 not in iMIS").await;
}

#[tokio::test]
async fn somebody_who_writes_from_another_address_is_found_by_it() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    pane.open_message("Writing from home").await;
    pane.sees("Grace Hopper").await;
    pane.sees("Other e-mail grace@home.example").await;
}

#[tokio::test]
async fn one_of_two_contacts_on_an_address_is_chosen_and_only_that_one_is_saved_to() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    pane.open_message("Two of us share this address").await;
    pane.sees("2 contacts share office@harbour.example. Choose one.").await;
    pane.sees("Choose a contact first").await;
    pane.choose("Tom Harbour").await;
    pane.press("Save as interaction").await;
    pane.headed("Saved to iMIS").await;
    let recipients = world.imis.ledger().created("CommunicationLogRecipient");
    assert_eq!(recipients.len(), 1);
    assert!(recipients[0].stored.to_string().contains("106"), "{}", recipients[0].stored);
}

#[tokio::test]
async fn switches_narrow_the_list_and_bring_back_whom_one_left_out() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    pane.open_message("Papers for the committee").await;
    pane.sees("To 2 contacts").await;
    pane.press("Leave out José Núñez").await;
    pane.sees("To 1 contact").await;
    pane.press("Put back José Núñez").await;
    pane.sees("To 2 contacts").await;
    pane.press("Leave out José Núñez").await;
    pane.toggle("Cc").await;
    pane.no_longer_sees("José Núñez").await;
    pane.toggle("Cc").await;
    pane.sees("To 2 contacts").await;
}

#[tokio::test]
async fn a_look_up_that_failed_is_said_and_tried_again() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    pane.sees("Hannah Weiss").await;
    world
        .imis
        .faults()
        .add(Fault::once(Effect::ServerError { stored: sim::imis::Stored::No }).on("GET", "Party").always());
    pane.open_message("Writing from home").await;
    pane.sees("We couldn't reach iMIS").await;
    world.imis.faults().clear();
    pane.press("Try again").await;
    pane.sees("Grace Hopper").await;
}

#[tokio::test]
async fn five_hundred_addresses_are_looked_up_and_the_list_stays_short() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    pane.open_message("To all delegates").await;
    pane.sees("499 of 500 not in iMIS").await;
    pane.press("499 of 500 not in iMIS").await;
    pane.sees("delegate499@").await;
}

#[tokio::test]
async fn the_2017_edition_matches_as_well_for_everybody_whatever_else_they_may_do() {
    let imis = Settings { edition: Edition::Imis2017, ..Settings::default() };
    let world = World::of(Plan { imis, ..Plan::default() }).await;
    for user in ["STAFF1", "READER1"] {
        let pane = world.pane().await;
        pane.sign_in(user, PASSWORD).await;
        pane.open_message("Papers for the committee").await;
        pane.sees("1 of 3 not in iMIS").await;
        pane.sees("Primary e-mail ada.lovelace@example.org").await;
        pane.sees("Primary e-mail jose.nunez@example.org").await;
        pane.open_message("Writing from home").await;
        pane.sees("Other e-mail grace@home.example").await;
        pane.open_message("Two of us share this address").await;
        pane.sees("2 contacts share office@harbour.example. Choose one.").await;
    }
}

#[tokio::test]
async fn a_choice_is_remembered_for_everybody_at_the_site_until_it_is_forgotten() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    pane.open_message("Two of us share this address").await;
    pane.sees("Choose one.").await;
    pane.choose("Tom Harbour").await;
    pane.sees("Remembered for everyone at this site.").await;
    let other = world.pane().await;
    other.sign_in("MANAGER", PASSWORD).await;
    other.open_message("Two of us share this address").await;
    other.sees("chosen for everyone at this site").await;
    other.sees("To 1 contact").await;
    other.press("Forget whom office@harbour.example means").await;
    other.no_longer_sees("Remembered for everyone at this site.").await;
    pane.open_message("Writing from home").await;
    pane.sees("Grace Hopper").await;
    pane.open_message("Two of us share this address").await;
    pane.sees("Choose one.").await;
}

#[tokio::test]
async fn an_address_that_is_never_to_be_matched_stays_out_for_this_person_alone_until_taken_back() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    pane.open_message("Papers for the committee").await;
    pane.sees("To 2 contacts").await;
    pane.press("Leave out José Núñez").await;
    pane.press("Never match jose.nunez@example.org again").await;
    pane.sees("jose.nunez@example.org is never matched.").await;
    pane.open_message("Writing from home").await;
    pane.sees("Grace Hopper").await;
    pane.open_message("Papers for the committee").await;
    pane.sees("jose.nunez@example.org is never matched.").await;
    pane.sees("To 1 contact").await;
    let other = world.pane().await;
    other.sign_in("MANAGER", PASSWORD).await;
    other.open_message("Papers for the committee").await;
    other.sees("To 2 contacts").await;
    pane.press("Match jose.nunez@example.org again").await;
    pane.sees("To 2 contacts").await;
}

/// A mailbox with one message, from somebody at Acme whom iMIS does not know.
fn from_a_stranger() -> (std::path::PathBuf, sim::outlook::MailSource) {
    let folder = std::env::temp_dir().join(format!("imis-outlook-mail-{}", uuid::Uuid::new_v4()));
    std::fs::create_dir_all(&folder).expect("a temporary folder can be made");
    let mail = "From: New Person <new.person@acme.example>\r\nTo: staff1@association.example, friend@gmail.com\r\n\
        Subject: From a stranger\r\nMessage-ID: <new-1@acme.example>\r\nDate: Fri, 20 Nov 2026 10:00:00 +0000\r\n\
        Content-Type: text/plain\r\n\r\nHello\r\n";
    std::fs::write(folder.join("stranger.eml"), mail).expect("it can be written");
    (folder.clone(), sim::outlook::MailSource::Folder(folder))
}

/// Puts an organisation into iMIS that is with a public mail provider, as many a club is.
async fn store_the_club(world: &World) {
    let client = reqwest::Client::new();
    let address = |path: &str| world.imis.url().join(path).expect("a constant path");
    let credentials = [("grant_type", "password"), ("username", "STAFF1"), ("password", PASSWORD)];
    let answer = client.post(address("token")).form(&credentials).send().await.expect("iMIS answers");
    let token: serde_json::Value = answer.json().await.expect("in JSON");
    let club = json!({
        "$type": "Asi.Soa.Membership.DataContracts.OrganizationData, Asi.Contracts",
        "OrganizationName": "Rowing Club",
        "Emails": { "$values": [{ "Address": "rowers@gmail.com", "EmailType": "_Primary", "IsPrimary": true }] },
    });
    let token = token["access_token"].as_str().expect("a token");
    let stored = client.post(address("api/Party")).bearer_auth(token).json(&club).send().await.expect("iMIS answers");
    assert_eq!(stored.status().as_u16(), 201);
}

#[tokio::test]
async fn the_organisation_of_a_stranger_is_guessed_by_domain_where_the_site_wants_that() {
    for (edition, by_domain) in
        [(Edition::Ems, ByDomain::Guessed), (Edition::Imis2017, ByDomain::Guessed), (Edition::Ems, ByDomain::Off)]
    {
        let (folder, mail) = from_a_stranger();
        let contacts = ContactSettings { organisations_by_domain: by_domain, ..ContactSettings::default() };
        let imis = Settings { edition, ..Settings::default() };
        let world = World::of(Plan { imis, mail, contacts, ..Plan::default() }).await;
        store_the_club(&world).await;
        let pane = world.signed_in().await;
        pane.open_message("From a stranger").await;
        pane.sees("2 of 2 not in iMIS").await;
        if by_domain == ByDomain::Off {
            assert!(!pane.text().await.contains("Acme Institute"));
        } else {
            pane.sees("Others at acme.example belong to it").await;
            pane.press("Add Acme Institute").await;
            pane.sees("To 1 contact").await;
            pane.sees("Added by you").await;
        }
        assert!(!pane.text().await.contains("Rowing Club"), "everybody may be at gmail.com");
        let _ = std::fs::remove_dir_all(folder);
    }
}

#[tokio::test]
async fn who_is_at_a_domain_of_the_sites_own_is_a_colleague_and_no_contact() {
    for (edition, user) in [(Edition::Ems, "STAFF1"), (Edition::Imis2017, "READER1")] {
        let contacts = ContactSettings { own_domains: vec!["example.org".to_owned()], ..ContactSettings::default() };
        let imis = Settings { edition, ..Settings::default() };
        let world = World::of(Plan { imis, contacts, ..Plan::default() }).await;
        let pane = world.pane().await;
        pane.sign_in(user, PASSWORD).await;
        pane.open_message("Writing from home").await;
        pane.sees("Grace Hopper").await;
        pane.open_message("Papers for the committee").await;
        pane.sees("1 of 1 not in iMIS").await;
        let said = pane.text().await;
        assert!(!said.contains("Primary e-mail") && !said.contains("José Núñez"), "a colleague is listed: {said}");
    }
}

#[tokio::test]
async fn the_name_of_a_person_opens_their_card() {
    let world = World::start().await;
    let pane = world.signed_in().await;
    pane.open_message("Papers for the committee").await;
    pane.press("Open José Núñez").await;
    pane.headed("Contact").await;
    pane.sees("jose.nunez@example.org").await;
    pane.press("Back").await;
    pane.sees("To 2 contacts").await;
}
