//! Several contacts on one address: the choice between them, which can be changed until the message is saved.
//!
//! Buttons rather than radios: office.js makes each radio a stop of its own anyway, and takes the arrow keys'
//! meaning with it (`office-js.md §1.7`).

use super::person;
use crate::parts::{avatar, sends, trouble_line};
use crate::words;
use api::Match;
use flows::{Entry, Event, Memory, PeopleEvent};
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
                {memory(entry)}
            </div>
        </li>
    }
}

/// Whether the choice is kept for everybody, and how to have it forgotten.
fn memory(entry: &Entry) -> Option<AnyView> {
    Some(match &entry.memory {
        Memory::None => return None,
        Memory::Writing => view! { <p class="quiet" role="status">{words::choice_writing()}</p> }.into_any(),
        Memory::Kept => {
            let event = Event::People(PeopleEvent::ChoiceForgotten(entry.address.clone()));
            let label = words::choice_forget_named(entry.address.as_str());
            view! {
                <p class="quiet" role="status">
                    {words::choice_kept()}" "
                    <button type="button" class="view-link" aria-label=label on:click=sends(event)>
                        {words::choice_forget()}
                    </button>
                </p>
            }
            .into_any()
        }
        Memory::Failed(trouble) => {
            view! { <p class="part-error">{words::choice_failed()}" "{trouble_line(trouble)}</p> }.into_any()
        }
    })
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
