//! The fields of a contact's form. What is typed stays theirs: they are drawn anew only when there are others.

use super::adding::{adding_of, of};
use crate::dispatch::dispatch;
use crate::parts::{block, heard, icon, keep_focus, pressed, told};
use crate::words;
use flows::signature::Whence;
use flows::{AddEvent, Adding, App, Blank, Event, Fault, SheetId};
use leptos::prelude::*;

/// Where the keyboard finds a field.
pub(super) fn id(blank: Blank) -> String {
    let name = match blank {
        Blank::Prefix => "prefix",
        Blank::First => "first",
        Blank::Middle => "middle",
        Blank::Last => "last",
        Blank::Suffix => "suffix",
        Blank::Name => "name",
        Blank::Title => "title",
        Blank::Email => "email",
        Blank::PhoneKind(at) => return ["add-phone-kind-", &at.to_string()].concat(),
        Blank::PhoneNumber(at) => return ["add-phone-", &at.to_string()].concat(),
        Blank::Street => "street",
        Blank::City => "city",
        Blank::Region => "region",
        Blank::PostalCode => "postal-code",
        Blank::Country => "country",
        Blank::Website => "website",
    };
    ["add-", name].concat()
}

/// The field at which the faults of its kind are told.
const fn tells(blank: Blank) -> bool {
    !matches!(
        blank,
        Blank::Middle
            | Blank::Suffix
            | Blank::City
            | Blank::Region
            | Blank::PostalCode
            | Blank::Country
            | Blank::PhoneKind(_)
            | Blank::PhoneNumber(1..)
    )
}

fn text(app: &App, sheet: SheetId, blank: Blank) -> String {
    let adds = adding_of(app, sheet).and_then(Adding::adds);
    adds.map(|adds| adds.form.text(blank).to_owned()).unwrap_or_default()
}

/// What is wrong, in words.
pub(super) fn fault(fault: &Fault) -> String {
    match fault {
        Fault::Missing => words::add_missing().to_owned(),
        Fault::NoAddress => words::add_no_address().to_owned(),
        Fault::NoNumber => words::add_no_number().to_owned(),
        Fault::Imis(message) => words::add_imis_says(message),
        Fault::Changed => words::compare_changed().to_owned(),
    }
}

/// Where something was found, in words.
pub(super) fn from(whence: &Whence) -> String {
    match whence {
        Whence::Line(line) => words::add_from_signature(line),
        Whence::Sender => words::add_from_sender().to_owned(),
        Whence::Address => words::add_from_address().to_owned(),
    }
}

/// A field with its label, where it was found, and what is wrong with it.
pub(super) fn field(sheet: SheetId, blank: Blank, label: &'static str) -> AnyView {
    let dispatch = dispatch();
    let field_id = id(blank);
    let (from_id, fault_id) = ([&field_id, "-from"].concat(), [&field_id, "-fault"].concat());
    let begins = dispatch.look(|app| text(app, sheet, blank));
    let wrong = of(dispatch, sheet, move |adds| adds.form.fault(blank.field()).filter(|_| tells(blank)).map(fault));
    let found = of(dispatch, sheet, move |adds| adds.form.from(blank).map(from));
    let invalid = told(move || if wrong.with(Option::is_some) { "true" } else { "false" });
    let class = told(move || if found.with(Option::is_some) { "part-input add-found" } else { "part-input" });
    let typed = move |event| dispatch.send(Event::Add(sheet, AddEvent::Typed(blank, event_target_value(&event))));
    let described = [&fault_id, " ", &from_id].concat();
    let required = if matches!(blank, Blank::First | Blank::Last | Blank::Name) { "true" } else { "false" };
    let input = if blank == Blank::Street {
        view! {
            <textarea id=field_id.clone() class=class rows="2" autocomplete="off" aria-invalid=invalid
                aria-describedby=described prop:value=begins on:input=heard(typed)></textarea>
        }
        .into_any()
    } else {
        view! {
            <input id=field_id.clone() class=class type=kind(blank) autocomplete="off" aria-required=required
                aria-invalid=invalid aria-describedby=described prop:value=begins on:input=heard(typed) />
        }
        .into_any()
    };
    view! {
        <div class="part-field">
            <label for=field_id>{label}</label>
            {input}
            <p id=from_id class="quiet add-from">{told(move || found.get().unwrap_or_default())}</p>
            <p id=fault_id class="part-error">{told(move || wrong.get().unwrap_or_default())}</p>
        </div>
    }
    .into_any()
}

const fn kind(blank: Blank) -> &'static str {
    match blank {
        Blank::Email => "email",
        Blank::PhoneNumber(_) => "tel",
        // Not `url`: people write web addresses without their scheme.
        _ => "text",
    }
}

/// The phones, as many as there are.
pub(super) fn phones(sheet: SheetId) -> AnyView {
    let dispatch = dispatch();
    let count = of(dispatch, sheet, |adds| adds.form.phones);
    let add = move || {
        let next = count.get_untracked();
        dispatch.send(Event::Add(sheet, AddEvent::PhoneAdded));
        keep_focus(id(Blank::PhoneNumber(next)));
    };
    view! {
        <fieldset class="add-phones">
            <legend>{words::add_phones()}</legend>
            {block(move || (0..count.get()).map(|at| phone(sheet, at)).collect::<Vec<_>>())}
            <button type="button" id="add-phone-more" class="part-button part-button--subtle" on:click=pressed(add)>
                {words::add_phone_more()}
            </button>
        </fieldset>
    }
    .into_any()
}

fn phone(sheet: SheetId, at: usize) -> impl IntoView {
    let dispatch = dispatch();
    let chosen = dispatch.look(|app| text(app, sheet, Blank::PhoneKind(at)));
    let kinds = dispatch.look(|app| app.may_change.options().phone_kinds);
    let options: Vec<_> = kinds
        .into_iter()
        .map(|kind| {
            let selected = kind == chosen;
            let label = kind.trim_start_matches('_').to_owned();
            view! { <option value=kind prop:selected=selected>{label}</option> }
        })
        .collect();
    let choose = move |event| {
        dispatch.send(Event::Add(sheet, AddEvent::Typed(Blank::PhoneKind(at), event_target_value(&event))));
    };
    let remove = move || {
        dispatch.send(Event::Add(sheet, AddEvent::PhoneRemoved(at)));
        keep_focus("add-phone-more".to_owned());
    };
    let number = (at + 1).to_string();
    let kind_id = id(Blank::PhoneKind(at));
    view! {
        <div class="add-phone">
            <div class="part-field">
                <label for=kind_id.clone() class="visually-hidden">{words::add_phone_kind(&number)}</label>
                <select id=kind_id class="part-select" on:change=heard(choose)>{options}</select>
            </div>
            {field(sheet, Blank::PhoneNumber(at), words::add_phone())}
            <button type="button" class="part-button part-button--subtle part-button--icon"
                aria-label=words::add_phone_remove(&number) on:click=pressed(remove)>
                {icon("icon icon--dismiss")}
            </button>
        </div>
    }
}
