//! A stand-in provider, its client, and a browser to go between them.

use super::browser::Browser;
use crate::Clock;
use crate::config::{OpenIdConnect, OpenIdMode, ProviderType, StaffClaim};
use crate::openid::{Asked, Identity, Limits, OpenIdError, Prompt, Provider};
use sim::openid::{ClaimsIn, Client, Endpoint, Running, Settings};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use url::Url;

const CLIENT: &str = "outlook";
const PASSWORD: &[(&str, &str)] = &[("username", "STAFF1"), ("password", sim::imis::people::PASSWORD)];

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
        let (turned, system) = (Arc::clone(&turned_ms), Clock::system());
        let clock = Clock::new(move || system.now_ms() + turned.load(Ordering::Relaxed));
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
        let (url, asked) = self.provider.begin(Some("staff1@association.example"), prompt).await?;
        Ok((self.browser.bring_home(&url, PASSWORD).await, asked))
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
    let limits = Limits { answer: Duration::from_secs(2), ..Limits::default() };
    Provider::new(settings, home.clone(), clock.clone(), limits).unwrap()
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
