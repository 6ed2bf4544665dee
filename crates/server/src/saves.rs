//! Saving a message so that it is in iMIS exactly once.
//!
//! iMIS cannot be told "only if it is not there yet". So every write is noted
//! before it is sent and after it is known; a write nobody knows the outcome of
//! is looked for before it is sent again (`security.md §5.3`).

pub(crate) mod journal;
pub(crate) mod plan;
mod running;
mod text;
mod write;

pub(crate) use running::Turn;

use crate::app::App;
use crate::failure::Failure;
use crate::session::Session;
use crate::store::{SaveKey, SaveRow, StepState};
use api::{AttachmentOutcome, Problem, ProblemCode, Record, RecordId, RecordOutcome, SaveMessage, SaveReport};
use journal::Journal;
use plan::Head;
use sha2::{Digest as _, Sha256};

/// The key of a person's save.
pub(crate) fn key(session: &Session, save: &str) -> SaveKey {
    SaveKey { site: session.me.site.0.clone(), user_name: session.user_key(), save: save.to_owned() }
}

/// Saves a message, or finishes saving it.
pub(crate) async fn run(app: &App, session: &Session, ask: &SaveMessage) -> Result<SaveReport, Failure> {
    let site = app.config.site(&session.me.site).ok_or(Failure::new(ProblemCode::SignedOut))?;
    plan::check(ask, site)?;
    let key = key(session, &ask.save.0);
    let turn = turn(app, &key, "records").await?;
    let report = write(app, session, ask, site, key).await;
    turn.end().await;
    report
}

/// Takes the turn for a part of a save, or says that somebody has it.
pub(crate) async fn turn(app: &App, key: &SaveKey, part: &str) -> Result<Turn, Failure> {
    let turn = Turn::begin(app, key, part).await.map_err(|error| Failure::store(&error))?;
    turn.ok_or(Failure::wait(ProblemCode::Conflict, 1))
}

async fn write(
    app: &App,
    session: &Session,
    ask: &SaveMessage,
    site: &crate::config::Site,
    key: SaveKey,
) -> Result<SaveReport, Failure> {
    let acting = session.acting(app)?;
    let head = match app.store.save(&key).await.map_err(|error| Failure::store(&error))? {
        Some(row) => known(app, &key, &row, ask)?,
        None => match begin(app, &acting, &key, ask, site).await {
            Ok(head) => head,
            Err(failure) => return Err(session.end_if_out(app, failure).await),
        },
    };
    let mut journal = Journal::load(app.store.clone(), key).await?;
    let records = write::records(&acting, &mut journal, &head, ask).await?;
    out_if_out(app, session, &records).await?;
    let attachments = (0..head.attachments.len()).map(|index| attachment_so_far(&journal, &head, index)).collect();
    Ok(SaveReport { save: ask.save.clone(), records, attachments })
}

/// The head of a save that was begun before, if this is the same save.
fn known(app: &App, key: &SaveKey, row: &SaveRow, ask: &SaveMessage) -> Result<Head, Failure> {
    if row.fingerprint != fingerprint(ask)? {
        return Err(Failure::new(ProblemCode::Conflict));
    }
    Head::open(&app.config.keyring, key, &row.sealed)
}

async fn begin(
    app: &App,
    acting: &imis::Acting,
    key: &SaveKey,
    ask: &SaveMessage,
    site: &crate::config::Site,
) -> Result<Head, Failure> {
    let abilities = acting.abilities().await.map_err(|error| Failure::imis(&error))?;
    let head = Head::new(ask, &abilities, site, app.clock.now_ms())?;
    let row = SaveRow { fingerprint: fingerprint(ask)?, sealed: head.seal(&app.config.keyring, key)? };
    let begun = app.store.begin_save(key, row, app.clock.now_ms()).await;
    match begun.map_err(|error| Failure::store(&error))? {
        None => Ok(head),
        Some(row) => known(app, key, &row, ask),
    }
}

fn fingerprint(ask: &SaveMessage) -> Result<Vec<u8>, Failure> {
    let bytes = serde_json::to_vec(ask).map_err(|error| Failure::internal(&error))?;
    Ok(Sha256::digest(bytes).to_vec())
}

/// When iMIS no longer takes this person the session ends; with nothing saved that is the answer.
async fn out_if_out(app: &App, session: &Session, records: &[Record]) -> Result<(), Failure> {
    let is_out = |record: &Record| matches!(&record.outcome, RecordOutcome::Failed { problem } if problem.code == ProblemCode::SignedOut);
    if !records.iter().any(is_out) {
        return Ok(());
    }
    let failure = session.end_if_out(app, Failure::new(ProblemCode::SignedOut)).await;
    let saved = records.iter().any(|record| matches!(record.outcome, RecordOutcome::Saved { .. }));
    if saved { Ok(()) } else { Err(failure) }
}

/// What is known of an attachment before it is uploaded.
fn attachment_so_far(journal: &Journal, head: &Head, index: usize) -> Option<AttachmentOutcome> {
    if !head.kind.takes_attachments() {
        let problem = Problem { field: Some("attachments".to_owned()), ..Problem::new(ProblemCode::Forbidden) };
        return Some(AttachmentOutcome::Failed { problem });
    }
    let records = journal.records_for_attachments(&head.kind);
    let there = |record: &RecordId| {
        journal.step(&plan::attachment_step(index, record)).is_some_and(|step| step.state == StepState::Done)
    };
    (!records.is_empty() && records.iter().all(there)).then_some(AttachmentOutcome::Saved)
}
