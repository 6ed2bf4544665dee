//! One person of the message as a row: who it is in iMIS, why it matched, and leaving them out.

use super::shared;
use crate::dispatch::dispatch;
use crate::parts::{avatar, keep_focus, moves, pressed};
use crate::words;
use api::{Contact, ContactKind, Match, MatchReason, Matching};
use flows::{Entry, Event, Opening, PeopleEvent, Standing};
use leptos::prelude::*;

/// The row of an entry.
pub(super) fn person(at: usize, entry: &Entry) -> AnyView {
    match &entry.standing {
        Standing::Matched { candidates, chosen } if candidates.len() > 1 && !entry.removed => {
            shared::shared(at, entry, candidates, *chosen).into_any()
        }
        Standing::Matched { candidates, chosen } => {
            let found = candidates.get(chosen.unwrap_or_default());
            row(at, entry, found).into_any()
        }
        _ => row(at, entry, None).into_any(),
    }
}

fn row(at: usize, entry: &Entry, found: Option<&Match>) -> impl IntoView + use<> {
    let contact = found.map(|found| &found.contact);
    let name = contact.map_or_else(|| on_message(entry), |contact| contact.name.clone());
    let kind = contact.map_or(ContactKind::Person, |contact| contact.kind);
    let class = if entry.removed { "view-person view-person--removed" } else { "view-person" };
    let facts = contact.filter(|_| !entry.removed).map(facts);
    let reason = match found {
        Some(_) if entry.removed => words::people_removed().to_owned(),
        Some(found) => why(found),
        None => entry.address.as_str().to_owned(),
    };
    view! {
        <li class=class>
            {avatar(&name, kind)}
            <div class="view-person-body">
                {match contact.filter(|_| !entry.removed) {
                    Some(contact) => opener(contact).into_any(),
                    None => view! { <p class="view-person-name">{name.clone()}</p> }.into_any(),
                }}
                {facts}
                <p class="quiet">{reason}</p>
                {(entry.removed && contact.is_some()).then(|| never(entry))}
            </div>
            {contact.is_some().then(|| leave_out(at, entry, &name))}
        </li>
    }
}

/// A name that opens its contact.
pub(super) fn opener(contact: &Contact) -> impl IntoView + use<> {
    view! {
        <button type="button" class="view-person-name view-link" aria-label=words::people_open(&contact.name)
            on:click=moves(Event::SheetOpened(Opening::Contact(contact.clone())))>
            {contact.name.clone()}
        </button>
    }
}

/// The button that puts an address on the never-match list.
pub(super) fn never(entry: &Entry) -> impl IntoView + use<> {
    let dispatch = dispatch();
    let event = Event::People(PeopleEvent::NeverAsked(entry.address.clone(), Matching::Never));
    let act = move || {
        dispatch.send(event.clone());
        keep_focus("people-title".to_owned());
    };
    view! {
        <button type="button" class="view-link" aria-label=words::never_match_named(entry.address.as_str())
            on:click=pressed(act)>
            {words::never_match()}
        </button>
    }
}

/// The name on the message, or the address where there is none.
pub(super) fn on_message(entry: &Entry) -> String {
    if entry.name.is_empty() { entry.address.as_str().to_owned() } else { entry.name.clone() }
}

/// The contact's number, and why it was found.
pub(super) fn why(found: &Match) -> String {
    let address = found.address.as_str();
    let reason = match found.reason {
        MatchReason::PrimaryEmail => words::match_primary(address),
        MatchReason::OtherEmail => words::match_other(address),
        MatchReason::Chosen => words::match_chosen(address),
    };
    let mut parts = vec![words::contact_id(&found.contact.id.0), reason];
    if found.remembered {
        parts.push(words::choice_earlier().to_owned());
    }
    parts.join(" · ")
}

/// What is known of a contact, as a line and chips.
pub(super) fn facts(contact: &Contact) -> impl IntoView + use<> {
    let work: Vec<&str> = [&contact.title, &contact.organisation, &contact.city]
        .into_iter()
        .filter_map(|part| part.as_deref())
        .filter(|part| !part.is_empty())
        .collect();
    let work = work.join(", ");
    view! {
        {(!work.is_empty()).then(|| view! { <span class="view-person-work">{work}</span> })}
        {chips(contact)}
    }
}

/// Whether they are an organisation, their member type and their status.
pub(super) fn chips(contact: &Contact) -> impl IntoView + use<> {
    let organisation =
        (contact.kind == ContactKind::Organisation).then(|| chip("part-chip", words::organisation().to_owned()));
    let member_type = contact.member_type.clone().filter(|text| !text.is_empty());
    view! {
        <span class="part-chips">
            {organisation}
            {member_type.map(|text| chip("part-chip", text))}
            {status(contact)}
        </span>
    }
}

fn chip(class: &'static str, text: String) -> impl IntoView {
    // The space parts the words for those who hear them.
    view! { <span class=class>{text}</span>" " }
}

/// The status, with "inactive" in words: a colour alone says nothing.
fn status(contact: &Contact) -> Option<impl IntoView + use<>> {
    let status = contact.status.as_deref().filter(|status| !status.is_empty());
    match (contact.active, status) {
        (true, None) => None,
        (true, Some(status)) => Some(chip("part-chip part-chip--good", status.to_owned())),
        (false, None) => Some(chip("part-chip part-chip--warn", words::inactive().to_owned())),
        (false, Some(status)) if status.eq_ignore_ascii_case(words::inactive()) => {
            Some(chip("part-chip part-chip--warn", status.to_owned()))
        }
        (false, Some(status)) => Some(chip("part-chip part-chip--warn", words::inactive_status(status))),
    }
}

/// The button that leaves somebody out, or puts them back.
pub(super) fn leave_out(at: usize, entry: &Entry, name: &str) -> impl IntoView + use<> {
    let dispatch = dispatch();
    let address = entry.address.clone();
    let removed = entry.removed;
    let id = ["leave-out-", &at.to_string()].concat();
    let event = if removed { Event::PersonRestored(address) } else { Event::PersonRemoved(address) };
    let label = if removed { words::people_restore_named(name) } else { words::people_remove(name) };
    let class =
        if removed { "part-button part-button--subtle" } else { "part-button part-button--subtle part-button--icon" };
    let inside = if removed { words::people_restore() } else { "" };
    let picture = if removed { "" } else { "icon icon--dismiss" };
    let focus = id.clone();
    let act = move || {
        dispatch.send(event.clone());
        keep_focus(focus.clone());
    };
    view! {
        <button type="button" class=class id=id aria-label=label title=inside on:click=pressed(act)>
            <span class=picture aria-hidden="true"></span>
            {inside}
        </button>
    }
}
