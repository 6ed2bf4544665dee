//! Authenticated encryption under a key of the ring: XChaCha20-Poly1305, a
//! random nonce, and a key derived for one purpose (`security.md §4`).
//!
//! What is sealed for one purpose or one place does not open for another.

use crate::config::{AuditKey, Key, KeyId, Keyring};
use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

/// Why something sealed does not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotOpened {
    /// It was sealed with a key that is not on this ring: not any more, or not yet.
    #[error("failed to open what is sealed with a key that is not on the ring")]
    UnknownKey,
    /// It was altered, or was sealed for something else.
    #[error("failed to open what is sealed")]
    Wrong,
}

/// What something is sealed for; also the name under which its key is derived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The token that the pane holds.
    Token,
    /// A session's row, which opens only with the token's secret too.
    Row,
    /// The token that took a token's place, for whoever has the former.
    Former,
    /// What a save still needs for its attachments.
    Save,
    /// A user's token at iMIS, shared by sessions and instances.
    Upstream,
    /// A sign-in under way.
    Flow,
    /// Where a query is, for one person.
    Query,
    /// Where a folder of queries is, likewise.
    Folder,
    /// What somebody keeps at hand.
    Keepsake,
    /// Who was there before a contact was added.
    Adding,
    /// Who saved which message, and to whom.
    Ledger,
}

impl Purpose {
    const fn label(self) -> &'static [u8] {
        match self {
            Self::Token => b"token",
            Self::Row => b"row",
            Self::Former => b"former",
            Self::Save => b"save",
            Self::Upstream => b"at",
            Self::Flow => b"flow",
            Self::Query => b"query",
            Self::Folder => b"folder",
            Self::Keepsake => b"keepsake",
            Self::Adding => b"adding",
            Self::Ledger => b"ledger",
        }
    }
}

/// Bytes of the key's name before the nonce.
const KEY_ID_BYTES: usize = 4;
const NONCE_BYTES: usize = 24;

/// Random bytes from the system.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the system gives random bytes");
    bytes
}

/// Seals under the key in use: key id ‖ nonce ‖ ciphertext.
pub(crate) fn seal(ring: &Keyring, purpose: Purpose, secret: &[u8], place: &[u8], plain: &[u8]) -> Vec<u8> {
    let key = ring.active();
    let nonce = random::<NONCE_BYTES>();
    let cipher = cipher(&key, purpose, secret, place);
    let aad = associated(purpose, key.id(), place);
    let sealed = cipher
        .encrypt(&XNonce::from(nonce), Payload { msg: plain, aad: &aad })
        .expect("XChaCha20-Poly1305 seals anything shorter than 256 GiB");
    [&key.id().0[..], &nonce, &sealed].concat()
}

/// Opens what [`seal`] made with the same purpose, secret and place.
pub(crate) fn open(
    ring: &Keyring,
    purpose: Purpose,
    secret: &[u8],
    place: &[u8],
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, NotOpened> {
    let (id, rest) = sealed.split_first_chunk::<KEY_ID_BYTES>().ok_or(NotOpened::Wrong)?;
    let (nonce, sealed) = rest.split_first_chunk::<NONCE_BYTES>().ok_or(NotOpened::Wrong)?;
    let key = ring.find(KeyId(*id)).ok_or(NotOpened::UnknownKey)?;
    let aad = associated(purpose, key.id(), place);
    let plain = cipher(&key, purpose, secret, place).decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad: &aad });
    plain.map(Zeroizing::new).map_err(|_| NotOpened::Wrong)
}

fn cipher(key: &Key, purpose: Purpose, secret: &[u8], place: &[u8]) -> XChaCha20Poly1305 {
    let for_purpose = derived(key, purpose.label());
    let mut last = Zeroizing::new([0; 32]);
    Hkdf::<Sha256>::new(Some(secret), &*for_purpose)
        .expand_multi_info(&[purpose.label(), place], &mut *last)
        .expect("32 bytes are within what HKDF gives");
    XChaCha20Poly1305::new_from_slice(&*last).expect("a key of 32 bytes")
}

fn derived(key: &Key, label: &[u8]) -> Zeroizing<[u8; 32]> {
    let mut bytes = Zeroizing::new([0; 32]);
    Hkdf::<Sha256>::new(None, key.expose()).expand(label, &mut *bytes).expect("32 bytes are within what HKDF gives");
    bytes
}

/// What makes and checks the audit log's lines under this key.
pub(crate) fn audit_key(key: &Key) -> AuditKey {
    AuditKey::new(*derived(key, b"audit"))
}

/// What a keepsake is found by: nobody makes or guesses it without the key.
pub(crate) fn keepsake_name(key: &Key, text: &[u8]) -> [u8; 32] {
    name(key, b"keepsake name", text)
}

/// What a message is found by in the ledger: likewise.
pub(crate) fn ledger_name(key: &Key, text: &[u8]) -> [u8; 32] {
    name(key, b"ledger name", text)
}

fn name(key: &Key, label: &[u8], text: &[u8]) -> [u8; 32] {
    let key = derived(key, label);
    let mut hash = Hmac::<Sha256>::new_from_slice(&*key).expect("HMAC takes keys of any length");
    hash.update(text);
    hash.finalize().into_bytes().into()
}

fn associated(purpose: Purpose, id: KeyId, place: &[u8]) -> Vec<u8> {
    [purpose.label(), b"1", &id.0, place].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_only_for_the_same_purpose_secret_and_place() {
        let ring = Keyring::new(Key::new([1; 32]), Vec::new());
        let sealed = seal(&ring, Purpose::Row, b"secret", b"place", b"plain");
        assert_eq!(open(&ring, Purpose::Row, b"secret", b"place", &sealed).unwrap().as_slice(), b"plain");
        for (purpose, secret, place) in
            [(Purpose::Save, "secret", "place"), (Purpose::Row, "Secret", "place"), (Purpose::Row, "secret", "Place")]
        {
            assert_eq!(open(&ring, purpose, secret.as_bytes(), place.as_bytes(), &sealed), Err(NotOpened::Wrong));
        }
    }

    #[test]
    fn a_retiring_key_opens_and_a_retired_one_does_not() {
        let old = Keyring::new(Key::new([1; 32]), Vec::new());
        let sealed = seal(&old, Purpose::Save, b"", b"", b"plain");
        let rotated = Keyring::new(Key::new([2; 32]), vec![Key::new([1; 32])]);
        assert!(open(&rotated, Purpose::Save, b"", b"", &sealed).is_ok());
        let retired = Keyring::new(Key::new([2; 32]), Vec::new());
        assert_eq!(open(&retired, Purpose::Save, b"", b"", &sealed), Err(NotOpened::UnknownKey));
    }
}
