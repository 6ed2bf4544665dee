//! Writing an activity, an interaction or a note without a message; changing one.

use crate::{App, Effect, Sheet, SheetId};
use api::Contact;

/// Its state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Writing {}

/// What happens to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WriteEvent {}

/// What it has done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WriteEffect {}

impl App {
    pub(crate) fn open_writing(&mut self, _contacts: Vec<Contact>) -> Vec<Effect> {
        self.sheets.put(Sheet::Write(Writing::default()));
        vec![]
    }

    pub(crate) fn open_change(&mut self) -> Vec<Effect> {
        self.sheets.put(Sheet::Write(Writing::default()));
        vec![]
    }

    pub(crate) fn resume_writing(&mut self, _id: SheetId) -> Vec<Effect> {
        vec![]
    }

    pub(crate) fn write_event(&mut self, _id: SheetId, event: WriteEvent) -> Vec<Effect> {
        match event {}
    }
}
