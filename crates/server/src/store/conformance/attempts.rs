//! Attempts: never more than the limit lets through, whoever tries at once and whatever the clock does.

use super::*;

kept_by_both!(
    attempts_at_the_same_moment_do_not_pass_together,
    a_clock_that_steps_back_neither_frees_nor_locks_out,
    only_the_attempt_that_was_none_is_taken_back,
);

fn allowed(answers: &[Attempt]) -> usize {
    answers.iter().filter(|answer| matches!(answer, Attempt::Allowed(_))).count()
}

async fn attempts_at_the_same_moment_do_not_pass_together(place: Place) {
    let stores = [place.open().await, place.open().await];
    let bucket = Bucket(hash("ada"));
    let tries = (0..30).map(|i| stores[i % 2].attempt(bucket, 100, 0, 3));
    assert_eq!(allowed(&try_join_all(tries).await.unwrap()), 3);
    assert_eq!(stores[0].attempt(bucket, 101, 0, 3).await.unwrap(), Attempt::Refused { oldest_ms: 100 });
    let other = stores[0].attempt(Bucket(hash("bob")), 101, 0, 3).await.unwrap();
    assert!(matches!(other, Attempt::Allowed(_)));
    let later = stores[0].attempt(bucket, 200, 100, 3).await.unwrap();
    assert!(matches!(later, Attempt::Allowed(_)), "the old are over");
    stores[1].tidy(0, 100, 0).await.unwrap();
    stores[0].forget_attempts(bucket).await.unwrap();
    let tries = (0..5).map(|_| stores[0].attempt(bucket, 300, 0, 3));
    assert_eq!(allowed(&try_join_all(tries).await.unwrap()), 3);
}

async fn a_clock_that_steps_back_neither_frees_nor_locks_out(place: Place) {
    let stores = [place.open().await, place.open().await];
    let bucket = Bucket(hash("ada"));
    let window_ms = 900_000;
    let mut answers = Vec::new();
    for (i, now_ms) in [10_000_000, 9_000_000, 8_999_999, 5_000_000, 4_999_999, 100].into_iter().enumerate() {
        let answer = stores[i % 2].attempt(bucket, now_ms, now_ms - window_ms, 2).await.unwrap();
        answers.push(answer);
    }
    assert_eq!(allowed(&answers), 2, "{answers:?}");
    // Nor does it lock anybody out for as long as it was wrong.
    let answer = stores[0].attempt(bucket, 101 + window_ms, 101, 2).await.unwrap();
    assert!(matches!(answer, Attempt::Allowed(_)), "{answer:?}");
}

async fn only_the_attempt_that_was_none_is_taken_back(place: Place) {
    let store = place.open().await;
    let bucket = Bucket(hash("ada"));
    let Attempt::Allowed(first) = store.attempt(bucket, 100, 0, 2).await.unwrap() else { panic!("refused") };
    // Somebody gets in meanwhile, and all attempts are forgotten.
    store.forget_attempts(bucket).await.unwrap();
    for now_ms in [101, 102] {
        assert!(matches!(store.attempt(bucket, now_ms, 0, 2).await.unwrap(), Attempt::Allowed(_)));
    }
    store.forget_attempt(bucket, first).await.unwrap();
    let answer = store.attempt(bucket, 103, 0, 2).await.unwrap();
    assert_eq!(answer, Attempt::Refused { oldest_ms: 101 }, "the first number is not given again");
}
