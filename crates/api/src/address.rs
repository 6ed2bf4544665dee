//! An e-mail address as a value, never as loose text.

use serde::{Deserialize, Serialize};
use std::fmt;

/// An e-mail address, lower-cased, with exactly one `@` outside its ends.
///
/// `Debug` hides the local part, since logs must not carry addresses.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EmailAddress(String);

/// Text that is not an e-mail address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadAddress;

impl fmt::Display for BadAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an e-mail address")
    }
}

impl std::error::Error for BadAddress {}

impl EmailAddress {
    /// Longest address accepted, in bytes (RFC 5321 §4.5.3.1.3 less the brackets).
    pub const MAX_BYTES: usize = 254;

    /// Reads an address. Surrounding white space and case do not count.
    pub fn parse(text: &str) -> Result<Self, BadAddress> {
        let text = text.trim();
        let (local, domain) = text.split_once('@').ok_or(BadAddress)?;
        let strange = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | ',' | ';' | '|' | '"');
        if local.is_empty()
            || domain.is_empty()
            || domain.contains('@')
            || text.len() > Self::MAX_BYTES
            || text.chars().any(strange)
        {
            return Err(BadAddress);
        }
        Ok(Self(text.to_lowercase()))
    }

    /// The address as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands after the `@`.
    pub fn domain(&self) -> &str {
        self.0.rsplit('@').next().unwrap_or_default()
    }
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "…@{}", self.domain())
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for EmailAddress {
    type Error = BadAddress;
    fn try_from(text: String) -> Result<Self, BadAddress> {
        Self::parse(&text)
    }
}

impl From<EmailAddress> for String {
    fn from(address: EmailAddress) -> Self {
        address.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_white_space_do_not_make_another_address() {
        assert_eq!(EmailAddress::parse(" Ada@Example.ORG "), EmailAddress::parse("ada@example.org"));
    }

    #[test]
    fn what_could_be_two_addresses_or_a_filter_is_refused() {
        for text in ["", "ada", "@x", "a@", "a@b@c", "a@b,c@d", "a|b@c", "a b@c", "<a@b>", "a\u{0}@b"] {
            assert_eq!(EmailAddress::parse(text), Err(BadAddress), "{text:?}");
        }
    }

    #[test]
    fn debug_hides_who_it_is() {
        assert_eq!(format!("{:?}", EmailAddress::parse("ada@example.org").unwrap()), "…@example.org");
    }
}
