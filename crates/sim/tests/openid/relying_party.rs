//! A relying party of a few lines, written for these tests alone.
//!
//! Invariant: it follows the discovery document and reads what came without judging it.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{DecodingKey, Validation, jwk::JwkSet};
use reqwest::{RequestBuilder, Response, StatusCode, header, redirect::Policy};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};
use sim::openid::{Client, Running, Settings};
use std::sync::Mutex;
use url::Url;

pub(crate) const PASSWORD: &str = sim::imis::people::PASSWORD;
pub(crate) const REDIRECT: &str = "http://127.0.0.1:9/auth/cgs/openid";
pub(crate) const SIGNED_OUT: &str = "http://127.0.0.1:9/auth/cgs/signed-out";
pub(crate) const VERIFIER: &str = "the-verifier-of-these-tests-is-long-enough-0123456789";
pub(crate) const STATE: &str = "state-of-these-tests";
pub(crate) const NONCE: &str = "nonce-of-these-tests";

/// A provider that knows the client `server`.
pub(crate) async fn provider() -> Running {
    provider_with(Settings::default()).await
}

/// The same with other settings.
pub(crate) async fn provider_with(settings: Settings) -> Running {
    let running = sim::openid::start(settings).await.unwrap();
    running.register_client(client());
    running
}

pub(crate) fn client() -> Client {
    Client::new("server", REDIRECT).post_logout(SIGNED_OUT)
}

pub(crate) type Fields = Vec<(String, String)>;

pub(crate) fn field<'fields>(fields: &'fields Fields, name: &str) -> Option<&'fields str> {
    fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
}

/// A browser and the relying party behind it.
pub(crate) struct Party<'op> {
    pub(crate) op: &'op Running,
    pub(crate) http: reqwest::Client,
    pub(crate) client: Client,
    cookie: Mutex<Option<String>>,
}

impl<'op> Party<'op> {
    pub(crate) fn of(op: &'op Running) -> Self {
        Self::with(op, client())
    }

    /// With another client.
    pub(crate) fn with(op: &'op Running, client: Client) -> Self {
        let http = reqwest::Client::builder().redirect(Policy::none()).no_proxy().build().unwrap();
        Self { op, http, client, cookie: Mutex::new(None) }
    }

    pub(crate) async fn discovery(&self) -> Value {
        self.http.get(self.op.discovery_url()).send().await.unwrap().json().await.unwrap()
    }

    pub(crate) async fn endpoint(&self, name: &str) -> String {
        self.discovery().await[name].as_str().unwrap().to_owned()
    }

    pub(crate) async fn keys(&self) -> Value {
        let url = self.endpoint("jwks_uri").await;
        self.http.get(url).send().await.unwrap().json().await.unwrap()
    }

    /// Sends as the browser would: with the provider's cookie, which is kept when it is set.
    pub(crate) async fn browse(&self, request: RequestBuilder) -> Response {
        let cookie = self.cookie.lock().unwrap().clone();
        let request = match cookie {
            Some(cookie) => request.header(header::COOKIE, cookie),
            None => request,
        };
        let response = request.send().await.unwrap();
        if let Some(cookie) = response.headers().get(header::SET_COOKIE) {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap().to_owned();
            *self.cookie.lock().unwrap() = Some(pair).filter(|pair| !pair.ends_with('='));
        }
        response
    }

    /// A right authorization request, with these fields in the place of its own; an empty one is left out.
    pub(crate) async fn authorization(&self, other: &[(&str, &str)]) -> RequestBuilder {
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER));
        let mut fields = vec![
            ("response_type", "code"),
            ("client_id", self.client.id.as_str()),
            ("redirect_uri", REDIRECT),
            ("scope", "openid profile email offline_access"),
            ("state", STATE),
            ("nonce", NONCE),
            ("code_challenge", challenge.as_str()),
            ("code_challenge_method", "S256"),
        ];
        fields.retain(|(name, _)| other.iter().all(|(own, _)| own != name));
        fields.extend(other.iter().filter(|(_, value)| !value.is_empty()));
        self.http.get(self.endpoint("authorization_endpoint").await).query(&fields)
    }

    pub(crate) async fn authorize(&self, other: &[(&str, &str)]) -> Response {
        self.browse(self.authorization(other).await).await
    }

    /// Types name and password into the page.
    pub(crate) async fn type_in(&self, page: Response, name: &str, password: &str) -> Response {
        assert_eq!(page.status(), StatusCode::OK, "no sign-in page");
        let page = page.text().await.unwrap();
        let action = attribute(&page, "action=\"");
        let interaction = attribute(&page, "name=\"interaction\" value=\"");
        let to = format!("http://{}{action}", self.op.address());
        let form = [("interaction", interaction.as_str()), ("username", name), ("password", password)];
        self.browse(self.http.post(to).form(&form)).await
    }

    /// Signs in by the page and gives back what the browser brings to the redirect URI.
    pub(crate) async fn sign_in(&self, other: &[(&str, &str)]) -> Fields {
        let page = self.authorize(other).await;
        landed(&self.type_in(page, "STAFF1", PASSWORD).await)
    }

    /// Asks the token endpoint by Basic.
    pub(crate) async fn token(&self, fields: &[(&str, &str)]) -> Response {
        let encoded = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let endpoint = self.endpoint("token_endpoint").await;
        let request = self.http.post(endpoint).form(fields);
        request.basic_auth(encoded(&self.client.id), Some(encoded(&self.client.secret))).send().await.unwrap()
    }

    pub(crate) async fn redeem(&self, code: &str) -> Response {
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", REDIRECT),
            ("code_verifier", VERIFIER),
        ];
        self.token(&fields).await
    }

    pub(crate) async fn refresh(&self, token: &str) -> Response {
        self.token(&[("grant_type", "refresh_token"), ("refresh_token", token)]).await
    }

    /// The whole way to the token endpoint's answer.
    pub(crate) async fn tokens(&self) -> Value {
        let landed = self.sign_in(&[]).await;
        let answer = self.redeem(field(&landed, "code").unwrap()).await;
        assert_eq!(answer.status(), StatusCode::OK);
        answer.json().await.unwrap()
    }

    pub(crate) async fn userinfo(&self, access_token: &str) -> Response {
        let endpoint = self.endpoint("userinfo_endpoint").await;
        self.http.get(endpoint).bearer_auth(access_token).send().await.unwrap()
    }

    /// The claims of a token whose signature fits the published key it names.
    pub(crate) async fn verified(&self, token: &str) -> Option<Map<String, Value>> {
        let keys: JwkSet = serde_json::from_value(self.keys().await).unwrap();
        let header = jsonwebtoken::decode_header(token).ok()?;
        let key = DecodingKey::from_jwk(keys.find(&header.kid?)?).ok()?;
        let mut validation = Validation::new(header.alg);
        validation.validate_aud = false;
        validation.validate_exp = false;
        validation.required_spec_claims.clear();
        jsonwebtoken::decode(token, &key, &validation).ok().map(|data| data.claims)
    }
}

/// What the browser brings to the redirect URI.
pub(crate) fn landed(response: &Response) -> Fields {
    let to = location(response);
    assert!(to.as_str().starts_with(REDIRECT), "sent to {to}");
    to.query_pairs().into_owned().collect()
}

pub(crate) fn location(response: &Response) -> Url {
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    Url::parse(response.headers()[header::LOCATION].to_str().unwrap()).unwrap()
}

/// What stands after this text up to the next quotation mark.
pub(crate) fn attribute(page: &str, before: &str) -> String {
    let start = page.find(before).unwrap_or_else(|| panic!("no {before} in {page}")) + before.len();
    page[start..].split('"').next().unwrap().replace("&amp;", "&")
}

/// Header and claims of a token as they are, whoever signed it.
pub(crate) fn opened(token: &str) -> Option<[Map<String, Value>; 2]> {
    let mut parts = token.split('.');
    let mut part = || serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts.next()?).ok()?).ok();
    Some([part()?, part()?])
}
