//! How a saved message is marked in Outlook: by a category of ours, and by a bar above it. The person may switch
//! either off.

use crate::{App, Effect, MessageKey, SavedEffect, is_live};
use api::LedgerState;

/// What is wanted; kept with the mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Marks {
    /// A category on messages that the person saves.
    pub category: bool,
    /// A bar above messages that somebody saved.
    pub bar: bool,
}

impl Default for Marks {
    /// Both.
    fn default() -> Self {
        Self { category: true, bar: true }
    }
}

/// What the bar says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BarLine {
    /// Who saved it.
    pub by: String,
    /// Whether that is the person who looks.
    pub mine: bool,
    /// When, in milliseconds since 1970 (UTC).
    pub at_ms: i64,
}

impl App {
    /// Has the bar say what is so, and takes our category off a message of which nothing is saved any more.
    pub(crate) fn tend_marks(&mut self) -> Vec<Effect> {
        let Some(key) = self.open_key().cloned() else {
            // A bar goes with its message.
            self.saved.bar = None;
            return vec![];
        };
        if self.saved.bar.as_ref().is_some_and(|(of, _)| *of != key) {
            self.saved.bar = None;
        }
        let mut effects = vec![];
        let wanted = self.bar_line().filter(|_| self.saved.marks.bar);
        if self.saved.bar.as_ref().map(|(_, line)| line) != wanted.as_ref() {
            effects.push(Effect::Saved(match &wanted {
                Some(line) => SavedEffect::ShowBar(key.clone(), line.clone()),
                None => SavedEffect::HideBar(key.clone()),
            }));
            self.saved.bar = wanted.map(|line| (key.clone(), line));
        }
        effects.extend(self.unmark(&key));
        effects
    }

    /// The newest save that is in iMIS, as far as the ledger tells.
    fn bar_line(&self) -> Option<BarLine> {
        let in_imis = |state| !matches!(state, LedgerState::Saving | LedgerState::Removed);
        let entry = self.saved.live().find(|entry| in_imis(entry.state))?;
        Some(BarLine { by: entry.by.clone(), mine: entry.mine, at_ms: entry.at_ms })
    }

    fn unmark(&mut self, key: &MessageKey) -> Option<Effect> {
        let known = self.saved.known.as_ref()?;
        let place = self.saved.unmark.iter().position(|item| *item == key.item_id)?;
        self.saved.unmark.remove(place);
        (!known.saves.iter().any(is_live)).then(|| Effect::Saved(SavedEffect::Unmark(key.clone())))
    }
}
