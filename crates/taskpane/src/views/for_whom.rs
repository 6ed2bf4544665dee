//! For whom a record is written: contacts one by one, and finding more.

use super::writing::of;
use crate::dispatch::dispatch;
use crate::parts::{avatar, block, heard, icon, keep_focus, pressed, spinner, told, trouble_line};
use crate::words;
use api::Contact;
use flows::{Ahead, App, Event, Forms, Sheet, SheetId, WriteEvent};
use leptos::prelude::*;

/// Where the keyboard finds the search.
pub(super) const FIND: &str = "write-find";

/// The section.
pub(super) fn for_whom(id: SheetId) -> impl IntoView {
    let dispatch = dispatch();
    let contacts = of(dispatch, id, |writing, _| writing.contacts.clone());
    let hits = of(dispatch, id, |writing, _| Some(writing.search.hits.clone()));
    // Emptied by adding somebody, and by nothing else.
    let text = of(dispatch, id, |writing, _| writing.search.text.clone());
    let limit = of(dispatch, id, |writing, forms| too_many(writing.contacts.len(), forms));
    let typed = move |event| dispatch.send(Event::Write(id, WriteEvent::SearchTyped(event_target_value(&event))));
    view! {
        <div class="part-field">
            <p id="write-for">{words::write_for()}</p>
            {block(move || contacts.with(|contacts| chips(id, contacts)))}
            <div role="alert">
                {block(move || limit.get().map(|most| {
                    view! { <p class="part-error">{words::write_too_many(&most.to_string())}</p> }
                }))}
            </div>
            <label for=FIND class="visually-hidden">{words::write_find()}</label>
            <input id=FIND class="part-input" type="search" autocomplete="off" autocapitalize="none" spellcheck="false"
                placeholder=words::write_find() aria-describedby="write-find-hint"
                prop:value=move || text.get() on:input=heard(typed) />
            <p id="write-find-hint" class="part-hint view-field-hint">{words::write_find_hint()}</p>
            <div role="status">
                <p class="visually-hidden">{told(move || hits.with(|hits| hits.as_ref().map(said).unwrap_or_default()))}</p>
                {block(move || hits.get().map(|hits| found(id, &hits)))}
            </div>
        </div>
    }
}

fn too_many(count: usize, forms: &Forms) -> Option<usize> {
    match forms {
        Forms::Known(known, _) => Some(known.contacts_max).filter(|most| count > *most),
        _ => None,
    }
}

fn chips(id: SheetId, contacts: &[Contact]) -> AnyView {
    if contacts.is_empty() {
        return view! { <p class="part-hint">{words::write_nobody()}</p> }.into_any();
    }
    let rows: Vec<_> = contacts.iter().map(|contact| chip(id, contact)).collect();
    view! { <ul class="view-chips" aria-labelledby="write-for">{rows}</ul> }.into_any()
}

fn chip(id: SheetId, contact: &Contact) -> impl IntoView + use<> {
    let dispatch = dispatch();
    let who = contact.id.clone();
    let take_out = move || {
        dispatch.send(Event::Write(id, WriteEvent::ContactRemoved(who.clone())));
        keep_focus(FIND.to_owned());
    };
    view! {
        <li class="view-chip">
            {avatar(&contact.name, contact.kind)}
            <span class="view-chip-name">{contact.name.clone()}</span>
            <button type="button" class="part-button part-button--subtle part-button--icon"
                aria-label=words::write_take_out(&contact.name) on:click=pressed(take_out)>
                {icon("icon icon--dismiss")}
            </button>
        </li>
    }
}

/// What a search came to, aloud.
fn said(hits: &Ahead) -> String {
    match hits {
        Ahead::Found(found) if !found.is_empty() => words::write_found(found.len()),
        _ => String::new(),
    }
}

fn found(id: SheetId, hits: &Ahead) -> AnyView {
    match hits {
        Ahead::Nothing => ().into_any(),
        Ahead::Searching => spinner(words::write_finding()).into_any(),
        Ahead::Failed(trouble) => view! { <p class="part-error">{trouble_line(trouble)}</p> }.into_any(),
        Ahead::Found(contacts) if contacts.is_empty() => {
            view! { <p class="part-hint">{words::write_found_none()}</p> }.into_any()
        }
        Ahead::Found(contacts) => {
            let rows: Vec<_> = contacts.iter().map(|contact| hit(id, contact)).collect();
            view! { <ul class="view-hits">{rows}</ul> }.into_any()
        }
    }
}

fn hit(id: SheetId, contact: &Contact) -> impl IntoView + use<> {
    let dispatch = dispatch();
    let chosen = contact.clone();
    let add = move || {
        dispatch.send(Event::Write(id, WriteEvent::ContactAdded(chosen.clone())));
        keep_focus(FIND.to_owned());
    };
    let facts = [contact.title.clone(), contact.organisation.clone(), Some(words::contact_id(&contact.id.0))];
    let facts: Vec<String> = facts.into_iter().flatten().filter(|fact| !fact.is_empty()).collect();
    let taken = dispatch.look(|app: &App| match app.sheets.get(id) {
        Some(Sheet::Write(writing)) => writing.contacts.iter().any(|known| known.id == contact.id),
        _ => false,
    });
    (!taken).then(|| {
        view! {
            <li>
                <button type="button" class="view-hit" on:click=pressed(add)>
                    {avatar(&contact.name, contact.kind)}
                    <span class="view-person-body">
                        <span class="view-person-name">{contact.name.clone()}</span>" "
                        <span class="quiet">{facts.join(" · ")}</span>
                    </span>
                </button>
            </li>
        }
    })
}
