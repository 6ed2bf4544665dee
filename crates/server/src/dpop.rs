//! Key proofs (RFC 9449): the pane signs each request with a key that cannot
//! leave the browser, so a stolen token is worth nothing elsewhere.
//!
//! Only ES256; the address comes from the configuration, never from the request
//! (`security.md §4.5`).

use crate::failure::Failure;
use api::ProblemCode;
use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, HashSet};
use std::sync::{Mutex, PoisonError};
use subtle::ConstantTimeEq as _;

/// How old a proof may be, and how far ahead the pane's clock.
const OLDEST_S: i64 = 60;
const AHEAD_S: i64 = 5;
/// Longest proof looked at.
const PROOF_MAX_BYTES: usize = 4096;
/// Proofs remembered at most; beyond that new ones are refused.
const REMEMBERED_MAX: usize = 200_000;

/// Which check a proof failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ProofError {
    #[error("the proof is not a signed token of type dpop+jwt")]
    Form,
    #[error("the proof's algorithm is not ES256")]
    Algorithm,
    #[error("the proof's key is not a public P-256 key")]
    Key,
    #[error("the proof's signature does not fit its key")]
    Signature,
    #[error("the proof is for another method")]
    Method,
    #[error("the proof is for another address")]
    Address,
    #[error("the proof is too old or from the future")]
    Time,
    #[error("the proof is for another token")]
    Token,
    #[error("the proof was used before")]
    Replay,
    #[error("the proof is signed with another key than the session's")]
    OtherKey,
    /// Nothing is wrong with the proof: whether it was used before could not be remembered.
    #[error("as many proofs are remembered as there is room for")]
    Full,
}

impl ProofError {
    /// What the pane is told: `refused` where the proof is at fault, and to try
    /// again where it is not.
    pub(crate) fn failure(self, refused: impl FnOnce() -> Failure) -> Failure {
        if self == Self::Full {
            tracing::warn!(reason = %self, "could not take a key proof");
            return Failure::wait(ProblemCode::Busy, 1).with_status(StatusCode::SERVICE_UNAVAILABLE);
        }
        tracing::info!(reason = %self, "refused a key proof");
        refused()
    }
}

/// The hash of a public key (RFC 7638), as base64url.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Thumbprint(pub(crate) String);

impl Thumbprint {
    /// Whether a proof's key is this one.
    pub(crate) fn require(&self, other: &Self) -> Result<(), ProofError> {
        bool::from(self.0.as_bytes().ct_eq(other.0.as_bytes())).then_some(()).ok_or(ProofError::OtherKey)
    }
}

/// What a proof must be for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Expected<'a> {
    /// The HTTP method.
    pub(crate) method: &'a str,
    /// The full address, from the configuration.
    pub(crate) address: &'a str,
    /// The token it goes with; none at sign-in.
    pub(crate) token: Option<&'a str>,
    /// The time, in milliseconds since 1970.
    pub(crate) now_ms: i64,
}

/// Checks proofs and remembers them for as long as they could be used again.
#[derive(Debug, Default)]
pub(crate) struct Proofs {
    seen: Mutex<Seen>,
}

/// Names of proofs, and the second from which each can be forgotten.
#[derive(Debug, Default)]
struct Seen {
    names: HashSet<[u8; 32]>,
    until_s: BTreeMap<i64, Vec<[u8; 32]>>,
}

impl Seen {
    /// Forgets what cannot be used again; each name is looked at once, however often this is asked.
    fn forget_until(&mut self, now_s: i64) {
        while let Some(second) = self.until_s.first_entry().filter(|second| *second.key() <= now_s) {
            for name in second.remove() {
                self.names.remove(&name);
            }
        }
    }

    fn take(&mut self, name: [u8; 32], until_s: i64) -> Result<(), ProofError> {
        if self.names.contains(&name) {
            return Err(ProofError::Replay);
        }
        if self.names.len() >= REMEMBERED_MAX {
            return Err(ProofError::Full);
        }
        self.names.insert(name);
        self.until_s.entry(until_s).or_default().push(name);
        Ok(())
    }
}

#[derive(Deserialize)]
struct Header {
    typ: String,
    alg: String,
    jwk: serde_json::Map<String, serde_json::Value>,
    /// Extensions that must be understood (RFC 7515 §4.1.11); we know none.
    crit: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
struct Claims {
    jti: String,
    htm: String,
    htu: String,
    iat: i64,
    ath: Option<String>,
}

impl Proofs {
    /// Checks a proof; answers whose key signed it.
    pub(crate) fn check(&self, proof: &str, expected: Expected<'_>) -> Result<Thumbprint, ProofError> {
        let (thumbprint, claims) = read(proof, expected)?;
        self.remember(&thumbprint, &claims, expected.now_ms)?;
        Ok(thumbprint)
    }

    /// Checks a proof that must be of this key. One of another key is not
    /// remembered: strangers take no room.
    pub(crate) fn check_of(&self, proof: &str, expected: Expected<'_>, owner: &Thumbprint) -> Result<(), ProofError> {
        let (thumbprint, claims) = read(proof, expected)?;
        owner.require(&thumbprint)?;
        self.remember(&thumbprint, &claims, expected.now_ms)
    }

    fn remember(&self, thumbprint: &Thumbprint, claims: &Claims, now_ms: i64) -> Result<(), ProofError> {
        let name = Sha256::new().chain_update(&thumbprint.0).chain_update([0]).chain_update(&claims.jti).finalize();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.forget_until(now_ms.div_euclid(1000));
        seen.take(name.into(), claims.iat.saturating_add(OLDEST_S + 1))
    }
}

impl Claims {
    fn check(&self, expected: Expected<'_>) -> Result<(), ProofError> {
        let now_s = expected.now_ms.div_euclid(1000);
        if self.jti.is_empty() || self.jti.len() > 256 {
            return Err(ProofError::Form);
        }
        if self.htm != expected.method {
            return Err(ProofError::Method);
        }
        if self.htu != expected.address {
            return Err(ProofError::Address);
        }
        if !(now_s - OLDEST_S..=now_s + AHEAD_S).contains(&self.iat) {
            return Err(ProofError::Time);
        }
        if let Some(token) = expected.token {
            let hash = URL_SAFE_NO_PAD.encode(Sha256::digest(token));
            if self.ath.as_deref() != Some(hash.as_str()) {
                return Err(ProofError::Token);
            }
        }
        Ok(())
    }
}

/// Everything about a proof but whether it was used before.
fn read(proof: &str, expected: Expected<'_>) -> Result<(Thumbprint, Claims), ProofError> {
    if proof.len() > PROOF_MAX_BYTES {
        return Err(ProofError::Form);
    }
    let (message, signature) = proof.rsplit_once('.').ok_or(ProofError::Form)?;
    let (header, claims) = message.split_once('.').ok_or(ProofError::Form)?;
    let header: Header = part(header)?;
    if header.typ != "dpop+jwt" || header.crit.is_some() {
        return Err(ProofError::Form);
    }
    if header.alg != "ES256" {
        return Err(ProofError::Algorithm);
    }
    let (key, thumbprint) = public_key(&header.jwk)?;
    let fits = jsonwebtoken::crypto::verify(signature, message.as_bytes(), &key, Algorithm::ES256);
    if !fits.unwrap_or(false) {
        return Err(ProofError::Signature);
    }
    let claims: Claims = part(claims)?;
    claims.check(expected)?;
    Ok((thumbprint, claims))
}

fn part<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, ProofError> {
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| ProofError::Form)?;
    serde_json::from_slice(&bytes).map_err(|_| ProofError::Form)
}

fn public_key(jwk: &serde_json::Map<String, serde_json::Value>) -> Result<(DecodingKey, Thumbprint), ProofError> {
    let text = |name: &str| jwk.get(name).and_then(serde_json::Value::as_str).ok_or(ProofError::Key);
    // A private part has no business here, even an empty one.
    if jwk.contains_key("d") || text("kty")? != "EC" || text("crv")? != "P-256" {
        return Err(ProofError::Key);
    }
    let (x, y) = (text("x")?, text("y")?);
    for coordinate in [x, y] {
        // One spelling of each number, so that one key has one thumbprint.
        let bytes = URL_SAFE_NO_PAD.decode(coordinate).map_err(|_| ProofError::Key)?;
        if bytes.len() != 32 {
            return Err(ProofError::Key);
        }
    }
    let key = DecodingKey::from_ec_components(x, y).map_err(|_| ProofError::Key)?;
    let canonical = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
    Ok((key, Thumbprint(URL_SAFE_NO_PAD.encode(Sha256::digest(canonical)))))
}

#[cfg(test)]
mod tests;
