//! Office.js sets `history.pushState` and `history.replaceState` to null (`office-js.md` §2); this undoes it.

use wasm_bindgen::{JsCast, JsValue};

use crate::sys;

/// Takes Office's own empty properties off `history`, so that the browser's functions show again. Harmless when
/// there is nothing to undo.
pub fn restore_history() {
    let Ok(history) = sys::page().history().dyn_into::<js_sys::Object>() else { return };
    for name in ["pushState", "replaceState"] {
        // A property that cannot be taken off is not Office's: nothing to undo.
        let _ = js_sys::Reflect::delete_property(&history, &JsValue::from_str(name));
    }
}
