//! An attachment on its way through: read once from the pane, sent at the same
//! time to every record that lacks it. A few chunks in memory, nothing on disk.

use crate::app::App;
use crate::body::{Broken, Paced};
use crate::failure::Failure;
use crate::options;
use crate::saves::journal::{Journal, Look, Outcome, Task};
use crate::saves::plan::{self, Attachment, Head};
use crate::saves::write::{ACTIVITY, LOG};
use crate::session::Session;
use crate::{ledger, saves};
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
    let site = options::site_of(app, session).await?;
    if length > site.attachment_max_bytes {
        return Err(Failure::new(ProblemCode::TooLarge));
    }
    let not_found = || Failure::new(ProblemCode::NotFound);
    let key = saves::key(session, save);
    let row = app.store.save(&key).await.map_err(|error| Failure::store(&error))?.ok_or_else(not_found)?;
    let head = Head::open(&app.config.keyring, &key, &row.sealed)?;
    let attachment = head.attachments.get(index).cloned().ok_or_else(not_found)?;
    let date = head.local_time().ok_or_else(not_found)?;
    let turn = app.running.begin(app, session, &key, &saves::file_part(index)).await?;
    let stop = turn.stop().clone();
    let rest = async {
        // With the turn taken: whoever takes the save back waits for it, or is seen here.
        if ledger::is_taken_back(app, &key).await? {
            return Err(not_found());
        }
        let journal = Journal::load(app.store.clone(), key, stop, saves::Settling::of(app)).await?;
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

impl Upload {
    /// Sends the file wherever it is not yet.
    pub(crate) async fn run(mut self, app: &App, session: &Session, body: Paced) -> Result<AttachmentReport, Failure> {
        let (save, part) = (self.save.clone(), saves::file_part(self.index));
        let report = self.run_in_turn(app, saves::note_begun(app, session, &save, &part), body).await;
        let report = saves::stopped(session, self.turn.stop()).and(report);
        let records = report.iter().flat_map(|report| &report.records);
        let done = records.clone().filter(|(_, outcome)| matches!(outcome, AttachmentOutcome::Saved));
        let done: Vec<_> = done.map(|(record, _)| record.clone()).collect();
        let outcome = saves::outcome_word(report.as_ref().err(), done.len(), records.count());
        let Self { journal, turn, .. } = self;
        let settled = async {
            ledger::settle(app, &journal.place().1).await;
            turn.end(app).await;
        };
        tokio::join!(settled, saves::note_ended(app, session, &save, &part, outcome, done));
        report
    }

    /// What `noted` notes is on the disk before anything is written to iMIS.
    async fn run_in_turn(
        &mut self,
        app: &App,
        noted: impl Future<Output = ()> + Send,
        mut body: Paced,
    ) -> Result<AttachmentReport, Failure> {
        let file = File {
            acting: &self.acting,
            attachment: &self.attachment,
            date: self.date,
            index: self.index,
            length: self.length,
        };
        let (takers, tasks): (Vec<_>, Vec<_>) = self.records.iter().map(|record| file.task(record)).unzip();
        let sends = pump(&mut body, takers, self.turn.stop());
        let outcomes = self.journal.take_uploads(tasks, (noted, sends), app.config.limits.upload_total).await?;
        // What was not read is read and dropped, so that the answer arrives.
        body.drain().await;
        Ok(self.report(&outcomes))
    }

    fn report(&self, outcomes: &[Outcome]) -> AttachmentReport {
        let outcome = |outcome: &Outcome| match outcome.record() {
            Ok(_) => AttachmentOutcome::Saved,
            Err(problem) => AttachmentOutcome::Failed { problem: problem.clone() },
        };
        let records = self.records.iter().cloned().zip(outcomes.iter().map(outcome)).collect();
        AttachmentReport { index: self.index, records }
    }
}

/// A file, and who sends it.
#[derive(Clone, Copy)]
struct File<'a> {
    acting: &'a Acting,
    attachment: &'a Attachment,
    date: PrimitiveDateTime,
    index: usize,
    length: u64,
}

impl<'a> File<'a> {
    /// Puts it on a record, chunk by chunk as they are handed over; one that fails does not stop the others.
    fn task(self, record: &'a RecordId) -> (mpsc::Sender<io::Result<Bytes>>, Task<'a>) {
        let (taker, chunks) = mpsc::channel(WAITING);
        let task = Task {
            step: plan::attachment_step(self.index, record),
            look: self.of_the_name(record),
            looked_ms: None,
            look_again: self.of_the_name(record),
            write: Box::pin(self.write(record, chunks)),
        };
        (taker, task)
    }

    /// The files of its name on a record.
    fn of_the_name(self, record: &'a RecordId) -> Look<'a> {
        Box::pin(async move {
            let files = match target(record) {
                Target::Log(log) => self.acting.log_attachments(&log).await?,
                Target::Activity(activity) => self.acting.activity_attachments(&activity).await?,
            };
            let same = files.into_iter().filter(|(_, name)| name.eq_ignore_ascii_case(&self.attachment.name));
            Ok(same.map(|(id, _)| file(record, id.as_str())).collect())
        })
    }

    async fn write(self, record: &RecordId, chunks: mpsc::Receiver<io::Result<Bytes>>) -> Result<String, WriteError> {
        let chunks = stream::unfold(chunks, |mut chunks| async move { chunks.recv().await.map(|next| (next, chunks)) });
        let content = Content::new(self.length, chunks);
        let Attachment { name, content_type } = self.attachment;
        let id = match target(record) {
            Target::Log(log) => self.acting.attach_to_log(&log, name, content_type, content).await?,
            Target::Activity(activity) => self.acting.attach_to_activity(&activity, name, self.date, content).await?,
        };
        Ok(file(record, id.as_str()))
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
