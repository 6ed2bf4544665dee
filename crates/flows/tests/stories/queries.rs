//! Finding a query.

use crate::world::{problem, signed_in};
use api::{FolderId, KeptQueries, ListQueries, ProblemCode, Query, QueryFolder, QueryId, QueryList};
use flows::{App, Effect, Event, Folders, Opening, QueriesEffect, QueriesEvent, Sheet, SheetId, Shelf};

pub(crate) fn query(name: &str) -> Query {
    Query {
        id: QueryId(format!("sealed-{name}")),
        name: name.to_owned(),
        folder: "$/Outlook".to_owned(),
        description: String::new(),
        favourite: false,
    }
}

fn folder(name: &str) -> QueryFolder {
    QueryFolder { id: FolderId(format!("folder-{name}")), name: name.to_owned() }
}

fn list(way: &[&str], folders: &[&str], queries: &[&str]) -> QueryList {
    QueryList {
        way: way.iter().map(|name| folder(name)).collect(),
        folders: folders.iter().map(|name| folder(name)).collect(),
        queries: queries.iter().map(|name| query(name)).collect(),
        more: false,
    }
}

fn opened() -> (App, SheetId) {
    let mut app = signed_in();
    app.update(Event::SheetOpened(Opening::Queries));
    let (id, _) = app.sheets.top().expect("a sheet");
    app.update(Event::Queries(id, QueriesEvent::Listed(1, Ok(list(&[], &["Members"], &["All contacts"])))));
    app.update(Event::Queries(id, QueriesEvent::KeptAnswered(Ok(KeptQueries::default()))));
    (app, id)
}

fn folders(app: &App) -> &Folders {
    match app.sheets.top() {
        Some((_, Sheet::Queries(folders))) => folders,
        other => panic!("not the folders: {other:?}"),
    }
}

fn lists(effects: &[Effect]) -> Vec<(u32, ListQueries)> {
    let list = |effect: &Effect| match effect {
        Effect::Queries(_, QueriesEffect::List(asked, call)) => Some((*asked, call.clone())),
        _ => None,
    };
    effects.iter().filter_map(list).collect()
}

#[test]
fn the_top_folder_and_the_queries_at_hand_are_asked_for_at_once() {
    let mut app = signed_in();
    let effects = app.update(Event::SheetOpened(Opening::Queries));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Queries(_, QueriesEffect::FetchKept))));
    assert_eq!(lists(&effects), [(1, ListQueries { folder: None, text: String::new() })]);
}

#[test]
fn a_folder_is_opened_by_the_key_the_server_gave_and_the_way_back_is_shown() {
    let (mut app, id) = opened();
    let members = folder("Members").id;
    let effects = app.update(Event::Queries(id, QueriesEvent::FolderOpened(Some(members.clone()))));
    assert_eq!(lists(&effects), [(2, ListQueries { folder: Some(members), text: String::new() })]);
    assert_eq!(folders(&app).way, [folder("Members")]);
    app.update(Event::Queries(id, QueriesEvent::FolderOpened(None)));
    assert!(folders(&app).way.is_empty());
}

#[test]
fn a_slow_folder_does_not_take_the_place_of_the_one_opened_after_it() {
    let (mut app, id) = opened();
    app.update(Event::Queries(id, QueriesEvent::FolderOpened(Some(folder("Members").id))));
    app.update(Event::Queries(id, QueriesEvent::FolderOpened(None)));
    app.update(Event::Queries(id, QueriesEvent::Listed(2, Ok(list(&["Members"], &[], &["Late"])))));
    assert_eq!(folders(&app).list, Shelf::Loading);
    app.update(Event::Queries(id, QueriesEvent::Listed(3, Ok(list(&[], &[], &["In time"])))));
    assert_eq!(folders(&app).list, Shelf::Known(list(&[], &[], &["In time"])));
}

#[test]
fn names_are_looked_for_once_the_typing_rests() {
    let (mut app, id) = opened();
    let first = app.update(Event::Queries(id, QueriesEvent::Typed("re".to_owned())));
    let second = app.update(Event::Queries(id, QueriesEvent::Typed("renew".to_owned())));
    assert_eq!(first, [Effect::Queries(id, QueriesEffect::Wait(2))]);
    assert_eq!(second, [Effect::Queries(id, QueriesEffect::Wait(3))]);
    assert!(app.update(Event::Queries(id, QueriesEvent::Waited(2))).is_empty());
    let effects = app.update(Event::Queries(id, QueriesEvent::Waited(3)));
    assert_eq!(lists(&effects), [(4, ListQueries { folder: None, text: "renew".to_owned() })]);
}

#[test]
fn without_a_name_to_look_for_the_folder_is_back() {
    let (mut app, id) = opened();
    app.update(Event::Queries(id, QueriesEvent::FolderOpened(Some(folder("Members").id))));
    app.update(Event::Queries(id, QueriesEvent::Listed(2, Ok(list(&["Members"], &[], &[])))));
    app.update(Event::Queries(id, QueriesEvent::Typed("renew".to_owned())));
    app.update(Event::Queries(id, QueriesEvent::Waited(3)));
    let effects = app.update(Event::Queries(id, QueriesEvent::Typed(String::new())));
    assert_eq!(lists(&effects), [(5, ListQueries { folder: Some(folder("Members").id), text: String::new() })]);
}

#[test]
fn a_star_shows_at_once_and_goes_again_if_it_could_not_be_kept() {
    let (mut app, id) = opened();
    let starred = Query { favourite: true, ..query("All contacts") };
    let effects = app.update(Event::Queries(id, QueriesEvent::StarPressed(query("All contacts"))));
    assert_eq!(effects, [Effect::Queries(id, QueriesEffect::Keep(starred.clone()))]);
    let Shelf::Known(kept) = &folders(&app).kept else { panic!("known") };
    assert_eq!(kept.favourites, std::slice::from_ref(&starred));
    let refused = problem(ProblemCode::StoreUnavailable);
    app.update(Event::Queries(id, QueriesEvent::Starred(starred, Err(refused))));
    let Shelf::Known(kept) = &folders(&app).kept else { panic!("known") };
    assert!(kept.favourites.is_empty());
}

#[test]
fn what_failed_is_asked_for_again_and_what_is_known_is_not() {
    let (mut app, id) = opened();
    app.update(Event::Queries(id, QueriesEvent::FolderOpened(Some(folder("Members").id))));
    app.update(Event::Queries(id, QueriesEvent::Listed(2, Err(problem(ProblemCode::ImisUnavailable)))));
    let effects = app.update(Event::Queries(id, QueriesEvent::AgainAsked));
    assert_eq!(lists(&effects).len(), 1);
    assert_eq!(effects.len(), 1);
}
