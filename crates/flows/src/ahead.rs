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
