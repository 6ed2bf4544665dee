//! The journal of saves: which were asked, how far their steps are.

use super::Sql;
use crate::store::database::{Lock, Row, values};
use crate::store::{SaveKey, SaveRow, Step, StepState};

impl StepState {
    const fn word(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Done => "done",
            Self::Refused => "refused",
        }
    }
}

fn step_of(row: &Row) -> Result<Step, sqlx::Error> {
    let state: String = row.get("state")?;
    let state = match state.as_str() {
        "done" => StepState::Done,
        "refused" => StepState::Refused,
        // Whatever else it may be, somebody must look.
        _ => StepState::Sent,
    };
    Ok(Step { name: row.get("step")?, state, record: row.get("record")? })
}

impl Sql {
    pub(super) async fn save(&self, key: &SaveKey) -> Result<Option<SaveRow>, sqlx::Error> {
        let sql = "SELECT fingerprint, sealed FROM save WHERE site = $1 AND user_name = $2 AND save = $3";
        let row = self.database.row(sql, values![&*key.site, &*key.user_name, &*key.save]).await?;
        row.map(|row| Ok(SaveRow { fingerprint: row.get("fingerprint")?, sealed: row.get("sealed")? })).transpose()
    }

    pub(super) async fn begin_save(
        &self,
        key: &SaveKey,
        save: SaveRow,
        now_ms: i64,
    ) -> Result<Option<SaveRow>, sqlx::Error> {
        let sql = "INSERT INTO save (site, user_name, save, fingerprint, sealed, begun_ms) \
                   VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
        let values = values![&*key.site, &*key.user_name, &*key.save, save.fingerprint, save.sealed, now_ms];
        if self.database.run(sql, values).await? == 1 { Ok(None) } else { self.save(key).await }
    }

    pub(super) async fn steps(&self, key: &SaveKey) -> Result<Vec<Step>, sqlx::Error> {
        let sql = "SELECT step, state, record FROM step WHERE site = $1 AND user_name = $2 AND save = $3";
        let rows = self.database.rows(sql, values![&*key.site, &*key.user_name, &*key.save]).await?;
        rows.iter().map(step_of).collect()
    }

    pub(super) async fn set_steps(&self, key: &SaveKey, steps: Vec<Step>) -> Result<(), sqlx::Error> {
        let sql = "INSERT INTO step (site, user_name, save, step, state, record) VALUES ($1, $2, $3, $4, $5, $6) \
                   ON CONFLICT (site, user_name, save, step) \
                   DO UPDATE SET state = excluded.state, record = excluded.record WHERE step.state <> 'done'";
        let mut work = self.database.begin(Lock::None).await?;
        for step in steps {
            let state = step.state.word();
            work.run(sql, values![&*key.site, &*key.user_name, &*key.save, step.name, state, step.record]).await?;
        }
        work.commit().await
    }

    pub(super) async fn claim(
        &self,
        key: &SaveKey,
        step: &str,
        records: Vec<String>,
    ) -> Result<Option<String>, sqlx::Error> {
        let sql = "UPDATE step SET state = $1, record = $2 WHERE site = $3 AND user_name = $4 AND save = $5 \
                   AND step = $6 AND NOT EXISTS (SELECT 1 FROM step AS other WHERE other.site = $3 \
                   AND other.record = $2 AND NOT (other.user_name = $4 AND other.save = $5 AND other.step = $6))";
        let known = "SELECT record FROM step WHERE site = $1 AND user_name = $2 AND save = $3 AND step = $4 \
                     AND state = 'done'";
        let mut work = self.database.begin(Lock::Claim).await?;
        if let Some(row) = work.row(known, values![&*key.site, &*key.user_name, &*key.save, step]).await? {
            return row.get("record");
        }
        for record in records {
            let done = StepState::Done.word();
            let values = values![done, &*record, &*key.site, &*key.user_name, &*key.save, step];
            if work.run(sql, values).await? == 1 {
                work.commit().await?;
                return Ok(Some(record));
            }
        }
        Ok(None)
    }

    pub(super) async fn writer(&self, site: &str, record: &str) -> Result<Option<SaveKey>, sqlx::Error> {
        let sql = "SELECT user_name, save FROM step WHERE site = $1 AND record = $2 AND state = $3";
        let row = self.database.row(sql, values![site, record, StepState::Done.word()]).await?;
        let key = |row: Row| -> Result<SaveKey, sqlx::Error> {
            Ok(SaveKey { site: site.to_owned(), user_name: row.get("user_name")?, save: row.get("save")? })
        };
        row.map(key).transpose()
    }

    pub(super) async fn forget_save(&self, key: &SaveKey) -> Result<(), sqlx::Error> {
        let mut work = self.database.begin(Lock::None).await?;
        for sql in [
            "DELETE FROM step WHERE site = $1 AND user_name = $2 AND save = $3",
            "DELETE FROM save WHERE site = $1 AND user_name = $2 AND save = $3",
        ] {
            work.run(sql, values![&*key.site, &*key.user_name, &*key.save]).await?;
        }
        work.commit().await
    }

    pub(super) async fn tidy_saves(&self, before_ms: i64) -> Result<(), sqlx::Error> {
        let mut work = self.database.begin(Lock::None).await?;
        let steps = "DELETE FROM step WHERE EXISTS (SELECT 1 FROM save WHERE save.site = step.site \
                     AND save.user_name = step.user_name AND save.save = step.save AND save.begun_ms <= $1)";
        work.run(steps, values![before_ms]).await?;
        work.run("DELETE FROM save WHERE begun_ms <= $1", values![before_ms]).await?;
        work.commit().await
    }
}
