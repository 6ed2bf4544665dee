//! What stands between the form and its button: what was refused, what nobody knows, for whom it was written; and
//! the question before one leaves.

use super::writing::{is_change, of};
use crate::dispatch::dispatch;
use crate::parts::{block, button, icon, keep_focus, moves, pressed, subheading, trouble_line};
use crate::words;
use api::{Contact, ProblemCode};
use flows::{Event, RecordState, SheetId, Trouble, WriteEvent, WritePhase};
use leptos::prelude::*;

/// How the writing stands.
pub(super) fn state(id: SheetId) -> impl IntoView {
    let dispatch = dispatch();
    let phase = of(dispatch, id, |writing, _| Some(writing.phase.clone()));
    let trouble = of(dispatch, id, |writing, _| writing.trouble.clone());
    let wrong = of(dispatch, id, |writing, _| !writing.wrong.is_empty());
    let results = of(dispatch, id, |writing, _| writing.results.clone());
    view! {
        <div class="view-writing-state" role="alert">
            {block(move || match (phase.get()?, trouble.get()) {
                (WritePhase::Unsure(trouble), _) => Some(unsure(id, &trouble).into_any()),
                (WritePhase::Partly, _) => Some(partly(id, &results.get()).into_any()),
                (WritePhase::Filling, Some(trouble)) => Some(refused(id, &trouble).into_any()),
                (WritePhase::Filling, None) if wrong.get() => {
                    Some(titled(line(words::write_wrong()), vec![words::write_wrong_advice().to_owned()], ()))
                }
                _ => None,
            })}
        </div>
    }
}

/// A title that takes the keyboard where the person has brought it about; what has wrong fields leaves it to them.
fn notice(title: &'static str, lines: Vec<String>, act: impl IntoView + 'static) -> AnyView {
    titled(subheading(title), lines, act)
}

fn titled(title: impl IntoView + 'static, lines: Vec<String>, act: impl IntoView + 'static) -> AnyView {
    let lines: Vec<_> = lines.into_iter().map(|line| view! { <p>{line}</p> }).collect();
    view! {
        <div class="part-notice">
            {icon("icon icon--warning")}
            <div class="part-notice-body">{title.into_any()} {lines} {act.into_any()}</div>
        </div>
    }
    .into_any()
}

/// What iMIS said that stands at no field of the form, or where to look.
fn refused(id: SheetId, trouble: &Trouble) -> AnyView {
    if trouble.is_code(ProblemCode::Conflict) {
        let show = moves(Event::Write(id, WriteEvent::CurrentAsked));
        let act =
            view! { <button type="button" class="part-button" on:click=show>{words::write_conflict_show()}</button> };
        return notice(words::write_conflict(), vec![words::write_conflict_advice().to_owned()], act);
    }
    let placed = dispatch().look(|app| match app.sheets.get(id) {
        Some(flows::Sheet::Write(writing)) => writing
            .form(&app.timelines.forms)
            .map(|form| form.fields.iter().map(|field| field.name.clone()).collect::<Vec<_>>())
            .unwrap_or_default(),
        _ => vec![],
    });
    let said = match trouble {
        Trouble::Server(problem) => problem.fields.as_slice(),
        _ => &[],
    };
    if said.is_empty() {
        return notice(words::write_wrong_imis(), vec![trouble_line(trouble)], ());
    }
    let homeless = said.iter().filter(|told| !placed.contains(&told.field));
    let mut lines: Vec<String> = homeless.map(|told| words::write_wrong_says(&told.message)).collect();
    if lines.len() < said.len() {
        lines.push(words::write_wrong_advice().to_owned());
    }
    titled(line(words::write_wrong_imis()), lines, ())
}

fn line(title: &'static str) -> impl IntoView {
    view! { <p class="part-notice-title">{title}</p> }
}

fn unsure(id: SheetId, trouble: &Trouble) -> AnyView {
    let retry = button(words::try_again(), Event::Write(id, WriteEvent::RetryAsked));
    notice(words::write_unsure(), vec![trouble_line(trouble), words::write_unsure_advice().to_owned()], retry)
}

/// For whom it was written, and for whom not.
fn partly(id: SheetId, results: &[(Contact, RecordState)]) -> AnyView {
    let fixable = dispatch().look(|app| match app.sheets.get(id) {
        Some(flows::Sheet::Write(writing)) => writing.rest_can_be_put_right(),
        _ => false,
    });
    let rows: Vec<_> = results.iter().map(|(contact, state)| outcome(contact, state)).collect();
    let act = view! {
        <ul class="view-outcomes">{rows}</ul>
        <div class="part-actions">
            {button(words::try_again(), Event::Write(id, WriteEvent::RetryAsked))}
            {fixable.then(|| button(words::write_put_right(), Event::Write(id, WriteEvent::PutRightAsked)))}
        </div>
    };
    notice(words::write_partly(), vec![words::write_partly_advice().to_owned()], act)
}

fn outcome(contact: &Contact, state: &RecordState) -> impl IntoView + use<> {
    let (word, why) = match state {
        RecordState::Saved(_) => (words::write_done_for(), None),
        RecordState::Waiting => (words::write_not_for(), None),
        RecordState::Failed(trouble) => (words::write_not_for(), Some(trouble_line(trouble))),
    };
    view! {
        <li>
            {[&contact.name, ": ", word].concat()}
            {why.map(|why| view! { <span class="quiet">" "{why}</span> })}
        </li>
    }
}

/// The question before what was typed is lost.
pub(super) fn leaving(id: SheetId) -> impl IntoView {
    let dispatch = dispatch();
    let asked = of(dispatch, id, |writing, _| writing.leaving.map(|_| writing.phase.clone()));
    let stay = move || {
        dispatch.send(Event::Write(id, WriteEvent::LeaveCancelled));
        let change = dispatch.look(|app| is_change(app, id));
        if !change {
            keep_focus("write-type".to_owned());
        }
    };
    block(move || {
        let why = match asked.get()? {
            WritePhase::Filling => words::write_leave_filling(),
            WritePhase::Sending => words::write_leave_sending(),
            WritePhase::Unsure(_) => words::write_leave_unsure(),
            WritePhase::Partly => words::write_leave_partly(),
        };
        let leave = moves(Event::Write(id, WriteEvent::LeaveConfirmed));
        Some(view! {
            <div class="part-notice">
                {icon("icon icon--warning")}
                <div class="part-notice-body">
                    {subheading(words::write_leave())}
                    <p>{why}</p>
                    <div class="part-actions">
                        <button type="button" class="part-button" on:click=leave>{words::write_leave_yes()}</button>
                        <button type="button" class="part-button" on:click=pressed(stay)>{words::write_leave_no()}</button>
                    </div>
                </div>
            </div>
        })
    })
}
