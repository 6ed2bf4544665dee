//! An attachment on its way through: read once from the pane, sent at the same
//! time to every record that lacks it. A few chunks in memory, nothing on disk.

use crate::app::App;
use crate::body::{Broken, Paced};
use crate::failure::Failure;
use crate::saves::journal::{Journal, Look, Outcome};
use crate::saves::plan::{self, Attachment, Head};
use crate::session::Session;
use crate::{saves, store::StepState};
use api::{AttachmentOutcome, AttachmentReport, ProblemCode, RecordId};
use bytes::Bytes;
use futures_util::future;
use futures_util::stream;
use imis::{Acting, ActivityId, Content, LogId, WriteError};
use std::io;
use time::PrimitiveDateTime;
use tokio::sync::mpsc;

/// Chunks waiting for each record.
const WAITING: usize = 2;
const LOG: &str = "CommunicationLog:";
const ACTIVITY: &str = "Activity:";
const FILE: &str = "Attachment:";

/// An upload that makes sense, before its first byte is read.
pub(crate) struct Upload {
    acting: Acting,
    journal: Journal,
    attachment: Attachment,
    date: PrimitiveDateTime,
    index: usize,
    length: u64,
    records: Vec<RecordId>,
    save: String,
    turn: saves::Turn,
}

/// Checks an upload; nothing is written yet.
pub(crate) async fn prepare(
    app: &App,
    session: &Session,
    save: &str,
    index: usize,
    length: u64,
) -> Result<Upload, Failure> {
    let site = app.config.site(&session.me.site).ok_or(Failure::new(ProblemCode::SignedOut))?;
    if length > site.attachment_max_bytes {
        return Err(Failure::new(ProblemCode::TooLarge));
    }
    let not_found = || Failure::new(ProblemCode::NotFound);
    let key = saves::key(session, save);
    let row = app.store.save(&key).await.map_err(|error| Failure::store(&error))?.ok_or_else(not_found)?;
    let head = Head::open(&app.config.keyring, &key, &row.sealed)?;
    let attachment = head.attachments.get(index).cloned().ok_or_else(not_found)?;
    let date = head.local_time().ok_or_else(not_found)?;
    let turn = app.running.begin(app, session, &key, &part(index)).await?;
    let stop = turn.stop().clone();
    let rest = async {
        let journal = Journal::load(app.store.clone(), key, stop).await?;
        let records = journal.records_for_attachments(&head.kind);
        let acting = session.acting(app)?;
        if records.is_empty() { Err(not_found()) } else { Ok((journal, records, acting)) }
    };
    match rest.await {
        Ok((journal, records, acting)) => {
            let save = save.to_owned();
            Ok(Upload { acting, journal, attachment, date, index, length, records, save, turn })
        }
        Err(failure) => {
            turn.end(app).await;
            Err(failure)
        }
    }
}

/// The part of a save that an attachment is.
fn part(index: usize) -> String {
    format!("attachment {index}")
}

impl Upload {
    /// Sends the file wherever it is not yet.
    pub(crate) async fn run(mut self, app: &App, session: &Session, body: Paced) -> Result<AttachmentReport, Failure> {
        let part = part(self.index);
        saves::note_begun(app, session, &self.save, &part).await;
        let report = self.run_in_turn(app, body).await;
        let report = saves::stopped(session, self.turn.stop()).and(report);
        let Self { save, turn, .. } = self;
        turn.end(app).await;
        let records = report.iter().flat_map(|report| &report.records);
        let done = records.clone().filter(|(_, outcome)| matches!(outcome, AttachmentOutcome::Saved));
        let done: Vec<_> = done.map(|(record, _)| record.clone()).collect();
        let outcome = saves::outcome_word(report.as_ref().err(), done.len(), records.count());
        saves::note_ended(app, session, &save, &part, outcome, done).await;
        report
    }

    async fn run_in_turn(&mut self, app: &App, mut body: Paced) -> Result<AttachmentReport, Failure> {
        let mut outcomes = Vec::new();
        let mut lacking = Vec::new();
        for record in self.records.clone() {
            match self.look(&record).await {
                Some(outcome) => outcomes.push((record, outcome)),
                None => lacking.push(record),
            }
        }
        let steps: Vec<String> = lacking.iter().map(|record| plan::attachment_step(self.index, record)).collect();
        let open: Vec<bool> = steps.iter().map(|step| self.journal.is_unknown(step)).collect();
        self.journal.note_sent(&steps).await?;
        if lacking.is_empty() {
            body.drain().await;
        } else {
            let sent = self.send(&lacking, &mut body);
            let sent = tokio::time::timeout(app.config.limits.upload_total, sent).await;
            let sent = sent.unwrap_or_else(|_| lacking.iter().map(|_| Outcome::stopped()).collect());
            // What was not read is read and dropped, so that the answer arrives.
            body.drain().await;
            for ((record, outcome), open) in lacking.into_iter().zip(sent).zip(open) {
                let outcome = if open { self.settle(&record, outcome).await } else { outcome };
                outcomes.push((record, outcome));
            }
        }
        let named = outcomes.iter().map(|(record, outcome)| (plan::attachment_step(self.index, record), outcome));
        let named: Vec<_> = named.collect();
        self.journal.note(named.into_iter()).await?;
        Ok(self.report(&outcomes))
    }

    /// What is known already: done, or found after nobody knew. `None` means: send it.
    async fn look(&self, record: &RecordId) -> Option<Outcome> {
        let step = plan::attachment_step(self.index, record);
        match self.journal.step(&step)?.state {
            StepState::Done => self.journal.done(&step).map(|file| Outcome::Done(file.to_owned())),
            StepState::Refused => None,
            StepState::Sent => {
                let (store, key) = self.journal.place();
                match Journal::find(&store, &key, &step, self.files(record)).await {
                    Ok(found) => found.map(Outcome::Done),
                    Err(problem) => Some(Outcome::Unknown(problem)),
                }
            }
        }
    }

    /// How it ended on a record where an earlier try was left open.
    async fn settle(&self, record: &RecordId, outcome: Outcome) -> Outcome {
        let (store, key) = self.journal.place();
        let step = plan::attachment_step(self.index, record);
        Journal::settle(&store, &key, &step, outcome, self.files(record)).await
    }

    /// The files of this name on a record.
    fn files<'a>(&'a self, record: &'a RecordId) -> Look<'a> {
        Box::pin(async move {
            let files = match target(record) {
                Target::Log(log) => self.acting.log_attachments(&log).await?,
                Target::Activity(activity) => self.acting.activity_attachments(&activity).await?,
            };
            let same = files.into_iter().filter(|(_, name)| name.eq_ignore_ascii_case(&self.attachment.name));
            Ok(same.map(|(id, _)| file(record, id.as_str())).collect())
        })
    }

    /// Reads the body once and hands each chunk to every record; one that fails
    /// does not stop the others.
    async fn send(&self, records: &[RecordId], body: &mut Paced) -> Vec<Outcome> {
        let mut takers = Vec::new();
        let mut writes = Vec::new();
        for record in records {
            let (taker, chunks) = mpsc::channel(WAITING);
            takers.push(taker);
            writes.push(self.journal.stop().until_lost(self.write(record, chunks)));
        }
        let ((), outcomes) = future::join(pump(body, takers, self.journal.stop()), future::join_all(writes)).await;
        outcomes.into_iter().map(|written| written.map_or_else(Outcome::stopped, Outcome::of)).collect()
    }

    async fn write(&self, record: &RecordId, chunks: mpsc::Receiver<io::Result<Bytes>>) -> Result<String, WriteError> {
        let chunks = stream::unfold(chunks, |mut chunks| async move { chunks.recv().await.map(|next| (next, chunks)) });
        let content = Content::new(self.length, chunks);
        let Attachment { name, content_type } = &self.attachment;
        let id = match target(record) {
            Target::Log(log) => self.acting.attach_to_log(&log, name, content_type, content).await?,
            Target::Activity(activity) => self.acting.attach_to_activity(&activity, name, self.date, content).await?,
        };
        Ok(file(record, id.as_str()))
    }

    fn report(&self, outcomes: &[(RecordId, Outcome)]) -> AttachmentReport {
        let outcome = |outcome: &Outcome| match outcome.record() {
            Ok(_) => AttachmentOutcome::Saved,
            Err(problem) => AttachmentOutcome::Failed { problem: problem.clone() },
        };
        let mut records: Vec<_> = outcomes.iter().map(|(record, ended)| (record.clone(), outcome(ended))).collect();
        records.sort_by_key(|(record, _)| self.records.iter().position(|known| known == record));
        AttachmentReport { index: self.index, records }
    }
}

/// Whether iMIS no longer takes this person.
pub(crate) fn is_out(report: &AttachmentReport) -> bool {
    report.records.iter().any(|(_, outcome)| {
        matches!(outcome, AttachmentOutcome::Failed { problem } if problem.code == ProblemCode::SignedOut)
    })
}

enum Target {
    Log(LogId),
    Activity(ActivityId),
}

fn target(record: &RecordId) -> Target {
    match record.0.strip_prefix(ACTIVITY) {
        Some(id) => Target::Activity(ActivityId::new(id)),
        None => Target::Log(LogId::new(record.0.strip_prefix(LOG).unwrap_or(&record.0))),
    }
}

fn file(record: &RecordId, id: &str) -> String {
    format!("{FILE}{}:{id}", record.0)
}

/// Ends when the body does, when nobody takes any more, or when nothing more may be written.
async fn pump(body: &mut Paced, takers: Vec<mpsc::Sender<io::Result<Bytes>>>, stop: &saves::Stop) {
    let stopped = { stop.until_due(pump_on(body, takers.clone())).await.is_none() };
    if stopped {
        for taker in takers {
            // One that has no room ends too early, which is a broken file as well.
            drop(taker.try_send(Err(io::Error::other(Broken::Gone))));
        }
    }
}

async fn pump_on(body: &mut Paced, mut takers: Vec<mpsc::Sender<io::Result<Bytes>>>) {
    while !takers.is_empty() {
        match body.next().await {
            Ok(None) => return,
            Ok(Some(bytes)) => {
                let sent = takers.iter().map(|taker| taker.send(Ok(bytes.clone())));
                let sent = future::join_all(sent).await;
                let mut taking = sent.into_iter().map(|sent| sent.is_ok());
                takers.retain(|_| taking.next().unwrap_or(false));
            }
            Err(broken) => {
                for taker in takers {
                    // A taker that is gone has ended for a reason of its own.
                    drop(taker.send(Err(io::Error::other(broken))).await);
                }
                return;
            }
        }
    }
}
