//! The save of the open message, in place of the form: how far it is, then what came of it.

use super::details;
use crate::dispatch::dispatch;
use crate::live;
use crate::parts::{block, holds, told};
use flows::{App, Save, SavePhase, Summary, Undo};
use leptos::html;
use leptos::prelude::*;

/// The panel. Its heading takes the focus from the button that is gone.
pub(crate) fn save_panel() -> impl IntoView {
    let dispatch = dispatch();
    let save = dispatch.project(|app| app.save_of_open_mail().cloned());
    let node = NodeRef::<html::H2>::new();
    Effect::new(move |_| {
        if let Some(element) = node.get()
            && dispatch.take_focus()
        {
            // A heading with a tab index takes the focus.
            let _ = element.focus();
        }
    });
    let id = Memo::new(move |_| save.with(|save| save.as_ref().map(|save| save.id.clone())));
    let title = dispatch.project(|app| app.save_of_open_mail().map(|save| live::standing(app, save)));
    let mood = dispatch.project(|app| app.save_of_open_mail().map(|save| mood(app, save)));
    let mood = told(move || mood.get().unwrap_or_default());
    let busy = holds(move || save.with(|save| save.as_ref().is_some_and(Save::is_running)));
    view! {
        <section class=mood aria-labelledby="save-panel-title" aria-busy=busy>
            <h2 id="save-panel-title" class="view-section-title" tabindex="-1" node_ref=node>
                <span class="icon view-panel-icon" aria-hidden="true"></span>
                {told(move || title.get().unwrap_or_default())}
            </h2>
            {block(move || id.get().map(details::details))}
        </section>
    }
}

fn mood(app: &App, save: &Save) -> &'static str {
    match (save.phase, app.left_of(save)) {
        (SavePhase::Finished, Summary::All) => "view-section view-panel view-panel--good",
        _ if app.undo_of(&save.id) == Some(&Undo::Done) => "view-section view-panel view-panel--good",
        (SavePhase::Finished, Summary::Partly | Summary::Nothing) => "view-section view-panel view-panel--bad",
        _ => "view-section view-panel",
    }
}
