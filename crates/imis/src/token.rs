//! Credentials and access tokens.
//!
//! Secrets hide themselves from `Debug`; a password goes to `/token` and nowhere else.

use secrecy::{ExposeSecret, SecretString};
use std::fmt;

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
    pub(crate) fn new(text: String) -> Self {
        Self(text.into())
    }

    pub(crate) fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccessToken(…)")
    }
}
