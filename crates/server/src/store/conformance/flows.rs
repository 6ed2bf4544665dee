//! Sign-ins under way: changed by one, taken by one, gone in time.

use super::*;

kept_by_both!(
    a_flow_is_found_until_it_is_over,
    a_flow_is_changed_by_one_and_taken_by_one,
    nobody_has_more_flows_open_than_the_limit,
    flows_of_a_site_go_with_its_sessions,
);

fn flow(name: &str) -> FlowRow {
    FlowRow {
        id: hash(name),
        cookie: None,
        site: "live".to_owned(),
        bucket: Bucket(hash("office")),
        created_ms: 0,
        expires_ms: 1_000,
        version: 1,
        sealed: vec![0, 1, 255],
    }
}

async fn a_flow_is_found_until_it_is_over(place: Place) {
    let store = place.open().await;
    assert!(store.add_flow(flow("f"), 9, 0).await.unwrap());
    assert_eq!(store.flow(hash("f"), 999).await.unwrap(), Some(flow("f")));
    assert_eq!(store.flow(hash("f"), 1_000).await.unwrap(), None, "over");
    let bound = FlowRow { cookie: Some(hash("c")), version: 2, ..flow("f") };
    assert!(store.change_flow(bound.clone(), 1).await.unwrap());
    assert_eq!(store.flow(hash("f"), 999).await.unwrap(), Some(bound));
    store.tidy(1_000, 0, 0).await.unwrap();
    assert_eq!(store.flow(hash("f"), 0).await.unwrap(), None, "forgotten");
}

async fn a_flow_is_changed_by_one_and_taken_by_one(place: Place) {
    let stores = [place.open().await, place.open().await];
    assert!(stores[0].add_flow(flow("f"), 9, 0).await.unwrap());
    let bound = |i: usize| FlowRow { cookie: Some(hash(&i.to_string())), version: 2, ..flow("f") };
    let made = try_join_all((0..64).map(|i| stores[i % 2].change_flow(bound(i), 1))).await.unwrap();
    assert_eq!(made.iter().filter(|made| **made).count(), 1);
    assert!(!stores[0].take_flow(hash("f"), 1).await.unwrap(), "another version");
    let taken = try_join_all((0..64).map(|i| stores[i % 2].take_flow(hash("f"), 2))).await.unwrap();
    assert_eq!(taken.iter().filter(|taken| **taken).count(), 1);
    assert_eq!(stores[0].flow(hash("f"), 0).await.unwrap(), None);
    assert!(!stores[0].change_flow(bound(0), 2).await.unwrap(), "taken");
}

async fn nobody_has_more_flows_open_than_the_limit(place: Place) {
    let stores = [place.open().await, place.open().await];
    let adds = (0..30).map(|i| stores[i % 2].add_flow(flow(&i.to_string()), 5, 0));
    let added = try_join_all(adds).await.unwrap();
    assert_eq!(added.iter().filter(|added| **added).count(), 5);
    let other = FlowRow { bucket: Bucket(hash("home")), ..flow("other") };
    assert!(stores[0].add_flow(other, 5, 0).await.unwrap());
    let later = FlowRow { expires_ms: 2_000, ..flow("later") };
    assert!(stores[0].add_flow(later, 5, 1_000).await.unwrap(), "the others are over");
}

async fn flows_of_a_site_go_with_its_sessions(place: Place) {
    let store = place.open().await;
    let test = FlowRow { site: "test".to_owned(), ..flow("test") };
    for row in [flow("live"), test.clone()] {
        assert!(store.add_flow(row, 9, 0).await.unwrap());
    }
    store.end_sessions(&user("ada"), None, 1).await.unwrap();
    assert_eq!(store.flow(hash("live"), 2).await.unwrap(), Some(flow("live")), "whose it is nobody knows yet");
    store.end_sessions(&Scope::Site("live".to_owned()), None, 1).await.unwrap();
    assert_eq!(store.flow(hash("live"), 2).await.unwrap(), None);
    assert_eq!(store.flow(hash("test"), 2).await.unwrap(), Some(test));
    store.end_sessions(&Scope::Everybody, None, 1).await.unwrap();
    assert_eq!(store.flow(hash("test"), 2).await.unwrap(), None);
}
