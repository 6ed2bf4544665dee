//! Sessions and their ends. Whoever ends sessions holds off whoever begins one,
//! so a session is either ended or was never begun.

use super::Sql;
use crate::store::database::{Database, Lock, Row, Value, Work, values};
use crate::store::{Ended, GRACE_MS, Revocation, Scope, SessionRow};
use crate::token::RowKey;
use sqlx::AssertSqlSafe;
use std::collections::HashSet;

/// Site and user name.
type Person = (String, String);

/// Most people that [`Ended`] names.
const NAMED_MAX: usize = 1_000;
/// How long revocations are kept: longer than any sign-in under way, and than any
/// instance is away and comes back with sessions in its hands.
const REVOCATIONS_KEPT_MS: i64 = 8 * 24 * 60 * 60 * 1000;
/// How many sessions or people one question names.
const AT_ONCE: usize = 250;
/// How often the use of a session is noted.
const SEEN_EVERY_MS: i64 = 60 * 1000;

const COLUMNS: &str = "row_key, site, user_name, method, client, begun_ms, seen_ms, expires_ms, ends_ms, version, \
                       thumbprint, subject, provider_session, sealed, former, former_until_ms, current_used";

/// Wakes the other instances; see `postgres.rs`.
pub(in crate::store) const CHANNEL: &str = "imis_outlook_revocation";

fn session_of(row: &Row) -> Result<SessionRow, sqlx::Error> {
    Ok(SessionRow {
        key: RowKey(row.hash("row_key")?),
        site: row.get("site")?,
        user_name: row.get("user_name")?,
        method: row.get("method")?,
        client: row.get("client")?,
        begun_ms: row.get("begun_ms")?,
        seen_ms: row.get("seen_ms")?,
        expires_ms: row.get("expires_ms")?,
        ends_ms: row.get("ends_ms")?,
        version: row.get("version")?,
        thumbprint: row.get("thumbprint")?,
        subject: row.maybe_hash("subject")?,
        provider_session: row.maybe_hash("provider_session")?,
        sealed: row.get("sealed")?,
        former: row.get("former")?,
        former_until_ms: row.get("former_until_ms")?,
        current_used: row.get::<i64>("current_used")? != 0,
    })
}

fn values_of(row: SessionRow) -> Vec<Value> {
    values![
        row.key.0,
        row.site,
        row.user_name,
        row.method,
        row.client,
        row.begun_ms,
        row.seen_ms,
        row.expires_ms,
        row.ends_ms,
        row.version,
        row.thumbprint,
        row.subject,
        row.provider_session,
        row.sealed,
        row.former,
        row.former_until_ms,
        i64::from(row.current_used),
    ]
}

/// Which rows of `session`: a condition with its first values.
pub(in crate::store) fn rows_of(scope: &Scope) -> (&'static str, Vec<Value>) {
    match scope {
        Scope::Session(key) => ("row_key = $1", values![key.0]),
        Scope::User { site, user_name } => ("site = $1 AND user_name = $2", values![&**site, &**user_name]),
        Scope::Subject { site, subject } => ("site = $1 AND subject = $2", values![&**site, *subject]),
        Scope::ProviderSession { site, session } => ("site = $1 AND provider_session = $2", values![&**site, *session]),
        Scope::Site(site) => ("site = $1", values![&**site]),
        Scope::Everybody => ("TRUE", values![]),
    }
}

impl Sql {
    pub(super) async fn add_session(&self, row: SessionRow, seen: i64) -> Result<bool, sqlx::Error> {
        let mut work = self.database.begin(Lock::Begin).await?;
        // A kind this server does not know covers everything.
        let covering = "SELECT number FROM revocation WHERE number > $1 AND ( \
                        (kind = 'session' AND named = $2) \
                        OR (kind = 'user' AND site = $3 AND user_name = $4) \
                        OR (kind = 'subject' AND site = $3 AND named = $5) \
                        OR (kind = 'provider-session' AND site = $3 AND named = $6) \
                        OR (kind = 'site' AND site = $3) \
                        OR kind NOT IN ('session', 'user', 'subject', 'provider-session', 'site')) LIMIT 1";
        let values = values![seen, row.key.0, &*row.site, &*row.user_name, row.subject, row.provider_session];
        if work.row(covering, values).await?.is_some() {
            return work.leave().await.map(|()| false);
        }
        let insert = format!(
            "INSERT INTO session ({COLUMNS}) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)"
        );
        work.run(AssertSqlSafe(insert), values_of(row)).await?;
        work.commit().await?;
        Ok(true)
    }

    pub(super) async fn session(&self, key: RowKey) -> Result<Option<SessionRow>, sqlx::Error> {
        let sql = format!("SELECT {COLUMNS} FROM session WHERE row_key = $1");
        self.database.row(AssertSqlSafe(sql), values![key.0]).await?.as_ref().map(session_of).transpose()
    }

    pub(super) async fn existing(&self, keys: &[RowKey]) -> Result<HashSet<RowKey>, sqlx::Error> {
        let mut there = HashSet::new();
        for keys in keys.chunks(AT_ONCE) {
            let marks: Vec<String> = (1..=keys.len()).map(|place| format!("${place}")).collect();
            let sql = format!("SELECT row_key FROM session WHERE row_key IN ({})", marks.join(", "));
            let values = keys.iter().map(|key| key.0.into()).collect();
            for row in self.database.rows(AssertSqlSafe(sql), values).await? {
                there.insert(RowKey(row.hash("row_key")?));
            }
        }
        Ok(there)
    }

    pub(super) async fn with_sessions(&self, people: &[Person]) -> Result<HashSet<Person>, sqlx::Error> {
        let mut there = HashSet::new();
        for people in people.chunks(AT_ONCE) {
            let marks = (1..=people.len()).map(|place| format!("(${}, ${})", place * 2 - 1, place * 2));
            let marks = marks.collect::<Vec<_>>().join(", ");
            let sql =
                format!("SELECT DISTINCT site, user_name FROM session WHERE (site, user_name) IN (VALUES {marks})");
            let values = people.iter().flat_map(|(site, user_name)| values![&**site, &**user_name]).collect();
            for row in self.database.rows(AssertSqlSafe(sql), values).await? {
                there.insert((row.get("site")?, row.get("user_name")?));
            }
        }
        Ok(there)
    }

    pub(super) async fn sessions(
        &self,
        scope: &Scope,
        like: &str,
        now_ms: i64,
        most: i64,
    ) -> Result<Vec<SessionRow>, sqlx::Error> {
        let (condition, mut values) = rows_of(scope);
        let next = values.len() + 1;
        let sql = format!(
            "SELECT {COLUMNS} FROM session WHERE {condition} AND ends_ms > ${next} AND expires_ms > ${} \
             AND user_name LIKE ${} ESCAPE '!' ORDER BY seen_ms DESC, begun_ms DESC LIMIT ${}",
            next + 1,
            next + 2,
            next + 3
        );
        let like = like.to_lowercase().replace('!', "!!").replace('%', "!%").replace('_', "!_");
        values.extend(values![now_ms, now_ms.saturating_sub(GRACE_MS), format!("%{like}%"), most]);
        self.database.rows(AssertSqlSafe(sql), values).await?.iter().map(session_of).collect()
    }

    pub(super) async fn change_session(&self, row: SessionRow, from_version: i64) -> Result<bool, sqlx::Error> {
        let sql = "UPDATE session SET site = $2, user_name = $3, method = $4, client = $5, begun_ms = $6, \
                   seen_ms = $7, expires_ms = $8, ends_ms = $9, version = $10, thumbprint = $11, subject = $12, \
                   provider_session = $13, sealed = $14, former = $15, former_until_ms = $16, current_used = $17 \
                   WHERE row_key = $1 AND version = $18";
        let mut values = values_of(row);
        values.push(from_version.into());
        Ok(self.database.run(sql, values).await? == 1)
    }

    pub(super) async fn saw_session(&self, key: RowKey, now_ms: i64) -> Result<(), sqlx::Error> {
        let sql = "UPDATE session SET seen_ms = $2 WHERE row_key = $1 AND seen_ms <= $3";
        let before_ms = now_ms.saturating_sub(SEEN_EVERY_MS);
        self.database.run(sql, values![key.0, now_ms, before_ms]).await.map(drop)
    }

    pub(super) async fn end_sessions(
        &self,
        scope: &Scope,
        except: Option<RowKey>,
        now_ms: i64,
    ) -> Result<Ended, sqlx::Error> {
        let mut work = self.database.begin(Lock::End).await?;
        let mut people = people_of(&mut work, scope).await?;
        let kept = person_of(&mut work, except).await?;
        let ended = end(&mut work, scope, except).await?;
        let all_users = people.len() > NAMED_MAX;
        if all_users {
            people.clear();
        }
        people.retain(|person| Some(person) != kept.as_ref());
        if matches!(scope, Scope::Session(_) | Scope::Subject { .. } | Scope::ProviderSession { .. }) {
            let mut gone = Vec::new();
            for person in people {
                if !has_session(&mut work, &person).await? {
                    gone.push(person);
                }
            }
            people = gone;
        }
        if let Database::Postgres(_) = self.database {
            forget_tokens(&mut work, scope, &people, kept.as_ref()).await?;
        }
        forget_flows(&mut work, scope).await?;
        note(&mut work, scope, except, now_ms).await?;
        if let Database::Postgres(_) = self.database {
            work.rows("SELECT pg_notify($1, '')", values![CHANNEL]).await?;
        }
        work.commit().await?;
        if let Some(memory) = &self.memory {
            memory.forget_scope(scope, kept.as_ref());
            for person in &people {
                memory.forget(person);
            }
        }
        self.revoked.notify_one();
        Ok(Ended { keys: ended, users: people, all_users })
    }

    pub(super) async fn revocations(&self, after: i64) -> Result<Vec<Revocation>, sqlx::Error> {
        let sql = "SELECT number, at_ms, kind, site, user_name, named, but_session FROM revocation \
                   WHERE number > $1 ORDER BY number";
        let rows = self.database.rows(sql, values![after]).await?;
        let revocations = rows.iter().map(revocation_of).collect::<Result<Vec<_>, _>>()?;
        self.forget_as_others_did(&revocations).await?;
        Ok(revocations)
    }

    pub(super) async fn latest_revocation(&self) -> Result<i64, sqlx::Error> {
        let row = self.database.row("SELECT MAX(number) AS latest FROM revocation", values![]).await?;
        Ok(row.map(|row| row.get::<Option<i64>>("latest")).transpose()?.flatten().unwrap_or(0))
    }

    pub(super) async fn tidy_sessions(&self, now_ms: i64) -> Result<(), sqlx::Error> {
        // Not beside those who end sessions: two that each wait for rows of the other would both fail.
        let mut work = self.database.begin(Lock::End).await?;
        let graced_ms = now_ms.saturating_sub(GRACE_MS);
        work.run("DELETE FROM session WHERE expires_ms <= $1", values![graced_ms]).await?;
        work.run("DELETE FROM session WHERE ends_ms <= $1", values![now_ms]).await?;
        let before_ms = now_ms.saturating_sub(REVOCATIONS_KEPT_MS);
        work.run("DELETE FROM revocation WHERE at_ms <= $1", values![before_ms]).await?;
        work.commit().await
    }

    /// Another process that ended sessions could not reach what is in this one's memory.
    async fn forget_as_others_did(&self, revocations: &[Revocation]) -> Result<(), sqlx::Error> {
        let Some(memory) = &self.memory else { return Ok(()) };
        let mut by_session = false;
        for revocation in revocations {
            let kept = match revocation.except {
                Some(key) => self.session(key).await?.map(|row| (row.site, row.user_name)),
                None => None,
            };
            memory.forget_scope(&revocation.scope, kept.as_ref());
            by_session |=
                matches!(revocation.scope, Scope::Session(_) | Scope::Subject { .. } | Scope::ProviderSession { .. });
        }
        if by_session {
            let people = memory.people();
            let there = self.with_sessions(&people).await?;
            for person in people.iter().filter(|person| !there.contains(*person)) {
                memory.forget(person);
            }
        }
        Ok(())
    }
}

fn revocation_of(row: &Row) -> Result<Revocation, sqlx::Error> {
    let kind: String = row.get("kind")?;
    let text = |column| row.get::<Option<String>>(column).map(Option::unwrap_or_default);
    let named = || row.maybe_hash("named")?.ok_or_else(|| sqlx::Error::Decode("a revocation of nothing".into()));
    let scope = match kind.as_str() {
        "session" => Scope::Session(RowKey(named()?)),
        "user" => Scope::User { site: text("site")?, user_name: text("user_name")? },
        "subject" => Scope::Subject { site: text("site")?, subject: named()? },
        "provider-session" => Scope::ProviderSession { site: text("site")?, session: named()? },
        "site" => Scope::Site(text("site")?),
        // Also what a newer server wrote.
        _ => Scope::Everybody,
    };
    let except = row.maybe_hash("but_session")?.map(RowKey);
    Ok(Revocation { number: row.get("number")?, scope, except, at_ms: row.get("at_ms")? })
}

/// Who has sessions in the scope: at most one more than can be named.
async fn people_of(work: &mut Work, scope: &Scope) -> Result<Vec<(String, String)>, sqlx::Error> {
    let (condition, values) = rows_of(scope);
    let sql =
        format!("SELECT DISTINCT site, user_name FROM session WHERE {condition} LIMIT {}", NAMED_MAX.saturating_add(1));
    let rows = work.rows(AssertSqlSafe(sql), values).await?;
    rows.iter().map(|row| Ok((row.get("site")?, row.get("user_name")?))).collect()
}

async fn person_of(work: &mut Work, key: Option<RowKey>) -> Result<Option<(String, String)>, sqlx::Error> {
    let Some(key) = key else { return Ok(None) };
    let row = work.row("SELECT site, user_name FROM session WHERE row_key = $1", values![key.0]).await?;
    row.map(|row| Ok((row.get("site")?, row.get("user_name")?))).transpose()
}

async fn has_session(work: &mut Work, (site, user_name): &(String, String)) -> Result<bool, sqlx::Error> {
    let sql = "SELECT row_key FROM session WHERE site = $1 AND user_name = $2 LIMIT 1";
    Ok(work.row(sql, values![&**site, &**user_name]).await?.is_some())
}

async fn end(work: &mut Work, scope: &Scope, except: Option<RowKey>) -> Result<i64, sqlx::Error> {
    let (condition, mut values) = rows_of(scope);
    let but = match except {
        None => String::new(),
        Some(key) => {
            values.push(key.0.into());
            format!(" AND row_key <> ${}", values.len())
        }
    };
    let ended = work.run(AssertSqlSafe(format!("DELETE FROM session WHERE {condition}{but}")), values).await?;
    Ok(i64::try_from(ended).unwrap_or(i64::MAX))
}

/// Tokens for iMIS go with the last session; one that stays keeps its person's.
async fn forget_tokens(
    work: &mut Work,
    scope: &Scope,
    people: &[(String, String)],
    kept: Option<&(String, String)>,
) -> Result<(), sqlx::Error> {
    let (site, user_name) = kept.map_or((None, None), |(site, name)| (Some(site.clone()), Some(name.clone())));
    let but = "NOT (site = COALESCE($1, '') AND user_name = COALESCE($2, ''))";
    let (condition, more) = match scope {
        Scope::Everybody => ("TRUE", values![]),
        Scope::Site(site) => ("site = $3", values![&**site]),
        Scope::User { site, user_name } => ("site = $3 AND user_name = $4", values![&**site, &**user_name]),
        Scope::Session(_) | Scope::Subject { .. } | Scope::ProviderSession { .. } => {
            for (site, user_name) in people {
                let sql = "DELETE FROM upstream WHERE site = $1 AND user_name = $2";
                work.run(sql, values![&**site, &**user_name]).await?;
            }
            return Ok(());
        }
    };
    let mut values = values![site, user_name];
    values.extend(more);
    work.run(AssertSqlSafe(format!("DELETE FROM upstream WHERE {but} AND {condition}")), values).await.map(drop)
}

/// Flows know their site only; those of one person are refused when they would begin a session.
async fn forget_flows(work: &mut Work, scope: &Scope) -> Result<(), sqlx::Error> {
    match scope {
        Scope::Everybody => work.run("DELETE FROM flow", values![]).await.map(drop),
        Scope::Site(site) => work.run("DELETE FROM flow WHERE site = $1", values![&**site]).await.map(drop),
        _ => Ok(()),
    }
}

async fn note(work: &mut Work, scope: &Scope, except: Option<RowKey>, now_ms: i64) -> Result<(), sqlx::Error> {
    let (kind, site, user_name, named) = match scope {
        Scope::Session(key) => ("session", None, None, Some(key.0)),
        Scope::User { site, user_name } => ("user", Some(site.clone()), Some(user_name.clone()), None),
        Scope::Subject { site, subject } => ("subject", Some(site.clone()), None, Some(*subject)),
        Scope::ProviderSession { site, session } => ("provider-session", Some(site.clone()), None, Some(*session)),
        Scope::Site(site) => ("site", Some(site.clone()), None, None),
        Scope::Everybody => ("everybody", None, None, None),
    };
    let sql = "INSERT INTO revocation (at_ms, kind, site, user_name, named, but_session) \
               VALUES ($1, $2, $3, $4, $5, $6)";
    let values = values![now_ms, kind, site, user_name, named, except.map(|key| key.0)];
    work.run(sql, values).await.map(drop)
}
