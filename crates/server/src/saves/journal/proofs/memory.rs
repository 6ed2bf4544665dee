//! A store in memory, by the promises that `store::conformance` tells of the real ones.

use crate::store::{Answer, SaveKey, Step, StepState, Steps, Try};
use std::collections::BTreeMap;
use std::sync::Mutex;

/// Steps of saves, each with whose word counts.
#[derive(Default)]
pub(super) struct Memory(Mutex<BTreeMap<(String, String), (Step, Try)>>);

/// Whose word on what was sent counts, where nobody's does.
const NOBODY: Try = Try(0);

impl Steps for Memory {
    fn steps<'a>(&'a self, key: &'a SaveKey) -> Answer<'a, Vec<Step>> {
        let all = self.0.lock().unwrap();
        let own = all.iter().filter(|((save, _), _)| *save == key.save).map(|(_, (step, _))| step.clone()).collect();
        Box::pin(std::future::ready(Ok(own)))
    }

    fn set_steps<'a>(&'a self, key: &'a SaveKey, by: Try, steps: Vec<Step>) -> Answer<'a, Vec<String>> {
        Box::pin(async move {
            let mut all = self.0.lock().unwrap();
            let mut taken = Vec::new();
            for step in steps {
                let name = (key.save.clone(), step.name.clone());
                let belongs =
                    |(of, (other, _)): (&(String, String), &(Step, Try))| *of != name && other.record == step.record;
                if step.record.is_some() && all.iter().any(belongs) {
                    taken.push(step.name);
                    continue;
                }
                let kept = all.entry(name).or_insert_with(|| (step.clone(), by));
                let anew = step.state == StepState::Sent && step.until_ms >= kept.0.until_ms;
                let counts = step.state == StepState::Done || kept.1 == by || anew;
                if kept.0.state != StepState::Done && counts {
                    *kept = (step, by);
                }
            }
            drop(all);
            Ok(taken)
        })
    }

    fn claim<'a>(&'a self, key: &'a SaveKey, step: &'a str, records: Vec<String>) -> Answer<'a, Option<String>> {
        Box::pin(async move {
            let mut all = self.0.lock().unwrap();
            let name = (key.save.clone(), step.to_owned());
            let Some((own, by)) = all.get(&name).cloned() else { return Ok(None) };
            if own.state == StepState::Done {
                return Ok(own.record);
            }
            let taken = |record: &String| all.values().any(|(other, _)| other.record.as_ref() == Some(record));
            let free = records.into_iter().find(|record| !taken(record));
            if let Some(record) = &free {
                let record = Some(record.clone());
                let done = Step { name: step.to_owned(), state: StepState::Done, record, until_ms: None };
                all.insert(name, (done, by));
                let open = |other: &Step| other.name == step && other.state == StepState::Sent;
                for (other, by) in all.values_mut().filter(|(other, _)| open(other)) {
                    if own.until_ms.is_some() {
                        (other.until_ms, *by) = (other.until_ms.max(own.until_ms), NOBODY);
                    }
                }
            }
            drop(all);
            Ok(free)
        })
    }
}
