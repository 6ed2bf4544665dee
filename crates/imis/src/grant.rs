//! `/token`: what it is asked, exactly once each time, and what its answers mean
//! (`imis.md §3.1`, `§3.2`).

use crate::{
    AccessToken, Client, ClientApplication, Credentials, Error, ErrorKind, KeptToken, Operation, SignInError,
    exchange::{Failed, Fate, interpret},
    wire,
};
use reqwest::StatusCode;
use secrecy::{ExposeSecret, SecretString};
use std::time::Duration;

/// A token as just granted.
pub(crate) struct NewToken {
    pub(crate) token: AccessToken,
    lifetime: Duration,
    pub(crate) user_name: Option<String>,
    pub(crate) refresh_token: Option<SecretString>,
}

impl NewToken {
    /// The token as it is kept from now on.
    pub(crate) fn kept(&self, now_ms: i64) -> KeptToken {
        // A token that ends within the next call is no good.
        let early = Duration::from_mins(1).min(self.lifetime / 2);
        // A site's word on lifetimes is not trusted beyond a day.
        let lifetime = self.lifetime.saturating_sub(early).min(Duration::from_hours(24));
        let lifetime_ms = i64::try_from(lifetime.as_millis()).unwrap_or(i64::MAX);
        KeptToken { token: self.token.clone(), ends_ms: now_ms.saturating_add(lifetime_ms) }
    }

    /// From when it is better replaced. A refresh token that came along may end
    /// long before the access token (`imis.md §12.1`: half an hour is advised),
    /// so it is used in the last two thirds of the access token's life.
    pub(crate) fn early_ms(&self, now_ms: i64) -> Option<i64> {
        self.refresh_token.as_ref()?;
        Some(now_ms.saturating_add(i64::try_from(self.lifetime.as_millis() / 3).unwrap_or(i64::MAX)))
    }
}

/// Why no token was granted.
pub(crate) enum NoToken {
    /// iMIS will not have this password or refresh token.
    Refused { message: Option<String> },
    /// iMIS will not have this client application.
    Application,
    /// iMIS could not be asked, or answered something else.
    Upstream { error: Error, redeemed: Redeemed },
}

/// What became of what was offered when no token came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Redeemed {
    /// It may be offered again.
    No,
    /// Nobody knows.
    Perhaps,
}

impl Client {
    /// Signs in with a password, exactly once.
    pub(crate) async fn grant_by_password(&self, credentials: &Credentials) -> Result<NewToken, NoToken> {
        let form = [
            ("grant_type", "password"),
            ("username", credentials.user_name.as_str()),
            ("password", credentials.password.expose_secret()),
        ];
        self.grant(&form).await
    }

    /// Redeems a refresh token, exactly once.
    pub(crate) async fn grant_by_refresh_token(
        &self,
        application: &ClientApplication,
        token: &SecretString,
    ) -> Result<NewToken, NoToken> {
        let form = [
            ("grant_type", "refresh_token"),
            ("client_id", &application.id),
            ("client_secret", application.secret.expose_secret()),
            ("refresh_token", token.expose_secret()),
        ];
        self.grant(&form).await
    }

    async fn grant(&self, form: &[(&str, &str)]) -> Result<NewToken, NoToken> {
        let operation = Operation::SignIn;
        let request = self.post_on_new_connection(&["token"]).form(form);
        let answer = self.exchange(operation, request, self.limits().read).await.map_err(unanswered)?;
        let status = answer.status.as_u16();
        if matches!(answer.status, StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED) {
            let (code, message) = wire::token_refusal(&answer.body).unzip();
            return Err(match code.as_deref() {
                Some("invalid_grant") => NoToken::Refused { message: message.flatten() },
                Some("invalid_client" | "unauthorized_client") => NoToken::Application,
                // In whatever words: what was offered was looked at.
                _ => {
                    let kind = ErrorKind::Refused { status, message: message.flatten().or(code), field: None };
                    NoToken::Upstream { error: Error::new(operation, kind), redeemed: Redeemed::Perhaps }
                }
            });
        }
        let answer = interpret(operation, &answer).map_err(unanswered_well)?;
        let granted = wire::granted(&answer).ok_or_else(|| {
            let error = Error::new(operation, ErrorKind::NotUnderstood);
            NoToken::Upstream { error, redeemed: Redeemed::Perhaps }
        })?;
        Ok(NewToken {
            token: AccessToken::from_secret(granted.token.into()),
            lifetime: granted.lifetime,
            user_name: granted.user_name,
            refresh_token: granted.refresh_token.map(SecretString::from),
        })
    }
}

/// A request whose answer was lost: iMIS may have counted the try, which a caller
/// must be able to tell from a site that was never reached.
fn unanswered(failed: Failed) -> NoToken {
    let mut error = failed.error;
    if failed.fate == Fate::NoEffect {
        return NoToken::Upstream { error, redeemed: Redeemed::No };
    }
    if matches!(error.kind, ErrorKind::Unreachable | ErrorKind::NotUnderstood) {
        error.kind = ErrorKind::Timeout;
    }
    NoToken::Upstream { error, redeemed: Redeemed::Perhaps }
}

/// An answer that is no token. A site that says it is busy has not looked at
/// what it was offered.
fn unanswered_well(failed: Failed) -> NoToken {
    let busy = matches!(failed.error.kind, ErrorKind::Busy { .. });
    let redeemed = if busy || failed.fate == Fate::NoEffect { Redeemed::No } else { Redeemed::Perhaps };
    NoToken::Upstream { error: failed.error, redeemed }
}

/// Words that iMIS's refusals have in common; little is known of them
/// (`imis.md §18` no. 2).
fn sort(
    message: Option<String>,
    expired_means_disabled: bool,
    otherwise: fn(Option<String>) -> SignInError,
) -> SignInError {
    let words = message.as_deref().unwrap_or_default().to_lowercase();
    if words.contains("locked") {
        SignInError::Locked { message }
    } else if words.contains("disabled")
        || words.contains("inactive")
        || expired_means_disabled && words.contains("expired")
    {
        SignInError::Disabled { message }
    } else {
        otherwise(message)
    }
}

/// A refused password.
pub(crate) fn password_refused(refusal: NoToken) -> SignInError {
    match refusal {
        NoToken::Refused { message } => sort(message, true, |message| SignInError::WrongCredentials { message }),
        NoToken::Application => SignInError::ApplicationRefused,
        NoToken::Upstream { error, .. } => SignInError::Upstream(error),
    }
}

/// A refused hand-over: what has expired there is the hand-over.
pub(crate) fn hand_over_refused(refusal: NoToken) -> SignInError {
    match refusal {
        NoToken::Refused { message } => sort(message, false, |message| SignInError::HandOverRefused { message }),
        NoToken::Application => SignInError::ApplicationRefused,
        NoToken::Upstream { error, .. } => SignInError::Upstream(error),
    }
}
