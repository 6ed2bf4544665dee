//! The rows of a query, a page at a time, with what they answer and how they are sorted.

use super::prompts::field_id;
use super::{choosing, export, of, running_of, table, trouble_of};
use crate::dispatch::Dispatch;
use crate::parts::{block, heard, holds, keep_focus, named, pressed, spinner, told};
use crate::values;
use crate::words;
use api::PromptValue;
use flows::{Event, QueryEvent, Rows, Running, SheetId};
use leptos::html;
use leptos::prelude::*;
use web_sys::SubmitEvent;

/// Where the focus goes when the query is run.
pub(super) const POSITION: &str = "query-position";

/// Answers, position, what can be done, and the table.
pub(super) fn rows(dispatch: Dispatch, id: SheetId) -> AnyView {
    let arrived = of(dispatch, id, |running| running.rows.arrived);
    let several = of(dispatch, id, |running| running.rows.before().is_some() || running.rows.after().is_some());
    let position = of(dispatch, id, |running| position(&running.rows));
    let trouble = of(dispatch, id, |running| running.rows.trouble.clone());
    let composing = dispatch.project(|app| app.compose.message.is_some());
    view! {
        {answers(dispatch, id)}
        <section class="view-section" aria-labelledby=POSITION>
            <div role="status">{named(POSITION, told(move || position.get()))}</div>
            <div role="alert">
                {block(move || trouble.get().map(|trouble| {
                    trouble_of(&trouble, Some(Event::Query(id, QueryEvent::AgainAsked)))
                }))}
            </div>
            {block(move || several.get().then(|| pager(dispatch, id)))}
            {block(move || match (arrived.get(), trouble.with(Option::is_some)) {
                (0, true) => ().into_any(),
                (0, false) => spinner(words::query_rows_loading()).into_any(),
                _ => table::table(dispatch, id, composing.get()),
            })}
            {block(move || (arrived.get() > 0).then(|| sorted(dispatch, id)))}
        </section>
        {block(move || (composing.get() && arrived.get() > 0).then(|| choosing::choosing(dispatch, id)))}
        {block(move || (arrived.get() > 0).then(|| export::export(dispatch, id)))}
    }
    .into_any()
}

/// Which rows of how many are shown.
fn position(rows: &Rows) -> String {
    let count = |number: u32| values::count(number.into());
    match (&rows.page, rows.asking) {
        (None, _) if rows.trouble.is_some() => words::query_failed().to_owned(),
        (None, _) => words::query_rows_loading().to_owned(),
        (Some(_), Some(from)) => words::query_page_loading(&count(from + 1)),
        (Some((offset, _)), None) if rows.is_past_end() => words::query_past_end(&count(offset + 1)),
        (Some((_, page)), None) if page.rows.is_empty() => words::query_none().to_owned(),
        (Some((offset, page)), None) if *offset == 0 && page.next.is_none() => words::query_one_page(page.rows.len()),
        (Some((offset, _)), None) => {
            let (from, to) = (count(offset + 1), count(rows.end()));
            rows.total.map_or_else(
                || words::query_position_open(&from, &to),
                |all| words::query_position(&values::count(all), &from, &to),
            )
        }
    }
}

/// What the query was asked, and the way to ask it something else.
fn answers(dispatch: Dispatch, id: SheetId) -> AnyView {
    let known = dispatch.look(|app| {
        let running = running_of(app, id)?;
        Some((running.known()?.clone(), running.answers.clone()))
    });
    let Some((form, answers)) = known.filter(|(form, _)| !form.prompts.is_empty()) else { return ().into_any() };
    let lines: Vec<_> =
        form.prompts.iter().zip(&answers).map(|(prompt, answer)| view! { <li>{line(prompt, answer)}</li> }).collect();
    let change = move || {
        dispatch.send(Event::Query(id, QueryEvent::PromptsAsked));
        keep_focus(field_id(0));
    };
    view! {
        <section class="view-answers" aria-label=words::query_answers()>
            <ul class="quiet">{lines}</ul>
            <button type="button" class="part-button" on:click=pressed(change)>
                {words::query_change()}
            </button>
        </section>
    }
    .into_any()
}

fn line(prompt: &api::Prompt, answer: &PromptValue) -> String {
    let told = |value: &String| {
        let choice = prompt.choices.iter().find(|choice| choice.value == *value);
        choice.map_or_else(|| values::value(prompt.kind, value), |choice| choice.label.clone())
    };
    let values: Vec<String> = answer.values.iter().map(told).collect();
    let values = if values.is_empty() { words::query_no_answer().to_owned() } else { values.join(", ") };
    words::query_answer(&prompt.label, &values)
}

fn sorted(dispatch: Dispatch, id: SheetId) -> AnyView {
    let sorted_by = |running: &Running| running.rows.page.as_ref().map(|(_, page)| page.sorted_by.clone());
    let sorted_by = dispatch.look(|app| running_of(app, id).and_then(sorted_by)).unwrap_or_default();
    let field = |by: &api::SortedBy| {
        if by.descending { words::query_descending(&by.caption) } else { by.caption.clone() }
    };
    let fields = sorted_by.iter().map(field).collect::<Vec<_>>().join("; ");
    if fields.is_empty() {
        return ().into_any();
    }
    view! { <p class="quiet">{words::query_sorted(&fields)}</p> }.into_any()
}

/// The page before, the page after, and any other by the number of a row.
fn pager(dispatch: Dispatch, id: SheetId) -> impl IntoView {
    let before = of(dispatch, id, |running| running.rows.before());
    let after = of(dispatch, id, |running| running.rows.after());
    let turn = move |to: Memo<Option<u32>>| {
        move || {
            if let Some(row) = to.get_untracked() {
                dispatch.send(Event::Query(id, QueryEvent::PageAsked(row)));
            }
        }
    };
    let wanted = NodeRef::<html::Input>::new();
    let go = move |event: SubmitEvent| {
        event.prevent_default();
        let row = wanted.get_untracked().and_then(|input| input.value().trim().parse::<u32>().ok());
        if let Some(row) = row.and_then(|row| row.checked_sub(1)) {
            dispatch.send(Event::Query(id, QueryEvent::PageAsked(row)));
        }
    };
    view! {
        <div class="view-pager">
            <button type="button" class="part-button" aria-disabled=holds(move || before.get().is_none())
                on:click=pressed(turn(before))>
                {words::query_previous()}
            </button>
            <button type="button" class="part-button" aria-disabled=holds(move || after.get().is_none())
                on:click=pressed(turn(after))>
                {words::query_next()}
            </button>
            <form class="view-pager-go" on:submit=heard(go)>
                <input class="part-input" type="text" inputmode="numeric" autocomplete="off"
                    aria-label=words::query_go_to() placeholder=words::query_go_to() node_ref=wanted />
                <button type="submit" class="part-button">{words::query_go()}</button>
            </form>
        </div>
    }
}
