//! Credentials and access tokens, and who fetches a new one.
//!
//! Secrets hide themselves from `Debug`; a password goes to `/token` and nowhere
//! else. For one user one token is fetched at a time, since a new token ends the
//! former (`imis.md §1` fact 3), and a refused password is not tried again.

use crate::{
    Client, Error, ErrorKind, Operation,
    exchange::{Failed, Fate, interpret},
    wire,
};
use futures_util::{
    FutureExt,
    future::{BoxFuture, Shared},
};
use reqwest::StatusCode;
use secrecy::{ExposeSecret, SecretString};
use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// The login name of an iMIS user. Case does not count.
#[derive(Clone)]
pub struct UserName(String);

impl UserName {
    /// Takes a login name as typed or as iMIS gave it.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What two spellings of the same name have in common.
    pub(crate) fn key(&self) -> String {
        self.0.trim().to_lowercase()
    }
}

impl PartialEq for UserName {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for UserName {}

impl fmt::Debug for UserName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UserName(…)")
    }
}

/// A login name with its password.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The login name.
    pub user_name: UserName,
    /// The password.
    pub password: SecretString,
}

/// How a dead token is replaced.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Renewal {
    /// By signing in again with these credentials, once.
    Credentials(Credentials),
    /// Not at all: the person must sign in again.
    Nothing,
}

/// An opaque bearer token of iMIS.
#[derive(Clone)]
pub struct AccessToken(SecretString);

impl AccessToken {
    pub(crate) fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    fn is(&self, other: &Self) -> bool {
        self.expose() == other.expose()
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccessToken(…)")
    }
}

/// A token as just granted.
pub(crate) struct NewToken {
    pub(crate) token: AccessToken,
    pub(crate) lifetime: Duration,
    pub(crate) user_name: Option<String>,
}

/// Why no token was granted.
pub(crate) enum NoToken {
    /// iMIS will not have these credentials.
    Refused { message: Option<String> },
    /// iMIS could not be asked.
    Upstream(Error),
}

/// A request for a token that is under way, shared by all who wait for it.
type Flight = Shared<BoxFuture<'static, Result<AccessToken, Error>>>;

struct Held {
    token: AccessToken,
    ends: Instant,
    /// When iMIS last accepted it.
    accepted: Instant,
}

#[derive(Default)]
struct State {
    held: Option<Held>,
    flight: Option<Flight>,
    refused: Option<SecretString>,
}

/// The token of one user.
#[derive(Default)]
pub(crate) struct TokenSlot(Mutex<State>);

impl TokenSlot {
    fn state(&self) -> MutexGuard<'_, State> {
        // Every change is one assignment, so a panic elsewhere leaves it whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a token.
    pub(crate) fn keep(&self, new: &NewToken) {
        let now = Instant::now();
        // A token that ends within the next call is no good.
        let early = Duration::from_mins(1).min(new.lifetime / 2);
        // A site's word on lifetimes is not trusted beyond a day.
        let lifetime = new.lifetime.saturating_sub(early).min(Duration::from_hours(24));
        let mut state = self.state();
        state.held = Some(Held { token: new.token.clone(), ends: now + lifetime, accepted: now });
        state.refused = None;
    }

    /// Notes that iMIS accepted this token.
    pub(crate) fn accepted(&self, token: &AccessToken) {
        if let Some(held) = self.state().held.as_mut().filter(|held| held.token.is(token)) {
            held.accepted = Instant::now();
        }
    }

    /// Whether iMIS accepted the token that is held within this time.
    pub(crate) fn proven_within(&self, time: Duration) -> bool {
        self.state().held.as_ref().is_some_and(|held| held.accepted.elapsed() < time && held.ends > Instant::now())
    }

    /// A token to use: the one that is held unless it is `dead`, else a new one.
    pub(crate) async fn token(
        self: &Arc<Self>,
        client: &Client,
        renewal: &Renewal,
        dead: Option<&AccessToken>,
    ) -> Result<AccessToken, Error> {
        let flight = {
            let mut state = self.state();
            if let Some(held) = &state.held
                && held.ends > Instant::now()
                && !dead.is_some_and(|dead| dead.is(&held.token))
            {
                return Ok(held.token.clone());
            }
            if let Some(flight) = &state.flight {
                flight.clone()
            } else {
                let flight = self.take_off(client, renewal, state.refused.as_ref())?;
                state.flight = Some(flight.clone());
                flight
            }
        };
        flight.await
    }

    /// Starts fetching a token in a task of its own: whoever asked first may go
    /// away without taking the others' answer along.
    fn take_off(
        self: &Arc<Self>,
        client: &Client,
        renewal: &Renewal,
        refused: Option<&SecretString>,
    ) -> Result<Flight, Error> {
        let signed_out = || Error::new(Operation::SignIn, ErrorKind::Unauthorized);
        let Renewal::Credentials(credentials) = renewal else { return Err(signed_out()) };
        if refused.is_some_and(|refused| refused.expose_secret() == credentials.password.expose_secret()) {
            return Err(signed_out());
        }
        let (slot, client, credentials) = (Arc::clone(self), client.clone(), credentials.clone());
        let task = tokio::spawn(async move {
            let outcome = client.request_token(&credentials).await;
            slot.land(outcome, credentials)
        });
        let lost = || Err(Error::new(Operation::SignIn, ErrorKind::Unreachable));
        Ok(task.map(move |landed| landed.unwrap_or_else(|_| lost())).boxed().shared())
    }

    fn land(&self, outcome: Result<NewToken, NoToken>, credentials: Credentials) -> Result<AccessToken, Error> {
        let result = match outcome {
            Ok(new) => {
                self.keep(&new);
                Ok(new.token)
            }
            Err(NoToken::Refused { .. }) => {
                self.state().refused = Some(credentials.password);
                Err(Error::new(Operation::SignIn, ErrorKind::Unauthorized))
            }
            Err(NoToken::Upstream(error)) => Err(error),
        };
        self.state().flight = None;
        result
    }
}

impl Client {
    /// Asks for a token, exactly once (`imis.md §3.1`).
    pub(crate) async fn request_token(&self, credentials: &Credentials) -> Result<NewToken, NoToken> {
        let operation = Operation::SignIn;
        let form = [
            ("grant_type", "password"),
            ("username", credentials.user_name.as_str()),
            ("password", credentials.password.expose_secret()),
        ];
        let request = self.post(&["token"]).form(&form);
        let answer = self
            .exchange(operation, request, self.limits().read)
            .await
            .map_err(|failed| NoToken::Upstream(unanswered(failed)))?;
        if matches!(answer.status, StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED) {
            return Err(match wire::token_refusal(&answer.body) {
                Some((code, message)) if code == "invalid_grant" => NoToken::Refused { message },
                Some((code, message)) => {
                    let status = answer.status.as_u16();
                    let kind = ErrorKind::Refused { status, message: message.or(Some(code)), field: None };
                    NoToken::Upstream(Error::new(operation, kind))
                }
                // In whatever words: the credentials were looked at.
                None => {
                    let kind = ErrorKind::Refused { status: answer.status.as_u16(), message: None, field: None };
                    NoToken::Upstream(Error::new(operation, kind))
                }
            });
        }
        let answer = interpret(operation, &answer).map_err(|failed| NoToken::Upstream(failed.error))?;
        let granted =
            wire::granted(&answer).ok_or_else(|| NoToken::Upstream(Error::new(operation, ErrorKind::NotUnderstood)))?;
        Ok(NewToken {
            token: AccessToken(granted.token.into()),
            lifetime: granted.lifetime,
            user_name: granted.user_name,
        })
    }
}

/// A request for a token whose answer was lost: iMIS may have counted the try,
/// which a caller must be able to tell from a site that was never reached.
fn unanswered(failed: Failed) -> Error {
    let cut = matches!(failed.error.kind, ErrorKind::Unreachable | ErrorKind::NotUnderstood);
    let mut error = failed.error;
    if cut && failed.fate == Fate::Unknown {
        error.kind = ErrorKind::Timeout;
    }
    error
}
