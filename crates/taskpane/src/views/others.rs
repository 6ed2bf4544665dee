//! Saves of other messages: a line each at the foot of the pane, with details on demand.

use super::{details, mail};
use crate::dispatch::dispatch;
use crate::parts::{at_escape, block, icon, pressed};
use crate::words;
use api::SaveId;
use flows::{App, Save, SavePhase, Summary};
use leptos::prelude::*;

fn others(app: &App) -> Vec<Save> {
    let open = app.open_mail().map(|mail| mail.message.key.item_id.as_str());
    app.saves.iter().filter(|save| Some(save.message.key.item_id.as_str()) != open).cloned().collect()
}

/// The lines, if there are any.
pub(crate) fn other_saves() -> impl IntoView {
    let saves = dispatch().project(others);
    let open = RwSignal::new(None::<SaveId>);
    block(move || {
        saves.with(|saves| {
            (!saves.is_empty()).then(|| {
                let lines: Vec<_> = saves.iter().enumerate().map(|(at, save)| line(at, save, open)).collect();
                view! { <aside class="view-others" aria-label=words::other_saves()>{lines}</aside> }
            })
        })
    })
}

fn line(at: usize, save: &Save, open: RwSignal<Option<SaveId>>) -> impl IntoView + use<> {
    let is_open = open.get().as_ref() == Some(&save.id);
    let id = save.id.clone();
    let region = ["other-", &at.to_string()].concat();
    let close = move || open.try_update(Option::take).flatten().is_some();
    view! {
        <div class="part-disclosure" on:keydown=at_escape(close)>
            <button
                type="button"
                class="part-disclosure-button"
                aria-expanded=is_open.to_string()
                aria-controls=region.clone()
                on:click=pressed(move || open.update(|open| *open = if is_open { None } else { Some(id.clone()) }))
            >
                {icon("icon icon--chevron")}
                <span class="view-others-title">{title(save)}</span>
                <span class="quiet">{count(save)}</span>
            </button>
            <div id=region class="view-others-details" hidden=!is_open>
                {is_open.then(|| details::details(save))}
            </div>
        </div>
    }
}

fn title(save: &Save) -> String {
    let subject = mail::subject(&save.message.subject);
    match (save.phase, save.summary()) {
        (SavePhase::Finished, Summary::All) => words::saved_message(subject),
        (SavePhase::Finished, Summary::Partly) => words::partly_saved_message(subject),
        (SavePhase::Finished, Summary::Nothing) => words::not_saved_message(subject),
        _ => words::saving_message(subject),
    }
}

fn count(save: &Save) -> String {
    if save.attachments.is_empty() || !save.is_running() {
        return String::new();
    }
    let (done, all) = details::attachments_done(save);
    words::count_of(&all, &done)
}
