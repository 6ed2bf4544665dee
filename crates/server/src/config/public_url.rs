//! The address people reach the server at. It alone decides origin, host and
//! the `htu` of key proofs; the request's own `Host` never does (`security.md §4.5`).

use std::fmt;
use url::{Host, Url};

/// An origin: `https`, or `http` on the loopback; no path, no query, no name in it.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicUrl(Url);

/// Why an address cannot be the public one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PublicUrlError {
    /// Not an address at all.
    #[error("must be a URL such as https://outlook.example.org")]
    NotAUrl,
    /// Neither https nor http on the loopback.
    #[error("must be https (http is taken on localhost only)")]
    NotSecure,
    /// A path, a query or a user name.
    #[error("must be an origin: no path, query or user name")]
    NotAnOrigin,
}

impl PublicUrl {
    /// Reads an origin. Port 0 stands for the port the server gets when it listens.
    pub fn parse(text: &str) -> Result<Self, PublicUrlError> {
        let url = Url::parse(text).map_err(|_| PublicUrlError::NotAUrl)?;
        if !secure_or_loopback(&url) {
            return Err(PublicUrlError::NotSecure);
        }
        let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        if !bare || !url.username().is_empty() || url.password().is_some() {
            return Err(PublicUrlError::NotAnOrigin);
        }
        Ok(Self(url))
    }

    /// The same with the port that was got, where it was left open by port 0.
    #[must_use]
    pub fn with_port_got(mut self, port: u16) -> Self {
        if self.0.port() == Some(0) && self.0.set_port(Some(port)).is_err() {
            tracing::warn!("the public address takes no port");
        }
        self
    }

    /// The origin as browsers send it, such as `https://outlook.example.org`.
    pub fn origin(&self) -> &str {
        self.0.as_str().trim_end_matches('/')
    }

    /// Host and, unless it is the usual one, port: what a `Host` header carries.
    pub fn authority(&self) -> &str {
        self.0.authority()
    }

    /// Whether other machines can reach it.
    pub fn is_on_a_network(&self) -> bool {
        !is_loopback(&self.0)
    }

    /// Whether it is https.
    pub fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// The full address of a path of ours.
    pub fn join(&self, path: &str) -> String {
        format!("{}{path}", self.origin())
    }
}

impl fmt::Debug for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.origin())
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.origin())
    }
}

/// Whether nobody on a network can read what goes to `url`.
pub(crate) fn secure_or_loopback(url: &Url) -> bool {
    url.host().is_some() && (url.scheme() == "https" || (url.scheme() == "http" && is_loopback(url)))
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_reads_as_browsers_write_it() {
        let url = PublicUrl::parse("https://Outlook.Example.org:443/").unwrap();
        assert_eq!(url.origin(), "https://outlook.example.org");
        assert_eq!(url.authority(), "outlook.example.org");
        assert_eq!(url.join("/api/session"), "https://outlook.example.org/api/session");
    }

    #[test]
    fn plain_http_is_for_the_loopback_only() {
        assert!(PublicUrl::parse("http://127.0.0.1:8080").is_ok());
        assert!(PublicUrl::parse("http://[::1]:8080").is_ok());
        assert!(PublicUrl::parse("http://localhost").is_ok());
        assert_eq!(PublicUrl::parse("http://example.org"), Err(PublicUrlError::NotSecure));
        assert_eq!(PublicUrl::parse("ftp://localhost"), Err(PublicUrlError::NotSecure));
    }

    #[test]
    fn a_path_or_a_name_is_refused() {
        for text in
            ["https://example.org/app", "https://example.org/?a", "https://me@example.org", "https://example.org/#x"]
        {
            assert_eq!(PublicUrl::parse(text), Err(PublicUrlError::NotAnOrigin), "{text}");
        }
    }

    #[test]
    fn an_open_port_takes_the_one_that_was_got() {
        assert_eq!(
            PublicUrl::parse("http://localhost:0").unwrap().with_port_got(4711).origin(),
            "http://localhost:4711"
        );
        assert_eq!(PublicUrl::parse("https://a.org").unwrap().with_port_got(4711).origin(), "https://a.org");
    }
}
