//! One HTTP exchange with iMIS, and what its outcome means.
//!
//! Every failure says whether the request may have taken effect, or still may; the answer is
//! never larger than the limit, and addresses and bodies reach no error text.

use crate::{Client, Error, ErrorKind, Operation, Standing, WriteError, wire};
use bytes::{Bytes, BytesMut};
use reqwest::{RequestBuilder, StatusCode, header};
use serde_json::Value;
use std::{
    hash::{BuildHasher, Hasher, RandomState},
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};

/// From this length on an answer is read beside the calls.
const LONG_BYTES: usize = 1024 * 1024;

/// Whether a failed request may have taken effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Certainly not.
    NoEffect,
    /// Perhaps, or perhaps it still will.
    Unknown(Standing),
}

impl Fate {
    /// Of a request that was answered with this status, by the answer's head alone.
    ///
    /// The application answers when it is done with a request: with what it stored, cut short or not, and with 500
    /// when it failed (which it may do after it has stored, `imis.md §4.5`). Pages and redirects in the place of the
    /// API's answer come from a guard before it, which lets nothing through that it answers itself. But 502 to 504, and
    /// the numbers above that proxies make up, are said by whoever stands before the application and no longer waits
    /// for it; and 408 by whoever did not wait for the whole request.
    fn of(status: StatusCode) -> Self {
        match status.as_u16() {
            408 | 502..=504 | 506.. => Self::Unknown(Standing::UnderWay),
            400..=499 | 501 => Self::NoEffect,
            _ => Self::Unknown(Standing::Over),
        }
    }

    /// Of one whose answer began with this status and broke off: half an answer refuses nothing.
    fn of_half(status: StatusCode) -> Self {
        match Self::of(status) {
            Self::NoEffect => Self::Unknown(Standing::Over),
            fate @ Self::Unknown(_) => fate,
        }
    }
}

/// Whether a read is worth another try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Again {
    Worthwhile,
    Pointless,
}

/// A failed exchange.
#[derive(Debug)]
pub(crate) struct Failed {
    pub(crate) error: Error,
    pub(crate) fate: Fate,
    pub(crate) again: Again,
}

impl Failed {
    /// A failure before anything was sent.
    pub(crate) const fn before(error: Error) -> Self {
        Self { error, fate: Fate::NoEffect, again: Again::Pointless }
    }
}

impl From<Failed> for Error {
    fn from(failed: Failed) -> Self {
        failed.error
    }
}

impl From<Failed> for WriteError {
    fn from(failed: Failed) -> Self {
        match failed.fate {
            Fate::NoEffect => Self::Refused(failed.error),
            Fate::Unknown(standing) => Self::Unknown(failed.error, standing),
        }
    }
}

/// An answer, whole.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) body: Bytes,
}

impl Client {
    /// Sends a request and reads the whole answer, of whatever status.
    pub(crate) async fn exchange(
        &self,
        operation: Operation,
        request: RequestBuilder,
        within: Duration,
    ) -> Result<Answer, Failed> {
        self.exchange_up_to(operation, request, within, self.limits().answer_max).await
    }

    /// Likewise, with an answer of at most `max` bytes.
    pub(crate) async fn exchange_up_to(
        &self,
        operation: Operation,
        request: RequestBuilder,
        within: Duration,
        max: usize,
    ) -> Result<Answer, Failed> {
        let started = Instant::now();
        let mut head = None;
        let outcome = tokio::time::timeout(within, read_answer(operation, request, max, &mut head)).await;
        let outcome = outcome.unwrap_or_else(|_| {
            let error = Error::new(operation, ErrorKind::Timeout);
            let fate = head.map_or(Fate::Unknown(Standing::UnderWay), Fate::of_half);
            Err(Failed { error, fate, again: Again::Pointless })
        });
        let status = outcome.as_ref().map_or(0, |answer| answer.status.as_u16());
        let elapsed_ms = started.elapsed().as_millis();
        tracing::debug!(?operation, status, elapsed_ms, "asked iMIS");
        outcome
    }
}

/// Says in `head` with what status the answer begins, as soon as it does.
async fn read_answer(
    operation: Operation,
    request: RequestBuilder,
    max: usize,
    head: &mut Option<StatusCode>,
) -> Result<Answer, Failed> {
    let mut response = request.send().await.map_err(|error| unsent(operation, error))?;
    let status = response.status();
    *head = Some(status);
    let retry_after = response
        .headers()
        .get(header::RETRY_AFTER)
        .and_then(|value| value.to_str().ok())
        .and_then(|text| text.trim().parse().ok())
        .map(Duration::from_secs);
    let mut body = BytesMut::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() > max => {
                let error = Error::new(operation, ErrorKind::TooLarge);
                return Err(Failed { error, fate: Fate::of_half(status), again: Again::Pointless });
            }
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => return Ok(Answer { status, retry_after, body: body.freeze() }),
            Err(error) => {
                let error = Error::because(operation, ErrorKind::NotUnderstood, error.without_url());
                return Err(Failed { error, fate: Fate::of_half(status), again: Again::Worthwhile });
            }
        }
    }
}

/// A request without an answer: nothing happened only if there was no connection.
fn unsent(operation: Operation, error: reqwest::Error) -> Failed {
    let connected = !error.is_connect() && !error.is_builder();
    let kind = if error.is_timeout() && connected { ErrorKind::Timeout } else { ErrorKind::Unreachable };
    Failed {
        error: Error::because(operation, kind, error.without_url()),
        fate: if connected { Fate::Unknown(Standing::UnderWay) } else { Fate::NoEffect },
        again: Again::Worthwhile,
    }
}

/// Reads a good answer as JSON, and sorts every other one (`imis.md §4.5`).
pub(crate) fn interpret(operation: Operation, answer: &Answer) -> Result<Value, Failed> {
    let status = answer.status;
    if status.is_success() && answer.body.trim_ascii().is_empty() {
        // What removes a record answers nothing; whoever wants something finds it missing.
        return Ok(Value::Null);
    }
    if status.is_success() {
        return serde_json::from_slice(&answer.body).map_err(|error| Failed {
            error: Error::because(operation, ErrorKind::NotUnderstood, Shape { column: error.column() }),
            fate: Fate::of(status),
            again: Again::Pointless,
        });
    }
    Err(refusal(operation, answer))
}

/// Does what takes long with so many bytes beside the calls, not between them; `None` if it panicked.
pub(crate) async fn beside<T: Send + 'static>(bytes: usize, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    if bytes < LONG_BYTES { Some(work()) } else { tokio::task::spawn_blocking(work).await.ok() }
}

/// The bytes of a good answer, for whoever reads them otherwise than as JSON of no shape.
pub(crate) fn good(operation: Operation, answer: &Answer) -> Result<Bytes, Failed> {
    if answer.status.is_success() { Ok(answer.body.clone()) } else { Err(refusal(operation, answer)) }
}

/// Sorts an answer that is not a good one.
pub(crate) fn refusal(operation: Operation, answer: &Answer) -> Failed {
    let status = answer.status;
    let (message, field) = wire::complaint(&answer.body);
    let kind = match status.as_u16() {
        401 => ErrorKind::Unauthorized,
        403 => ErrorKind::Forbidden { message },
        404 => ErrorKind::NotFound,
        408 => ErrorKind::Timeout,
        409 => ErrorKind::Duplicate,
        413 => ErrorKind::TooLarge,
        429 | 503 => ErrorKind::Busy { retry_after: answer.retry_after },
        501 => ErrorKind::NotOffered,
        status @ 400..500 => ErrorKind::Refused { status, message, field },
        500.. => ErrorKind::ServerError,
        _ => ErrorKind::NotUnderstood,
    };
    let again = match kind {
        ErrorKind::Busy { .. } | ErrorKind::ServerError | ErrorKind::Timeout => Again::Worthwhile,
        _ => Again::Pointless,
    };
    let mut error = Error::new(operation, kind);
    error.complaints = wire::complaints(&answer.body);
    Failed { error, fate: Fate::of(status), again }
}

/// A shape that is not understood: a good answer without what it must hold.
pub(crate) fn not_understood(operation: Operation) -> Failed {
    let error = Error::new(operation, ErrorKind::NotUnderstood);
    Failed { error, fate: Fate::Unknown(Standing::Over), again: Again::Pointless }
}

/// Where an answer stopped being JSON; `serde_json`'s own words could quote it.
#[derive(Debug, thiserror::Error)]
#[error("the answer is not JSON from column {column} on")]
struct Shape {
    column: usize,
}

/// Lets repetitions be a tenth of all reads in the long run, so that a site in
/// trouble is not given three times its load.
pub(crate) struct RetryBudget(AtomicU32);

impl RetryBudget {
    const COST: u32 = 10;
    const MAX: u32 = 1000;

    pub(crate) const fn new() -> Self {
        Self(AtomicU32::new(20 * Self::COST))
    }

    /// Notes a first try.
    pub(crate) fn earn(&self) {
        let _ = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |saved| Some((saved + 1).min(Self::MAX)));
    }

    /// Asks for a repetition.
    pub(crate) fn spend(&self) -> bool {
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |saved| saved.checked_sub(Self::COST)).is_ok()
    }
}

/// A pause of full jitter: anything up to a ceiling that doubles with each try.
pub(crate) fn pause(attempt: u32, max: Duration) -> Duration {
    let ceiling = Duration::from_millis(200).saturating_mul(2_u32.saturating_pow(attempt)).min(max);
    let random = u32::try_from(RandomState::new().build_hasher().finish() >> 32).unwrap_or(u32::MAX);
    ceiling.mul_f64(f64::from(random) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fate_of(status: u16) -> Fate {
        let status = StatusCode::from_u16(status).unwrap();
        let answer = Answer { status, retry_after: None, body: Bytes::from_static(b"no") };
        interpret(Operation::WriteLog, &answer).unwrap_err().fate
    }

    #[test]
    fn only_a_refusal_is_certainly_without_effect() {
        for status in [400, 401, 403, 404, 409, 413, 429, 501] {
            assert_eq!(fate_of(status), Fate::NoEffect, "{status}");
        }
        for status in [200, 302, 408, 500, 502, 503, 504] {
            assert_ne!(fate_of(status), Fate::NoEffect, "{status}");
        }
    }

    #[test]
    fn what_the_application_answered_is_over_and_what_a_gateway_said_is_not() {
        for status in [200, 201, 302, 307, 500, 505] {
            assert_eq!(fate_of(status), Fate::Unknown(Standing::Over), "{status}");
        }
        // 520 to 527 are those of a well-known proxy.
        for status in [408, 502, 503, 504, 520, 524, 599] {
            assert_eq!(fate_of(status), Fate::Unknown(Standing::UnderWay), "{status}");
        }
    }

    #[test]
    fn repetitions_run_out_and_are_earned_back() {
        let budget = RetryBudget::new();
        assert_eq!((0..100).filter(|_| budget.spend()).count(), 20);
        (0..10).for_each(|_| budget.earn());
        assert!(budget.spend() && !budget.spend());
    }

    #[test]
    fn a_pause_never_exceeds_its_limit() {
        for attempt in 0..40 {
            assert!(pause(attempt, Duration::from_millis(700)) <= Duration::from_millis(700));
        }
    }
}
