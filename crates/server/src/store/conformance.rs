//! What the store promises, each promise once, kept by a real file and by a real
//! `PostgreSQL`. Two stores opened on the same place stand for two processes.

use super::sql::Sql;
use super::*;
use crate::config::{Network, PostgresUrl};
use futures_util::future::{join_all, try_join_all};
use sha2::{Digest as _, Sha256};
use std::path::PathBuf;
use std::time::{Duration, Instant};

mod attempts;
mod audit;
mod durability;
mod flows;
mod keepsakes;
mod leases;
mod ledger;
mod plans;
mod revocations;
mod saves;
mod sessions;
mod upstream;

#[path = "../../tests/support/postgres.rs"]
mod postgres_for_tests;

/// A place for a store, empty.
enum Place {
    File(PathBuf),
    Postgres(PostgresUrl),
}

impl Place {
    fn file() -> Self {
        Self::File(std::env::temp_dir().join(format!("imis-outlook-store-{}", uuid::Uuid::new_v4())))
    }

    fn postgres() -> Self {
        Self::Postgres(PostgresUrl::parse(&postgres_for_tests::database(), Network::Verified).unwrap())
    }

    /// Opens it, as one more process.
    async fn open(&self) -> Sql {
        match self {
            Self::File(folder) => Sql::open_file(folder).await.unwrap(),
            Self::Postgres(url) => Sql::connect(url).await.unwrap(),
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Self::File(folder) = self {
            drop(std::fs::remove_dir_all(folder));
        }
    }
}

/// Runs each promise over both.
macro_rules! kept_by_both {
    ($($promise:ident),* $(,)?) => {
        mod by_a_file {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $promise() {
                super::$promise($crate::store::conformance::Place::file()).await;
            })*
        }
        mod by_postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $promise() {
                super::$promise($crate::store::conformance::Place::postgres()).await;
            })*
        }
    };
}
use kept_by_both;

fn hash(text: &str) -> [u8; 32] {
    Sha256::digest(text).into()
}

fn key(name: &str) -> RowKey {
    RowKey(hash(name))
}

/// A session of a person at the site `live`, good for a long time.
fn session(name: &str, user_name: &str) -> SessionRow {
    SessionRow {
        key: key(name),
        site: "live".to_owned(),
        user_name: user_name.to_owned(),
        method: "credentials".to_owned(),
        client: "Edge on Windows".to_owned(),
        begun_ms: 1_000,
        seen_ms: 1_000,
        expires_ms: 100_000_000,
        ends_ms: 700_000_000,
        version: 1,
        thumbprint: Some("thumb".to_owned()),
        subject: None,
        provider_session: None,
        sealed: vec![1, 2, 3],
        former: None,
        former_until_ms: 0,
        current_used: false,
    }
}

fn user(user_name: &str) -> Scope {
    Scope::User { site: "live".to_owned(), user_name: user_name.to_owned() }
}

fn person(user_name: &str) -> (String, String) {
    ("live".to_owned(), user_name.to_owned())
}

/// Adds `count` sessions, a hundred to a person, quickly.
async fn many_sessions(store: &Sql, count: i64) {
    use super::database::{Lock, values};
    const NUMBERS: &str = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) ";
    let mut work = store.database().begin(Lock::None).await.unwrap();
    let hashed = match store.database() {
        super::database::Database::Sqlite { .. } => {
            "CAST(substr('00000000000000000000000000000000' || i, -32) AS BLOB)"
        }
        super::database::Database::Postgres(_) => "decode(lpad(to_hex(i), 64, '0'), 'hex')",
    };
    let sql = format!(
        "{NUMBERS} INSERT INTO session (row_key, site, user_name, method, client, begun_ms, seen_ms, expires_ms, \
         ends_ms, version, thumbprint, subject, provider_session, sealed, former, former_until_ms, current_used) \
         SELECT {hashed}, 'live', 'user' || (i / 100), 'openIdConnect', '', 1, i, 100000000 + i, 700000000 + i, 1, \
         NULL, {hashed}, {hashed}, {hashed}, NULL, 0, 0 FROM n WHERE i <= $1"
    );
    work.run(sqlx::AssertSqlSafe(sql), values![count]).await.unwrap();
    work.commit().await.unwrap();
}
