//! Writing an activity, an interaction or a note without a message; changing one.
//!
//! A request whose fate is unknown is only ever repeated as it was, under the same id, so nothing is written twice.

use crate::fields::{Wrong, canonical, typed};
use crate::{Forms, HereAndNow, RecordState, SearchAhead, Trouble};
use api::{
    ChangeRecord, Contact, ContactId, FieldKind, FieldValue, FoundContacts, RecordForm, RecordInFull, RecordKind,
    RecordOutcome, SaveId, SaveReport, SearchContacts, WriteRecord,
};

/// Where a writing stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WritePhase {
    /// The form is being filled.
    Filling,
    /// The server is asked.
    Sending,
    /// Nobody knows whether it was written; only the very same may be sent.
    Unsure(Trouble),
    /// Written for some.
    Partly,
}

/// Where the person was about to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leaving {
    /// To the sheet beneath.
    Back,
    /// To the message.
    ToMessage,
}

/// A record being written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Writing {
    /// For whom.
    pub contacts: Vec<Contact>,
    /// With which form: its kind and type.
    pub chosen: Option<(RecordKind, String)>,
    /// The action of a contact interaction.
    pub action: String,
    /// What stands in the fields, as it was typed.
    pub values: Vec<FieldValue>,
    /// What is wrong with which field.
    pub wrong: Vec<(String, Wrong)>,
    /// Why it was not written.
    pub trouble: Option<Trouble>,
    /// Where it stands.
    pub phase: WritePhase,
    /// What became of each contact's record, once the server has answered.
    pub results: Vec<(Contact, RecordState)>,
    /// The record that is changed; `None` while a new one is written.
    pub changing: Option<Box<Changing>>,
    /// Where the person wants to go, and is asked whether to lose what they wrote.
    pub leaving: Option<Leaving>,
    /// Looking for further contacts.
    pub search: SearchAhead,
    request: Option<Request>,
    /// Whether it was sent before, and nobody knows what came of that.
    repeated: bool,
    /// The fields that somebody typed into.
    touched: Vec<String>,
    pub(crate) regrouped: bool,
}

/// A record being changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changing {
    /// Whose timeline it stands on.
    pub contact: ContactId,
    /// As it was when the person saw it.
    pub full: RecordInFull,
}

/// What was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Request {
    Write(Box<WriteRecord>),
    Change(Box<ChangeRecord>),
}

impl Writing {
    pub(crate) fn new(contacts: Vec<Contact>, changing: Option<Box<Changing>>) -> Self {
        let chosen = changing.as_ref().map(|changing| (changing.full.entry.kind, changing.full.type_id.clone()));
        let action = changing.as_ref().map(|changing| changing.full.action.clone()).unwrap_or_default();
        Self {
            contacts,
            chosen,
            action,
            values: vec![],
            wrong: vec![],
            trouble: None,
            phase: WritePhase::Filling,
            results: vec![],
            changing,
            leaving: None,
            search: SearchAhead::default(),
            request: None,
            repeated: false,
            touched: vec![],
            regrouped: false,
        }
    }

    /// The form it is written with.
    pub fn form<'a>(&self, forms: &'a Forms) -> Option<&'a RecordForm> {
        let (kind, type_id) = self.chosen.as_ref()?;
        forms.find(*kind, type_id)
    }

    /// What stands in a field.
    pub fn value(&self, name: &str) -> &str {
        self.values.iter().find(|value| value.name == name).map_or("", |value| value.value.as_str())
    }

    /// What is wrong with a field.
    pub fn wrong_with(&self, name: &str) -> Option<&Wrong> {
        self.wrong.iter().find(|(field, _)| field == name).map(|(_, wrong)| wrong)
    }

    /// Whether something would be lost, or left unknown, by going away.
    pub fn holds_work(&self) -> bool {
        match self.phase {
            WritePhase::Filling => self.regrouped || !self.touched.is_empty(),
            WritePhase::Sending | WritePhase::Unsure(_) | WritePhase::Partly => true,
        }
    }

    pub(crate) fn typed(&mut self, name: String, text: String) {
        if self.value(&name) == text {
            return;
        }
        self.set(&name, text);
        self.wrong.retain(|(field, _)| *field != name);
        if !self.touched.contains(&name) {
            self.touched.push(name);
        }
    }

    fn set(&mut self, name: &str, value: String) {
        match self.values.iter_mut().find(|known| known.name == name) {
            Some(known) => known.value = value,
            None => self.values.push(FieldValue { name: name.to_owned(), value }),
        }
    }

    /// Fills what the chosen form begins with: the record's own values, or today where a day must be given.
    pub(crate) fn begin(&mut self, forms: &Forms) {
        if self.chosen.is_none() {
            self.chosen = forms.all().first().map(|form| (form.kind, form.type_id.clone()));
        }
        let (Some(form), Some(here)) = (self.form(forms), forms.here()) else { return };
        if self.changing.is_none() && !form.actions.iter().any(|(code, _)| *code == self.action) {
            self.action = form.actions.first().map(|(code, _)| code.clone()).unwrap_or_default();
        }
        for field in &form.fields {
            if self.values.iter().any(|value| value.name == field.name) {
                continue;
            }
            let begins = match (&self.changing, field.kind) {
                (Some(changing), kind) => {
                    let value = changing.full.values.iter().find(|value| value.name == field.name);
                    value.map(|value| typed(kind, &value.value, here)).unwrap_or_default()
                }
                (None, FieldKind::Date) if begins_today(&field.name, field.required) => {
                    here.now.0.get(..10).unwrap_or_default().to_owned()
                }
                (None, FieldKind::DateTime) if begins_today(&field.name, field.required) => {
                    // To the minute, as people tell the time.
                    here.now.0.get(..16).unwrap_or_default().to_owned()
                }
                _ => continue,
            };
            self.set(&field.name, begins);
        }
    }

    /// Reads every field; `None` if one cannot be sent, and then it is told at the field.
    fn read(&mut self, form: &RecordForm, forms: &Forms) -> Option<Vec<FieldValue>> {
        let here = forms.here()?;
        self.wrong.clear();
        let mut values = vec![];
        for field in &form.fields {
            match canonical(field, self.value(&field.name), here) {
                Ok(value) => values.push(FieldValue { name: field.name.clone(), value }),
                Err(wrong) => self.wrong.push((field.name.clone(), wrong)),
            }
        }
        self.wrong.is_empty().then_some(values)
    }

    pub(crate) fn send(&mut self, save: SaveId, forms: &Forms) -> Option<WriteEffect> {
        let Forms::Known(known, here) = forms else { return None };
        let form = self.form(forms)?;
        let values = self.read(form, forms);
        let fits = self.changing.is_some() || (1..=known.contacts_max).contains(&self.contacts.len());
        let values = values.filter(|_| fits && self.phase == WritePhase::Filling)?;
        self.trouble = None;
        let request = match &self.changing {
            Some(changing) => Request::Change(Box::new(change(changing, values, &self.touched)?)),
            None => Request::Write(Box::new(WriteRecord {
                save,
                kind: form.kind,
                type_id: form.type_id.clone(),
                action: self.action.clone(),
                utc_offset_minutes: here.utc_offset_minutes,
                values: values.into_iter().filter(|value| !value.value.is_empty()).collect(),
                contacts: self.contacts.iter().map(|contact| contact.id.clone()).collect(),
            })),
        };
        self.request = Some(request);
        self.repeated = false;
        self.ask()
    }

    /// Sends what was sent before.
    pub(crate) fn again(&mut self) -> Option<WriteEffect> {
        self.repeated = true;
        self.ask()
    }

    fn ask(&mut self) -> Option<WriteEffect> {
        let effect = match self.request.clone()? {
            Request::Write(request) => WriteEffect::Write(request),
            Request::Change(request) => WriteEffect::Change(request),
        };
        self.phase = WritePhase::Sending;
        Some(effect)
    }

    /// Whether everything is written now.
    pub(crate) fn written(&mut self, report: SaveReport) -> bool {
        let mut results: Vec<_> = self.contacts.iter().map(|contact| (contact.clone(), RecordState::Waiting)).collect();
        for record in report.records {
            let state = match record.outcome {
                RecordOutcome::Saved { record } => RecordState::Saved(record),
                RecordOutcome::Failed { problem } => RecordState::Failed(Trouble::Server(problem)),
            };
            if let Some((_, known)) = results.iter_mut().find(|(contact, _)| contact.id == record.contact) {
                *known = state;
            }
        }
        let saved = results.iter().filter(|(_, state)| matches!(state, RecordState::Saved(_))).count();
        let failures = results.iter().filter_map(|(_, state)| match state {
            RecordState::Failed(trouble) => Some(trouble.clone()),
            RecordState::Saved(_) | RecordState::Waiting => None,
        });
        let failures: Vec<Trouble> = failures.collect();
        let all = saved == results.len();
        match failures.iter().find(|trouble| !trouble.refuses()).or(failures.first()) {
            Some(trouble) if saved == 0 => self.refused(trouble.clone()),
            _ => {
                self.results = results;
                self.phase = WritePhase::Partly;
            }
        }
        all
    }

    /// Whether what failed was refused, so that it can be put right and sent for the rest alone.
    pub fn rest_can_be_put_right(&self) -> bool {
        let refused = |state: &RecordState| match state {
            RecordState::Saved(_) => true,
            RecordState::Failed(trouble) => trouble.refuses(),
            RecordState::Waiting => false,
        };
        self.phase == WritePhase::Partly && self.results.iter().all(|(_, state)| refused(state))
    }

    /// Back to the form, for those whose record was refused.
    pub(crate) fn put_right(&mut self) {
        if !self.rest_can_be_put_right() {
            return;
        }
        let failed = |(contact, state): (Contact, RecordState)| match state {
            RecordState::Failed(trouble) => Some((contact, trouble)),
            RecordState::Saved(_) | RecordState::Waiting => None,
        };
        let rest: Vec<_> = std::mem::take(&mut self.results).into_iter().filter_map(failed).collect();
        if let Some((_, trouble)) = rest.first() {
            self.refused(trouble.clone());
        }
        self.contacts = rest.into_iter().map(|(contact, _)| contact).collect();
    }

    /// The server did not say what became of the records: only of a first try is an error that says nothing of
    /// this very id a refusal.
    pub(crate) fn failed(&mut self, trouble: Trouble) {
        if self.repeated && !trouble.refuses_all() {
            self.phase = WritePhase::Unsure(trouble);
        } else {
            self.refused(trouble);
        }
    }

    /// It was not written, or nobody knows.
    fn refused(&mut self, trouble: Trouble) {
        if !trouble.refuses() {
            self.phase = WritePhase::Unsure(trouble);
            return;
        }
        self.phase = WritePhase::Filling;
        if let Trouble::Server(problem) = &trouble {
            let told = problem.fields.iter().filter(|told| !told.field.is_empty());
            self.wrong = told.map(|told| (told.field.clone(), Wrong::Imis(told.message.clone()))).collect();
        }
        self.trouble = Some(trouble);
    }
}

/// Whether a day that nobody typed is today: the record's own (`imis.md §6.1`), or one that must be there.
fn begins_today(name: &str, required: bool) -> bool {
    required || ["TRANSACTION_DATE", "EFFECTIVE_DATE", "InteractionDate"].contains(&name)
}

/// What of a record changes; `None` if nothing does. What nobody touched goes nowhere, however it is written.
fn change(changing: &Changing, values: Vec<FieldValue>, touched: &[String]) -> Option<ChangeRecord> {
    let seen = |name: &str| changing.full.values.iter().find(|value| value.name == name);
    let was = |name: &str| seen(name).map_or("", |value| value.value.as_str()).to_owned();
    let changes = |value: &FieldValue| touched.contains(&value.name) && was(&value.name) != value.value;
    let to: Vec<FieldValue> = values.into_iter().filter(changes).collect();
    let from = to.iter().map(|value| FieldValue { name: value.name.clone(), value: was(&value.name) }).collect();
    let (record, contact) = (changing.full.entry.record.clone(), changing.contact.clone());
    (!to.is_empty()).then_some(ChangeRecord { record, contact, from, to })
}

/// What happens to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WriteEvent {
    /// A form was chosen, here and now.
    FormChosen(RecordKind, String, HereAndNow),
    /// An action was chosen.
    ActionChosen(String),
    /// This stands in a field now.
    FieldTyped(String, String),
    /// A further contact is looked for by this.
    SearchTyped(String),
    /// The wait after a typed letter is over.
    SearchWaited(u32),
    /// The server answered this question.
    SearchAnswered(u32, Result<FoundContacts, Trouble>),
    /// A contact joins.
    ContactAdded(Contact),
    /// A contact leaves.
    ContactRemoved(ContactId),
    /// Send it, under this new id, here and now.
    SendAsked(SaveId, HereAndNow),
    /// Send the same once more.
    RetryAsked,
    /// Put right what was refused, for the contacts that it was refused for.
    PutRightAsked,
    /// The server answered a writing.
    Written(Result<SaveReport, Trouble>),
    /// The server answered a change.
    Changed(Result<Box<RecordInFull>, Trouble>),
    /// Somebody else changed the record; show it as it is now, and lose what was typed.
    CurrentAsked,
    /// Yes, leave.
    LeaveConfirmed,
    /// No, stay.
    LeaveCancelled,
}

/// What it has done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WriteEffect {
    /// Let the time between letters pass → [`WriteEvent::SearchWaited`].
    Wait(u32),
    /// Look for contacts → [`WriteEvent::SearchAnswered`].
    Search(u32, SearchContacts),
    /// Write → [`WriteEvent::Written`].
    Write(Box<WriteRecord>),
    /// Change → [`WriteEvent::Changed`].
    Change(Box<ChangeRecord>),
}
