//! The address of an iMIS site, and the only place where addresses under it are made.
//!
//! Addresses are built of path segments, and each is checked to lie under the site.

use std::fmt;
use url::{Host, Url};

/// The base address of an iMIS site, with an optional path such as
/// `/asi.scheduler_imis` (`imis.md §2`).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SiteUrl(Url);

/// Why text is no address of a site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadSiteUrl {
    /// Not an absolute URL with a host.
    #[error("not an absolute URL")]
    NotAUrl,
    /// Plain http to another machine.
    #[error("https is needed, but on this very machine")]
    NotHttps,
    /// A user name, query or fragment, which a base address has not.
    #[error("a site address has no user name, query or fragment")]
    TooMuch,
}

impl SiteUrl {
    /// Reads the address: https, or http to a loopback host.
    pub fn parse(text: &str) -> Result<Self, BadSiteUrl> {
        let mut url = Url::parse(text.trim()).map_err(|_| BadSiteUrl::NotAUrl)?;
        let loopback = match url.host().ok_or(BadSiteUrl::NotAUrl)? {
            Host::Domain(name) => name == "localhost",
            Host::Ipv4(address) => address.is_loopback(),
            Host::Ipv6(address) => address.is_loopback(),
        };
        match url.scheme() {
            "https" => {}
            "http" if loopback => {}
            "http" => return Err(BadSiteUrl::NotHttps),
            _ => return Err(BadSiteUrl::NotAUrl),
        }
        let userinfo = !url.username().is_empty() || url.password().is_some();
        if userinfo || url.query().is_some() || url.fragment().is_some() {
            return Err(BadSiteUrl::TooMuch);
        }
        let path = format!("{}/", url.path().trim_end_matches('/'));
        url.set_path(&path);
        Ok(Self(url))
    }

    /// The address as text, ending in a slash.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The address of something under the site. Each segment is one segment,
    /// whatever stands in it.
    pub(crate) fn under(&self, segments: &[&str]) -> Url {
        let mut url = self.0.clone();
        url.path_segments_mut().expect("http addresses have path segments").pop_if_empty().extend(segments);
        assert!(
            url.origin() == self.0.origin() && url.path().starts_with(self.0.path()),
            "an address must lie under its site"
        );
        url
    }
}

impl fmt::Debug for SiteUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SiteUrl({})", self.0)
    }
}

impl fmt::Display for SiteUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_stays_on_this_machine() {
        for good in ["http://127.0.0.1:8080", "http://localhost/imis", "http://[::1]:1/", "https://imis.example.org/a"]
        {
            assert!(SiteUrl::parse(good).is_ok(), "{good}");
        }
        assert_eq!(SiteUrl::parse("http://imis.example.org"), Err(BadSiteUrl::NotHttps));
        assert_eq!(SiteUrl::parse("http://127.0.0.1.example.org"), Err(BadSiteUrl::NotHttps));
    }

    #[test]
    fn an_address_with_more_than_a_path_is_refused() {
        for bad in
            ["https://a@example.org", "https://a:b@example.org", "https://example.org/?x", "https://example.org/#x"]
        {
            assert_eq!(SiteUrl::parse(bad), Err(BadSiteUrl::TooMuch), "{bad}");
        }
        assert_eq!(SiteUrl::parse("imis.example.org"), Err(BadSiteUrl::NotAUrl));
        assert_eq!(SiteUrl::parse("file:///etc/passwd"), Err(BadSiteUrl::NotAUrl));
    }

    #[test]
    fn the_path_of_the_site_is_kept_and_segments_stay_segments() {
        let site = SiteUrl::parse("https://example.org/asi.scheduler_imis").unwrap();
        assert_eq!(site.under(&["api", "Party"]).as_str(), "https://example.org/asi.scheduler_imis/api/Party");
        assert_eq!(
            site.under(&["api", "a/../..?b#c"]).as_str(),
            "https://example.org/asi.scheduler_imis/api/a%2F..%2F..%3Fb%23c"
        );
    }
}
