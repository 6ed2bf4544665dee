//! The headings that take the focus when the person has brought them about.

use crate::dispatch::dispatch;
use leptos::html::{self, ElementType};
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;

/// Has the heading take the focus once, if it is wanted.
fn focused<E: ElementType + 'static>(node: NodeRef<E>)
where
    E::Output: JsCast + Clone + 'static,
{
    let dispatch = dispatch();
    Effect::new(move |_| {
        if let Some(element) = node.get()
            && dispatch.take_focus()
        {
            // A heading with a tab index takes the focus.
            let _ = element.unchecked_into::<web_sys::HtmlElement>().focus();
        }
    });
}

/// The one heading of a screen.
pub(crate) fn heading(text: &'static str) -> impl IntoView {
    let node = NodeRef::<html::H1>::new();
    focused(node);
    view! { <h1 tabindex="-1" node_ref=node>{text}</h1> }
}

/// The heading of something with a name of its own.
pub(crate) fn named(id: &'static str, text: Signal<String>) -> impl IntoView {
    view! { <h2 id=id class="view-section-title" tabindex="-1">{text}</h2> }
}

/// A heading of what has taken the place of something else.
pub(crate) fn subheading(text: &'static str) -> impl IntoView {
    let node = NodeRef::<html::H2>::new();
    focused(node);
    view! { <h2 class="view-section-title" tabindex="-1" node_ref=node>{text}</h2> }
}
