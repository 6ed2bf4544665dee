//! The ledger: which messages were saved, by whom, how each save stands.
//!
//! Every change takes the next number of its site first. The row of that number is locked until the change is there
//! or not, so changes are seen in the order of their numbers, and two that look before they write do so one after the
//! other.

use super::Sql;
use crate::store::database::{Lock, Row, Value, Work, values};
use crate::store::{Blocks, LedgerNames, LedgerRow, LedgerState, Reserved, SaveKey};
use sqlx::AssertSqlSafe;

const COLUMNS: &str = "id, site, user_name, save, key_id, message, facts, conversation, state, begun_ms, touched_ms, \
                       version, sealed";
/// Most rows of one look: a conversation may be long.
const ROWS_MAX: i64 = 2000;

impl LedgerState {
    const ALL: [Self; 7] =
        [Self::Saving, Self::Saved, Self::Partly, Self::Nothing, Self::Removing, Self::Removed, Self::PartlyRemoved];

    const fn word(self) -> &'static str {
        match self {
            Self::Saving => "saving",
            Self::Saved => "saved",
            Self::Partly => "partly",
            Self::Nothing => "nothing",
            Self::Removing => "removing",
            Self::Removed => "removed",
            Self::PartlyRemoved => "partly_removed",
        }
    }
}

fn row_of(row: &Row) -> Result<LedgerRow, sqlx::Error> {
    let state: String = row.get("state")?;
    // What a newer server wrote is there, whatever it means.
    let state = LedgerState::ALL.into_iter().find(|known| known.word() == state).unwrap_or(LedgerState::Partly);
    Ok(LedgerRow {
        id: row.hash("id")?,
        save: SaveKey { site: row.get("site")?, user_name: row.get("user_name")?, save: row.get("save")? },
        key_id: row.hash("key_id")?,
        names: LedgerNames {
            message: row.maybe_hash("message")?,
            facts: row.maybe_hash("facts")?,
            conversation: row.maybe_hash("conversation")?,
        },
        state,
        begun_ms: row.get("begun_ms")?,
        touched_ms: row.get("touched_ms")?,
        version: row.get("version")?,
        sealed: row.get("sealed")?,
    })
}

/// The rows with one of these names, newest first.
fn named(site: &str, names: &[LedgerNames]) -> Option<(String, Vec<Value>)> {
    let mut values = values![site];
    let mut conditions = Vec::new();
    for (column, of) in [
        ("message", (|names| names.message) as fn(&LedgerNames) -> Option<[u8; 32]>),
        ("facts", |names| names.facts),
        ("conversation", |names| names.conversation),
    ] {
        let mut given: Vec<[u8; 32]> = names.iter().filter_map(of).collect();
        given.sort_unstable();
        given.dedup();
        if given.is_empty() {
            continue;
        }
        let first = values.len() + 1;
        let marks: Vec<String> = (first..first + given.len()).map(|place| format!("${place}")).collect();
        conditions.push(format!("{column} IN ({})", marks.join(", ")));
        values.extend(given.into_iter().map(Value::from));
    }
    if conditions.is_empty() {
        return None;
    }
    let sql = format!(
        "SELECT {COLUMNS} FROM ledger WHERE site = $1 AND ({}) ORDER BY begun_ms DESC, id LIMIT {ROWS_MAX}",
        conditions.join(" OR ")
    );
    Some((sql, values))
}

/// Takes the next number of a site.
async fn next(work: &mut Work, site: &str) -> Result<i64, sqlx::Error> {
    let sql = "INSERT INTO ledger_change (site, number) VALUES ($1, 1) \
               ON CONFLICT (site) DO UPDATE SET number = ledger_change.number + 1 RETURNING number";
    work.row(sql, values![site]).await?.ok_or(sqlx::Error::RowNotFound)?.get("number")
}

fn written(row: &LedgerRow, version: i64) -> Vec<Value> {
    values![
        row.id,
        &*row.save.site,
        &*row.save.user_name,
        &*row.save.save,
        row.key_id,
        row.names.message,
        row.names.facts,
        row.names.conversation,
        row.state.word(),
        row.begun_ms,
        row.touched_ms,
        version,
        row.sealed.clone(),
    ]
}

impl Sql {
    pub(super) async fn ledger_changes(&self) -> Result<Vec<(String, i64)>, sqlx::Error> {
        let rows = self.database.rows("SELECT site, number FROM ledger_change", values![]).await?;
        rows.iter().map(|row| Ok((row.get("site")?, row.get("number")?))).collect()
    }

    pub(super) async fn ledger_of(&self, key: &SaveKey) -> Result<Option<LedgerRow>, sqlx::Error> {
        let sql = format!("SELECT {COLUMNS} FROM ledger WHERE site = $1 AND user_name = $2 AND save = $3");
        let values = values![&*key.site, &*key.user_name, &*key.save];
        self.database.row(AssertSqlSafe(sql), values).await?.as_ref().map(row_of).transpose()
    }

    pub(super) async fn ledger_entry(&self, site: &str, id: [u8; 16]) -> Result<Option<LedgerRow>, sqlx::Error> {
        let sql = format!("SELECT {COLUMNS} FROM ledger WHERE site = $1 AND id = $2");
        self.database.row(AssertSqlSafe(sql), values![site, id]).await?.as_ref().map(row_of).transpose()
    }

    pub(super) async fn ledger_rows(&self, site: &str, names: &[LedgerNames]) -> Result<Vec<LedgerRow>, sqlx::Error> {
        let Some((sql, values)) = named(site, names) else { return Ok(Vec::new()) };
        self.database.rows(AssertSqlSafe(sql), values).await?.iter().map(row_of).collect()
    }

    pub(super) async fn reserve(
        &self,
        row: LedgerRow,
        names: &[LedgerNames],
        blocks: Blocks,
    ) -> Result<Reserved, sqlx::Error> {
        let mut work = self.database.begin(Lock::None).await?;
        let version = next(&mut work, &row.save.site).await?;
        // What came to nothing is begun anew.
        let nothing = "DELETE FROM ledger WHERE site = $1 AND user_name = $2 AND save = $3 AND state = $4";
        let whose = values![&*row.save.site, &*row.save.user_name, &*row.save.save, LedgerState::Nothing.word()];
        work.run(nothing, whose).await?;
        let known = format!("SELECT {COLUMNS} FROM ledger WHERE site = $1 AND user_name = $2 AND save = $3");
        let whose = values![&*row.save.site, &*row.save.user_name, &*row.save.save];
        if let Some(known) = work.row(AssertSqlSafe(known), whose).await? {
            let known = row_of(&known)?;
            return work.leave().await.map(|()| Reserved::Known(Box::new(known)));
        }
        if let Some((sql, values)) = named(&row.save.site, names) {
            for other in work.rows(AssertSqlSafe(sql), values).await? {
                if blocks(&row_of(&other)?) {
                    return work.leave().await.map(|()| Reserved::Taken);
                }
            }
        }
        let sql =
            format!("INSERT INTO ledger ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)");
        work.run(AssertSqlSafe(sql), written(&row, version)).await?;
        work.commit().await?;
        Ok(Reserved::New(version))
    }

    pub(super) async fn change_entry(&self, row: &LedgerRow, from: i64) -> Result<Option<i64>, sqlx::Error> {
        let sql = "UPDATE ledger SET key_id = $5, message = $6, facts = $7, conversation = $8, state = $9, \
                   begun_ms = $10, touched_ms = $11, version = $12, sealed = $13 \
                   WHERE id = $1 AND site = $2 AND user_name = $3 AND save = $4 AND version = $14";
        let mut work = self.database.begin(Lock::None).await?;
        let version = next(&mut work, &row.save.site).await?;
        let mut values = written(row, version);
        values.push(from.into());
        if work.run(sql, values).await? == 0 {
            return work.leave().await.map(|()| None);
        }
        work.commit().await?;
        Ok(Some(version))
    }

    pub(super) async fn ledger_under_other_keys(
        &self,
        key_id: [u8; 4],
        most: i64,
    ) -> Result<Vec<LedgerRow>, sqlx::Error> {
        let sql = format!("SELECT {COLUMNS} FROM ledger WHERE key_id <> $1 ORDER BY begun_ms DESC LIMIT $2");
        self.database.rows(AssertSqlSafe(sql), values![key_id, most]).await?.iter().map(row_of).collect()
    }
}
