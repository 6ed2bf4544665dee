//! A record with its body, its other fields and its files.

use super::{Absent as _, HistoryRow, RecordKey, RecordStore};
use crate::{
    Acting, ActivityId, AttachmentId, Error, ErrorKind, LogId, Operation, PartyId, RecipientId,
    client::equals,
    exchange::{beside, not_understood},
    wire,
};
use futures_util::join;
use serde_json::Value;

/// A record in full.
#[derive(Clone)]
pub struct FullRecord {
    /// Which it is.
    pub key: RecordKey,
    /// What a list says of it.
    pub row: HistoryRow,
    /// Body as HTML, of the communication log alone; as it came, so never to be shown as it is.
    pub html: String,
    /// Body, note or details as text.
    pub text: String,
    /// What a message or a form was written under, to be found again.
    pub message_key: String,
    /// Its files.
    pub attachments: Vec<(AttachmentId, String)>,
    /// The contact's own line, of the communication log alone.
    pub recipient: Option<RecipientId>,
    pub(super) raw: Value,
}

impl std::fmt::Debug for FullRecord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FullRecord").field("key", &self.key).finish_non_exhaustive()
    }
}

impl FullRecord {
    /// A column or member, as text; empty if it has none.
    pub fn value(&self, name: &str) -> String {
        wire::value_of(self.key.store, &self.raw, name).unwrap_or_default()
    }
}

/// A file with its bytes.
pub struct RecordFile {
    /// Its name as it is stored.
    pub name: String,
    /// Its media type, where the site keeps one.
    pub content_type: Option<String>,
    /// What is in it.
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for RecordFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RecordFile").field("length", &self.bytes.len()).finish_non_exhaustive()
    }
}

fn nothing(operation: Operation) -> Error {
    Error::new(operation, ErrorKind::NotFound)
}

impl Acting {
    /// A record of a contact; not found if it is another's.
    pub async fn record(&self, party: &PartyId, key: &RecordKey) -> Result<FullRecord, Error> {
        match key.store {
            RecordStore::Activity => {
                let (raw, files) = join!(self.raw_record(key), self.activity_files(&key.key));
                let mut record = of_party(key, raw?, party)?;
                record.attachments = files?;
                Ok(record)
            }
            RecordStore::Log => {
                let log = LogId::new(&*key.key);
                let (raw, line, files) =
                    join!(self.raw_record(key), self.lines_of(&log, party), self.log_attachments(&log));
                let (recipient, row) = line?.into_iter().next().ok_or_else(|| nothing(Operation::ReadRecord))?;
                let raw = raw?;
                let text = |name| wire::value_of(key.store, &raw, name).unwrap_or_default();
                Ok(FullRecord {
                    key: key.clone(),
                    html: text("Html"),
                    text: text("Text"),
                    message_key: text("CommunicationLogMessageId"),
                    attachments: present(files)?,
                    recipient: Some(recipient),
                    row,
                    raw,
                })
            }
            RecordStore::ContactInteraction | RecordStore::Note => of_party(key, self.raw_record(key).await?, party),
        }
    }

    /// Whether there is such a record, whosever it is.
    pub async fn record_exists(&self, key: &RecordKey) -> Result<bool, Error> {
        match self.raw_record(key).await {
            Ok(_) => Ok(true),
            Err(error) if error.kind == ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    pub(super) async fn raw_record(&self, key: &RecordKey) -> Result<Value, Error> {
        let request = || self.client.get(&["api", key.store.entity(), &key.key]);
        Ok(self.read(Operation::ReadRecord, request).await?)
    }

    async fn activity_files(&self, key: &str) -> Result<Vec<(AttachmentId, String)>, Error> {
        present(self.activity_attachments(&ActivityId::new(key)).await)
    }

    /// A contact's lines in a log entry, with what a list says of the entry. A site that lists no lines by contact
    /// (`imis.md §7.2`) is asked for all lines of the entry.
    pub(super) async fn lines_of(&self, log: &LogId, party: &PartyId) -> Result<Vec<(RecipientId, HistoryRow)>, Error> {
        let operation = Operation::FindRecipients;
        let of_log = equals(operation, "CommunicationLog.CommunicationLogId", log.as_str())?;
        let mut refused = None;
        for name in [Some("Party.PartyId"), Some("PartyId"), None] {
            let of_party = name.map(|name| equals(operation, name, party.as_str())).transpose()?;
            let filters: Vec<_> = std::iter::once(of_log.clone()).chain(of_party).collect();
            match self.list(operation, "CommunicationLogRecipient", &filters, 4).await {
                Err(failed) if is_refused(&failed.error) => refused = refused.or(Some(failed.error)),
                Err(failed) => return Err(failed.error),
                Ok(rows) => {
                    let line = |row: &Value| {
                        let listed = wire::history_row(RecordStore::Log, row, party)?;
                        let content = listed.row.filter(|row| row.key.eq_ignore_ascii_case(log.as_str()))?;
                        Some((RecipientId::new(listed.place), content))
                    };
                    return Ok(rows.iter().filter_map(line).collect());
                }
            }
        }
        Err(refused.unwrap_or_else(|| not_understood(operation).error))
    }

    /// A file of a record; not found if it hangs on another. The answer, base64 within JSON, may have `max` bytes.
    pub async fn record_file(
        &self,
        record: &RecordKey,
        attachment: &AttachmentId,
        max: usize,
    ) -> Result<RecordFile, Error> {
        let operation = Operation::ReadAttachment;
        let entity = match record.store {
            RecordStore::Activity => "LegacyActivityAttachment",
            RecordStore::Log => "CommunicationLogAttachment",
            RecordStore::ContactInteraction | RecordStore::Note => return Err(nothing(operation)),
        };
        let request = || self.client.get(&["api", entity, attachment.as_str()]);
        let answer = self.read_up_to(operation, max, request).await?;
        let file = beside(max, move || wire::file(answer)).await.flatten().ok_or_else(|| not_understood(operation))?;
        if !file.owner.is_some_and(|owner| owner.eq_ignore_ascii_case(&record.key)) {
            return Err(nothing(operation));
        }
        Ok(RecordFile { name: file.name, content_type: file.content_type, bytes: file.bytes })
    }
}

/// Whether the site does not take what it was asked for, or not in this way.
fn is_refused(error: &Error) -> bool {
    error.is_absent() || matches!(error.kind, ErrorKind::Refused { .. })
}

/// What a store that the site lacks, or the person may not see, has: nothing.
fn present<T: Default>(answer: Result<T, Error>) -> Result<T, Error> {
    match answer {
        Err(error) if error.is_absent() => Ok(T::default()),
        answer => answer,
    }
}

fn of_party(key: &RecordKey, raw: Value, party: &PartyId) -> Result<FullRecord, Error> {
    let listed = wire::history_row(key.store, &raw, party).ok_or_else(|| not_understood(Operation::ReadRecord))?;
    let row = listed.row.ok_or_else(|| nothing(Operation::ReadRecord))?;
    let message_key = match key.store {
        RecordStore::ContactInteraction => wire::value_of(key.store, &raw, "RelatedItem"),
        _ => None,
    };
    Ok(FullRecord {
        key: key.clone(),
        html: String::new(),
        text: row.text.clone(),
        message_key: message_key.unwrap_or_default(),
        attachments: Vec::new(),
        recipient: None,
        row,
        raw,
    })
}
