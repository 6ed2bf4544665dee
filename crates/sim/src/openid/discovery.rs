//! The discovery document and the key set.
//!
//! Invariant: what is advertised is what is done.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{
    Fault, Signing,
    answer::{self, Answer},
    keys::{Rsa, object},
    page, random,
    world::{State, World},
};

/// The discovery document (OpenID Connect Discovery 4.2).
pub(super) fn document(world: &World, state: &State) -> Answer {
    let fault = state.fault(None);
    match fault {
        Some(Fault::DiscoveryDown) => {
            return answer::error(StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable", "no time");
        }
        Some(Fault::DiscoveryHtml) => return answer::html(StatusCode::OK, page::message("Sign in", "Not here.")),
        Some(Fault::DiscoveryHuge) => return answer::endless(),
        Some(Fault::DiscoveryRedirect) => {
            return answer::redirect(StatusCode::TEMPORARY_REDIRECT, &world.trap("discovery"));
        }
        _ => {}
    }
    let issuer = &world.issuer;
    // Where the endpoints are is said here alone, so they may be elsewhere the next time.
    let base = if fault == Some(Fault::DiscoveryOpenIdConfig) { format!("{issuer}/moved") } else { issuer.clone() };
    let mut document = object(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{base}/authorize"),
        "token_endpoint": format!("{base}/token"),
        "userinfo_endpoint": format!("{base}/userinfo"),
        "end_session_endpoint": format!("{base}/logout"),
        "jwks_uri": format!("{base}/jwks"),
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query", "form_post"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": algorithms(state, fault),
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "code_challenge_methods_supported": ["S256"],
        "prompt_values_supported": ["none", "login", "select_account", "consent"],
        "claims_supported": claims(state),
        "authorization_response_iss_parameter_supported": true,
        "backchannel_logout_supported": true,
        "backchannel_logout_session_supported": true,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
        "claims_parameter_supported": false,
    }));
    let port = world.port;
    let path = &world.path;
    let mut set = |name: &str, value: Value| document.insert(name.to_owned(), value);
    match fault {
        Some(Fault::DiscoveryIssuerMismatch) => set("issuer", json!(format!("{issuer}/other"))),
        Some(Fault::DiscoveryJwksUriKeys) => set("jwks_uri", json!(format!("{issuer}/jwks/{}", random(9)))),
        Some(Fault::DiscoveryElsewhere) => {
            set("token_endpoint", json!(format!("http://op.elsewhere.test:{port}{path}/token")))
        }
        Some(Fault::JwksElsewhere) => set("jwks_uri", json!(format!("http://keys.elsewhere.test:{port}{path}/jwks"))),
        Some(Fault::ClientSecretBasic) => set("token_endpoint_auth_methods_supported", json!(["client_secret_basic"])),
        _ => None,
    };
    answer::json(StatusCode::OK, &Value::Object(document))
}

fn algorithms(state: &State, fault: Option<Fault>) -> Value {
    match (state.settings.signing, fault) {
        (Signing::Es256, _) | (_, Some(Fault::InvalidSigEs256)) => json!(["RS256", "ES256"]),
        (Signing::Rs256, _) => json!(["RS256"]),
    }
}

fn claims(state: &State) -> Value {
    let settings = &state.settings;
    let own = [settings.external_id_claim.as_str(), settings.staff_claim.as_str()];
    let standard = ["sub", "name", "preferred_username", "email", "email_verified", "auth_time", "sid"];
    standard.into_iter().chain(own).collect()
}

/// The key set.
pub(super) fn keys(state: &State) -> Answer {
    let keys = &state.keys;
    let set = match state.fault(None) {
        Some(Fault::JwksDown) => {
            return answer::error(StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable", "no time");
        }
        Some(Fault::JwksHuge) => return answer::endless(),
        Some(Fault::JwksEmpty) => json!([]),
        Some(Fault::KidAbsentSingleJwks) => match state.settings.signing {
            Signing::Rs256 => json!([keys.rsa_jwk()]),
            Signing::Es256 => json!([keys.ec_jwk()]),
        },
        Some(Fault::KidAbsentMultipleJwks) => json!([keys.second_jwk(), keys.rsa_jwk(), keys.ec_jwk()]),
        Some(Fault::JwksWeak) => json!([
            { "kty": "AKP", "alg": "ML-DSA-65", "pub": "AAAA", "kid": "later" },
            { "kty": "OKP", "crv": "X25519", "x": "AAAA", "use": "enc", "kid": "sealing" },
            { "kty": "oct", "alg": "HS256", "k": "AAAA", "kid": "secret" },
            { "kid": "nothing" },
            keys.rsa_jwk(),
            keys.ec_jwk(),
        ]),
        _ => json!([keys.rsa_jwk(), keys.ec_jwk()]),
    };
    answer::json(StatusCode::OK, &json!({ "keys": set }))
}

/// What whoever walks into the trap finds: the forger's key set.
pub(super) fn trap() -> Answer {
    let mut jwk = Rsa::strange().jwk();
    jwk.insert("kid".to_owned(), json!("strange"));
    answer::json(StatusCode::OK, &json!({ "keys": [jwk] }))
}
