//! Opens the store in a `PostgreSQL` that several instances share, and listens
//! there for what others revoke.
//!
//! A connection may die at any time: each is tried before it is used, and the one
//! that listens is made anew; whoever waits then looks for what was missed.

use super::database::Database;
use super::sql::CHANNEL;
use crate::config::PostgresUrl;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgListener, PgPoolOptions};
use sqlx::{ConnectOptions as _, Connection as _};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

/// Connections of one instance, beside the one that listens.
const CONNECTIONS: u32 = 16;
/// How long a request waits for a connection. A restart of the database may be over by then.
const ACQUIRE: Duration = Duration::from_secs(3);
/// Before a lost listener is tried again.
const AGAIN_AFTER: Duration = Duration::from_millis(250);

/// Opens it, making or adding to the tables where needed.
pub(super) async fn open(url: &PostgresUrl) -> Result<(Database, PgConnectOptions), sqlx::Error> {
    let options: PgConnectOptions = url.expose().parse()?;
    // Whatever the database is set to: what is acknowledged is on its disk, and
    // nobody waits for ever.
    let options = options.application_name("imis-outlook").options([
        ("synchronous_commit", "on"),
        ("default_transaction_isolation", "read committed"),
        ("statement_timeout", "15s"),
        ("lock_timeout", "10s"),
        ("idle_in_transaction_session_timeout", "15s"),
    ]);
    // By itself first: a pool would only say that its time is over.
    let mut connection: PgConnection = options.connect().await?;
    let mut migrations = sqlx::migrate!("./migrations/postgres");
    // A newer server may have added to the tables; its additions do not disturb this one.
    migrations.set_ignore_missing(true);
    migrations.run(&mut connection).await?;
    connection.close().await?;
    let pool = PgPoolOptions::new().max_connections(CONNECTIONS).acquire_timeout(ACQUIRE);
    Ok((Database::Postgres(pool.connect_lazy_with(options.clone())), options))
}

/// Listens until it is stopped or dropped.
#[derive(Debug)]
pub(super) struct Listening(JoinHandle<()>);

impl Listening {
    pub(super) fn start(options: PgConnectOptions, revoked: Arc<Notify>) -> Self {
        Self(tokio::spawn(listen(options, revoked)))
    }

    pub(super) fn stop(&self) {
        self.0.abort();
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.stop();
    }
}

async fn listen(options: PgConnectOptions, revoked: Arc<Notify>) {
    let pool = PgPoolOptions::new().max_connections(1).max_lifetime(None).idle_timeout(None).acquire_timeout(ACQUIRE);
    let pool = pool.connect_lazy_with(options);
    loop {
        if let Err(error) = hear(&pool, &revoked).await {
            tracing::debug!(%error, "no connection that hears of revocations; they are read every second");
        }
        tokio::time::sleep(AGAIN_AFTER).await;
    }
}

/// Hears until the connection is lost.
async fn hear(pool: &sqlx::PgPool, revoked: &Notify) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.eager_reconnect(false);
    listener.listen(CHANNEL).await?;
    loop {
        // Also when it has only just begun: something may have been missed.
        revoked.notify_one();
        if listener.try_recv().await?.is_none() {
            return Ok(());
        }
    }
}
