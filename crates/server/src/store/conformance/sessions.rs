//! Sessions: changed only as the version says, found by what finds them, and by index.

use super::*;

kept_by_both!(
    many_are_looked_for_at_once,
    a_session_comes_back_as_it_was_kept,
    a_change_made_to_another_version_does_nothing,
    of_many_changes_at_once_one_is_made,
    use_is_noted_to_the_minute,
    what_is_over_is_forgotten_and_nothing_else,
    sessions_are_listed_by_whom_they_are_of,
);

async fn a_session_comes_back_as_it_was_kept(place: Place) {
    let store = place.open().await;
    let full = SessionRow {
        subject: Some(hash("s")),
        provider_session: Some(hash("p")),
        former: Some(vec![0, 255, 7]),
        former_until_ms: 61_000,
        current_used: true,
        client: "Ünïcode \u{1f600} 'quoted'".to_owned(),
        ..session("a", "ada")
    };
    assert!(store.add_session(full.clone(), 0).await.unwrap());
    assert!(store.add_session(session("b", "ada"), 0).await.unwrap());
    assert_eq!(store.session(key("a")).await.unwrap(), Some(full));
    assert_eq!(store.session(key("b")).await.unwrap(), Some(session("b", "ada")));
    assert_eq!(store.session(key("c")).await.unwrap(), None);
}

async fn a_change_made_to_another_version_does_nothing(place: Place) {
    let store = place.open().await;
    assert!(store.add_session(session("a", "ada"), 0).await.unwrap());
    let next = SessionRow { version: 2, sealed: vec![9], former: Some(vec![8]), ..session("a", "ada") };
    assert!(!store.change_session(next.clone(), 2).await.unwrap());
    assert!(store.change_session(next.clone(), 1).await.unwrap());
    assert_eq!(store.session(key("a")).await.unwrap(), Some(next.clone()));
    assert!(!store.change_session(next, 1).await.unwrap(), "made already");
    assert!(!store.change_session(session("none", "ada"), 1).await.unwrap());
}

async fn of_many_changes_at_once_one_is_made(place: Place) {
    let stores = [place.open().await, place.open().await];
    assert!(stores[0].add_session(session("a", "ada"), 0).await.unwrap());
    let next = |i: u8| SessionRow { version: 2, sealed: vec![i], ..session("a", "ada") };
    let changes = (0..64).map(|i| stores[usize::from(i % 2)].change_session(next(i), 1));
    let made = try_join_all(changes).await.unwrap();
    assert_eq!(made.iter().filter(|made| **made).count(), 1);
    let winner = u8::try_from(made.iter().position(|made| *made).unwrap()).unwrap();
    assert_eq!(stores[1].session(key("a")).await.unwrap().unwrap().sealed, [winner]);
}

async fn use_is_noted_to_the_minute(place: Place) {
    let store = place.open().await;
    assert!(store.add_session(session("a", "ada"), 0).await.unwrap());
    for (now_ms, seen_ms) in [(60_999, 1_000), (61_000, 61_000), (500, 61_000), (200_000, 200_000)] {
        store.saw_session(key("a"), now_ms).await.unwrap();
        let row = store.session(key("a")).await.unwrap().unwrap();
        assert_eq!((row.seen_ms, row.version), (seen_ms, 1), "at {now_ms}");
    }
}

async fn what_is_over_is_forgotten_and_nothing_else(place: Place) {
    let store = place.open().await;
    let now_ms = 1_000_000_000;
    for (name, expires_ms, ends_ms) in [
        ("fresh", now_ms + 1, now_ms + 1),
        ("graced", now_ms - GRACE_MS + 1, now_ms + 1),
        ("expired", now_ms - GRACE_MS, now_ms + 1),
        ("ended", now_ms + 1, now_ms),
    ] {
        assert!(store.add_session(SessionRow { expires_ms, ends_ms, ..session(name, "ada") }, 0).await.unwrap());
    }
    let listed = store.sessions(&user("ada"), "", now_ms, 10).await.unwrap();
    assert_eq!(listed.len(), 2, "only what can still be used or renewed");
    store.tidy(now_ms, 0, 0).await.unwrap();
    for (name, there) in [("fresh", true), ("graced", true), ("expired", false), ("ended", false)] {
        assert_eq!(store.session(key(name)).await.unwrap().is_some(), there, "{name}");
    }
}

async fn sessions_are_listed_by_whom_they_are_of(place: Place) {
    let store = place.open().await;
    let rows = [
        SessionRow { seen_ms: 3, subject: Some(hash("s")), ..session("a", "ada") },
        SessionRow { seen_ms: 5, provider_session: Some(hash("p")), ..session("b", "ada") },
        SessionRow { seen_ms: 4, ..session("c", "100%_sure!") },
        SessionRow { seen_ms: 9, site: "test".to_owned(), subject: Some(hash("s")), ..session("d", "ada") },
    ];
    for row in &rows {
        assert!(store.add_session(row.clone(), 0).await.unwrap());
    }
    let live = || "live".to_owned();
    for (scope, like, expected) in [
        (Scope::Everybody, "", vec![3, 1, 2, 0]),
        (Scope::Site(live()), "", vec![1, 2, 0]),
        (user("ada"), "", vec![1, 0]),
        (Scope::Session(key("b")), "", vec![1]),
        (Scope::Subject { site: live(), subject: hash("s") }, "", vec![0]),
        (Scope::ProviderSession { site: live(), session: hash("p") }, "", vec![1]),
        (Scope::Everybody, "AD", vec![3, 1, 0]),
        (Scope::Everybody, "%", vec![2]),
        (Scope::Everybody, "0%_s", vec![2]),
        (Scope::Everybody, "e!", vec![2]),
        (Scope::Everybody, "a_a", vec![]),
    ] {
        let found = store.sessions(&scope, like, 10, 10).await.unwrap();
        let expected: Vec<_> = expected.into_iter().map(|i: usize| rows[i].clone()).collect();
        assert_eq!(found, expected, "{scope:?} {like}");
    }
    assert_eq!(store.sessions(&Scope::Everybody, "", 10, 2).await.unwrap().len(), 2);
}

async fn many_are_looked_for_at_once(place: Place) {
    let store = place.open().await;
    many_sessions(&store, 2_000).await;
    let mut keys: Vec<_> = store.sessions(&Scope::Everybody, "", 0, 2_000).await.unwrap();
    let there: Vec<_> = keys.drain(..).map(|row| row.key).collect();
    let asked = there.iter().copied().chain((0..700).map(|i| key(&format!("gone{i}")))).collect();
    assert_eq!(store.existing(asked).await.unwrap(), there.into_iter().collect());
    assert!(store.existing(Vec::new()).await.unwrap().is_empty());
    let people = (0..600).map(|i| person(&format!("user{i}"))).chain([("test".to_owned(), "user7".to_owned())]);
    let with = store.with_sessions(people.collect()).await.unwrap();
    assert_eq!(with, (0..=20).map(|i| person(&format!("user{i}"))).collect());
    assert!(store.with_sessions(Vec::new()).await.unwrap().is_empty());
}
