//! Who is signed in.

use crate::{Call, ContactId, SignInMethod, SiteName, Verb};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The encrypted session token, opaque to the pane (`ia1_…`, 24 hours).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SessionToken(pub String);

impl fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionToken(…)")
    }
}

/// Signs in with iMIS credentials.
///
/// A `DPoP` proof (RFC 9449) on this request binds the session to its key.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignIn {
    /// Which iMIS.
    pub site: SiteName,
    /// The iMIS user name.
    pub user_name: String,
    /// The password. Sent once, never kept by the pane.
    pub password: String,
}

impl fmt::Debug for SignIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignIn").field("site", &self.site).finish_non_exhaustive()
    }
}

impl Call for SignIn {
    type Response = SignedIn;
    const VERB: Verb = Verb::Post;
    const PATH: &'static str = "/api/session";
}

/// A session has begun.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedIn {
    /// The token to send as `Authorization: DPoP …` (bound) or `Bearer …`.
    pub token: SessionToken,
    /// Whether the token only works with the key that signed the request.
    pub key_bound: bool,
    /// Who it is.
    pub me: Me,
}

/// The person signed in.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Me {
    /// The site.
    pub site: SiteName,
    /// The iMIS user name.
    pub user_name: String,
    /// The person's name as iMIS shows it.
    pub name: String,
    /// The person's own contact.
    pub contact: ContactId,
    /// How the person signed in.
    pub method: SignInMethod,
    /// Whether iMIS counts the person among its system administrators.
    pub administrator: bool,
    /// What the session may do.
    pub standing: Standing,
    /// When the token ends, in milliseconds since 1970 (UTC).
    pub expires_ms: i64,
    /// From when it should be renewed, likewise.
    pub renew_from_ms: i64,
    /// When the session ends however often it is renewed, likewise.
    pub ends_ms: i64,
}

/// What a session may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Everything the person may.
    Full,
    /// Nothing but [`ConfirmSession`] until the person has confirmed who they are
    /// (`security.md §3.2`: the answer came without an origin).
    Unconfirmed,
}

/// Confirms that the person shown is the person at the pane.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct ConfirmSession;

impl Call for ConfirmSession {
    type Response = Me;
    const VERB: Verb = Verb::Post;
    const PATH: &'static str = "/api/session/confirm";
}

/// Renews the session: a fresh token for the one sent, which ends soon after.
/// Within [`RenewSession::RETRY_S`] it may be asked again with the former token
/// and answers the same new one, so a lost answer costs nothing.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct RenewSession;

impl RenewSession {
    /// Seconds for which the former token still works.
    pub const RETRY_S: u32 = 60;
}

impl Call for RenewSession {
    type Response = SignedIn;
    const VERB: Verb = Verb::Post;
    const PATH: &'static str = "/api/session/renew";
}

impl fmt::Debug for Me {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Me").field("site", &self.site).field("contact", &self.contact).finish_non_exhaustive()
    }
}
