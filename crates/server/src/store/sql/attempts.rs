//! Attempts, counted so that no more than the limit ever pass.

use super::Sql;
use crate::store::database::{Lock, values};
use crate::store::{Attempt, Bucket};

impl Sql {
    /// Counts what is later than `since_ms`. What seems to come later than now was counted
    /// before the clock was set back: it counts as made now.
    pub(super) async fn attempt(
        &self,
        bucket: Bucket,
        now_ms: i64,
        since_ms: i64,
        most: u32,
    ) -> Result<Attempt, sqlx::Error> {
        let mut work = self.database.begin(Lock::Count(bucket.0)).await?;
        let redate = "UPDATE sign_in_attempt SET at_ms = $2 WHERE bucket = $1 AND at_ms > $2";
        work.run(redate, values![bucket.0, now_ms]).await?;
        let counted =
            "SELECT COUNT(*) AS made, MIN(at_ms) AS oldest FROM sign_in_attempt WHERE bucket = $1 AND at_ms > $2";
        let row = work.row(counted, values![bucket.0, since_ms]).await?.ok_or(sqlx::Error::RowNotFound)?;
        if row.get::<i64>("made")? >= i64::from(most) {
            let oldest_ms = row.get::<Option<i64>>("oldest")?.unwrap_or(now_ms);
            return work.commit().await.map(|()| Attempt::Refused { oldest_ms });
        }
        let insert = "INSERT INTO sign_in_attempt (bucket, at_ms) VALUES ($1, $2) RETURNING number";
        let row = work.row(insert, values![bucket.0, now_ms]).await?.ok_or(sqlx::Error::RowNotFound)?;
        let number = row.get("number")?;
        work.commit().await?;
        Ok(Attempt::Allowed(number))
    }

    pub(super) async fn forget_attempt(&self, bucket: Bucket, number: i64) -> Result<(), sqlx::Error> {
        let sql = "DELETE FROM sign_in_attempt WHERE number = $1 AND bucket = $2";
        self.database.run(sql, values![number, bucket.0]).await.map(drop)
    }

    pub(super) async fn forget_attempts(&self, bucket: Bucket) -> Result<(), sqlx::Error> {
        self.database.run("DELETE FROM sign_in_attempt WHERE bucket = $1", values![bucket.0]).await.map(drop)
    }
}
