//! Finding a query.

use flows::SheetId;
use leptos::prelude::*;

/// The sheet.
pub(super) fn folders(_id: SheetId) -> impl IntoView {}
