//! Changing and removing records: read, edit, put back whole (`imis.md §6.1`).

use super::{FullRecord, RecordStore};
use crate::{
    Acting, ColumnForm, Error, LogId, Operation, PartyId, WriteError, client::equals, prompts, wire, wire::EditedAs,
};
use serde_json::Value;

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

    /// Removes a record of a contact. Of the communication log only the contact's own line goes, and the entry with
    /// the last of the lines.
    pub async fn remove_record(&self, record: &FullRecord, party: &PartyId) -> Result<(), WriteError> {
        let operation = Operation::RemoveRecord;
        if record.key.store != RecordStore::Log {
            self.remove(operation, (record.key.store.entity(), &record.key.key)).await?;
            return Ok(());
        }
        let log = LogId::new(&*record.key.key);
        for (line, _) in self.lines_of(&log, party).await.map_err(WriteError::Refused)? {
            self.remove(operation, ("CommunicationLogRecipient", line.as_str())).await?;
        }
        self.remove_log_without_lines(&log).await
    }

    /// Removes a log entry if it has no lines: whoever was to remove it did not get to the end.
    pub async fn remove_log_without_lines(&self, log: &LogId) -> Result<(), WriteError> {
        let operation = Operation::FindRecipients;
        let filter = equals(operation, "CommunicationLog.CommunicationLogId", log.as_str());
        let filter = filter.map_err(WriteError::Refused)?;
        let request =
            || self.client.get(&["api", "CommunicationLogRecipient"]).query(&[&filter]).query(&[("limit", 1)]);
        let answer = self.read(operation, request).await.map_err(|failed| WriteError::Refused(failed.error))?;
        // Any line at all, whosever the site says it is, leaves the entry where it is.
        let empty = wire::page(answer).is_some_and(|(rows, next): (Vec<Value>, _)| rows.is_empty() && next.is_none());
        if empty {
            self.remove(Operation::RemoveRecord, ("CommunicationLog", log.as_str())).await?;
        }
        Ok(())
    }
}
