//! Writing or changing a record: for whom, of which type, and its fields.

use super::{entries, fields, for_whom, writing_state};
use crate::dispatch::{Dispatch, dispatch};
use crate::parts::{block, heard, holds, keep_at_fault, spinner, told, trouble_notice};
use crate::{format, runner, words};
use api::{RecordForm, RecordKind};
use flows::{App, Event, Family, Forms, Sheet, SheetId, TimelineEvent, WriteEvent, WritePhase, Writing};
use leptos::prelude::*;
use web_sys::SubmitEvent;

/// A part of the writing.
pub(super) fn of<T: Default + Send + Sync + PartialEq + 'static>(
    dispatch: Dispatch,
    id: SheetId,
    part: impl Fn(&Writing, &Forms) -> T + Send + Sync + 'static,
) -> Memo<T> {
    dispatch.project(move |app: &App| match app.sheets.get(id) {
        Some(Sheet::Write(writing)) => part(writing, &app.timelines.forms),
        _ => T::default(),
    })
}

/// What stands in place of the form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Stage {
    #[default]
    Asking,
    NotAsked(flows::Trouble),
    Nothing,
    NoForm,
    Form,
}

fn stage(writing: &Writing, forms: &Forms) -> Stage {
    match forms {
        Forms::Unknown | Forms::Loading => Stage::Asking,
        Forms::Failed(trouble) => Stage::NotAsked(trouble.clone()),
        Forms::Known(known, _) if known.forms.is_empty() => Stage::Nothing,
        Forms::Known(..) if writing.form(forms).is_none() => Stage::NoForm,
        Forms::Known(..) => Stage::Form,
    }
}

/// The sheet.
pub(super) fn writing(id: SheetId) -> impl IntoView {
    let stage = of(dispatch(), id, stage);
    view! {
        {writing_state::leaving(id)}
        {block(move || match stage.get() {
            Stage::Asking => spinner(words::write_loading()).into_any(),
            Stage::NotAsked(trouble) => {
                trouble_notice(&trouble, Some(Event::Timeline(TimelineEvent::FormsAgainAsked))).into_any()
            }
            Stage::Nothing => view! { <p>{words::write_nothing()}</p> }.into_any(),
            Stage::NoForm => view! { <p>{words::write_no_form()}</p> }.into_any(),
            Stage::Form => form(id).into_any(),
        })}
    }
}

fn form(id: SheetId) -> impl IntoView {
    let dispatch = dispatch();
    let changing = dispatch.look(|app| is_change(app, id));
    let phase = of(dispatch, id, |writing, _| Some(writing.phase.clone()));
    let filling = move || phase.with(|phase| *phase == Some(WritePhase::Filling));
    let sending = move || phase.with(|phase| *phase == Some(WritePhase::Sending));
    let to_fault = keep_at_fault(dispatch, move |app| first_wrong(app, id), filling, sending);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if let Some(save) = runner::new_save_id() {
            dispatch.send_and_move(Event::Write(id, WriteEvent::SendAsked(save, format::here_and_now())));
            to_fault();
        }
    };
    let shown = of(dispatch, id, |writing, forms| writing.form(forms).cloned());
    let settled = move || phase.with(|phase| matches!(phase, Some(WritePhase::Unsure(_) | WritePhase::Partly)));
    view! {
        <form class="view-section view-writing" novalidate on:submit=heard(submit)
            aria-busy=holds(sending)>
            <fieldset class="view-writing-fields" prop:disabled=move || !filling()>
                {(!changing).then(|| for_whom::for_whom(id))}
                {(!changing).then(|| types(id))}
                {block(move || shown.get().map(|form| view! { {actions(id, &form)} {fields::fields(id, &form)} }))}
            </fieldset>
            {writing_state::state(id)}
            {block(move || (!settled()).then(|| send(id, changing)))}
        </form>
    }
}

pub(super) fn is_change(app: &App, id: SheetId) -> bool {
    matches!(app.sheets.get(id), Some(Sheet::Write(writing)) if writing.changing.is_some())
}

/// Where the keyboard goes when something has to be put right.
fn first_wrong(app: &App, id: SheetId) -> Option<String> {
    let Some(Sheet::Write(writing)) = app.sheets.get(id) else { return None };
    let form = writing.form(&app.timelines.forms)?;
    let wrong = form.fields.iter().find(|field| writing.wrong_with(&field.name).is_some());
    if wrong.is_none() && writing.contacts.is_empty() && writing.changing.is_none() {
        return Some(for_whom::FIND.to_owned());
    }
    wrong.map(|field| fields::id(&field.name))
}

fn send(id: SheetId, changing: bool) -> impl IntoView {
    let busy = of(dispatch(), id, |writing, _| writing.phase == WritePhase::Sending);
    let still = if changing { words::write_change() } else { words::write_save() };
    view! {
        <button type="submit" class="part-button part-button--primary part-button--wide"
            aria-disabled=holds(move || busy.get())>
            {told(move || if busy.get() { words::write_saving() } else { still })}
        </button>
    }
}

/// A type's place in the list, which names it there.
fn types(id: SheetId) -> impl IntoView {
    let dispatch = dispatch();
    let (forms, chosen) = dispatch.look(|app| {
        let chosen = match app.sheets.get(id) {
            Some(Sheet::Write(writing)) => writing.chosen.clone(),
            _ => None,
        };
        (app.timelines.forms.all().to_vec(), chosen)
    });
    let groups: Vec<_> = Family::ALL.into_iter().filter_map(|family| group(family, &forms, chosen.as_ref())).collect();
    let choose = move |event| {
        let place: Option<usize> = event_target_value(&event).parse().ok();
        if let Some(form) = place.and_then(|place| forms.get(place)) {
            let chosen = WriteEvent::FormChosen(form.kind, form.type_id.clone(), format::here_and_now());
            dispatch.send(Event::Write(id, chosen));
        }
    };
    view! {
        <div class="part-field">
            <label for="write-type">{words::write_type()}</label>
            <select id="write-type" class="part-select" on:change=heard(choose)>{groups}</select>
        </div>
    }
}

fn group(family: Family, forms: &[RecordForm], chosen: Option<&(RecordKind, String)>) -> Option<AnyView> {
    let label = match family {
        Family::Activities => words::write_activities(),
        Family::Interactions => words::write_interactions(),
        Family::Notes => words::write_notes(),
    };
    let mine = forms.iter().enumerate().filter(|(_, form)| Family::of(form.kind) == family);
    let options: Vec<_> = mine
        .map(|(place, form)| {
            let selected = chosen.is_some_and(|(kind, type_id)| *kind == form.kind && *type_id == form.type_id);
            let title = if form.title.is_empty() { entries::one(family) } else { form.title.as_str() }.to_owned();
            view! { <option value=place.to_string() prop:selected=selected>{title}</option> }
        })
        .collect();
    (!options.is_empty()).then(|| view! { <optgroup label=label>{options}</optgroup> }.into_any())
}

fn actions(id: SheetId, form: &RecordForm) -> impl IntoView + use<> {
    let dispatch = dispatch();
    let chosen = dispatch.look(|app| match app.sheets.get(id) {
        Some(Sheet::Write(writing)) => writing.action.clone(),
        _ => String::new(),
    });
    let options: Vec<_> = form
        .actions
        .iter()
        .map(|(code, title)| {
            let title = if title.is_empty() { code } else { title }.clone();
            view! { <option value=code.clone() prop:selected=*code == chosen>{title}</option> }
        })
        .collect();
    let choose = move |event| dispatch.send(Event::Write(id, WriteEvent::ActionChosen(event_target_value(&event))));
    let changing = dispatch.look(|app| is_change(app, id));
    (!options.is_empty() && !changing).then(|| {
        view! {
            <div class="part-field">
                <label for="write-action">{words::write_action()}</label>
                <select id="write-action" class="part-select" on:change=heard(choose)>{options}</select>
            </div>
        }
    })
}
