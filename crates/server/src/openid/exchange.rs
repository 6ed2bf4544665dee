//! A code becomes tokens: once, with the verifier and the client's secret, and at
//! no address but the one that was checked.

use super::Provider;
use super::discovery::{ClientAuthentication, Document};
use super::error::{Endpoint, OpenIdError};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::{StatusCode, header::HeaderValue};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use url::form_urlencoded::byte_serialize;
use zeroize::Zeroizing;

/// What the token endpoint gave.
pub(super) struct Tokens {
    pub(super) access_token: SecretString,
    pub(super) id_token: SecretString,
}

#[derive(Deserialize)]
struct Wire {
    access_token: Option<String>,
    token_type: Option<String>,
    id_token: Option<String>,
}

#[derive(Deserialize)]
struct Refusal {
    error: String,
}

impl Provider {
    pub(super) async fn exchange(
        &self,
        document: &Document,
        code: &str,
        verifier: &str,
    ) -> Result<Tokens, OpenIdError> {
        let settings = &self.0.settings;
        let secret = settings.client_secret.expose_secret();
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", self.0.redirect.as_str()),
            ("code_verifier", verifier),
        ];
        let authorization = match document.client_authentication {
            ClientAuthentication::Basic => Some(basic(&settings.client_id, secret)?),
            ClientAuthentication::Post => {
                form.extend([("client_id", settings.client_id.as_str()), ("client_secret", secret)]);
                None
            }
        };
        let fetched = self.0.web.post(Endpoint::Token, &document.token, &form, authorization).await?;
        if fetched.status != StatusCode::OK {
            let refusal = fetched.json::<Refusal>().ok();
            return Err(match refusal.as_ref().map(|refusal| refusal.error.as_str()) {
                Some("invalid_grant") => OpenIdError::CodeRefused,
                Some("invalid_client" | "unauthorized_client") => OpenIdError::ClientRefused,
                _ => OpenIdError::Status(Endpoint::Token, fetched.status.as_u16()),
            });
        }
        let wire: Wire = fetched.json()?;
        let there = |token: Option<String>| token.filter(|token| !token.is_empty()).map(SecretString::from);
        let access_token = there(wire.access_token).ok_or(OpenIdError::AccessTokenMissing)?;
        if !wire.token_type.is_some_and(|kind| kind.eq_ignore_ascii_case("bearer")) {
            return Err(OpenIdError::TokenType);
        }
        let id_token = there(wire.id_token).ok_or(OpenIdError::IdTokenMissing)?;
        Ok(Tokens { access_token, id_token })
    }
}

/// Id and secret are form-encoded first (RFC 6749 §2.3.1), so that a colon in them is no end.
fn basic(client_id: &str, secret: &str) -> Result<HeaderValue, OpenIdError> {
    let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    let pair = Zeroizing::new(format!("{}:{}", encoded(client_id), encoded(secret)));
    let value = Zeroizing::new(format!("Basic {}", STANDARD.encode(pair.as_bytes())));
    let mut value = HeaderValue::from_str(&value).map_err(|_| OpenIdError::Client)?;
    value.set_sensitive(true);
    Ok(value)
}
