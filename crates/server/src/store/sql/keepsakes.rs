//! What people keep at hand: so many of a kind, the oldest go first.

use super::Sql;
use crate::store::database::{Lock, Row, values};
use crate::store::{Keepsake, Shelf};
use sha2::{Digest as _, Sha256};

const DELETE: &str = "DELETE FROM keepsake WHERE site = $1 AND user_name = $2 AND kind = $3 AND name = $4";

fn keepsake_of(row: &Row) -> Result<Keepsake, sqlx::Error> {
    Ok(Keepsake { name: row.hash("name")?, sealed: row.get("sealed")?, at_ms: row.get("at_ms")? })
}

/// Who keeps on one on waits for whoever else does.
fn lock(on: &Shelf) -> Lock {
    let parts = ["keepsakes", &on.site, &on.user_name, on.kind].join("\0");
    Lock::Count(Sha256::digest(parts).into())
}

impl Sql {
    pub(super) async fn keepsakes(&self, on: &Shelf) -> Result<Vec<Keepsake>, sqlx::Error> {
        let sql = "SELECT name, sealed, at_ms FROM keepsake WHERE site = $1 AND user_name = $2 AND kind = $3 \
                   ORDER BY at_ms DESC, name";
        let rows = self.database.rows(sql, values![&*on.site, &*on.user_name, on.kind]).await?;
        rows.iter().map(keepsake_of).collect()
    }

    pub(super) async fn keepsake(&self, on: &Shelf, name: [u8; 32]) -> Result<Option<Keepsake>, sqlx::Error> {
        let sql = "SELECT name, sealed, at_ms FROM keepsake \
                   WHERE site = $1 AND user_name = $2 AND kind = $3 AND name = $4";
        let row = self.database.row(sql, values![&*on.site, &*on.user_name, on.kind, name]).await?;
        row.as_ref().map(keepsake_of).transpose()
    }

    pub(super) async fn keep(
        &self,
        on: &Shelf,
        keepsake: Keepsake,
        former: Vec<[u8; 32]>,
        most: u32,
    ) -> Result<(), sqlx::Error> {
        let upsert = "INSERT INTO keepsake (site, user_name, kind, name, sealed, at_ms) VALUES ($1, $2, $3, $4, $5, $6) \
                      ON CONFLICT (site, user_name, kind, name) \
                      DO UPDATE SET sealed = excluded.sealed, at_ms = excluded.at_ms";
        // The one just kept stays, whatever the clocks of others say.
        let trim = "DELETE FROM keepsake WHERE site = $1 AND user_name = $2 AND kind = $3 AND name IN \
                    (SELECT name FROM keepsake WHERE site = $1 AND user_name = $2 AND kind = $3 AND name <> $4 \
                     ORDER BY at_ms DESC, name LIMIT 1000 OFFSET $5)";
        let Keepsake { name, sealed, at_ms } = keepsake;
        let mut work = self.database.begin(lock(on)).await?;
        for former in former {
            work.run(DELETE, values![&*on.site, &*on.user_name, on.kind, former]).await?;
        }
        work.run(upsert, values![&*on.site, &*on.user_name, on.kind, name, sealed, at_ms]).await?;
        let others = i64::from(most.saturating_sub(1));
        work.run(trim, values![&*on.site, &*on.user_name, on.kind, name, others]).await?;
        work.commit().await
    }

    pub(super) async fn let_go(&self, on: &Shelf, names: Vec<[u8; 32]>) -> Result<(), sqlx::Error> {
        let mut work = self.database.begin(lock(on)).await?;
        for name in names {
            work.run(DELETE, values![&*on.site, &*on.user_name, on.kind, name]).await?;
        }
        work.commit().await
    }
}
