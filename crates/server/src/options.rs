//! A site's Options: what of its settings stands in the store, over the configuration, so that it can be changed while
//! servers run. Every instance reads it with the next request that needs it.
//!
//! It is the text of a settings file, sealed; whoever writes it has it checked first.

use crate::app::App;
use crate::config::{Fault, Keyring, Site};
use crate::failure::Failure;
use crate::seal::{self, Purpose};
use crate::session::Session;
use crate::store::{Keepsake, SharedStore, Shelf, StoreError};
use api::{ProblemCode, SiteName};
use sha2::{Digest as _, Sha256};

/// Longest text, in bytes.
pub(crate) const LONGEST: usize = 256 * 1024;

fn shelf(site: &SiteName) -> Shelf {
    Shelf { site: site.0.clone(), user_name: String::new(), kind: "site-options" }
}

fn name() -> [u8; 32] {
    Sha256::digest("site-options").into()
}

fn place(site: &SiteName) -> Vec<u8> {
    [site.0.as_bytes(), b"\0site-options"].concat()
}

/// The text in the store, if there is one; an error if it is there and no key of the ring opens it.
pub(crate) async fn read(store: &SharedStore, ring: &Keyring, site: &SiteName) -> Result<Option<String>, OptionsError> {
    let Some(kept) = store.keepsake(&shelf(site), name()).await? else { return Ok(None) };
    let plain =
        seal::open(ring, Purpose::Keepsake, b"", &place(site), &kept.sealed).map_err(|_| OptionsError::Sealed)?;
    String::from_utf8(plain.to_vec()).map(Some).map_err(|_| OptionsError::Sealed)
}

/// Puts a checked text into the store; an empty one takes what is there away.
pub(crate) async fn write(
    store: &SharedStore,
    ring: &Keyring,
    site: &SiteName,
    text: &str,
    now_ms: i64,
) -> Result<(), StoreError> {
    if text.trim().is_empty() {
        return store.let_go(&shelf(site), vec![name()]).await;
    }
    let sealed = seal::seal(ring, Purpose::Keepsake, b"", &place(site), text.as_bytes());
    store.keep(&shelf(site), Keepsake { name: name(), sealed, at_ms: now_ms }, Vec::new(), 1).await
}

/// The site as it is now: its configuration, and its Options over it.
pub(crate) async fn site_of(app: &App, session: &Session) -> Result<Site, Failure> {
    let site = app.config.site(&session.me.site).ok_or(Failure::new(ProblemCode::SignedOut))?;
    match read(&app.store, &app.config.keyring, &site.name).await {
        Ok(None) => Ok(site.clone()),
        // What was checked when it was written and is refused now was written for another version: saving by settings
        // that nobody wants is worse than not saving.
        Ok(Some(text)) => site.with_options(&text).map_err(|faults| Failure::internal(&OptionsError::Faults(faults))),
        Err(OptionsError::Store(error)) => Err(Failure::store(&error)),
        Err(error) => Err(Failure::internal(&error)),
    }
}

/// A site's Options cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OptionsError {
    /// The store did not give them.
    #[error("failed to read the site's options")]
    Store(#[from] StoreError),
    /// No key opens them.
    #[error("no key of the ring opens the site's options")]
    Sealed,
    /// They have faults.
    #[error("the site's options have faults: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Faults(Vec<Fault>),
}
