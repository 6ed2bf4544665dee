//! A message's Internet headers, as far as the pane needs them: when it was sent, and what it answers.
//!
//! Senders wrote them, so everything is taken with patience (RFC 5322 §3.3, §4.3) and nothing is believed to be there.

use api::days_since_1970;

/// What the headers of a message tell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headers {
    /// `Date`: when it was sent, in milliseconds since 1970 (UTC).
    pub sent_ms: Option<i64>,
    /// `References`, then `In-Reply-To`: the Message-IDs of the messages before it, angle brackets included.
    pub references: Vec<String>,
}

/// More of a text than this is not looked at, in bytes.
const LONGEST: usize = 256 * 1024;
/// Most messages before it that are kept; the latest ones are.
const REFERENCES_MAX: usize = 100;
/// Longest Message-ID that is kept, in bytes.
const ID_MAX: usize = 250;

impl Headers {
    /// Reads the headers as they came with the message: long lines are folded, ends of lines are of any kind.
    pub fn read(text: &str) -> Self {
        let mut read = Self::default();
        let mut answers = Vec::new();
        let mut end = text.len().min(LONGEST);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let mut lines = text[..end].lines().peekable();
        while let Some(line) = lines.next() {
            let Some((name, value)) = line.split_once(':') else { continue };
            let name = name.trim_end();
            let is = |wanted: &str| name.eq_ignore_ascii_case(wanted);
            let (date, references, answer) = (is("Date"), is("References"), is("In-Reply-To"));
            if !(date || references || answer) {
                continue;
            }
            let mut value = value.to_owned();
            while let Some(more) = lines.next_if(|line| line.starts_with([' ', '\t'])) {
                value.push_str(more);
            }
            if date {
                read.sent_ms = read.sent_ms.or_else(|| moment(&value));
            } else {
                let into = if references { &mut read.references } else { &mut answers };
                into.extend(ids(&value));
            }
        }
        for id in answers {
            if !read.references.contains(&id) {
                read.references.push(id);
            }
        }
        let surplus = read.references.len().saturating_sub(REFERENCES_MAX);
        read.references.drain(..surplus);
        read
    }
}

/// The Message-IDs in a text; whatever stands between them is left out.
fn ids(text: &str) -> impl Iterator<Item = String> {
    let parts = text.split('<').skip(1).filter_map(|part| part.split_once('>').map(|(id, _)| id));
    let plain = |id: &&str| !id.is_empty() && id.len() <= ID_MAX && !id.contains(char::is_whitespace);
    parts.filter(plain).map(|id| ["<", id, ">"].concat())
}

/// A date as mail writes it: `Tue, 14 Oct 2025 09:12:00 +0200 (CEST)`, or an older way.
fn moment(text: &str) -> Option<i64> {
    let plain = without_comments(text);
    let plain = plain.split_once(',').map_or(&*plain, |(_, after)| after);
    let mut words = plain.split_whitespace().peekable();
    // A name of a day without its comma.
    words.next_if(|word| !word.starts_with(|letter: char| letter.is_ascii_digit()));
    let day: i64 = words.next()?.parse().ok().filter(|day| (1..=31).contains(day))?;
    let month = month(words.next()?)?;
    let year = year(words.next()?)?;
    let mut clock = words.next()?.split(':').map(|part| part.parse::<i64>().ok());
    let (hour, minute, second) = (clock.next()??, clock.next()??, clock.next().unwrap_or(Some(0))?);
    if hour > 23 || minute > 59 || second > 60 || hour < 0 || minute < 0 || second < 0 {
        return None;
    }
    let zone_minutes = words.next().map_or(0, zone);
    let seconds = days_since_1970(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - zone_minutes * 60;
    Some(seconds * 1000)
}

/// Comments stand in brackets, which may stand in brackets.
fn without_comments(text: &str) -> String {
    let mut depth = 0_u32;
    let outside = |letter: &char| {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => return depth == 0,
        }
        false
    };
    text.chars().filter(outside).collect()
}

/// January is 1; longer names than three letters are taken too.
fn month(word: &str) -> Option<i64> {
    const NAMES: &str = "janfebmaraprmayjunjulaugsepoctnovdec";
    let name = word.get(..3)?.to_ascii_lowercase();
    let place = NAMES.find(&name).filter(|place| place % 3 == 0)?;
    i64::try_from(place / 3 + 1).ok()
}

/// Years of two and three digits are of the last century, or of this one (RFC 5322 §4.3).
fn year(word: &str) -> Option<i64> {
    let number: i64 = word.parse().ok().filter(|year| (0..=9999).contains(year))?;
    Some(match word.len() {
        2 if number < 50 => number + 2000,
        2 | 3 => number + 1900,
        _ => number,
    })
}

/// Minutes east of Greenwich. A zone that nobody knows counts as Greenwich's own (RFC 5322 §4.3).
fn zone(word: &str) -> i64 {
    let number = |digits: &str| Some(digits).filter(|digits| digits.len() == 4)?.parse::<i64>().ok();
    if let Some(sign) = word.strip_prefix('-').map(|rest| (-1, rest)).or(word.strip_prefix('+').map(|rest| (1, rest))) {
        let (sign, rest) = sign;
        return number(rest).map_or(0, |number| sign * (number / 100 * 60 + number % 100));
    }
    let hours = match &*word.to_ascii_uppercase() {
        "EDT" => -4,
        "EST" | "CDT" => -5,
        "CST" | "MDT" => -6,
        "MST" | "PDT" => -7,
        "PST" => -8,
        _ => 0,
    };
    hours * 60
}

#[cfg(test)]
mod tests {
    use super::{Headers, moment};

    /// 14 October 2025, 09:12:00 UTC.
    const THEN: i64 = 1_760_433_120_000;

    #[test]
    fn the_date_is_read_however_it_is_written() {
        for text in [
            " Tue, 14 Oct 2025 09:12:00 +0000",
            "Tue, 14 Oct 2025 11:12:00 +0200 (CEST (summer))",
            "14 Oct 2025 09:12 GMT",
            "Tue 14 october 2025 02:12:00 PDT",
            "Tue, 14 Oct 25 05:12:00 EDT",
            "Tue,14 Oct 125 04:12:00 -0500",
            "Tue, 14 Oct 2025 09:12:00 Z",
            "Tue, 14 Oct 2025 09:12:00",
        ] {
            assert_eq!(moment(text), Some(THEN), "{text}");
        }
        assert_eq!(moment("Thu, 29 Feb 2024 23:59:60 -0000"), Some(1_709_251_200_000));
        assert_eq!(moment("1 Jan 1970 00:00:00 +0000"), Some(0));
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in [
            "",
            "yesterday",
            "32 Oct 2025 09:12:00 GMT",
            "14 Octopus",
            "14 Foo 2025 09:12 GMT",
            "14 Oct 2025 24:00 GMT",
            "14 Oct 2025 -1:00 GMT",
            "Tue, ",
        ] {
            assert_eq!(moment(text), None, "{text}");
        }
    }

    #[test]
    fn headers_are_found_in_any_case_folded_and_with_any_ends_of_lines() {
        let text = "Received: from a\r\n\tby b; Mon, 13 Oct 2025 00:00:00 +0000\r\nDATE: Tue,\r\n 14 Oct 2025\r\n\t09:12:00 +0000\r\n\
            Subject: Date: 1 Jan 2000\r\nreferences: <a@x>\r\n <b@x> junk <no end\r\n\t<c@x>\r\nIn-Reply-To: <c@x> <d@x>\r\n";
        for text in [text.to_owned(), text.replace("\r\n", "\n")] {
            let read = Headers::read(&text);
            assert_eq!(read.sent_ms, Some(THEN));
            assert_eq!(read.references, ["<a@x>", "<b@x>", "<c@x>", "<d@x>"], "{text}");
        }
    }

    #[test]
    fn a_flood_of_references_and_of_text_is_cut() {
        let flood = (0..5000).map(|number| format!("<{number}@x>")).collect::<Vec<_>>().join(" ");
        let read = Headers::read(&format!("References: {flood}\nDate: 14 Oct 2025 09:12 GMT"));
        assert_eq!(read.references.len(), 100);
        assert_eq!(read.references.last().map(String::as_str), Some("<4999@x>"));
        assert_eq!(read.sent_ms, Some(THEN));
        let long = format!("X: {}\nDate: 14 Oct 2025 09:12 GMT", "é".repeat(200_000));
        assert_eq!(Headers::read(&long), Headers::default());
    }
}
