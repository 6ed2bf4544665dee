//! The provider's notice that a person signed out there (OpenID Connect
//! Back-Channel Logout 1.0 §2.4, §2.6).

use super::claims::{self, Object};
use super::error::OpenIdError;
use serde_json::Value;
use std::fmt;

const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// Longest id of a notice, or of a session at the provider.
const ID_MAX_BYTES: usize = 320;

/// Whose sessions are to end.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct LogoutNotice {
    /// The provider.
    pub(crate) issuer: String,
    /// The person; with no [`LogoutNotice::session`], all their sessions.
    pub(crate) subject: Option<String>,
    /// The session at the provider.
    pub(crate) session: Option<String>,
    /// Names the notice: taken once.
    pub(crate) jti: String,
    /// Until when the notice could be taken again, in milliseconds since 1970.
    pub(crate) expires_ms: i64,
}

impl LogoutNotice {
    pub(super) fn read(claims: &Object, issuer: &str, client_id: &str, now_ms: i64) -> Result<Self, OpenIdError> {
        claims::check_issuer(claims, issuer)?;
        claims::check_audience(claims, client_id)?;
        let expires_ms = claims::check_times(claims, now_ms)?;
        let event = claims.get("events").and_then(|events| events.get(EVENT));
        if !event.is_some_and(Value::is_object) {
            return Err(OpenIdError::LogoutEventMissing);
        }
        // It is what an ID token has and a logout token must not.
        if claims.contains_key("nonce") {
            return Err(OpenIdError::LogoutNonce);
        }
        let jti = id(claims, "jti").ok_or(OpenIdError::LogoutIdMissing)?;
        let subject = claims::subject(claims)?;
        let session = id(claims, "sid");
        if subject.is_none() && session.is_none() {
            return Err(OpenIdError::LogoutNobody);
        }
        Ok(Self { issuer: issuer.to_owned(), subject, session, jti, expires_ms })
    }
}

fn id(claims: &Object, name: &str) -> Option<String> {
    let text = claims.get(name)?.as_str()?;
    (!text.is_empty() && text.len() <= ID_MAX_BYTES).then(|| text.to_owned())
}

impl fmt::Debug for LogoutNotice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogoutNotice").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}
