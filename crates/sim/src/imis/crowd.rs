//! Staff whom nobody has written down: as many as a load wants.
//!
//! Invariant: each has a contact, an address and a marker of their own. The marker stands in everything of theirs, has a
//! fixed length and holds no other's, so that a text says by itself whose it is.

use super::{
    accounts::{Accounts, STAFF},
    generator,
    party::Party,
    people::PASSWORD,
};

/// Where their party ids begin, far behind all others.
const FIRST: u32 = 9_000_001;

/// How many clerks a site has, and the word their markers begin with: two sites may have clerks of the same names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clerks {
    /// How many; at most 9999.
    pub count: u32,
    /// Lower-case letters.
    pub word: &'static str,
}

/// One of them, who signs in with the password of everybody and has rights as `STAFF1` has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clerk {
    /// Party id.
    pub party: u32,
    /// User name.
    pub user_name: String,
    /// Last name, and the local part of the address.
    pub marker: String,
    /// Primary address.
    pub email: String,
}

impl Clerks {
    /// Nobody.
    pub const NONE: Self = Self { count: 0, word: "clerk" };

    /// All of them, in the order of their numbers.
    pub fn all(self) -> impl Iterator<Item = Clerk> {
        (0..self.count).map(move |number| {
            let marker = format!("{}{number:04}", self.word);
            Clerk {
                party: FIRST + number,
                user_name: format!("CLERK{number:04}"),
                email: format!("{marker}@clerks.example"),
                marker,
            }
        })
    }

    pub(super) fn contacts(self) -> impl Iterator<Item = Party> {
        self.all().map(|clerk| generator::newcomer(clerk.party, ("Clerk", &clerk.marker), &clerk.email))
    }

    pub(super) fn join(self, accounts: &mut Accounts) {
        for clerk in self.all() {
            accounts.create(&clerk.user_name, clerk.party, ("Clerk", &clerk.marker), STAFF);
            accounts.change_password(&clerk.user_name, PASSWORD);
        }
    }
}
