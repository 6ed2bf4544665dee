//! Taking a save back: its files, its lines, its records. Every step may be repeated: what is gone counts as removed,
//! and until all of it is, the row says that it is being taken back, by whom and why.

use super::progress::{self, FILE_STEP};
use super::{Entry, TakenBack, id_of, one_line, roles};
use crate::app::App;
use crate::audit::{self, Event};
use crate::failure::Failure;
use crate::records;
use crate::saves::journal::{Journal, Look};
use crate::saves::plan::Head;
use crate::saves::{self, Settling, Stop, write};
use crate::session::Session;
use crate::store::{LedgerRow, LedgerState, SaveKey, Step, StepState};
use api::{ContactId, ProblemCode, RecordId, RecordLeft, RemoveSave, SaveRemoved};
use futures_util::future::BoxFuture;
use futures_util::stream::{self, StreamExt as _};
use imis::{Acting, ActivityId, LogId, RecordKey, RecordStore};
use std::sync::atomic::{AtomicBool, Ordering};

/// Records removed at the same time.
const WAVE: usize = 8;
/// How often a row that changes meanwhile is read again before giving up.
const TRIES: usize = 8;

/// Whether a save is being taken back, or was: then nothing more of it is written.
pub(crate) async fn is_taken_back(app: &App, key: &SaveKey) -> Result<bool, Failure> {
    let row = app.store.ledger_of(key).await.map_err(|error| Failure::store(&error))?;
    let taken =
        |row: LedgerRow| matches!(row.state, LedgerState::Removing | LedgerState::Removed | LedgerState::PartlyRemoved);
    Ok(row.is_some_and(taken))
}

/// Takes a save back.
pub(crate) async fn remove(app: &App, session: &Session, ask: &RemoveSave) -> Result<SaveRemoved, Failure> {
    let not_found = || Failure::new(ProblemCode::NotFound);
    if ask.reason.chars().count() > RemoveSave::REASON_MAX {
        return Err(Failure::invalid("reason"));
    }
    let reason = one_line(&ask.reason, RemoveSave::REASON_MAX);
    let id = id_of(&ask.entry).ok_or_else(not_found)?;
    let entry = read(app, session, id).await?.ok_or_else(not_found)?;
    if !entry.is_of(session) {
        roles::demand(app, session).await?;
        if reason.is_empty() {
            return Err(Failure::invalid("reason"));
        }
    }
    match entry.row.state {
        LedgerState::Removed => return shown(session, &entry, Vec::new()),
        LedgerState::Nothing => return Err(not_found()),
        _ => {}
    }
    let key = entry.row.save.clone();
    // Nobody writes its records meanwhile, at whatever server.
    let turn = app.running.begin(app, session, &key, saves::RECORDS).await.map_err(Failure::busy_for_conflict)?;
    let taking = Taking { app, session, stop: turn.stop(), id, reason };
    let removed = taking.run().await;
    turn.end(app).await;
    let outcome = match &removed {
        Ok(removed) if removed.left.is_empty() => "removed",
        Ok(_) => "partly_removed",
        Err(failure) => records::outcome(Some(failure), "removed"),
    };
    let whose = (!entry.is_of(session)).then(|| key.user_name.clone());
    let event = Event::SaveRemoved { save: key.save.clone(), whose, outcome };
    audit::note(app, audit::Entry::new(event).of(session)).await;
    match removed {
        Ok(removed) => Ok(removed),
        Err(failure) => Err(session.end_if_out(app, failure).await),
    }
}

/// The entry of that key, at the person's own site.
async fn read(app: &App, session: &Session, id: [u8; 16]) -> Result<Option<Entry>, Failure> {
    let row = app.store.ledger_entry(&session.me.site.0, id).await.map_err(|error| Failure::store(&error))?;
    Ok(row.and_then(|row| Entry::open(&app.config.keyring, row)))
}

fn shown(session: &Session, entry: &Entry, left: Vec<RecordLeft>) -> Result<SaveRemoved, Failure> {
    let entry = entry.shown(session, true, true).ok_or(Failure::new(ProblemCode::NotFound))?;
    Ok(SaveRemoved { left, entry })
}

/// A save that is being taken back.
struct Taking<'a> {
    app: &'a App,
    session: &'a Session,
    stop: &'a Stop,
    id: [u8; 16],
    reason: String,
}

impl Taking<'_> {
    async fn run(&self) -> Result<SaveRemoved, Failure> {
        let before = self.idle().await?;
        if before.row.state == LedgerState::Removed {
            return shown(self.session, &before, Vec::new());
        }
        self.find(&before).await?;
        // From here on no file of it is begun either.
        let entry = self.change(|entry| {
            entry.row.state = LedgerState::Removing;
            entry.details.removal = Some(TakenBack {
                by: self.session.me.name.clone(),
                at_ms: self.app.clock.now_ms(),
                reason: self.reason.clone(),
            });
        });
        let entry = entry.await?;
        self.idle().await?;
        let (left, untouched) = self.records(&entry).await?;
        let entry = self.end(&before, &left, untouched).await?;
        shown(self.session, &entry, left)
    }

    /// The entry, while no part of its save is being written anywhere.
    async fn idle(&self) -> Result<Entry, Failure> {
        let entry = self.read().await?;
        let files = saves::file_leases(&entry.row.save, entry.details.announced);
        let leased = self.app.store.is_leased(files, self.app.clock.now_ms()).await;
        if leased.map_err(|error| Failure::store(&error))? {
            return Err(Failure::wait(ProblemCode::Busy, 1));
        }
        Ok(entry)
    }

    async fn read(&self) -> Result<Entry, Failure> {
        read(self.app, self.session, self.id).await?.ok_or(Failure::new(ProblemCode::NotFound))
    }

    /// Changes the row as it is now.
    async fn change(&self, change: impl Fn(&mut Entry) + Send) -> Result<Entry, Failure> {
        for _ in 0..TRIES {
            let mut entry = self.read().await?;
            let from = entry.row.version;
            change(&mut entry);
            entry.seal(&self.app.config.keyring)?;
            let changed = self.app.store.change_entry(&entry.row, from).await;
            if let Some(version) = changed.map_err(|error| Failure::store(&error))? {
                self.app.watching.tell(&entry.row.save.site, version);
                return Ok(entry);
            }
        }
        Err(Failure::wait(ProblemCode::Busy, 1))
    }

    /// Finds the records that nobody knew of so far: such as were sent and never answered. While one that is not to be
    /// found may still come, nothing is taken back: it would stay. Lines and files stand and fall with their record.
    async fn find(&self, entry: &Entry) -> Result<(), Failure> {
        let (store, key) = (&self.app.store, &entry.row.save);
        let head = store.save(key).await.map_err(|error| Failure::store(&error))?;
        let head = head.and_then(|row| Head::open(&self.app.config.keyring, key, &row.sealed).ok());
        let Some(head) = head else { return Ok(()) };
        let acting = self.session.acting(self.app)?;
        let journal = Journal::load(store.clone(), key.clone(), self.stop.clone(), Settling::of(self.app)).await?;
        for step in journal.open().filter(|step| progress::is_record(step)) {
            let look: Look<'_> = match step.split_once(':') {
                None if step == write::ENTRY_STEP => write::look_for_entry(&acting, &head),
                Some((_, contact)) => match write::look_for(&acting, &head, contact) {
                    Some(look) => look,
                    None => continue,
                },
                None => continue,
            };
            journal.find_or_wait(step, look, None).await.map_err(Failure::of)?;
        }
        Ok(())
    }

    /// Removes the records; what is left, and whether all is as it was.
    async fn records(&self, entry: &Entry) -> Result<(Vec<RecordLeft>, bool), Failure> {
        let (store, key) = (&self.app.store, &entry.row.save);
        let acting = self.session.acting(self.app)?;
        let steps = store.steps(key).await.map_err(|error| Failure::store(&error))?;
        let written = written(entry, &steps);
        let touched = &AtomicBool::new(false);
        let removals = written.into_iter().map(|record| {
            let acting = &acting;
            async move { (take((acting, self.session), self.stop, entry, &record, touched).await, record) }
        });
        let taken: Vec<(Result<(), Failure>, RecordId)> = stream::iter(removals).buffered(WAVE).collect().await;
        let refused = taken.iter().all(|(taken, _)| matches!(taken, Err(failure) if is_refusal(failure)));
        let untouched = refused && !touched.load(Ordering::Relaxed);
        let mut left = Vec::new();
        for (taken, record) in taken {
            match taken {
                Ok(()) => self.forget(key, &steps, &record).await?,
                Err(failure) if failure.problem.code == ProblemCode::SignedOut => return Err(failure),
                Err(failure) => {
                    let of = whose(entry, &steps, &record);
                    left.extend(of.into_iter().map(|contact| RecordLeft {
                        contact,
                        record: record.clone(),
                        problem: failure.problem.clone(),
                    }));
                }
            }
        }
        Ok((left, untouched))
    }

    /// A record is gone: nothing of it belongs to a step any more.
    async fn forget(&self, key: &SaveKey, steps: &[Step], record: &RecordId) -> Result<(), Failure> {
        let of_record = |step: &&Step| {
            step.record.as_ref() == Some(&record.0)
                || step.name.strip_prefix(FILE_STEP).is_some_and(|rest| rest.ends_with(&format!(":{}", record.0)))
                || (is_entry(record) && step.name.starts_with(write::LINE_STEP))
        };
        let names = steps.iter().filter(of_record).map(|step| step.name.clone()).collect();
        self.app.store.forget_steps(key, names).await.map_err(|error| Failure::store(&error))
    }

    /// Says in the row how it ended.
    async fn end(&self, before: &Entry, left: &[RecordLeft], untouched: bool) -> Result<Entry, Failure> {
        if left.is_empty() {
            // Nothing is in iMIS any more, so nothing is found again when the message is saved anew.
            self.app.store.forget_save(&before.row.save).await.map_err(|error| Failure::store(&error))?;
        }
        let restored = untouched && before.row.state != LedgerState::Removing;
        self.change(|entry| {
            if left.is_empty() {
                entry.row.state = LedgerState::Removed;
                entry.details.to.iter_mut().for_each(|to| to.record = None);
            } else if restored {
                entry.row.state = before.row.state;
                entry.details.removal.clone_from(&before.details.removal);
            } else {
                entry.row.state = LedgerState::PartlyRemoved;
                for to in &mut entry.details.to {
                    let is_left = |left: &RecordLeft| left.contact.0 == to.contact;
                    to.record = left.iter().find(|left| is_left(left)).map(|left| left.record.0.clone());
                }
            }
        })
        .await
    }
}

/// Whether iMIS said no.
fn is_refusal(failure: &Failure) -> bool {
    matches!(failure.problem.code, ProblemCode::Forbidden | ProblemCode::ImisRefused)
}

fn is_entry(record: &RecordId) -> bool {
    records::key(record).is_ok_and(|key| key.store == RecordStore::Log)
}

/// The records that the save wrote, each once.
fn written(entry: &Entry, steps: &[Step]) -> Vec<RecordId> {
    let done = steps.iter().filter(|step| progress::is_record(&step.name) && step.state == StepState::Done);
    let told = entry.details.to.iter().filter_map(|to| to.record.clone());
    let mut records: Vec<String> = done.filter_map(|step| step.record.clone()).chain(told).collect();
    records.sort_unstable();
    records.dedup();
    records.into_iter().map(RecordId).collect()
}

/// The contacts that a record is of.
fn whose(entry: &Entry, steps: &[Step], record: &RecordId) -> Vec<ContactId> {
    let by_step = |contact: &str| {
        let is = |step: &Step| step.record.as_ref() == Some(&record.0) && step.name.ends_with(&format!(":{contact}"));
        steps.iter().any(is)
    };
    let all = entry.details.to.iter();
    let is = |to: &&super::To| to.record.as_ref() == Some(&record.0) || is_entry(record) || by_step(&to.contact);
    all.filter(is).map(|to| ContactId(to.contact.clone())).collect()
}

/// Removes a record with all that hangs on it; notes in `touched` that something is gone.
async fn take(
    (acting, session): (&Acting, &Session),
    stop: &Stop,
    entry: &Entry,
    record: &RecordId,
    touched: &AtomicBool,
) -> Result<(), Failure> {
    if let Some((table, row)) = write::row_of_table(record) {
        saves::stopped_change(session, stop)?;
        let removed = stop.until_lost(acting.remove_row(table, row)).await;
        return removed.ok_or(Failure::new(ProblemCode::Unknown))?.map_err(|error| Failure::write(&error));
    }
    let key = records::key(record)?;
    let taking = Record { acting, session, stop, key: &key, touched };
    match key.store {
        RecordStore::Log => taking.entry(entry).await,
        RecordStore::Activity => {
            let id = ActivityId::new(&*key.key);
            taking.with_files(Box::pin(acting.activity_attachments(&id))).await
        }
        RecordStore::ContactInteraction | RecordStore::Note => taking.itself().await,
    }
}

/// The files of a record, as iMIS lists them.
type Files<'a> = BoxFuture<'a, Result<Vec<(imis::AttachmentId, String)>, imis::Error>>;

/// One record that is being removed.
struct Record<'a> {
    acting: &'a Acting,
    session: &'a Session,
    stop: &'a Stop,
    key: &'a RecordKey,
    touched: &'a AtomicBool,
}

impl Record<'_> {
    /// An entry of the log: the lines of the save's contacts, and the rest unless somebody else has a line of it.
    async fn entry(&self, entry: &Entry) -> Result<(), Failure> {
        let log = LogId::new(&*self.key.key);
        let lines = self.session.while_alive(Box::pin(self.acting.find_recipients(&log))).await?;
        let lines = lines.map_err(|error| Failure::imis(&error))?;
        let of_save = |party: &str| entry.details.to.iter().any(|to| to.contact.eq_ignore_ascii_case(party));
        let (ours, others): (Vec<_>, Vec<_>) = lines.into_iter().partition(|(_, party)| of_save(party.as_str()));
        if others.is_empty() {
            let files = self.session.while_alive(Box::pin(self.acting.log_attachments(&log))).await?;
            self.files(files.map_err(|error| Failure::imis(&error))?).await?;
        }
        for (line, _) in ours {
            self.write(self.acting.remove_line(&line)).await?;
        }
        if others.is_empty() { self.itself().await } else { Ok(()) }
    }

    async fn with_files(&self, files: Files<'_>) -> Result<(), Failure> {
        let files = self.session.while_alive(files).await?;
        self.files(files.map_err(|error| Failure::imis(&error))?).await?;
        self.itself().await
    }

    async fn files(&self, files: Vec<(imis::AttachmentId, String)>) -> Result<(), Failure> {
        for (file, _) in files {
            self.write(self.acting.remove_attachment(self.key.store, &file)).await?;
        }
        Ok(())
    }

    async fn itself(&self) -> Result<(), Failure> {
        self.write(self.acting.remove_record(self.key)).await
    }

    async fn write(&self, write: impl Future<Output = Result<(), imis::WriteError>>) -> Result<(), Failure> {
        saves::stopped_change(self.session, self.stop)?;
        let written = self.stop.until_lost(write).await.ok_or(Failure::new(ProblemCode::Unknown))?;
        written.map_err(|error| Failure::write(&error))?;
        self.touched.store(true, Ordering::Relaxed);
        Ok(())
    }
}
