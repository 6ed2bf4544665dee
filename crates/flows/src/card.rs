//! Contacts in full, by contact: kept for the session, shown at once and refreshed behind.

use crate::{App, Effect};
use api::{Contact, ContactId};

/// Its state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cards {}

/// What happens to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CardEvent {}

/// What it has done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CardEffect {}

impl App {
    /// The card of this contact is about to be shown.
    pub(crate) fn want_card(&mut self, _contact: Contact) -> Vec<Effect> {
        vec![]
    }

    pub(crate) fn resume_card(&mut self, _contact: &ContactId) -> Vec<Effect> {
        vec![]
    }

    pub(crate) fn card_event(&mut self, event: CardEvent) -> Vec<Effect> {
        match event {}
    }
}
