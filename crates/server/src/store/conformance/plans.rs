//! With a hundred thousand sessions, nothing that happens often reads them all.

use super::*;
use crate::store::database::values;

/// Counted by the database itself, on what the store really asks.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_reads_sessions_by_index_only() {
    let place = Place::postgres();
    let store = place.open().await;
    many_sessions(&store, 100_000).await;
    for sql in ["ANALYZE", "SELECT pg_stat_force_next_flush()", "SELECT pg_stat_reset()"] {
        store.database().rows(sql, values![]).await.unwrap();
    }
    store.close().await;
    let store = place.open().await;
    let before = whole_reads(&store).await;
    ask_everything(&store).await;
    store.close().await;
    let store = place.open().await;
    assert_eq!(whole_reads(&store).await, before);
    // The test sees what it looks for.
    store.sessions(&Scope::Everybody, "", 0, 10).await.unwrap();
    store.close().await;
    let store = place.open().await;
    let waited = Instant::now();
    while whole_reads(&store).await == before {
        assert!(waited.elapsed() < Duration::from_secs(10), "a whole read was not counted");
        tokio::task::yield_now().await;
    }
}

async fn whole_reads(store: &Sql) -> i64 {
    let sql = "SELECT seq_scan FROM pg_stat_user_tables WHERE relname = 'session'";
    store.database().row(sql, values![]).await.unwrap().unwrap().get("seq_scan").unwrap()
}

async fn ask_everything(store: &Sql) {
    let live = || "live".to_owned();
    let row = store.sessions(&user("user7"), "", 0, 1).await.unwrap().remove(0);
    assert_eq!(store.session(row.key).await.unwrap(), Some(row.clone()));
    let some = (0..250).map(|i| key(&format!("gone{i}"))).chain([row.key]).collect();
    assert_eq!(store.existing(some).await.unwrap(), [row.key].into());
    store.saw_session(row.key, 1_000_000_000).await.unwrap();
    assert!(store.change_session(SessionRow { version: 2, ..row.clone() }, 1).await.unwrap());
    assert!(store.add_session(session("a", "ada"), 0).await.unwrap());
    let subject = store.sessions(&user("user8"), "", 0, 1).await.unwrap().remove(0).subject.unwrap();
    let provider = store.sessions(&user("user9"), "", 0, 1).await.unwrap().remove(0).provider_session.unwrap();
    for (scope, count) in [
        (Scope::Session(row.key), 1),
        (user("user7"), 99),
        (Scope::Subject { site: live(), subject }, 1),
        (Scope::ProviderSession { site: live(), session: provider }, 1),
    ] {
        assert_eq!(store.end_sessions(&scope, None, 1).await.unwrap().keys, count, "{scope:?}");
    }
    store.tidy(100_000_005 + GRACE_MS, 0, 0).await.unwrap();
}

/// What `SQLite` says it would do for the same conditions.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_reads_sessions_by_index_only() {
    let place = Place::file();
    let store = place.open().await;
    many_sessions(&store, 100_000).await;
    let begun = Instant::now();
    ask_everything(&store).await;
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    let live = || "live".to_owned();
    let scopes = [
        Scope::Session(key("a")),
        user("ada"),
        Scope::Subject { site: live(), subject: hash("s") },
        Scope::ProviderSession { site: live(), session: hash("p") },
    ];
    let mut asked: Vec<_> = scopes.iter().map(crate::store::sql::rows_of).collect();
    asked.push(("expires_ms <= $1", values![1]));
    asked.push(("ends_ms <= $1", values![1]));
    for (condition, values) in asked {
        let sql = format!("EXPLAIN QUERY PLAN DELETE FROM session WHERE {condition}");
        let plan = store.database().row(sqlx::AssertSqlSafe(sql), values).await.unwrap().unwrap();
        let plan: String = plan.get("detail").unwrap();
        assert!(plan.starts_with("SEARCH session USING"), "{condition}: {plan}");
    }
    let all = store.database().row("EXPLAIN QUERY PLAN DELETE FROM session WHERE version = 7", values![]).await;
    let all: String = all.unwrap().unwrap().get("detail").unwrap();
    assert!(all.starts_with("SCAN"), "this test would see a whole read: {all}");
}
