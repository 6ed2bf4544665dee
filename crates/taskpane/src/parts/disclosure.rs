//! Something quiet that opens on demand.

use super::button::{at_escape, pressed};
use super::{block, holds, icon};
use leptos::prelude::*;

/// A line that shows more when it is pressed, and hides it again at Escape.
pub(crate) fn disclosure(
    id: &'static str,
    label: impl Into<String>,
    more: impl Fn() -> AnyView + Send + Sync + 'static,
) -> impl IntoView {
    let label = label.into();
    let open = RwSignal::new(false);
    let close = move || open.try_update(std::mem::take).unwrap_or_default();
    view! {
        <div class="part-disclosure" on:keydown=at_escape(close)>
            <button type="button" class="part-disclosure-button" aria-expanded=holds(move || open.get())
                aria-controls=id on:click=pressed(move || open.update(|open| *open = !*open))>
                {icon("icon icon--chevron")}
                {label}
            </button>
            <div id=id class="part-disclosure-more">{block(move || open.get().then(&more))}</div>
        </div>
    }
}
