//! Adding or changing a contact.

use flows::SheetId;
use leptos::prelude::*;

/// The sheet.
pub(super) fn adding(_id: SheetId) -> impl IntoView {}
