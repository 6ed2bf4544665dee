//! Sign-ins under way: found by id, changed by one, taken by one.

use super::Sql;
use crate::store::database::{Lock, Row, Value, values};
use crate::store::{Bucket, FlowRow};

fn flow_of(row: &Row) -> Result<FlowRow, sqlx::Error> {
    Ok(FlowRow {
        id: row.hash("id")?,
        cookie: row.maybe_hash("cookie")?,
        site: row.get("site")?,
        bucket: Bucket(row.hash("bucket")?),
        created_ms: row.get("created_ms")?,
        expires_ms: row.get("expires_ms")?,
        version: row.get("version")?,
        sealed: row.get("sealed")?,
    })
}

fn values_of(row: FlowRow) -> Vec<Value> {
    values![row.id, row.cookie, row.site, row.bucket.0, row.created_ms, row.expires_ms, row.version, row.sealed]
}

impl Sql {
    pub(super) async fn add_flow(&self, row: FlowRow, most: i64, now_ms: i64) -> Result<bool, sqlx::Error> {
        let mut work = self.database.begin(Lock::Count(row.bucket.0)).await?;
        let counted = "SELECT COUNT(*) AS open FROM flow WHERE bucket = $1 AND expires_ms > $2";
        let open = work.row(counted, values![row.bucket.0, now_ms]).await?.ok_or(sqlx::Error::RowNotFound)?;
        if open.get::<i64>("open")? >= most {
            return work.leave().await.map(|()| false);
        }
        let insert = "INSERT INTO flow (id, cookie, site, bucket, created_ms, expires_ms, version, sealed) \
                      VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        work.run(insert, values_of(row)).await?;
        work.commit().await?;
        Ok(true)
    }

    pub(super) async fn flow(&self, id: [u8; 32], now_ms: i64) -> Result<Option<FlowRow>, sqlx::Error> {
        let sql = "SELECT id, cookie, site, bucket, created_ms, expires_ms, version, sealed \
                   FROM flow WHERE id = $1 AND expires_ms > $2";
        self.database.row(sql, values![id, now_ms]).await?.as_ref().map(flow_of).transpose()
    }

    pub(super) async fn change_flow(&self, row: FlowRow, from_version: i64) -> Result<bool, sqlx::Error> {
        let sql = "UPDATE flow SET cookie = $2, site = $3, bucket = $4, created_ms = $5, expires_ms = $6, \
                   version = $7, sealed = $8 WHERE id = $1 AND version = $9";
        let mut values = values_of(row);
        values.push(from_version.into());
        Ok(self.database.run(sql, values).await? == 1)
    }

    pub(super) async fn take_flow(&self, id: [u8; 32], version: i64) -> Result<bool, sqlx::Error> {
        let sql = "DELETE FROM flow WHERE id = $1 AND version = $2";
        Ok(self.database.run(sql, values![id, version]).await? == 1)
    }

    pub(super) async fn tidy_flows(&self, now_ms: i64) -> Result<(), sqlx::Error> {
        self.database.run("DELETE FROM flow WHERE expires_ms <= $1", values![now_ms]).await?;
        self.database.run("DELETE FROM seen_once WHERE until_ms <= $1", values![now_ms]).await?;
        self.database.run("DELETE FROM lease WHERE until_ms <= $1", values![now_ms]).await.map(drop)
    }
}
