//! Asking a provider over HTTP: no redirect is followed, no proxy used, nothing
//! asked twice, and no answer is longer or slower than its bound.

use super::address::{NoAddress, Reach};
use super::error::{Endpoint, OpenIdError};
use reqwest::{RequestBuilder, StatusCode, header};
use serde::de::DeserializeOwned;
use std::error::Error as _;
use std::time::Duration;
use url::Url;

/// How long and how much (`security.md §5.2`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limits {
    /// A whole exchange.
    pub(crate) answer: Duration,
    /// Until the connection stands.
    pub(crate) connect: Duration,
    /// Longest body.
    pub(crate) body_max_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { answer: Duration::from_secs(5), connect: Duration::from_secs(3), body_max_bytes: 1024 * 1024 }
    }
}

/// Asks. Copies share it.
#[derive(Clone, Debug)]
pub(super) struct Web {
    client: reqwest::Client,
    reach: Reach,
    limits: Limits,
}

/// What came back.
pub(super) struct Fetched {
    pub(super) status: StatusCode,
    /// The media type, without parameters, in small letters.
    pub(super) media_type: String,
    pub(super) body: Vec<u8>,
    endpoint: Endpoint,
}

impl Web {
    /// A client that reaches no further than `reach`.
    pub(super) fn new(reach: Reach, limits: Limits) -> Result<Self, OpenIdError> {
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            .referer(false)
            .dns_resolver(std::sync::Arc::new(reach.clone()))
            // Each connection is a new one, to an address that was just looked at.
            .pool_max_idle_per_host(0)
            .connect_timeout(limits.connect)
            .timeout(limits.answer)
            .user_agent("imis-for-outlook")
            .build()
            .map_err(|_| OpenIdError::Client)?;
        Ok(Self { client, reach, limits })
    }

    /// Reads a JSON document.
    pub(super) async fn json<T: DeserializeOwned>(&self, endpoint: Endpoint, url: &Url) -> Result<T, OpenIdError> {
        let request = self.client.get(url.clone()).header(header::ACCEPT, "application/json");
        let fetched = self.send(endpoint, url, request).await?;
        if fetched.status != StatusCode::OK {
            return Err(OpenIdError::Status(endpoint, fetched.status.as_u16()));
        }
        fetched.json()
    }

    /// Posts a form once.
    pub(super) async fn post(
        &self,
        endpoint: Endpoint,
        url: &Url,
        form: &[(&str, &str)],
        authorization: Option<header::HeaderValue>,
    ) -> Result<Fetched, OpenIdError> {
        let mut request = self.client.post(url.clone()).header(header::ACCEPT, "application/json").form(form);
        if let Some(authorization) = authorization {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        self.send(endpoint, url, request).await
    }

    /// Reads with an access token.
    pub(super) async fn bearer(&self, endpoint: Endpoint, url: &Url, token: &str) -> Result<Fetched, OpenIdError> {
        let request = self.client.get(url.clone()).bearer_auth(token);
        self.send(endpoint, url, request.header(header::ACCEPT, "application/json")).await
    }

    async fn send(&self, endpoint: Endpoint, url: &Url, request: RequestBuilder) -> Result<Fetched, OpenIdError> {
        if !self.reach.permits_literal(url) {
            return Err(OpenIdError::AddressRefused(endpoint));
        }
        let answer = request.send().await.map_err(|error| unsent(endpoint, error))?;
        let status = answer.status();
        let media_type = answer.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let media_type = media_type.and_then(|value| value.split(';').next()).unwrap_or_default();
        let media_type = media_type.trim().to_ascii_lowercase();
        let body = self.body(endpoint, answer).await?;
        Ok(Fetched { status, media_type, body, endpoint })
    }

    async fn body(&self, endpoint: Endpoint, mut answer: reqwest::Response) -> Result<Vec<u8>, OpenIdError> {
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|error| unsent(endpoint, error))? {
            if body.len() + chunk.len() > self.limits.body_max_bytes {
                return Err(OpenIdError::TooLarge(endpoint));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }
}

impl Fetched {
    /// The body as JSON.
    pub(super) fn json<T: DeserializeOwned>(&self) -> Result<T, OpenIdError> {
        serde_json::from_slice(&self.body).map_err(|_| OpenIdError::Unreadable(self.endpoint))
    }
}

fn unsent(endpoint: Endpoint, error: reqwest::Error) -> OpenIdError {
    let error = error.without_url();
    let mut refused = false;
    let mut reasons = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        refused |= inner.is::<NoAddress>();
        reasons = format!("{reasons}: {inner}");
        cause = inner.source();
    }
    tracing::warn!(%endpoint, reasons, "the OpenID provider was not reached");
    match () {
        () if refused => OpenIdError::AddressRefused(endpoint),
        () if error.is_timeout() => OpenIdError::TooSlow(endpoint),
        () => OpenIdError::Unreachable(endpoint),
    }
}
