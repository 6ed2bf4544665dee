//! One property of all contacts in one text, so that any part of it is found by reading the text once.
//!
//! Every value stands between line feeds. What is changed is written anew at the end; the old value stays and is
//! counted as gone.

use memchr::memmem;

use super::super::filter::Operation;

/// The values of one property.
#[derive(Debug, Default)]
pub(super) struct Column {
    text: String,
    /// Where each value begins, and whose it is; `None` when it is gone.
    entries: Vec<(usize, Option<u32>)>,
    /// The place of the first value of each contact.
    first: Vec<Option<u32>>,
}

impl Column {
    /// Takes a value as it is compared.
    pub(super) fn push(&mut self, owner: u32, value: &str) {
        if self.text.is_empty() {
            self.text.push('\n');
        }
        let place = u32::try_from(self.entries.len()).ok();
        self.entries.push((self.text.len(), Some(owner)));
        self.text.extend(value.chars().map(|one| if one == '\n' { ' ' } else { one }));
        self.text.push('\n');
        let owner = owner as usize;
        if self.first.len() <= owner {
            self.first.resize(owner + 1, None);
        }
        let first = &mut self.first[owner];
        *first = first.or(place);
    }

    /// Forgets all values of a contact.
    pub(super) fn forget(&mut self, owner: u32) {
        if let Some(first) = self.first.get_mut(owner as usize).and_then(Option::take) {
            for (_, whose) in &mut self.entries[first as usize..] {
                if *whose == Some(owner) {
                    *whose = None;
                }
            }
        }
    }

    /// The first value of a contact, or nothing.
    pub(super) fn value(&self, owner: u32) -> &str {
        let Some(place) = self.first.get(owner as usize).copied().flatten() else { return "" };
        let start = self.entries[place as usize].0;
        let end =
            memchr::memchr(b'\n', &self.text.as_bytes()[start..]).map_or(self.text.len(), |length| start + length);
        &self.text[start..end]
    }

    /// Whose values fit, in order and each once; `None` where reading the text is no help.
    pub(super) fn find(&self, operation: Operation, values: &[String]) -> Option<Vec<u32>> {
        let value = values.first()?;
        let helps = values.iter().all(|value| !value.is_empty() && !value.contains('\n'));
        if !helps {
            return None;
        }
        let mut found = Vec::new();
        match operation {
            Operation::Equal => self.collect(&format!("\n{value}"), Whole::Yes, &mut found),
            Operation::In => {
                for value in values {
                    self.collect(&format!("\n{value}"), Whole::Yes, &mut found);
                }
            }
            Operation::StartsWith => self.collect(&format!("\n{value}"), Whole::No, &mut found),
            Operation::EndsWith => self.collect(&format!("{value}\n"), Whole::No, &mut found),
            Operation::Contains => self.collect(value, Whole::No, &mut found),
            _ => return None,
        }
        if !found.is_sorted() {
            found.sort_unstable();
        }
        found.dedup();
        Some(found)
    }

    fn collect(&self, needle: &str, whole: Whole, found: &mut Vec<u32>) {
        let text = self.text.as_bytes();
        let skipped = usize::from(needle.starts_with('\n'));
        let mut place = 0;
        for at in memmem::find_iter(text, needle) {
            if whole == Whole::Yes && text.get(at + needle.len()) != Some(&b'\n') {
                continue;
            }
            let within = at + skipped;
            place += self.entries[place..].partition_point(|(start, _)| *start <= within).saturating_sub(1);
            found.extend(self.entries.get(place).and_then(|(_, owner)| *owner));
        }
    }
}

/// Whether the value has to end where the needle does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Whole {
    Yes,
    No,
}
