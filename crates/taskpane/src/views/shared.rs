//! Several contacts on one address: the choice between them, which can be changed until the message is saved.
//!
//! Buttons rather than radios: office.js makes each radio a stop of its own anyway, and takes the arrow keys'
//! meaning with it (`office-js.md §1.7`).

use super::person;
use crate::parts::{avatar, sends};
use crate::words;
use api::Match;
use flows::{Entry, Event};
use leptos::prelude::*;

/// The choice for one address.
pub(super) fn shared(at: usize, entry: &Entry, candidates: &[Match], chosen: Option<usize>) -> impl IntoView + use<> {
    let count = candidates.len().to_string();
    let address = entry.address.as_str();
    let legend =
        if chosen.is_some() { words::shared_between(address, &count) } else { words::choose_between(address, &count) };
    let label = legend.clone();
    let class = if chosen.is_some() { "view-shared" } else { "view-shared view-shared--open" };
    let options: Vec<_> =
        candidates.iter().enumerate().map(|(index, found)| candidate(entry, found, chosen == Some(index))).collect();
    view! {
        <li>
            <div class=class role="group" aria-label=label>
                <div class="view-shared-head">
                    <p>{legend}</p>
                    {person::leave_out(at, entry, &person::on_message(entry))}
                </div>
                {options}
            </div>
        </li>
    }
}

fn candidate(entry: &Entry, found: &Match, chosen: bool) -> impl IntoView + use<> {
    let contact = &found.contact;
    let event = Event::ContactChosen(entry.address.clone(), contact.id.clone());
    view! {
        <button
            type="button"
            class="view-candidate"
            aria-pressed=chosen.to_string()
            on:click=sends(event)
        >
            {avatar(&contact.name, contact.kind)}
            <span class="view-person-body">
                <span class="view-person-name">{contact.name.clone()}</span>
                {person::facts(contact)}
                <span class="quiet">{person::why(found)}</span>
            </span>
            <span class="view-candidate-mark" aria-hidden="true"></span>
        </button>
    }
}
