//! Where the store is: a file beside the server, or a `PostgreSQL` that several
//! instances share. Its address carries a password, so it never shows whole; and
//! over a network it is encrypted, to a server whose certificate was checked,
//! unless the administrator says otherwise.

use super::reader::Section;
use super::show::MASK;
use secrecy::{ExposeSecret as _, SecretString};
use std::fmt;
use url::{Host, Url};

/// The parameters that an address may have. Others could move it elsewhere.
const PARAMETERS: [&str; 5] = ["host", "sslmode", "sslrootcert", "sslcert", "sslkey"];
/// The ways in which nobody between can read or pretend.
const VERIFIED: [&str; 2] = ["verify-full", "verify-ca"];

/// Where the store is.
#[derive(Clone, Debug, Default)]
pub enum StoreSettings {
    /// In the data folder.
    #[default]
    File,
    /// In a database that other instances may share.
    Postgres(PostgresUrl),
}

/// The address of a database, password and all.
#[derive(Clone)]
pub struct PostgresUrl {
    url: SecretString,
    shown: String,
    network: Network,
}

/// What a network between us and the database may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Network {
    /// Nothing: the database is on this machine, or proves who it is and encrypts.
    Verified,
    /// Whatever the address allows; the administrator said so.
    AsWritten,
}

impl PostgresUrl {
    /// Reads an address such as `postgres://name:password@host/database`.
    pub fn parse(text: &str, network: Network) -> Result<Self, &'static str> {
        let mut url = Url::parse(text).map_err(|_| "must be a URL such as postgres://name:password@host/database")?;
        if !matches!(url.scheme(), "postgres" | "postgresql") {
            return Err("must begin with postgres://");
        }
        if url.fragment().is_some() || url.query_pairs().any(|(name, _)| !PARAMETERS.contains(&&*name)) {
            return Err("may have these parameters only: host (a socket), sslmode, sslrootcert, sslcert, sslkey");
        }
        let value = |wanted: &str| {
            url.query_pairs().filter(|(name, _)| name == wanted).map(|(_, value)| value.into_owned()).last()
        };
        let (socket, mode) = (value("host"), value("sslmode"));
        if socket.as_ref().is_some_and(|socket| !socket.starts_with('/')) {
            return Err("must name a host before the database; `host` is for the folder of a socket");
        }
        if socket.is_none() && url.host_str().is_none_or(str::is_empty) {
            return Err("must name a host");
        }
        let remote = socket.is_none() && !is_here(&url);
        match mode {
            None if remote => drop(url.query_pairs_mut().append_pair("sslmode", "verify-full")),
            Some(mode) if remote && network == Network::Verified && !VERIFIED.contains(&&*mode) => {
                return Err("must encrypt and check the server's certificate (sslmode=verify-full, the usual; \
                            sslrootcert names the authority); `store.allow_unverified` lifts this");
            }
            _ => {}
        }
        let mut masked = url.clone();
        // An address without a host takes no password, and then there is none to mask.
        if url.password().is_some() && masked.set_password(Some(MASK)).is_err() {
            return Err("must not have a password without a host");
        }
        Ok(Self { url: String::from(url).into(), shown: masked.into(), network })
    }

    pub(crate) fn expose(&self) -> &str {
        self.url.expose_secret()
    }
}

/// Whether it is on this machine: no network between.
fn is_here(url: &Url) -> bool {
    match url.host() {
        // Other schemes than the web's keep every host as text.
        Some(Host::Domain(name)) => {
            let name = name.trim_start_matches('[').trim_end_matches(']');
            name == "localhost"
                || name.to_ascii_lowercase().starts_with("%2f")
                || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
        }
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

impl fmt::Debug for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PostgresUrl({})", self.shown)
    }
}

/// Reads the section `[store]`.
pub(super) fn read(mut section: Section<'_>) -> StoreSettings {
    let network = match section.switch("allow_unverified") {
        Some(true) => Network::AsWritten,
        _ => Network::Verified,
    };
    let text = section.secret("url");
    let url = text.map(|text| PostgresUrl::parse(&text, network).map_err(|what| section.fault("url", what)));
    section.finish();
    match url {
        Some(Ok(url)) => StoreSettings::Postgres(url),
        _ => StoreSettings::File,
    }
}

impl fmt::Display for StoreSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n[store]")?;
        match self {
            Self::File => writeln!(f, "# a file in the folder `data`"),
            Self::Postgres(url) => {
                writeln!(f, "url = {:?}", url.shown)?;
                writeln!(f, "allow_unverified = {}", url.network == Network::AsWritten)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verified(text: &str) -> Result<String, &'static str> {
        PostgresUrl::parse(text, Network::Verified).map(|url| url.expose().to_owned())
    }

    #[test]
    fn a_database_across_a_network_is_checked_and_encrypted() {
        assert_eq!(
            verified("postgres://app:word@db.example.org/addin").unwrap(),
            "postgres://app:word@db.example.org/addin?sslmode=verify-full"
        );
        assert!(verified("postgres://db.example.org/addin?sslmode=verify-ca").is_ok());
        for mode in ["disable", "allow", "prefer", "require", "VERIFY-FULL"] {
            let text = format!("postgres://db.example.org/addin?sslmode={mode}");
            assert!(verified(&text).is_err(), "{mode}");
            assert!(PostgresUrl::parse(&text, Network::AsWritten).is_ok(), "{mode}, said so");
        }
        assert!(verified("postgres://db.example.org/addin?sslmode=verify-full&sslmode=disable").is_err());
        for host in ["10.0.0.1", "[2001:db8::1]", "localhost.example.org", "127.0.0.1.example.org"] {
            assert!(verified(&format!("postgres://{host}/addin?sslmode=disable")).is_err(), "{host}");
        }
    }

    #[test]
    fn a_database_on_this_machine_needs_no_encryption() {
        for text in [
            "postgres://localhost/addin",
            "postgres://127.0.0.1:5433/addin",
            "postgres://[::1]/addin?sslmode=disable",
            "postgres://app@%2Frun%2Fpostgresql/addin",
            "postgresql:///addin?host=/run/postgresql",
        ] {
            assert_eq!(verified(text).as_deref(), Ok(text));
        }
    }

    #[test]
    fn what_could_lead_elsewhere_is_refused() {
        for text in [
            "db.example.org",
            "mysql://localhost/addin",
            "postgres:///addin",
            "postgres://localhost/addin?host=db.example.org",
            "postgres://localhost/addin?hostaddr=10.0.0.1",
            "postgres://localhost/addin?password=word",
            "postgres://localhost/addin?options=-cfsync=off",
        ] {
            assert!(verified(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_password_is_never_shown() {
        let url = PostgresUrl::parse("postgres://app:CANARY@localhost/addin", Network::Verified).unwrap();
        let settings = StoreSettings::Postgres(url);
        let shown = format!("{settings} {settings:?}");
        assert!(!shown.contains("CANARY") && shown.contains("app:********@localhost"), "{shown}");
    }
}
