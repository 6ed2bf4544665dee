//! The people on a message, and who they are in iMIS.

use crate::{Entry, Memory, Message, Role, Standing, Trouble};
use api::{Contact, ContactId, ContactKind, DomainMatch, EmailAddress, Match, MatchContacts, Matches, TargetContact};

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
    /// Contacts that the person added by hand, found by a search or by a domain.
    pub added: Vec<Contact>,
    /// Organisations guessed for addresses that nobody has.
    pub domains: Vec<DomainMatch>,
    /// Why an address could not be put on the never-match list, or taken off it.
    pub never_trouble: Option<Trouble>,
    waiting: usize,
}

impl People {
    /// Lists the people of a message. `own` is the mailbox's address.
    pub fn of(message: &Message, own: Option<&EmailAddress>) -> Self {
        let mut people = Self {
            entries: vec![],
            unreadable: 0,
            hidden: vec![],
            lookup: Lookup::Done,
            added: vec![],
            domains: vec![],
            never_trouble: None,
            waiting: 0,
        };
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
                    memory: Memory::None,
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

    /// Looks one address up by itself, whatever else is under way.
    pub(crate) fn search_again(&mut self, address: &EmailAddress) -> Vec<EmailAddress> {
        let Some(entry) = self.entry_mut(address) else { return vec![] };
        entry.standing = Standing::Searching;
        self.waiting += 1;
        self.lookup = Lookup::Searching;
        vec![address.clone()]
    }

    /// Takes in the answer to one call.
    pub fn answered(&mut self, asked: &[EmailAddress], answer: Result<Matches, Trouble>) {
        self.waiting = self.waiting.saturating_sub(1);
        match answer {
            Ok(matches) => {
                for entry in self.entries.iter_mut().filter(|entry| asked.contains(&entry.address)) {
                    entry.standing = standing(&entry.address, &matches);
                    entry.memory =
                        if entry.contact().is_some() && entry.is_remembered() { Memory::Kept } else { Memory::None };
                }
                self.learn(matches.domains);
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

    /// Takes over what is known of those who were listed before, and what the person settled about them.
    pub(crate) fn keep_known(&mut self, former: Self) {
        for known in former.entries {
            if let Some(entry) = self.entry_mut(&known.address) {
                let roles = std::mem::take(&mut entry.roles);
                *entry = Entry { roles, ..known };
            }
        }
        self.hidden = former.hidden;
        self.added = former.added;
        self.domains = former.domains;
        self.waiting = former.waiting;
    }

    /// Forgets what iMIS said: somebody else has signed in.
    pub fn forget(&mut self) {
        for entry in &mut self.entries {
            entry.standing = Standing::Searching;
            entry.memory = Memory::None;
        }
        self.added.clear();
        self.domains.clear();
        self.never_trouble = None;
    }

    fn learn(&mut self, domains: Vec<DomainMatch>) {
        for found in domains {
            self.domains.retain(|known| known.domain != found.domain);
            self.domains.push(found);
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
        if let Some(entry) = self.entry_mut(address) {
            entry.removed = removed;
        }
    }

    pub(crate) fn entry_mut(&mut self, address: &EmailAddress) -> Option<&mut Entry> {
        self.entries.iter_mut().find(|entry| entry.address == *address)
    }

    /// Settles who is meant by an address that several contacts have; whether that is news.
    pub(crate) fn choose(&mut self, address: &EmailAddress, contact: &ContactId) -> bool {
        let Some(entry) = self.entry_mut(address) else { return false };
        let settled = entry.memory == Memory::Kept || entry.memory == Memory::Writing;
        if let Standing::Matched { candidates, chosen } = &mut entry.standing
            && let Some(index) = candidates.iter().position(|found| found.contact.id == *contact)
            && candidates.len() > 1
            && !(settled && *chosen == Some(index))
        {
            *chosen = Some(index);
            entry.memory = Memory::Writing;
            return true;
        }
        false
    }

    /// Puts a contact into the save by hand.
    pub(crate) fn add(&mut self, contact: Contact) {
        if self.targets().iter().all(|(target, _)| target.id != contact.id) {
            self.added.push(contact);
        }
    }

    /// Takes a contact that was added by hand out again.
    pub(crate) fn drop_added(&mut self, contact: &ContactId) {
        self.added.retain(|added| added.id != *contact);
    }

    /// The contact of whoever sent the message, if that is settled.
    pub fn sender(&self) -> Option<&Contact> {
        self.entries.iter().find(|entry| entry.roles.contains(&Role::From))?.contact()
    }

    /// The organisations guessed for addresses that are listed and that nobody has, each with its domain; those
    /// left out that the save has anyway.
    pub fn guesses(&self) -> Vec<(&str, &Contact)> {
        let missing = |domain: &str| {
            let at = |entry: &&Entry| entry.standing == Standing::NotInImis && entry.address.domain() == domain;
            self.shown().find(at).is_some()
        };
        let targets = self.targets();
        let offered = |contact: &Contact| targets.iter().all(|(target, _)| target.id != contact.id);
        let mut guesses = vec![];
        for found in self.domains.iter().filter(|found| missing(&found.domain)) {
            let offered = found.organisations.iter().filter(|organisation| offered(organisation));
            guesses.extend(offered.map(|organisation| (found.domain.as_str(), organisation)));
        }
        guesses
    }

    /// The organisations of those who are saved to and were found by address, each once, and whether it is saved to as
    /// well; those left out that are on the message themselves.
    pub fn organisations(&self) -> Vec<(Contact, bool)> {
        let kept = || self.shown().filter(|entry| !entry.removed).filter_map(Entry::contact);
        let mut organisations: Vec<(Contact, bool)> = vec![];
        for organisation in kept().filter_map(organisation) {
            let listed = kept().any(|contact| contact.id == organisation.id);
            if !listed && organisations.iter().all(|(known, _)| known.id != organisation.id) {
                let added = self.added.iter().any(|added| added.id == organisation.id);
                organisations.push((organisation, added));
            }
        }
        organisations
    }

    /// Whether the switches let an entry be seen.
    pub fn shows(&self, entry: &Entry) -> bool {
        entry.standing != Standing::Own && entry.roles.iter().any(|role| !self.hidden.contains(role))
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
                let target = target(contact, Some(entry.address.clone()));
                targets.push((target, contact.name.clone()));
            }
        }
        for contact in &self.added {
            if targets.iter().all(|(target, _)| target.id != contact.id) {
                targets.push((target(contact, None), contact.name.clone()));
            }
        }
        targets
    }

    /// How many of those shown are not in iMIS, and how many are shown.
    pub fn not_in_imis(&self) -> (usize, usize) {
        let missing = self.shown().filter(|entry| entry.standing == Standing::NotInImis).count();
        (missing, self.shown().filter(|entry| entry.standing != Standing::Never).count())
    }
}

/// The organisation of a contact, as far as the contact tells of it.
fn organisation(of: &Contact) -> Option<Contact> {
    let name = of.organisation.clone().filter(|name| !name.trim().is_empty())?;
    Some(Contact::of_name(of.organisation_id.clone()?, ContactKind::Organisation, name))
}

fn target(contact: &Contact, address: Option<EmailAddress>) -> TargetContact {
    TargetContact { id: contact.id.clone(), address, name: contact.name.clone() }
}

fn standing(address: &EmailAddress, matches: &Matches) -> Standing {
    if matches.failed.contains(address) {
        return Standing::NotAsked;
    }
    if matches.own.contains(address) {
        return Standing::Own;
    }
    if matches.never.contains(address) {
        return Standing::Never;
    }
    let candidates: Vec<Match> = matches.found.iter().filter(|found| found.address == *address).cloned().collect();
    match candidates.len() {
        0 => Standing::NotInImis,
        1 => Standing::Matched { candidates, chosen: Some(0) },
        _ => {
            let chosen = candidates.iter().position(|found| found.remembered);
            Standing::Matched { candidates, chosen }
        }
    }
}
