//! Attachments, streamed to iMIS as base64 within JSON.
//!
//! At no time is more than a few chunks in memory, and the length is known
//! before the first byte goes out.

use crate::{
    Acting, ActivityId, AttachmentId, Error, ErrorKind, LogId, Operation, WriteError,
    client::equals,
    exchange::{Failed, not_understood},
    wire,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt, stream};
use serde::Serialize;
use serde_json::Value;
use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};
use time::PrimitiveDateTime;

/// The bytes of a file.
pub struct Content {
    /// How many there are; a stream of any other length is an error.
    pub length: u64,
    /// The bytes.
    pub stream: Pin<Box<dyn Stream<Item = io::Result<Bytes>> + Send>>,
}

impl Content {
    /// Content from a stream whose length is known.
    pub fn new(length: u64, stream: impl Stream<Item = io::Result<Bytes>> + Send + 'static) -> Self {
        Self { length, stream: Box::pin(stream) }
    }
}

impl Acting {
    /// Attaches a file to a communication-log entry.
    pub async fn attach_to_log(
        &self,
        log: &LogId,
        name: &str,
        content_type: &str,
        content: Content,
    ) -> Result<AttachmentId, WriteError> {
        let body = wire::LogAttachmentBody::new(log.as_str(), name, content_type);
        self.attach(Operation::AttachToLog, "CommunicationLogAttachment", &body, content).await
    }

    /// Attaches a file to an activity.
    pub async fn attach_to_activity(
        &self,
        activity: &ActivityId,
        name: &str,
        attached_on: PrimitiveDateTime,
        content: Content,
    ) -> Result<AttachmentId, WriteError> {
        let operation = Operation::AttachToActivity;
        let Ok(number) = activity.as_str().parse() else {
            return Err(WriteError::Refused(Error::refused_here(operation, "ActivityId")));
        };
        let body = wire::ActivityAttachmentBody::new(number, name, attached_on);
        self.attach(operation, "LegacyActivityAttachment", &body, content).await
    }

    /// The attachments of a communication-log entry, by name.
    pub async fn log_attachments(&self, log: &LogId) -> Result<Vec<(AttachmentId, String)>, Error> {
        self.attachments("CommunicationLogAttachment", "CommunicationLogId", log.as_str()).await
    }

    /// The attachments of an activity, by name.
    pub async fn activity_attachments(&self, activity: &ActivityId) -> Result<Vec<(AttachmentId, String)>, Error> {
        self.attachments("LegacyActivityAttachmentSummary", "ActivityId", activity.as_str()).await
    }

    async fn attach(
        &self,
        operation: Operation,
        entity: &str,
        body: &impl Serialize,
        content: Content,
    ) -> Result<AttachmentId, WriteError> {
        let ends = wire::streamed(body);
        let length = ends.0.len() as u64 + content.length.div_ceil(3) * 4 + ends.1.len() as u64;
        let broken = Arc::new(AtomicBool::new(false));
        let body = reqwest::Body::wrap_stream(encoded(ends, content, Arc::clone(&broken)));
        let stored = self.add_once(operation, entity, length, body).await;
        if stored.is_err() && broken.load(Ordering::Relaxed) {
            // The request never ended, so iMIS never had it.
            return Err(WriteError::Refused(Error::new(operation, ErrorKind::ContentBroken)));
        }
        let (id, ..) = wire::attachment(&stored?).ok_or_else(|| not_understood(operation))?;
        Ok(id)
    }

    async fn attachments(
        &self,
        entity: &str,
        owner: &'static str,
        id: &str,
    ) -> Result<Vec<(AttachmentId, String)>, Error> {
        let operation = Operation::ListAttachments;
        let rows = self.list(operation, entity, &[equals(operation, owner, id)?], 4).await?;
        let read = |row: &Value| wire::attachment(row).ok_or_else(|| not_understood(operation));
        let all = rows.iter().map(read).collect::<Result<Vec<_>, Failed>>()?;
        let of_this = all.into_iter().filter(|(.., of)| of.as_ref().is_none_or(|of| of.eq_ignore_ascii_case(id)));
        Ok(of_this.map(|(id, name, _)| (id, name)).collect())
    }
}

/// Most bytes encoded in one step; a multiple of three.
const STEP: usize = 48 * 1024;

/// A body being made: head, base64 text, tail.
struct Encoding {
    head: Option<Bytes>,
    tail: Option<Bytes>,
    content: Content,
    /// Bytes that came and are not yet encoded.
    pending: Bytes,
    /// One or two bytes that wait for their third.
    carry: Vec<u8>,
    broken: Arc<AtomicBool>,
}

/// The body as a stream. It ends with an error, and never with its tail, unless
/// the content has exactly its announced length.
fn encoded(
    (head, tail): (Bytes, Bytes),
    content: Content,
    broken: Arc<AtomicBool>,
) -> impl Stream<Item = io::Result<Bytes>> + Send {
    let (head, tail) = (Some(head), Some(tail));
    let encoding = Encoding { head, tail, content, pending: Bytes::new(), carry: Vec::new(), broken };
    stream::unfold(encoding, |mut encoding| async move {
        let next = encoding.next().await?;
        if next.is_err() {
            encoding.broken.store(true, Ordering::Relaxed);
            encoding.tail = None;
            encoding.content.stream = Box::pin(stream::empty());
        }
        Some((next, encoding))
    })
}

impl Encoding {
    async fn next(&mut self) -> Option<io::Result<Bytes>> {
        if let Some(head) = self.head.take() {
            return Some(Ok(head));
        }
        // Without a tail it is over, well or badly.
        self.tail.as_ref()?;
        while self.pending.len() + self.carry.len() < 3 {
            self.carry.extend_from_slice(&self.pending.split_to(self.pending.len()));
            match self.content.stream.next().await {
                Some(Ok(chunk)) if chunk.len() as u64 > self.content.length => return Some(Err(wrong_length())),
                Some(Ok(chunk)) => {
                    self.content.length -= chunk.len() as u64;
                    self.pending = chunk;
                }
                Some(Err(error)) => return Some(Err(error)),
                None if self.content.length > 0 => return Some(Err(wrong_length())),
                None => return self.finish(),
            }
        }
        Some(Ok(self.step()))
    }

    /// Encodes what is there, in whole groups of three.
    fn step(&mut self) -> Bytes {
        let mut text = String::with_capacity(STEP / 3 * 4 + 4);
        if !self.carry.is_empty() {
            let missing = self.pending.split_to(3 - self.carry.len());
            self.carry.extend_from_slice(&missing);
            STANDARD.encode_string(&self.carry, &mut text);
            self.carry.clear();
        }
        let whole = (self.pending.len() / 3 * 3).min(STEP);
        STANDARD.encode_string(self.pending.split_to(whole), &mut text);
        text.into()
    }

    /// The last group and the tail.
    fn finish(&mut self) -> Option<io::Result<Bytes>> {
        let mut end = BytesMut::from(STANDARD.encode(&self.carry).as_bytes());
        end.extend_from_slice(&self.tail.take()?);
        Some(Ok(end.freeze()))
    }
}

fn wrong_length() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the content is not as long as announced")
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::TryStreamExt;

    async fn encode(length: u64, chunks: Vec<Vec<u8>>) -> Result<Vec<u8>, bool> {
        let broken = Arc::new(AtomicBool::new(false));
        let content = Content::new(length, stream::iter(chunks).map(|chunk| Ok(Bytes::from(chunk))));
        let ends = (Bytes::from_static(b"<"), Bytes::from_static(b">"));
        let body = encoded(ends, content, Arc::clone(&broken));
        let whole: Result<Vec<Bytes>, _> = body.try_collect().await;
        whole.map(|parts| parts.concat()).map_err(|_| broken.load(Ordering::Relaxed))
    }

    #[tokio::test]
    async fn however_the_bytes_come_the_text_is_the_same() {
        for length in [0_usize, 1, 2, 3, 4, 5, 100, STEP - 1, STEP + 1, 3 * STEP + 2] {
            let bytes: Vec<u8> = (0..length).map(|n| u8::try_from(n * 7 % 251).unwrap()).collect();
            let expected = format!("<{}>", STANDARD.encode(&bytes));
            assert_eq!(expected.len() as u64, 2 + (length as u64).div_ceil(3) * 4);
            for size in [1, 2, 4, 7, 1000, STEP, length.max(1)] {
                let chunks = bytes.chunks(size).map(<[u8]>::to_vec).collect();
                assert_eq!(encode(length as u64, chunks).await.unwrap(), expected.as_bytes(), "{length} by {size}");
            }
        }
    }

    #[tokio::test]
    async fn content_of_another_length_never_makes_a_whole_body() {
        assert_eq!(encode(4, vec![vec![1, 2, 3]]).await, Err(true));
        assert_eq!(encode(3, vec![vec![1, 2, 3], vec![4]]).await, Err(true));
        assert_eq!(encode(0, vec![vec![1]]).await, Err(true));
    }
}
