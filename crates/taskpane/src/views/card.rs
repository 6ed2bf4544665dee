//! The card of a contact.

use api::ContactId;
use leptos::prelude::*;

/// The section.
pub(super) fn card(_contact: &ContactId) -> impl IntoView {}
