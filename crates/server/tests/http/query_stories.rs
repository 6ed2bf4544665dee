//! Queries over time: answers remembered, favourites, changes, and all that goes wrong in clear words.

use crate::queries::{EDITIONS, column, describe, find, run, texts, world};
use crate::world::World;
use api::{
    ContactId, DescribeQuery, GetCardColumns, GetKeptQueries, KeepQuery, ProblemCode, PromptValue, Query, RunQuery,
};
use sim::imis::{Edition, Settings};
use std::time::Duration;

fn names(queries: &[Query]) -> Vec<&str> {
    queries.iter().map(|query| query.name.as_str()).collect()
}

#[tokio::test]
async fn what_was_answered_last_is_filled_in_next_time_for_that_person_alone() {
    let world = world(Edition::Ems).await;
    let person = world.sign_in_as("STAFF1").await;
    let form = describe(&person, "Members").await;
    person.call(&run(&form, &[("Member type", &["STU", "NM"]), ("City has", &["wien"])])).await.unwrap();
    let again = describe(&person, "Members").await;
    assert_eq!(again.prompts[0].values, ["STU", "NM"]);
    assert_eq!(again.prompts[4].values, ["wien"]);
    let other = world.sign_in_as("MANAGER").await;
    assert_eq!(describe(&other, "Members").await.prompts[0].values, ["REG"], "the query's own");
    person.call(&run(&form, &[("Member type", &[])])).await.unwrap();
    assert!(describe(&person, "Members").await.prompts[0].values.is_empty(), "emptied is remembered too");
}

#[tokio::test]
async fn favourites_and_recent_queries_are_at_hand_as_long_as_they_may_be_seen() {
    for edition in EDITIONS {
        let world = world(edition).await;
        let person = world.sign_in_as("STAFF1").await;
        let chair = find(&person, "Chair").await;
        assert!(!chair.favourite);
        person.call(&KeepQuery { query: chair.id.clone(), favourite: true }).await.unwrap();
        let search = find(&person, "Newsletter readers").await;
        person.call(&KeepQuery { query: search.id, favourite: true }).await.unwrap();
        for name in ["Names only", "Chair", "Names only"] {
            let form = describe(&person, name).await;
            person.call(&run(&form, &[])).await.unwrap();
            world.pass(Duration::from_secs(1));
        }
        let kept = person.call(&GetKeptQueries).await.unwrap();
        assert_eq!(names(&kept.favourites), ["Chair", "Newsletter readers"]);
        assert_eq!(names(&kept.recent), ["Names only", "Chair"], "the latest first, each once");
        assert!(kept.recent[1].favourite && find(&person, "Chair").await.favourite);
        assert!(describe(&person, "Chair").await.query.favourite);
        let form = person.call(&DescribeQuery { query: kept.favourites[0].id.clone() }).await.unwrap();
        assert_eq!(form.query.folder, "$/Outlook/Board");

        world.imis.restrict_query("$/Outlook/Board/Chair");
        let kept = person.call(&GetKeptQueries).await.unwrap();
        assert_eq!(names(&kept.favourites), ["Newsletter readers"]);
        assert_eq!(names(&kept.recent), ["Names only"]);
        let refused = person.call(&KeepQuery { query: chair.id.clone(), favourite: true }).await;
        assert_eq!(refused.unwrap_err().code, ProblemCode::NotFound);
        let other = world.sign_in_as("MANAGER").await.call(&GetKeptQueries).await.unwrap();
        assert!(other.favourites.is_empty() && other.recent.is_empty(), "each has their own");
        person.call(&KeepQuery { query: kept.favourites[0].id.clone(), favourite: false }).await.unwrap();
        assert!(person.call(&GetKeptQueries).await.unwrap().favourites.is_empty());
    }
}

#[tokio::test]
async fn a_key_still_opens_after_a_restart() {
    let mut world = world(Edition::Ems).await;
    let (token, query) = {
        let person = world.sign_in_as("STAFF1").await;
        let query = find(&person, "Names only").await.id;
        (person.token, query)
    };
    world.restart().await;
    assert!(world.person(&token).call(&DescribeQuery { query }).await.is_ok());
}

#[tokio::test]
async fn a_query_that_cannot_be_run_says_why() {
    for edition in EDITIONS {
        let world = world(edition).await;
        let person = world.sign_in_as("STAFF1").await;
        let closed = describe(&person, "Not for programs").await;
        assert_eq!(closed.problem.as_ref().map(|problem| problem.code), Some(ProblemCode::QueryNotOffered));
        assert_eq!(person.call(&run(&closed, &[])).await.unwrap_err().code, ProblemCode::QueryNotOffered);

        let form = describe(&person, "Find contacts").await;
        for answers in [vec![], vec![("Last name", &[""][..])], vec![("Email", &["a"][..])]] {
            let problem = person.call(&run(&form, &answers)).await.unwrap_err();
            let named = (problem.code, problem.field.as_deref());
            assert_eq!(named, (ProblemCode::Invalid, Some(form.prompts[0].name.as_str())), "the required one");
        }
        let mut unknown = run(&form, &[("Last name", &["a"])]);
        unknown.values.push(PromptValue { name: "9.Salary".to_owned(), values: vec!["1".to_owned()] });
        assert_eq!(person.call(&unknown).await.unwrap_err().code, ProblemCode::Invalid);
        for limit in [0, 501] {
            let ask = RunQuery { limit, ..run(&form, &[("Last name", &["a"])]) };
            assert_eq!(person.call(&ask).await.unwrap_err().code, ProblemCode::Invalid);
        }
    }
}

/// What one may not see is a miss at iMIS, as what is gone is; only the document tells both from a query that lacks
/// its flag (`imis.md §8.1`, `§8.3`).
#[tokio::test]
async fn a_query_that_is_gone_or_not_for_them_is_not_said_to_lack_its_flag() {
    for edition in EDITIONS {
        let world = world(edition).await;
        let person = world.sign_in_as("STAFF1").await;
        let taken = describe(&person, "Names only").await;
        let gone = describe(&person, "Newsletter readers").await;
        world.imis.restrict_query("$/Outlook/Names only");
        world.imis.delete_query("$/Outlook/Newsletter readers");
        for form in [taken, gone] {
            let query = form.query.id.clone();
            assert_eq!(person.call(&DescribeQuery { query }).await.unwrap_err().code, ProblemCode::NotFound);
            assert_eq!(person.call(&run(&form, &[])).await.unwrap_err().code, ProblemCode::NotFound);
        }
        let listed = person.call(&api::ListQueries { folder: None, text: "newsletter".to_owned() }).await.unwrap();
        assert!(listed.queries.is_empty());
    }
}

#[tokio::test]
async fn a_query_that_takes_too_long_is_given_up() {
    for edition in EDITIONS {
        let settings = Settings { edition, ..Settings::default() };
        let world = World::with(settings, |config| config.limits.imis_query = Duration::from_millis(300)).await;
        let person = world.sign_in_as("STAFF1").await;
        let form = describe(&person, "Takes for ever").await;
        let problem = person.call(&run(&form, &[])).await.unwrap_err();
        assert_eq!(problem.code, ProblemCode::TooSlow);
    }
}

#[tokio::test]
async fn a_query_that_changed_meanwhile_is_not_run_as_it_was() {
    for edition in EDITIONS {
        let world = world(edition).await;
        let person = world.sign_in_as("STAFF1").await;
        let form = describe(&person, "Names only").await;
        assert_eq!(describe(&person, "Names only").await.version, form.version, "the same as long as it is");
        world.imis.drop_query_column("$/Outlook/Names only", "City");
        assert_eq!(person.call(&run(&form, &[])).await.unwrap_err().code, ProblemCode::Conflict);
        let form = describe(&person, "Names only").await;
        assert_eq!(person.call(&run(&form, &[])).await.unwrap().columns.len(), 2);
        let form = describe(&person, "Search").await;
        world.imis.require_query_prompts("$/Outlook/Search", false);
        let late = person.call(&run(&form, &[("Search text", &["ada"])])).await;
        assert_eq!(late.unwrap_err().code, ProblemCode::Conflict);
    }
}

#[tokio::test]
async fn pages_follow_one_another_without_gap_and_end() {
    for edition in EDITIONS {
        let world = world(edition).await;
        let person = world.sign_in_as("STAFF1").await;
        let form = describe(&person, "All").await;
        let (mut ids, mut offset, mut first) = (Vec::new(), 0, None);
        loop {
            let page = person.call(&RunQuery { offset, limit: 77, ..run(&form, &[]) }).await.unwrap();
            assert_eq!(*first.get_or_insert(page.columns.clone()), page.columns, "the same on every page");
            ids.extend(column(&page, "ID"));
            match page.next {
                Some(next) => offset = next,
                None => break assert_eq!(page.total, Some(ids.len() as u64)),
            }
        }
        let unique: std::collections::HashSet<_> = ids.iter().collect();
        assert!(unique.len() == ids.len() && ids.len() >= 200, "{}", ids.len());
        let past = person.call(&RunQuery { offset: 100_000, ..run(&form, &[]) }).await.unwrap();
        assert!(past.rows.is_empty() && past.next.is_none());
    }
}

#[tokio::test]
async fn a_query_about_the_person_answers_for_that_person() {
    for edition in EDITIONS {
        let world = world(edition).await;
        for (user, name) in [("STAFF1", "Hannah Weiss"), ("READER1", "Ines Keller")] {
            let person = world.sign_in_as(user).await;
            let form = describe(&person, "Myself").await;
            let page = person.call(&run(&form, &[])).await.unwrap();
            assert_eq!(texts(&column(&page, "Full Name")), [name]);
        }
    }
}

#[tokio::test]
async fn a_card_has_the_columns_of_the_sites_card_query() {
    for edition in EDITIONS {
        let world = world(edition).await;
        let person = world.sign_in_as("STAFF1").await;
        let ask = |id: &str| GetCardColumns { contact: ContactId(id.to_owned()) };
        let card = person.call(&ask("101")).await.unwrap();
        let value = |caption: &str| {
            let place = card.columns.iter().position(|column| column.caption == caption).unwrap();
            card.values[place].clone().unwrap_or_default()
        };
        assert_eq!((value("ID"), value("Member type"), value("Status")), ("101".into(), "REG".into(), "Active".into()));
        assert!(value("Paid through").starts_with("2026-12-31"));
        assert!(card.problem.is_none());
        assert!(person.call(&ask("999999")).await.unwrap().columns.is_empty(), "no row, no columns");
        for bad in ["", "1|2", "eq:101", "../101", "101 OR 1=1"] {
            assert_eq!(person.call(&ask(bad)).await.unwrap_err().code, ProblemCode::Invalid, "{bad}");
        }
        world.imis.open_query_to_rest("$/Outlook/Contact card", false);
        let problem = person.call(&ask("101")).await.unwrap().problem.unwrap();
        assert_eq!(problem.code, ProblemCode::QueryNotOffered);
    }
}

#[tokio::test]
async fn a_card_query_without_prompt_shows_nobody_elses_row() {
    let world = World::with(Settings::default(), |config| {
        config.sites[0].card_query = Some("$/Common/Queries/Search/Contact/All".to_owned());
    })
    .await;
    let person = world.sign_in().await;
    let card = person.call(&GetCardColumns { contact: ContactId("101".to_owned()) }).await.unwrap();
    assert!(card.columns.is_empty() && card.values.is_empty() && card.problem.is_some());
    let none = World::new().await;
    let card = none.sign_in().await.call(&GetCardColumns { contact: ContactId("101".to_owned()) }).await.unwrap();
    assert!(card.columns.is_empty() && card.problem.is_none(), "a site without card query");
}
