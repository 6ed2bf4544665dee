//! Asking who saved messages, waiting for changes of that, and taking saves back.

use super::{Runner, outlook, wait};
use flows::{SavedEffect, SavedEvent};
use std::cell::RefCell;
use web_sys::AbortController;

/// A second, in milliseconds.
const SECOND_MS: i32 = 1_000;

/// The one wait for a change that is under way. A browser lets but a few requests wait at once, so one that nobody
/// wants any more ends.
#[derive(Default)]
pub(super) struct Watches {
    current: RefCell<Option<AbortController>>,
}

impl Watches {
    fn begin(&self) -> Option<AbortController> {
        self.stop();
        let abort = AbortController::new().ok()?;
        *self.current.borrow_mut() = Some(abort.clone());
        Some(abort)
    }

    /// Ends it.
    pub(super) fn stop(&self) {
        if let Some(former) = self.current.borrow_mut().take() {
            former.abort();
        }
    }
}

/// Carries out what an opened message waits for.
pub(super) async fn carry_out(runner: &'static Runner, effect: SavedEffect) -> Option<SavedEvent> {
    Some(match effect {
        SavedEffect::LookUp(number, call) => SavedEvent::LookedUp(number, runner.server.call(&call).await),
        SavedEffect::Watch(number, call) => {
            let abort = runner.watches.begin()?;
            SavedEvent::Watched(number, runner.server.call_until(&call, &abort).await)
        }
        SavedEffect::Pause(number, wait_ms) => {
            wait::pause(wait_ms).await;
            SavedEvent::Paused(number)
        }
        SavedEffect::Tick(save) => {
            wait::pause(SECOND_MS).await;
            SavedEvent::Ticked(save)
        }
        _ => return None,
    })
}

/// Carries out what comes after that, and is fetched with saving.
pub(super) async fn carry_out_later(runner: &'static Runner, effect: SavedEffect) -> Option<SavedEvent> {
    match effect {
        SavedEffect::Remove(key, call) => {
            let answer = runner.server.call(&call).await;
            return Some(SavedEvent::Removed(key, call.entry, answer));
        }
        SavedEffect::Find(save, call) => return Some(SavedEvent::Found(save, runner.server.call(&call).await)),
        SavedEffect::TakeBack(save, call) => {
            return Some(SavedEvent::TakenBack(save, runner.server.call(&call).await));
        }
        SavedEffect::Unmark(key) => outlook::unmark(&key).await,
        SavedEffect::ShowBar(key, line) => outlook::show_bar(&key, &line).await,
        SavedEffect::HideBar(key) => outlook::hide_bar(&key).await,
        SavedEffect::KeepMarks(marks) => outlook::keep_marks(marks).await,
        _ => {}
    }
    None
}
