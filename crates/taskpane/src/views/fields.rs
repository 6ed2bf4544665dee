//! The fields of a form, each with what is wrong with it and how much room is left.

use super::writing::of;
use crate::dispatch::dispatch;
use crate::parts::{block, heard, told};
use crate::words;
use api::{FieldKind, FormField, RecordForm};
use flows::{App, Event, Sheet, SheetId, WriteEvent, Wrong};
use leptos::prelude::*;

/// Where the keyboard finds a field.
pub(super) fn id(name: &str) -> String {
    ["write-", name].concat()
}

/// All fields. They are drawn once a form: what is typed stays theirs. Another form is drawn into the same controls, so
/// what stands in them is a property: an attribute means nothing to a control that was touched.
pub(super) fn fields(sheet: SheetId, form: &RecordForm) -> impl IntoView + use<> {
    form.fields.iter().map(|known| field(sheet, known)).collect::<Vec<_>>()
}

/// The site's own words, or ours where it has none.
pub(super) fn label(field: &FormField) -> String {
    if !field.label.trim().is_empty() {
        return field.label.clone();
    }
    let ours = match field.name.to_ascii_uppercase().as_str() {
        "DESCRIPTION" => words::field_description(),
        "NOTE" | "NOTE_2" => words::field_note(),
        "SUBJECT" => words::field_subject(),
        "TRANSACTION_DATE" | "INTERACTIONDATE" | "DATE" => words::field_date(),
        "EFFECTIVE_DATE" => words::field_effective(),
        "THRU_DATE" => words::field_through(),
        "TICKLER_DATE" => words::field_follow_up(),
        "ACTION_CODES" => words::field_actions(),
        "AMOUNT" => words::field_amount(),
        "UNITS" | "QUANTITY" => words::field_units(),
        "SOURCE_CODE" | "SOURCECODE" => words::field_source(),
        "TEXT" | "HTML" | "BODY" => words::field_text(),
        "DETAILS" => words::field_details(),
        "PURPOSE" => words::field_purpose(),
        "CO_ID" => words::field_organisation(),
        _ => return field.name.clone(),
    };
    ours.to_owned()
}

fn value(app: &App, sheet: SheetId, name: &str) -> String {
    match app.sheets.get(sheet) {
        Some(Sheet::Write(writing)) => writing.value(name).to_owned(),
        _ => String::new(),
    }
}

fn field(sheet: SheetId, field: &FormField) -> impl IntoView + use<> {
    let dispatch = dispatch();
    let id = id(&field.name);
    let (hint_id, wrong_id) = ([&id, "-hint"].concat(), [&id, "-wrong"].concat());
    let described = [&wrong_id, " ", &hint_id].concat();
    let begins = dispatch.look(|app| value(app, sheet, &field.name));
    let name = field.name.clone();
    let wrong = of(dispatch, sheet, move |writing, _| writing.wrong_with(&name).cloned());
    let invalid = told(move || if wrong.with(Option::is_some) { "true" } else { "false" });
    let name = field.name.clone();
    let typed = move |event| {
        let text = event_target_value(&event);
        dispatch.send(Event::Write(sheet, WriteEvent::FieldTyped(name.clone(), text)));
    };
    let required = if field.required { "true" } else { "false" };
    let input = if field.kind == FieldKind::LongText {
        view! {
            <textarea id=id.clone() class="part-input part-textarea" rows="5" aria-required=required
                aria-invalid=invalid aria-describedby=described prop:value=begins on:input=heard(typed)></textarea>
        }
        .into_any()
    } else {
        view! {
            <input id=id.clone() class="part-input" type=input_type(field.kind) inputmode=input_mode(field.kind)
                autocomplete="off" aria-required=required aria-invalid=invalid aria-describedby=described
                prop:value=begins on:input=heard(typed) />
        }
        .into_any()
    };
    view! {
        <div class="part-field">
            <label for=id>
                {label(field)}
                {field.required.then(|| view! { " "<span class="quiet">{words::write_required()}</span> })}
            </label>
            {input}
            <p id=hint_id class="part-hint view-field-hint">{hint(sheet, field)}</p>
            <div id=wrong_id aria-live="polite">
                {block(move || wrong.get().map(|wrong| view! { <p class="part-error">{words_of(&wrong)}</p> }))}
            </div>
        </div>
    }
}

pub(super) const fn input_type(kind: FieldKind) -> &'static str {
    match kind {
        FieldKind::Date => "date",
        FieldKind::DateTime => "datetime-local",
        _ => "text",
    }
}

pub(super) const fn input_mode(kind: FieldKind) -> Option<&'static str> {
    match kind {
        FieldKind::Amount | FieldKind::Number => Some("decimal"),
        _ => None,
    }
}

/// How a number looks here: 1250 and a half, as the person's language writes it.
fn example(app: &App) -> String {
    let decimal = app.timelines.forms.here().map_or('.', |here| here.decimal);
    ["1250", decimal.encode_utf8(&mut [0; 4]), "50"].concat()
}

/// What helps to fill a field, or how much room is left in it.
fn hint(sheet: SheetId, field: &FormField) -> AnyView {
    let dispatch = dispatch();
    match (field.kind, field.max_chars) {
        (FieldKind::Amount | FieldKind::Number, _) => words::write_number_hint(&dispatch.look(example)).into_any(),
        (FieldKind::Contact, _) => words::write_id_hint().into_any(),
        (FieldKind::Text | FieldKind::LongText, Some(most)) => {
            let name = field.name.clone();
            let most = most as usize;
            let used = of(dispatch, sheet, move |writing, _| writing.value(&name).trim().chars().count());
            told(move || match (used.get(), used.get().checked_sub(most)) {
                (0, _) => String::new(),
                (_, Some(over @ 1..)) => words::write_over(over),
                // Nobody counts while there is room for as much again.
                (used, _) if used * 2 < most => String::new(),
                (used, _) => words::write_left(most - used),
            })
            .into_any()
        }
        _ => ().into_any(),
    }
}

pub(super) fn words_of(wrong: &Wrong) -> String {
    match wrong {
        Wrong::Missing => words::write_wrong_missing().to_owned(),
        Wrong::TooLong(most) => words::write_wrong_long(&most.to_string()),
        Wrong::NotANumber => words::write_wrong_number(&dispatch().look(example)),
        Wrong::NotADate => words::write_wrong_date().to_owned(),
        Wrong::NotAnId => words::write_wrong_id().to_owned(),
        Wrong::Imis(reason) => words::write_wrong_says(reason),
    }
}
