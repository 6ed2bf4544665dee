//! Adding a contact: who it could be already, the form, and what became of everybody.

use super::{adding_form, comparing, likely};
use crate::dispatch::{Dispatch, dispatch};
use crate::parts::{block, icon, moves, pressed, spinner, subheading, told};
use crate::words;
use api::{Contact, ContactId, EmailAddress};
use flows::{AddEvent, AddPhase, Adding, Adds, App, Became, Event, Opening, Sheet, SheetId};
use leptos::prelude::*;

/// A part of the adding.
pub(super) fn of<T: Default + Send + Sync + PartialEq + 'static>(
    dispatch: Dispatch,
    id: SheetId,
    part: impl Fn(&Adds) -> T + Send + Sync + 'static,
) -> Memo<T> {
    dispatch.project(move |app: &App| adding_of(app, id).and_then(Adding::adds).map(&part).unwrap_or_default())
}

/// The sheet's state.
pub(super) fn adding_of(app: &App, id: SheetId) -> Option<&Adding> {
    match app.sheets.get(id) {
        Some(Sheet::Add(adding)) => Some(adding),
        _ => None,
    }
}

/// What shows; a turn's form is drawn once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Reading,
    Looking,
    Choosing,
    Form(usize),
    Done,
    Comparing,
}

fn stage(app: &App, id: SheetId) -> Option<Stage> {
    let adding = adding_of(app, id)?;
    let Some(adds) = adding.adds() else { return Some(Stage::Comparing) };
    Some(match adds.phase {
        AddPhase::Reading => Stage::Reading,
        AddPhase::Looking => Stage::Looking,
        AddPhase::Choosing => Stage::Choosing,
        AddPhase::Filling | AddPhase::Sending | AddPhase::Unsure(_) => Stage::Form(adds.turn()),
        AddPhase::Done => Stage::Done,
    })
}

/// The sheet.
pub(super) fn adding(id: SheetId) -> impl IntoView {
    let dispatch = dispatch();
    let stage = dispatch.project(move |app| stage(app, id));
    let place = of(dispatch, id, place);
    let last = of(dispatch, id, |adds| adds.became.last().map(became).unwrap_or_default());
    let told_now = of(dispatch, id, said);
    view! {
        {leaving(id)}
        <p class="visually-hidden" role="status">{told(move || [last.get(), told_now.get()].join(" "))}</p>
        {block(move || Some(place.get()).filter(|text| !text.is_empty()).map(|text| view! {
            <p class="add-place">{text}</p>
        }))}
        {block(move || stage.get().map(|stage| match stage {
            Stage::Reading => spinner(words::add_reading()).into_any(),
            Stage::Looking => spinner(words::add_looking()).into_any(),
            Stage::Choosing => likely::likely(id).into_any(),
            Stage::Form(_) => adding_form::form(id).into_any(),
            Stage::Done => done(id).into_any(),
            Stage::Comparing => comparing::comparing(id).into_any(),
        }))}
    }
}

/// "2 of 3: Ada Lovelace", where there are several.
fn place(adds: &Adds) -> String {
    let (Some(present), true) = (adds.present(), adds.queue.len() > 1) else { return String::new() };
    let address = present.address.as_ref().map(EmailAddress::as_str).unwrap_or_default();
    let name = if present.name.is_empty() { address } else { &present.name };
    words::add_place(&adds.queue.len().to_string(), name, &(adds.turn() + 1).to_string())
}

/// What has come of the present step, aloud.
fn said(adds: &Adds) -> String {
    let found = adds.form.fields.iter().filter(|filled| filled.from.is_some()).count();
    match adds.phase {
        AddPhase::Choosing => words::add_likely_said(adds.likely.contacts.len()),
        AddPhase::Filling if !adds.form.touched && found > 0 => words::add_filled_said(found),
        AddPhase::Sending => words::add_sending().to_owned(),
        _ => String::new(),
    }
}

fn became(became: &Became) -> String {
    match became {
        Became::Added(contact) => words::add_added(&contact.name),
        Became::Used(contact) => words::add_used(&contact.name),
        Became::Skipped => words::add_skipped().to_owned(),
    }
}

/// What became of everybody.
fn done(id: SheetId) -> impl IntoView {
    let dispatch = dispatch();
    let outcomes: Vec<_> = dispatch.look(|app| {
        let adds = adding_of(app, id).and_then(Adding::adds);
        adds.map(|adds| adds.queue.iter().cloned().zip(adds.became.clone()).collect()).unwrap_or_default()
    });
    let row = |(candidate, became): (flows::Candidate, Became)| {
        let address = candidate.address.map(|address| address.to_string()).unwrap_or_default();
        let (contact, word) = match became {
            Became::Added(contact) => (Some(contact), words::add_outcome_added()),
            Became::Used(contact) => (Some(contact), words::add_outcome_used()),
            Became::Skipped => (None, words::add_outcome_skipped()),
        };
        let class = if contact.is_some() { "view-line view-line--good" } else { "view-line" };
        let name = contact.as_ref().map_or(candidate.name, |contact| contact.name.clone());
        let name = if name.is_empty() { address } else { name };
        view! {
            <li class=class>
                <span class="view-line-name">{name.clone()}</span>" "
                <span class="quiet">{word}</span>
                {contact.map(|contact| open(contact, &name))}
            </li>
        }
    };
    view! {
        <section class="view-section">
            {subheading(words::add_done())}
            <ul class="view-progress">{outcomes.into_iter().map(row).collect::<Vec<_>>()}</ul>
            <button type="button" class="part-button part-button--primary part-button--wide"
                on:click=moves(Event::SheetClosed)>{words::close()}</button>
        </section>
    }
}

fn open(contact: Contact, name: &str) -> impl IntoView + use<> {
    let label = words::add_open_named(name);
    view! {
        <p>
            <span class="quiet">{words::contact_id(&contact.id.0)}</span>" "
            <button type="button" class="part-button part-button--subtle" aria-label=label
                on:click=moves(Event::SheetOpened(Opening::Contact(contact)))>{words::add_open()}</button>
        </p>
    }
}

/// The question before what was typed is lost.
fn leaving(id: SheetId) -> impl IntoView {
    let dispatch = dispatch();
    let asked = dispatch.project(move |app| {
        let adding = adding_of(app, id)?;
        let phase = adding.adds().map(|adds| adds.phase.clone());
        adding.leaving.map(|_| phase)
    });
    let stay = move || dispatch.send_and_move(Event::Add(id, AddEvent::LeaveCancelled));
    block(move || {
        let why = match asked.get()? {
            Some(AddPhase::Filling) => words::add_leave_filling(),
            Some(AddPhase::Looking | AddPhase::Choosing) => words::add_leave_looking(),
            Some(AddPhase::Unsure(_)) => words::add_leave_unsure(),
            _ => words::add_leave_sending(),
        };
        let leave = moves(Event::Add(id, AddEvent::LeaveConfirmed));
        Some(view! {
            <div class="part-notice">
                {icon("icon icon--warning")}
                <div class="part-notice-body">
                    {subheading(words::add_leave())}
                    <p>{why}</p>
                    <div class="part-actions">
                        <button type="button" class="part-button" on:click=leave>{words::add_leave_yes()}</button>
                        <button type="button" class="part-button" on:click=pressed(stay)>{words::add_leave_no()}</button>
                    </div>
                </div>
            </div>
        })
    })
}

/// The button that compares a contact with the open message's signature, where that can be done.
pub(super) fn compare_button(contact: &ContactId) -> AnyView {
    let contact = contact.clone();
    let offered = dispatch().project(move |app| app.comparable(&contact).cloned());
    block(move || {
        offered.get().map(|contact| {
            let event = Event::SheetOpened(Opening::Compare(contact));
            view! { <button type="button" class="part-button" on:click=moves(event)>{words::compare_open()}</button> }
        })
    })
}
