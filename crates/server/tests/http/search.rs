//! Searching contacts as one types.

use crate::world::{Person, World, code};
use api::{ContactKind, FoundContacts, Problem, ProblemCode, SearchContacts};
use sim::imis::{Edition, Effect, Fault, Settings, Stored};

fn ask(text: &str) -> SearchContacts {
    SearchContacts { text: text.to_owned(), kind: None, inactive: false }
}

fn ids(found: &FoundContacts) -> Vec<&str> {
    found.contacts.iter().map(|contact| contact.id.0.as_str()).collect()
}

async fn search(person: &Person<'_>, text: &str) -> Result<FoundContacts, Problem> {
    person.call(&ask(text)).await
}

async fn on_both_editions(story: impl AsyncFn(&World)) {
    for edition in [Edition::Ems, Edition::Imis2017] {
        story(&World::with(Settings { edition, ..Settings::default() }, |_| {}).await).await;
    }
}

#[tokio::test]
async fn people_are_found_by_name_id_email_and_organisation_on_both_editions() {
    on_both_editions(async |world| {
        let person = world.sign_in_as("READER1").await;
        for (text, first) in [
            ("lovelace", "101"),
            ("LOVEL", "101"),
            ("ada lovelace", "101"),
            ("Lovelace, Ada", "101"),
            ("101", "101"),
            ("ada.lovelace@exam", "101"),
            ("Ada Lovelace <ada.lovelace@example.org>", "101"),
            ("hopper acme", "107"),
            ("acme institute grace", "107"),
            ("o'brien", "116"),
            ("田中", "104"),
        ] {
            let found = search(&person, text).await.unwrap();
            assert_eq!(found.contacts.first().map(|contact| contact.id.0.as_str()), Some(first), "{text}: {found:?}");
            assert!(!found.partial, "{text}");
        }
        let found = search(&person, "maria silva").await.unwrap();
        assert_eq!(ids(&found), ["111", "115"]);
        let found = search(&person, "acme institute").await.unwrap();
        assert_eq!((found.contacts[0].id.0.as_str(), found.contacts[0].kind), ("200", ContactKind::Organisation));
        assert!(ids(&found).contains(&"107"), "its people are found too");
    })
    .await;
}

#[tokio::test]
async fn accents_need_not_be_typed() {
    on_both_editions(async |world| {
        let person = world.sign_in_as("STAFF1").await;
        for (text, id) in [
            ("nunez", "102"),
            ("jose nunez", "102"),
            ("NUNEZ JOSE", "102"),
            ("wojcik", "112"),
            ("lukasz", "112"),
            ("zoe", "103"),
        ] {
            assert!(ids(&search(&person, text).await.unwrap()).contains(&id), "{text}");
        }
    })
    .await;
}

#[tokio::test]
async fn people_and_organisations_can_be_asked_for_alone() {
    let world = World::new().await;
    let person = world.sign_in_as("STAFF1").await;
    for kind in [ContactKind::Person, ContactKind::Organisation] {
        let found = person.call(&SearchContacts { kind: Some(kind), ..ask("acme") }).await.unwrap();
        assert!(!found.contacts.is_empty() && found.contacts.iter().all(|contact| contact.kind == kind), "{kind:?}");
    }
}

#[tokio::test]
async fn inactive_contacts_are_left_out_unless_asked_for() {
    let world = World::new().await;
    let person = world.sign_in_as("STAFF1").await;
    assert!(!ids(&search(&person, "109").await.unwrap()).contains(&"109"));
    let found = person.call(&SearchContacts { inactive: true, ..ask("109") }).await.unwrap();
    assert!(ids(&found).contains(&"109") && !found.contacts[0].active);
}

#[tokio::test]
async fn a_search_is_one_wave_and_never_gives_more_than_fifty() {
    let settings = Settings { people: sim::imis::People::Generated(2_000), ..Settings::default() };
    let world = World::with(Settings { latency: std::time::Duration::from_millis(60), ..settings }, |_| {}).await;
    let person = world.sign_in_as("STAFF1").await;
    search(&person, "warm").await.unwrap();
    world.imis.ledger().forget_requests();
    let found = search(&person, "members.example contact").await.unwrap();
    assert!(found.contacts.len() <= SearchContacts::MAX);
    assert_eq!(world.imis.ledger().waves().len(), 1);
    let found = search(&person, "contact").await.unwrap();
    assert_eq!((found.contacts.len(), found.more), (50, true));
}

/// What could be read as an operator, a list, a wildcard or a way to somewhere else.
const STRANGE: [&str; 26] = [
    "contains:a",
    "startsWith:ada",
    "in:101|102",
    "ne:zzz",
    "notEmpty:",
    "isEmpty:",
    "between:a|z",
    "eq:101|102",
    "|ada",
    "ada|",
    "%%",
    "a%",
    "_da",
    "l_velace",
    "ad*",
    "**",
    "'' OR '1'='1",
    "\"ada\" --",
    "../../token",
    "..%2f..%2ftoken",
    "ada\u{0}x",
    "ada\r\nx-evil: 1",
    "<script>ada",
    "&limit=500",
    "?Id=101",
    "$filter=1 eq 1",
];

#[tokio::test]
async fn what_looks_like_an_operator_a_wildcard_or_a_path_is_only_text() {
    on_both_editions(async |world| {
        let person = world.sign_in_as("STAFF1").await;
        world.imis.ledger().forget_requests();
        for text in STRANGE {
            let found = search(&person, text).await.unwrap();
            for contact in &found.contacts {
                let all =
                    format!("{contact:?}{}{:?}{:?}", contact.name, contact.email, contact.organisation).to_lowercase();
                for word in text.to_lowercase().split(|c: char| c.is_whitespace() || c.is_control()) {
                    assert!(all.contains(word.trim_matches(['"', '<', '>'])), "{text:?} found {}", contact.name);
                }
            }
        }
        for request in world.imis.ledger().requests() {
            assert!(request.path.contains("/api/"), "{}", request.path);
            assert!(!request.path.contains("token"), "{}", request.path);
        }
    })
    .await;
}

#[tokio::test]
async fn a_text_that_is_too_long_or_too_short_is_refused_before_imis_is_asked() {
    let world = World::new().await;
    let person = world.sign_in_as("STAFF1").await;
    world.imis.ledger().forget_requests();
    for text in [String::new(), "   ".to_owned(), "a".to_owned(), " é ".to_owned(), "x".repeat(101), "x".repeat(10_000)]
    {
        let problem = search(&person, &text).await.unwrap_err();
        assert_eq!((problem.code, problem.field.as_deref()), (ProblemCode::Invalid, Some("text")));
    }
    assert!(world.imis.ledger().requests().is_empty());
    assert!(search(&person, "7").await.is_ok(), "an iMIS ID may be short");
}

#[tokio::test]
async fn a_part_that_fails_is_said_and_the_rest_is_there() {
    let world = World::with(Settings::default(), |config| {
        config.limits.imis_read = std::time::Duration::from_millis(300);
    })
    .await;
    let person = world.sign_in_as("STAFF1").await;
    for effect in [Effect::Html, Effect::HangForever, Effect::Refused] {
        world.imis.faults().add(Fault::once(effect.clone()).on("GET", "Party"));
        let found = search(&person, "lovelace").await.unwrap();
        assert_eq!((ids(&found), found.partial), (vec!["101"], true), "{effect:?}");
    }
    for (effect, expected) in [
        (Effect::Html, ProblemCode::ImisNotUnderstood),
        (Effect::ServerError { stored: Stored::No }, ProblemCode::ImisUnavailable),
        (Effect::Refused, ProblemCode::Forbidden),
    ] {
        world.imis.faults().add(Fault::once(effect).on("GET", "Party").always());
        assert_eq!(code(search(&person, "lovelace").await), expected);
        world.imis.faults().clear();
    }
    world.imis.faults().add(Fault::once(Effect::Unauthorized).on("GET", "Party"));
    let found = search(&person, "lovelace").await.unwrap();
    assert_eq!((ids(&found), found.partial), (vec!["101"], false), "a dead token is renewed");
}

#[tokio::test]
async fn nobody_searches_who_is_not_signed_in() {
    let world = World::new().await;
    let nobody = world.person("forged");
    assert_eq!(code(search(&nobody, "lovelace").await), ProblemCode::SignedOut);
}

#[tokio::test]
async fn the_sites_own_query_searches_where_it_has_one() {
    for edition in [Edition::Ems, Edition::Imis2017] {
        let world = World::with(Settings { edition, ..Settings::default() }, |config| {
            config.sites[0].contacts.search_query = Some("$/Outlook/Find contacts".to_owned());
        })
        .await;
        let person = world.sign_in_as("STAFF1").await;
        for text in ["lovelace", "Lovelace, Ada", "ada.lovelace@example.org"] {
            let found = search(&person, text).await.unwrap();
            assert_eq!((ids(&found), found.partial), (vec!["101"], false), "{text}");
            assert_eq!(found.contacts[0].email.as_ref().unwrap().as_str(), "ada.lovelace@example.org");
        }
        world.imis.ledger().forget_requests();
        search(&person, "hopper").await.unwrap();
        assert_eq!(world.imis.ledger().requests().len(), 1, "and nothing else");
        assert!(search(&person, "contains:a").await.unwrap().contacts.is_empty());
    }
}

async fn searching_by(path: &str) -> World {
    World::with(Settings::default(), |config| {
        config.sites[0].contacts.search_query = Some(path.to_owned());
    })
    .await
}

#[tokio::test]
async fn a_search_query_that_cannot_be_run_is_stood_in_for_and_said() {
    let world = searching_by("$/Outlook/Not there").await;
    let person = world.sign_in_as("STAFF1").await;
    let found = search(&person, "lovelace").await.unwrap();
    assert_eq!((ids(&found), found.partial), (vec!["101"], true));
}

#[tokio::test]
async fn a_search_query_whose_rows_name_nobody_is_stood_in_for_and_said() {
    let world = searching_by("$/Outlook/Find contacts").await;
    let person = world.sign_in_as("STAFF1").await;
    world.imis.drop_query_column("$/Outlook/Find contacts", "ID");
    let found = search(&person, "lovelace").await.unwrap();
    assert_eq!((ids(&found), found.partial), (vec!["101"], true));
    let nobody = search(&person, "nobody of this name").await.unwrap();
    assert!(nobody.contacts.is_empty(), "{nobody:?}");
}

#[tokio::test]
async fn where_the_search_query_does_not_tell_organisations_imis_is_asked_for_them() {
    let world = searching_by("$/Outlook/Find contacts").await;
    let person = world.sign_in_as("STAFF1").await;
    for (kind, id) in [(ContactKind::Organisation, "200"), (ContactKind::Person, "107")] {
        let found = person.call(&SearchContacts { kind: Some(kind), ..ask("acme") }).await.unwrap();
        assert!(ids(&found).contains(&id) && !found.partial, "{kind:?}: {found:?}");
        assert!(found.contacts.iter().all(|contact| contact.kind == kind), "{kind:?}: {found:?}");
    }
}
