//! Sessions: begun by a sign-in, found by a token and, where bound, a key proof;
//! ended by the person, an administrator, time, iMIS, or the use of a token that
//! another took the place of (`security.md §4.2`).
//!
//! Nothing here is remembered between requests: every request reads the row.

mod kept;
mod renewing;
mod shown;

pub(crate) use kept::{AtProvider, KeptRenewal, provider_session, provider_subject};
pub(crate) use renewing::{confirm, keep_refresh_token, renew};
pub(crate) use shown::{method_word, shown};

use crate::app::App;
use crate::audit::{self, Entry, Event};
use crate::config::KeyBinding;
use crate::dpop::{Expected, Thumbprint};
use crate::failure::Failure;
use crate::guard::one;
use crate::revoke::{self, Live};
use crate::store::{Ended, Scope, SessionRow};
use crate::token::{NotOurs, RowKey, Ticket};
use api::{ContactId, Me, ProblemCode, SessionToken, SignInMethod, SiteName, Standing};
use axum::http::HeaderMap;
use imis::{Acting, User, UserName};
use kept::Kept;
use std::fmt;
use tokio_util::sync::CancellationToken;

/// How long a token lives (`DESIGN.md §5`).
pub(crate) const LIFE_MS: i64 = 24 * 60 * 60 * 1000;
/// How long before its end a token should be renewed.
const RENEW_MS: i64 = 2 * 60 * 60 * 1000;
/// How long after its end a token still renews.
pub(crate) use crate::store::GRACE_MS;
/// How often the use of a session is noted.
const SEEN_EVERY_MS: i64 = 60 * 1000;
/// How often a row that changes meanwhile is read again before giving up.
const TRIES: usize = 8;

/// What a sign-in found out, and how.
pub(crate) struct Beginning {
    /// Who it is; times and standing are filled in here.
    pub(crate) me: Me,
    pub(crate) renewal: KeptRenewal,
    /// The key that the session is bound to.
    pub(crate) bound_to: Option<Thumbprint>,
    /// The latest revocation when the sign-in began: any since then counts for it.
    pub(crate) revocations_seen: i64,
    /// The session at the OpenID provider, where there is one.
    pub(crate) provider: Option<AtProvider>,
    /// Roughly where: [`crate::client_label::of`].
    pub(crate) client: String,
    pub(crate) standing: Standing,
}

/// A session that was found alive, for one request.
#[derive(Clone)]
pub(crate) struct Session {
    pub(crate) me: Me,
    pub(crate) row: RowKey,
    /// Opens the row as it is now.
    ticket: Ticket,
    kept: KeptRenewal,
    /// What ends this session at the OpenID provider.
    pub(crate) id_token: Option<secrecy::SecretString>,
    live: Live,
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Session({:?})", self.row)
    }
}

/// The name under which everything of a user is kept: case does not tell users apart.
pub(crate) fn user_key(user_name: &str) -> String {
    user_name.trim().to_lowercase()
}

/// Who signed in, as the pane shows it; [`begin`] fills in the times.
pub(crate) fn me(site: SiteName, user: &User, method: SignInMethod) -> Me {
    Me {
        site,
        user_name: user.user_name.as_str().to_owned(),
        name: user.name.clone(),
        contact: ContactId(user.contact.as_str().to_owned()),
        method,
        administrator: user.is_administrator(),
        standing: Standing::Full,
        expires_ms: 0,
        renew_from_ms: 0,
        ends_ms: 0,
    }
}

/// Sets the times of a token made now.
fn set_times(me: &mut Me, now_ms: i64, ends_ms: i64) {
    me.ends_ms = ends_ms;
    me.expires_ms = now_ms.saturating_add(LIFE_MS).min(ends_ms);
    // The last token of a session cannot be renewed.
    let last = me.expires_ms >= ends_ms;
    me.renew_from_ms = if last { ends_ms } else { me.expires_ms.saturating_sub(RENEW_MS) };
}

/// Begins a session, always under a new id. Refused when sessions were ended
/// since the sign-in began and this would have been one of them.
pub(crate) async fn begin(app: &App, beginning: Beginning) -> Result<api::SignedIn, Failure> {
    let Beginning { mut me, renewal, bound_to, revocations_seen, provider, client, standing } = beginning;
    let now_ms = app.clock.now_ms();
    set_times(&mut me, now_ms, now_ms.saturating_add(app.config.session_life_ms()));
    me.standing = standing;
    let ticket = Ticket::new(me.expires_ms);
    let thumbprint = bound_to.map(|thumbprint| thumbprint.0);
    let key_bound = thumbprint.is_some();
    let (subject, provider_session) =
        provider.as_ref().map_or((None, None), |provider| (Some(provider.subject), provider.session));
    let kept = Kept {
        me: me.clone(),
        renewal,
        thumbprint: thumbprint.clone(),
        subject,
        provider_session,
        former_until_ms: 0,
        id_token: provider.and_then(|provider| provider.id_token),
    };
    let row = SessionRow {
        key: ticket.row(),
        site: me.site.0.clone(),
        user_name: user_key(&me.user_name),
        method: method_word(me.method).to_owned(),
        client: client.clone(),
        begun_ms: now_ms,
        seen_ms: now_ms,
        expires_ms: me.expires_ms,
        ends_ms: me.ends_ms,
        version: 1,
        thumbprint,
        subject,
        provider_session,
        sealed: kept.seal(app, &ticket)?,
        former: None,
        former_until_ms: 0,
        current_used: true,
    };
    let begun = app.store.add_session(row, revocations_seen).await.map_err(|error| Failure::store(&error))?;
    let entry = |event| Entry::new(event).user(&me.site, &me.user_name).session(ticket.row());
    if !begun {
        audit::note(app, entry(Event::FlowRefused { method: me.method, reason: "revoked_since" })).await;
        return Err(Failure::new(ProblemCode::SignInOver));
    }
    audit::note(app, entry(Event::SessionBegun { method: me.method, key_bound, client })).await;
    tracing::info!(site = me.site.0, key_bound, "began a session");
    Ok(api::SignedIn { token: ticket.seal(&app.config.keyring), key_bound, me })
}

/// Ends the session of a token that a new sign-in takes the place of, if it is
/// bound to the same key or to none. Whatever is wrong with it changes nothing.
pub(crate) async fn replace(app: &App, former: &SessionToken, bound_to: Option<&Thumbprint>) -> Result<(), Failure> {
    let Ok(ticket) = Ticket::open(&app.config.keyring, &former.0) else { return Ok(()) };
    let row = app.store.session(ticket.row()).await.map_err(|error| Failure::store(&error))?;
    let Some(row) = row else { return Ok(()) };
    let same_key = row.thumbprint.as_deref() == bound_to.map(|thumbprint| thumbprint.0.as_str());
    let allowed = row.thumbprint.is_none() || same_key;
    if !allowed {
        return Ok(());
    }
    let late = |kept: &Kept| row.thumbprint.is_none() && app.clock.now_ms() >= kept.former_until_ms;
    let outdated = match Generation::of(app, &ticket, &row) {
        Generation::Unreadable => return Ok(()),
        Generation::Current(_) => false,
        Generation::Former { kept, .. } => late(&kept),
        Generation::Outdated => true,
    };
    if outdated {
        let failure = reused(app, &row).await;
        return match failure.problem.code {
            ProblemCode::SignedOut | ProblemCode::TokenOutdated => Ok(()),
            _ => Err(failure),
        };
    }
    let entry = Entry::new(Event::SignedOut { reason: "replaced" }).row(&row);
    let line = |ended: &Ended| (ended.keys > 0).then_some(entry);
    revoke::end_noting(app, &Scope::Session(row.key), None, line).await.map(drop)
}

/// Finds the session that a request belongs to; one that is confirmed. Whatever
/// is wrong with the token, the answer is the same.
pub(crate) async fn find(app: &App, method: &str, path: &str, headers: &HeaderMap) -> Result<Session, Failure> {
    let session = find_any(app, method, path, headers).await?;
    match session.me.standing {
        Standing::Full => Ok(session),
        Standing::Unconfirmed => Err(Failure::new(ProblemCode::ConfirmFirst)),
    }
}

/// Likewise, whether or not the person has confirmed who they are.
pub(crate) async fn find_any(app: &App, method: &str, path: &str, headers: &HeaderMap) -> Result<Session, Failure> {
    let presented = present(app, method, path, headers).await?;
    let now_ms = app.clock.now_ms();
    if now_ms >= presented.ticket.expires_ms() {
        return Err(out());
    }
    let Presented { ticket, mut row, live } = presented;
    let session = match Generation::of(app, &ticket, &row) {
        Generation::Current(kept) => {
            if row.former.is_some() && !row.current_used {
                row = use_current(app, row).await?;
            }
            Session::of(&row, ticket, kept, live)
        }
        Generation::Former { successor, kept, .. } if now_ms < kept.former_until_ms => {
            Session::of(&row, successor, kept, live)
        }
        Generation::Former { .. } | Generation::Outdated => return Err(reused(app, &row).await),
        Generation::Unreadable => return Err(out()),
    };
    if now_ms.saturating_sub(row.seen_ms) >= SEEN_EVERY_MS
        && let Err(error) = app.store.saw_session(row.key, now_ms).await
    {
        tracing::warn!(error = crate::failure::chain(&error), "failed to note the use of a session");
    }
    Ok(session)
}

fn out() -> Failure {
    Failure::new(ProblemCode::SignedOut)
}

/// A token that opens, its row, and the right key.
struct Presented {
    ticket: Ticket,
    row: SessionRow,
    live: Live,
}

/// Which of its session's tokens one is.
enum Generation {
    /// The one in use.
    Current(Kept),
    /// The one before; its successor's own text and content.
    Former { token: SessionToken, successor: Ticket, kept: Kept },
    /// An older one.
    Outdated,
    /// The row is of a version that this server does not read, or sealed with a key that it does
    /// not know (yet): nobody can tell, so nobody is a thief.
    Unreadable,
}

impl Generation {
    fn of(app: &App, ticket: &Ticket, row: &SessionRow) -> Self {
        let ring = &app.config.keyring;
        let kept = |ticket: &Ticket| ticket.open_row(ring, &row.sealed).map(|plain| Kept::read(&plain, row));
        match kept(ticket) {
            Ok(kept) => return kept.map_or(Self::Unreadable, Self::Current),
            Err(NotOurs::UnknownKey) => return Self::Unreadable,
            Err(NotOurs::Wrong) => {}
        }
        let Some(former) = row.former.as_deref() else { return Self::Outdated };
        let opened = ticket.open_successor(ring, former);
        let opened = opened.and_then(|(token, successor)| Ok((kept(&successor)?, token, successor)));
        match opened {
            Ok((Some(kept), token, successor)) => Self::Former { token, successor, kept },
            Ok((None, ..)) | Err(NotOurs::UnknownKey) => Self::Unreadable,
            Err(NotOurs::Wrong) => Self::Outdated,
        }
    }
}

/// Looks at the token, the row and the key proof; not yet at which of the
/// session's tokens it is.
async fn present(app: &App, method: &str, path: &str, headers: &HeaderMap) -> Result<Presented, Failure> {
    let (scheme, token) = one(headers, "authorization").and_then(|value| value.split_once(' ')).ok_or_else(out)?;
    let now_ms = app.clock.now_ms();
    let ticket = Ticket::open(&app.config.keyring, token).map_err(|_| out())?;
    if now_ms >= ticket.expires_ms().saturating_add(GRACE_MS) {
        return Err(out());
    }
    // Before the row is read: whoever ends the session after that ends this request too.
    let live = app.living.enter(ticket.row());
    let row = app.store.session(ticket.row()).await.map_err(|error| Failure::store(&error))?.ok_or_else(out)?;
    match &row.thumbprint {
        // Once bound, never again without the key.
        Some(thumbprint) => {
            let proof = one(headers, "dpop").filter(|_| scheme.eq_ignore_ascii_case("dpop")).ok_or_else(out)?;
            let address = app.config.public_url.join(path);
            let expected = Expected { method, address: &address, token: Some(token), now_ms };
            let checked = app.proofs.check_of(proof, expected, &Thumbprint(thumbprint.clone()));
            checked.map_err(|error| error.failure(out))?;
        }
        None if app.config.key_binding == KeyBinding::Required => return Err(out()),
        None if !scheme.eq_ignore_ascii_case("bearer") => return Err(out()),
        None => {}
    }
    if now_ms >= row.ends_ms || app.config.site(&SiteName(row.site.clone())).is_none() {
        return Err(out());
    }
    Ok(Presented { ticket, row, live })
}

/// Notes that the current token is in use, so that the former one renews no more.
async fn use_current(app: &App, row: SessionRow) -> Result<SessionRow, Failure> {
    let mut row = row;
    for _ in 0..TRIES {
        let used = SessionRow { current_used: true, version: row.version + 1, ..row.clone() };
        if app.store.change_session(used.clone(), row.version).await.map_err(|error| Failure::store(&error))? {
            return Ok(used);
        }
        row = app.store.session(row.key).await.map_err(|error| Failure::store(&error))?.ok_or_else(out)?;
        if row.current_used || row.sealed != used.sealed {
            return Ok(row);
        }
    }
    Err(Failure::wait(ProblemCode::Busy, 1))
}

/// A token was used that another took the place of. Somebody has what is not
/// theirs; where a key is needed it is of no use to them, and the session goes on.
async fn reused(app: &App, row: &SessionRow) -> Failure {
    let bound = row.thumbprint.is_some();
    let entry = Entry::new(Event::TokenReused { key_bound: bound }).row(row);
    if bound {
        audit::note(app, entry).await;
        return Failure::new(ProblemCode::TokenOutdated);
    }
    match revoke::end_noting(app, &Scope::Session(row.key), None, |_| Some(entry)).await {
        Ok(_) => out(),
        Err(failure) => failure,
    }
}

impl Session {
    fn of(row: &SessionRow, ticket: Ticket, kept: Kept, live: Live) -> Self {
        live.belongs_to(&row.site, &row.user_name);
        Self { me: kept.me, row: row.key, ticket, kept: kept.renewal, id_token: kept.id_token, live }
    }

    /// The person's name as everything of theirs is kept under.
    pub(crate) fn user_key(&self) -> String {
        user_key(&self.me.user_name)
    }

    /// Cancelled when the session is ended, by whomever and wherever.
    pub(crate) fn ended(&self) -> &CancellationToken {
        self.live.ended()
    }

    /// Does work whose outcome is for this session's person alone: with the session it is over.
    pub(crate) async fn while_alive<T>(&self, work: impl Future<Output = T>) -> Result<T, Failure> {
        tokio::select! {
            biased;
            () = self.ended().cancelled() => Err(out()),
            done = work => Ok(done),
        }
    }

    /// The person, acting at iMIS with their own rights.
    pub(crate) fn acting(&self, app: &App) -> Result<Acting, Failure> {
        let client = app.clients.get(&self.me.site).ok_or_else(out)?;
        let user_name = UserName::new(&self.me.user_name);
        let renewal = crate::upstream::renewal(app, self, &self.ticket, &self.kept);
        Ok(client.acting_as(user_name, renewal))
    }

    /// Ends it: the row, what runs under it, and with the last session the user's token at iMIS.
    pub(crate) async fn end(&self, app: &App, reason: &'static str) -> Result<Ended, Failure> {
        let entry = Entry::new(Event::SignedOut { reason }).of(self);
        let line = |ended: &Ended| (ended.keys > 0).then_some(entry);
        let ended = revoke::end_noting(app, &Scope::Session(self.row), None, line).await?;
        if ended.keys > 0 {
            tracing::info!(session = ?self.row, reason, "ended a session");
        }
        Ok(ended)
    }

    /// Ends it when iMIS no longer takes this person; hands the failure on.
    pub(crate) async fn end_if_out(&self, app: &App, failure: Failure) -> Failure {
        if failure.problem.code == ProblemCode::SignedOut
            && let Err(failure) = self.end(app, "refused_by_imis").await
        {
            return failure;
        }
        failure
    }
}
