//! A record of a timeline, opened.

use flows::SheetId;
use leptos::prelude::*;

/// The sheet.
pub(super) fn opened(_id: SheetId) -> impl IntoView {}
