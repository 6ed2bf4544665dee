//! Each check of a proof, one at a time, against a proof that is right otherwise.

use super::*;
use jsonwebtoken::EncodingKey;
use serde_json::{Value, json};

const NOW_MS: i64 = 1_800_000_000_500;
const NOW_S: i64 = 1_800_000_000;

struct Pane {
    signer: EncodingKey,
    jwk: Value,
}

impl Pane {
    fn new() -> Self {
        let pair = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap();
        let point = pair.public_key_raw();
        let jwk = json!({
            "kty": "EC", "crv": "P-256", "ext": true, "key_ops": ["verify"],
            "x": URL_SAFE_NO_PAD.encode(&point[1..33]), "y": URL_SAFE_NO_PAD.encode(&point[33..]),
        });
        Self { signer: EncodingKey::from_ec_der(&pair.serialize_der()), jwk }
    }

    fn sign(&self, header: &Value, claims: &Value) -> String {
        let message =
            format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(claims.to_string()));
        let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &self.signer, Algorithm::ES256).unwrap();
        format!("{message}.{signature}")
    }

    fn header(&self) -> Value {
        json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": self.jwk })
    }
}

fn claims() -> Value {
    let ath = URL_SAFE_NO_PAD.encode(Sha256::digest("token"));
    json!({ "jti": "1", "htm": "GET", "htu": "https://a.example/api/session", "iat": NOW_S, "ath": ath })
}

fn check(proof: &str) -> Result<Thumbprint, ProofError> {
    Proofs::default().check(proof, expected(NOW_MS))
}

fn expected(now_ms: i64) -> Expected<'static> {
    Expected { method: "GET", address: "https://a.example/api/session", token: Some("token"), now_ms }
}

fn with(mut value: Value, name: &str, new: Value) -> Value {
    value[name] = new;
    value
}

#[test]
fn a_right_proof_names_its_key() {
    let pane = Pane::new();
    let first = check(&pane.sign(&pane.header(), &claims())).unwrap();
    let second = check(&pane.sign(&pane.header(), &with(claims(), "jti", json!("2")))).unwrap();
    assert_eq!(first.require(&second), Ok(()));
    let other = Pane::new();
    let third = check(&other.sign(&other.header(), &claims())).unwrap();
    assert_eq!(first.require(&third), Err(ProofError::OtherKey));
}

#[test]
fn each_wrong_claim_is_refused() {
    let pane = Pane::new();
    for (name, value, error) in [
        ("htm", json!("POST"), ProofError::Method),
        ("htu", json!("https://b.example/api/session"), ProofError::Address),
        ("htu", json!("https://a.example/api/saves"), ProofError::Address),
        ("iat", json!(NOW_S - 61), ProofError::Time),
        ("iat", json!(NOW_S + 6), ProofError::Time),
        ("ath", json!("x"), ProofError::Token),
        ("ath", Value::Null, ProofError::Token),
        ("jti", json!(""), ProofError::Form),
        ("iat", json!("now"), ProofError::Form),
    ] {
        assert_eq!(check(&pane.sign(&pane.header(), &with(claims(), name, value))), Err(error), "{name}");
    }
}

#[test]
fn each_wrong_header_is_refused() {
    let pane = Pane::new();
    let private = with(pane.jwk.clone(), "d", json!("AAAA"));
    let short = with(pane.jwk.clone(), "x", json!("AAAA"));
    let curve = with(pane.jwk.clone(), "crv", json!("P-384"));
    for (name, value, error) in [
        ("typ", json!("JWT"), ProofError::Form),
        ("alg", json!("none"), ProofError::Algorithm),
        ("alg", json!("HS256"), ProofError::Algorithm),
        ("jwk", private, ProofError::Key),
        ("jwk", short, ProofError::Key),
        ("jwk", curve, ProofError::Key),
        ("jwk", Pane::new().jwk, ProofError::Signature),
    ] {
        assert_eq!(check(&pane.sign(&with(pane.header(), name, value), &claims())), Err(error), "{name}");
    }
}

#[test]
fn a_proof_works_once() {
    let pane = Pane::new();
    let proofs = Proofs::default();
    let proof = pane.sign(&pane.header(), &claims());
    assert!(proofs.check(&proof, expected(NOW_MS)).is_ok());
    assert_eq!(proofs.check(&proof, expected(NOW_MS + 59_000)), Err(ProofError::Replay));
    assert_eq!(proofs.check(&proof, expected(NOW_MS + 62_000)), Err(ProofError::Time));
}

#[test]
fn a_full_memory_is_not_the_pane_s_fault_and_frees_itself() {
    let proofs = Proofs::default();
    let key = Thumbprint("key".to_owned());
    let claims = |number: usize, iat: i64| Claims {
        jti: number.to_string(),
        htm: String::new(),
        htu: String::new(),
        iat,
        ath: None,
    };
    for number in 0..REMEMBERED_MAX {
        assert_eq!(proofs.remember(&key, &claims(number, NOW_S), NOW_MS), Ok(()));
    }
    let one_more = claims(REMEMBERED_MAX, NOW_S + 5);
    assert_eq!(proofs.remember(&key, &one_more, NOW_MS + 59_000), Err(ProofError::Full));
    assert_eq!(proofs.remember(&key, &claims(7, NOW_S), NOW_MS + 60_000), Err(ProofError::Replay), "still known");
    let failure = ProofError::Full.failure(|| unreachable!("the proof is not at fault"));
    assert_eq!((failure.problem.code, failure.problem.retry_after_s), (ProblemCode::Busy, Some(1)));
    assert_eq!(proofs.remember(&key, &one_more, NOW_MS + 61_000), Ok(()), "the old are over");
    assert_eq!(proofs.remember(&key, &one_more, NOW_MS + 61_000), Err(ProofError::Replay));
}

#[test]
fn noise_is_refused_without_fuss() {
    let long = "a.".repeat(5_000);
    for proof in ["", ".", "..", "a.b.c", "e30.e30.e30", long.as_str()] {
        assert_eq!(check(proof), Err(ProofError::Form), "{proof}");
    }
}

#[test]
fn a_proof_that_must_be_understood_in_a_special_way_is_refused() {
    let pane = Pane::new();
    let mut header = pane.header();
    header["crit"] = json!(["b64"]);
    header["b64"] = json!(true);
    assert_eq!(check(&pane.sign(&header, &claims())), Err(ProofError::Form));
}
