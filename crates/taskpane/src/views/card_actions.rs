//! What can be done with a contact from its card.

use super::{card_rows, hit};
use crate::dispatch::Dispatch;
use crate::parts::{block, copy_button, icon, keep_focus, pressed, toggle, trouble_line};
use crate::words;
use api::{Contact, ContactId};
use flows::{App, CardEvent, Event, PeopleEvent};
use leptos::prelude::*;

/// Everything that "copy all" copies, once there is a card.
fn all(app: &App, contact: &ContactId) -> String {
    let Some(known) = app.cards.get(contact) else { return String::new() };
    let Some(card) = &known.card.value else { return String::new() };
    card_rows::as_text(card, known.columns.value.as_ref())
}

/// The button that copies everything. What it marks where it may not is the list of facts.
pub(super) fn copy_all(dispatch: Dispatch, contact: &ContactId, said: RwSignal<String>) -> AnyView {
    let id = contact.clone();
    let text = dispatch.project(move |app| all(app, &id));
    block(move || {
        let text = text.get();
        (!text.is_empty()).then(|| copy_button("card-all".to_owned(), words::card_all(), text, said))
    })
}

/// The row of buttons.
pub(super) fn actions(dispatch: Dispatch, contact: &ContactId, said: RwSignal<String>) -> AnyView {
    let id = contact.clone();
    let favourite =
        dispatch.project(move |app| app.cards.kept.contacts.value.as_ref().map(|_| app.cards.kept.is_favourite(&id)));
    let id = contact.clone();
    let profile = dispatch.project(move |app| {
        let card = app.cards.get(&id)?.card.value.as_ref()?;
        card_rows::web(card.profile_url.as_ref()?)
    });
    let copies = copy_all(dispatch, contact, said);
    let trouble = dispatch.project(|app| app.cards.keep_trouble.as_ref().map(trouble_line).unwrap_or_default());
    let save = hit::on_save(dispatch);
    let (starred, saved) = (contact.clone(), contact.clone());
    view! {
        <div class="part-actions card-actions">
            {block(move || save_button(dispatch, &saved, save.with(|save| save.standing(&saved))))}
            {block(move || favourite.get().is_some().then(|| {
                let label = view! { {icon("icon icon--star")} {words::card_favourite()} };
                let event = Event::Card(CardEvent::FavouriteToggled(starred.clone()));
                toggle(label, move || favourite.get() == Some(true), event)
            }))}
            {block(move || profile.get().map(|url| view! {
                <a class="part-button" href=url target="_blank" rel="noopener noreferrer" title=words::card_outside()>
                    {words::card_profile()}
                    {icon("icon icon--outside")}
                </a>
            }))}
            {copies}
        </div>
        {block(move || Some(trouble.get()).filter(|trouble| !trouble.is_empty()).map(|trouble| view! {
            <p class="part-error">{words::card_favourite_failed()}" "{trouble}</p>
        }))}
    }
    .into_any()
}

fn save_button(dispatch: Dispatch, contact: &ContactId, standing: hit::Standing) -> Option<AnyView> {
    let label = match standing {
        hit::Standing::Off => words::card_save(),
        hit::Standing::Added => words::card_unsave(),
        hit::Standing::NoMessage | hit::Standing::Found => return None,
    };
    let id = contact.clone();
    let act = move || {
        let known: Option<Contact> = dispatch.look(|app| app.cards.get(&id).map(|known| known.contact.clone()));
        let event = match standing {
            hit::Standing::Off => known.map(PeopleEvent::Added),
            _ => Some(PeopleEvent::Dropped(id.clone())),
        };
        if let Some(event) = event {
            dispatch.send(Event::People(event));
            keep_focus("card-save".to_owned());
        }
    };
    Some(
        view! {
            <button type="button" id="card-save" class="part-button" on:click=pressed(act)>{label}</button>
        }
        .into_any(),
    )
}
