//! A contact's card and picture.

use crate::world::{World, code};
use api::{Card, ContactId, ContactKind, GetCard, GetPicture, Problem, ProblemCode};
use sim::imis::{Edition, Effect, Fault, Settings};

fn id(id: &str) -> ContactId {
    ContactId(id.to_owned())
}

async fn with_profiles(edition: Edition) -> World {
    World::with(Settings { edition, ..Settings::default() }, |config| {
        let page = "https://staff.example.org/Account_Page_Staff.aspx";
        config.sites[0].contacts.profile_url = Some(page.parse().unwrap());
    })
    .await
}

async fn card(world: &World, user: &str, contact: &str) -> Result<Card, Problem> {
    world.sign_in_as(user).await.call(&GetCard { contact: id(contact) }).await
}

#[tokio::test]
async fn a_card_tells_all_there_is_on_both_editions() {
    for edition in [Edition::Ems, Edition::Imis2017] {
        let world = with_profiles(edition).await;
        let card = card(&world, "READER1", "124").await.unwrap();
        assert_eq!((card.contact.kind, card.emails.len(), card.addresses.len()), (ContactKind::Person, 6, 3));
        assert!(card.emails[0].primary && card.emails[0].kind.is_empty());
        assert!(card.emails[1..].iter().all(|email| !email.primary));
        assert!(
            card.phones.len() >= 5 && card.phones.iter().any(|phone| phone.kind == "Work Phone"),
            "{:?}",
            card.phones.len()
        );
        assert!(card.addresses.iter().any(|address| !address.postal.lines.is_empty()));
        assert!(card.website.unwrap().starts_with("http"));
        let name = card.person.unwrap();
        assert_eq!((name.first.as_str(), name.last.as_str()), ("Rupert", "Manifold"));
        let profile = card.profile_url.unwrap();
        assert_eq!(profile, "https://staff.example.org/Account_Page_Staff.aspx?ID=124");
        assert!(card.updated_by.is_some() && card.updated_at.is_some());
        let ada = self::card(&world, "READER1", "101").await.unwrap();
        assert_eq!(ada.organisation_id, Some(id("200")));
        let acme = self::card(&world, "READER1", "200").await.unwrap();
        assert_eq!((acme.contact.kind, acme.person), (ContactKind::Organisation, None));
        assert_eq!(acme.website.as_deref(), Some("https://www.acme.example/"));
    }
}

#[tokio::test]
async fn a_card_is_the_time_of_one_call() {
    let latency = std::time::Duration::from_millis(60);
    let world = World::with(Settings { latency, ..Settings::default() }, |_| {}).await;
    let person = world.sign_in_as("STAFF1").await;
    world.imis.ledger().forget_requests();
    person.call(&GetCard { contact: id("101") }).await.unwrap();
    assert_eq!(world.imis.ledger().waves().len(), 1);
}

#[tokio::test]
async fn whoever_wants_no_email_is_marked_and_whoever_wants_no_newsletter_may_be_written_to() {
    let world = World::new().await;
    let carla = card(&world, "STAFF1", "123").await.unwrap();
    assert!(carla.no_email && carla.marks.len() >= 2, "{:?}", carla.marks);
    let lukasz = card(&world, "STAFF1", "112").await.unwrap();
    assert_eq!((lukasz.no_email, lukasz.marks.len()), (false, 1), "{:?}", lukasz.marks);
    let ada = card(&world, "STAFF1", "101").await.unwrap();
    assert!(!ada.no_email && ada.marks.is_empty());
}

#[tokio::test]
async fn what_is_no_id_never_reaches_imis() {
    let world = World::new().await;
    let person = world.sign_in_as("STAFF1").await;
    world.imis.ledger().forget_requests();
    for forged in [
        "",
        "../User",
        "101/../102",
        "101?x",
        "%2e%2e",
        "1 1",
        "101|102",
        "~101",
        "ä",
        &"1".repeat(65),
        "in:1",
        "1\u{0}",
    ] {
        let problem = person.call(&GetCard { contact: id(forged) }).await.unwrap_err();
        assert_eq!((problem.code, problem.field.as_deref()), (ProblemCode::Invalid, Some("contact")), "{forged}");
        assert_eq!(code(person.call(&GetPicture { contact: id(forged) }).await), ProblemCode::Invalid, "{forged}");
    }
    assert!(world.imis.ledger().requests().is_empty());
}

#[tokio::test]
async fn what_imis_does_not_show_is_not_shown() {
    let world = World::new().await;
    assert_eq!(code(card(&world, "STAFF1", "999999").await), ProblemCode::NotFound);
    for (effect, expected) in [
        (Effect::Refused, ProblemCode::Forbidden),
        (Effect::Html, ProblemCode::ImisNotUnderstood),
        // Another's card under this id.
        (
            Effect::Json(r#"{"$type":"PersonData","PartyId":"102","Name":"Somebody Else"}"#.to_owned()),
            ProblemCode::NotFound,
        ),
    ] {
        world.imis.faults().add(Fault::once(effect).on("GET", "Party"));
        assert_eq!(code(card(&world, "STAFF1", "101").await), expected);
    }
}

#[tokio::test]
async fn a_picture_is_shown_if_it_is_one() {
    for edition in [Edition::Ems, Edition::Imis2017] {
        let world = World::with(Settings { edition, ..Settings::default() }, |_| {}).await;
        let person = world.sign_in_as("READER1").await;
        for (contact, kind) in [
            ("101", Some("data:image/png;base64,")),
            ("107", Some("data:image/jpeg;base64,")),
            ("200", Some("data:image/png;base64,")),
            ("122", None),
            ("125", None),
            ("126", None),
        ] {
            let picture = person.call(&GetPicture { contact: id(contact) }).await.unwrap();
            match kind {
                Some(kind) => assert!(picture.data_url.unwrap().starts_with(kind), "{contact}"),
                None => assert_eq!(picture.data_url, None, "{contact}"),
            }
        }
    }
}

#[tokio::test]
async fn what_one_person_is_not_shown_is_shown_to_others() {
    let world = World::new().await;
    let (reader, staff) = (world.sign_in_as("READER1").await, world.sign_in_as("STAFF1").await);
    let ask = GetCard { contact: id("112") };
    let nothing = r#"{"Items":[],"TotalCount":0,"HasNext":false,"NextOffset":0}"#.to_owned();
    world.imis.faults().add(Fault::once(Effect::Json(nothing)).on("GET", "CommunicationType"));
    assert!(reader.call(&ask).await.unwrap().marks.is_empty(), "nobody can name it");
    assert_eq!(staff.call(&ask).await.unwrap().marks.len(), 1);
    assert_eq!(reader.call(&ask).await.unwrap().marks.len(), 1, "and nothing is no answer to be kept");
}
