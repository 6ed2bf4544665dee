//! The saves of the open message: to whom, what else there is, and taking one back.

use super::saved::{conversation, headline, shown};
use super::taking;
use crate::dispatch::dispatch;
use crate::parts::{block, button, disclosure, moves};
use crate::{format, words};
use api::{Contact, ContactId, ContactKind, LedgerEntry, RecordId, SavedTo};
use flows::{App, Event, Opening, SavedEvent, is_live};
use leptos::prelude::*;

/// What stands below the line.
#[derive(Clone, PartialEq)]
struct Rest {
    /// The saves that are in iMIS, newest first; the line tells of the first.
    shown: Vec<LedgerEntry>,
    /// Those that were taken back.
    removed: Vec<LedgerEntry>,
    conversation: Option<String>,
    /// What could not be asked.
    unasked: Option<&'static str>,
}

fn rest(app: &App) -> Rest {
    let known = app.saved.known.as_ref();
    let removed: Vec<_> =
        known.iter().flat_map(|known| &known.saves).filter(|entry| !is_live(entry)).cloned().collect();
    let imis = known.is_some_and(|known| known.imis.is_some());
    let unasked = if imis {
        Some(words::saved_imis_unasked())
    } else {
        app.saved.trouble.as_ref().map(|_| words::saved_unasked())
    };
    Rest { shown: shown(app), removed, conversation: known.and_then(conversation), unasked }
}

/// The rest.
pub(crate) fn saved_entries() -> impl IntoView {
    let rest = dispatch().project(rest);
    view! {
        {block(move || rest.with(draw))}
        {taking::taking()}
    }
}

fn draw(rest: &Rest) -> impl IntoView + use<> {
    let more = rest.shown.get(1..).unwrap_or_default().to_vec();
    let removed = rest.removed.clone();
    // What the line says already is not said again.
    let alone = rest.shown.is_empty() && rest.removed.is_empty();
    let conversation = rest.conversation.clone().filter(|_| !alone);
    let unasked = rest.unasked.map(|text| {
        let said = !(alone && rest.conversation.is_none());
        view! {
            {said.then(|| view! { <p class="quiet">{text}</p> })}
            <div>{button(words::try_again(), Event::Saved(SavedEvent::LookAgainAsked))}</div>
        }
    });
    let folded = move |entries: Vec<LedgerEntry>| {
        let entries: Vec<_> = entries.iter().map(|entry| view! { <li>{entry_in_full(entry)}</li> }).collect();
        view! { <ul class="view-saved-list">{entries}</ul> }.into_any()
    };
    view! {
        {rest.shown.first().map(about)}
        {(!more.is_empty()).then(|| {
            let label = words::saved_more(&more.len().to_string());
            disclosure("saved-more", label, move || folded(more.clone()))
        })}
        {conversation.map(|text| view! { <p class="quiet">{text}</p> })}
        {(!removed.is_empty()).then(|| {
            let label = words::saved_removed(removed.len());
            disclosure("saved-removed", label, move || folded(removed.clone()))
        })}
        {unasked}
    }
}

/// An entry with a line of its own.
fn entry_in_full(entry: &LedgerEntry) -> impl IntoView + use<> {
    let reason = entry.removed.as_ref().map(|removal| removal.reason.trim()).filter(|reason| !reason.is_empty());
    view! {
        <p>{headline(entry)}</p>
        {reason.map(|reason| view! { <p class="quiet">{words::saved_reason(reason)}</p> })}
        {about(entry)}
    }
}

/// To whom it was saved, and what may be done about it.
fn about(entry: &LedgerEntry) -> impl IntoView + use<> {
    let live = is_live(entry);
    let to: Vec<_> = entry.to.iter().map(|to| line(to, live)).collect();
    let elsewhere = entry.id.is_none().then(|| view! { <p class="quiet">{words::saved_elsewhere_hint()}</p> });
    let remove = entry.id.clone().filter(|_| entry.may_remove && live).map(|id| {
        let label = words::taking_ask_named(&headline(entry));
        view! {
            <div>
                <button type="button" class="part-button" aria-label=label
                    on:click=moves(Event::Saved(SavedEvent::RemoveAsked(id)))>{words::taking_ask()}</button>
            </div>
        }
    });
    view! {
        <ul class="view-saved-people">{to}</ul>
        {elsewhere}
        {remove}
    }
}

/// A contact with its record.
fn line(to: &SavedTo, live: bool) -> impl IntoView + use<> {
    let name = if to.name.trim().is_empty() { words::account_contact(&to.contact.0) } else { to.name.clone() };
    // As far as the ledger knows it; its card asks for the rest.
    let contact = Contact::of_name(to.contact.clone(), ContactKind::Person, name.clone());
    let card = moves(Event::SheetOpened(Opening::Contact(contact)));
    let record = to.record.as_ref().map(|record| record_link(&to.contact, record, &name));
    let missing =
        (to.record.is_none() && live).then(|| view! { <span class="quiet">{words::saved_not_written()}</span> });
    view! {
        <li>
            <button type="button" class="view-link" on:click=card>{name}</button>
            " "
            {record}
            {missing}
        </li>
    }
}

fn record_link(contact: &ContactId, record: &RecordId, name: &str) -> impl IntoView + use<> {
    let (said, text) = match format::record_number(&record.0) {
        Some(number) => (words::saved_record_of(name, number), words::record(number)),
        None => (words::saved_record_of_name(name), words::saved_record().to_owned()),
    };
    let open = moves(Event::SheetOpened(Opening::Record(contact.clone(), record.clone())));
    view! {
        <button type="button" class="view-link view-saved-record" aria-label=said
            on:click=open>{text}</button>
    }
}
