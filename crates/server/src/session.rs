//! Sessions: begun by a sign-in, found by a token and, where bound, a key proof;
//! ended by the person, by time, or by iMIS.

use crate::app::App;
use crate::config::KeyBinding;
use crate::dpop::{Expected, Thumbprint};
use crate::failure::Failure;
use crate::guard::one;
use crate::store::{Scope, SessionRow};
use crate::token::{RowKey, Ticket};
use api::{Me, ProblemCode, SessionToken};
use axum::http::HeaderMap;
use imis::{Acting, Credentials, Renewal, UserName};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use std::fmt;
use zeroize::Zeroizing;

/// How long a token lives (`DESIGN.md §5`).
pub(crate) const LIFE_MS: i64 = 24 * 60 * 60 * 1000;

/// A session that was found alive.
#[derive(Clone)]
pub(crate) struct Session {
    pub(crate) me: Me,
    row: RowKey,
    password: Option<SecretString>,
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Session({:?})", self.row)
    }
}

/// What a session's row keeps sealed.
#[derive(Serialize, Deserialize)]
struct Kept {
    me: Me,
    password: Option<String>,
    /// Of the key it is bound to: whoever can write the store cannot unbind it.
    thumbprint: Option<String>,
}

/// The name under which everything of a user is kept: case does not tell users apart.
pub(crate) fn user_key(user_name: &str) -> String {
    user_name.trim().to_lowercase()
}

/// Begins a session; answers its token.
pub(crate) async fn begin(
    app: &App,
    me: &Me,
    password: Option<&SecretString>,
    bound_to: Option<Thumbprint>,
) -> Result<SessionToken, Failure> {
    let ticket = Ticket::new(me.expires_ms);
    let password = password.map(|password| password.expose_secret().to_owned());
    let thumbprint = bound_to.map(|thumbprint| thumbprint.0);
    let kept = Kept { me: me.clone(), password, thumbprint: thumbprint.clone() };
    let kept = Zeroizing::new(serde_json::to_vec(&kept).map_err(|error| Failure::internal(&error))?);
    let row = SessionRow {
        key: ticket.row(),
        site: me.site.0.clone(),
        user_name: user_key(&me.user_name),
        method: "credentials".to_owned(),
        client: String::new(),
        begun_ms: app.clock.now_ms(),
        seen_ms: app.clock.now_ms(),
        expires_ms: me.expires_ms,
        ends_ms: me.ends_ms,
        version: 1,
        thumbprint,
        subject: None,
        provider_session: None,
        sealed: ticket.seal_row(&app.config.keyring, &kept),
        former: None,
        former_until_ms: 0,
        current_used: false,
    };
    let begun = app.store.add_session(row, app.clock.now_ms()).await.map_err(|error| Failure::store(&error))?;
    if !begun {
        return Err(Failure::new(ProblemCode::SignedOut));
    }
    Ok(ticket.seal(&app.config.keyring))
}

/// Finds the session that a request belongs to. Whatever is wrong with the
/// token, the answer is the same.
pub(crate) async fn find(app: &App, method: &str, path: &str, headers: &HeaderMap) -> Result<Session, Failure> {
    let out = || Failure::new(ProblemCode::SignedOut);
    let (scheme, token) = one(headers, "authorization").and_then(|value| value.split_once(' ')).ok_or_else(out)?;
    let now_ms = app.clock.now_ms();
    let ring = &app.config.keyring;
    let ticket = Ticket::open(ring, token, now_ms).map_err(|_| out())?;
    let row = app.store.session(ticket.row()).await.map_err(|error| Failure::store(&error))?.ok_or_else(out)?;
    match &row.thumbprint {
        // Once bound, never again without the key.
        Some(thumbprint) => {
            let proof = one(headers, "dpop").filter(|_| scheme.eq_ignore_ascii_case("dpop")).ok_or_else(out)?;
            let address = app.config.public_url.join(path);
            let expected = Expected { method, address: &address, token: Some(token), now_ms };
            let signer = app.proofs.check(proof, expected);
            let checked = signer.and_then(|signer| Thumbprint(thumbprint.clone()).require(&signer));
            if let Err(error) = checked {
                tracing::info!(reason = %error, "refused a key proof");
                return Err(out());
            }
        }
        None if app.config.key_binding == KeyBinding::Required => return Err(out()),
        None if !scheme.eq_ignore_ascii_case("bearer") => return Err(out()),
        None => {}
    }
    let kept = ticket.open_row(ring, &row.sealed).map_err(|_| out())?;
    let kept: Kept = serde_json::from_slice(&kept).map_err(|_| out())?;
    if kept.thumbprint != row.thumbprint {
        return Err(out());
    }
    if now_ms >= row.expires_ms || app.config.site(&kept.me.site).is_none() {
        return Err(out());
    }
    Ok(Session { me: kept.me, row: row.key, password: kept.password.map(SecretString::from) })
}

impl Session {
    /// The person's name as everything of theirs is kept under.
    pub(crate) fn user_key(&self) -> String {
        user_key(&self.me.user_name)
    }

    /// The person, acting at iMIS with their own rights.
    pub(crate) fn acting(&self, app: &App) -> Result<Acting, Failure> {
        let client = app.clients.get(&self.me.site).ok_or(Failure::new(ProblemCode::SignedOut))?;
        let user_name = UserName::new(&self.me.user_name);
        let renewal = match &self.password {
            Some(password) => {
                Renewal::Credentials(Credentials { user_name: user_name.clone(), password: password.clone() })
            }
            None => Renewal::Nothing,
        };
        Ok(client.acting_as(user_name, renewal))
    }

    /// Ends it. The user's token at iMIS goes with the last session.
    pub(crate) async fn end(&self, app: &App) -> Result<(), Failure> {
        let ended = app.store.end_sessions(&Scope::Session(self.row), None, app.clock.now_ms()).await;
        let ended = ended.map_err(|error| Failure::store(&error))?;
        if let (false, Some(client)) = (ended.users.is_empty(), app.clients.get(&self.me.site)) {
            let forgotten = client.forget(&UserName::new(&self.me.user_name)).await;
            forgotten.map_err(|error| Failure::imis(&error))?;
        }
        Ok(())
    }

    /// Ends it when iMIS no longer takes this person; hands the failure on.
    pub(crate) async fn end_if_out(&self, app: &App, failure: Failure) -> Failure {
        if failure.problem.code == ProblemCode::SignedOut {
            tracing::info!(session = ?self.row, "ended a session: iMIS no longer accepts it");
            if let Err(failure) = self.end(app).await {
                return failure;
            }
        }
        failure
    }
}
