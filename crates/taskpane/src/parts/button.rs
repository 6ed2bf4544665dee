//! Buttons.

use super::holds;
use crate::dispatch::{Dispatch, dispatch};
use flows::{App, Event};
use leptos::ev::{KeyboardEvent, MouseEvent};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, Node};

/// What a click does, boxed so that all clicks are compiled as one: each kind of its own costs kilobytes. Where the
/// control goes away with it, the keyboard goes to the heading it stood under.
pub(crate) fn pressed(act: impl Fn() + 'static) -> Box<dyn FnMut(MouseEvent)> {
    Box::new(move |event| {
        let target = event.target().and_then(|target| target.dyn_into::<Node>().ok());
        let pressed = focused().filter(|focused| focused.contains(target.as_ref()));
        let around = around(pressed);
        act();
        stay_around(around);
    })
}

/// To be called where something is about to be drawn anew by itself: if what has the keyboard goes away with it, the
/// heading it stood under gets it, or what had unfolded it.
pub(crate) fn keep_keyboard() {
    stay_around(around(focused()));
}

fn focused() -> Option<Element> {
    document().active_element().filter(|focused| focused.tag_name() != "BODY")
}

/// What a keyboard that is lost from within this may go back to, the nearest first.
fn around(inner: Option<Element>) -> Vec<Element> {
    let mut next = inner;
    let mut around = vec![];
    while let Some(section) = next.and_then(|inner| inner.closest("section, main, .part-disclosure").ok().flatten()) {
        next = section.parent_element();
        around.push(section);
    }
    around
}

fn stay_around(around: Vec<Element>) {
    if !around.is_empty() {
        request_animation_frame(move || stay(&around));
    }
}

/// Puts the focus on the head of the first of these that is still there, if nothing has it.
fn stay(around: &[Element]) {
    let there = around.iter().find(|section| section.is_connected()).filter(|_| focused().is_none());
    let head = there.and_then(|section| section.query_selector("h1, h2, h3, .part-disclosure-button").ok().flatten());
    if let Some(head) = head.and_then(|head| head.dyn_into::<HtmlElement>().ok()) {
        if head.tag_name() != "BUTTON" {
            head.set_tab_index(-1);
        }
        // What cannot take the focus leaves it where it is.
        let _ = head.focus();
    }
}

/// What any other event of the browser does, boxed likewise.
pub(crate) fn heard<E: 'static>(act: impl Fn(E) + 'static) -> Box<dyn FnMut(E)> {
    Box::new(act)
}

/// What Escape does here, where it does anything; `act` says whether it did. What is taken is kept from office.js,
/// which would give the keyboard back to Outlook (`office-js.md §1.6`).
pub(crate) fn at_escape(act: impl Fn() -> bool + 'static) -> Box<dyn FnMut(KeyboardEvent)> {
    heard(move |event: KeyboardEvent| {
        if event.key() != "Escape" || event.is_composing() {
            return;
        }
        let around = around(focused());
        if act() {
            stay_around(around);
            event.prevent_default();
            event.stop_propagation();
        }
    })
}

/// A click that makes this event happen.
pub(crate) fn sends(event: Event) -> Box<dyn FnMut(MouseEvent)> {
    let dispatch = dispatch();
    pressed(move || {
        // A heading that a former press was to bring about and did not is not waited for any more.
        dispatch.take_focus();
        dispatch.send(event.clone());
    })
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

/// Puts the focus on what has to be put right first, in place of the heading that is wanted: when a form is sent, and
/// when it comes back refused from `sending` to `filling`, for meanwhile no field takes the keyboard.
pub(crate) fn keep_at_fault(
    dispatch: Dispatch,
    first: impl Fn(&App) -> Option<String> + Copy + 'static,
    filling: impl Fn() -> bool + 'static,
    sending: impl Fn() -> bool + 'static,
) -> impl Fn() + Copy + 'static {
    let go = move || {
        if let Some(first) = dispatch.look(first) {
            dispatch.take_focus();
            keep_focus(first);
        }
    };
    Effect::new(move |was_sending: Option<bool>| {
        if was_sending == Some(true) && filling() {
            go();
        }
        sending()
    });
    go
}

/// Puts the focus on what stands at this id now.
pub(crate) fn focus(id: &str) {
    let element = document().get_element_by_id(id);
    if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        // An element that cannot take the focus leaves it where it is.
        let _ = element.focus();
    }
}
