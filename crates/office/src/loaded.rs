//! Reading an item that is not open (Mailbox 1.15).
//!
//! Outlook loads one item at a time and wants it unloaded before the next (`office-js.md` §3). Invariants: whoever
//! comes second waits; what was loaded is unloaded whatever became of the reading, and also when it comes after we
//! stopped waiting for it.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use wasm_bindgen::{JsCast, JsValue};

use crate::callback::{Answer, answered, call, function, wait};
use crate::error::{ErrorKind, OfficeError, Operation};
use crate::gate::Gate;
use crate::item::Item;
use crate::mailbox::{self, ItemKey};
use crate::{limits, sys};

thread_local! {
    static TURNS: &'static Gate = Box::leak(Box::new(Gate::new(1)));
    static LOADED: RefCell<Option<(ItemKey, sys::OpenItem)>> = const { RefCell::new(None) };
}

/// Whether this Outlook can read an item that is not open: it says so, and its script has the call.
pub fn offered() -> bool {
    mailbox::has("1.15", "loadItemByIdAsync")
}

/// Loads the item of this id, has it read, and unloads it. The [`Item`] is good until `read` ends; its key counts as
/// no opening.
pub async fn with<T>(item_id: &str, read: impl AsyncFnOnce(Item) -> T) -> Result<T, OfficeError> {
    let turns = TURNS.with(|turns| *turns);
    let turn = turns.enter().await;
    let loaded = load(item_id).await?;
    let key = ItemKey::of_loaded(item_id.to_owned());
    LOADED.with_borrow_mut(|held| *held = Some((key.clone(), loaded.clone())));
    let came = read(Item::of(key)).await;
    LOADED.with_borrow_mut(Option::take);
    // What Outlook does not let go, the next loading tells; what was read is read.
    let _ = unload(&loaded).await;
    drop(turn);
    Ok(came)
}

/// The loaded item of this key, while it is loaded.
pub(crate) fn item(key: &ItemKey) -> Option<sys::OpenItem> {
    LOADED.with_borrow(|held| held.as_ref().filter(|(loaded, _)| loaded == key).map(|(_, item)| item.clone()))
}

async fn load(item_id: &str) -> Result<sys::OpenItem, OfficeError> {
    let operation = Operation::LoadItem;
    let failed = |kind| OfficeError::new(operation, kind);
    let mailbox = sys::mailbox().ok_or(failed(ErrorKind::Unsupported))?;
    let (settle, waiting) = wait(limits::LOAD);
    let given_up = Rc::new(Cell::new(false));
    let late = Rc::clone(&given_up);
    let callback = function(move |result| {
        if late.get() {
            unload_late(&result);
        } else {
            // The function is ours and throws nothing.
            drop(settle.call1(&JsValue::UNDEFINED, &result));
        }
    });
    mailbox.load_item_by_id_async(item_id, &callback).map_err(|thrown| failed(ErrorKind::thrown(&thrown)))?;
    let answer = waiting.await;
    given_up.set(matches!(answer, Answer::TimedOut));
    let loaded = answered(answer).map_err(failed)?;
    if loaded.is_object() { Ok(loaded.unchecked_into()) } else { Err(failed(ErrorKind::Unreadable)) }
}

async fn unload(loaded: &sys::OpenItem) -> Result<(), OfficeError> {
    call(Operation::LoadItem, limits::SMALL, |callback| Ok(loaded.unload_async(callback)?)).await.map(drop)
}

/// What came after its time is let go, or nothing could be loaded any more.
fn unload_late(result: &JsValue) {
    let loaded = sys::field(result, "value");
    if loaded.is_object() {
        // Nobody waits for what becomes of it.
        drop(loaded.unchecked_into::<sys::OpenItem>().unload_async(&function(drop)));
    }
}
