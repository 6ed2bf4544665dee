//! Matching beyond finding: own addresses, a never list, choices for everybody, organisations by domain.

use crate::world::{Person, World, code};
use api::{
    ContactId, EmailAddress, GetSettledAddresses, MatchContacts, Matches, Matching, ProblemCode, RememberChoice,
    SettleAddress, SettledAddresses,
};
use server::config::ByDomain;
use sim::imis::{Edition, Effect, Fault, Settings, people::SHARED_ADDRESS};

fn email(address: &str) -> EmailAddress {
    EmailAddress::parse(address).unwrap()
}

async fn find(person: &Person<'_>, addresses: &[&str]) -> Matches {
    person.call(&MatchContacts { addresses: addresses.iter().map(|address| email(address)).collect() }).await.unwrap()
}

fn remembered(matches: &Matches) -> Vec<&str> {
    matches.found.iter().filter(|found| found.remembered).map(|found| found.contact.id.0.as_str()).collect()
}

fn choice(address: &str, contact: Option<&str>) -> RememberChoice {
    RememberChoice { address: email(address), contact: contact.map(|id| ContactId(id.to_owned())) }
}

fn settle(address: &str, matching: Matching) -> SettleAddress {
    SettleAddress { address: email(address), matching }
}

#[tokio::test]
async fn a_choice_among_several_is_remembered_for_everybody_at_the_site() {
    for edition in [Edition::Ems, Edition::Imis2017] {
        let mut world = World::with(Settings { edition, ..Settings::default() }, |_| {}).await;
        let token = {
            let one = world.sign_in_as("STAFF1").await;
            assert!(remembered(&find(&one, &[SHARED_ADDRESS]).await).is_empty());
            one.call(&choice(SHARED_ADDRESS, Some("106"))).await.unwrap();
            let other = world.sign_in_as("READER1").await;
            assert_eq!(remembered(&find(&other, &[SHARED_ADDRESS]).await), ["106"]);
            other.token
        };
        world.restart().await;
        let other = world.person(&token);
        assert_eq!(remembered(&find(&other, &[SHARED_ADDRESS]).await), ["106"]);
        other.call(&choice(SHARED_ADDRESS, Some("105"))).await.unwrap();
        assert_eq!(remembered(&find(&other, &[SHARED_ADDRESS]).await), ["105"]);
        other.call(&choice(SHARED_ADDRESS, None)).await.unwrap();
        assert!(remembered(&find(&other, &[SHARED_ADDRESS]).await).is_empty());
    }
}

#[tokio::test]
async fn a_choice_must_be_among_those_who_have_the_address() {
    let world = World::new().await;
    let person = world.sign_in_as("STAFF1").await;
    for forged in ["101", "999999", "../x"] {
        let problem = person.call(&choice(SHARED_ADDRESS, Some(forged))).await.unwrap_err();
        assert_eq!((problem.code, problem.field.as_deref()), (ProblemCode::Invalid, Some("contact")), "{forged}");
    }
    // One that iMIS no longer gives for the address does not count.
    person.call(&choice(SHARED_ADDRESS, Some("106"))).await.unwrap();
    let alone = r#"{"Items":{"$values":[
        {"$type":"PersonData","PartyId":"105","Name":"Ruth","Email":"office@harbour.example"},
        {"$type":"PersonData","PartyId":"300","Name":"New","Email":"office@harbour.example"}]}}"#;
    world.imis.faults().add(Fault::once(Effect::Json(alone.to_owned())).on("GET", "Party").always());
    let found = find(&person, &[SHARED_ADDRESS]).await;
    assert_eq!((found.found.len(), remembered(&found).len()), (2, 0));
}

#[tokio::test]
async fn a_choice_is_forgotten_by_whoever_sees_whom_it_is_about_and_both_are_noted() {
    let world = World::new().await;
    let person = world.sign_in_as("STAFF1").await;
    person.call(&choice(SHARED_ADDRESS, Some("106"))).await.unwrap();
    // Nobody is there for somebody else, or iMIS does not say.
    let nobody = Effect::Json(r#"{"Items":{"$values":[]},"TotalCount":0}"#.to_owned());
    for (effect, expected) in [(nobody, ProblemCode::Invalid), (Effect::Refused, ProblemCode::Forbidden)] {
        let other = world.sign_in_as("READER1").await;
        world.imis.faults().add(Fault::once(effect).on("GET", "Party").always());
        assert_eq!(code(other.call(&choice(SHARED_ADDRESS, None)).await), expected);
        world.imis.faults().clear();
        assert_eq!(remembered(&find(&other, &[SHARED_ADDRESS]).await), ["106"]);
    }
    person.call(&choice(SHARED_ADDRESS, None)).await.unwrap();
    let lines = world.audit().await.into_iter().filter(|line| line["event"] == "address_settled");
    let lines: Vec<_> =
        lines.map(|line| (line["user"].clone(), line["contact"].clone(), line["settled"].clone())).collect();
    let line = |settled: bool| ("staff1".into(), "106".into(), settled.into());
    assert_eq!(lines, [line(true), line(false)]);
}

#[tokio::test]
async fn an_address_on_the_never_list_is_not_looked_for_and_the_list_is_ones_own() {
    let world = World::new().await;
    let person = world.sign_in_as("STAFF1").await;
    person.call(&settle("Ada.Lovelace@example.org", Matching::Never)).await.unwrap();
    let addresses = ["ada.lovelace@example.org", "tanaka@example.jp"];
    let found = find(&person, &addresses).await;
    assert_eq!((found.never, found.found.len()), (vec![email("ada.lovelace@example.org")], 1));
    world.imis.ledger().forget_requests();
    let found = find(&person, &addresses[..1]).await;
    assert!(found.found.is_empty() && found.domains.is_empty());
    assert!(world.imis.ledger().requests().is_empty());
    let other = world.sign_in_as("READER1").await;
    assert_eq!(find(&other, &addresses).await.found.len(), 2);
    person.call(&settle("ada.lovelace@example.org", Matching::Always)).await.unwrap();
    assert_eq!(find(&person, &addresses).await.found.len(), 2);
}

#[tokio::test]
async fn the_lists_are_shown_and_an_address_is_on_one_of_them_at_most() {
    let mut world = World::new().await;
    let token = {
        let person = world.sign_in_as("STAFF1").await;
        for (address, matching) in [
            ("tanaka@example.jp", Matching::Never),
            ("news@list.example", Matching::Never),
            ("ada.lovelace@example.org", Matching::Never),
            ("ada.lovelace@example.org", Matching::Own),
        ] {
            person.call(&settle(address, matching)).await.unwrap();
        }
        person.token
    };
    world.restart().await;
    let person = world.person(&token);
    let listed = |never: &[&str], own: &[&str]| SettledAddresses {
        never: never.iter().map(|address| email(address)).collect(),
        own: own.iter().map(|address| email(address)).collect(),
    };
    let kept = person.call(&GetSettledAddresses).await.unwrap();
    assert_eq!(kept, listed(&["news@list.example", "tanaka@example.jp"], &["ada.lovelace@example.org"]));
    let found = find(&person, &["ada.lovelace@example.org", "tanaka@example.jp", "grace@home.example"]).await;
    assert_eq!((found.own, found.never.len(), found.found.len()), (kept.own, 1, 1));
    let other = world.sign_in_as("READER1").await;
    assert_eq!(other.call(&GetSettledAddresses).await.unwrap(), SettledAddresses::default());
    for address in ["news@list.example", "tanaka@example.jp", "ada.lovelace@example.org"] {
        person.call(&settle(address, Matching::Always)).await.unwrap();
    }
    assert_eq!(person.call(&GetSettledAddresses).await.unwrap(), SettledAddresses::default());
    assert_eq!(find(&person, &["ada.lovelace@example.org", "tanaka@example.jp"]).await.found.len(), 2);
}

#[tokio::test]
async fn own_addresses_are_told_and_not_offered() {
    let world = World::with(Settings::default(), |config| {
        config.sites[0].contacts.own_domains = vec!["harbour.example".to_owned()];
    })
    .await;
    let person = world.sign_in_as("STAFF1").await;
    let me = person.call(&api::GetMe).await.unwrap().contact;
    let mine = person.call(&api::GetCard { contact: me }).await.unwrap().contact.email.unwrap();
    let addresses =
        [mine.as_str(), SHARED_ADDRESS, "x@sub.harbour.example", "x@notharbour.example", "tanaka@example.jp"];
    let found = find(&person, &addresses).await;
    let own: std::collections::HashSet<_> = found.own.iter().map(EmailAddress::as_str).collect();
    assert_eq!(own, [mine.as_str(), SHARED_ADDRESS, "x@sub.harbour.example"].into());
    assert_eq!(found.found.len(), 1, "{found:?}");
}

#[tokio::test]
async fn the_organisation_of_somebody_unknown_is_guessed_by_the_domain() {
    for edition in [Edition::Ems, Edition::Imis2017] {
        let world = World::with(Settings { edition, ..Settings::default() }, |_| {}).await;
        let person = world.sign_in_as("READER1").await;
        let found = find(&person, &["new.person@acme.example", "grace.hopper@acme.example", "x@gmail.com"]).await;
        let guesses: Vec<_> =
            found.domains.iter().map(|guess| (guess.domain.as_str(), guess.organisations[0].id.0.as_str())).collect();
        assert_eq!(guesses, [("acme.example", "200")]);
        // Nobody is missing, so nothing is guessed.
        assert!(find(&person, &["grace.hopper@acme.example"]).await.domains.is_empty());
    }
}

#[tokio::test]
async fn a_site_may_have_no_guesses_and_public_providers_are_never_asked_about() {
    let world = World::with(Settings::default(), |config| {
        config.sites[0].contacts.organisations_by_domain = ByDomain::Off;
    })
    .await;
    let person = world.sign_in_as("STAFF1").await;
    assert!(find(&person, &["new.person@acme.example"]).await.domains.is_empty());
    let world = World::new().await;
    let person = world.sign_in_as("STAFF1").await;
    find(&person, &["x@gmail.com"]).await;
    world.imis.ledger().forget_requests();
    find(&person, &["x@gmail.com", "y@yahoo.co.uk", "z@mail.gmx.de"]).await;
    assert_eq!(world.imis.ledger().requests().len(), 3, "one for each address");
}

#[tokio::test]
async fn all_of_it_takes_the_time_of_one_call() {
    let latency = std::time::Duration::from_millis(60);
    let world = World::with(Settings { latency, ..Settings::default() }, |_| {}).await;
    let person = world.sign_in_as("STAFF1").await;
    world.imis.ledger().forget_requests();
    find(&person, &["a@acme.example", "b@harbour.example", SHARED_ADDRESS, "c@elsewhere.example"]).await;
    assert_eq!(world.imis.ledger().waves().len(), 1);
}

#[tokio::test]
async fn a_guess_that_fails_costs_nothing_else() {
    let world = World::new().await;
    let person = world.sign_in_as("STAFF1").await;
    for after in 0..4 {
        world.imis.faults().add(Fault::once(Effect::Html).on("GET", "Party").after(after));
        let found = find(&person, &["tanaka@example.jp", "x@acme.example"]).await;
        assert!(found.found.len() == 1 || !found.failed.is_empty(), "{found:?}");
        world.imis.faults().clear();
    }
    world.imis.faults().add(Fault::once(Effect::Html).on("GET", "Party").always());
    let asked = MatchContacts { addresses: vec![email("x@acme.example")] };
    assert_eq!(code(person.call(&asked).await), ProblemCode::ImisNotUnderstood);
}
