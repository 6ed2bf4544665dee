//! The steps of one save, in memory and in the store, always in that order of
//! truth: the store first.

use super::plan::Kind;
use super::running::Stop;
use super::settling::Settling;
use super::write::ENTRY_STEP;
use crate::config::CONTACTS_MAX;
use crate::failure::Failure;
use crate::seal;
use crate::store::{SaveKey, Step, StepState, Steps, Try};
use api::{Problem, ProblemCode, RecordId};
use futures_util::future::{self, BoxFuture};
use futures_util::stream::{self, StreamExt as _};
use imis::{Standing, WriteError};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

#[cfg(test)]
mod proofs;
#[cfg(test)]
mod tests;

/// Writes under way at the same time: one wave for all the contacts that a save usually has at most.
pub(super) const WAVE: usize = CONTACTS_MAX;

/// The steps of a save.
pub(crate) struct Journal {
    store: Arc<dyn Steps>,
    key: SaveKey,
    by: Try,
    steps: BTreeMap<String, Step>,
    /// Those that this try has sent, or was about to.
    sent: BTreeSet<String>,
    /// When nothing more may be written.
    stop: Stop,
    /// Until when what was sent may come.
    settling: Settling,
}

/// How a step ended.
#[derive(Clone, Debug)]
pub(crate) enum Outcome {
    /// It is in iMIS.
    Done(String),
    /// Certainly not.
    Refused(Problem),
    /// Perhaps, or perhaps it still will be.
    Unknown(Problem, Standing),
}

/// Looks for the records that could be a step's own.
pub(crate) type Look<'a> = BoxFuture<'a, Result<Vec<String>, imis::Error>>;

/// A step to take: how to look for it, and how to write it. Nothing happens before it is its turn.
pub(crate) struct Task<'a> {
    pub(crate) step: String,
    /// The records that could be its own.
    pub(crate) look: Look<'a>,
    /// When that was seen, where it was before the step's turn ([`Journal::now_ms`]).
    pub(crate) looked_ms: Option<i64>,
    /// Likewise, seen anew.
    pub(crate) look_again: Look<'a>,
    /// Writes it; answers the record.
    pub(crate) write: BoxFuture<'a, Result<String, WriteError>>,
}

impl Outcome {
    pub(crate) fn of(written: Result<String, WriteError>) -> Self {
        match written {
            Ok(record) => Self::Done(record),
            Err(error @ WriteError::Refused(_)) => Self::Refused(Failure::write(&error).problem),
            Err(ref error @ WriteError::Unknown(_, standing)) => Self::Unknown(Failure::write(error).problem, standing),
        }
    }

    /// Not written by this try, because the work had to stop before; that another wrote it meanwhile is theirs to note.
    pub(crate) const fn unsent() -> Self {
        Self::Unknown(Problem::new(ProblemCode::Unknown), Standing::Over)
    }

    /// What nobody knows, because the work had to stop.
    pub(crate) const fn stopped() -> Self {
        Self::Unknown(Problem::new(ProblemCode::Unknown), Standing::UnderWay)
    }

    /// The record, or why there is none.
    pub(crate) fn record(&self) -> Result<&str, &Problem> {
        match self {
            Self::Done(record) => Ok(record),
            Self::Refused(problem) | Self::Unknown(problem, _) => Err(problem),
        }
    }
}

impl Journal {
    /// The steps taken so far.
    pub(crate) async fn load(
        store: Arc<dyn Steps>,
        key: SaveKey,
        stop: Stop,
        settling: Settling,
    ) -> Result<Self, Failure> {
        let steps = store.steps(&key).await.map_err(|error| Failure::store(&error))?;
        let steps = steps.into_iter().map(|step| (step.name.clone(), step)).collect();
        let by = Try(u64::from_le_bytes(seal::random()));
        Ok(Self { store, key, by, steps, sent: BTreeSet::new(), stop, settling })
    }

    /// A step, if it was ever taken.
    pub(crate) fn step(&self, name: &str) -> Option<&Step> {
        self.steps.get(name)
    }

    /// The record of a step that is done.
    pub(crate) fn done(&self, name: &str) -> Option<&str> {
        self.step(name).filter(|step| step.state == StepState::Done)?.record.as_deref()
    }

    /// Whether nobody knows what became of a step.
    pub(crate) fn is_unknown(&self, name: &str) -> bool {
        self.step(name).is_some_and(|step| step.state == StepState::Sent)
    }

    /// The steps that nobody knows the outcome of.
    pub(crate) fn open(&self) -> impl Iterator<Item = &str> {
        self.steps.values().filter(|step| step.state == StepState::Sent).map(|step| &*step.name)
    }

    /// The records that attachments go to.
    pub(crate) fn records_for_attachments(&self, kind: &Kind) -> Vec<RecordId> {
        let takes = |name: &str| match kind {
            Kind::Log => name == ENTRY_STEP,
            Kind::Activity { .. } => name.starts_with("activity:"),
            Kind::ContactInteraction { .. } | Kind::WrittenActivity { .. } | Kind::Row { .. } | Kind::Note => false,
        };
        let done = self.steps.keys().filter(|name| takes(name)).filter_map(|name| self.done(name));
        done.map(|record| RecordId(record.to_owned())).collect()
    }

    /// Until when what a step has sent may come.
    fn until(&self, name: &str) -> Option<i64> {
        self.step(name)?.until_ms
    }

    /// Takes the steps that are not done yet, in one wave. Answers the outcome of
    /// each, in their order.
    pub(crate) async fn take(&mut self, tasks: Vec<Task<'_>>) -> Result<Vec<Outcome>, Failure> {
        let names: Vec<String> = tasks.iter().map(|task| task.step.clone()).collect();
        let open: Vec<bool> = names.iter().map(|name| self.is_unknown(name)).collect();
        let new: Vec<String> =
            names.iter().zip(&open).filter(|(_, open)| !**open).map(|(name, _)| name.clone()).collect();
        self.note_sent(&new).await?;
        let (mut outcomes, mut anew) = (Vec::new(), Vec::new());
        {
            let journal = &*self;
            let mut turns: Vec<BoxFuture<'_, (Outcome, Option<Step>)>> = Vec::new();
            for (task, open) in tasks.into_iter().zip(open) {
                turns.push(Box::pin(journal.take_one(task, open)));
            }
            let mut ends = stream::iter(turns).buffered(WAVE);
            while let Some((outcome, sent)) = ends.next().await {
                outcomes.push(outcome);
                anew.extend(sent);
            }
        }
        self.sent.extend(anew.iter().map(|step| step.name.clone()));
        self.steps.extend(anew.into_iter().map(|step| (step.name.clone(), step)));
        self.note(names.into_iter().zip(&mut outcomes)).await?;
        Ok(outcomes)
    }

    /// What is known of a step that is about to be written: it is done, it is found where an earlier try left it open,
    /// or it may still come. `None`: it may be written.
    async fn known(&self, step: &str, open: bool, look: Look<'_>, looked_ms: Option<i64>) -> Option<Outcome> {
        if let Some(record) = self.done(step) {
            return Some(Outcome::Done(record.to_owned()));
        }
        if !open {
            return None;
        }
        match self.find_or_wait(step, look, looked_ms).await {
            Ok(record) => record.map(Outcome::Done),
            Err(problem) => Some(Outcome::Unknown(problem, Standing::UnderWay)),
        }
    }

    /// Looks for a step that an earlier try left open. `None`: it is not there, and will not come any more. That is so if
    /// its time was over before the look: what comes in between is not there for the look. And the time is read after
    /// it: somebody who took what this step had sent may have left it theirs, which is still to come. `looked_ms` as in
    /// [`Task`].
    pub(crate) async fn find_or_wait(
        &self,
        step: &str,
        look: Look<'_>,
        looked_ms: Option<i64>,
    ) -> Result<Option<String>, Problem> {
        let looked_ms = looked_ms.unwrap_or_else(|| self.now_ms());
        match Self::find(&self.store, &self.key, step, look).await? {
            Some(record) => Ok(Some(record)),
            None => self.is_over(step, looked_ms).await.map(|()| None),
        }
    }

    /// What time it is, for [`Journal::is_over`].
    pub(crate) fn now_ms(&self) -> i64 {
        self.settling.now_ms()
    }

    /// Why a step may still come, if it may, that was looked for at that time and not found.
    pub(crate) async fn is_over(&self, step: &str, looked_ms: i64) -> Result<(), Problem> {
        let steps = self.store.steps(&self.key).await.map_err(|error| in_doubt(Failure::store(&error).problem))?;
        let until_ms = steps.iter().find(|other| other.name == step).and_then(|step| step.until_ms);
        if until_ms.is_none_or(|until_ms| until_ms <= looked_ms) {
            return Ok(());
        }
        let wait_s = self.settling.wait_s(until_ms).unwrap_or(1);
        Err(Problem { retry_after_s: Some(wait_s), ..Problem::new(ProblemCode::Unknown) })
    }

    /// Takes the uploads of one file, which are written all at the same time: after `before`, and while `meanwhile`
    /// hands out what they send; neither of those for longer than this. Answers the outcome of each, in their order.
    pub(crate) async fn take_uploads(
        &mut self,
        tasks: Vec<Task<'_>>,
        (before, meanwhile): (impl Future<Output = ()> + Send, impl Future<Output = ()> + Send),
        within: Duration,
    ) -> Result<Vec<Outcome>, Failure> {
        let names: Vec<String> = tasks.iter().map(|task| task.step.clone()).collect();
        let (mut outcomes, mut due, mut writes) = (Vec::new(), Vec::new(), Vec::new());
        for (place, Task { step, look, looked_ms, look_again, write }) in tasks.into_iter().enumerate() {
            let open = self.is_unknown(&step);
            let known = self.known(&step, open, look, looked_ms).await;
            if known.is_none() {
                due.push((place, step, open.then_some(look_again)));
                writes.push(write);
            }
            outcomes.push(known.unwrap_or_else(Outcome::unsent));
        }
        let mut unsent = BTreeSet::new();
        if due.is_empty() || self.stop.is_due() {
            before.await;
            // What was never sent is not noted either.
            unsent.extend(due.into_iter().filter(|(_, _, look)| look.is_none()).map(|(_, step, _)| step));
        } else {
            let steps: Vec<String> = due.iter().map(|(_, step, _)| step.clone()).collect();
            future::join(before, self.note_uploads(&steps)).await.1?;
            // One that hangs takes nothing from the others.
            let writes = writes.into_iter().map(|write| tokio::time::timeout(within, self.stop.until_lost(write)));
            let meanwhile = tokio::time::timeout(within, meanwhile);
            let sent = future::join(meanwhile, future::join_all(writes)).await.1;
            for ((place, step, look), sent) in due.into_iter().zip(sent) {
                let outcome = sent.ok().flatten().map_or_else(Outcome::stopped, Outcome::of);
                outcomes[place] = match look {
                    Some(look) => Self::settle(&self.store, &self.key, &step, outcome, look).await,
                    None => outcome,
                };
            }
        }
        self.note(names.into_iter().zip(&mut outcomes).filter(|(name, _)| !unsent.contains(name))).await?;
        Ok(outcomes)
    }

    /// Takes a step that is new, or that an earlier try left open; and says how it was noted right before it was
    /// written, where that was done anew.
    async fn take_one(&self, task: Task<'_>, open: bool) -> (Outcome, Option<Step>) {
        let Task { step, look, looked_ms, look_again, write } = task;
        if let Some(outcome) = self.known(&step, open, look, looked_ms).await {
            return (outcome, None);
        }
        // The step stays noted as sent: by now another server may have written it.
        if self.stop.is_due() {
            return (Outcome::unsent(), None);
        }
        let mut anew = None;
        if open || !self.settling.is_fresh(self.until(&step)) {
            let sent = Self::sent(&step, self.settling.of_write());
            let noted = self.store.set_steps(&self.key, self.by, vec![sent.clone()]).await;
            if let Err(error) = noted {
                return (Outcome::Unknown(in_doubt(Failure::store(&error).problem), Standing::UnderWay), None);
            }
            anew = Some(sent);
            if self.stop.is_due() {
                return (Outcome::unsent(), anew);
            }
        }
        let outcome = self.stop.until_lost(write).await.map_or_else(Outcome::stopped, Outcome::of);
        let settled =
            if open { Self::settle(&self.store, &self.key, &step, outcome, look_again).await } else { outcome };
        (settled, anew)
    }

    /// Notes, durably, that these steps are about to be taken. What an earlier try has sent is this one's now: a word
    /// of the earlier that comes late no longer counts.
    pub(crate) async fn note_sent(&mut self, names: &[String]) -> Result<(), Failure> {
        self.note_sent_until(names, self.settling.of_write()).await
    }

    /// Likewise, that they are uploads.
    async fn note_uploads(&mut self, names: &[String]) -> Result<(), Failure> {
        self.note_sent_until(names, self.settling.of_upload()).await
    }

    async fn note_sent_until(&mut self, names: &[String], until_ms: i64) -> Result<(), Failure> {
        let needs = |name: &&String| self.step(name).is_none_or(|step| step.state != StepState::Done);
        let steps: Vec<Step> = names.iter().filter(needs).map(|name| Self::sent(name, until_ms)).collect();
        self.sent.extend(steps.iter().map(|step| step.name.clone()));
        self.set(steps).await.map(drop)
    }

    fn sent(name: &str, until_ms: i64) -> Step {
        Step { name: name.to_owned(), state: StepState::Sent, record: None, until_ms: Some(until_ms) }
    }

    /// Notes how steps ended. Whoever lost the turn says only what is done: that
    /// something is not there is for the next to find out. A record that another save took for its own, while it was
    /// on its way to be noted, is that save's: what was written here is then not known to be there.
    pub(crate) async fn note<'a>(
        &mut self,
        outcomes: impl Iterator<Item = (String, &'a mut Outcome)>,
    ) -> Result<(), Failure> {
        let mut outcomes: BTreeMap<String, &mut Outcome> = outcomes.collect();
        let step = |(name, outcome): (&String, &&mut Outcome)| {
            let (state, record, until_ms) = match outcome {
                Outcome::Done(record) => (StepState::Done, Some(record.clone()), None),
                Outcome::Refused(_) => (StepState::Refused, None, None),
                Outcome::Unknown(_, Standing::Over) => (StepState::Sent, None, None),
                Outcome::Unknown(_, Standing::UnderWay) => {
                    // All that this try has sent was sent by now.
                    let sooner = |until_ms: i64| until_ms.min(self.settling.of_write());
                    let until_ms = self.until(name);
                    let until_ms = if self.sent.contains(name) { until_ms.map(sooner) } else { until_ms };
                    (StepState::Sent, None, until_ms)
                }
            };
            Step { name: name.clone(), state, record, until_ms }
        };
        let may_note = |step: &Step| step.state == StepState::Done || !self.stop.is_lost();
        let news = |step: &Step| self.step(&step.name) != Some(step) && may_note(step);
        let steps = outcomes.iter().map(step).filter(news).collect();
        for taken in self.set(steps).await? {
            if let Some(outcome) = outcomes.get_mut(&taken) {
                **outcome = Outcome::stopped();
            }
        }
        for (name, outcome) in outcomes {
            // Whoever must sign in first has no use for a time.
            if let Outcome::Unknown(problem, _) = outcome
                && problem.code == ProblemCode::Unknown
                && let Some(wait_s) = self.settling.wait_s(self.until(&name))
            {
                // What was read last may be longer.
                problem.retry_after_s = problem.retry_after_s.max(Some(wait_s));
            }
        }
        Ok(())
    }

    /// Sets steps; the names of those whose record is another's.
    async fn set(&mut self, steps: Vec<Step>) -> Result<Vec<String>, Failure> {
        if steps.is_empty() {
            return Ok(Vec::new());
        }
        let taken =
            self.store.set_steps(&self.key, self.by, steps.clone()).await.map_err(|error| Failure::store(&error))?;
        let set = steps.into_iter().filter(|step| !taken.contains(&step.name));
        self.steps.extend(set.map(|step| (step.name.clone(), step)));
        Ok(taken)
    }

    /// Looks for a step that nobody knows the outcome of.
    pub(crate) async fn find(
        store: &Arc<dyn Steps>,
        key: &SaveKey,
        step: &str,
        look: Look<'_>,
    ) -> Result<Option<String>, Problem> {
        let found = look.await.map_err(|error| in_doubt(Failure::imis(&error).problem))?;
        store.claim(key, step, found).await.map_err(|error| in_doubt(Failure::store(&error).problem))
    }

    /// What is known of a step that an earlier try left open, and that is over, after one more ended like this. That
    /// one's refusal says nothing of the earlier: it may even be refused because the earlier has just arrived.
    pub(crate) async fn settle(
        store: &Arc<dyn Steps>,
        key: &SaveKey,
        step: &str,
        outcome: Outcome,
        look: Look<'_>,
    ) -> Outcome {
        let Outcome::Refused(problem) = outcome else { return outcome };
        match Self::find(store, key, step, look).await {
            Ok(Some(record)) => Outcome::Done(record),
            Ok(None) => Outcome::Unknown(in_doubt(problem), Standing::Over),
            Err(problem) => Outcome::Unknown(problem, Standing::Over),
        }
    }

    /// The store and the key of this save.
    pub(crate) fn place(&self) -> (Arc<dyn Steps>, SaveKey) {
        (self.store.clone(), self.key.clone())
    }
}

/// While nobody knows, that is what the person must hear; but that they must sign in comes first.
pub(crate) fn in_doubt(problem: Problem) -> Problem {
    match problem.code {
        ProblemCode::SignedOut => problem,
        _ => Problem { code: ProblemCode::Unknown, ..problem },
    }
}
