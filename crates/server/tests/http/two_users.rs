//! Two people, every route: nobody sees or touches what is another's
//! (`security.md §7` C15, C16).
//!
//! The routes are read from the router itself, so a new one fails here until
//! somebody says what it shows to whom.

use crate::saves::{activity, all_saved, message};
use crate::world::{World, answer};
use api::{EndScope, EndSessions, GetMe, ListSessions, ProblemCode, SaveReport, Whose};
use std::time::{Duration, Instant};

/// What a route lets somebody see who is not signed in as the right person.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Who {
    /// Anybody; it shows nothing of anybody.
    Anybody,
    /// Whoever holds the dialog's cookie, the flow or a link that works once; their own tests are beside them.
    Flow,
    /// Whoever is signed in.
    SignedIn,
}

fn known(method: &str, path: &str) -> Option<Who> {
    Some(match (method, path) {
        ("get", "/api/bootstrap" | "/healthz" | "/readyz" | "/auth/assets/dialog.css" | "/auth/assets/dialog.js")
        | ("post", "/api/session") => Who::Anybody,
        (_, "/api/auth/flows" | "/api/auth/redeem") => Who::Flow,
        (_, path) if path.starts_with("/auth/") => Who::Flow,
        ("get", "/api/session" | "/api/save-targets")
        | ("delete", "/api/session")
        | (
            "post",
            "/api/session/renew"
            | "/api/session/confirm"
            | "/api/sessions/list"
            | "/api/sessions/end"
            | "/api/contacts/match"
            | "/api/saves",
        )
        | ("put", "/api/saves/{save}/attachments/{index}") => Who::SignedIn,
        _ => return None,
    })
}

/// Method and path of every route there is.
fn routes() -> Vec<(String, String)> {
    let router = include_str!("../../src/router.rs");
    let mut found = Vec::new();
    for route in router.split(".route(\"").skip(1) {
        let (path, rest) = route.split_once('"').unwrap();
        let handlers = rest.split(".route(").next().unwrap().split(".merge").next().unwrap();
        for method in ["get", "post", "put", "delete"] {
            if handlers.contains(&format!("{method}(")) {
                found.push((method.to_owned(), path.to_owned()));
            }
        }
    }
    assert!(found.len() > 15, "{found:?}");
    found
}

#[test]
fn every_route_says_whom_it_is_for() {
    for (method, path) in routes() {
        assert!(known(&method, &path).is_some(), "{method} {path} is new: say here whom it is for");
    }
}

#[tokio::test]
async fn no_route_for_people_answers_strangers_or_whoever_has_another_kind_of_secret() {
    let world = World::new().await;
    let person = world.sign_in().await;
    let upstream = "CANARY-AT-not-a-session";
    let (id,): (Vec<u8>,) =
        sqlx::query_as("SELECT row_key FROM session").fetch_one(&world.database().await).await.unwrap();
    let (sealed,): (Vec<u8>,) =
        sqlx::query_as("SELECT sealed FROM session").fetch_one(&world.database().await).await.unwrap();
    let base64 = |bytes: &[u8]| {
        use base64::Engine as _;
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
    };
    let begun = crate::dialog::world().await;
    let flow = crate::dialog::Pane::single_sign_on(&begun).await.begun.flow.0;
    let mut secrets = vec![upstream.to_owned(), flow, base64(&id), base64(&sealed), crate::world::KEY.to_owned()];
    secrets.extend(secrets.clone().iter().map(|secret| format!("ia1_{secret}")));
    for (method, path) in routes().iter().filter(|(method, path)| known(method, path) == Some(Who::SignedIn)) {
        let path = path.replace("{save}", "7d444840-9dc0-11d1-b245-5ffdce74fad2").replace("{index}", "0");
        let request = || world.request(method.to_uppercase().parse().unwrap(), &path).json(&());
        assert_eq!(answer::<()>(request()).await.unwrap_err().code, ProblemCode::SignedOut, "{method} {path}");
        for secret in &secrets {
            let problem = answer::<()>(request().bearer_auth(secret)).await.unwrap_err();
            assert_eq!(problem.code, ProblemCode::SignedOut, "{method} {path} {secret}");
        }
    }
    assert!(person.call(&GetMe).await.is_ok());
}

#[tokio::test]
async fn nobody_reaches_what_is_another_s_by_any_route() {
    let world = World::new().await;
    let (mine, yours) = (world.sign_in_as("STAFF1").await, world.sign_in_as("MANAGER").await);
    let ask = message(activity(), &["101"], &["secret.pdf"]);
    let other = message(activity(), &["101"], &["secret.pdf"]);
    assert!(all_saved(&yours.call(&ask).await.unwrap()));
    assert!(all_saved(&yours.call(&other).await.unwrap()));
    world.imis.ledger().forget_requests();
    for (method, path) in routes().iter().filter(|(method, path)| known(method, path) == Some(Who::SignedIn)) {
        match (method.as_str(), path.as_str()) {
            ("get", "/api/session") => assert_eq!(mine.call(&GetMe).await.unwrap().user_name, "STAFF1"),
            ("post", "/api/sessions/list") => {
                let list = |whose| ListSessions { whose, user_name: "manager".to_owned() };
                assert!(mine.call(&list(Whose::Mine)).await.unwrap().sessions.is_empty());
                assert_eq!(mine.call(&list(Whose::Everybodys)).await.unwrap_err().code, ProblemCode::Forbidden);
            }
            ("post", "/api/sessions/end") => {
                let all = ListSessions { whose: Whose::Mine, user_name: String::new() };
                let id = yours.call(&all).await.unwrap().sessions.remove(0).id;
                let end = EndSessions { scope: EndScope::Session(id) };
                assert_eq!(mine.call(&end).await.unwrap_err().code, ProblemCode::Forbidden);
            }
            ("put", "/api/saves/{save}/attachments/{index}") => {
                let put = answer::<()>(mine.put(&other.save, 0).body("x")).await;
                assert_eq!(put.unwrap_err().code, ProblemCode::NotFound);
            }
            ("post", "/api/saves") => {
                // The same id is another save where it is another's: nothing of yours is in the answer.
                let theirs: SaveReport = mine.call(&ask).await.unwrap();
                let again: SaveReport = yours.call(&ask).await.unwrap();
                assert!(all_saved(&theirs) && theirs.records != again.records);
            }
            ("post", "/api/session/renew" | "/api/session/confirm" | "/api/contacts/match")
            | ("get", "/api/save-targets")
            | ("delete", "/api/session") => {} // They name nothing that could be another's.
            other => panic!("{other:?} is new: say here what another sees of it"),
        }
    }
    let writers = world.imis.ledger().created("Activity").into_iter().map(|entry| entry.user.to_lowercase());
    assert_eq!(writers.collect::<Vec<_>>(), ["manager", "manager", "staff1"], "each in their own name");
    mine.call(&api::SignOut).await.unwrap();
    assert!(yours.call(&GetMe).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn five_hundred_sessions_at_once_are_never_mixed_up() {
    const SESSIONS: usize = 500;
    let world =
        World::with(sim::imis::Settings::default(), |config| config.limits.sign_ins_per_address = 100_000).await;
    let names = ["MANAGER", "STAFF1", "READER1"];
    let mut people = Vec::new();
    for index in 0..SESSIONS {
        let name = names[index % names.len()];
        people.push((name, world.sign_in_as(name).await.token));
    }
    let begun = Instant::now();
    let rounds = people.iter().map(|(name, token)| {
        let world = &world;
        async move {
            let person = world.person(token);
            let mut asked = 0;
            while begun.elapsed() < Duration::from_secs(5) {
                assert_eq!(person.call(&GetMe).await.unwrap().user_name, *name);
                asked += 1;
            }
            asked
        }
    });
    let asked: usize = futures_util::future::join_all(rounds).await.into_iter().sum();
    assert!(asked >= SESSIONS, "{asked}");
}
