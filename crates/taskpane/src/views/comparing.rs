//! What a card and a signature say differently, side by side; what is ticked is changed.

use super::adding::adding_of;
use super::adding_fields::{fault, from};
use super::adding_form::notice;
use crate::dispatch::{Dispatch, dispatch};
use crate::parts::{block, button, heard, holds, moves, spinner, subheading, told, trouble_line, trouble_notice};
use crate::words;
use api::ContactField;
use flows::{AddEvent, Adding, App, ComparePhase, Comparison, Difference, Event, SheetId, Trouble};
use leptos::prelude::*;

fn of<T: Default + Send + Sync + PartialEq + 'static>(
    dispatch: Dispatch,
    id: SheetId,
    part: impl Fn(&Comparison) -> T + Send + Sync + 'static,
) -> Memo<T> {
    dispatch.project(move |app: &App| adding_of(app, id).and_then(Adding::comparison).map(&part).unwrap_or_default())
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Stage {
    Reading,
    Failed(Trouble),
    Same(bool),
    Differences,
    Done(usize),
}

fn stage(comparison: &Comparison) -> Stage {
    match &comparison.phase {
        ComparePhase::Reading => Stage::Reading,
        ComparePhase::Failed(trouble) => Stage::Failed(trouble.clone()),
        ComparePhase::Done(count) => Stage::Done(*count),
        _ if comparison.differences.is_empty() => Stage::Same(comparison.unread),
        _ => Stage::Differences,
    }
}

/// The sheet's body.
pub(super) fn comparing(id: SheetId) -> impl IntoView {
    let dispatch = dispatch();
    let stage = of(dispatch, id, |comparison| Some(stage(comparison)));
    let name = of(dispatch, id, |comparison| comparison.contact.name.clone());
    block(move || {
        stage.get().map(|stage| match stage {
            Stage::Reading => spinner(words::compare_reading()).into_any(),
            Stage::Failed(trouble) => {
                trouble_notice(&trouble, Some(Event::Add(id, AddEvent::CardAgainAsked))).into_any()
            }
            Stage::Same(unread) => {
                let text = if unread { words::add_unread().to_owned() } else { words::compare_same(&name.get()) };
                view! { <p role="status">{text}</p> }.into_any()
            }
            Stage::Differences => differences(id).into_any(),
            Stage::Done(count) => view! {
                <section class="view-section">
                    {subheading(words::compare_done_title())}
                    <p role="status">{words::compare_done(count)}</p>
                    <button type="button" class="part-button part-button--primary part-button--wide"
                        on:click=moves(Event::SheetClosed)>{words::close()}</button>
                </section>
            }
            .into_any(),
        })
    })
}

fn differences(id: SheetId) -> impl IntoView {
    let dispatch = dispatch();
    let list = of(dispatch, id, |comparison| comparison.differences.clone());
    let name = dispatch.look(|app| {
        let comparison = adding_of(app, id).and_then(Adding::comparison);
        comparison.map(|comparison| comparison.contact.name.clone()).unwrap_or_default()
    });
    let phase = of(dispatch, id, |comparison| Some(comparison.phase.clone()));
    let trouble = of(dispatch, id, |comparison| comparison.trouble.clone());
    let sending = move || phase.with(|phase| *phase == Some(ComparePhase::Sending));
    let none = move || list.with(|list| list.iter().all(|difference| !difference.ticked));
    let unsure = move || phase.with(|phase| matches!(phase, Some(ComparePhase::Unsure(_))));
    let locked = move || phase.with(|phase| *phase != Some(ComparePhase::Looking));
    view! {
        <section class="view-section" aria-busy=holds(sending)>
            {subheading(words::compare_title())}
            <p class="part-hint">{words::compare_text(&name)}</p>
            <fieldset class="compare-list" prop:disabled=locked>
                <legend class="visually-hidden">{words::compare_title()}</legend>
                {block(move || list.with(|list| {
                    list.iter().enumerate().map(|(at, difference)| row(id, at, difference)).collect::<Vec<_>>()
                }))}
            </fieldset>
            <div class="add-state" role="alert">
                {block(move || match phase.get() {
                    Some(ComparePhase::Unsure(trouble)) => {
                        let retry = button(words::try_again(), Event::Add(id, AddEvent::RetryAsked)).into_any();
                        Some(notice(words::compare_unsure(), vec![trouble_line(&trouble)], retry))
                    }
                    _ => trouble.get().map(|trouble| trouble_notice(&trouble, None).into_any()),
                })}
            </div>
            {block(move || (!unsure()).then(|| view! {
                <button type="button" class="part-button part-button--primary part-button--wide"
                    aria-disabled=holds(move || none() || sending()) aria-describedby="compare-hint"
                    on:click=moves(Event::Add(id, AddEvent::ChangeAsked))>
                    {told(move || if sending() { words::compare_sending() } else { words::compare_send() })}
                </button>
            }))}
            <p id="compare-hint" class="part-hint">{told(move || if none() { words::compare_none() } else { "" })}</p>
        </section>
    }
}

fn label(difference: &Difference) -> String {
    match difference.field {
        ContactField::Title => words::add_job_title().to_owned(),
        ContactField::Website => words::add_website().to_owned(),
        _ => words::compare_phone(difference.phone_kind.trim_start_matches('_')),
    }
}

fn row(id: SheetId, at: usize, difference: &Difference) -> impl IntoView + use<> {
    let tick = ["compare-", &at.to_string()].concat();
    let facts = [&tick, "-facts"].concat();
    let wrong = difference.fault.as_ref().map(fault);
    let now =
        if difference.in_imis.is_empty() { words::compare_nothing().to_owned() } else { difference.in_imis.clone() };
    let dispatch = dispatch();
    let toggled = move |_: leptos::ev::Event| dispatch.send(Event::Add(id, AddEvent::DifferenceToggled(at)));
    view! {
        <div class="compare-row">
            <input id=tick.clone() type="checkbox" class="part-check" prop:checked=difference.ticked
                aria-describedby=facts.clone() on:change=heard(toggled) />
            <label for=tick class="compare-label">{label(difference)}</label>
            <dl id=facts class="compare-facts">
                <div><dt class="quiet">{words::compare_in_imis()}</dt><dd>{now}</dd></div>
                <div><dt class="quiet">{words::compare_in_signature()}</dt>
                    <dd class="compare-new">{difference.in_signature.clone()}</dd></div>
            </dl>
            <p class="quiet add-from">{from(&difference.from)}</p>
            {wrong.map(|wrong| view! { <p class="part-error">{wrong}</p> })}
        </div>
    }
}
