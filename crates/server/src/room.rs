//! Room for what takes long or much: so many at once, and so many of one person.

use crate::failure::Failure;
use crate::session::Session;
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
    /// Room for so many, and so many of each person.
    pub(crate) fn new(all: usize, each: usize) -> Self {
        Self { all, each, taken: Arc::default() }
    }

    /// Takes a turn of this person; refused when there are enough under way.
    pub(crate) fn take(&self, session: &Session) -> Result<Turn, Failure> {
        self.take_as((session.me.site.0.clone(), session.user_key()))
    }

    fn take_as(&self, whose: Whose) -> Result<Turn, Failure> {
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
        let room = Room::new(3, 2);
        let code = |user: &str| room.take_as(("s".to_owned(), user.to_owned())).map_err(|failure| failure.problem.code);
        let first = code("ada").unwrap();
        let _second = code("ada").unwrap();
        assert_eq!(code("ada").unwrap_err(), ProblemCode::Busy);
        let _third = code("bob").unwrap();
        assert_eq!(code("cyd").unwrap_err(), ProblemCode::Busy);
        drop(first);
        let _fourth = code("cyd").unwrap();
    }
}
