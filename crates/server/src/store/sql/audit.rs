//! The audit log: a chain, so one writer at a time, and never a gap.

use super::Sql;
use crate::store::database::{Lock, values};
use crate::store::{AuditLine, Link};

impl Sql {
    pub(super) async fn audit(&self, at_ms: i64, text: String, link: Link) -> Result<(), sqlx::Error> {
        let mut work = self.database.begin(Lock::Audit).await?;
        let last = work.row("SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1", values![]).await?;
        let (number, before) = match last {
            Some(row) => (row.get::<i64>("number")?, row.get::<Vec<u8>>("hash")?),
            None => (0, Vec::new()),
        };
        let number = number + 1;
        let hash = link(number, &before, &text);
        let insert = "INSERT INTO audit (number, at_ms, text, hash) VALUES ($1, $2, $3, $4)";
        work.run(insert, values![number, at_ms, text, hash]).await?;
        work.commit().await
    }

    pub(super) async fn audit_lines(&self, after: i64, most: i64) -> Result<Vec<AuditLine>, sqlx::Error> {
        let sql = "SELECT number, at_ms, text, hash FROM audit WHERE number > $1 ORDER BY number LIMIT $2";
        let rows = self.database.rows(sql, values![after, most]).await?;
        let line = |row: &crate::store::database::Row| {
            Ok(AuditLine {
                number: row.get("number")?,
                at_ms: row.get("at_ms")?,
                text: row.get("text")?,
                hash: row.get("hash")?,
            })
        };
        rows.iter().map(line).collect()
    }
}
