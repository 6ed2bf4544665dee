//! The provider's description of itself: whose it may be, and where it may lead.

use super::world::{World, settings_for};
use crate::Clock;
use crate::config::OpenIdConnect;
use crate::openid::address::Reach;
use crate::openid::error::Endpoint as Asked;
use crate::openid::fetch::Web;
use crate::openid::{ErrorKind, Limits, OpenIdError, Provider};
use sim::openid::{Endpoint, Fault};
use url::Url;

const HOUR_MS: i64 = 60 * 60 * 1000;

fn provider(settings: &OpenIdConnect) -> Result<Provider, OpenIdError> {
    let home = Url::parse("http://127.0.0.1:9/auth/main/openid").unwrap();
    Provider::new(settings, home, Clock::system(), Limits::default())
}

fn settings(issuer: &str, well_known: &str) -> OpenIdConnect {
    settings_for(issuer, &Url::parse(well_known).unwrap(), "outlook", "secret")
}

#[test]
fn settings_without_encryption_are_refused() {
    for (issuer, well_known) in [
        ("http://login.example.org", "https://login.example.org/.well-known/openid-configuration"),
        ("https://login.example.org", "http://login.example.org/.well-known/openid-configuration"),
        // A provider elsewhere does not make this machine its own.
        ("http://127.0.0.1:4000", "https://login.example.org/.well-known/openid-configuration"),
        ("not a URL", "https://login.example.org/.well-known/openid-configuration"),
        ("https://login.example.org", "file:///etc/passwd"),
    ] {
        let refused = provider(&settings(issuer, well_known)).unwrap_err();
        assert_eq!((refused, refused.kind()), (OpenIdError::SettingsNotSecure, ErrorKind::Settings), "{issuer}");
    }
}

#[tokio::test]
async fn the_issuer_must_be_the_authority_letter_for_letter() {
    let world = World::new().await;
    for issuer in [format!("{}/", world.op.issuer()), world.op.issuer().replace("127.0.0.1", "localhost")] {
        let refused = provider(&settings(&issuer, world.op.discovery_url().as_str())).unwrap().begin(None).await;
        assert_eq!(refused.unwrap_err(), OpenIdError::DiscoveryIssuerMismatch, "{issuer}");
    }
    let right = settings(&world.op.issuer(), world.op.discovery_url().as_str());
    assert!(provider(&right).unwrap().begin(None).await.is_ok());
}

#[tokio::test]
async fn an_address_inside_the_network_is_not_asked() {
    for well_known in
        ["https://10.255.255.1/.well-known/openid-configuration", "https://169.254.169.254/latest/meta-data"]
    {
        let refused = provider(&settings("https://10.255.255.1", well_known)).unwrap().begin(None).await;
        assert_eq!(refused.unwrap_err(), OpenIdError::AddressRefused(Asked::Discovery), "{well_known}");
    }
    // A name that leads to this machine, where the provider is elsewhere by the settings.
    let world = World::new().await;
    let elsewhere = settings("https://login.example.org", "https://login.example.org/.well-known/openid-configuration");
    let web = Web::new(Reach::of(&elsewhere).unwrap(), Limits::default()).unwrap();
    for host in ["localhost", "127.0.0.1"] {
        let mut url = world.op.discovery_url();
        url.set_host(Some(host)).unwrap();
        let refused = web.json::<serde_json::Value>(Asked::Discovery, &url).await;
        assert_eq!(refused.unwrap_err(), OpenIdError::AddressRefused(Asked::Discovery), "{host}");
    }
    assert_eq!(world.asked_at(Endpoint::Discovery), 0);
}

#[tokio::test]
async fn the_document_is_read_once_an_hour_and_kept_while_the_provider_is_down() {
    let mut world = World::new().await;
    world.sign_in().await.unwrap();
    world.sign_in().await.unwrap();
    assert_eq!(world.asked_at(Endpoint::Discovery), 1);
    world.turn(HOUR_MS + 1000);
    world.op.turn_clock(HOUR_MS / 1000 + 1);
    world.op.set_fault(Some(Fault::DiscoveryDown));
    world.sign_in().await.unwrap();
    world.sign_in().await.unwrap();
    assert_eq!(world.asked_at(Endpoint::Discovery), 2, "a provider that is down is not asked at every turn");
    world.turn(61_000);
    world.op.turn_clock(61);
    world.op.set_fault(Some(Fault::DiscoveryIssuerMismatch));
    assert_eq!(world.sign_in().await.unwrap_err(), OpenIdError::DiscoveryIssuerMismatch);
}

#[tokio::test]
async fn a_provider_that_was_down_at_first_is_asked_again_soon() {
    let mut world = World::new().await;
    world.op.set_fault(Some(Fault::DiscoveryDown));
    for _ in 0..20 {
        let error = world.sign_in().await.unwrap_err();
        assert_eq!((error, error.kind()), (OpenIdError::Status(Asked::Discovery, 503), ErrorKind::Unavailable));
    }
    assert_eq!(world.asked_at(Endpoint::Discovery), 1);
    world.op.set_fault(None);
    world.turn(5001);
    world.sign_in().await.unwrap();
}

#[tokio::test]
async fn signing_out_at_the_provider_takes_the_browser_there_and_back() {
    let mut world = World::new().await;
    let identity = world.sign_in().await.unwrap();
    let hint = secrecy::ExposeSecret::expose_secret(&identity.id_token);
    let back = Url::parse("http://127.0.0.1:9/auth/main/signed-out").unwrap();
    let url = world.provider.end_session(Some(hint), &back, "any-state").await.unwrap();
    let query = super::browser::Browser::new(&back).bring_home(&url, &[]).await;
    assert_eq!(Provider::signed_out(&query, "any-state"), Ok(()));
    assert_eq!(world.op.living_sessions(), 0);
}
