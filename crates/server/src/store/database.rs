//! The two databases behind one small door: a statement with values goes in, rows
//! come out. Statements are written once, in what both understand.

use super::writer::{Turn, Writer};
use sqlx::postgres::{PgPool, PgRow};
use sqlx::sqlite::{SqlitePool, SqliteRow};
use sqlx::{Postgres, Row as _, SqlSafeStr, Sqlite, Transaction};
use std::io;
use std::time::Duration;

/// How long one statement may take: a database that is silent has failed.
const PATIENCE: Duration = Duration::from_secs(20);

/// What a statement is given.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Number(i64),
    Text(Option<String>),
    Bytes(Option<Vec<u8>>),
}

/// Where statements go.
#[derive(Clone, Debug)]
pub(super) enum Database {
    /// One connection writes, so writers wait for each other instead of failing.
    Sqlite { writer: Writer, readers: SqlitePool },
    /// A pool; connections that died are found out before they are used.
    Postgres(PgPool),
}

/// Several statements that count together or not at all. Not committed: not done.
pub(super) enum Work {
    Sqlite(Turn),
    Postgres(Transaction<'static, Postgres>),
}

/// Who must not be at it at the same moment. `SQLite` has one writer, so there
/// each of them holds off all.
#[derive(Clone, Copy, Debug)]
pub(super) enum Lock {
    /// Nobody: the statements themselves are enough.
    None,
    /// Sessions are begun side by side, but not while any are ended.
    Begin,
    /// Sessions are ended one after another.
    End,
    /// Whoever counts in the same bucket.
    Count([u8; 32]),
    /// Whoever claims a record.
    Claim,
    /// Whoever writes the audit log.
    Audit,
}

/// A row of an answer.
pub(super) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

/// A type that columns of both databases have.
pub(super) trait Column:
    sqlx::Type<Sqlite> + sqlx::Type<Postgres> + for<'r> sqlx::Decode<'r, Sqlite> + for<'r> sqlx::Decode<'r, Postgres>
{
}

impl Column for i64 {}
impl Column for Option<i64> {}
impl Column for String {}
impl Column for Option<String> {}
impl Column for Vec<u8> {}
impl Column for Option<Vec<u8>> {}

impl Row {
    /// The value of a column.
    pub(super) fn get<T: Column>(&self, column: &str) -> Result<T, sqlx::Error> {
        match self {
            Self::Sqlite(row) => row.try_get(column),
            Self::Postgres(row) => row.try_get(column),
        }
    }

    /// A column with a hash.
    pub(super) fn hash<const N: usize>(&self, column: &str) -> Result<[u8; N], sqlx::Error> {
        of_length(self.get(column)?)
    }

    /// A column with a hash, or nothing.
    pub(super) fn maybe_hash<const N: usize>(&self, column: &str) -> Result<Option<[u8; N]>, sqlx::Error> {
        self.get::<Option<Vec<u8>>>(column)?.map(of_length).transpose()
    }
}

fn of_length<const N: usize>(bytes: Vec<u8>) -> Result<[u8; N], sqlx::Error> {
    bytes.try_into().map_err(|_| sqlx::Error::Decode("a hash of another length".into()))
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(Some(text.to_owned()))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(Some(text))
    }
}

impl From<Option<String>> for Value {
    fn from(text: Option<String>) -> Self {
        Self::Text(text)
    }
}

impl<const N: usize> From<[u8; N]> for Value {
    fn from(bytes: [u8; N]) -> Self {
        Self::Bytes(Some(bytes.to_vec()))
    }
}

impl<const N: usize> From<Option<[u8; N]>> for Value {
    fn from(bytes: Option<[u8; N]>) -> Self {
        Self::Bytes(bytes.map(|bytes| bytes.to_vec()))
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(Some(bytes))
    }
}

impl From<Option<Vec<u8>>> for Value {
    fn from(bytes: Option<Vec<u8>>) -> Self {
        Self::Bytes(bytes)
    }
}

/// The values of a statement, in the order of `$1`, `$2`, …
macro_rules! values {
    ($($value:expr),* $(,)?) => { vec![$($crate::store::database::Value::from($value)),*] };
}
pub(super) use values;

/// The same statement for either driver.
macro_rules! query {
    ($sql:expr, $values:expr) => {{
        let mut query = sqlx::query($sql);
        for value in $values {
            query = match value {
                Value::Number(number) => query.bind(number),
                Value::Text(text) => query.bind(text),
                Value::Bytes(bytes) => query.bind(bytes),
            };
        }
        query
    }};
}

/// An answer in time.
pub(super) async fn timed<T>(asked: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, sqlx::Error> {
    let silent = || sqlx::Error::Io(io::Error::new(io::ErrorKind::TimedOut, "the database is silent"));
    tokio::time::timeout(PATIENCE, asked).await.unwrap_or_else(|_| Err(silent()))
}

impl Database {
    /// One statement that writes; answers how many rows it wrote.
    pub(super) async fn run(&self, sql: impl SqlSafeStr, values: Vec<Value>) -> Result<u64, sqlx::Error> {
        match self {
            Self::Sqlite { .. } => {
                let mut work = self.begin(Lock::None).await?;
                let written = work.run(sql, values).await?;
                work.commit().await.map(|()| written)
            }
            Self::Postgres(pool) => timed(query!(sql, values).execute(pool)).await.map(|done| done.rows_affected()),
        }
    }

    /// One statement that reads.
    pub(super) async fn rows(&self, sql: impl SqlSafeStr, values: Vec<Value>) -> Result<Vec<Row>, sqlx::Error> {
        Ok(match self {
            Self::Sqlite { readers, .. } => {
                let rows = timed(query!(sql, values).fetch_all(readers)).await?;
                rows.into_iter().map(Row::Sqlite).collect()
            }
            Self::Postgres(pool) => {
                let rows = timed(query!(sql, values).fetch_all(pool)).await?;
                rows.into_iter().map(Row::Postgres).collect()
            }
        })
    }

    /// The first row of what a statement reads.
    pub(super) async fn row(&self, sql: impl SqlSafeStr, values: Vec<Value>) -> Result<Option<Row>, sqlx::Error> {
        Ok(self.rows(sql, values).await?.into_iter().next())
    }

    /// Begins work that writes.
    pub(super) async fn begin(&self, lock: Lock) -> Result<Work, sqlx::Error> {
        match self {
            Self::Sqlite { writer, .. } => Ok(Work::Sqlite(timed(writer.turn()).await?)),
            Self::Postgres(pool) => {
                let mut work = Work::Postgres(timed(pool.begin()).await?);
                if let Some((sql, values)) = lock.statement() {
                    work.rows(sql, values).await?;
                }
                Ok(work)
            }
        }
    }

    /// Lets go of the database.
    pub(super) async fn close(&self) {
        match self {
            Self::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

impl Work {
    /// A statement that writes; answers how many rows it wrote.
    pub(super) async fn run(&mut self, sql: impl SqlSafeStr, values: Vec<Value>) -> Result<u64, sqlx::Error> {
        match self {
            Self::Sqlite(work) => {
                timed(query!(sql, values).execute(work.connection()?)).await.map(|done| done.rows_affected())
            }
            Self::Postgres(work) => {
                timed(query!(sql, values).execute(&mut **work)).await.map(|done| done.rows_affected())
            }
        }
    }

    /// A statement with an answer.
    pub(super) async fn rows(&mut self, sql: impl SqlSafeStr, values: Vec<Value>) -> Result<Vec<Row>, sqlx::Error> {
        Ok(match self {
            Self::Sqlite(work) => {
                let rows = timed(query!(sql, values).fetch_all(work.connection()?)).await?;
                rows.into_iter().map(Row::Sqlite).collect()
            }
            Self::Postgres(work) => {
                let rows = timed(query!(sql, values).fetch_all(&mut **work)).await?;
                rows.into_iter().map(Row::Postgres).collect()
            }
        })
    }

    /// The first row of an answer.
    pub(super) async fn row(&mut self, sql: impl SqlSafeStr, values: Vec<Value>) -> Result<Option<Row>, sqlx::Error> {
        Ok(self.rows(sql, values).await?.into_iter().next())
    }

    /// Makes it count.
    pub(super) async fn commit(self) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite(work) => timed(work.keep()).await,
            Self::Postgres(work) => timed(work.commit()).await,
        }
    }

    /// Ends it with nothing written; what it has read counts once this answers.
    pub(super) async fn leave(self) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite(work) => timed(work.leave()).await,
            Self::Postgres(work) => timed(work.rollback()).await,
        }
    }
}

impl Lock {
    /// The statement that waits for the lock; given back with the end of the work.
    fn statement(self) -> Option<(&'static str, Vec<Value>)> {
        const ALONE: &str = "SELECT pg_advisory_xact_lock($1)";
        const BESIDE: &str = "SELECT pg_advisory_xact_lock_shared($1)";
        // Names of locks; a bucket's is far above them.
        Some(match self {
            Self::None => return None,
            Self::Begin => (BESIDE, values![1]),
            Self::End => (ALONE, values![1]),
            Self::Claim => (ALONE, values![2]),
            Self::Audit => (ALONE, values![3]),
            Self::Count(bucket) => {
                let mut name = [0x40; 8];
                name[1..].copy_from_slice(&bucket[..7]);
                (ALONE, values![i64::from_be_bytes(name)])
            }
        })
    }
}
