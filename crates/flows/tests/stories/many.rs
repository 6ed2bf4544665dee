//! Many messages at once: the plan, the run, the results.

use crate::saved::open;
use crate::world::{
    address, at_the_door, contact, file, found, id, me, message, problem, signed_in, signed_out, targets,
};
use api::{
    AttachmentName, AttachmentOutcome, AttachmentReport, ContactId, Duplicates, EmailAddress, LedgerEntry, LedgerState,
    Matches, ProblemCode, Record, RecordId, RecordOutcome, SaveId, SaveReport, SavedMessage, SavedMessages, SavedTo,
    Unfinished,
};
use flows::{
    App, Asking, Body, ChosenMail, Effect, Event, Group, MailJob, MailStep, ManyEffect, ManyEvent, Message, MessageKey,
    Plan, ReadMail, Role, Run, SaveKind, SavedEffect, SavedEvent, Selected, Selection, Summary, Trouble, Whole,
};
use std::collections::{BTreeMap, BTreeSet};

/// An Outlook, a ledger and an iMIS that answer what the pane asks for, and what they saw of it.
struct World {
    app: App,
    messages: BTreeMap<String, Message>,
    /// Whom iMIS knows.
    members: BTreeSet<EmailAddress>,
    /// Whose saves the ledger knows, by Message-ID.
    ledger: BTreeMap<String, &'static str>,
    /// Saves of one's own that are in iMIS in part, by Message-ID.
    left: BTreeMap<String, LedgerEntry>,
    /// Messages that Outlook does not give.
    unreadable: BTreeSet<String>,
    /// Messages that iMIS refuses, by subject.
    refused: BTreeSet<String>,
    /// A contact to whom iMIS writes nothing.
    refused_to: Option<&'static str>,
    session_ended: bool,
    waiting: Vec<Effect>,
    asked: Vec<EmailAddress>,
    looked_up: usize,
    /// For each save that was written: its id, and whether it was said to be wanted again.
    written: Vec<(SaveId, String, bool)>,
    held: BTreeSet<(SaveId, usize)>,
    most_held: usize,
}

fn item(number: usize) -> String {
    format!("item-{number:03}")
}

fn ids(count: usize) -> Vec<SaveId> {
    (1..=count).map(|number| id(&format!("s{number:03}"))).collect()
}

impl World {
    /// Somebody at the pane, and so many messages of which all senders are members.
    fn of(count: usize) -> Self {
        Self::with(signed_in(), count)
    }

    fn with(app: App, count: usize) -> Self {
        let numbers = 1..=count;
        let messages = numbers.map(|number| {
            let from = format!("member{number:03}@example.org");
            let mut message = message(0, &[(Role::From, &from), (Role::To, "staff@association.example")]);
            message.key = MessageKey { item_id: item(number), opening: 0 };
            message.subject = format!("Question {number:03}");
            message.message_id = format!("<{number:03}@example.org>");
            message.attachments = vec![file("form.pdf", 1000)];
            (item(number), message)
        });
        let messages: BTreeMap<_, _> = messages.collect();
        let members = messages.values().filter_map(Message::from).collect();
        Self {
            app,
            messages,
            members,
            ledger: BTreeMap::new(),
            left: BTreeMap::new(),
            unreadable: BTreeSet::new(),
            refused: BTreeSet::new(),
            refused_to: None,
            session_ended: false,
            waiting: vec![],
            asked: vec![],
            looked_up: 0,
            written: vec![],
            held: BTreeSet::new(),
            most_held: 0,
        }
    }

    fn chosen(&self) -> Vec<ChosenMail> {
        let chosen = self.messages.iter().map(|(item_id, message)| ChosenMail {
            item_id: item_id.clone(),
            subject: message.subject.clone(),
            message_id: message.message_id.clone(),
            conversation: String::new(),
            is_draft: false,
        });
        chosen.collect()
    }

    fn select(&mut self, items: Vec<ChosenMail>) {
        self.tell(ManyEvent::Selected(Ok(Selected { items, readable: true })));
    }

    fn select_all(&mut self) {
        self.select(self.chosen());
    }

    fn tell(&mut self, event: ManyEvent) {
        self.send(Event::Many(event));
    }

    fn send(&mut self, event: Event) {
        for effect in self.app.update(event) {
            match effect {
                // At once, as the pane does it.
                Effect::DropContent { save, index } => drop(self.held.remove(&(save, index))),
                other => self.waiting.push(other),
            }
        }
        let outlook = self.waiting.iter().filter(|effect| is_for_outlook(effect)).count();
        assert!(outlook <= 1, "Outlook is asked for one message at a time");
    }

    /// Answers everything; what Outlook is asked for comes first, so that as much as ever may be is at iMIS at once.
    fn settle(&mut self) {
        while !self.waiting.is_empty() {
            let next = self.waiting.iter().position(is_for_outlook).unwrap_or_default();
            self.answer(next);
        }
    }

    /// Answers until so many were written.
    fn until_written(&mut self, count: usize) {
        while self.written.len() < count {
            self.answer(0);
        }
    }

    fn answer(&mut self, place: usize) {
        let effect = self.waiting.remove(place);
        if let Some(event) = self.carry_out(effect) {
            self.send(event);
        }
        let messages: BTreeSet<_> = self.held.iter().map(|(save, _)| save).collect();
        self.most_held = self.most_held.max(messages.len());
    }

    fn carry_out(&mut self, effect: Effect) -> Option<Event> {
        Some(match effect {
            Effect::Many(ManyEffect::Read(plan, item_id)) => {
                let answer = self.read(&item_id).map(|message| ReadMail { message, headers: None });
                Event::Many(ManyEvent::Read(plan, item_id, answer))
            }
            Effect::Many(ManyEffect::Match(plan, asked)) => {
                self.asked.extend(asked.clone());
                let member = |one: &EmailAddress| {
                    let known = self.members.contains(one);
                    known.then(|| found(one.as_str(), one.as_str(), "A member"))
                };
                let answer = Matches { found: asked.iter().filter_map(member).collect(), ..Matches::default() };
                Event::Many(ManyEvent::Matched(plan, asked, Ok(answer)))
            }
            Effect::Many(ManyEffect::LookUp(plan, items, facts)) => {
                self.looked_up += 1;
                let messages = facts.iter().map(|facts| self.known(&facts.message_id)).collect();
                let answer = SavedMessages { messages, version: 1 };
                Event::Many(ManyEvent::Looked(plan, items, Ok(answer)))
            }
            Effect::Many(ManyEffect::ReadWhole(save, item_id, wanted)) => {
                let body = self.read(&item_id).map(|_| Body { html: "<p>Hello</p>".to_owned(), text: String::new() });
                let sizes = wanted.iter().map(|(place, attachment)| (*place, Ok(attachment.size_bytes)));
                self.held.extend(wanted.iter().map(|(place, _)| (save.clone(), *place)));
                Event::Many(ManyEvent::Whole(save, Whole { body, attachments: sizes.collect() }))
            }
            Effect::Many(ManyEffect::Mark(save, _)) => Event::Marked(save, Ok(())),
            Effect::Save(_) if self.session_ended => return None,
            Effect::Save(message) => {
                self.written.push((message.save.clone(), message.message.subject.clone(), message.again));
                let outcome = |contact: &ContactId| {
                    if self.refused.contains(&message.message.subject) || self.refused_to == Some(&*contact.0) {
                        return RecordOutcome::Failed { problem: api::Problem::new(ProblemCode::ImisRefused) };
                    }
                    RecordOutcome::Saved { record: RecordId(format!("CommunicationLog:{}", contact.0)) }
                };
                let record = |contact: &ContactId| Record { contact: contact.clone(), outcome: outcome(contact) };
                let records = message.contacts.iter().map(|target| record(&target.id)).collect();
                let attachments = vec![None; message.attachments.len()];
                Event::Written(
                    message.save.clone(),
                    Ok(SaveReport { save: message.save.clone(), records, attachments }),
                )
            }
            Effect::Upload { save, index, .. } => {
                let records = vec![(RecordId("CommunicationLog:1".to_owned()), AttachmentOutcome::Saved)];
                Event::Uploaded(save, index, Ok(AttachmentReport { index, records }))
            }
            _ => return None,
        })
    }

    fn read(&self, item_id: &str) -> Result<Message, Trouble> {
        if self.unreadable.contains(item_id) { Err(Trouble::OutlookSilent) } else { Ok(self.messages[item_id].clone()) }
    }

    fn known(&self, message_id: &str) -> SavedMessage {
        let entry = self.ledger.get(message_id).map(|by| LedgerEntry {
            id: None,
            by: (*by).to_owned(),
            mine: false,
            at_ms: 0,
            saved_as: "Interaction".to_owned(),
            to: vec![],
            attachments: 0,
            state: LedgerState::Saved,
            may_remove: false,
            removed: None,
            unfinished: None,
        });
        let left = self.left.get(message_id).cloned();
        SavedMessage { saves: entry.into_iter().chain(left).collect(), ..SavedMessage::default() }
    }

    fn plan(&self) -> &Plan {
        self.app.many.plan.as_ref().expect("it is planned")
    }

    fn run(&self) -> &Run {
        self.app.many.run.as_ref().expect("it runs")
    }

    fn job(&self, save: &str) -> &MailJob {
        self.run().jobs.iter().find(|job| job.save.id == id(save)).expect("it is in the run")
    }

    fn groups(&self) -> Vec<(Group, usize)> {
        let count = |group| (group, self.plan().count_of(group));
        Group::ALL.into_iter().map(count).filter(|(_, count)| *count > 0).collect()
    }

    /// Opens one of the messages by itself; its sender is known, and the ledger is asked.
    fn open(&mut self, number: usize) {
        let message = self.messages[&item(number)].clone();
        let (key, sender) = (message.key.clone(), message.from().expect("it has a sender"));
        let messages = vec![self.known(&message.message_id)];
        let effects = open(&mut self.app, message);
        let asked = effects.iter().find_map(|effect| match effect {
            Effect::Saved(SavedEffect::LookUp(number, _)) => Some(*number),
            _ => None,
        });
        let answer = Ok(SavedMessages { messages, version: 1 });
        self.app.update(Event::Saved(SavedEvent::LookedUp(asked.expect("it is asked for"), answer)));
        let found = vec![found(sender.as_str(), sender.as_str(), "A member")];
        self.app.update(Event::Matched(key, vec![sender], Ok(Matches { found, ..Matches::default() })));
    }

    /// Saves all that is ticked.
    fn begin(&mut self) {
        let count = self.plan().count(&targets());
        self.tell(ManyEvent::RunAsked(ids(count)));
    }
}

/// A save of one's own with the file, begun for these contacts, that is in iMIS in part.
fn left_in_part(save: &str, contacts: &[&str]) -> LedgerEntry {
    let to = |contact: &&str| SavedTo { contact: ContactId((*contact).to_owned()), name: String::new(), record: None };
    LedgerEntry {
        id: None,
        by: "ada".to_owned(),
        mine: true,
        at_ms: 0,
        saved_as: "Interaction".to_owned(),
        to: contacts.iter().map(to).collect(),
        attachments: 1,
        state: LedgerState::Partly,
        may_remove: true,
        removed: None,
        unfinished: Some(Unfinished {
            save: id(save),
            activity: None,
            table: None,
            interaction: None,
            attachments: vec![AttachmentName::new("form.pdf")],
        }),
    }
}

fn is_for_outlook(effect: &Effect) -> bool {
    use ManyEffect::{Mark, Read, ReadWhole};
    matches!(effect, Effect::Many(Read(..) | ReadWhole(..) | Mark(..)))
}

#[test]
fn a_hundred_messages_are_read_one_at_a_time_and_their_people_and_saves_asked_for_in_one_call_each() {
    let mut world = World::of(100);
    for message in world.messages.values_mut() {
        message.correspondents.push(flows::Correspondent {
            name: String::new(),
            address: "member001@example.org".to_owned(),
            role: Role::Cc,
        });
    }
    world.select_all();
    assert_eq!(world.waiting.len(), 1);
    world.settle();
    assert!(world.plan().is_settled());
    assert_eq!(world.groups(), [(Group::New, 100)]);
    assert_eq!(world.looked_up, 1);
    assert_eq!(world.asked.len(), 100, "every address once");
    assert_eq!(world.plan().count(&targets()), 100);
}

#[test]
fn the_plan_tells_new_saved_nobody_and_unreadable_messages_apart() {
    let mut world = World::of(6);
    world.ledger.insert("<002@example.org>".to_owned(), "Maria");
    world.members.remove(&address("member003@example.org"));
    world.unreadable.insert(item(4));
    let mut chosen = world.chosen();
    chosen[4].is_draft = true;
    world.select(chosen);
    world.settle();
    let plan = world.plan();
    let groups: Vec<_> = plan.rows.iter().map(flows::PlanRow::group).collect();
    assert_eq!(groups, [Group::New, Group::Saved, Group::Nobody, Group::NotRead, Group::NotRead, Group::New]);
    assert_eq!(plan.rows[1].saves[0].by, "Maria");
    assert_eq!(plan.count(&targets()), 2, "what was saved already is left out");

    world.unreadable.clear();
    world.tell(ManyEvent::AgainAsked);
    world.settle();
    assert_eq!(world.plan().rows[3].group(), Group::New);
}

#[test]
fn what_was_saved_already_is_saved_again_only_where_somebody_wants_it_and_the_site_allows_it() {
    let mut world = World::of(2);
    world.ledger.insert("<001@example.org>".to_owned(), "Maria");
    world.select_all();
    world.settle();
    world.tell(ManyEvent::Ticked(item(1), true));
    let refusing = api::SaveTargets { duplicates: Duplicates::Refused, ..targets() };
    assert_eq!((world.plan().count(&targets()), world.plan().count(&refusing)), (2, 1));
    world.begin();
    world.settle();
    let again: Vec<_> = world.written.iter().map(|(_, subject, again)| (subject.as_str(), *again)).collect();
    assert_eq!(again, [("Question 001", true), ("Question 002", false)]);
}

#[test]
fn all_are_saved_as_one_kind_but_for_those_that_say_otherwise() {
    let mut world = World::of(3);
    world.select_all();
    world.settle();
    world.tell(ManyEvent::KindChosen(None, Some(SaveKind::Activity)));
    world.tell(ManyEvent::KindChosen(Some(item(2)), Some(SaveKind::Interaction)));
    world.tell(ManyEvent::TypeChosen(None, api::ActivityTypeId("CALL".to_owned())));
    world.begin();
    let call = || api::SaveAs::Activity { activity_type: api::ActivityTypeId("CALL".to_owned()) };
    let kinds: Vec<_> = world.run().jobs.iter().map(|job| job.save.save_as.clone()).collect();
    assert_eq!(kinds, [call(), api::SaveAs::Interaction, call()]);
}

#[test]
fn a_contact_is_left_out_of_one_message_and_chosen_for_all() {
    let mut world = World::of(2);
    for message in world.messages.values_mut() {
        message.correspondents[1].address = "office@example.org".to_owned();
    }
    world.select_all();
    while world.waiting.iter().any(|effect| !matches!(effect, Effect::Many(ManyEffect::Match(..)))) {
        world.answer(0);
    }
    let Some(Effect::Many(ManyEffect::Match(plan, asked))) = world.waiting.pop() else {
        panic!("people are asked for")
    };
    let two = vec![found("office@example.org", "7", "Ruth"), found("office@example.org", "8", "Tom")];
    world.tell(ManyEvent::Matched(plan, asked, Ok(Matches { found: two, ..Matches::default() })));
    assert_eq!(world.groups(), [(Group::Nobody, 2)], "whom the address means is not settled");
    assert_eq!(Plan::choices(&world.plan().rows[0])[0].1, [&contact("7", "Ruth"), &contact("8", "Tom")]);
    world.tell(ManyEvent::ContactChosen(address("office@example.org"), ContactId("8".to_owned())));
    assert_eq!(world.groups(), [(Group::New, 2)]);
    world.tell(ManyEvent::ContactLeftOut(item(1), address("office@example.org"), true));
    assert_eq!(world.groups(), [(Group::Nobody, 1), (Group::New, 1)]);
}

#[test]
fn a_run_reads_one_message_at_a_time_and_never_holds_more_than_a_few() {
    let mut world = World::of(100);
    world.select_all();
    world.settle();
    world.begin();
    world.settle();
    let run = world.run();
    assert_eq!((run.count_of(Summary::All), run.is_running()), (100, false));
    assert_eq!(world.written.len(), 100);
    let different: BTreeSet<_> = world.written.iter().map(|(save, ..)| save).collect();
    assert_eq!(different.len(), 100);
    assert!((3..=4).contains(&world.most_held), "{} messages were held at once", world.most_held);
    assert!(world.held.is_empty());
    assert!(run.jobs.iter().all(|job| job.save.mark == flows::Mark::Set), "each carries the category");
}

#[test]
fn what_failed_is_tried_again_under_the_same_id_and_nothing_else_is() {
    let mut world = World::of(4);
    world.select_all();
    world.settle();
    world.refused.insert("Question 002".to_owned());
    world.unreadable.insert(item(3));
    world.begin();
    world.settle();
    assert_eq!(world.job("s002").outcome(), Some(Summary::Nothing));
    assert_eq!(world.job("s003").outcome(), Some(Summary::Nothing));
    world.refused.clear();
    world.tell(ManyEvent::RetryAsked(id("s002")));
    world.settle();
    assert_eq!(world.job("s002").outcome(), Some(Summary::All));
    assert_eq!(world.job("s003").outcome(), Some(Summary::Nothing));
    world.unreadable.clear();
    world.tell(ManyEvent::RetryAllAsked);
    world.settle();
    assert_eq!(world.run().count_of(Summary::All), 4);
    let mut saves: Vec<_> = world.written.iter().map(|(save, ..)| save.0.as_str()).collect();
    saves.sort_unstable();
    assert_eq!(saves, ["s001", "s002", "s002", "s003", "s004"]);
    assert!(world.held.is_empty());
}

#[test]
fn stopping_begins_nothing_more_and_what_is_under_way_ends() {
    let mut world = World::of(20);
    world.select_all();
    world.settle();
    world.begin();
    world.until_written(5);
    world.tell(ManyEvent::StopAsked);
    world.settle();
    let run = world.run();
    assert!(!run.is_running());
    let (saved, stopped) = (run.count_of(Summary::All), run.count_stopped());
    assert_eq!(saved + stopped, 20);
    assert!((5..=9).contains(&saved), "{saved} were saved");
    world.tell(ManyEvent::RetryAllAsked);
    world.settle();
    assert_eq!((world.run().count_of(Summary::All), world.written.len()), (20, 20));
}

#[test]
fn a_run_waits_for_a_sign_in_and_goes_on_where_it_was() {
    let mut world = World::of(10);
    world.select_all();
    world.settle();
    world.begin();
    world.until_written(2);
    world.session_ended = true;
    let under_way = world.run().jobs.iter().find(|job| job.step == MailStep::Imis && job.outcome().is_none());
    let under_way = under_way.expect("something is at iMIS").save.id.clone();
    world.send(Event::Written(under_way, Err(signed_out())));
    world.settle();
    assert!(world.run().is_paused() || world.run().is_running());
    let written = world.written.len();
    world.session_ended = false;
    world.send(Event::SignInAnswered(Ok(me("ada"))));
    world.send(Event::TargetsAnswered(Ok(targets())));
    // What the ended session had under way is answered at last.
    let lost: Vec<_> =
        world.run().jobs.iter().filter(|job| job.step == MailStep::Imis).map(|job| job.save.id.clone()).collect();
    for save in lost {
        world.send(Event::Written(save, Err(Trouble::NoAnswer)));
    }
    world.settle();
    world.tell(ManyEvent::RetryAllAsked);
    world.settle();
    assert_eq!(world.run().count_of(Summary::All), 10);
    assert!(world.written.len() > written);
    let different: BTreeSet<_> = world.written.iter().map(|(save, ..)| save).collect();
    assert_eq!(different.len(), 10, "each under its own id");
}

#[test]
fn another_selection_disturbs_no_run_and_is_planned_when_its_results_are_dismissed() {
    let mut world = World::of(8);
    let all = world.chosen();
    world.select(all[..5].to_vec());
    world.settle();
    world.begin();
    world.until_written(1);
    world.select(all[5..].to_vec());
    world.tell(ManyEvent::Dismissed);
    assert_eq!(world.run().jobs.len(), 5, "what runs is not dismissed");
    world.settle();
    assert_eq!(world.run().count_of(Summary::All), 5);
    assert_eq!(world.app.many.plan, None);
    world.tell(ManyEvent::Dismissed);
    world.settle();
    assert_eq!(world.app.many.run, None);
    assert_eq!(world.groups(), [(Group::New, 3)]);
}

#[test]
fn what_is_known_of_a_message_is_kept_when_others_are_selected_besides() {
    let mut world = World::of(5);
    let all = world.chosen();
    world.select(all[..4].to_vec());
    world.settle();
    let asked = world.asked.len();
    world.select_all();
    let reads: Vec<_> = world.waiting.iter().filter(|effect| is_for_outlook(effect)).cloned().collect();
    assert!(matches!(reads.as_slice(), [Effect::Many(ManyEffect::Read(_, item_id))] if *item_id == item(5)));
    world.settle();
    assert_eq!(world.asked.len(), asked + 1);
    assert_eq!(world.groups(), [(Group::New, 5)]);
}

#[test]
fn an_answer_for_an_earlier_selection_is_dropped() {
    let mut world = World::of(4);
    let all = world.chosen();
    world.select(all[..2].to_vec());
    let late = world.waiting.pop().expect("a message is read");
    world.select(all[2..].to_vec());
    let event = world.carry_out(late).expect("Outlook answers");
    world.send(event);
    assert!(world.plan().rows.iter().all(|row| row.mail().is_none()));
    world.settle();
    assert_eq!(world.groups(), [(Group::New, 2)]);
}

#[test]
fn an_outlook_that_reads_only_the_open_message_can_still_say_what_was_saved() {
    let mut world = World::of(3);
    world.ledger.insert("<003@example.org>".to_owned(), "Maria");
    let items = world.chosen();
    world.tell(ManyEvent::Selected(Ok(Selected { items, readable: false })));
    world.settle();
    assert!(world.plan().cannot_read());
    assert!(world.plan().is_settled());
    assert_eq!(world.groups(), [(Group::NotRead, 2), (Group::Saved, 1)]);
    assert_eq!(world.plan().count(&targets()), 0);
}

#[test]
fn one_selected_message_is_no_plan_and_an_outlook_that_does_not_say_is_asked_again() {
    let mut world = World::of(1);
    world.select_all();
    assert_eq!((&world.app.many.selection, &world.app.many.plan), (&Selection::One, &None));
    assert!(!world.app.many.stands(false));
    world.tell(ManyEvent::Selected(Err(Trouble::OutlookSilent)));
    assert!(world.app.many.stands(false));
    assert!(!world.app.many.stands(true), "the open message is shown all the same");
    world.tell(ManyEvent::SelectionAsked);
    assert_eq!(world.waiting, [Effect::Many(ManyEffect::AskSelection)]);
}

#[test]
fn what_is_selected_before_the_sign_in_is_planned_after_it() {
    let mut world = World::with(at_the_door(), 3);
    world.select_all();
    assert!(world.waiting.is_empty());
    world.send(Event::SignInAnswered(Ok(me("ada"))));
    world.send(Event::TargetsAnswered(Ok(targets())));
    world.settle();
    assert_eq!(world.groups(), [(Group::New, 3)]);
}

#[test]
fn nothing_of_one_persons_plan_or_run_is_left_for_the_next() {
    let mut world = World::of(6);
    world.select_all();
    world.settle();
    world.begin();
    world.until_written(1);
    world.send(Event::SignOutAsked);
    assert_eq!((&world.app.many.run, &world.app.many.plan), (&None, &None));
    assert!(world.held.is_empty(), "what was held is let go");
}

#[test]
fn what_the_plan_could_not_ask_is_asked_again() {
    let mut world = World::of(2);
    world.select_all();
    while world.waiting.iter().any(is_for_outlook) {
        world.answer(0);
    }
    for effect in std::mem::take(&mut world.waiting) {
        let busy = problem(ProblemCode::Busy);
        match effect {
            Effect::Many(ManyEffect::Match(plan, asked)) => world.tell(ManyEvent::Matched(plan, asked, Err(busy))),
            Effect::Many(ManyEffect::LookUp(plan, items, _)) => world.tell(ManyEvent::Looked(plan, items, Err(busy))),
            other => panic!("{other:?}"),
        }
    }
    assert!(matches!((&world.plan().matching, &world.plan().ledger), (Asking::Failed(_), Asking::Failed(_))));
    assert_eq!(world.plan().count(&targets()), 0);
    world.tell(ManyEvent::AgainAsked);
    world.settle();
    assert_eq!(world.groups(), [(Group::New, 2)]);
    assert_eq!(world.plan().ledger, Asking::Done);
}

/// Two messages that go to one contact more than their senders, to whom nothing could be written.
fn with_a_late_contact() -> World {
    let mut world = World::of(2);
    let late = || "late@example.org".to_owned();
    world.members.insert(address("late@example.org"));
    for message in world.messages.values_mut() {
        message.correspondents.push(flows::Correspondent { name: String::new(), address: late(), role: Role::Cc });
    }
    world.refused_to = Some("late@example.org");
    world.select_all();
    world.settle();
    world.begin();
    world.settle();
    assert_eq!(world.run().count_of(Summary::Partly), 2);
    assert!(world.held.is_empty());
    world.refused_to = None;
    world
}

#[test]
fn a_record_that_comes_late_gets_the_files_that_the_others_have() {
    let mut world = with_a_late_contact();
    world.tell(ManyEvent::RetryAllAsked);
    world.settle();
    assert_eq!((world.run().count_of(Summary::All), world.run().is_running()), (2, false));
    assert!(world.held.is_empty());
}

#[test]
fn what_waits_for_its_files_when_the_person_stops_is_saved_in_part_and_not_unbegun() {
    let mut world = with_a_late_contact();
    world.tell(ManyEvent::RetryAllAsked);
    world.answer(0);
    let written = world.waiting.iter().position(|effect| matches!(effect, Effect::Save(_)));
    world.answer(written.expect("the first is read and written"));
    assert_eq!(world.job("s001").step, MailStep::Waiting, "Outlook is at the second");
    world.tell(ManyEvent::StopAsked);
    assert_eq!(world.job("s001").outcome(), Some(Summary::Partly));
    world.settle();
    world.tell(ManyEvent::RetryAllAsked);
    world.settle();
    assert_eq!((world.run().count_of(Summary::All), world.run().is_running()), (2, false));
    assert!(world.held.is_empty());
}

#[test]
fn a_message_and_its_copy_go_on_with_one_save_and_not_with_two() {
    let mut world = World::of(2);
    for message in world.messages.values() {
        let left = left_in_part("begun", &["member001@example.org"]);
        world.left.insert(message.message_id.clone(), left);
    }
    world.select_all();
    world.settle();
    world.tell(ManyEvent::GroupTicked(Group::Saved, true));
    assert_eq!(world.plan().count(&targets()), 1);
    world.begin();
    world.settle();
    let run = world.run();
    assert_eq!((run.jobs.len(), run.count_of(Summary::All), run.is_running()), (1, 1, false));
}

#[test]
fn a_save_that_the_run_goes_on_with_goes_on_nowhere_else() {
    let mut world = World::of(2);
    world.open(1);
    world.app.update(Event::SaveAsked(id("begun")));
    world.app.update(Event::BodyRead(id("begun"), Err(Trouble::OutlookSilent)));
    world.app.update(Event::MessageClosed);
    assert_eq!(world.app.saves.len(), 1);
    world.left.insert("<001@example.org>".to_owned(), left_in_part("begun", &["member001@example.org"]));
    world.select_all();
    world.settle();
    world.tell(ManyEvent::Ticked(item(1), true));
    world.begin();
    assert!(world.app.saves.is_empty());
    world.send(Event::RetryAsked(id("begun")));
    world.settle();
    assert_eq!((world.run().count_of(Summary::All), world.run().is_running()), (2, false));
}

#[test]
fn a_message_that_the_run_is_at_is_not_saved_beside_it() {
    let mut world = World::of(2);
    world.select_all();
    world.settle();
    world.begin();
    world.left.insert("<001@example.org>".to_owned(), left_in_part("s001", &["member001@example.org"]));
    world.open(1);
    assert!(world.app.is_saved_with_others());
    world.app.update(Event::SaveAsked(id("new")));
    assert!(world.app.saves.is_empty());
    world.settle();
    assert_eq!((world.run().count_of(Summary::All), world.run().is_running()), (2, false));
    assert!(!world.app.is_saved_with_others());
}

#[test]
fn what_the_run_left_in_part_is_gone_on_with_where_the_message_is_open_and_not_in_the_run() {
    let mut world = World::of(2);
    world.refused.insert("Question 001".to_owned());
    world.select_all();
    world.settle();
    world.begin();
    world.settle();
    world.left.insert("<001@example.org>".to_owned(), left_in_part("s001", &["member001@example.org"]));
    world.open(1);
    world.app.update(Event::SaveAsked(id("new")));
    assert_eq!(world.app.saves.iter().map(|save| save.id.clone()).collect::<Vec<_>>(), [id("s001")]);
    let left: Vec<_> = world.run().jobs.iter().map(|job| job.save.id.clone()).collect();
    assert_eq!(left, [id("s002")]);
    world.tell(ManyEvent::RetryAllAsked);
    assert!(!world.run().is_running());
}

#[test]
fn what_the_person_left_in_part_is_gone_on_with_as_it_was_begun_also_where_nothing_is_saved_twice() {
    let mut world = World::of(2);
    let refusing = api::SaveTargets { duplicates: Duplicates::Refused, ..targets() };
    world.app.update(Event::TargetsAnswered(Ok(refusing.clone())));
    let left = left_in_part("begun", &["member001@example.org", "250"]);
    world.left.insert("<001@example.org>".to_owned(), left);
    world.ledger.insert("<002@example.org>".to_owned(), "Maria");
    world.select_all();
    world.settle();
    let may: Vec<_> = world.plan().rows.iter().map(|row| row.may_be_saved(&refusing)).collect();
    assert_eq!(may, [true, false]);
    world.tell(ManyEvent::ContactLeftOut(item(1), address("member001@example.org"), true));
    world.tell(ManyEvent::KindChosen(None, Some(SaveKind::Activity)));
    world.tell(ManyEvent::GroupTicked(Group::Saved, true));
    let rest = world.plan().rows[0].rest(&refusing).expect("it is gone on with");
    assert_eq!((rest.contacts.len(), rest.draft.kind), (2, SaveKind::Interaction));
    assert_eq!(world.plan().count(&refusing), 1);
    world.tell(ManyEvent::RunAsked(ids(1)));
    let save = &world.job("begun").save;
    assert_eq!((save.records.len(), save.save_as.clone()), (2, api::SaveAs::Interaction));
    world.settle();
    assert_eq!(world.run().count_of(Summary::All), 1);
}
