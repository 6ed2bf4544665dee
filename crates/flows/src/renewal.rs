//! When the session is renewed: in time, one at a time, and in no hurry when it does not work. Meanwhile the
//! former token goes on working, and nobody waits.

use crate::{Effect, Trouble};
use api::{Me, Problem};

/// The first wait after a failure, and the longest.
const FIRST_WAIT_MS: i64 = 30_000;
const LONGEST_WAIT_MS: i64 = 15 * 60_000;

/// Where the renewal stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Renewal {
    /// Nothing to do until the session says so.
    #[default]
    Idle,
    /// An answer is awaited.
    Running {
        /// Tries that failed before.
        failed: u32,
    },
    /// A try failed; the next is not before this time.
    Later {
        /// Tries that failed.
        failed: u32,
        /// Milliseconds since 1970.
        not_before_ms: i64,
    },
}

/// Whether renewing can prolong it: a session without anything to renew with says so by its times.
const fn renewable(me: &Me) -> bool {
    me.renew_from_ms < me.expires_ms && me.expires_ms < me.ends_ms
}

impl Renewal {
    /// A session with these times is in use from now on.
    pub(crate) fn reset(&mut self, me: &Me) -> Option<Effect> {
        *self = Self::Idle;
        renewable(me).then_some(Effect::WakeAt(me.renew_from_ms))
    }

    /// It was renewed at this time. Times that ask to be renewed again at once are a fault of some clock's, and
    /// wait.
    pub(crate) fn renewed(&mut self, me: &Me, now_ms: i64) -> Option<Effect> {
        let next = self.reset(me)?;
        if me.renew_from_ms > now_ms {
            return Some(next);
        }
        let not_before_ms = now_ms.saturating_add(LONGEST_WAIT_MS);
        *self = Self::Later { failed: 0, not_before_ms };
        Some(Effect::WakeAt(not_before_ms))
    }

    /// It is this time.
    pub(crate) fn woke(&mut self, me: &Me, now_ms: i64) -> Option<Effect> {
        let (due_ms, failed) = match *self {
            Self::Running { .. } => return None,
            Self::Idle => (me.renew_from_ms, 0),
            Self::Later { failed, not_before_ms } => (not_before_ms, failed),
        };
        if !renewable(me) {
            return None;
        }
        if now_ms < due_ms {
            return Some(Effect::WakeAt(due_ms));
        }
        *self = Self::Running { failed };
        Some(Effect::Renew)
    }

    /// It did not work this time.
    pub(crate) fn failed(&mut self, trouble: &Trouble, now_ms: i64) -> Option<Effect> {
        let Self::Running { failed } = *self else { return None };
        let asked_ms = match trouble {
            Trouble::Server(Problem { retry_after_s: Some(seconds), .. }) => i64::from(*seconds) * 1_000,
            _ => 0,
        };
        let wait_ms = (FIRST_WAIT_MS << failed.min(10)).min(LONGEST_WAIT_MS).max(asked_ms);
        let not_before_ms = now_ms.saturating_add(wait_ms);
        *self = Self::Later { failed: failed + 1, not_before_ms };
        Some(Effect::WakeAt(not_before_ms))
    }
}
