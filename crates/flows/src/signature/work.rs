//! Title and organisation: by words that only one of them has, by the domain of the address, and by where they
//! stand.

use super::lists;
use super::text::{folded, has_words, loose, plain, trimmed};
use super::{Author, Found, Left};

/// One candidate with the line it stood in.
struct Candidate<'a> {
    text: String,
    line: &'a str,
    title: bool,
    department: bool,
    /// How surely it is an organisation.
    organisation: u8,
}

/// Title and organisation among what is left of the signature once name and address are taken out.
pub(super) fn find(texts: &[Left], author: &Author<'_>, named: bool) -> (Option<Found<String>>, Option<Found<String>>) {
    let domain = author.address.map(|address| own_label(address.domain())).unwrap_or_default();
    let mut candidates: Vec<Candidate<'_>> = vec![];
    for left in texts.iter().take(10) {
        for text in divided(&left.text, &domain) {
            candidates.push(candidate(text, &left.line, &domain));
        }
    }
    let title = candidates.iter().position(|candidate| candidate.title && candidate.organisation < 5);
    let best = candidates
        .iter()
        .enumerate()
        .filter(|(at, candidate)| Some(*at) != title && candidate.organisation > 0)
        .max_by_key(|(at, candidate)| (candidate.organisation, usize::MAX - at))
        .map(|(at, _)| at);
    // What nothing tells: between name and organisation it is the title, right behind the title the organisation.
    let unknown = |at: &usize| {
        candidates.get(*at).is_some_and(|candidate| {
            !candidate.title
                && !candidate.department
                && candidate.organisation == 0
                && candidate.text.split_whitespace().count() <= 6
        })
    };
    let title = title.or_else(|| best.filter(|best| *best > 0 && named).and(Some(0)).filter(unknown));
    // Nobody writes an organisation's name in small letters.
    let small = |at: &usize| {
        candidates[*at]
            .text
            .split_whitespace()
            .skip(1)
            .any(|word| word.len() > 4 && word.chars().all(char::is_lowercase))
    };
    let title = title.or_else(|| Some(0).filter(|_| named).filter(unknown).filter(small));
    let best =
        best.or_else(|| title.map(|title| title + 1).filter(unknown).filter(|at| is_proper(&candidates[*at].text)));
    let found = |at: usize| Found::in_line(candidates[at].text.clone(), candidates[at].line);
    (title.map(found), best.map(found))
}

fn is_proper(text: &str) -> bool {
    super::text::is_capital(text) && !text.ends_with(['.', '!', '?']) && text.chars().any(char::is_alphabetic)
}

fn candidate<'a>(text: String, line: &'a str, domain: &str) -> Candidate<'a> {
    let words = plain(&text);
    let title = has_title(&words) && !leads_as_organisation(&words);
    let department = is_department(&words);
    let sure = is_domains(&text, domain);
    let organisation = if has_company(&text) {
        6
    } else if sure && (!title || words.contains(' ')) {
        5
    } else if department {
        0
    } else if has_organisation(&words) && !title {
        4
    } else if has_organisation(&words)
        && words.split(' ').next_back().is_some_and(|last| stem(lists::ORGANISATION_STEMS, last))
    {
        2
    } else {
        0
    };
    Candidate { text, line, title: title && organisation < 5, department, organisation }
}

/// "Head of Programmes, Example Institute", "Director at Acme": cut where an organisation begins.
fn divided(text: &str, domain: &str) -> Vec<String> {
    for mark in [" at ", " bei ", " chez ", " presso ", " @ ", " bij ", " hos "] {
        if let Some((title, organisation)) = text.split_once(mark)
            && has_title(&plain(title))
        {
            return vec![trimmed(title).to_owned(), trimmed(organisation).trim_start_matches("the ").to_owned()];
        }
    }
    for mark in [", ", " - ", " – ", " — ", " / ", ": ", " · ", " | "] {
        for (at, _) in text.match_indices(mark) {
            let (title, rest) = (&text[..at], &text[at + mark.len()..]);
            let organisation = |text: &str| {
                let words = plain(text);
                has_company(text)
                    || (!is_department(&words)
                        && (is_domains(text, domain) || (has_organisation(&words) && !has_title(&words))))
            };
            if has_title(&plain(title)) && !has_company(title) && organisation(rest) {
                return vec![trimmed(title).to_owned(), trimmed(rest).to_owned()];
            }
            if organisation(title) && has_title(&plain(rest)) && !has_company(rest) {
                return vec![trimmed(title).to_owned(), trimmed(rest).to_owned()];
            }
            if organisation(title)
                && (is_department(&plain(rest)) || rest.split_whitespace().count() > 4)
                && !has_company(rest)
            {
                return vec![trimmed(title).to_owned(), trimmed(rest).to_owned()];
            }
        }
    }
    vec![whole(text)]
}

fn whole(text: &str) -> String {
    // A stop at the end belongs to "Inc." and to "S.A.", not to a sentence.
    let text = trimmed(text);
    let text = ["For and on behalf of ", "for and on behalf of ", "On behalf of "]
        .iter()
        .find_map(|lead| text.strip_prefix(lead))
        .unwrap_or(text);
    let last = text.rsplit(' ').next().unwrap_or_default();
    let short = last.chars().filter(|c| c.is_alphabetic()).count() <= 4;
    if short { text.to_owned() } else { text.trim_end_matches('.').to_owned() }
}

fn stem(stems: lists::Words, word: &str) -> bool {
    stems.iter().any(|stem| {
        if stem.len() <= 4 {
            word == stem || (stem.len() == 4 && word.starts_with(stem) && word.len() <= 7)
        } else {
            word.starts_with(stem)
        }
    })
}

fn has_title(words: &str) -> bool {
    words.split(' ').any(|word| {
        stem(lists::TITLE_STEMS, word)
            || lists::TITLE_ENDS.iter().any(|end| word.len() > end.len() && word.ends_with(end))
    })
}

/// "Association of Engineers" is no engineer; "Association Manager" is a manager.
fn leads_as_organisation(words: &str) -> bool {
    let (first, last) = (words.split(' ').next().unwrap_or_default(), words.rsplit(' ').next().unwrap_or_default());
    first != last && stem(lists::ORGANISATION_STEMS, first) && !lists::TITLES_LAST.has(last)
}

fn has_organisation(words: &str) -> bool {
    words.split(' ').any(|word| {
        stem(lists::ORGANISATION_STEMS, word)
            || lists::ORGANISATION_ENDS.iter().any(|end| word.len() > end.len() + 2 && word.ends_with(end))
    })
}

/// Whether it names a legal form: at its end, or right before a comma or an ampersand.
fn has_company(text: &str) -> bool {
    let words = plain(text);
    let last = |form: &str| words.ends_with(form) && has_words(&words, form) && words.len() > form.len();
    let short = |form: &str| form.len() <= 2;
    lists::COMPANY.iter().any(|form| {
        let shouted = text.split(|c: char| c.is_whitespace() || c == ',').any(|word| {
            !short(form)
                || (plain(word).replace(' ', "") == form.replace(' ', "") && word.chars().any(char::is_uppercase)
                    || word.contains('/'))
        });
        (last(form) || (!short(form) && has_words(&words, form) && words.len() > form.len())) && shouted
    })
}

fn is_department(words: &str) -> bool {
    let first = words.split(' ').next().unwrap_or_default();
    lists::DEPARTMENTS.iter().any(|department| super::text::begins(words, department) || first == department)
        || words.ends_with(" department")
        || words.ends_with(" team")
        || words.ends_with(" division")
        || words.ends_with("abteilung")
}

/// Whether a text has a word that no person's name has.
pub(super) fn has_work_word(text: &str) -> bool {
    let words = plain(text);
    let first = words.split(' ').next().unwrap_or_default();
    has_title(&words) || has_organisation(&words) || has_company(text) || lists::DEPARTMENTS.has(first)
}

/// The part of a domain that its owner chose, unless everybody has mailboxes there.
fn own_label(domain: &str) -> String {
    let parts: Vec<&str> = domain.split('.').collect();
    let second = |part: &str| matches!(part, "co" | "com" | "org" | "ac" | "gov" | "net" | "or" | "gv" | "edu");
    let at = match parts.len() {
        0 | 1 => return String::new(),
        length if length > 2 && second(parts[length - 2]) => length - 3,
        length => length - 2,
    };
    let label = parts[at];
    if lists::EVERYBODYS.has(label) { String::new() } else { folded(label) }
}

/// Whether a text is the name behind a domain: its words, or their initials.
fn is_domains(text: &str, domain: &str) -> bool {
    let label = loose(domain);
    let words = plain(text);
    let own: Vec<&str> = words.split(' ').filter(|word| !lists::COMPANY.has(word)).collect();
    if label.len() < 2 || own.is_empty() || own.len() > 9 {
        return false;
    }
    let joined = loose(&own.concat());
    let initials = |all: bool| -> String {
        own.iter().filter(|word| all || !lists::JOINING.has(word)).filter_map(|word| word.chars().next()).collect()
    };
    let part =
        |word: &&&str| word.len() >= 4 && !stem(lists::ORGANISATION_STEMS, word) && !stem(lists::TITLE_STEMS, word);
    let pieces: Vec<String> = domain.split('-').map(loose).collect();
    joined == label
        || (label.len() >= 4 && joined.contains(&label))
        || (joined.len() >= 4 && label.contains(&joined) && joined.len() * 2 >= label.len())
        || (own.len() >= 2 && label.len() >= 3 && (initials(true) == label || initials(false) == label))
        || own.iter().filter(part).any(|word| {
            let word = loose(word);
            label.starts_with(&word) && word.len() * 2 >= label.len() || (pieces.len() > 1 && pieces.contains(&word))
        })
        || own.contains(&label.as_str())
}
