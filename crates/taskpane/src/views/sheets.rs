//! The sheet in front of the message: its header with the way back, and what it shows.

use super::{adding, addresses, contact, finder, folders, opened, running, writing};
use crate::chunks;
use crate::dispatch::{Dispatch, dispatch};
use crate::parts::{at_escape, block, heading, icon, pressed};
use crate::words;
use flows::{App, Event, Sheet, SheetId};
use leptos::prelude::*;

/// Which sheet shows, and of what kind.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Shown {
    Find,
    Contact(api::ContactId),
    Record,
    Write,
    Change,
    Add,
    Queries,
    Query,
    Addresses,
    Many,
}

fn shown(app: &App) -> Option<(SheetId, Shown)> {
    let (id, sheet) = app.sheets.top()?;
    let shown = match sheet {
        Sheet::Find(_) => Shown::Find,
        Sheet::Contact(contact) => Shown::Contact(contact.clone()),
        Sheet::Record(_) => Shown::Record,
        Sheet::Write(writing) if writing.changing.is_some() => Shown::Change,
        Sheet::Write(_) => Shown::Write,
        Sheet::Add(_) => Shown::Add,
        Sheet::Queries(_) => Shown::Queries,
        Sheet::Query(_) => Shown::Query,
        Sheet::Addresses(_) => Shown::Addresses,
        Sheet::Many => Shown::Many,
    };
    Some((id, shown))
}

/// The topmost sheet.
pub(crate) fn sheet() -> impl IntoView {
    let dispatch = dispatch();
    let shown = dispatch.project(shown);
    block(move || shown.get().map(|(id, shown)| frame(dispatch, id, &shown)))
}

fn frame(dispatch: Dispatch, id: SheetId, shown: &Shown) -> AnyView {
    let (title, body) = match shown {
        Shown::Find => (words::find_title(), finder::finder(id).into_any()),
        Shown::Contact(contact) => (words::contact_title(), contact::contact(contact).into_any()),
        Shown::Record => (words::record_title(), opened::opened(id).into_any()),
        Shown::Write => (words::write_title(), writing::writing(id).into_any()),
        Shown::Change => (words::change_title(), writing::writing(id).into_any()),
        Shown::Add => (words::add_title(), adding::adding(id).into_any()),
        Shown::Queries => (words::queries_title(), folders::folders(id).into_any()),
        Shown::Query => (words::query_title(), running::running(id).into_any()),
        Shown::Addresses => (words::addresses_title(), addresses::addresses(id).into_any()),
        Shown::Many => (words::many_title(), chunks::many()),
    };
    let escape = move || {
        dispatch.send_and_move(Event::SheetClosed);
        true
    };
    view! {
        <header class="view-header" on:keydown=at_escape(escape)>
            <button type="button" class="part-button part-button--subtle"
                on:click=pressed(move || dispatch.send_and_move(Event::SheetClosed))>
                {icon("icon icon--back")} {words::back()}
            </button>
            <div class="view-header-names">{heading(title)}</div>
        </header>
        <main class="view-main" on:keydown=at_escape(escape)>{body}</main>
    }
    .into_any()
}
