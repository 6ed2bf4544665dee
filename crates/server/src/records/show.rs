//! A record opened: its body made safe, its fields under the site's captions, its files, and what may be done with it.

use super::{forms, ids, timeline, values};
use crate::app::App;
use crate::failure::Failure;
use crate::safe_html::{self, SafeHtml};
use crate::saves::plan::WRITTEN;
use crate::session::Session;
use api::{
    AttachmentName, ColumnKind, FieldKind, FieldValue, GetRecord, ProblemCode, RecordAttachment, RecordField,
    RecordForm, RecordInFull,
};
use futures_util::join;
use imis::{Abilities, ColumnForm, FullRecord, PartyId, RecordKey, RecordStore};
use std::sync::Arc;
use url::Url;

/// Longest text shown.
const TEXT_MAX_BYTES: usize = 512 * 1024;

/// Opens a record of a contact.
pub(crate) async fn get(app: &App, session: &Session, ask: &GetRecord) -> Result<RecordInFull, Failure> {
    let (key, party) = (ids::key(&ask.record)?, ids::contact(&ask.contact)?);
    let _turn = app.reads.take(session)?;
    open(app, session, &key, &party).await
}

/// Likewise, by its name at iMIS.
pub(super) async fn open(
    app: &App,
    session: &Session,
    key: &RecordKey,
    party: &PartyId,
) -> Result<RecordInFull, Failure> {
    let site = app.config.site(&session.me.site).ok_or(Failure::new(ProblemCode::SignedOut))?;
    let acting = session.acting(app)?;
    let work = async { join!(acting.record(party, key), acting.abilities(), acting.may_change_and_remove(key)) };
    let (record, abilities, allowed) = session.while_alive(Box::pin(work)).await?;
    let (record, abilities, allowed) = match (record, abilities, allowed) {
        (Ok(record), Ok(abilities), Ok(allowed)) => (record, abilities, allowed),
        (Err(error), ..) | (_, Err(error), _) | (.., Err(error)) => {
            return Err(super::failed(app, session, &error).await);
        }
    };
    let mut full = told(&record, &abilities, allowed);
    full.link = site.website().and_then(|website| link(website, &record, party));
    full.profile = site.contacts.profile_of(party.as_str()).map(Into::into);
    let html = match key.store {
        RecordStore::Log if !record.html.is_empty() => Some(record.html),
        RecordStore::Log => None,
        // Bodies of mails stand there too (`imis.md §6.1`).
        _ => Some(record.text.clone()).filter(|text| safe_html::is_html(text)),
    };
    if let Some(html) = html {
        let SafeHtml { html, blocked_images } = session.while_alive(cleaned(app, html)).await??;
        full.html = Some(html);
        full.blocked_images = blocked_images;
    }
    if full.html.is_none() || key.store == RecordStore::Log {
        full.text = cut(&record.text);
    }
    Ok(full)
}

/// A body made safe, beside the requests. Whoever goes away meanwhile does not make room for another: it goes on.
async fn cleaned(app: &App, html: String) -> Result<SafeHtml, Failure> {
    let place = Arc::clone(&app.cleaning).acquire_owned().await.map_err(|error| Failure::internal(&error))?;
    let cleaning = tokio::task::spawn_blocking(move || {
        let cleaned = safe_html::clean(&html);
        drop(place);
        cleaned
    });
    cleaning.await.map_err(|error| Failure::internal(&error))
}

/// Everything but the body.
fn told(record: &FullRecord, abilities: &Abilities, (change, remove): (Option<bool>, Option<bool>)) -> RecordInFull {
    let store = record.key.store;
    let form = form(record, abilities);
    let writable = match store {
        RecordStore::Activity => form.is_some() && abilities.writes_activities,
        RecordStore::ContactInteraction => form.is_some() && abilities.writes_interactions,
        RecordStore::Log => abilities.communication_log,
        RecordStore::Note => true,
    };
    let form = form.filter(|_| writable && change != Some(false));
    let file = |(id, name): &(imis::AttachmentId, String)| {
        ids::is_key(id.as_str())
            .then(|| RecordAttachment { id: id.as_str().to_owned(), name: AttachmentName::new(name) })
    };
    RecordInFull {
        entry: timeline::entry(store, &record.row, Some(abilities)),
        html: None,
        text: String::new(),
        blocked_images: 0,
        fields: fields(record, abilities),
        attachments: record.attachments.iter().filter_map(file).collect(),
        may_change: form.is_some(),
        may_remove: writable && remove != Some(false),
        values: form.as_ref().map(|form| current(record, form)).unwrap_or_default(),
        type_id: if store == RecordStore::Log { String::new() } else { record.row.type_code.clone() },
        action: record.row.action_code.clone(),
        link: None,
        profile: None,
    }
}

/// The form that a record is changed by; `None` where people do not change it. An entry of the log that holds a
/// message stays what was sent.
pub(super) fn form(record: &FullRecord, abilities: &Abilities) -> Option<RecordForm> {
    match record.key.store {
        RecordStore::Activity => forms::of_activity(abilities, &record.row.type_code),
        RecordStore::ContactInteraction => forms::of_interaction(abilities, &record.row.type_code),
        RecordStore::Log => record.message_key.starts_with(WRITTEN).then(forms::log),
        RecordStore::Note => Some(forms::note()),
    }
}

/// The values as the form takes them.
pub(super) fn current(record: &FullRecord, form: &RecordForm) -> Vec<FieldValue> {
    let value = |field: &api::FormField| {
        let value = values::shown(field.kind, &record.value(&field.name));
        FieldValue { name: field.name.clone(), value: if value.starts_with(WRITTEN) { String::new() } else { value } }
    };
    form.fields.iter().map(value).collect()
}

/// An activity's columns under the prompts of its type, without what stands elsewhere or is empty.
fn fields(record: &FullRecord, abilities: &Abilities) -> Vec<RecordField> {
    let is_it = |form: &&imis::ActivityForm| form.id.eq_ignore_ascii_case(&record.row.type_code);
    let form = abilities.activity_forms.iter().find(is_it).filter(|_| record.key.store == RecordStore::Activity);
    let field = |(column, caption): &(&'static imis::PromptColumn, String)| {
        let value = values::shown(forms::field_kind(column.form), &record.value(column.column));
        let elsewhere = matches!(column.column, "DESCRIPTION" | "NOTE") || value.starts_with(WRITTEN);
        let kind = match column.form {
            ColumnForm::Text | ColumnForm::LongText | ColumnForm::Contact => ColumnKind::Text,
            ColumnForm::Date => ColumnKind::Date,
            ColumnForm::Amount => ColumnKind::Money,
            ColumnForm::Number => ColumnKind::Number,
        };
        (!elsewhere && !value.is_empty()).then(|| RecordField { caption: caption.clone(), kind, value })
    };
    form.map(|form| form.columns.iter().filter_map(field).collect()).unwrap_or_default()
}

/// The page of a record in iMIS: the preview of the interaction log (`imis.md §7`). Assumed, here alone: it stands
/// under the website's address. Activities and the rest have no page that is known.
fn link(site: &Url, record: &FullRecord, party: &PartyId) -> Option<String> {
    let recipient = record.recipient.as_ref()?;
    let mut url = site.clone();
    url.path_segments_mut().ok()?.pop_if_empty().extend([
        "iParts",
        "Common",
        "InteractionLog",
        "InteractionPreview.aspx",
    ]);
    url.query_pairs_mut()
        .append_pair("CommunicationLogId", &record.key.key)
        .append_pair("PartyId", party.as_str())
        .append_pair("RecipientId", recipient.as_str());
    Some(url.to_string())
}

fn cut(text: &str) -> String {
    if text.len() <= TEXT_MAX_BYTES {
        return text.to_owned();
    }
    let mut end = TEXT_MAX_BYTES;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}\n\n(The rest is too long to show here.)", &text[..end])
}

/// The kind of a field of a form.
pub(super) fn kind_of(form: &RecordForm, name: &str) -> Option<FieldKind> {
    form.fields.iter().find(|field| field.name == name).map(|field| field.kind)
}
