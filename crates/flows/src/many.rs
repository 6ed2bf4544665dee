//! Saving many messages at once: those that are selected in Outlook's list.
//!
//! First a plan, read one message at a time as Outlook wants it, with the people of all of them looked up together;
//! then a run that saves what is ticked, each message by a save of its own. What is selected meanwhile changes
//! neither the run nor its results, which stand until they are dismissed.

mod plan;
mod run;

pub use plan::{Asking, Group, Plan, PlanRow, Reading as RowReading};
pub use run::{MailJob, MailStep, Run, Whole};

use crate::{
    App, Attachment, Effect, Event, Headers, Message, Save, SaveKind, SavePhase, Session, Sheet, Targets, Trouble,
};
use api::{ActivityTypeId, ContactId, EmailAddress, Matches, MessageFacts, SaveId, SavedMessages};
use std::fmt;

/// One of several selected messages, as Outlook tells of it unread.
#[derive(Clone, PartialEq, Eq)]
pub struct ChosenMail {
    /// Outlook's id of the message.
    pub item_id: String,
    /// Subject, may be empty.
    pub subject: String,
    /// Internet Message-ID, empty where Outlook does not tell it.
    pub message_id: String,
    /// Outlook's id of the conversation, empty where it does not tell it.
    pub conversation: String,
    /// Whether it is being written still.
    pub is_draft: bool,
}

impl fmt::Debug for ChosenMail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChosenMail").finish_non_exhaustive()
    }
}

/// What Outlook says of its selection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selected {
    /// The messages.
    pub items: Vec<ChosenMail>,
    /// Whether Outlook can read those that are not open (Mailbox 1.15).
    pub readable: bool,
}

/// A selected message as Outlook gave it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadMail {
    /// The message.
    pub message: Message,
    /// What its headers tell, with the person's offset from UTC at that time in minutes; none where it has none.
    pub headers: Option<(Headers, i32)>,
}

/// How many messages are selected.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Selection {
    /// One, none, or an Outlook that hands over no more.
    #[default]
    One,
    /// These.
    Several(Selected),
    /// Outlook does not say.
    Failed(Trouble),
}

/// Many messages at once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Many {
    /// What is selected.
    pub selection: Selection,
    /// The plan for it.
    pub plan: Option<Plan>,
    /// What is being saved, or what came of it, until dismissed.
    pub run: Option<Run>,
    last: u32,
}

/// What happens with many messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ManyEvent {
    /// Outlook said what is selected.
    Selected(Result<Selected, Trouble>),
    /// Outlook is to be asked again.
    SelectionAsked,
    /// Outlook gave a message of this plan.
    Read(u32, String, Result<ReadMail, Trouble>),
    /// iMIS answered who has these addresses.
    Matched(u32, Vec<EmailAddress>, Result<Matches, Trouble>),
    /// The ledger answered about these messages.
    Looked(u32, Vec<String>, Result<SavedMessages, Trouble>),
    /// What could not be read or asked is to be tried again.
    AgainAsked,
    /// A message is to be saved, or not.
    Ticked(String, bool),
    /// The same of all messages of a group.
    GroupTicked(Group, bool),
    /// As what all are saved, or, with its id, one of them; `None` for that one means as all the others.
    KindChosen(Option<String>, Option<SaveKind>),
    /// Likewise the activity type.
    TypeChosen(Option<String>, ActivityTypeId),
    /// A contact is left out of a message's save, or put back.
    ContactLeftOut(String, EmailAddress, bool),
    /// It was settled whom an address means, for all the messages of the plan.
    ContactChosen(EmailAddress, ContactId),
    /// Save what is ticked, under these new ids.
    RunAsked(Vec<SaveId>),
    /// Outlook gave all that a save needs, and the sizes of the attachments now held.
    Whole(SaveId, Whole),
    /// Begin no further save.
    StopAsked,
    /// Try one again.
    RetryAsked(SaveId),
    /// Try all again that are not saved whole, those never begun included.
    RetryAllAsked,
    /// The results have been read.
    Dismissed,
}

/// What is to be done for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ManyEffect {
    /// Ask Outlook what is selected → [`ManyEvent::Selected`].
    AskSelection,
    /// Read a message, for this plan → [`ManyEvent::Read`].
    Read(u32, String),
    /// Look addresses up → [`ManyEvent::Matched`].
    Match(u32, Vec<EmailAddress>),
    /// Ask who saved these messages → [`ManyEvent::Looked`].
    LookUp(u32, Vec<String>, Vec<MessageFacts>),
    /// Read a message's body and hold these attachments, each with its place in the save → [`ManyEvent::Whole`].
    ReadWhole(SaveId, String, Vec<(usize, Attachment)>),
    /// Set the category on a message → [`Event::Marked`].
    Mark(SaveId, String),
}

impl ManyEffect {
    /// Whether it is done in the session's name.
    pub const fn is_in_session(&self) -> bool {
        matches!(self, Self::Match(..) | Self::LookUp(..))
    }
}

impl Many {
    /// Most messages that Outlook hands over at once (`office-js.md §3`).
    pub const MOST: usize = 100;

    /// Whether the plan, the run or its results stand where a message would.
    pub fn stands(&self, message_is_open: bool) -> bool {
        match &self.selection {
            Selection::Several(_) => true,
            Selection::One => self.run.is_some() && !message_is_open,
            Selection::Failed(_) => !message_is_open,
        }
    }

    /// What one person planned and saved is not the next one's; what is selected stays selected.
    pub(crate) fn forget(&mut self) -> Vec<Effect> {
        self.plan = None;
        self.run.take().iter().flat_map(Run::let_go).collect()
    }
}

impl App {
    /// Whatever happens with many messages.
    pub(crate) fn many_event(&mut self, event: ManyEvent) -> Vec<Effect> {
        let trouble = match &event {
            ManyEvent::Matched(_, _, Err(trouble)) | ManyEvent::Looked(_, _, Err(trouble)) => Some(trouble.clone()),
            _ => None,
        };
        let mut effects = match event {
            ManyEvent::Selected(answer) => self.selected(answer),
            ManyEvent::SelectionAsked => vec![Effect::Many(ManyEffect::AskSelection)],
            ManyEvent::RunAsked(ids) => self.begin_run(ids),
            ManyEvent::Dismissed => self.dismiss_run(),
            ManyEvent::Whole(..) | ManyEvent::StopAsked | ManyEvent::RetryAsked(_) | ManyEvent::RetryAllAsked => {
                self.run_event(event)
            }
            other => self.many.plan.as_mut().map(|plan| plan.update(other)).unwrap_or_default(),
        };
        effects.extend(self.notice_end(trouble.as_ref()));
        effects
    }

    fn selected(&mut self, answer: Result<Selected, Trouble>) -> Vec<Effect> {
        self.many.selection = match answer {
            Ok(selected) if selected.items.len() > 1 => Selection::Several(selected),
            Ok(_) => Selection::One,
            Err(trouble) => Selection::Failed(trouble),
        };
        self.plan_selection()
    }

    /// Plans what is selected, unless a run or its results stand there still.
    fn plan_selection(&mut self) -> Vec<Effect> {
        let former = self.many.plan.take();
        let Selection::Several(selected) = &self.many.selection else { return vec![] };
        let Session::SignedIn(me) = &self.session else { return vec![] };
        if self.many.run.is_some() {
            return vec![];
        }
        self.many.last += 1;
        let mut plan = Plan::of(self.many.last, selected, former, (self.own.as_ref(), &me.name));
        if let Targets::Known(targets) = &self.targets {
            plan.fit(targets);
        }
        let effects = plan.go_on();
        self.many.plan = Some(plan);
        effects
    }

    /// A new session of the same person: what waits goes on.
    pub(crate) fn resume_many(&mut self) -> Vec<Effect> {
        let mut effects = match &mut self.many.plan {
            Some(plan) => plan.resume(),
            None => self.plan_selection(),
        };
        if let Some(run) = &mut self.many.run {
            effects.extend(run.resume());
        }
        effects
    }

    fn begin_run(&mut self, ids: Vec<SaveId>) -> Vec<Effect> {
        let (Session::SignedIn(me), Targets::Known(targets)) = (&self.session, &self.targets) else { return vec![] };
        let whose = (me.user_name.clone(), self.now_ms);
        let Some(plan) = self.many.plan.as_ref().filter(|plan| plan.count(targets) == ids.len()) else {
            return vec![];
        };
        let mut saves = plan.saves(ids, &whose, targets);
        // What the pane is at itself ends there; what it has left in part goes on here, and here alone.
        saves.retain(|save| !self.is_at(&save.id));
        if saves.is_empty() {
            return vec![];
        }
        let mut run = Run::of(saves);
        let taken = self.saves.extract_if(.., |save| run.has(&save.id));
        let mut effects: Vec<_> = taken.flat_map(|save| save.let_go()).collect();
        effects.extend(run.advance());
        (self.many.plan, self.many.run) = (None, Some(run));
        effects
    }

    /// Whether the pane goes on with a save by itself, or takes it back.
    fn is_at(&self, id: &SaveId) -> bool {
        let goes_on = |save: &Save| save.id == *id && save.phase != SavePhase::Finished;
        self.saves.iter().any(goes_on) || self.is_undone(id)
    }

    /// Whether the open message is among those that are being saved many at once.
    pub fn is_saved_with_others(&self) -> bool {
        let (Some(key), Some(run)) = (self.open_key(), &self.many.run) else { return false };
        let rest = self.rest().map(|rest| rest.save);
        let here = |save: &Save| save.message.key.item_id == key.item_id || rest.as_ref() == Some(&save.id);
        run.jobs.iter().any(|job| job.is_under_way() && here(&job.save))
    }

    /// A save that is gone on with by itself is the run's no more.
    pub(crate) fn take_from_run(&mut self, id: &SaveId) -> Vec<Effect> {
        let Some(run) = &mut self.many.run else { return vec![] };
        let effects = run.jobs.extract_if(.., |job| job.save.id == *id).flat_map(|job| job.save.let_go()).collect();
        self.many.run.take_if(|run| run.jobs.is_empty());
        effects
    }

    fn dismiss_run(&mut self) -> Vec<Effect> {
        let Some(run) = self.many.run.take_if(|run| !run.is_running()) else { return vec![] };
        let mut effects = run.let_go();
        let sheets: Vec<_> =
            self.sheets.ids().into_iter().filter(|id| self.sheets.get(*id) == Some(&Sheet::Many)).collect();
        for id in sheets {
            self.sheets.remove(id);
        }
        effects.extend(self.plan_selection());
        effects
    }

    fn run_event(&mut self, event: ManyEvent) -> Vec<Effect> {
        let max_bytes = match &self.targets {
            Targets::Known(targets) => targets.attachment_max_bytes,
            _ => u64::MAX,
        };
        let Some(run) = &mut self.many.run else { return vec![] };
        let mut effects = match event {
            ManyEvent::Whole(id, whole) => run.whole(&id, whole, max_bytes),
            ManyEvent::StopAsked => run.stop(),
            ManyEvent::RetryAsked(id) => run.retry(|job| job.save.id == id),
            _ => run.retry(|_| true),
        };
        if matches!(self.session, Session::SignedIn(_)) {
            effects.extend(run.advance());
        }
        effects
    }

    /// What happens to a save that is one of many.
    pub(crate) fn job_event(&mut self, event: Event) -> Vec<Effect> {
        let here = matches!(self.session, Session::SignedIn(_));
        let Some(run) = &mut self.many.run else { return vec![] };
        let mut effects = run.update(event);
        // A session that ended is noticed after this; nothing is begun in it.
        if here && run.jobs.iter().all(|job| job.save.phase != SavePhase::Paused) {
            effects.extend(run.advance());
        }
        effects
    }

    /// What may be saved to became known, or changed.
    pub(crate) fn fit_many(&mut self) {
        if let (Some(plan), Targets::Known(targets)) = (&mut self.many.plan, &self.targets) {
            plan.fit(targets);
        }
    }
}
