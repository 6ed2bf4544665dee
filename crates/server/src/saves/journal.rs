//! The steps of one save, in memory and in the store, always in that order of
//! truth: the store first.

use super::plan::Kind;
use crate::failure::Failure;
use crate::store::{SaveKey, SharedStore, Step, StepState};
use api::{Problem, ProblemCode, RecordId};
use futures_util::future::BoxFuture;
use futures_util::stream::{self, StreamExt as _};
use imis::WriteError;
use std::collections::BTreeMap;
use tokio_util::sync::CancellationToken;

/// Writes under way at the same time.
const WAVE: usize = 16;

/// The steps of a save.
pub(crate) struct Journal {
    store: SharedStore,
    key: SaveKey,
    steps: BTreeMap<String, Step>,
    /// Cancelled when nothing more may be written.
    stop: CancellationToken,
}

/// How a step ended.
#[derive(Clone, Debug)]
pub(crate) enum Outcome {
    /// It is in iMIS.
    Done(String),
    /// Certainly not.
    Refused(Problem),
    /// Perhaps.
    Unknown(Problem),
}

/// A step to take: how to look for it, and how to write it. Nothing happens before it is its turn.
pub(crate) struct Task<'a> {
    pub(crate) step: String,
    /// The records that could be its own.
    pub(crate) look: BoxFuture<'a, Result<Vec<String>, imis::Error>>,
    /// Writes it; answers the record.
    pub(crate) write: BoxFuture<'a, Result<String, WriteError>>,
}

impl Outcome {
    pub(crate) fn of(written: Result<String, WriteError>) -> Self {
        match written {
            Ok(record) => Self::Done(record),
            Err(error @ WriteError::Refused(_)) => Self::Refused(Failure::write(&error).problem),
            Err(error @ WriteError::Unknown(_)) => Self::Unknown(Failure::write(&error).problem),
        }
    }

    /// The record, or why there is none.
    pub(crate) fn record(&self) -> Result<&str, &Problem> {
        match self {
            Self::Done(record) => Ok(record),
            Self::Refused(problem) | Self::Unknown(problem) => Err(problem),
        }
    }
}

impl Journal {
    /// The steps taken so far.
    pub(crate) async fn load(store: SharedStore, key: SaveKey, stop: CancellationToken) -> Result<Self, Failure> {
        let steps = store.steps(&key).await.map_err(|error| Failure::store(&error))?;
        let steps = steps.into_iter().map(|step| (step.name.clone(), step)).collect();
        Ok(Self { store, key, steps, stop })
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

    /// The records that attachments go to.
    pub(crate) fn records_for_attachments(&self, kind: &Kind) -> Vec<RecordId> {
        let takes = |name: &str| match kind {
            Kind::Log => name == "log",
            Kind::Activity { .. } => name.starts_with("activity:"),
            Kind::ContactInteraction { .. } => false,
        };
        let done = self.steps.keys().filter(|name| takes(name)).filter_map(|name| self.done(name));
        done.map(|record| RecordId(record.to_owned())).collect()
    }

    /// Takes the steps that are not done yet, in one wave. Answers the outcome of
    /// each, in their order.
    pub(crate) async fn take(&mut self, tasks: Vec<Task<'_>>) -> Result<Vec<Outcome>, Failure> {
        let before: Vec<Option<Step>> = tasks.iter().map(|task| self.step(&task.step).cloned()).collect();
        let names: Vec<String> = tasks.iter().map(|task| task.step.clone()).collect();
        self.note_sent(&names).await?;
        let (store, key, stop) = (&self.store, &self.key, &self.stop);
        let mut turns: Vec<BoxFuture<'_, Outcome>> = Vec::new();
        for (task, before) in tasks.into_iter().zip(before) {
            turns.push(Box::pin(take_one(store, key, stop, task, before)));
        }
        let outcomes: Vec<Outcome> = stream::iter(turns).buffered(WAVE).collect().await;
        self.note(names.into_iter().zip(outcomes.iter())).await?;
        Ok(outcomes)
    }

    /// Notes, durably, that these steps are about to be taken.
    pub(crate) async fn note_sent(&mut self, names: &[String]) -> Result<(), Failure> {
        let needs = |name: &&String| self.step(name).is_none_or(|step| step.state == StepState::Refused);
        let sent = |name: &String| Step { name: name.clone(), state: StepState::Sent, record: None };
        let steps = names.iter().filter(needs).map(sent).collect();
        self.set(steps).await
    }

    /// Notes how steps ended.
    pub(crate) async fn note<'a>(
        &mut self,
        outcomes: impl Iterator<Item = (String, &'a Outcome)>,
    ) -> Result<(), Failure> {
        let step = |(name, outcome): (String, &Outcome)| {
            let (state, record) = match outcome {
                Outcome::Done(record) => (StepState::Done, Some(record.clone())),
                Outcome::Refused(_) => (StepState::Refused, None),
                Outcome::Unknown(_) => (StepState::Sent, None),
            };
            Step { name, state, record }
        };
        let steps = outcomes.map(step).filter(|step| self.step(&step.name) != Some(step)).collect();
        self.set(steps).await
    }

    async fn set(&mut self, steps: Vec<Step>) -> Result<(), Failure> {
        if steps.is_empty() {
            return Ok(());
        }
        self.store.set_steps(&self.key, steps.clone()).await.map_err(|error| Failure::store(&error))?;
        self.steps.extend(steps.into_iter().map(|step| (step.name.clone(), step)));
        Ok(())
    }

    /// Looks for a step that nobody knows the outcome of.
    pub(crate) async fn find(
        store: &SharedStore,
        key: &SaveKey,
        step: &str,
        look: BoxFuture<'_, Result<Vec<String>, imis::Error>>,
    ) -> Result<Option<String>, Problem> {
        let found = look.await.map_err(|error| unless_out(Failure::imis(&error).problem))?;
        store.claim(key, step, found).await.map_err(|error| Failure::store(&error).problem)
    }

    /// Cancelled when nothing more may be written.
    pub(crate) fn stop(&self) -> &CancellationToken {
        &self.stop
    }

    /// The store and the key of this save.
    pub(crate) fn place(&self) -> (SharedStore, SaveKey) {
        (self.store.clone(), self.key.clone())
    }
}

/// While nobody knows, that is what the person must hear; but that they must sign in comes first.
fn unless_out(problem: Problem) -> Problem {
    match problem.code {
        ProblemCode::SignedOut => problem,
        _ => Problem { code: ProblemCode::Unknown, ..problem },
    }
}

async fn take_one(
    store: &SharedStore,
    key: &SaveKey,
    stop: &CancellationToken,
    task: Task<'_>,
    before: Option<Step>,
) -> Outcome {
    match before {
        Some(Step { state: StepState::Done, record: Some(record), .. }) => return Outcome::Done(record),
        Some(Step { state: StepState::Sent, .. }) => match Journal::find(store, key, &task.step, task.look).await {
            Ok(Some(record)) => return Outcome::Done(record),
            Ok(None) => {}
            Err(problem) => return Outcome::Unknown(problem),
        },
        _ => {}
    }
    if stop.is_cancelled() {
        return Outcome::Refused(Problem::new(ProblemCode::SignedOut));
    }
    Outcome::of(task.write.await)
}
