//! The session token: opaque to the pane, and one half of the key to its row.
//!
//! `ia1_` ‖ base64url(key id ‖ nonce ‖ sealed(session id ‖ secret ‖ expiry)). The
//! row is found by the hash of the session id and opens only with the secret, so
//! neither the database nor the server's key alone gives anything (`security.md §4.3`).

use crate::config::Keyring;
use crate::seal::{self, NotOpened, Purpose};
use api::SessionToken;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use std::fmt;
use zeroize::Zeroizing;

/// Tells our tokens, and their version, from anything else.
const PREFIX: &str = "ia1_";
/// The place that a token is sealed for; the purpose says the rest.
const PLACE: &[u8] = b"tok1";

/// Text that is not a token of ours, or a row that is not the token's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotOurs {
    /// Altered, cut, of another kind, or another's.
    #[error("the token does not open")]
    Wrong,
    /// Sealed with a key that this server does not know: nobody can tell whose it is.
    #[error("the token's key is not known")]
    UnknownKey,
}

impl From<NotOpened> for NotOurs {
    fn from(error: NotOpened) -> Self {
        match error {
            NotOpened::Wrong => Self::Wrong,
            NotOpened::UnknownKey => Self::UnknownKey,
        }
    }
}

/// What a token holds.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Ticket {
    id: [u8; 16],
    secret: Zeroizing<[u8; 32]>,
    expires_ms: i64,
}

/// The name of a session's row: the hash of its id, so that the database gives no ids away.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct RowKey(pub(crate) [u8; 32]);

impl fmt::Debug for RowKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RowKey({:02x}{:02x}…)", self.0[0], self.0[1])
    }
}

impl fmt::Debug for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ticket({:?})", self.row())
    }
}

impl Ticket {
    /// A fresh one.
    pub(crate) fn new(expires_ms: i64) -> Self {
        Self { id: seal::random(), secret: Zeroizing::new(seal::random()), expires_ms }
    }

    /// Where its row is.
    pub(crate) fn row(&self) -> RowKey {
        RowKey(Sha256::digest(self.id).into())
    }

    /// The token as the pane holds it.
    pub(crate) fn seal(&self, ring: &Keyring) -> SessionToken {
        let plain = Zeroizing::new([&self.id[..], &self.secret[..], &self.expires_ms.to_be_bytes()].concat());
        let sealed = seal::seal(ring, Purpose::Token, b"", PLACE, &plain);
        SessionToken(format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(sealed)))
    }

    /// The one that takes its place in the same session.
    pub(crate) fn successor(&self, expires_ms: i64) -> Self {
        Self { id: self.id, secret: Zeroizing::new(seal::random()), expires_ms }
    }

    /// When the token ends, in milliseconds since 1970.
    pub(crate) fn expires_ms(&self) -> i64 {
        self.expires_ms
    }

    /// Reads a token, whether or not its time is over.
    pub(crate) fn open(ring: &Keyring, token: &str) -> Result<Self, NotOurs> {
        let sealed = token.strip_prefix(PREFIX).ok_or(NotOurs::Wrong)?;
        let sealed = URL_SAFE_NO_PAD.decode(sealed).map_err(|_| NotOurs::Wrong)?;
        let plain = seal::open(ring, Purpose::Token, b"", PLACE, &sealed)?;
        let (id, rest) = plain.split_first_chunk::<16>().ok_or(NotOurs::Wrong)?;
        let (secret, rest) = rest.split_first_chunk::<32>().ok_or(NotOurs::Wrong)?;
        let expires: [u8; 8] = rest.try_into().map_err(|_| NotOurs::Wrong)?;
        let expires_ms = i64::from_be_bytes(expires);
        Ok(Self { id: *id, secret: Zeroizing::new(*secret), expires_ms })
    }

    /// Seals the token that took this one's place.
    pub(crate) fn seal_successor(&self, ring: &Keyring, token: &SessionToken) -> Vec<u8> {
        seal::seal(ring, Purpose::Former, &self.secret[..], &self.id, token.0.as_bytes())
    }

    /// The token that took this one's place, and what it holds.
    pub(crate) fn open_successor(&self, ring: &Keyring, sealed: &[u8]) -> Result<(SessionToken, Self), NotOurs> {
        let plain = seal::open(ring, Purpose::Former, &self.secret[..], &self.id, sealed)?;
        let token = std::str::from_utf8(&plain).map_err(|_| NotOurs::Wrong)?;
        let successor = Self::open(ring, token)?;
        if successor.id == self.id { Ok((SessionToken(token.to_owned()), successor)) } else { Err(NotOurs::Wrong) }
    }

    /// Seals what the session's row keeps.
    pub(crate) fn seal_row(&self, ring: &Keyring, plain: &[u8]) -> Vec<u8> {
        seal::seal(ring, Purpose::Row, &self.secret[..], &self.id, plain)
    }

    /// Opens what the session's row keeps.
    pub(crate) fn open_row(&self, ring: &Keyring, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, NotOurs> {
        Ok(seal::open(ring, Purpose::Row, &self.secret[..], &self.id, sealed)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Key;

    fn ring() -> Keyring {
        Keyring::new(Key::new([3; 32]), Vec::new())
    }

    #[test]
    fn a_token_opens_to_what_it_was_made_of() {
        let ticket = Ticket::new(1_000);
        let token = ticket.seal(&ring());
        assert_eq!(Ticket::open(&ring(), &token.0), Ok(ticket));
        assert!(token.0.len() <= 138, "{}", token.0.len());
    }

    #[test]
    fn the_next_token_opens_with_the_one_before_it_alone() {
        let (first, other) = (Ticket::new(1_000), Ticket::new(1_000));
        let second = first.successor(2_000);
        let sealed = first.seal_successor(&ring(), &second.seal(&ring()));
        let (token, opened) = first.open_successor(&ring(), &sealed).unwrap();
        assert_eq!((Ticket::open(&ring(), &token.0), &opened), (Ok(second.clone()), &second));
        assert_eq!(opened.row(), first.row(), "the session stays the same");
        assert_eq!(second.open_successor(&ring(), &sealed), Err(NotOurs::Wrong));
        assert_eq!(other.open_successor(&ring(), &sealed), Err(NotOurs::Wrong));
    }

    #[test]
    fn no_single_bit_may_change() {
        let token = Ticket::new(1_000).seal(&ring()).0.into_bytes();
        for place in 0..token.len() * 8 {
            let mut changed = token.clone();
            changed[place / 8] ^= 1 << (place % 8);
            let opened = String::from_utf8(changed).map(|text| Ticket::open(&ring(), &text));
            assert!(!matches!(opened, Ok(Ok(_))), "bit {place}");
        }
    }

    #[test]
    fn a_cut_or_foreign_token_does_not_open() {
        let token = Ticket::new(1_000).seal(&ring()).0;
        for end in 0..token.len() {
            assert_eq!(Ticket::open(&ring(), &token[..end]), Err(NotOurs::Wrong), "{end}");
        }
        let row = Ticket::new(1_000).seal_row(&ring(), &[0; 56]);
        let foreign = format!("ia1_{}", URL_SAFE_NO_PAD.encode(row));
        assert_eq!(Ticket::open(&ring(), &foreign), Err(NotOurs::Wrong), "a row is no token");
        let other = Keyring::new(Key::new([4; 32]), Vec::new());
        assert_eq!(Ticket::open(&other, &token), Err(NotOurs::UnknownKey), "an unknown key");
    }

    #[test]
    fn a_row_opens_with_its_own_token_only() {
        let (mine, yours) = (Ticket::new(1_000), Ticket::new(1_000));
        let row = mine.seal_row(&ring(), b"renewal");
        assert_eq!(mine.open_row(&ring(), &row).unwrap().as_slice(), b"renewal");
        assert_eq!(yours.open_row(&ring(), &row), Err(NotOurs::Wrong));
    }
}
