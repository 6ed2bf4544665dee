//! Tokens for iMIS: in memory beside a file, else in a table that is in no log.

use super::Sql;
use crate::store::UpstreamRow;
use crate::store::database::values;

impl Sql {
    pub(super) async fn upstream(&self, site: &str, user_name: &str) -> Result<Option<UpstreamRow>, sqlx::Error> {
        if let Some(memory) = &self.memory {
            return Ok(memory.get(&(site.to_owned(), user_name.to_owned())));
        }
        let sql = "SELECT sealed, ends_ms FROM upstream WHERE site = $1 AND user_name = $2";
        let row = self.database.row(sql, values![site, user_name]).await?;
        row.map(|row| Ok(UpstreamRow { sealed: row.get("sealed")?, ends_ms: row.get("ends_ms")? })).transpose()
    }

    pub(super) async fn keep_upstream(&self, site: &str, user_name: &str, row: UpstreamRow) -> Result<(), sqlx::Error> {
        if let Some(memory) = &self.memory {
            memory.keep((site.to_owned(), user_name.to_owned()), row);
            return Ok(());
        }
        let sql = "INSERT INTO upstream (site, user_name, sealed, ends_ms) VALUES ($1, $2, $3, $4) \
                   ON CONFLICT (site, user_name) DO UPDATE SET sealed = excluded.sealed, ends_ms = excluded.ends_ms";
        self.database.run(sql, values![site, user_name, row.sealed, row.ends_ms]).await.map(drop)
    }

    pub(super) async fn forget_upstream(&self, site: &str, user_name: &str) -> Result<(), sqlx::Error> {
        if let Some(memory) = &self.memory {
            memory.forget(&(site.to_owned(), user_name.to_owned()));
            return Ok(());
        }
        let sql = "DELETE FROM upstream WHERE site = $1 AND user_name = $2";
        self.database.run(sql, values![site, user_name]).await.map(drop)
    }

    pub(super) async fn tidy_upstream(&self, now_ms: i64) -> Result<(), sqlx::Error> {
        if let Some(memory) = &self.memory {
            memory.tidy(now_ms);
            return Ok(());
        }
        self.database.run("DELETE FROM upstream WHERE ends_ms <= $1", values![now_ms]).await.map(drop)
    }
}
