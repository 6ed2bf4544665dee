//! Outlook's light or dark, on the page's root; where Outlook does not tell, the browser's preference stands.

use leptos::prelude::document;
use office::theme::{Shade, Theme};

/// Shows a theme.
pub(crate) fn show(theme: Option<&Theme>) {
    let Some(root) = document().document_element() else { return };
    // An element of a live page takes any attribute, and loses one it has not got.
    let _ = match theme.map(|theme| theme.shade) {
        Some(Shade::Light) => root.set_attribute("data-theme", "light"),
        Some(Shade::Dark) => root.set_attribute("data-theme", "dark"),
        None => root.remove_attribute("data-theme"),
    };
}
