//! Phone numbers: runs of digits with what people put between them, told from dates, postal codes and hours by
//! their label or their shape.

use super::lists;
use super::text::{begins, digits, plain};
use super::{PhoneKind, SignedPhone};

/// Fewest and most digits of a number (E.164 allows fifteen).
const DIGITS: std::ops::RangeInclusive<usize> = 7..=15;

/// A run that may be a number.
struct Run {
    start: usize,
    end: usize,
}

/// The text without its phone numbers, and those. `before` is what stood to the left, in case it was the label.
pub(super) fn take(text: &str, before: &str) -> (String, Vec<SignedPhone>) {
    let mut phones = vec![];
    let mut rest = String::new();
    let mut done = 0;
    for run in runs(text) {
        // An extension was taken together with its number.
        if run.start < done {
            continue;
        }
        let ahead = &text[done..run.start];
        let own = label(ahead);
        let after = &text[run.end..];
        let from_before =
            if ahead.trim().is_empty() && done == 0 { label(before).filter(|_| is_bare(before)) } else { None };
        let kind = own.or(from_before).map(|(kind, _)| kind).or_else(|| label_after(after));
        let number = &text[run.start..run.end];
        if !is_number(number, kind.is_some()) {
            continue;
        }
        let (number, end) = with_extension(text, &run);
        rest.push_str(own.map_or(ahead, |(_, at)| &ahead[..at]));
        done = end + after_length(&text[end..]);
        let kind = kind.unwrap_or_else(|| by_prefix(&number));
        phones.push(SignedPhone { kind, number });
    }
    rest.push_str(&text[done..]);
    (rest, phones)
}

/// What the number itself tells: where mobiles have prefixes of their own.
fn by_prefix(number: &str) -> PhoneKind {
    const MOBILE: [&str; 12] =
        ["447", "4915", "4916", "4917", "336", "337", "316", "4176", "4177", "4178", "4179", "393"];
    let digits = digits(&number.replace("(0)", ""));
    let mobile = number.starts_with('+') && MOBILE.iter().any(|prefix| digits.starts_with(prefix));
    if mobile { PhoneKind::Mobile } else { PhoneKind::Work }
}

/// What a label says a number is for.
pub(super) fn kind(plain: &str) -> Option<PhoneKind> {
    let of = |list: lists::Words| list.has(plain);
    if of(lists::PHONE_MOBILE) {
        Some(PhoneKind::Mobile)
    } else if of(lists::PHONE_FAX) {
        Some(PhoneKind::Fax)
    } else if of(lists::PHONE_HOME) {
        Some(PhoneKind::Home)
    } else if of(lists::PHONE_WORK) {
        Some(PhoneKind::Work)
    } else {
        None
    }
}

/// The label that ends a text, and where it begins.
fn label(ahead: &str) -> Option<(PhoneKind, usize)> {
    let trimmed = ahead.trim_end_matches(|c: char| !c.is_alphanumeric());
    // "D-10115" is a country before a postal code.
    if &ahead[trimmed.len()..] == "-" {
        return None;
    }
    let mut start = trimmed.len();
    let mut found = None;
    // "Mobile phone" says more than "phone", so up to three words are tried.
    for _ in 0..3 {
        let word = trimmed[..start].trim_end_matches(|c: char| !c.is_alphanumeric());
        let at = word.rfind(|c: char| !c.is_alphanumeric() && c != '\'').map_or(0, |at| at + next_length(word, at));
        if word.is_empty() {
            break;
        }
        start = at;
        let words = plain(&trimmed[start..]);
        if let Some(kind) = kind(&words) {
            found = Some((kind, start));
        } else if let Some((was, _)) = found
            && let Some(kind) = kind(&plain(word.get(at..).unwrap_or_default()))
        {
            // "Tel. / Fax": the first word counts; "Tel. mobile": the mobile does.
            let kind = if was == PhoneKind::Work || (was == PhoneKind::Fax && kind != PhoneKind::Work) {
                was_or(was, kind)
            } else {
                was
            };
            let kind = if was == PhoneKind::Fax && kind == PhoneKind::Fax && trimmed[start..].contains('/') {
                PhoneKind::Work
            } else {
                kind
            };
            found = Some((kind, start));
        }
    }
    found
}

fn was_or(was: PhoneKind, other: PhoneKind) -> PhoneKind {
    if was == PhoneKind::Work { other } else { was }
}

fn next_length(text: &str, at: usize) -> usize {
    text[at..].chars().next().map_or(1, char::len_utf8)
}

/// Whether a text is a label and nothing else.
fn is_bare(text: &str) -> bool {
    label(text).is_some_and(|(_, at)| plain(&text[..at]).is_empty())
}

/// A label behind the number: "(mobile)", "mobile".
fn label_after(after: &str) -> Option<PhoneKind> {
    let length = after_length(after);
    if length == 0 { None } else { kind(&plain(&after[..length])) }
}

fn after_length(after: &str) -> usize {
    let start = after.len() - after.trim_start().len();
    let text = &after[start..];
    let end = match text.strip_prefix('(') {
        Some(inner) => inner.find(')').map(|at| at + 2),
        None => Some(text.find(|c: char| !c.is_alphabetic()).unwrap_or(text.len())),
    };
    let Some(end) = end.filter(|end| *end > 0) else { return 0 };
    let word = plain(&text[..end]);
    let followed = text[end..].trim_start().starts_with([':', '.', '+']);
    let short = !text.starts_with('(') && word.chars().count() < 2 && !text[end..].trim().is_empty();
    if kind(&word).is_some() && !followed && !short { start + end } else { 0 }
}

fn runs(text: &str) -> Vec<Run> {
    let mut runs = vec![];
    let mut start: Option<usize> = None;
    let mut last = 0;
    let push = |start: Option<usize>, end: usize, runs: &mut Vec<Run>| {
        if let Some(start) = start {
            split(text, start, end, runs);
        }
    };
    let mut previous = ' ';
    for (at, c) in text.char_indices() {
        match c {
            '0'..='9' => {
                // Digits that stick to letters are part of a word: "SW1A", "HRB123".
                if start.is_none() && !previous.is_alphabetic() {
                    start = Some(at);
                }
                last = at + 1;
            }
            '+' | '(' if start.is_none() => start = Some(at),
            '+' | '(' | ')' | ' ' | '-' | '.' | '/' | '–' | '‑' | '\u{2011}' | '\u{2010}' | '‐' if start.is_some() =>
                {}
            _ => {
                if c.is_alphabetic() && previous.is_ascii_digit() && c != 'x' && c != 'X' {
                    start = None;
                }
                push(start.take(), last, &mut runs);
            }
        }
        previous = c;
    }
    push(start, last, &mut runs);
    runs
}

/// A run may hold several numbers: before each `+`, and at a slash between two whole ones.
fn split(text: &str, start: usize, end: usize, runs: &mut Vec<Run>) {
    let Some(run) = text.get(start..end) else { return };
    let mut from = 0;
    for (at, c) in run.char_indices() {
        let whole = |text: &str| DIGITS.contains(&digits(text).len());
        let free = run[..at].ends_with(' ') && run[at + c.len_utf8()..].starts_with(' ');
        let divides = c == '/' || (matches!(c, '-' | '–') && free);
        let apart = divides && at >= from && whole(&run[from..at]) && digits(&run[at..]).len() >= *DIGITS.start();
        let plus = c == '+' && at > from && digits(&run[from..at]).len() >= *DIGITS.start();
        if apart || plus {
            push_trimmed(text, start + from, start + at, runs);
            from = at + if apart { c.len_utf8() } else { 0 };
        }
    }
    push_trimmed(text, start + from, end, runs);
}

fn push_trimmed(text: &str, start: usize, end: usize, runs: &mut Vec<Run>) {
    let Some(run) = text.get(start..end) else { return };
    let ahead = run.len() - run.trim_start_matches([' ', '/', '-', '.', ')']).len();
    let run = run[ahead..].trim_end_matches(|c: char| !c.is_ascii_digit());
    let (mut start, end) = (start + ahead, start + ahead + run.len());
    // "(Tel. 1) 23": a bracket that never closes is none of the number's.
    if run.starts_with('(') && !run.contains(')') {
        start += 1;
    }
    if start < end {
        runs.push(Run { start, end });
    }
}

fn is_number(number: &str, labelled: bool) -> bool {
    let count = digits(number).len();
    let least = if labelled { 6 } else { *DIGITS.start() };
    if count < least || count > *DIGITS.end() || is_date(number) {
        return false;
    }
    let bare = number.trim_start_matches('(');
    let groups: Vec<usize> =
        bare.split(|c: char| !c.is_ascii_digit()).filter(|group| !group.is_empty()).map(str::len).collect();
    let american = matches!(groups.as_slice(), [3, 3, 4] | [1, 3, 3, 4] | [10]);
    let nordic = matches!(groups.as_slice(), [2 | 3, 2, 2, 2] | [3, 2 | 3, 3] | [2, 3, 3, 3]);
    labelled
        || bare.starts_with('+')
        || (bare.starts_with('0') && count >= 8)
        || number.starts_with('(')
        || american
        || nordic
}

/// `12.03.2024`, `2024-2026`, `2024-03-12`.
fn is_date(number: &str) -> bool {
    let groups: Vec<&str> = number.split(['.', '-', '/', '–', ' ']).filter(|group| !group.is_empty()).collect();
    let year = |group: &&str| group.len() == 4 && (group.starts_with("19") || group.starts_with("20"));
    match groups.as_slice() {
        [day, month, last] => {
            day.len() <= 2 && month.len() <= 2 && (year(last) || last.len() == 2) && !number.contains(' ')
        }
        [first, second] => year(first) && year(second),
        _ => false,
    }
}

/// The number with the extension behind it, and where that ends.
fn with_extension(text: &str, run: &Run) -> (String, usize) {
    let number = text[run.start..run.end].trim();
    let after = &text[run.end..];
    let lead = after.len() - after.trim_start_matches([' ', ',', '(', '-', '#']).len();
    let word = &after[lead..];
    let letters = word.find(|c: char| !c.is_alphabetic()).unwrap_or(word.len());
    let is_extension = lists::EXTENSIONS.iter().any(|extension| begins(&plain(&word[..letters]), extension));
    let hash = after[..lead].contains('#');
    if !(is_extension || (hash && letters == 0)) {
        return (number.to_owned(), run.end);
    }
    let tail = word[letters..].trim_start_matches(['.', ':', ' ', '-', '#']);
    let count = tail.find(|c: char| !c.is_ascii_digit()).unwrap_or(tail.len());
    if !(1..=6).contains(&count) {
        return (number.to_owned(), run.end);
    }
    let end = text.len() - tail.len() + count;
    let end = if text[end..].starts_with(')') { end + 1 } else { end };
    ([number, " ext. ", &tail[..count]].concat(), end)
}
