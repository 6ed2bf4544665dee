//! Room in memory for messages on their way in. It is taken before the first byte
//! is read and given back when the save is over, so that neither one person nor
//! all of them together fill the memory.

use crate::config::Limits;
use crate::failure::Failure;
use api::ProblemCode;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// What a message takes at least: a request is more than its body.
const LEAST_BYTES: u64 = 64 * 1024;
/// When those without room may come again.
const AGAIN_AFTER_S: u32 = 2;

/// The room there is, and who has how much of it.
#[derive(Clone, Debug)]
pub(crate) struct Room {
    all: u64,
    each: u64,
    taken: Arc<Mutex<Taken>>,
}

#[derive(Debug, Default)]
struct Taken {
    all: u64,
    each: HashMap<Whose, u64>,
}

/// A site and a user there.
type Whose = (String, String);

/// Somebody's part of the room, until it is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    taken: Arc<Mutex<Taken>>,
    whose: Whose,
    bytes: u64,
}

impl Room {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self { all: limits.messages_max_bytes, each: limits.messages_per_person_bytes, taken: Arc::default() }
    }

    /// Takes room for a message of so many bytes; refused when there is not enough left.
    pub(crate) fn take(&self, site: &str, user_name: &str, bytes: u64) -> Result<Place, Failure> {
        let bytes = bytes.max(LEAST_BYTES);
        let whose = (site.to_owned(), user_name.to_owned());
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let theirs = taken.each.get(&whose).copied().unwrap_or(0).saturating_add(bytes);
        let all = taken.all.saturating_add(bytes);
        if theirs > self.each || all > self.all {
            return Err(Failure::wait(ProblemCode::Busy, AGAIN_AFTER_S));
        }
        taken.all = all;
        taken.each.insert(whose.clone(), theirs);
        drop(taken);
        Ok(Place { taken: Arc::clone(&self.taken), whose, bytes })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.all = taken.all.saturating_sub(self.bytes);
        let theirs = taken.each.get(&self.whose).copied().unwrap_or(0).saturating_sub(self.bytes);
        if theirs == 0 {
            taken.each.remove(&self.whose);
        } else {
            taken.each.insert(self.whose.clone(), theirs);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_so_much_room_for_one_and_for_all_and_what_was_taken_comes_back() {
        let mib = 1024 * 1024;
        let limits = Limits { messages_max_bytes: 5 * mib, messages_per_person_bytes: 3 * mib, ..Limits::default() };
        let room = Room::new(&limits);
        let code = |user: &str, bytes| room.take("s", user, bytes).map_err(|failure| failure.problem.code);
        let first = code("ada", 2 * mib).unwrap();
        assert_eq!(code("ada", 2 * mib).unwrap_err(), ProblemCode::Busy);
        let second = code("bob", 3 * mib).unwrap();
        assert_eq!(code("cyd", 0).unwrap_err(), ProblemCode::Busy, "nothing takes no room");
        drop(first);
        drop(code("ada", 2 * mib).unwrap());
        drop(second);
        assert!(room.taken.lock().unwrap().each.is_empty());
        assert_eq!(room.taken.lock().unwrap().all, 0);
    }
}
