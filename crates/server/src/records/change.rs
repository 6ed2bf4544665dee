//! Changing a record: one at a time at the whole site, since it is put back whole.

use super::{ids, show, values};
use crate::app::App;
use crate::audit::{self, Entry, Event};
use crate::failure::Failure;
use crate::saves::{self, Stop};
use crate::session::Session;
use api::{ChangeRecord, FieldValue, ProblemCode, RecordForm, RecordInFull};
use imis::{Acting, Edit, FullRecord, PartyId, RecordKey, RecordStore, WriteError};

/// Changes a record if its fields still hold what the person saw.
pub(crate) async fn change(app: &App, session: &Session, ask: &ChangeRecord) -> Result<RecordInFull, Failure> {
    let (key, party) = (ids::key(&ask.record)?, ids::contact(&ask.contact)?);
    let acting = session.acting(app)?;
    let turn = super::turn(app, session, &key).await?;
    let changed = in_turn(app, session, &acting, (ask, &key, &party), turn.stop()).await;
    turn.end(app).await;
    match changed {
        Ok(()) => show::open(app, session, &key, &party).await,
        Err(failure) => Err(session.end_if_out(app, failure).await),
    }
}

async fn in_turn(
    app: &App,
    session: &Session,
    acting: &Acting,
    (ask, key, party): (&ChangeRecord, &RecordKey, &PartyId),
    stop: &Stop,
) -> Result<(), Failure> {
    let read = async { futures_util::join!(acting.record(party, key), acting.abilities()) };
    let (record, abilities) = session.while_alive(Box::pin(read)).await?;
    let (record, abilities) = match (record, abilities) {
        (Ok(record), Ok(abilities)) => (record, abilities),
        (Err(error), _) | (_, Err(error)) => return Err(Failure::imis(&error)),
    };
    let form = show::form(&record, &abilities).ok_or(Failure::new(ProblemCode::Forbidden))?;
    let to = wanted(&form, ask)?;
    // What was made already, by a try whose answer was lost, is no change of somebody else's.
    let made = !to.is_empty() && holds(&record, &form, &ask.to);
    let changed = if !made && !holds(&record, &form, &ask.from) {
        Err(Failure::new(ProblemCode::Conflict))
    } else if made || to.is_empty() {
        Ok(())
    } else {
        saves::stopped_change(session, stop)?;
        let written = stop.until_lost(Box::pin(write(acting, (&record, &form, party), &to))).await;
        written.unwrap_or_else(|| Err(Failure::new(ProblemCode::Unknown)))
    };
    if !to.is_empty() {
        let outcome = super::outcome(changed.as_ref().err(), "saved");
        let event = Event::RecordChanged { record: ask.record.0.clone(), outcome };
        audit::note(app, Entry::new(event).of(session)).await;
    }
    changed
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
    if matches!(error, WriteError::Unknown(..)) {
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
    Err(failure)
}
