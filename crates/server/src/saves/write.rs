//! Writing the records of a save: one wave for a log entry and one for its
//! lines, or one wave for everything else, however many contacts there are.

use super::journal::{Journal, Look, Task, WAVE};
use super::plan::{self, Head, Kind};
use super::{mapping, note};
use crate::config::ACTIVITY_KEY;
use crate::failure::Failure;
use api::{Problem, ProblemCode, Record, RecordId, RecordOutcome, SaveMessage, TargetContact};
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use imis::{
    Absent as _, Acting, ColumnForm, ErrorKind, LogId, NewContactInteraction, NewLog, NewRow, PartyId, RecipientId,
    RowValue,
};
use std::fmt::Display;

/// What a log entry's key starts with, as a record.
pub(crate) const LOG: &str = "CommunicationLog:";
/// What an activity's key starts with, as a record.
pub(crate) const ACTIVITY: &str = "Activity:";
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
            log(acting, journal, head, (&new, &ask.contacts)).await
        }
        Kind::Activity { activity_type, fields } => {
            let mut values = mapping::values(fields, ask, user, head.sent_ms)?;
            let fixed = |column: &str, value: &str| RowValue {
                column: column.to_owned(),
                form: ColumnForm::Text,
                value: value.to_owned(),
            };
            values.insert(0, fixed("ACTIVITY_TYPE", activity_type));
            rows(acting, journal, (head, &Place::of_activities()), &values, ask).await
        }
        Kind::Row { entity, key_column, fields } => {
            let values = mapping::values(fields, ask, user, head.sent_ms)?;
            rows(acting, journal, (head, &Place::in_table(entity, key_column)), &values, ask).await
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
                interaction(acting, head, new)
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
    Box::pin(async move { Ok(new_of(head, LOG, &acting.find_logs(&head.message_key).await?)) })
}

/// Looks for the record of a contact that a save of this kind may have written.
pub(crate) fn look_for<'a>(acting: &'a Acting, head: &'a Head, contact: &str) -> Option<Look<'a>> {
    let party = PartyId::new(contact);
    match &head.kind {
        Kind::Activity { .. } => Some(Place::of_activities().look(acting, head, party)),
        Kind::Row { entity, key_column, .. } => Some(Place::in_table(entity, key_column).look(acting, head, party)),
        Kind::ContactInteraction { .. } => Some(look_for_interaction(acting, head, party)),
        Kind::Log | Kind::WrittenActivity { .. } | Kind::Note => None,
    }
}

/// The records that a message has, of the kind of a save that is not begun yet: none of them is its own. What iMIS
/// never shows this person it does not show later either, so nothing of it can be taken for the save's own.
pub(crate) async fn before(
    acting: &Acting,
    head: &Head,
    contacts: &[TargetContact],
) -> Result<Vec<String>, imis::Error> {
    let looks = contacts.iter().filter_map(|contact| look_for(acting, head, &contact.id.0));
    let entry = matches!(head.kind, Kind::Log).then(|| look_for_entry(acting, head));
    let looks: Vec<_> = looks.chain(entry).map(shown).collect();
    let found: Vec<Vec<String>> = stream::iter(looks).buffered(WAVE).try_collect().await?;
    Ok(found.concat())
}

/// What a look shows; nothing where iMIS never shows it to this person.
async fn shown(look: Look<'_>) -> Result<Vec<String>, imis::Error> {
    match look.await {
        Err(error) if error.is_absent() || matches!(error.kind, ErrorKind::Refused { .. }) => Ok(Vec::new()),
        found => found,
    }
}

fn look_for_interaction<'a>(acting: &'a Acting, head: &'a Head, party: PartyId) -> Look<'a> {
    Box::pin(async move {
        let found = acting.find_contact_interactions(&party, &head.message_key).await?;
        Ok(new_of(head, INTERACTION, &found))
    })
}

/// What was found, as records, but for those that were there before the save.
fn new_of<I: Display>(head: &Head, record: &str, found: &[I]) -> Vec<String> {
    let found = found.iter().map(|id| format!("{record}{id}"));
    found.filter(|record| !head.before.contains(record)).collect()
}

/// Where rows go, the column they are found again by, and how their records and steps are named.
struct Place<'a> {
    entity: &'a str,
    key_column: &'a str,
    record: String,
    step: &'static str,
}

impl<'a> Place<'a> {
    fn of_activities() -> Self {
        Self { entity: "Activity", key_column: ACTIVITY_KEY, record: ACTIVITY.to_owned(), step: "activity" }
    }

    fn in_table(entity: &'a str, key_column: &'a str) -> Self {
        Self { entity, key_column, record: format!("{TABLE}{entity}:"), step: "row" }
    }

    /// Looks for the row of a contact.
    fn look(&self, acting: &'a Acting, head: &'a Head, party: PartyId) -> Look<'a> {
        let (entity, key, record) = (self.entity, (self.key_column, &*head.message_key), self.record.clone());
        Box::pin(async move { Ok(new_of(head, &record, &acting.find_rows(entity, &party, key).await?)) })
    }
}

/// Writes one row a contact, all with the same values.
async fn rows(
    acting: &Acting,
    journal: &mut Journal,
    (head, at): (&Head, &Place<'_>),
    values: &[RowValue],
    ask: &SaveMessage,
) -> Result<Vec<Record>, Failure> {
    let parties = of_contacts(&ask.contacts);
    let task = |party| Task {
        step: format!("{}:{party}", at.step),
        look: at.look(acting, head, PartyId::clone(party)),
        looked_ms: None,
        look_again: at.look(acting, head, party.clone()),
        write: Box::pin(async move {
            let new = NewRow { entity: at.entity, party, values, key: (at.key_column, &head.message_key) };
            acting.write_row(&new).await.map(|id| format!("{}{id}", at.record))
        }),
    };
    let tasks = parties.iter().map(task).collect();
    each(journal, &ask.contacts, tasks).await
}

/// Writes one contact's interaction.
pub(crate) fn interaction<'a>(acting: &'a Acting, head: &'a Head, new: NewContactInteraction<'a>) -> Task<'a> {
    Task {
        step: format!("interaction:{}", new.party),
        look: look_for_interaction(acting, head, new.party.clone()),
        looked_ms: None,
        look_again: look_for_interaction(acting, head, new.party.clone()),
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
    head: &Head,
    (new, contacts): (&NewLog<'_>, &[TargetContact]),
) -> Result<Vec<Record>, Failure> {
    let entry = Task {
        step: ENTRY_STEP.to_owned(),
        look: look_for_entry(acting, head),
        looked_ms: None,
        look_again: look_for_entry(acting, head),
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
