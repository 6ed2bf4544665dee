//! Removing a record of a contact. Of the communication log only the contact's own lines go; the entry goes with the
//! last of all lines, if it is certain that it is ours and that there are none: what a list does not show may be there
//! for others (`imis.md §16`).

use super::{forms, ids};
use crate::app::App;
use crate::audit::{self, Entry, Event};
use crate::failure::Failure;
use crate::saves::{self, Stop, plan};
use crate::session::Session;
use crate::store::{SaveKey, SaveRow, Step, StepState, StoreError, Try};
use api::{ProblemCode, RecordKind, RemoveRecord, Removed};
use imis::{Acting, ErrorKind, FullRecord, LogId, PartyId, RecordKey, RecordStore};

/// The step of a removal that is left when the contact's lines are gone.
const ENTRY: &str = "entry";
/// The step of a removal of lines alone.
const LINES: &str = "lines";

/// Removes a record of a contact; one that is gone already counts as removed.
pub(crate) async fn remove(app: &App, session: &Session, ask: &RemoveRecord) -> Result<Removed, Failure> {
    let (key, party) = (ids::key(&ask.record)?, ids::contact(&ask.contact)?);
    let acting = session.acting(app)?;
    let turn = super::turn(app, session, &key).await?;
    let begun = saves::key(session, &format!("removal:{}:{}", ask.contact.0, ids::record(key.store, &key.key).0));
    let mut removal =
        Removal { app, session, acting: &acting, stop: turn.stop(), key: &key, party: &party, begun, wrote: false };
    let removed = removal.run().await;
    let wrote = removal.wrote;
    turn.end(app).await;
    if wrote {
        let outcome = super::outcome(removed.as_ref().err(), "removed");
        let event = Event::RecordRemoved { record: ask.record.0.clone(), outcome };
        audit::note(app, Entry::new(event).of(session)).await;
    }
    match removed {
        Ok(()) => Ok(Removed {}),
        Err(failure) => Err(session.end_if_out(app, failure).await),
    }
}

fn failed(error: &StoreError) -> Failure {
    Failure::store(error)
}

struct Removal<'a> {
    app: &'a App,
    session: &'a Session,
    acting: &'a Acting,
    stop: &'a Stop,
    key: &'a RecordKey,
    party: &'a PartyId,
    /// Where it stands, durably, that this person was to remove the contact's lines, and whether the entry follows.
    begun: SaveKey,
    /// Whether iMIS was told to remove anything.
    wrote: bool,
}

impl Removal<'_> {
    async fn run(&mut self) -> Result<(), Failure> {
        let read = async { futures_util::join!(self.acting.record(self.party, self.key), self.acting.abilities()) };
        let (record, abilities) = self.session.while_alive(Box::pin(read)).await?;
        let (record, abilities) = match (record, abilities) {
            (Ok(record), Ok(abilities)) => (record, abilities),
            (Err(error), _) if error.kind == ErrorKind::NotFound => return self.gone().await,
            (Err(error), _) | (_, Err(error)) => return Err(Failure::imis(&error)),
        };
        let by_people = self.key.store != RecordStore::Activity
            || forms::of_activity(&abilities, &record.row.type_code)
                .is_some_and(|form| form.kind == RecordKind::Activity);
        if !by_people {
            return Err(Failure::new(ProblemCode::Forbidden));
        }
        if self.key.store == RecordStore::Log { self.lines(&record).await } else { self.record().await }
    }

    /// A record that is not the contact's: gone, or another's, which is refused. Of an entry of the log whose line went
    /// in a removal of this person's, the rest is done.
    async fn gone(&mut self) -> Result<(), Failure> {
        let exists = self.session.while_alive(Box::pin(self.acting.record_exists(self.key))).await?;
        if !exists.map_err(|error| Failure::imis(&error))? {
            return Ok(());
        }
        let steps = self.app.store.steps(&self.begun).await.map_err(|error| failed(&error))?;
        match steps.first() {
            Some(step) if step.name == ENTRY && step.state == StepState::Sent => self.entry().await,
            Some(_) => Ok(()),
            None => Err(Failure::new(ProblemCode::NotFound)),
        }
    }

    /// The record itself.
    async fn record(&mut self) -> Result<(), Failure> {
        saves::stopped_change(self.session, self.stop)?;
        self.wrote = true;
        let removed = self.stop.until_lost(self.acting.remove_record(self.key)).await;
        let removed = removed.ok_or(Failure::new(ProblemCode::Unknown))?;
        removed.map_err(|error| Failure::write(&error))
    }

    /// The contact's lines, and the entry if it was the last of them and the entry is ours.
    async fn lines(&mut self, record: &FullRecord) -> Result<(), Failure> {
        let entry_follows = self.is_ours(record).await?;
        self.begin(if entry_follows { ENTRY } else { LINES }).await?;
        let log = LogId::new(&*self.key.key);
        let lines = self.session.while_alive(Box::pin(self.acting.lines_of_contact(&log, self.party))).await?;
        for line in lines.map_err(|error| Failure::imis(&error))? {
            saves::stopped_change(self.session, self.stop)?;
            self.wrote = true;
            let removed = self.stop.until_lost(self.acting.remove_line(&line)).await;
            let removed = removed.ok_or(Failure::new(ProblemCode::Unknown))?;
            removed.map_err(|error| Failure::write(&error))?;
        }
        if entry_follows { self.entry().await } else { Ok(()) }
    }

    /// Whether a save of ours wrote the entry, and has no line of it still to write.
    async fn is_ours(&self, record: &FullRecord) -> Result<bool, Failure> {
        let named = ids::record(self.key.store, &self.key.key).0;
        let writer = self.app.store.writer(&self.session.me.site.0, &named).await.map_err(|error| failed(&error))?;
        let Some(writer) = writer else { return Ok(plan::is_our_key(&record.message_key)) };
        let steps = self.app.store.steps(&writer).await.map_err(|error| failed(&error))?;
        let to_write = |step: &Step| step.name.starts_with(saves::write::LINE_STEP) && step.state != StepState::Done;
        Ok(!steps.iter().any(to_write))
    }

    /// Notes, durably, what is to be done.
    async fn begin(&self, step: &str) -> Result<(), Failure> {
        let (store, now_ms) = (&self.app.store, self.app.clock.now_ms());
        store.forget_save(&self.begun).await.map_err(|error| failed(&error))?;
        let row = SaveRow { fingerprint: Vec::new(), sealed: Vec::new() };
        store.begin_save(&self.begun, row, now_ms).await.map_err(|error| failed(&error))?;
        self.note(step, StepState::Sent).await
    }

    async fn note(&self, step: &str, state: StepState) -> Result<(), Failure> {
        let step = Step { name: step.to_owned(), state, record: None, until_ms: None };
        self.app.store.set_steps(&self.begun, Try(0), vec![step]).await.map(drop).map_err(|error| failed(&error))
    }

    /// The entry, if iMIS says that it has no line left.
    async fn entry(&mut self) -> Result<(), Failure> {
        let log = LogId::new(&*self.key.key);
        let bare = self.session.while_alive(Box::pin(self.acting.is_without_lines(&log))).await?;
        if bare.map_err(|error| Failure::imis(&error))? {
            self.record().await?;
        }
        self.note(ENTRY, StepState::Done).await
    }
}
