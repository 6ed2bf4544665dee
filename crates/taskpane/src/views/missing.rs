//! Who is not in iMIS: counted, and listed on demand.

use crate::parts::{block, holds, icon, pressed};
use crate::views::person;
use crate::words;
use flows::{Lookup, People, Standing};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

/// The line and its disclosure.
pub(super) fn missing(people: Memo<Option<People>>) -> impl IntoView {
    let open = RwSignal::new(false);
    let count = Memo::new(move |_| {
        people
            .with(|people| people.as_ref().filter(|people| people.lookup != Lookup::Searching).map(People::not_in_imis))
    });
    let unreadable = move || people.with(|people| people.as_ref().map_or(0, |people| people.unreadable));
    view! {
        {block(move || count.get().filter(|(missing, _)| *missing > 0).map(|(missing, all)| view! {
            <div class="part-disclosure" on:keydown=move |event| close_on_escape(&event, open)>
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
                <ul id="missing" class="view-missing" hidden=move || !open.get()>
                    {block(move || people.with(|people| people.as_ref().map(addresses)))}
                </ul>
            </div>
        }))}
        {block(move || Some(unreadable()).filter(|count| *count > 0).map(|count| view! {
            <p class="quiet">{words::people_unreadable(count)}</p>
        }))}
    }
}

/// Escape closes what is open.
pub(super) fn close_on_escape(event: &KeyboardEvent, open: RwSignal<bool>) {
    if event.key() == "Escape" && open.get_untracked() {
        open.set(false);
    }
}

fn addresses(people: &People) -> impl IntoView + use<> {
    let missing = people.shown().filter(|entry| entry.standing == Standing::NotInImis);
    let line = |entry: &flows::Entry| {
        let name = person::on_message(entry);
        let address =
            (!entry.name.is_empty()).then(|| view! { <span class="quiet">" "{entry.address.to_string()}</span> });
        view! { <li>{name}{address}</li> }
    };
    missing.map(line).collect::<Vec<_>>()
}
