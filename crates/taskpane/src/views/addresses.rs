//! The addresses that the person settled: those never matched and their own, each to be taken off again.

use crate::dispatch::{Dispatch, dispatch};
use crate::parts::{block, heard, holds, keep_focus, pressed, spinner, told, trouble_line, trouble_notice};
use crate::words;
use api::{EmailAddress, Matching};
use flows::{Addresses, AddressesEvent, App, Event, Sheet, SheetId, Shelf};
use leptos::prelude::*;
use web_sys::SubmitEvent;

const FIELD: &str = "settle-address";
/// Where the keyboard is when a row has gone.
const TOLD: &str = "addresses-told";

fn of<T: Clone + PartialEq + Send + Sync + 'static>(
    dispatch: Dispatch,
    id: SheetId,
    part: impl Fn(&Addresses) -> T + Send + Sync + 'static,
) -> Memo<Option<T>> {
    dispatch.project(move |app: &App| match app.sheets.get(id)? {
        Sheet::Addresses(addresses) => Some(part(addresses)),
        _ => None,
    })
}

/// The sheet.
pub(super) fn addresses(id: SheetId) -> impl IntoView {
    let dispatch = dispatch();
    let lists = of(dispatch, id, |addresses| addresses.lists.clone());
    let last = of(dispatch, id, said);
    let group = move |title: &'static str, listed: &[EmailAddress]| {
        let rows: Vec<_> = listed.iter().map(|address| row(dispatch, id, address)).collect();
        (!rows.is_empty()).then(|| {
            view! {
                <section class="view-section" aria-label=title>
                    <h2 class="view-section-title">{title}</h2>
                    <ul class="add-missing-list">{rows}</ul>
                </section>
            }
        })
    };
    view! {
        <p class="quiet">{words::addresses_text()}</p>
        {form(dispatch, id)}
        <p id=TOLD tabindex="-1" class="quiet" role="status">{told(move || last.get().unwrap_or_default())}</p>
        {block(move || match lists.get()? {
            Shelf::Loading => Some(spinner(words::addresses_loading()).into_any()),
            Shelf::Failed(trouble) => {
                let again = Event::Addresses(id, AddressesEvent::AgainAsked);
                Some(trouble_notice(&trouble, Some(again)).into_any())
            }
            Shelf::Known(lists) if lists.never.is_empty() && lists.own.is_empty() => {
                Some(view! { <p>{words::addresses_none()}</p> }.into_any())
            }
            Shelf::Known(lists) => Some(view! {
                {group(words::addresses_never(), &lists.never)}
                {group(words::addresses_own(), &lists.own)}
            }.into_any()),
        })}
    }
}

/// What came of the last change.
fn said(addresses: &Addresses) -> String {
    match &addresses.last {
        Some((address, matching, Ok(_))) => match matching {
            Matching::Never => words::never_listed(address.as_str()),
            Matching::Own => words::own_listed(address.as_str()),
            Matching::Always => words::addresses_undone(address.as_str()),
        },
        Some((_, _, Err(trouble))) => [words::never_failed(), " ", &trouble_line(trouble)].concat(),
        None => String::new(),
    }
}

/// An address by hand, to be put on one of the lists.
fn form(dispatch: Dispatch, id: SheetId) -> impl IntoView {
    let text = of(dispatch, id, |addresses| addresses.text.clone());
    let wrong = of(dispatch, id, |addresses| addresses.unreadable);
    let wrong = move || wrong.get().unwrap_or_default();
    let typed = move |event| dispatch.send(Event::Addresses(id, AddressesEvent::Typed(event_target_value(&event))));
    let add = move |matching| {
        dispatch.send(Event::Addresses(id, AddressesEvent::AddAsked(matching)));
        keep_focus(FIELD.to_owned());
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        add(Matching::Never);
    };
    view! {
        <form class="view-section" novalidate on:submit=heard(submit)>
            <div class="part-field">
                <label for=FIELD>{words::add_email()}</label>
                <input id=FIELD class="part-input" type="email" autocomplete="off" aria-invalid=holds(wrong)
                    aria-describedby="settle-fault" prop:value=move || text.get() on:input=heard(typed) />
                <p id="settle-fault" class="part-error">
                    {told(move || if wrong() { words::add_no_address() } else { "" })}
                </p>
            </div>
            <div class="part-toggles">
                <button type="submit" class="part-button">{words::never_match()}</button>
                <button type="button" class="part-button" on:click=pressed(move || add(Matching::Own))>
                    {words::own_add()}
                </button>
            </div>
        </form>
    }
}

fn row(dispatch: Dispatch, id: SheetId, address: &EmailAddress) -> impl IntoView + use<> {
    let settled = address.clone();
    let act = move || {
        dispatch.send(Event::Addresses(id, AddressesEvent::SettleAsked(settled.clone(), Matching::Always)));
        keep_focus(TOLD.to_owned());
    };
    view! {
        <li class="add-missing">
            <span class="add-missing-who">{address.to_string()}</span>
            <button type="button" class="part-button part-button--subtle"
                aria-label=words::never_undo_named(address.as_str()) on:click=pressed(act)>
                {words::never_undo()}
            </button>
        </li>
    }
}
