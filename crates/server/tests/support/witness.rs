//! iMIS's ledger as the witness of a save: each record once, each attachment once on each, and nothing else.

use api::{SaveAs, SaveMessage};
use sha2::{Digest as _, Sha256};
use sim::imis::{Entry, Ledger};

/// What a file is known by: lower-case hex of its SHA-256.
pub(crate) fn hash(content: &[u8]) -> String {
    Sha256::digest(content).iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

/// The records of one entity that were made of this message.
fn of_message(ledger: &Ledger, entity: &str, ask: &SaveMessage) -> Vec<Entry> {
    let made = |entry: &Entry| entry.stored.to_string().contains(&ask.message.message_id);
    ledger.created(entity).into_iter().filter(made).collect()
}

/// A member of a row as text, whatever it is kept as.
fn text(entry: &Entry, member: &str) -> String {
    let value = &entry.stored[member];
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Says what is wrong with what the ledger has of a save, if anything is.
pub(crate) fn once_each(ledger: &Ledger, ask: &SaveMessage, files: &[Vec<u8>]) -> Result<(), String> {
    let mut contacts: Vec<String> = ask.contacts.iter().map(|contact| contact.id.0.clone()).collect();
    contacts.sort();
    let logs = of_message(ledger, "CommunicationLog", ask);
    let (entity, party, records, holders) = match &ask.save_as {
        SaveAs::Interaction if logs.is_empty() => {
            let records = of_message(ledger, "ContactInteraction", ask);
            ("ContactInteraction", "PartyId", records, Vec::new())
        }
        SaveAs::Interaction => {
            if logs.len() != 1 {
                return Err(format!("{} entries in the log", logs.len()));
            }
            let mut lines = ledger.created("CommunicationLogRecipient");
            lines.retain(|line| text(line, "CommunicationLog.CommunicationLogId") == logs[0].id);
            ("CommunicationLogRecipient", "Party.PartyId", lines, logs)
        }
        SaveAs::Activity { .. } => {
            let records = of_message(ledger, "Activity", ask);
            ("Activity", "ID", records.clone(), records)
        }
        SaveAs::ContactInteraction { .. } | SaveAs::Table { .. } => return Err("no witness".to_owned()),
    };
    let mut reached: Vec<String> = records.iter().map(|record| text(record, party)).collect();
    reached.sort();
    if reached != contacts {
        return Err(format!("{entity} for {reached:?}, not for {contacts:?}"));
    }
    let mut expected: Vec<(String, String)> = ask.attachments.iter().zip(files).map(named).collect();
    expected.sort();
    for holder in holders {
        let (entity, owner) = if entity == "Activity" {
            ("LegacyActivityAttachment", "ActivityId")
        } else {
            ("CommunicationLogAttachment", "CommunicationLogId")
        };
        let held = ledger.created(entity).into_iter().filter(|entry| text(entry, owner) == holder.id);
        let mut held: Vec<_> = held.filter_map(|entry| entry.file).map(|file| (file.name, file.sha256)).collect();
        held.sort();
        if held != expected {
            return Err(format!("on {}: {held:?}", holder.id));
        }
    }
    Ok(())
}

fn named((announced, content): (&api::SavedAttachment, &Vec<u8>)) -> (String, String) {
    (announced.name.as_str().to_owned(), hash(content))
}
