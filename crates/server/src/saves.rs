//! Saving a message so that it is in iMIS exactly once.
//!
//! iMIS cannot be told "only if it is not there yet". So every write is noted
//! before it is sent and after it is known; a write nobody knows the outcome of
//! is looked for before it is sent again (`security.md §5.3`), and not sent again
//! while it may still come ([`settling`]).

pub(crate) mod journal;
mod mapping;
mod note;
pub(crate) mod plan;
mod room;
mod running;
mod settling;
pub(crate) mod text;
pub(crate) mod write;

pub(crate) use room::Room;
pub(crate) use running::{LEASE_MS, Running, Stop, Turn, file_leases, leases};
pub(crate) use settling::Settling;

use crate::app::App;
use crate::audit::{self, Entry, Event};
use crate::config::Site;
use crate::failure::Failure;
use crate::ledger::{self, Reservation};
use crate::options;
use crate::session::Session;
use crate::store::{SaveKey, SaveRow, Step, StepState};
use crate::to_api;
use api::{AttachmentOutcome, Problem, ProblemCode, Record, RecordId, RecordOutcome, SaveAs, SaveMessage, SaveReport};
use journal::Journal;
use plan::Head;
use sha2::{Digest as _, Sha256};
use std::io;
use std::sync::Arc;

/// The part of a save that its records are.
pub(crate) const RECORDS: &str = "records";
/// What an interaction is called where people read what a message was saved as.
pub(crate) const INTERACTION: &str = "Interaction";

/// The part of a save that an attachment is.
pub(crate) fn file_part(index: usize) -> String {
    format!("attachment {index}")
}

/// The key of a person's save.
pub(crate) fn key(session: &Session, save: &str) -> SaveKey {
    SaveKey { site: session.me.site.0.clone(), user_name: session.user_key(), save: save.to_owned() }
}

/// Saves a message, or finishes saving it.
pub(crate) async fn run(app: &App, session: &Session, ask: &Arc<SaveMessage>) -> Result<SaveReport, Failure> {
    let site = &options::site_of(app, session).await?;
    plan::check(ask, site)?;
    ledger::check(&ask.facts)?;
    let key = key(session, &ask.save.0);
    let turn = app.running.begin(app, session, &key, RECORDS).await?;
    let report = run_in_turn(app, session, ask, key.clone(), site, turn.stop()).await;
    let settled = async {
        ledger::settle(app, &key).await;
        turn.end(app).await;
    };
    tokio::join!(settled, note_report(app, session, &ask.save.0, &report));
    report
}

/// The records of a save are written, or not.
pub(crate) async fn note_report(app: &App, session: &Session, save: &str, report: &Result<SaveReport, Failure>) {
    let done = |record: &Record| match &record.outcome {
        RecordOutcome::Saved { record } => Some(record.clone()),
        RecordOutcome::Failed { .. } => None,
    };
    let records = report.iter().flat_map(|report| &report.records);
    let (all, done): (Vec<_>, Vec<_>) = (records.clone().collect(), records.filter_map(done).collect());
    let outcome = outcome_word(report.as_ref().err(), done.len(), all.len());
    note_ended(app, session, save, RECORDS, outcome, done).await;
}

/// How it ended, in one word.
pub(crate) fn outcome_word(failure: Option<&Failure>, done: usize, all: usize) -> &'static str {
    match failure {
        Some(failure) if failure.problem.code == ProblemCode::SignedOut => "signed_out",
        Some(_) => "failed",
        None if done == all => "saved",
        None => "partly_saved",
    }
}

/// A save or an upload was begun.
pub(crate) async fn note_begun(app: &App, session: &Session, save: &str, part: &str) {
    let event = Event::SaveBegun { save: save.to_owned(), part: part.to_owned() };
    audit::note(app, Entry::new(event).of(session)).await;
}

/// It ended.
pub(crate) async fn note_ended(
    app: &App,
    session: &Session,
    save: &str,
    part: &str,
    outcome: &'static str,
    records: Vec<RecordId>,
) {
    let records = records.into_iter().map(|record| record.0).collect();
    let event = Event::SaveEnded { save: save.to_owned(), part: part.to_owned(), outcome, records };
    audit::note(app, Entry::new(event).of(session)).await;
}

async fn run_in_turn(
    app: &App,
    session: &Session,
    ask: &Arc<SaveMessage>,
    key: SaveKey,
    site: &Site,
    stop: &Stop,
) -> Result<SaveReport, Failure> {
    // Both are on the disk before anything is written to iMIS.
    let ((), head) =
        tokio::join!(note_begun(app, session, &ask.save.0, RECORDS), begun_now(app, session, ask, &key, site));
    let (acting, head) = head?;
    let mut journal = Journal::load(app.store.clone(), key.clone(), stop.clone(), Settling::of(app)).await?;
    let records = write::records(&acting, &mut journal, &head, (ask, &session.me.name)).await;
    let records = written((app, session), &key, stop, records).await?;
    let attachments = (0..head.attachments.len()).map(|index| attachment_so_far(&journal, &head, index)).collect();
    Ok(SaveReport { save: ask.save.clone(), records, attachments })
}

/// What a try to write records comes to: those, or why nobody knows, or that the person is signed out.
pub(crate) async fn written(
    (app, session): (&App, &Session),
    key: &SaveKey,
    stop: &Stop,
    records: Result<Vec<Record>, Failure>,
) -> Result<Vec<Record>, Failure> {
    let records = match records {
        Ok(records) => records,
        Err(failure) => return Err(in_doubt(app, key, failure).await),
    };
    stopped(session, stop)?;
    out_if_out(app, session, &records).await?;
    Ok(records)
}

/// The head of a save that is to be written, with its row in the ledger, and whoever writes it.
async fn begun_now(
    app: &App,
    session: &Session,
    ask: &Arc<SaveMessage>,
    key: &SaveKey,
    site: &Site,
) -> Result<(imis::Acting, Head), Failure> {
    let acting = session.acting(app)?;
    let fingerprint = fingerprint(ask, |ask, hash| {
        // How it is asked for is nothing of the save: whoever is asked goes on under the same name.
        let SaveMessage { save, save_as, contacts, message, facts, fields, attachments, again: _, resumes: _ } = ask;
        serde_json::to_writer(hash, &(save, save_as, contacts, message, facts, fields, attachments))
    });
    let fingerprint = fingerprint.await?;
    let begun = if ask.resumes {
        Some(resumed(app, key, (ask, &fingerprint), site).await?)
    } else {
        begun(app, key, &fingerprint).await?
    };
    if let Some(head) = begun {
        let saved_as = saved_as(ask, site, None);
        ledger::reserve(app, session, site, Reservation { key, ask, head: &head, saved_as }).await?;
        return Ok((acting, head));
    }
    match begin(app, (&acting, session), key, (ask, fingerprint), site).await {
        Ok(head) => Ok((acting, head)),
        Err(failure) => Err(session.end_if_out(app, failure).await),
    }
}

/// What the person hears when nothing more may be written: that they are signed
/// out, or that somebody else is at it.
pub(crate) fn stopped(session: &Session, stop: &Stop) -> Result<(), Failure> {
    if session.ended().is_cancelled() {
        return Err(Failure::new(ProblemCode::SignedOut));
    }
    if stop.is_due() { Err(Failure::wait(ProblemCode::Conflict, 1)) } else { Ok(()) }
}

/// Likewise, for a change of what the site shares.
pub(crate) fn stopped_change(session: &Session, stop: &Stop) -> Result<(), Failure> {
    stopped(session, stop).map_err(Failure::busy_for_conflict)
}

/// A failure as the person must hear it if some of it is in iMIS, or may be: whoever believed that nothing was written
/// would write it again, under another name.
pub(crate) async fn in_doubt(app: &App, key: &SaveKey, failure: Failure) -> Failure {
    let may_be_there = |step: &Step| matches!(step.state, StepState::Sent | StepState::Done);
    let written = app.store.steps(key).await.map(|steps| steps.iter().any(may_be_there));
    // Where nobody can tell, nobody says that nothing was written.
    let written = written.unwrap_or_else(|error| {
        tracing::warn!(error = crate::failure::chain(&error), "failed to look whether a save is open");
        true
    });
    if written { Failure::of(journal::in_doubt(failure.problem)) } else { failure }
}

/// The head of a save, if it was begun before.
pub(crate) async fn begun(app: &App, key: &SaveKey, fingerprint: &[u8]) -> Result<Option<Head>, Failure> {
    let row = app.store.save(key).await.map_err(|error| Failure::store(&error))?;
    row.map(|row| known(app, key, &row, fingerprint)).transpose()
}

/// The head of a save that was left in part, if this goes on with that, whatever its words.
async fn resumed(
    app: &App,
    key: &SaveKey,
    (ask, fingerprint): (&SaveMessage, &[u8]),
    site: &Site,
) -> Result<Head, Failure> {
    let row = app.store.save(key).await.map_err(|error| Failure::store(&error))?;
    // Of what is forgotten nobody knows what is in iMIS.
    let row = row.ok_or(Failure::new(ProblemCode::Conflict))?;
    if row.fingerprint == fingerprint {
        return known(app, key, &row, fingerprint);
    }
    let head = Head::open(&app.config.keyring, key, &row.sealed)?;
    let same = head.is_of(ask, site) && ledger::is_of(app, key, ask).await?;
    if same { Ok(head) } else { Err(Failure::new(ProblemCode::Conflict)) }
}

/// The head of a save that was begun before, if this is the same save.
fn known(app: &App, key: &SaveKey, row: &SaveRow, fingerprint: &[u8]) -> Result<Head, Failure> {
    if row.fingerprint != fingerprint {
        return Err(Failure::new(ProblemCode::Conflict));
    }
    Head::open(&app.config.keyring, key, &row.sealed)
}

async fn begin(
    app: &App,
    (acting, session): (&imis::Acting, &Session),
    key: &SaveKey,
    (ask, fingerprint): (&SaveMessage, Vec<u8>),
    site: &Site,
) -> Result<Head, Failure> {
    let abilities = acting.abilities().await.map_err(|error| Failure::imis(&error))?;
    let mut head = Head::new(ask, &abilities, site, (&session.me.name, app.clock.now_ms()))?;
    if ask.again {
        // What is there already is no write of this save, should one of those stay unanswered.
        let before = write::before(acting, &head, &ask.contacts).await;
        head.before = before.map_err(|error| Failure::imis(&error))?;
    }
    let saved_as = saved_as(ask, site, Some(&abilities));
    ledger::reserve(app, session, site, Reservation { key, ask, head: &head, saved_as }).await?;
    begin_with(app, key, head, fingerprint).await
}

/// As what a message is saved, in the site's own words as far as they are known.
fn saved_as(ask: &SaveMessage, site: &Site, abilities: Option<&imis::Abilities>) -> String {
    match &ask.save_as {
        SaveAs::Interaction => INTERACTION.to_owned(),
        SaveAs::ContactInteraction { type_code, .. } => {
            let types = abilities.map(to_api::interaction_types).unwrap_or_default();
            let named = types.into_iter().find(|kind| kind.code == *type_code);
            named.map_or_else(|| type_code.clone(), |kind| kind.title)
        }
        SaveAs::Activity { activity_type } => {
            let types = abilities.map(|abilities| &*abilities.activity_types).unwrap_or_default();
            let named = types.iter().find(|kind| kind.id == activity_type.0);
            named.map_or_else(|| activity_type.0.clone(), |kind| kind.description.clone())
        }
        SaveAs::Table { table } => {
            let named = site.tables.iter().find(|known| known.id == *table);
            named.map_or_else(|| table.0.clone(), |known| known.title.clone())
        }
    }
}

/// Begins a save with this head, or goes on with the one that somebody else just began.
pub(crate) async fn begin_with(app: &App, key: &SaveKey, head: Head, fingerprint: Vec<u8>) -> Result<Head, Failure> {
    let row = SaveRow { fingerprint: fingerprint.clone(), sealed: head.seal(&app.config.keyring, key)? };
    let begun = app.store.begin_save(key, row, app.clock.now_ms()).await;
    match begun.map_err(|error| Failure::store(&error))? {
        None => Ok(head),
        Some(row) => known(app, key, &row, &fingerprint),
    }
}

/// The hash of what is asked, as this writes it; of megabytes, so beside the requests.
pub(crate) async fn fingerprint<T: Send + Sync + 'static>(
    ask: &Arc<T>,
    write: fn(&T, &mut Hash) -> serde_json::Result<()>,
) -> Result<Vec<u8>, Failure> {
    let ask = Arc::clone(ask);
    let hash = tokio::task::spawn_blocking(move || {
        let mut hash = Hash(Sha256::new());
        write(&ask, &mut hash).map(|()| hash.0.finalize().to_vec())
    });
    let hash = hash.await.map_err(|error| Failure::internal(&error))?;
    hash.map_err(|error| Failure::internal(&error))
}

/// Hashes what is written to it.
pub(crate) struct Hash(Sha256);

impl io::Write for Hash {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
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
