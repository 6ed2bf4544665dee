//! Searching contacts as one types.

use crate::{App, Effect, Sheet, SheetId};

/// Its state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Find {}

/// What happens to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FindEvent {}

/// What it has done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FindEffect {}

impl App {
    pub(crate) fn open_find(&mut self) -> Vec<Effect> {
        self.sheets.put(Sheet::Find(Find::default()));
        vec![]
    }

    pub(crate) fn resume_find(&mut self, _id: SheetId) -> Vec<Effect> {
        vec![]
    }

    pub(crate) fn find_event(&mut self, _id: SheetId, event: FindEvent) -> Vec<Effect> {
        match event {}
    }
}
