//! Contacts in full, by contact: kept for the session, shown at once and refreshed behind; and the contacts at hand.
//!
//! The three parts of a card are asked for in the same moment, the essential facts first. An answer belongs to the
//! wave it was asked in; a late one of an earlier wave is dropped.

use crate::{App, Effect, Trouble};
use api::{Card, CardColumns, Contact, ContactId, GetCard, GetCardColumns, GetPicture, KeepAs, KeepContact, Kept};
use api::{KeptContacts, Picture};

/// A part that arrives by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part<T> {
    /// What is known, if only from before.
    pub value: Option<T>,
    /// Why it could not be asked the last time.
    pub trouble: Option<Trouble>,
    /// Whether it is being asked.
    pub asking: bool,
}

impl<T> Default for Part<T> {
    fn default() -> Self {
        Self { value: None, trouble: None, asking: false }
    }
}

impl<T> Part<T> {
    /// Whether there is nothing to show and something to wait for.
    pub const fn is_awaited(&self) -> bool {
        self.asking && self.value.is_none()
    }

    fn begin(&mut self) {
        self.asking = true;
        self.trouble = None;
    }

    fn answered(&mut self, answer: Result<T, Trouble>) {
        self.asking = false;
        match answer {
            Ok(value) => {
                self.value = Some(value);
                self.trouble = None;
            }
            Err(trouble) => self.trouble = Some(trouble),
        }
    }
}

/// A contact in full, as far as it has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactCard {
    /// The facts of the list it was opened from, or of its card.
    pub contact: Contact,
    /// The essential facts.
    pub card: Part<Card>,
    /// What the site's card query says.
    pub columns: Part<CardColumns>,
    /// The picture.
    pub picture: Part<Picture>,
    asked_ms: i64,
    wave: u32,
}

/// The contacts at hand, as far as they are known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeptHere {
    /// Favourites and the latest.
    pub contacts: Part<KeptContacts>,
    asked_ms: i64,
    /// Whether something was changed here since they were asked for.
    overtaken: bool,
}

impl KeptHere {
    /// A list from before the latest change here would undo it.
    fn answered(&mut self, answer: Result<KeptContacts, Trouble>) {
        let known = self.contacts.value.clone().filter(|_| self.overtaken);
        self.contacts.answered(answer.map(|came| known.unwrap_or(came)));
    }

    /// Whether a contact is among the favourites.
    pub fn is_favourite(&self, contact: &ContactId) -> bool {
        self.contacts.value.as_ref().is_some_and(|kept| kept.favourites.iter().any(|other| other.id == *contact))
    }
}

/// Its state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cards {
    /// The contacts at hand.
    pub kept: KeptHere,
    /// Why a favourite could not be kept, or let go.
    pub keep_trouble: Option<Trouble>,
    /// Whether the sender's card on the message is folded up.
    pub folded: bool,
    sender: Option<ContactId>,
    /// The one used last stands last.
    list: Vec<ContactCard>,
    waves: u32,
}

/// What happens to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CardEvent {
    /// The essential facts were answered, in this wave.
    CardAnswered(ContactId, u32, Result<Box<Card>, Trouble>),
    /// The columns were.
    ColumnsAnswered(ContactId, u32, Result<CardColumns, Trouble>),
    /// The picture was.
    PictureAnswered(ContactId, u32, Result<Picture, Trouble>),
    /// What failed is to be asked again.
    AgainAsked(ContactId),
    /// The contacts at hand were answered.
    KeptAnswered(Result<KeptContacts, Trouble>),
    /// The contacts at hand are to be asked again.
    KeptAgainAsked,
    /// A contact is to be a favourite, or no longer.
    FavouriteToggled(ContactId),
    /// The server keeps it, or does not.
    Kept(ContactId, KeepAs, Result<Kept, Trouble>),
    /// The sender's card was folded up, or opened.
    Folded(bool),
    /// The open message has another sender, or none.
    SenderChanged,
}

/// What it has done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CardEffect {
    /// Ask for the essential facts → [`CardEvent::CardAnswered`].
    Card(u32, GetCard),
    /// Ask for the columns → [`CardEvent::ColumnsAnswered`].
    Columns(u32, GetCardColumns),
    /// Ask for the picture → [`CardEvent::PictureAnswered`].
    Picture(u32, GetPicture),
    /// Ask for the contacts at hand → [`CardEvent::KeptAnswered`].
    FetchKept,
    /// Keep a contact at hand → [`CardEvent::Kept`].
    Keep(KeepContact),
}

/// How long a card, and the list of contacts at hand, need not be asked for again.
const FRESH_MS: i64 = 10 * 60 * 1000;
/// Most cards kept; the one not used for longest goes first.
const CARDS_MAX: usize = 60;

impl ContactCard {
    fn is_complete(&self) -> bool {
        self.card.trouble.is_none() && self.columns.trouble.is_none() && self.picture.trouble.is_none()
    }
}

impl Cards {
    /// A contact's card, if it was wanted.
    pub fn get(&self, contact: &ContactId) -> Option<&ContactCard> {
        self.list.iter().find(|card| card.contact.id == *contact)
    }

    /// Whose card stands on the message: its sender's, once that is settled.
    pub fn sender(&self) -> Option<&ContactId> {
        self.sender.as_ref()
    }

    fn get_mut(&mut self, contact: &ContactId, wave: u32) -> Option<&mut ContactCard> {
        self.list.iter_mut().find(|card| card.contact.id == *contact && card.wave == wave)
    }

    /// Asks for what is not fresh. What is known goes on being shown.
    fn ask(&mut self, contact: Contact, now_ms: i64) -> Vec<Effect> {
        let at = self.list.iter().position(|card| card.contact.id == contact.id);
        let mut card = match at {
            Some(at) => self.list.remove(at),
            None => ContactCard {
                contact,
                card: Part::default(),
                columns: Part::default(),
                picture: Part::default(),
                asked_ms: i64::MIN,
                wave: 0,
            },
        };
        let age_ms = now_ms.saturating_sub(card.asked_ms);
        let effects = if (0..FRESH_MS).contains(&age_ms) && card.is_complete() {
            vec![]
        } else {
            self.waves += 1;
            begin(&mut card, self.waves, now_ms)
        };
        self.list.push(card);
        if self.list.len() > CARDS_MAX {
            self.list.remove(0);
        }
        effects
    }

    fn ask_kept(&mut self, now_ms: i64) -> Vec<Effect> {
        let kept = &mut self.kept;
        let age_ms = now_ms.saturating_sub(kept.asked_ms);
        let fresh = (0..FRESH_MS).contains(&age_ms) && (kept.contacts.value.is_some() || kept.contacts.asking);
        if fresh && kept.contacts.trouble.is_none() {
            return vec![];
        }
        kept.asked_ms = now_ms;
        kept.overtaken = false;
        kept.contacts.begin();
        vec![Effect::Card(CardEffect::FetchKept)]
    }

    /// The contact was looked at: it is the latest, here at once.
    fn note(&mut self, contact: &Contact) -> Effect {
        self.kept.overtaken = true;
        if let Some(kept) = &mut self.kept.contacts.value {
            kept.recent.retain(|other| other.id != contact.id);
            kept.recent.insert(0, contact.clone());
            kept.recent.truncate(KeptContacts::RECENT_MAX);
        }
        keep(&contact.id, KeepAs::Recent)
    }

    /// What a list guessed of a contact gives way to what its card says.
    fn know(&mut self, contact: &Contact) {
        let Some(kept) = &mut self.kept.contacts.value else { return };
        let listed = kept.favourites.iter_mut().chain(&mut kept.recent);
        listed.filter(|other| other.id == contact.id).for_each(|other| other.clone_from(contact));
    }

    fn toggle_favourite(&mut self, contact: &ContactId) -> Vec<Effect> {
        // Which way it would go is not known before the favourites are.
        if self.kept.contacts.value.is_none() {
            return vec![];
        }
        self.keep_trouble = None;
        let keep_as = if self.kept.is_favourite(contact) { KeepAs::NoFavourite } else { KeepAs::Favourite };
        self.set_favourite(contact, keep_as);
        vec![keep(contact, keep_as)]
    }

    /// By name, as the server lists them.
    fn set_favourite(&mut self, contact: &ContactId, keep_as: KeepAs) {
        self.kept.overtaken = true;
        let card = self.get(contact).map(|card| card.contact.clone());
        let Some(kept) = &mut self.kept.contacts.value else { return };
        let known = kept.recent.iter().find(|other| other.id == *contact).cloned();
        kept.favourites.retain(|other| other.id != *contact);
        if keep_as == KeepAs::Favourite
            && let Some(contact) = card.or(known)
        {
            let at = kept.favourites.partition_point(|other| other.name <= contact.name);
            kept.favourites.insert(at, contact);
        }
    }

    fn kept(&mut self, contact: &ContactId, keep_as: KeepAs, answer: Result<Kept, Trouble>) {
        // A contact that is not remembered as looked at is not worth a word.
        let undone = match keep_as {
            KeepAs::Favourite => KeepAs::NoFavourite,
            KeepAs::NoFavourite => KeepAs::Favourite,
            KeepAs::Recent => return,
        };
        if let Err(trouble) = answer {
            self.set_favourite(contact, undone);
            self.keep_trouble = Some(trouble);
        }
    }
}

fn begin(card: &mut ContactCard, wave: u32, now_ms: i64) -> Vec<Effect> {
    card.asked_ms = now_ms;
    card.wave = wave;
    card.card.begin();
    card.columns.begin();
    card.picture.begin();
    let contact = card.contact.id.clone();
    vec![
        Effect::Card(CardEffect::Card(wave, GetCard { contact: contact.clone() })),
        Effect::Card(CardEffect::Columns(wave, GetCardColumns { contact: contact.clone() })),
        Effect::Card(CardEffect::Picture(wave, GetPicture { contact })),
    ]
}

fn keep(contact: &ContactId, keep: KeepAs) -> Effect {
    Effect::Card(CardEffect::Keep(KeepContact { contact: contact.clone(), keep }))
}

impl App {
    /// The card of this contact is about to be shown, because the person opened it.
    pub(crate) fn want_card(&mut self, contact: Contact) -> Vec<Effect> {
        self.cards.keep_trouble = None;
        let mut effects = self.cards.ask(contact.clone(), self.now_ms);
        effects.push(self.cards.note(&contact));
        effects.extend(self.cards.ask_kept(self.now_ms));
        effects
    }

    /// The contacts at hand are about to be shown.
    pub(crate) fn want_kept(&mut self) -> Vec<Effect> {
        self.cards.ask_kept(self.now_ms)
    }

    pub(crate) fn resume_card(&mut self, contact: &ContactId) -> Vec<Effect> {
        let mut effects = self.renew_card(contact);
        effects.extend(self.cards.ask_kept(self.now_ms));
        effects
    }

    /// Asks for a card anew: it was changed, or could not be asked for.
    pub(crate) fn renew_card(&mut self, contact: &ContactId) -> Vec<Effect> {
        self.cards.waves += 1;
        let (wave, now_ms) = (self.cards.waves, self.now_ms);
        let card = self.cards.list.iter_mut().find(|card| card.contact.id == *contact);
        card.map_or_else(Vec::new, |card| begin(card, wave, now_ms))
    }

    fn show_sender(&mut self) -> Vec<Effect> {
        let sender =
            self.open_mail().and_then(|mail| mail.people.sender()).filter(|met| Some(&met.id) == self.sender.as_ref());
        let sender = sender.cloned();
        self.cards.sender = sender.as_ref().map(|contact| contact.id.clone());
        match sender {
            Some(contact) if !self.cards.folded => self.cards.ask(contact, self.now_ms),
            _ => vec![],
        }
    }

    pub(crate) fn card_event(&mut self, event: CardEvent) -> Vec<Effect> {
        let trouble = match &event {
            CardEvent::CardAnswered(_, _, Err(trouble))
            | CardEvent::ColumnsAnswered(_, _, Err(trouble))
            | CardEvent::PictureAnswered(_, _, Err(trouble))
            | CardEvent::KeptAnswered(Err(trouble))
            | CardEvent::Kept(_, _, Err(trouble)) => Some(trouble.clone()),
            _ => None,
        };
        let mut effects = self.take_card_event(event);
        effects.extend(self.notice_end(trouble.as_ref()));
        effects
    }

    fn take_card_event(&mut self, event: CardEvent) -> Vec<Effect> {
        let cards = &mut self.cards;
        match event {
            CardEvent::CardAnswered(contact, wave, answer) => {
                if let Some(card) = cards.get_mut(&contact, wave) {
                    let known = answer.as_ref().ok().map(|known| known.contact.clone());
                    card.contact = known.clone().unwrap_or_else(|| card.contact.clone());
                    card.card.answered(answer.map(|known| *known));
                    if let Some(known) = known {
                        cards.know(&known);
                        self.timelines.introduce(&known);
                    }
                }
            }
            CardEvent::ColumnsAnswered(contact, wave, answer) => {
                if let Some(card) = cards.get_mut(&contact, wave) {
                    card.columns.answered(answer);
                }
            }
            CardEvent::PictureAnswered(contact, wave, answer) => {
                if let Some(card) = cards.get_mut(&contact, wave) {
                    card.picture.answered(answer);
                }
            }
            CardEvent::AgainAsked(contact) => return self.renew_card(&contact),
            CardEvent::KeptAnswered(answer) => cards.kept.answered(answer),
            CardEvent::KeptAgainAsked => return cards.ask_kept(self.now_ms),
            CardEvent::FavouriteToggled(contact) => return cards.toggle_favourite(&contact),
            CardEvent::Kept(contact, keep_as, answer) => cards.kept(&contact, keep_as, answer),
            CardEvent::SenderChanged => return self.show_sender(),
            CardEvent::Folded(folded) => {
                cards.folded = folded;
                let sender = self.open_mail().and_then(|mail| mail.people.sender()).cloned();
                if let Some(sender) = sender.filter(|_| !folded) {
                    return self.cards.ask(sender, self.now_ms);
                }
            }
        }
        vec![]
    }
}
