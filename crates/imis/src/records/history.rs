//! The lists behind a timeline, newest first.

use super::RecordStore;
use crate::{
    Acting, Error, ErrorKind, Operation, PartyId, client::equals, exchange::Failed, exchange::not_understood, wire,
};
use serde_json::Value;
use time::PrimitiveDateTime;

/// Rows read in one call where the site does not sort.
const UNSORTED_PAGE: u64 = 100;
/// Most rows of one store looked at there: the last ones, which such a site wrote last.
const UNSORTED_MAX: u64 = 1000;

/// A record as it stands in a list.
#[derive(Clone, PartialEq, Eq)]
pub struct HistoryRow {
    /// Its key; for the communication log that of the entry.
    pub key: String,
    /// When it was, local.
    pub at: Option<PrimitiveDateTime>,
    /// Subject or description; empty for notes.
    pub title: String,
    /// Code of its type, a note's purpose, or what the log calls the kind of communication.
    pub type_code: String,
    /// Code of a contact interaction's action.
    pub action_code: String,
    /// Note or details; lists of the communication log have none.
    pub text: String,
    /// Who wrote it.
    pub by: Option<String>,
    /// When it is to be followed up, local.
    pub follow_up: Option<PrimitiveDateTime>,
}

impl std::fmt::Debug for HistoryRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HistoryRow").field("key", &self.key).finish_non_exhaustive()
    }
}

/// A place in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// What stands there, as the list names it: for the communication log the contact's line, not the entry.
    pub place: String,
    /// The record; `None` where the place is nobody's business: another contact's, or marked for deletion.
    pub row: Option<HistoryRow>,
}

/// Some places of a list, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HistoryPage {
    /// The places.
    pub places: Vec<Listed>,
    /// Whether more follow.
    pub more: bool,
}

/// How iMIS is asked for a store's rows.
struct Source {
    entity: &'static str,
    /// Names of the filter for the contact; where the first is refused the next is tried.
    party: &'static [&'static str],
    newest_first: &'static str,
}

const fn source(store: RecordStore) -> Source {
    match store {
        RecordStore::Activity => {
            Source { entity: "Activity", party: &["PartyId"], newest_first: "TRANSACTION_DATE:Descending" }
        }
        // Assumed: both names of the filter, and that a line's own date sorts (`imis.md §7.2` leaves listing open).
        RecordStore::Log => Source {
            entity: "CommunicationLogRecipient",
            party: &["Party.PartyId", "PartyId"],
            newest_first: "UpdateInformation.CreatedOn:Descending",
        },
        RecordStore::ContactInteraction => {
            Source { entity: "ContactInteraction", party: &["PartyId"], newest_first: "InteractionDate:Descending" }
        }
        // Assumed: that a note's date sorts.
        RecordStore::Note => {
            Source { entity: "PartyNote", party: &["PartyId"], newest_first: "UpdateInformation.CreatedOn:Descending" }
        }
    }
}

/// A page as it came.
struct Raw {
    places: Vec<Listed>,
    next: Option<u64>,
    total: u64,
}

impl Acting {
    /// The places of a contact's list from `offset` on, newest first; at most `limit`, perhaps fewer though more
    /// follow. Where the site does not sort, its last 1000 rows are sorted here.
    pub async fn history(
        &self,
        party: &PartyId,
        store: RecordStore,
        offset: u64,
        limit: u64,
    ) -> Result<HistoryPage, Error> {
        let source = source(store);
        let mut refused = None;
        for name in source.party {
            match self.history_by(party, store, (&source, name), (offset, limit)).await {
                Err(failed) if is_refused(&failed.error) => refused = Some(failed.error),
                answer => return Ok(answer?),
            }
        }
        Err(refused.unwrap_or_else(|| not_understood(Operation::ReadHistory).error))
    }

    async fn history_by(
        &self,
        party: &PartyId,
        store: RecordStore,
        (source, filter): (&Source, &str),
        (offset, mut limit): (u64, u64),
    ) -> Result<HistoryPage, Failed> {
        let sorted = loop {
            let order = Some(source.newest_first);
            match self.history_page(party, store, (source, filter), order, (offset, limit)).await {
                // Bodies stand in the rows of activities: some pages are too large at once.
                Err(failed) if failed.error.kind == ErrorKind::TooLarge && limit > 1 => limit = (limit / 4).max(1),
                Err(failed) if is_refused(&failed.error) => break None,
                Err(failed) => return Err(failed),
                Ok(page) => break Some(page),
            }
        };
        match sorted {
            Some(page) if page.next.is_none() && offset == 0 => {
                let mut places = page.places;
                sort(&mut places);
                Ok(HistoryPage { places, more: false })
            }
            Some(page) if is_sorted(&page.places) => Ok(HistoryPage { more: page.next.is_some(), places: page.places }),
            _ => self.history_sorted_here(party, store, (source, filter), (offset, limit)).await,
        }
    }

    /// Reads the last rows of a site that does not sort, and sorts them.
    async fn history_sorted_here(
        &self,
        party: &PartyId,
        store: RecordStore,
        source: (&Source, &str),
        (offset, limit): (u64, u64),
    ) -> Result<HistoryPage, Failed> {
        let mut page = self.history_page(party, store, source, None, (0, UNSORTED_PAGE)).await?;
        let mut places = Vec::new();
        if page.total > UNSORTED_MAX {
            let start = page.total - UNSORTED_MAX;
            page = self.history_page(party, store, source, None, (start, UNSORTED_PAGE)).await?;
        }
        for _ in 0..UNSORTED_MAX.div_ceil(UNSORTED_PAGE) {
            places.append(&mut page.places);
            let Some(next) = page.next else { break };
            page = self.history_page(party, store, source, None, (next, UNSORTED_PAGE)).await?;
        }
        places.append(&mut page.places);
        sort(&mut places);
        let (skip, take) = (usize::try_from(offset).unwrap_or(usize::MAX), usize::try_from(limit).unwrap_or(1));
        let more = places.len() > skip.saturating_add(take);
        Ok(HistoryPage { places: places.into_iter().skip(skip).take(take).collect(), more })
    }

    async fn history_page(
        &self,
        party: &PartyId,
        store: RecordStore,
        (source, filter): (&Source, &str),
        order: Option<&str>,
        (offset, limit): (u64, u64),
    ) -> Result<Raw, Failed> {
        let operation = Operation::ReadHistory;
        let filter = equals(operation, filter, party.as_str()).map_err(Failed::before)?;
        let window = [("limit", limit.to_string()), ("offset", offset.to_string())];
        let request = || {
            let request = self.client.get(&["api", source.entity]).query(&[&filter]).query(&window);
            if let Some(order) = order { request.query(&[("OrderBy", order)]) } else { request }
        };
        let answer = self.read(operation, request).await?;
        let total = wire::total(&answer).unwrap_or(0);
        let (rows, next) = wire::page(answer).ok_or_else(|| not_understood(operation))?;
        let places = rows.iter().filter_map(|row: &Value| wire::history_row(store, row, party)).collect();
        Ok(Raw { places, next: next.filter(|next| *next > offset), total })
    }
}

/// Whether the site does not know what it was asked for.
fn is_refused(error: &Error) -> bool {
    matches!(error.kind, ErrorKind::Refused { .. })
}

fn when(place: &Listed) -> Option<PrimitiveDateTime> {
    place.row.as_ref().and_then(|row| row.at)
}

/// Newest first; what has no date comes last, and equal dates stay as they came.
fn sort(places: &mut [Listed]) {
    places.sort_by_key(|place| std::cmp::Reverse(when(place)));
}

fn is_sorted(places: &[Listed]) -> bool {
    places.iter().filter(|place| place.row.is_some()).map(when).is_sorted_by(|earlier, later| earlier >= later)
}
