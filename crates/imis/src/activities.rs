//! Activities and their types (`imis.md §6`).

use crate::{
    Acting, ActivityForm, ActivityId, Column, Error, Operation, PartyId, WriteError, client::equals,
    exchange::not_understood, wire,
};
use serde_json::Value;
use time::PrimitiveDateTime;

/// An activity type that may be offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActivityType {
    /// Its key, at most 10 characters.
    pub id: String,
    /// What people call it.
    pub description: String,
}

/// The columns of an activity that may stay empty.
#[derive(Clone, Copy, Default)]
pub struct ActivityFields<'a> {
    /// `EFFECTIVE_DATE`, local.
    pub effective_date: Option<PrimitiveDateTime>,
    /// `THRU_DATE`, local.
    pub thru_date: Option<PrimitiveDateTime>,
    /// `TICKLER_DATE`, local: when to follow up.
    pub tickler_date: Option<PrimitiveDateTime>,
    /// `PRODUCT_CODE`.
    pub product_code: Option<&'a str>,
    /// `CATEGORY`.
    pub category: Option<&'a str>,
    /// `SOURCE_CODE`.
    pub source_code: Option<&'a str>,
    /// `CAMPAIGN_CODE`.
    pub campaign_code: Option<&'a str>,
    /// `ACTION_CODES`.
    pub action_codes: Option<&'a str>,
    /// `OTHER_ID`.
    pub other_id: Option<&'a str>,
    /// `UF_2`.
    pub uf_2: Option<&'a str>,
    /// `UF_3`.
    pub uf_3: Option<&'a str>,
}

/// An activity to write.
#[derive(Clone, Copy)]
pub struct NewActivity<'a> {
    /// Whose.
    pub party: &'a PartyId,
    /// The key of its type; longer than 10 characters is refused.
    pub activity_type: &'a str,
    /// Local time without a zone (`imis.md §4.2`).
    pub transaction_date_local: PrimitiveDateTime,
    /// Subject; shortened as [`crate::Column::Description`] shows.
    pub description: &'a str,
    /// Body as text, of any length.
    pub note: &'a str,
    /// Stored in `UF_1`, to be found again.
    pub message_key: &'a str,
    /// Everything else; text is shortened as its [`crate::Column`] shows.
    pub fields: ActivityFields<'a>,
}

impl Acting {
    /// The activity types to offer: those of the site that are not iMIS's own.
    pub async fn activity_types(&self) -> Result<Vec<ActivityType>, Error> {
        Ok(self.abilities().await?.activity_types.clone())
    }

    /// Writes an activity.
    pub async fn write_activity(&self, activity: &NewActivity<'_>) -> Result<ActivityId, WriteError> {
        let operation = Operation::WriteActivity;
        let body = wire::activity(activity).map_err(WriteError::Refused)?;
        let stored = self.add(operation, "Activity", body).await?;
        Ok(key(&stored).ok_or_else(|| not_understood(operation))?)
    }

    /// The activities of a contact with this key.
    pub async fn find_activities(&self, party: &PartyId, message_key: &str) -> Result<Vec<ActivityId>, Error> {
        let operation = Operation::FindActivities;
        let filters =
            [equals(operation, "PartyId", party.as_str())?, equals(operation, Column::Uf1.name(), message_key)?];
        let rows = self.list(operation, "Activity", &filters, 4).await?;
        // What a site does with a filter it does not know is not known: look again.
        let matching = rows.iter().filter(|row| {
            let is = |name, value| wire::generic_text(row, name).is_some_and(|found| found == value);
            is(Column::Uf1.name(), message_key) && (is("PartyId", party.as_str()) || is("ID", party.as_str()))
        });
        Ok(matching.filter_map(key).collect())
    }
}

/// The sequence number of a stored activity.
fn key(row: &Value) -> Option<ActivityId> {
    wire::generic_identity(row)
        .or_else(|| wire::generic_text(row, "SEQN"))
        .or_else(|| wire::generic_text(row, "ActivityId"))
        .map(ActivityId::new)
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

fn is_system(id: &str) -> bool {
    SYSTEM_TYPES.iter().any(|system| system.eq_ignore_ascii_case(id))
}
