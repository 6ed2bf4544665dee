//! What saves write into the ledger: reserved before anything, settled after everything.

use super::{Details, Entry, To, one_line, progress};
use crate::app::App;
use crate::config::Site;
use crate::failure::Failure;
use crate::ledger::identity::Identity;
use crate::saves::plan::Head;
use crate::saves::{LEASE_MS, leases};
use crate::seal;
use crate::session::Session;
use crate::store::{Blocks, LedgerNames, LedgerRow, LedgerState, Reserved, SaveKey, StoreError};
use api::{Duplicates, MessageFacts, ProblemCode, SaveMessage};
use std::collections::HashSet;

/// How often a row that changes meanwhile is read again before giving up.
const TRIES: usize = 8;
/// Longest name of a contact that is kept, in letters.
const NAME_MAX: usize = 120;
/// Longest Message-ID and longest subject taken, in bytes.
const FACT_MAX_BYTES: usize = 4096;
/// Most recipients of a message, and most messages before it.
const RECIPIENTS_MAX: usize = 5000;
const REFERENCES_MAX: usize = 500;

/// Refuses what no message has.
pub(crate) fn check(facts: &MessageFacts) -> Result<(), Failure> {
    let texts = [&facts.message_id, &facts.subject, &facts.conversation].into_iter().chain(&facts.references);
    let sound = texts.into_iter().all(|text| text.len() <= FACT_MAX_BYTES)
        && facts.recipients.len() <= RECIPIENTS_MAX
        && facts.references.len() <= REFERENCES_MAX;
    if sound { Ok(()) } else { Err(Failure::invalid("facts")) }
}

/// What a save is known by: its key, what is asked, what will be written, and what it is called.
pub(crate) struct Reservation<'a> {
    pub(crate) key: &'a SaveKey,
    pub(crate) ask: &'a SaveMessage,
    pub(crate) head: &'a Head,
    pub(crate) saved_as: String,
}

/// Notes that this person saves this message, unless somebody did or does so already. A save of which anything is, or
/// may be, in iMIS goes on; one that came to nothing begins anew, and somebody may have been faster.
pub(crate) async fn reserve(
    app: &App,
    session: &Session,
    site: &Site,
    reservation: Reservation<'_>,
) -> Result<(), Failure> {
    let Reservation { key, ask, head, saved_as } = reservation;
    let now_ms = app.clock.now_ms();
    let identity = Identity::of(&ask.facts);
    let to = ask.contacts.iter().map(|contact| To {
        contact: contact.id.0.clone(),
        name: one_line(&contact.name, NAME_MAX),
        record: None,
    });
    let details = Details {
        identity,
        by: session.me.name.clone(),
        saved_as,
        to: to.collect(),
        announced: head.attachments.len(),
        attachments: 0,
        removal: None,
    };
    let row = LedgerRow {
        id: seal::random(),
        save: key.clone(),
        key_id: [0; 4],
        names: LedgerNames::default(),
        state: LedgerState::Saving,
        begun_ms: now_ms,
        touched_ms: now_ms,
        version: 0,
        sealed: Vec::new(),
    };
    let mut entry = Entry { row, details };
    entry.seal(&app.config.keyring)?;
    let asks = site.duplicates == Duplicates::Refused || !ask.again;
    let (names, blocks) =
        if asks { others(app, &entry).await? } else { (Vec::new(), Box::new(|_: &LedgerRow| false) as Blocks) };
    let reserved = app.store.reserve(entry.row, &names, blocks).await;
    match reserved.map_err(|error| Failure::store(&error))? {
        Reserved::New(version) => {
            app.watching.tell(&key.site, version);
            Ok(())
        }
        Reserved::Taken => Err(Failure::new(ProblemCode::AlreadySaved)),
        Reserved::Known(row) => go_on(app, *row).await,
    }
}

/// What rows could stand in the way of a save of this message, and which of them do.
async fn others(app: &App, entry: &Entry) -> Result<(Vec<LedgerNames>, Blocks), Failure> {
    let identity = entry.details.identity.clone();
    let mut names = super::names(&app.config.keyring, &identity, &entry.row.save.site);
    for names in &mut names {
        // Others of the conversation are other messages.
        names.conversation = None;
    }
    let rows = app.store.ledger_rows(&entry.row.save.site, &names).await.map_err(|error| Failure::store(&error))?;
    let under_way = under_way(app, &rows).await?;
    let (ring, now_ms) = (app.config.keyring.clone(), app.clock.now_ms());
    let blocks: Blocks = Box::new(move |row: &LedgerRow| {
        let live = row.state == LedgerState::Saving && (is_fresh(row, now_ms) || under_way.contains(&row.id));
        Entry::open(&ring, row.clone())
            .is_some_and(|other| (live || other.counts()) && other.details.identity.is(&identity))
    });
    Ok((names, blocks))
}

/// Whether a save is known to be of this message and to these contacts.
pub(crate) async fn is_of(app: &App, key: &SaveKey, ask: &SaveMessage) -> Result<bool, Failure> {
    let row = app.store.ledger_of(key).await.map_err(|error| Failure::store(&error))?;
    let entry = row.and_then(|row| Entry::open(&app.config.keyring, row));
    Ok(entry.is_some_and(|entry| {
        let to: HashSet<&str> = entry.details.to.iter().map(|to| &*to.contact).collect();
        let asked: HashSet<&str> = ask.contacts.iter().map(|contact| &*contact.id.0).collect();
        to == asked && entry.details.identity.is(&Identity::of(&ask.facts))
    }))
}

/// Whether somebody was at it so shortly before that a server's lease would still stand: the time between a save's
/// parts, in which the pane begins the next.
pub(super) const fn is_fresh(row: &LedgerRow, now_ms: i64) -> bool {
    now_ms.saturating_sub(row.touched_ms) < LEASE_MS
}

/// Which of these saves somebody is at, or of which a write may still come. Of those that nobody is at any more, though
/// nobody said so (their server was killed, their pane closed), the row is brought up to date.
pub(super) async fn under_way(app: &App, rows: &[LedgerRow]) -> Result<HashSet<[u8; 16]>, Failure> {
    let now_ms = app.clock.now_ms();
    let mut under_way = HashSet::new();
    for row in rows.iter().filter(|row| row.state == LedgerState::Saving) {
        if is_fresh(row, now_ms) || is_leased(app, row).await.map_err(|error| Failure::store(&error))? {
            under_way.insert(row.id);
        } else {
            settle_as(app, &row.save, false).await.map_err(|error| Failure::store(&error))?;
            let steps = app.store.steps(&row.save).await.map_err(|error| Failure::store(&error))?;
            if progress::may_come(&steps, now_ms) {
                under_way.insert(row.id);
            }
        }
    }
    Ok(under_way)
}

/// Whether a server is at a part of the save.
pub(super) async fn is_leased(app: &App, row: &LedgerRow) -> Result<bool, StoreError> {
    let announced = Entry::open(&app.config.keyring, row.clone()).map_or(0, |entry| entry.details.announced);
    app.store.is_leased(leases(&row.save, announced), app.clock.now_ms()).await
}

/// The same save goes on, unless it was taken back.
async fn go_on(app: &App, row: LedgerRow) -> Result<(), Failure> {
    let mut row = row;
    for _ in 0..TRIES {
        match row.state {
            LedgerState::Removing | LedgerState::Removed | LedgerState::PartlyRemoved => {
                return Err(Failure::new(ProblemCode::Conflict));
            }
            LedgerState::Saved => return Ok(()),
            LedgerState::Saving | LedgerState::Partly | LedgerState::Nothing => {}
        }
        let from = row.version;
        row.state = LedgerState::Saving;
        row.touched_ms = app.clock.now_ms();
        let changed = app.store.change_entry(&row, from).await.map_err(|error| Failure::store(&error))?;
        if let Some(version) = changed {
            app.watching.tell(&row.save.site, version);
            return Ok(());
        }
        let read = app.store.ledger_of(&row.save).await.map_err(|error| Failure::store(&error))?;
        row = read.ok_or(Failure::new(ProblemCode::Conflict))?;
    }
    Err(Failure::wait(ProblemCode::Busy, 1))
}

/// Brings the row of a save up to date with its journal, after a part of it has ended however it did.
pub(crate) async fn settle(app: &App, key: &SaveKey) {
    if let Err(error) = settle_as(app, key, true).await {
        // The journal knows; whoever looks next brings it up to date.
        tracing::warn!(error = crate::failure::chain(&error), "failed to bring the ledger up to date");
    }
}

async fn settle_as(app: &App, key: &SaveKey, awaited: bool) -> Result<(), StoreError> {
    for _ in 0..TRIES {
        let Some(row) = app.store.ledger_of(key).await? else { return Ok(()) };
        if matches!(row.state, LedgerState::Removing | LedgerState::Removed | LedgerState::PartlyRemoved) {
            return Ok(());
        }
        let Some(mut entry) = Entry::open(&app.config.keyring, row) else { return Ok(()) };
        let (former, from) = (entry.clone(), entry.row.version);
        read_journal(app, &mut entry, awaited).await?;
        if entry.row.state == former.row.state && entry.details == former.details {
            return Ok(());
        }
        if awaited {
            entry.row.touched_ms = app.clock.now_ms();
        }
        if entry.seal(&app.config.keyring).is_err() {
            return Ok(());
        }
        if let Some(version) = app.store.change_entry(&entry.row, from).await? {
            app.watching.tell(&key.site, version);
            return Ok(());
        }
    }
    Ok(())
}

/// Reads out of the journal how a save stands.
pub(super) async fn read_journal(app: &App, entry: &mut Entry, awaited: bool) -> Result<(), StoreError> {
    let key = &entry.row.save;
    let head = app.store.save(key).await?.and_then(|row| Head::open(&app.config.keyring, key, &row.sealed).ok());
    let Some(head) = head else {
        // It never began, or was long ago: then it stays what it was.
        if entry.row.state == LedgerState::Saving {
            entry.row.state = LedgerState::Nothing;
        }
        return Ok(());
    };
    let steps = app.store.steps(key).await?;
    let contacts: Vec<&str> = entry.details.to.iter().map(|to| &*to.contact).collect();
    let progress = progress::of(&head, &contacts, &steps, awaited);
    for (to, record) in entry.details.to.iter_mut().zip(progress.records) {
        to.record = record;
    }
    entry.details.attachments = progress.attachments;
    entry.row.state = progress.state;
    Ok(())
}
