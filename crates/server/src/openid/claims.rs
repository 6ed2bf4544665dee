//! What a token must say before a word of it is believed.

use super::error::OpenIdError;
use super::{numeric_date, same};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::fmt;

/// A JSON object whose names are all different.
pub(super) type Object = serde_json::Map<String, Value>;

/// How far the provider's clock may be ahead of ours, or ours of its.
pub(super) const SKEW_MS: i64 = 60 * 1000;
/// How long ago a token may have been issued.
pub(super) const OLDEST_MS: i64 = 10 * 60 * 1000;
/// How far away a token's end may be.
const FARTHEST_MS: i64 = 10 * 366 * 24 * 60 * 60 * 1000;
/// Longest subject (OpenID Connect Core §2).
const SUBJECT_MAX_BYTES: usize = 255;

/// What an ID token must fit.
pub(super) struct Expected<'a> {
    pub(super) issuer: &'a str,
    pub(super) client_id: &'a str,
    pub(super) nonce: &'a str,
    pub(super) access_token: &'a str,
    pub(super) now_ms: i64,
}

/// Checks an ID token's claims; answers whom it is about.
pub(super) fn check_id_token(claims: &Object, expected: &Expected<'_>) -> Result<String, OpenIdError> {
    check_issuer(claims, expected.issuer)?;
    check_audience(claims, expected.client_id)?;
    check_times(claims, expected.now_ms)?;
    match claims.get("nonce") {
        None => return Err(OpenIdError::NonceMissing),
        Some(Value::String(nonce)) if same(nonce, expected.nonce) => {}
        Some(_) => return Err(OpenIdError::NonceMismatch),
    }
    if let Some(hash) = claims.get("at_hash") {
        // All algorithms taken hash with SHA-256; half of it is the claim.
        let digest = Sha256::digest(expected.access_token);
        let wanted = URL_SAFE_NO_PAD.encode(&digest[..16]);
        if !hash.as_str().is_some_and(|hash| same(hash, &wanted)) {
            return Err(OpenIdError::AccessTokenHash);
        }
    }
    subject(claims)?.ok_or(OpenIdError::SubjectMissing)
}

/// The issuer, letter for letter.
pub(super) fn check_issuer(claims: &Object, issuer: &str) -> Result<(), OpenIdError> {
    match claims.get("iss") {
        None => Err(OpenIdError::IssuerMissing),
        Some(named) if named == issuer => Ok(()),
        Some(_) => Err(OpenIdError::IssuerMismatch),
    }
}

/// For this client, and for nobody else.
pub(super) fn check_audience(claims: &Object, client_id: &str) -> Result<(), OpenIdError> {
    let several = match claims.get("aud") {
        None => return Err(OpenIdError::AudienceMissing),
        Some(Value::Array(all)) if !all.is_empty() && all.iter().all(|one| one == client_id) => all.len() > 1,
        Some(one) if one == client_id => false,
        Some(_) => return Err(OpenIdError::AudienceMismatch),
    };
    match claims.get("azp") {
        None if several => Err(OpenIdError::AuthorizedParty),
        Some(party) if party != client_id => Err(OpenIdError::AuthorizedParty),
        _ => Ok(()),
    }
}

/// Issued a short while ago, begun, and not ended. Answers until when, in
/// milliseconds since 1970, the token could be taken.
pub(super) fn check_times(claims: &Object, now_ms: i64) -> Result<i64, OpenIdError> {
    let date = |name: &str, malformed: OpenIdError| {
        claims.get(name).map(|value| numeric_date::milliseconds(value).ok_or(malformed)).transpose()
    };
    let expires_ms = date("exp", OpenIdError::ExpiryMalformed)?.ok_or(OpenIdError::ExpiryMissing)?;
    if expires_ms.saturating_add(SKEW_MS) <= now_ms {
        return Err(OpenIdError::Expired);
    }
    if expires_ms > now_ms.saturating_add(FARTHEST_MS) {
        return Err(OpenIdError::ExpiryTooFar);
    }
    let issued_ms = date("iat", OpenIdError::IssuedAtMalformed)?.ok_or(OpenIdError::IssuedAtMissing)?;
    if issued_ms > now_ms.saturating_add(SKEW_MS) {
        return Err(OpenIdError::IssuedInFuture);
    }
    if issued_ms < now_ms.saturating_sub(OLDEST_MS) {
        return Err(OpenIdError::IssuedTooEarly);
    }
    if date("nbf", OpenIdError::NotBeforeMalformed)?.is_some_and(|begins_ms| begins_ms > now_ms.saturating_add(SKEW_MS))
    {
        return Err(OpenIdError::NotYetValid);
    }
    Ok(expires_ms.saturating_add(SKEW_MS).min(issued_ms.saturating_add(OLDEST_MS)))
}

/// Whom it is about, where it says so.
pub(super) fn subject(claims: &Object) -> Result<Option<String>, OpenIdError> {
    match claims.get("sub") {
        None => Ok(None),
        Some(Value::String(subject))
            if !subject.is_empty() && subject.len() <= SUBJECT_MAX_BYTES && subject.is_ascii() =>
        {
            Ok(Some(subject.clone()))
        }
        Some(_) => Err(OpenIdError::SubjectMalformed),
    }
}

/// Reads an object; nothing where a name is there twice, so that nobody can read
/// the other of the two.
pub(super) fn object(json: &[u8]) -> Option<Object> {
    serde_json::from_slice::<Unrepeated>(json).ok().map(|object| object.0)
}

struct Unrepeated(Object);

impl<'de> Deserialize<'de> for Unrepeated {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Names;
        impl<'de> Visitor<'de> for Names {
            type Value = Unrepeated;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Unrepeated, A::Error> {
                let mut object = Object::new();
                while let Some((name, value)) = map.next_entry::<String, Value>()? {
                    if object.insert(name, value).is_some() {
                        return Err(A::Error::custom("a name twice"));
                    }
                }
                Ok(Unrepeated(object))
            }
        }
        deserializer.deserialize_map(Names)
    }
}
