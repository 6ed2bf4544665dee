//! Tokens bound to a key of the browser.

use crate::world::{PASSWORD, STAFF, World, answer, sign_in};
use api::{GetMe, Me, Problem, ProblemCode, SignedIn};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey};
use reqwest::RequestBuilder;
use serde_json::json;
use server::config::KeyBinding;
use sha2::{Digest as _, Sha256};
use sim::imis::Settings;

/// A key that cannot leave the browser.
pub(crate) struct BrowserKey {
    signer: EncodingKey,
    jwk: serde_json::Value,
}

impl BrowserKey {
    pub(crate) fn new() -> Self {
        let pair = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap();
        let point = pair.public_key_raw();
        let (x, y) = (URL_SAFE_NO_PAD.encode(&point[1..33]), URL_SAFE_NO_PAD.encode(&point[33..]));
        let jwk = json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y });
        Self { signer: EncodingKey::from_ec_der(&pair.serialize_der()), jwk }
    }

    pub(crate) fn proof(&self, world: &World, method: &str, path: &str, token: Option<&str>) -> String {
        let mut claims = json!({
            "jti": uuid::Uuid::new_v4().to_string(), "htm": method,
            "htu": format!("{}{path}", world.url), "iat": world.now_ms() / 1000,
        });
        if let Some(token) = token {
            claims["ath"] = json!(URL_SAFE_NO_PAD.encode(Sha256::digest(token)));
        }
        let header = json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": self.jwk });
        let message =
            format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(claims.to_string()));
        let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &self.signer, Algorithm::ES256).unwrap();
        format!("{message}.{signature}")
    }
}

pub(crate) async fn bound(world: &World, browser: &BrowserKey) -> SignedIn {
    let proof = browser.proof(world, "POST", "/api/session", None);
    answer(world.call(&sign_in(STAFF, PASSWORD)).header("dpop", proof)).await.unwrap()
}

fn ask(world: &World, scheme: &str, token: &str, proof: Option<&str>) -> RequestBuilder {
    let request = world.call(&GetMe).header("authorization", format!("{scheme} {token}"));
    match proof {
        Some(proof) => request.header("dpop", proof),
        None => request,
    }
}

async fn refused(request: RequestBuilder) {
    assert_eq!(answer::<Me>(request).await, Err(Problem::new(ProblemCode::SignedOut)));
}

#[tokio::test]
async fn a_bound_token_works_with_its_key_and_with_nothing_else() {
    let world = World::new().await;
    let (browser, thief) = (BrowserKey::new(), BrowserKey::new());
    let signed_in = bound(&world, &browser).await;
    assert!(signed_in.key_bound);
    let token = signed_in.token.0.as_str();
    let proof = browser.proof(&world, "GET", "/api/session", Some(token));
    assert_eq!(answer::<Me>(ask(&world, "DPoP", token, Some(&proof))).await.unwrap(), signed_in.me);
    refused(ask(&world, "DPoP", token, Some(&proof))).await;
    refused(ask(&world, "DPoP", token, None)).await;
    refused(ask(&world, "Bearer", token, None)).await;
    let fresh = browser.proof(&world, "GET", "/api/session", Some(token));
    refused(ask(&world, "Bearer", token, Some(&fresh))).await;
    for proof in [
        thief.proof(&world, "GET", "/api/session", Some(token)),
        browser.proof(&world, "GET", "/api/session", None),
        browser.proof(&world, "DELETE", "/api/session", Some(token)),
        browser.proof(&world, "GET", "/api/save-targets", Some(token)),
    ] {
        refused(ask(&world, "DPoP", token, Some(&proof))).await;
    }
}

#[tokio::test]
async fn a_proof_at_sign_in_must_be_right_before_imis_is_asked() {
    let world = World::new().await;
    let proof = BrowserKey::new().proof(&world, "GET", "/api/session", None);
    let request = world.call(&sign_in(STAFF, PASSWORD)).header("dpop", proof);
    let problem = answer::<SignedIn>(request).await.unwrap_err();
    assert_eq!((problem.code, problem.field.as_deref()), (ProblemCode::Invalid, Some("dpop")));
    assert!(world.imis.ledger().requests().is_empty());
}

#[tokio::test]
async fn where_keys_are_required_nobody_signs_in_without() {
    let world = World::with(Settings::default(), |config| config.key_binding = KeyBinding::Required).await;
    assert_eq!(world.try_sign_in(STAFF, PASSWORD).await.unwrap_err().field.as_deref(), Some("dpop"));
    assert!(bound(&world, &BrowserKey::new()).await.key_bound);
}

#[tokio::test]
async fn where_keys_are_off_a_proof_binds_nothing() {
    let world = World::with(Settings::default(), |config| config.key_binding = KeyBinding::Off).await;
    let signed_in = bound(&world, &BrowserKey::new()).await;
    assert!(!signed_in.key_bound);
    assert!(answer::<Me>(ask(&world, "Bearer", &signed_in.token.0, None)).await.is_ok());
}

#[tokio::test]
async fn a_bound_session_stays_bound_even_when_the_store_forgets_it() {
    let world = World::new().await;
    let token = bound(&world, &BrowserKey::new()).await.token.0;
    let file = format!("sqlite://{}", world.data().join("imis-outlook.sqlite").display());
    let pool = sqlx::SqlitePool::connect(&file).await.unwrap();
    sqlx::query("UPDATE session SET thumbprint = NULL").execute(&pool).await.unwrap();
    refused(ask(&world, "Bearer", &token, None)).await;
}

#[tokio::test]
async fn a_sign_in_with_a_bad_proof_counts_for_its_address() {
    let world = World::with(Settings::default(), |config| config.limits.sign_ins_per_address = 1).await;
    let bad = || answer::<SignedIn>(world.call(&sign_in(STAFF, PASSWORD)).header("dpop", "x"));
    assert_eq!(bad().await.unwrap_err().code, ProblemCode::Invalid);
    assert_eq!(bad().await.unwrap_err().code, ProblemCode::Busy);
}
