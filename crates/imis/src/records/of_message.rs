//! The records that a message has, whoever wrote them: found by the key that is stored with each.

use super::RecordStore;
use crate::{Absent, Acting, Column, Error, ErrorKind, Operation, PartyId, client::equals, exchange::Failed, wire};
use futures_util::future::{join_all, join3};
use serde_json::Value;
use time::PrimitiveDateTime;

/// Entries of the log whose contacts are asked for.
const ENTRIES_MAX: usize = 4;

/// A record of a message.
#[derive(Clone, PartialEq, Eq)]
pub struct RecordOfMessage {
    /// Where it is kept.
    pub store: RecordStore,
    /// Its key there.
    pub key: String,
    /// Whose it is; several for an entry of the log.
    pub contacts: Vec<PartyId>,
    /// Code of its type, for an activity.
    pub type_code: String,
    /// Who wrote it, where iMIS says.
    pub by: Option<String>,
    /// When, local; for an activity when the message was (`imis.md §6.1` keeps nothing else).
    pub at: Option<PrimitiveDateTime>,
}

impl std::fmt::Debug for RecordOfMessage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RecordOfMessage").field("store", &self.store).field("key", &self.key).finish_non_exhaustive()
    }
}

impl Acting {
    /// The records of every kind that keep this key: one wave, and one more for the contacts of entries of the log. A
    /// store that the site lacks, or that it does not search so, has none.
    pub async fn records_of_message(&self, message_key: &str) -> Result<Vec<RecordOfMessage>, Error> {
        let (entries, activities, interactions) = join3(
            self.keyed(Operation::FindLogs, RecordStore::Log, "CommunicationLogMessageId", message_key),
            self.keyed(Operation::FindActivities, RecordStore::Activity, Column::Uf1.name(), message_key),
            self.keyed(Operation::FindContactInteractions, RecordStore::ContactInteraction, "RelatedItem", message_key),
        )
        .await;
        let mut entries = entries?;
        let contacts = join_all(entries.iter().take(ENTRIES_MAX).map(async |entry| {
            let lines = self.find_recipients(&crate::LogId::new(&*entry.key)).await?;
            Ok::<_, Error>(lines.into_iter().map(|(_, party)| party).collect::<Vec<_>>())
        }));
        let contacts = contacts.await;
        for (entry, contacts) in entries.iter_mut().zip(contacts) {
            entry.contacts = contacts?;
        }
        Ok(entries.into_iter().chain(activities?).chain(interactions?).collect())
    }

    async fn keyed(
        &self,
        operation: Operation,
        store: RecordStore,
        column: &'static str,
        message_key: &str,
    ) -> Result<Vec<RecordOfMessage>, Error> {
        let filters = [equals(operation, column, message_key)?];
        let rows = match self.list(operation, store.entity(), &filters, 4).await {
            Ok(rows) => rows,
            Err(Failed { error, .. }) if error.is_absent() || matches!(error.kind, ErrorKind::Refused { .. }) => {
                return Ok(Vec::new());
            }
            Err(failed) => return Err(failed.error),
        };
        // What a site does with a filter it does not know is not known: look again.
        let is_of = |row: &&Value| wire::value_of(store, row, column).as_deref() == Some(message_key);
        Ok(rows.iter().filter(is_of).filter_map(|row| wire::record_of_message(store, row)).collect())
    }
}
