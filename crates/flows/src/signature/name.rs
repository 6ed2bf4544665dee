//! The author's name: the signature writes it best, the header confirms whose it is.

use super::lists;
use super::text::{digits, folded, is_capital, loose, plain, trimmed};
use super::{Author, Found, Left, Whence};
use api::PersonName;

/// What is known of the author before the body is read.
pub(super) struct Known {
    /// The display name without what is no name; empty if it is none.
    display: String,
    /// Its words and those of the address, made comparable.
    words: Vec<String>,
    /// The part of the address before the `@`.
    local: String,
    address: String,
}

impl Known {
    pub(super) fn of(author: &Author<'_>) -> Self {
        let display = person_of(author.name);
        let address = author.address.map(|address| address.as_str().to_owned()).unwrap_or_default();
        let local = address.split('@').next().unwrap_or_default().to_owned();
        let from_local = local.split(['.', '_', '-', '+']).filter(|word| !is_role(word));
        let words = display.split_whitespace().chain(from_local).map(loose).filter(|word| word.len() >= 2).collect();
        Self { display, words, local, address }
    }

    /// How many words of a line are the author's.
    fn matched(&self, line: &str) -> usize {
        let local = loose(&self.local);
        let is_own = |word: &String| {
            let nicknamed = |known: &String| {
                known.len() >= 3
                    && word.len() >= 3
                    && (known.starts_with(word.as_str()) || word.starts_with(known.as_str()))
            };
            self.words.iter().any(|known| known == word || nicknamed(known))
                || (word.len() >= 4 && local.contains(word.as_str()) && !is_role(&local))
        };
        words(line).iter().map(|word| loose(word)).filter(|word| word.len() >= 2).filter(|word| is_own(word)).count()
    }

    /// A name without the letters behind it that no list knows: "Ada Lovelace XYZ".
    fn without_letters(&self, head: &str) -> String {
        let mut words: Vec<&str> = head.split(' ').collect();
        let knows = |word: &str| self.words.contains(&loose(word));
        let letters = |word: &str| word.chars().filter(|c| c.is_uppercase()).count() >= 2 && word.chars().count() <= 6;
        let last = words.iter().rposition(|word| knows(word));
        if let Some(last) = last.filter(|last| *last > 0 && words[last + 1..].iter().all(|word| letters(word))) {
            words.truncate(last + 1);
        }
        words.join(" ")
    }

    /// Whether a line is just the author's name.
    pub(super) fn is_named(&self, line: &str) -> bool {
        let head = head(line);
        let count = words(&head).len();
        (1..=5).contains(&count)
            && looks_like_name(&head, 1)
            && self.matched(&head) * 2 >= count
            && line.len() <= 90
            && !ends_open(line)
    }

    /// Whether a line holds the author's address.
    pub(super) fn is_addressed(&self, line: &str) -> bool {
        !self.address.is_empty() && line.to_lowercase().contains(&self.address)
    }
}

/// A greeting or the beginning of a list is no signature.
fn ends_open(line: &str) -> bool {
    line.trim_end().ends_with([',', ':', '!', '?'])
}

/// The name, from the best line, else from the header. The line is taken out of the texts.
pub(super) fn find(texts: &mut Vec<Left>, known: &Known, spanish: bool) -> Option<Found<PersonName>> {
    let spanish = spanish || [".es", ".mx", ".ar", ".co", ".cl"].iter().any(|top| known.address.ends_with(top));
    let best = texts
        .iter()
        .take(8)
        .enumerate()
        .map(|(at, left)| (at, known.without_letters(&head(&left.text))))
        .filter(|(_, head)| looks_like_name(head, 1))
        .map(|(at, head)| (known.matched(&head), words(&head).len().min(2), at, head))
        .filter(|(matched, ..)| *matched > 0)
        .max_by_key(|(matched, count, at, _)| (*count, *matched, usize::MAX - at));
    let full_display = words(&known.display).len() >= 2;
    if let Some((_, count, at, head)) = best {
        let found = take(texts, at, &head);
        if count >= 2 {
            return parts(&head, spanish).map(|name| Found::in_line(name, &found));
        }
    } else if !full_display && let Some(first) = texts.first() {
        // Nobody the header knows; right after the closing it is the author all the same.
        let head = head(&first.text);
        let nobodys = is_role(&known.local) || super::work::has_work_word(&known.local);
        let known_by_initial = known.words.is_empty() || nobodys || initials_fit(&head, &known.local);
        if looks_like_name(&head, 2) && known_by_initial {
            let line = take(texts, 0, &head);
            return parts(&head, spanish).map(|name| Found::in_line(name, &line));
        }
    }
    if full_display {
        return parts(&known.display, spanish).map(|value| Found { value, from: Whence::Sender });
    }
    from_address(&known.local).map(|value| Found { value, from: Whence::Address })
}

/// Takes the name out of the texts, wherever it stands, and leaves what followed it.
fn take(texts: &mut Vec<Left>, at: usize, head: &str) -> String {
    let line = texts[at].line.clone();
    let after =
        texts[at].text.find(head).and_then(|start| texts[at].text.get(start + head.len()..)).unwrap_or_default();
    texts[at].text = without_suffixes(trimmed(after));
    let mut place = 0;
    texts.retain(|left| {
        place += 1;
        let letters = left.text.chars().filter(|c| c.is_alphabetic()).count();
        if place - 1 == at { letters >= 2 } else { !is_again(&left.text, head) }
    });
    line
}

/// Whether a text is the name once more, in full or the first name alone.
fn is_again(text: &str, name: &str) -> bool {
    let again = head(text);
    let (own, name) = (words(&again), words(name));
    let same = |one: Option<&&str>, other: Option<&&str>| one.map(|word| loose(word)) == other.map(|word| loose(word));
    let first_alone = own.len() == 1 && same(own.first(), name.first());
    let rest = text.get(again.len()..).unwrap_or_default();
    let in_full = own.len() > 1 && same(own.last(), name.last()) && looks_like_name(&again, 1);
    (first_alone || in_full) && without_suffixes(trimmed(rest)).is_empty()
}

fn without_suffixes(text: &str) -> String {
    let mut rest = text;
    loop {
        let letters = |word: &str| {
            word.chars().filter(|c| c.is_uppercase()).count() >= 2
                && word.chars().any(char::is_lowercase)
                && word.len() <= 6
        };
        let (word, after) = rest.split_once([',', ' ', '|']).unwrap_or((rest, ""));
        let inner = word.trim_matches(['(', ')', '.']);
        let all = inner
            .split('/')
            .all(|word| lists::SUFFIXES.has(loose(word).as_str()) || lists::SUFFIXES.has(plain(word).as_str()));
        if word.is_empty() || !(all || letters(inner)) {
            return trimmed(rest).to_owned();
        }
        rest = after.trim_start_matches([',', ' ', '–', '-']);
    }
}

fn initials_fit(head: &str, local: &str) -> bool {
    let initials: String = words(head).iter().filter_map(|word| folded(word).chars().next()).collect();
    folded(local).starts_with(&initials)
}

/// The part of a line that may be a name: before a comma, a dash, a bar, a bracket.
fn head(line: &str) -> String {
    let mut end = line.len();
    for mark in [" - ", " – ", " — ", " | ", " / ", "(", "|", " at ", " bei ", ": "] {
        end = line.find(mark).filter(|at| *at > 0 && *at < end).unwrap_or(end);
    }
    let head = &line[..end];
    // "Lovelace, Ada" has a comma as well; what follows a name's comma has no more than that.
    let head = match head.split_once(',') {
        Some((last, first)) if last.split_whitespace().count() == 1 && looks_like_last_first(last, first) => head,
        Some((before, _)) => before,
        None => head,
    };
    trimmed(head).trim_end_matches('.').to_owned()
}

fn looks_like_last_first(last: &str, first: &str) -> bool {
    let first = trimmed(first);
    last.chars().filter(|c| c.is_alphabetic()).all(char::is_uppercase)
        && last.chars().count() >= 2
        && (1..=2).contains(&first.split_whitespace().count())
        && looks_like_name(first, 1)
}

/// The words of a name without prefixes and suffixes.
fn words(text: &str) -> Vec<&str> {
    split(text).1
}

/// Prefixes, the name's own words, suffixes.
fn split(text: &str) -> (Vec<&str>, Vec<&str>, Vec<&str>) {
    let mut all: Vec<&str> =
        text.split([' ', '\u{a0}', ',']).filter(|word| !word.trim_matches(['.', ',']).is_empty()).collect();
    let mut prefixes = vec![];
    while all.len() > 1 && is_prefix(all[0], all.len()) {
        prefixes.push(all.remove(0));
    }
    let mut suffixes = vec![];
    while all.len() > 2 && all.last().is_some_and(|word| is_suffix(word)) {
        suffixes.extend(all.pop());
    }
    suffixes.reverse();
    (prefixes, all, suffixes)
}

fn is_prefix(word: &str, left: usize) -> bool {
    let bare = folded(word.trim_matches(['.', ',', '(', ')']));
    let parts: Vec<&str> = bare.split(['.', '-', '/']).filter(|part| !part.is_empty()).collect();
    let stopped = word.ends_with('.') || word.contains('.');
    let known = !parts.is_empty() && parts.iter().all(|part| lists::PREFIXES.has(part));
    // "Mag.a", "Dott.ssa": one of them with its ending.
    if parts.len() == 2 && lists::PREFIXES.has(parts[0]) && parts[0].len() > 2 && parts[1].len() <= 3 && stopped {
        return true;
    }
    // "M. Dupont" is a gentleman in France, "M. Curie" an initial; with two more words it is the former.
    known && if bare.len() == 1 { stopped && left > 2 } else { true }
}

fn is_suffix(word: &str) -> bool {
    let bare = word.trim_matches(['.', ',', '(', ')']);
    let known = lists::SUFFIXES.has(loose(bare).as_str());
    known
        && (bare.chars().filter(|c| c.is_uppercase()).count() >= 2
            || matches!(folded(bare).as_str(), "jr" | "sr" | "esq"))
}

/// Whether a text could be a person's name: few words, each with a capital, none that only titles and
/// organisations have.
fn looks_like_name(text: &str, least: usize) -> bool {
    let words = words(text);
    let count = words.len();
    if count < least || count > 6 || !digits(text).is_empty() || text.contains(['@', '/', '&', '+', ':']) {
        return false;
    }
    if words.iter().any(|word| lists::NOBODY.has(folded(word).as_str())) {
        return false;
    }
    let capital = |word: &&&str| is_capital(word);
    let capitals = words.iter().filter(capital).count();
    let small = words.iter().filter(|word| !is_capital(word)).all(|word| lists::PARTICLES.has(folded(word).as_str()));
    let lower = capitals == 0 && (1..=3).contains(&count);
    let letters =
        |word: &&str| word.chars().all(|c| c.is_alphabetic() || matches!(c, '.' | '\'' | '’' | '-' | '‑' | '`'));
    ((capitals >= 1 && small) || lower) && words.iter().all(letters) && !super::work::has_work_word(text)
}

/// A display name without what senders put around names.
fn person_of(display: &str) -> String {
    let mut name = display.trim().trim_matches(['"', '\'', ' ']);
    for mark in ["(", "[", "|", " - ", " – ", " via ", " / ", " @ ", "<", " | ", " c/o "] {
        name = name.split(mark).next().unwrap_or_default();
    }
    let name = trimmed(name);
    if name.contains('@') || !digits(name).is_empty() || words(name).iter().all(|word| is_role(&folded(word))) {
        return String::new();
    }
    let name = match name.split_once(',') {
        Some((last, first)) if !words(first).is_empty() && !is_suffix(first.trim()) => {
            let (prefixes, own, _) = split(first.trim());
            [prefixes.join(" "), own.join(" "), last.trim().to_owned()].join(" ").trim().to_owned()
        }
        Some((name, _)) => name.to_owned(),
        None => name.to_owned(),
    };
    if looks_like_name(&name, 1) { name } else { String::new() }
}

fn is_role(word: &str) -> bool {
    word.split(['.', '-', '_']).any(|word| lists::ROLES.has(word))
}

/// `ada.lovelace` is Ada Lovelace; one word alone could be anything.
fn from_address(local: &str) -> Option<PersonName> {
    let words: Vec<&str> = local.split(['.', '_']).filter(|word| !word.is_empty()).collect();
    let plain = |word: &&str| {
        word.chars().count() >= 2 && word.chars().all(|c| c.is_alphabetic() || c == '-') && !is_role(word)
    };
    match words.as_slice() {
        [first, last] if plain(first) && plain(last) => {
            Some(PersonName { first: titled(first), last: titled(last), ..PersonName::default() })
        }
        _ => None,
    }
}

/// A name in its parts.
fn parts(text: &str, spanish: bool) -> Option<PersonName> {
    let (prefixes, mut own, suffixes) = split(text);
    if own.len() < 2 {
        return None;
    }
    // "LOVELACE Ada": the last name is the one in capitals, and it was put first.
    let shouted = |word: &str| {
        word.chars().filter(|c| c.is_alphabetic()).count() >= 2
            && word.chars().filter(|c| c.is_alphabetic()).all(char::is_uppercase)
    };
    let loud = own.iter().take_while(|word| shouted(word)).count();
    if loud > 0 && loud < own.len() && own[loud..].iter().all(|word| !shouted(word)) {
        own.rotate_left(loud);
    }
    let mut at = own.len() - 1;
    let quiet = own.iter().take_while(|word| !shouted(word)).count();
    let small = |word: &str| !is_capital(word) && lists::PARTICLES.has(folded(word).as_str());
    if quiet > 0 && quiet < own.len() && own[quiet..].iter().all(|word| shouted(word)) {
        at = quiet;
    } else if spanish && own.len() >= 3 && !small(own[at - 1]) {
        at -= 1;
    }
    if at > 2 && spanish && matches!(own[at - 1], "i" | "y" | "e") {
        at -= 2;
    }
    while at > 1 && (small(own[at - 1]) || is_surname_particle(own[at - 1])) {
        at -= 1;
    }
    let join = |words: &[&str]| words.iter().map(|word| titled(word.trim_matches(','))).collect::<Vec<_>>().join(" ");
    Some(PersonName {
        prefix: prefixes.join(" "),
        first: join(&own[..1]),
        middle: join(&own[1..at]),
        last: join(&own[at..]),
        suffix: suffixes.join(" "),
    })
}

fn is_surname_particle(word: &str) -> bool {
    matches!(
        folded(word).as_str(),
        "van" | "von" | "de" | "der" | "den" | "del" | "di" | "della" | "du" | "da" | "dos" | "ter" | "la" | "le"
    )
}

/// A word all in capitals, or all in small letters, as names are written.
fn titled(word: &str) -> String {
    let letters = || word.chars().filter(|c| c.is_alphabetic());
    let small = letters().all(char::is_lowercase) && !lists::PARTICLES.has(folded(word).as_str());
    let loud = letters().count() > 2 && letters().all(char::is_uppercase);
    if !small && !loud {
        return word.to_owned();
    }
    let mut start = true;
    let mut out = String::with_capacity(word.len());
    for c in word.chars() {
        if start {
            out.extend(c.to_uppercase());
        } else {
            out.extend(c.to_lowercase());
        }
        start = !c.is_alphabetic();
    }
    out
}
