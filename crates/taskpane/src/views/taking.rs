//! Taking a save back: the question with its reason, how far it is, and what iMIS did not let go.

use super::saved::headline;
use crate::dispatch::{Dispatch, dispatch};
use crate::parts::{
    block, button, focus, heard, icon, keep_keyboard, pressed, sends, spinner, subheading, told, trouble_line,
    trouble_notice,
};
use crate::words;
use api::{ContactId, LedgerEntry, RecordLeft, RemoveSave, SaveId};
use flows::{App, Event, Save, SavedEvent, Taking, TakingStage, Undo};
use leptos::html;
use leptos::prelude::*;
use web_sys::SubmitEvent;

/// The field of the reason.
const REASON: &str = "taking-reason";

/// What is taken back. The reason that is being typed stays the field's own, so that nothing draws it anew meanwhile.
fn taken(app: &App) -> Option<Taking> {
    let mut taking = app.saved.taking.clone()?;
    if taking.is_asked() {
        taking.reason.clear();
    }
    Some(taking)
}

/// The entry that is taken back.
fn entry(app: &App) -> Option<LedgerEntry> {
    let id = &app.saved.taking.as_ref()?.entry;
    let mut known = app.saved.known.iter().flat_map(|known| &known.saves);
    known.find(|entry| entry.id.as_ref() == Some(id)).cloned()
}

/// The question, in place of nothing.
pub(super) fn taking() -> impl IntoView {
    let dispatch = dispatch();
    let taken = dispatch.project(taken);
    block(move || {
        taken.get().map(|taking| match &taking.stage {
            TakingStage::Asked { lacks_reason } => question(dispatch, &taking, *lacks_reason).into_any(),
            TakingStage::Running => view! { <div role="status">{spinner(words::taking_running())}</div> }.into_any(),
            TakingStage::Left(left) => {
                let named = dispatch.look(entry).map(|entry| entry.to).unwrap_or_default();
                let named: Vec<_> = named.into_iter().map(|to| (to.contact, to.name)).collect();
                view! { <div role="alert">{left_over(left, &named)}</div>{once_more(&taking)} }.into_any()
            }
            TakingStage::Failed(trouble) => {
                view! { <div role="alert">{trouble_notice(trouble, None)}</div>{once_more(&taking)} }.into_any()
            }
        })
    })
}

fn question(dispatch: Dispatch, taking: &Taking, lacks_reason: bool) -> impl IntoView + use<> {
    let reason = NodeRef::<html::Input>::new();
    let what = dispatch.project(|app| entry(app).as_ref().map(headline).unwrap_or_default());
    let typed = dispatch.look(|app| app.saved.taking.as_ref().map(|taking| taking.reason.clone()));
    let keep = move |event| dispatch.send(Event::Saved(SavedEvent::ReasonTyped(event_target_value(&event))));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let reason = reason.get_untracked().map(|field| field.value()).unwrap_or_default();
        dispatch.send(Event::Saved(SavedEvent::RemoveConfirmed(reason)));
    };
    if lacks_reason {
        request_animation_frame(|| focus(REASON));
    }
    let label = if taking.mine { words::taking_reason_own() } else { words::taking_reason() };
    view! {
        <form class="view-taking" on:submit=heard(submit)>
            {subheading(words::taking_title())}
            <p>{told(move || what.get())}</p>
            <p class="part-hint">{words::taking_text()}</p>
            <div class="part-field">
                <label for=REASON>{label}</label>
                <input id=REASON class="part-input" autocomplete="off" maxlength=RemoveSave::REASON_MAX.to_string()
                    aria-required=(!taking.mine).to_string() aria-invalid=lacks_reason.to_string()
                    aria-describedby="taking-missing" value=typed.unwrap_or_default() node_ref=reason
                    on:input=heard(keep) />
                <p id="taking-missing" class="part-error" role="alert">
                    {lacks_reason.then(words::taking_reason_missing)}
                </p>
            </div>
            <div class="part-actions">
                <button type="submit" class="part-button part-button--primary">{words::taking_yes()}</button>
                {button(words::cancel(), Event::Saved(SavedEvent::RemoveCancelled))}
            </div>
        </form>
    }
}

/// The same again, or leave it.
fn once_more(taking: &Taking) -> impl IntoView + use<> {
    let again = SavedEvent::RemoveConfirmed(taking.reason.clone());
    view! {
        <div class="part-actions">
            {button(words::try_again(), Event::Saved(again))}
            {button(words::close(), Event::Saved(SavedEvent::RemoveCancelled))}
        </div>
    }
}

/// The records that are left, one by one, by the names known of their contacts, and why.
fn left_over(left: &[RecordLeft], named: &[(ContactId, String)]) -> impl IntoView + use<> {
    // Who is left for the same reason stands in one line.
    let mut lines: Vec<(String, String)> = vec![];
    for left in left {
        let known = named.iter().find(|(contact, name)| *contact == left.contact && !name.trim().is_empty());
        let name = known.map_or_else(|| words::account_contact(&left.contact.0), |(_, name)| name.clone());
        let why = trouble_line(&flows::Trouble::Server(left.problem.clone()));
        match lines.iter_mut().find(|(_, known)| *known == why) {
            Some((whose, _)) => *whose = [&**whose, ", ", &name].concat(),
            None => lines.push((name, why)),
        }
    }
    let lines: Vec<_> = lines.into_iter().map(|(whose, why)| view! { <li>{whose}": "{why}</li> }).collect();
    view! {
        <div class="part-notice">
            {icon("icon icon--warning")}
            <div class="part-notice-body">
                <p class="part-notice-title">{words::taking_left()}</p>
                <ul>{lines}</ul>
            </div>
        </div>
    }
}

/// Undoing a save of just now. The seconds are drawn by themselves, so that the button stays the same under the
/// keyboard, and nobody hears them.
pub(super) fn undo(id: &SaveId) -> impl IntoView + use<> {
    let dispatch = dispatch();
    let id = id.clone();
    let of = id.clone();
    let stage = dispatch.project(move |app| match app.undo_of(&of) {
        Some(Undo::Offered { .. }) => Some(Undo::Offered { until_ms: 0, left_s: 0 }),
        other => other.cloned(),
    });
    block(move || {
        keep_keyboard();
        let ask = || Event::Saved(SavedEvent::UndoAsked(id.clone()));
        let again = || view! { <div class="part-actions">{button(words::try_again(), ask())}</div> };
        Some(match stage.get()? {
            Undo::Over | Undo::Done => return None,
            Undo::Offered { .. } => offer(dispatch, id.clone()).into_any(),
            Undo::Waiting => view! { <div role="status">{spinner(words::undo_waiting())}</div> }.into_any(),
            Undo::Running => view! { <div role="status">{spinner(words::undo_running())}</div> }.into_any(),
            Undo::Left(left) => {
                let named =
                    dispatch.look(|app| app.saves.iter().find(|save| save.id == id).map(named).unwrap_or_default());
                view! { <div role="alert">{left_over(&left, &named)}</div>{again()} }.into_any()
            }
            Undo::Failed(trouble) => {
                view! { <div role="alert">{trouble_notice(&trouble, None)}</div>{again()} }.into_any()
            }
        })
    })
}

/// The names of those a save goes to.
fn named(save: &Save) -> Vec<(ContactId, String)> {
    save.records.iter().map(|(target, name, _)| (target.id.clone(), name.clone())).collect()
}

fn offer(dispatch: Dispatch, id: SaveId) -> impl IntoView {
    let of = id.clone();
    let left = dispatch.project(move |app| match app.undo_of(&of) {
        Some(Undo::Offered { left_s, .. }) => *left_s,
        _ => 0,
    });
    let seconds = Signal::derive(move || left.get().to_string());
    view! {
        <div class="view-undo">
            <button type="button" class="part-button" on:click=sends(Event::Saved(SavedEvent::UndoAsked(id)))>
                {words::undo()}
            </button>
            <div class="view-undo-left" aria-hidden="true">
                <span class="quiet">{move || words::undo_left(&seconds.get())}</span>
                <progress class="part-progress" max="10" value=seconds></progress>
            </div>
        </div>
    }
}

/// The question whether to save once more what is saved already, in place of the button.
pub(crate) fn again() -> impl IntoView {
    let dispatch = dispatch();
    let what = dispatch.project(|app| app.saved.repeated().map(headline).unwrap_or_default());
    let save = move || {
        if let Some(id) = crate::runner::new_save_id() {
            dispatch.send_and_move(Event::Saved(SavedEvent::AgainConfirmed(id)));
        }
    };
    view! {
        <div class="view-again" role="group" aria-label=words::again_title()>
            {subheading(words::again_title())}
            <p>{what}". "{words::again_text()}</p>
            <div class="part-actions">
                <button type="button" class="part-button part-button--primary" on:click=pressed(save)>
                    {words::again_yes()}
                </button>
                {button(words::cancel(), Event::Saved(SavedEvent::AgainCancelled))}
            </div>
        </div>
    }
}
