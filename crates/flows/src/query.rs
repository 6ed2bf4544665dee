//! One query: its prompts, its rows, its export.

use crate::{App, Effect, Sheet, SheetId};
use api::Query;

/// Its state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Running {}

/// What happens to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QueryEvent {}

/// What it has done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QueryEffect {}

impl App {
    pub(crate) fn open_query(&mut self, _query: Query) -> Vec<Effect> {
        self.sheets.put(Sheet::Query(Running::default()));
        vec![]
    }

    pub(crate) fn resume_query(&mut self, _id: SheetId) -> Vec<Effect> {
        vec![]
    }

    pub(crate) fn query_event(&mut self, _id: SheetId, event: QueryEvent) -> Vec<Effect> {
        match event {}
    }
}
