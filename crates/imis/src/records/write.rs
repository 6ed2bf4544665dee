//! Writing records out of a form.

use super::RecordStore;
use crate::{
    Acting, ActivityId, Column, Error, NoteId, Operation, PartyId, PromptColumn, UserName, WriteError, client::equals,
    exchange::not_understood, wire,
};
use serde_json::Value;
use time::{Duration, PrimitiveDateTime};

/// Where an activity keeps what it is found again by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WrittenKey {
    /// In a column that its form does not use.
    Column(Column),
    /// The form uses every such column: it is found by its type, time and description.
    Nowhere,
}

/// An activity out of a form.
#[derive(Clone, Copy)]
pub struct NewWrittenActivity<'a> {
    /// Whose.
    pub party: &'a PartyId,
    /// The key of its type.
    pub activity_type: &'a str,
    /// Local time without a zone (`imis.md §4.2`).
    pub transaction_date_local: PrimitiveDateTime,
    /// The columns that are filled; text of any length, which iMIS judges.
    pub values: &'a [(&'static PromptColumn, String)],
    /// Finds it again.
    pub message_key: &'a str,
    /// Where that is kept.
    pub kept_in: WrittenKey,
}

/// A note to write.
#[derive(Clone, Copy)]
pub struct NewNote<'a> {
    /// Whose.
    pub party: &'a PartyId,
    /// What for; may be empty.
    pub purpose: &'a str,
    /// The note.
    pub text: &'a str,
}

impl Acting {
    /// Writes an activity out of a form.
    pub async fn write_form_activity(&self, new: &NewWrittenActivity<'_>) -> Result<ActivityId, WriteError> {
        let operation = Operation::WriteActivity;
        let body = wire::written_activity(new)
            .ok_or_else(|| WriteError::Refused(Error::refused_here(operation, "values")))?
            .body();
        let stored = self.add(operation, "Activity", body).await?;
        let read = wire::history_row(RecordStore::Activity, &stored, new.party);
        Ok(read.map(|listed| ActivityId::new(listed.place)).ok_or_else(|| not_understood(operation))?)
    }

    /// The activities that could be this one, written before.
    pub async fn find_form_activities(&self, new: &NewWrittenActivity<'_>) -> Result<Vec<ActivityId>, Error> {
        let operation = Operation::FindActivities;
        let date = wire::local(new.transaction_date_local);
        let by = match new.kept_in {
            WrittenKey::Column(column) => equals(operation, column.name(), new.message_key)?,
            WrittenKey::Nowhere => equals(operation, "TRANSACTION_DATE", &date)?,
        };
        let filters = [equals(operation, "PartyId", new.party.as_str())?, by];
        let rows = self.list(operation, "Activity", &filters, 4).await?;
        let description = new.values.iter().find(|(column, _)| column.column == "DESCRIPTION");
        let description = description.map_or("", |(_, value)| value.trim());
        let is_it = |row: &&Value| match new.kept_in {
            WrittenKey::Column(column) => {
                wire::generic_text(row, column.name()).is_some_and(|found| found == new.message_key)
            }
            WrittenKey::Nowhere => {
                let is = |name, value: &str| wire::generic_text(row, name).unwrap_or_default() == value;
                is("TRANSACTION_DATE", &date)
                    && is("ACTIVITY_TYPE", new.activity_type)
                    && is("DESCRIPTION", description)
            }
        };
        let places = rows.iter().filter(is_it).filter_map(|row| {
            wire::history_row(RecordStore::Activity, row, new.party).filter(|listed| listed.row.is_some())
        });
        Ok(places.map(|listed| ActivityId::new(listed.place)).collect())
    }

    /// Writes a note.
    pub async fn write_note(&self, new: &NewNote<'_>) -> Result<NoteId, WriteError> {
        let operation = Operation::WriteNote;
        let stored = self.add(operation, "PartyNote", wire::new_note(new)).await?;
        let read = wire::history_row(RecordStore::Note, &stored, new.party);
        Ok(read.map(|listed| NoteId::new(listed.place)).ok_or_else(|| not_understood(operation))?)
    }

    /// The notes that could be this one, written at about `at`: a note has no room for a key, so it is known by its
    /// contact, its words, its day and, where that is told, its author (`imis.md §5.2`). Local times are compared, so
    /// a day either way is allowed.
    pub async fn find_notes(&self, new: &NewNote<'_>, at: PrimitiveDateTime) -> Result<Vec<NoteId>, Error> {
        let operation = Operation::FindNotes;
        let filters = [equals(operation, "PartyId", new.party.as_str())?];
        let rows = self.list(operation, "PartyNote", &filters, 4).await?;
        let places = rows.iter().filter_map(|row| wire::history_row(RecordStore::Note, row, new.party));
        let is_it = |row: &super::HistoryRow| {
            row.text == new.text.trim()
                && row.type_code == new.purpose.trim()
                && row.at.is_none_or(|then| (then - at).abs() <= Duration::DAY)
                && row.by.as_deref().is_none_or(|by| UserName::new(by) == self.user)
        };
        let found = places.filter(|listed| listed.row.as_ref().is_some_and(is_it));
        Ok(found.map(|listed| NoteId::new(listed.place)).collect())
    }
}
