//! The run: each message is read whole, one at a time as Outlook wants it, and saved by a save of its own; a few are
//! at iMIS at once, so that no more than their attachments are held.

use super::ManyEffect;
use crate::{AttachmentProgress, AttachmentState, Body, Effect, Event, Mark, Save, SavePhase, Summary, Trouble};
use api::SaveId;

/// Messages that are being written to iMIS at once.
const AT_ONCE: usize = 3;

/// All that a save needs of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whole {
    /// The body.
    pub body: Result<Body, Trouble>,
    /// For each attachment its place in the save, and how many bytes of it are held now.
    pub attachments: Vec<(usize, Result<u64, Trouble>)>,
}

/// How far one of the messages has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailStep {
    /// Waits its turn.
    Waiting,
    /// Being read from Outlook.
    Outlook,
    /// Being written to iMIS.
    Imis,
    /// Over; what came of it, the save says.
    Done,
    /// Not begun: the person stopped before.
    Stopped,
}

/// One of the messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailJob {
    /// Its save.
    pub save: Save,
    /// How far it has come.
    pub step: MailStep,
}

/// The run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// The messages, in the order of the plan.
    pub jobs: Vec<MailJob>,
    /// Whether the person wants no further one begun.
    pub stopping: bool,
    /// Whether Outlook is at it: it loads one message at a time.
    outlook: bool,
}

impl MailJob {
    /// What it comes to; none before its end.
    pub fn outcome(&self) -> Option<Summary> {
        (self.step == MailStep::Done).then(|| self.save.summary())
    }

    /// Whether it waits its turn, is being read, written or marked.
    pub(crate) fn is_under_way(&self) -> bool {
        !matches!(self.step, MailStep::Done | MailStep::Stopped) || self.save.mark == Mark::Setting
    }

    fn is_missing(&self) -> bool {
        self.step == MailStep::Stopped || self.outcome().is_some_and(|outcome| outcome != Summary::All)
    }

    /// Takes it up: what has to be read of it, if anything has, and what can be done at once.
    fn begin(&mut self) -> Vec<Effect> {
        self.step = MailStep::Imis;
        let key = self.save.message.key.clone();
        // A save that is still to be read has been given the word to read already.
        let asked = if self.save.phase == SavePhase::Reading { vec![] } else { self.save.go_on(Some(&key)) };
        let wants = |state: &AttachmentState| state.progress == AttachmentProgress::Reading;
        let read = self.save.phase == SavePhase::Reading || self.save.attachments.iter().any(wants);
        let mut effects: Vec<_> = asked.into_iter().filter(|effect| !is_reading(effect)).collect();
        if read {
            self.step = MailStep::Outlook;
            let wanted = self.save.attachments.iter().enumerate().filter(|(_, state)| {
                matches!(state.progress, AttachmentProgress::Waiting | AttachmentProgress::Reading) && !state.held
            });
            let wanted = wanted.map(|(place, state)| (place, state.attachment.clone())).collect();
            effects.push(Effect::Many(ManyEffect::ReadWhole(self.save.id.clone(), key.item_id, wanted)));
        }
        effects
    }

    /// Hands on what Outlook gave, as if the save had asked for it piece by piece.
    fn feed(&mut self, whole: Whole, max_bytes: u64) -> Vec<Effect> {
        self.step = MailStep::Imis;
        let Whole { body, mut attachments } = whole;
        let mut effects = self.save.body_read(body);
        while let Some(place) =
            self.save.attachments.iter().position(|state| state.progress == AttachmentProgress::Reading)
        {
            let found = attachments.iter().position(|(of, _)| *of == place);
            let answer = found.map(|found| attachments.swap_remove(found).1);
            effects.extend(self.save.attachment_read(place, answer.unwrap_or(Err(Trouble::MessageClosed)), max_bytes));
        }
        effects.retain(|effect| !is_reading(effect));
        effects
    }

    /// A record that came late lacks what the others have, and nobody holds that any longer: it waits until Outlook can
    /// be asked once more.
    fn read_anew(&mut self, effects: &mut Vec<Effect>) {
        if effects.iter().any(is_reading) {
            effects.retain(|effect| !is_reading(effect));
            self.step = MailStep::Waiting;
        }
    }

    /// It is not taken up any more.
    fn stop(&mut self) -> Vec<Effect> {
        if self.save.phase == SavePhase::Reading {
            self.step = MailStep::Stopped;
            return vec![];
        }
        self.step = MailStep::Imis;
        let mut effects = self.save.stop();
        effects.extend(self.settle());
        effects
    }

    /// Ends it where its save has ended; nothing of the message is held any longer.
    fn settle(&mut self) -> Vec<Effect> {
        if self.step != MailStep::Imis || self.save.phase != SavePhase::Finished {
            return vec![];
        }
        self.step = MailStep::Done;
        self.save.unload()
    }
}

fn is_reading(effect: &Effect) -> bool {
    matches!(effect, Effect::ReadBody { .. } | Effect::ReadAttachment { .. })
}

impl Run {
    pub(super) fn of(saves: Vec<Save>) -> Self {
        let jobs = saves.into_iter().map(|save| MailJob { save, step: MailStep::Waiting }).collect();
        Self { jobs, stopping: false, outlook: false }
    }

    /// Whether something is still going on, or waits for a sign-in.
    pub fn is_running(&self) -> bool {
        self.jobs.iter().any(|job| matches!(job.step, MailStep::Waiting | MailStep::Outlook | MailStep::Imis))
    }

    /// Whether it waits until the same person has signed in again.
    pub fn is_paused(&self) -> bool {
        self.jobs.iter().any(|job| job.save.phase == SavePhase::Paused)
    }

    /// How many messages are over.
    pub fn count_done(&self) -> usize {
        self.jobs.iter().filter(|job| matches!(job.step, MailStep::Done | MailStep::Stopped)).count()
    }

    /// How many ended like this.
    pub fn count_of(&self, outcome: Summary) -> usize {
        self.jobs.iter().filter(|job| job.outcome() == Some(outcome)).count()
    }

    /// How many were not begun.
    pub fn count_stopped(&self) -> usize {
        self.jobs.iter().filter(|job| job.step == MailStep::Stopped).count()
    }

    /// Whether it has a message of this save.
    pub(crate) fn has(&self, id: &SaveId) -> bool {
        self.jobs.iter().any(|job| job.save.id == *id)
    }

    /// Begins what there is room for; where there is none, marks what is saved.
    pub(super) fn advance(&mut self) -> Vec<Effect> {
        let mut effects = vec![];
        while !self.outlook {
            let under_way = self.jobs.iter().filter(|job| job.step == MailStep::Imis).count();
            let next = self.jobs.iter_mut().find(|job| job.step == MailStep::Waiting);
            if let Some(job) = next.filter(|_| under_way < AT_ONCE) {
                effects.extend(job.begin());
                self.outlook = job.step == MailStep::Outlook;
            } else if let Some(job) = self.jobs.iter_mut().find(|job| is_to_be_marked(job)) {
                job.save.mark = Mark::Setting;
                let item_id = job.save.message.key.item_id.clone();
                effects.push(Effect::Many(ManyEffect::Mark(job.save.id.clone(), item_id)));
                self.outlook = true;
            } else {
                break;
            }
        }
        effects
    }

    pub(super) fn whole(&mut self, id: &SaveId, whole: Whole, max_bytes: u64) -> Vec<Effect> {
        let Some(job) = self.jobs.iter_mut().find(|job| job.save.id == *id && job.step == MailStep::Outlook) else {
            return vec![];
        };
        self.outlook = false;
        let mut effects = job.feed(whole, max_bytes);
        effects.extend(job.settle());
        effects
    }

    pub(super) fn update(&mut self, event: Event) -> Vec<Effect> {
        let (Event::Written(id, _) | Event::UploadMoved(id, ..) | Event::Uploaded(id, ..) | Event::Marked(id, _)) =
            &event
        else {
            return vec![];
        };
        let Some(job) = self.jobs.iter_mut().find(|job| job.save.id == *id) else { return vec![] };
        let mut effects = match event {
            Event::Written(_, answer) => job.save.written(answer),
            Event::Uploaded(_, place, answer) => job.save.uploaded(place, answer),
            Event::UploadMoved(_, place, bytes) => {
                job.save.upload_moved(place, bytes);
                vec![]
            }
            Event::Marked(_, answer) => {
                self.outlook = false;
                job.save.marked(answer);
                vec![]
            }
            _ => vec![],
        };
        job.read_anew(&mut effects);
        effects.extend(job.settle());
        effects
    }

    /// Those that wait are not begun; those under way end as they will.
    pub(super) fn stop(&mut self) -> Vec<Effect> {
        self.stopping = true;
        self.jobs.iter_mut().filter(|job| job.step == MailStep::Waiting).flat_map(MailJob::stop).collect()
    }

    /// Takes up again what is not saved whole.
    pub(super) fn retry(&mut self, which: impl Fn(&MailJob) -> bool) -> Vec<Effect> {
        self.stopping = false;
        for job in self.jobs.iter_mut().filter(|job| job.is_missing() && which(job)) {
            job.step = MailStep::Waiting;
        }
        vec![]
    }

    /// The same person has signed in again.
    pub(super) fn resume(&mut self) -> Vec<Effect> {
        let mut effects = vec![];
        for job in self.jobs.iter_mut().filter(|job| job.save.phase == SavePhase::Paused) {
            // What was read is held; what could not be read is tried again with the rest that failed.
            effects.extend(job.save.go_on(None));
        }
        effects.extend(self.jobs.iter_mut().flat_map(MailJob::settle));
        effects.extend(self.advance());
        effects
    }

    pub(super) fn let_go(&self) -> Vec<Effect> {
        self.jobs.iter().flat_map(|job| job.save.let_go()).collect()
    }
}

/// What was tried once and failed is not tried again by itself.
fn is_to_be_marked(job: &MailJob) -> bool {
    let saved = job.outcome().is_some_and(|outcome| outcome != Summary::Nothing);
    saved && job.save.mark == Mark::Pending
}
