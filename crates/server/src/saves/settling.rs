//! Until when a write that nobody knows the outcome of may still come about in iMIS.
//!
//! Looking proves nothing before: what is not there may be on its way, and written once more it would be there twice.
//! Assumed, here and nowhere else:
//!
//! - iMIS is done with a request at the latest `limits.imis_write` after the whole of it was sent, whoever still
//!   listens. ASP.NET gives up a request after 110 s by itself (`executionTimeout`); the default is 2 min.
//! - The clocks of the servers on one store tell the same to an eighth of that, and are turned by no more while a
//!   write is in doubt. One that is set back by more makes people wait for longer; one that is set forward by more
//!   takes the waiting away.
//!
//! What iMIS has answered is over at once ([`imis::Standing`]).

use crate::app::App;
use imis::Clock;
use std::time::Duration;

/// The clock, and how long iMIS takes.
#[derive(Clone, Debug)]
pub(crate) struct Settling {
    clock: Clock,
    /// Longest time that iMIS is at a request.
    write_ms: i64,
    /// Longest time until the whole of an upload is sent.
    upload_ms: i64,
}

impl Settling {
    pub(crate) fn of(app: &App) -> Self {
        let limits = &app.config.limits;
        Self::new(app.clock.clone(), limits.imis_write, limits.upload_total)
    }

    pub(crate) fn new(clock: Clock, write: Duration, upload: Duration) -> Self {
        let ms = |time: Duration| i64::try_from(time.as_millis()).unwrap_or(i64::MAX / 4);
        Self { clock, write_ms: ms(write), upload_ms: ms(upload) }
    }

    pub(crate) fn now_ms(&self) -> i64 {
        self.clock.now_ms()
    }

    /// Until when a write that is sent now, or a little later, may come: an eighth of the time is for that, another
    /// for the clocks.
    pub(crate) fn of_write(&self) -> i64 {
        self.clock.now_ms().saturating_add(self.write_ms).saturating_add(self.write_ms / 4)
    }

    /// Likewise, of an upload that begins now.
    pub(crate) fn of_upload(&self) -> i64 {
        self.of_write().saturating_add(self.upload_ms)
    }

    /// Whether a write that was noted to come until then at the latest may be sent now, and take a moment to go out.
    pub(crate) fn is_fresh(&self, until_ms: Option<i64>) -> bool {
        let latest = self.of_write().saturating_sub(self.write_ms / 16);
        until_ms.is_some_and(|until_ms| latest <= until_ms)
    }

    /// How long it is until then, in seconds; `None` where it is over.
    pub(crate) fn wait_s(&self, until_ms: Option<i64>) -> Option<u32> {
        let left_ms = until_ms?.saturating_sub(self.clock.now_ms());
        let left_ms = u64::try_from(left_ms).ok().filter(|left_ms| *left_ms > 0)?;
        Some(u32::try_from(left_ms.div_ceil(1000)).unwrap_or(u32::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicI64, Ordering};

    #[test]
    fn a_write_is_over_a_quarter_after_the_longest_that_imis_takes() {
        let now_ms = Arc::new(AtomicI64::new(1_000));
        let clock = Clock::new({
            let now_ms = now_ms.clone();
            move || now_ms.load(Ordering::Relaxed)
        });
        let settling = Settling::new(clock, Duration::from_mins(2), Duration::from_mins(5));
        let until_ms = Some(settling.of_write());
        assert_eq!((until_ms, settling.of_upload()), (Some(151_000), 451_000));
        for (at_ms, fresh, wait_s) in [
            (1_000, true, Some(150)),
            (8_500, true, Some(143)),
            (8_501, false, Some(143)),
            (150_999, false, Some(1)),
            (151_000, false, None),
        ] {
            now_ms.store(at_ms, Ordering::Relaxed);
            assert_eq!((settling.is_fresh(until_ms), settling.wait_s(until_ms)), (fresh, wait_s), "{at_ms}");
        }
        assert_eq!((settling.is_fresh(None), settling.wait_s(None)), (false, None), "nothing was sent");
    }
}
