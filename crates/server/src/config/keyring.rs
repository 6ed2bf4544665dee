//! The server's keys. They open tokens, never stand in the database, and show
//! nothing of themselves (`security.md §4.2`).

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret as _, SecretBox};
use sha2::{Digest as _, Sha256};
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

/// Names a key in a token. Made of the key, so nobody has to invent one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyId(pub [u8; 4]);

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}", u32::from_be_bytes(self.0))
    }
}

impl std::str::FromStr for KeyId {
    type Err = BadKeyId;

    fn from_str(text: &str) -> Result<Self, BadKeyId> {
        let plain = text.len() == 8 && text.bytes().all(|letter| letter.is_ascii_hexdigit());
        let number = u32::from_str_radix(text, 16).ok().filter(|_| plain).ok_or(BadKeyId)?;
        Ok(Self(number.to_be_bytes()))
    }
}

/// Text that names no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be eight hexadecimal digits")]
pub struct BadKeyId;

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

/// The key in use, those that open as well, and what is left of those that are
/// gone. Copies are the same ring: a running server takes up a changed one.
#[derive(Clone, Debug)]
pub struct Keyring(Arc<RwLock<Ring>>);

#[derive(Clone, Debug)]
struct Ring {
    active: Key,
    others: Vec<Key>,
    /// Of keys that open nothing any more: they still check the audit log.
    retired: Vec<(KeyId, AuditKey)>,
}

/// Checks the audit log's lines of one key, and does nothing else.
#[derive(Clone)]
pub struct AuditKey(Arc<SecretBox<[u8; 32]>>);

impl AuditKey {
    pub(crate) fn new(bytes: [u8; 32]) -> Self {
        Self(Arc::new(SecretBox::new(Box::new(bytes))))
    }

    pub(crate) fn expose(&self) -> &[u8; 32] {
        self.0.expose_secret()
    }
}

impl fmt::Debug for AuditKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AuditKey(…)")
    }
}

impl Keyring {
    /// A ring that seals with `active` and opens with any.
    pub fn new(active: Key, others: Vec<Key>) -> Self {
        Self::with_retired(active, others, Vec::new())
    }

    pub(crate) fn with_retired(active: Key, others: Vec<Key>, retired: Vec<(KeyId, AuditKey)>) -> Self {
        Self(Arc::new(RwLock::new(Ring { active, others, retired })))
    }

    fn read(&self) -> RwLockReadGuard<'_, Ring> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The key that seals.
    pub fn active(&self) -> Key {
        self.read().active.clone()
    }

    /// The key of that name, if it still opens anything.
    pub fn find(&self, id: KeyId) -> Option<Key> {
        let ring = self.read();
        std::iter::once(&ring.active).chain(&ring.others).find(|key| key.id == id).cloned()
    }

    /// The key that seals, and the others that open: of one moment, whatever replaces them.
    pub(crate) fn keys(&self) -> (Key, Vec<Key>) {
        let ring = self.read();
        (ring.active.clone(), ring.others.clone())
    }

    /// What checks the audit log's lines of that key.
    pub(crate) fn audit_key(&self, id: KeyId) -> Option<AuditKey> {
        if let Some(key) = self.find(id) {
            return Some(crate::seal::audit_key(&key));
        }
        self.read().retired.iter().find(|(retired, _)| *retired == id).map(|(_, key)| key.clone())
    }

    /// How many keys open something.
    pub fn size(&self) -> usize {
        1 + self.read().others.len()
    }

    /// Takes another ring's keys; what uses this ring goes by them from now on.
    /// Answers whether they are others than before.
    pub(crate) fn replace(&self, other: &Self) -> bool {
        let ring = other.read().clone();
        let mut own = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let changed = own.names() != ring.names();
        *own = ring;
        changed
    }
}

impl Ring {
    fn names(&self) -> Vec<KeyId> {
        std::iter::once(&self.active).chain(&self.others).map(Key::id).collect()
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
