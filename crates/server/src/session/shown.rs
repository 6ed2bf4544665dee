//! Sessions as people and administrators see them.

use super::Session;
use crate::store::SessionRow;
use crate::token::RowKey;
use api::{SessionId, SessionInfo, SignInMethod};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// A way to sign in, as the store and the audit log spell it.
pub(crate) const fn method_word(method: SignInMethod) -> &'static str {
    match method {
        SignInMethod::SingleSignOn => "single_sign_on",
        SignInMethod::OpenIdConnect => "open_id_connect",
        SignInMethod::Credentials => "credentials",
    }
}

/// Reads [`method_word`]; what nobody knows is what came first.
pub(crate) fn method_of(word: &str) -> SignInMethod {
    [SignInMethod::SingleSignOn, SignInMethod::OpenIdConnect]
        .into_iter()
        .find(|method| method_word(*method) == word)
        .unwrap_or(SignInMethod::Credentials)
}

impl RowKey {
    /// The name that people see.
    pub(crate) fn id(self) -> SessionId {
        SessionId(URL_SAFE_NO_PAD.encode(self.0))
    }

    /// Reads the name that people see.
    pub(crate) fn of_id(id: &SessionId) -> Option<Self> {
        URL_SAFE_NO_PAD.decode(&id.0).ok()?.try_into().ok().map(Self)
    }
}

/// A session as the one that asks sees it.
pub(crate) fn shown(row: &SessionRow, asking: Option<&Session>) -> SessionInfo {
    SessionInfo {
        id: row.key.id(),
        user_name: row.user_name.clone(),
        method: method_of(&row.method),
        client: row.client.clone(),
        begun_ms: row.begun_ms,
        seen_ms: row.seen_ms,
        expires_ms: row.expires_ms,
        key_bound: row.thumbprint.is_some(),
        current: asking.is_some_and(|session| session.row == row.key),
    }
}
