//! What a person settles about the people on a message: whom a shared address means, which address is never matched,
//! and who else the message is saved to.

use crate::{App, Effect, Memory, MessageKey, OpenMail, Session, Standing, Trouble};
use api::{Contact, ContactId, EmailAddress, Kept, Matching};

/// What happens to the people on a message beyond their look-up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PeopleEvent {
    /// A contact found by hand is to be saved to as well.
    Added(Contact),
    /// Not any more.
    Dropped(ContactId),
    /// The choice for a shared address is to be forgotten for everybody at the site.
    ChoiceForgotten(EmailAddress),
    /// The server answered a choice, or that one is forgotten.
    ChoiceAnswered(MessageKey, EmailAddress, Option<ContactId>, Result<Kept, Trouble>),
    /// An address is never to be matched, or to be matched again.
    NeverAsked(EmailAddress, Matching),
    /// The server answered.
    NeverAnswered(MessageKey, EmailAddress, Matching, Result<Kept, Trouble>),
}

/// What it has done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PeopleEffect {
    /// Keep whom an address means, or forget it → [`PeopleEvent::ChoiceAnswered`].
    Remember(MessageKey, EmailAddress, Option<ContactId>),
    /// Put an address on the never-match list, or take it off → [`PeopleEvent::NeverAnswered`].
    Match(MessageKey, EmailAddress, Matching),
}

impl App {
    /// Settles whom a shared address means, here at once and for everybody at the site.
    pub(crate) fn choose_contact(&mut self, address: EmailAddress, contact: ContactId) -> Vec<Effect> {
        let Some(Ok(mail)) = &mut self.mail else { return vec![] };
        if !mail.people.choose(&address, &contact) {
            return vec![];
        }
        vec![Effect::People(PeopleEffect::Remember(mail.message.key.clone(), address, Some(contact)))]
    }

    pub(crate) fn people_event(&mut self, event: PeopleEvent) -> Vec<Effect> {
        let ended = match &event {
            PeopleEvent::ChoiceAnswered(_, _, _, Err(trouble)) | PeopleEvent::NeverAnswered(_, _, _, Err(trouble)) => {
                Some(trouble.clone())
            }
            _ => None,
        };
        let here = matches!(self.session, Session::SignedIn(_));
        let mut effects = match &mut self.mail {
            Some(Ok(mail)) if here => mail.settle(event),
            _ => vec![],
        };
        effects.extend(self.notice_end(ended.as_ref()));
        effects
    }
}

impl OpenMail {
    fn settle(&mut self, event: PeopleEvent) -> Vec<Effect> {
        let key = self.message.key.clone();
        let people = &mut self.people;
        match event {
            PeopleEvent::Added(contact) => people.add(contact),
            PeopleEvent::Dropped(contact) => people.drop_added(&contact),
            PeopleEvent::ChoiceForgotten(address) => {
                let Some(entry) = people.entry_mut(&address) else { return vec![] };
                entry.memory = Memory::Writing;
                return vec![Effect::People(PeopleEffect::Remember(key, address, None))];
            }
            PeopleEvent::ChoiceAnswered(of, address, contact, answer) if of == key => {
                let Some(entry) = people.entry_mut(&address) else { return vec![] };
                // Of two choices in a row, the answer to the first says nothing of the second.
                let is_last = contact.is_none() || entry.contact().map(|chosen| &chosen.id) == contact.as_ref();
                if entry.memory == Memory::Writing && is_last {
                    entry.memory = match (answer, contact) {
                        (Ok(_), Some(_)) => Memory::Kept,
                        (Ok(_), None) => Memory::None,
                        (Err(trouble), _) => Memory::Failed(trouble),
                    };
                }
            }
            PeopleEvent::NeverAsked(address, matching) => {
                people.never_trouble = None;
                let Some(entry) = people.entry_mut(&address) else { return vec![] };
                if matching == Matching::Never {
                    entry.standing = Standing::Never;
                }
                return vec![Effect::People(PeopleEffect::Match(key, address, matching))];
            }
            PeopleEvent::NeverAnswered(of, address, matching, answer) if of == key => {
                people.never_trouble = answer.as_ref().err().cloned();
                // What was taken off the list, or could not be put on it, is looked up again.
                if answer.is_ok() == (matching == Matching::Always) {
                    let addresses = people.search_again(&address);
                    return vec![Effect::Match(key, addresses)];
                }
            }
            PeopleEvent::ChoiceAnswered(..) | PeopleEvent::NeverAnswered(..) => {}
        }
        vec![]
    }
}
