//! The relying party: asks an organisation's own OpenID provider who somebody is
//! (`security.md §1.2` to `§1.4`).
//!
//! Nothing a provider or a browser says is believed before it is checked, every
//! check that fails ends the sign-in with a reason of its own, and nothing is
//! asked of the provider after a refusal. It knows no routes, no store and no iMIS.

mod address;
mod answer;
mod claims;
mod discovery;
mod error;
mod exchange;
mod fetch;
mod jws;
mod keys;
mod logout;
mod numeric_date;
mod person;
mod userinfo;

pub(crate) use error::{ErrorKind, OpenIdError};
pub(crate) use fetch::Limits;
pub(crate) use logout::LogoutNotice;
pub(crate) use person::Identity;

use crate::Clock;
use crate::config::OpenIdConnect;
use crate::seal::random;
use answer::Answer;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use discovery::{Discovery, Document};
use fetch::Web;
use keys::Keys;
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::fmt;
use std::sync::Arc;
use subtle::ConstantTimeEq as _;
use url::Url;
use zeroize::Zeroize as _;

/// A provider of a site. Copies share what was read of it.
#[derive(Clone)]
pub(crate) struct Provider(Arc<Inner>);

struct Inner {
    settings: OpenIdConnect,
    redirect: Url,
    clock: Clock,
    web: Web,
    discovery: Discovery,
    keys: Arc<Keys>,
}

/// What a sign-in under way must remember. Secret until it is over.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Asked {
    /// Comes back in the address.
    pub(crate) state: String,
    /// Comes back in the ID token.
    pub(crate) nonce: String,
    /// Proves at the token endpoint that the code was for us.
    pub(crate) verifier: String,
}

impl Provider {
    /// Takes up the settings; nothing is fetched yet. `redirect` is where the
    /// provider sends the browser back to.
    pub(crate) fn new(
        settings: &OpenIdConnect,
        redirect: Url,
        clock: Clock,
        limits: Limits,
    ) -> Result<Self, OpenIdError> {
        let reach = address::Reach::of(settings)?;
        let web = Web::new(reach.clone(), limits)?;
        let discovery = Discovery::new(settings, reach);
        let settings = settings.clone();
        Ok(Self(Arc::new(Inner { settings, redirect, clock, web, discovery, keys: Arc::default() })))
    }

    /// Where to send the browser, and what to remember until it is back.
    pub(crate) async fn begin(&self, login_hint: Option<&str>) -> Result<(Url, Asked), OpenIdError> {
        let document = self.document().await?;
        let asked = Asked::new();
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&asked.verifier));
        let mut url = document.authorization.clone();
        {
            let mut query = url.query_pairs_mut();
            query
                .append_pair("response_type", "code")
                .append_pair("response_mode", "query")
                .append_pair("client_id", &self.0.settings.client_id)
                .append_pair("redirect_uri", self.0.redirect.as_str())
                .append_pair("scope", "openid email profile")
                .append_pair("state", &asked.state)
                .append_pair("nonce", &asked.nonce)
                .append_pair("code_challenge", &challenge)
                .append_pair("code_challenge_method", "S256");
            if let Some(hint) = login_hint.filter(|_| self.0.settings.set_login_hint) {
                query.append_pair("login_hint", hint);
            }
        }
        Ok((url, asked))
    }

    /// Whether what the browser brought back answers this sign-in, whatever it says.
    pub(crate) fn is_answer(query: &str, asked: &Asked) -> Result<(), OpenIdError> {
        Answer::brings_state(query, &asked.state)
    }

    /// Takes what the browser brought back in the query of the redirect address.
    /// The code is used once; a failure of any kind is final for this sign-in.
    pub(crate) async fn finish(&self, query: &str, asked: &Asked) -> Result<Identity, OpenIdError> {
        let answer = Answer::read(query)?;
        answer.require_state(&asked.state)?;
        let document = self.document().await?;
        let code = answer.code(&document)?;
        let tokens = self.exchange(&document, &code, &asked.verifier).await?;
        let claims = self.verified(&document, tokens.id_token.expose_secret(), jws::Kind::Identity).await?;
        let expected = claims::Expected {
            issuer: &document.issuer,
            client_id: &self.0.settings.client_id,
            nonce: &asked.nonce,
            access_token: tokens.access_token.expose_secret(),
            now_ms: self.0.clock.now_ms(),
        };
        let subject = claims::check_id_token(&claims, &expected)?;
        let more = if person::is_complete(&claims, &self.0.settings) {
            None
        } else {
            self.userinfo(&document, tokens.access_token.expose_secret(), &subject).await?
        };
        Identity::read(&self.0.settings, tokens, subject, &claims, more.as_ref())
    }

    /// Checks a logout token that the provider posted. Whether it was used before
    /// is for the caller to find out, by [`LogoutNotice::jti`].
    pub(crate) async fn read_logout_token(&self, token: &str) -> Result<LogoutNotice, OpenIdError> {
        // Its form is looked at before anything is fetched for it.
        jws::Compact::read(token, jws::Kind::Logout)?;
        let document = self.document().await?;
        let claims = self.verified(&document, token, jws::Kind::Logout).await?;
        LogoutNotice::read(&claims, &document.issuer, &self.0.settings.client_id, self.0.clock.now_ms())
    }

    /// Where the browser ends the provider's own session, if the provider has such a page.
    pub(crate) async fn end_session(&self, id_token: Option<&str>, back: &Url, state: &str) -> Option<Url> {
        let mut url = self.document().await.ok()?.end_session.clone()?;
        {
            let mut query = url.query_pairs_mut();
            if let Some(id_token) = id_token {
                query.append_pair("id_token_hint", id_token);
            }
            query
                .append_pair("client_id", &self.0.settings.client_id)
                .append_pair("post_logout_redirect_uri", back.as_str())
                .append_pair("state", state);
        }
        Some(url)
    }

    /// Whether the browser comes back from [`Provider::end_session`] with the state it took along.
    pub(crate) fn signed_out(query: &str, state: &str) -> Result<(), OpenIdError> {
        Answer::read(query)?.require_state(state)
    }

    async fn document(&self) -> Result<Arc<Document>, OpenIdError> {
        self.0.discovery.document(&self.0.web, &self.0.clock).await
    }

    /// The claims of a signed token whose signature is good.
    async fn verified(&self, document: &Document, token: &str, kind: jws::Kind) -> Result<claims::Object, OpenIdError> {
        let token = jws::Compact::read(token, kind)?;
        let algorithm = token.algorithm(&document.algorithms)?;
        let Inner { web, keys, clock, .. } = &*self.0;
        let held = keys.held(web, &document.keys, clock).await?;
        let first = token.verify(&held, algorithm);
        let Err(OpenIdError::KeyUnknown | OpenIdError::Signature) = first else {
            return first;
        };
        // The provider may have new keys, under new names or old ones.
        match keys.newer(&held, web, clock).await {
            Some(newer) => token.verify(&newer, algorithm),
            None => first,
        }
    }
}

impl Asked {
    fn new() -> Self {
        let random = || URL_SAFE_NO_PAD.encode(random::<32>());
        Self { state: random(), nonce: random(), verifier: random() }
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        self.state.zeroize();
        self.nonce.zeroize();
        self.verifier.zeroize();
    }
}

impl fmt::Debug for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Asked(…)")
    }
}

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Provider").field(&self.0.settings.authority_url).finish()
    }
}

/// Whether two texts are equal, in a time that does not tell where they differ.
fn same(one: &str, other: &str) -> bool {
    one.as_bytes().ct_eq(other.as_bytes()).into()
}

#[cfg(test)]
mod tests;
