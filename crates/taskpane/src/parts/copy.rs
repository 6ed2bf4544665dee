//! Copying a text.
//!
//! The old way, inside the click: the newer one is refused where Outlook does not pass the right on to the pane's
//! frame. Where both are, the text is marked, and the person copies it.

use super::{icon, pressed};
use crate::words;
use leptos::prelude::*;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

#[wasm_bindgen]
extern "C" {
    /// A field that holds several lines.
    #[wasm_bindgen(extends = web_sys::HtmlElement)]
    type Area;
    #[wasm_bindgen(method, setter, structural, js_name = value)]
    fn set_value(this: &Area, value: &str);
    #[wasm_bindgen(method)]
    fn select(this: &Area);

    /// The page.
    type Page;
    #[wasm_bindgen(method, catch, js_name = execCommand)]
    fn exec_command(this: &Page, command: &str) -> Result<bool, JsValue>;
    #[wasm_bindgen(method, js_name = getSelection)]
    fn get_selection(this: &Page) -> Option<Marked>;

    /// What is marked on the page.
    type Marked;
    #[wasm_bindgen(method, catch, js_name = selectAllChildren)]
    fn select_all_children(this: &Marked, node: &web_sys::Element) -> Result<(), JsValue>;
}

/// Copies a text; whether that worked.
fn copied(text: &str) -> bool {
    let page = document();
    let (Ok(area), Some(body)) = (page.create_element("textarea"), page.body()) else { return false };
    let area: Area = area.unchecked_into();
    area.set_class_name("visually-hidden");
    area.set_value(text);
    // What the page does not take or give back, the result tells.
    let _ = body.append_child(&area);
    area.select();
    let done = page.unchecked_into::<Page>().exec_command("copy").unwrap_or(false);
    area.remove();
    done
}

/// Marks what stands at this id.
fn mark(id: &str) {
    let page = document();
    let element = page.get_element_by_id(id);
    if let (Some(element), Some(marked)) = (element, page.unchecked_into::<Page>().get_selection()) {
        // What cannot be marked can be marked by hand.
        let _ = marked.select_all_children(&element);
    }
}

/// A button that copies `text`, shown at `at`; `told` says what came of it, for all copy buttons beside it.
pub(crate) fn copy_button(at: String, what: &str, text: String, told: RwSignal<String>) -> impl IntoView + use<> {
    let label = words::copy(what);
    let (done, refused) = (words::copied(what), words::copy_refused());
    let id = [&at, "-copy"].concat();
    let focus = id.clone();
    let act = move || {
        let worked = copied(&text);
        told.set(if worked { done.clone() } else { refused.to_owned() });
        if worked {
            super::keep_focus(focus.clone());
        } else {
            mark(&at);
        }
    };
    view! {
        <button type="button" id=id class="part-button part-button--subtle part-button--icon part-copy" title=label.clone()
            aria-label=label on:click=pressed(act)>
            {icon("icon icon--copy")}
        </button>
    }
}
