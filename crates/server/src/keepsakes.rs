//! The small things a person keeps at hand, and what a site settled for all: each
//! is sealed for its site, its owner and its kind, and found by a hash of its name
//! that nobody makes without the server's key. Keys change, so a thing may stand
//! under the name that another key of the ring gives it, until it is kept again.
//!
//! What does not open any more counts as not there: it is a convenience, never a fact.

use crate::app::App;
use crate::config::Key;
use crate::failure::Failure;
use crate::seal::{self, Purpose};
use crate::session::Session;
use crate::store::{Keepsake, Shelf};
use api::SettledAddresses;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// What is kept; also how much of it, and by whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Contacts that somebody chose.
    FavouriteContact,
    /// Contacts that somebody looked at.
    RecentContact,
    /// Addresses that somebody never wants matched.
    NeverMatch,
    /// Addresses that are somebody's own.
    OwnAddress,
    /// Whom the site means by an address that several contacts have.
    Choice,
    /// Queries that somebody chose.
    FavouriteQuery,
    /// Queries that somebody ran.
    RecentQuery,
    /// What somebody answered to a query's prompts.
    QueryAnswers,
}

impl Kind {
    const fn word(self) -> &'static str {
        match self {
            Self::FavouriteContact => "favourite-contact",
            Self::RecentContact => "recent-contact",
            Self::NeverMatch => "never-match",
            Self::OwnAddress => "own-address",
            Self::Choice => "choice",
            Self::FavouriteQuery => "favourite-query",
            Self::RecentQuery => "recent-query",
            Self::QueryAnswers => "query-answers",
        }
    }

    /// Most that stay of an owner.
    const fn most(self) -> u32 {
        match self {
            Self::FavouriteContact | Self::FavouriteQuery => 50,
            Self::RecentContact | Self::RecentQuery => 12,
            Self::NeverMatch | Self::OwnAddress => SettledAddresses::MAX,
            Self::Choice => 10_000,
            Self::QueryAnswers => 100,
        }
    }

    /// Whether the whole site shares it.
    const fn is_shared(self) -> bool {
        matches!(self, Self::Choice)
    }
}

/// All things of one kind that one owner has.
pub(crate) struct Keepsakes<'a> {
    app: &'a App,
    shelf: Shelf,
    most: u32,
}

impl<'a> Keepsakes<'a> {
    /// Those of the person, or of their site where it shares this kind.
    pub(crate) fn of(app: &'a App, session: &Session, kind: Kind) -> Self {
        let user_name = if kind.is_shared() { String::new() } else { session.user_key() };
        let shelf = Shelf { site: session.me.site.0.clone(), user_name, kind: kind.word() };
        Self { app, shelf, most: kind.most() }
    }

    /// All that open, newest first.
    pub(crate) async fn all<T: DeserializeOwned>(&self) -> Result<Vec<T>, Failure> {
        let kept = self.app.store.keepsakes(&self.shelf).await.map_err(|error| Failure::store(&error))?;
        Ok(kept.iter().filter_map(|keepsake| self.open(keepsake)).collect())
    }

    /// The one of that name.
    pub(crate) async fn get<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, Failure> {
        let (active, others) = self.app.config.keyring.keys();
        for key in std::iter::once(&active).chain(&others) {
            let kept = self.app.store.keepsake(&self.shelf, self.name(key, name)).await;
            if let Some(keepsake) = kept.map_err(|error| Failure::store(&error))? {
                return Ok(self.open(&keepsake));
            }
        }
        Ok(None)
    }

    /// Keeps a thing under a name; the oldest go where there are too many.
    pub(crate) async fn keep<T: Serialize>(&self, name: &str, thing: &T) -> Result<(), Failure> {
        let (active, others) = self.app.config.keyring.keys();
        let former = others.iter().map(|key| self.name(key, name)).collect();
        let name = self.name(&active, name);
        let plain = serde_json::to_vec(thing).map_err(|error| Failure::internal(&error))?;
        let sealed = seal::seal(&self.app.config.keyring, Purpose::Keepsake, b"", &self.place(name), &plain);
        let keepsake = Keepsake { name, sealed, at_ms: self.app.clock.now_ms() };
        self.app.store.keep(&self.shelf, keepsake, former, self.most).await.map_err(|error| Failure::store(&error))
    }

    /// Lets the one of that name go.
    pub(crate) async fn let_go(&self, name: &str) -> Result<(), Failure> {
        let (active, others) = self.app.config.keyring.keys();
        let names = std::iter::once(&active).chain(&others).map(|key| self.name(key, name)).collect();
        self.app.store.let_go(&self.shelf, names).await.map_err(|error| Failure::store(&error))
    }

    fn open<T: DeserializeOwned>(&self, keepsake: &Keepsake) -> Option<T> {
        let place = self.place(keepsake.name);
        let plain = seal::open(&self.app.config.keyring, Purpose::Keepsake, b"", &place, &keepsake.sealed).ok()?;
        serde_json::from_slice(&plain).ok()
    }

    /// What the thing of that name is found by under a key; on no other shelf by the same.
    fn name(&self, key: &Key, name: &str) -> [u8; 32] {
        seal::keepsake_name(key, &self.on_shelf(name.as_bytes()))
    }

    /// What a thing is sealed for.
    fn place(&self, name: [u8; 32]) -> Vec<u8> {
        self.on_shelf(&name)
    }

    fn on_shelf(&self, name: &[u8]) -> Vec<u8> {
        let owner = [&*self.shelf.site, &*self.shelf.user_name, self.shelf.kind].join("\0");
        [owner.as_bytes(), &[0], name].concat()
    }
}
