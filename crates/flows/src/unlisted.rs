//! What was written from here to a communication log that the site does not list (`imis.md §7.2`): for the session it
//! stands on the timelines all the same.

use crate::{App, RecordState, Save};
use api::{ContactId, LocalTime, RecordId, RecordKind, TimelineEntry};

/// How the key of an entry of the communication log begins.
const LOG: &str = "CommunicationLog:";

/// Entries of the communication log written in this session, and those removed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Unlisted {
    written: Vec<(ContactId, TimelineEntry)>,
    removed: Vec<(ContactId, RecordId)>,
}

impl Unlisted {
    /// Entries kept at most; the oldest goes first.
    const MOST: usize = 200;

    pub(crate) fn keep(&mut self, contact: &ContactId, entry: &TimelineEntry) {
        if entry.kind == RecordKind::CommunicationLog {
            if self.written.len() == Self::MOST {
                self.written.remove(0);
            }
            self.written.push((contact.clone(), entry.clone()));
        }
    }

    pub(crate) fn change(&mut self, contact: &ContactId, entry: &TimelineEntry) {
        let is_it = |known: &&mut (ContactId, TimelineEntry)| known.0 == *contact && known.1.record == entry.record;
        if let Some(known) = self.written.iter_mut().find(is_it) {
            known.1 = entry.clone();
        }
    }

    pub(crate) fn forget(&mut self, contact: &ContactId, record: &RecordId) {
        self.written.retain(|(of, entry)| of != contact || entry.record != *record);
        if record.0.starts_with(LOG) {
            self.removed.push((contact.clone(), record.clone()));
        }
    }

    fn of(&self, contact: &ContactId, saves: &[Save]) -> Vec<TimelineEntry> {
        let written = self.written.iter().filter(|(of, _)| of == contact).map(|(_, entry)| entry.clone());
        let from_messages = saves.iter().filter_map(|save| saved(save, contact));
        let gone =
            |entry: &TimelineEntry| self.removed.iter().any(|(of, record)| of == contact && *record == entry.record);
        written.chain(from_messages).filter(|entry| !gone(entry)).collect()
    }
}

/// What a save left on a contact, where that is the communication log.
fn saved(save: &Save, contact: &ContactId) -> Option<TimelineEntry> {
    let (.., state) = save.records.iter().find(|(target, ..)| target.id == *contact)?;
    let RecordState::Saved(record) = state else { return None };
    let local_ms = save.begun_ms.saturating_add(i64::from(save.message.utc_offset_minutes) * 60_000);
    record.0.starts_with(LOG).then(|| TimelineEntry {
        record: record.clone(),
        kind: RecordKind::CommunicationLog,
        at: Some(local(local_ms)),
        title: save.message.subject.clone(),
        type_name: String::new(),
        snippet: String::new(),
        by: Some(save.user_name.clone()),
        follow_up: None,
    })
}

/// Milliseconds since the beginning of 1970 as a day and its time, by the Gregorian calendar.
fn local(ms: i64) -> LocalTime {
    let (mut day, of_day) = (ms.div_euclid(86_400_000), ms.rem_euclid(86_400_000) / 1000);
    let leap = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let mut year = 1970;
    while day >= 365 + i64::from(leap(year)) {
        day -= 365 + i64::from(leap(year));
        year += 1;
    }
    let mut month = 0;
    for length in [31, 28 + i64::from(leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        month += 1;
        if day < length {
            break;
        }
        day -= length;
    }
    let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
    LocalTime(format!("{year:04}-{month:02}-{:02}T{hour:02}:{minute:02}:{second:02}", day + 1))
}

impl App {
    /// Puts what iMIS does not list onto a contact's timeline.
    pub(crate) fn show_unlisted(&mut self, contact: &ContactId) {
        let entries = self.timelines.unlisted.of(contact, &self.saves);
        let Some(history) = self.timelines.of_mut(contact) else { return };
        if history.missing.iter().any(|missing| missing.kind == RecordKind::CommunicationLog) {
            for entry in entries {
                history.insert(entry);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::local;
    use crate::{App, TimelineEvent};
    use api::{ContactId, MissingKind, Problem, ProblemCode, RecordId, RecordKind, Timeline, TimelineEntry};

    #[test]
    fn what_was_written_stays_on_the_timeline_when_it_is_asked_for_again() {
        let (mut app, ada) = (App::start().0, ContactId("101".to_owned()));
        let log = TimelineEntry {
            record: RecordId("CommunicationLog:1".to_owned()),
            kind: RecordKind::CommunicationLog,
            at: None,
            title: "Met".to_owned(),
            type_name: String::new(),
            snippet: String::new(),
            by: None,
            follow_up: None,
        };
        let _asked = app.want_timeline(&ada);
        app.timelines.written(&ada, log.clone());
        let problem = Problem::new(ProblemCode::Forbidden);
        let missing = vec![MissingKind { kind: RecordKind::CommunicationLog, problem }];
        let answer = Timeline { missing, ..Timeline::default() };
        app.timeline_event(TimelineEvent::Answered(ada.clone(), 1, Ok(answer)));
        assert_eq!(app.timelines.of(&ada).expect("it was wanted").entries, [log]);
    }

    #[test]
    fn a_moment_is_told_by_the_calendar() {
        for (ms, told) in [
            (0, "1970-01-01T00:00:00"),
            (951_782_400_000, "2000-02-29T00:00:00"),
            (1_798_761_599_000, "2026-12-31T23:59:59"),
            (1_772_323_200_000, "2026-03-01T00:00:00"),
        ] {
            assert_eq!(local(ms).0, told);
        }
    }
}
