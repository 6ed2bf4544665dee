//! What is being written at this moment, so that nothing is written twice at once.

use crate::store::SaveKey;
use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

/// Parts of saves under way.
#[derive(Clone, Debug, Default)]
pub(crate) struct Running(Arc<Mutex<HashSet<(SaveKey, String)>>>);

/// One of them; over when dropped.
#[derive(Debug)]
pub(crate) struct Turn {
    running: Running,
    name: (SaveKey, String),
}

impl Running {
    /// Takes the turn for a part of a save; `None` while somebody has it.
    pub(crate) fn begin(&self, key: &SaveKey, part: &str) -> Option<Turn> {
        let name = (key.clone(), part.to_owned());
        let fresh = self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(name.clone());
        fresh.then(|| Turn { running: self.clone(), name })
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.running.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_done_by_one_at_a_time() {
        let running = Running::default();
        let key = SaveKey { site: "s".to_owned(), user_name: "u".to_owned(), save: "1".to_owned() };
        let turn = running.begin(&key, "records");
        assert!(turn.is_some());
        assert!(running.begin(&key, "records").is_none());
        assert!(running.begin(&key, "attachment 0").is_some());
        drop(turn);
        assert!(running.begin(&key, "records").is_some());
    }
}
