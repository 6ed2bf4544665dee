//! Initials in a circle, or in a square for organisations.

use crate::format::initials;
use api::ContactKind;
use leptos::prelude::*;

/// The avatar of a name. Hidden from screen readers: the name stands beside it.
pub(crate) fn avatar(name: &str, kind: ContactKind) -> impl IntoView + use<> {
    let hue = name.bytes().fold(0_u8, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte)) % 6;
    let shape = match kind {
        ContactKind::Person => "",
        ContactKind::Organisation => " part-avatar--organisation",
    };
    let class = ["part-avatar part-avatar--", &hue.to_string(), shape].concat();
    view! { <span class=class aria-hidden="true">{initials(name)}</span> }
}
