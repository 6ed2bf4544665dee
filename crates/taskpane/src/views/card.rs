//! The card of a contact, in full on its sheet and on the message of whom it sent.
//!
//! Each of its parts is drawn from a projection of its own, so that what arrives behind moves nothing else.

use super::{card_actions, card_facts, person};
use crate::dispatch::{Dispatch, dispatch};
use crate::parts::{avatar, block, copy_button, holds, icon, moves, pressed, told};
use crate::words;
use api::{Contact, ContactId};
use flows::{App, CardEvent, ContactCard, Event, Opening};
use leptos::prelude::*;

/// What stands above the facts.
#[derive(Clone, PartialEq, Eq)]
struct Head {
    contact: Contact,
    marks: Vec<String>,
}

fn known<'a>(app: &'a App, contact: &ContactId) -> Option<&'a ContactCard> {
    app.cards.get(contact)
}

fn head(app: &App, contact: &ContactId) -> Option<Head> {
    let known = known(app, contact)?;
    let marks = known.card.value.as_ref().map(|card| card.marks.clone()).unwrap_or_default();
    Some(Head { contact: known.contact.clone(), marks })
}

/// The section on the contact's own sheet.
pub(super) fn card(contact: &ContactId) -> impl IntoView {
    let dispatch = dispatch();
    let id = contact.clone();
    let head = dispatch.project(move |app| head(app, &id));
    let said = RwSignal::new(String::new());
    view! {
        <section class="view-section card" aria-label=words::contact_title()>
            {top(dispatch, contact, head, said)}
            {marks(head, said)}
            {card_actions::actions(dispatch, contact, said)}
            {card_facts::facts(dispatch, contact, said)}
            <p class="card-said quiet" role="status">{told(move || said.get())}</p>
        </section>
    }
}

/// The sender's card on the message: folded up and opened by its first line.
pub(crate) fn sender() -> AnyView {
    let dispatch = dispatch();
    let sender = dispatch.project(|app| app.cards.sender().cloned());
    block(move || sender.get().map(|contact| sent(dispatch, &contact)))
}

fn sent(dispatch: Dispatch, contact: &ContactId) -> AnyView {
    let open = dispatch.project(|app| !app.cards.folded);
    let id = contact.clone();
    let head = dispatch.project(move |app| {
        head(app, &id).or_else(|| {
            let contact = app.open_mail()?.people.sender().cloned()?;
            Some(Head { contact, marks: vec![] })
        })
    });
    let said = RwSignal::new(String::new());
    let fold = move || dispatch.send(Event::Card(CardEvent::Folded(open.get_untracked())));
    let contact = contact.clone();
    view! {
        <section class="view-section card card--sender" aria-labelledby="sender-title">
            <h2 class="view-section-title card-fold">
                <button type="button" id="sender-title" class="part-disclosure-button" aria-controls="sender-card"
                    aria-expanded=holds(move || open.get()) on:click=pressed(fold)>
                    {icon("icon icon--chevron")}
                    {words::card_sender()} " "
                    <span class="card-fold-name">
                        {told(move || head.get().filter(|_| !open.get()).map(|head| head.contact.name).unwrap_or_default())}
                    </span>
                </button>
            </h2>
            <div id="sender-card" class="card-more">
                {block(move || open.get().then(|| view! {
                    {top(dispatch, &contact, head, said)}
                    {marks(head, said)}
                    {card_facts::facts(dispatch, &contact, said)}
                    <div class="part-actions card-actions">
                        {block(move || head.get().map(|head| view! {
                            <button type="button" class="part-button card-everything"
                                on:click=moves(Event::SheetOpened(Opening::Contact(head.contact.clone())))>
                                {words::card_everything(&head.contact.name)}
                            </button>
                        }))}
                        {card_actions::copy_all(dispatch, &contact, said)}
                    </div>
                    <p class="card-said quiet" role="status">{told(move || said.get())}</p>
                }))}
            </div>
        </section>
    }
    .into_any()
}

/// Picture, name, and how they stand with the association.
fn top(dispatch: Dispatch, contact: &ContactId, head: Memo<Option<Head>>, said: RwSignal<String>) -> AnyView {
    let id = contact.clone();
    let picture = dispatch.project(move |app| {
        let picture = known(app, &id).and_then(|known| known.picture.value.as_ref());
        picture.and_then(|picture| picture.data_url.clone()).unwrap_or_default()
    });
    view! {
        <div class="card-top">
            {block(move || {
                let picture = picture.get();
                if picture.starts_with("data:image/") {
                    view! { <img class="card-picture" src=picture alt="" /> }.into_any()
                } else {
                    head.get().map(|head| avatar(&head.contact.name, head.contact.kind)).into_any()
                }
            })}
            {block(move || head.get().map(|head| view! {
                <div class="view-person-body">
                    <p class="card-name">
                        <span id="card-name">{head.contact.name.clone()}</span>
                        {copy_button("card-name".to_owned(), words::card_name(), head.contact.name.clone(), said)}
                    </p>
                    {person::chips(&head.contact)}
                </div>
            }))}
        </div>
    }
    .into_any()
}

/// What must not be done, before anything else is read.
fn marks(head: Memo<Option<Head>>, said: RwSignal<String>) -> AnyView {
    block(move || {
        let marks = head.get().map(|head| head.marks).filter(|marks| !marks.is_empty())?;
        let copies = copy_button("card-marks".to_owned(), words::card_marks(), marks.join("\n"), said);
        let lines: Vec<_> = marks.into_iter().map(|mark| view! { <li>{mark}</li> }).collect();
        Some(view! {
            <div class="card-marks">
                {icon("icon icon--warning")}
                <div>
                    <p id="card-marks-title" class="card-marks-title">{words::card_marks()}</p>
                    <ul id="card-marks" aria-labelledby="card-marks-title">{lines}</ul>
                </div>
                {copies}
            </div>
        })
    })
}
