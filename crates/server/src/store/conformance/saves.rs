//! The journal of saves: one record belongs to one step of one save.

use super::*;

kept_by_both!(
    the_first_save_of_a_key_stays,
    a_record_belongs_to_one_step,
    a_record_that_another_took_meanwhile_is_not_noted,
    a_late_word_of_an_earlier_try_says_nothing_of_a_later_one,
    until_when_a_write_may_come_is_kept_until_it_is_over,
    who_takes_a_record_in_doubt_leaves_its_own_to_the_others,
    what_is_done_stays_done,
    steps_are_set_together,
    old_saves_are_forgotten,
    a_record_leads_to_the_save_that_wrote_it,
    a_save_is_forgotten_alone
);

const ONE: Try = Try(1);

fn save(name: &str) -> SaveKey {
    SaveKey { site: "live".to_owned(), user_name: "ada".to_owned(), save: name.to_owned() }
}

fn step(name: &str, state: StepState, record: Option<&str>) -> Step {
    Step { name: name.to_owned(), state, record: record.map(str::to_owned), until_ms: None }
}

async fn the_first_save_of_a_key_stays(place: Place) {
    let stores = [place.open().await, place.open().await];
    let row = |i: u8| SaveRow { fingerprint: vec![i], sealed: vec![i] };
    let key = save("a");
    let begun = try_join_all((0..32_u8).map(|i| stores[usize::from(i % 2)].begin_save(&key, row(i), 0))).await.unwrap();
    let first: Vec<_> = begun.iter().zip(0_u8..).filter(|(begun, _)| begun.is_none()).map(|(_, i)| i).collect();
    assert_eq!(first.len(), 1);
    assert!(begun.iter().flatten().all(|other| *other == row(first[0])), "all others learn of the first");
    assert_eq!(stores[1].save(&key).await.unwrap(), Some(row(first[0])));
    assert_eq!(stores[0].save(&save("b")).await.unwrap(), None);
}

async fn a_record_belongs_to_one_step(place: Place) {
    let stores = [place.open().await, place.open().await];
    stores[0].set_steps(&save("a"), ONE, vec![step("log", StepState::Sent, None)]).await.unwrap();
    stores[0].set_steps(&save("a"), ONE, vec![step("log", StepState::Done, Some("7"))]).await.unwrap();
    assert_eq!(stores[1].steps(&save("a")).await.unwrap(), [step("log", StepState::Done, Some("7"))]);
    let records = || vec!["7".to_owned(), "8".to_owned()];
    for round in 0..10 {
        let keys: Vec<_> = (0..16).map(|i| save(&format!("{round} {i}"))).collect();
        for key in &keys {
            stores[0].set_steps(key, ONE, vec![step("log", StepState::Sent, None)]).await.unwrap();
        }
        let free = format!("free {round}");
        let choice = || vec!["7".to_owned(), free.clone()];
        let claims = keys.iter().enumerate().map(|(i, key)| stores[i % 2].claim(key, "log", choice()));
        let claimed: Vec<_> = try_join_all(claims).await.unwrap().into_iter().flatten().collect();
        assert_eq!(claimed, [free.as_str()], "one of them, once");
    }
    assert_eq!(stores[0].claim(&save("a"), "log", records()).await.unwrap().as_deref(), Some("7"), "its own");
    assert_eq!(stores[0].claim(&save("none"), "log", vec!["9".to_owned()]).await.unwrap(), None);
}

async fn a_record_that_another_took_meanwhile_is_not_noted(place: Place) {
    let stores = [place.open().await, place.open().await];
    for name in ["a", "b"] {
        stores[0].set_steps(&save(name), ONE, vec![step("log", StepState::Sent, None)]).await.unwrap();
    }
    assert_eq!(stores[1].claim(&save("b"), "log", vec!["7".to_owned()]).await.unwrap().as_deref(), Some("7"));
    let noted = [step("log", StepState::Done, Some("7")), step("line", StepState::Done, Some("8"))];
    assert_eq!(stores[0].set_steps(&save("a"), ONE, noted.to_vec()).await.unwrap(), ["log"]);
    let kept: HashSet<_> = stores[1].steps(&save("a")).await.unwrap().into_iter().map(|step| step.state).collect();
    assert_eq!(kept, HashSet::from([StepState::Sent, StepState::Done]), "somebody looks for it again");
}

async fn a_late_word_of_an_earlier_try_says_nothing_of_a_later_one(place: Place) {
    let stores = [place.open().await, place.open().await];
    let state = async || stores[0].steps(&save("a")).await.unwrap().pop().map(|step| step.state);
    for by in [ONE, Try(u64::MAX)] {
        stores[0].set_steps(&save("a"), by, vec![step("log", StepState::Sent, None)]).await.unwrap();
    }
    stores[1].set_steps(&save("a"), ONE, vec![step("log", StepState::Refused, None)]).await.unwrap();
    assert_eq!(state().await, Some(StepState::Sent));
    stores[1].set_steps(&save("a"), Try(u64::MAX), vec![step("log", StepState::Refused, None)]).await.unwrap();
    assert_eq!(state().await, Some(StepState::Refused));
}

fn sent(until_ms: i64) -> Step {
    Step { until_ms: Some(until_ms), ..step("log", StepState::Sent, None) }
}

async fn until_when_a_write_may_come_is_kept_until_it_is_over(place: Place) {
    let stores = [place.open().await, place.open().await];
    let key = save("a");
    let (over, later) = (step("log", StepState::Sent, None), Try(2));
    for (by, told, kept) in [
        (ONE, sent(100), sent(100)),
        (ONE, sent(90), sent(90)),
        (later, sent(200), sent(200)),
        (ONE, sent(150), sent(200)),
        (ONE, over.clone(), sent(200)),
        (ONE, step("log", StepState::Refused, None), sent(200)),
        (later, over.clone(), over),
        (ONE, sent(300), sent(300)),
        (ONE, step("log", StepState::Refused, None), step("log", StepState::Refused, None)),
        (later, sent(400), sent(400)),
        (ONE, step("log", StepState::Done, Some("7")), step("log", StepState::Done, Some("7"))),
    ] {
        stores[0].set_steps(&key, by, vec![told.clone()]).await.unwrap();
        assert_eq!(stores[1].steps(&key).await.unwrap(), [kept], "{by:?} {told:?}");
    }
}

/// What was found may be what another has sent: then that one's may be what is still to come.
async fn who_takes_a_record_in_doubt_leaves_its_own_to_the_others(place: Place) {
    let stores = [place.open().await, place.open().await];
    let refused = step("log", StepState::Refused, None);
    for (name, step) in [("mine", sent(500)), ("theirs", sent(300)), ("over", sent(0)), ("longer", sent(900))] {
        stores[0].set_steps(&save(name), ONE, vec![step]).await.unwrap();
    }
    stores[0].set_steps(&save("no"), ONE, vec![refused.clone()]).await.unwrap();
    let other = Step { name: "line".to_owned(), ..sent(100) };
    stores[0].set_steps(&save("other"), ONE, vec![other.clone()]).await.unwrap();
    assert_eq!(stores[1].claim(&save("mine"), "log", vec!["7".to_owned()]).await.unwrap().as_deref(), Some("7"));
    for (name, kept) in [("theirs", sent(500)), ("over", sent(500)), ("longer", sent(900)), ("no", refused.clone())] {
        assert_eq!(stores[0].steps(&save(name)).await.unwrap(), [kept], "{name}");
    }
    assert_eq!(stores[0].steps(&save("other")).await.unwrap(), [other]);
    // What it sent itself being refused or over says nothing of what it awaits now.
    for late in [refused, step("log", StepState::Sent, None)] {
        for (name, kept) in [("theirs", sent(500)), ("longer", sent(900))] {
            stores[0].set_steps(&save(name), ONE, vec![late.clone()]).await.unwrap();
            assert_eq!(stores[1].steps(&save(name)).await.unwrap(), [kept], "{name}");
        }
    }
    // One that is over takes what it finds for its own, and leaves nothing.
    stores[0].set_steps(&save("done"), ONE, vec![step("log", StepState::Sent, None)]).await.unwrap();
    assert!(stores[0].claim(&save("done"), "log", vec!["8".to_owned()]).await.unwrap().is_some());
    assert_eq!(stores[0].steps(&save("theirs")).await.unwrap(), [sent(500)]);
}

async fn steps_are_set_together(place: Place) {
    let store = place.open().await;
    let steps = vec![step("log", StepState::Done, Some("1")), step("activity", StepState::Done, Some("2"))];
    store.set_steps(&save("a"), ONE, steps.clone()).await.unwrap();
    let mut kept = store.steps(&save("a")).await.unwrap();
    kept.sort_by(|a, b| b.name.cmp(&a.name));
    assert_eq!(kept, steps);
}

/// Whoever is late, having lost the turn, takes nothing back.
async fn what_is_done_stays_done(place: Place) {
    let stores = [place.open().await, place.open().await];
    let key = save("a");
    for state in [StepState::Sent, StepState::Refused, StepState::Sent] {
        stores[0].set_steps(&key, ONE, vec![step("log", state, None)]).await.unwrap();
        assert_eq!(stores[1].steps(&key).await.unwrap(), [step("log", state, None)]);
    }
    let done = step("log", StepState::Done, Some("7"));
    stores[0].set_steps(&key, ONE, vec![done.clone()]).await.unwrap();
    for late in [(StepState::Refused, None), (StepState::Sent, None), (StepState::Done, Some("8"))] {
        let other = step("recipient", late.0, late.1);
        stores[1].set_steps(&key, ONE, vec![step("log", late.0, late.1), other.clone()]).await.unwrap();
        let steps = stores[0].steps(&key).await.unwrap();
        assert!(steps.contains(&done) && steps.contains(&other), "{steps:?}");
    }
    let found = stores[1].claim(&key, "log", vec!["9".to_owned()]).await.unwrap();
    assert_eq!(found.as_deref(), Some("7"), "it has its own");
    assert!(stores[0].steps(&key).await.unwrap().contains(&done));
}

async fn old_saves_are_forgotten(place: Place) {
    let store = place.open().await;
    for (name, begun_ms) in [("old", 100), ("new", 101)] {
        let row = SaveRow { fingerprint: vec![1], sealed: vec![1] };
        store.begin_save(&save(name), row, begun_ms).await.unwrap();
        store.set_steps(&save(name), ONE, vec![step("log", StepState::Sent, None)]).await.unwrap();
    }
    store.tidy(0, 0, 100).await.unwrap();
    assert_eq!(store.save(&save("old")).await.unwrap(), None);
    assert!(store.steps(&save("old")).await.unwrap().is_empty());
    assert!(store.save(&save("new")).await.unwrap().is_some());
    assert_eq!(store.steps(&save("new")).await.unwrap().len(), 1);
}

async fn a_record_leads_to_the_save_that_wrote_it(place: Place) {
    let stores = [place.open().await, place.open().await];
    stores[0].set_steps(&save("a"), ONE, vec![step("log", StepState::Done, Some("7"))]).await.unwrap();
    stores[0].set_steps(&save("b"), ONE, vec![step("log", StepState::Sent, None)]).await.unwrap();
    assert_eq!(stores[1].writer("live", "7").await.unwrap(), Some(save("a")));
    for (site, record) in [("live", "8"), ("test", "7"), ("live", "")] {
        assert_eq!(stores[1].writer(site, record).await.unwrap(), None, "{site} {record}");
    }
}

async fn a_save_is_forgotten_alone(place: Place) {
    let store = place.open().await;
    for name in ["a", "b"] {
        let row = SaveRow { fingerprint: vec![1], sealed: vec![1] };
        store.begin_save(&save(name), row, 0).await.unwrap();
        store.set_steps(&save(name), ONE, vec![step("log", StepState::Done, Some(name))]).await.unwrap();
    }
    for _ in 0..2 {
        store.forget_save(&save("a")).await.unwrap();
    }
    assert_eq!(store.save(&save("a")).await.unwrap(), None);
    assert!(store.steps(&save("a")).await.unwrap().is_empty());
    assert!(store.save(&save("b")).await.unwrap().is_some() && store.steps(&save("b")).await.unwrap().len() == 1);
}
