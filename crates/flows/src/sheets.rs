//! What stands in front of the message: a pile of sheets, of which the topmost shows.
//!
//! A sheet has a number of its own, never used again, so that what arrives for one that was closed is dropped.

use crate::{
    Adding, Addresses, App, Effect, Event, Find, Folders, HereAndNow, Leaving, ManyEvent, OpenRecord, Running, Session,
    Writing,
};
use api::{Contact, ContactId, EmailAddress, Query, RecordId};
use std::fmt;

/// Names a sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SheetId(u32);

/// A sheet with what it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sheet {
    /// Searching contacts.
    Find(Find),
    /// A contact: its card and its timeline, which the pane keeps by contact.
    Contact(ContactId),
    /// A record of a timeline.
    Record(Box<OpenRecord>),
    /// Writing or changing a record.
    Write(Box<Writing>),
    /// Adding or changing a contact.
    Add(Adding),
    /// Finding a query.
    Queries(Folders),
    /// One query.
    Query(Box<Running>),
    /// The addresses that the person settled.
    Addresses(Addresses),
    /// Many messages being saved, or what came of it.
    Many,
}

/// A sheet that is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opening {
    /// Search contacts; takes the place of the whole pile.
    Find,
    /// Look at a contact.
    Contact(Contact),
    /// Look at a record of this contact.
    Record(ContactId, RecordId),
    /// Write for these contacts, here and now.
    Write(Vec<Contact>, HereAndNow),
    /// Change the record that the topmost sheet shows.
    ChangeRecord,
    /// Add the person with this address on the open message, or somebody else.
    Add(Option<EmailAddress>),
    /// Add everybody on the open message who is not in iMIS, one after another.
    AddAll,
    /// Compare a contact with the open message's signature.
    Compare(Contact),
    /// Find a query; takes the place of the whole pile.
    Queries,
    /// Open a query.
    Query(Query),
    /// Look at the addresses that the person settled.
    Addresses,
    /// Look at many messages being saved, or at what came of it.
    Many,
}

/// The pile.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sheets {
    pile: Vec<(SheetId, Sheet)>,
    last: u32,
}

impl Sheets {
    /// The sheet that shows, if the message does not.
    pub fn top(&self) -> Option<(SheetId, &Sheet)> {
        self.pile.last().map(|(id, sheet)| (*id, sheet))
    }

    /// A sheet that is still there.
    pub fn get(&self, id: SheetId) -> Option<&Sheet> {
        self.pile.iter().find(|(other, _)| *other == id).map(|(_, sheet)| sheet)
    }

    /// How many there are.
    pub fn height(&self) -> usize {
        self.pile.len()
    }

    pub(crate) fn get_mut(&mut self, id: SheetId) -> Option<&mut Sheet> {
        self.pile.iter_mut().find(|(other, _)| *other == id).map(|(_, sheet)| sheet)
    }

    pub(crate) fn put(&mut self, sheet: Sheet) -> SheetId {
        self.last += 1;
        let id = SheetId(self.last);
        self.pile.push((id, sheet));
        id
    }

    fn close(&mut self) -> Option<(SheetId, Sheet)> {
        self.pile.pop()
    }

    pub(crate) fn remove(&mut self, id: SheetId) {
        self.pile.retain(|(other, _)| *other != id);
    }

    pub(crate) fn ids(&self) -> Vec<SheetId> {
        self.pile.iter().map(|(id, _)| *id).collect()
    }
}

/// What moves the sheets. It may come later than the rest of the pane: what happens until then waits for it.
///
/// All of it hangs on this one function, so that a builder can put it, and what only it uses, into a file of its own.
#[derive(Clone, Copy)]
pub struct SheetLogic(fn(&mut App, Event) -> Vec<Effect>);

impl SheetLogic {
    /// All of it.
    pub fn whole() -> Self {
        Self(App::sheet_event)
    }
}

impl fmt::Debug for SheetLogic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SheetLogic")
    }
}

impl PartialEq for SheetLogic {
    /// There is but one.
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for SheetLogic {}

impl App {
    /// Moves the sheets, or remembers that they are to be moved. The only way to them from the rest of the pane.
    pub(crate) fn follow(&mut self, event: Event) -> Vec<Effect> {
        if let Some(SheetLogic(update)) = self.sheet_logic {
            return update(self, event);
        }
        self.awaiting.push(event);
        vec![]
    }

    /// What moves the sheets has come.
    pub fn sheets_arrived(&mut self, logic: SheetLogic) -> Vec<Effect> {
        if self.sheet_logic.replace(logic).is_some() {
            return vec![];
        }
        let awaiting = std::mem::take(&mut self.awaiting);
        awaiting.into_iter().flat_map(|event| self.follow(event)).collect()
    }

    /// Whether a sheet was asked for that waits for [`App::sheets_arrived`].
    pub fn awaits_sheet(&self) -> bool {
        self.awaiting.iter().any(|event| matches!(event, Event::SheetOpened(_)))
    }

    fn sheet_event(&mut self, event: Event) -> Vec<Effect> {
        // What was asked for somebody who has gone is not the next one's. The message that is written is open still.
        let of_outlook = matches!(event, Event::Compose(_) | Event::Many(ManyEvent::Selected(_)));
        if self.last_user.is_none() && !of_outlook {
            return vec![];
        }
        match event {
            Event::SheetOpened(opening) => self.open_sheet(opening),
            Event::SheetsResumed => {
                let mut effects = self.resume_sheets();
                effects.extend(self.resume_many());
                effects
            }
            Event::SheetClosed if self.may_leave(Leaving::Back) => self.close_sheet(),
            Event::SheetsClosed if self.may_leave(Leaving::ToMessage) => self.close_sheets(),
            Event::Find(id, event) => self.find_event(id, event),
            Event::Record(id, event) => self.record_event(id, event),
            Event::Write(id, event) => self.write_event(id, event),
            Event::Add(id, event) => self.add_event(id, event),
            Event::Queries(id, event) => self.queries_event(id, event),
            Event::Query(id, event) => self.query_event(id, event),
            Event::Addresses(id, event) => self.addresses_event(id, event),
            Event::Card(event) => self.card_event(event),
            Event::Timeline(event) => self.timeline_event(event),
            Event::Compose(event) => self.compose_event(event),
            Event::Many(event) => self.many_event(event),
            Event::Written(..) | Event::UploadMoved(..) | Event::Uploaded(..) | Event::Marked(..) => {
                self.job_event(event)
            }
            _ => vec![],
        }
    }

    /// Closes the topmost sheet; what it had under way and nobody else wants is stopped.
    pub(crate) fn close_sheet(&mut self) -> Vec<Effect> {
        self.compose.settle();
        match self.sheets.close() {
            Some((id, Sheet::Query(mut running))) => {
                running.leave().map(|effect| Effect::Query(id, effect)).into_iter().collect()
            }
            _ => vec![],
        }
    }

    /// Closes them all.
    pub(crate) fn close_sheets(&mut self) -> Vec<Effect> {
        (0..self.sheets.height()).flat_map(|_| self.close_sheet()).collect()
    }

    pub(crate) fn open_sheet(&mut self, opening: Opening) -> Vec<Effect> {
        if !matches!(self.session, Session::SignedIn(_)) {
            return vec![];
        }
        let replaces = matches!(opening, Opening::Find | Opening::Queries);
        if replaces && !self.may_leave(Leaving::ToMessage) {
            return vec![];
        }
        self.compose.settle();
        match opening {
            Opening::Find => {
                let mut effects = self.close_sheets();
                effects.extend(self.open_find());
                effects
            }
            Opening::Contact(contact) => {
                self.sheets.put(Sheet::Contact(contact.id.clone()));
                let mut effects = self.want_card(contact.clone());
                effects.extend(self.want_timeline(&contact.id));
                self.timelines.introduce(&contact);
                effects
            }
            Opening::Record(contact, record) => self.open_record(contact, record),
            Opening::Write(contacts, now) => self.open_writing(contacts, now),
            Opening::ChangeRecord => self.open_change(),
            Opening::Add(address) => self.open_adding(address),
            Opening::AddAll => self.open_adding_all(),
            Opening::Compare(contact) => self.open_comparing(contact),
            Opening::Queries => {
                let mut effects = self.close_sheets();
                effects.extend(self.open_queries());
                effects
            }
            Opening::Query(query) => self.open_query(query),
            Opening::Addresses => self.open_addresses(),
            Opening::Many => {
                self.sheets.put(Sheet::Many);
                vec![]
            }
        }
    }

    /// What a sheet waits for is asked again by a new session of the same person.
    pub(crate) fn resume_sheets(&mut self) -> Vec<Effect> {
        let mut effects = vec![];
        for id in self.sheets.ids() {
            effects.extend(match self.sheets.get(id) {
                Some(Sheet::Find(_)) => self.resume_find(id),
                Some(Sheet::Contact(contact)) => {
                    let contact = contact.clone();
                    let mut effects = self.resume_card(&contact);
                    effects.extend(self.want_timeline(&contact));
                    effects
                }
                Some(Sheet::Record(_)) => self.resume_record(id),
                Some(Sheet::Write(_)) => self.resume_writing(id),
                Some(Sheet::Add(_)) => self.resume_adding(id),
                Some(Sheet::Queries(_)) => self.resume_queries(id),
                Some(Sheet::Query(_)) => self.resume_query(id),
                Some(Sheet::Addresses(_)) => self.resume_addresses(id),
                Some(Sheet::Many) | None => vec![],
            });
        }
        effects
    }
}
