//! Whom the provider vouches for. Only issuer and subject name a person; the
//! external ID and the e-mail address are for finding them in iMIS.

use super::claims::Object;
use super::error::OpenIdError;
use super::exchange::Tokens;
use crate::config::{OpenIdConnect, StaffClaim};
use secrecy::SecretString;
use serde_json::Value;
use std::fmt;

/// Longest claim taken over.
const CLAIM_MAX_BYTES: usize = 320;

/// A person, as the provider vouches for them.
#[derive(Clone)]
pub(crate) struct Identity {
    /// The provider.
    pub(crate) issuer: String,
    /// The person at the provider.
    pub(crate) subject: String,
    /// The person's session at the provider, which a logout token may name.
    pub(crate) session: Option<String>,
    /// The user in iMIS, by the claim that the settings name.
    pub(crate) external_id: Option<String>,
    /// Their address, where the claim is a single one.
    pub(crate) email: Option<String>,
    /// Whether the provider says that the address is theirs; nothing where it does not say.
    pub(crate) email_verified: Option<bool>,
    /// Whether they are staff: everybody, where the settings name no claim.
    pub(crate) staff: bool,
    /// The ID token, a hint for signing out at the provider.
    pub(crate) id_token: SecretString,
}

/// Whether the ID token holds all that the settings ask for.
pub(super) fn is_complete(claims: &Object, settings: &OpenIdConnect) -> bool {
    let staff = settings.staff_claim.as_ref().map(|claim| claim.claim_type.as_str());
    let wanted = [Some(settings.external_id_claim_type.as_str()), Some("email"), staff];
    wanted.into_iter().flatten().all(|name| is_there(claims, name))
}

/// Null says as much as nothing.
fn is_there(claims: &Object, name: &str) -> bool {
    claims.get(name).is_some_and(|value| !value.is_null())
}

impl Identity {
    pub(super) fn read(
        settings: &OpenIdConnect,
        tokens: Tokens,
        subject: String,
        claims: &Object,
        more: Option<&Object>,
    ) -> Result<Self, OpenIdError> {
        // The ID token goes before userinfo, claim by claim.
        let source = |name: &str| [Some(claims), more].into_iter().flatten().find(|object| is_there(object, name));
        let claim = |name: &str| source(name).and_then(|object| object.get(name));
        // One that cannot be read must not leave the address to say who it is.
        let external_id = match claim(&settings.external_id_claim_type) {
            None => None,
            Some(value) if value == "" => None,
            Some(value) => Some(plain(value).ok_or(OpenIdError::ExternalIdMalformed)?),
        };
        // Verified or not is said where the address is said.
        let email_verified = source("email").and_then(|object| object.get("email_verified")).map(is_true);
        Ok(Self {
            issuer: settings.authority_url.clone(),
            subject,
            session: claims.get("sid").and_then(plain),
            external_id,
            email: claim("email").and_then(plain).filter(|text| is_address(text)),
            email_verified,
            staff: settings.staff_claim.as_ref().is_none_or(|wanted| is_staff(wanted, claim(&wanted.claim_type))),
            id_token: tokens.id_token,
        })
    }

    /// The address, unless the provider says that it is not known to be theirs.
    pub(crate) fn address(&self) -> Option<&str> {
        self.email.as_deref().filter(|_| self.email_verified != Some(false))
    }
}

/// A text or a whole number, as text; nothing where it is empty or far too long.
fn plain(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) if number.is_i64() || number.is_u64() => number.to_string(),
        _ => return None,
    };
    (!text.is_empty() && text.len() <= CLAIM_MAX_BYTES).then_some(text)
}

/// One address and nothing beside it (`security.md §1.3`, K6).
fn is_address(text: &str) -> bool {
    let strange = |letter: char| letter.is_whitespace() || letter.is_control() || ",;<>\"".contains(letter);
    let mut parts = text.split('@');
    matches!((parts.next(), parts.next(), parts.next()), (Some(name), Some(host), None) if !name.is_empty() && !host.is_empty())
        && !text.contains(strange)
}

/// What is neither true nor "true" is false.
fn is_true(value: &Value) -> bool {
    *value == Value::Bool(true) || value == "true"
}

fn is_staff(wanted: &StaffClaim, claim: Option<&Value>) -> bool {
    let fits = |value: &Value| match value {
        Value::Bool(value) => wanted.value == value.to_string(),
        value => plain(value).is_some_and(|text| text == wanted.value),
    };
    match claim {
        Some(Value::Array(values)) => values.iter().any(fits),
        Some(value) => fits(value),
        None => false,
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}
