//! Buttons.

use super::holds;
use crate::dispatch::dispatch;
use flows::Event;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// A button that makes one thing happen.
pub(crate) fn button(label: &'static str, event: Event) -> impl IntoView {
    let dispatch = dispatch();
    view! {
        <button type="button" class="part-button" on:click=move |_| dispatch.send(event.clone())>{label}</button>
    }
}

/// A button that is on or off, and tells which in the way screen readers know.
pub(crate) fn toggle(
    label: impl IntoView + 'static,
    pressed: impl Fn() -> bool + Send + Sync + 'static,
    event: Event,
) -> impl IntoView {
    let dispatch = dispatch();
    view! {
        <button
            type="button"
            class="part-toggle"
            aria-pressed=holds(pressed)
            on:click=move |_| dispatch.send(event.clone())
        >
            {label}
        </button>
    }
}

/// Puts the focus on what stands at this id once the page is drawn anew: the control the person used may have
/// been replaced by another.
pub(crate) fn keep_focus(id: String) {
    request_animation_frame(move || {
        let element = document().get_element_by_id(&id);
        if let Some(element) = element.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
            // An element that cannot take the focus leaves it where it is.
            let _ = element.focus();
        }
    });
}
