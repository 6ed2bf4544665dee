//! Adding a contact and changing one, under one's own rights and exactly once.

use crate::world::{Person, World, code};
use api::{
    AddContact, AddId, Contact, ContactChange, ContactField, ContactId, ContactKind, EmailAddress, FindLikely, GetCard,
    GetContactOptions, Likeness, NewContact, PersonName, Phone, PostalAddress, ProblemCode, UpdateContact,
};
use sim::imis::{Edition, Effect, Fault, Settings, Stored};
use std::time::Duration;

pub(crate) fn jane() -> NewContact {
    NewContact {
        kind: ContactKind::Person,
        person: PersonName { first: "Jane".to_owned(), last: "Newcomer".to_owned(), ..PersonName::default() },
        organisation_name: String::new(),
        organisation: Some(ContactId("200".to_owned())),
        title: "Director".to_owned(),
        email: EmailAddress::parse("jane.newcomer@acme.example").ok(),
        phones: vec![Phone { kind: "Work Phone".to_owned(), number: "+1 512 555 0199".to_owned() }],
        address: PostalAddress {
            lines: vec!["1 Main St".to_owned()],
            city: "Austin".to_owned(),
            postal_code: "78701".to_owned(),
            country: "US".to_owned(),
            ..PostalAddress::default()
        },
        website: "https://jane.example".to_owned(),
    }
}

pub(crate) fn id() -> AddId {
    AddId(uuid::Uuid::new_v4().to_string())
}

pub(crate) fn add(add: &AddId, contact: NewContact) -> AddContact {
    AddContact { add: add.clone(), contact }
}

pub(crate) async fn impatient(edition: Edition) -> World {
    World::with(Settings { edition, ..Settings::default() }, |config| {
        config.limits.imis_write = Duration::from_millis(400);
    })
    .await
}

/// How many contacts have Jane's address by now.
pub(crate) async fn janes(person: &Person<'_>) -> usize {
    let asked = api::MatchContacts { addresses: vec![jane().email.unwrap()] };
    person.call(&asked).await.unwrap().found.len()
}

#[tokio::test]
async fn a_contact_is_added_with_all_that_was_typed_on_both_editions() {
    for edition in [Edition::Ems, Edition::Imis2017] {
        let world = impatient(edition).await;
        let person = world.sign_in_as("STAFF1").await;
        let added = person.call(&add(&id(), jane())).await.unwrap();
        let card = person.call(&GetCard { contact: added.id.clone() }).await.unwrap();
        let name = card.person.unwrap();
        assert_eq!((name.first.as_str(), name.last.as_str()), ("Jane", "Newcomer"));
        assert_eq!(card.organisation_id, Some(ContactId("200".to_owned())));
        assert_eq!(
            (card.contact.organisation.as_deref(), card.contact.title.as_deref()),
            (Some("Acme Institute"), Some("Director"))
        );
        assert_eq!(card.contact.email, jane().email);
        assert_eq!((card.phones[0].kind.as_str(), card.phones[0].number.as_str()), ("Work Phone", "+1 512 555 0199"));
        assert_eq!(card.addresses[0].postal.lines, ["1 Main St"]);
        assert_eq!(card.website.as_deref(), Some("https://jane.example/"));
        let acme =
            NewContact { kind: ContactKind::Organisation, organisation_name: "Newcomers Ltd".to_owned(), ..empty() };
        let added = person.call(&add(&id(), acme)).await.unwrap();
        assert_eq!((added.kind, added.name.as_str()), (ContactKind::Organisation, "Newcomers Ltd"));
    }
}

fn empty() -> NewContact {
    NewContact {
        person: PersonName::default(),
        organisation: None,
        title: String::new(),
        email: None,
        phones: Vec::new(),
        address: PostalAddress::default(),
        website: String::new(),
        ..jane()
    }
}

#[tokio::test]
async fn whatever_goes_wrong_a_retry_leaves_exactly_one_contact() {
    for edition in [Edition::Ems, Edition::Imis2017] {
        for effect in [
            Effect::ServerError { stored: Stored::Yes },
            Effect::ServerError { stored: Stored::No },
            Effect::ResetAfterStore,
            Effect::ResetBeforeStore,
            Effect::Truncated,
            Effect::HangForever,
            Effect::Html,
            Effect::Unauthorized,
            Effect::Unavailable,
        ] {
            let world = impatient(edition).await;
            let person = world.sign_in_as("STAFF1").await;
            world.imis.faults().add(Fault::once(effect.clone()).on("POST", "Party"));
            let asked = add(&id(), jane());
            let mut added = person.call(&asked).await;
            if let Err(problem) = &added {
                let expected = [ProblemCode::Unknown, ProblemCode::Busy];
                assert!(expected.contains(&problem.code), "{effect:?}: {problem:?}");
                world.wait(problem.retry_after_s);
                added = person.call(&asked).await;
            }
            let added = added.unwrap();
            assert_eq!(janes(&person).await, 1, "{effect:?}");
            // However often it is asked again.
            assert_eq!(person.call(&asked).await.unwrap().id, added.id, "{effect:?}");
            assert_eq!(janes(&person).await, 1, "{effect:?}");
        }
    }
}

#[tokio::test]
async fn a_retry_after_a_restart_adds_nobody_twice() {
    let mut world = impatient(Edition::Ems).await;
    let asked = add(&id(), jane());
    let token = {
        let person = world.sign_in_as("STAFF1").await;
        world.imis.faults().add(Fault::once(Effect::ResetAfterStore).on("POST", "Party"));
        // Nor can anybody look afterwards.
        world.imis.faults().add(Fault::once(Effect::Html).on("GET", "Party").after(2).times(3));
        assert_eq!(code(person.call(&asked).await), ProblemCode::Unknown);
        person.token
    };
    world.imis.faults().clear();
    world.restart().await;
    let person = world.person(&token);
    person.call(&asked).await.unwrap();
    assert_eq!(janes(&person).await, 1);
}

#[tokio::test]
async fn somebody_of_the_same_name_and_address_is_not_taken_for_the_one_added() {
    let world = impatient(Edition::Ems).await;
    let person = world.sign_in_as("STAFF1").await;
    let first = person.call(&add(&id(), jane())).await.unwrap();
    world.imis.faults().add(Fault::once(Effect::ServerError { stored: Stored::No }).on("POST", "Party"));
    let asked = add(&id(), jane());
    assert_eq!(code(person.call(&asked).await), ProblemCode::Unknown);
    let second = person.call(&asked).await.unwrap();
    assert_ne!(first.id, second.id);
    assert_eq!(janes(&person).await, 2);
}

#[tokio::test]
async fn the_same_name_for_another_contact_is_refused() {
    let world = impatient(Edition::Ems).await;
    let person = world.sign_in_as("STAFF1").await;
    let name = id();
    person.call(&add(&name, jane())).await.unwrap();
    let other = NewContact { title: "Chair".to_owned(), ..jane() };
    assert_eq!(code(person.call(&add(&name, other)).await), ProblemCode::Conflict);
    for forged in ["", "1", "../x", &"a".repeat(65)] {
        assert_eq!(code(person.call(&add(&AddId(forged.to_owned()), jane())).await), ProblemCode::Invalid);
    }
}

#[tokio::test]
async fn what_imis_finds_wrong_comes_with_its_field() {
    for edition in [Edition::Ems, Edition::Imis2017] {
        let world = impatient(edition).await;
        let person = world.sign_in_as("STAFF1").await;
        let wrong = NewContact {
            phones: vec![Phone { kind: "Mobile".to_owned(), number: "1".repeat(60) }],
            person: PersonName { last: "x".repeat(100), ..jane().person },
            ..jane()
        };
        let asked = add(&id(), wrong);
        let problem = person.call(&asked).await.unwrap_err();
        let fields: Vec<_> = problem.fields.iter().map(|field| field.field.as_str()).collect();
        assert!(fields.contains(&"last_name") && fields.contains(&"phone"), "{problem:?}");
        assert!(problem.fields.iter().all(|field| !field.message.is_empty()));
        // Nothing was added, so the same name serves for the mended contact.
        person.call(&add(&asked.add, jane())).await.unwrap();
    }
}

#[tokio::test]
async fn what_can_never_be_right_is_refused_before_imis_is_asked() {
    let world = impatient(Edition::Ems).await;
    let person = world.sign_in_as("STAFF1").await;
    world.imis.ledger().forget_requests();
    let named = |first: &str, last: &str| PersonName {
        first: first.to_owned(),
        last: last.to_owned(),
        ..PersonName::default()
    };
    for (contact, field) in [
        (NewContact { person: named(" ", "x"), ..jane() }, "first_name"),
        (NewContact { person: named("x", ""), ..jane() }, "last_name"),
        (NewContact { person: named("x\u{0}", "y"), ..jane() }, "first_name"),
        (NewContact { kind: ContactKind::Organisation, ..jane() }, "organisation_name"),
        (NewContact { organisation: Some(ContactId("../200".to_owned())), ..jane() }, "organisation"),
        (NewContact { title: "x".repeat(10_000), ..jane() }, "title"),
        (NewContact { website: "a\r\nb".to_owned(), ..jane() }, "website"),
        (NewContact { phones: vec![Phone { kind: String::new(), number: "1".to_owned() }; 11], ..jane() }, "phone"),
    ] {
        let problem = person.call(&add(&id(), contact)).await.unwrap_err();
        assert_eq!((problem.code, problem.field.as_deref()), (ProblemCode::Invalid, Some(field)));
    }
    assert!(world.imis.ledger().requests().is_empty());
    // A person is no organisation, and what is not there is none.
    for organisation in ["101", "999999"] {
        let contact = NewContact { organisation: Some(ContactId(organisation.to_owned())), ..jane() };
        let problem = person.call(&add(&id(), contact)).await.unwrap_err();
        assert_eq!((problem.code, problem.field.as_deref()), (ProblemCode::Invalid, Some("organisation")));
    }
    assert_eq!(janes(&person).await, 0);
}

#[tokio::test]
async fn who_may_add_and_change_is_decided_by_imis_and_by_the_sites_roles() {
    let world = impatient(Edition::Ems).await;
    let reader = world.sign_in_as("READER1").await;
    assert_eq!(code(reader.call(&add(&id(), jane())).await), ProblemCode::Forbidden);
    assert_eq!(code(reader.call(&title("101", "Analyst", "Boss")).await), ProblemCode::Forbidden);
    let options = reader.call(&GetContactOptions).await.unwrap();
    assert!(!options.may_add && !options.may_change && options.organisations_by_domain);
    let staff = world.sign_in_as("STAFF1").await;
    let options = staff.call(&GetContactOptions).await.unwrap();
    assert!(options.may_add && options.may_change && options.phone_kinds.contains(&"Mobile".to_owned()));
    let world = World::with(Settings::default(), |config| {
        config.sites[0].contacts.add_roles = vec!["sysadmin".to_owned()];
        config.sites[0].contacts.change_roles = vec!["Registrars".to_owned(), "SysAdmin".to_owned()];
    })
    .await;
    let staff = world.sign_in_as("STAFF1").await;
    let options = staff.call(&GetContactOptions).await.unwrap();
    assert!(!options.may_add && !options.may_change);
    assert_eq!(code(staff.call(&add(&id(), jane())).await), ProblemCode::Forbidden);
    assert_eq!(code(staff.call(&title("101", "Analyst", "Boss")).await), ProblemCode::Forbidden);
    assert_eq!((janes(&staff).await, world.audited("refused").await), (0, 2));
    let manager = world.sign_in_as("MANAGER").await;
    assert!(manager.call(&GetContactOptions).await.unwrap().may_add);
    manager.call(&add(&id(), jane())).await.unwrap();
    manager.call(&title("101", "Analyst", "Boss")).await.unwrap();
    let lines = world.audit().await;
    let added = lines.iter().find(|line| line["event"] == "contact_added" && line["outcome"] == "saved").unwrap();
    assert_eq!(added["user"], "manager");
    assert!(!lines.iter().any(|line| line.to_string().contains("Newcomer") || line.to_string().contains("Boss")));
}

#[tokio::test]
async fn likely_duplicates_are_shown_with_what_speaks_for_them() {
    for edition in [Edition::Ems, Edition::Imis2017] {
        let world = impatient(edition).await;
        let person = world.sign_in_as("READER1").await;
        let ada = NewContact {
            person: PersonName { first: "Ada".to_owned(), last: "Lovelace".to_owned(), ..PersonName::default() },
            email: EmailAddress::parse("ada@elsewhere.example").ok(),
            organisation_name: "acme institute".to_owned(),
            phones: Vec::new(),
            ..empty()
        };
        let found = person.call(&FindLikely { contact: ada.clone() }).await.unwrap();
        assert_eq!(
            (found.contacts[0].contact.id.0.as_str(), &found.contacts[0].because[..]),
            ("101", &[Likeness::NameAndOrganisation][..])
        );
        assert_eq!(found.organisations[0].id.0, "200");
        let jose = NewContact {
            person: PersonName { first: "Jose".to_owned(), last: "Nunez".to_owned(), ..PersonName::default() },
            email: EmailAddress::parse("jose.nunez@example.org").ok(),
            ..empty()
        };
        let found = person.call(&FindLikely { contact: jose }).await.unwrap();
        assert_eq!(found.contacts[0].contact.id.0, "102");
        assert_eq!(found.contacts[0].because, [Likeness::Email, Likeness::Name]);
        let grace = NewContact { email: EmailAddress::parse("new@acme.example").ok(), ..empty() };
        let found = person.call(&FindLikely { contact: grace }).await.unwrap();
        assert!(found.contacts.is_empty() && found.organisations[0].id.0 == "200", "by the domain");
    }
}

#[tokio::test]
async fn somebody_with_the_same_phone_is_found_however_the_number_is_written() {
    for edition in [Edition::Ems, Edition::Imis2017] {
        let world = impatient(edition).await;
        let person = world.sign_in_as("READER1").await;
        // The last is her mobile.
        for number in ["+44 20 5550 0101", "(020) 5550-0101", "0205550 0101", "+44.20.5550.0101", "07700 900101"] {
            let phones = vec![Phone { kind: "Mobile".to_owned(), number: number.to_owned() }];
            let somebody = NewContact { phones, ..empty() };
            let found = person.call(&FindLikely { contact: somebody }).await.unwrap();
            let found: Vec<_> =
                found.contacts.iter().map(|likely| (likely.contact.id.0.as_str(), &likely.because[..])).collect();
            assert_eq!(found, [("101", &[Likeness::Phone][..])], "{number}");
        }
    }
}

fn change(field: ContactField, kind: &str, from: &str, to: &str) -> ContactChange {
    ContactChange { field, phone_kind: kind.to_owned(), from: from.to_owned(), to: to.to_owned() }
}

pub(crate) fn title(contact: &str, from: &str, to: &str) -> UpdateContact {
    let changes = vec![change(ContactField::Title, "", from, to)];
    UpdateContact { contact: ContactId(contact.to_owned()), changes }
}

#[tokio::test]
async fn title_phone_and_website_change_and_everything_else_stays() {
    for edition in [Edition::Ems, Edition::Imis2017] {
        let world = impatient(edition).await;
        let person = world.sign_in_as("STAFF1").await;
        let contact = ContactId("124".to_owned());
        let before = person.call(&GetCard { contact: contact.clone() }).await.unwrap();
        let mobile = before.phones.iter().find(|phone| phone.kind == "Mobile").unwrap().number.clone();
        let website = before.website.clone().unwrap();
        let title = before.contact.title.clone().unwrap_or_default();
        let changes = vec![
            change(ContactField::Title, "", &title, "Chair"),
            change(ContactField::Phone, "Mobile", &mobile, "+49 170 555 0000"),
        ];
        let asked = UpdateContact { contact: contact.clone(), changes };
        let after = person.call(&asked).await.unwrap();
        assert_eq!(after.contact.title.as_deref(), Some("Chair"));
        assert!(after.phones.iter().any(|phone| phone.kind == "Mobile" && phone.number == "+49 170 555 0000"));
        assert_eq!(
            (after.phones.len(), &after.emails, &after.addresses),
            (before.phones.len(), &before.emails, &before.addresses)
        );
        assert_eq!((&after.website, &after.person, &after.marks), (&Some(website), &before.person, &before.marks));
        // Again does no harm.
        let puts = || world.imis.ledger().requests().iter().filter(|request| request.method == "PUT").count();
        let written = puts();
        assert_eq!(person.call(&asked).await.unwrap().contact.title.as_deref(), Some("Chair"));
        assert_eq!(puts(), written, "nothing is left to write");
    }
}

#[tokio::test]
async fn a_website_changes_however_it_was_written() {
    let world = impatient(Edition::Ems).await;
    let person = world.sign_in_as("STAFF1").await;
    let contact = ContactId("200".to_owned());
    let asked = |from: &str, to: &str| {
        let changes = vec![change(ContactField::Website, "", from, to)];
        UpdateContact { contact: contact.clone(), changes }
    };
    let mut shown = person.call(&GetCard { contact: contact.clone() }).await.unwrap().website;
    for (to, then) in [
        ("www.acme.example/new", Some("https://www.acme.example/new")),
        ("HTTPS://Acme.Example", Some("https://acme.example/")),
        ("n/a", None),
        ("https://acme.example/", Some("https://acme.example/")),
        ("", None),
    ] {
        let card = person.call(&asked(shown.as_deref().unwrap_or_default(), to)).await.unwrap();
        assert_eq!(card.website.as_deref(), then, "{to}");
        shown = card.website;
    }
    person.call(&asked("", "https://www.acme.example")).await.unwrap();
    assert_eq!(code(person.call(&asked("https://acme.example/", "")).await), ProblemCode::Conflict);
}

#[tokio::test]
async fn what_somebody_else_changed_meanwhile_is_a_conflict_with_its_field() {
    let world = impatient(Edition::Ems).await;
    let person = world.sign_in_as("STAFF1").await;
    let problem = person.call(&title("101", "Something else", "Chair")).await.unwrap_err();
    assert_eq!((problem.code, problem.field.as_deref()), (ProblemCode::Conflict, Some("title")));
    let changes = vec![
        change(ContactField::Title, "", "Analyst", "Chair"),
        change(ContactField::Phone, "Mobile", "not this", "1"),
    ];
    let problem = person.call(&UpdateContact { contact: ContactId("101".to_owned()), changes }).await.unwrap_err();
    assert_eq!((problem.code, problem.field.as_deref()), (ProblemCode::Conflict, Some("phone")));
    let card = person.call(&GetCard { contact: ContactId("101".to_owned()) }).await.unwrap();
    assert_eq!(card.contact.title.as_deref(), Some("Analyst"), "all or nothing");
}

#[tokio::test]
async fn a_change_that_was_stored_and_answered_by_a_fault_is_found() {
    for effect in [Effect::ServerError { stored: Stored::Yes }, Effect::ResetAfterStore, Effect::Truncated] {
        let world = impatient(Edition::Ems).await;
        let person = world.sign_in_as("STAFF1").await;
        world.imis.faults().add(Fault::once(effect.clone()).on("PUT", "Party"));
        let card = person.call(&title("101", "Analyst", "Chair")).await.unwrap();
        assert_eq!(card.contact.title.as_deref(), Some("Chair"), "{effect:?}");
    }
    let world = impatient(Edition::Ems).await;
    let person = world.sign_in_as("STAFF1").await;
    world.imis.faults().add(Fault::once(Effect::HangForever).on("PUT", "Party"));
    assert_eq!(code(person.call(&title("101", "Analyst", "Chair")).await), ProblemCode::Unknown);
    assert!(person.call(&title("101", "Analyst", "Chair")).await.is_ok());
}

#[tokio::test]
async fn a_change_of_what_may_not_be_changed_is_refused() {
    let world = impatient(Edition::Ems).await;
    let person = world.sign_in_as("STAFF1").await;
    let asked = |contact: &str, changes| UpdateContact { contact: ContactId(contact.to_owned()), changes };
    let email = vec![change(ContactField::Email, "", "a@b.example", "c@d.example")];
    for (asked, field) in [
        (asked("101", email), "email"),
        (asked("101", Vec::new()), "changes"),
        (asked("101", vec![change(ContactField::Title, "", "a", "b"); 21]), "changes"),
        (asked("../101", vec![change(ContactField::Title, "", "a", "b")]), "contact"),
        (asked("101", vec![change(ContactField::Title, "", "a", &"b".repeat(1_000))]), "title"),
        (asked("101", vec![change(ContactField::Website, "", "", "a\u{0}b")]), "website"),
    ] {
        let problem = person.call(&asked).await.unwrap_err();
        assert_eq!((problem.code, problem.field.as_deref()), (ProblemCode::Invalid, Some(field)));
    }
    assert_eq!(code(person.call(&title("999999", "a", "b")).await), ProblemCode::NotFound);
}

#[tokio::test]
async fn two_who_add_at_the_same_moment_under_one_name_add_one() {
    let latency = Duration::from_millis(60);
    let world = World::with(Settings { latency, ..Settings::default() }, |_| {}).await;
    let person = world.sign_in_as("STAFF1").await;
    let asked = add(&id(), jane());
    let (one, other) = tokio::join!(person.call(&asked), person.call(&asked));
    let added: Vec<Contact> = [one, other].into_iter().filter_map(Result::ok).collect();
    assert!(!added.is_empty());
    assert_eq!(janes(&person).await, 1);
}
