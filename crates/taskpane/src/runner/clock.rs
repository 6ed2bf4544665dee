//! Being woken: at a time asked for, and whenever the pane is looked at again, since browsers hold timers of
//! pages that nobody sees.

use super::Runner;
use crate::dispatch::Dispatch;
use flows::{Event, SavedEvent};
use js_sys::Math;
use leptos::prelude::{document, window};
use std::cell::Cell;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

/// The longest a browser counts, and then some; woken too early, the pane asks again.
const LONGEST_MS: f64 = 86_400_000.0;
/// How far apart panes that woke together are spread.
const SPREAD_MS: f64 = 60_000.0;

/// The one timer.
#[derive(Default)]
pub(super) struct Alarm {
    timer: Cell<Option<i32>>,
}

impl Runner {
    /// Wakes the pane at this time by the server's clock, or a little later.
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "clamped to a day")]
    pub(super) fn wake_at(&'static self, at_ms: i64, dispatch: Dispatch) {
        let wait_ms = (at_ms.saturating_sub(self.server.now_ms()) as f64).clamp(0.0, LONGEST_MS);
        let wait_ms = wait_ms + Math::random() * SPREAD_MS.min(wait_ms / 10.0);
        let woke = Closure::once_into_js(move || dispatch.send(Event::Woke(self.server.now_ms())));
        let timer =
            window().set_timeout_with_callback_and_timeout_and_arguments_0(woke.unchecked_ref(), wait_ms as i32);
        if let Some(former) = self.alarm.timer.replace(timer.ok()) {
            window().clear_timeout_with_handle(former);
        }
    }

    /// Wakes the pane whenever it comes to be seen, and tells whether it is.
    pub(super) fn wake_when_seen(&'static self, dispatch: Dispatch) {
        let seen = Closure::<dyn Fn()>::new(move || {
            let seen = !document().hidden();
            dispatch.send(Event::Saved(SavedEvent::Seen(seen)));
            if seen {
                dispatch.send(Event::Woke(self.server.now_ms()));
            }
        });
        // Without it, the timer does.
        let _ = document().add_event_listener_with_callback("visibilitychange", seen.into_js_value().unchecked_ref());
    }
}
