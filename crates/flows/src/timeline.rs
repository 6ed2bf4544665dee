//! What was done with a contact, by contact.

use crate::{App, Effect};
use api::ContactId;

/// Its state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Timelines {}

/// What happens to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TimelineEvent {}

/// What it has done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TimelineEffect {}

impl App {
    /// The timeline of this contact is about to be shown.
    pub(crate) fn want_timeline(&mut self, _contact: &ContactId) -> Vec<Effect> {
        vec![]
    }

    pub(crate) fn timeline_event(&mut self, event: TimelineEvent) -> Vec<Effect> {
        match event {}
    }
}
