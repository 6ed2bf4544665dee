//! Switches that make the stand-in misbehave the way real sites do (imis.md §4.5, §17).
//!
//! A fault is matched by method and entity, in the order the faults were added; the first that fits is used and,
//! unless it lasts, used up.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::sync::watch;

use url::Url;

/// Whether the write had happened when the failure was reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stored {
    /// The row is there although the answer says otherwise.
    Yes,
    /// Nothing was written.
    No,
}

/// When a request is held back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// It is there whole, and nothing has happened; nothing will if its client goes away.
    Arrived,
    /// Likewise, but it happens once the gate is open, whoever is still there to hear of it.
    Unstoppable,
    /// It has happened, and is not answered.
    Stored,
}

/// Where requests are held back; whoever has a clone sees when one stands there, and lets it go.
#[derive(Debug, Clone)]
pub struct Gate(Arc<watch::Sender<Passage>>);

#[derive(Debug, Default)]
struct Passage {
    stands: bool,
    open: bool,
    happened: bool,
}

impl Default for Gate {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(Passage::default())))
    }
}

impl PartialEq for Gate {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Gate {}

impl Gate {
    /// Waits until a request stands here.
    pub async fn reached(&self) {
        let mut passage = self.0.subscribe();
        // The sender is this gate's own, so it is not gone.
        let _there = passage.wait_for(|passage| passage.stands).await;
    }

    /// Lets go whatever stands here or comes.
    pub fn open(&self) {
        self.0.send_modify(|passage| passage.open = true);
    }

    /// Waits until what stood here has happened, where it does so whoever is still there.
    pub async fn happened(&self) {
        let mut passage = self.0.subscribe();
        let _there = passage.wait_for(|passage| passage.happened).await;
    }

    pub(super) fn has_happened(&self) {
        self.0.send_modify(|passage| passage.happened = true);
    }

    pub(super) async fn pass(&self) {
        self.0.send_modify(|passage| passage.stands = true);
        let mut passage = self.0.subscribe();
        let _open = passage.wait_for(|passage| passage.open).await;
    }
}

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Nothing, but it is held back.
    Held(Moment, Gate),
    /// The answer is right, but late.
    Latency(Duration),
    /// 401, as if the token had died.
    Unauthorized,
    /// 408 with nothing written.
    RequestTimeout,
    /// 429, with `Retry-After` in seconds when given.
    TooManyRequests {
        /// Value of the header.
        retry_after: Option<u64>,
    },
    /// 500 with the usual text.
    ServerError {
        /// Whether the row is there all the same.
        stored: Stored,
    },
    /// 503 with the page a restarting site shows.
    Unavailable,
    /// The right answer, cut off in the middle; a write has happened.
    Truncated,
    /// 200 with an HTML page instead of JSON; nothing is written.
    Html,
    /// 403 with a text.
    Refused,
    /// 400 with a complaint about one field, as by a rule that the site added; nothing is written.
    Invalid {
        /// The field's name.
        field: String,
        /// What is wrong with it.
        message: String,
    },
    /// 302 to the site's sign-in page, as a guard before the whole site does it; nothing is written.
    SignInPage,
    /// The right answer, a byte each time so long passes; a write has happened.
    Trickle(Duration),
    /// The right answer behind so many bytes of white space; a write has happened.
    Flood(u64),
    /// The right answer, each header twice, and the kind of its body once wrongly; a write has happened.
    DoubledHeaders,
    /// The right answer, and then nobody listens at the site's address until [`super::Running::come_back`].
    AnswerAndLeave,
    /// 307 to another address, as a rule for all addresses of a misconfigured site may do; nothing is written.
    Redirect(Url),
    /// 200 with this JSON instead of the right one; nothing is written.
    Json(String),
    /// No answer until the client gives up; nothing is written.
    HangForever,
    /// The write happens and is answered by a reset of the connection.
    ResetAfterStore,
    /// The connection is reset as soon as the request is there whole; the write happens once the gate is open.
    ResetAndStoredLater(Gate),
    /// The connection is reset in the middle of the request, before anything happens.
    ResetBeforeStore,
}

/// How often a fault fires.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lasts {
    /// For so many matching requests.
    Times(u32),
    /// Until [`Faults::clear`].
    Always,
}

/// One switch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// HTTP method in upper case; any when `None`.
    pub method: Option<String>,
    /// Entity in the path, case ignored, or `token`; any when `None`.
    pub entity: Option<String>,
    /// Matching requests that are let through first.
    pub after: u32,
    /// What happens.
    pub effect: Effect,
    /// How often.
    pub lasts: Lasts,
}

impl Fault {
    /// A fault that hits the next request, whatever it is.
    pub fn once(effect: Effect) -> Self {
        Self { method: None, entity: None, after: 0, effect, lasts: Lasts::Times(1) }
    }

    /// The same fault for every matching request.
    #[must_use]
    pub fn always(self) -> Self {
        Self { lasts: Lasts::Always, ..self }
    }

    /// The same fault for so many matching requests.
    #[must_use]
    pub fn times(self, count: u32) -> Self {
        Self { lasts: Lasts::Times(count), ..self }
    }

    /// The same fault, once so many matching requests have gone through.
    #[must_use]
    pub fn after(self, count: u32) -> Self {
        Self { after: count, ..self }
    }

    /// The same fault, only for this method and entity.
    #[must_use]
    pub fn on(self, method: &str, entity: &str) -> Self {
        Self { method: Some(method.to_ascii_uppercase()), entity: Some(entity.to_owned()), ..self }
    }

    fn fits(&self, method: &str, entity: &str) -> bool {
        self.method.as_deref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(method))
            && self.entity.as_deref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(entity))
    }
}

/// The queue of switches.
#[derive(Debug, Default)]
pub struct Faults(Mutex<Vec<Fault>>);

impl Faults {
    /// Adds one behind those already there.
    pub fn add(&self, fault: Fault) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(fault);
    }

    /// Takes all of them away.
    pub fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Switches that have not been used up.
    pub fn waiting(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// What happens to this request, using up a one-shot fault.
    pub(super) fn take(&self, method: &str, entity: &str) -> Option<Effect> {
        let mut faults = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut hit = None;
        for (index, fault) in faults.iter_mut().enumerate().filter(|(_, fault)| fault.fits(method, entity)) {
            if fault.after > 0 {
                fault.after -= 1;
                continue;
            }
            hit = Some(index);
            break;
        }
        let index = hit?;
        let effect = faults[index].effect.clone();
        match &mut faults[index].lasts {
            Lasts::Always => {}
            Lasts::Times(left) if *left > 1 => *left -= 1,
            Lasts::Times(_) => {
                faults.remove(index);
            }
        }
        Some(effect)
    }
}
