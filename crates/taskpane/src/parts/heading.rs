//! The headings that take the focus when the person has brought them about.

use crate::dispatch::dispatch;
use leptos::html;
use leptos::prelude::*;

/// The one heading of a screen.
pub(crate) fn heading(text: &'static str) -> impl IntoView {
    let dispatch = dispatch();
    let node = NodeRef::<html::H1>::new();
    Effect::new(move |_| {
        if let Some(element) = node.get()
            && dispatch.take_focus()
        {
            // A heading with a tab index takes the focus.
            let _ = element.focus();
        }
    });
    view! { <h1 tabindex="-1" node_ref=node>{text}</h1> }
}
