//! Leases and names seen once: one holder, one first, until their time is over.

use super::*;

kept_by_both!(
    a_name_is_seen_once,
    how_long_a_name_counts_as_seen_can_be_changed,
    a_lease_has_one_holder_until_it_is_over_or_given_back,
    of_many_who_want_a_lease_one_gets_it,
);

async fn a_name_is_seen_once(place: Place) {
    let stores = [place.open().await, place.open().await];
    let asked = (0..64).map(|i| stores[i % 2].once(hash("jti"), 1_000, 0));
    let first = try_join_all(asked).await.unwrap();
    assert_eq!(first.iter().filter(|first| **first).count(), 1);
    assert!(!stores[0].once(hash("jti"), 5_000, 999).await.unwrap());
    assert!(stores[0].once(hash("other"), 1_000, 0).await.unwrap());
    assert!(stores[1].once(hash("jti"), 2_000, 1_000).await.unwrap(), "its time was over");
    assert!(!stores[0].once(hash("jti"), 3_000, 1_999).await.unwrap());
    stores[0].tidy(1_999, 0, 0).await.unwrap();
    assert!(!stores[0].once(hash("jti"), 3_000, 1_999).await.unwrap(), "not forgotten too early");
}

async fn how_long_a_name_counts_as_seen_can_be_changed(place: Place) {
    let stores = [place.open().await, place.open().await];
    assert!(stores[0].once(hash("jti"), 100, 0).await.unwrap());
    stores[1].seen_until(hash("jti"), 1_000).await.unwrap();
    stores[1].seen_until(hash("never seen"), 1_000).await.unwrap();
    assert!(!stores[0].once(hash("jti"), 2_000, 999).await.unwrap(), "longer");
    assert!(stores[0].once(hash("never seen"), 2_000, 999).await.unwrap());
    stores[0].seen_until(hash("jti"), 500).await.unwrap();
    assert!(stores[1].once(hash("jti"), 2_000, 500).await.unwrap(), "as if it had never been seen");
}

async fn a_lease_has_one_holder_until_it_is_over_or_given_back(place: Place) {
    let stores = [place.open().await, place.open().await];
    let (one, two) = ([1; 16], [2; 16]);
    assert!(stores[0].lease(hash("l"), one, 0, 100).await.unwrap());
    assert!(!stores[1].lease(hash("l"), two, 99, 200).await.unwrap());
    assert!(stores[0].lease(hash("l"), one, 99, 200).await.unwrap(), "prolonged");
    assert!(!stores[1].lease(hash("l"), two, 199, 300).await.unwrap());
    assert!(stores[1].lease(hash("l"), two, 200, 300).await.unwrap(), "over");
    assert!(!stores[0].lease(hash("l"), one, 201, 300).await.unwrap());
    stores[0].release(hash("l"), one).await.unwrap();
    assert!(!stores[0].lease(hash("l"), one, 201, 300).await.unwrap(), "not theirs to give back");
    stores[1].release(hash("l"), two).await.unwrap();
    assert!(stores[0].lease(hash("l"), one, 201, 300).await.unwrap());
}

async fn of_many_who_want_a_lease_one_gets_it(place: Place) {
    let stores = [place.open().await, place.open().await];
    for round in 0..5 {
        let asked =
            (0..32_u8).map(|i| stores[usize::from(i % 2)].lease(hash("l"), [i; 16], round * 100, round * 100 + 100));
        let got = try_join_all(asked).await.unwrap();
        assert_eq!(got.iter().filter(|got| **got).count(), 1, "round {round}");
    }
}
