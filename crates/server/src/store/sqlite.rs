//! The store in one `SQLite` file beside the server (`security.md §4.4`).
//!
//! One connection writes, so writers wait for each other instead of failing;
//! what is acknowledged is on the disk.

use super::{Answer, Attempt, Bucket, SaveKey, SaveRow, SessionRow, Step, StepState, Store, StoreError};
use crate::token::RowKey;
use futures_util::future::BoxFuture;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteRow, SqliteSynchronous,
};
use sqlx::{Connection as _, Row as _};
use std::io;
use std::path::Path;
use std::time::Duration;

/// The store's file in the data folder.
const FILE: &str = "imis-outlook.sqlite";

/// A store in a file.
#[derive(Clone, Debug)]
pub(crate) struct Sqlite {
    writer: SqlitePool,
    readers: SqlitePool,
}

fn failed(operation: &'static str) -> impl FnOnce(sqlx::Error) -> StoreError {
    move |source| StoreError { operation, source }
}

impl Sqlite {
    /// Opens the store in a folder, making both where they are not there yet.
    pub(crate) async fn open(folder: &Path) -> io::Result<Self> {
        make_private(folder)?;
        let options = SqliteConnectOptions::new()
            .filename(folder.join(FILE))
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .pragma("secure_delete", "ON")
            .busy_timeout(Duration::from_secs(5));
        let pool = || SqlitePoolOptions::new().acquire_timeout(Duration::from_secs(5));
        let writer = pool().max_connections(1).connect_with(options.clone()).await.map_err(io::Error::other)?;
        sqlx::migrate!("./migrations").run(&writer).await.map_err(io::Error::other)?;
        let readers =
            pool().max_connections(2).connect_with(options.read_only(true)).await.map_err(io::Error::other)?;
        Ok(Self { writer, readers })
    }
}

/// Makes the folder and the file so that only the server's own account reads them.
fn make_private(folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let mut options = std::fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
        options.mode(0o600);
        let file = options.open(folder.join(FILE))?;
        file.set_permissions(std::fs::Permissions::from_mode(0o600))
    }
    #[cfg(not(unix))]
    options.open(folder.join(FILE)).map(drop)
}

fn session_of(row: &SqliteRow) -> Result<SessionRow, sqlx::Error> {
    let key: Vec<u8> = row.try_get("row_key")?;
    let key = key.try_into().map_err(|_| sqlx::Error::Decode("a row key of another length".into()))?;
    Ok(SessionRow {
        key: RowKey(key),
        site: row.try_get("site")?,
        user_name: row.try_get("user_name")?,
        issued_ms: row.try_get("issued_ms")?,
        expires_ms: row.try_get("expires_ms")?,
        thumbprint: row.try_get("thumbprint")?,
        sealed: row.try_get("sealed")?,
    })
}

fn step_of(row: &SqliteRow) -> Result<Step, sqlx::Error> {
    let state: String = row.try_get("state")?;
    let state = match state.as_str() {
        "done" => StepState::Done,
        "refused" => StepState::Refused,
        _ => StepState::Sent,
    };
    Ok(Step { name: row.try_get("step")?, state, record: row.try_get("record")? })
}

impl StepState {
    const fn word(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Done => "done",
            Self::Refused => "refused",
        }
    }
}

impl Sqlite {
    async fn attempt_now(&self, bucket: Bucket, now_ms: i64, since_ms: i64, most: u32) -> Result<Attempt, sqlx::Error> {
        let mut connection = self.writer.acquire().await?;
        let mut transaction = connection.begin().await?;
        let row = sqlx::query(
            "SELECT COUNT(*) AS made, MIN(at_ms) AS oldest FROM sign_in_attempt WHERE bucket = $1 AND at_ms > $2",
        )
        .bind(&bucket.0[..])
        .bind(since_ms)
        .fetch_one(&mut *transaction)
        .await?;
        let made: i64 = row.try_get("made")?;
        if made >= i64::from(most) {
            return Ok(Attempt::Refused { oldest_ms: row.try_get::<Option<i64>, _>("oldest")?.unwrap_or(now_ms) });
        }
        let row = sqlx::query(
            "INSERT INTO sign_in_attempt (bucket, number, at_ms) \
             SELECT $1, COALESCE(MAX(number), 0) + 1, $2 FROM sign_in_attempt WHERE bucket = $1 RETURNING number",
        )
        .bind(&bucket.0[..])
        .bind(now_ms)
        .fetch_one(&mut *transaction)
        .await?;
        let number = row.try_get("number")?;
        transaction.commit().await?;
        Ok(Attempt::Allowed(number))
    }

    async fn end_now(&self, key: RowKey, site: &str, user_name: &str) -> Result<i64, sqlx::Error> {
        let mut connection = self.writer.acquire().await?;
        let mut transaction = connection.begin().await?;
        sqlx::query("DELETE FROM session WHERE row_key = $1").bind(&key.0[..]).execute(&mut *transaction).await?;
        let row = sqlx::query("SELECT COUNT(*) AS n FROM session WHERE site = $1 AND user_name = $2")
            .bind(site)
            .bind(user_name)
            .fetch_one(&mut *transaction)
            .await?;
        transaction.commit().await?;
        row.try_get("n")
    }

    async fn save_of(&self, pool: &SqlitePool, key: &SaveKey) -> Result<Option<SaveRow>, sqlx::Error> {
        let row = sqlx::query("SELECT fingerprint, sealed FROM save WHERE site = $1 AND user_name = $2 AND save = $3")
            .bind(&key.site)
            .bind(&key.user_name)
            .bind(&key.save)
            .fetch_optional(pool)
            .await?;
        row.map(|row| Ok(SaveRow { fingerprint: row.try_get("fingerprint")?, sealed: row.try_get("sealed")? }))
            .transpose()
    }

    async fn begin_now(&self, key: &SaveKey, save: SaveRow, now_ms: i64) -> Result<Option<SaveRow>, sqlx::Error> {
        let written = sqlx::query(
            "INSERT INTO save (site, user_name, save, fingerprint, sealed, begun_ms) \
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
        )
        .bind(&key.site)
        .bind(&key.user_name)
        .bind(&key.save)
        .bind(save.fingerprint)
        .bind(save.sealed)
        .bind(now_ms)
        .execute(&self.writer)
        .await?;
        if written.rows_affected() == 1 { Ok(None) } else { self.save_of(&self.writer, key).await }
    }

    async fn set_now(&self, key: &SaveKey, steps: Vec<Step>) -> Result<(), sqlx::Error> {
        let mut connection = self.writer.acquire().await?;
        let mut transaction = connection.begin().await?;
        for step in steps {
            sqlx::query(
                "INSERT INTO step (site, user_name, save, step, state, record) VALUES ($1, $2, $3, $4, $5, $6) \
                 ON CONFLICT (site, user_name, save, step) DO UPDATE SET state = excluded.state, record = excluded.record",
            )
            .bind(&key.site)
            .bind(&key.user_name)
            .bind(&key.save)
            .bind(step.name)
            .bind(step.state.word())
            .bind(step.record)
            .execute(&mut *transaction)
            .await?;
        }
        transaction.commit().await
    }

    async fn claim_now(&self, key: &SaveKey, step: &str, records: Vec<String>) -> Result<Option<String>, sqlx::Error> {
        for record in records {
            let claimed = sqlx::query(
                "UPDATE step SET state = $1, record = $2 WHERE site = $3 AND user_name = $4 AND save = $5 AND step = $6 \
                 AND NOT EXISTS (SELECT 1 FROM step AS other WHERE other.site = $3 AND other.record = $2 \
                 AND NOT (other.user_name = $4 AND other.save = $5 AND other.step = $6))",
            )
            .bind(StepState::Done.word())
            .bind(&record)
            .bind(&key.site)
            .bind(&key.user_name)
            .bind(&key.save)
            .bind(step)
            .execute(&self.writer)
            .await?;
            if claimed.rows_affected() == 1 {
                return Ok(Some(record));
            }
        }
        Ok(None)
    }

    async fn tidy_now(&self, now_ms: i64, attempts_before_ms: i64, saves_before_ms: i64) -> Result<(), sqlx::Error> {
        let mut connection = self.writer.acquire().await?;
        let mut transaction = connection.begin().await?;
        sqlx::query("DELETE FROM session WHERE expires_ms <= $1").bind(now_ms).execute(&mut *transaction).await?;
        sqlx::query("DELETE FROM sign_in_attempt WHERE at_ms <= $1")
            .bind(attempts_before_ms)
            .execute(&mut *transaction)
            .await?;
        sqlx::query(
            "DELETE FROM step WHERE EXISTS (SELECT 1 FROM save WHERE save.site = step.site \
             AND save.user_name = step.user_name AND save.save = step.save AND save.begun_ms <= $1)",
        )
        .bind(saves_before_ms)
        .execute(&mut *transaction)
        .await?;
        sqlx::query("DELETE FROM save WHERE begun_ms <= $1").bind(saves_before_ms).execute(&mut *transaction).await?;
        transaction.commit().await
    }
}

impl Store for Sqlite {
    fn ready(&self) -> Answer<'_, ()> {
        Box::pin(async {
            // Takes the write lock and gives it back: a full or lost disk shows here.
            let write = async {
                let mut connection = self.writer.acquire().await?;
                let mut transaction = connection.begin().await?;
                sqlx::query("DELETE FROM sign_in_attempt WHERE at_ms < 0").execute(&mut *transaction).await?;
                transaction.commit().await
            };
            write.await.map_err(failed("reach the store"))
        })
    }

    fn add_session(&self, row: SessionRow) -> Answer<'_, ()> {
        Box::pin(async move {
            sqlx::query(
                "INSERT INTO session (row_key, site, user_name, issued_ms, expires_ms, thumbprint, sealed) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7)",
            )
            .bind(row.key.0.to_vec())
            .bind(row.site)
            .bind(row.user_name)
            .bind(row.issued_ms)
            .bind(row.expires_ms)
            .bind(row.thumbprint)
            .bind(row.sealed)
            .execute(&self.writer)
            .await
            .map(drop)
            .map_err(failed("keep a session"))
        })
    }

    fn session(&self, key: RowKey) -> Answer<'_, Option<SessionRow>> {
        Box::pin(async move {
            let row = sqlx::query(
                "SELECT row_key, site, user_name, issued_ms, expires_ms, thumbprint, sealed \
                 FROM session WHERE row_key = $1",
            )
            .bind(key.0.to_vec())
            .fetch_optional(&self.readers)
            .await;
            row.and_then(|row| row.as_ref().map(session_of).transpose()).map_err(failed("find a session"))
        })
    }

    fn end_session<'a>(&'a self, key: RowKey, site: &'a str, user_name: &'a str) -> Answer<'a, i64> {
        Box::pin(async move { self.end_now(key, site, user_name).await.map_err(failed("end a session")) })
    }

    fn attempt(&self, bucket: Bucket, now_ms: i64, since_ms: i64, most: u32) -> Answer<'_, Attempt> {
        Box::pin(async move {
            self.attempt_now(bucket, now_ms, since_ms, most).await.map_err(failed("count a sign-in attempt"))
        })
    }

    fn forget_attempt(&self, bucket: Bucket, number: i64) -> Answer<'_, ()> {
        Box::pin(async move {
            let done = sqlx::query("DELETE FROM sign_in_attempt WHERE bucket = $1 AND number = $2")
                .bind(bucket.0.to_vec())
                .bind(number)
                .execute(&self.writer)
                .await;
            done.map(drop).map_err(failed("forget a sign-in attempt"))
        })
    }

    fn forget_attempts(&self, bucket: Bucket) -> Answer<'_, ()> {
        Box::pin(async move {
            let done = sqlx::query("DELETE FROM sign_in_attempt WHERE bucket = $1")
                .bind(bucket.0.to_vec())
                .execute(&self.writer)
                .await;
            done.map(drop).map_err(failed("forget sign-in attempts"))
        })
    }

    fn begin_save<'a>(&'a self, key: &'a SaveKey, row: SaveRow, now_ms: i64) -> Answer<'a, Option<SaveRow>> {
        Box::pin(async move { self.begin_now(key, row, now_ms).await.map_err(failed("begin a save")) })
    }

    fn save<'a>(&'a self, key: &'a SaveKey) -> Answer<'a, Option<SaveRow>> {
        Box::pin(async move { self.save_of(&self.readers, key).await.map_err(failed("find a save")) })
    }

    fn steps<'a>(&'a self, key: &'a SaveKey) -> Answer<'a, Vec<Step>> {
        Box::pin(async move {
            let rows =
                sqlx::query("SELECT step, state, record FROM step WHERE site = $1 AND user_name = $2 AND save = $3")
                    .bind(&key.site)
                    .bind(&key.user_name)
                    .bind(&key.save)
                    .fetch_all(&self.readers)
                    .await;
            rows.and_then(|rows| rows.iter().map(step_of).collect()).map_err(failed("read the steps of a save"))
        })
    }

    fn set_steps<'a>(&'a self, key: &'a SaveKey, steps: Vec<Step>) -> Answer<'a, ()> {
        Box::pin(async move { self.set_now(key, steps).await.map_err(failed("note the steps of a save")) })
    }

    fn claim<'a>(&'a self, key: &'a SaveKey, step: &'a str, records: Vec<String>) -> Answer<'a, Option<String>> {
        Box::pin(async move { self.claim_now(key, step, records).await.map_err(failed("claim a record")) })
    }

    fn tidy(&self, now_ms: i64, attempts_before_ms: i64, saves_before_ms: i64) -> Answer<'_, ()> {
        Box::pin(async move {
            self.tidy_now(now_ms, attempts_before_ms, saves_before_ms).await.map_err(failed("tidy the store"))
        })
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            self.readers.close().await;
            self.writer.close().await;
        })
    }
}

#[cfg(test)]
mod tests;
