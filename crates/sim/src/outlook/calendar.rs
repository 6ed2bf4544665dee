//! The few lines of an invitation that Outlook shows beside the mail.
//!
//! Invariant: whatever the text holds, reading it ends and yields only what was understood.

use time::format_description::StaticFormatDescription;
use time::macros::format_description;
use time::{Date, PrimitiveDateTime, Time};

const DATE: StaticFormatDescription = format_description!("[year][month][day]");
const DATE_TIME: StaticFormatDescription = format_description!("[year][month][day]T[hour][minute][second]");

/// When and where a meeting is.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Meeting {
    pub(super) start: Option<i64>,
    pub(super) end: Option<i64>,
    pub(super) location: Option<String>,
}

/// Reads the first event of an iCalendar text; times without a zone count as UTC.
pub(super) fn read(text: &str) -> Meeting {
    let mut meeting = Meeting::default();
    let mut inside = false;
    for line in unfold(text) {
        let Some((name, value)) = line.split_once(':') else { continue };
        let property = name.split(';').next().unwrap_or_default();
        match property {
            "BEGIN" if value.trim() == "VEVENT" => inside = true,
            "END" if value.trim() == "VEVENT" => break,
            "DTSTART" if inside => meeting.start = milliseconds(value),
            "DTEND" if inside => meeting.end = milliseconds(value),
            "LOCATION" if inside => meeting.location = Some(unescape(value)),
            _ => {}
        }
    }
    meeting
}

/// Joins continuation lines to the line they continue (RFC 5545 §3.1).
fn unfold(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        match (line.strip_prefix([' ', '\t']), lines.last_mut()) {
            (Some(rest), Some(last)) => last.push_str(rest),
            _ => lines.push(line.to_owned()),
        }
    }
    lines
}

fn unescape(value: &str) -> String {
    value.trim().replace("\\n", "\n").replace("\\,", ",").replace("\\;", ";").replace("\\\\", "\\")
}

fn milliseconds(value: &str) -> Option<i64> {
    let value = value.trim().trim_end_matches('Z');
    let moment = PrimitiveDateTime::parse(value, DATE_TIME)
        .or_else(|_| Date::parse(value, DATE).map(|date| PrimitiveDateTime::new(date, Time::MIDNIGHT)))
        .ok()?;
    Some(moment.assume_utc().unix_timestamp() * 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_has_its_times_and_its_place() {
        let text = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:20261201T090000Z\r\nDTEND;TZID=UTC:20261201T100000\r\n\
                    LOCATION:Board room\\, second\r\n  floor\r\nEND:VEVENT\r\nEND:VCALENDAR";
        let meeting = read(text);
        assert_eq!(meeting.start, Some(1_796_115_600_000));
        assert_eq!(meeting.end, Some(1_796_119_200_000));
        assert_eq!(meeting.location.as_deref(), Some("Board room, second floor"));
    }

    #[test]
    fn a_text_that_is_no_calendar_yields_nothing() {
        assert_eq!(read("DTSTART:20261201T090000Z\n:::\n\u{0}"), Meeting::default());
    }
}
