//! Searching contacts as one types, in one wave of calls.
//!
//! What iMIS is asked is a guess wide enough; what is found is checked here, word by word, so that
//! nothing in a word is ever read as an operator or a wildcard. `Party` is asked and not its summary,
//! which knows no organisation.

mod by_query;

use crate::{
    Acting, Contact, Error, ErrorKind, Operation,
    fold::{fold, spellings},
    wire,
};
use futures_util::future::join_all;
use std::{collections::HashMap, fmt};

/// Only people, or only organisations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OnlyKind {
    /// People.
    People,
    /// Organisations.
    Organisations,
}

/// Whether contacts count that are not active.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Inactive {
    /// They do.
    Included,
    /// They are left out.
    LeftOut,
}

/// What is searched for.
#[derive(Clone, Copy)]
pub struct ContactSearch<'a> {
    /// As it was typed: every word must stand in name, iMIS ID, e-mails or organisation.
    pub text: &'a str,
    /// Which kind; both where none is given.
    pub only: Option<OnlyKind>,
    /// Whether inactive ones are wanted.
    pub inactive: Inactive,
    /// Most contacts wanted.
    pub most: usize,
}

impl fmt::Debug for ContactSearch<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ContactSearch").field("only", &self.only).finish_non_exhaustive()
    }
}

/// What a search found.
#[derive(Clone, Debug, Default)]
pub struct Searched {
    /// Best first.
    pub contacts: Vec<Contact>,
    /// Whether there are more than these.
    pub more: bool,
    /// Why a part of it is missing; [`ErrorKind::Unauthorized`] before any other reason.
    pub error: Option<Error>,
    /// Whether nothing at all could be asked.
    pub failed: bool,
}

/// Most words that iMIS is asked for; the others are only looked for in what it finds.
const ASKED_WORDS: usize = 3;
/// Rows asked for in one call: inactive ones and those that lack a word are taken out of them.
const ROWS: u32 = 100;

impl Acting {
    /// Searches contacts; the time of one call.
    pub async fn search_contacts(&self, search: &ContactSearch<'_>) -> Searched {
        let words = Words::of(search.text);
        let parts = parts(&words, search.only);
        let calls = parts.iter().map(|part| self.rows_of(part));
        gather(join_all(calls).await, &words, search)
    }

    /// The first rows for a part, and whether there are more.
    async fn rows_of(&self, part: &Part) -> Result<(Vec<Contact>, bool), Error> {
        let operation = Operation::FindContacts;
        let rows = [("limit", ROWS.to_string())];
        let request = || self.client.get(&["api", part.entity]).query(&part.filters).query(&rows);
        let (rows, next) = wire::page(self.read(operation, request).await?)
            .ok_or_else(|| Error::new(operation, ErrorKind::NotUnderstood))?;
        Ok((rows.iter().filter_map(wire::contact).collect(), next.is_some()))
    }
}

/// The words of a search: as typed, and folded.
struct Words(Vec<(String, String)>);

impl Words {
    fn of(text: &str) -> Self {
        let around = |c: char| matches!(c, ',' | ';' | '<' | '>' | '(' | ')' | '"' | '“' | '”') || c.is_control();
        let words = text.split(|c: char| c.is_whitespace() || c.is_control()).map(|word| word.trim_matches(around));
        Self(words.filter(|word| !word.is_empty()).map(|word| (word.to_owned(), fold(word))).collect())
    }

    /// Those parts of the words that can be said in a filter.
    fn sayable(&self) -> Vec<&str> {
        let longest = |word| str::split(word, '|').max_by_key(|piece| piece.len()).unwrap_or_default();
        self.0.iter().map(|(word, _)| longest(word.as_str())).filter(|piece| !piece.is_empty()).collect()
    }
}

/// One call.
#[derive(Debug, PartialEq, Eq)]
struct Part {
    entity: &'static str,
    filters: Vec<(&'static str, String)>,
}

const FIRST_NAME: &str = "FirstName";
const LAST_NAME: &str = "LastName";
const NAME: &str = "Name";
/// Assumed: the e-mail filter looks at every e-mail of a contact, as it does where it was seen (`imis.md §5.1`).
const EMAIL: &str = "Email";
/// Assumed: dotted names reach into nested objects here as they are seen to elsewhere (`imis.md §4.4`).
const ORGANISATION: &str = "PrimaryOrganization.Name";

fn starts(name: &'static str, word: &str) -> (&'static str, String) {
    (name, format!("startsWith:{word}"))
}

fn contains(name: &'static str, word: &str) -> (&'static str, String) {
    (name, format!("contains:{word}"))
}

/// The calls for these words: what is likely to rank best has a call of its own, so that a page full
/// of poorer ones does not hide it.
fn parts(words: &Words, only: Option<OnlyKind>) -> Vec<Part> {
    let said: Vec<&str> = words.sayable().into_iter().take(ASKED_WORDS).collect();
    let mut all: Vec<Vec<(&'static str, String)>> = Vec::new();
    let people = only != Some(OnlyKind::Organisations);
    match said[..] {
        [] => return Vec::new(),
        [word] => {
            if people {
                all.extend([vec![starts(LAST_NAME, word)], vec![starts(FIRST_NAME, word)]]);
                all.push(vec![contains(ORGANISATION, word)]);
            }
            all.push(vec![contains(NAME, word)]);
            all.push(vec![if word.starts_with('@') { contains(EMAIL, word) } else { starts(EMAIL, word) }]);
            if is_key(word) {
                all.push(vec![("Id", format!("eq:{word}"))]);
            }
        }
        [first, .., last] => {
            all.push(said.iter().map(|word| contains(NAME, word)).collect());
            if people {
                all.push(vec![starts(FIRST_NAME, first), starts(LAST_NAME, last)]);
                all.push(vec![starts(LAST_NAME, first), starts(FIRST_NAME, last)]);
                all.push(said.iter().map(|word| contains(ORGANISATION, word)).collect());
                all.extend(split(&said));
            }
            all.extend(said.iter().filter(|word| word.contains('@')).map(|word| vec![starts(EMAIL, word)]));
            all.extend(said.iter().filter(|word| has_digit(word)).map(|word| vec![("Id", format!("eq:{word}"))]));
        }
    }
    if people {
        all.extend(other_spellings(&said));
    }
    let entity = match only {
        None => "Party",
        Some(OnlyKind::People) => "Person",
        Some(OnlyKind::Organisations) => "Organization",
    };
    all.into_iter().map(|filters| Part { entity, filters }).collect()
}

/// Some words in the name, the others in the organisation, in either order.
fn split(words: &[&str]) -> Vec<Vec<(&'static str, String)>> {
    let both = |at: usize, (left, right): (&'static str, &'static str)| {
        let (before, after) = words.split_at(at);
        let filters = before.iter().map(|word| contains(left, word));
        filters.chain(after.iter().map(|word| contains(right, word))).collect()
    };
    (1..words.len()).flat_map(|at| [both(at, (NAME, ORGANISATION)), both(at, (ORGANISATION, NAME))]).collect()
}

/// Names spelt with marks that were not typed, or without those that were; whole names only.
fn other_spellings(words: &[&str]) -> Vec<Vec<(&'static str, String)>> {
    let all: Vec<Vec<String>> = words.iter().map(|word| spellings(word)).collect();
    let list = |names: Vec<String>| format!("in:{}", names.join("|"));
    match (words, &all[..]) {
        ([_], [names]) if !names.is_empty() => {
            vec![vec![(LAST_NAME, list(names.clone()))], vec![(FIRST_NAME, list(names.clone()))]]
        }
        // Whichever is first and whichever last: both are in both lists.
        ([one, other], [left, right]) if !left.is_empty() || !right.is_empty() => {
            let mut names = vec![one.to_lowercase(), other.to_lowercase()];
            let most = left.len().max(right.len());
            let turns = (0..most).flat_map(|at| [left.get(at), right.get(at)]).flatten().cloned();
            // Two lists in one query have half the room each.
            names.extend(turns.take(SPELLINGS_OF_TWO));
            vec![vec![(FIRST_NAME, list(names.clone())), (LAST_NAME, list(names))]]
        }
        _ => Vec::new(),
    }
}

/// Most other spellings of two words together.
const SPELLINGS_OF_TWO: usize = 56;

fn has_digit(word: &str) -> bool {
    is_key(word) && word.bytes().any(|byte| byte.is_ascii_digit())
}

fn is_key(word: &str) -> bool {
    word.len() <= 36 && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

type Outcome = Result<(Vec<Contact>, bool), Error>;

/// A site that does not know a filter answers 400 (assumed): that part is not to be had there, and
/// nobody need hear of it every time.
fn not_to_be_had(error: &Error) -> bool {
    matches!(error.kind, ErrorKind::Refused { .. } | ErrorKind::NotOffered | ErrorKind::NotFound)
}

fn gather(outcomes: Vec<Outcome>, words: &Words, search: &ContactSearch<'_>) -> Searched {
    let mut searched = Searched { failed: !outcomes.is_empty(), ..Searched::default() };
    let mut found: HashMap<String, (Rank, Contact)> = HashMap::new();
    let mut refused = None;
    for outcome in outcomes {
        match outcome {
            Ok((contacts, more)) => {
                searched.failed = false;
                searched.more |= more;
                for contact in contacts {
                    if let Some(rank) = rank(&contact, words, search) {
                        found.entry(contact.id.as_str().to_owned()).or_insert((rank, contact));
                    }
                }
            }
            Err(error) if not_to_be_had(&error) => refused = Some(error),
            Err(error) => {
                if searched.error.is_none() || error.kind == ErrorKind::Unauthorized {
                    searched.error = Some(error);
                }
            }
        }
    }
    if searched.failed && searched.error.is_none() {
        searched.error = refused;
    }
    let mut found: Vec<_> = found.into_values().collect();
    found.sort_by(|(one, left), (other, right)| one.cmp(other).then_with(|| left.id.cmp(&right.id)));
    searched.more |= found.len() > search.most;
    searched.contacts = found.into_iter().take(search.most).map(|(_, contact)| contact).collect();
    searched
}

/// How well a contact fits, best first.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    inactive: bool,
    distance: u32,
    name: String,
}

/// `None` for whoever was not searched for.
fn rank(contact: &Contact, words: &Words, search: &ContactSearch<'_>) -> Option<Rank> {
    let wanted = match search.only {
        None => true,
        Some(only) => (only == OnlyKind::Organisations) == contact.is_organisation,
    };
    if !wanted || words.0.is_empty() || (!contact.active && search.inactive == Inactive::LeftOut) {
        return None;
    }
    let name = fold(&contact.name);
    let organisation = contact.organisation.as_deref().map(fold).unwrap_or_default();
    let emails: Vec<String> =
        contact.primary_email.iter().chain(&contact.other_emails).map(|email| fold(email)).collect();
    let mut distance = 0;
    for (_, word) in &words.0 {
        let of_email = emails.iter().filter_map(|email| place(email, word, 0, 4, 7)).min();
        let of_key = contact.id.as_str().eq_ignore_ascii_case(word).then_some(0);
        let of_name = name_place(&name, word);
        let of_organisation = organisation.contains(word.as_str()).then_some(6);
        distance += [of_key, of_email, of_name, of_organisation].into_iter().flatten().min()?;
    }
    Some(Rank { inactive: !contact.active, distance, name })
}

fn name_place(name: &str, word: &str) -> Option<u32> {
    let parts = name.split(|c: char| c.is_whitespace() || c == '-');
    parts.filter_map(|part| place(part, word, 1, 2, 5)).min().or_else(|| name.contains(word).then_some(5))
}

/// Which of three ways a word stands in a text: all of it, its start, somewhere.
fn place(text: &str, word: &str, whole: u32, start: u32, within: u32) -> Option<u32> {
    if text == word {
        Some(whole)
    } else if text.starts_with(word) {
        Some(start)
    } else {
        text.contains(word).then_some(within)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PartyId;

    fn contact(id: &str, name: &str, email: &str, organisation: &str) -> Contact {
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Contact {
            primary_email: text(email),
            organisation: text(organisation),
            ..Contact::named(PartyId::new(id), name)
        }
    }

    fn found(text: &str, contacts: &[Contact]) -> Vec<String> {
        let search = ContactSearch { text, only: None, inactive: Inactive::LeftOut, most: 3 };
        let searched = gather(vec![Ok((contacts.to_vec(), false))], &Words::of(text), &search);
        searched.contacts.into_iter().map(|contact| contact.id.to_string()).collect()
    }

    #[test]
    fn every_word_must_stand_somewhere_and_the_nearest_come_first() {
        let all = [
            contact("1", "Ms. Jane Doerr", "jane@acme.test", "Acme"),
            contact("2", "Jane Doe", "doe@acme.test", "Acme"),
            contact("3", "John Smith", "smith@doe.test", "Doe Institute"),
            contact("4", "Adoeline Ray", "", ""),
        ];
        assert_eq!(found("doe", &all), ["2", "1", "4"]);
        assert_eq!(found("doe jane", &all), ["2", "1"]);
        assert_eq!(found("JANE acme doe", &all), ["2", "1"]);
        assert_eq!(found("3", &all), ["3"]);
        assert_eq!(found("Jane Doe <doe@acme.test>", &all), ["2"]);
        assert!(found("jane zzz", &all).is_empty());
        assert!(found("\"", &all).is_empty() && found("%", &all).is_empty() && found("doe|smith", &all).is_empty());
    }

    #[test]
    fn a_filter_is_never_made_of_what_splits_one() {
        for text in ["ada|lovelace", "|", "ada\u{0}|b", "contains:a|b startsWith:c", "%_*'\"", "a b c d e f g h|i"] {
            for part in parts(&Words::of(text), None) {
                for (name, value) in &part.filters {
                    let (operator, rest) = value.split_once(':').unwrap();
                    assert!(["startsWith", "contains", "eq", "in"].contains(&operator), "{name} {value}");
                    assert!(operator == "in" || !rest.contains('|'), "{text}: {value}");
                    assert!(!rest.is_empty() && !rest.chars().any(char::is_control), "{text}: {value}");
                }
            }
        }
    }

    #[test]
    fn a_wave_is_never_wider_than_a_dozen_calls_and_its_queries_fit() {
        for text in ["ada", "jose nunez", "anna maria silva de la cruz", "a1 b2 c3 d4", "x@y a@b c@d"] {
            let parts = parts(&Words::of(text), None);
            assert!(parts.len() <= 12, "{text}: {}", parts.len());
            for part in parts {
                let bytes = part.filters.iter().map(|(name, value)| {
                    name.len() + value.bytes().map(|b| if b.is_ascii_alphanumeric() { 1 } else { 3 }).sum::<usize>()
                });
                assert!(bytes.sum::<usize>() < 1900, "{text}");
            }
        }
    }
}
