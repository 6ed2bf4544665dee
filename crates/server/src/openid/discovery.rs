//! The provider's description of itself. It is believed only where its issuer
//! equals the authority URL letter for letter, and sends the server only where
//! the settings let it.

use super::address::Reach;
use super::error::{Endpoint, OpenIdError};
use super::fetch::Web;
use super::jws::Algorithm;
use crate::Clock;
use crate::config::OpenIdConnect;
use serde::Deserialize;
use std::sync::{Arc, PoisonError, RwLock};
use tokio::sync::Mutex;
use url::Url;

/// How long a document is used before it is asked for again.
const FRESH_MS: i64 = 60 * 60 * 1000;
/// How soon it is asked for again when that failed: with a former one at hand, and without.
const AGAIN_MS: i64 = 60 * 1000;
const AGAIN_WITHOUT_MS: i64 = 5 * 1000;

/// What is used of the description, checked.
#[derive(Clone, Debug)]
pub(super) struct Document {
    pub(super) issuer: String,
    pub(super) authorization: Url,
    pub(super) token: Url,
    pub(super) keys: Url,
    pub(super) userinfo: Option<Url>,
    pub(super) end_session: Option<Url>,
    /// What the provider signs ID tokens with, as far as we take it.
    pub(super) algorithms: Vec<Algorithm>,
    pub(super) client_authentication: ClientAuthentication,
    pub(super) answers: Answers,
}

/// How the client's secret goes to the token endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ClientAuthentication {
    /// `client_secret_basic`.
    Basic,
    /// `client_secret_post`.
    Post,
}

/// Whether the provider's answers name their issuer (RFC 9207).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answers {
    /// They always do.
    NameTheIssuer,
    /// They may.
    MayNameTheIssuer,
}

/// The document of one provider, as it was read last.
#[derive(Debug)]
pub(super) struct Discovery {
    well_known: Url,
    authority: String,
    reach: Reach,
    held: RwLock<Option<Held>>,
    /// One asks at a time; when it was asked last without success, and why.
    failed: Mutex<Option<(i64, OpenIdError)>>,
}

#[derive(Clone, Debug)]
struct Held {
    document: Arc<Document>,
    read_ms: i64,
}

/// The document as it is written.
#[derive(Deserialize)]
struct Wire {
    issuer: String,
    authorization_endpoint: Option<String>,
    token_endpoint: Option<String>,
    jwks_uri: Option<String>,
    userinfo_endpoint: Option<String>,
    end_session_endpoint: Option<String>,
    id_token_signing_alg_values_supported: Option<Vec<String>>,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    code_challenge_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

impl Discovery {
    /// Nothing is read yet.
    pub(super) fn new(settings: &OpenIdConnect, reach: Reach) -> Self {
        Self {
            well_known: settings.well_known_url.clone(),
            authority: settings.authority_url.clone(),
            reach,
            held: RwLock::default(),
            failed: Mutex::default(),
        }
    }

    /// The document: the one at hand while it is fresh, else a new one, and the
    /// former one again while the provider is down.
    pub(super) async fn document(&self, web: &Web, clock: &Clock) -> Result<Arc<Document>, OpenIdError> {
        if let Some(document) = self.fresh(clock) {
            return Ok(document);
        }
        let mut failed = self.failed.lock().await;
        if let Some(document) = self.fresh(clock) {
            return Ok(document);
        }
        let held = self.held();
        let now_ms = clock.now_ms();
        let wait_ms = if held.is_some() { AGAIN_MS } else { AGAIN_WITHOUT_MS };
        let error = match *failed {
            Some((failed_ms, error)) if now_ms.abs_diff(failed_ms) < wait_ms.unsigned_abs() => error,
            _ => match self.read(web).await {
                Ok(document) => {
                    let document = Arc::new(document);
                    *failed = None;
                    let held = Held { document: Arc::clone(&document), read_ms: now_ms };
                    *self.held.write().unwrap_or_else(PoisonError::into_inner) = Some(held);
                    return Ok(document);
                }
                Err(error) => {
                    tracing::warn!(reason = error.code(), "the OpenID provider's discovery document was not taken");
                    *failed = Some((now_ms, error));
                    error
                }
            },
        };
        match held {
            Some(held) if is_down(error) => Ok(held.document),
            _ => Err(error),
        }
    }

    async fn read(&self, web: &Web) -> Result<Document, OpenIdError> {
        let wire: Wire = web.json(Endpoint::Discovery, &self.well_known).await?;
        if wire.issuer != self.authority {
            return Err(OpenIdError::DiscoveryIssuerMismatch);
        }
        let optional = |named: &Option<String>, endpoint| {
            let read = |text: &String| self.reach.endpoint(text).ok_or(OpenIdError::EndpointRefused(endpoint));
            named.as_ref().map(read).transpose()
        };
        let required =
            |named: &Option<String>, endpoint| optional(named, endpoint)?.ok_or(OpenIdError::EndpointMissing(endpoint));
        let s256 = wire.code_challenge_methods_supported.as_ref();
        if !s256.is_some_and(|methods| methods.iter().any(|method| method == "S256")) {
            tracing::warn!(
                issuer = self.authority,
                "the OpenID provider does not say that it takes S256; it is sent it"
            );
        }
        Ok(Document {
            authorization: required(&wire.authorization_endpoint, Endpoint::Authorization)?,
            token: required(&wire.token_endpoint, Endpoint::Token)?,
            keys: required(&wire.jwks_uri, Endpoint::Keys)?,
            userinfo: optional(&wire.userinfo_endpoint, Endpoint::Userinfo)?,
            end_session: optional(&wire.end_session_endpoint, Endpoint::EndSession)?,
            algorithms: algorithms(wire.id_token_signing_alg_values_supported.as_deref())?,
            client_authentication: client_authentication(wire.token_endpoint_auth_methods_supported.as_deref())?,
            answers: if wire.authorization_response_iss_parameter_supported {
                Answers::NameTheIssuer
            } else {
                Answers::MayNameTheIssuer
            },
            issuer: wire.issuer,
        })
    }

    fn held(&self) -> Option<Held> {
        self.held.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn fresh(&self, clock: &Clock) -> Option<Arc<Document>> {
        let held = self.held()?;
        (clock.now_ms().abs_diff(held.read_ms) < FRESH_MS.unsigned_abs()).then_some(held.document)
    }
}

/// Whether it is the provider's absence rather than its word that is at fault.
const fn is_down(error: OpenIdError) -> bool {
    matches!(
        error,
        OpenIdError::Unreachable(_)
            | OpenIdError::TooSlow(_)
            | OpenIdError::TooLarge(_)
            | OpenIdError::Status(_, _)
            | OpenIdError::Unreadable(_)
    )
}

fn algorithms(named: Option<&[String]>) -> Result<Vec<Algorithm>, OpenIdError> {
    // Every provider must sign with RS256 (OpenID Connect Discovery §3).
    let Some(named) = named else { return Ok(vec![Algorithm::Rs256]) };
    let taken: Vec<Algorithm> = named.iter().filter_map(|name| Algorithm::named(name)).collect();
    if taken.is_empty() { Err(OpenIdError::NoAlgorithm) } else { Ok(taken) }
}

fn client_authentication(named: Option<&[String]>) -> Result<ClientAuthentication, OpenIdError> {
    let Some(named) = named else { return Ok(ClientAuthentication::Basic) };
    let takes = |method: &str| named.iter().any(|name| name == method);
    match () {
        () if takes("client_secret_basic") => Ok(ClientAuthentication::Basic),
        () if takes("client_secret_post") => Ok(ClientAuthentication::Post),
        () => Err(OpenIdError::NoClientAuthentication),
    }
}
