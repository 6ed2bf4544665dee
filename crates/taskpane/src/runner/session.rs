//! The session's token: in memory, and where the browser lets us keep it.
//!
//! Invariant: a token outlives the page's session only when it is bound to a key that cannot leave this
//! browser (DESIGN.md §5). Storage that throws is a normal state: memory is enough until the pane closes.

use api::SessionToken;
use leptos::prelude::window;
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use web_sys::Storage;

const NAME: &str = "imis-session";

/// A session as it is kept.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Kept {
    /// What to show.
    pub(super) token: SessionToken,
    /// Whether every request needs a proof.
    pub(super) key_bound: bool,
}

/// The session in use, if any.
#[derive(Default)]
pub(super) struct Keeper {
    current: RefCell<Option<Kept>>,
}

impl Keeper {
    /// The session in use.
    pub(super) fn current(&self) -> Option<Kept> {
        self.current.borrow().clone()
    }

    /// A session has begun.
    pub(super) fn keep(&self, kept: Kept) {
        if let Ok(text) = serde_json::to_string(&kept) {
            put(for_the_page(), NAME, &text);
            if kept.key_bound {
                put(for_the_browser(), &partitioned(), &text);
            }
        }
        *self.current.borrow_mut() = Some(kept);
    }

    /// The session is over.
    pub(super) fn forget(&self) {
        *self.current.borrow_mut() = None;
        remove(for_the_page(), NAME);
        remove(for_the_browser(), &partitioned());
    }

    /// Takes up the session kept by this page earlier, or else by another pane of this browser. The latter's
    /// name is only known once Outlook is there.
    pub(super) async fn restore(&self) -> Option<Kept> {
        let mut kept = read(for_the_page(), NAME);
        if kept.is_none() {
            office::ready().await;
            kept = read(for_the_browser(), &partitioned()).filter(|kept| kept.key_bound);
        }
        self.current.borrow_mut().clone_from(&kept);
        kept
    }
}

fn partitioned() -> String {
    let mut name = office::locale::partition_key().unwrap_or_default();
    name.push_str(NAME);
    name
}

fn for_the_page() -> Option<Storage> {
    window().session_storage().ok().flatten()
}

fn for_the_browser() -> Option<Storage> {
    window().local_storage().ok().flatten()
}

fn read(storage: Option<Storage>, name: &str) -> Option<Kept> {
    serde_json::from_str(&storage?.get_item(name).ok().flatten()?).ok()
}

fn put(storage: Option<Storage>, name: &str, text: &str) {
    // A full or forbidden storage leaves the session in memory.
    let _ = storage.map(|storage| storage.set_item(name, text));
}

fn remove(storage: Option<Storage>, name: &str) {
    // What cannot be reached holds nothing of ours.
    let _ = storage.map(|storage| storage.remove_item(name));
}
