//! Changing and removing a record.

use super::{forms, ids, show, values};
use crate::app::App;
use crate::audit::{self, Entry, Event};
use crate::failure::Failure;
use crate::session::Session;
use api::{ChangeRecord, FieldValue, ProblemCode, RecordForm, RecordInFull, RecordKind, RemoveRecord, Removed};
use imis::{Acting, Edit, ErrorKind, FullRecord, LogId, PartyId, RecordKey, RecordStore, WriteError};

/// Changes a record if its fields still hold what the person saw.
pub(crate) async fn change(app: &App, session: &Session, ask: &ChangeRecord) -> Result<RecordInFull, Failure> {
    let (key, party) = (ids::key(&ask.record)?, ids::contact(&ask.contact)?);
    let acting = session.acting(app)?;
    let read = async { futures_util::join!(acting.record(&party, &key), acting.abilities()) };
    let (record, abilities) = session.while_alive(Box::pin(read)).await?;
    let (record, abilities) = match (record, abilities) {
        (Ok(record), Ok(abilities)) => (record, abilities),
        (Err(error), _) | (_, Err(error)) => return Err(super::failed(app, session, &error).await),
    };
    let form = show::form(&record, &abilities).ok_or(Failure::new(ProblemCode::Forbidden))?;
    let to = wanted(&form, ask)?;
    if !holds(&record, &form, &ask.from) {
        return Err(Failure::new(ProblemCode::Conflict));
    }
    if !to.is_empty() {
        write(app, session, &acting, (&record, &form, &party), &to).await?;
        audit::note(app, Entry::new(Event::RecordChanged { record: ask.record.0.clone() }).of(session)).await;
    }
    show::open(app, session, &key, &party).await
}

/// The new values in iMIS's spelling. A value changes only if the person says what it was.
fn wanted(form: &RecordForm, ask: &ChangeRecord) -> Result<Vec<(String, String)>, Failure> {
    values::all(form, &ask.from)?;
    let to = values::all(form, &ask.to)?;
    if let Some((name, _)) = to.iter().find(|(name, _)| !ask.from.iter().any(|value| value.name == *name)) {
        return Err(Failure::invalid(name));
    }
    let emptied = |(name, value): &&(String, String)| {
        value.is_empty() && form.fields.iter().any(|field| field.name == *name && field.required)
    };
    match to.iter().find(emptied) {
        Some((name, _)) => Err(Failure::invalid(name)),
        None => Ok(to),
    }
}

/// Whether a record's fields hold these values.
fn holds(record: &FullRecord, form: &RecordForm, values: &[FieldValue]) -> bool {
    let current = show::current(record, form);
    values.iter().all(|value| {
        let kind = show::kind_of(form, &value.name);
        let now = current.iter().find(|now| now.name == value.name);
        kind.zip(now).is_some_and(|(kind, now)| values::is_same(kind, &value.value, &now.value))
    })
}

async fn write(
    app: &App,
    session: &Session,
    acting: &Acting,
    (record, form, party): (&FullRecord, &RecordForm, &PartyId),
    to: &[(String, String)],
) -> Result<(), Failure> {
    let mut edits: Vec<Edit<'_>> = to.iter().map(|(name, value)| Edit { name, value }).collect();
    let text = to.iter().find(|(name, _)| name == "Text").map(|(_, value)| super::write::html_of(value));
    if let (RecordStore::Log, Some(html)) = (record.key.store, &text) {
        edits.push(Edit { name: "Html", value: html });
    }
    let error = match acting.change_record(record, &edits).await {
        Ok(()) => return Ok(()),
        Err(error) => error,
    };
    if matches!(error, WriteError::Unknown(_)) {
        // The same values once more would do no harm, but somebody else's could be in between.
        let meant: Vec<FieldValue> =
            to.iter().map(|(name, value)| FieldValue { name: name.clone(), value: value.clone() }).collect();
        if let Ok(now) = acting.record(party, &record.key).await
            && holds(&now, form, &meant)
        {
            return Ok(());
        }
    }
    let mut failure = Failure::write(&error);
    super::write::name_fields(&mut failure.problem, form);
    Err(session.end_if_out(app, failure).await)
}

/// Removes a record of a contact; one that is gone already counts as removed.
pub(crate) async fn remove(app: &App, session: &Session, ask: &RemoveRecord) -> Result<Removed, Failure> {
    let (key, party) = (ids::key(&ask.record)?, ids::contact(&ask.contact)?);
    let acting = session.acting(app)?;
    let read = async { futures_util::join!(acting.record(&party, &key), acting.abilities()) };
    let (record, abilities) = session.while_alive(Box::pin(read)).await?;
    let record = match (record, abilities) {
        (Ok(record), Ok(abilities)) => {
            let by_people = key.store != RecordStore::Activity
                || forms::of_activity(&abilities, &record.row.type_code)
                    .is_some_and(|form| form.kind == RecordKind::Activity);
            if !by_people {
                return Err(Failure::new(ProblemCode::Forbidden));
            }
            record
        }
        (Err(error), _) if error.kind == ErrorKind::NotFound => {
            return gone(app, session, &acting, &key).await;
        }
        (Err(error), _) | (_, Err(error)) => return Err(super::failed(app, session, &error).await),
    };
    match acting.remove_record(&record, &party).await {
        Ok(()) => {
            audit::note(app, Entry::new(Event::RecordRemoved { record: ask.record.0.clone() }).of(session)).await;
            Ok(Removed {})
        }
        Err(error) => Err(session.end_if_out(app, Failure::write(&error)).await),
    }
}

/// A record that is not the contact's: gone, or another's, which is refused. Of an entry of the log the contact's line
/// may be gone and the entry be left over.
async fn gone(app: &App, session: &Session, acting: &Acting, key: &RecordKey) -> Result<Removed, Failure> {
    let exists = match session.while_alive(Box::pin(acting.record_exists(key))).await? {
        Ok(exists) => exists,
        Err(error) => return Err(super::failed(app, session, &error).await),
    };
    match (exists, key.store) {
        (false, _) => Ok(Removed {}),
        (true, RecordStore::Log) => match acting.remove_log_without_lines(&LogId::new(&*key.key)).await {
            Ok(()) => Ok(Removed {}),
            Err(error) => Err(session.end_if_out(app, Failure::write(&error)).await),
        },
        (true, _) => Err(Failure::new(ProblemCode::NotFound)),
    }
}
