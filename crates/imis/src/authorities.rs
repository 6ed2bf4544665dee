//! Whose certificates a site may show beside those of the public authorities.

/// Certificates that a site's own may come from, beside those of the authorities that this machine trusts anyway.
#[derive(Clone, Debug, Default)]
pub struct Authorities(Vec<reqwest::Certificate>);

/// The text holds no certificate in PEM, or one that cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "must hold certificates in PEM, between lines of `-----BEGIN CERTIFICATE-----` and `-----END CERTIFICATE-----`"
)]
pub struct NoCertificate;

impl Authorities {
    /// Reads the certificates of a PEM file.
    pub fn from_pem(pem: &[u8]) -> Result<Self, NoCertificate> {
        let read = reqwest::Certificate::from_pem_bundle(pem).map_err(|_| NoCertificate)?;
        if read.is_empty() { Err(NoCertificate) } else { Ok(Self(read)) }
    }

    pub(crate) fn certificates(&self) -> impl Iterator<Item = reqwest::Certificate> {
        self.0.iter().cloned()
    }

    /// How many there are.
    pub const fn count(&self) -> usize {
        self.0.len()
    }
}
