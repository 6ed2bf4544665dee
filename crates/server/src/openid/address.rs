//! Where the server may go for a provider: by name, so that a forged document
//! cannot send it elsewhere, and by address, so that no name can lead it inside
//! (`security.md §5.2`, SSRF).

use super::error::OpenIdError;
use crate::config::{OpenIdConnect, ProviderType};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use url::{Host, Url};

/// The names and addresses that a provider may have.
#[derive(Clone, Debug)]
pub(super) struct Reach {
    hosts: Vec<String>,
    /// Whether the provider is on this machine by the administrator's word.
    loopback: bool,
    private: bool,
}

/// None of a name's addresses may be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("none of the name's addresses may be asked")]
pub(super) struct NoAddress;

/// What an address is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Public,
    Private,
    Loopback,
    /// Nothing that a provider could be on: link-local, cloud metadata, multicast.
    Never,
}

impl Reach {
    /// What the settings allow.
    pub(super) fn of(settings: &OpenIdConnect) -> Result<Self, OpenIdError> {
        let issuer = Url::parse(&settings.authority_url).map_err(|_| OpenIdError::SettingsNotSecure)?;
        let loopback = is_loopback(&settings.well_known_url);
        let mut hosts: Vec<String> = settings.endpoint_hosts.iter().map(|host| host.to_ascii_lowercase()).collect();
        hosts.extend(issuer.host_str().map(str::to_owned));
        if settings.provider_type == ProviderType::EntraId {
            // Its issuer's documents name the userinfo endpoint there.
            hosts.push("graph.microsoft.com".to_owned());
        }
        let reach = Self { hosts, loopback, private: settings.allow_private };
        for url in [&issuer, &settings.well_known_url] {
            reach.is_secure(url).then_some(()).ok_or(OpenIdError::SettingsNotSecure)?;
        }
        Ok(reach)
    }

    /// Reads the address of an endpoint that a provider named.
    pub(super) fn endpoint(&self, text: &str) -> Option<Url> {
        let url = Url::parse(text).ok()?;
        let bare = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
        let host = url.host_str()?;
        (bare && self.is_secure(&url) && self.hosts.iter().any(|listed| listed == host)).then_some(url)
    }

    fn is_secure(&self, url: &Url) -> bool {
        match url.scheme() {
            "https" => url.host().is_some(),
            "http" => self.loopback && is_loopback(url),
            _ => false,
        }
    }

    /// Whether a URL may be asked as far as it names an address itself; a name
    /// is judged when it is looked up.
    pub(super) fn permits_literal(&self, url: &Url) -> bool {
        match url.host() {
            Some(Host::Ipv4(address)) => self.permits(address.into()),
            Some(Host::Ipv6(address)) => self.permits(address.into()),
            Some(Host::Domain(_)) => true,
            None => false,
        }
    }

    fn permits(&self, address: IpAddr) -> bool {
        match place(address) {
            Place::Public => true,
            Place::Private => self.private,
            Place::Loopback => self.loopback,
            Place::Never => false,
        }
    }
}

impl Resolve for Reach {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.clone();
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let permitted: Vec<SocketAddr> = found.filter(|found| reach.permits(found.ip())).collect();
            if permitted.is_empty() {
                return Err(NoAddress.into());
            }
            // The connection goes to these very addresses: nothing looks the name up again.
            Ok(Box::new(permitted.into_iter()) as Addrs)
        })
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn place(address: IpAddr) -> Place {
    match address {
        IpAddr::V4(address) => place_v4(address),
        IpAddr::V6(address) => place_v6(address),
    }
}

fn place_v4(address: Ipv4Addr) -> Place {
    match address.octets() {
        [127, ..] => Place::Loopback,
        // Clouds tell their secrets at the first two, as at 169.254.169.254.
        [100, 100, 100, 200]
        | [168, 63, 129, 16]
        | [0 | 224..=255, ..]
        | [169, 254, ..]
        | [192, 0, 0 | 2, _]
        | [198, 18 | 19, ..]
        | [198, 51, 100, _]
        | [203, 0, 113, _] => Place::Never,
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] | [100, 64..=127, ..] => Place::Private,
        _ => Place::Public,
    }
}

fn place_v6(address: Ipv6Addr) -> Place {
    if address.is_loopback() {
        return Place::Loopback;
    }
    match address.segments() {
        // IPv4 in other clothes: mapped, translated, tunnelled.
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => {
            let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
            place_v4(Ipv4Addr::new(a, b, c, d))
        }
        // Clouds' metadata, a tunnel, documentation.
        [0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x0254]
        | [0xfd20, 0x00ce, 0, 0, 0, 0, 0, 0x0254]
        | [0x2001, 0 | 0x0db8, ..] => Place::Never,
        [0xfc00..=0xfdff, ..] => Place::Private,
        [0x2000..=0x3fff, ..] => Place::Public,
        _ => Place::Never,
    }
}

#[cfg(test)]
mod tests;
