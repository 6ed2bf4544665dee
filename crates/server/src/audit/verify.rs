//! Checks the audit log from its first line to its last: changed lines, lines
//! that are missing, and, where somebody noted the end, lines cut off.

use super::holds;
use crate::config::Keyring;
use crate::store::{Store, StoreError};

/// Lines read at once.
const PAGE: i64 = 1000;

/// An end of the log that somebody noted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct End {
    pub(crate) number: i64,
    /// In hexadecimal.
    pub(crate) hash: String,
}

impl std::str::FromStr for End {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = "must be NUMBER:HASH as `audit verify` printed it";
        let (number, hash) = text.split_once(':').ok_or(wrong)?;
        let number = number.parse().map_err(|_| wrong)?;
        Ok(Self { number, hash: hash.to_ascii_lowercase() })
    }
}

impl std::fmt::Display for End {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.number, self.hash)
    }
}

/// What the check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// All lines are as they were written; this is the last, if there is any.
    Whole(Option<End>),
    /// The first line that is wrong, and how.
    Broken { number: i64, how: &'static str },
}

/// Checks the log, and that it still holds the line of `expected`.
pub(crate) async fn verify(store: &dyn Store, ring: &Keyring, expected: Option<&End>) -> Result<Verdict, StoreError> {
    let mut last: Option<End> = None;
    let mut before = Vec::new();
    let mut number = 0;
    loop {
        let lines = store.audit_lines(number, PAGE).await?;
        for line in &lines {
            number += 1;
            let wrong = if line.number == number { holds(ring, line, &before).err() } else { Some("is missing") };
            if let Some(how) = wrong {
                return Ok(Verdict::Broken { number, how });
            }
            before.clone_from(&line.hash);
            let hash = hex(&line.hash);
            if let Some(expected) = expected
                && expected.number == number
                && expected.hash != hash
            {
                return Ok(Verdict::Broken { number, how: "is not the line that was noted" });
            }
            last = Some(End { number, hash });
        }
        if lines.is_empty() {
            break;
        }
    }
    match expected {
        Some(expected) if expected.number > number => {
            Ok(Verdict::Broken { number: number + 1, how: "is missing: the end was cut off" })
        }
        _ => Ok(Verdict::Whole(last)),
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a string has no failure");
        text
    })
}
