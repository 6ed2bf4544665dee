//! Who saved these messages, and how much of their conversations.

use super::identity::Identity;
use super::{Entry, book, elsewhere, names, roles};
use crate::app::App;
use crate::failure::Failure;
use crate::options;
use crate::saves::plan::Head;
use crate::session::Session;
use crate::store::{LedgerNames, LedgerRow, LedgerState};
use api::{ConversationSaved, LedgerEntry, LookUpSaved, MessageFacts, SavedMessage, SavedMessages, Unfinished};
use futures_util::future::join_all;
use std::collections::{HashMap, HashSet};

/// Messages before one that are looked for, of all those asked for together: the latest of each.
const REFERENCES_MAX: usize = 1000;

/// A message that somebody asks about.
pub(super) struct Asked {
    identity: Identity,
    /// Those before it in its conversation.
    references: Vec<Identity>,
}

/// What the ledger has about messages.
pub(super) struct Found {
    entries: Vec<Entry>,
    under_way: HashSet<[u8; 16]>,
    /// Of the site's latest change that was seen.
    pub(super) version: i64,
}

/// Answers who saved messages.
pub(crate) async fn look(app: &App, session: &Session, ask: &LookUpSaved) -> Result<SavedMessages, Failure> {
    let asked = read(&ask.messages)?;
    let found = find(app, session, &asked).await?;
    let mut answer = tell(app, session, &asked, &found).await;
    // What the ledger does not know may have been saved before it was kept, or by other means.
    if let ([facts], [message]) = (&*ask.messages, &mut *answer.messages)
        && ask.ask_imis
        && !message.saves.iter().any(is_there)
    {
        match elsewhere::saves(app, session, facts, ask.utc_offset_minutes).await {
            Ok(saves) => message.saves.extend(saves),
            Err(failure) => message.imis = Some(failure.problem),
        }
    }
    Ok(answer)
}

fn is_there(entry: &LedgerEntry) -> bool {
    entry.state != api::LedgerState::Removed
}

/// Reads what is asked for; too much of it is refused.
pub(super) fn read(messages: &[MessageFacts]) -> Result<Vec<Asked>, Failure> {
    if messages.is_empty() || messages.len() > LookUpSaved::MAX {
        return Err(Failure::invalid("messages"));
    }
    let each = REFERENCES_MAX / messages.len();
    let asked = |facts: &MessageFacts| {
        book::check(facts).map_err(|_| Failure::invalid("messages"))?;
        let latest = facts.references.iter().rev().take(each);
        Ok(Asked { identity: Identity::of(facts), references: latest.filter_map(|id| Identity::of_id(id)).collect() })
    };
    messages.iter().map(asked).collect()
}

/// Looks for all of them at once.
pub(super) async fn find(app: &App, session: &Session, asked: &[Asked]) -> Result<Found, Failure> {
    let (site, ring) = (&session.me.site.0, &app.config.keyring);
    let identities = asked.iter().flat_map(|asked| std::iter::once(&asked.identity).chain(&asked.references));
    let names: Vec<LedgerNames> = identities.flat_map(|identity| names(ring, identity, site)).collect();
    let store = |error| Failure::store(&error);
    // The number first: what changes meanwhile has a later one.
    let changes = app.store.ledger_changes().await.map_err(store)?;
    let version = changes.iter().find(|(of, _)| of == site).map_or(0, |(_, number)| *number);
    let mut rows = app.store.ledger_rows(site, &names).await.map_err(store)?;
    let under_way = book::under_way(app, &rows).await?;
    if rows.iter().any(|row| row.state == LedgerState::Saving && !under_way.contains(&row.id)) {
        // It has just been brought up to date.
        rows = app.store.ledger_rows(site, &names).await.map_err(store)?;
    }
    let entries = rows.into_iter().filter_map(|row| Entry::open(ring, row)).collect();
    Ok(Found { entries, under_way, version })
}

impl Found {
    /// Whether anything about these messages has changed since.
    pub(super) fn is_newer(&self, asked: &[Asked], since: i64) -> bool {
        let concerns = |entry: &Entry| asked.iter().any(|asked| asked.concerns(&entry.details.identity));
        self.entries.iter().any(|entry| entry.row.version > since && concerns(entry))
    }
}

impl Asked {
    fn concerns(&self, other: &Identity) -> bool {
        let is = |identity: &Identity| identity.is(other);
        is(&self.identity) || self.identity.is_beside(other) || self.references.iter().any(is)
    }
}

/// Says what was found of each message.
pub(super) async fn tell(app: &App, session: &Session, asked: &[Asked], found: &Found) -> SavedMessages {
    let foreign = found.entries.iter().any(|entry| !entry.is_of(session));
    let may_remove_others = foreign && roles::may_be_shown(app, session).await;
    let unfinished = left_in_part(app, session, found).await;
    let tell = |asked: &Asked| {
        let of_it = found.entries.iter().filter(|entry| entry.details.identity.is(&asked.identity));
        let shown = of_it.filter_map(|entry| {
            let shown = entry.shown(session, found.under_way.contains(&entry.row.id), may_remove_others)?;
            Some(LedgerEntry { unfinished: unfinished.get(&entry.row.id).cloned(), ..shown })
        });
        SavedMessage { saves: shown.collect(), conversation: conversation(asked, found), imis: None }
    };
    SavedMessages { messages: asked.iter().map(tell).collect(), version: found.version }
}

/// How this person goes on with the saves that they left in part, or may have: a pane that closed tells nobody. Where
/// one is at it still, both do the same under one name.
async fn left_in_part(app: &App, session: &Session, found: &Found) -> HashMap<[u8; 16], Unfinished> {
    let open =
        |entry: &&Entry| matches!(entry.row.state, LedgerState::Saving | LedgerState::Partly) && entry.is_of(session);
    let mut open = found.entries.iter().filter(open).peekable();
    if open.peek().is_none() {
        return HashMap::new();
    }
    let Ok(site) = options::site_of(app, session).await else { return HashMap::new() };
    let rest = async |row: &LedgerRow| {
        let begun = app.store.save(&row.save).await.ok()??;
        let head = Head::open(&app.config.keyring, &row.save, &begun.sealed).ok()?;
        Some((row.id, head.unfinished(&row.save.save, &site)?))
    };
    join_all(open.map(|entry| rest(&entry.row))).await.into_iter().flatten().collect()
}

/// How much of the message's conversation is saved, as far as its messages are known: by the message itself, those it
/// refers to, and those the ledger has of it.
fn conversation(asked: &Asked, found: &Found) -> Option<ConversationSaved> {
    if !asked.identity.has_conversation() && asked.references.is_empty() {
        return None;
    }
    let mut known: Vec<(&Identity, bool)> = Vec::new();
    for identity in std::iter::once(&asked.identity).chain(&asked.references) {
        if !known.iter().any(|(known, _)| known.is(identity)) {
            known.push((identity, false));
        }
    }
    for entry in &found.entries {
        let identity = &entry.details.identity;
        let saved = entry.counts();
        match known.iter_mut().find(|(known, _)| known.is(identity)) {
            Some((_, is_saved)) => *is_saved |= saved,
            None if asked.identity.is_beside(identity) => known.push((identity, saved)),
            None => {}
        }
    }
    let count = |all: usize| u32::try_from(all).unwrap_or(u32::MAX);
    let saved = known.iter().filter(|(_, saved)| *saved).count();
    (known.len() > 1).then(|| ConversationSaved { saved: count(saved), known: count(known.len()) })
}
