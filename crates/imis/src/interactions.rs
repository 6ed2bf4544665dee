//! Communication-log entries and contact interactions (`imis.md §7`).

use crate::{Acting, Error, InteractionId, LogId, PartyId, RecipientId, WriteError};
use time::PrimitiveDateTime;

/// A communication-log entry to write. Empty text is left out.
#[derive(Clone, Copy)]
pub struct NewLog<'a> {
    /// Subject.
    pub subject: &'a str,
    /// Body as HTML.
    pub html: &'a str,
    /// Body as text.
    pub text: &'a str,
    /// Stored in `CommunicationLogMessageId`, to be found again.
    pub message_key: &'a str,
}

/// A contact interaction to write.
#[derive(Clone, Copy)]
pub struct NewContactInteraction<'a> {
    /// Whose.
    pub party: &'a PartyId,
    /// See [`crate::InteractionDefaults`].
    pub type_code: &'a str,
    /// See [`crate::InteractionDefaults`].
    pub action_code: &'a str,
    /// Local time without a zone (`imis.md §4.2`).
    pub date_local: PrimitiveDateTime,
    /// Subject.
    pub description: &'a str,
    /// Body as text.
    pub details: &'a str,
    /// Stored in `RelatedItem`, to be found again.
    pub message_key: &'a str,
}

impl Acting {
    /// Writes a communication-log entry.
    pub async fn write_log(&self, log: &NewLog<'_>) -> Result<LogId, WriteError> {
        let _ = log;
        unimplemented!()
    }

    /// Writes one contact's line into a communication-log entry.
    pub async fn write_recipient(
        &self,
        log: &LogId,
        party: &PartyId,
        address: Option<&str>,
    ) -> Result<RecipientId, WriteError> {
        let _ = (log, party, address);
        unimplemented!()
    }

    /// Writes a contact interaction.
    pub async fn write_contact_interaction(
        &self,
        interaction: &NewContactInteraction<'_>,
    ) -> Result<InteractionId, WriteError> {
        let _ = interaction;
        unimplemented!()
    }

    /// The communication-log entries with this key.
    pub async fn find_logs(&self, message_key: &str) -> Result<Vec<LogId>, Error> {
        let _ = message_key;
        unimplemented!()
    }

    /// The lines of a communication-log entry.
    pub async fn find_recipients(&self, log: &LogId) -> Result<Vec<(RecipientId, PartyId)>, Error> {
        let _ = log;
        unimplemented!()
    }

    /// The contact interactions of a contact with this key.
    pub async fn find_contact_interactions(
        &self,
        party: &PartyId,
        message_key: &str,
    ) -> Result<Vec<InteractionId>, Error> {
        let _ = (party, message_key);
        unimplemented!()
    }
}
