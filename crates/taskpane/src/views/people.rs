//! The people on the message: switches for From, To and Cc, and a row for each person.

use super::{guesses, missing, person};
use crate::dispatch::dispatch;
use crate::parts::{block, button, holds, pressed, spinner, toggle, told, trouble_notice};
use crate::words;
use flows::{Entry, Event, Lookup, People, Role, Standing};
use leptos::prelude::*;

/// Rows shown until all are asked for.
const FIRST: usize = 20;

/// The people section.
pub(super) fn people() -> impl IntoView {
    let people = dispatch().project(|app| app.open_mail().map(|mail| mail.people.clone()));
    let all = RwSignal::new(false);
    let searching = move || people.with(|people| is(people.as_ref(), |people| people.lookup == Lookup::Searching));
    view! {
        <section class="view-section" aria-labelledby="people-title" aria-busy=holds(searching)>
            <h2 id="people-title" class="view-section-title" tabindex="-1">{words::people()}</h2>
            <div class="part-toggles" role="group" aria-label=words::people_roles()>
                {[Role::From, Role::To, Role::Cc].map(|role| role_toggle(role, people))}
                {block(move || people.with(|people| is(people.as_ref(), has_bcc)).then(|| role_toggle(Role::Bcc, people)))}
            </div>
            {block(move || people.with(|people| people.as_ref().map(trouble)))}
            {block(move || searching().then(|| spinner(words::people_searching())))}
            {block(move || people.with(|people| people.as_ref().map(|people| rows(people, all))))}
            {block(move || people.with(|people| people.as_ref().map(guesses::below)))}
            {missing::missing(people)}
        </section>
    }
}

fn is(people: Option<&People>, test: impl Fn(&People) -> bool) -> bool {
    people.is_some_and(test)
}

fn has_bcc(people: &People) -> bool {
    people.entries.iter().any(|entry| entry.roles.contains(&Role::Bcc))
}

fn role_toggle(role: Role, people: Memo<Option<People>>) -> impl IntoView {
    let name = match role {
        Role::From => words::people_from(),
        Role::To => words::people_to(),
        Role::Cc => words::people_cc(),
        Role::Bcc => words::compose_bcc(),
    };
    let count = move || {
        people.with(|people| {
            let entries = people.as_ref().map(|people| people.entries.as_slice()).unwrap_or_default();
            let is_own = |entry: &Entry| entry.standing == Standing::Own;
            entries.iter().filter(|entry| entry.roles.contains(&role) && !is_own(entry)).count()
        })
    };
    let pressed = move || people.with(|people| is(people.as_ref(), |people| !people.hidden.contains(&role)));
    let label = view! { {name}" "<span class="part-toggle-count">{told(move || count().to_string())}</span> };
    toggle(label, pressed, Event::RoleToggled(role))
}

/// What kept people from being looked up.
fn trouble(people: &People) -> impl IntoView + use<> {
    let not_asked = people.shown().filter(|entry| entry.standing == Standing::NotAsked).count();
    match &people.lookup {
        Lookup::Failed(trouble) => Some(trouble_notice(trouble, Some(Event::MatchAgainAsked)).into_any()),
        Lookup::Done if not_asked > 0 => Some(
            view! {
                <div class="part-hint">
                    <p>{words::people_not_asked(not_asked)}</p>
                    {button(words::try_again(), Event::MatchAgainAsked)}
                </div>
            }
            .into_any(),
        ),
        Lookup::Done | Lookup::Searching => None,
    }
}

fn is_listed(entry: &Entry) -> bool {
    matches!(entry.standing, Standing::Matched { .. } | Standing::Searching)
}

fn rows(people: &People, all: RwSignal<bool>) -> impl IntoView + use<> {
    let listed: Vec<&Entry> = people.shown().filter(|entry| is_listed(entry)).collect();
    let count = listed.len();
    let limit = if all.get() { usize::MAX } else { FIRST };
    let mut rows: Vec<_> =
        listed.into_iter().take(limit).enumerate().map(|(at, entry)| person::person(at, entry)).collect();
    rows.extend(guesses::added(people));
    let note = match (count, &people.lookup) {
        (0, Lookup::Done) if people.entries.iter().all(|entry| entry.standing == Standing::Own) => {
            Some(words::people_none())
        }
        (0, Lookup::Done) if people.shown().next().is_none() => Some(words::people_hidden()),
        (0, Lookup::Done) if people.not_in_imis().0 > 0 => Some(words::people_nobody()),
        _ => None,
    };
    let more = move || {
        if all.get() { words::people_show_fewer().to_owned() } else { words::people_show_all(&count.to_string()) }
    };
    view! {
        {note.map(|note| view! { <p class="part-hint">{note}</p> })}
        <ul class="view-people">{rows}</ul>
        {(count > FIRST).then(|| view! {
            <button type="button" class="part-button part-button--subtle" on:click=pressed(move || all.update(|all| *all = !*all))>
                {more}
            </button>
        })}
    }
}
