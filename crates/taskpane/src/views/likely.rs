//! Contacts that could be the person to be added: shown before the form.

use super::adding::{adding_of, of};
use super::person;
use crate::dispatch::dispatch;
use crate::parts::{avatar, moves, subheading};
use crate::words;
use api::{LikelyContact, Likeness};
use flows::{AddEvent, Adding, Event, SheetId};
use leptos::prelude::*;

/// The list and the way on.
pub(super) fn likely(id: SheetId) -> impl IntoView {
    let dispatch = dispatch();
    let (likely, partial) = dispatch.look(|app| {
        let adds = adding_of(app, id).and_then(Adding::adds);
        adds.map(|adds| (adds.likely.contacts.clone(), adds.likely.partial)).unwrap_or_default()
    });
    let rows: Vec<_> = likely.iter().map(|likely| row(id, likely)).collect();
    let several = of(dispatch, id, |adds| adds.queue.len() > 1);
    view! {
        <section class="view-section">
            {subheading(words::add_likely())}
            <p class="part-hint">{words::add_likely_text()}</p>
            <ul class="add-likely">{rows}</ul>
            {partial.then(|| view! { <p class="part-hint">{words::add_partial()}</p> })}
            <div class="part-actions">
                <button type="button" class="part-button" on:click=moves(Event::Add(id, AddEvent::NewAsked))>
                    {words::add_new()}
                </button>
                {several.get_untracked().then(|| skip(id))}
            </div>
        </section>
    }
}

/// Leaves the present one out.
pub(super) fn skip(id: SheetId) -> impl IntoView {
    view! {
        <button type="button" class="part-button" on:click=moves(Event::Add(id, AddEvent::Skipped))>
            {words::add_skip()}
        </button>
        <button type="button" class="part-button part-button--subtle" on:click=moves(Event::SheetClosed)>
            {words::add_stop()}
        </button>
    }
}

fn row(id: SheetId, likely: &LikelyContact) -> impl IntoView + use<> {
    let contact = &likely.contact;
    let why: Vec<&str> = likely.because.iter().map(|likeness| because(*likeness)).collect();
    let why = [words::contact_id(&contact.id.0), why.join(", ")].join(" · ");
    let email = contact.email.as_ref().map(ToString::to_string);
    view! {
        <li class="view-person">
            {avatar(&contact.name, contact.kind)}
            <div class="view-person-body">
                <p class="view-person-name">{contact.name.clone()}</p>
                {person::facts(contact)}
                {email.map(|email| view! { <p class="quiet">{email}</p> })}
                <p class="quiet">{why}</p>
                <button type="button" class="part-button" aria-label=words::add_use_named(&contact.name)
                    on:click=moves(Event::Add(id, AddEvent::UseAsked(contact.id.clone())))>
                    {words::add_use()}
                </button>
            </div>
        </li>
    }
}

fn because(likeness: Likeness) -> &'static str {
    match likeness {
        Likeness::Email => words::likely_email(),
        Likeness::Name => words::likely_name(),
        Likeness::Phone => words::likely_phone(),
        Likeness::NameAndOrganisation => words::likely_organisation(),
    }
}
