//! Tokens for iMIS where the store is a file: in memory only, never on the disk
//! (`security.md §4.1`).

use super::{Scope, UpstreamRow};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A token this young may belong to a session that is only just beginning.
const YOUNG: Duration = Duration::from_secs(10);

/// Whose: site and name.
type Person = (String, String);

/// The tokens, by person.
#[derive(Debug, Default)]
pub(super) struct Memory(Mutex<HashMap<Person, (UpstreamRow, Instant)>>);

impl Memory {
    fn rows(&self) -> MutexGuard<'_, HashMap<Person, (UpstreamRow, Instant)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn get(&self, person: &Person) -> Option<UpstreamRow> {
        self.rows().get(person).map(|(row, _)| row.clone())
    }

    pub(super) fn keep(&self, person: Person, row: UpstreamRow) {
        self.rows().insert(person, (row, Instant::now()));
    }

    pub(super) fn forget(&self, person: &Person) {
        self.rows().remove(person);
    }

    pub(super) fn tidy(&self, now_ms: i64) {
        self.rows().retain(|_, (row, _)| row.ends_ms > now_ms);
    }

    /// Forgets those of a scope. Scopes that name sessions say nothing of people.
    pub(super) fn forget_scope(&self, scope: &Scope, except: Option<&Person>) {
        let covered = |person: &Person| match scope {
            Scope::Everybody => true,
            Scope::Site(site) => person.0 == *site,
            Scope::User { site, user_name } => person.0 == *site && person.1 == *user_name,
            Scope::Session(_) | Scope::Subject { .. } | Scope::ProviderSession { .. } => false,
        };
        self.rows().retain(|person, _| !covered(person) || except == Some(person));
    }

    /// People whose token is old enough to have a session by now.
    pub(super) fn people(&self) -> Vec<Person> {
        self.rows().iter().filter(|(_, (_, kept))| kept.elapsed() >= YOUNG).map(|(person, _)| person.clone()).collect()
    }
}
