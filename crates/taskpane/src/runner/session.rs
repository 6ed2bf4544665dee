//! The session's token: in memory, and where the browser lets us keep it.
//!
//! Invariant: a token outlives the page's session only when it is bound to a key that cannot leave this
//! browser (DESIGN.md §5). Storage that throws is a normal state: memory is enough until the pane closes.
//! Several panes of one browser share the storage and follow each other; a token is only taken from another
//! pane under a request when it is the same person's, and an answer only counts for the person it was asked for.

use api::{SessionToken, SignedIn};
use flows::KeptFor;
use leptos::prelude::window;
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Storage, StorageEvent};

const NAME: &str = "imis-session";
/// Left for a moment where a session was, so that other panes tell a sign-out from an end.
const LEFT: &str = "left";

/// A session as it is kept.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Kept {
    /// What to show.
    pub(super) token: SessionToken,
    /// Whether every request needs a proof.
    pub(super) key_bound: bool,
    /// Whose it is.
    who: String,
    /// From when it is to be renewed, in milliseconds since 1970 by the server's clock.
    pub(super) renew_from_ms: i64,
    /// When the token ends, likewise.
    pub(super) expires_ms: i64,
}

impl From<&SignedIn> for Kept {
    fn from(signed_in: &SignedIn) -> Self {
        let SignedIn { token, key_bound, me } = signed_in;
        Self {
            token: token.clone(),
            key_bound: *key_bound,
            who: [&me.site.0, "/", &me.user_name].concat(),
            renew_from_ms: me.renew_from_ms,
            expires_ms: me.expires_ms,
        }
    }
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

    /// A session has begun, or goes on with a new token.
    pub(super) fn keep(&self, kept: Kept) {
        if let Ok(text) = serde_json::to_string(&kept) {
            put(for_the_page(), NAME, &text);
            if kept.key_bound {
                put(for_the_browser(), &partitioned(), &text);
            }
        }
        *self.current.borrow_mut() = Some(kept);
    }

    /// The session is over. Another pane's newer one stays.
    pub(super) fn forget(&self) {
        let former = self.current.borrow_mut().take();
        remove(for_the_page(), NAME);
        let shared = read(for_the_browser(), &partitioned());
        if shared.is_none() || shared == former {
            remove(for_the_browser(), &partitioned());
        }
    }

    /// The person left; the other panes of this browser hear of it.
    pub(super) fn leave(&self) {
        let kept = self.current.borrow_mut().take();
        remove(for_the_page(), NAME);
        if kept.is_some_and(|kept| kept.key_bound) {
            put(for_the_browser(), &partitioned(), LEFT);
            remove(for_the_browser(), &partitioned());
        }
    }

    /// Takes up the session kept by this page earlier, or else by another pane of this browser. The latter's
    /// name is only known once Outlook is there.
    pub(super) async fn restore(&self) -> Option<Kept> {
        let mut kept = self.current().or_else(|| read(for_the_page(), NAME));
        if kept.is_none() {
            office::ready().await;
            kept = shared();
        }
        self.current.borrow_mut().clone_from(&kept);
        kept
    }

    /// Whether the same person has a newer token than this one: this pane was given it meanwhile, or another
    /// pane of this browser was, and then this one takes it.
    pub(super) fn has_newer(&self, used: &Kept) -> bool {
        let newer = |kept: &Kept| kept.token != used.token && kept.who == used.who;
        if self.current.borrow().as_ref().is_some_and(newer) {
            return true;
        }
        let other = shared().filter(newer);
        let found = other.is_some();
        if let Some(kept) = other {
            self.keep(kept);
        }
        found
    }

    /// Follows what other panes do with the kept session, and tells when it changed.
    pub(super) fn follow(&'static self, changed: impl Fn(KeptFor) + 'static) {
        let name = partitioned();
        let heard = Closure::<dyn Fn(StorageEvent)>::new(move |event: StorageEvent| {
            if event.key().as_deref() == Some(name.as_str())
                && let Some(kept) = self.heard(event.new_value().as_deref())
            {
                changed(kept);
            }
        });
        // A window that takes no listener has no other panes to follow.
        let _ = window().add_event_listener_with_callback("storage", heard.into_js_value().unchecked_ref());
    }

    /// Whether this session is still the one in use, be it with a newer token.
    pub(super) fn is_still_of(&self, kept: &Kept) -> bool {
        self.current.borrow().as_ref().is_some_and(|current| current.who == kept.who)
    }

    /// Whether this very token is the one in use.
    pub(super) fn is_in_use(&self, kept: &Kept) -> bool {
        self.current.borrow().as_ref().is_some_and(|current| current.token == kept.token)
    }

    /// Whether somebody else is signed in here by now.
    pub(super) fn is_anothers(&self, kept: &Kept) -> bool {
        self.current.borrow().as_ref().is_some_and(|current| current.who != kept.who)
    }

    /// What changes here by what another pane wrote. That it took a session away says nothing: a
    /// session that ended is found out by asking the server. A session of this page alone follows nobody.
    fn heard(&self, written: Option<&str>) -> Option<KeptFor> {
        if self.current.borrow().as_ref().is_some_and(|kept| !kept.key_bound) {
            return None;
        }
        if written == Some(LEFT) {
            remove(for_the_page(), NAME);
            return self.current.borrow_mut().take().map(|_| KeptFor::SamePerson);
        }
        match written.and_then(|text| serde_json::from_str::<Kept>(text).ok()) {
            Some(kept) if self.current().as_ref() != Some(&kept) => {
                put(for_the_page(), NAME, written.unwrap_or_default());
                let anothers = self.is_anothers(&kept);
                *self.current.borrow_mut() = Some(kept);
                Some(if anothers { KeptFor::AnotherPerson } else { KeptFor::SamePerson })
            }
            _ => None,
        }
    }
}

fn shared() -> Option<Kept> {
    read(for_the_browser(), &partitioned()).filter(|kept| kept.key_bound)
}

fn partitioned() -> String {
    let mut name = office::locale::partition_key().unwrap_or_default();
    name.push_str(NAME);
    name
}

fn for_the_page() -> Option<Storage> {
    window().session_storage().ok().flatten()
}

pub(super) fn for_the_browser() -> Option<Storage> {
    window().local_storage().ok().flatten()
}

fn read(storage: Option<Storage>, name: &str) -> Option<Kept> {
    serde_json::from_str(&storage?.get_item(name).ok().flatten()?).ok()
}

pub(super) fn put(storage: Option<Storage>, name: &str, text: &str) {
    // A full or forbidden storage leaves the session in memory.
    let _ = storage.map(|storage| storage.set_item(name, text));
}

fn remove(storage: Option<Storage>, name: &str) {
    // What cannot be reached holds nothing of ours.
    let _ = storage.map(|storage| storage.remove_item(name));
}
