//! What the browser brings back from the provider. Anybody may have written it:
//! it counts only with the state, and a name that stands there twice voids it
//! (`security.md §1.3`, K13).

use super::discovery::{Answers, Document};
use super::error::OpenIdError;
use super::same;
use std::fmt;

/// Longest query looked at; some providers' codes are two thousand letters long.
const QUERY_MAX_BYTES: usize = 16 * 1024;

/// The answer as it came.
#[derive(Default)]
pub(super) struct Answer {
    state: Option<String>,
    code: Option<String>,
    issuer: Option<String>,
    error: Option<String>,
}

impl Answer {
    /// Reads the query of the redirect address, without the question mark.
    pub(super) fn read(query: &str) -> Result<Self, OpenIdError> {
        if query.len() > QUERY_MAX_BYTES {
            return Err(OpenIdError::AnswerTooLong);
        }
        let mut answer = Self::default();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            let place = match &*name {
                "state" => &mut answer.state,
                "code" => &mut answer.code,
                "iss" => &mut answer.issuer,
                "error" => &mut answer.error,
                _ => continue,
            };
            if place.replace(value.into_owned()).is_some() {
                return Err(OpenIdError::AnswerRepeats);
            }
        }
        Ok(answer)
    }

    /// Whether a query brings this state, once, whatever else it brings.
    pub(super) fn brings_state(query: &str, asked: &str) -> Result<(), OpenIdError> {
        let mut states = url::form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name == "state");
        let state = states.next().map(|(_, state)| state.into_owned());
        if states.next().is_some() {
            return Err(OpenIdError::AnswerRepeats);
        }
        Self { state, ..Self::default() }.require_state(asked)
    }

    /// It answers what was asked, and not something that somebody else began.
    pub(super) fn require_state(&self, asked: &str) -> Result<(), OpenIdError> {
        let state = self.state.as_deref().filter(|state| !state.is_empty()).ok_or(OpenIdError::StateMissing)?;
        same(state, asked).then_some(()).ok_or(OpenIdError::StateMismatch)
    }

    /// The code, if the answer is the provider's and no error.
    pub(super) fn code(self, document: &Document) -> Result<String, OpenIdError> {
        match self.issuer {
            None if document.answers == Answers::NameTheIssuer => return Err(OpenIdError::AnswerIssuerMissing),
            Some(issuer) if issuer != document.issuer => return Err(OpenIdError::AnswerIssuerMismatch),
            _ => {}
        }
        if let Some(error) = self.error {
            return Err(reason(&error));
        }
        self.code.filter(|code| !code.is_empty()).ok_or(OpenIdError::CodeMissing)
    }
}

/// What an error word of RFC 6749 §4.1.2.1 or OpenID Connect Core §3.1.2.6 means here.
fn reason(word: &str) -> OpenIdError {
    match word {
        "access_denied" => OpenIdError::AccessDenied,
        "login_required" | "interaction_required" | "consent_required" | "account_selection_required" => {
            OpenIdError::InteractionNeeded
        }
        "server_error" | "temporarily_unavailable" => OpenIdError::ProviderUnavailable,
        "unauthorized_client" | "invalid_client" | "invalid_scope" | "unsupported_response_type" => {
            OpenIdError::ClientRefused
        }
        _ => OpenIdError::ProviderError,
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Answer(…)")
    }
}
