//! Writing the records of a save: one wave for a log entry and one for its
//! lines, or one wave for everything else, however many contacts there are.

use super::journal::{Journal, Look, Task};
use super::plan::{self, Head, Kind};
use super::{mapping, note};
use crate::config::ACTIVITY_KEY;
use crate::failure::Failure;
use api::{Problem, ProblemCode, Record, RecordId, RecordOutcome, SaveMessage, TargetContact};
use imis::{Acting, ColumnForm, LogId, NewContactInteraction, NewLog, NewRow, PartyId, RecipientId, RowValue};

/// What a log entry's key starts with, as a record.
const LOG: &str = "CommunicationLog:";
/// What an activity's key starts with, as a record.
const ACTIVITY: &str = "Activity:";
/// What the key of a row of a table of the site starts with, before the table's name.
pub(crate) const TABLE: &str = "Table:";
const INTERACTION: &str = "ContactInteraction:";
const RECIPIENT: &str = "Recipient:";
/// The step of the entry of the log that all contacts of a save share.
pub(crate) const ENTRY_STEP: &str = "log";
/// What the steps that write the lines of a log entry begin with.
pub(crate) const LINE_STEP: &str = "recipient:";

/// Writes what is not written yet.
pub(crate) async fn records(
    acting: &Acting,
    journal: &mut Journal,
    head: &Head,
    (ask, user): (&SaveMessage, &str),
) -> Result<Vec<Record>, Failure> {
    let date = head.local_time().ok_or_else(|| Failure::invalid("sent_ms"))?;
    match &head.kind {
        Kind::Log => {
            let (text, html) = (note::in_text(ask, plan::body_text(ask)), note::in_html(ask));
            let subject = plan::subject(ask);
            let new = NewLog { subject, html: &html, text: &text, message_key: &head.message_key };
            log(acting, journal, &new, &ask.contacts).await
        }
        Kind::Activity { activity_type, fields } => {
            let mut values = mapping::values(fields, ask, user, head.sent_ms)?;
            let fixed = |column: &str, value: &str| RowValue {
                column: column.to_owned(),
                form: ColumnForm::Text,
                value: value.to_owned(),
            };
            values.insert(0, fixed("ACTIVITY_TYPE", activity_type));
            let at = Place {
                entity: "Activity",
                key: (ACTIVITY_KEY, &head.message_key),
                record: ACTIVITY,
                step: "activity",
            };
            rows(acting, journal, at, &values, ask).await
        }
        Kind::Row { entity, key_column, fields } => {
            let values = mapping::values(fields, ask, user, head.sent_ms)?;
            let record = format!("{TABLE}{entity}:");
            let at = Place { entity, key: (key_column, &head.message_key), record: &record, step: "row" };
            rows(acting, journal, at, &values, ask).await
        }
        Kind::ContactInteraction { type_code, action_code } => {
            let text = note::in_text(ask, plan::body_text(ask));
            let parties = of_contacts(&ask.contacts);
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

fn of_contacts(contacts: &[TargetContact]) -> Vec<PartyId> {
    contacts.iter().map(|contact| PartyId::new(contact.id.0.clone())).collect()
}

/// The table and the key of a row of one, where a record is that.
pub(crate) fn row_of_table(record: &RecordId) -> Option<(&str, &str)> {
    record.0.strip_prefix(TABLE)?.split_once(':')
}

/// Looks for the entry of the log that a save may have written.
pub(crate) fn look_for_entry<'a>(acting: &'a Acting, head: &'a Head) -> Look<'a> {
    Box::pin(async move {
        let found = acting.find_logs(&head.message_key).await?;
        Ok(found.iter().map(|id| format!("{LOG}{id}")).collect())
    })
}

/// Looks for the record of a contact that a save of this kind may have written.
pub(crate) fn look_for<'a>(acting: &'a Acting, head: &'a Head, contact: &str) -> Option<Look<'a>> {
    let party = PartyId::new(contact);
    let rows = |entity: &'a str, column: &'a str, record: String| -> Look<'a> {
        let party = party.clone();
        Box::pin(async move {
            let found = acting.find_rows(entity, &party, (column, &head.message_key)).await?;
            Ok(found.iter().map(|id| format!("{record}{id}")).collect())
        })
    };
    match &head.kind {
        Kind::Activity { .. } => Some(rows("Activity", ACTIVITY_KEY, ACTIVITY.to_owned())),
        Kind::Row { entity, key_column, .. } => Some(rows(entity, key_column, format!("{TABLE}{entity}:"))),
        Kind::ContactInteraction { .. } => {
            let party = party.clone();
            Some(Box::pin(async move {
                let found = acting.find_contact_interactions(&party, &head.message_key).await?;
                Ok(found.iter().map(|id| format!("{INTERACTION}{id}")).collect())
            }))
        }
        Kind::Log | Kind::WrittenActivity { .. } | Kind::Note => None,
    }
}

/// Where rows go, what they are found again by, and how their records and steps are named.
#[derive(Clone, Copy)]
struct Place<'a> {
    entity: &'a str,
    key: (&'a str, &'a str),
    record: &'a str,
    step: &'a str,
}

/// Writes one row a contact, all with the same values.
async fn rows(
    acting: &Acting,
    journal: &mut Journal,
    at: Place<'_>,
    values: &[RowValue],
    ask: &SaveMessage,
) -> Result<Vec<Record>, Failure> {
    let parties = of_contacts(&ask.contacts);
    let tasks = parties.iter().map(|party| row(acting, at, values, party)).collect();
    each(journal, &ask.contacts, tasks).await
}

fn row<'a>(acting: &'a Acting, at: Place<'a>, values: &'a [RowValue], party: &'a PartyId) -> Task<'a> {
    let look = || -> Look<'a> {
        Box::pin(async move {
            let found = acting.find_rows(at.entity, party, at.key).await?;
            Ok(found.iter().map(|id| format!("{}{id}", at.record)).collect())
        })
    };
    Task {
        step: format!("{}:{party}", at.step),
        look: look(),
        looked_ms: None,
        look_again: look(),
        write: Box::pin(async move {
            let new = NewRow { entity: at.entity, party, values, key: at.key };
            acting.write_row(&new).await.map(|id| format!("{}{id}", at.record))
        }),
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
        looked_ms: None,
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
        step: ENTRY_STEP.to_owned(),
        look: look(),
        looked_ms: None,
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
    let looked_ms = Some(journal.now_ms());
    let there = if unknown { acting.find_recipients(log).await } else { Ok(Vec::new()) };
    let mut tasks = Vec::new();
    for (contact, party) in contacts.iter().zip(&parties) {
        let found = there.clone().map(|lines| of_party(&lines, party));
        let address = contact.address.as_ref().map(api::EmailAddress::as_str);
        tasks.push(Task {
            step: step(party),
            look: Box::pin(std::future::ready(found)),
            looked_ms,
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
