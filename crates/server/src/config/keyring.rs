//! The server's keys. They open tokens, never stand in the database, and show
//! nothing of themselves (`security.md §4.2`).

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret as _, SecretBox};
use sha2::{Digest as _, Sha256};
use std::fmt;
use std::sync::Arc;

/// Names a key in a token. Made of the key, so nobody has to invent one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyId(pub [u8; 4]);

/// A key of 32 bytes.
#[derive(Clone)]
pub struct Key {
    id: KeyId,
    bytes: Arc<SecretBox<[u8; 32]>>,
}

/// Text that is not a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be 32 random bytes in base64, as `openssl rand -base64 32` prints them")]
pub struct BadKey;

impl Key {
    /// A key of these bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        let digest = Sha256::new().chain_update(b"imis-outlook key id").chain_update(bytes).finalize();
        let id = KeyId([digest[0], digest[1], digest[2], digest[3]]);
        Self { id, bytes: Arc::new(SecretBox::new(Box::new(bytes))) }
    }

    /// Reads a key from base64 of either alphabet.
    pub fn parse(text: &str) -> Result<Self, BadKey> {
        let text = text.trim();
        let bytes = [&STANDARD, &STANDARD_NO_PAD, &URL_SAFE, &URL_SAFE_NO_PAD]
            .into_iter()
            .find_map(|engine| engine.decode(text).ok())
            .ok_or(BadKey)?;
        let bytes: [u8; 32] = bytes.try_into().map_err(|_| BadKey)?;
        // A key of one repeated byte is somebody's placeholder.
        if bytes.iter().all(|byte| *byte == bytes[0]) {
            return Err(BadKey);
        }
        Ok(Self::new(bytes))
    }

    /// Its name.
    pub fn id(&self) -> KeyId {
        self.id
    }

    pub(crate) fn expose(&self) -> &[u8; 32] {
        self.bytes.expose_secret()
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

/// The key in use, and those before it that still open tokens.
#[derive(Clone, Debug)]
pub struct Keyring {
    active: Key,
    retiring: Vec<Key>,
}

impl Keyring {
    /// A ring that seals with `active` and opens with any.
    pub fn new(active: Key, retiring: Vec<Key>) -> Self {
        Self { active, retiring }
    }

    /// The key that seals.
    pub fn active(&self) -> &Key {
        &self.active
    }

    /// The key of that name, if it is still on the ring.
    pub fn find(&self, id: KeyId) -> Option<&Key> {
        std::iter::once(&self.active).chain(&self.retiring).find(|key| key.id == id)
    }

    /// How many keys are on the ring.
    pub fn size(&self) -> usize {
        1 + self.retiring.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_exactly_thirty_two_bytes_that_differ() {
        assert!(Key::parse("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=").is_ok());
        assert!(Key::parse(" AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\n").is_ok());
        for text in ["", "short", "AAECAwQFBgcICQoLDA0ODw==", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="] {
            assert!(Key::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn debug_shows_no_key() {
        assert_eq!(format!("{:?}", Key::new([7; 32])), "Key(…)");
    }
}
