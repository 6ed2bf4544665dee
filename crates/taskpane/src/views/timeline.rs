//! What was done with a contact.

use api::ContactId;
use leptos::prelude::*;

/// The section.
pub(super) fn timeline(_contact: &ContactId) -> impl IntoView {}
