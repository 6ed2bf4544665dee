//! The details of saving the open message: as what, with which attachments. The button stands in [`super::save_bar`].

use super::save_bar::TITLE;
use super::{attachments, edits};
use crate::dispatch::dispatch;
use crate::parts::{block, heard, spinner, toggle, trouble_notice};
use crate::words;
use api::{ActivityTypeId, Contact, SaveTargets};
use flows::{App, Draft, Event, PeopleEvent, SaveKind, Targets};
use leptos::prelude::*;

/// What the form needs to know.
#[derive(Clone, PartialEq)]
pub(super) struct Form {
    /// What the site offers.
    pub(super) targets: Targets,
    /// What is about to be saved.
    pub(super) draft: Draft,
}

fn form(app: &App) -> Option<Form> {
    let mail = app.open_mail()?;
    Some(Form { targets: app.targets.clone(), draft: mail.draft.clone() })
}

/// The save section.
pub(crate) fn save_form() -> impl IntoView {
    let form = dispatch().project(form);
    let known = dispatch().project(|app| matches!(app.targets, Targets::Known(_)));
    view! {
        <section class="view-section" aria-labelledby=TITLE>
            <h2 id=TITLE class="view-section-title" tabindex="-1">{words::save()}</h2>
            {block(move || form.with(|form| form.as_ref().map(|form| match &form.targets {
                Targets::Loading => spinner(words::save_wait_targets()).into_any(),
                Targets::Failed(trouble) => trouble_notice(trouble, Some(Event::TargetsAgainAsked)).into_any(),
                Targets::Known(targets) => kinds(targets, form.draft.kind, form.draft.activity_type.as_ref()).into_any(),
            })))}
            {organisations()}
            {block(move || known.get().then(edits::edits))}
            {attachments::attachments(form)}
        </section>
    }
}

/// The organisations of those it goes to, ticked where it goes to them too.
fn organisations() -> impl IntoView {
    let dispatch = dispatch();
    let offered = dispatch.project(|app| app.open_mail().map(|mail| mail.people.organisations()).unwrap_or_default());
    let line = move |(contact, ticked): &(Contact, bool)| {
        let id = ["organisation-", &contact.id.0].concat();
        let event =
            if *ticked { PeopleEvent::Dropped(contact.id.clone()) } else { PeopleEvent::Added(contact.clone()) };
        view! {
            <li class="view-attachment">
                <input type="checkbox" class="part-check" id=id.clone() prop:checked=*ticked
                    on:change=heard(move |_: leptos::ev::Event| dispatch.send(Event::People(event.clone()))) />
                <label for=id class="view-attachment-name">{contact.name.clone()}</label>
            </li>
        }
    };
    block(move || {
        offered.with(|offered| {
            (!offered.is_empty()).then(|| {
                let lines: Vec<_> = offered.iter().map(line).collect();
                view! {
                    <fieldset class="view-attachments">
                        <legend>{words::save_organisations()}</legend>
                        <ul>{lines}</ul>
                    </fieldset>
                }
            })
        })
    })
}

/// Interaction or activity, and of which type.
pub(super) fn kinds(targets: &SaveTargets, kind: SaveKind, chosen: Option<&ActivityTypeId>) -> impl IntoView + use<> {
    let interaction = targets.interaction.is_some();
    let activity = !targets.activity_types.is_empty();
    let table = match targets.tables.as_slice() {
        [] => None,
        [only] => Some(only.title.clone()),
        [_, ..] => Some(words::save_table().to_owned()),
    };
    let offer = |is_offered: bool, label: String, of: SaveKind| {
        is_offered.then(|| toggle(label, move || kind == of, Event::KindChosen(of)))
    };
    view! {
        <div class="part-segments" role="group" aria-label=words::save_as()>
            {offer(interaction, words::save_interaction().to_owned(), SaveKind::Interaction)}
            {offer(activity, words::save_activity().to_owned(), SaveKind::Activity)}
            {table.map(|title| offer(true, title, SaveKind::Table))}
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
