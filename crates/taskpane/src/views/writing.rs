//! Writing or changing a record.

use flows::SheetId;
use leptos::prelude::*;

/// The sheet.
pub(super) fn writing(_id: SheetId) -> impl IntoView {}
