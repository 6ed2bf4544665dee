//! A window of our own beside Outlook, and what it says.
//!
//! Events wait in a queue until they are asked for, so none is lost between two awaits; the last is always
//! [`DialogEvent::Closed`] or [`DialogEvent::Failed`]. Dropping the [`Dialog`] closes the window.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};

use wasm_bindgen::{JsCast, JsValue};

use crate::callback::{call, function};
use crate::error::{ErrorKind, OfficeError, Operation};
use crate::{limits, sys};

/// How large a window is, in hundredths of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DialogSize {
    /// Hundredths of the screen's width.
    pub width_percent: u8,
    /// Hundredths of the screen's height.
    pub height_percent: u8,
}

/// Whether Outlook asks the person before the window opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Prompt {
    /// It asks; meanwhile Office takes the pane's elements off the page and puts them back afterwards
    /// (`office-js.md` §0). Dependable where the browser blocks windows.
    Ask,
    /// It opens at once: inside a click the browser lets it.
    Open,
}

/// What a window tells.
#[derive(Clone, PartialEq, Eq)]
pub enum DialogEvent {
    /// The window's page sent this.
    Message {
        /// What it sent: not to be trusted more than its origin.
        text: String,
        /// The origin of the page that sent it, where this Outlook tells (`DialogOrigin` 1.1).
        origin: Option<String>,
    },
    /// The person closed the window, or we did.
    Closed,
    /// The window could not show its page; Office's code, such as 12002 (not found) or 12003 (not https).
    Failed(i32),
}

impl std::fmt::Debug for DialogEvent {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Message { origin, .. } => {
                formatter.debug_struct("Message").field("origin", origin).finish_non_exhaustive()
            }
            Self::Closed => formatter.write_str("Closed"),
            Self::Failed(code) => formatter.debug_tuple("Failed").field(code).finish(),
        }
    }
}

#[derive(Default)]
struct Inbox {
    events: RefCell<VecDeque<DialogEvent>>,
    end: RefCell<Option<DialogEvent>>,
    waker: Cell<Option<Waker>>,
}

impl Inbox {
    /// Takes an event in; after the end there are no more.
    fn put(&self, event: DialogEvent) {
        if self.end.borrow().is_some() {
            return;
        }
        match event {
            DialogEvent::Message { .. } => self.events.borrow_mut().push_back(event),
            DialogEvent::Closed | DialogEvent::Failed(_) => {
                self.end.replace(Some(event));
            }
        }
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }

    /// The next event; the end, once reached, for ever.
    fn take(&self) -> Option<DialogEvent> {
        self.events.borrow_mut().pop_front().or_else(|| self.end.borrow().clone())
    }
}

/// An open window; closed when dropped.
#[must_use = "the window is closed when this is dropped"]
pub struct Dialog {
    handle: sys::DialogHandle,
    inbox: Rc<Inbox>,
}

impl Dialog {
    /// Opens a window at an https address of the pane's own origin (it may go on elsewhere from there). One at
    /// a time: a second is refused with [`ErrorKind::DialogOpen`].
    pub async fn open(address: &str, size: DialogSize, prompt: Prompt) -> Result<Self, OfficeError> {
        let options = js_sys::Object::new();
        sys::put(&options, "width", &JsValue::from_f64(f64::from(size.width_percent)));
        sys::put(&options, "height", &JsValue::from_f64(f64::from(size.height_percent)));
        sys::put(&options, "displayInIframe", &JsValue::FALSE);
        sys::put(&options, "promptBeforeOpen", &JsValue::from_bool(prompt == Prompt::Ask));
        let operation = Operation::OpenDialog;
        let opened = call(operation, limits::OPEN_DIALOG, |callback| {
            let context = sys::context().ok_or(ErrorKind::Unsupported)?;
            let ui = context.ui()?.ok_or(ErrorKind::Unsupported)?;
            Ok(ui.display_dialog_async(address, &options, callback)?)
        })
        .await;
        if matches!(opened, Err(OfficeError { kind: ErrorKind::DialogBlocked, .. })) {
            put_notice_away();
        }
        let answer = opened?;
        if !answer.is_object() {
            return Err(OfficeError::new(operation, ErrorKind::Unreadable));
        }
        let dialog = Self { handle: answer.unchecked_into(), inbox: Rc::default() };
        dialog.listen("dialogMessageReceived")?;
        dialog.listen("dialogEventReceived")?;
        Ok(dialog)
    }

    fn listen(&self, event: &str) -> Result<(), OfficeError> {
        let inbox = Rc::clone(&self.inbox);
        let handler = function(move |argument| inbox.put(read_event(&argument)));
        self.handle
            .add_event_handler(event, &handler)
            .map_err(|_| OfficeError::new(Operation::OpenDialog, ErrorKind::Unsupported))
    }

    /// Waits for what the window tells next, for as long as the person takes: the caller's limit is the only
    /// one. Giving the wait up loses nothing.
    pub async fn next_event(&self) -> DialogEvent {
        poll_fn(|context| {
            if let Some(event) = self.inbox.take() {
                return Poll::Ready(event);
            }
            self.inbox.waker.set(Some(context.waker().clone()));
            Poll::Pending
        })
        .await
    }

    /// Sends words to the window's page (`DialogApi` 1.2).
    pub fn tell(&self, message: &str) -> Result<(), OfficeError> {
        self.handle.message_child(message).map_err(|_| OfficeError::new(Operation::TellDialog, ErrorKind::Unsupported))
    }

    /// Closes the window; [`Dialog::next_event`] then says `Closed` after what it said before.
    pub fn close(&self) {
        if self.inbox.end.borrow().is_none() {
            self.inbox.put(DialogEvent::Closed);
            // A window that is gone already cannot be closed again, which is what was wanted.
            let _ = self.handle.close();
        }
    }
}

impl Drop for Dialog {
    fn drop(&mut self) {
        self.close();
    }
}

impl std::fmt::Debug for Dialog {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Dialog").finish_non_exhaustive()
    }
}

/// Where the browser blocks a window, the script of Outlook on the web covers the pane with advice on an old
/// browser's settings, and stays broken until that is put away by its own button. The pane has better words.
fn put_notice_away() {
    let document = sys::page().document();
    let button = document.and_then(|document| document.query_selector(NOTICE_BUTTON).ok().flatten());
    if let Some(button) = button {
        button.click();
    }
}

const NOTICE_BUTTON: &str = "#crossZoneNotification input[type=button]";

/// Reads a window's event: a message where there is one, else the code of its end.
fn read_event(argument: &JsValue) -> DialogEvent {
    if let Some(text) = sys::text(argument, "message") {
        return DialogEvent::Message { text, origin: sys::text(argument, "origin") };
    }
    ended(sys::number(argument, "error"))
}

#[expect(clippy::cast_possible_truncation, reason = "saturates; Office's codes have five digits")]
fn ended(code: Option<f64>) -> DialogEvent {
    match code.map_or(0, |code| code as i32) {
        12006 => DialogEvent::Closed,
        other => DialogEvent::Failed(other),
    }
}

/// From inside a dialog: sends words to the pane, to be delivered only to a page of `target_origin`.
pub fn tell_pane(message: &str, target_origin: &str) -> Result<(), OfficeError> {
    let error = |kind| OfficeError::new(Operation::TellDialog, kind);
    let options = js_sys::Object::new();
    sys::put(&options, "targetOrigin", &JsValue::from_str(target_origin));
    let ui = sys::context().and_then(|context| context.ui().ok().flatten()).ok_or(error(ErrorKind::Unsupported))?;
    ui.message_parent(message, &options).map_err(|_| error(ErrorKind::Refused))
}

#[cfg(test)]
mod tests {
    use super::{DialogEvent, Inbox, ended};

    fn message(text: &str) -> DialogEvent {
        DialogEvent::Message { text: text.to_owned(), origin: None }
    }

    #[test]
    fn what_was_said_before_the_end_is_told_first_and_the_end_stays() {
        let inbox = Inbox::default();
        inbox.put(message("one"));
        inbox.put(DialogEvent::Closed);
        inbox.put(message("too late"));
        assert_eq!(inbox.take(), Some(message("one")));
        assert_eq!(inbox.take(), Some(DialogEvent::Closed));
        assert_eq!(inbox.take(), Some(DialogEvent::Closed));
    }

    #[test]
    fn a_closed_window_is_told_from_one_that_failed() {
        assert_eq!(ended(Some(12006.0)), DialogEvent::Closed);
        assert_eq!(ended(Some(12003.0)), DialogEvent::Failed(12003));
        assert_eq!(ended(None), DialogEvent::Failed(0));
    }
}
