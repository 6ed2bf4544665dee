//! Who is not in iMIS: counted, and listed on demand.

use crate::dispatch::dispatch;
use crate::parts::{at_escape, block, holds, icon, moves, pressed};
use crate::views::{guesses, person};
use crate::words;
use api::EmailAddress;
use flows::{Event, Lookup, Opening, People, Standing};
use leptos::prelude::*;

/// The line and its disclosure.
pub(super) fn missing(people: Memo<Option<People>>) -> impl IntoView {
    let open = RwSignal::new(false);
    let may_add = dispatch().project(flows::App::may_add);
    let addable = Memo::new(move |_| people.with(|people| people.as_ref().map_or(0, People::addable)));
    let count = Memo::new(move |_| {
        people
            .with(|people| people.as_ref().filter(|people| people.lookup != Lookup::Searching).map(People::not_in_imis))
    });
    let unreadable = move || people.with(|people| people.as_ref().map_or(0, |people| people.unreadable));
    let close = move || open.try_update(std::mem::take).unwrap_or_default();
    view! {
        {block(move || count.get().filter(|(missing, _)| *missing > 0).map(|(missing, all)| view! {
            <div class="part-disclosure" on:keydown=at_escape(close)>
                <button
                    type="button"
                    class="part-disclosure-button"
                    aria-expanded=holds(move || open.get())
                    aria-controls="missing"
                    on:click=pressed(move || open.update(|open| *open = !*open))
                >
                    {icon("icon icon--chevron")}
                    {words::people_missing(&all.to_string(), &missing.to_string())}
                </button>
                <div id="missing" class="view-missing" hidden=move || !open.get()>
                    {block(move || open.get().then(|| view! {
                        <ul class="add-missing-list">
                            {block(move || people.with(|people| {
                                people.as_ref().map(|people| addresses(people, may_add.get()))
                            }))}
                        </ul>
                        {block(move || (may_add.get() && addable.get() > 1).then(|| add_all(addable.get())))}
                        {guesses::all_settled()}
                    }))}
                </div>
            </div>
        }))}
        {block(move || Some(unreadable()).filter(|count| *count > 0).map(|count| view! {
            <p class="quiet">{words::people_unreadable(count)}</p>
        }))}
    }
}

fn addresses(people: &People, may_add: bool) -> impl IntoView + use<> {
    let missing = people.shown().filter(|entry| entry.standing == Standing::NotInImis);
    let line = |entry: &flows::Entry| {
        let name = person::on_message(entry);
        let address =
            (!entry.name.is_empty()).then(|| view! { <span class="quiet">" "{entry.address.to_string()}</span> });
        view! {
            <li class="add-missing">
                <span class="add-missing-who">{name.clone()}{address}" "{person::never(entry)}</span>
                {may_add.then(|| add(&name, &entry.address))}
            </li>
        }
    };
    missing.map(line).collect::<Vec<_>>()
}

fn add(name: &str, address: &EmailAddress) -> impl IntoView + use<> {
    let event = Event::SheetOpened(Opening::Add(Some(address.clone())));
    view! {
        <button type="button" class="part-button part-button--subtle" aria-label=words::add_one_named(name)
            on:click=moves(event)>{words::add_one()}</button>
    }
}

fn add_all(count: usize) -> impl IntoView {
    view! {
        <button type="button" class="part-button" on:click=moves(Event::SheetOpened(Opening::AddAll))>
            {words::add_all(&count.to_string())}
        </button>
    }
}
