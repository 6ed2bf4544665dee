//! How a save stands, read from the steps of its journal.

use crate::saves::plan::{self, Head};
use crate::saves::write::{ENTRY_STEP, LINE_STEP};
use crate::store::{LedgerState, Step, StepState};
use api::RecordId;
use std::collections::HashMap;

/// What the steps come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Progress {
    pub(super) state: LedgerState,
    /// The record of each contact, in their order.
    pub(super) records: Vec<Option<String>>,
    /// Attachments that are on every record.
    pub(super) attachments: u32,
}

/// What the steps of attachments begin with.
pub(super) const FILE_STEP: &str = "attachment:";

/// Whether a step writes a record, and not a line or a file of one.
pub(super) fn is_record(step: &str) -> bool {
    !step.starts_with(LINE_STEP) && !step.starts_with(FILE_STEP)
}

/// Whether nothing of a save is known to be there, and something may still come.
pub(super) fn may_come(steps: &[Step], now_ms: i64) -> bool {
    let records: Vec<&Step> = steps.iter().filter(|step| is_record(&step.name)).collect();
    let comes = |step: &&Step| step.until_ms.is_some_and(|until_ms| until_ms > now_ms);
    records.iter().all(|step| step.state != StepState::Done) && records.iter().any(comes)
}

/// Reads the steps of a save to these contacts. `awaited` says that somebody may still be at it: what is missing may
/// come.
pub(super) fn of(head: &Head, contacts: &[&str], steps: &[Step], awaited: bool) -> Progress {
    let by_name: HashMap<&str, &Step> = steps.iter().map(|step| (&*step.name, step)).collect();
    let done = |name: &str| by_name.get(name).filter(|step| step.state == StepState::Done)?.record.clone();
    let entry = done(ENTRY_STEP);
    let of_contact = |contact: &&str| match &entry {
        Some(entry) => done(&format!("{LINE_STEP}{contact}")).map(|_| entry.clone()),
        None => steps
            .iter()
            .filter(|step| is_record(&step.name) && step.state == StepState::Done)
            .find(|step| step.name.rsplit_once(':').is_some_and(|(_, whose)| whose == *contact))
            .and_then(|step| step.record.clone()),
    };
    let records: Vec<Option<String>> = contacts.iter().map(of_contact).collect();
    let written: Vec<RecordId> = steps
        .iter()
        .filter(|step| is_record(&step.name) && step.state == StepState::Done)
        .filter_map(|step| step.record.clone().map(RecordId))
        .collect();
    let files = if head.kind.takes_attachments() { head.attachments.len() } else { 0 };
    let on_all = |index: &usize| {
        let there = |record: &RecordId| done(&plan::attachment_step(*index, record)).is_some();
        !written.is_empty() && written.iter().all(there)
    };
    let begun = |index: usize| steps.iter().any(|step| step.name.starts_with(&format!("{FILE_STEP}{index}:")));
    let attachments = (0..files).filter(on_all).count();
    let is_open = steps.iter().any(|step| is_record(&step.name) && step.state == StepState::Sent);
    let state = if written.is_empty() {
        // What nobody knows may be there: it is whoever looks for it who finds out.
        if is_open { LedgerState::Saving } else { LedgerState::Nothing }
    } else if records.iter().all(Option::is_some) {
        match (attachments == files, awaited && !(0..files).all(begun)) {
            (true, _) => LedgerState::Saved,
            (false, true) => LedgerState::Saving,
            (false, false) => LedgerState::Partly,
        }
    } else {
        LedgerState::Partly
    };
    Progress { state, records, attachments: u32::try_from(attachments).unwrap_or(u32::MAX) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::saves::plan::Kind;

    fn head(kind: Kind, files: usize) -> Head {
        Head::for_tests(kind, files)
    }

    fn activity() -> Kind {
        Kind::Activity { activity_type: "EMAIL".to_owned(), fields: Vec::new() }
    }

    fn step(name: &str, state: StepState, record: Option<&str>) -> Step {
        Step { name: name.to_owned(), state, record: record.map(str::to_owned), until_ms: None }
    }

    fn done(name: &str, record: &str) -> Step {
        step(name, StepState::Done, Some(record))
    }

    #[test]
    fn an_entry_of_the_log_counts_for_those_who_have_a_line() {
        let head = head(Kind::Log, 0);
        let mut steps = vec![done("log", "CommunicationLog:1"), done("recipient:101", "Recipient:1")];
        let progress = of(&head, &["101", "107"], &steps, true);
        assert_eq!(
            (progress.state, progress.records),
            (LedgerState::Partly, vec![Some("CommunicationLog:1".to_owned()), None])
        );
        steps.push(done("recipient:107", "Recipient:2"));
        assert_eq!(of(&head, &["101", "107"], &steps, false).state, LedgerState::Saved);
    }

    #[test]
    fn nothing_is_saved_until_something_is_there() {
        let head = head(activity(), 0);
        let state = |steps: &[Step]| of(&head, &["101"], steps, true).state;
        assert_eq!(state(&[]), LedgerState::Nothing);
        assert_eq!(state(&[step("activity:101", StepState::Refused, None)]), LedgerState::Nothing);
        assert_eq!(state(&[step("activity:101", StepState::Sent, None)]), LedgerState::Saving);
        assert_eq!(state(&[done("activity:101", "Activity:1")]), LedgerState::Saved);
    }

    #[test]
    fn attachments_are_awaited_while_somebody_may_be_at_it_and_missing_afterwards() {
        let head = head(activity(), 2);
        let mut steps =
            vec![done("activity:101", "Activity:1"), done("attachment:0:Activity:1", "Attachment:Activity:1:5")];
        let now = |steps: &[Step], awaited| {
            let progress = of(&head, &["101"], steps, awaited);
            (progress.state, progress.attachments)
        };
        assert_eq!(now(&steps, true), (LedgerState::Saving, 1));
        assert_eq!(now(&steps, false), (LedgerState::Partly, 1));
        steps.push(step("attachment:1:Activity:1", StepState::Refused, None));
        assert_eq!(now(&steps, true), (LedgerState::Partly, 1), "it was tried");
        steps[2] = done("attachment:1:Activity:1", "Attachment:Activity:1:6");
        assert_eq!(now(&steps, true), (LedgerState::Saved, 2));
    }

    #[test]
    fn a_record_without_files_of_its_kind_is_whole_without_them() {
        let kind = Kind::ContactInteraction { type_code: "E".to_owned(), action_code: "R".to_owned() };
        let steps = [done("interaction:101", "ContactInteraction:1")];
        assert_eq!(of(&head(kind, 3), &["101"], &steps, true).state, LedgerState::Saved);
    }
}
