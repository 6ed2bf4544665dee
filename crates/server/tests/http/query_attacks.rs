//! Queries under attack: keys that were not given, rights that are not there, values that would be more than values.

use crate::queries::{EDITIONS, column, describe, find, run, texts, world};
use crate::world::{PASSWORD, Person, World, answer};
use api::{
    Call as _, CollectRecipients, DescribeQuery, ExportQuery, FolderId, KeepQuery, ListQueries, Problem, ProblemCode,
    QueryForm, QueryId, RunQuery, SignIn, SignedIn, SiteName,
};
use reqwest::Method;
use server::config::{Credentials, Site};
use sim::imis::{Edition, Settings};

/// Everything that takes a key of a query answers the same.
async fn refused_everywhere(person: &Person<'_>, query: &QueryId, form: &QueryForm) {
    let run = RunQuery { query: query.clone(), ..run(form, &[]) };
    let export = ExportQuery { query: query.clone(), version: form.version.clone(), values: Vec::new() };
    let export = person.world.request(Method::POST, ExportQuery::PATH).bearer_auth(&person.token).json(&export);
    let outcomes: [Result<(), Problem>; 5] = [
        person.call(&DescribeQuery { query: query.clone() }).await.map(drop),
        person.call(&KeepQuery { query: query.clone(), favourite: true }).await.map(drop),
        person.call(&run).await.map(drop),
        person.call(&CollectRecipients { query: Some(run), ..CollectRecipients::default() }).await.map(drop),
        answer::<serde_json::Value>(export).await.map(drop),
    ];
    for (place, outcome) in outcomes.into_iter().enumerate() {
        assert_eq!(outcome.unwrap_err().code, ProblemCode::NotFound, "{place}");
    }
}

#[tokio::test]
async fn a_key_that_was_given_to_somebody_else_opens_nothing() {
    for edition in EDITIONS {
        let world = world(edition).await;
        let manager = world.sign_in_as("MANAGER").await;
        let secret = describe(&manager, "Salaries").await;
        assert!(!manager.call(&run(&secret, &[])).await.unwrap().rows.is_empty());
        let staff = world.sign_in_as("STAFF1").await;
        world.imis.ledger().forget_requests();
        refused_everywhere(&staff, &secret.query.id, &secret).await;
        assert!(world.imis.ledger().requests().is_empty(), "iMIS is not even asked");
        assert_eq!(world.audited("refused").await, 5);
        let open = describe(&manager, "Names only").await;
        refused_everywhere(&staff, &open.query.id, &open).await;
        let folders = manager.call(&ListQueries { folder: None, text: String::new() }).await.unwrap().folders;
        for folder in folders {
            let stolen = ListQueries { folder: Some(folder.id), text: String::new() };
            assert_eq!(staff.call(&stolen).await.unwrap_err().code, ProblemCode::NotFound);
        }
    }
}

#[tokio::test]
async fn a_key_opens_nothing_at_another_site() {
    let world = World::with(Settings::default(), |config| {
        let mut other = Site::new("other", "Another system", config.sites[0].url.clone());
        other.credentials = Credentials::Offered;
        config.sites.push(other);
    })
    .await;
    let here = world.sign_in().await;
    let form = describe(&here, "Names only").await;
    let sign_in =
        SignIn { site: SiteName("other".to_owned()), user_name: "MANAGER".to_owned(), password: PASSWORD.to_owned() };
    let there: SignedIn = answer(world.call(&sign_in)).await.unwrap();
    refused_everywhere(&world.person(&there.token.0), &form.query.id, &form).await;
}

#[tokio::test]
async fn a_key_of_ones_own_making_opens_nothing() {
    let world = world(Edition::Ems).await;
    let person = world.sign_in_as("STAFF1").await;
    let form = describe(&person, "Names only").await;
    let folder = person.call(&ListQueries { folder: None, text: String::new() }).await.unwrap().folders.remove(0);
    let genuine = form.query.id.0.clone();
    let mut forged = vec![
        String::new(),
        "$/Secret/Salaries".to_owned(),
        "JC9TZWNyZXQvU2FsYXJpZXM".to_owned(),
        "eyJwIjoiJC9TZWNyZXQvU2FsYXJpZXMifQ".to_owned(),
        folder.id.0.clone(),
        person.token.clone(),
        format!("{genuine}A"),
        genuine[..genuine.len() - 1].to_owned(),
        "A".repeat(100_000),
        "../../token".to_owned(),
        "\u{0}".to_owned(),
    ];
    for place in (0..genuine.len()).step_by(7) {
        let mut tampered = genuine.clone().into_bytes();
        tampered[place] = if tampered[place] == b'A' { b'B' } else { b'A' };
        forged.push(String::from_utf8(tampered).unwrap());
    }
    for id in forged {
        let asked = DescribeQuery { query: QueryId(id.clone()) };
        assert_eq!(person.call(&asked).await.unwrap_err().code, ProblemCode::NotFound, "{id}");
        let asked = ListQueries { folder: Some(FolderId(id.clone())), text: String::new() };
        let listed = person.call(&asked).await;
        assert!(id == folder.id.0 || listed.unwrap_err().code == ProblemCode::NotFound, "{id}");
    }
}

/// What somebody asks iMIS itself, past our server.
async fn directly(
    world: &World,
    user: &str,
    method: Method,
    path: &str,
    body: Option<serde_json::Value>,
) -> (u16, String) {
    let form = [("grant_type", "password"), ("username", user), ("password", PASSWORD)];
    let token = world.http.post(world.imis.url().join("token").unwrap()).form(&form).send().await.unwrap();
    let token: serde_json::Value = token.json().await.unwrap();
    let request = world.http.request(method, world.imis.url().join(path).unwrap());
    let request = request.bearer_auth(token["access_token"].as_str().unwrap());
    let request = if let Some(body) = body { request.json(&body) } else { request };
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

#[tokio::test]
async fn imis_refuses_it_alike() {
    for edition in EDITIONS {
        let world = world(edition).await;
        let service = if edition == Edition::Ems { "query" } else { "iqa" };
        for (user, query, expected) in [
            ("MANAGER", "$/Secret/Salaries", 200),
            ("STAFF1", "$/Secret/Salaries", 403),
            ("READER1", "$/Secret/Deep/Down", 403),
            ("READER1", "$/Finance/Overdue", 200),
            ("STAFF1", "$/Finance/Overdue", 403),
            ("MEMBER1", "$/Outlook/Names only", 403),
            ("MANAGER", "$/Outlook/Not for programs", 404),
            ("MANAGER", "$/Nowhere", 404),
        ] {
            let path = format!("api/{service}?QueryName={query}");
            let (status, _) = directly(&world, user, Method::GET, &path, None).await;
            assert_eq!(status, expected, "{user} {query}");
        }
        let definition = serde_json::json!({
            "$type": "Asi.Soa.Core.DataContracts.GenericExecuteRequest, Asi.Contracts",
            "OperationName": "FindByPath", "EntityTypeName": "QueryDefinition",
            "Parameters": { "$type": "x", "$values": ["$/Secret/Salaries"] },
        });
        let path = "api/QueryDefinition/_execute";
        let (status, text) = directly(&world, "STAFF1", Method::POST, path, Some(definition.clone())).await;
        assert!(status == 200 && !text.contains("Salaries"), "{status} {text}");
        assert_eq!(directly(&world, "MEMBER1", Method::POST, path, Some(definition)).await.0, 403);
    }
}

/// Texts that would be something else where a value is read carelessly.
const NASTY: &[&str] = &[
    "eq:Lovelace",
    "ne:Lovelace",
    "ne:",
    "!=:x",
    "contains:a",
    "startsWith:L",
    "endsWith:e",
    "notContain:zzz",
    "!contain:zzz",
    "in:Lovelace",
    "notIn:x",
    "!in:x",
    "isEmpty:",
    "empty:",
    "notEmpty:",
    "!empty:",
    "isTrue:",
    "isFalse:",
    "true:",
    "gt:A",
    ">:A",
    ">=:A",
    "lt:zzz",
    "<:zzz",
    "le:zzz",
    "ge:A",
    "==:Lovelace",
    "between:A",
    "NE:Lovelace",
    "Contains:a",
    "eq:ne:Lovelace",
    "' OR 1=1 --",
    "'; DROP TABLE Name; --",
    "\" OR \"\"=\"",
    "1 OR 1=1",
    "%%%",
    "Love%lace",
    "_______x",
    "a&Parameter=b",
    "a&limit=1&offset=0",
    "a&QueryName=$/Secret/Salaries",
    "x#fragment",
    "x?y=z",
    "../../token",
    "..%2f..%2ftoken",
    "%00",
    "%7C",
    "%0d%0aX: y",
    "+x+",
    "a=b",
    "{\"$type\":\"x\"}",
    "[object]",
    "<script>alert(1)</script>",
    "@url:ID",
    "$/Secret/Salaries",
    "\u{ff5c}\u{ff5c}",
    "\u{202e}x",
    "Ω≈ç√∫",
    "🦄🦄",
    "eq:a,b;c",
    "OrderBy=ID",
    "Phrase:x",
    "${jndi:ldap://x}",
    "{{7*7}}",
    "=1+1",
];

/// Texts that the filter grammar cannot say.
const UNSAYABLE: &[&str] =
    &["a|b", "|", "Lovelace|Hopper", "eq:a|ne:b", "a\u{0}", "a\nb", "a\r\nX: y", "\u{1b}[0m", "a\u{7f}", "a\u{85}b"];

/// What iMIS was told for a prompt when the query last ran.
fn told(world: &World, place: usize) -> String {
    let seen = world.imis.ledger().requests().into_iter().rev();
    let seen = seen.into_iter().find(|seen| matches!(seen.path.as_str(), "/api/query" | "/api/iqa")).unwrap();
    let pairs: Vec<(String, String)> = url::form_urlencoded::parse(seen.query.as_bytes()).into_owned().collect();
    assert_eq!(pairs[0].0, "QueryName");
    assert!(pairs[0].1.starts_with("$/Outlook/"), "{pairs:?}");
    let values: Vec<&(String, String)> =
        pairs[1..].iter().filter(|(name, _)| !matches!(name.as_str(), "limit" | "offset")).collect();
    values[if seen.path == "/api/iqa" { place } else { 0 }.min(values.len() - 1)].1.clone()
}

#[tokio::test]
async fn a_value_is_that_value_through_every_prompt_of_text() {
    for edition in EDITIONS {
        let world = world(edition).await;
        let person = world.sign_in_as("STAFF1").await;
        let forms = [
            (describe(&person, "Search").await, "Search text", 0, "contains"),
            (describe(&person, "Find contacts").await, "Last name", 0, "startsWith"),
            (describe(&person, "Members").await, "Member type", 0, "eq"),
            (describe(&person, "Members").await, "City has", 4, "contains"),
        ];
        for (form, label, place, operator) in &forms {
            for value in NASTY {
                let page = person.call(&run(form, &[(label, &[value])])).await.unwrap();
                assert_eq!(page.total, Some(0), "{label}: {value}");
                assert_eq!(told(&world, *place), format!("{operator}:{value}"), "{label}");
            }
        }
        let (form, label, ..) = &forms[2];
        let page = person.call(&run(form, &[(label, &["HON", "ne:REG", "contains:U"])])).await.unwrap();
        let kinds = column(&page, "Member type");
        assert!(texts(&kinds).iter().all(|kind| *kind == "HON") && !kinds.is_empty(), "{kinds:?}");
        assert_eq!(told(&world, 0), "in:HON|ne:REG|contains:U");
    }
}

#[tokio::test]
async fn what_cannot_be_said_is_refused_before_imis_is_asked() {
    for edition in EDITIONS {
        let world = world(edition).await;
        let person = world.sign_in_as("STAFF1").await;
        let long = "x".repeat(201);
        let form = describe(&person, "Members").await;
        let name = |label: &str| form.prompts.iter().find(|prompt| prompt.label == label).unwrap().name.clone();
        world.imis.ledger().forget_requests();
        for value in UNSAYABLE.iter().copied().chain([long.as_str()]) {
            for prompt in &form.prompts {
                let problem = person.call(&run(&form, &[(&prompt.label, &[value])])).await.unwrap_err();
                assert_eq!(
                    (problem.code, problem.field),
                    (ProblemCode::Invalid, Some(name(&prompt.label))),
                    "{value:?}"
                );
            }
            let asked = ListQueries { folder: None, text: value.to_owned() };
            let listed = person.call(&asked).await;
            assert!(listed.map_or_else(|problem| problem.code == ProblemCode::Invalid, |list| list.queries.is_empty()));
        }
        let many: Vec<String> = (0..51).map(|number| number.to_string()).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert_eq!(person.call(&run(&form, &[("Member type", &many)])).await.unwrap_err().code, ProblemCode::Invalid);
        let two = person.call(&run(&form, &[("City has", &["a", "b"])])).await.unwrap_err();
        assert_eq!((two.code, two.field), (ProblemCode::Invalid, Some(name("City has"))), "one value is one value");
        let ran = world
            .imis
            .ledger()
            .requests()
            .into_iter()
            .any(|seen| matches!(seen.path.as_str(), "/api/query" | "/api/iqa"));
        assert!(!ran, "nothing ran");
    }
}

#[tokio::test]
async fn prompts_for_dates_numbers_and_flags_take_nothing_else() {
    for edition in EDITIONS {
        let world = world(edition).await;
        let person = world.sign_in_as("STAFF1").await;
        let form = describe(&person, "Members").await;
        for label in ["Active", "Paid through, at least", "Balance"] {
            for value in NASTY {
                let problem = person.call(&run(&form, &[(label, &[value])])).await.unwrap_err();
                assert_eq!(problem.code, ProblemCode::ImisRefused, "{label}: {value}");
            }
        }
        let answers: [(&str, &[&str]); 3] =
            [("Active", &["false"]), ("Paid through, at least", &["2026-06-01"]), ("Balance", &["123.45"])];
        let page = person.call(&run(&form, &answers)).await.unwrap();
        let paid = column(&page, "Paid through");
        assert!(texts(&paid).iter().all(|date| *date >= "2026-06-01"), "{paid:?}");
        let page = person.call(&run(&form, &answers[2..])).await.unwrap();
        let balances = column(&page, "Balance due");
        assert!(!balances.is_empty());
        assert!(balances.iter().all(|text| text.as_deref().unwrap().parse::<f64>().unwrap() >= 123.45));
    }
}

#[tokio::test]
async fn a_search_for_queries_is_a_search_whatever_it_says() {
    for edition in EDITIONS {
        let world = world(edition).await;
        let person = world.sign_in_as("STAFF1").await;
        for text in NASTY {
            let list = person.call(&ListQueries { folder: None, text: (*text).to_owned() }).await.unwrap();
            assert!(list.queries.is_empty() && list.folders.is_empty(), "{text}");
        }
        assert_eq!(find(&person, "Names only").await.name, "Names only");
    }
}

#[tokio::test]
async fn nobody_without_a_session_gets_anywhere() {
    let world = world(Edition::Ems).await;
    for path in [ListQueries::PATH, DescribeQuery::PATH, RunQuery::PATH, ExportQuery::PATH, CollectRecipients::PATH] {
        let request = world.request(Method::POST, path).json(&serde_json::json!({}));
        let problem = answer::<serde_json::Value>(request).await.unwrap_err();
        assert_eq!(problem.code, ProblemCode::SignedOut, "{path}");
    }
}
