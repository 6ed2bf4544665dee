//! The provider's signing keys, and how often they may be asked for: whatever is
//! sent here, and however the asking ends, at most once a minute beyond the first
//! time, by one caller at a time.

use super::error::{Endpoint, OpenIdError};
use super::fetch::Web;
use super::jws::Algorithm;
use crate::Clock;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::DecodingKey;
use serde::Deserialize;
use serde_json::Value;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use tokio::sync::Mutex;
use url::Url;

/// How often keys are asked for beyond the first time.
pub(super) const AGAIN_MS: i64 = 60 * 1000;
/// How old keys may be, and how old while the provider does not answer.
const FRESH_MS: i64 = 60 * 60 * 1000;
const STALE_MS: i64 = 24 * FRESH_MS;
/// Shortest RSA key taken.
const RSA_MIN_BYTES: usize = 256;

/// The keys as they were read last.
#[derive(Debug, Default)]
pub(super) struct Keys {
    held: RwLock<Option<Arc<KeySet>>>,
    /// One asks at a time; when that was last.
    asked_ms: Mutex<Option<i64>>,
}

/// The keys of one reading that could verify something.
#[derive(Debug)]
pub(super) struct KeySet {
    url: Url,
    read_ms: i64,
    keys: Vec<Key>,
}

/// A public key.
pub(super) struct Key {
    pub(super) id: Option<String>,
    pub(super) public: DecodingKey,
    family: Family,
    /// The only algorithm it is for, where it names one.
    algorithm: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Family {
    Rsa,
    P256,
}

#[derive(Deserialize)]
struct Wire {
    keys: Vec<Value>,
}

impl Keys {
    /// The keys at hand, read first if there are none or if they are old.
    pub(super) async fn held(
        self: &Arc<Self>,
        web: &Web,
        url: &Url,
        clock: &Clock,
    ) -> Result<Arc<KeySet>, OpenIdError> {
        if let Some(fresh) = self.no_older_than(FRESH_MS, url, clock) {
            return Ok(fresh);
        }
        let (keys, web, url, clock) = (Arc::clone(self), web.clone(), url.clone(), clock.clone());
        unbroken(async move {
            let mut asked_ms = keys.asked_ms.lock().await;
            if let Some(fresh) = keys.no_older_than(FRESH_MS, &url, &clock) {
                return Ok(fresh);
            }
            let stale = keys.no_older_than(STALE_MS, &url, &clock);
            let is_first = asked_ms.is_none() && stale.is_none();
            let read = keys.read(&mut asked_ms, &web, &url, &clock).await;
            if is_first && read.is_ok() {
                // The first reading leaves the one that a rotation may need at once.
                *asked_ms = None;
            }
            read.or_else(|error| stale.ok_or(error))
        })
        .await
    }

    /// Keys read after `seen`, if there are any or may be asked for now.
    pub(super) async fn newer(self: &Arc<Self>, seen: &Arc<KeySet>, web: &Web, clock: &Clock) -> Option<Arc<KeySet>> {
        let (keys, seen, web, clock) = (Arc::clone(self), Arc::clone(seen), web.clone(), clock.clone());
        unbroken(async move {
            let mut asked_ms = keys.asked_ms.lock().await;
            if let Some(other) = keys.last().filter(|last| last.url == seen.url && !Arc::ptr_eq(last, &seen)) {
                return Ok(other);
            }
            keys.read(&mut asked_ms, &web, &seen.url, &clock).await
        })
        .await
        .ok()
    }

    async fn read(
        &self,
        asked_ms: &mut Option<i64>,
        web: &Web,
        url: &Url,
        clock: &Clock,
    ) -> Result<Arc<KeySet>, OpenIdError> {
        let now_ms = clock.now_ms();
        if asked_ms.is_some_and(|asked_ms| now_ms.abs_diff(asked_ms) < AGAIN_MS.unsigned_abs()) {
            return Err(OpenIdError::KeysAskedTooOften);
        }
        // Noted before the answer, so that a failure counts as well.
        *asked_ms = Some(now_ms);
        let wire: Wire = web.json(Endpoint::Keys, url).await?;
        let set = Arc::new(KeySet::of(url.clone(), now_ms, &wire.keys));
        *self.held.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&set));
        Ok(set)
    }

    fn last(&self) -> Option<Arc<KeySet>> {
        self.held.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn no_older_than(&self, age_ms: i64, url: &Url, clock: &Clock) -> Option<Arc<KeySet>> {
        self.last().filter(|set| set.url == *url && clock.now_ms().abs_diff(set.read_ms) < age_ms.unsigned_abs())
    }
}

/// Goes on when the caller goes away, so that a reading begun is a reading had.
async fn unbroken(
    reading: impl Future<Output = Result<Arc<KeySet>, OpenIdError>> + Send + 'static,
) -> Result<Arc<KeySet>, OpenIdError> {
    tokio::spawn(reading).await.unwrap_or(Err(OpenIdError::Unreachable(Endpoint::Keys)))
}

impl KeySet {
    /// The keys of a set that could verify something.
    pub(super) fn of(url: Url, read_ms: i64, jwks: &[Value]) -> Self {
        Self { url, read_ms, keys: jwks.iter().filter_map(Key::read).collect() }
    }

    /// The one key that a token with this key id and algorithm can be signed with.
    pub(super) fn choose(&self, id: Option<&str>, algorithm: Algorithm) -> Result<&Key, OpenIdError> {
        let mut fitting =
            self.keys.iter().filter(|key| key.is_for(algorithm) && (id.is_none() || key.id.as_deref() == id));
        match (fitting.next(), fitting.next()) {
            (Some(key), None) => Ok(key),
            (Some(_), Some(_)) => Err(OpenIdError::KeyAmbiguous),
            (None, _) => Err(OpenIdError::KeyUnknown),
        }
    }
}

impl Key {
    /// Reads a JSON Web Key; nothing where it is of no use for signatures.
    fn read(jwk: &Value) -> Option<Self> {
        let text = |name: &str| jwk.get(name).and_then(Value::as_str);
        let is_for_signatures = jwk.get("use").is_none_or(|value| value == "sig")
            && jwk.get("key_ops").is_none_or(|value| {
                value.as_array().is_some_and(|operations| operations.iter().any(|operation| operation == "verify"))
            });
        // A key whose private part was published is everybody's key.
        if !is_for_signatures || jwk.get("d").is_some() {
            return None;
        }
        let (family, public) = match text("kty")? {
            "RSA" => {
                let modulus = URL_SAFE_NO_PAD.decode(text("n")?).ok()?;
                let bytes = modulus.iter().skip_while(|byte| **byte == 0).count();
                if bytes < RSA_MIN_BYTES {
                    return None;
                }
                (Family::Rsa, DecodingKey::from_rsa_components(text("n")?, text("e")?).ok()?)
            }
            "EC" if text("crv") == Some("P-256") => {
                (Family::P256, DecodingKey::from_ec_components(text("x")?, text("y")?).ok()?)
            }
            _ => return None,
        };
        let algorithm = match jwk.get("alg") {
            None => None,
            Some(value) => Some(value.as_str()?.to_owned()),
        };
        Some(Self { id: text("kid").map(str::to_owned), public, family, algorithm })
    }

    fn is_for(&self, algorithm: Algorithm) -> bool {
        let family = match algorithm {
            Algorithm::Rs256 | Algorithm::Ps256 => Family::Rsa,
            Algorithm::Es256 => Family::P256,
        };
        self.family == family && self.algorithm.as_deref().is_none_or(|only| only == algorithm.name())
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key").field("id", &self.id).field("family", &self.family).finish_non_exhaustive()
    }
}
