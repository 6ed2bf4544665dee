//! One pane of the browser at a time. Where the browser has no such locks, or another pane holds one for too
//! long, the work goes on without: the server takes a renewal twice (`api::RenewSession`).

use super::wait::within;
use js_sys::{Function, Promise, Reflect};
use leptos::prelude::window;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};

const LIMIT_MS: i32 = 20_000;

/// A lock while it is held; let go when dropped.
pub(super) struct Held {
    release: Rc<RefCell<Option<Function>>>,
    given_up: Rc<Cell<bool>>,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.given_up.set(true);
        if let Some(release) = self.release.borrow_mut().take() {
            // Resolving a promise of ours does not fail.
            let _ = release.call0(&JsValue::UNDEFINED);
        }
    }
}

/// Waits for the lock of this name.
pub(super) async fn hold(name: &str) -> Held {
    let held = Held { release: Rc::default(), given_up: Rc::default() };
    let (release, given_up) = (held.release.clone(), held.given_up.clone());
    let granted = Promise::new(&mut |resolve, _| {
        let (release, given_up) = (release.clone(), given_up.clone());
        let told = resolve.clone();
        let callback = Closure::once_into_js(move |_: JsValue| -> JsValue {
            // Granted after its time, it is of no use to anybody here.
            if given_up.get() {
                return JsValue::UNDEFINED;
            }
            let kept = Promise::new(&mut |done, _| *release.borrow_mut() = Some(done));
            let _ = told.call0(&JsValue::UNDEFINED);
            kept.into()
        });
        if request(name, &callback).is_none() {
            let _ = resolve.call0(&JsValue::UNDEFINED);
        }
    });
    // Late or refused, the work goes on.
    let _ = within(LIMIT_MS, &granted).await;
    held
}

/// `navigator.locks.request`, which old web views lack.
fn request(name: &str, callback: &JsValue) -> Option<()> {
    let locks = Reflect::get(&window().navigator(), &"locks".into()).ok().filter(JsValue::is_object)?;
    let request: Function = Reflect::get(&locks, &"request".into()).ok()?.dyn_into().ok()?;
    request.call2(&locks, &name.into(), callback).ok().map(drop)
}
