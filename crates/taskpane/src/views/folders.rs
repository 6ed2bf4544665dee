//! Finding a query: by name, among those at hand, or by folder.

use crate::dispatch::{Dispatch, dispatch};
use crate::parts::{block, heard, icon, keep_focus, moves, named, pressed, spinner, told, trouble_notice};
use crate::words;
use api::{FolderId, Query, QueryFolder, QueryList};
use flows::{App, Event, Folders, Opening, QueriesEvent, Sheet, SheetId, Shelf, Trouble};
use leptos::prelude::*;

/// Where the focus goes when a folder is opened.
const PLACE: &str = "queries-place";

fn folders_of(app: &App, id: SheetId) -> Option<&Folders> {
    match app.sheets.get(id) {
        Some(Sheet::Queries(folders)) => Some(folders),
        _ => None,
    }
}

/// The sheet.
pub(super) fn folders(id: SheetId) -> impl IntoView {
    let dispatch = dispatch();
    let state = dispatch.project(move |app| folders_of(app, id).cloned());
    let place = told(move || state.with(|state| state.as_ref().map(place).unwrap_or_default()));
    let trouble = dispatch.project(move |app| folders_of(app, id).and_then(trouble));
    view! {
        {search(dispatch, id)}
        {block(move || state.with(|state| state.as_ref().map(|state| at_hand(id, state))))}
        <section class="view-section" aria-labelledby=PLACE>
            {block(move || state.with(|state| state.as_ref().map(|state| way(dispatch, id, state))))}
            <div role="status">{named(PLACE, place)}</div>
            <div role="alert">
                {block(move || trouble.get().map(|trouble| {
                    trouble_notice(&trouble, Some(Event::Queries(id, QueriesEvent::AgainAsked)))
                }))}
            </div>
            {block(move || state.with(|state| state.as_ref().map(|state| list(dispatch, id, state))))}
        </section>
    }
}

/// Why the list is not there, or those at hand are not.
fn trouble(folders: &Folders) -> Option<Trouble> {
    match (&folders.list, &folders.kept) {
        (Shelf::Failed(trouble), _) => Some(trouble.clone()),
        (Shelf::Known(_), Shelf::Failed(trouble)) if is_top(folders) => Some(trouble.clone()),
        _ => None,
    }
}

fn is_top(folders: &Folders) -> bool {
    !folders.is_search() && folders.way.is_empty()
}

/// What the list shows, as its heading.
fn place(folders: &Folders) -> String {
    match (&folders.list, folders.way.last()) {
        (Shelf::Known(list), _) if folders.is_search() => words::queries_found(list.queries.len()),
        (_, _) if folders.is_search() => words::queries_searching().to_owned(),
        (_, Some(folder)) => folder.name.clone(),
        (_, None) => words::queries_all().to_owned(),
    }
}

fn search(dispatch: Dispatch, id: SheetId) -> impl IntoView {
    let text = dispatch.project(move |app| folders_of(app, id).map(|folders| folders.text.clone()).unwrap_or_default());
    let typed = move |event| dispatch.send(Event::Queries(id, QueriesEvent::Typed(event_target_value(&event))));
    view! {
        <div class="part-field" role="search">
            <label for="queries-search">{words::queries_search()}</label>
            <input id="queries-search" class="part-input" type="search" autocomplete="off" spellcheck="false"
                prop:value=told(move || text.get()) on:input=heard(typed) />
        </div>
    }
}

/// Favourites and recent queries, at the top alone.
fn at_hand(id: SheetId, folders: &Folders) -> AnyView {
    match &folders.kept {
        Shelf::Known(kept) if is_top(folders) => view! {
            {shelf(id, words::queries_favourites(), &kept.favourites)}
            {shelf(id, words::queries_recent(), &kept.recent)}
        }
        .into_any(),
        _ => ().into_any(),
    }
}

fn shelf(id: SheetId, title: &'static str, queries: &[Query]) -> Option<impl IntoView + use<>> {
    let rows = rows(id, title, queries, true);
    (!queries.is_empty()).then(|| {
        view! {
            <section class="view-section" aria-label=title>
                <h2 class="view-section-title">{title}</h2>
                <ul class="view-queries">{rows}</ul>
            </section>
        }
    })
}

/// The folders above the one shown.
fn way(dispatch: Dispatch, id: SheetId, folders: &Folders) -> Option<impl IntoView + use<>> {
    let (_, above) = folders.way.split_last()?;
    if folders.is_search() {
        return None;
    }
    let step = |folder: Option<FolderId>, name: String| {
        view! {
            <li>
                <button type="button" class="view-way-step" on:click=pressed(move || open(dispatch, id, folder.clone()))>
                    {name}
                </button>
            </li>
        }
    };
    let top = step(None, words::queries_all().to_owned());
    let steps: Vec<_> = above.iter().map(|folder| step(Some(folder.id.clone()), folder.name.clone())).collect();
    Some(view! { <nav aria-label=words::queries_way()><ol class="view-way">{top}{steps}</ol></nav> })
}

fn open(dispatch: Dispatch, id: SheetId, folder: Option<FolderId>) {
    dispatch.send(Event::Queries(id, QueriesEvent::FolderOpened(folder)));
    keep_focus(PLACE.to_owned());
}

fn list(dispatch: Dispatch, id: SheetId, folders: &Folders) -> AnyView {
    let list = match &folders.list {
        Shelf::Loading if folders.is_search() => return spinner(words::queries_searching()).into_any(),
        Shelf::Loading => return spinner(words::queries_loading()).into_any(),
        Shelf::Failed(_) => return ().into_any(),
        Shelf::Known(list) => list,
    };
    let nothing = list.folders.is_empty() && list.queries.is_empty();
    let none = if folders.is_search() { words::queries_none_found() } else { words::queries_none() };
    let inner: Vec<_> = list.folders.iter().map(|folder| folder_row(dispatch, id, folder)).collect();
    let more = list.more.then(|| words::queries_more(&QueryList::MAX.to_string()));
    view! {
        {nothing.then(|| view! { <p class="quiet">{none}</p> })}
        <ul class="view-queries">{inner}{rows(id, PLACE, &list.queries, folders.is_search())}</ul>
        {more.map(|text| view! { <p class="quiet">{text}</p> })}
    }
    .into_any()
}

fn folder_row(dispatch: Dispatch, id: SheetId, folder: &QueryFolder) -> impl IntoView + use<> {
    let label = words::queries_folder(&folder.name);
    let name = folder.name.clone();
    let folder = folder.id.clone();
    view! {
        <li class="view-query">
            <button type="button" class="view-query-open" aria-label=label
                on:click=pressed(move || open(dispatch, id, Some(folder.clone())))>
                {icon("icon icon--folder")}
                <span class="view-query-name">{name}</span>
                {icon("icon icon--chevron")}
            </button>
        </li>
    }
}

/// Queries, a line each; with their folders where they come from several.
fn rows(id: SheetId, place: &'static str, queries: &[Query], with_folder: bool) -> Vec<AnyView> {
    queries.iter().map(|query| row(id, place, query, with_folder)).collect()
}

fn row(id: SheetId, place: &'static str, query: &Query, with_folder: bool) -> AnyView {
    let folder = with_folder.then(|| folder_words(&query.folder)).filter(|text| !text.is_empty());
    let description = (!query.description.is_empty()).then(|| query.description.clone());
    view! {
        <li class="view-query">
            <button type="button" class="view-query-open"
                on:click=moves(Event::SheetOpened(Opening::Query(query.clone())))>
                {icon("icon icon--query")}
                <span class="view-query-text">
                    <span class="view-query-name">{query.name.clone()}</span>
                    {description.map(|text| view! { <span class="quiet">{text}</span> })}
                    {folder.map(|text| view! { <span class="quiet">{text}</span> })}
                </span>
            </button>
            {star(place, query, Event::Queries(id, QueriesEvent::StarPressed(query.clone())))}
        </li>
    }
    .into_any()
}

/// A folder's path for people: the root's sign left out.
pub(super) fn folder_words(path: &str) -> String {
    path.trim_start_matches("$/").trim_end_matches('/').replace('/', " › ")
}

/// The button that makes a query a favourite, or no longer.
pub(super) fn star(place: &'static str, query: &Query, event: Event) -> impl IntoView + use<> {
    let class = if query.favourite { "icon icon--starred" } else { "icon icon--star" };
    let label = words::query_star(&query.name);
    // Redrawn where it stands, the button keeps the focus by its name.
    let focus = [place, "-star-", &query.folder, "/", &query.name].concat();
    let dispatch = dispatch();
    let id = focus.clone();
    let act = move || {
        dispatch.send(event.clone());
        keep_focus(focus.clone());
    };
    view! {
        <button type="button" id=id class="part-button part-button--subtle part-button--icon view-star"
            aria-label=label aria-pressed=query.favourite.to_string() on:click=pressed(act)>
            {icon(class)}
        </button>
    }
}
