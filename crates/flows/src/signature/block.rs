//! Which of the author's lines are the signature: from a delimiter, a closing or the author's name on, to where
//! a disclaimer or a sentence begins.

use super::lists;
use super::name::Known;
use super::text::{begins, has_words, is_prose, plain, trimmed};

/// Most lines of a signature.
const LINES: usize = 24;
/// How far from the end a name without a closing may stand.
const NAME_WITHIN: usize = 14;
/// A rule this long is a program's, above what is no longer the author's.
const RULE: usize = 30;

/// The signature's lines.
#[derive(Default)]
pub(super) struct Block {
    /// The lines, without what surrounds words in mails made of HTML.
    pub(super) lines: Vec<String>,
    /// Whether the closing is one of a language in which people have two last names.
    pub(super) spanish: bool,
}

struct Line {
    text: String,
    /// Whether it stands apart from the line before.
    apart: bool,
    kind: Kind,
}

enum Kind {
    Text,
    /// `-- `
    Delimiter,
    /// "Best regards", with whatever follows on the line.
    Closing {
        rest: String,
        spanish: bool,
    },
    /// Where the signature is over for certain.
    End,
}

/// The signature in these lines, if there is one.
pub(super) fn find(part: &[&str], known: &Known) -> Option<Block> {
    let lines = lines(part);
    let last = |wanted: fn(&Kind) -> bool| {
        (0..lines.len()).rev().find(|at| wanted(&lines[*at].kind) && follows(&lines[at + 1..], &lines[*at].kind))
    };
    let closing = last(|kind| matches!(kind, Kind::Closing { .. }));
    let delimiter = last(|kind| matches!(kind, Kind::Delimiter));
    let start = match (closing, delimiter) {
        (Some(closing), Some(delimiter)) if closing + 12 < delimiter => Some(delimiter),
        (Some(closing), Some(delimiter)) => Some(closing.min(delimiter)),
        (found, None) | (None, found) => found,
    };
    let start = start.or_else(|| named(&lines, known)).or_else(|| addressed(&lines, known))?;
    let mut block = Block::default();
    for (place, line) in lines[start..].iter().enumerate() {
        match &line.kind {
            Kind::Text if is_prose(&line.text) && place > 0 => break,
            Kind::Text => block.lines.push(line.text.clone()),
            Kind::Closing { rest, spanish } => {
                block.spanish |= spanish;
                if !rest.is_empty() {
                    block.lines.push(rest.clone());
                }
            }
            Kind::Delimiter => {}
            Kind::End => break,
        }
        if block.lines.len() >= LINES {
            break;
        }
    }
    (!block.lines.is_empty()).then_some(block)
}

/// Whether what follows can be a signature at all: something, and no sentences.
fn follows(after: &[Line], kind: &Kind) -> bool {
    let rest = matches!(kind, Kind::Closing { rest, .. } if !rest.is_empty());
    let first: Vec<&Line> = after.iter().take_while(|line| !matches!(line.kind, Kind::End)).take(3).collect();
    let prose = first.iter().any(|line| matches!(line.kind, Kind::Text) && is_prose(&line.text));
    (rest || !first.is_empty()) && !prose
}

/// A line near the end that is just the author's name.
fn named(lines: &[Line], known: &Known) -> Option<usize> {
    let end = lines.iter().position(|line| matches!(line.kind, Kind::End)).unwrap_or(lines.len());
    (end.saturating_sub(NAME_WITHIN)..end).find(|at| known.is_named(&lines[*at].text))
}

/// The paragraph with the author's address in it.
fn addressed(lines: &[Line], known: &Known) -> Option<usize> {
    let end = lines.iter().position(|line| matches!(line.kind, Kind::End)).unwrap_or(lines.len());
    let at = (end.saturating_sub(NAME_WITHIN)..end).find(|at| known.is_addressed(&lines[*at].text))?;
    let mut start = at;
    while start > 0 && at - start < 6 && !lines[start].apart && !is_prose(&lines[start - 1].text) {
        start -= 1;
    }
    Some(start)
}

fn lines(part: &[&str]) -> Vec<Line> {
    let mut lines: Vec<Line> = vec![];
    let mut apart = false;
    for raw in part {
        if matches!(raw.trim(), "--" | "—" | "– –" | "-- --") {
            lines.push(Line { text: String::new(), apart: true, kind: Kind::Delimiter });
            continue;
        }
        let raw_text = raw.trim();
        if raw_text.len() >= RULE && raw_text.bytes().all(|byte| byte == b'_') {
            lines.push(Line { text: String::new(), apart: true, kind: Kind::End });
            continue;
        }
        let text = cleaned(raw);
        if text.is_empty() {
            apart = true;
            continue;
        }
        let kind = kind(&text);
        lines.push(Line { text, apart, kind });
        apart = false;
    }
    lines
}

fn kind(text: &str) -> Kind {
    let words = plain(text);
    if lists::DISCLAIMERS.iter().any(|disclaimer| begins(&words, disclaimer))
        || lists::DISCLAIMING.iter().any(|disclaimer| has_words(&words, disclaimer))
    {
        return Kind::End;
    }
    let Some((closing, spanish)) = closing(&words) else { return Kind::Text };
    if words.len() == closing.len() {
        return Kind::Closing { rest: String::new(), spanish };
    }
    // "Best regards, Ada" and "Thanks Ada" close; "Thanks for the papers" does not.
    let count = closing.split(' ').count();
    let rest = after_words(text, count);
    let few = rest.split_whitespace().count() <= 4;
    let name =
        rest.split_whitespace().all(|word| super::text::is_capital(word) || word.chars().all(|c| !c.is_alphabetic()));
    if few && name && !rest.is_empty() {
        return Kind::Closing { rest, spanish };
    }
    if few && (rest.is_empty() || lists::CLOSING_TAILS.iter().any(|tail| begins(&plain(&rest), tail))) {
        return Kind::Closing { rest: String::new(), spanish };
    }
    Kind::Text
}

/// The longest closing that the words begin with.
fn closing(words: &str) -> Option<(&'static str, bool)> {
    let of = |list: lists::Words, spanish| {
        list.iter().filter(|closing| begins(words, closing)).map(move |closing| (closing, spanish))
    };
    of(lists::CLOSINGS, false).chain(of(lists::CLOSINGS_SPANISH, true)).max_by_key(|(closing, _)| closing.len())
}

/// What follows so many words.
fn after_words(text: &str, count: usize) -> String {
    let mut rest = text;
    for _ in 0..count {
        rest = rest.trim_start_matches(|c: char| !c.is_alphanumeric());
        rest = rest.trim_start_matches(char::is_alphanumeric);
    }
    trimmed(rest).trim_start_matches(['.', ')']).trim().to_owned()
}

/// A line without the traces of HTML: link targets, names of pictures, stars for bold, blanks that are none.
pub(super) fn cleaned(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut skipping: Option<char> = None;
    let rest = raw.char_indices();
    for (at, c) in rest {
        if let Some(end) = skipping {
            if c == end {
                skipping = None;
            }
            continue;
        }
        let after = &raw[at + c.len_utf8()..];
        match c {
            '<' if is_target(after) && text.chars().any(char::is_alphanumeric) && after.contains('>') => {
                skipping = Some('>');
            }
            '[' if after.contains(']')
                && !after.split(']').next().is_some_and(|inner| inner.contains('@') && !inner.starts_with("cid")) =>
            {
                skipping = Some(']');
            }
            '\u{200b}'..='\u{200f}'
            | '\u{feff}'
            | '\u{ad}'
            | '\u{fe0f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'
            | '*' => {}
            '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{3000}' => text.push(' '),
            c if is_pictograph(c) => text.push(' '),
            c => text.push(c),
        }
    }
    let text = text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '_' | '='));
    let rule = text.chars().all(|c| !c.is_alphanumeric());
    if rule { String::new() } else { text.trim_start_matches(['|', '-', '–', ' ']).to_owned() }
}

fn is_target(after: &str) -> bool {
    ["mailto:", "http:", "https:", "tel:", "callto:"]
        .iter()
        .any(|scheme| after.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)))
}

fn is_pictograph(c: char) -> bool {
    matches!(c, '\u{2190}'..='\u{21ff}' | '\u{2300}'..='\u{23ff}' | '\u{2600}'..='\u{27bf}' | '\u{1f000}'..='\u{1faff}')
}
