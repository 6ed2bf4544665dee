//! Looking for contacts as one types, to add one to something: a wait after the last letter, then a question.

use crate::Trouble;
use api::{Contact, FoundContacts, SearchContacts};

/// What the search has come to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Ahead {
    /// Nothing is looked for.
    #[default]
    Nothing,
    /// iMIS is being asked.
    Searching,
    /// These.
    Found(Vec<Contact>),
    /// It could not be asked.
    Failed(Trouble),
}

/// The search.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SearchAhead {
    /// What was typed.
    pub text: String,
    /// What it has come to.
    pub hits: Ahead,
    question: u32,
}

impl SearchAhead {
    /// Most contacts shown.
    const MOST: usize = 8;

    /// The number of the wait that begins; none where there is nothing to look for.
    pub(crate) fn typed(&mut self, text: String) -> Option<u32> {
        self.question += 1;
        let letters = text.chars().filter(|letter| !letter.is_whitespace()).count();
        self.text = text;
        if letters < SearchContacts::TEXT_MIN {
            self.hits = Ahead::Nothing;
            return None;
        }
        Some(self.question)
    }

    /// Nothing is looked for any more, and what was asked is of no use.
    pub(crate) fn clear(&mut self) {
        *self = Self { question: self.question + 1, ..Self::default() };
    }

    pub(crate) fn waited(&mut self, number: u32) -> Option<SearchContacts> {
        if number != self.question {
            return None;
        }
        self.hits = Ahead::Searching;
        let text = self.text.trim().chars().take(SearchContacts::TEXT_MAX).collect();
        Some(SearchContacts { text, kind: None, inactive: false })
    }

    pub(crate) fn answered(&mut self, number: u32, answer: Result<FoundContacts, Trouble>) {
        if number != self.question {
            return;
        }
        self.hits = match answer {
            Ok(mut found) => {
                found.contacts.truncate(Self::MOST);
                Ahead::Found(found.contacts)
            }
            Err(trouble) => Ahead::Failed(trouble),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::{Ahead, SearchAhead};
    use api::FoundContacts;

    #[test]
    fn an_answer_to_what_was_looked_for_before_somebody_was_taken_is_dropped() {
        let mut search = SearchAhead::default();
        let first = search.typed("ada".to_owned()).expect("it is looked for");
        assert!(search.waited(first).is_some());
        search.clear();
        let second = search.typed("gra".to_owned()).expect("it is looked for");
        assert!(search.waited(second).is_some());
        search.answered(first, Ok(FoundContacts::default()));
        assert_eq!(search.hits, Ahead::Searching);
    }
}
