//! Whom the list of people has beside those found by address: added by hand, guessed by domain, and never matched.

use super::person;
use crate::dispatch::dispatch;
use crate::parts::{avatar, icon, keep_focus, moves, pressed, sends, trouble_line};
use crate::words;
use api::{Contact, Matching};
use flows::{Entry, Event, Opening, People, PeopleEvent, Standing};
use leptos::prelude::*;

/// The contacts added by hand, as rows of the list.
pub(super) fn added(people: &People) -> Vec<AnyView> {
    people.added.iter().map(row).collect()
}

fn row(contact: &Contact) -> AnyView {
    let dispatch = dispatch();
    let event = Event::People(PeopleEvent::Dropped(contact.id.clone()));
    let act = move || {
        dispatch.send(event.clone());
        keep_focus("people-title".to_owned());
    };
    let why = [words::contact_id(&contact.id.0).as_str(), " · ", words::people_added()].concat();
    view! {
        <li class="view-person">
            {avatar(&contact.name, contact.kind)}
            <div class="view-person-body">
                {person::opener(contact)}
                {person::facts(contact)}
                <p class="quiet">{why}</p>
            </div>
            <button type="button" class="part-button part-button--subtle part-button--icon"
                aria-label=words::people_added_remove(&contact.name) on:click=pressed(act)>
                {icon("icon icon--dismiss")}
            </button>
        </li>
    }
    .into_any()
}

/// Organisations guessed by domain, and the addresses that are never matched.
pub(super) fn below(people: &People) -> impl IntoView + use<> {
    let guesses: Vec<_> = people.guesses().into_iter().map(|(domain, found)| guess(domain, found)).collect();
    let never = people.shown().filter(|entry| entry.standing == Standing::Never);
    let never: Vec<_> = never.map(never_matched).collect();
    let all = (!never.is_empty()).then(all_settled);
    let trouble = people.never_trouble.as_ref().map(trouble_line);
    view! {
        {(!guesses.is_empty()).then(|| view! {
            <div class="view-guesses" role="group" aria-label=words::people_guess_title()>
                <p class="quiet">{words::people_guess_title()}</p>
                <ul class="view-people">{guesses}</ul>
            </div>
        })}
        {trouble.map(|trouble| view! { <p class="part-error">{words::never_failed()}" "{trouble}</p> })}
        {never}
        {all}
    }
}

/// The way to the whole list.
pub(super) fn all_settled() -> impl IntoView {
    view! {
        <button type="button" class="view-link" on:click=moves(Event::SheetOpened(Opening::Addresses))>
            {words::addresses_title()}
        </button>
    }
}

fn guess(domain: &str, contact: &Contact) -> impl IntoView + use<> {
    let event = Event::People(PeopleEvent::Added(contact.clone()));
    view! {
        <li class="view-person">
            {avatar(&contact.name, contact.kind)}
            <div class="view-person-body">
                {person::opener(contact)}
                {person::facts(contact)}
                <p class="quiet">{words::people_guess(domain)}</p>
            </div>
            <button type="button" class="part-button" aria-label=words::people_guess_add(&contact.name)
                on:click=sends(event)>
                {words::people_add()}
            </button>
        </li>
    }
}

fn never_matched(entry: &Entry) -> impl IntoView + use<> {
    let event = Event::People(PeopleEvent::NeverAsked(entry.address.clone(), Matching::Always));
    view! {
        <p class="quiet">
            {words::never_listed(entry.address.as_str())}" "
            <button type="button" class="view-link" aria-label=words::never_undo_named(entry.address.as_str())
                on:click=sends(event)>
                {words::never_undo()}
            </button>
        </p>
    }
}
