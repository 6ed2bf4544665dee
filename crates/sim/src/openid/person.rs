//! What is told of a person, and the userinfo endpoint.
//!
//! Invariant: a claim is told only to who asked for its scope; external ID and roles go with `openid`, for the
//! organisation set them up for its clients.

use axum::http::{StatusCode, header};
use serde_json::{Map, Value, json};

use super::{
    ClaimsIn, Fault, User,
    answer::{self, Answer},
    keys::{Damage, Seal},
    page,
    serve::Call,
    world::{Grant, State, World},
};

/// Where claims are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    IdToken,
    UserInfo,
}

/// The claims about a person that stand in this place.
pub(super) fn claims(
    state: &State,
    user: &User,
    grant: &Grant,
    fault: Option<Fault>,
    place: Place,
) -> Map<String, Value> {
    let told = match (state.settings.claims, fault) {
        (_, Some(Fault::ScopeUserInfoClaims)) | (ClaimsIn::UserInfo, _) => place == Place::UserInfo,
        (ClaimsIn::IdToken, _) => place == Place::IdToken,
        (ClaimsIn::Both, _) => true,
    };
    let mut claims = Map::new();
    if !told {
        return claims;
    }
    let mut say = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            claims.insert(name.to_owned(), value);
        }
    };
    if grant.has("profile") {
        say("name", Some(json!(user.full_name)));
        say("preferred_username", Some(json!(user.name)));
    }
    if grant.has("email") {
        say("email", user.email.as_ref().map(|email| json!(email)));
        say("email_verified", user.email_verified.map(Value::Bool));
    }
    say(&state.settings.external_id_claim, user.external_id.as_ref().map(|id| json!(id)));
    say(&state.settings.staff_claim, Some(json!(user.roles)));
    claims.extend(user.more.clone());
    if let Some(fault) = fault {
        disguise(&mut claims, &state.settings.external_id_claim, fault);
    }
    claims
}

/// What the faults make of who it is.
fn disguise(claims: &mut Map<String, Value>, external_id: &str, fault: Fault) {
    let email = claims.get("email").and_then(Value::as_str).unwrap_or_default().to_owned();
    let replaced = match fault {
        Fault::ExternalIdMissing | Fault::EmailUnverified | Fault::EmailMissing => email.clone(),
        Fault::EmailSeveralAts => format!("{email}@elsewhere.example"),
        Fault::EmailList => format!("{email},somebody@elsewhere.example"),
        Fault::EmailUpperCase => email.to_ascii_uppercase(),
        Fault::ExternalIdList => {
            let first = claims.get(external_id).cloned().unwrap_or_default();
            claims.insert(external_id.to_owned(), json!([first, "somebody-else"]));
            return;
        }
        _ => return,
    };
    claims.remove(external_id);
    if fault == Fault::EmailMissing {
        claims.remove("email");
        claims.remove("email_verified");
    } else if !email.is_empty() {
        claims.insert("email".to_owned(), json!(replaced));
        claims.insert("email_verified".to_owned(), json!(fault != Fault::EmailUnverified));
    }
}

/// GET or POST of the userinfo endpoint (OpenID Connect Core 5.3).
pub(super) fn userinfo(world: &World, call: &Call) -> (Option<String>, Answer) {
    let state = world.state();
    let bearer = call.header(header::AUTHORIZATION).and_then(|value| value.split_once(' '));
    let bearer = bearer.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("Bearer")).map(|(_, token)| token.trim());
    // RFC 6750 2: one way of the two.
    let ((Some(token), None) | (None, Some(token))) = (bearer, call.posted("access_token")) else {
        return (None, answer::invalid_token());
    };
    let now = state.now();
    let ticket = state.access_tokens.get(token).filter(|ticket| ticket.expires > now);
    let Some(grant) = ticket.map(|ticket| &state.grants[ticket.grant]).filter(|grant| !grant.revoked) else {
        return (None, answer::invalid_token());
    };
    let client = Some(grant.client.clone());
    let Some(user) = state.user(&grant.user) else { return (client, answer::invalid_token()) };
    let fault = state.fault(Some(&grant.client));
    let mut claims = claims(&state, user, grant, fault, Place::UserInfo);
    claims.insert("sub".to_owned(), json!(user.sub));
    let answer = match fault {
        Some(Fault::UserInfoServerError) => {
            answer::error(StatusCode::INTERNAL_SERVER_ERROR, "server_error", "something broke")
        }
        Some(Fault::UserInfoHtml) => answer::html(StatusCode::OK, page::message("Sign in", "Please sign in again.")),
        Some(Fault::UserInfoEndless) => answer::endless(),
        Some(Fault::UserInfoSigned) => {
            claims.insert("iss".to_owned(), json!(world.issuer));
            claims.insert("aud".to_owned(), json!(grant.client));
            let header = json!({ "alg": "RS256", "kid": state.keys.rsa_name() }).to_string();
            let token = state.keys.seal(&header, &Value::Object(claims).to_string(), Seal::Rs256, Damage::None);
            answer::with(StatusCode::OK, "application/jwt", token)
        }
        other => {
            match other {
                Some(Fault::UserInfoInvalidSub) => claims.insert("sub".to_owned(), json!("subject-of-nobody")),
                Some(Fault::UserInfoMissingSub) => claims.remove("sub"),
                _ => None,
            };
            answer::json(StatusCode::OK, &Value::Object(claims))
        }
    };
    (client, answer)
}
