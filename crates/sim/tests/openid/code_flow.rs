//! Signing in by authorization code, and what is refused.

use reqwest::{StatusCode, header};
use serde_json::{Value, json};
use sim::openid::{ClaimsIn, Endpoint, RefreshTokens, Settings, Signing};

use super::relying_party::{
    NONCE, PASSWORD, Party, REDIRECT, STATE, VERIFIER, field, landed, opened, provider, provider_with,
};

#[tokio::test]
async fn a_person_signs_in_and_the_client_learns_who_it_is() {
    let op = provider().await;
    let party = Party::of(&op);
    let fields = party.sign_in(&[]).await;
    assert_eq!(field(&fields, "state"), Some(STATE));
    assert_eq!(field(&fields, "iss"), Some(op.issuer().as_str()));
    let code = field(&fields, "code").unwrap();
    assert!(code.starts_with("CANARY-OC-"));

    let answer = party.redeem(code).await;
    assert_eq!(answer.headers()[header::CACHE_CONTROL], "no-store");
    let answer: Value = answer.json().await.unwrap();
    assert_eq!(answer["token_type"], "Bearer");
    assert!(answer["access_token"].as_str().unwrap().starts_with("CANARY-OA-"));
    assert!(answer["refresh_token"].as_str().unwrap().starts_with("CANARY-OR-"));

    let claims = party.verified(answer["id_token"].as_str().unwrap()).await.unwrap();
    assert_eq!(claims["iss"], op.issuer());
    assert_eq!(claims["aud"], "server");
    assert_eq!(claims["sub"], "subject-of-staff1");
    assert_eq!(claims["nonce"], NONCE);
    assert_eq!(claims["external_id"], "directory-192");

    let person: Value = party.userinfo(answer["access_token"].as_str().unwrap()).await.json().await.unwrap();
    assert_eq!(
        person,
        json!({
            "sub": "subject-of-staff1",
            "name": "Hannah Weiss",
            "preferred_username": "STAFF1",
            "email": "hannah.weiss@association.example",
            "email_verified": true,
            "external_id": "directory-192",
            "roles": ["staff"],
        })
    );
    assert_eq!(op.trap_hits(), 0);
    let redeemed = &op.ledger().at(Endpoint::Token)[0];
    assert_eq!(redeemed.field("code_verifier"), Some(VERIFIER));
    assert_eq!(redeemed.client.as_deref(), Some("server"));
    assert_eq!(redeemed.status, 200);
}
