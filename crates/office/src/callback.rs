//! Office's callbacks as futures: the one place where closures for single answers are made and time is limited.
//!
//! Invariant: a [`Waiting`] resolves exactly once, by the callback or by its timer, whichever is first; what
//! comes later finds a slot nobody reads and is dropped with it. Closures are handed to the browser's collector,
//! so a late or second call never meets a freed one.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use js_sys::{Function, Promise};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};

use crate::error::{ErrorKind, OfficeError, Operation};
use crate::sys;

/// How a wait ended.
pub(crate) enum Answer {
    /// The callback came, with this.
    Called(JsValue),
    /// The time was up.
    TimedOut,
}

#[derive(Default)]
struct Slot {
    answer: Cell<Option<Answer>>,
    waker: RefCell<Option<Waker>>,
    settled: Cell<bool>,
}

impl Slot {
    fn settle(&self, answer: Answer) {
        if self.settled.replace(true) {
            return;
        }
        self.answer.set(Some(answer));
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}

/// The future of one callback.
pub(crate) struct Waiting {
    slot: Rc<Slot>,
    timer: JsValue,
}

impl Future for Waiting {
    type Output = Answer;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Answer> {
        if let Some(answer) = self.slot.answer.take() {
            return Poll::Ready(answer);
        }
        self.slot.waker.replace(Some(context.waker().clone()));
        Poll::Pending
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        sys::clear_timeout(&self.timer);
    }
}

/// A function of one argument for Office to call, as often as it likes, for as long as it keeps it.
pub(crate) fn function(handler: impl FnMut(JsValue) + 'static) -> Function {
    Closure::<dyn FnMut(JsValue)>::new(handler).into_js_value().unchecked_into()
}

/// A callback and the future of its first call, which ends after `limit` at the latest.
pub(crate) fn wait(limit: Duration) -> (Function, Waiting) {
    let slot = Rc::new(Slot::default());
    let called = Rc::clone(&slot);
    let callback = function(move |value| called.settle(Answer::Called(value)));
    let late = Rc::clone(&slot);
    let alarm = function(move |_| late.settle(Answer::TimedOut));
    let milliseconds = i32::try_from(limit.as_millis()).unwrap_or(i32::MAX);
    let timer = sys::set_timeout(&alarm, milliseconds);
    (callback, Waiting { slot, timer })
}

/// Starts a call of Office's and waits for its `AsyncResult`: the value on success.
///
/// `start` is given the callback and makes the call; what it throws becomes an error of this operation.
pub(crate) async fn call(
    operation: Operation,
    limit: Duration,
    start: impl FnOnce(&Function) -> Result<(), Trouble>,
) -> Result<JsValue, OfficeError> {
    let (callback, waiting) = wait(limit);
    start(&callback).map_err(|trouble| OfficeError::new(operation, trouble.kind))?;
    answered(waiting.await).map_err(|kind| OfficeError::new(operation, kind))
}

/// Waits for a promise, for as long as `limit`; a rejected promise answers `undefined`.
pub(crate) async fn settled(promise: &Promise, limit: Duration) -> Answer {
    let (resolved, waiting) = wait(limit);
    let rejected = resolved.clone();
    let refuse = function(move |_| {
        // The callback is ours and throws nothing.
        let _ = rejected.call1(&JsValue::UNDEFINED, &JsValue::UNDEFINED);
    });
    sys::then(promise, &resolved, &refuse);
    waiting.await
}

/// Why a call could not even be started.
pub(crate) struct Trouble {
    kind: ErrorKind,
}

impl From<ErrorKind> for Trouble {
    fn from(kind: ErrorKind) -> Self {
        Self { kind }
    }
}

/// What Office threw: a `TypeError` is a member this Outlook lacks, anything else is a refusal.
impl From<JsValue> for Trouble {
    fn from(thrown: JsValue) -> Self {
        Self { kind: ErrorKind::thrown(&thrown) }
    }
}

impl ErrorKind {
    /// The meaning of what Office threw.
    pub(crate) fn thrown(thrown: &JsValue) -> Self {
        if thrown.is_instance_of::<js_sys::TypeError>() {
            return Self::Unsupported;
        }
        sys::number(thrown, "code").map_or(Self::Refused, |code| Self::from_code(whole(code)))
    }
}

/// The value of an `AsyncResult`, or why there is none.
pub(crate) fn answered(answer: Answer) -> Result<JsValue, ErrorKind> {
    let Answer::Called(result) = answer else { return Err(ErrorKind::Timeout) };
    match sys::text(&result, "status").as_deref() {
        Some("succeeded") => Ok(sys::field(&result, "value")),
        Some(_) => {
            let code = sys::number(&sys::field(&result, "error"), "code");
            Err(code.map_or(ErrorKind::Other(0), |code| ErrorKind::from_code(whole(code))))
        }
        None => Err(ErrorKind::Unreadable),
    }
}

#[expect(clippy::cast_possible_truncation, reason = "saturates; Office's codes have five digits")]
fn whole(code: f64) -> i32 {
    code as i32
}
