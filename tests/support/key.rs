//! A key like the one that a browser makes for the pane, and the proofs it signs (RFC 9449).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::time::SystemTime;

/// A P-256 key.
#[derive(Debug)]
pub struct BrowserKey {
    signer: EncodingKey,
    jwk: Value,
}

impl Default for BrowserKey {
    fn default() -> Self {
        Self::new()
    }
}

impl BrowserKey {
    /// A fresh one.
    pub fn new() -> Self {
        let pair = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).expect("a key can be made");
        let point = pair.public_key_raw();
        let (x, y) = (URL_SAFE_NO_PAD.encode(&point[1..33]), URL_SAFE_NO_PAD.encode(&point[33..]));
        let jwk = json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y });
        Self { signer: EncodingKey::from_ec_der(&pair.serialize_der()), jwk }
    }

    /// A proof for one request at this moment.
    pub fn proof(&self, method: &str, address: &str, token: Option<&str>) -> String {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("it is after 1970");
        let mut claims = json!({
            "jti": uuid::Uuid::new_v4().to_string(), "htm": method, "htu": address, "iat": now.as_secs(),
        });
        if let Some(token) = token {
            claims["ath"] = json!(URL_SAFE_NO_PAD.encode(Sha256::digest(token)));
        }
        let header = json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": self.jwk });
        let message =
            format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(claims.to_string()));
        let signature =
            jsonwebtoken::crypto::sign(message.as_bytes(), &self.signer, Algorithm::ES256).expect("it signs");
        format!("{message}.{signature}")
    }
}
