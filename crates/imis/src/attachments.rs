//! Attachments, streamed to iMIS as base64 within JSON.
//!
//! At no time is more than a few chunks in memory, and the length is known
//! before the first byte goes out.

use crate::{Acting, ActivityId, AttachmentId, Error, LogId, WriteError};
use bytes::Bytes;
use futures_util::Stream;
use std::{io, pin::Pin};
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
        let _ = (log, name, content_type, content);
        unimplemented!()
    }

    /// Attaches a file to an activity.
    pub async fn attach_to_activity(
        &self,
        activity: &ActivityId,
        name: &str,
        attached_on: PrimitiveDateTime,
        content: Content,
    ) -> Result<AttachmentId, WriteError> {
        let _ = (activity, name, attached_on, content);
        unimplemented!()
    }

    /// The attachments of a communication-log entry, by name.
    pub async fn log_attachments(&self, log: &LogId) -> Result<Vec<(AttachmentId, String)>, Error> {
        let _ = log;
        unimplemented!()
    }

    /// The attachments of an activity, by name.
    pub async fn activity_attachments(&self, activity: &ActivityId) -> Result<Vec<(AttachmentId, String)>, Error> {
        let _ = activity;
        unimplemented!()
    }
}
