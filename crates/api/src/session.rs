//! Who is signed in.

use crate::{Call, ContactId, SiteName, Verb};
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
    /// When the session ends, in milliseconds since 1970 (UTC).
    pub expires_ms: i64,
}

impl fmt::Debug for Me {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Me").field("site", &self.site).field("contact", &self.contact).finish_non_exhaustive()
    }
}
