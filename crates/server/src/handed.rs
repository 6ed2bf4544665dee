//! Bytes on their way to a person, handed on as fast as they are taken and no faster: whoever reads nothing makes
//! whoever gives wait, and so fills no memory.

use axum::body::Body;
use bytes::Bytes;
use futures_util::stream;
use std::io;
use tokio::sync::mpsc;

/// Why an answer has no end.
#[derive(Debug, thiserror::Error)]
#[error("the answer broke off")]
struct BrokenOff;

/// Nobody takes the bytes any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("nobody takes the answer")]
pub(crate) struct Left;

/// Where the bytes of a body are given.
#[derive(Debug)]
pub(crate) struct Giver(mpsc::Sender<Option<Bytes>>);

impl Giver {
    /// Gives bytes once there is room for them, or `None` at the true end.
    pub(crate) async fn give(&self, bytes: Option<Bytes>) -> Result<(), Left> {
        self.0.send(bytes).await.map_err(|_| Left)
    }
}

/// A body, and where its bytes are given. Whatever ends the giving but the end itself breaks the answer off, so that
/// nobody takes a part for all.
pub(crate) fn body() -> (Giver, Body) {
    let (giver, taker) = mpsc::channel(1);
    (Giver(giver), Body::from_stream(stream::unfold(Some(taker), next)))
}

type Taker = Option<mpsc::Receiver<Option<Bytes>>>;

async fn next(taker: Taker) -> Option<(io::Result<Bytes>, Taker)> {
    let mut taker = taker?;
    match taker.recv().await {
        Some(Some(bytes)) => Some((Ok(bytes), Some(taker))),
        Some(None) => None,
        None => Some((Err(io::Error::other(BrokenOff)), None)),
    }
}
