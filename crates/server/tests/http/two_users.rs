//! Two people, every route: nobody sees or touches what is another's
//! (`security.md §7` C15, C16).
//!
//! The routes are read from the router itself, so a new one fails here until
//! somebody says what it shows to whom.

mod given;
mod tried;

use crate::crowd::two_sites;
use crate::world::{World, answer};
use api::{GetMe, ProblemCode};
use given::Pair;
use sim::imis::{Edition, Settings};

/// What a route lets somebody see who is not signed in as the right person.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Who {
    /// Anybody; it shows nothing of anybody.
    Anybody,
    /// Whoever holds the dialog's cookie, the flow or a link that works once; their own tests are beside them.
    Flow,
    /// Whoever is signed in.
    SignedIn,
}

pub(crate) fn known(method: &str, path: &str) -> Option<Who> {
    Some(match (method, path) {
        (
            "get",
            "/api/bootstrap"
            | "/healthz"
            | "/readyz"
            | "/auth/assets/dialog.css"
            | "/auth/assets/dialog.js"
            | "/send.html"
            | "/send.js",
        )
        | ("post", "/api/session") => Who::Anybody,
        (_, "/api/auth/flows" | "/api/auth/redeem") => Who::Flow,
        (_, path) if path.starts_with("/auth/") => Who::Flow,
        (
            "get",
            "/api/session"
            | "/api/save-targets"
            | "/api/record-forms"
            | "/api/records/{record}/attachments/{id}"
            | "/api/contacts/kept"
            | "/api/contacts/addresses"
            | "/api/contacts/options"
            | "/api/queries/kept",
        )
        | ("delete", "/api/session")
        | (
            "post",
            "/api/session/renew"
            | "/api/session/confirm"
            | "/api/sessions/list"
            | "/api/sessions/end"
            | "/api/contacts/match"
            | "/api/contacts/search"
            | "/api/contacts/card"
            | "/api/contacts/card-columns"
            | "/api/contacts/picture"
            | "/api/contacts/keep"
            | "/api/contacts/likely"
            | "/api/contacts/add"
            | "/api/contacts/update"
            | "/api/contacts/choice"
            | "/api/contacts/addresses"
            | "/api/contacts/timeline"
            | "/api/records/get"
            | "/api/records/write"
            | "/api/records/change"
            | "/api/records/remove"
            | "/api/queries/list"
            | "/api/queries/keep"
            | "/api/queries/describe"
            | "/api/queries/run"
            | "/api/queries/export"
            | "/api/recipients"
            | "/api/saves"
            | "/api/saved/look"
            | "/api/saved/watch"
            | "/api/saved/remove",
        )
        | ("put", "/api/saves/{save}/attachments/{index}") => Who::SignedIn,
        _ => return None,
    })
}

/// Method and path of every route there is.
pub(crate) fn routes() -> Vec<(String, String)> {
    let router = include_str!("../../src/router.rs");
    for hidden in [".nest(", ".nest_service(", ".route_service(", ".fallback_service(", "any("] {
        assert!(!router.contains(hidden), "{hidden} hides routes from who reads them here");
    }
    let mut found = Vec::new();
    for route in router.split(".route(").skip(1) {
        let (path, rest) = route.trim_start().strip_prefix('"').unwrap().split_once('"').unwrap();
        let handlers = rest.split(".merge").next().unwrap();
        let methods = ["get", "post", "put", "delete", "patch", "head", "options", "trace", "connect"];
        let before = found.len();
        for method in methods.into_iter().filter(|method| *method != "head") {
            if handlers.contains(&format!("{method}(")) {
                found.push((method.to_owned(), path.to_owned()));
            }
        }
        assert!(found.len() > before, "{path}");
    }
    assert!(found.len() > 45, "{found:?}");
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
        let path = path.replace("{record}", "Activity:1").replace("{id}", "1");
        let request = || world.request(method.to_uppercase().parse().unwrap(), &path).json(&());
        assert_eq!(answer::<()>(request()).await.unwrap_err().code, ProblemCode::SignedOut, "{method} {path}");
        for secret in &secrets {
            let problem = answer::<()>(request().bearer_auth(secret)).await.unwrap_err();
            assert_eq!(problem.code, ProblemCode::SignedOut, "{method} {path} {secret}");
        }
    }
    assert!(person.call(&GetMe).await.is_ok());
}

/// Two people, at one site or at two.
const PAIRS: [[(&str, &str); 2]; 5] = [
    [("live", "MANAGER"), ("live", "STAFF1")],
    [("live", "STAFF3"), ("live", "READER1")],
    [("live", "STAFF3"), ("live", "STAFF1")],
    [("live", "STAFF3"), ("south", "STAFF3")],
    [("live", "MANAGER"), ("south", "READER1")],
];

#[tokio::test]
async fn nobody_reaches_what_is_another_s_by_any_route() {
    for edition in [Edition::Ems, Edition::Imis2017] {
        for [giver, taker] in PAIRS {
            let settings = || Settings { edition, ..Settings::default() };
            let (world, south) = two_sites([settings(), settings()]).await;
            let pair = Pair::new(&world, giver, taker).await;
            let before = pair.giver_has().await;
            let theirs = if taker.0 == "live" { world.imis.ledger() } else { south.ledger() };
            let written = theirs.entries().len();
            for (method, path) in routes().iter().filter(|(method, path)| known(method, path) == Some(Who::SignedIn)) {
                pair.take(method, path).await;
            }
            assert_eq!(pair.giver_has().await, before, "nothing of the giver's has changed");
            for entry in theirs.entries().split_off(written) {
                assert!(entry.user.eq_ignore_ascii_case(taker.1), "{taker:?} wrote as {}", entry.user);
            }
            pair.sign_out().await;
        }
    }
}

#[tokio::test]
async fn what_is_refused_here_is_refused_by_imis_too() {
    for edition in [Edition::Ems, Edition::Imis2017] {
        let settings = || Settings { edition, ..Settings::default() };
        let (world, _south) = two_sites([settings(), settings()]).await;
        let pair = Pair::new(&world, ("live", "MANAGER"), ("live", "STAFF1")).await;
        pair.ask_imis_itself(edition).await;
    }
}
