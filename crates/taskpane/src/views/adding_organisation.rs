//! The organisation that a person to be added belongs to: linked, suggested, or looked for.

use super::adding::of;
use super::adding_fields::{fault, from};
use crate::dispatch::dispatch;
use crate::parts::{avatar, block, heard, icon, keep_focus, pressed, spinner, told, trouble_line};
use crate::words;
use api::{Contact, ContactField};
use flows::{AddEvent, Ahead, Event, SheetId};
use leptos::prelude::*;

/// Where the keyboard finds the search.
pub(super) const FIND: &str = "add-organisation";
const UNLINK: &str = "add-unlink";

/// The section.
pub(super) fn organisation(id: SheetId) -> impl IntoView {
    let dispatch = dispatch();
    let linked = of(dispatch, id, |adds| adds.form.organisation.clone());
    let named = of(dispatch, id, |adds| adds.form.organisation_named.clone());
    let wrong = of(dispatch, id, |adds| adds.form.fault(ContactField::Organisation).map(fault));
    view! {
        <div class="part-field add-organisation" role="group" aria-label=words::organisation()>
            {block(move || match linked.get() {
                Some(organisation) => link(id, &organisation).into_any(),
                None => search(id).into_any(),
            })}
            {block(move || named.get().map(|(_, whence)| view! { <p class="quiet add-from">{from(&whence)}</p> }))}
            <p id="add-organisation-fault" class="part-error">{told(move || wrong.get().unwrap_or_default())}</p>
        </div>
    }
}

fn link(id: SheetId, organisation: &Contact) -> impl IntoView + use<> {
    let dispatch = dispatch();
    let unlink = move || {
        dispatch.send(Event::Add(id, AddEvent::OrganisationUnlinked));
        keep_focus(FIND.to_owned());
    };
    view! {
        <p>{words::organisation()}</p>
        <div class="add-linked">
            {avatar(&organisation.name, organisation.kind)}
            <span class="view-person-body">
                <span class="view-person-name">{organisation.name.clone()}</span>" "
                <span class="quiet">{words::contact_id(&organisation.id.0)}</span>
            </span>
            <button type="button" id=UNLINK class="part-button part-button--subtle part-button--icon"
                aria-label=words::add_unlink(&organisation.name) on:click=pressed(unlink)>
                {icon("icon icon--dismiss")}
            </button>
        </div>
    }
}

fn search(id: SheetId) -> impl IntoView {
    let dispatch = dispatch();
    let text = of(dispatch, id, |adds| adds.form.search.text.clone());
    let hits = of(dispatch, id, |adds| Some(adds.form.search.hits.clone()));
    let suggested = of(dispatch, id, |adds| adds.likely.organisations.clone());
    let typed = move |event| dispatch.send(Event::Add(id, AddEvent::OrganisationTyped(event_target_value(&event))));
    view! {
        <label for=FIND>{words::organisation()}</label>
        <input id=FIND class="part-input" type="search" autocomplete="off" spellcheck="false"
            placeholder=words::add_find_organisation() aria-describedby="add-organisation-fault"
            prop:value=move || text.get() on:input=heard(typed) />
        <div role="status">
            {block(move || hits.with(|hits| match hits {
                Some(Ahead::Searching) => spinner(words::add_finding()).into_any(),
                Some(Ahead::Failed(trouble)) => view! { <p class="part-error">{trouble_line(trouble)}</p> }.into_any(),
                Some(Ahead::Found(found)) if found.is_empty() => {
                    view! { <p class="part-hint">{words::add_no_organisation()}</p> }.into_any()
                }
                Some(Ahead::Found(found)) => offers(id, found),
                Some(Ahead::Nothing) | None => suggested.with(|suggested| offers(id, suggested)),
            }))}
        </div>
    }
}

fn offers(id: SheetId, organisations: &[Contact]) -> AnyView {
    if organisations.is_empty() {
        return ().into_any();
    }
    let rows: Vec<_> = organisations.iter().take(8).map(|organisation| offer(id, organisation)).collect();
    view! { <ul class="view-hits">{rows}</ul> }.into_any()
}

fn offer(id: SheetId, organisation: &Contact) -> impl IntoView + use<> {
    let dispatch = dispatch();
    let chosen = organisation.clone();
    let act = move || {
        dispatch.send(Event::Add(id, AddEvent::OrganisationLinked(chosen.clone())));
        keep_focus(UNLINK.to_owned());
    };
    let facts: Vec<String> =
        organisation.city.clone().into_iter().chain([words::contact_id(&organisation.id.0)]).collect();
    view! {
        <li>
            <button type="button" class="view-hit" on:click=pressed(act)>
                {avatar(&organisation.name, organisation.kind)}
                <span class="view-person-body">
                    <span class="view-person-name">{words::add_link(&organisation.name)}</span>" "
                    <span class="quiet">{facts.join(" · ")}</span>
                </span>
            </button>
        </li>
    }
}
