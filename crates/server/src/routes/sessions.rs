//! Seeing and ending sessions. Other people's only for whoever iMIS counts among
//! its system administrators at that very moment (`security.md §4.2`).

use crate::app::App;
use crate::audit::{self, Entry, Event};
use crate::failure::Failure;
use crate::guard::SignedIn;
use crate::session::{self, Session};
use crate::store::{Attempt, Bucket, Ended, Scope};
use crate::token::RowKey;
use crate::{body, revoke};
use api::{EndScope, EndSessions, ListSessions, ProblemCode, Sessions, SessionsEnded, Whose};
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use sha2::{Digest as _, Sha256};

/// Longest part of a user name that is searched for, in bytes.
const SEARCH_MAX_BYTES: usize = 256;
/// What an administrator may do to others in a minute.
const PER_MINUTE: u32 = 30;
const MINUTE_MS: i64 = 60 * 1000;

/// `POST /api/sessions/list`.
pub(crate) async fn list(
    State(app): State<App>,
    SignedIn(session): SignedIn,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Sessions>, Failure> {
    let limits = &app.config.limits;
    let asked: ListSessions = body::json(&headers, body, limits.json_max_bytes, limits).await?;
    if asked.user_name.len() > SEARCH_MAX_BYTES || asked.user_name.contains(char::is_control) {
        return Err(Failure::invalid("user_name"));
    }
    let scope = match asked.whose {
        Whose::Mine => mine(&session),
        Whose::Everybodys => {
            require_administrator(&app, &session, "list_sessions").await?;
            Scope::Site(session.me.site.0.clone())
        }
    };
    let like = session::user_key(&asked.user_name);
    let most = i64::try_from(Sessions::MAX).unwrap_or(i64::MAX);
    let rows = app.store.sessions(&scope, &like, app.clock.now_ms(), most + 1).await;
    let rows = rows.map_err(|error| Failure::store(&error))?;
    let more = rows.len() > Sessions::MAX;
    let sessions = rows.iter().take(Sessions::MAX).map(|row| session::shown(row, Some(&session))).collect();
    Ok(Json(Sessions { sessions, more }))
}

fn mine(session: &Session) -> Scope {
    Scope::User { site: session.me.site.0.clone(), user_name: session.user_key() }
}

/// What is to end, and what of it stays.
struct Ending {
    scope: Scope,
    except: Option<RowKey>,
    word: &'static str,
    /// Whose, where it is one person's.
    whose: Option<String>,
}

/// `POST /api/sessions/end`.
pub(crate) async fn end(
    State(app): State<App>,
    SignedIn(session): SignedIn,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<SessionsEnded>, Failure> {
    let limits = &app.config.limits;
    let asked: EndSessions = body::json(&headers, body, limits.json_max_bytes, limits).await?;
    let Ending { scope, except, word, whose } = ending(&app, &session, asked.scope).await?;
    let by = session.user_key();
    let line = move |ended: &Ended| {
        Some(Entry::new(Event::SessionsEnded { by, scope: word, whose, count: ended.keys }).of(&session))
    };
    let ended = revoke::end_noting(&app, &scope, except, line).await?;
    Ok(Json(SessionsEnded { count: u64::try_from(ended.keys).unwrap_or(0) }))
}

async fn ending(app: &App, session: &Session, asked: EndScope) -> Result<Ending, Failure> {
    let me = || Some(session.user_key());
    let site = session.me.site.0.clone();
    let word = match &asked {
        EndScope::Session(_) => "session",
        EndScope::MyOthers => "my_others",
        EndScope::User(_) => "user",
        EndScope::Site(_) => "site",
    };
    match asked {
        EndScope::MyOthers => Ok(Ending { scope: mine(session), except: Some(session.row), word, whose: me() }),
        EndScope::Session(id) => {
            let key = RowKey::of_id(&id).ok_or_else(|| Failure::invalid("scope"))?;
            let row = app.store.session(key).await.map_err(|error| Failure::store(&error))?;
            let own = row.as_ref().is_some_and(|row| row.site == site && row.user_name == session.user_key());
            if !own {
                require_administrator(app, session, "end_session").await?;
            }
            // Another site's sessions are nobody's here, administrator or not.
            let row = row.filter(|row| row.site == site).ok_or(Failure::new(ProblemCode::NotFound))?;
            Ok(Ending { scope: Scope::Session(key), except: None, word, whose: Some(row.user_name) })
        }
        EndScope::User(user_name) => {
            require_administrator(app, session, "end_user").await?;
            let user_name = session::user_key(&user_name);
            if user_name.is_empty() || user_name.len() > SEARCH_MAX_BYTES {
                return Err(Failure::invalid("scope"));
            }
            let whose = Some(user_name.clone());
            Ok(Ending { scope: Scope::User { site, user_name }, except: None, word, whose })
        }
        EndScope::Site(asked) => {
            require_administrator(app, session, "end_site").await?;
            // An administrator of one iMIS is nobody at another; the command line has the rest.
            if asked != session.me.site {
                audit::note(app, Entry::new(Event::Refused { action: "end_site" }).of(session)).await;
                return Err(Failure::new(ProblemCode::Forbidden));
            }
            Ok(Ending { scope: Scope::Site(site), except: None, word, whose: None })
        }
    }
}

/// Lets only system administrators pass, as iMIS has them now, and not too often.
///
/// That they signed in a short while ago is not asked for, on purpose: who has lost the
/// role is out at this moment, and in an emergency a sign-in first would cost time.
async fn require_administrator(app: &App, session: &Session, action: &'static str) -> Result<(), Failure> {
    let hash = Sha256::new().chain_update("administrator\0").chain_update(&session.me.site.0);
    let bucket = Bucket(hash.chain_update([0]).chain_update(session.user_key()).finalize().into());
    let now_ms = app.clock.now_ms();
    let attempt = app.store.attempt(bucket, now_ms, now_ms.saturating_sub(MINUTE_MS), PER_MINUTE).await;
    if let Attempt::Refused { oldest_ms } = attempt.map_err(|error| Failure::store(&error))? {
        let left_ms = oldest_ms.saturating_add(MINUTE_MS).saturating_sub(now_ms).clamp(0, MINUTE_MS);
        return Err(Failure::wait(ProblemCode::Busy, u32::try_from(left_ms / 1000 + 1).unwrap_or(60)));
    }
    let user = match session.acting(app)?.whoami().await {
        Ok(user) => user,
        Err(error) => return Err(session.end_if_out(app, Failure::imis(&error)).await),
    };
    if user.is_administrator() {
        return Ok(());
    }
    audit::note(app, Entry::new(Event::Refused { action }).of(session)).await;
    Err(Failure::new(ProblemCode::Forbidden))
}
