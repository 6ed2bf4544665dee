//! Credentials, client applications and access tokens.
//!
//! Secrets hide themselves from `Debug`; a password, a refresh token and a client
//! secret go to `/token` and nowhere else.

use crate::HomeError;
use futures_util::future::BoxFuture;
use secrecy::{ExposeSecret, SecretString};
use std::{fmt, sync::Arc};

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
    pub fn key(&self) -> String {
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

/// What iMIS knows us by when it hands a person over (`imis.md §12.1`).
#[derive(Clone, Debug)]
pub struct ClientApplication {
    /// Client ID.
    pub id: String,
    /// Client secret.
    pub secret: SecretString,
}

/// How a dead token is replaced.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Renewal {
    /// By signing in again with these credentials, once.
    Credentials(Credentials),
    /// By redeeming a refresh token, once. It may be good for one use only
    /// (`imis.md §12.3`), so an answer that is lost ends it.
    RefreshToken {
        /// As whom.
        application: ClientApplication,
        /// The refresh token.
        token: SecretString,
        /// Who keeps what iMIS gives in its place.
        keeper: Arc<dyn RenewalKeeper>,
    },
    /// Not at all: the person must sign in again.
    Nothing,
}

/// Keeps the refresh token that replaces the one before it.
pub trait RenewalKeeper: Send + Sync {
    /// Called before anybody uses what was bought with the former one. When it
    /// fails, the calls that wait fail too, and it is called again before the
    /// next.
    fn replaced(&self, token: SecretString) -> BoxFuture<'static, Result<(), KeepError>>;
}

impl fmt::Debug for dyn RenewalKeeper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RenewalKeeper")
    }
}

/// Why a replacement was not kept.
#[derive(Clone, Debug, thiserror::Error)]
pub enum KeepError {
    /// There is nobody left to keep it for: the session has ended.
    #[error("nobody is left to keep a refresh token for")]
    Gone,
    /// It cannot be kept at present.
    #[error("{0}")]
    Unavailable(#[source] HomeError),
}

/// An opaque bearer token of iMIS.
#[derive(Clone)]
pub struct AccessToken(SecretString);

impl AccessToken {
    /// Takes a token that iMIS granted: from its answer, or unsealed by a
    /// [`crate::TokenHome`].
    pub fn from_secret(token: SecretString) -> Self {
        Self(token)
    }

    /// The token itself, for the `Authorization` header of a call to iMIS and
    /// for sealing by a [`crate::TokenHome`]; for nothing else.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// Whether both are the same token.
    pub fn is(&self, other: &Self) -> bool {
        self.expose() == other.expose()
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccessToken(…)")
    }
}

/// A token with its end.
#[derive(Clone, Debug)]
pub struct KeptToken {
    /// The token.
    pub token: AccessToken,
    /// From when it is not used any more, by the client's [`crate::Clock`]; a
    /// little before iMIS ends it.
    pub ends_ms: i64,
}
