//! Room for exports: so many at once, and so many of one person.

use crate::config::Limits;
use crate::failure::Failure;
use api::ProblemCode;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// When those without room may come again.
const AGAIN_AFTER_S: u32 = 5;

/// A site and a user there.
type Whose = (String, String);

/// The room there is, and who has how much of it.
#[derive(Clone, Debug)]
pub(crate) struct Room {
    all: usize,
    each: usize,
    taken: Arc<Mutex<HashMap<Whose, usize>>>,
}

/// Somebody's part of the room, until it is dropped.
#[derive(Debug)]
pub(crate) struct Turn {
    taken: Arc<Mutex<HashMap<Whose, usize>>>,
    whose: Whose,
}

impl Room {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self { all: limits.exports_max, each: limits.exports_per_person, taken: Arc::default() }
    }

    /// Takes a turn; refused when there are enough under way.
    pub(crate) fn take(&self, site: &str, user_name: &str) -> Result<Turn, Failure> {
        let whose = (site.to_owned(), user_name.to_owned());
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let theirs = taken.get(&whose).copied().unwrap_or(0);
        if theirs >= self.each || taken.values().sum::<usize>() >= self.all {
            return Err(Failure::wait(ProblemCode::Busy, AGAIN_AFTER_S));
        }
        taken.insert(whose.clone(), theirs + 1);
        drop(taken);
        Ok(Turn { taken: Arc::clone(&self.taken), whose })
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        match taken.get(&self.whose).copied().unwrap_or(0) {
            0 | 1 => drop(taken.remove(&self.whose)),
            more => drop(taken.insert(self.whose.clone(), more - 1)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_room_for_some_of_each_and_of_all_and_it_comes_back() {
        let limits = Limits { exports_max: 3, exports_per_person: 2, ..Limits::default() };
        let room = Room::new(&limits);
        let code = |user: &str| room.take("s", user).map_err(|failure| failure.problem.code);
        let first = code("ada").unwrap();
        let _second = code("ada").unwrap();
        assert_eq!(code("ada").unwrap_err(), ProblemCode::Busy);
        let _third = code("bob").unwrap();
        assert_eq!(code("cyd").unwrap_err(), ProblemCode::Busy);
        drop(first);
        let _fourth = code("cyd").unwrap();
    }
}
