//! Web addresses, which stand in iMIS as whoever typed them left them.

use url::Url;

/// A web address that may be opened, as people are shown what stands in [`crate::ContactInFull::website`]. Typed ones
/// often leave the scheme out; what is none of `http` or `https` is none at all.
pub fn web_address(text: &str) -> Option<String> {
    let text = text.trim();
    let url = match Url::parse(text) {
        Ok(url) => url,
        Err(url::ParseError::RelativeUrlWithoutBase)
            if text.contains('.') && !text.starts_with(['/', '.', '?', '#']) =>
        {
            Url::parse(&format!("https://{text}")).ok()?
        }
        Err(_) => return None,
    };
    let plain = matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none();
    (plain && url.has_host()).then(|| url.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_website_is_http_or_none() {
        assert_eq!(web_address("https://acme.example").as_deref(), Some("https://acme.example/"));
        assert_eq!(web_address(" www.acme.example/about ").as_deref(), Some("https://www.acme.example/about"));
        for bad in [
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1).x",
            "data:text/html,x",
            "file:///etc/passwd",
            "//acme.example",
            "acme",
            "https://user:secret@acme.example/",
            "\u{1}javascript:alert(1)",
            "ftp://acme.example",
            "",
        ] {
            assert_eq!(web_address(bad), None, "{bad:?}");
        }
    }
}
