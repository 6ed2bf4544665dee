//! A page of rows as a table in a scroller of its own, so that the pane itself never scrolls sideways.

use super::{of, running_of};
use crate::dispatch::Dispatch;
use crate::parts::{heard, holds, moves};
use crate::{format, values, words};
use api::{ColumnKind, QueryPage, QueryRow};
use flows::{Chosen, Event, Opening, QueryEvent, SheetId, row_contact, row_name};
use leptos::ev;
use leptos::prelude::*;

/// The ticks: every row of the query, or these.
type Ticks = Memo<Option<Vec<u32>>>;

/// The page that is shown.
pub(super) fn table(dispatch: Dispatch, id: SheetId, composing: bool) -> AnyView {
    let shown = dispatch.look(|app| {
        let running = running_of(app, id)?;
        let (offset, page) = running.rows.page.clone()?;
        Some((offset, page, running.query.name.clone()))
    });
    let Some((offset, page, name)) = shown else { return ().into_any() };
    if page.rows.is_empty() {
        let advice = if offset > 0 { words::query_past_end_advice() } else { words::query_none_advice() };
        return view! { <p>{advice}</p> }.into_any();
    }
    let ticks: Ticks = of(dispatch, id, |running| match &running.chosen {
        Chosen::Rows(rows) => Some(rows.keys().copied().collect()),
        Chosen::All => None,
    });
    let asking = of(dispatch, id, |running| running.rows.asking.is_some());
    let heads: Vec<_> = page
        .columns
        .iter()
        .map(|column| view! { <th scope="col" class=class(column.kind)>{column.caption.clone()}</th> })
        .collect();
    let opener = page.columns.iter().position(|column| matches!(column.kind, ColumnKind::Text | ColumnKind::Number));
    let rows: Vec<_> = (offset..)
        .zip(&page.rows)
        .map(|(number, entry)| {
            let tick = composing.then(|| tick(dispatch, id, number, &page, entry, ticks));
            row(&page, entry, opener, tick)
        })
        .collect();
    let label = words::query_table(&name);
    let caption = label.clone();
    view! {
        <div class="view-rows" tabindex="0" role="region" aria-label=label aria-busy=holds(move || asking.get())>
            <table>
                <caption class="visually-hidden">{caption}</caption>
                <thead>
                    <tr>
                        {composing.then(|| view! {
                            <th scope="col"><span class="visually-hidden">{words::query_choose()}</span></th>
                        })}
                        {heads}
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn class(kind: ColumnKind) -> &'static str {
    match kind {
        ColumnKind::Number | ColumnKind::Money => "view-cell view-cell--number",
        ColumnKind::Date | ColumnKind::DateTime | ColumnKind::Flag => "view-cell view-cell--short",
        ColumnKind::Text | ColumnKind::Link | ColumnKind::Email => "view-cell",
    }
}

fn row(page: &QueryPage, row: &QueryRow, opener: Option<usize>, tick: Option<AnyView>) -> AnyView {
    let contact = row_contact(page, row);
    let cells: Vec<AnyView> = page
        .columns
        .iter()
        .enumerate()
        .map(|(at, column)| {
            let text = row.values.get(at).cloned().flatten().unwrap_or_default();
            match contact.clone().filter(|_| Some(at) == opener) {
                Some(contact) => {
                    let text = if text.is_empty() { contact.id.0.clone() } else { text };
                    let label = words::query_open_contact(&[text.as_str(), " ", &contact.name].concat());
                    view! {
                        <th scope="row" class="view-cell">
                            <button type="button" class="view-link" aria-label=label
                                on:click=moves(Event::SheetOpened(Opening::Contact(contact)))>
                                {text}
                            </button>
                        </th>
                    }
                    .into_any()
                }
                None => view! { <td class=class(column.kind)>{cell(column.kind, &text)}</td> }.into_any(),
            }
        })
        .collect();
    view! { <tr>{tick}{cells}</tr> }.into_any()
}

/// A value; addresses of the web and of e-mail can be followed, nothing else.
fn cell(kind: ColumnKind, text: &str) -> AnyView {
    let href = match kind {
        // An older iMIS does not tell which columns are links.
        ColumnKind::Link | ColumnKind::Text => values::link(text).map(str::to_owned),
        ColumnKind::Email if text.contains('@') => Some(format::mail_to(text)),
        _ => None,
    };
    let told = values::value(kind, text);
    match href {
        Some(href) => view! { <a href=href target="_blank" rel="noopener noreferrer">{told}</a> }.into_any(),
        None => told.into_any(),
    }
}

fn tick(dispatch: Dispatch, id: SheetId, number: u32, page: &QueryPage, row: &QueryRow, ticks: Ticks) -> AnyView {
    let name = row_name(page, row);
    let label = words::query_choose_row(&if name.is_empty() { (number + 1).to_string() } else { name });
    let ticked = Signal::derive(move || ticks.with(|ticks| ticks.as_ref().is_none_or(|rows| rows.contains(&number))));
    let all = Signal::derive(move || ticks.with(Option::is_none));
    let change = move |event: ev::Event| {
        dispatch.send(Event::Query(id, QueryEvent::RowTicked(number)));
        // Where no more rows can be chosen, the browser's tick is undone.
        event_target::<web_sys::HtmlInputElement>(&event).set_checked(ticked.get_untracked());
    };
    view! {
        <td>
            <input type="checkbox" class="part-check" aria-label=label prop:checked=ticked prop:disabled=all
                on:change=heard(change) />
        </td>
    }
    .into_any()
}
