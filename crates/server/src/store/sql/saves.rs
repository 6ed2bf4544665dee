//! The journal of saves: which were asked, how far their steps are.

use super::Sql;
use crate::store::database::{Lock, Row, values};
use crate::store::{SaveKey, SaveRow, Step, StepState, Try};

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
    let until_ms: i64 = row.get("until_ms")?;
    let until_ms = (state == StepState::Sent && until_ms > 0).then_some(until_ms);
    Ok(Step { name: row.get("step")?, state, record: row.get("record")?, until_ms })
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
        let sql = "SELECT step, state, record, until_ms FROM step WHERE site = $1 AND user_name = $2 AND save = $3";
        let rows = self.database.rows(sql, values![&*key.site, &*key.user_name, &*key.save]).await?;
        rows.iter().map(step_of).collect()
    }

    pub(super) async fn set_steps(&self, key: &SaveKey, by: Try, steps: Vec<Step>) -> Result<Vec<String>, sqlx::Error> {
        // What is sent says by whom.
        let sent = format!("{} {:016x}", StepState::Sent.word(), by.0);
        let sql = "INSERT INTO step (site, user_name, save, step, state, record, until_ms) \
                   VALUES ($1, $2, $3, $4, $5, $6, $8) ON CONFLICT (site, user_name, save, step) \
                   DO UPDATE SET state = excluded.state, record = excluded.record, until_ms = excluded.until_ms \
                   WHERE step.state <> 'done' AND (excluded.state = 'done' OR step.state = $7 \
                   OR (excluded.state = $7 AND excluded.until_ms >= step.until_ms))";
        let belongs = "SELECT 1 FROM step WHERE site = $1 AND record = $2 \
                       AND NOT (user_name = $3 AND save = $4 AND step = $5)";
        let names_records = steps.iter().any(|step| step.record.is_some());
        let mut work = self.database.begin(if names_records { Lock::Claim } else { Lock::None }).await?;
        let mut taken = Vec::new();
        for step in steps {
            if let Some(record) = &step.record {
                let values = values![&*key.site, &**record, &*key.user_name, &*key.save, &*step.name];
                if work.row(belongs, values).await?.is_some() {
                    taken.push(step.name);
                    continue;
                }
            }
            let state = if step.state == StepState::Sent { &*sent } else { step.state.word() };
            let (save, name) = (&*key.save, step.name);
            let values = values![
                &*key.site,
                &*key.user_name,
                save,
                name,
                state,
                step.record,
                &*sent,
                step.until_ms.unwrap_or(0)
            ];
            work.run(sql, values).await?;
        }
        work.commit().await?;
        Ok(taken)
    }

    pub(super) async fn claim(
        &self,
        key: &SaveKey,
        step: &str,
        records: Vec<String>,
    ) -> Result<Option<String>, sqlx::Error> {
        let sql = "UPDATE step SET state = $1, record = $2, until_ms = 0 WHERE site = $3 AND user_name = $4 AND save = $5 \
                   AND step = $6 AND NOT EXISTS (SELECT 1 FROM step AS other WHERE other.site = $3 \
                   AND other.record = $2 AND NOT (other.user_name = $4 AND other.save = $5 AND other.step = $6))";
        let known = "SELECT state, record, until_ms FROM step WHERE site = $1 AND user_name = $2 AND save = $3 \
                     AND step = $4";
        // No try has this name, so none has a word on what it sent.
        let others = "UPDATE step SET state = 'sent', until_ms = CASE WHEN until_ms < $1 THEN $1 ELSE until_ms END \
                      WHERE site = $2 AND step = $3 AND record IS NULL AND state LIKE 'sent%'";
        let mut work = self.database.begin(Lock::Claim).await?;
        let Some(row) = work.row(known, values![&*key.site, &*key.user_name, &*key.save, step]).await? else {
            return work.leave().await.map(|()| None);
        };
        if row.get::<String>("state")? == StepState::Done.word() {
            let record = row.get("record")?;
            return work.leave().await.map(|()| record);
        }
        let until_ms: i64 = row.get("until_ms")?;
        for record in records {
            let done = StepState::Done.word();
            let values = values![done, &*record, &*key.site, &*key.user_name, &*key.save, step];
            if work.run(sql, values).await? == 1 {
                if until_ms > 0 {
                    work.run(others, values![until_ms, &*key.site, step]).await?;
                }
                work.commit().await?;
                return Ok(Some(record));
            }
        }
        work.leave().await.map(|()| None)
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

    pub(super) async fn forget_steps(&self, key: &SaveKey, steps: Vec<String>) -> Result<(), sqlx::Error> {
        let sql = "DELETE FROM step WHERE site = $1 AND user_name = $2 AND save = $3 AND step = $4";
        let mut work = self.database.begin(Lock::None).await?;
        for step in steps {
            work.run(sql, values![&*key.site, &*key.user_name, &*key.save, step]).await?;
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
