//! Buttons.

use super::holds;
use crate::dispatch::dispatch;
use flows::Event;
use leptos::ev::{KeyboardEvent, MouseEvent};
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// What a click does, boxed so that all clicks are compiled as one: each kind of its own costs kilobytes.
pub(crate) fn pressed(act: impl Fn() + 'static) -> Box<dyn FnMut(MouseEvent)> {
    Box::new(move |_| act())
}

/// What any other event of the browser does, boxed likewise.
pub(crate) fn heard<E: 'static>(act: impl Fn(E) + 'static) -> Box<dyn FnMut(E)> {
    Box::new(act)
}

/// What Escape does here, where it does anything; `act` says whether it did. What is taken is kept from office.js,
/// which would give the keyboard back to Outlook (`office-js.md §1.6`).
pub(crate) fn at_escape(act: impl Fn() -> bool + 'static) -> Box<dyn FnMut(KeyboardEvent)> {
    heard(move |event: KeyboardEvent| {
        if event.key() == "Escape" && !event.is_composing() && act() {
            event.prevent_default();
            event.stop_propagation();
        }
    })
}

/// A click that makes this event happen.
pub(crate) fn sends(event: Event) -> Box<dyn FnMut(MouseEvent)> {
    let dispatch = dispatch();
    pressed(move || dispatch.send(event.clone()))
}

/// The same where a heading that comes takes the focus.
pub(crate) fn moves(event: Event) -> Box<dyn FnMut(MouseEvent)> {
    let dispatch = dispatch();
    pressed(move || dispatch.send_and_move(event.clone()))
}

/// A button that makes one thing happen.
pub(crate) fn button(label: &'static str, event: Event) -> impl IntoView {
    view! { <button type="button" class="part-button" on:click=sends(event)>{label}</button> }
}

/// A button that is on or off, and tells which in the way screen readers know.
pub(crate) fn toggle(
    label: impl IntoView + 'static,
    pressed: impl Fn() -> bool + Send + Sync + 'static,
    event: Event,
) -> impl IntoView {
    view! {
        <button type="button" class="part-toggle" aria-pressed=holds(pressed) on:click=sends(event)>
            {label}
        </button>
    }
}

/// Puts the focus on what stands at this id once the page is drawn anew: the control the person used may have
/// been replaced by another.
pub(crate) fn keep_focus(id: String) {
    request_animation_frame(move || focus(&id));
}

/// Puts the focus on what stands at this id now.
pub(crate) fn focus(id: &str) {
    let element = document().get_element_by_id(id);
    if let Some(element) = element.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
        // An element that cannot take the focus leaves it where it is.
        let _ = element.focus();
    }
}
