//! The facts of a card, each with a button that copies it; and the columns of the site's card query.

use super::card_rows::{self, Row};
use crate::dispatch::Dispatch;
use crate::parts::{block, button, copy_button, holds, moves, spinner, trouble_line, trouble_notice};
use crate::{format, words};
use api::ContactId;
use flows::{App, CardEvent, Event, Opening, Trouble};
use leptos::prelude::*;

/// A part of a card as it is drawn.
#[derive(Clone, Default, PartialEq, Eq)]
struct Shown {
    rows: Vec<Row>,
    awaited: bool,
    trouble: Option<Trouble>,
    /// The trouble is one of refreshing: there are rows all the same.
    stale: bool,
}

fn essential(app: &App, contact: &ContactId) -> Shown {
    let Some(known) = app.cards.get(contact) else { return Shown::default() };
    let rows = match &known.card.value {
        Some(card) => card_rows::of_card(card),
        None => card_rows::of_contact(&known.contact),
    };
    let part = &known.card;
    Shown { rows, awaited: part.is_awaited(), trouble: part.trouble.clone(), stale: part.value.is_some() }
}

/// Who changed the contact last, and when.
fn changed(app: &App, contact: &ContactId) -> String {
    let card = app.cards.get(contact).and_then(|known| known.card.value.as_ref());
    let Some((card, at)) = card.and_then(|card| Some((card, card.updated_at.as_ref()?))) else { return String::new() };
    let moment = format::time(at);
    match card.updated_by.as_deref().filter(|name| !name.is_empty()) {
        Some(name) => words::card_changed_by(&moment, name),
        None => words::card_changed(&moment),
    }
}

fn columns(app: &App, contact: &ContactId) -> Shown {
    let Some(known) = app.cards.get(contact) else { return Shown::default() };
    let part = &known.columns;
    let problem = part.value.as_ref().and_then(|columns| columns.problem.clone()).map(Trouble::Server);
    let rows = part.value.as_ref().map(card_rows::of_columns).unwrap_or_default();
    let stale = !rows.is_empty();
    Shown { rows, awaited: part.is_awaited(), trouble: part.trouble.clone().or(problem), stale }
}

/// Both lists.
pub(super) fn facts(dispatch: Dispatch, contact: &ContactId, said: RwSignal<String>) -> AnyView {
    let id = contact.clone();
    let essential = dispatch.project(move |app| essential(app, &id));
    let id = contact.clone();
    let columns = dispatch.project(move |app| columns(app, &id));
    let id = contact.clone();
    let changed = dispatch.project(move |app| changed(app, &id));
    let (again, columns_again) = (contact.clone(), contact.clone());
    view! {
        <div id="card-all" aria-busy=holds(move || essential.with(|shown| shown.awaited))>
            {block(move || essential.with(|shown| list("fact", &shown.rows, said)))}
            {block(move || Some(changed.get()).filter(|line| !line.is_empty()).map(|line| view! { <p class="quiet">{line}</p> }))}
            {block(move || essential.with(|shown| shown.awaited.then(|| spinner(words::card_loading()))))}
            <div role="alert">{block(move || essential.with(|shown| trouble(shown, &again)))}</div>
        </div>
        {block(move || columns.with(|shown| {
            let wanted = !shown.rows.is_empty() || shown.trouble.is_some();
            let again = columns_again.clone();
            wanted.then(|| view! {
                <section class="card-columns" aria-label=words::card_columns()>
                    <h3 class="card-columns-title">{words::card_columns()}</h3>
                    {list("column", &shown.rows, said)}
                    {columns_trouble(shown, again)}
                </section>
            })
        }))}
    }
    .into_any()
}

fn list(prefix: &'static str, rows: &[Row], said: RwSignal<String>) -> AnyView {
    let rows: Vec<_> = rows.iter().enumerate().map(|(at, row)| line(prefix, at, row, said)).collect();
    view! { <dl class="card-facts">{rows}</dl> }.into_any()
}

fn line(prefix: &'static str, at: usize, row: &Row, said: RwSignal<String>) -> AnyView {
    let id = ["card-", prefix, "-", &at.to_string()].concat();
    let copies = (!row.copied.is_empty()).then(|| copy_button(id.clone(), &row.label, row.copied.clone(), said));
    view! {
        <div class="card-fact">
            <dt>{row.label.clone()}</dt>
            <dd>
                <span id=id class="card-value">{value(row)}</span>
                {copies}
            </dd>
        </div>
    }
    .into_any()
}

fn value(row: &Row) -> AnyView {
    let text = row.value.clone();
    if let Some(contact) = &row.opens {
        return view! {
            <button type="button" class="view-link" on:click=moves(Event::SheetOpened(Opening::Contact(contact.clone())))>
                {text}
            </button>
        }
        .into_any();
    }
    match &row.href {
        Some(href) => view! { <a href=href.clone() target="_blank" rel="noopener noreferrer">{text}</a> }.into_any(),
        None => text.into_any(),
    }
}

fn trouble(shown: &Shown, contact: &ContactId) -> Option<AnyView> {
    let trouble = shown.trouble.as_ref()?;
    let again = Event::Card(CardEvent::AgainAsked(contact.clone()));
    Some(if shown.stale {
        let line = [words::card_stale(), " ", &trouble_line(trouble)].concat();
        view! { <div class="part-hint card-stale"><p>{line}</p>{button(words::try_again(), again)}</div> }.into_any()
    } else {
        trouble_notice(trouble, Some(again)).into_any()
    })
}

/// Quieter than the card's own: what is essential is there without it.
fn columns_trouble(shown: &Shown, contact: ContactId) -> Option<AnyView> {
    let line = trouble_line(shown.trouble.as_ref()?);
    let first = if shown.stale { words::card_stale() } else { words::card_columns_failed() };
    Some(
        view! {
            <div class="part-hint card-stale">
                <p>{first}" "<span class="quiet">{words::card_columns_for_administrator()}" "{line}</span></p>
                {button(words::try_again(), Event::Card(CardEvent::AgainAsked(contact)))}
            </div>
        }
        .into_any(),
    )
}
