//! What was acknowledged is there after a restart, and dead connections are never noticed.

use super::postgres_for_tests::Cluster;
use super::*;
use crate::store::database::{Lock, Work, values};

kept_by_both!(
    what_is_kept_survives_a_restart,
    several_may_open_an_empty_place_at_once,
    an_older_server_works_on_the_tables_of_a_newer_one,
    a_store_that_was_closed_fails_and_does_not_hang,
);

async fn what_is_kept_survives_a_restart(place: Place) {
    let store = place.open().await;
    for name in ["a", "b"] {
        assert!(store.add_session(session(name, "ada"), 0).await.unwrap());
    }
    store.end_sessions(&Scope::Session(key("b")), None, 50).await.unwrap();
    assert!(store.once(hash("jti"), 1_000, 0).await.unwrap());
    store.close().await;
    let store = place.open().await;
    store.ready().await.unwrap();
    assert_eq!(store.session(key("a")).await.unwrap(), Some(session("a", "ada")));
    assert_eq!(store.session(key("b")).await.unwrap(), None);
    assert!(!store.add_session(session("b", "ada"), 0).await.unwrap(), "what was revoked stays so");
    assert!(!store.once(hash("jti"), 1_000, 0).await.unwrap());
}

async fn several_may_open_an_empty_place_at_once(place: Place) {
    let stores = join_all((0..4).map(|_| place.open())).await;
    assert!(stores[0].add_session(session("a", "ada"), 0).await.unwrap());
    for store in &stores {
        assert!(store.session(key("a")).await.unwrap().is_some());
    }
}

/// A newer server adds tables and columns that may be left out, never takes any away.
async fn an_older_server_works_on_the_tables_of_a_newer_one(place: Place) {
    let newer = place.open().await;
    for sql in [
        "ALTER TABLE session ADD COLUMN department TEXT",
        "ALTER TABLE revocation ADD COLUMN reason BIGINT NOT NULL DEFAULT 7",
        "CREATE TABLE department (name TEXT)",
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
         SELECT 99, 'departments', success, checksum, 1 FROM _sqlx_migrations \
         WHERE version = (SELECT MIN(version) FROM _sqlx_migrations)",
    ] {
        newer.database().run(sql, values![]).await.unwrap();
    }
    newer.close().await;
    let older = place.open().await;
    assert!(older.add_session(session("a", "ada"), 0).await.unwrap());
    assert!(older.change_session(SessionRow { version: 2, ..session("a", "ada") }, 1).await.unwrap());
    assert_eq!(older.session(key("a")).await.unwrap().unwrap().version, 2);
    assert_eq!(older.end_sessions(&user("ada"), None, 1).await.unwrap().keys, 1);
}

async fn a_store_that_was_closed_fails_and_does_not_hang(place: Place) {
    let store = place.open().await;
    store.close().await;
    assert!(store.once(hash("jti"), 1, 0).await.is_err());
    assert!(store.ready().await.is_err());
    tokio::time::timeout(Duration::from_secs(5), store.revocation_told()).await.unwrap();
}

/// A disk that is full shows only to whoever writes.
#[tokio::test]
async fn a_store_that_says_it_is_ready_has_written_to_its_disk_a_moment_ago() {
    let place = Place::file();
    let store = place.open().await;
    let Place::File(folder) = &place else { unreachable!() };
    let log = || std::fs::metadata(folder.join("imis-outlook.sqlite-wal")).unwrap().len();
    let before = log();
    store.ready().await.unwrap();
    let after = log();
    assert!(after > before);
    for _ in 0..100 {
        store.ready().await.unwrap();
    }
    let a_few = after + 10 * (after - before);
    assert!(log() < a_few, "whoever asks all the time does not wear it out");
    let store = place.open().await;
    store.database().run("PRAGMA query_only = ON", values![]).await.unwrap();
    for _ in 0..2 {
        assert!(store.ready().await.is_err(), "it can only be read");
    }
}

/// Writes a name that is seen once, and fails where it was seen.
async fn write_once(store: &Sql, name: &str) -> Result<Work, sqlx::Error> {
    let mut work = store.database().begin(Lock::None).await?;
    work.run("INSERT INTO seen_once (name, until_ms) VALUES ($1, 1000)", values![hash(name)]).await?;
    Ok(work)
}

#[tokio::test]
async fn those_who_wait_share_a_commit_and_one_that_fails_or_is_given_up_disturbs_no_other() {
    let place = Place::file();
    let store = place.open().await;
    let Place::File(folder) = &place else { unreachable!() };
    let log = || std::fs::metadata(folder.join("imis-outlook.sqlite-wal")).unwrap().len();
    let before = log();
    assert!(store.once(hash("alone"), 1_000, 0).await.unwrap());
    let alone = log() - before;
    let first = store.database().begin(Lock::None).await.unwrap();
    let kept = join_all((0..40).map(|n| store.once(hash(&format!("kept {n}")), 1_000, 0)));
    let failing = join_all((0..10).map(|_| write_once(&store, "kept 7")));
    let given_up = join_all((0..10).map(|n| {
        let name = format!("given up {n}");
        let store = &store;
        async move { write_once(store, &name).await.map(drop) }
    }));
    // Polled last, when all the others wait.
    let (kept, failing, given_up, first) = tokio::join!(biased; kept, failing, given_up, first.commit());
    first.unwrap();
    assert!(kept.into_iter().all(|kept| kept.unwrap()));
    assert!(failing.iter().all(Result::is_err), "each is told of its own failure");
    assert!(given_up.iter().all(Result::is_ok));
    let together = log() - before - alone;
    assert!(together < 10 * alone, "{together} bytes for fifty commits of {alone}");
    let store = place.open().await;
    assert!(!store.once(hash("kept 39"), 1_000, 0).await.unwrap());
    assert!(store.once(hash("given up 3"), 1_000, 0).await.unwrap());
}

#[tokio::test]
async fn where_the_commit_fails_nobody_is_told_that_it_counts() {
    let place = Place::file();
    let store = place.open().await;
    let first = store.database().begin(Lock::None).await.unwrap();
    let others = join_all((0..5).map(|n| store.once(hash(&format!("{n}")), 1_000, 0)));
    let spoiling = async {
        let mut work = store.database().begin(Lock::None).await?;
        // Found out at the end of the transaction.
        work.run("CREATE TABLE spoilt (of BLOB REFERENCES seen_once (name) DEFERRABLE INITIALLY DEFERRED)", values![])
            .await?;
        work.run("INSERT INTO spoilt VALUES ($1)", values![hash("nobody")]).await?;
        work.commit().await
    };
    let reading = async { store.database().begin(Lock::None).await?.leave().await };
    let (others, spoilt, read, first) = tokio::join!(biased; others, spoiling, reading, first.commit());
    assert!(others.iter().all(Result::is_err) && spoilt.is_err() && first.is_err());
    assert!(read.is_err(), "what it has read does not count either");
    assert!(store.once(hash("3"), 1_000, 0).await.unwrap(), "it was not there, and the store goes on");
}

#[cfg(unix)]
#[tokio::test]
async fn nobody_else_may_read_the_files() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::file();
    let store = place.open().await;
    assert!(store.add_session(session("a", "ada"), 0).await.unwrap());
    let Place::File(folder) = &place else { unreachable!() };
    let files: Vec<_> = std::fs::read_dir(folder).unwrap().flatten().collect();
    assert!(files.len() > 2, "the file, its log, the lock");
    for file in files {
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o077, 0, "{:?}", file.file_name());
    }
}

#[tokio::test]
async fn tokens_for_imis_never_reach_a_file() {
    let place = Place::file();
    let store = place.open().await;
    let row = UpstreamRow { sealed: b"CANARY-token".to_vec(), ends_ms: i64::MAX };
    store.keep_upstream("live", "ada", row).await.unwrap();
    assert!(store.add_session(SessionRow { sealed: b"CANARY-seen".to_vec(), ..session("a", "ada") }, 0).await.unwrap());
    let Place::File(folder) = &place else { unreachable!() };
    let read = |name: &str| {
        let files = std::fs::read_dir(folder).unwrap().flatten();
        let holds = |bytes: Vec<u8>| bytes.windows(name.len()).any(|window| window == name.as_bytes());
        files.map(|file| std::fs::read(file.path()).unwrap()).any(holds)
    };
    assert!(read("CANARY-seen"), "this test finds what is there");
    assert!(!read("CANARY-token"));
    store.close().await;
    assert!(!read("CANARY-token"));
    assert_eq!(place.open().await.upstream("live", "ada").await.unwrap(), None, "and a restart forgets them");
}

/// Ends every other connection to the database, as a firewall or an administrator does.
async fn cut_off(url: &PostgresUrl) -> i64 {
    use sqlx::{Connection as _, Row as _};
    let mut admin = sqlx::PgConnection::connect(url.expose()).await.unwrap();
    let sql = "SELECT COUNT(pg_terminate_backend(pid)) AS n FROM pg_stat_activity \
               WHERE datname = current_database() AND pid <> pg_backend_pid()";
    sqlx::query(sql).fetch_one(&mut admin).await.unwrap().get("n")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_died_in_the_pool_are_never_noticed() {
    let place = Place::postgres();
    let Place::Postgres(url) = &place else { unreachable!() };
    let (here, there) = (place.open().await, place.open().await);
    assert!(here.add_session(session("a", "ada"), 0).await.unwrap());
    // Fill the pool.
    try_join_all((0..16).map(|_| here.session(key("a")))).await.unwrap();
    for round in 0..5 {
        assert!(cut_off(url).await > 1);
        assert!(here.session(key("a")).await.unwrap().is_some(), "round {round}");
        here.ready().await.unwrap();
        let changed = SessionRow { version: round + 2, ..session("a", "ada") };
        assert!(here.change_session(changed, round + 1).await.unwrap());
        // Whoever listened is cut off too, and learns all the same.
        assert!(cut_off(url).await > 0);
        let after = revocations::told_after(&here, &there, round).await;
        assert!(after < Duration::from_millis(1_500), "{after:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_stops_fails_requests_and_nothing_else() {
    let cluster = Cluster::start();
    let place = Place::Postgres(PostgresUrl::parse(&cluster.database(), Network::Verified).unwrap());
    let store = place.open().await;
    assert!(store.add_session(session("a", "ada"), 0).await.unwrap());
    assert!(store.add_session(session("b", "bob"), 0).await.unwrap());
    store.keep_upstream("live", "ada", UpstreamRow { sealed: vec![1], ends_ms: 9 }).await.unwrap();
    store.end_sessions(&user("bob"), None, 5).await.unwrap();
    // As a lost machine: nothing is written down at the end.
    cluster.stop("immediate");
    let begun = Instant::now();
    assert!(store.session(key("a")).await.is_err());
    assert!(store.once(hash("jti"), 1_000, 0).await.is_err(), "never taken for seen the first time");
    assert!(store.add_session(session("c", "cyd"), 0).await.is_err());
    assert!(store.ready().await.is_err());
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    tokio::time::timeout(Duration::from_secs(2), store.revocation_told()).await.unwrap();
    cluster.go_on();
    assert_eq!(store.session(key("a")).await.unwrap(), Some(session("a", "ada")));
    assert_eq!(store.session(key("b")).await.unwrap(), None, "an end is never undone");
    assert!(!store.add_session(session("b", "bob"), 0).await.unwrap());
    assert_eq!(store.upstream("live", "ada").await.unwrap(), None, "in no log: a crash forgets it");
    assert!(store.once(hash("jti"), 1_000, 0).await.unwrap());
}

#[tokio::test]
async fn a_database_that_cannot_be_reached_is_said_at_once() {
    let url = PostgresUrl::parse("postgres://app:CANARY@127.0.0.1:1/none", Network::Verified).unwrap();
    let begun = Instant::now();
    let error = Sql::connect(&url).await.unwrap_err();
    assert!(begun.elapsed() < Duration::from_secs(2));
    assert!(!error.to_string().contains("CANARY") && error.to_string().contains("refused"), "{error}");
}

/// Over a network: the usual, `verify-full`, takes the server that the authority
/// vouches for under this name, and no other.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_cannot_prove_who_it_is_gets_nothing() {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let other = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let settings = format!(
        "-c listen_addresses=127.0.0.1 -c port={port} -c ssl=on -c ssl_cert_file=../cert.pem -c ssl_key_file=../key.pem"
    );
    let files = [("cert.pem", made.cert.pem()), ("key.pem", made.signing_key.serialize_pem())];
    let files: Vec<_> = files.iter().map(|(name, content)| (*name, content.as_str())).collect();
    let _cluster = Cluster::with(&files, &settings);
    let folder = Place::file();
    let Place::File(folder) = &folder else { unreachable!() };
    std::fs::create_dir_all(folder).unwrap();
    let root = |name: &str, pem: String| {
        let file = folder.join(name);
        std::fs::write(&file, pem).unwrap();
        file.display().to_string()
    };
    let (right, wrong) = (root("right.pem", made.cert.pem()), root("wrong.pem", other.cert.pem()));
    let connect = |host: &str, root: &str| {
        let url = format!("postgres://postgres@{host}:{port}/postgres?sslmode=verify-full&sslrootcert={root}");
        let url = PostgresUrl::parse(&url, Network::Verified).unwrap();
        async move { Sql::connect(&url).await }
    };
    let store = connect("localhost", &right).await.unwrap();
    let sql = "SELECT CAST(ssl AS TEXT) AS ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    let row = store.database().row(sql, values![]).await.unwrap().unwrap();
    assert_eq!(row.get::<String>("ssl").unwrap(), "true");
    assert!(connect("localhost", &wrong).await.is_err(), "another authority");
    assert!(connect("127.0.0.1", &right).await.is_err(), "another name");
    std::fs::remove_dir_all(folder).unwrap();
}
