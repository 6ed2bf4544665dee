//! What people keep at hand.

use super::*;

kept_by_both!(
    what_is_kept_is_there_for_its_owner_alone_and_newest_first,
    what_is_kept_again_is_there_once_and_as_it_is_now,
    what_is_kept_under_another_name_takes_its_former_place_alone,
    only_the_newest_stay_and_always_the_one_just_kept,
    many_that_keep_at_once_leave_no_more_than_may_stay,
    what_is_kept_survives_a_restart_and_the_end_of_sessions,
);

fn shelf(user_name: &str, kind: &'static str) -> Shelf {
    Shelf { site: "live".to_owned(), user_name: user_name.to_owned(), kind }
}

fn thing(name: &str, at_ms: i64) -> Keepsake {
    Keepsake { name: hash(name), sealed: name.as_bytes().to_vec(), at_ms }
}

async fn names(store: &Sql, shelf: &Shelf) -> Vec<String> {
    let kept = store.keepsakes(shelf).await.unwrap();
    kept.into_iter().map(|keepsake| String::from_utf8(keepsake.sealed).unwrap()).collect()
}

async fn what_is_kept_is_there_for_its_owner_alone_and_newest_first(place: Place) {
    let store = place.open().await;
    let hers = shelf("ada", "favourite");
    for (name, at_ms) in [("a", 10), ("c", 30), ("b", 20)] {
        store.keep(&hers, thing(name, at_ms), Vec::new(), 10).await.unwrap();
    }
    assert_eq!(names(&store, &hers).await, ["c", "b", "a"]);
    assert_eq!(store.keepsake(&hers, hash("b")).await.unwrap(), Some(thing("b", 20)));
    let elsewhere = Shelf { site: "test".to_owned(), ..hers.clone() };
    for other in [shelf("bob", "favourite"), shelf("", "favourite"), shelf("ada", "recent"), elsewhere] {
        assert_eq!(names(&store, &other).await, [""; 0], "{other:?}");
        assert_eq!(store.keepsake(&other, hash("b")).await.unwrap(), None);
        store.let_go(&other, vec![hash("b")]).await.unwrap();
    }
    store.let_go(&hers, vec![hash("b"), hash("nothing")]).await.unwrap();
    assert_eq!(names(&store, &hers).await, ["c", "a"]);
}

async fn what_is_kept_again_is_there_once_and_as_it_is_now(place: Place) {
    let store = place.open().await;
    let hers = shelf("ada", "recent");
    for (name, at_ms) in [("a", 10), ("b", 20), ("a", 30)] {
        store.keep(&hers, thing(name, at_ms), Vec::new(), 10).await.unwrap();
    }
    let anew = Keepsake { sealed: b"anew".to_vec(), ..thing("b", 40) };
    store.keep(&hers, anew, Vec::new(), 10).await.unwrap();
    assert_eq!(names(&store, &hers).await, ["anew", "a"]);
}

async fn what_is_kept_under_another_name_takes_its_former_place_alone(place: Place) {
    let store = place.open().await;
    let (hers, his) = (shelf("ada", "favourite"), shelf("bob", "favourite"));
    for shelf in [&hers, &his] {
        store.keep(shelf, thing("old", 10), Vec::new(), 2).await.unwrap();
        store.keep(shelf, thing("b", 5), Vec::new(), 2).await.unwrap();
    }
    store.keep(&hers, thing("new", 20), vec![hash("older"), hash("old")], 2).await.unwrap();
    assert_eq!(names(&store, &hers).await, ["new", "b"], "no other has to go for it");
    assert_eq!(names(&store, &his).await, ["old", "b"]);
}

async fn only_the_newest_stay_and_always_the_one_just_kept(place: Place) {
    let store = place.open().await;
    let (hers, his) = (shelf("ada", "recent"), shelf("bob", "recent"));
    store.keep(&his, thing("z", 1), Vec::new(), 2).await.unwrap();
    for (name, at_ms) in [("a", 10), ("b", 20), ("c", 30), ("d", 40)] {
        store.keep(&hers, thing(name, at_ms), Vec::new(), 2).await.unwrap();
    }
    assert_eq!(names(&store, &hers).await, ["d", "c"]);
    store.keep(&hers, thing("late", 5), Vec::new(), 2).await.unwrap();
    assert_eq!(names(&store, &hers).await, ["d", "late"], "another clock may be behind");
    store.keep(&hers, thing("only", 50), Vec::new(), 1).await.unwrap();
    assert_eq!(names(&store, &hers).await, ["only"]);
    assert_eq!(names(&store, &his).await, ["z"], "another's are nobody's business");
}

async fn many_that_keep_at_once_leave_no_more_than_may_stay(place: Place) {
    let (one, other) = (place.open().await, place.open().await);
    let hers = shelf("ada", "recent");
    let keeping = (0..24_i64).map(|n| {
        let (store, hers) = (if n % 2 == 0 { &one } else { &other }, &hers);
        async move { store.keep(hers, thing(&format!("n{n}"), n), Vec::new(), 5).await }
    });
    try_join_all(keeping).await.unwrap();
    assert_eq!(one.keepsakes(&hers).await.unwrap().len(), 5);
}

async fn what_is_kept_survives_a_restart_and_the_end_of_sessions(place: Place) {
    let store = place.open().await;
    let hers = shelf("ada", "favourite");
    store.keep(&hers, thing("a", 10), Vec::new(), 5).await.unwrap();
    store.end_sessions(&Scope::Everybody, None, 20).await.unwrap();
    store.tidy(i64::MAX / 2, 0, 0).await.unwrap();
    store.close().await;
    assert_eq!(names(&place.open().await, &hers).await, ["a"]);
}
