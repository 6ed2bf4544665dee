//! What the person makes of the message before it is saved: subject, date and time, note, type, and the fields that
//! it fills.
//!
//! The controls are drawn once for each way to save; what is typed stays theirs. What the message fills is a property,
//! which follows the message until somebody types there.

use super::fields::{input_mode, input_type, label, words_of};
use crate::dispatch::{Dispatch, dispatch};
use crate::parts::{block, heard, told};
use crate::{format, words};
use api::{FieldKind, InteractionStore, SaveTargets, TableId};
use flows::{App, DraftEdit, Event, FilledField, OpenMail, SaveKind, Session, Targets};
use leptos::prelude::*;

fn user(app: &App) -> &str {
    match &app.session {
        Session::SignedIn(me) => &me.name,
        _ => "",
    }
}

fn known(app: &App) -> Option<(&OpenMail, &SaveTargets)> {
    match (&app.targets, app.open_mail()) {
        (Targets::Known(targets), Some(mail)) => Some((mail, targets)),
        _ => None,
    }
}

fn edit(dispatch: Dispatch, make: impl Fn(String) -> DraftEdit + 'static) -> impl Fn(leptos::ev::Event) + 'static {
    move |event| dispatch.send(Event::DraftEdited(make(event_target_value(&event))))
}

/// What is shown at all, the way the draft stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// An entry of the communication log, which keeps the date of writing.
    Log,
    /// A contact interaction.
    Interaction,
    /// Fields.
    Fields,
}

/// Subject, note, date, and whatever else the way to save takes.
pub(super) fn edits() -> impl IntoView {
    let dispatch = dispatch();
    let shape = dispatch.project(|app| {
        known(app).map(|(mail, targets)| match (mail.draft.kind, targets.interaction) {
            (SaveKind::Interaction, Some(InteractionStore::ContactInteraction)) => Shape::Interaction,
            (SaveKind::Interaction, _) => Shape::Log,
            _ => Shape::Fields,
        })
    });
    view! {
        {interaction_type()}
        {table()}
        {text("save-subject", words::save_subject(), 1, |mail| mail.draft.subject.clone(), DraftEdit::Subject)}
        {block(move || shape.get().map(|shape| match shape {
            Shape::Log => view! { <p class="part-hint">{words::save_log_date()}</p> }.into_any(),
            Shape::Interaction | Shape::Fields => moment().into_any(),
        }))}
        {text("save-note", words::save_note(), 3, |mail| mail.draft.note.clone(), DraftEdit::Note)}
        {block(move || (shape.get() == Some(Shape::Log)).then(|| {
            view! { <p class="part-hint">{words::save_note_hint()}</p> }
        }))}
        {fields()}
    }
}

/// A text of the draft.
fn text(
    id: &'static str,
    label: &'static str,
    rows: u32,
    value: fn(&OpenMail) -> String,
    make: fn(String) -> DraftEdit,
) -> impl IntoView {
    let dispatch = dispatch();
    let value = dispatch.project(move |app| app.open_mail().map(value).unwrap_or_default());
    let typed = edit(dispatch, make);
    let control = if rows == 1 {
        view! {
            <input id=id class="part-input" type="text" autocomplete="off" maxlength="1000"
                prop:value=move || value.get() on:input=heard(typed) />
        }
        .into_any()
    } else {
        view! {
            <textarea id=id class="part-input part-textarea" rows=rows.to_string() maxlength="20000"
                prop:value=move || value.get() on:input=heard(typed)></textarea>
        }
        .into_any()
    };
    view! { <div class="part-field"><label for=id>{label}</label>{control}</div> }
}

/// Date and time: the message's own until another is given.
fn moment() -> impl IntoView {
    let dispatch = dispatch();
    let value = dispatch.project(|app| app.open_mail().map(|mail| mail.draft.at.clone()).unwrap_or_default());
    let own = dispatch.project(|app| app.open_mail().and_then(|mail| mail.message.sent_ms));
    let wrong = dispatch.project(|app| app.open_mail().is_some_and(|mail| mail.draft.at_is_wrong()));
    let hint = move || own.get().map(|ms| words::save_date_own(&format::moment(ms))).unwrap_or_default();
    view! {
        <div class="part-field">
            <label for="save-at">{words::save_date()}</label>
            <input id="save-at" class="part-input" type="datetime-local" aria-describedby="save-at-hint"
                aria-invalid=told(move || if wrong.get() { "true" } else { "false" })
                prop:value=move || value.get() on:input=heard(edit(dispatch, DraftEdit::At)) />
            <p id="save-at-hint" class="part-hint">{told(hint)}</p>
        </div>
    }
}

/// A list to choose from, by value and words.
fn choice(
    id: &'static str,
    label: &'static str,
    options: Vec<(String, String)>,
    chosen: &str,
    make: fn(String) -> DraftEdit,
) -> impl IntoView + use<> {
    let options: Vec<_> = options
        .into_iter()
        .map(|(value, words)| {
            let selected = value == chosen;
            view! { <option value=value prop:selected=selected>{words}</option> }
        })
        .collect();
    let choose = edit(dispatch(), make);
    view! {
        <div class="part-field">
            <label for=id>{label}</label>
            <select id=id class="part-select" on:change=heard(choose)>{options}</select>
        </div>
    }
}

/// Type and action of a contact interaction.
fn interaction_type() -> impl IntoView {
    let offer = dispatch().project(|app| {
        let (mail, targets) = known(app)?;
        let kind = mail.draft.interaction_type(targets)?.clone();
        Some((targets.interaction_types.clone(), kind, mail.draft.interaction.clone()?.1))
    });
    block(move || {
        offer.get().map(|(types, kind, action)| {
            let types = types.into_iter().map(|kind| (kind.code, kind.title)).collect();
            let (code, actions) = (kind.code, kind.actions);
            view! {
                {choice("interaction-type", words::interaction_type(), types, &code, DraftEdit::InteractionType)}
                {choice("interaction-action", words::interaction_action(), actions, &action, DraftEdit::InteractionAction)}
            }
        })
    })
}

/// Which table, where there are several.
fn table() -> impl IntoView {
    let offer = dispatch().project(|app| {
        let (mail, targets) = known(app)?;
        let here = mail.draft.kind == SaveKind::Table && targets.tables.len() > 1;
        let tables: Vec<(String, String)> =
            targets.tables.iter().map(|table| (table.id.0.clone(), table.title.clone())).collect();
        here.then(|| (tables, mail.draft.table.clone()))
    });
    block(move || {
        offer.get().map(|(tables, chosen)| {
            let chosen = chosen.map(|TableId(id)| id).unwrap_or_default();
            choice("save-table", words::save_table(), tables, &chosen, |id| DraftEdit::Table(TableId(id)))
        })
    })
}

fn fields_of(app: &App) -> Vec<FilledField> {
    known(app).map(|(mail, targets)| mail.draft.fields(&mail.message, targets, user(app))).unwrap_or_default()
}

/// The fields that the message fills.
fn fields() -> impl IntoView {
    let dispatch = dispatch();
    let names = dispatch.project(|app| {
        let fields = fields_of(app);
        fields.into_iter().map(|field| (field.field, field.takes_body)).collect::<Vec<_>>()
    });
    block(move || {
        let names = names.get();
        (!names.is_empty()).then(|| {
            let lines: Vec<_> =
                names.into_iter().map(|(field, takes_body)| line(dispatch, field, takes_body)).collect();
            view! {
                <fieldset class="view-mapped">
                    <legend>{words::save_fields()}</legend>
                    {lines}
                </fieldset>
            }
        })
    })
}

fn line(dispatch: Dispatch, field: api::FormField, takes_body: bool) -> impl IntoView {
    let id = ["save-field-", &field.name].concat();
    let hint_id = [&id, "-hint"].concat();
    let name = field.name.clone();
    let this = dispatch.project(move |app| fields_of(app).into_iter().find(|known| known.field.name == name));
    let value = move || this.with(|this| this.as_ref().map(|this| this.value.clone()).unwrap_or_default());
    let invalid = move || this.with(|this| this.as_ref().is_some_and(|this| this.wrong.is_some()));
    let hint = move || this.with(|this| this.as_ref().map(hint).unwrap_or_default());
    let class = move || {
        let marked = this.with(|this| this.as_ref().is_some_and(|this| this.shortened || this.wrong.is_some()));
        if marked { "part-hint view-mapped-marked" } else { "part-hint" }
    };
    let name = field.name.clone();
    let typed = edit(dispatch, move |text| DraftEdit::Field(name.clone(), text));
    let words = label(&field);
    let stands = takes_body.then(words::save_takes_body);
    let control = if takes_body || field.kind == FieldKind::LongText {
        view! {
            <textarea id=id.clone() class="part-input part-textarea" rows="2" placeholder=stands
                aria-describedby=hint_id.clone()
                aria-invalid=told(move || if invalid() { "true" } else { "false" })
                prop:value=value on:input=heard(typed)></textarea>
        }
        .into_any()
    } else {
        view! {
            <input id=id.clone() class="part-input" type=input_type(field.kind) inputmode=input_mode(field.kind)
                autocomplete="off" aria-describedby=hint_id.clone()
                aria-invalid=told(move || if invalid() { "true" } else { "false" })
                prop:value=value on:input=heard(typed) />
        }
        .into_any()
    };
    view! {
        <div class="part-field">
            <label for=id>{words}</label>
            {control}
            <p id=hint_id class=class aria-live="polite">{told(hint)}</p>
        </div>
    }
}

/// What is wrong with a field, that it was shortened, or how much it takes.
fn hint(field: &FilledField) -> String {
    let most = field.field.max_chars.map(|most| most.to_string());
    match (&field.wrong, most) {
        (Some(wrong), _) => words_of(wrong),
        (None, Some(most)) if field.shortened => words::save_field_shortened(&most),
        (None, Some(most)) if field.takes_body && field.value.is_empty() => words::save_body_shortened(&most),
        (None, Some(most)) => words::write_wrong_long(&most),
        (None, None) => String::new(),
    }
}
