//! One client for each site, and a handle for each person who acts there.

use crate::{Credentials, Error, PartyId, Renewal, SignInError, SiteUrl, UserName};
use std::{sync::Arc, time::Duration};

/// Time limits and retries (`security.md §5.3`).
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// To make a connection, TLS included.
    pub connect: Duration,
    /// A read, from sending to the last byte.
    pub read: Duration,
    /// A write, likewise.
    pub write: Duration,
    /// An attachment, likewise.
    pub upload: Duration,
    /// How often a read is repeated.
    pub read_retries: u32,
    /// The longest pause before a repetition; full jitter up to it.
    pub pause_max: Duration,
    /// The longest `Retry-After` that is waited for; longer ones go to the caller.
    pub retry_after_max: Duration,
    /// Calls under way at once for one search.
    pub wave: usize,
    /// The largest answer read, in bytes.
    pub answer_max: usize,
    /// How long [`crate::Abilities`] are kept.
    pub abilities_lifetime: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            read: Duration::from_secs(30),
            write: Duration::from_secs(120),
            upload: Duration::from_secs(300),
            read_retries: 2,
            pause_max: Duration::from_secs(2),
            retry_after_max: Duration::from_secs(5),
            wave: 16,
            answer_max: 16 * 1024 * 1024,
            abilities_lifetime: Duration::from_secs(600),
        }
    }
}

/// The person behind a login name.
#[derive(Clone, PartialEq, Eq)]
pub struct User {
    /// The login name as iMIS writes it.
    pub user_name: UserName,
    /// The person's own contact.
    pub contact: PartyId,
    /// Full name.
    pub name: String,
    /// The names of the roles.
    pub roles: Vec<String>,
}

impl std::fmt::Debug for User {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("User").field("contact", &self.contact).finish_non_exhaustive()
    }
}

/// What a sign-in gives. The token stays in the client.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// Who it is.
    pub user: User,
}

struct Inner {}

/// A client of one site. Clones share connections, tokens and what was learnt.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

impl Client {
    /// Makes a client. It follows no redirect and uses no proxy.
    pub fn new(site: SiteUrl, limits: Limits) -> Result<Self, Error> {
        let _ = (site, limits);
        Ok(Self(Arc::new(Inner {})))
    }

    /// Signs in: a token, the user, and whether the API may be used.
    /// The password is tried once (`imis.md §3.1`: five failures lock the account).
    pub async fn sign_in(&self, credentials: &Credentials) -> Result<SignedIn, SignInError> {
        let _ = credentials;
        unimplemented!()
    }

    /// A handle for one person. Cheap: no call is made, and all handles for the
    /// same person share one token.
    pub fn acting_as(&self, user: UserName, renewal: Renewal) -> Acting {
        Acting { client: self.clone(), user, renewal }
    }

    /// Drops what is kept for a person: the token and the abilities.
    pub fn forget(&self, user: &UserName) {
        let _ = (user, &self.0);
    }
}

/// One person at one site: everything is done under this person's rights.
#[derive(Clone)]
pub struct Acting {
    pub(crate) client: Client,
    pub(crate) user: UserName,
    pub(crate) renewal: Renewal,
}
