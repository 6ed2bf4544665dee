//! The ledger: one save of a message at a time, its changes in an order that everybody sees.

use super::*;

kept_by_both!(
    of_rows_that_block_each_other_one_is_reserved,
    a_save_has_one_row,
    what_came_to_nothing_makes_room,
    rows_are_found_by_any_of_their_names_and_at_their_site,
    a_row_is_changed_by_who_read_it_last,
    whoever_has_seen_a_number_has_seen_all_before_it,
    rows_under_other_keys_are_found,
    leases_of_others_are_seen,
    steps_are_forgotten_by_name
);

fn save(site: &str, name: &str) -> SaveKey {
    SaveKey { site: site.to_owned(), user_name: "ada".to_owned(), save: name.to_owned() }
}

fn row(site: &str, name: &str, message: &str) -> LedgerRow {
    LedgerRow {
        id: hash(&format!("{site} {name}"))[..16].try_into().unwrap(),
        save: save(site, name),
        key_id: [1; 4],
        names: LedgerNames { message: Some(hash(message)), ..LedgerNames::default() },
        state: LedgerState::Saving,
        begun_ms: 7,
        touched_ms: 8,
        version: 0,
        sealed: vec![1, 2, 3],
    }
}

fn all() -> Blocks {
    Box::new(|_| true)
}

async fn of_rows_that_block_each_other_one_is_reserved(place: Place) {
    let stores = [place.open().await, place.open().await];
    for round in 0..10 {
        let message = format!("message {round}");
        let tries = (0..16).map(|i| {
            let (row, message, stores) = (row("live", &format!("{round} {i}"), &message), &message, &stores);
            async move {
                let names = [LedgerNames { message: Some(hash(message)), ..LedgerNames::default() }];
                stores[i % 2].reserve(row, &names, all()).await.unwrap()
            }
        });
        let reserved = join_all(tries).await;
        let new = reserved.iter().filter(|reserved| matches!(reserved, Reserved::New(_))).count();
        assert_eq!((new, reserved.iter().filter(|reserved| **reserved == Reserved::Taken).count()), (1, 15));
    }
}

async fn a_save_has_one_row(place: Place) {
    let stores = [place.open().await, place.open().await];
    let first = row("live", "1", "m");
    let Reserved::New(version) = stores[0].reserve(first.clone(), &[], all()).await.unwrap() else { panic!() };
    let first = LedgerRow { version, ..first };
    let again = LedgerRow { id: [9; 16], ..row("live", "1", "m") };
    let names = [again.names];
    assert_eq!(stores[1].reserve(again, &names, all()).await.unwrap(), Reserved::Known(Box::new(first.clone())));
    assert_eq!(stores[1].ledger_of(&save("live", "1")).await.unwrap(), Some(first.clone()));
    assert_eq!(stores[1].ledger_entry("live", first.id).await.unwrap(), Some(first.clone()));
    for (site, id) in [("test", first.id), ("live", [9; 16])] {
        assert_eq!(stores[1].ledger_entry(site, id).await.unwrap(), None);
    }
    assert_eq!(stores[1].ledger_of(&save("test", "1")).await.unwrap(), None);
}

async fn what_came_to_nothing_makes_room(place: Place) {
    let store = place.open().await;
    let nothing = LedgerRow { state: LedgerState::Nothing, ..row("live", "1", "m") };
    store.reserve(nothing, &[], all()).await.unwrap();
    let names = [row("live", "1", "m").names];
    let seen = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let count = std::sync::Arc::clone(&seen);
    let blocks: Blocks = Box::new(move |_| count.fetch_add(1, std::sync::atomic::Ordering::Relaxed) == usize::MAX);
    let reserved = store.reserve(LedgerRow { id: [9; 16], ..row("live", "1", "m") }, &names, blocks).await.unwrap();
    assert!(matches!(reserved, Reserved::New(_)), "the same save, anew");
    assert_eq!(seen.load(std::sync::atomic::Ordering::Relaxed), 0, "it is not in its own way");
    assert_eq!(store.ledger_rows("live", &names).await.unwrap().len(), 1);
}

async fn rows_are_found_by_any_of_their_names_and_at_their_site(place: Place) {
    let store = place.open().await;
    let names = |message: &str, facts: &str, conversation: &str| {
        let name = |text: &str| (!text.is_empty()).then(|| hash(text));
        LedgerNames { message: name(message), facts: name(facts), conversation: name(conversation) }
    };
    for (place, of) in [names("m1", "f1", "c1"), names("m2", "", "c1"), names("", "f3", "")].into_iter().enumerate() {
        let begun_ms = i64::try_from(place).unwrap();
        let row = LedgerRow { names: of, begun_ms, ..row("live", &place.to_string(), "") };
        store.reserve(row, &[], all()).await.unwrap();
    }
    let found = async |site: &str, asked: &[LedgerNames]| -> Vec<String> {
        let rows = store.ledger_rows(site, asked).await.unwrap();
        rows.into_iter().map(|row| row.save.save).collect()
    };
    assert_eq!(found("live", &[names("m1", "", "")]).await, ["0"]);
    assert_eq!(found("live", &[names("", "f3", ""), names("", "f1", "")]).await, ["2", "0"], "newest first");
    assert_eq!(found("live", &[names("m1", "f1", "c1")]).await, ["1", "0"], "each once");
    assert_eq!(found("live", &[names("f1", "m1", ""), LedgerNames::default()]).await, [""; 0]);
    assert_eq!(found("live", &[]).await, [""; 0]);
    assert_eq!(found("test", &[names("m1", "f1", "c1")]).await, [""; 0]);
    let many: Vec<_> = (0..3000).map(|i| names(&format!("m{i}"), &format!("f{i}"), "")).collect();
    assert_eq!(found("live", &many).await, ["2", "1", "0"], "one question");
}

async fn a_row_is_changed_by_who_read_it_last(place: Place) {
    let stores = [place.open().await, place.open().await];
    stores[0].reserve(row("live", "1", "m"), &[], all()).await.unwrap();
    let read = stores[1].ledger_of(&save("live", "1")).await.unwrap().unwrap();
    let turns = (0..8_u8).map(|i| {
        let (row, stores) = (LedgerRow { state: LedgerState::Saved, sealed: vec![i], ..read.clone() }, &stores);
        async move { stores[usize::from(i % 2)].change_entry(&row, row.version).await.unwrap() }
    });
    let changed: Vec<i64> = join_all(turns).await.into_iter().flatten().collect();
    assert_eq!(changed.len(), 1);
    let now = stores[0].ledger_of(&save("live", "1")).await.unwrap().unwrap();
    assert_eq!((now.state, now.version), (LedgerState::Saved, changed[0]));
    assert!(now.version > read.version);
    let elsewhere = LedgerRow { save: save("live", "2"), ..now.clone() };
    assert_eq!(stores[0].change_entry(&elsewhere, now.version).await.unwrap(), None);
    for state in [
        LedgerState::Saving,
        LedgerState::Partly,
        LedgerState::Nothing,
        LedgerState::Removing,
        LedgerState::Removed,
        LedgerState::PartlyRemoved,
    ] {
        let now = stores[0].ledger_of(&save("live", "1")).await.unwrap().unwrap();
        stores[0].change_entry(&LedgerRow { state, ..now.clone() }, now.version).await.unwrap();
        assert_eq!(stores[1].ledger_of(&save("live", "1")).await.unwrap().unwrap().state, state);
    }
}

async fn whoever_has_seen_a_number_has_seen_all_before_it(place: Place) {
    let stores = [place.open().await, place.open().await];
    let writes = (0..40).map(|i| {
        let (row, stores) = (row("live", &i.to_string(), "m"), &stores);
        async move { stores[i % 2].reserve(row, &[], Box::new(|_| false)).await.unwrap() }
    });
    let names = [row("live", "", "m").names];
    let reads = async {
        let mut all_seen = true;
        for _ in 0..40 {
            let changes = stores[0].ledger_changes().await.unwrap();
            let number = changes.iter().find(|(site, _)| site == "live").map_or(0, |(_, number)| *number);
            let mut seen: Vec<i64> =
                stores[1].ledger_rows("live", &names).await.unwrap().iter().map(|row| row.version).collect();
            seen.retain(|version| *version <= number);
            all_seen &= i64::try_from(seen.len()).unwrap() == number;
        }
        all_seen
    };
    let (written, all_seen) = tokio::join!(join_all(writes), reads);
    assert!(all_seen, "none is missing below the number");
    let mut versions: Vec<i64> =
        written.iter().map(|reserved| if let Reserved::New(version) = reserved { *version } else { 0 }).collect();
    versions.sort_unstable();
    assert_eq!(versions, (1..=40).collect::<Vec<i64>>());
    stores[0].reserve(row("test", "1", "m"), &[], all()).await.unwrap();
    let mut changes = stores[1].ledger_changes().await.unwrap();
    changes.sort();
    assert_eq!(changes, [("live".to_owned(), 40), ("test".to_owned(), 1)]);
}

async fn rows_under_other_keys_are_found(place: Place) {
    let store = place.open().await;
    for (place, key) in [1, 2, 1, 3].into_iter().enumerate() {
        let row = LedgerRow {
            key_id: [key; 4],
            begun_ms: i64::try_from(place).unwrap(),
            ..row("live", &place.to_string(), "m")
        };
        store.reserve(row, &[], Box::new(|_| false)).await.unwrap();
    }
    let found = store.ledger_under_other_keys([1; 4], 10).await.unwrap();
    assert_eq!(found.iter().map(|row| &*row.save.save).collect::<Vec<_>>(), ["3", "1"]);
    assert_eq!(store.ledger_under_other_keys([1; 4], 1).await.unwrap().len(), 1);
}

async fn leases_of_others_are_seen(place: Place) {
    let stores = [place.open().await, place.open().await];
    stores[0].lease(hash("a"), [1; 16], 100, 200).await.unwrap();
    let seen = async |names: &[&str], now_ms| {
        stores[1].is_leased(names.iter().map(|name| hash(name)).collect(), now_ms).await.unwrap()
    };
    assert!(seen(&["b", "a"], 199).await);
    assert!(!seen(&["b", "a"], 200).await, "over");
    assert!(!seen(&["b"], 150).await && !seen(&[], 150).await);
}

async fn steps_are_forgotten_by_name(place: Place) {
    let store = place.open().await;
    // A record belongs to one step, so each save has its own.
    let step = |of: &str, name: &str| Step {
        until_ms: None,
        name: name.to_owned(),
        state: StepState::Done,
        record: Some(format!("{name} of {of}")),
    };
    for of in ["1", "2"] {
        let refused = store.set_steps(&save("live", of), Try(1), vec![step(of, "a"), step(of, "b")]).await.unwrap();
        assert_eq!(refused, [""; 0]);
    }
    store.forget_steps(&save("live", "1"), vec!["a".to_owned(), "none".to_owned()]).await.unwrap();
    assert_eq!(store.steps(&save("live", "1")).await.unwrap(), [step("1", "b")]);
    assert_eq!(store.steps(&save("live", "2")).await.unwrap().len(), 2);
}
