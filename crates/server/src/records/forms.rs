//! The forms of what a person may write: made of the types' prompts (`imis.md §6.2`, `§7`).

use crate::app::App;
use crate::config::Site;
use crate::failure::Failure;
use crate::options;
use crate::session::Session;
use crate::to_api;
use api::{FieldKind, FormField, RecordForm, RecordForms, RecordKind, RecordType};
use futures_util::join;
use imis::{Abilities, ActivityForm, ColumnForm, InteractionType, RecordExtras};

/// The forms that this person may write by.
pub(crate) async fn get(app: &App, session: &Session) -> Result<RecordForms, Failure> {
    let site = &options::site_of(app, session).await?;
    let acting = session.acting(app)?;
    let both = async { join!(acting.abilities(), acting.record_extras()) };
    let (abilities, extras) = session.while_alive(Box::pin(both)).await?;
    match (abilities, extras) {
        (Ok(abilities), Ok(extras)) => {
            let forms = offered(&abilities, &extras, site);
            Ok(RecordForms { forms, contacts_max: site.contacts_max, types: types(&abilities) })
        }
        (Err(error), _) | (_, Err(error)) => Err(super::failed(app, session, &error).await),
    }
}

/// The types that a timeline can be narrowed to.
fn types(abilities: &Abilities) -> Vec<RecordType> {
    let of = |kind, id: &str, title: &str| RecordType { kind, id: id.to_owned(), title: title.to_owned() };
    let activity = |form: &ActivityForm| of(RecordKind::Activity, &form.id, &form.description);
    let interaction = |kind: &InteractionType| of(RecordKind::ContactInteraction, &kind.code, &kind.description);
    let activities = abilities.activity_forms.iter().map(activity);
    activities.chain(abilities.interaction_types.iter().map(interaction)).collect()
}

/// What is offered: types that iMIS lists for this person, that people may write, and that the site's settings leave.
/// A type with access keywords stands in the list of those who hold one (assumed: iMIS leaves it out for others, and
/// has the last word when it is written).
pub(super) fn offered(abilities: &Abilities, extras: &RecordExtras, site: &Site) -> Vec<RecordForm> {
    let types = to_api::activity_types(&abilities.activity_types, &site.activity_types);
    let form_of = |id: &str| abilities.activity_forms.iter().find(|form| form.id == id && form.by_people);
    let mut forms: Vec<RecordForm> = types.iter().filter_map(|kind| form_of(&kind.id.0)).map(activity).collect();
    if abilities.communication_log {
        forms.push(log());
    }
    if abilities.writes_interactions {
        let types = abilities.interaction_types.iter().filter(|kind| kind.assignable && !kind.actions.is_empty());
        forms.extend(types.map(|kind| interaction(kind, extras)));
    }
    if extras.notes {
        forms.push(note());
    }
    forms
}

/// The form of one activity type; `None` if people do not write activities of it.
pub(super) fn of_activity(abilities: &Abilities, type_code: &str) -> Option<RecordForm> {
    let is_it = |form: &&ActivityForm| form.id.eq_ignore_ascii_case(type_code) && form.by_people;
    abilities.activity_forms.iter().find(is_it).map(activity)
}

/// The form of one type of contact interaction; `None` if people may not give it.
pub(super) fn of_interaction(abilities: &Abilities, type_code: &str) -> Option<RecordForm> {
    let is_it = |kind: &&InteractionType| kind.code.eq_ignore_ascii_case(type_code) && kind.assignable;
    abilities.interaction_types.iter().find(is_it).map(|kind| interaction(kind, &RecordExtras::default()))
}

fn activity(form: &ActivityForm) -> RecordForm {
    let field = |(column, label): &(&'static imis::PromptColumn, String)| FormField {
        name: column.column.to_owned(),
        label: label.clone(),
        kind: field_kind(column.form),
        max_chars: column.max_chars,
        required: false,
    };
    RecordForm {
        kind: RecordKind::Activity,
        type_id: form.id.clone(),
        title: form.description.clone(),
        actions: Vec::new(),
        fields: form.columns.iter().map(field).collect(),
    }
}

/// How a column's values are written.
pub(super) const fn field_kind(form: ColumnForm) -> FieldKind {
    match form {
        ColumnForm::Text => FieldKind::Text,
        ColumnForm::LongText => FieldKind::LongText,
        ColumnForm::Date => FieldKind::Date,
        ColumnForm::Amount => FieldKind::Amount,
        ColumnForm::Number => FieldKind::Number,
        ColumnForm::Contact => FieldKind::Contact,
    }
}

fn field(name: &str, kind: FieldKind, required: bool) -> FormField {
    FormField { name: name.to_owned(), label: String::new(), kind, max_chars: None, required }
}

/// An entry of the communication log; its date is that of writing (`imis.md §7`).
pub(super) fn log() -> RecordForm {
    RecordForm {
        kind: RecordKind::CommunicationLog,
        type_id: String::new(),
        title: String::new(),
        actions: Vec::new(),
        fields: vec![field("Subject", FieldKind::Text, true), field("Text", FieldKind::LongText, false)],
    }
}

fn interaction(kind: &InteractionType, extras: &RecordExtras) -> RecordForm {
    let known = |code: &str| extras.actions.iter().find(|(known, _)| known.eq_ignore_ascii_case(code));
    let action = |(code, own): &(String, String)| {
        let words = if own.is_empty() { known(code).map_or(code, |(_, words)| words) } else { own };
        (code.clone(), words.clone())
    };
    RecordForm {
        kind: RecordKind::ContactInteraction,
        type_id: kind.code.clone(),
        title: kind.description.clone(),
        actions: kind.actions.iter().map(action).collect(),
        fields: vec![
            field("Description", FieldKind::Text, true),
            field("InteractionDate", FieldKind::DateTime, false),
            field("Details", FieldKind::LongText, false),
        ],
    }
}

/// A note on a contact (`imis.md §7.4`). Purposes are the site's own and are not listed anywhere, so none is given.
pub(super) fn note() -> RecordForm {
    RecordForm {
        kind: RecordKind::Note,
        type_id: String::new(),
        title: String::new(),
        actions: Vec::new(),
        fields: vec![field("Text", FieldKind::LongText, true)],
    }
}
