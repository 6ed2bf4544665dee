//! A gate that lets so many through at once: Office refuses a fourth outstanding attachment call.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::poll_fn;
use std::task::{Poll, Waker};

/// A counter of places, and those who wait for one.
pub(crate) struct Gate {
    free: Cell<usize>,
    waiting: RefCell<VecDeque<Waker>>,
}

impl Gate {
    pub(crate) const fn new(places: usize) -> Self {
        Self { free: Cell::new(places), waiting: RefCell::new(VecDeque::new()) }
    }

    /// Waits for a place and takes it.
    pub(crate) async fn enter(&'static self) -> Place {
        poll_fn(|context| {
            let free = self.free.get();
            if free > 0 {
                self.free.set(free - 1);
                return Poll::Ready(());
            }
            self.waiting.borrow_mut().push_back(context.waker().clone());
            Poll::Pending
        })
        .await;
        Place { gate: self }
    }
}

/// One place inside; dropping it gives the place back.
pub(crate) struct Place {
    gate: &'static Gate,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.gate.free.set(self.gate.free.get() + 1);
        // All are woken: one that was given up meanwhile would swallow a single call. They are few.
        for waker in self.gate.waiting.take() {
            waker.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::pin;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::{Context, Poll, Wake, Waker};

    use super::Gate;

    #[derive(Default)]
    struct Woken(AtomicUsize);

    impl Wake for Woken {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn who_finds_the_gate_full_is_woken_when_somebody_leaves() {
        let gate: &'static Gate = Box::leak(Box::new(Gate::new(1)));
        let woken = Arc::new(Woken::default());
        let waker = Waker::from(Arc::clone(&woken));
        let mut context = Context::from_waker(&waker);

        let mut first = pin!(gate.enter());
        let Poll::Ready(place) = first.as_mut().poll(&mut context) else { panic!("the gate was free") };
        let mut second = pin!(gate.enter());
        assert!(second.as_mut().poll(&mut context).is_pending());
        assert_eq!(woken.0.load(Ordering::Relaxed), 0);

        drop(place);
        assert_eq!(woken.0.load(Ordering::Relaxed), 1);
        assert!(second.as_mut().poll(&mut context).is_ready());
    }
}
