//! Searching contacts as one types.

use flows::SheetId;
use leptos::prelude::*;

/// The sheet.
pub(super) fn finder(_id: SheetId) -> impl IntoView {}
