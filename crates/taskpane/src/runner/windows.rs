//! The sign-in window, and the verifier that makes its code worth something (`security.md §3.2`).
//!
//! Invariants: one window at a time, and what it says is told under the number of its try; the verifier stays
//! in this page's memory and goes to our server alone, once.

use super::wait::pause;
use super::{base64url, keys};
use crate::dispatch::Dispatch;
use api::DialogMessage;
use flows::{DialogTrouble, Event, Prompt};
use leptos::prelude::window;
use office::ErrorKind;
use office::dialog::{Dialog, DialogEvent, DialogSize, Prompt as OfficePrompt};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;

const SIZE: DialogSize = DialogSize { width_percent: 40, height_percent: 70 };
/// Closing takes its time; until then no other window opens (`office-js.md` §2).
const CLOSING_MS: i32 = 400;
const TRIES: u32 = 5;
const VERIFIER_BYTES: usize = 32;

/// The window that is open, and the secret of the try it belongs to.
#[derive(Default)]
pub(super) struct Windows {
    wanted: Cell<u32>,
    open: RefCell<Option<Rc<Dialog>>>,
    verifier: RefCell<Option<(u32, String)>>,
}

impl Windows {
    /// A new verifier for this try; answers its challenge. None where the browser has no cryptography.
    pub(super) async fn challenge(&self, attempt: u32) -> Option<String> {
        let mut bytes = [0_u8; VERIFIER_BYTES];
        window().crypto().ok()?.get_random_values_with_u8_array(&mut bytes).ok()?;
        let verifier = base64url::encode(&bytes);
        let challenge = keys::hash(&verifier).await?;
        *self.verifier.borrow_mut() = Some((attempt, verifier));
        Some(challenge)
    }

    /// The verifier of this try.
    pub(super) fn verifier(&self, attempt: u32) -> Option<String> {
        self.verifier.borrow().as_ref().filter(|(of, _)| *of == attempt).map(|(_, verifier)| verifier.clone())
    }

    /// Opens a window in place of any other, and tells what it says until it is gone.
    pub(super) async fn open(
        &'static self,
        attempt: u32,
        address: &str,
        prompt: Prompt,
        dispatch: Dispatch,
    ) -> Result<(), DialogTrouble> {
        self.close();
        self.wanted.set(attempt);
        let prompt = match prompt {
            Prompt::Open => OfficePrompt::Open,
            Prompt::Ask => OfficePrompt::Ask,
        };
        let dialog = Rc::new(open(address, prompt).await.map_err(trouble)?);
        if self.wanted.get() != attempt {
            // Given up meanwhile; dropping it closes it.
            return Err(DialogTrouble::Ignored);
        }
        *self.open.borrow_mut() = Some(dialog.clone());
        spawn_local(async move {
            loop {
                match dialog.next_event().await {
                    DialogEvent::Message { text, origin } => {
                        // What cannot be read is not from our page.
                        if let Ok(message) = serde_json::from_str::<DialogMessage>(&text) {
                            dispatch.send(Event::DialogSaid(attempt, message, origin));
                        }
                    }
                    DialogEvent::Closed => return dispatch.send(Event::DialogClosed(attempt)),
                    DialogEvent::Failed(code) => {
                        return dispatch.send(Event::DialogOpened(attempt, Err(DialogTrouble::Other(code))));
                    }
                }
            }
        });
        Ok(())
    }

    /// Closes the window, if there is one.
    pub(super) fn close(&self) {
        self.wanted.set(0);
        if let Some(dialog) = self.open.borrow_mut().take() {
            dialog.close();
        }
    }
}

async fn open(address: &str, prompt: OfficePrompt) -> Result<Dialog, ErrorKind> {
    let mut tried = 0;
    loop {
        tried += 1;
        match Dialog::open(address, SIZE, prompt).await {
            Err(error) if error.kind == ErrorKind::DialogOpen && tried < TRIES => pause(CLOSING_MS).await,
            answer => return answer.map_err(|error| error.kind),
        }
    }
}

const fn trouble(kind: ErrorKind) -> DialogTrouble {
    match kind {
        ErrorKind::DialogBlocked => DialogTrouble::Blocked,
        // Outlook's question was left without an answer.
        ErrorKind::DialogIgnored | ErrorKind::Timeout => DialogTrouble::Ignored,
        ErrorKind::DialogOpen => DialogTrouble::AlreadyOpen,
        ErrorKind::DialogAddress => DialogTrouble::Address,
        ErrorKind::Unsupported | ErrorKind::Refused => DialogTrouble::Unable,
        ErrorKind::Other(code) => DialogTrouble::Other(code),
        _ => DialogTrouble::Other(0),
    }
}
