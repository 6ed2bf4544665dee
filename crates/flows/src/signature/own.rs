//! The author's own lines: what stands above the quoted message, or below it where people answer below.

use super::lists;
use super::text::{begins, folded, has_words, plain};
use std::collections::VecDeque;

/// Most lines kept, from the end.
const KEPT: usize = 120;
/// Of each line only so many bytes are looked at.
pub(super) const LINE_BYTES: usize = 600;

/// The lines above what is quoted, and those below it.
pub(super) fn parts(body: &str) -> Vec<Vec<&str>> {
    let mut reader = Reader::default();
    for line in body.split(['\n', '\r']) {
        if reader.take(cut(line)) == Then::End {
            break;
        }
    }
    let Reader { lines, top, .. } = reader;
    top.into_iter().chain([lines]).map(Vec::from).collect()
}

fn cut(line: &str) -> &str {
    let mut end = line.len().min(LINE_BYTES);
    while !line.is_char_boundary(end) {
        end -= 1;
    }
    &line[..end]
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Then {
    GoOn,
    End,
}

#[derive(Default)]
struct Reader<'a> {
    lines: VecDeque<&'a str>,
    /// What stood above the first `>`.
    top: Option<VecDeque<&'a str>>,
    /// How many lines were there when one came that may begin a quoted header, and how many have come since.
    header: Option<(usize, u32)>,
    /// Whether the last line says that somebody wrote what follows.
    attributed: bool,
}

impl<'a> Reader<'a> {
    fn take(&mut self, line: &'a str) -> Then {
        let bare = line.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '*' | '\u{feff}'));
        if bare.starts_with('>') {
            self.attributed = false;
            if self.top.is_none() {
                self.top = Some(std::mem::take(&mut self.lines));
            }
            self.lines.clear();
            self.header = None;
            return Then::GoOn;
        }
        let blank = bare.trim().is_empty();
        if self.attributed && !blank {
            return Then::End;
        }
        if is_divider(bare) {
            return Then::End;
        }
        if !blank && self.in_header(bare) {
            return Then::End;
        }
        if self.attributes(bare) {
            self.attributed = true;
            return Then::GoOn;
        }
        if self.lines.len() == KEPT {
            self.lines.pop_front();
            self.header = self.header.and_then(|(at, since)| at.checked_sub(1).map(|at| (at, since)));
        }
        self.lines.push_back(line);
        Then::GoOn
    }

    /// Whether a line is the second or a later one of a quoted header; then the header is taken off.
    fn in_header(&mut self, line: &str) -> bool {
        let Some((label, _)) = line.split_once([':', '：']).filter(|(label, _)| label.len() <= 24) else {
            if let Some((_, since)) = &mut self.header {
                *since += 1;
            }
            return false;
        };
        let label = folded(label.trim_end_matches(['*', ' ', '\u{a0}']));
        if let Some((at, since)) = &mut self.header {
            *since += 1;
            if *since <= 4 && lists::HEADER_NEXT.has(label.as_str()) {
                self.lines.truncate(*at);
                return true;
            }
        }
        if lists::HEADER_FIRST.has(label.as_str()) {
            self.header = Some((self.lines.len(), 0));
        }
        false
    }

    /// Whether a line ends "On … wrote:"; lines it began in are taken off.
    fn attributes(&mut self, line: &str) -> bool {
        let line = line.trim_end();
        if !line.ends_with([':', '：']) || line.len() > 300 {
            return false;
        }
        // A date or an address stands in it, or in the line it began in.
        let dated = |line: &str| line.contains(|c: char| c == '@' || c.is_ascii_digit());
        if !dated(line) && !self.lines.iter().rev().take(2).any(|line| dated(line)) {
            return false;
        }
        let words = plain(line);
        if !lists::WROTE.iter().any(|wrote| has_words(&words, wrote)) {
            return false;
        }
        let opens = |line: &str| {
            let words = plain(line);
            lists::ON.iter().any(|on| begins(&words, on)) && line.chars().any(|c| c.is_ascii_digit())
        };
        if opens(line) {
            return true;
        }
        let before = self.lines.iter().rev().take(2).position(|line| opens(line));
        if let Some(back) = before {
            self.lines.truncate(self.lines.len() - back - 1);
        }
        before.is_some() || dated(line)
    }
}

/// `-----Original Message-----`, `---------- Forwarded message ---------`, and their like.
fn is_divider(line: &str) -> bool {
    let line = line.trim();
    if line.len() > 120 {
        return false;
    }
    let inner = line.trim_matches(['-', '_', '=', '—', '–', ' ']);
    let dashes = line.chars().take_while(|c| matches!(c, '-' | '_' | '—' | '–')).count();
    if dashes >= 4 && inner.chars().filter(|c| c.is_alphabetic()).count() >= 4 {
        return true;
    }
    // The longest divider has so many letters.
    if line.len() > 60 || !line.ends_with(|c: char| c.is_alphabetic() || c == ':') {
        return false;
    }
    let words = plain(line);
    lists::DIVIDERS.iter().any(|divider| words == *divider)
}
