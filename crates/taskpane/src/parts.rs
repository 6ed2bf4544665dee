//! Pieces of screens. They know no story: texts and events come in from outside.

mod avatar;
mod button;
mod heading;
mod notice;

pub(crate) use avatar::avatar;
pub(crate) use button::{button, keep_focus, toggle};
pub(crate) use heading::heading;
pub(crate) use notice::{trouble_line, trouble_notice};

use leptos::prelude::*;

/// A picture from the style sheet. It says nothing aloud: words stand beside it.
pub(crate) fn icon(class: &'static str) -> impl IntoView {
    view! { <span class=class aria-hidden="true"></span> }
}

/// Something is on its way. Shows only when it takes longer than a blink.
pub(crate) fn spinner(label: &'static str) -> impl IntoView {
    view! { <p class="part-spinner"><span class="part-spinner-ring" aria-hidden="true"></span>{label}</p> }
}
