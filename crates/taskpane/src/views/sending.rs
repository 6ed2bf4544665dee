//! Saving after sending: the switch while a message is written, and the messages that wait to be saved.

use super::{mail, people, save_form};
use crate::dispatch::dispatch;
use crate::parts::{block, button, holds, pressed, spinner, trouble_notice};
use crate::{format, runner, words};
use flows::{App, Event, SendAbility, SendingEvent, SentNote, Targets, WishStage};
use leptos::prelude::*;

/// While a message is written: whether it is to be saved once it is sent, to whom, and as what.
pub(super) fn wish() -> AnyView {
    let dispatch = dispatch();
    let ability = dispatch.project(|app| app.sending.ability);
    let stage = dispatch.project(|app| app.sending.wished.as_ref().map(|wished| wished.stage.clone()));
    let wanted = move || stage.with(Option::is_some);
    let switch = move || {
        let event =
            if wanted() { Some(SendingEvent::Unwanted) } else { runner::new_save_id().map(SendingEvent::Wanted) };
        if let Some(event) = event {
            dispatch.send(Event::Sending(event));
        }
    };
    view! {
        <section class="view-section" aria-labelledby="sending-title">
            <h2 id="sending-title" class="view-section-title" tabindex="-1">{words::sending_title()}</h2>
            {block(move || (ability.get() == SendAbility::Nothing).then(|| view! {
                <p class="part-hint">{words::sending_unable()}</p>
            }))}
            {block(move || (ability.get() != SendAbility::Nothing).then(|| view! {
                <button type="button" role="switch" class="part-toggle" aria-checked=holds(wanted)
                    on:click=pressed(switch)>
                    {words::sending_switch()}
                </button>
            }))}
            <div role="status">{block(move || stage.get().map(|stage| told(&stage, ability.get())))}</div>
        </section>
        {block(move || wanted().then(how))}
    }
    .into_any()
}

/// How the wish stands.
fn told(stage: &WishStage, ability: SendAbility) -> AnyView {
    match stage {
        WishStage::Putting => spinner(words::sending_putting()).into_any(),
        WishStage::Failed(trouble) => view! {
            {trouble_notice(trouble, None)}
            <p class="part-hint">{words::sending_failed()}</p>
        }
        .into_any(),
        WishStage::Put if ability == SendAbility::Handler => {
            view! { <p class="part-hint">{words::sending_put()}</p> }.into_any()
        }
        WishStage::Put => view! { <p class="part-hint">{words::sending_put_alone()}</p> }.into_any(),
    }
}

/// To whom, and as what.
fn how() -> AnyView {
    let dispatch = dispatch();
    let chosen = dispatch.project(|app: &App| {
        let draft = &app.open_mail()?.draft;
        let Targets::Known(targets) = &app.targets else { return None };
        Some((targets.clone(), draft.kind, draft.activity_type.clone()))
    });
    view! {
        {people::people()}
        <section class="view-section" aria-labelledby="sending-as">
            <h2 id="sending-as" class="view-section-title" tabindex="-1">{words::save_as()}</h2>
            {block(move || chosen.get().map(|(targets, kind, of)| save_form::kinds(&targets, kind, of.as_ref())))}
        </section>
    }
    .into_any()
}

/// What was sent and is not saved yet.
pub(crate) fn waiting_list() -> AnyView {
    let dispatch = dispatch();
    let waiting = dispatch.project(|app| {
        let open = app.sending.recognised.as_ref().map(|(_, save)| save.clone());
        app.waiting().map(|note| (note.clone(), open.as_ref() == Some(&note.save))).collect::<Vec<_>>()
    });
    block(move || {
        let waiting = waiting.get();
        (!waiting.is_empty()).then(|| {
            let lines: Vec<_> = waiting.iter().map(|(note, is_open)| line(note, *is_open)).collect();
            let title = match waiting.iter().filter(|(note, _)| note.sent).count() {
                0 => words::sent_wished(waiting.len()),
                sent => words::sent_waiting(sent),
            };
            view! {
                <section class="view-section view-waiting" aria-labelledby="waiting-title">
                    <h2 id="waiting-title" class="view-section-title" tabindex="-1">{title}</h2>
                    <p class="part-hint">{words::sent_waiting_text()}</p>
                    <ul class="view-waiting-list" role="list">{lines}</ul>
                </section>
            }
        })
    })
}

fn line(note: &SentNote, is_open: bool) -> AnyView {
    let subject = mail::subject(&note.subject).to_owned();
    let more = note.count.saturating_sub(1);
    let to = note
        .to
        .first()
        .map(|first| if more == 0 { first.clone() } else { words::sent_to_more(first, &more.to_string()) });
    let forget = Event::Sending(SendingEvent::Forgotten(note.save.clone()));
    view! {
        <li class="view-waiting-line">
            <p class="view-waiting-subject">{subject.clone()}</p>
            <p class="quiet">{to} " · " {format::moment(note.at_ms)}</p>
            {(!note.sent).then(|| view! { <p class="quiet">{words::sent_unseen()}</p> })}
            {is_open.then(|| view! { <p>{words::sent_open()}</p> })}
            <div role="group" aria-label=subject>{button(words::sent_forget(), forget)}</div>
        </li>
    }
    .into_any()
}
