//! A session changes: its token is renewed, its person confirmed, iMIS replaced
//! what it renews with. Each change is made to the row as it was read, or not at all.

use super::kept::Kept;
use super::{Generation, KeptRenewal, Presented, Session, TRIES, out, present, reused, set_times};
use crate::app::App;
use crate::audit::{self, Entry, Event};
use crate::config::Admits;
use crate::failure::Failure;
use crate::store::SessionRow;
use crate::token::{RowKey, Ticket};
use api::{Me, ProblemCode, RenewSession, SessionToken, Standing};
use axum::http::HeaderMap;
use imis::User;
use secrecy::SecretString;

/// How long the former token still works.
const RETRY_MS: i64 = RenewSession::RETRY_S as i64 * 1000;

/// `POST /api/session/renew`: a fresh token for the one sent. iMIS is asked first
/// whether it still takes this person, and as whom.
pub(crate) async fn renew(app: &App, method: &str, path: &str, headers: &HeaderMap) -> Result<api::SignedIn, Failure> {
    let Presented { ticket, mut row, live } = present(app, method, path, headers).await?;
    let mut user: Option<User> = None;
    for _ in 0..TRIES {
        match Generation::of(app, &ticket, &row) {
            Generation::Former { token, kept, .. }
                if app.clock.now_ms() < kept.former_until_ms && !row.current_used =>
            {
                return Ok(signed_in(token, kept));
            }
            Generation::Former { .. } | Generation::Outdated => return Err(reused(app, &row).await),
            Generation::Unreadable => return Err(out()),
            Generation::Current(kept) => {
                if let Some(user) = &user {
                    if let Some(signed_in) = rotate(app, &ticket, &row, kept, user).await? {
                        return Ok(signed_in);
                    }
                } else {
                    if kept.me.standing == Standing::Unconfirmed {
                        return Err(Failure::new(ProblemCode::ConfirmFirst));
                    }
                    let session = Session::of(&row, ticket.clone(), kept, live.clone());
                    user = Some(still(app, &session).await?);
                }
            }
        }
        // Asking iMIS, or somebody else, may have changed the row.
        row = app.store.session(row.key).await.map_err(|error| Failure::store(&error))?.ok_or_else(out)?;
    }
    Err(Failure::wait(ProblemCode::Busy, 1))
}

fn signed_in(token: SessionToken, kept: Kept) -> api::SignedIn {
    api::SignedIn { token, key_bound: kept.thumbprint.is_some(), me: kept.me }
}

/// The session's user as iMIS has it now; the session ends when iMIS has none, and
/// when the site would not let this person in any more as they came.
async fn still(app: &App, session: &Session) -> Result<User, Failure> {
    let admits = app.config.site(&session.me.site).map_or(Admits::Nobody, |site| site.admits(session.me.method));
    if admits == Admits::Nobody {
        return Err(no_longer_admitted(app, session).await);
    }
    let user = match session.acting(app)?.whoami().await {
        Ok(user) => user,
        Err(error) => return Err(session.end_if_out(app, Failure::imis(&error)).await),
    };
    if super::user_key(user.user_name.as_str()) != session.user_key() {
        return Err(session.end_if_out(app, out()).await);
    }
    if admits == Admits::Administrators && !user.is_administrator() {
        return Err(no_longer_admitted(app, session).await);
    }
    Ok(user)
}

async fn no_longer_admitted(app: &App, session: &Session) -> Failure {
    match session.end(app, "no_longer_admitted").await {
        Ok(_) => out(),
        Err(failure) => failure,
    }
}

/// Puts a fresh token in the place of this one; `None` when the row changed meanwhile.
async fn rotate(
    app: &App,
    ticket: &Ticket,
    row: &SessionRow,
    kept: Kept,
    user: &User,
) -> Result<Option<api::SignedIn>, Failure> {
    let now_ms = app.clock.now_ms();
    let mut kept = kept;
    kept.me.name.clone_from(&user.name);
    kept.me.administrator = user.is_administrator();
    set_times(&mut kept.me, now_ms, row.ends_ms);
    kept.former_until_ms = now_ms.saturating_add(RETRY_MS);
    let successor = ticket.successor(kept.me.expires_ms);
    let token = successor.seal(&app.config.keyring);
    let changed = SessionRow {
        seen_ms: now_ms,
        expires_ms: kept.me.expires_ms,
        version: row.version + 1,
        sealed: kept.seal(app, &successor)?,
        former: Some(ticket.seal_successor(&app.config.keyring, &token)),
        former_until_ms: kept.former_until_ms,
        current_used: false,
        ..row.clone()
    };
    if !app.store.change_session(changed, row.version).await.map_err(|error| Failure::store(&error))? {
        return Ok(None);
    }
    audit::note(app, Entry::new(Event::SessionRenewed).row(row)).await;
    Ok(Some(signed_in(token, kept)))
}

/// The person has confirmed who they are.
pub(crate) async fn confirm(app: &App, session: &Session) -> Result<Me, Failure> {
    let me = change(app, session.row, &session.ticket, |kept| kept.me.standing = Standing::Full).await?;
    if session.me.standing == Standing::Unconfirmed {
        audit::note(app, Entry::new(Event::SessionConfirmed).of(session)).await;
    }
    Ok(me)
}

/// iMIS replaced the refresh token of this session.
pub(crate) async fn keep_refresh_token(
    app: &App,
    row: RowKey,
    ticket: &Ticket,
    token: &SecretString,
) -> Result<(), Failure> {
    change(app, row, ticket, |kept| kept.renewal = KeptRenewal::RefreshToken(token.clone())).await.map(drop)
}

/// Changes what the row keeps, with the token that is or was current.
async fn change(app: &App, key: RowKey, ticket: &Ticket, change: impl Fn(&mut Kept)) -> Result<Me, Failure> {
    for _ in 0..TRIES {
        let row = app.store.session(key).await.map_err(|error| Failure::store(&error))?.ok_or_else(out)?;
        let (ticket, mut kept) = match Generation::of(app, ticket, &row) {
            Generation::Current(kept) => (ticket.clone(), kept),
            Generation::Former { successor, kept, .. } => (successor, kept),
            Generation::Outdated | Generation::Unreadable => return Err(out()),
        };
        change(&mut kept);
        let version = row.version;
        let changed = SessionRow { sealed: kept.seal(app, &ticket)?, version: version + 1, ..row };
        if app.store.change_session(changed, version).await.map_err(|error| Failure::store(&error))? {
            return Ok(kept.me);
        }
    }
    Err(Failure::wait(ProblemCode::Busy, 1))
}
