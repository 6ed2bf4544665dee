//! Finding queries, learning what they ask, and running them.

use crate::world::{Person, World};
use api::{
    ColumnKind, DescribeQuery, ListQueries, Problem, ProblemCode, PromptValue, Query, QueryForm, QueryList, QueryPage,
    RunQuery,
};
use sim::imis::{Edition, Effect, Fault, Settings};
use std::time::Duration;

pub(crate) const EDITIONS: [Edition; 2] = [Edition::Ems, Edition::Imis2017];

/// Answers with the status of good ones that are no page, or one that leads nowhere, for any but the first.
pub(crate) const BROKEN_PAGES: &[&str] = &[
    r#"{"Message":"Timeout"}"#,
    r#"{"$type":"Asi.Soa.Core.DataContracts.ServiceResponse`1[[System.Object, mscorlib]], Asi.Contracts","StatusCode":11}"#,
    r#"{"$type":"P","Items":null}"#,
    r#"{"$type":"P","Items":[],"TotalCount":100000,"HasNext":true,"NextOffset":0}"#,
    r#"{"$type":"P","Items":[],"TotalCount":100000,"HasNext":true}"#,
    r#"{"$type":"P","Items":[],"TotalCount":100000,"HasNext":true,"NextOffset":1}"#,
    r#"{"$type":"P","Items":[],"TotalCount":100000,"HasNext":false,"NextOffset":0}"#,
    r#"{"$type":"P","Items":[]}"#,
    "[]",
];

pub(crate) async fn world(edition: Edition) -> World {
    World::with(Settings { edition, ..Settings::default() }, |config| {
        config.limits.imis_query = Duration::from_secs(5);
        config.sites[0].card_query = Some("$/Outlook/Contact card".to_owned());
    })
    .await
}

async fn list(person: &Person<'_>, folder: Option<&api::QueryFolder>, text: &str) -> Result<QueryList, Problem> {
    person.call(&ListQueries { folder: folder.map(|folder| folder.id.clone()), text: text.to_owned() }).await
}

/// The query of that name, by search.
pub(crate) async fn find(person: &Person<'_>, name: &str) -> Query {
    let found = list(person, None, name).await.unwrap();
    found.queries.into_iter().find(|query| query.name == name).unwrap()
}

pub(crate) async fn describe(person: &Person<'_>, name: &str) -> QueryForm {
    let query = find(person, name).await.id;
    person.call(&DescribeQuery { query }).await.unwrap()
}

/// The form's query with these answers by label, ready to run.
pub(crate) fn run(form: &QueryForm, answers: &[(&str, &[&str])]) -> RunQuery {
    let value = |(label, values): &(&str, &[&str])| {
        let prompt = form.prompts.iter().find(|prompt| prompt.label == *label).unwrap();
        PromptValue { name: prompt.name.clone(), values: values.iter().map(|value| (*value).to_owned()).collect() }
    };
    RunQuery {
        query: form.query.id.clone(),
        version: form.version.clone(),
        values: answers.iter().map(value).collect(),
        offset: 0,
        limit: 100,
    }
}

/// The values of a column.
pub(crate) fn column(page: &QueryPage, caption: &str) -> Vec<Option<String>> {
    let place = page.columns.iter().position(|column| column.caption == caption).unwrap();
    page.rows.iter().map(|row| row.values[place].clone()).collect()
}

pub(crate) fn texts(column: &[Option<String>]) -> Vec<&str> {
    column.iter().map(|value| value.as_deref().unwrap_or("")).collect()
}

fn sort(sorted_by: &[api::SortedBy]) -> Vec<(&str, bool)> {
    sorted_by.iter().map(|by| (by.caption.as_str(), by.descending)).collect()
}

fn names(list: &QueryList) -> (Vec<&str>, Vec<&str>) {
    let folders = list.folders.iter().map(|folder| folder.name.as_str()).collect();
    (folders, list.queries.iter().map(|query| query.name.as_str()).collect())
}

#[tokio::test]
async fn folders_are_walked_and_show_each_person_what_that_person_may_see() {
    for edition in EDITIONS {
        let world = world(edition).await;
        let manager = world.sign_in_as("MANAGER").await;
        let staff = world.sign_in_as("STAFF1").await;
        let top = list(&manager, None, "").await.unwrap();
        assert_eq!(names(&top), (vec!["Common", "Finance", "Outlook", "Secret"], vec![]));
        assert!(top.way.is_empty());
        let outlook = top.folders.iter().find(|folder| folder.name == "Outlook").unwrap();
        let inside = list(&manager, Some(outlook), "").await.unwrap();
        assert_eq!(inside.way.iter().map(|folder| folder.name.as_str()).collect::<Vec<_>>(), ["Outlook"]);
        let board = inside.folders.iter().find(|folder| folder.name == "Board").unwrap();
        let board = list(&manager, Some(board), "").await.unwrap();
        assert_eq!(names(&board), (vec![], vec!["Chair", "Minutes"]));
        assert_eq!(board.queries[0].folder, "$/Outlook/Board");
        let back = list(&manager, Some(&board.way[0]), "").await.unwrap();
        assert_eq!(names(&back), names(&inside), "the way leads back");

        let top = list(&staff, None, "").await.unwrap();
        assert_eq!(names(&top), (vec!["Common", "Outlook"], vec![]), "neither Finance nor Secret");
        let outlook = list(&staff, Some(&top.folders[1]), "").await.unwrap();
        let board = list(&staff, Some(&outlook.folders[0]), "").await.unwrap();
        assert_eq!(names(&board), (vec![], vec!["Chair"]));
    }
}

#[tokio::test]
async fn queries_are_found_by_all_words_of_a_name_below_a_folder() {
    for edition in EDITIONS {
        let world = world(edition).await;
        let manager = world.sign_in_as("MANAGER").await;
        let found = |text: &'static str| list(&manager, None, text);
        assert_eq!(names(&found("CONTACTS find").await.unwrap()).1, ["Find contacts"]);
        assert_eq!(names(&found("salaries").await.unwrap()).1, ["Salaries"]);
        assert_eq!(names(&found("never").await.unwrap()).1, Vec::<&str>::new(), "it was never published");
        let common = list(&manager, None, "").await.unwrap().folders.remove(0);
        assert_eq!(names(&list(&manager, Some(&common), "a").await.unwrap()).1, ["All"]);
        let staff = world.sign_in_as("STAFF1").await;
        for text in ["salaries", "overdue", "minutes", "deep", "down"] {
            assert_eq!(names(&list(&staff, None, text).await.unwrap()).1, Vec::<&str>::new(), "{text}");
        }
        let long = "x".repeat(101);
        assert_eq!(list(&staff, None, &long).await.unwrap_err().code, ProblemCode::Invalid);
    }
}

#[tokio::test]
async fn a_query_says_what_it_asks_and_how_its_rows_are_sorted() {
    for edition in EDITIONS {
        let world = world(edition).await;
        let person = world.sign_in_as("STAFF1").await;
        let form = describe(&person, "Members").await;
        let short: Vec<_> = form
            .prompts
            .iter()
            .map(|prompt| (prompt.label.as_str(), prompt.kind, prompt.required, prompt.several))
            .collect();
        let expected = [
            ("Member type", ColumnKind::Text, false, true),
            ("Active", ColumnKind::Flag, false, false),
            ("Paid through, at least", ColumnKind::Date, false, false),
            ("Balance", ColumnKind::Number, false, false),
            ("City has", ColumnKind::Text, false, false),
        ];
        assert_eq!(short, expected);
        let types = &form.prompts[0];
        assert_eq!(types.values, ["REG"]);
        assert_eq!(
            types.choices.iter().map(|choice| choice.value.as_str()).collect::<Vec<_>>(),
            ["REG", "STU", "HON", "NM"]
        );
        assert!(form.problem.is_none());
        let captions: Vec<_> = form.columns.iter().map(|column| (column.caption.as_str(), column.kind)).collect();
        let expected = [
            ("ID", ColumnKind::Text),
            ("Full Name", ColumnKind::Text),
            ("Email", ColumnKind::Email),
            ("Member type", ColumnKind::Text),
            ("Paid through", ColumnKind::Date),
            ("Balance due", ColumnKind::Money),
            ("Active", ColumnKind::Flag),
            ("Website", ColumnKind::Link),
            ("Changed", ColumnKind::DateTime),
            ("Committees", ColumnKind::Number),
        ];
        if edition == Edition::Ems {
            assert_eq!(captions, expected);
        } else {
            let only =
                |pairs: &[(&str, ColumnKind)]| pairs.iter().map(|(name, _)| (*name).to_owned()).collect::<Vec<_>>();
            assert_eq!(only(&captions), only(&expected), "told by a row, where the definition does not");
        }
        let page = person.call(&run(&form, &[])).await.unwrap();
        assert_eq!(sort(&page.sorted_by), [("Balance due", true), ("Full Name", false)]);
        let find = describe(&person, "Find contacts").await;
        let page = person.call(&run(&find, &[("Last name", &["Love"])])).await.unwrap();
        assert_eq!(sort(&page.sorted_by), [("Full Name", false)]);
        assert_eq!((find.prompts[0].required, find.prompts[0].max_chars), (true, Some(30)));
        assert!(!find.prompts[1].required);
    }
}

#[tokio::test]
async fn rows_come_typed_in_the_querys_own_order_from_whichever_endpoint_the_site_has() {
    for edition in EDITIONS {
        let world = world(edition).await;
        let person = world.sign_in_as("STAFF1").await;
        let form = describe(&person, "Members").await;
        world.imis.ledger().forget_requests();
        let page = person.call(&run(&form, &[("Member type", &["REG", "HON"]), ("Active", &["true"])])).await.unwrap();
        let asked: Vec<_> = world.imis.ledger().requests().into_iter().map(|seen| seen.path).collect();
        let endpoint = if edition == Edition::Ems { "/api/query" } else { "/api/iqa" };
        assert!(asked.iter().any(|path| path == endpoint), "{asked:?}");
        assert!(page.rows.len() > 20);
        let kinds: std::collections::HashSet<_> =
            texts(&column(&page, "Member type")).into_iter().map(str::to_owned).collect();
        assert!(kinds.iter().all(|kind| kind == "REG" || kind == "HON") && kinds.contains("REG"), "{kinds:?}");
        let money = column(&page, "Balance due");
        let money: Vec<f64> = money.iter().map(|text| text.as_deref().unwrap().parse().unwrap()).collect();
        assert!(money.windows(2).all(|pair| pair[0] >= pair[1]), "sorted as saved");
        let day = |text: &&str| text.len() == 10 || text.is_empty();
        let paid = column(&page, "Paid through");
        let changed = column(&page, "Changed");
        assert!(changed.iter().flatten().all(|text| text.len() == 19), "{changed:?}");
        assert!(texts(&paid).iter().all(day), "{paid:?}");
        let kinds: Vec<_> = page.columns.iter().map(|column| (column.caption.as_str(), column.kind)).collect();
        for typed in
            [("Active", ColumnKind::Flag), ("Changed", ColumnKind::DateTime), ("Committees", ColumnKind::Number)]
        {
            assert!(kinds.contains(&typed), "{typed:?} in {kinds:?}");
        }
        assert!(column(&page, "Active").iter().all(|value| value.as_deref() == Some("true")));
        let ids = column(&page, "ID");
        let contacts: Vec<_> = page.rows.iter().map(|row| row.contact.as_ref().map(|id| id.0.clone())).collect();
        assert_eq!(ids, contacts, "a row opens its contact");
        assert_eq!(page.columns[page.email_column.unwrap()].caption, "Email");
        assert_eq!((page.total, page.next), (Some(123), Some(100)), "and there is more");
    }
}

/// An answer of `_execute` as iMIS writes it: members with default values are left out, `false` among them.
fn refusal(status: u8, message: &str) -> Effect {
    let class = "Asi.Soa.Core.DataContracts.ServiceResponse`1[[System.Object, mscorlib]], Asi.Contracts";
    Effect::Json(format!(r#"{{"$type":"{class}","StatusCode":{status},"Message":"{message}"}}"#))
}

#[tokio::test]
async fn a_refusal_without_its_false_is_no_query_without_prompts() {
    let world = world(Edition::Ems).await;
    let person = world.sign_in_as("STAFF1").await;
    let query = find(&person, "Members").await.id;
    let describe = DescribeQuery { query };
    let definition = |effect: Effect| Fault::once(effect).on("POST", "QueryDefinition");
    world.imis.faults().add(definition(refusal(3, "NotAuthorized")));
    assert_eq!(person.call(&describe).await.unwrap().prompts.len(), 5, "told by its parameters");
    for (effect, code) in [
        (refusal(5, "NotFound"), ProblemCode::QueryNotOffered),
        (refusal(11, "Timeout"), ProblemCode::TooSlow),
        (Effect::Json(r#"{"Message":"Timeout"}"#.to_owned()), ProblemCode::ImisNotUnderstood),
    ] {
        world.imis.faults().add(definition(effect));
        assert_eq!(person.call(&describe).await.unwrap_err().code, code);
    }
}

#[tokio::test]
async fn a_refusal_without_its_false_is_no_empty_folder() {
    let world = world(Edition::Ems).await;
    let person = world.sign_in_as("STAFF1").await;
    for (effect, code) in [
        (refusal(3, "NotAuthorized"), ProblemCode::Forbidden),
        (refusal(5, "NotFound"), ProblemCode::NotFound),
        (refusal(10, "no"), ProblemCode::ImisRefused),
        (Effect::Json(r#"{"Message":"Timeout"}"#.to_owned()), ProblemCode::ImisNotUnderstood),
    ] {
        for text in ["", "members"] {
            world.imis.faults().add(Fault::once(effect.clone()).on("POST", "DocumentSummary").always());
            assert_eq!(list(&person, None, text).await.unwrap_err().code, code, "{text}");
            world.imis.faults().clear();
        }
    }
}
