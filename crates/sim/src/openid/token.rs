//! The token endpoint.
//!
//! Invariant: nothing is issued but to the client that a code or refresh token was made for, with its secret and,
//! for a code, the verifier of its challenge.

use axum::http::{StatusCode, header};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use url::form_urlencoded;

use super::{
    Fault, RefreshTokens,
    answer::{self, Answer},
    id_token::{self, Occasion},
    keys::object,
    page, random,
    serve::Call,
    world::{State, Ticket, World},
};

/// How long a refresh token lives.
const REFRESH_S: i64 = 30 * 86_400;

/// POST of the token endpoint.
pub(super) async fn token(world: &World, call: &Call) -> (Option<String>, Answer) {
    let (client, fault, answer, slow) = {
        let mut state = world.state();
        if call.has_duplicates() {
            return (None, Refusal("invalid_request", "a parameter came twice").answer());
        }
        let client = match authenticated(&state, call) {
            Ok(client) => client,
            Err(refusal) => return (None, refusal.answer()),
        };
        let fault = state.fault(Some(&client));
        let answer = issued(world, &mut state, call, &client, fault).unwrap_or_else(Refusal::answer);
        (client, fault, answer, state.settings.slow)
    };
    let answer = match fault {
        Some(Fault::TokenHtml) => answer::html(StatusCode::OK, page::message("Sign in", "Please sign in.")),
        Some(Fault::TokenRedirect) => answer::redirect(StatusCode::TEMPORARY_REDIRECT, &world.trap("token")),
        Some(Fault::TokenServerError) => {
            answer::error(StatusCode::INTERNAL_SERVER_ERROR, "server_error", "something broke")
        }
        Some(Fault::TokenEndless) => answer::endless(),
        Some(Fault::TokenSlow) => {
            tokio::time::sleep(slow).await;
            answer
        }
        _ => answer,
    };
    (Some(client), answer)
}

/// Why nothing is issued, in the words of RFC 6749 5.2: code and description.
#[derive(Debug, Clone, Copy)]
struct Refusal(&'static str, &'static str);

impl Refusal {
    const CLIENT: Self = Self("invalid_client", "client authentication failed");

    fn answer(self) -> Answer {
        match self {
            Self("invalid_client", _) => answer::invalid_client(),
            Self(code, description) => answer::error(StatusCode::BAD_REQUEST, code, description),
        }
    }
}

/// The client that proved its secret, by Basic or in the form (RFC 6749 2.3.1).
fn authenticated(state: &State, call: &Call) -> Result<String, Refusal> {
    let basic = call.header(header::AUTHORIZATION).map(basic);
    let (id, secret, by_form) = match (basic, call.posted("client_secret")) {
        (Some(_), Some(_)) => return Err(Refusal("invalid_request", "the client authenticated twice")),
        (Some(Some((id, secret))), None) => (id, secret, false),
        (None, Some(secret)) => (call.posted("client_id").unwrap_or_default().to_owned(), secret.to_owned(), true),
        (Some(None) | None, None) => return Err(Refusal::CLIENT),
    };
    let client = state.client(&id).filter(|client| client.secret == secret);
    let client = client.ok_or(Refusal::CLIENT)?.id.clone();
    if call.posted("client_id").is_some_and(|named| named != client) {
        return Err(Refusal("invalid_request", "the client named another"));
    }
    match state.fault(Some(&client)) {
        Some(Fault::InvalidClient) => Err(Refusal::CLIENT),
        Some(Fault::ClientSecretBasic) if by_form => Err(Refusal::CLIENT),
        _ => Ok(client),
    }
}

/// Id and secret of a Basic header; each is form-encoded on its own before they are put together.
fn basic(header: &str) -> Option<(String, String)> {
    let (scheme, credentials) = header.split_once(' ')?;
    let text = String::from_utf8(STANDARD.decode(credentials.trim()).ok()?).ok()?;
    let (id, secret) = text.split_once(':').filter(|_| scheme.eq_ignore_ascii_case("Basic"))?;
    let decoded = |text: &str| -> Option<String> {
        let mut pairs = form_urlencoded::parse(text.as_bytes());
        let (name, value) = pairs.next()?;
        (value.is_empty() && pairs.next().is_none()).then(|| name.into_owned())
    };
    Some((decoded(id)?, decoded(secret)?))
}

/// Whose grant was taken back, or is to be refused.
const GONE: Refusal = Refusal("invalid_grant", "the grant is gone");

/// What the request gives.
fn issued(
    world: &World,
    state: &mut State,
    call: &Call,
    client: &str,
    fault: Option<Fault>,
) -> Result<Answer, Refusal> {
    let (grant, occasion) = match call.posted("grant_type") {
        Some("authorization_code") => (redeemed(state, call, client)?, Occasion::SignIn),
        Some("refresh_token") => (refreshed(state, call, client)?, Occasion::Refresh),
        Some(_) => return Err(Refusal("unsupported_grant_type", "neither a code nor a refresh token")),
        None => return Err(Refusal("invalid_request", "there is no grant type")),
    };
    if state.user(&state.grants[grant].user).is_none() {
        return Err(GONE);
    }
    match (fault, occasion) {
        (Some(Fault::InvalidGrant), _) | (Some(Fault::RefreshTokenRefused), Occasion::Refresh) => return Err(GONE),
        (Some(Fault::SigningKeyRotationJustBeforeSigning), _) => state.rotate(),
        _ => {}
    }
    let ttl = i64::try_from(state.settings.token_ttl.as_secs()).unwrap_or(i64::MAX);
    let access = format!("CANARY-OA-{}", random(24));
    let expires = state.now().saturating_add(ttl);
    state.access_tokens.insert(access.clone(), Ticket { grant, expires, spent: false });
    let mut members = object(json!({ "access_token": access, "token_type": "Bearer", "expires_in": ttl }));
    if let Some(token) = refresh_token(state, grant) {
        members.insert("refresh_token".to_owned(), token.into());
    }
    let token = id_token::minted(world, state, grant, &access, occasion, fault);
    if let Some(token) = token {
        state.id_tokens.insert(token.clone(), grant);
        members.insert("id_token".to_owned(), token.into());
    }
    members.insert("scope".to_owned(), state.grants[grant].scopes.join(" ").into());
    Ok(worded(members, fault))
}

/// What the faults make of a good answer.
fn worded(mut members: Map<String, Value>, fault: Option<Fault>) -> Answer {
    match fault {
        Some(Fault::TokenTypeCase) => members.insert("token_type".to_owned(), json!("bEARER")),
        Some(Fault::TokenOtherType) => members.insert("token_type".to_owned(), json!("carrier-pigeon")),
        Some(Fault::NoExpiresIn) => members.remove("expires_in"),
        Some(Fault::AccessTokenMissing) => members.remove("access_token"),
        _ => None,
    };
    let mut text = Value::Object(members).to_string();
    if fault == Some(Fault::TokenTruncated) {
        text.truncate(text.len() * 2 / 3);
    }
    answer::with(StatusCode::OK, "application/json", text)
}

/// The grant of a code, which is then spent (RFC 6749 4.1.3, RFC 7636 4.6).
fn redeemed(state: &mut State, call: &Call, client: &str) -> Result<usize, Refusal> {
    let bad = |description| Refusal("invalid_grant", description);
    let code = call.posted("code").ok_or(Refusal("invalid_request", "there is no code"))?;
    let verifier = call.posted("code_verifier").unwrap_or_default();
    let now = state.now();
    let State { codes, grants, .. } = state;
    let code = codes.get_mut(code).ok_or_else(|| bad("the code is not known"))?;
    let grant = &mut grants[code.grant];
    if grant.client != client {
        return Err(bad("the code is another client's"));
    }
    if code.spent {
        grant.revoked = true;
        return Err(bad("the code was redeemed before"));
    }
    code.spent = true;
    if grant.revoked || code.expires <= now {
        return Err(bad("the code is too old"));
    }
    if call.posted("redirect_uri") != Some(code.redirect_uri.as_str()) {
        return Err(bad("the redirect URI is another"));
    }
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
    if !(43..=128).contains(&verifier.len()) || challenge != code.challenge {
        return Err(bad("the verifier does not fit the challenge"));
    }
    Ok(code.grant)
}

/// The grant of a refresh token, which is then spent (RFC 9700 4.14).
fn refreshed(state: &mut State, call: &Call, client: &str) -> Result<usize, Refusal> {
    let bad = |description| Refusal("invalid_grant", description);
    let token = call.posted("refresh_token").ok_or(Refusal("invalid_request", "there is no refresh token"))?;
    let now = state.now();
    let State { refresh_tokens, grants, .. } = state;
    let ticket = refresh_tokens.get_mut(token).ok_or_else(|| bad("the refresh token is not known"))?;
    let grant = &mut grants[ticket.grant];
    if grant.client != client {
        return Err(bad("the refresh token is another client's"));
    }
    if ticket.spent {
        grant.revoked = true;
        return Err(bad("the refresh token was used before"));
    }
    if grant.revoked || ticket.expires <= now {
        return Err(bad("the refresh token is too old"));
    }
    ticket.spent = true;
    Ok(ticket.grant)
}

fn refresh_token(state: &mut State, grant: usize) -> Option<String> {
    let given = match state.settings.refresh_tokens {
        RefreshTokens::WhenAsked => state.grants[grant].has("offline_access"),
        RefreshTokens::Always => true,
        RefreshTokens::Never => false,
    };
    given.then(|| {
        let token = format!("CANARY-OR-{}", random(24));
        let expires = state.now() + REFRESH_S;
        state.refresh_tokens.insert(token.clone(), Ticket { grant, expires, spent: false });
        token
    })
}
