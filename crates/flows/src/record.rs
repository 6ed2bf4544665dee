//! One record of a timeline, opened.

use crate::{App, Effect, Sheet, SheetId};
use api::{ContactId, RecordId};

/// Its state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OpenRecord {}

/// What happens to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordEvent {}

/// What it has done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordEffect {}

impl App {
    pub(crate) fn open_record(&mut self, _contact: ContactId, _record: RecordId) -> Vec<Effect> {
        self.sheets.put(Sheet::Record(OpenRecord::default()));
        vec![]
    }

    pub(crate) fn resume_record(&mut self, _id: SheetId) -> Vec<Effect> {
        vec![]
    }

    pub(crate) fn record_event(&mut self, _id: SheetId, event: RecordEvent) -> Vec<Effect> {
        match event {}
    }
}
