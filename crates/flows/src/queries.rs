//! Finding a query: folders, names, favourites, recent ones.

use crate::{App, Effect, Sheet, SheetId};

/// Its state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folders {}

/// What happens to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QueriesEvent {}

/// What it has done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QueriesEffect {}

impl App {
    pub(crate) fn open_queries(&mut self) -> Vec<Effect> {
        self.sheets.put(Sheet::Queries(Folders::default()));
        vec![]
    }

    pub(crate) fn resume_queries(&mut self, _id: SheetId) -> Vec<Effect> {
        vec![]
    }

    pub(crate) fn queries_event(&mut self, _id: SheetId, event: QueriesEvent) -> Vec<Effect> {
        match event {}
    }
}
