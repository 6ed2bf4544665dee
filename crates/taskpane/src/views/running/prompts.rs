//! What a query asks, as fields of the right kind. What is typed is kept in the state, to be there again when the
//! fields are, and checked when it is sent.

use super::rows::POSITION;
use super::{of, running_of};
use crate::dispatch::Dispatch;
use crate::parts::{heard, keep_focus, pressed, told};
use crate::words;
use api::{ColumnKind, Prompt, PromptValue};
use flows::{AnswerFault, Event, QueryEvent, SheetId};
use leptos::prelude::*;
use leptos::{ev, html};
use wasm_bindgen::JsValue;
use web_sys::{FormData, SubmitEvent};

type Faults = Memo<Vec<(String, AnswerFault)>>;

/// The form.
pub(super) fn prompts(dispatch: Dispatch, id: SheetId, changed: bool) -> AnyView {
    let known = dispatch.look(|app| {
        let running = running_of(app, id)?;
        Some((running.known()?.prompts.clone(), running.shown_answers().to_vec(), running.rows.arrived > 0))
    });
    let Some((prompts, answers, has_rows)) = known else { return ().into_any() };
    let faults: Faults = of(dispatch, id, |running| running.faults.clone());
    let fields: Vec<_> = prompts
        .iter()
        .enumerate()
        .map(|(at, prompt)| {
            let values = answers.get(at).map(|answer| answer.values.clone()).unwrap_or_default();
            field(at, prompt, &values, faults)
        })
        .collect();
    let names: Vec<(String, bool)> = prompts.iter().map(|prompt| (prompt.name.clone(), in_lines(prompt))).collect();
    let form = NodeRef::<html::Form>::new();
    let typed = {
        let names = names.clone();
        move |_: ev::Event| {
            if let Some(answers) = read(form, &names) {
                dispatch.send(Event::Query(id, QueryEvent::Typed(answers)));
            }
        }
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if let Some(answers) = read(form, &names) {
            dispatch.send(Event::Query(id, QueryEvent::RunAsked(answers)));
            let first = dispatch.look(|app| running_of(app, id)?.faults.first().map(|(name, _)| name.clone()));
            let at = first.and_then(|name| names.iter().position(|(other, _)| *other == name));
            keep_focus(at.map_or_else(|| POSITION.to_owned(), field_id));
        }
    };
    let back = move || {
        dispatch.send(Event::Query(id, QueryEvent::RowsAsked));
        keep_focus(POSITION.to_owned());
    };
    view! {
        {changed.then(|| view! { <p class="part-notice" role="status">{words::query_changed()}</p> })}
        <form class="view-section" novalidate=true node_ref=form on:input=heard(typed) on:submit=heard(submit)>
            {fields}
            <button type="submit" class="part-button part-button--primary part-button--wide">
                {words::query_run()}
            </button>
            {has_rows.then(|| view! {
                <button type="button" class="part-button part-button--wide" on:click=pressed(back)>
                    {words::query_back()}
                </button>
            })}
        </form>
    }
    .into_any()
}

pub(super) fn field_id(at: usize) -> String {
    ["prompt-", &at.to_string()].concat()
}

/// Several values without a list to tick are written a line each.
fn in_lines(prompt: &Prompt) -> bool {
    prompt.several && prompt.choices.is_empty()
}

/// What stands in the fields.
fn read(form: NodeRef<html::Form>, names: &[(String, bool)]) -> Option<Vec<PromptValue>> {
    let data = FormData::new_with_form(&form.get_untracked()?).ok()?;
    let answer = |(at, (name, lines)): (usize, &(String, bool))| {
        let texts = data.get_all(&field_id(at)).into_iter().filter_map(|value: JsValue| value.as_string());
        let values = if *lines {
            texts.flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>()).collect()
        } else {
            texts.collect()
        };
        PromptValue { name: name.clone(), values }
    };
    Some(names.iter().enumerate().map(answer).collect())
}

fn field(at: usize, prompt: &Prompt, values: &[String], faults: Faults) -> AnyView {
    let id = field_id(at);
    let hint = [&id, "-hint"].concat();
    let name = prompt.name.clone();
    let fault = move || {
        faults.with(|faults| {
            let found = faults.iter().find(|(other, _)| *other == name);
            found.map(|(_, fault)| fault_words(*fault)).unwrap_or_default()
        })
    };
    let said = told(fault);
    let invalid = told(move || if said.with(String::is_empty) { "false" } else { "true" });
    let required =
        prompt.required.then(|| view! { <span class="quiet">{[" (", words::query_required(), ")"].concat()}</span> });
    let lines = in_lines(prompt).then(|| view! { <p class="part-hint quiet">{words::query_several()}</p> });
    let ticks = prompt.several && !prompt.choices.is_empty();
    let input = if ticks { ticks_of(&id, prompt, values, &hint) } else { one(&id, prompt, values, &hint, invalid) };
    let fault = view! { <p id=hint.clone() class="part-error part-hint">{said}</p> };
    if ticks {
        let label = prompt.label.clone();
        return view! {
            <fieldset class="part-field" id=id tabindex="-1" aria-describedby=hint>
                <legend>{label}{required}</legend>
                {input}
                {fault}
            </fieldset>
        }
        .into_any();
    }
    view! {
        <div class="part-field">
            <label for=id>{prompt.label.clone()}{required}</label>
            {input}
            {lines}
            {fault}
        </div>
    }
    .into_any()
}

/// A list of values, of which several may be ticked.
fn ticks_of(id: &str, prompt: &Prompt, values: &[String], hint: &str) -> AnyView {
    let ticks: Vec<_> = prompt
        .choices
        .iter()
        .map(|choice| {
            let ticked = values.contains(&choice.value);
            view! {
                <label class="view-tick">
                    <input type="checkbox" class="part-check" name=id.to_owned() value=choice.value.clone()
                        checked=ticked aria-describedby=hint.to_owned() />
                    {choice.label.clone()}
                </label>
            }
        })
        .collect();
    view! { <div class="view-ticks">{ticks}</div> }.into_any()
}

fn one(id: &str, prompt: &Prompt, values: &[String], hint: &str, invalid: Signal<String>) -> AnyView {
    let (id, hint) = (id.to_owned(), hint.to_owned());
    let value = values.first().cloned().unwrap_or_default();
    if in_lines(prompt) {
        let text = values.join("\n");
        return view! {
            <textarea id=id.clone() name=id class="part-input" rows="3" aria-describedby=hint aria-invalid=invalid>{text}</textarea>
        }
        .into_any();
    }
    let options = options(prompt, &value);
    if !options.is_empty() {
        return view! {
            <select id=id.clone() name=id class="part-select" aria-describedby=hint aria-invalid=invalid>{options}</select>
        }
        .into_any();
    }
    let (kind, mode) = match prompt.kind {
        ColumnKind::Date => ("date", "none"),
        ColumnKind::DateTime => ("datetime-local", "none"),
        ColumnKind::Number | ColumnKind::Money => ("text", "decimal"),
        ColumnKind::Email => ("text", "email"),
        ColumnKind::Link => ("text", "url"),
        ColumnKind::Text | ColumnKind::Flag => ("text", "text"),
    };
    let value = match prompt.kind {
        ColumnKind::Date => value.get(..10).unwrap_or(&value).to_owned(),
        _ => value,
    };
    view! {
        <input id=id.clone() name=id class="part-input" type=kind inputmode=mode value=value autocomplete="off"
            aria-required=prompt.required.to_string() aria-describedby=hint aria-invalid=invalid />
    }
    .into_any()
}

/// The values to choose one of; none where any may be typed.
fn options(prompt: &Prompt, value: &str) -> Vec<AnyView> {
    let mut choices: Vec<(String, String)> = match prompt.kind {
        _ if !prompt.choices.is_empty() => {
            prompt.choices.iter().map(|choice| (choice.value.clone(), choice.label.clone())).collect()
        }
        ColumnKind::Flag => [("true", words::query_yes()), ("false", words::query_no())]
            .map(|(value, label)| (value.to_owned(), label.to_owned()))
            .into(),
        _ => return vec![],
    };
    choices.insert(0, (String::new(), words::query_any().to_owned()));
    let option = |(one, label): (String, String)| {
        let selected = one == value;
        view! { <option value=one selected=selected>{label}</option> }.into_any()
    };
    choices.into_iter().map(option).collect()
}

fn fault_words(fault: AnswerFault) -> String {
    match fault {
        AnswerFault::Missing => words::query_missing().to_owned(),
        AnswerFault::NotANumber => words::query_not_a_number().to_owned(),
        AnswerFault::NotADate => words::query_not_a_date().to_owned(),
        AnswerFault::TooLong(most) => words::query_too_long(&most.to_string()),
        AnswerFault::TooMany(most) => words::query_too_many(&most.to_string()),
    }
}
