//! Signed tokens (RFC 7515): the algorithm is ours to choose, the key is the
//! provider's by its published set, and nothing in a token's own header says otherwise.

use super::claims::{Object, object};
use super::error::OpenIdError;
use super::keys::KeySet;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

/// Longest token looked at.
const TOKEN_MAX_BYTES: usize = 64 * 1024;

/// The algorithms taken, where the provider says that it uses them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Algorithm {
    /// RSA, PKCS #1.
    Rs256,
    /// RSA, PSS.
    Ps256,
    /// P-256.
    Es256,
}

/// What a token is for, as its type says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// An ID token.
    Identity,
    /// A logout token.
    Logout,
}

/// A token in its three parts, with a header that may be followed.
pub(super) struct Compact<'a> {
    message: &'a str,
    claims: &'a str,
    signature: &'a str,
    algorithm: Algorithm,
    key_id: Option<String>,
}

impl Algorithm {
    /// Reads a name.
    pub(super) fn named(name: &str) -> Option<Self> {
        [Self::Rs256, Self::Ps256, Self::Es256].into_iter().find(|algorithm| algorithm.name() == name)
    }

    /// Its name.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Ps256 => "PS256",
            Self::Es256 => "ES256",
        }
    }

    const fn cryptographic(self) -> jsonwebtoken::Algorithm {
        match self {
            Self::Rs256 => jsonwebtoken::Algorithm::RS256,
            Self::Ps256 => jsonwebtoken::Algorithm::PS256,
            Self::Es256 => jsonwebtoken::Algorithm::ES256,
        }
    }
}

impl Kind {
    fn permits(self, named: Option<&str>) -> bool {
        let Some(named) = named else { return true };
        let named = named.to_ascii_lowercase();
        let named = named.strip_prefix("application/").unwrap_or(&named);
        match self {
            Self::Identity => named == "jwt",
            // Only recommended, and what an ID token lacks is asked for anyway (Back-Channel Logout 1.0 §2.4).
            Self::Logout => named == "logout+jwt" || named == "jwt",
        }
    }
}

impl<'a> Compact<'a> {
    /// Takes a token apart; its claims are not to be had before [`Compact::verify`].
    pub(super) fn read(token: &'a str, kind: Kind) -> Result<Self, OpenIdError> {
        if token.len() > TOKEN_MAX_BYTES {
            return Err(OpenIdError::Form);
        }
        let (message, signature) = token.rsplit_once('.').ok_or(OpenIdError::Form)?;
        let (header, claims) = message.split_once('.').ok_or(OpenIdError::Form)?;
        if claims.contains('.') {
            return Err(OpenIdError::Form);
        }
        let header = part(header)?;
        let text = |name: &str| match header.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.as_str())),
            Some(_) => Err(OpenIdError::Form),
        };
        if header.contains_key("crit") {
            return Err(OpenIdError::Critical);
        }
        if !kind.permits(text("typ")?) {
            return Err(OpenIdError::Type);
        }
        let algorithm = text("alg")?.and_then(Algorithm::named).ok_or(OpenIdError::Algorithm)?;
        let key_id = text("kid")?.map(str::to_owned);
        Ok(Self { message, claims, signature, algorithm, key_id })
    }

    /// The algorithm, where it is among those the provider uses.
    pub(super) fn algorithm(&self, used: &[Algorithm]) -> Result<Algorithm, OpenIdError> {
        used.contains(&self.algorithm).then_some(self.algorithm).ok_or(OpenIdError::Algorithm)
    }

    /// The claims, if one of the provider's keys signed them.
    pub(super) fn verify(&self, keys: &KeySet, algorithm: Algorithm) -> Result<Object, OpenIdError> {
        let key = keys.choose(self.key_id.as_deref(), algorithm)?;
        let message = self.message.as_bytes();
        let fits = jsonwebtoken::crypto::verify(self.signature, message, &key.public, algorithm.cryptographic());
        if !fits.unwrap_or(false) {
            return Err(OpenIdError::Signature);
        }
        part(self.claims)
    }
}

fn part(text: &str) -> Result<Object, OpenIdError> {
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| OpenIdError::Form)?;
    object(&bytes).ok_or(OpenIdError::Form)
}
