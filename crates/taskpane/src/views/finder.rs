//! Searching contacts as one types: the field, what was found, and whom one has at hand.
//!
//! A field and a list of buttons rather than a combobox: each row holds two controls, which no option may, and what
//! has the keyboard is what Outlook's own Tab order knows (`office-js.md §1.6`). The arrow keys walk the list.

use super::{compose, hit};
use crate::dispatch::{Dispatch, dispatch};
use crate::parts::{block, focus, heard, holds, keep_focus, spinner, toggle, told, trouble_notice};
use crate::words;
use api::{Contact, ContactKind, SearchContacts};
use flows::{App, CardEvent, Event, Find, FindEvent, Opening, Question, Sheet, SheetId, Trouble};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

const FIELD: &str = "find-text";

/// Contacts under a heading.
#[derive(Clone, PartialEq, Eq)]
struct Group {
    title: &'static str,
    contacts: Vec<Contact>,
}

fn find(app: &App, id: SheetId) -> Option<&Find> {
    match app.sheets.get(id)? {
        Sheet::Find(find) => Some(find),
        _ => None,
    }
}

/// What was found; before anything was typed, whom one has at hand.
fn groups(app: &App, id: SheetId) -> Vec<Group> {
    let Some(find) = find(app, id) else { return vec![] };
    let mut groups = vec![];
    if !find.text.trim().is_empty() {
        groups.push(Group { title: words::find_results(), contacts: find.found.contacts.clone() });
    } else if let Some(kept) = &app.cards.kept.contacts.value {
        groups.push(Group { title: words::find_favourites(), contacts: kept.favourites.clone() });
        let is_favourite = |contact: &&Contact| kept.favourites.iter().any(|other| other.id == contact.id);
        let recent = kept.recent.iter().filter(|contact| !is_favourite(contact)).cloned().collect();
        groups.push(Group { title: words::find_recent(), contacts: recent });
    }
    groups.retain(|group| !group.contacts.is_empty());
    groups
}

/// The line between the field and the list.
fn status(app: &App, id: SheetId) -> String {
    let Some(find) = find(app, id) else { return String::new() };
    let (found, kept) = (&find.found, &app.cards.kept.contacts.value);
    let at_hand = kept.as_ref().map(|kept| kept.favourites.len() + kept.recent.len());
    match find.state {
        Question::None if find.text.trim().is_empty() && at_hand == Some(0) => words::find_nothing_kept().to_owned(),
        Question::None if !find.text.trim().is_empty() => words::find_short().to_owned(),
        Question::Known if found.contacts.is_empty() => words::find_none(find.text.trim()),
        Question::Known if found.more => words::find_more(&found.contacts.len().to_string()),
        Question::Known => words::find_count(found.contacts.len()),
        _ => String::new(),
    }
}

/// What went wrong, and what trying again means.
fn trouble(app: &App, id: SheetId) -> Option<(Trouble, Event)> {
    let find = find(app, id)?;
    match (&find.state, &app.cards.kept.contacts.trouble) {
        (Question::Failed(trouble), _) => Some((trouble.clone(), Event::Find(id, FindEvent::AskedNow))),
        (Question::None, Some(trouble)) => Some((trouble.clone(), Event::Card(CardEvent::KeptAgainAsked))),
        _ => None,
    }
}

/// The sheet.
pub(super) fn finder(id: SheetId) -> impl IntoView {
    let dispatch = dispatch();
    come_to(dispatch, id);
    let groups = dispatch.project(move |app| groups(app, id));
    let status = dispatch.project(move |app| status(app, id));
    let trouble = dispatch.project(move |app| trouble(app, id));
    let asking = dispatch.project(move |app| find(app, id).is_some_and(|find| find.state == Question::Asking));
    let partial = dispatch
        .project(move |app| find(app, id).is_some_and(|find| find.state == Question::Known && find.found.partial));
    let save = hit::on_save(dispatch);
    view! {
        <div class="find" on:keydown=heard(move |event| walk(&event))>
            {field(dispatch, id)}
            {filters(dispatch, id)}
            {compose::outcome()}
            <p class="find-status quiet" role="status">{told(move || status.get())}</p>
            {block(move || partial.get().then(|| view! { <p class="part-hint">{words::find_partial()}</p> }))}
            <div role="alert">
                {block(move || trouble.get().map(|(trouble, again)| trouble_notice(&trouble, Some(again))))}
            </div>
            {block(move || asking.get().then(|| spinner(words::find_searching())))}
            <div class="find-groups" aria-busy=holds(move || asking.get())>
                {block(move || groups.with(|groups| {
                    let mut at = 0;
                    let mut drawn = vec![];
                    for group in groups {
                        drawn.push(section(id, group, at, save));
                        at += group.contacts.len();
                    }
                    drawn
                }))}
            </div>
        </div>
    }
}

fn section(id: SheetId, group: &Group, first: usize, save: Memo<hit::OnSave>) -> AnyView {
    let rows: Vec<_> =
        group.contacts.iter().enumerate().map(|(at, contact)| hit::hit(id, first + at, contact, save)).collect();
    view! {
        <section class="view-section find-group" aria-label=group.title>
            <h2 class="view-section-title">{group.title}</h2>
            <ul class="find-list">{rows}</ul>
        </section>
    }
    .into_any()
}

/// The field has the keyboard when the person comes here, and the row they left by when they come back.
fn come_to(dispatch: Dispatch, id: SheetId) {
    if !dispatch.take_focus() {
        return;
    }
    let row = dispatch.look(|app| {
        let opened = find(app, id)?.opened.as_ref()?;
        let listed = groups(app, id);
        let place = listed.iter().flat_map(|group| &group.contacts).position(|contact| contact.id == *opened)?;
        Some(hit::row(place))
    });
    keep_focus(row.unwrap_or_else(|| FIELD.to_owned()));
}

fn field(dispatch: Dispatch, id: SheetId) -> impl IntoView {
    let text = dispatch.look(|app| find(app, id).map(|find| find.text.clone()).unwrap_or_default());
    let typed = move |event| dispatch.send(Event::Find(id, FindEvent::Typed(event_target_value(&event))));
    view! {
        <div class="find-field">
            <span class="icon icon--search" aria-hidden="true"></span>
            <input id=FIELD type="search" class="part-input" autocomplete="off" spellcheck="false" enterkeyhint="search"
                maxlength=SearchContacts::TEXT_MAX.to_string() aria-label=words::find_label()
                aria-describedby="find-keys" placeholder=words::find_hint() value=text
                on:input=heard(typed) on:keydown=heard(move |event| press(dispatch, id, &event)) />
            <span id="find-keys" hidden>{words::find_keys()}</span>
        </div>
    }
}

/// Enter opens the first contact of the newest answer, or asks without a wait; Escape empties the field.
fn press(dispatch: Dispatch, id: SheetId, event: &KeyboardEvent) {
    if event.is_composing() {
        return;
    }
    match event.key().as_str() {
        "Enter" => {
            let first = dispatch.look(|app| {
                let find = find(app, id)?;
                let settled = find.state == Question::Known;
                find.found.contacts.first().filter(|_| settled).cloned()
            });
            match first {
                Some(contact) => open(dispatch, id, contact),
                None => dispatch.send(Event::Find(id, FindEvent::AskedNow)),
            }
        }
        "Escape" if dispatch.look(|app| find(app, id).is_some_and(|find| !find.text.is_empty())) => {
            // What is around the field would close.
            event.prevent_default();
            event.stop_propagation();
            dispatch.send(Event::Find(id, FindEvent::Typed(String::new())));
            event_target::<web_sys::HtmlInputElement>(event).set_value("");
        }
        _ => {}
    }
}

/// Opens a contact of the list, which is where the person comes back to.
pub(super) fn open(dispatch: Dispatch, id: SheetId, contact: Contact) {
    dispatch.send(Event::Find(id, FindEvent::Opened(contact.id.clone())));
    dispatch.send_and_move(Event::SheetOpened(Opening::Contact(contact)));
}

/// The arrow keys: down from the field into the list and through it, up and back; right to what a row can be
/// added by, left to the row.
fn walk(event: &KeyboardEvent) {
    let Some(at) = document().active_element().map(|element| element.id()) else { return };
    let to = match (event.key().as_str(), hit::place(&at)) {
        ("ArrowDown", None) if at == FIELD => hit::row(0),
        ("ArrowDown", Some((hit::Column::Open, place))) => hit::row(place + 1),
        ("ArrowDown", Some((hit::Column::Add, place))) => hit::adder(place + 1),
        ("ArrowUp", Some((hit::Column::Open, 0))) => FIELD.to_owned(),
        ("ArrowUp", Some((hit::Column::Open, place))) => hit::row(place - 1),
        ("ArrowUp", Some((hit::Column::Add, place))) => hit::adder(place.saturating_sub(1)),
        ("ArrowRight", Some((hit::Column::Open, place))) => hit::adder(place),
        ("ArrowLeft", Some((hit::Column::Add, place))) => hit::row(place),
        ("Home", Some((hit::Column::Open, _))) => hit::row(0),
        _ => return,
    };
    // The page would scroll as well.
    event.prevent_default();
    focus(&to);
}

fn filters(dispatch: Dispatch, id: SheetId) -> impl IntoView {
    let kind = dispatch.project(move |app| find(app, id).and_then(|find| find.kind));
    let inactive = dispatch.project(move |app| find(app, id).is_some_and(|find| find.inactive));
    let offer = |label: &'static str, of: Option<ContactKind>| {
        toggle(label, move || kind.get() == of, Event::Find(id, FindEvent::KindChosen(of)))
    };
    view! {
        <div class="find-filters">
            <div class="part-segments" role="group" aria-label=words::find_kind()>
                {offer(words::find_all(), None)}
                {offer(words::find_people(), Some(ContactKind::Person))}
                {offer(words::find_organisations(), Some(ContactKind::Organisation))}
            </div>
            {toggle(words::find_inactive(), move || inactive.get(), Event::Find(id, FindEvent::InactiveToggled))}
        </div>
    }
}
