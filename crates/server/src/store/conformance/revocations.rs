//! Ending sessions: nobody slips past, and every instance learns of it.

use super::*;

kept_by_both!(
    ended_sessions_are_gone_and_told,
    nobody_who_keeps_a_session_is_named,
    too_many_people_are_not_named,
    no_session_begins_in_a_flow_that_was_revoked,
    no_session_slips_past_those_who_end_it,
    revocations_appear_in_the_order_of_their_numbers,
    another_process_learns_within_a_second,
    what_a_newer_server_revoked_covers_everything,
    revocations_are_forgotten_when_no_session_can_be_older,
    one_person_of_a_hundred_thousand_sessions_is_out_within_a_second,
);

fn live() -> String {
    "live".to_owned()
}

async fn ended_sessions_are_gone_and_told(place: Place) {
    let store = place.open().await;
    let scopes = [
        (Scope::Session(key("a1")), vec!["a1"]),
        (user("ada"), vec!["a1", "a2"]),
        (Scope::Subject { site: live(), subject: hash("s") }, vec!["a2", "b1"]),
        (Scope::ProviderSession { site: live(), session: hash("p") }, vec!["b1"]),
        (Scope::Site(live()), vec!["a1", "a2", "b1"]),
        (Scope::Everybody, vec!["a1", "a2", "b1", "t1"]),
    ];
    let mut seen = 0;
    for (turn, (scope, gone)) in scopes.into_iter().enumerate() {
        let begun_ms = i64::try_from(turn).unwrap() * 10 + 1;
        let all = [
            session("a1", "ada"),
            SessionRow { subject: Some(hash("s")), ..session("a2", "ada") },
            SessionRow { subject: Some(hash("s")), provider_session: Some(hash("p")), ..session("b1", "bob") },
            SessionRow {
                site: "test".to_owned(),
                subject: Some(hash("s")),
                provider_session: Some(hash("p")),
                ..session("t1", "ada")
            },
        ];
        for row in &all {
            if store.session(row.key).await.unwrap().is_none() {
                assert!(store.add_session(row.clone(), seen).await.unwrap());
            }
        }
        let ended = store.end_sessions(&scope, None, begun_ms).await.unwrap();
        assert_eq!(ended.keys, i64::try_from(gone.len()).unwrap(), "{scope:?}");
        for name in ["a1", "a2", "b1", "t1"] {
            assert_eq!(store.session(key(name)).await.unwrap().is_none(), gone.contains(&name), "{scope:?} {name}");
        }
        let told = store.revocations(seen).await.unwrap();
        let told: Vec<_> = told.iter().map(|told| (told.scope.clone(), told.except, told.at_ms)).collect();
        assert_eq!(told, [(scope, None, begun_ms)]);
        seen = store.latest_revocation().await.unwrap();
    }
    assert!(store.revocations(seen).await.unwrap().is_empty());
}

async fn nobody_who_keeps_a_session_is_named(place: Place) {
    let store = place.open().await;
    for (name, user_name) in [("a1", "ada"), ("a2", "ada"), ("a3", "ada"), ("b1", "bob")] {
        assert!(store.add_session(session(name, user_name), 0).await.unwrap());
    }
    let one = store.end_sessions(&Scope::Session(key("a1")), None, 1).await.unwrap();
    assert_eq!(one, Ended { keys: 1, users: vec![], all_users: false });
    let others = store.end_sessions(&user("ada"), Some(key("a2")), 2).await.unwrap();
    assert_eq!(others, Ended { keys: 1, users: vec![], all_users: false });
    assert!(store.session(key("a2")).await.unwrap().is_some());
    assert_eq!(store.revocations(1).await.unwrap()[0].except, Some(key("a2")));
    let mut rest = store.end_sessions(&Scope::Site(live()), None, 3).await.unwrap();
    rest.users.sort();
    assert_eq!(rest, Ended { keys: 2, users: vec![person("ada"), person("bob")], all_users: false });
    let none = store.end_sessions(&Scope::Everybody, None, 4).await.unwrap();
    assert_eq!(none, Ended::default());
}

async fn too_many_people_are_not_named(place: Place) {
    let store = place.open().await;
    many_sessions(&store, 100_000 - 1).await;
    let ended = store.end_sessions(&Scope::Everybody, None, 1).await.unwrap();
    assert_eq!((ended.keys, ended.users.len(), ended.all_users), (99_999, 1_000, false));
    many_sessions(&store, 100_000).await;
    let ended = store.end_sessions(&Scope::Everybody, None, 2).await.unwrap();
    assert_eq!((ended.keys, ended.users.len(), ended.all_users), (100_000, 0, true));
}

async fn no_session_begins_in_a_flow_that_was_revoked(place: Place) {
    let store = place.open().await;
    let row = || SessionRow { subject: Some(hash("s")), provider_session: Some(hash("p")), ..session("a", "ada") };
    let covering = [
        Scope::Session(key("a")),
        user("ada"),
        Scope::Subject { site: live(), subject: hash("s") },
        Scope::ProviderSession { site: live(), session: hash("p") },
        Scope::Site(live()),
        Scope::Everybody,
    ];
    for (turn, scope) in covering.into_iter().enumerate() {
        let seen = store.latest_revocation().await.unwrap();
        // Each by a clock that is behind the one before.
        let at_ms = 1_000_000 - i64::try_from(turn).unwrap() * 1_000;
        store.end_sessions(&scope, None, at_ms).await.unwrap();
        assert!(!store.add_session(row(), seen).await.unwrap(), "{scope:?}");
        assert_eq!(store.session(key("a")).await.unwrap(), None);
        let seen = store.latest_revocation().await.unwrap();
        assert!(store.add_session(row(), seen).await.unwrap(), "{scope:?}, begun after");
    }
    let others = [
        Scope::Session(key("z")),
        user("zoe"),
        Scope::User { site: "test".to_owned(), user_name: "bob".to_owned() },
        Scope::Subject { site: live(), subject: hash("z") },
        Scope::Subject { site: "test".to_owned(), subject: hash("s") },
        Scope::ProviderSession { site: live(), session: hash("z") },
        Scope::Site("test".to_owned()),
    ];
    let seen = store.latest_revocation().await.unwrap();
    for scope in others {
        store.end_sessions(&scope, None, 1_000).await.unwrap();
    }
    assert!(store.add_session(SessionRow { subject: Some(hash("s")), ..session("b", "bob") }, seen).await.unwrap());
}

/// Whatever the order: a session that was let in before the end is ended by it,
/// and one after it is refused. So at the end there is none.
async fn no_session_slips_past_those_who_end_it(place: Place) {
    let stores = [place.open().await, place.open().await];
    let scopes =
        [user("ada"), Scope::Site(live()), Scope::Everybody, Scope::Subject { site: live(), subject: hash("s") }];
    let (mut let_in, mut kept_out) = (0, 0);
    for round in 0..24_i64 {
        let seen = stores[0].latest_revocation().await.unwrap();
        let row = |i: i64| SessionRow { subject: Some(hash("s")), ..session(&format!("{round}-{i}"), "ada") };
        let begin = join_all((0..12).map(|i| {
            let store = &stores[usize::try_from(i % 2).unwrap()];
            async move { store.add_session(row(i), seen).await.unwrap() }
        }));
        let scope = &scopes[usize::try_from(round).unwrap() % scopes.len()];
        let end = async {
            // Somewhere in the middle of the others.
            for _ in 0..round % 12 {
                assert!(stores[1].session(key("none")).await.unwrap().is_none());
            }
            stores[1].end_sessions(scope, None, round).await.unwrap()
        };
        let (kept, ended) = tokio::join!(begin, end);
        let kept = kept.into_iter().filter(|kept| *kept).count();
        assert_eq!(ended.keys, i64::try_from(kept).unwrap(), "each that was let in was ended");
        assert!(stores[0].sessions(&user("ada"), "", 0, 100).await.unwrap().is_empty(), "round {round}");
        let_in += kept;
        kept_out += 12 - kept;
    }
    assert!(let_in > 0 && kept_out > 0, "the rounds must meet in the middle: {let_in} in, {kept_out} out");
}

async fn revocations_appear_in_the_order_of_their_numbers(place: Place) {
    let stores = [place.open().await, place.open().await];
    let ends = join_all((0..40_usize).map(|i| {
        let store = &stores[i % 2];
        async move { store.end_sessions(&user(&format!("u{i}")), None, 1).await.unwrap() }
    }));
    let watch = async {
        let (mut seen, mut scopes) = (0, Vec::new());
        while scopes.len() < 40 {
            for told in stores[0].revocations(seen).await.unwrap() {
                assert!(told.number > seen);
                seen = told.number;
                scopes.push(told.scope);
            }
            tokio::task::yield_now().await;
        }
        scopes
    };
    let (_, scopes) = tokio::join!(ends, tokio::time::timeout(Duration::from_secs(20), watch));
    let scopes = scopes.expect("a number that appears late is never seen by who asks for what came after");
    assert!((0..40).all(|i| scopes.contains(&user(&format!("u{i}")))));
}

/// Ends sessions at one store; how long until the other, which waits, knows of it.
pub(super) async fn told_after(here: &Sql, there: &Sql, now_ms: i64) -> Duration {
    let seen = there.latest_revocation().await.unwrap();
    let waiting = async {
        loop {
            there.revocation_told().await;
            if !there.revocations(seen).await.unwrap().is_empty() {
                return Instant::now();
            }
        }
    };
    let ending = async {
        // The other waits by now.
        tokio::task::yield_now().await;
        here.end_sessions(&user("somebody"), None, now_ms).await.unwrap();
        Instant::now()
    };
    let (told, ended) = tokio::join!(waiting, ending);
    told.saturating_duration_since(ended)
}

async fn another_process_learns_within_a_second(place: Place) {
    let (here, there) = (place.open().await, place.open().await);
    let slowest = Duration::from_millis(800);
    // Whoever has only just opened the store may not listen yet; then it looks.
    assert!(told_after(&here, &there, 0).await < Duration::from_millis(1_500));
    for round in 1..=5 {
        // Sooner than whoever only looks every second.
        let after = told_after(&here, &there, round).await;
        assert!(after < slowest, "{after:?}");
    }
}

async fn what_a_newer_server_revoked_covers_everything(place: Place) {
    use crate::store::database::values;
    let store = place.open().await;
    let newer = "INSERT INTO revocation (at_ms, kind, site) VALUES (50, 'department', 'live')";
    store.database().run(newer, values![]).await.unwrap();
    assert_eq!(store.revocations(0).await.unwrap()[0].scope, Scope::Everybody);
    assert!(!store.add_session(session("a", "ada"), 0).await.unwrap());
    let seen = store.latest_revocation().await.unwrap();
    assert!(store.add_session(session("a", "ada"), seen).await.unwrap());
}

async fn revocations_are_forgotten_when_no_session_can_be_older(place: Place) {
    const DAY_MS: i64 = 24 * 60 * 60 * 1000;
    let store = place.open().await;
    store.end_sessions(&user("old"), None, DAY_MS).await.unwrap();
    store.end_sessions(&user("new"), None, DAY_MS + 1).await.unwrap();
    let latest = store.latest_revocation().await.unwrap();
    store.tidy(9 * DAY_MS, 0, 0).await.unwrap();
    assert_eq!(store.revocations(0).await.unwrap().len(), 1);
    store.tidy(20 * DAY_MS, 0, 0).await.unwrap();
    assert_eq!(store.latest_revocation().await.unwrap(), 0);
    store.end_sessions(&user("next"), None, 20 * DAY_MS).await.unwrap();
    assert!(store.latest_revocation().await.unwrap() > latest, "whoever saw the last one must see the next");
}

async fn one_person_of_a_hundred_thousand_sessions_is_out_within_a_second(place: Place) {
    let (here, there) = (place.open().await, place.open().await);
    many_sessions(&here, 100_000).await;
    let row = there.sessions(&user("user500"), "", 0, 1).await.unwrap().remove(0);
    let begun = Instant::now();
    let ended = here.end_sessions(&user("user500"), None, 1).await.unwrap();
    assert_eq!((ended.keys, ended.users), (100, vec![person("user500")]));
    assert_eq!(there.session(row.key).await.unwrap(), None);
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
    assert_eq!(here.end_sessions(&Scope::Site(live()), None, 2).await.unwrap().keys, 99_900);
}
