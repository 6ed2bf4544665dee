//! Keys, tokens and claims made by hand, right but for what a test changes.

use crate::openid::claims::{Expected, Object};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};

pub(super) const NOW_MS: i64 = 1_800_000_000_500;
pub(super) const NOW_S: i64 = 1_800_000_000;
pub(super) const ISSUER: &str = "https://login.example.org";
pub(super) const CLIENT: &str = "outlook";
pub(super) const NONCE: &str = "the-nonce";

/// A P-256 key under a name.
pub(super) struct Signer {
    key: EncodingKey,
    pub(super) jwk: Value,
}

impl Signer {
    pub(super) fn new(id: &str) -> Self {
        let pair = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap();
        let point = pair.public_key_raw();
        let jwk = json!({
            "kty": "EC", "crv": "P-256", "kid": id, "use": "sig", "alg": "ES256",
            "x": URL_SAFE_NO_PAD.encode(&point[1..33]), "y": URL_SAFE_NO_PAD.encode(&point[33..]),
        });
        Self { key: EncodingKey::from_ec_der(&pair.serialize_der()), jwk }
    }

    pub(super) fn sign(&self, header: &Value, claims: &Value) -> String {
        let message = message(header, claims);
        let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &self.key, Algorithm::ES256).unwrap();
        format!("{message}.{signature}")
    }
}

/// Header and claims as they are signed.
pub(super) fn message(header: &Value, claims: &Value) -> String {
    format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(claims.to_string()))
}

/// The claims of an ID token.
pub(super) fn claims() -> Value {
    json!({
        "iss": ISSUER, "sub": "248289761001", "aud": CLIENT, "nonce": NONCE,
        "iat": NOW_S, "exp": NOW_S + 300, "nbf": NOW_S,
    })
}

/// What they must fit.
pub(super) fn expected() -> Expected<'static> {
    Expected { issuer: ISSUER, client_id: CLIENT, nonce: NONCE, access_token: "access", now_ms: NOW_MS }
}

/// The same with one thing changed.
pub(super) fn with(mut value: Value, name: &str, new: Value) -> Value {
    value[name] = new;
    value
}

/// The same without one thing.
pub(super) fn without(mut value: Value, name: &str) -> Value {
    value.as_object_mut().unwrap().remove(name);
    value
}

pub(super) fn object(value: Value) -> Object {
    value.as_object().unwrap().clone()
}
