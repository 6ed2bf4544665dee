//! Waiting for the browser, never longer than a limit.

use js_sys::{Array, Promise};
use leptos::prelude::window;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

/// Why there is no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Missed {
    /// The time was up.
    Late,
    /// The browser refused.
    Refused,
}

/// What a promise resolves to, if it does so within the limit.
pub(super) async fn within(limit_ms: i32, promise: &Promise) -> Result<JsValue, Missed> {
    let timer = Promise::new(&mut |_, late| {
        // Should there be no timer, the promise alone decides.
        let _ = window().set_timeout_with_callback_and_timeout_and_arguments_0(&late, limit_ms);
    });
    let first = Promise::race(&Array::of2(promise, &timer));
    // The timer gives no reason; every refusal of the browser has one.
    let why = |reason: JsValue| if reason.is_undefined() { Missed::Late } else { Missed::Refused };
    JsFuture::from(first).await.map_err(why)
}

/// Lets this time pass.
pub(crate) async fn pause(time_ms: i32) {
    // A promise that never settles leaves the limit alone to end it.
    let _ = within(time_ms, &Promise::new(&mut |_, _| {})).await;
}
