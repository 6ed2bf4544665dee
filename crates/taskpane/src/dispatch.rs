//! The one way for views to make something happen: an event goes in, the state moves, effects go to the runner.

use crate::runner::Runner;
use flows::{App, Event, SheetLogic};
use leptos::prelude::*;

/// The pane's state and the way to move it. A context.
#[derive(Clone, Copy)]
pub(crate) struct Dispatch {
    app: RwSignal<App>,
    runner: StoredValue<&'static Runner, LocalStorage>,
    wants_focus: StoredValue<bool>,
}

impl Dispatch {
    /// Starts the state and what it asks for first.
    pub(crate) fn start() -> Self {
        let (app, effects) = App::start_without_sheets();
        // The runner lives as long as the page; leaking says so.
        let runner: &'static Runner = Box::leak(Box::default());
        let dispatch = Self {
            app: RwSignal::new(app),
            runner: StoredValue::new_local(runner),
            wants_focus: StoredValue::new(false),
        };
        for effect in effects {
            runner.run(effect, dispatch);
        }
        runner.listen(dispatch);
        dispatch
    }

    /// Something happened by itself.
    pub(crate) fn send(self, event: Event) {
        let now_ms = self.runner.with_value(|runner| runner.now_ms());
        let update = |app: &mut App| {
            app.update(Event::TimeRead(now_ms));
            app.update(event)
        };
        let effects = self.app.try_update(update).unwrap_or_default();
        for effect in effects {
            self.runner.with_value(|runner| runner.run(effect, self));
        }
    }

    /// What moves the sheets has come.
    pub(crate) fn sheets_arrived(self, logic: SheetLogic) {
        let effects = self.app.try_update(|app| app.sheets_arrived(logic)).unwrap_or_default();
        for effect in effects {
            self.runner.with_value(|runner| runner.run(effect, self));
        }
    }

    /// The person did something that replaces what they stand on: the heading of what comes takes the focus.
    pub(crate) fn send_and_move(self, event: Event) {
        self.wants_focus.set_value(true);
        self.send(event);
    }

    /// Whether a heading that appears now takes the focus; the next one does not.
    pub(crate) fn take_focus(self) -> bool {
        self.wants_focus.try_update_value(std::mem::take).unwrap_or_default()
    }

    /// A part of the state as it is now, for what does not change while it is shown.
    pub(crate) fn look<T>(self, part: impl FnOnce(&App) -> T) -> T {
        self.app.with_untracked(part)
    }

    /// A part of the state, which wakes its readers only when it changes.
    pub(crate) fn project<T: Send + Sync + PartialEq + 'static>(
        self,
        part: impl Fn(&App) -> T + Send + Sync + 'static,
    ) -> Memo<T> {
        projected(self.app, Box::new(part))
    }
}

/// Boxed, so that parts of one type are compiled as one.
fn projected<T: Send + Sync + PartialEq + 'static>(
    app: RwSignal<App>,
    part: Box<dyn Fn(&App) -> T + Send + Sync>,
) -> Memo<T> {
    Memo::new(move |_| app.with(&part))
}

/// The dispatcher of the pane a view stands in.
pub(crate) fn dispatch() -> Dispatch {
    expect_context()
}
