//! The form of a contact to be added: what was found is marked with where, what is wrong stands at its field.

use super::adding::{adding_of, of};
use super::{adding_fields, adding_organisation, likely};
use crate::dispatch::dispatch;
use crate::parts::{block, button, heard, holds, icon, keep_at_fault, subheading, toggle, told, trouble_line};
use crate::{runner, words};
use api::{ContactField, ContactKind};
use flows::{AddEvent, AddPhase, Adding, App, Blank, Event, SheetId};
use leptos::prelude::*;
use web_sys::SubmitEvent;

/// The form.
pub(super) fn form(id: SheetId) -> impl IntoView {
    let dispatch = dispatch();
    let phase = of(dispatch, id, |adds| Some(adds.phase.clone()));
    let kind = of(dispatch, id, |adds| Some(adds.form.kind));
    let hints = of(dispatch, id, |adds| (adds.unread, adds.unlooked.clone(), adds.turn()));
    let several = of(dispatch, id, |adds| adds.queue.len() > 1);
    let sending = move || phase.with(|phase| *phase == Some(AddPhase::Sending));
    let filling = move || phase.with(|phase| *phase == Some(AddPhase::Filling));
    let unsure = move || phase.with(|phase| matches!(phase, Some(AddPhase::Unsure(_))));
    let to_fault = keep_at_fault(dispatch, move |app| first_fault(app, id), filling, sending);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if let Some(add) = runner::new_add_id() {
            dispatch.send_and_move(Event::Add(id, AddEvent::SendAsked(add)));
            to_fault();
        }
    };
    view! {
        <form class="view-section add-form" novalidate on:submit=heard(submit) aria-busy=holds(sending)>
            {subheading(words::add_form())}
            {block(move || hints.with(|(unread, ..)| unread.then(|| view! {
                <p class="part-hint">{words::add_unread()}</p>
            })))}
            {block(move || hints.with(|(_, unlooked, _)| unlooked.as_ref().map(|trouble| view! {
                <p class="part-error">{words::add_unlooked()}" "{trouble_line(trouble)}</p>
            })))}
            <fieldset class="add-fields" prop:disabled=move || !filling()>
                {block(move || kind.get().map(|kind| kinds(id, kind)))}
                {block(move || kind.get().map(|kind| fields(id, kind)))}
            </fieldset>
            {state(id)}
            {block(move || (!unsure()).then(|| view! {
                <button type="submit" class="part-button part-button--primary part-button--wide"
                    aria-disabled=holds(sending)>
                    {told(move || if sending() { words::add_sending() } else { words::add_send() })}
                </button>
            }))}
            {block(move || several.get().then(|| view! { <div class="part-actions">{likely::skip(id)}</div> }))}
        </form>
    }
}

fn kinds(id: SheetId, chosen: ContactKind) -> impl IntoView {
    let offer = |kind: ContactKind, label: &'static str| {
        toggle(label, move || chosen == kind, Event::Add(id, AddEvent::KindChosen(kind)))
    };
    view! {
        <div class="part-segments" role="group" aria-label=words::add_kind()>
            {offer(ContactKind::Person, words::add_person())}
            {offer(ContactKind::Organisation, words::organisation())}
        </div>
    }
}

fn fields(id: SheetId, kind: ContactKind) -> AnyView {
    let field = |blank, label| adding_fields::field(id, blank, label);
    let who = match kind {
        ContactKind::Person => view! {
            <div class="add-row">
                {field(Blank::Prefix, words::add_prefix())}
                {field(Blank::First, words::add_first())}
            </div>
            <div class="add-row add-row--even">
                {field(Blank::Middle, words::add_middle())}
                {field(Blank::Last, words::add_last())}
            </div>
            {field(Blank::Title, words::add_job_title())}
            {adding_organisation::organisation(id)}
        }
        .into_any(),
        ContactKind::Organisation => field(Blank::Name, words::add_name()).into_any(),
    };
    view! {
        {who}
        {field(Blank::Email, words::add_email())}
        {adding_fields::phones(id)}
        {field(Blank::Website, words::add_website())}
        <fieldset class="add-address">
            <legend>{words::add_address()}</legend>
            {field(Blank::Street, words::add_street())}
            <div class="add-row">
                {field(Blank::PostalCode, words::add_postal_code())}
                {field(Blank::City, words::add_city())}
            </div>
            <div class="add-row add-row--even">
                {field(Blank::Region, words::add_region())}
                {field(Blank::Country, words::add_country())}
            </div>
        </fieldset>
    }
    .into_any()
}

/// Where the keyboard goes when something has to be put right.
fn first_fault(app: &App, id: SheetId) -> Option<String> {
    let form = &adding_of(app, id).and_then(Adding::adds)?.form;
    let blank = match form.faults.first()?.0 {
        ContactField::Prefix => Blank::Prefix,
        ContactField::FirstName => Blank::First,
        ContactField::LastName => Blank::Last,
        ContactField::OrganisationName => Blank::Name,
        ContactField::Title => Blank::Title,
        ContactField::Email => Blank::Email,
        ContactField::Phone => Blank::PhoneNumber(0),
        ContactField::Address => Blank::Street,
        ContactField::Website => Blank::Website,
        ContactField::Organisation => return Some(adding_organisation::FIND.to_owned()),
    };
    Some(adding_fields::id(blank))
}

/// What kept it from being added.
fn state(id: SheetId) -> impl IntoView {
    let dispatch = dispatch();
    let phase = of(dispatch, id, |adds| Some(adds.phase.clone()));
    let told = of(dispatch, id, |adds| (adds.trouble.clone(), !adds.form.faults.is_empty()));
    view! {
        <div class="add-state" role="alert">
            {block(move || match phase.get() {
                Some(AddPhase::Unsure(trouble)) => {
                    let retry = button(words::try_again(), Event::Add(id, AddEvent::RetryAsked));
                    let lines = vec![trouble_line(&trouble), words::add_unsure_advice().to_owned()];
                    Some(notice(words::add_unsure(), lines, retry.into_any()))
                }
                _ => told.with(|told| match told {
                    (Some(trouble), wrong) => {
                        let advice = wrong.then(|| words::add_wrong_advice().to_owned());
                        let lines = [trouble_line(trouble)].into_iter().chain(words_of(trouble)).chain(advice).collect();
                        Some(notice(words::add_refused(), lines, ().into_any()))
                    }
                    (None, true) => {
                        Some(view! { <p class="part-error">{words::add_wrong()}</p> }.into_any())
                    }
                    (None, false) => None,
                }),
            })}
        </div>
    }
}

/// What iMIS says of no field of ours.
fn words_of(trouble: &flows::Trouble) -> Vec<String> {
    match trouble {
        flows::Trouble::Server(problem) => {
            let homeless = problem.fields.iter().filter(|told| told.field.is_empty());
            homeless.map(|told| words::add_imis_says(&told.message)).collect()
        }
        _ => vec![],
    }
}

/// A bar that says what happened, and what can be done.
pub(super) fn notice(title: &'static str, lines: Vec<String>, act: AnyView) -> AnyView {
    let lines: Vec<_> = lines.into_iter().map(|line| view! { <p>{line}</p> }).collect();
    view! {
        <div class="part-notice">
            {icon("icon icon--warning")}
            <div class="part-notice-body">
                <p class="part-notice-title">{title}</p>
                {lines}
                {act}
            </div>
        </div>
    }
    .into_any()
}
