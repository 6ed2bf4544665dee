//! Names that are seen once, and names that one instance has at a time.

use super::Sql;
use crate::store::database::values;
use sqlx::AssertSqlSafe;

impl Sql {
    pub(super) async fn once(&self, name: [u8; 32], until_ms: i64, now_ms: i64) -> Result<bool, sqlx::Error> {
        let sql = "INSERT INTO seen_once (name, until_ms) VALUES ($1, $2) \
                   ON CONFLICT (name) DO UPDATE SET until_ms = excluded.until_ms WHERE seen_once.until_ms <= $3";
        Ok(self.database.run(sql, values![name, until_ms, now_ms]).await? == 1)
    }

    pub(super) async fn seen_until(&self, name: [u8; 32], until_ms: i64) -> Result<(), sqlx::Error> {
        let sql = "UPDATE seen_once SET until_ms = $2 WHERE name = $1";
        self.database.run(sql, values![name, until_ms]).await.map(drop)
    }

    pub(super) async fn lease(
        &self,
        name: [u8; 32],
        holder: [u8; 16],
        now_ms: i64,
        until_ms: i64,
    ) -> Result<bool, sqlx::Error> {
        let sql = "INSERT INTO lease (name, holder, until_ms) VALUES ($1, $2, $3) \
                   ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until_ms = excluded.until_ms \
                   WHERE lease.holder = excluded.holder OR lease.until_ms <= $4";
        Ok(self.database.run(sql, values![name, holder, until_ms, now_ms]).await? == 1)
    }

    pub(super) async fn is_leased(&self, names: &[[u8; 32]], now_ms: i64) -> Result<bool, sqlx::Error> {
        if names.is_empty() {
            return Ok(false);
        }
        let marks: Vec<String> = (2..2 + names.len()).map(|place| format!("${place}")).collect();
        let sql = format!("SELECT 1 FROM lease WHERE until_ms > $1 AND name IN ({}) LIMIT 1", marks.join(", "));
        let values = std::iter::once(now_ms.into()).chain(names.iter().map(|name| (*name).into())).collect();
        Ok(self.database.row(AssertSqlSafe(sql), values).await?.is_some())
    }

    pub(super) async fn release(&self, name: [u8; 32], holder: [u8; 16]) -> Result<(), sqlx::Error> {
        self.database.run("DELETE FROM lease WHERE name = $1 AND holder = $2", values![name, holder]).await.map(drop)
    }
}
