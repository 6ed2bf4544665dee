//! A stand-in provider, its client, and a browser to go between them.

use super::browser::Browser;
use crate::Clock;
use crate::config::{OpenIdConnect, OpenIdMode, ProviderType, StaffClaim};
use crate::openid::{Asked, Identity, Limits, LogoutNotice, OpenIdError, Provider};
use sim::openid::{ClaimsIn, Client, Endpoint, Running, Settings};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use url::Url;

const CLIENT: &str = "outlook";
const PASSWORD: &[(&str, &str)] = &[("username", "STAFF1"), ("password", sim::imis::people::PASSWORD)];

/// How much the provider may ask of the person.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Prompt {
    Usual,
    Nothing,
}

impl Prompt {
    /// The same address with the wish in it.
    pub(super) fn on(self, mut url: Url) -> Url {
        if self == Self::Nothing {
            url.query_pairs_mut().append_pair("prompt", "none");
        }
        url
    }
}

/// Whether a notice ends the session that began with this identity: all that it names must be the same.
pub(super) fn is_about(notice: &LogoutNotice, identity: &Identity) -> bool {
    notice.issuer == identity.issuer
        && notice.subject.as_ref().is_none_or(|subject| *subject == identity.subject)
        && notice.session.as_ref().is_none_or(|session| Some(session) == identity.session.as_ref())
}

pub(super) struct World {
    pub(super) op: Running,
    pub(super) provider: Provider,
    pub(super) browser: Browser,
    settings: OpenIdConnect,
    home: Url,
    clock: Clock,
    turned_ms: Arc<AtomicI64>,
}

impl World {
    pub(super) async fn new() -> Self {
        // Whoever is refused must not have been asked about: so userinfo is always wanted.
        Self::with(Settings { claims: ClaimsIn::UserInfo, ..Settings::default() }).await
    }

    pub(super) async fn with(mut settings: Settings) -> Self {
        let home = Url::parse("http://127.0.0.1:9/auth/main/openid").unwrap();
        let client = Client::new(CLIENT, home.as_str())
            .post_logout("http://127.0.0.1:9/auth/main/signed-out")
            // Nobody listens there: the tests take the tokens from what the provider says it sent.
            .backchannel("http://127.0.0.1:9/auth/main/openid/logout");
        let secret = client.secret.clone();
        settings.clients.push(client);
        let op = sim::openid::start(settings).await.unwrap();
        let turned_ms = Arc::new(AtomicI64::new(0));
        // Stands still unless it is turned, so that a slow machine changes nothing.
        let (turned, began_ms) = (Arc::clone(&turned_ms), Clock::system().now_ms());
        let clock = Clock::new(move || began_ms + turned.load(Ordering::Relaxed));
        let settings = settings_for(&op.issuer(), &op.discovery_url(), CLIENT, &secret);
        let provider = provider(&settings, &home, &clock);
        Self { op, provider, browser: Browser::new(&home), settings, home, clock, turned_ms }
    }

    /// A relying party with the same settings that has read nothing yet.
    pub(super) fn another(&self) -> Provider {
        provider(&self.settings, &self.home, &self.clock)
    }

    /// Turns the relying party's clock on.
    pub(super) fn turn(&self, milliseconds: i64) {
        self.turned_ms.fetch_add(milliseconds, Ordering::Relaxed);
    }

    pub(super) async fn sign_in(&mut self) -> Result<Identity, OpenIdError> {
        let (query, asked) = self.bring_home(Prompt::Usual).await?;
        self.provider.finish(&query, &asked).await
    }

    /// Up to the point where the browser is back with us.
    pub(super) async fn bring_home(&mut self, prompt: Prompt) -> Result<(String, Asked), OpenIdError> {
        let (url, asked) = self.provider.begin(Some("staff1@association.example")).await?;
        Ok((self.browser.bring_home(&prompt.on(url), PASSWORD).await, asked))
    }

    /// The logout token that the provider would post about the person.
    pub(super) async fn logout_token(&self) -> String {
        self.op.send_logout_token(CLIENT, "STAFF1").await.unwrap().token
    }

    pub(super) fn asked_at(&self, endpoint: Endpoint) -> usize {
        self.op.ledger().count(endpoint)
    }
}

fn provider(settings: &OpenIdConnect, home: &Url, clock: &Clock) -> Provider {
    Provider::new(settings, home.clone(), clock.clone(), Limits::default()).unwrap()
}

/// Settings as an administrator would enter them.
pub(super) fn settings_for(issuer: &str, well_known: &Url, client: &str, secret: &str) -> OpenIdConnect {
    OpenIdConnect {
        mode: OpenIdMode::Test,
        provider_type: ProviderType::Other,
        name: "Association".to_owned(),
        client_id: client.to_owned(),
        client_secret: secret.into(),
        well_known_url: well_known.clone(),
        authority_url: issuer.to_owned(),
        external_id_claim_type: "external_id".to_owned(),
        set_login_hint: true,
        staff_claim: Some(StaffClaim { claim_type: "roles".to_owned(), value: "staff".to_owned() }),
        endpoint_hosts: Vec::new(),
        allow_private: false,
        sign_out_at_provider: true,
    }
}
