//! The steps of one save, in memory and in the store, always in that order of
//! truth: the store first.

use super::plan::Kind;
use super::running::Stop;
use crate::failure::Failure;
use crate::store::{SaveKey, SharedStore, Step, StepState};
use api::{Problem, ProblemCode, RecordId};
use futures_util::future::BoxFuture;
use futures_util::stream::{self, StreamExt as _};
use imis::WriteError;
use std::collections::BTreeMap;

/// Writes under way at the same time.
const WAVE: usize = 16;

/// The steps of a save.
pub(crate) struct Journal {
    store: SharedStore,
    key: SaveKey,
    steps: BTreeMap<String, Step>,
    /// When nothing more may be written.
    stop: Stop,
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

/// Looks for the records that could be a step's own.
pub(crate) type Look<'a> = BoxFuture<'a, Result<Vec<String>, imis::Error>>;

/// A step to take: how to look for it, and how to write it. Nothing happens before it is its turn.
pub(crate) struct Task<'a> {
    pub(crate) step: String,
    /// The records that could be its own.
    pub(crate) look: Look<'a>,
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
            Err(error @ WriteError::Unknown(_)) => Self::Unknown(Failure::write(&error).problem),
        }
    }

    /// What nobody knows, because the work had to stop.
    pub(crate) const fn stopped() -> Self {
        Self::Unknown(Problem::new(ProblemCode::Unknown))
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
    pub(crate) async fn load(store: SharedStore, key: SaveKey, stop: Stop) -> Result<Self, Failure> {
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
            Kind::ContactInteraction { .. } | Kind::WrittenActivity { .. } | Kind::Note => false,
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

    /// Notes how steps ended. Whoever lost the turn says only what is done: that
    /// something is not there is for the next to find out.
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
        let may_note = |step: &Step| step.state == StepState::Done || !self.stop.is_lost();
        let steps = outcomes.map(step).filter(|step| self.step(&step.name) != Some(step) && may_note(step)).collect();
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
        look: Look<'_>,
    ) -> Result<Option<String>, Problem> {
        let found = look.await.map_err(|error| in_doubt(Failure::imis(&error).problem))?;
        store.claim(key, step, found).await.map_err(|error| in_doubt(Failure::store(&error).problem))
    }

    /// What is known of a step that an earlier try left open, after one more ended like this. That one's refusal says
    /// nothing of the earlier: it may even be refused because the earlier has just arrived.
    pub(crate) async fn settle(
        store: &SharedStore,
        key: &SaveKey,
        step: &str,
        outcome: Outcome,
        look: Look<'_>,
    ) -> Outcome {
        let Outcome::Refused(problem) = outcome else { return outcome };
        match Self::find(store, key, step, look).await {
            Ok(Some(record)) => Outcome::Done(record),
            Ok(None) => Outcome::Unknown(in_doubt(problem)),
            Err(problem) => Outcome::Unknown(problem),
        }
    }

    /// When nothing more may be written.
    pub(crate) const fn stop(&self) -> &Stop {
        &self.stop
    }

    /// The store and the key of this save.
    pub(crate) fn place(&self) -> (SharedStore, SaveKey) {
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

async fn take_one(store: &SharedStore, key: &SaveKey, stop: &Stop, task: Task<'_>, before: Option<Step>) -> Outcome {
    let Task { step, look, look_again, write } = task;
    let open = before.as_ref().is_some_and(|before| before.state == StepState::Sent);
    if let Some(Step { state: StepState::Done, record: Some(record), .. }) = before {
        return Outcome::Done(record);
    }
    if open {
        match Journal::find(store, key, &step, look).await {
            Ok(Some(record)) => return Outcome::Done(record),
            Ok(None) => {}
            Err(problem) => return Outcome::Unknown(problem),
        }
    }
    // The step stays noted as sent: by now another server may have written it.
    if stop.is_due() {
        return Outcome::stopped();
    }
    let outcome = stop.until_lost(write).await.map_or_else(Outcome::stopped, Outcome::of);
    if open { Journal::settle(store, key, &step, outcome, look_again).await } else { outcome }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, Key, Keyring, PublicUrl};
    use std::sync::atomic::{AtomicBool, Ordering};

    /// A save on a store of its own.
    async fn begun(stop: &Stop) -> (Journal, std::path::PathBuf) {
        let ring = Keyring::new(Key::parse("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=").unwrap(), Vec::new());
        let mut config = Config::new(PublicUrl::parse("http://127.0.0.1:0").unwrap(), ring, Vec::new());
        config.data = std::env::temp_dir().join(format!("imis-outlook-journal-{}", uuid::Uuid::new_v4()));
        let store = crate::store::open(&config).await.unwrap();
        let key = SaveKey { site: "live".to_owned(), user_name: "ada".to_owned(), save: "1".to_owned() };
        (Journal::load(store, key, stop.clone()).await.unwrap(), config.data)
    }

    fn task<'a>(write: impl Future<Output = Result<String, WriteError>> + Send + 'a) -> Task<'a> {
        let look = || -> Look<'a> { Box::pin(std::future::ready(Ok(Vec::new()))) };
        Task { step: "log".to_owned(), look: look(), look_again: look(), write: Box::pin(write) }
    }

    fn step(state: StepState, record: Option<&str>) -> Step {
        Step { name: "log".to_owned(), state, record: record.map(str::to_owned) }
    }

    #[tokio::test]
    async fn whoever_lost_the_turn_writes_nothing_and_claims_nothing() {
        let stop = Stop::for_tests();
        let (mut journal, folder) = begun(&stop).await;
        let (store, key) = journal.place();
        stop.lose_for_tests();
        let written = AtomicBool::new(false);
        let outcomes = journal.take(vec![task(async {
            written.store(true, Ordering::Relaxed);
            Ok("7".to_owned())
        })]);
        assert!(matches!(outcomes.await.unwrap()[0], Outcome::Unknown(_)));
        assert!(!written.load(Ordering::Relaxed));
        assert_eq!(store.steps(&key).await.unwrap(), [step(StepState::Sent, None)], "the next one looks for it");
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[tokio::test]
    async fn a_write_that_outlasts_the_turn_is_given_up_and_the_next_one_s_record_stays() {
        let stop = Stop::for_tests();
        let (mut journal, folder) = begun(&stop).await;
        let (store, key) = journal.place();
        let slow = async {
            // Meanwhile another server has the turn, finds or writes it, and says so.
            store.set_steps(&key, vec![step(StepState::Done, Some("8"))]).await.unwrap();
            stop.lose_for_tests();
            std::future::pending().await
        };
        let outcomes = journal.take(vec![task(slow)]).await.unwrap();
        assert!(matches!(outcomes[0], Outcome::Unknown(_)));
        let refused = Outcome::Refused(Problem::new(ProblemCode::Forbidden));
        journal.note([("log".to_owned(), &refused)].into_iter()).await.unwrap();
        assert_eq!(store.steps(&key).await.unwrap(), [step(StepState::Done, Some("8"))]);
        std::fs::remove_dir_all(folder).unwrap();
    }
}
