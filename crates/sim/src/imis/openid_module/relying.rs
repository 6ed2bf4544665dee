//! The protocol with the provider: the way there, the code's exchange, and the ID token.
//!
//! Invariant: only algorithms with a public key are taken, and the key comes from the provider's own document.

use axum::http::{StatusCode, header};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header, jwk::JwkSet};
use serde::Deserialize;
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};
use url::{Url, form_urlencoded};

use super::{
    super::{
        World,
        answer::{Answer, Outcome},
        markup,
        website::Visit,
    },
    LoginHint, Pending,
};

/// Binds a way to the provider to the browser that began it.
pub(super) const COOKIE: &str = "OpenId";

const ALGORITHMS: &[Algorithm] = &[
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];

/// Why nobody was signed in; shown to the person.
#[derive(Debug, thiserror::Error)]
pub(super) enum Problem {
    #[error("Your organization's sign-in service cannot be reached.")]
    Unreachable(#[from] reqwest::Error),
    #[error("Your organization's sign-in service is not the one that was set up.")]
    OtherAuthority,
    #[error("Your organization's sign-in service refused: {0}.")]
    Refused(String),
    #[error("Your organization's sign-in service sent an ID token that is not valid.")]
    IdToken,
}

/// What is used of a discovery document.
#[derive(Debug, Deserialize)]
struct Discovery {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    userinfo_endpoint: Option<String>,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Vec<String>,
}

/// The claims of an ID token that was found good.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(super) struct Claims(Map<String, Value>);

impl Claims {
    /// A claim with something in it, as text.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        let text = match self.0.get(name)? {
            Value::String(text) => text.trim().to_owned(),
            Value::Number(number) => number.to_string(),
            _ => return None,
        };
        (!text.is_empty()).then_some(text)
    }

    /// First and last name, from one claim where there are not two.
    pub(super) fn names(&self) -> Option<(String, String)> {
        if let (Some(first), Some(last)) = (self.text("given_name"), self.text("family_name")) {
            return Some((first, last));
        }
        let name = self.text("name")?;
        let (first, last) = name.rsplit_once(' ').unwrap_or(("", &name));
        Some((first.trim().to_owned(), last.to_owned()))
    }

    /// Adds claims that are not there yet.
    fn add(&mut self, more: Self) {
        for (name, value) in more.0 {
            self.0.entry(name).or_insert(value);
        }
    }

    /// Whether a claim is this value or a list with it, as application roles are.
    pub(super) fn holds(&self, name: &str, value: &str) -> bool {
        match self.0.get(name) {
            Some(Value::Array(list)) => list.iter().any(|one| one.as_str() == Some(value)),
            Some(Value::Bool(flag)) => flag.to_string() == value,
            _ => self.text(name).as_deref() == Some(value),
        }
    }
}

fn random() -> String {
    let mut random = [0_u8; 32];
    getrandom::fill(&mut random).expect("the system has random bytes");
    URL_SAFE_NO_PAD.encode(random)
}

async fn discover(http: &reqwest::Client, pending: &Pending) -> Result<Discovery, Problem> {
    let answer = http.get(pending.module.well_known_url.clone()).send().await?.error_for_status()?;
    let found: Discovery = answer.json().await?;
    if found.issuer == pending.module.authority { Ok(found) } else { Err(Problem::OtherAuthority) }
}

/// Sends a browser to the provider, with the address that was typed.
pub(in super::super) async fn begin(world: &World, visit: &Visit<'_>, email: &str) -> Outcome {
    let module = world.openid().on().cloned().ok_or_else(|| Answer::not_found(""))?;
    let pending = Pending {
        browser: random(),
        nonce: random(),
        verifier: random(),
        redirect_uri: module.redirect_login_uri.clone().unwrap_or_else(|| world.url.clone()),
        return_url: visit.return_url(),
        module,
    };
    let refused = |problem: Problem| Answer::html(StatusCode::OK, markup::error(&problem.to_string()));
    let http = world.outside().map_err(|problem| refused(problem.into()))?;
    let provider = discover(&http, &pending).await.map_err(refused)?;
    let state = random();
    let mut url = Url::parse(&provider.authorization_endpoint).map_err(|_| refused(Problem::OtherAuthority))?;
    url.query_pairs_mut()
        .append_pair("response_type", "code")
        .append_pair("client_id", &pending.module.client_id)
        .append_pair("redirect_uri", pending.redirect_uri.as_str())
        .append_pair("scope", "openid profile email")
        .append_pair("state", &state)
        .append_pair("nonce", &pending.nonce)
        .append_pair("code_challenge_method", "S256")
        .append_pair("code_challenge", &URL_SAFE_NO_PAD.encode(Sha256::digest(pending.verifier.as_bytes())));
    if pending.module.login_hint == LoginHint::Set && !email.is_empty() {
        url.query_pairs_mut().append_pair("login_hint", email);
    }
    let cookie = format!("{COOKIE}={}; Path=/; HttpOnly; SameSite=Lax", pending.browser);
    world.openid().pending.insert(state, pending);
    Ok(Answer::redirect(StatusCode::FOUND, url.as_str()).with(header::SET_COOKIE, &cookie))
}

/// Exchanges the code of the provider's answer, and gives the claims of the ID token.
pub(super) async fn claims(world: &World, visit: &Visit<'_>, pending: &Pending) -> Result<Claims, Problem> {
    if let Some(error) = visit.in_query("error") {
        return Err(Problem::Refused(error));
    }
    // RFC 9207, where the provider says who it is.
    if visit.in_query("iss").is_some_and(|issuer| issuer != pending.module.authority) {
        return Err(Problem::OtherAuthority);
    }
    let code = visit.in_query("code").ok_or_else(|| Problem::Refused("no code".to_owned()))?;
    let http = world.outside()?;
    let provider = discover(&http, pending).await?;
    let tokens = exchange(&http, &provider, pending, &code).await?;
    let keys: JwkSet = http.get(&provider.jwks_uri).send().await?.error_for_status()?.json().await?;
    let mut claims = verify(&tokens.id_token, &keys, pending)?;
    if let (Some(endpoint), Some(token)) = (&provider.userinfo_endpoint, &tokens.access_token) {
        let more: Claims = http.get(endpoint).bearer_auth(token).send().await?.error_for_status()?.json().await?;
        if more.text("sub") == claims.text("sub") {
            claims.add(more);
        }
    }
    Ok(claims)
}

/// What the provider gave for a code.
struct Tokens {
    id_token: String,
    access_token: Option<String>,
}

async fn exchange(
    http: &reqwest::Client,
    provider: &Discovery,
    pending: &Pending,
    code: &str,
) -> Result<Tokens, Problem> {
    #[derive(Deserialize)]
    struct Body {
        id_token: Option<String>,
        access_token: Option<String>,
        error: Option<String>,
    }
    let (id, secret) = (pending.module.client_id.as_str(), pending.module.client_secret.as_str());
    let mut form = vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", pending.redirect_uri.as_str()),
        ("code_verifier", &pending.verifier),
    ];
    let mut request = http.post(&provider.token_endpoint);
    let methods = &provider.token_endpoint_auth_methods_supported;
    if methods.is_empty() || methods.iter().any(|method| method == "client_secret_basic") {
        // RFC 6749 §2.3.1: both are encoded as in a form first.
        let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        request = request.basic_auth(encoded(id), Some(encoded(secret)));
    } else {
        form.extend([("client_id", id), ("client_secret", secret)]);
    }
    let body: Body = request.form(&form).send().await?.json().await?;
    let access_token = body.access_token;
    match body.id_token {
        Some(id_token) => Ok(Tokens { id_token, access_token }),
        None => Err(Problem::Refused(body.error.unwrap_or_else(|| "no ID token".to_owned()))),
    }
}

fn verify(token: &str, keys: &JwkSet, pending: &Pending) -> Result<Claims, Problem> {
    let head = decode_header(token).map_err(|_| Problem::IdToken)?;
    let key = match &head.kid {
        Some(kid) => keys.find(kid),
        None if keys.keys.len() == 1 => keys.keys.first(),
        None => None,
    };
    let key = DecodingKey::from_jwk(key.ok_or(Problem::IdToken)?).map_err(|_| Problem::IdToken)?;
    if !ALGORITHMS.contains(&head.alg) {
        return Err(Problem::IdToken);
    }
    let mut validation = Validation::new(head.alg);
    validation.set_issuer(&[&pending.module.authority]);
    validation.set_audience(&[&pending.module.client_id]);
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    let claims: Claims = decode(token, &key, &validation).map_err(|_| Problem::IdToken)?.claims;
    if claims.text("nonce").as_deref() == Some(&pending.nonce) { Ok(claims) } else { Err(Problem::IdToken) }
}
