//! A timeline: the lists of all stores, read in one wave and merged, newest first.
//!
//! iMIS has no list of everything, so each store is read from where the last page ended. That place is the number of
//! rows read so far and the last of them: where rows came or went in between, the row is looked for around its place.

use super::ids;
use crate::app::App;
use crate::failure::Failure;
use crate::saves::text;
use crate::session::Session;
use api::{GetTimeline, MissingKind, RecordKind, Timeline, TimelineCursor, TimelineEntry};
use futures_util::future::join_all;
use futures_util::join;
use imis::{Abilities, Absent as _, Acting, HistoryRow, Listed, LogSeen, PartyId, RecordStore};
use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

/// Rows read again before a place, to find it where others came or went.
const AROUND: u64 = 8;
/// Rows of a store in one call, and where they are searched for text.
const ROWS: u64 = GetTimeline::PAGE as u64 + 4;
const ROWS_SEARCHED: u64 = 100;
/// Calls a store for one page.
const WAVES: usize = 6;
/// Longest text to search for, in characters.
const TEXT_MAX: usize = 200;
/// How much of a long note is looked at.
const LOOKED_AT_BYTES: usize = 16 * 1024;
/// Longest title made of a note.
const TITLE_MAX: usize = 80;
/// Furthest place in a list.
const PLACE_MAX: u64 = 10_000_000;

/// A list being read.
#[derive(Debug)]
struct Stream {
    kind: RecordKind,
    /// Rows done with.
    place: u64,
    /// The last of them.
    last: Option<String>,
    /// Rows read and not done with.
    waiting: VecDeque<Listed>,
    /// Whether there may be more behind those.
    more: bool,
    /// Most rows to ask for at once: fewer came than were asked for, as large ones do.
    fits: u64,
}

impl Stream {
    fn new(kind: RecordKind) -> Self {
        Self { kind, place: 0, last: None, waiting: VecDeque::new(), more: true, fits: u64::MAX }
    }

    async fn read(&mut self, acting: &Acting, party: &PartyId, rows: u64) -> Result<(), imis::Error> {
        let around = if self.last.is_some() { AROUND.min(self.place).min(self.fits / 4) } else { 0 };
        self.read_around(acting, party, (around, rows)).await?;
        // Of large rows perhaps none came but those around.
        if around > 0 && self.needs_more() {
            self.read_around(acting, party, (0, rows)).await?;
        }
        // A page that brings nothing new is the last one.
        self.more &= !self.waiting.is_empty();
        Ok(())
    }

    /// Reads rows from the place on, with some before it, by which the place is set right.
    async fn read_around(
        &mut self,
        acting: &Acting,
        party: &PartyId,
        (around, rows): (u64, u64),
    ) -> Result<(), imis::Error> {
        let (from, asked) = (self.place - around, self.fits.min(around + rows));
        let page = acting.history(party, ids::store(self.kind), from, asked).await?;
        let count = page.places.len() as u64;
        if page.more && count < asked {
            self.fits = count.max(1);
        }
        let known = page.places.iter().position(|listed| Some(&listed.place) == self.last.as_ref());
        let skip = known.map_or(around, |index| index as u64 + 1);
        self.place = from + skip;
        self.more = page.more;
        self.waiting = page.places.into_iter().skip(usize::try_from(skip).unwrap_or(usize::MAX)).collect();
        Ok(())
    }

    /// Takes the next row away; `None` for a place that is nobody's business.
    fn take(&mut self) -> Option<HistoryRow> {
        let listed = self.waiting.pop_front()?;
        self.place += 1;
        self.last = Some(listed.place);
        listed.row
    }

    fn needs_more(&self) -> bool {
        self.waiting.is_empty() && self.more
    }

    fn is_over(&self) -> bool {
        self.waiting.is_empty() && !self.more
    }

    const fn letter(kind: RecordKind) -> char {
        match kind {
            RecordKind::Activity => 'a',
            RecordKind::CommunicationLog => 'l',
            RecordKind::ContactInteraction => 'i',
            RecordKind::Note => 'n',
        }
    }

    /// Reads a place; a last row that is no key is none.
    fn at(text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        let (letter, place, last) = (parts.next()?, parts.next()?, parts.next()?);
        let kind = ids::KINDS.into_iter().find(|kind| letter.chars().eq([Self::letter(*kind)]))?;
        let place: u64 = place.parse().ok().filter(|place| *place <= PLACE_MAX)?;
        let last = if last.is_empty() { None } else { Some(last.to_owned()).filter(|last| ids::is_key(last)) };
        parts.next().is_none().then(|| Self { place, last, ..Self::new(kind) })
    }

    fn written(&self) -> String {
        let last = self.last.as_deref().filter(|last| ids::is_key(last)).unwrap_or_default();
        format!("{}.{}.{last}", Self::letter(self.kind), self.place)
    }
}

/// Where the lists begin or go on. The text is the pane's, so everything in it is looked at; it opens nothing that the
/// person's rights do not.
fn streams(ask: &GetTimeline) -> Result<Vec<Stream>, Failure> {
    let wanted = |kind: &RecordKind| ask.kinds.is_empty() || ask.kinds.contains(kind);
    let Some(cursor) = &ask.after else {
        return Ok(ids::KINDS.into_iter().filter(wanted).map(Stream::new).collect());
    };
    let invalid = || Failure::invalid("after");
    let rest = cursor.0.strip_prefix("1~").filter(|rest| rest.len() <= 400).ok_or_else(invalid)?;
    let streams = rest.split('~').map(Stream::at).collect::<Option<Vec<Stream>>>().ok_or_else(invalid)?;
    let kinds: HashSet<RecordKind> = streams.iter().map(|stream| stream.kind).collect();
    if kinds.len() == streams.len() && kinds.iter().all(wanted) { Ok(streams) } else { Err(invalid()) }
}

fn cursor(streams: &[Stream]) -> Option<TimelineCursor> {
    let open: Vec<String> = streams.iter().filter(|stream| !stream.is_over()).map(Stream::written).collect();
    (!open.is_empty()).then(|| TimelineCursor(format!("1~{}", open.join("~"))))
}

/// A page of a contact's timeline.
pub(crate) async fn page(app: &App, session: &Session, ask: &GetTimeline) -> Result<Timeline, Failure> {
    let party = ids::contact(&ask.contact)?;
    let wanted = ask.text.trim().to_lowercase();
    if wanted.chars().count() > TEXT_MAX {
        return Err(Failure::invalid("text"));
    }
    let mut streams = streams(ask)?;
    let _turn = app.reads.take(session)?;
    let acting = session.acting(app)?;
    let rows = if wanted.is_empty() && ask.type_id.is_empty() { ROWS } else { ROWS_SEARCHED };
    let type_id = ask.type_id.to_lowercase();
    let work = async {
        // The names of types come in the same wave; without them codes are shown.
        let (abilities, first) = join!(acting.abilities(), wave(&acting, &party, rows, &mut streams));
        let mut reading =
            Reading { wanted, type_id, abilities: abilities.ok(), timeline: Timeline::default(), seen: HashSet::new() };
        let mut error = reading.missing(&mut streams, first);
        for _ in 1..WAVES {
            if reading.merge(&mut streams) {
                break;
            }
            let next = wave(&acting, &party, rows, &mut streams).await;
            error = reading.missing(&mut streams, next).or(error);
        }
        reading.merge(&mut streams);
        (reading.timeline, error)
    };
    let (mut timeline, error) = session.while_alive(Box::pin(work)).await?;
    timeline.more = cursor(&streams);
    if let Some(error) = error {
        let failure = super::failed(app, session, &error).await;
        let nothing = timeline.entries.is_empty() && timeline.more.is_none();
        if nothing || failure.problem.code == api::ProblemCode::SignedOut {
            return Err(failure);
        }
    }
    Ok(timeline)
}

/// Reads on in every list that has nothing waiting.
async fn wave(acting: &Acting, party: &PartyId, rows: u64, streams: &mut [Stream]) -> Vec<(RecordKind, imis::Error)> {
    let reads = streams.iter_mut().filter(|stream| stream.needs_more()).map(|stream| async move {
        let kind = stream.kind;
        stream.read(acting, party, rows).await.err().map(|error| (kind, error))
    });
    join_all(reads).await.into_iter().flatten().collect()
}

struct Reading {
    wanted: String,
    type_id: String,
    abilities: Option<Arc<Abilities>>,
    timeline: Timeline,
    /// An entry of the log stands once, however many lines the contact has in it.
    seen: HashSet<String>,
}

impl Reading {
    /// Lets go of lists that could not be read. Those that the site lacks, or the person may not see, are not named:
    /// but for a log that they may read and that the site does not list by contact (`imis.md §7.2`). Gives an error
    /// of those that should have been there.
    fn missing(&mut self, streams: &mut Vec<Stream>, errors: Vec<(RecordKind, imis::Error)>) -> Option<imis::Error> {
        let mut last = None;
        for (kind, error) in errors {
            streams.retain(|stream| stream.kind != kind);
            let reads_log = self.abilities.as_ref().is_some_and(|abilities| abilities.log == LogSeen::Readable);
            let unlisted = kind == RecordKind::CommunicationLog && reads_log;
            if unlisted || !error.is_absent() {
                self.timeline.missing.push(MissingKind { kind, problem: Failure::imis(&error).problem });
            }
            if !error.is_absent() {
                last = Some(error);
            }
        }
        last
    }

    /// Takes the newest row of all while every list shows its next one. Says whether the page is full or all lists
    /// have ended.
    fn merge(&mut self, streams: &mut [Stream]) -> bool {
        while self.timeline.entries.len() < GetTimeline::PAGE {
            if streams.iter().any(Stream::needs_more) {
                return false;
            }
            let next = |stream: &Stream| stream.waiting.front().map(|listed| listed.row.as_ref().map(|row| row.at));
            // A place that is nobody's business is in nobody's way.
            let newest = streams.iter_mut().filter(|stream| !stream.waiting.is_empty()).reduce(|best, stream| {
                let rank = |stream: &Stream| next(stream).map(|row| row.map_or((1, None), |at| (0, at)));
                let passes = match (rank(best), rank(stream)) {
                    (Some((1, _)), _) => false,
                    (_, Some((1, _))) => true,
                    (Some((_, before)), Some((_, at))) => at > before,
                    _ => false,
                };
                if passes { stream } else { best }
            });
            let Some(stream) = newest else { return true };
            let kind = stream.kind;
            if let Some(row) = stream.take() {
                self.add(kind, &row);
            }
        }
        true
    }

    fn add(&mut self, kind: RecordKind, row: &HistoryRow) {
        if kind == RecordKind::CommunicationLog && !self.seen.insert(row.key.to_lowercase()) {
            return;
        }
        if !self.type_id.is_empty() && row.type_code.to_lowercase() != self.type_id {
            return;
        }
        let entry = entry(ids::store(kind), row, self.abilities.as_deref());
        let found = |text: &str| text.to_lowercase().contains(&self.wanted);
        if self.wanted.is_empty() || found(&entry.title) || found(&entry.type_name) || found(&words(&row.text)) {
            self.timeline.entries.push(entry);
        }
    }
}

/// A row as the pane shows it.
pub(super) fn entry(store: RecordStore, row: &HistoryRow, abilities: Option<&Abilities>) -> TimelineEntry {
    let type_name = type_name(store, &row.type_code, abilities);
    let begins = beginning(&row.text);
    let snippet = shortened(&words(begins), TimelineEntry::SNIPPET_MAX);
    let title = match (&*row.title, store) {
        ("", RecordStore::Note) => shortened(&words(begins), TITLE_MAX),
        ("", _) => type_name.clone(),
        (title, _) => title.to_owned(),
    };
    TimelineEntry {
        record: ids::record(store, &row.key),
        kind: ids::kind(store),
        at: row.at.and_then(ids::local),
        title,
        type_name,
        snippet,
        by: row.by.clone(),
        follow_up: row.follow_up.and_then(ids::local),
    }
}

/// What the site calls a type; its code where that is not known.
fn type_name(store: RecordStore, code: &str, abilities: Option<&Abilities>) -> String {
    let is = |id: &str| id.eq_ignore_ascii_case(code);
    let named = abilities.and_then(|abilities| match store {
        RecordStore::Activity => {
            abilities.activity_forms.iter().find(|form| is(&form.id)).map(|form| &form.description)
        }
        RecordStore::ContactInteraction => {
            abilities.interaction_types.iter().find(|kind| is(&kind.code)).map(|kind| &kind.description)
        }
        RecordStore::Log | RecordStore::Note => None,
    });
    named.map_or(code, String::as_str).to_owned()
}

/// The words of a note, in one line.
fn words(text: &str) -> String {
    let plain = if crate::safe_html::is_html(text) { text::of_html(text) } else { text.to_owned() };
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn beginning(text: &str) -> &str {
    let mut end = text.len().min(LOOKED_AT_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::ContactId;

    fn ask(after: &str) -> GetTimeline {
        let after = Some(TimelineCursor(after.to_owned()));
        GetTimeline {
            contact: ContactId("1".to_owned()),
            kinds: vec![RecordKind::Activity],
            type_id: String::new(),
            text: String::new(),
            after,
        }
    }

    #[test]
    fn a_place_is_read_as_it_was_written_and_nothing_else_is_one() {
        let stream = Stream { place: 20, last: Some("48213".to_owned()), ..Stream::new(RecordKind::Activity) };
        let written = cursor(&[stream]).unwrap();
        let read = streams(&ask(&written.0)).unwrap();
        assert_eq!((read[0].place, read[0].last.as_deref()), (20, Some("48213")));
        for bad in [
            "",
            "1~",
            "2~a.1.2",
            "1~a.1.2~a.1.2",
            "1~n.1.2",
            "1~a.-1.2",
            "1~a.99999999999.2",
            "1~a.1.2.3",
            "1~b.1.2",
            "1~a.1",
        ] {
            assert!(streams(&ask(bad)).is_err(), "{bad}");
        }
        assert_eq!(streams(&ask("1~a.1.../x")).map(|_| ()).unwrap_err(), Failure::invalid("after"));
        assert_eq!(streams(&ask("1~a.1.|")).unwrap()[0].last, None);
    }

    #[test]
    fn a_snippet_is_a_line_of_bounded_length() {
        assert_eq!(words("<p>a</p><p>b  c</p>"), "a b c");
        assert_eq!(shortened("abcdef", 4), "abc…");
        assert_eq!(shortened("abcd", 4), "abcd");
    }
}
