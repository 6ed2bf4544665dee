//! What the administrator decides. Read once, before anything starts; a faulty
//! configuration is refused with all its faults in one list.

mod contacts;
mod keyring;
mod keyring_file;
mod limits;
mod load;
mod methods;
mod public_url;
mod reader;
mod saving;
mod show;
mod sign_in;
mod site;
mod store;

pub use contacts::{ByDomain, ContactSettings};
pub use keyring::{AuditKey, BadKey, BadKeyId, Key, KeyId, Keyring};
pub use keyring_file::KeyringFileError;
pub(crate) use keyring_file::{KeyringFile, Retire};
pub use limits::Limits;
pub use load::{ConfigError, Fault};
pub use public_url::{PublicUrl, PublicUrlError};
pub(crate) use saving::{ACTIVITY_KEY, activity_fields};
pub use saving::{Mappings, Table};
pub use sign_in::{NullOrigin, OpenIdConnect, OpenIdMode, ProviderType, RefreshTokens, SingleSignOn, StaffClaim};
pub(crate) use site::CONTACTS_MAX;
pub use site::{ActivityTypes, Admits, Credentials, RememberCredentials, Site, SitePaths};
pub use store::{Network, PostgresUrl, StoreSettings};

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

/// Everything the server needs to know.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where to listen; port 0 takes any free one.
    pub listen: SocketAddr,
    /// The address people reach the server at.
    pub public_url: PublicUrl,
    /// Certificate and key, where the server does TLS itself.
    pub tls: Option<TlsFiles>,
    /// The folder with the built pane.
    pub pane: PathBuf,
    /// The folder for the database; made when it is not there.
    pub data: PathBuf,
    /// Where sessions and saves are kept.
    pub store: StoreSettings,
    /// The keys that open tokens.
    pub keyring: Keyring,
    /// The file they are in, where they are in one that is followed while the server runs.
    pub keyring_file: Option<PathBuf>,
    /// The iMIS systems served, never empty; the first is offered when the page names none.
    pub sites: Vec<Site>,
    /// Origins that may frame the pane, beside Outlook's own.
    pub frame_ancestors_extra: Vec<String>,
    /// Proxies whose `X-Forwarded-For` is believed, for limits and logs only.
    pub trusted_proxies: Vec<IpAddr>,
    /// Whether sessions are bound to a key of the browser.
    pub key_binding: KeyBinding,
    /// Days after signing in when a session ends however often it is renewed.
    pub session_days: u32,
    /// Sizes, times and rates.
    pub limits: Limits,
    /// What is logged, as a filter such as `info` or `server=debug`.
    pub log: String,
}

/// Certificate chain and private key, in PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// The chain, leaf first.
    pub certificate: PathBuf,
    /// The key of the leaf.
    pub key: PathBuf,
}

/// Whether a session is bound to a key that cannot leave the browser (RFC 9449).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyBinding {
    /// Nobody signs in without a key proof.
    Required,
    /// Bound where the pane sends a proof.
    Preferred,
    /// Proofs are ignored at sign-in; every token is a bearer token.
    Off,
}

impl Config {
    /// The usual settings around the three that have no usual value.
    pub fn new(public_url: PublicUrl, keyring: Keyring, sites: Vec<Site>) -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            public_url,
            tls: None,
            pane: PathBuf::from("pane"),
            data: PathBuf::from("data"),
            store: StoreSettings::default(),
            keyring,
            keyring_file: None,
            sites,
            frame_ancestors_extra: Vec::new(),
            trusted_proxies: Vec::new(),
            key_binding: KeyBinding::Preferred,
            session_days: 7,
            limits: Limits::default(),
            log: "info".to_owned(),
        }
    }

    /// The site of that name.
    pub fn site(&self, name: &api::SiteName) -> Option<&Site> {
        self.sites.iter().find(|site| site.name == *name)
    }

    /// How long a session lasts from signing in, in milliseconds.
    pub(crate) fn session_life_ms(&self) -> i64 {
        i64::from(self.session_days) * 24 * 60 * 60 * 1000
    }
}
