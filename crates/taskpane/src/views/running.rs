//! One query.

use flows::SheetId;
use leptos::prelude::*;

/// The sheet.
pub(super) fn running(_id: SheetId) -> impl IntoView {}
