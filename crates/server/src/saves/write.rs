//! Writing the records of a save: one wave for a log entry and one for its
//! lines, or one wave for everything else, however many contacts there are.

use super::journal::{Journal, Look, Task};
use super::plan::{self, Head, Kind};
use crate::failure::Failure;
use api::{Problem, ProblemCode, Record, RecordId, RecordOutcome, SaveMessage, TargetContact};
use imis::{Acting, ActivityFields, LogId, NewActivity, NewContactInteraction, NewLog, PartyId, RecipientId};
use time::PrimitiveDateTime;

/// What a log entry's key starts with, as a record.
const LOG: &str = "CommunicationLog:";
/// What an activity's key starts with, as a record.
const ACTIVITY: &str = "Activity:";
const INTERACTION: &str = "ContactInteraction:";
const RECIPIENT: &str = "Recipient:";
/// What the steps that write the lines of a log entry begin with.
pub(crate) const LINE_STEP: &str = "recipient:";

/// Writes what is not written yet.
pub(crate) async fn records(
    acting: &Acting,
    journal: &mut Journal,
    head: &Head,
    ask: &SaveMessage,
) -> Result<Vec<Record>, Failure> {
    let date = head.local_time().ok_or_else(|| Failure::invalid("sent_ms"))?;
    match &head.kind {
        Kind::Log => {
            let text = plan::body_text(ask);
            let (subject, html) = (plan::subject(ask), &*ask.message.html);
            let new = NewLog { subject, html, text: &text, message_key: &head.message_key };
            log(acting, journal, &new, &ask.contacts).await
        }
        Kind::Activity { activity_type } => {
            let text = plan::body_text(ask);
            let parties = parties(ask);
            let tasks = parties.iter().map(|party| activity(acting, head, ask, activity_type, date, &text, party));
            each(journal, &ask.contacts, tasks.collect()).await
        }
        Kind::ContactInteraction { type_code, action_code } => {
            let text = plan::body_text(ask);
            let parties = parties(ask);
            let tasks = parties.iter().map(|party| {
                let new = NewContactInteraction {
                    party,
                    type_code,
                    action_code,
                    date_local: date,
                    description: plan::subject(ask),
                    details: &text,
                    message_key: &head.message_key,
                };
                interaction(acting, new)
            });
            each(journal, &ask.contacts, tasks.collect()).await
        }
        // The same id was used for what is no message.
        Kind::WrittenActivity { .. } | Kind::Note => Err(Failure::new(ProblemCode::Conflict)),
    }
}

fn parties(ask: &SaveMessage) -> Vec<PartyId> {
    of_contacts(&ask.contacts)
}

fn of_contacts(contacts: &[TargetContact]) -> Vec<PartyId> {
    contacts.iter().map(|contact| PartyId::new(contact.id.0.clone())).collect()
}

fn activity<'a>(
    acting: &'a Acting,
    head: &'a Head,
    ask: &'a SaveMessage,
    activity_type: &'a str,
    date: PrimitiveDateTime,
    note: &'a str,
    party: &'a PartyId,
) -> Task<'a> {
    let new = NewActivity {
        party,
        activity_type,
        transaction_date_local: date,
        description: plan::subject(ask),
        note,
        message_key: &head.message_key,
        fields: ActivityFields::default(),
    };
    let look = || -> Look<'a> {
        Box::pin(async move {
            let found = acting.find_activities(party, &head.message_key).await?;
            Ok(found.iter().map(|id| format!("{ACTIVITY}{id}")).collect())
        })
    };
    Task {
        step: format!("activity:{party}"),
        look: look(),
        look_again: look(),
        write: Box::pin(async move { acting.write_activity(&new).await.map(|id| format!("{ACTIVITY}{id}")) }),
    }
}

/// Writes one contact's interaction.
pub(crate) fn interaction<'a>(acting: &'a Acting, new: NewContactInteraction<'a>) -> Task<'a> {
    let look = || -> Look<'a> {
        Box::pin(async move {
            let found = acting.find_contact_interactions(new.party, new.message_key).await?;
            Ok(found.iter().map(|id| format!("{INTERACTION}{id}")).collect())
        })
    };
    Task {
        step: format!("interaction:{}", new.party),
        look: look(),
        look_again: look(),
        write: Box::pin(
            async move { acting.write_contact_interaction(&new).await.map(|id| format!("{INTERACTION}{id}")) },
        ),
    }
}

/// Takes one step a contact; its record is the contact's own.
pub(crate) async fn each(
    journal: &mut Journal,
    contacts: &[TargetContact],
    tasks: Vec<Task<'_>>,
) -> Result<Vec<Record>, Failure> {
    let outcomes = journal.take(tasks).await?;
    let record = |(contact, outcome): (&TargetContact, &super::journal::Outcome)| match outcome.record() {
        Ok(record) => saved(contact, record),
        Err(problem) => failed(contact, problem),
    };
    Ok(contacts.iter().zip(&outcomes).map(record).collect())
}

/// Writes one entry of the log with a line for each contact.
pub(crate) async fn log(
    acting: &Acting,
    journal: &mut Journal,
    new: &NewLog<'_>,
    contacts: &[TargetContact],
) -> Result<Vec<Record>, Failure> {
    let look = || -> Look<'_> {
        Box::pin(async {
            let found = acting.find_logs(new.message_key).await?;
            Ok(found.iter().map(|id| format!("{LOG}{id}")).collect())
        })
    };
    let entry = Task {
        step: "log".to_owned(),
        look: look(),
        look_again: look(),
        write: Box::pin(async { acting.write_log(new).await.map(|id| format!("{LOG}{id}")) }),
    };
    let outcome = journal.take(vec![entry]).await?.pop().ok_or(Failure::new(ProblemCode::Internal))?;
    let record = match outcome.record() {
        Ok(record) => record.to_owned(),
        Err(problem) => return Ok(contacts.iter().map(|contact| failed(contact, problem)).collect()),
    };
    let log = LogId::new(record.strip_prefix(LOG).unwrap_or(&record));
    let lines = lines(acting, journal, &log, contacts).await?;
    let each = |(contact, outcome): (&TargetContact, Result<(), Problem>)| match outcome {
        Ok(()) => saved(contact, &record),
        Err(problem) => failed(contact, &problem),
    };
    Ok(contacts.iter().zip(lines).map(each).collect())
}

/// The lines of a log entry, one a contact.
async fn lines(
    acting: &Acting,
    journal: &mut Journal,
    log: &LogId,
    contacts: &[TargetContact],
) -> Result<Vec<Result<(), Problem>>, Failure> {
    let parties = of_contacts(contacts);
    let step = |party: &PartyId| format!("{LINE_STEP}{party}");
    // One look shows all lines, so it is made once, and only where somebody does not know.
    let unknown = parties.iter().any(|party| journal.is_unknown(&step(party)));
    let there = if unknown { acting.find_recipients(log).await } else { Ok(Vec::new()) };
    let mut tasks = Vec::new();
    for (contact, party) in contacts.iter().zip(&parties) {
        let found = there.clone().map(|lines| of_party(&lines, party));
        let address = contact.address.as_ref().map(api::EmailAddress::as_str);
        tasks.push(Task {
            step: step(party),
            look: Box::pin(std::future::ready(found)),
            look_again: Box::pin(async move { Ok(of_party(&acting.find_recipients(log).await?, party)) }),
            write: Box::pin(async move {
                acting.write_recipient(log, party, address).await.map(|id| format!("{RECIPIENT}{id}"))
            }),
        });
    }
    let outcomes = journal.take(tasks).await?;
    Ok(outcomes.iter().map(|outcome| outcome.record().map(drop).map_err(Clone::clone)).collect())
}

fn of_party(lines: &[(RecipientId, PartyId)], party: &PartyId) -> Vec<String> {
    lines.iter().filter(|(_, whose)| whose == party).map(|(id, _)| format!("{RECIPIENT}{id}")).collect()
}

fn saved(contact: &TargetContact, record: &str) -> Record {
    Record { contact: contact.id.clone(), outcome: RecordOutcome::Saved { record: RecordId(record.to_owned()) } }
}

fn failed(contact: &TargetContact, problem: &Problem) -> Record {
    Record { contact: contact.id.clone(), outcome: RecordOutcome::Failed { problem: problem.clone() } }
}
