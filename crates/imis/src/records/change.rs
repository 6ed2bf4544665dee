//! Changing and removing records: read, edit, put back whole (`imis.md §6.1`).

use super::{FullRecord, RecordKey, RecordStore};
use crate::{
    Acting, AttachmentId, ColumnForm, Error, LogId, Operation, PartyId, RecipientId, WriteError, client::equals,
    prompts, wire, wire::EditedAs,
};

/// A new value of a member or column; empty for none.
#[derive(Clone, Copy)]
pub struct Edit<'a> {
    /// The member or column.
    pub name: &'a str,
    /// Its value; numbers with `.`, dates as iMIS writes them.
    pub value: &'a str,
}

impl Acting {
    /// Puts a record back with these values in it; everything else stays as it was read.
    pub async fn change_record(&self, record: &FullRecord, edits: &[Edit<'_>]) -> Result<(), WriteError> {
        let operation = Operation::ChangeRecord;
        let mut raw = record.raw.clone();
        for edit in edits {
            let form = match prompts::column(edit.name).map(|column| column.form) {
                Some(ColumnForm::Amount | ColumnForm::Number) if record.key.store == RecordStore::Activity => {
                    EditedAs::Decimal
                }
                _ => EditedAs::Text,
            };
            wire::edit(record.key.store, &mut raw, edit.name, edit.value, form)
                .ok_or_else(|| WriteError::Refused(Error::refused_here(operation, edit.name)))?;
        }
        self.replace(operation, (record.key.store.entity(), &record.key.key), wire::json(&raw)).await?;
        Ok(())
    }

    /// Removes a record; an entry of the communication log for everybody.
    pub async fn remove_record(&self, record: &RecordKey) -> Result<(), WriteError> {
        self.remove(Operation::RemoveRecord, (record.store.entity(), &record.key)).await?;
        Ok(())
    }

    /// The lines that a contact has in a log entry.
    pub async fn lines_of_contact(&self, log: &LogId, party: &PartyId) -> Result<Vec<RecipientId>, Error> {
        Ok(self.lines_of(log, party).await?.into_iter().map(|(line, _)| line).collect())
    }

    /// Removes a file of an activity or of an entry of the log; one that is gone already is no error.
    pub async fn remove_attachment(&self, store: RecordStore, file: &AttachmentId) -> Result<(), WriteError> {
        let entity = match store {
            RecordStore::Activity => "LegacyActivityAttachment",
            RecordStore::Log => "CommunicationLogAttachment",
            RecordStore::ContactInteraction | RecordStore::Note => return Ok(()),
        };
        self.remove(Operation::RemoveAttachment, (entity, file.as_str())).await?;
        Ok(())
    }

    /// Removes a line of a log entry; the entry stays.
    pub async fn remove_line(&self, line: &RecipientId) -> Result<(), WriteError> {
        self.remove(Operation::RemoveRecord, ("CommunicationLogRecipient", line.as_str())).await?;
        Ok(())
    }

    /// Whether iMIS says that a log entry has no line, whosever. Where it shows none and does not say how many there
    /// are, there may be some that this person does not see.
    pub async fn is_without_lines(&self, log: &LogId) -> Result<bool, Error> {
        let operation = Operation::FindRecipients;
        let filter = equals(operation, "CommunicationLog.CommunicationLogId", log.as_str())?;
        let request =
            || self.client.get(&["api", "CommunicationLogRecipient"]).query(&[&filter]).query(&[("limit", 1)]);
        let answer = self.read(operation, request).await?;
        let none_in_all = wire::total(&answer) == Some(0);
        Ok(none_in_all && wire::page(answer).is_some_and(|(rows, next)| rows.is_empty() && next.is_none()))
    }
}
