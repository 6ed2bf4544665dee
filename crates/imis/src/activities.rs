//! Activities and their types (`imis.md §6`).

use crate::{Acting, ActivityForm, Column, Error, wire};
use serde_json::Value;

/// An activity type that may be offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActivityType {
    /// Its key, at most 10 characters.
    pub id: String,
    /// What people call it.
    pub description: String,
}

impl Acting {
    /// The activity types to offer: those of the site that are not iMIS's own.
    pub async fn activity_types(&self) -> Result<Vec<ActivityType>, Error> {
        Ok(self.abilities().await?.activity_types.clone())
    }
}

/// iMIS's own types, which its modules write (`imis.md §6.2`).
const SYSTEM_TYPES: [&str; 9] =
    ["ORDER", "SALES", "GIFT", "PLEDGE", "CERTIFICATION", "DUES", "EXPO", "REFUND", "MEETING"];

/// The types to offer, in the order of their descriptions.
pub(crate) fn offered(types: &[Value]) -> Vec<ActivityType> {
    let mut types: Vec<ActivityType> = types
        .iter()
        .filter_map(wire::activity_type)
        .filter(|kind| Column::ActivityType.fits(&kind.id))
        .filter(|kind| !is_system(&kind.id))
        .collect();
    types.sort_by_cached_key(|kind| kind.description.to_lowercase());
    types
}

/// Every type with its prompts, in the order of their descriptions.
pub(crate) fn forms(types: &[Value]) -> Vec<ActivityForm> {
    let mut forms: Vec<ActivityForm> = types.iter().filter_map(|kind| wire::activity_form(kind, is_system)).collect();
    forms.sort_by_cached_key(|form| form.description.to_lowercase());
    forms
}

/// Whether a type is one of iMIS's own, which are never offered.
pub fn is_system(id: &str) -> bool {
    SYSTEM_TYPES.iter().any(|system| system.eq_ignore_ascii_case(id))
}
