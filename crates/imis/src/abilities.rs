//! What a site offers to a person, found out in one wave of calls and kept.

use crate::{Acting, ActivityType, Error};
use std::sync::Arc;

/// The product line (`imis.md §2`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Edition {
    /// iMIS 2017 (20.2): no `/api/query`.
    Imis2017,
    /// iMIS EMS (20.3 and later).
    Ems,
}

/// The type and action that a saved message is given as a contact interaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InteractionDefaults {
    /// `InteractionTypeCode`.
    pub type_code: String,
    /// `InteractionActionCode`.
    pub action_code: String,
}

/// What can be done here by this person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Abilities {
    /// The product line.
    pub edition: Edition,
    /// Whether communication-log entries may be written.
    pub communication_log: bool,
    /// Whether contact interactions may be written, and as what.
    pub contact_interaction: Option<InteractionDefaults>,
    /// The activity types that may be written; empty where none may.
    pub activity_types: Vec<ActivityType>,
}

impl Acting {
    /// What can be done here; asked once and kept for a while.
    pub async fn abilities(&self) -> Result<Arc<Abilities>, Error> {
        unimplemented!()
    }
}
