//! A message being written: putting people into it, and facts.
//!
//! People are never put in twice: who stands in To, Cc or Bcc already is left out and counted, as are those who do
//! not want e-mail. Outlook takes so many at a time and so many in a field; what does not fit is counted too. What is
//! asked while something is under way waits for it.

use crate::query::row_name;
use crate::{App, Effect, MessageKey, Trouble};
use api::{ChosenRow, CollectRecipients, ContactId, EmailAddress, QueryPage, QueryRow, Recipient, Recipients};
use std::collections::{BTreeSet, VecDeque};
use std::fmt;

/// Where people are put.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    /// To.
    To,
    /// Cc.
    Cc,
    /// Bcc: nobody else sees them.
    Bcc,
}

impl Target {
    /// All of them, in the order shown.
    pub const ALL: [Self; 3] = [Self::To, Self::Cc, Self::Bcc];
}

/// Who stands on the message already, and how many fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fields {
    /// Everybody, and where.
    pub people: Vec<(Target, EmailAddress)>,
    /// Most in a field.
    pub most: usize,
}

/// What became of the people that were to be put into the message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Put in.
    pub added: u32,
    /// Left out: there already, or twice among them.
    pub repeated: u32,
    /// Left out: no address.
    pub without_address: u32,
    /// Left out: they do not want e-mail, or iMIS does not tell.
    pub opted_out: u32,
    /// Left out: the field is full.
    pub no_room: u32,
    /// Whether there were more than are collected at once.
    pub more: bool,
}

/// How putting people into the message stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Asking the server whom it can go to.
    Collecting,
    /// Looking who is on the message.
    Looking,
    /// Putting them in.
    Adding,
    /// Over.
    Done,
    /// It broke off; those counted are in.
    Failed(Trouble),
}

/// People on their way into the message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filling {
    /// Where to.
    pub target: Target,
    /// How it stands.
    pub stage: Stage,
    /// What became of them so far.
    pub tally: Tally,
    number: u32,
    waiting: Vec<Recipient>,
    under_way: u32,
}

/// How putting something into the body stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inserting {
    /// Being put in.
    Running,
    /// It is in.
    Done,
    /// It is not.
    Failed(Trouble),
}

/// What is put into the body, in both forms: which is wanted, the message says.
#[derive(Clone, PartialEq, Eq)]
pub struct Insertion {
    /// As HTML, with everything escaped.
    pub html: String,
    /// As text.
    pub text: String,
}

impl fmt::Debug for Insertion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Insertion(…)")
    }
}

/// Its state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Compose {
    /// The message being written, if one is.
    pub message: Option<MessageKey>,
    /// People on their way into it.
    pub filling: Option<Filling>,
    /// Something on its way into its body.
    pub inserting: Option<Inserting>,
    /// Those that were over while others waited.
    over: Vec<Filling>,
    waiting: VecDeque<(Target, CollectRecipients)>,
    insertions: VecDeque<Insertion>,
    asked: u32,
    insertion: u32,
}

/// What happens to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ComposeEvent {
    /// Outlook shows this message, which is being written.
    Opened(MessageKey),
    /// Put these contacts there.
    FillAsked(Target, Vec<ContactId>),
    /// The server was asked whom it can go to.
    Collected(u32, Result<Recipients, Trouble>),
    /// Outlook was asked who is on it.
    Looked(u32, Result<Fields, Trouble>),
    /// A batch was put in.
    Added(u32, Result<(), Trouble>),
    /// Put this into the body.
    InsertAsked(Insertion),
    /// That was done.
    Inserted(u32, Result<(), Trouble>),
}

/// What it has done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ComposeEffect {
    /// Ask the server whom the message can go to → [`ComposeEvent::Collected`].
    Collect(u32, CollectRecipients),
    /// Ask Outlook who is on it → [`ComposeEvent::Looked`].
    Look(u32, MessageKey),
    /// Put a batch in → [`ComposeEvent::Added`].
    Add(u32, MessageKey, Target, Vec<Recipient>),
    /// Put something into the body → [`ComposeEvent::Inserted`].
    Insert(u32, MessageKey, Insertion),
}

/// Most people in one call of Outlook's (`peers.md §8`).
const BATCH: usize = 100;

impl Filling {
    fn is_running(&self) -> bool {
        !matches!(self.stage, Stage::Done | Stage::Failed(_))
    }

    fn collected(&mut self, collected: Recipients) {
        self.tally.repeated += collected.repeated;
        self.tally.without_address += collected.without_address;
        self.tally.opted_out += collected.opted_out;
        self.tally.more = collected.more;
        self.waiting.extend(collected.people);
        self.stage = Stage::Looking;
    }

    /// Leaves out who is there already, and who does not fit.
    fn looked(&mut self, fields: &Fields) {
        let mut there: BTreeSet<EmailAddress> = fields.people.iter().map(|(_, address)| address.clone()).collect();
        let in_field = fields.people.iter().filter(|(target, _)| *target == self.target).count();
        let people = self.waiting.len();
        self.waiting.retain(|person| there.insert(person.address.clone()));
        self.tally.repeated += count(people - self.waiting.len());
        let room = fields.most.saturating_sub(in_field);
        self.tally.no_room += count(self.waiting.len().saturating_sub(room));
        self.waiting.truncate(room);
    }

    fn batch(&mut self) -> Option<Vec<Recipient>> {
        if self.waiting.is_empty() {
            self.stage = Stage::Done;
            return None;
        }
        self.stage = Stage::Adding;
        let rest = self.waiting.split_off(self.waiting.len().min(BATCH));
        let batch = std::mem::replace(&mut self.waiting, rest);
        self.under_way = count(batch.len());
        Some(batch)
    }
}

fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

impl Compose {
    /// All that are worth telling of, the latest last.
    pub fn fillings(&self) -> impl Iterator<Item = &Filling> {
        self.over.iter().chain(&self.filling)
    }

    fn is_filling(&self) -> bool {
        self.filling.as_ref().is_some_and(Filling::is_running)
    }

    fn fill(&mut self, target: Target, whom: CollectRecipients) -> Vec<Effect> {
        let number = self.next();
        let (stage, tally) = (Stage::Collecting, Tally::default());
        self.filling = Some(Filling { target, stage, tally, number, waiting: vec![], under_way: 0 });
        vec![Effect::Compose(ComposeEffect::Collect(number, whom))]
    }

    /// What waited for the one that is over begins.
    fn go_on(&mut self) -> Vec<Effect> {
        if self.is_filling() {
            return vec![];
        }
        let Some((target, whom)) = self.waiting.pop_front() else { return vec![] };
        self.over.extend(self.filling.take());
        self.fill(target, whom)
    }

    fn insert(&mut self) -> Vec<Effect> {
        let Some(key) = self.message.clone() else { return vec![] };
        let Some(insertion) = self.insertions.pop_front() else { return vec![] };
        self.inserting = Some(Inserting::Running);
        self.insertion = self.next();
        vec![Effect::Compose(ComposeEffect::Insert(self.insertion, key, insertion))]
    }

    fn inserted(&mut self, answer: Result<(), Trouble>) -> Vec<Effect> {
        self.inserting = Some(answer.map_or_else(Inserting::Failed, |()| Inserting::Done));
        if self.inserting == Some(Inserting::Done) {
            return self.insert();
        }
        // What is not in must not look as if it were, because the next one is.
        self.insertions.clear();
        vec![]
    }

    fn next(&mut self) -> u32 {
        self.asked += 1;
        self.asked
    }

    fn fill_step(&mut self, step: Option<Vec<Recipient>>) -> Vec<Effect> {
        match (&self.message, &self.filling, step) {
            (Some(key), Some(filling), Some(batch)) => {
                vec![Effect::Compose(ComposeEffect::Add(filling.number, key.clone(), filling.target, batch))]
            }
            _ => vec![],
        }
    }

    fn look(&self) -> Vec<Effect> {
        match (&self.message, &self.filling) {
            (Some(key), Some(filling)) => vec![Effect::Compose(ComposeEffect::Look(filling.number, key.clone()))],
            _ => vec![],
        }
    }

    /// Another message is open, or none; numbers go on, so that nothing late is taken for something of the next.
    pub(crate) fn leave(&mut self) {
        *self = Self { asked: self.asked, ..Self::default() };
    }

    /// The message stays; what one person put into it is not the next one's.
    pub(crate) fn forget(&mut self) {
        *self = Self { asked: self.asked, message: self.message.take(), ..Self::default() };
    }

    /// What was told is not told again on another sheet.
    pub(crate) fn settle(&mut self) {
        self.over.clear();
        self.filling.take_if(|filling| !filling.is_running());
        self.inserting.take_if(|inserting| *inserting != Inserting::Running);
    }
}

impl App {
    pub(crate) fn compose_event(&mut self, event: ComposeEvent) -> Vec<Effect> {
        match event {
            ComposeEvent::FillAsked(target, contacts) => {
                self.fill_with(target, CollectRecipients { contacts, ..CollectRecipients::default() })
            }
            ComposeEvent::InsertAsked(insertion) => {
                if self.compose.message.is_none() {
                    return vec![];
                }
                self.compose.insertions.push_back(insertion);
                if self.compose.inserting == Some(Inserting::Running) { vec![] } else { self.compose.insert() }
            }
            ComposeEvent::Inserted(number, answer) => {
                if number != self.compose.insertion || self.compose.inserting.is_none() {
                    return vec![];
                }
                self.compose.inserted(answer)
            }
            other => {
                let mut effects = self.filling_event(other);
                effects.extend(self.compose.go_on());
                effects
            }
        }
    }

    fn filling_event(&mut self, event: ComposeEvent) -> Vec<Effect> {
        let Some(filling) = &mut self.compose.filling else { return vec![] };
        match event {
            ComposeEvent::Collected(number, Ok(collected)) if number == filling.number => {
                filling.collected(collected);
                self.compose.look()
            }
            ComposeEvent::Looked(number, Ok(fields)) if number == filling.number => {
                filling.looked(&fields);
                let step = filling.batch();
                self.compose.fill_step(step)
            }
            ComposeEvent::Added(number, Ok(())) if number == filling.number => {
                filling.tally.added += std::mem::take(&mut filling.under_way);
                let step = filling.batch();
                self.compose.fill_step(step)
            }
            ComposeEvent::Collected(number, Err(trouble))
            | ComposeEvent::Looked(number, Err(trouble))
            | ComposeEvent::Added(number, Err(trouble))
                if number == filling.number =>
            {
                if trouble == Trouble::OutlookFull {
                    filling.tally.no_room += filling.under_way + count(filling.waiting.len());
                    filling.stage = Stage::Done;
                } else {
                    filling.stage = Stage::Failed(trouble.clone());
                }
                filling.waiting.clear();
                if trouble.is_signed_out() {
                    self.compose.waiting.clear();
                }
                if trouble.is_code(api::ProblemCode::Conflict) {
                    return self.rows_changed();
                }
                self.notice_end(Some(&trouble))
            }
            _ => vec![],
        }
    }

    /// Puts people into the message: those the server collects.
    pub(crate) fn fill_with(&mut self, target: Target, whom: CollectRecipients) -> Vec<Effect> {
        if self.compose.message.is_none() {
            return vec![];
        }
        if self.compose.is_filling() {
            self.compose.waiting.push_back((target, whom));
            return vec![];
        }
        self.compose.over.clear();
        self.compose.fill(target, whom)
    }

    /// The same for rows of a page with e-mails: who of them wants any is judged by the server, by one rule.
    pub(crate) fn fill_with_rows(
        &mut self,
        target: Target,
        page: &QueryPage,
        rows: impl Iterator<Item = QueryRow>,
    ) -> Vec<Effect> {
        let Some(at) = page.email_column else { return vec![] };
        let chosen = |row: QueryRow| ChosenRow {
            name: row_name(page, &row),
            email: row.values.get(at).cloned().flatten(),
            contact: row.contact,
            opted_out: row.opted_out,
        };
        let rows: Vec<ChosenRow> = rows.map(chosen).collect();
        if rows.is_empty() {
            return vec![];
        }
        self.fill_with(target, CollectRecipients { rows, ..CollectRecipients::default() })
    }
}
