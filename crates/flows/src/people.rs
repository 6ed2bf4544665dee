//! The people on a message, and who they are in iMIS.

use crate::{Message, Role, Trouble};
use api::{Contact, ContactId, EmailAddress, Match, MatchContacts, Matches, TargetContact};

/// How far the look-up has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// iMIS is being asked.
    Searching,
    /// It has answered.
    Done,
    /// It has not; nobody on the message could be looked up.
    Failed(Trouble),
}

/// What is known about an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Not yet known.
    Searching,
    /// No contact has it.
    NotInImis,
    /// It could not be asked for.
    NotAsked,
    /// Contacts that have it, active ones first. With several, one must be chosen.
    Matched {
        /// The contacts; never empty.
        candidates: Vec<Match>,
        /// Which of them is meant.
        chosen: Option<usize>,
    },
}

/// One address on the message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The address.
    pub address: EmailAddress,
    /// The name that stands beside it on the message; may be empty.
    pub name: String,
    /// In which roles it stands there.
    pub roles: Vec<Role>,
    /// What is known.
    pub standing: Standing,
    /// Whether the person took it off the list.
    pub removed: bool,
}

impl Entry {
    /// The contact meant, if that is settled.
    pub fn contact(&self) -> Option<&Contact> {
        match &self.standing {
            Standing::Matched { candidates, chosen: Some(index) } => candidates.get(*index).map(|found| &found.contact),
            _ => None,
        }
    }

    /// Whether a contact has to be chosen still.
    pub fn needs_choice(&self) -> bool {
        matches!(self.standing, Standing::Matched { chosen: None, .. })
    }
}

/// The people on a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct People {
    /// One for each address, own addresses left out; in the order From, To, Cc.
    pub entries: Vec<Entry>,
    /// Correspondents whose address cannot be read as one.
    pub unreadable: usize,
    /// Roles that are switched off.
    pub hidden: Vec<Role>,
    /// How far the look-up has come.
    pub lookup: Lookup,
    waiting: usize,
}

impl People {
    /// Lists the people of a message. `own` is the mailbox's address.
    pub fn of(message: &Message, own: Option<&EmailAddress>) -> Self {
        let mut people = Self { entries: vec![], unreadable: 0, hidden: vec![], lookup: Lookup::Done, waiting: 0 };
        for person in &message.correspondents {
            let Ok(address) = EmailAddress::parse(&person.address) else {
                people.unreadable += 1;
                continue;
            };
            if Some(&address) == own {
                continue;
            }
            if let Some(entry) = people.entries.iter_mut().find(|entry| entry.address == address) {
                if !entry.roles.contains(&person.role) {
                    entry.roles.push(person.role);
                }
            } else {
                people.entries.push(Entry {
                    address,
                    name: person.name.trim().to_owned(),
                    roles: vec![person.role],
                    standing: Standing::Searching,
                    removed: false,
                });
            }
        }
        people
    }

    /// Begins the look-up: the addresses to ask for, in calls of bounded size.
    /// What is known already is not asked again.
    pub fn search(&mut self) -> Vec<Vec<EmailAddress>> {
        let mut addresses = vec![];
        for entry in &mut self.entries {
            if matches!(entry.standing, Standing::Searching | Standing::NotAsked) {
                entry.standing = Standing::Searching;
                addresses.push(entry.address.clone());
            }
        }
        let calls: Vec<_> = addresses.chunks(MatchContacts::MAX).map(<[_]>::to_vec).collect();
        self.waiting = calls.len();
        self.lookup = if calls.is_empty() { Lookup::Done } else { Lookup::Searching };
        calls
    }

    /// Takes in the answer to one call.
    pub fn answered(&mut self, asked: &[EmailAddress], answer: Result<Matches, Trouble>) {
        self.waiting = self.waiting.saturating_sub(1);
        match answer {
            Ok(matches) => {
                for entry in self.entries.iter_mut().filter(|entry| asked.contains(&entry.address)) {
                    entry.standing = standing(&entry.address, &matches);
                }
                if self.waiting == 0 && self.lookup == Lookup::Searching {
                    self.lookup = Lookup::Done;
                }
            }
            Err(trouble) => {
                for entry in self.entries.iter_mut().filter(|entry| asked.contains(&entry.address)) {
                    entry.standing = Standing::NotAsked;
                }
                self.lookup = Lookup::Failed(trouble);
            }
        }
    }

    /// Forgets what iMIS said: somebody else has signed in.
    pub fn forget(&mut self) {
        for entry in &mut self.entries {
            entry.standing = Standing::Searching;
        }
    }

    /// Switches a role off or on. On brings back whom the person had removed.
    pub fn toggle(&mut self, role: Role) {
        if let Some(index) = self.hidden.iter().position(|hidden| *hidden == role) {
            self.hidden.remove(index);
            for entry in self.entries.iter_mut().filter(|entry| entry.roles.contains(&role)) {
                entry.removed = false;
            }
        } else {
            self.hidden.push(role);
        }
    }

    /// Takes somebody off the list, or puts them back.
    pub fn set_removed(&mut self, address: &EmailAddress, removed: bool) {
        if let Some(entry) = self.entries.iter_mut().find(|entry| entry.address == *address) {
            entry.removed = removed;
        }
    }

    /// Settles who is meant by an address that several contacts have.
    pub fn choose(&mut self, address: &EmailAddress, contact: &ContactId) {
        let Some(entry) = self.entries.iter_mut().find(|entry| entry.address == *address) else { return };
        if let Standing::Matched { candidates, chosen } = &mut entry.standing
            && let Some(index) = candidates.iter().position(|found| found.contact.id == *contact)
        {
            *chosen = Some(index);
        }
    }

    /// Whether the switches let an entry be seen.
    pub fn shows(&self, entry: &Entry) -> bool {
        entry.roles.iter().any(|role| !self.hidden.contains(role))
    }

    /// The entries to show, removed ones included (they can be put back).
    pub fn shown(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| self.shows(entry))
    }

    /// The contacts to save to, each once, with their names.
    pub fn targets(&self) -> Vec<(TargetContact, String)> {
        let mut targets: Vec<(TargetContact, String)> = vec![];
        for entry in self.shown().filter(|entry| !entry.removed) {
            if let Some(contact) = entry.contact()
                && targets.iter().all(|(target, _)| target.id != contact.id)
            {
                let target = TargetContact { id: contact.id.clone(), address: Some(entry.address.clone()) };
                targets.push((target, contact.name.clone()));
            }
        }
        targets
    }

    /// How many of those shown are not in iMIS, and how many are shown.
    pub fn not_in_imis(&self) -> (usize, usize) {
        let missing = self.shown().filter(|entry| entry.standing == Standing::NotInImis).count();
        (missing, self.shown().count())
    }
}

fn standing(address: &EmailAddress, matches: &Matches) -> Standing {
    if matches.failed.contains(address) {
        return Standing::NotAsked;
    }
    let candidates: Vec<Match> = matches.found.iter().filter(|found| found.address == *address).cloned().collect();
    match candidates.len() {
        0 => Standing::NotInImis,
        1 => Standing::Matched { candidates, chosen: Some(0) },
        _ => Standing::Matched { candidates, chosen: None },
    }
}
