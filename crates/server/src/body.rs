//! Reading a request's body: bounded in size, and in time, so that nobody holds
//! a connection by sending a byte now and then.

use crate::config::Limits;
use crate::failure::Failure;
use api::ProblemCode;
use axum::body::{Body, BodyDataStream, HttpBody as _};
use axum::http::HeaderMap;
use bytes::Bytes;
use futures_util::StreamExt as _;
use serde::de::DeserializeOwned;
use std::time::Duration;
use tokio::time::{Instant, timeout};
use zeroize::Zeroizing;

/// How much of a refused body is read and dropped so that the answer arrives,
/// and for how long: a connection closed with bytes unread loses its answer.
const DRAIN_MAX_BYTES: u64 = 128 * 1024 * 1024;
const DRAIN_TIME: Duration = Duration::from_secs(20);
/// From this length on JSON is read beside the requests, not between them.
const LONG_JSON_BYTES: usize = 1024 * 1024;

/// A body that keeps a pace or ends.
pub(crate) struct Paced {
    stream: BodyDataStream,
    read_bytes: u64,
    waited: Duration,
    silence: Duration,
    bytes_per_second: u64,
    over: bool,
}

/// Why a body ended early.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Broken {
    /// The other side went away.
    #[error("the request ended early")]
    Gone,
    /// Too long nothing, or too little.
    #[error("the request came too slowly")]
    Slow,
}

impl Paced {
    /// A body under these limits.
    pub(crate) fn new(body: Body, limits: &Limits) -> Self {
        Self {
            stream: body.into_data_stream(),
            read_bytes: 0,
            waited: Duration::ZERO,
            silence: limits.upload_silence,
            bytes_per_second: limits.upload_bytes_per_second,
            over: false,
        }
    }

    /// The next bytes; `None` at the end, and after a failure.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, Broken> {
        if self.over {
            return Ok(None);
        }
        let next = self.read().await;
        self.over = !matches!(next, Ok(Some(_)));
        next
    }

    async fn read(&mut self) -> Result<Option<Bytes>, Broken> {
        let asked = Instant::now();
        let next = timeout(self.silence, self.stream.next()).await.map_err(|_| Broken::Slow)?;
        // Only the time spent waiting for the sender counts against the sender.
        self.waited += asked.elapsed();
        let bytes = match next {
            None => return Ok(None),
            Some(Err(_)) => return Err(Broken::Gone),
            Some(Ok(bytes)) => bytes,
        };
        self.read_bytes += bytes.len() as u64;
        let due = self.waited.saturating_sub(self.silence).as_secs().saturating_mul(self.bytes_per_second);
        if self.read_bytes < due { Err(Broken::Slow) } else { Ok(Some(bytes)) }
    }

    /// Reads and drops what is left, within reason.
    pub(crate) async fn drain(&mut self) {
        let enough = self.read_bytes.saturating_add(DRAIN_MAX_BYTES);
        let begun = Instant::now();
        while self.read_bytes < enough && begun.elapsed() < DRAIN_TIME {
            if !matches!(self.next().await, Ok(Some(_))) {
                break;
            }
        }
    }
}

/// Reads and drops the body of a request that is refused: its answer must arrive.
pub(crate) async fn drain(body: Body, limits: &Limits) {
    Paced::new(body, limits).drain().await;
}

/// Why there is no body.
enum NoBody {
    TooLarge,
    Broken,
}

/// Reads a JSON body of at most `most` bytes.
pub(crate) async fn json<T: DeserializeOwned + Send + 'static>(
    headers: &HeaderMap,
    body: Body,
    most: usize,
    limits: &Limits,
) -> Result<T, Failure> {
    let bytes = if is_of(headers, "application/json") {
        whole(body, most, limits).await
    } else {
        drain(body, limits).await;
        return Err(Failure::invalid("content-type"));
    };
    let bytes = bytes.map_err(|error| match error {
        NoBody::TooLarge => Failure::new(ProblemCode::TooLarge),
        NoBody::Broken => Failure::invalid("body"),
    })?;
    let long = bytes.len() >= LONG_JSON_BYTES;
    // What serde says could quote the body.
    let read = move || serde_json::from_slice(&bytes).map_err(|_| Failure::invalid("body"));
    if long { tokio::task::spawn_blocking(read).await.map_err(|error| Failure::internal(&error))? } else { read() }
}

/// Why there is no form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoForm {
    /// Of another type.
    NotOne,
    TooLarge,
    /// It ended early or came too slowly.
    Broken,
}

/// Reads the body of a browser's form of at most `most` bytes.
pub(crate) async fn form(
    headers: &HeaderMap,
    body: Body,
    most: usize,
    limits: &Limits,
) -> Result<Zeroizing<Vec<u8>>, NoForm> {
    if !is_of(headers, "application/x-www-form-urlencoded") {
        drain(body, limits).await;
        return Err(NoForm::NotOne);
    }
    whole(body, most, limits).await.map_err(|error| match error {
        NoBody::TooLarge => NoForm::TooLarge,
        NoBody::Broken => NoForm::Broken,
    })
}

fn is_of(headers: &HeaderMap, media_type: &str) -> bool {
    let given = crate::guard::one(headers, "content-type");
    given.is_some_and(|kind| kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(media_type))
}

async fn whole(body: Body, most: usize, limits: &Limits) -> Result<Zeroizing<Vec<u8>>, NoBody> {
    timeout(limits.upload_total, whole_in_time(body, most, limits)).await.map_err(|_| NoBody::Broken)?
}

async fn whole_in_time(body: Body, most: usize, limits: &Limits) -> Result<Zeroizing<Vec<u8>>, NoBody> {
    let announced = body.size_hint().lower();
    let mut body = Paced::new(body, limits);
    if announced > most as u64 {
        body.drain().await;
        return Err(NoBody::TooLarge);
    }
    let mut bytes = Zeroizing::new(Vec::with_capacity(usize::try_from(announced).unwrap_or(0)));
    while let Some(part) = body.next().await.map_err(|_| NoBody::Broken)? {
        if bytes.len() + part.len() > most {
            body.drain().await;
            return Err(NoBody::TooLarge);
        }
        bytes.extend_from_slice(&part);
    }
    Ok(bytes)
}
