//! Communication-log entries and contact interactions (`imis.md §7`).

use crate::{
    Acting, Error, InteractionId, LogId, Operation, PartyId, RecipientId, WriteError, client::equals,
    exchange::not_understood, wire,
};
use time::PrimitiveDateTime;

/// A communication-log entry to write. Empty text is left out.
#[derive(Clone, Copy)]
pub struct NewLog<'a> {
    /// Subject; iMIS wants one, so an empty one is written as "(no subject)".
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
        let operation = Operation::WriteLog;
        let stored = self.add(operation, "CommunicationLog", wire::json(&wire::LogBody::from(log))).await?;
        let (id, _) = wire::log(&stored).ok_or_else(|| not_understood(operation))?;
        Ok(id)
    }

    /// Writes one contact's line into a communication-log entry.
    pub async fn write_recipient(
        &self,
        log: &LogId,
        party: &PartyId,
        address: Option<&str>,
    ) -> Result<RecipientId, WriteError> {
        let operation = Operation::WriteRecipient;
        let body = wire::json(&wire::RecipientBody::new(log.as_str(), party.as_str(), address));
        let stored = self.add(operation, "CommunicationLogRecipient", body).await?;
        let (id, ..) = wire::recipient(&stored).ok_or_else(|| not_understood(operation))?;
        Ok(id)
    }

    /// Writes a contact interaction.
    pub async fn write_contact_interaction(
        &self,
        interaction: &NewContactInteraction<'_>,
    ) -> Result<InteractionId, WriteError> {
        let operation = Operation::WriteContactInteraction;
        let body = wire::json(&wire::ContactInteractionBody::from(interaction));
        let stored = self.add(operation, "ContactInteraction", body).await?;
        let (id, ..) = wire::contact_interaction(&stored).ok_or_else(|| not_understood(operation))?;
        Ok(id)
    }

    /// The communication-log entries with this key.
    pub async fn find_logs(&self, message_key: &str) -> Result<Vec<LogId>, Error> {
        let operation = Operation::FindLogs;
        let filters = [equals(operation, "CommunicationLogMessageId", message_key)?];
        let rows = self.list(operation, "CommunicationLog", &filters, 4).await?;
        // What a site does with a filter it does not know is not known: look again.
        let found = rows.iter().filter_map(wire::log).filter(|(_, key)| key.as_deref() == Some(message_key));
        Ok(found.map(|(id, _)| id).collect())
    }

    /// The lines of a communication-log entry.
    pub async fn find_recipients(&self, log: &LogId) -> Result<Vec<(RecipientId, PartyId)>, Error> {
        let operation = Operation::FindRecipients;
        let filters = [equals(operation, "CommunicationLog.CommunicationLogId", log.as_str())?];
        let rows = self.list(operation, "CommunicationLogRecipient", &filters, 4).await?;
        let found = rows
            .iter()
            .filter_map(wire::recipient)
            .filter(|(.., of)| of.as_ref().is_some_and(|of| of.eq_ignore_ascii_case(log.as_str())));
        Ok(found.filter_map(|(id, party, _)| Some((id, party?))).collect())
    }

    /// The contact interactions of a contact with this key.
    pub async fn find_contact_interactions(
        &self,
        party: &PartyId,
        message_key: &str,
    ) -> Result<Vec<InteractionId>, Error> {
        let operation = Operation::FindContactInteractions;
        let filters = [equals(operation, "PartyId", party.as_str())?, equals(operation, "RelatedItem", message_key)?];
        let rows = self.list(operation, "ContactInteraction", &filters, 4).await?;
        let found = rows
            .iter()
            .filter_map(wire::contact_interaction)
            .filter(|(_, of, key)| of.as_deref() == Some(party.as_str()) && key.as_deref() == Some(message_key));
        Ok(found.map(|(id, ..)| id).collect())
    }
}
