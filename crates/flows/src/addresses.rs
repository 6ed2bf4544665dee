//! The addresses that a person settled, to be looked at and changed: those never looked up, and their own.

use crate::{App, Effect, Sheet, SheetId, Shelf, Standing, Trouble};
use api::{EmailAddress, Kept, Matching, SettledAddresses};

/// Its state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addresses {
    /// The two lists.
    pub lists: Shelf<SettledAddresses>,
    /// What is typed into the field.
    pub text: String,
    /// Whether what was typed is no address.
    pub unreadable: bool,
    /// What was settled last, and what came of it; nothing while the answer is awaited.
    pub last: Option<Settled>,
}

/// An address with what it was settled as, and what the server said to that.
pub type Settled = (EmailAddress, Matching, Result<Kept, Trouble>);

/// What happens to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AddressesEvent {
    /// The server told the lists.
    Listed(Result<SettledAddresses, Trouble>),
    /// Ask for them again.
    AgainAsked,
    /// The field holds this now.
    Typed(String),
    /// What is typed is to be settled like this.
    AddAsked(Matching),
    /// This address is.
    SettleAsked(EmailAddress, Matching),
    /// The server answered.
    Settled(EmailAddress, Matching, Result<Kept, Trouble>),
}

/// What it has done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AddressesEffect {
    /// Ask for the lists → [`AddressesEvent::Listed`].
    List,
    /// Settle an address → [`AddressesEvent::Settled`].
    Settle(EmailAddress, Matching),
}

impl Addresses {
    fn happens(&mut self, event: AddressesEvent) -> Option<AddressesEffect> {
        match event {
            AddressesEvent::Listed(answer) => self.lists = answer.map_or_else(Shelf::Failed, Shelf::Known),
            AddressesEvent::AgainAsked => {
                self.lists = Shelf::Loading;
                return Some(AddressesEffect::List);
            }
            AddressesEvent::Typed(text) => {
                self.text = text;
                self.unreadable = false;
            }
            AddressesEvent::AddAsked(matching) => match EmailAddress::parse(self.text.trim()) {
                Ok(address) => {
                    self.text.clear();
                    return self.happens(AddressesEvent::SettleAsked(address, matching));
                }
                Err(_) => self.unreadable = true,
            },
            AddressesEvent::SettleAsked(address, matching) => {
                self.last = None;
                return Some(AddressesEffect::Settle(address, matching));
            }
            AddressesEvent::Settled(address, matching, answer) => {
                if answer.is_ok() {
                    self.put(&address, matching);
                }
                self.last = Some((address, matching, answer));
            }
        }
        None
    }

    fn put(&mut self, address: &EmailAddress, matching: Matching) {
        let Shelf::Known(lists) = &mut self.lists else { return };
        for (list, of) in [(&mut lists.never, Matching::Never), (&mut lists.own, Matching::Own)] {
            list.retain(|other| other != address);
            if matching == of {
                let place = list.partition_point(|other| other.as_str() < address.as_str());
                list.insert(place, address.clone());
            }
        }
    }
}

impl App {
    pub(crate) fn open_addresses(&mut self) -> Vec<Effect> {
        let addresses = Addresses { lists: Shelf::Loading, text: String::new(), unreadable: false, last: None };
        let id = self.sheets.put(Sheet::Addresses(addresses));
        vec![Effect::Addresses(id, AddressesEffect::List)]
    }

    pub(crate) fn resume_addresses(&mut self, id: SheetId) -> Vec<Effect> {
        let waits =
            matches!(self.sheets.get(id), Some(Sheet::Addresses(sheet)) if !matches!(sheet.lists, Shelf::Known(_)));
        if waits { self.addresses_event(id, AddressesEvent::AgainAsked) } else { vec![] }
    }

    pub(crate) fn addresses_event(&mut self, id: SheetId, event: AddressesEvent) -> Vec<Effect> {
        let mut effects = match &event {
            AddressesEvent::Listed(Err(trouble)) | AddressesEvent::Settled(_, _, Err(trouble)) => {
                self.notice_end(Some(&trouble.clone()))
            }
            AddressesEvent::Settled(address, matching, Ok(_)) => self.treat(&address.clone(), *matching),
            _ => vec![],
        };
        if let Some(Sheet::Addresses(addresses)) = self.sheets.get_mut(id) {
            effects.extend(addresses.happens(event).map(|effect| Effect::Addresses(id, effect)));
        }
        effects
    }

    /// The open message follows what was settled.
    fn treat(&mut self, address: &EmailAddress, matching: Matching) -> Vec<Effect> {
        let Some(Ok(mail)) = &mut self.mail else { return vec![] };
        let Some(entry) = mail.people.entry_mut(address) else { return vec![] };
        match matching {
            Matching::Never => entry.standing = Standing::Never,
            Matching::Own => entry.standing = Standing::Own,
            Matching::Always => {
                let addresses = mail.people.search_again(address);
                return vec![Effect::Match(mail.message.key.clone(), addresses)];
            }
        }
        vec![]
    }
}
