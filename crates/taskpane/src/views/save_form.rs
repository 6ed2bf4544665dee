//! Saving the open message: as what, with which attachments, to how many contacts.

use super::attachments;
use crate::dispatch::dispatch;
use crate::parts::{block, heard, holds, pressed, spinner, toggle, told, trouble_notice};
use crate::readiness::{self, Readiness};
use crate::{runner, words};
use api::{ActivityTypeId, SaveTargets};
use flows::{App, Draft, Event, SaveKind, Targets};
use leptos::prelude::*;

/// What the form needs to know.
#[derive(Clone, PartialEq)]
pub(super) struct Form {
    /// What the site offers.
    pub(super) targets: Targets,
    /// What is about to be saved.
    pub(super) draft: Draft,
    readiness: Readiness,
}

fn form(app: &App) -> Option<Form> {
    let mail = app.open_mail()?;
    let readiness = Readiness::of(app, mail);
    Some(Form { targets: app.targets.clone(), draft: mail.draft.clone(), readiness })
}

/// The save section.
pub(super) fn save_form() -> impl IntoView {
    let form = dispatch().project(form);
    view! {
        <section class="view-section" aria-labelledby="save-title">
            <h2 id="save-title" class="view-section-title">{words::save()}</h2>
            {block(move || form.with(|form| form.as_ref().map(|form| match &form.targets {
                Targets::Loading => spinner(words::save_wait_targets()).into_any(),
                Targets::Failed(trouble) => trouble_notice(trouble, Some(Event::TargetsAgainAsked)).into_any(),
                Targets::Known(targets) => kinds(targets, form.draft.kind, form.draft.activity_type.as_ref()).into_any(),
            })))}
            {attachments::attachments(form)}
            {save_button(form)}
        </section>
    }
}

/// Interaction or activity, and of which type.
fn kinds(targets: &SaveTargets, kind: SaveKind, chosen: Option<&ActivityTypeId>) -> impl IntoView + use<> {
    let interaction = targets.interaction.is_some();
    let activity = !targets.activity_types.is_empty();
    let offer = |is_offered: bool, label: &'static str, of: SaveKind| {
        is_offered.then(|| toggle(label, move || kind == of, Event::KindChosen(of)))
    };
    view! {
        <div class="part-segments" role="group" aria-label=words::save_as()>
            {offer(interaction, words::save_interaction(), SaveKind::Interaction)}
            {offer(activity, words::save_activity(), SaveKind::Activity)}
        </div>
        {(activity && kind == SaveKind::Activity).then(|| activity_types(targets, chosen))}
    }
}

fn activity_types(targets: &SaveTargets, chosen: Option<&ActivityTypeId>) -> impl IntoView + use<> {
    let dispatch = dispatch();
    let options: Vec<_> = targets
        .activity_types
        .iter()
        .map(|offer| {
            let selected = Some(&offer.id) == chosen;
            view! { <option value=offer.id.0.clone() prop:selected=selected>{offer.description.clone()}</option> }
        })
        .collect();
    let choose = move |event| dispatch.send(Event::ActivityTypeChosen(ActivityTypeId(event_target_value(&event))));
    view! {
        <div class="part-field">
            <label for="activity-type">{words::activity_type()}</label>
            <select id="activity-type" class="part-select" on:change=heard(choose)>{options}</select>
        </div>
    }
}

/// To whom, with what, and the button; beside it what is missing.
fn save_button(form: Memo<Option<Form>>) -> impl IntoView {
    let dispatch = dispatch();
    let readiness = move || form.with(|form| form.as_ref().map(|form| form.readiness));
    let ready = move || readiness().is_some_and(Readiness::is_ready);
    let label =
        move || form.with(|form| form.as_ref().map(|form| readiness::button(form.draft.kind)())).unwrap_or_default();
    let outlook = move || form.with(|form| form.as_ref().map(extent).unwrap_or_default());
    let hint = move || readiness().map(Readiness::words).unwrap_or_default();
    let save = move || {
        if ready()
            && let Some(id) = runner::new_save_id()
        {
            dispatch.send_and_move(Event::SaveAsked(id));
        }
    };
    view! {
        <div class="view-save">
            <p class="view-save-extent">{told(outlook)}</p>
            <button
                type="button"
                class="part-button part-button--primary part-button--wide"
                aria-disabled=holds(move || !ready())
                aria-describedby="save-hint"
                on:click=pressed(save)
            >
                {told(label)}
            </button>
            <p id="save-hint" class="part-hint">{told(hint)}</p>
        </div>
    }
}

/// "To 3 contacts with 2 attachments".
fn extent(form: &Form) -> String {
    let (Readiness::Ready { contacts, .. }, Targets::Known(targets)) = (form.readiness, &form.targets) else {
        return String::new();
    };
    let attachments = form.draft.sendable(targets).len();
    let to = words::save_to(contacts);
    if attachments == 0 { to } else { [to.as_str(), " ", &words::save_with(attachments)].concat() }
}
