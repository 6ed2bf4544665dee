//! Signing keys and signatures.
//!
//! RSA keys are made once per process and shared by all providers in it, each under names of its own. Invariant: the
//! strange key of the forgeries is never in a key set.

use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use aws_lc_rs::{
    encoding::{AsDer as _, PublicKeyX509Der},
    hmac,
    rand::SystemRandom,
    rsa::KeySize,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair},
};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use serde_json::{Map, Value, json};

/// An RSA key of 2048 bits.
#[derive(Debug)]
pub(super) struct Rsa(RsaKeyPair);

static POOL: Mutex<Vec<Arc<Rsa>>> = Mutex::new(Vec::new());
static STRANGE: LazyLock<Rsa> = LazyLock::new(Rsa::generate);

impl Rsa {
    fn generate() -> Self {
        Self(RsaKeyPair::generate(KeySize::Rsa2048).expect("an RSA key can be made"))
    }

    /// The process's key of this number.
    fn numbered(number: usize) -> Arc<Self> {
        let mut pool = POOL.lock().unwrap_or_else(PoisonError::into_inner);
        while pool.len() <= number {
            pool.push(Arc::new(Self::generate()));
        }
        Arc::clone(&pool[number])
    }

    /// The key of the forger.
    pub(super) fn strange() -> &'static Self {
        &STRANGE
    }

    /// The public half as a JWK without a name.
    pub(super) fn jwk(&self) -> Map<String, Value> {
        let [modulus, exponent] = integers(self.0.public_key().as_ref());
        let jwk = json!({
            "kty": "RSA",
            "use": "sig",
            "alg": "RS256",
            "n": URL_SAFE_NO_PAD.encode(modulus),
            "e": URL_SAFE_NO_PAD.encode(exponent),
        });
        object(jwk)
    }

    /// The public half in PEM, as anybody may write down the published key.
    fn pem(&self) -> String {
        let der: PublicKeyX509Der<'_> = self.0.public_key().as_der().expect("a public key can be written");
        let text = STANDARD.encode(der.as_ref());
        let lines: Vec<&str> =
            text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).expect("base64 is ASCII")).collect();
        format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", lines.join("\n"))
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        let mut signature = vec![0; self.0.public_modulus_len()];
        self.0.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature).expect("a message can be signed");
        signature
    }
}

/// The two integers of an `RSAPublicKey` (RFC 8017 A.1.1), without the zero that makes them positive.
fn integers(der: &[u8]) -> [Vec<u8>; 2] {
    fn element(der: &[u8]) -> (&[u8], &[u8]) {
        let short = usize::from(der[1]);
        let (start, length) = if short < 0x80 {
            (2, short)
        } else {
            let octets = short & 0x7f;
            let length = der[2..2 + octets].iter().fold(0_usize, |sum, octet| sum << 8 | usize::from(*octet));
            (2 + octets, length)
        };
        (&der[start..start + length], &der[start + length..])
    }
    let (both, _) = element(der);
    let (modulus, rest) = element(both);
    let (exponent, _) = element(rest);
    [modulus, exponent].map(|integer| integer.iter().copied().skip_while(|octet| *octet == 0).collect())
}

/// The members of a JSON object; none of anything else.
pub(super) fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// Who or what signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seal<'secret> {
    /// The current RSA key.
    Rs256,
    /// The current EC key.
    Es256,
    /// The forger's RSA key.
    Strange,
    /// The published RSA key in PEM as the secret of a MAC.
    MacOfPublicKey,
    /// A secret as the secret of a MAC.
    Mac(&'secret str),
    /// Nobody.
    Nobody,
}

/// What is wrong with a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Damage {
    /// Nothing.
    None,
    /// Some bits of it are turned.
    Turned,
}

/// The keys that the provider signs with at a time.
#[derive(Debug)]
pub(super) struct Keys {
    number: usize,
    rsa: Arc<Rsa>,
    second: Arc<Rsa>,
    ec: EcdsaKeyPair,
    mark: String,
}

impl Keys {
    /// The first keys of a provider.
    pub(super) fn first() -> Self {
        Self::numbered(0)
    }

    /// Those that replace these.
    pub(super) fn next(&self) -> Self {
        Self::numbered(self.number + 1)
    }

    fn numbered(number: usize) -> Self {
        Self {
            number,
            rsa: Rsa::numbered(number + 1),
            second: Rsa::numbered(0),
            ec: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("an EC key can be made"),
            mark: super::random(6),
        }
    }

    /// Name of the RSA key.
    pub(super) fn rsa_name(&self) -> String {
        format!("rsa-{}-{}", self.number, self.mark)
    }

    /// Name of the EC key.
    pub(super) fn ec_name(&self) -> String {
        format!("ec-{}-{}", self.number, self.mark)
    }

    /// The RSA key as published.
    pub(super) fn rsa_jwk(&self) -> Value {
        named(self.rsa.jwk(), self.rsa_name())
    }

    /// A further RSA key as published, with which nothing is signed.
    pub(super) fn second_jwk(&self) -> Value {
        named(self.second.jwk(), format!("second-{}", self.mark))
    }

    /// The EC key as published.
    pub(super) fn ec_jwk(&self) -> Value {
        let point = self.ec.public_key().as_ref();
        let jwk = json!({
            "kty": "EC",
            "use": "sig",
            "alg": "ES256",
            "crv": "P-256",
            "x": URL_SAFE_NO_PAD.encode(&point[1..33]),
            "y": URL_SAFE_NO_PAD.encode(&point[33..65]),
        });
        named(object(jwk), self.ec_name())
    }

    /// A compact JWS over these two texts.
    pub(super) fn seal(&self, header: &str, claims: &str, seal: Seal<'_>, damage: Damage) -> String {
        let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
        let mac = |secret: &[u8]| {
            hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), message.as_bytes()).as_ref().to_vec()
        };
        let mut signature = match seal {
            Seal::Rs256 => self.rsa.sign(message.as_bytes()),
            Seal::Strange => STRANGE.sign(message.as_bytes()),
            Seal::Es256 => {
                let signature = self.ec.sign(&SystemRandom::new(), message.as_bytes());
                signature.expect("a message can be signed").as_ref().to_vec()
            }
            Seal::MacOfPublicKey => mac(self.rsa.pem().as_bytes()),
            Seal::Mac(secret) => mac(secret.as_bytes()),
            Seal::Nobody => Vec::new(),
        };
        if damage == Damage::Turned {
            for octet in signature.iter_mut().skip(8).take(8) {
                *octet ^= 0x55;
            }
        }
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

fn named(mut jwk: Map<String, Value>, name: String) -> Value {
    jwk.insert("kid".into(), name.into());
    Value::Object(jwk)
}
