//! The sheet that contacts are added or compared on: opening it, what happens on it, and what it leaves behind.

use super::{AddEffect, AddEvent, AddPhase, Adding, Adds, Became, Candidate, ComparePhase, Comparison, Job, MayChange};
use crate::{App, Effect, Leaving, OpenMail, People, Role, Sheet, SheetId, Standing, Trouble};
use api::{Contact, ContactId, ContactKind, ContactOptions, EmailAddress, Match, MatchReason};

impl App {
    /// Whether people may be added.
    pub fn may_add(&self) -> bool {
        self.may_change.options().may_add
    }

    /// The contact, if it can be compared with the open message's signature: its sender's can, where changing is
    /// allowed.
    pub fn comparable(&self, contact: &ContactId) -> Option<&Contact> {
        if !self.may_change.options().may_change {
            return None;
        }
        let senders = self.open_mail()?.people.entries.iter().filter(|entry| entry.roles.contains(&Role::From));
        senders.filter_map(crate::Entry::contact).find(|known| known.id == *contact)
    }

    /// Asks what may be done, once what the message needs has been asked.
    pub(crate) fn want_options(&mut self) -> Vec<Effect> {
        if self.may_change != MayChange::Unknown {
            return vec![];
        }
        self.may_change = MayChange::Asking;
        vec![Effect::FetchContactOptions]
    }

    pub(crate) fn options_answered(&mut self, answer: Result<ContactOptions, Trouble>) -> Vec<Effect> {
        match answer {
            Ok(options) => {
                self.may_change = MayChange::Known(options);
                vec![]
            }
            Err(trouble) => {
                // What is not known is not offered; the next message asks again.
                self.may_change = MayChange::Unknown;
                self.notice_end(Some(&trouble))
            }
        }
    }

    fn kinds(&self) -> Vec<String> {
        self.may_change.options().phone_kinds
    }

    pub(crate) fn open_adding(&mut self, address: Option<EmailAddress>) -> Vec<Effect> {
        let of = |address: &EmailAddress| self.open_mail().and_then(|mail| candidate(mail, address));
        let unnamed = || Candidate { address: address.clone(), name: String::new(), signs: None };
        let candidate = address.as_ref().and_then(of).unwrap_or_else(unnamed);
        self.begin_adding(vec![candidate])
    }

    pub(crate) fn open_adding_all(&mut self) -> Vec<Effect> {
        let Some(mail) = self.open_mail() else { return vec![] };
        let queue = mail.people.to_add().filter_map(|entry| candidate(mail, &entry.address)).collect();
        self.begin_adding(queue)
    }

    fn begin_adding(&mut self, queue: Vec<Candidate>) -> Vec<Effect> {
        if !self.may_add() || queue.is_empty() {
            return vec![];
        }
        let mut adds = Adds::new(queue, self.own.iter().cloned().collect());
        let effect = adds.begin(&self.kinds());
        self.put(Job::Add(Box::new(adds)), effect)
    }

    pub(crate) fn open_comparing(&mut self, contact: Contact) -> Vec<Effect> {
        if self.comparable(&contact.id).is_none() {
            return vec![];
        }
        let Some(key) = self.open_key().cloned() else { return vec![] };
        let author = self.open_mail().map(sender).unwrap_or_default();
        let fetch = AddEffect::FetchCard(contact.id.clone());
        let mut effects = self.put(Job::Compare(Box::new(Comparison::new(contact, author))), Some(fetch));
        if let Some((id, _)) = self.sheets.top() {
            effects.push(Effect::Add(id, AddEffect::ReadBody(0, key)));
        }
        effects
    }

    fn put(&mut self, job: Job, effect: Option<AddEffect>) -> Vec<Effect> {
        let id = self.sheets.put(Sheet::Add(Adding { job, leaving: None }));
        effect.map(|effect| Effect::Add(id, effect)).into_iter().collect()
    }

    /// What was being asked is asked by the new session; what was typed is as it was.
    pub(crate) fn resume_adding(&mut self, id: SheetId) -> Vec<Effect> {
        let Some(Sheet::Add(adding)) = self.sheets.get_mut(id) else { return vec![] };
        let effect = match &mut adding.job {
            Job::Add(adds) => match adds.phase {
                AddPhase::Looking => {
                    let contact = adds.form.contact();
                    Some(AddEffect::FindLikely(adds.turn(), Box::new(api::FindLikely { contact })))
                }
                AddPhase::Sending => adds.again(),
                _ => None,
            },
            Job::Compare(comparison) => match comparison.phase {
                ComparePhase::Reading if comparison.card.is_none() => {
                    Some(AddEffect::FetchCard(comparison.contact.id.clone()))
                }
                ComparePhase::Sending => comparison.update().map(|update| AddEffect::Change(Box::new(update))),
                _ => None,
            },
        };
        effect.map(|effect| Effect::Add(id, effect)).into_iter().collect()
    }

    pub(crate) fn add_event(&mut self, id: SheetId, event: AddEvent) -> Vec<Effect> {
        let kinds = self.kinds();
        let Some(Sheet::Add(adding)) = self.sheets.get_mut(id) else { return self.late_adding(event) };
        match event {
            AddEvent::LeaveCancelled => adding.leaving = None,
            AddEvent::LeaveConfirmed => match adding.leaving {
                Some(Leaving::ToMessage) => return self.close_sheets(),
                Some(Leaving::Back) => self.sheets.remove(id),
                None => {}
            },
            event => {
                let (effect, trouble) = match &mut adding.job {
                    Job::Add(adds) => match adds_event(adds, event, &kinds) {
                        Step::Go(effect, trouble) => (effect, trouble),
                        Step::Became(became) => return self.became(id, became),
                    },
                    Job::Compare(comparison) => compare_event(comparison, event, &kinds),
                };
                let done = self.refresh_card(id);
                let mut effects: Vec<_> = effect.map(|effect| Effect::Add(id, effect)).into_iter().collect();
                effects.extend(done);
                effects.extend(self.notice_end(trouble.as_ref()));
                return effects;
            }
        }
        vec![]
    }

    /// The adding came to an end after its sheet was left: the person is in iMIS all the same.
    fn late_adding(&mut self, event: AddEvent) -> Vec<Effect> {
        match event {
            AddEvent::Added(_, Ok(contact)) => {
                if let Some(address) = contact.email.clone() {
                    self.settle(&address, &contact, MatchReason::PrimaryEmail);
                }
                vec![]
            }
            AddEvent::Added(_, Err(trouble)) | AddEvent::Changed(Err(trouble)) => self.notice_end(Some(&trouble)),
            _ => vec![],
        }
    }

    /// The present one's turn is over: the message knows, and the next one's begins.
    fn became(&mut self, id: SheetId, became: Became) -> Vec<Effect> {
        let kinds = self.kinds();
        let Some(Sheet::Add(Adding { job: Job::Add(adds), leaving })) = self.sheets.get_mut(id) else { return vec![] };
        *leaving = None;
        let address = adds.present().and_then(|candidate| candidate.address.clone());
        adds.became.push(became.clone());
        let effect = adds.begin(&kinds);
        match (became, address) {
            (Became::Added(contact), Some(address)) => {
                let primary = contact.email.as_ref() == Some(&address);
                let reason = if primary { MatchReason::PrimaryEmail } else { MatchReason::Chosen };
                self.settle(&address, &contact, reason);
            }
            (Became::Used(contact), Some(address)) => self.settle(&address, &contact, MatchReason::Chosen),
            _ => {}
        }
        effect.map(|effect| Effect::Add(id, effect)).into_iter().collect()
    }

    /// Whom an address on the open message means is known now.
    fn settle(&mut self, address: &EmailAddress, contact: &Contact, reason: MatchReason) {
        let Some(Ok(mail)) = &mut self.mail else { return };
        let found = Match { address: address.clone(), reason, contact: contact.clone(), remembered: false };
        for entry in mail.people.entries.iter_mut().filter(|entry| entry.address == *address) {
            entry.standing = Standing::Matched { candidates: vec![found.clone()], chosen: Some(0) };
        }
    }

    /// A contact that was changed here is shown as it is now, on its card and on the message.
    fn refresh_card(&mut self, id: SheetId) -> Vec<Effect> {
        let Some(Sheet::Add(Adding { job: Job::Compare(comparison), .. })) = self.sheets.get(id) else { return vec![] };
        let (true, Some(card)) = (matches!(comparison.phase, ComparePhase::Done(_)), &comparison.card) else {
            return vec![];
        };
        let contact = card.contact.clone();
        let entries = self.mail.iter_mut().flatten().flat_map(|mail| &mut mail.people.entries);
        for entry in entries {
            if let Standing::Matched { candidates, .. } = &mut entry.standing {
                candidates
                    .iter_mut()
                    .filter(|one| one.contact.id == contact.id)
                    .for_each(|one| one.contact = contact.clone());
            }
        }
        self.renew_card(&contact.id)
    }

    pub(crate) fn adding_may_leave(&mut self, leaving: Leaving) -> bool {
        let Some((id, Sheet::Add(adding))) = self.sheets.top() else { return self.query_may_leave(leaving) };
        if !adding.holds_work() {
            return true;
        }
        if let Some(Sheet::Add(adding)) = self.sheets.get_mut(id) {
            adding.leaving = Some(leaving);
        }
        false
    }
}

impl People {
    fn to_add(&self) -> impl Iterator<Item = &crate::Entry> {
        self.shown().filter(|entry| entry.standing == Standing::NotInImis && !entry.removed)
    }

    /// How many "add all" adds.
    pub fn addable(&self) -> usize {
        self.to_add().count()
    }
}

/// Somebody on a message; the signature is the sender's.
fn candidate(mail: &OpenMail, address: &EmailAddress) -> Option<Candidate> {
    let entry = mail.people.entries.iter().find(|entry| entry.address == *address)?;
    let signs = entry.roles.contains(&Role::From).then(|| mail.message.key.clone());
    Some(Candidate { address: Some(address.clone()), name: entry.name.clone(), signs })
}

/// The sender's name and address.
fn sender(mail: &OpenMail) -> (String, Option<EmailAddress>) {
    let name = mail.message.correspondents.iter().find(|person| person.role == Role::From);
    (name.map(|person| person.name.clone()).unwrap_or_default(), mail.message.from())
}

/// What comes of an event.
enum Step {
    /// This is to be done; this may have ended the session.
    Go(Option<AddEffect>, Option<Trouble>),
    /// The present one's turn is over.
    Became(Became),
}

const STAY: Step = Step::Go(None, None);

fn adds_event(adds: &mut Adds, event: AddEvent, kinds: &[String]) -> Step {
    let filling = adds.phase == AddPhase::Filling;
    match event {
        AddEvent::BodyRead(turn, answer) if turn == adds.turn() && adds.phase == AddPhase::Reading => {
            adds.unread = answer.is_err();
            return Step::Go(adds.fill(&answer.unwrap_or_default(), kinds), None);
        }
        AddEvent::LikelyAnswered(turn, answer) if turn == adds.turn() && adds.phase == AddPhase::Looking => {
            // The new session asks again.
            if let Err(trouble) = &answer
                && trouble.is_signed_out()
            {
                return Step::Go(None, Some(trouble.clone()));
            }
            let trouble = answer.as_ref().err().cloned();
            return Step::Go(adds.looked(answer), trouble);
        }
        AddEvent::UseAsked(contact) if matches!(adds.phase, AddPhase::Choosing | AddPhase::Filling) => {
            let likely = adds.likely.contacts.iter().find(|likely| likely.contact.id == contact);
            return likely.map_or(STAY, |likely| Step::Became(Became::Used(likely.contact.clone())));
        }
        AddEvent::NewAsked if adds.phase == AddPhase::Choosing => adds.phase = AddPhase::Filling,
        AddEvent::SendAsked(add) => return Step::Go(adds.send(add), None),
        AddEvent::RetryAsked if matches!(adds.phase, AddPhase::Unsure(_)) => return Step::Go(adds.again(), None),
        AddEvent::Added(turn, answer) if turn == adds.turn() && adds.phase == AddPhase::Sending => match answer {
            Ok(contact) => return Step::Became(Became::Added(contact)),
            // It waits for the new session, which sends the same again.
            Err(trouble) if trouble.is_signed_out() => return Step::Go(None, Some(trouble)),
            Err(trouble) => {
                adds.failed(trouble.clone());
                return Step::Go(None, Some(trouble));
            }
        },
        AddEvent::Skipped if !matches!(adds.phase, AddPhase::Sending | AddPhase::Unsure(_) | AddPhase::Done) => {
            return Step::Became(Became::Skipped);
        }
        event if filling => return form_event(adds, event, kinds),
        _ => {}
    }
    STAY
}

fn form_event(adds: &mut Adds, event: AddEvent, kinds: &[String]) -> Step {
    let form = &mut adds.form;
    match event {
        AddEvent::KindChosen(kind) => {
            form.kind = kind;
            form.faults.clear();
        }
        AddEvent::Typed(blank, text) => form.typed(blank, text),
        AddEvent::PhoneAdded => form.add_phone(kinds),
        AddEvent::PhoneRemoved(place) => form.remove_phone(place),
        AddEvent::OrganisationTyped(text) => return Step::Go(form.search.typed(text).map(AddEffect::Wait), None),
        AddEvent::OrganisationWaited(number) => {
            let call = form.search.waited(number).map(|mut call| {
                call.kind = Some(ContactKind::Organisation);
                AddEffect::Search(number, call)
            });
            return Step::Go(call, None);
        }
        AddEvent::OrganisationsAnswered(number, answer) => {
            let trouble = answer.as_ref().err().cloned();
            form.search.answered(number, answer);
            return Step::Go(None, trouble);
        }
        AddEvent::OrganisationLinked(organisation) => {
            form.organisation = Some(organisation);
            form.search.clear();
            form.touched = true;
            form.faults.retain(|(field, _)| *field != api::ContactField::Organisation);
        }
        AddEvent::OrganisationUnlinked => {
            form.organisation = None;
            form.touched = true;
        }
        _ => {}
    }
    STAY
}

fn compare_event(
    comparison: &mut Comparison,
    event: AddEvent,
    kinds: &[String],
) -> (Option<AddEffect>, Option<Trouble>) {
    match event {
        AddEvent::BodyRead(_, answer) if comparison.signature.is_none() => {
            comparison.unread = answer.is_err();
            comparison.read(&answer.unwrap_or_default());
            comparison.compare(kinds);
        }
        AddEvent::CardAnswered(Ok(card)) => {
            comparison.card = Some(card);
            if !matches!(comparison.phase, ComparePhase::Sending | ComparePhase::Done(_)) {
                comparison.compare(kinds);
            }
        }
        AddEvent::CardAnswered(Err(trouble)) => {
            if !trouble.is_signed_out() {
                comparison.phase = ComparePhase::Failed(trouble.clone());
            }
            return (None, Some(trouble));
        }
        AddEvent::CardAgainAsked => {
            comparison.phase = ComparePhase::Reading;
            return (Some(AddEffect::FetchCard(comparison.contact.id.clone())), None);
        }
        AddEvent::DifferenceToggled(place) if comparison.phase == ComparePhase::Looking => {
            if let Some(difference) = comparison.differences.get_mut(place) {
                difference.ticked = !difference.ticked;
                difference.fault = None;
            }
        }
        AddEvent::ChangeAsked | AddEvent::RetryAsked
            if matches!(comparison.phase, ComparePhase::Looking | ComparePhase::Unsure(_)) =>
        {
            let update = comparison.update();
            if update.is_some() {
                comparison.phase = ComparePhase::Sending;
                comparison.trouble = None;
            }
            return (update.map(|update| AddEffect::Change(Box::new(update))), None);
        }
        AddEvent::Changed(answer) if comparison.phase == ComparePhase::Sending => return changed(comparison, answer),
        _ => {}
    }
    (None, None)
}

fn changed(
    comparison: &mut Comparison,
    answer: Result<Box<api::Card>, Trouble>,
) -> (Option<AddEffect>, Option<Trouble>) {
    match answer {
        Ok(card) => {
            let count = comparison.differences.iter().filter(|difference| difference.ticked).count();
            comparison.phase = ComparePhase::Done(count);
            comparison.card = Some(card);
            (None, None)
        }
        Err(trouble) if trouble.is_signed_out() => (None, Some(trouble)),
        Err(trouble) if trouble.refuses() || trouble.is_code(api::ProblemCode::Conflict) => {
            let anew = comparison.refused(&trouble);
            let told = comparison.differences.iter().any(|difference| difference.fault.is_some());
            comparison.phase = ComparePhase::Looking;
            comparison.trouble = Some(trouble.clone()).filter(|_| !told);
            (anew.then(|| AddEffect::FetchCard(comparison.contact.id.clone())), Some(trouble))
        }
        Err(trouble) => {
            comparison.phase = ComparePhase::Unsure(trouble.clone());
            (None, Some(trouble))
        }
    }
}
