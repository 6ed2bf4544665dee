//! Sign-ins under way as they rest: sealed under their own id, so that neither
//! the database nor the server's key opens them.

use super::secret::{FlowKey, Pass, PassKey};
use super::state::Flow;
use crate::app::App;
use crate::seal::{self, Purpose};
use crate::store::{Bucket, FlowRow, StoreError};
use serde::Serialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

/// The version of what is sealed: another one does not open.
const SIGN_IN: &[u8] = b"sign-in 1";
const LOGOUT: &[u8] = b"logout 1";

/// What a row is about. One kind never opens as the other.
pub(super) trait Kind: Serialize + DeserializeOwned {
    const PLACE: &'static [u8];

    /// The hash of the cookie that was given out for it.
    fn cookie(&self, pass: Pass) -> Option<[u8; 32]>;
}

impl Kind for Flow {
    const PLACE: &'static [u8] = SIGN_IN;

    fn cookie(&self, pass: Pass) -> Option<[u8; 32]> {
        Self::cookie(self, pass)
    }
}

impl Kind for super::logout::Leaving {
    const PLACE: &'static [u8] = LOGOUT;

    fn cookie(&self, _: Pass) -> Option<[u8; 32]> {
        None
    }
}

/// A row and what it holds.
pub(super) struct Held<T> {
    pub(super) key: FlowKey,
    row: FlowRow,
    pub(super) it: T,
}

/// A new row, as it is to be kept.
pub(super) struct New<'a, T> {
    pub(super) key: &'a FlowKey,
    pub(super) it: &'a T,
    pub(super) site: &'a str,
    pub(super) bucket: Bucket,
    pub(super) created_ms: i64,
    pub(super) expires_ms: i64,
}

fn sealed<T: Kind>(app: &App, key: &FlowKey, it: &T) -> Vec<u8> {
    let plain = Zeroizing::new(serde_json::to_vec(it).expect("a flow has nothing that JSON lacks"));
    seal::seal(&app.config.keyring, Purpose::Flow, key.expose(), T::PLACE, &plain)
}

/// Keeps a new row; `false` when its bucket has `most` open ones.
pub(super) async fn add<T: Kind>(app: &App, new: New<'_, T>, most: i64) -> Result<bool, StoreError> {
    let row = FlowRow {
        id: new.key.row(),
        cookie: None,
        site: new.site.to_owned(),
        bucket: new.bucket,
        created_ms: new.created_ms,
        expires_ms: new.expires_ms,
        version: 1,
        sealed: sealed(app, new.key, new.it),
    };
    app.store.add_flow(row, most, new.created_ms).await
}

/// Finds a row, if its time is not over and this is its kind.
pub(super) async fn find<T: Kind>(app: &App, key: FlowKey) -> Result<Option<Held<T>>, StoreError> {
    let Some(row) = app.store.flow(key.row(), app.clock.now_ms()).await? else { return Ok(None) };
    let plain = seal::open(&app.config.keyring, Purpose::Flow, key.expose(), T::PLACE, &row.sealed);
    let it = plain.ok().and_then(|plain| serde_json::from_slice(&plain).ok());
    Ok(it.map(|it| Held { key, row, it }))
}

/// Finds the row that a cookie was given for.
pub(super) async fn find_of<T: Kind>(app: &App, pass: PassKey) -> Result<Option<Held<T>>, StoreError> {
    let held = find(app, pass.flow.clone()).await?;
    Ok(held.filter(|held: &Held<T>| pass.is(held.it.cookie(pass.pass()))))
}

impl<T: Kind> Held<T> {
    /// Keeps it as it is now; `false` when somebody else was quicker.
    pub(super) async fn keep(&mut self, app: &App) -> Result<bool, StoreError> {
        let from = self.row.version;
        self.row.version += 1;
        self.row.sealed = sealed(app, &self.key, &self.it);
        app.store.change_flow(self.row.clone(), from).await
    }

    /// Takes the row away; `true` for exactly one who asks.
    pub(super) async fn take(&self, app: &App) -> Result<bool, StoreError> {
        app.store.take_flow(self.row.id, self.row.version).await
    }
}

impl Held<Flow> {
    /// Keeps it as it is now, for the window with this cookie.
    pub(super) async fn keep_for(&mut self, app: &App, pass: &PassKey) -> Result<bool, StoreError> {
        self.it.give(pass);
        self.row.cookie = Some(pass.hash());
        self.keep(app).await
    }
}
