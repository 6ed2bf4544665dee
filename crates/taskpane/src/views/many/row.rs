//! One message of the plan: a line to tick, with details on demand.

use super::line::{self, Details, Shared, Who};
use super::{of_plan, plan};
use crate::dispatch::Dispatch;
use crate::parts::{at_escape, block, heard, icon, pressed, told};
use crate::words;
use api::ContactId;
use flows::{Event, ManyEvent, SaveKind, Targets};
use leptos::prelude::*;

/// The row at this place of the plan.
pub(super) fn row(dispatch: Dispatch, place: usize, open: RwSignal<Option<usize>>) -> impl IntoView {
    let shown = of_plan(dispatch, move |app, plan| line::line(&app.targets, plan, place).unwrap_or_default());
    let number = place.to_string();
    let (id, about, more) =
        (["many-", &number].concat(), ["many-about-", &number].concat(), ["many-more-", &number].concat());
    let item_id = shown.with_untracked(|line| line.item_id.clone());
    let ticked = item_id.clone();
    let tick = move |event| {
        dispatch.send(Event::Many(ManyEvent::Ticked(ticked.clone(), event_target_checked(&event))));
    };
    let may = Memo::new(move |_| shown.with(|line| line.may));
    let has_details = Memo::new(move |_| shown.with(|line| line.has_details));
    let is_open = move || open.get() == Some(place);
    let close = move || open.try_update(|open| open.take_if(|at| *at == place)).flatten().is_some();
    let toggle = move || open.update(|open| *open = if *open == Some(place) { None } else { Some(place) });
    let (for_label, for_more) = (id.clone(), more.clone());
    view! {
        <li class="many-row" on:keydown=at_escape(close)>
            <input type="checkbox" class="part-check" id=id aria-describedby=about.clone()
                prop:checked=move || shown.with(|line| line.ticked)
                prop:disabled=move || !may.get() on:change=heard(tick) />
            <div class="many-row-text">
                <label for=for_label class="many-subject">{told(move || shown.with(|line| line.subject.clone()))}</label>
                <p id=about class="quiet">{told(move || shown.with(about_of))}</p>
            </div>
            {block(move || {
                let more = for_more.clone();
                has_details.get().then(|| {
                    let label = shown.with_untracked(|line| words::many_details(&line.subject));
                    view! {
                        <button type="button" class="part-button part-button--subtle part-button--icon many-row-more"
                            aria-label=label aria-expanded=told(move || is_open().to_string()) aria-controls=more
                            on:click=pressed(toggle)>
                            {icon("icon icon--chevron")}
                        </button>
                    }
                })
            })}
            <div id=more class="many-details">{block(move || is_open().then(|| details(dispatch, place)))}</div>
        </li>
    }
}

/// "Ada Lovelace · To 2 contacts".
fn about_of(line: &line::Line) -> String {
    let sender = Some(line.sender.clone()).filter(|sender| !sender.is_empty());
    sender.into_iter().chain(line.about.iter().cloned()).collect::<Vec<_>>().join(" · ")
}

fn details(dispatch: Dispatch, place: usize) -> impl IntoView {
    let known = of_plan(dispatch, move |app, plan| line::details(&app.targets, plan, place).unwrap_or_default());
    block(move || {
        known.with(|details| {
            let item_id = details.item_id.clone();
            let who: Vec<_> = details.who.iter().map(|who| contact(dispatch, &item_id, who)).collect();
            let shared = details.shared.iter().enumerate();
            let shared: Vec<_> = shared.map(|(number, shared)| whom(dispatch, place, number, shared)).collect();
            let staying: Vec<_> =
                details.staying.iter().map(|said| view! { <li class="part-hint">{said.clone()}</li> }).collect();
            view! {
                {shared}
                {(!who.is_empty()).then(|| view! { <ul class="many-who">{who}</ul> })}
                {(!staying.is_empty()).then(|| view! { <ul>{staying}</ul> })}
                {kind(dispatch, place, details)}
            }
        })
    })
}

fn contact(dispatch: Dispatch, item_id: &str, who: &Who) -> impl IntoView + use<> {
    let (item_id, address, left_out) = (item_id.to_owned(), who.address.clone(), who.left_out);
    let act = move || {
        let event = ManyEvent::ContactLeftOut(item_id.clone(), address.clone(), !left_out);
        dispatch.send(Event::Many(event));
    };
    let (label, picture) = if left_out {
        (words::people_restore_named(&who.name), "icon icon--add")
    } else {
        (words::people_remove(&who.name), "icon icon--dismiss")
    };
    let class = if left_out { "many-contact many-contact--out" } else { "many-contact" };
    view! {
        <li class=class>
            <span>{who.name.clone()}</span>
            <button type="button" class="part-button part-button--subtle part-button--icon" aria-label=label.clone()
                title=label on:click=pressed(act)>
                {icon(picture)}
            </button>
        </li>
    }
}

/// Whom a shared address means; settled for all the messages of the plan.
fn whom(dispatch: Dispatch, place: usize, number: usize, shared: &Shared) -> impl IntoView + use<> {
    let id = ["many-whom-", &place.to_string(), "-", &number.to_string()].concat();
    let address = shared.address.clone();
    let choose = move |event| {
        let contact = ContactId(event_target_value(&event));
        dispatch.send(Event::Many(ManyEvent::ContactChosen(address.clone(), contact)));
    };
    let chosen = shared.chosen.clone();
    let options = shared.contacts.iter().map(|(contact, name)| {
        let selected = chosen.as_ref() == Some(contact);
        let said = [name, " · ", &words::contact_id(contact)].concat();
        view! { <option value=contact.clone() prop:selected=selected>{said}</option> }
    });
    let options: Vec<_> = options.collect();
    let none = chosen.is_none().then(|| {
        view! { <option value="" disabled=true prop:selected=true>{words::many_whom_choose()}</option> }
    });
    view! {
        <div class="part-field">
            <label for=id.clone()>{words::many_whom(shared.address.as_str())}</label>
            <select id=id class="part-select" on:change=heard(choose)>{none}{options}</select>
        </div>
    }
}

/// As what this one is saved.
fn kind(dispatch: Dispatch, place: usize, details: &Details) -> Option<impl IntoView + use<>> {
    let targets = dispatch.look(|app| match &app.targets {
        Targets::Known(targets) => Some(targets.clone()),
        _ => None,
    })?;
    let id = ["many-as-", &place.to_string()].concat();
    let item_id = details.item_id.clone();
    let choose = move |event| {
        let kind = match event_target_value(&event).as_str() {
            "interaction" => Some(SaveKind::Interaction),
            "activity" => Some(SaveKind::Activity),
            "table" => Some(SaveKind::Table),
            _ => None,
        };
        dispatch.send(Event::Many(ManyEvent::KindChosen(Some(item_id.clone()), kind)));
    };
    let offers = [
        (true, "", words::many_as_all(), None),
        (targets.interaction.is_some(), "interaction", words::save_interaction(), Some(SaveKind::Interaction)),
        (!targets.activity_types.is_empty(), "activity", words::save_activity(), Some(SaveKind::Activity)),
        (!targets.tables.is_empty(), "table", words::save_table(), Some(SaveKind::Table)),
    ];
    let own = details.own_kind;
    let options = offers.into_iter().filter(|(is_offered, ..)| *is_offered).map(|(_, value, label, kind)| {
        view! { <option value=value prop:selected=own == kind>{label}</option> }
    });
    let options: Vec<_> = options.collect();
    let of = Some((place, details.item_id.clone()));
    let types =
        (own == Some(SaveKind::Activity)).then(|| plan::types(dispatch, &targets, details.activity_type.as_ref(), of));
    Some(view! {
        <div class="part-field">
            <label for=id.clone()>{words::many_as()}</label>
            <select id=id class="part-select" on:change=heard(choose)>{options}</select>
        </div>
        {types}
    })
}
