//! The Tab key, where Microsoft's library would take the keyboard out of the pane.

use leptos::prelude::document;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{HtmlElement, KeyboardEvent};

/// From where Tab does not stop, such as a heading that was given the keyboard, the library knows no next place and
/// hands the keyboard to Outlook. The browser knows one, so the library does not hear of such a key: it listens at
/// the window, which is behind the document.
pub(crate) fn keep_within() {
    let heard = Closure::<dyn Fn(KeyboardEvent)>::new(|event: KeyboardEvent| {
        let from = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok());
        if event.key() == "Tab" && from.is_some_and(|from| from.tab_index() < 0) {
            event.stop_propagation();
        }
    });
    // A page that takes no listener keeps the library's way.
    let _ = document().add_event_listener_with_callback("keydown", heard.as_ref().unchecked_ref());
    heard.forget();
}
