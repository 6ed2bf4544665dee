//! Activities and their types (`imis.md §6`).

use crate::{Acting, ActivityId, Error, PartyId, WriteError};
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
        let _ = activity;
        unimplemented!()
    }

    /// The activities of a contact with this key.
    pub async fn find_activities(&self, party: &PartyId, message_key: &str) -> Result<Vec<ActivityId>, Error> {
        let _ = (party, message_key);
        unimplemented!()
    }
}
