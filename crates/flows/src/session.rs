//! Signing in and out.

use crate::Trouble;
use api::{Bootstrap, Me, SignIn};
use std::fmt;

/// What the person typed.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// iMIS user name.
    pub user_name: String,
    /// Password.
    pub password: String,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(…)")
    }
}

/// Why nobody is signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Departure {
    /// Nobody was yet.
    New,
    /// The person signed out.
    SignedOut,
    /// The session ended by itself; what was being done goes on after sign-in.
    Ended,
}

/// The sign-in screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignInForm {
    /// What the server offers.
    pub bootstrap: Bootstrap,
    /// Place of the chosen site in it.
    pub site: usize,
    /// The name tried last, so that it need not be typed again.
    pub user_name: String,
    /// Whether an answer is awaited.
    pub busy: bool,
    /// Why the last try failed.
    pub trouble: Option<Trouble>,
    /// Why this screen is shown.
    pub departure: Departure,
}

impl SignInForm {
    pub(crate) fn new(bootstrap: Bootstrap, departure: Departure) -> Self {
        Self { bootstrap, site: 0, user_name: String::new(), busy: false, trouble: None, departure }
    }

    /// Starts a try; `None` if one is running or something is missing.
    pub(crate) fn submit(&mut self, credentials: Credentials) -> Option<SignIn> {
        let site = self.bootstrap.sites.get(self.site)?.name.clone();
        credentials.user_name.trim().clone_into(&mut self.user_name);
        if self.busy || self.user_name.is_empty() || credentials.password.is_empty() {
            return None;
        }
        self.busy = true;
        self.trouble = None;
        Some(SignIn { site, user_name: self.user_name.clone(), password: credentials.password })
    }
}

/// Who is at the pane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Session {
    /// Asking the server what it offers and whether the kept session lives.
    Starting,
    /// The server could not be asked.
    Unreachable(Trouble),
    /// Nobody; the sign-in screen.
    SignedOut(SignInForm),
    /// This person.
    SignedIn(Me),
}
