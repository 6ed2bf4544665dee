//! Writing a record without a message, exactly once: by the journal that saves go by.

use super::{forms, ids, values};
use crate::app::App;
use crate::config::Site;
use crate::failure::Failure;
use crate::options;
use crate::saves::journal::{Journal, Look, Task};
use crate::saves::plan::{self, Head, Kind};
use crate::saves::write as steps;
use crate::saves::{self, Settling, Stop};
use crate::session::Session;
use crate::store::SaveKey;
use api::{
    FieldValue, Problem, ProblemCode, Record, RecordForm, RecordKind, RecordOutcome, SaveReport, TargetContact,
    WriteRecord,
};
use imis::{
    Acting, Column, NewContactInteraction, NewLog, NewNote, NewWrittenActivity, PartyId, PromptColumn, RecordStore,
    WrittenKey,
};
use std::sync::Arc;
use time::PrimitiveDateTime;

/// Columns that can keep what an activity is found again by, likeliest unused first.
const KEPT_IN: [Column; 3] = [Column::Uf3, Column::Uf2, Column::Uf1];

/// Writes a record for each contact, or finishes writing them.
pub(crate) async fn run(app: &App, session: &Session, ask: &Arc<WriteRecord>) -> Result<SaveReport, Failure> {
    let site = &options::site_of(app, session).await?;
    plan::check_targets(&ask.save, ask.contacts.iter(), ask.utc_offset_minutes, site)?;
    let key = saves::key(session, &ask.save.0);
    let turn = match app.running.begin(app, session, &key, saves::RECORDS).await {
        Ok(turn) => turn,
        Err(failure) => return Err(saves::in_doubt(app, &key, failure).await),
    };
    saves::note_begun(app, session, &ask.save.0, saves::RECORDS).await;
    let report = run_in_turn(app, session, ask, key, (site, turn.stop())).await;
    turn.end(app).await;
    saves::note_report(app, session, &ask.save.0, &report).await;
    report
}

async fn run_in_turn(
    app: &App,
    session: &Session,
    ask: &Arc<WriteRecord>,
    key: SaveKey,
    (site, stop): (&Site, &Stop),
) -> Result<SaveReport, Failure> {
    let acting = session.acting(app)?;
    let fingerprint = saves::fingerprint(ask, |ask, hash| serde_json::to_writer(hash, ask)).await?;
    let head = match saves::begun(app, &key, &fingerprint).await? {
        Some(head) => head,
        None => match decide(app, &acting, ask, site).await {
            Ok(head) => saves::begin_with(app, &key, head, fingerprint).await?,
            Err(failure) => return Err(session.end_if_out(app, failure).await),
        },
    };
    let mut journal = Journal::load(app.store.clone(), key.clone(), stop.clone(), Settling::of(app)).await?;
    let written = records(&acting, &mut journal, &head, ask).await;
    let mut records = saves::written((app, session), &key, stop, written).await?;
    for record in &mut records {
        if let RecordOutcome::Failed { problem } = &mut record.outcome {
            name_given(problem, &ask.values);
        }
    }
    Ok(SaveReport { save: ask.save.clone(), records, attachments: Vec::new() })
}

/// Decides what is written, by what this person may write here, and checks the values.
async fn decide(app: &App, acting: &Acting, ask: &WriteRecord, site: &Site) -> Result<Head, Failure> {
    let (abilities, extras) = futures_util::join!(acting.abilities(), acting.record_extras());
    let abilities = abilities.map_err(|error| Failure::imis(&error))?;
    let extras = extras.map_err(|error| Failure::imis(&error))?;
    let offered = forms::offered(&abilities, &extras, site);
    if !offered.iter().any(|form| form.kind == ask.kind) {
        return Err(Failure::new(ProblemCode::Forbidden));
    }
    let form = offered.iter().find(|form| form.kind == ask.kind && form.type_id == ask.type_id);
    let form = form.ok_or_else(|| Failure::invalid("type_id"))?;
    let given = values::filled(form, &ask.values)?;
    let has_action = form.actions.iter().any(|(code, _)| *code == ask.action);
    if has_action == form.actions.is_empty() && !(form.actions.is_empty() && ask.action.is_empty()) {
        return Err(Failure::invalid("action"));
    }
    let kind = match ask.kind {
        RecordKind::Activity => {
            let kept_in = kept_in(form, &given).map(|column| column.name().to_owned());
            Kind::WrittenActivity { activity_type: ask.type_id.clone(), kept_in }
        }
        RecordKind::CommunicationLog => Kind::Log,
        RecordKind::ContactInteraction => {
            Kind::ContactInteraction { type_code: ask.type_id.clone(), action_code: ask.action.clone() }
        }
        RecordKind::Note => Kind::Note,
    };
    let message_key = format!("{}{}", plan::WRITTEN, ask.save.0.to_lowercase());
    Head::written(kind, message_key, app.clock.now_ms(), ask.utc_offset_minutes)
}

/// A column that neither the form shows nor the person filled; else one that is at least empty.
fn kept_in(form: &RecordForm, given: &[(String, String)]) -> Option<Column> {
    let shown = |column: &Column| form.fields.iter().any(|field| field.name == column.name());
    let filled = |column: &Column| given.iter().any(|(name, _)| name == column.name());
    let unused = KEPT_IN.into_iter().find(|column| !shown(column));
    unused.or_else(|| KEPT_IN.into_iter().find(|column| !filled(column)))
}

/// Writes what is not written yet.
async fn records(
    acting: &Acting,
    journal: &mut Journal,
    head: &Head,
    ask: &WriteRecord,
) -> Result<Vec<Record>, Failure> {
    let date = head.local_time().ok_or_else(|| Failure::invalid("utc_offset_minutes"))?;
    let contacts: Vec<TargetContact> =
        ask.contacts.iter().map(|id| TargetContact { id: id.clone(), address: None, name: String::new() }).collect();
    let parties: Vec<PartyId> = ask.contacts.iter().map(|id| PartyId::new(&*id.0)).collect();
    let value = |name| value(&ask.values, name);
    match &head.kind {
        Kind::Log => {
            let html = html_of(value("Text"));
            let new = NewLog {
                subject: value("Subject").trim(),
                html: &html,
                text: value("Text"),
                message_key: &head.message_key,
            };
            steps::log(acting, journal, head, (&new, &contacts)).await
        }
        Kind::ContactInteraction { type_code, action_code } => {
            let at = values::moment(value("InteractionDate").trim()).unwrap_or(date);
            let task = |party| {
                let new = NewContactInteraction {
                    party,
                    type_code,
                    action_code,
                    date_local: at,
                    description: value("Description").trim(),
                    details: value("Details"),
                    message_key: &head.message_key,
                };
                steps::interaction(acting, head, new)
            };
            steps::each(journal, &contacts, parties.iter().map(task).collect()).await
        }
        Kind::WrittenActivity { activity_type, kept_in } => {
            let columns = columns(ask)?;
            let kept_in = KEPT_IN.into_iter().find(|column| kept_in.as_deref() == Some(column.name()));
            let new = |party| NewWrittenActivity {
                party,
                activity_type,
                transaction_date_local: date,
                values: &columns,
                message_key: &head.message_key,
                kept_in: kept_in.map_or(WrittenKey::Nowhere, WrittenKey::Column),
            };
            let tasks = parties.iter().map(|party| activity(acting, new(party)));
            steps::each(journal, &contacts, tasks.collect()).await
        }
        Kind::Note => {
            let text = value("Text").trim_end();
            let tasks = parties.iter().map(|party| note(acting, NewNote { party, purpose: "", text }, date));
            steps::each(journal, &contacts, tasks.collect()).await
        }
        // The same id was used for a message.
        Kind::Activity { .. } | Kind::Row { .. } => Err(Failure::new(ProblemCode::Conflict)),
    }
}

fn value<'a>(values: &'a [FieldValue], name: &str) -> &'a str {
    values.iter().find(|value| value.name == name).map_or("", |value| &value.value)
}

/// The columns of an activity, as they were checked when this was begun.
fn columns(ask: &WriteRecord) -> Result<Vec<(&'static PromptColumn, String)>, Failure> {
    let field = |column: &'static PromptColumn| api::FormField {
        name: column.column.to_owned(),
        label: String::new(),
        kind: forms::field_kind(column.form),
        max_chars: None,
        required: false,
    };
    let known: Option<Vec<&'static PromptColumn>> = ask.values.iter().map(|value| imis::column(&value.name)).collect();
    let known = known.ok_or_else(|| Failure::invalid("values"))?;
    let form = RecordForm {
        kind: ask.kind,
        type_id: String::new(),
        title: String::new(),
        actions: Vec::new(),
        fields: known.into_iter().map(field).collect(),
    };
    let filled = values::filled(&form, &ask.values)?;
    Ok(filled.into_iter().filter_map(|(name, value)| Some((imis::column(&name)?, value))).collect())
}

fn activity<'a>(acting: &'a Acting, new: NewWrittenActivity<'a>) -> Task<'a> {
    let named = |id: &imis::ActivityId| ids::record(RecordStore::Activity, id.as_str()).0;
    let look = || -> Look<'a> {
        Box::pin(async move { Ok(acting.find_form_activities(&new).await?.iter().map(named).collect()) })
    };
    Task {
        step: format!("activity:{}", new.party),
        look: look(),
        looked_ms: None,
        look_again: look(),
        write: Box::pin(async move { acting.write_form_activity(&new).await.map(|id| named(&id)) }),
    }
}

fn note<'a>(acting: &'a Acting, new: NewNote<'a>, at: PrimitiveDateTime) -> Task<'a> {
    let named = |id: &imis::NoteId| ids::record(RecordStore::Note, id.as_str()).0;
    let look =
        || -> Look<'a> { Box::pin(async move { Ok(acting.find_notes(&new, at).await?.iter().map(named).collect()) }) };
    Task {
        step: format!("note:{}", new.party),
        look: look(),
        looked_ms: None,
        look_again: look(),
        write: Box::pin(async move { acting.write_note(&new).await.map(|id| named(&id)) }),
    }
}

/// Text as HTML: on sites the HTML of an entry is what is shown (`imis.md §7.2`).
pub(super) fn html_of(text: &str) -> String {
    let mut html = String::new();
    for line in text.trim_end().lines() {
        if !html.is_empty() {
            html.push_str("<br>");
        }
        for letter in line.chars() {
            match letter {
                '&' => html.push_str("&amp;"),
                '<' => html.push_str("&lt;"),
                '>' => html.push_str("&gt;"),
                '"' => html.push_str("&quot;"),
                letter => html.push(letter),
            }
        }
    }
    if html.is_empty() { html } else { format!("<p>{html}</p>") }
}

/// Complaints stand at the fields of a form; those about anything else at none.
pub(super) fn name_fields(problem: &mut Problem, form: &RecordForm) {
    at_fields(problem, &form.fields.iter().map(|field| &*field.name).collect::<Vec<_>>());
}

fn name_given(problem: &mut Problem, values: &[FieldValue]) {
    at_fields(problem, &values.iter().map(|value| &*value.name).collect::<Vec<_>>());
}

fn at_fields(problem: &mut Problem, names: &[&str]) {
    for complaint in &mut problem.fields {
        let found = names.iter().find(|name| name.eq_ignore_ascii_case(&complaint.field));
        complaint.field = found.map_or_else(String::new, |name| (*name).to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_becomes_html_that_says_the_same() {
        assert_eq!(html_of("a <b>\n\"c\" & d\n"), "<p>a &lt;b&gt;<br>&quot;c&quot; &amp; d</p>");
        assert_eq!(html_of(" \n"), "");
    }
}
