//! Adding a contact; changing one from a signature.

use crate::{App, Effect, Sheet, SheetId};
use api::{Contact, EmailAddress};

/// Its state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Adding {}

/// What happens to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AddEvent {}

/// What it has done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AddEffect {}

impl App {
    pub(crate) fn open_adding(&mut self, _address: Option<EmailAddress>) -> Vec<Effect> {
        self.sheets.put(Sheet::Add(Adding::default()));
        vec![]
    }

    pub(crate) fn open_adding_all(&mut self) -> Vec<Effect> {
        self.sheets.put(Sheet::Add(Adding::default()));
        vec![]
    }

    pub(crate) fn open_comparing(&mut self, _contact: Contact) -> Vec<Effect> {
        self.sheets.put(Sheet::Add(Adding::default()));
        vec![]
    }

    pub(crate) fn resume_adding(&mut self, _id: SheetId) -> Vec<Effect> {
        vec![]
    }

    pub(crate) fn add_event(&mut self, _id: SheetId, event: AddEvent) -> Vec<Effect> {
        match event {}
    }
}
