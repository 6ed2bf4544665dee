//! The languages of the surroundings, and the name under which the browser's storage is this pane's own.

use crate::sys;

/// The language of Outlook's own words, such as `fr-FR`.
pub fn display_language() -> Option<String> {
    let context = sys::context()?;
    sys::text(&context, "displayLanguage")
}

/// The language the person writes in, such as `en-GB`.
pub fn content_language() -> Option<String> {
    let context = sys::context()?;
    sys::text(&context, "contentLanguage")
}

/// What to put before every key in the browser's storage; none on classic Outlook and before mid-2023
/// (`office-js.md` §2).
pub fn partition_key() -> Option<String> {
    let context = sys::context()?;
    sys::text(&context, "partitionKey")
}
