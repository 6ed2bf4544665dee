//! Events of the mailbox, to any number of listeners.
//!
//! Office's `removeHandlerAsync` takes off every handler of an event, so one handler per kind stays registered
//! for the page's life and hands on to the listeners; a listener leaves when its guard is dropped.

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::JsValue;

use crate::callback::{call, function};
use crate::error::{ErrorKind, OfficeError, Operation};
use crate::{limits, mailbox, sys};

/// What the mailbox tells the change of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EventKind {
    Item,
    Theme,
    Selection,
}

impl EventKind {
    /// The value of `Office.EventType` for it.
    const fn name(self) -> &'static str {
        match self {
            Self::Item => "olkItemSelectedChanged",
            Self::Theme => "officeThemeChanged",
            Self::Selection => "olkSelectedItemsChanged",
        }
    }
}

type Handler = Rc<RefCell<dyn FnMut()>>;

struct Listener {
    number: u32,
    kind: EventKind,
    handler: Handler,
}

#[derive(Default)]
struct Listeners {
    last: u32,
    all: Vec<Listener>,
    registered: Vec<EventKind>,
}

thread_local! {
    static LISTENERS: RefCell<Listeners> = RefCell::default();
}

/// A listener's place; dropping it ends the listening.
#[must_use = "the listening ends when this is dropped"]
#[derive(Debug)]
pub struct Subscription {
    number: u32,
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let number = self.number;
        LISTENERS.with_borrow_mut(|listeners| listeners.all.retain(|listener| listener.number != number));
    }
}

/// Adds a listener, and registers with Office when it is the first of its kind.
pub(crate) async fn subscribe(
    operation: Operation,
    kind: EventKind,
    handler: impl FnMut() + 'static,
) -> Result<Subscription, OfficeError> {
    let subscription = add(kind, Rc::new(RefCell::new(handler)));
    if LISTENERS.with_borrow(|listeners| listeners.registered.contains(&kind)) {
        return Ok(subscription);
    }
    // Noted before the answer, so that a second listener meanwhile does not register a second handler.
    LISTENERS.with_borrow_mut(|listeners| listeners.registered.push(kind));
    let heard = function(move |_: JsValue| tell(kind));
    let registered = call(operation, limits::SMALL, |callback| {
        let mailbox = sys::mailbox().ok_or(ErrorKind::Unsupported)?;
        Ok(mailbox.add_handler_async(kind.name(), &heard, callback)?)
    })
    .await;
    match registered {
        Ok(_) => Ok(subscription),
        Err(error) => {
            // After a mere silence the handler may be there all the same; a second one would only repeat.
            if error.kind != ErrorKind::Timeout {
                LISTENERS.with_borrow_mut(|listeners| listeners.registered.retain(|other| *other != kind));
            }
            Err(error)
        }
    }
}

fn add(kind: EventKind, handler: Handler) -> Subscription {
    LISTENERS.with_borrow_mut(|listeners| {
        listeners.last = listeners.last.wrapping_add(1);
        let number = listeners.last;
        listeners.all.push(Listener { number, kind, handler });
        Subscription { number }
    })
}

/// Hands an event on. The list is not borrowed meanwhile: a handler may subscribe and unsubscribe.
fn tell(kind: EventKind) {
    if kind == EventKind::Item {
        mailbox::another_item_was_opened();
    }
    let numbers: Vec<u32> = LISTENERS.with_borrow(|listeners| {
        listeners.all.iter().filter(|listener| listener.kind == kind).map(|listener| listener.number).collect()
    });
    for number in numbers {
        let handler = LISTENERS.with_borrow(|listeners| {
            let listener = listeners.all.iter().find(|listener| listener.number == number);
            listener.map(|listener| Rc::clone(&listener.handler))
        });
        // A handler that is running already (an event out of an event) is not entered twice.
        if let Some(handler) = handler
            && let Ok(mut handler) = handler.try_borrow_mut()
        {
            handler();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::rc::Rc;

    use super::{EventKind, RefCell, add, tell};

    #[test]
    fn a_listener_hears_its_own_kind_until_its_guard_is_dropped() {
        let heard = Rc::new(Cell::new(0));
        let count = Rc::clone(&heard);
        let guard = add(EventKind::Theme, Rc::new(RefCell::new(move || count.set(count.get() + 1))));
        tell(EventKind::Theme);
        tell(EventKind::Selection);
        assert_eq!(heard.get(), 1);
        drop(guard);
        tell(EventKind::Theme);
        assert_eq!(heard.get(), 1);
    }
}
