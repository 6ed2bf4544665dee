//! One query: what it asks, or its rows.

mod choosing;
mod export;
mod prompts;
mod rows;
mod table;

use super::folders::{folder_words, star};
use crate::dispatch::{Dispatch, dispatch};
use crate::parts::{block, icon, keep_focus, moves, notice, pressed, spinner, subheading, trouble_notice};
use crate::words::{self, Remedy, TroubleWords};
use api::ProblemCode;
use flows::{App, Event, Face, QueryEvent, Running, Sheet, SheetId, Shelf, Trouble};
use leptos::prelude::*;

/// What of the query shows.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Loading,
    Trouble(Trouble, bool),
    /// The prompts of this version.
    Prompts(String, bool),
    Rows,
}

fn running_of(app: &App, id: SheetId) -> Option<&Running> {
    match app.sheets.get(id) {
        Some(Sheet::Query(running)) => Some(running),
        _ => None,
    }
}

/// A part of the query's state.
fn of<T: Send + Sync + PartialEq + Default + 'static>(
    dispatch: Dispatch,
    id: SheetId,
    part: impl Fn(&Running) -> T + Send + Sync + 'static,
) -> Memo<T> {
    dispatch.project(move |app| running_of(app, id).map(&part).unwrap_or_default())
}

fn part(running: &Running) -> Option<Part> {
    Some(match (&running.form, running.face) {
        (Shelf::Loading, _) => Part::Loading,
        (Shelf::Failed(trouble), _) => Part::Trouble(trouble.clone(), true),
        (Shelf::Known(form), _) if form.problem.is_some() => {
            Part::Trouble(Trouble::Server(form.problem.clone()?), false)
        }
        (Shelf::Known(form), Face::Prompts) => Part::Prompts(form.version.clone(), running.changed),
        (Shelf::Known(_), Face::Rows) => Part::Rows,
    })
}

/// The sheet.
pub(super) fn running(id: SheetId) -> impl IntoView {
    let dispatch = dispatch();
    let query = of(dispatch, id, |running| Some(running.query.clone()));
    let shown = of(dispatch, id, part);
    let again = move || Event::Query(id, QueryEvent::AgainAsked);
    view! {
        {leaving(dispatch, id)}
        {block(move || query.get().map(|query| head(id, &query)))}
        <div role="alert">
            {block(move || match shown.get() {
                Some(Part::Trouble(trouble, may_pass)) => Some(trouble_of(&trouble, may_pass.then(again))),
                _ => None,
            })}
        </div>
        {block(move || shown.get().map(|part| match part {
            Part::Loading => spinner(words::query_loading()).into_any(),
            Part::Trouble(..) => ().into_any(),
            Part::Prompts(_, changed) => prompts::prompts(dispatch, id, changed).into_any(),
            Part::Rows => rows::rows(dispatch, id).into_any(),
        }))}
    }
}

/// The question before answers or chosen rows are lost.
fn leaving(dispatch: Dispatch, id: SheetId) -> AnyView {
    let asked = of(dispatch, id, |running| running.leaving.is_some());
    let stay = move || {
        dispatch.send(Event::Query(id, QueryEvent::LeaveCancelled));
        let face = dispatch.look(|app| running_of(app, id).map(|running| running.face));
        keep_focus(if face == Some(Face::Rows) { rows::POSITION.to_owned() } else { prompts::field_id(0) });
    };
    block(move || {
        asked.get().then(|| {
            let leave = moves(Event::Query(id, QueryEvent::LeaveConfirmed));
            view! {
                <div class="part-notice">
                    {icon("icon icon--warning")}
                    <div class="part-notice-body">
                        {subheading(words::query_leave())}
                        <p>{words::query_leave_why()}</p>
                        <div class="part-actions">
                            <button type="button" class="part-button" on:click=leave>{words::write_leave_yes()}</button>
                            <button type="button" class="part-button" on:click=pressed(stay)>
                                {words::write_leave_no()}
                            </button>
                        </div>
                    </div>
                </div>
            }
        })
    })
}

/// Name, folder and what it is for.
fn head(id: SheetId, query: &api::Query) -> impl IntoView + use<> {
    let folder = folder_words(&query.folder);
    let description = (!query.description.is_empty()).then(|| query.description.clone());
    view! {
        <div class="view-query-head">
            <div class="view-query-text">
                <h2 class="view-mail-subject">{query.name.clone()}</h2>
                {description.map(|text| view! { <p>{text}</p> })}
                <p class="quiet">{folder}</p>
            </div>
            {star("query", query, Event::Query(id, QueryEvent::StarPressed))}
        </div>
    }
}

/// A trouble in the words of queries, where these say more.
fn trouble_of(trouble: &Trouble, again: Option<Event>) -> AnyView {
    let own = |title, advice: &str, remedy| TroubleWords { title, advice: advice.to_owned(), remedy, reference: None };
    let told = [ProblemCode::Forbidden, ProblemCode::NotFound, ProblemCode::TooSlow]
        .into_iter()
        .find(|code| trouble.is_code(*code))
        .map(|code| match code {
            ProblemCode::Forbidden => own(words::query_forbidden(), words::query_forbidden_advice(), Remedy::Nothing),
            ProblemCode::NotFound => own(words::query_gone(), words::query_gone_advice(), Remedy::Nothing),
            _ => own(words::query_slow(), words::query_slow_advice(), Remedy::TryAgain),
        });
    match told {
        Some(told) => {
            let again = again.filter(|_| told.remedy == Remedy::TryAgain);
            notice(told, again).into_any()
        }
        None => trouble_notice(trouble, again).into_any(),
    }
}
