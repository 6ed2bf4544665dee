//! Adding contacts, one after another; changing one from a signature.
//!
//! An adding whose fate is unknown is only ever repeated as it was, under the same id, so nobody is added twice.

mod app;
mod comparing;
mod form;

pub use comparing::{ComparePhase, Comparison, Difference};
pub use form::{Blank, ContactForm, Fault, Filled};

use crate::signature::{Author, Signature, read};
use crate::{Leaving, MessageKey, Trouble};
use api::{
    AddContact, AddId, Card, Contact, ContactId, ContactKind, ContactOptions, EmailAddress, FindLikely, FoundContacts,
    LikelyContacts, NewContact, SearchContacts, UpdateContact,
};

/// What the person may do with contacts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum MayChange {
    /// Not asked yet, or could not be: nothing is offered.
    #[default]
    Unknown,
    /// Being asked.
    Asking,
    /// This.
    Known(ContactOptions),
}

impl MayChange {
    /// What the server said; nothing may be done as long as it said nothing.
    pub fn options(&self) -> ContactOptions {
        match self {
            Self::Known(options) => options.clone(),
            Self::Unknown | Self::Asking => ContactOptions::default(),
        }
    }
}

/// Somebody to be added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Address, if there is one.
    pub address: Option<EmailAddress>,
    /// The name beside it on the message; may be empty.
    pub name: String,
    /// The message whose sender it is; the signature is theirs.
    pub(crate) signs: Option<MessageKey>,
}

/// What became of somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Became {
    /// In iMIS now.
    Added(Contact),
    /// Was in iMIS already, as this contact.
    Used(Contact),
    /// Left out.
    Skipped,
}

/// Where the adding of one person stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AddPhase {
    /// The message's text is read for its signature.
    Reading,
    /// Contacts that could be this person are looked for.
    Looking,
    /// They are shown.
    Choosing,
    /// The form is being filled.
    Filling,
    /// The server is asked.
    Sending,
    /// Nobody knows whether it was added; only the very same may be sent.
    Unsure(Trouble),
    /// Everybody had their turn.
    Done,
}

/// People to be added, one after another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adds {
    /// Who.
    pub queue: Vec<Candidate>,
    /// What became of those before.
    pub became: Vec<Became>,
    /// Where the present one stands.
    pub phase: AddPhase,
    /// The form of the present one.
    pub form: ContactForm,
    /// Who could be the present one.
    pub likely: LikelyContacts,
    /// Why likely contacts could not be looked for.
    pub unlooked: Option<Trouble>,
    /// Whether the message's text could not be read.
    pub unread: bool,
    /// Why it was not added.
    pub trouble: Option<Trouble>,
    request: Option<Box<AddContact>>,
    /// Whether it was sent before, and nobody knows what came of that.
    repeated: bool,
    /// Whom the likely contacts were looked for.
    looked_for: Option<NewContact>,
    /// The adding that waits for them.
    waiting: Option<AddId>,
    own: Vec<EmailAddress>,
}

impl Adds {
    fn new(queue: Vec<Candidate>, own: Vec<EmailAddress>) -> Self {
        let form = ContactForm::of(&Signature::default(), None, &[]);
        Self {
            queue,
            became: vec![],
            phase: AddPhase::Filling,
            form,
            likely: LikelyContacts::default(),
            unlooked: None,
            unread: false,
            trouble: None,
            request: None,
            repeated: false,
            looked_for: None,
            waiting: None,
            own,
        }
    }

    /// Whose turn it is, counted from nought; a late answer for another's is dropped.
    pub fn turn(&self) -> usize {
        self.became.len()
    }

    /// The present one.
    pub fn present(&self) -> Option<&Candidate> {
        self.queue.get(self.turn())
    }

    /// Begins the present one's turn.
    fn begin(&mut self, kinds: &[String]) -> Option<AddEffect> {
        self.likely = LikelyContacts::default();
        (self.unlooked, self.trouble, self.unread) = (None, None, false);
        (self.request, self.looked_for, self.waiting) = (None, None, None);
        let Some(candidate) = self.present() else {
            self.phase = AddPhase::Done;
            return None;
        };
        if let Some(key) = candidate.signs.clone() {
            self.phase = AddPhase::Reading;
            return Some(AddEffect::ReadBody(self.turn(), key));
        }
        self.fill("", kinds)
    }

    /// Fills the form from what the message says; then, who could it be?
    fn fill(&mut self, body: &str, kinds: &[String]) -> Option<AddEffect> {
        let candidate = self.present()?.clone();
        let address = candidate.address.as_ref();
        let signature = read(body, &Author { name: &candidate.name, address, own: &self.own });
        self.form = ContactForm::of(&signature, address, kinds);
        // Nothing is known of somebody whom nobody named: there is nothing to look for.
        if candidate.address.is_none() && candidate.name.is_empty() {
            self.phase = AddPhase::Filling;
            return None;
        }
        Some(self.look())
    }

    fn look(&mut self) -> AddEffect {
        let contact = self.form.contact();
        self.phase = AddPhase::Looking;
        self.looked_for = Some(contact.clone());
        AddEffect::FindLikely(self.turn(), Box::new(FindLikely { contact }))
    }

    fn looked(&mut self, answer: Result<LikelyContacts, Trouble>) -> Option<AddEffect> {
        let waiting = self.waiting.take();
        self.phase = AddPhase::Filling;
        self.unlooked = None;
        match answer {
            Ok(likely) => {
                self.form.suggest(&likely);
                self.likely = likely;
                if self.likely.contacts.is_empty() {
                    return self.send(waiting?);
                }
                self.phase = AddPhase::Choosing;
            }
            Err(trouble) => self.unlooked = Some(trouble),
        }
        None
    }

    /// Whether those were looked for who could be what stands in the form now.
    fn is_looked_for(&self) -> bool {
        let now = self.form.contact();
        self.looked_for.as_ref().is_some_and(|then| {
            then.person == now.person
                && then.email == now.email
                && (then.kind, &then.organisation_name) == (now.kind, &now.organisation_name)
        })
    }

    fn send(&mut self, add: AddId) -> Option<AddEffect> {
        if self.phase != AddPhase::Filling || !self.form.check() {
            return None;
        }
        self.trouble = None;
        if !self.is_looked_for() {
            self.waiting = Some(add);
            return Some(self.look());
        }
        self.request = Some(Box::new(AddContact { add, contact: self.form.contact() }));
        self.repeated = false;
        self.ask()
    }

    /// Sends what was sent before.
    fn again(&mut self) -> Option<AddEffect> {
        self.repeated = true;
        self.ask()
    }

    fn ask(&mut self) -> Option<AddEffect> {
        let request = self.request.clone()?;
        self.phase = AddPhase::Sending;
        Some(AddEffect::Add(self.turn(), request))
    }

    /// Only of a first try is an error that says nothing of this very id a refusal.
    fn failed(&mut self, trouble: Trouble) {
        if trouble.refuses_all() || (trouble.refuses() && !self.repeated) {
            self.phase = AddPhase::Filling;
            if self.repeated {
                // Time has passed: who could it be by now?
                self.looked_for = None;
            }
            let told = self.form.refused(&trouble);
            self.trouble = Some(trouble).filter(|_| !told);
        } else {
            self.phase = AddPhase::Unsure(trouble);
        }
    }

    fn holds_work(&self) -> bool {
        match self.phase {
            AddPhase::Sending | AddPhase::Unsure(_) => true,
            AddPhase::Filling | AddPhase::Choosing => self.form.touched,
            AddPhase::Looking => self.form.touched || self.waiting.is_some(),
            AddPhase::Reading | AddPhase::Done => false,
        }
    }
}

/// What the sheet is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Job {
    /// Adding people.
    Add(Box<Adds>),
    /// Comparing a contact with the signature.
    Compare(Box<Comparison>),
}

/// The sheet's state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adding {
    /// What it is for.
    pub job: Job,
    /// Where the person wants to go, and is asked whether to lose what they typed.
    pub leaving: Option<Leaving>,
}

impl Adding {
    /// The people to be added, if it is for that.
    pub fn adds(&self) -> Option<&Adds> {
        match &self.job {
            Job::Add(adds) => Some(adds),
            Job::Compare(_) => None,
        }
    }

    /// The comparison, if it is for that.
    pub fn comparison(&self) -> Option<&Comparison> {
        match &self.job {
            Job::Compare(comparison) => Some(comparison),
            Job::Add(_) => None,
        }
    }

    /// Whether something would be lost, or left unknown, by going away.
    pub fn holds_work(&self) -> bool {
        match &self.job {
            Job::Add(adds) => adds.holds_work(),
            Job::Compare(comparison) => matches!(comparison.phase, ComparePhase::Sending | ComparePhase::Unsure(_)),
        }
    }
}

/// What happens to it. Numbers are turns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AddEvent {
    /// Outlook gave the message's text.
    BodyRead(usize, Result<String, Trouble>),
    /// The server answered who it could be.
    LikelyAnswered(usize, Result<LikelyContacts, Trouble>),
    /// It is this contact.
    UseAsked(ContactId),
    /// It is none of them.
    NewAsked,
    /// Person or organisation.
    KindChosen(ContactKind),
    /// This stands in a field now.
    Typed(Blank, String),
    /// Another phone.
    PhoneAdded,
    /// The phone at this place is to go.
    PhoneRemoved(usize),
    /// An organisation is looked for by this.
    OrganisationTyped(String),
    /// The wait after a typed letter is over.
    OrganisationWaited(u32),
    /// The server answered this question.
    OrganisationsAnswered(u32, Result<FoundContacts, Trouble>),
    /// They belong to this organisation.
    OrganisationLinked(Contact),
    /// They do not belong to it.
    OrganisationUnlinked,
    /// Add the present one, under this new id.
    SendAsked(AddId),
    /// Send the same once more.
    RetryAsked,
    /// The server answered.
    Added(usize, Result<Contact, Trouble>),
    /// Leave the present one out.
    Skipped,
    /// The server answered with the card.
    CardAnswered(Result<Box<Card>, Trouble>),
    /// Ask for the card again.
    CardAgainAsked,
    /// The difference at this place is ticked or unticked.
    DifferenceToggled(usize),
    /// Change what is ticked.
    ChangeAsked,
    /// The server answered.
    Changed(Result<Box<Card>, Trouble>),
    /// Yes, leave.
    LeaveConfirmed,
    /// No, stay.
    LeaveCancelled,
}

/// What it has done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AddEffect {
    /// Read the text of this message, if it is open still → [`AddEvent::BodyRead`].
    ReadBody(usize, MessageKey),
    /// Ask who it could be → [`AddEvent::LikelyAnswered`].
    FindLikely(usize, Box<FindLikely>),
    /// Let the time between letters pass → [`AddEvent::OrganisationWaited`].
    Wait(u32),
    /// Look for organisations → [`AddEvent::OrganisationsAnswered`].
    Search(u32, SearchContacts),
    /// Add → [`AddEvent::Added`].
    Add(usize, Box<AddContact>),
    /// Ask for the card → [`AddEvent::CardAnswered`].
    FetchCard(ContactId),
    /// Change → [`AddEvent::Changed`].
    Change(Box<UpdateContact>),
}
