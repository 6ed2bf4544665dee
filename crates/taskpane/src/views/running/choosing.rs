//! Putting the people of rows into the message being written, and the rows themselves.

use super::{of, running_of};
use crate::dispatch::Dispatch;
use crate::parts::{block, button, holds, pressed, sends, toggle, told};
use crate::values;
use crate::views::compose;
use crate::words;
use api::{CollectRecipients, QueryRow};
use flows::{Chosen, Event, QueryEvent, SheetId, Target};
use leptos::prelude::*;

/// What is chosen, where it goes, and what came of it.
pub(super) fn choosing(dispatch: Dispatch, id: SheetId) -> impl IntoView {
    // No count: all rows of a query that does not say how many it has.
    let count = of(dispatch, id, |running| Some(running.chosen_count()));
    let target = of(dispatch, id, |running| Some(running.target()));
    let all = of(dispatch, id, |running| running.chosen == Chosen::All);
    let (emails, total) = dispatch.look(|app| {
        let rows = running_of(app, id).map(|running| &running.rows);
        let page = rows.and_then(|rows| rows.page.as_ref());
        (page.is_some_and(|(_, page)| page.email_column.is_some()), rows.and_then(|rows| rows.total))
    });
    let chosen = move || match count.get().flatten() {
        Some(count) => words::compose_chosen(&values::count(count)),
        None => words::compose_all_open().to_owned(),
    };
    let nothing = move || count.get() == Some(Some(0));
    let at_most = move || !all.get() && count.get().flatten() >= Some(CollectRecipients::MAX as u64);
    let every =
        total.map_or_else(|| words::compose_all_open().to_owned(), |rows| words::compose_all(&values::count(rows)));
    let send = move |event: QueryEvent| Event::Query(id, event);
    let fill = move || {
        if !nothing() {
            dispatch.send(Event::Query(id, QueryEvent::FillAsked));
        }
    };
    let targets: Vec<_> = Target::ALL
        .into_iter()
        .map(|one| {
            toggle(compose::field_name(one), move || target.get() == Some(one), send(QueryEvent::TargetChosen(one)))
        })
        .collect();
    view! {
        <section class="view-section" aria-label=words::query_choose()>
            <p role="status" class="view-section-title">{told(chosen)}</p>
            <div class="part-toggles">
                {button(words::compose_page(), send(QueryEvent::PageTicked))}
                {emails.then(|| view! {
                    <button type="button" class="part-button" on:click=sends(send(QueryEvent::AllTicked))>{every}</button>
                })}
                {button(words::compose_none(), send(QueryEvent::NoneTicked))}
            </div>
            {block(move || at_most().then(|| {
                let most = values::count(CollectRecipients::MAX as u64);
                view! { <p class="quiet">{words::compose_most(&most)}</p> }
            }))}
            {emails.then(|| view! {
                <div class="part-segments" role="group" aria-label=words::compose_target()>{targets}</div>
                <button type="button" class="part-button part-button--primary part-button--wide"
                    aria-disabled=holds(nothing) on:click=pressed(fill)>
                    {told(move || words::compose_fill(target.get().map(compose::field_name).unwrap_or_default()))}
                </button>
            })}
            <button type="button" class="part-button part-button--wide"
                aria-disabled=holds(move || nothing() || all.get()) on:click=pressed(move || insert(dispatch, id))>
                {words::compose_insert_rows()}
            </button>
            {compose::outcome()}
        </section>
    }
}

fn insert(dispatch: Dispatch, id: SheetId) {
    let chosen = dispatch.look(|app| {
        let running = running_of(app, id)?;
        let Chosen::Rows(rows) = &running.chosen else { return None };
        let columns = running.rows.page.as_ref()?.1.columns.clone();
        let rows: Vec<QueryRow> = rows.values().cloned().collect();
        Some((columns, rows))
    });
    if let Some((columns, rows)) = chosen.filter(|(_, rows)| !rows.is_empty()) {
        let insertion = compose::table(&columns, &rows);
        dispatch.send(Event::Query(id, QueryEvent::InsertAsked(insertion)));
    }
}
