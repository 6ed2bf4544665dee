//! Saves that only iMIS knows of: made before there was a ledger, or by other means.

use crate::app::App;
use crate::failure::Failure;
use crate::saves::plan;
use crate::session::Session;
use api::{ContactId, LedgerEntry, LedgerState, MessageFacts, RecordId, SavedTo};
use imis::{RecordOfMessage, RecordStore};

/// Most saves told of.
const SAVES_MAX: usize = 20;
/// Furthest a place is from UTC, in minutes.
const OFFSET_MAX_MINUTES: i32 = 18 * 60;

/// What iMIS has of a message, newest first. Its times have no zone; they are taken for those of the person's place.
pub(super) async fn saves(
    app: &App,
    session: &Session,
    facts: &MessageFacts,
    utc_offset_minutes: i32,
) -> Result<Vec<LedgerEntry>, Failure> {
    let Some(key) = plan::key_of_message(&facts.message_id) else { return Ok(Vec::new()) };
    let acting = session.acting(app)?;
    let asked = async { futures_util::join!(acting.records_of_message(&key), acting.abilities()) };
    let (records, abilities) = session.while_alive(Box::pin(asked)).await?;
    let records = match records {
        Ok(records) => records,
        Err(error) => return Err(session.end_if_out(app, Failure::imis(&error)).await),
    };
    let offset = utc_offset_minutes.clamp(-OFFSET_MAX_MINUTES, OFFSET_MAX_MINUTES);
    let saved_as = |record: &RecordOfMessage| match record.store {
        RecordStore::Activity => {
            let types = abilities.as_ref().map(|abilities| &*abilities.activity_types).unwrap_or_default();
            let kind = types.iter().find(|kind| kind.id.eq_ignore_ascii_case(&record.type_code));
            kind.map_or_else(|| record.type_code.clone(), |kind| kind.description.clone())
        }
        _ => crate::saves::INTERACTION.to_owned(),
    };
    let mut saves: Vec<LedgerEntry> = Vec::new();
    for record in &records {
        let at_ms = record.at.map_or(0, |at| at.assume_utc().unix_timestamp() * 1000 - i64::from(offset) * 60_000);
        let (saved_as, by) = (saved_as(record), record.by.clone().unwrap_or_default());
        let named = crate::records::name(record.store, &record.key);
        let to = record.contacts.iter().map(|contact| SavedTo {
            contact: ContactId(contact.as_str().to_owned()),
            name: String::new(),
            record: Some(RecordId(named.0.clone())),
        });
        // Activities of one save are one for each contact.
        let same = |save: &&mut LedgerEntry| save.at_ms == at_ms && save.saved_as == saved_as && save.by == by;
        if record.store == RecordStore::Activity
            && let Some(save) = saves.iter_mut().find(same)
        {
            save.to.extend(to);
            continue;
        }
        saves.push(LedgerEntry {
            id: None,
            mine: crate::session::user_key(&by) == session.user_key(),
            by,
            at_ms,
            saved_as,
            to: to.collect(),
            attachments: 0,
            state: LedgerState::Saved,
            may_remove: false,
            removed: None,
            unfinished: None,
        });
    }
    saves.sort_by_key(|save| std::cmp::Reverse(save.at_ms));
    saves.truncate(SAVES_MAX);
    Ok(saves)
}
