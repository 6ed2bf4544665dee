//! What a save will write, decided once: a retry writes the same, whatever the
//! site offers by then.

use super::{mapping, text};
use crate::config::{Keyring, Site, activity_fields};
use crate::failure::Failure;
use crate::seal::{self, Purpose};
use crate::store::SaveKey;
use crate::to_api;
use api::{
    ActivityTypeId, AttachmentName, ContactId, InteractionStore, MappedField, Problem, ProblemCode, RecordId, SaveAs,
    SaveId, SaveMessage, TableId, Unfinished,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::borrow::Cow;
use std::collections::HashSet;
use time::{OffsetDateTime, PrimitiveDateTime};

/// Most attachments of one message.
const ATTACHMENTS_MAX: usize = 200;
/// Longest message key as it is; `UF_1` has 255 characters (`imis.md §6.1`).
const MESSAGE_KEY_MAX_BYTES: usize = 200;
/// What records written without a message are found again by begins so; it means nothing to people.
pub(crate) const WRITTEN: &str = "written:";
/// Likewise, of messages without an id.
const SAVED: &str = "save:";
/// Furthest a place is from UTC, in minutes, with room for history.
const OFFSET_MAX_MINUTES: i32 = 18 * 60;

/// What kind of record is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Kind {
    /// One entry in the communication log, a line for each contact.
    Log,
    /// A contact interaction for each contact.
    ContactInteraction { type_code: String, action_code: String },
    /// An activity for each contact, and which part of the message goes where.
    Activity {
        activity_type: String,
        #[serde(default)]
        fields: Vec<MappedField>,
    },
    /// A row of a table of the site for each contact, likewise, and the column that keeps what it is found again by.
    Row { entity: String, key_column: String, fields: Vec<MappedField> },
    /// An activity for each contact, out of a form, and the column that keeps what it is found again by.
    WrittenActivity { activity_type: String, kept_in: Option<String> },
    /// A note for each contact.
    Note,
}

impl Kind {
    /// Whether its records take files.
    pub(crate) const fn takes_attachments(&self) -> bool {
        matches!(self, Self::Log | Self::Activity { .. })
    }
}

/// An attachment that will be uploaded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Attachment {
    pub(crate) name: String,
    pub(crate) content_type: String,
}

/// What the whole save, uploads included, goes by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Head {
    pub(crate) kind: Kind,
    /// Finds the records again.
    pub(crate) message_key: String,
    pub(super) sent_ms: i64,
    utc_offset_minutes: i32,
    pub(crate) attachments: Vec<Attachment>,
    /// Records of the message that were there before the first write, where the person knew of some.
    #[serde(default)]
    pub(crate) before: Vec<String>,
}

/// Refuses what makes no sense.
pub(crate) fn check(ask: &SaveMessage, site: &Site) -> Result<(), Failure> {
    let contacts = ask.contacts.iter().map(|contact| &contact.id);
    check_targets(&ask.save, contacts, ask.message.utc_offset_minutes, site)?;
    if ask.attachments.len() > ATTACHMENTS_MAX {
        return Err(Failure::invalid("attachments"));
    }
    if ask.message.note.len() > SaveMessage::NOTE_MAX_BYTES {
        return Err(Failure::invalid("note"));
    }
    if ask.fields.len() > SaveMessage::FIELDS_MAX {
        return Err(Failure::invalid("fields"));
    }
    let refused = |attachment: &&api::SavedAttachment| !site.attachment_types.allow(attachment.name.as_str());
    if let Some(attachment) = ask.attachments.iter().find(refused) {
        let detail = format!("{}: files of this kind are not taken here", attachment.name.as_str());
        let problem = Problem {
            detail: Some(detail),
            field: Some("attachments".to_owned()),
            ..Problem::new(ProblemCode::Invalid)
        };
        return Err(Failure::of(problem));
    }
    let longest = ask.message.html.len().max(ask.message.text.len());
    if longest > SaveMessage::BODY_MAX_BYTES {
        return Err(Failure::new(ProblemCode::TooLarge));
    }
    Ok(())
}

/// Refuses ids that are none, too many contacts, and times of no place on Earth.
pub(crate) fn check_targets<'a>(
    save: &SaveId,
    contacts: impl Iterator<Item = &'a ContactId>,
    utc_offset_minutes: i32,
    site: &Site,
) -> Result<(), Failure> {
    if uuid::Uuid::try_parse(&save.0).is_err() {
        return Err(Failure::invalid("save"));
    }
    let plain = |letter: u8| letter.is_ascii_alphanumeric() || letter == b'-' || letter == b'_';
    let is_key = |id: &str| (1..=64).contains(&id.len()) && id.bytes().all(plain);
    let contacts: Vec<&ContactId> = contacts.collect();
    let unique: HashSet<_> = contacts.iter().collect();
    if contacts.is_empty()
        || contacts.len() > site.contacts_max
        || unique.len() != contacts.len()
        || !contacts.iter().all(|contact| is_key(&contact.0))
    {
        return Err(Failure::invalid("contacts"));
    }
    if !(-OFFSET_MAX_MINUTES..=OFFSET_MAX_MINUTES).contains(&utc_offset_minutes) {
        return Err(Failure::invalid("utc_offset_minutes"));
    }
    Ok(())
}

impl Head {
    /// Decides what to write, by what this person may do here.
    pub(crate) fn new(
        ask: &SaveMessage,
        abilities: &imis::Abilities,
        site: &Site,
        (user, now_ms): (&str, i64),
    ) -> Result<Self, Failure> {
        let kind = kind(ask, abilities, site)?;
        // What does not fit is told before anything is written.
        if let Kind::Activity { fields, .. } | Kind::Row { fields, .. } = &kind {
            mapping::values(fields, ask, user, now_ms)?;
        } else if !ask.fields.is_empty() {
            return Err(Failure::invalid("fields"));
        }
        let head = Self {
            kind,
            message_key: message_key(&ask.message.message_id, &ask.save.0),
            sent_ms: ask.message.sent_ms.unwrap_or(now_ms),
            utc_offset_minutes: ask.message.utc_offset_minutes,
            attachments: attachments(ask),
            before: Vec::new(),
        };
        if head.local_time().is_none() { Err(Failure::invalid("sent_ms")) } else { Ok(head) }
    }

    /// Whether this asks for the same kind of records with the same attachments.
    pub(crate) fn is_of(&self, ask: &SaveMessage, site: &Site) -> bool {
        let same = match (&self.kind, &ask.save_as) {
            (Kind::Log | Kind::ContactInteraction { .. }, SaveAs::Interaction) => true,
            (
                Kind::ContactInteraction { type_code, action_code },
                SaveAs::ContactInteraction { type_code: of, action_code: how },
            ) => type_code == of && action_code == how,
            (Kind::Activity { activity_type, .. }, SaveAs::Activity { activity_type: of }) => *activity_type == of.0,
            (Kind::Row { .. }, SaveAs::Table { table }) => self.table(site).is_some_and(|known| known == *table),
            _ => false,
        };
        same && self.attachments == attachments(ask)
    }

    /// The table of the site that its rows go to, as it is called there now.
    fn table(&self, site: &Site) -> Option<TableId> {
        let Kind::Row { entity, key_column, .. } = &self.kind else { return None };
        let same = |table: &&crate::config::Table| table.entity == *entity && table.message_key == *key_column;
        site.tables.iter().find(same).map(|table| table.id.clone())
    }

    /// How the person who left it in part goes on with it.
    pub(crate) fn unfinished(&self, save: &str, site: &Site) -> Option<Unfinished> {
        let (activity, table, interaction) = match &self.kind {
            Kind::Log => (None, None, None),
            Kind::ContactInteraction { type_code, action_code } => {
                (None, None, Some((type_code.clone(), action_code.clone())))
            }
            Kind::Activity { activity_type, .. } => (Some(ActivityTypeId(activity_type.clone())), None, None),
            Kind::Row { .. } => (None, Some(self.table(site)?), None),
            Kind::WrittenActivity { .. } | Kind::Note => return None,
        };
        let attachments = self.attachments.iter().map(|file| AttachmentName::new(&file.name)).collect();
        Some(Unfinished { save: SaveId(save.to_owned()), activity, table, interaction, attachments })
    }

    /// Of records that are written without a message, now.
    pub(crate) fn written(
        kind: Kind,
        message_key: String,
        now_ms: i64,
        utc_offset_minutes: i32,
    ) -> Result<Self, Failure> {
        let (attachments, before) = (Vec::new(), Vec::new());
        let head = Self { kind, message_key, sent_ms: now_ms, utc_offset_minutes, attachments, before };
        if head.local_time().is_none() { Err(Failure::invalid("utc_offset_minutes")) } else { Ok(head) }
    }

    /// A head of this kind with so many attachments, and nothing else of interest.
    #[cfg(test)]
    pub(crate) fn for_tests(kind: Kind, attachments: usize) -> Self {
        let file = Attachment { name: String::new(), content_type: String::new() };
        let (attachments, before) = (vec![file; attachments], Vec::new());
        Self { kind, message_key: String::new(), sent_ms: 0, utc_offset_minutes: 0, attachments, before }
    }

    /// When the message was sent, where the person is.
    pub(crate) fn local_time(&self) -> Option<PrimitiveDateTime> {
        let local_ms = self.sent_ms.checked_add(i64::from(self.utc_offset_minutes) * 60_000)?;
        let local = OffsetDateTime::from_unix_timestamp(local_ms.div_euclid(1000)).ok()?;
        (1..=9999).contains(&local.year()).then(|| PrimitiveDateTime::new(local.date(), local.time()))
    }

    /// As it rests: names of files are the person's own.
    pub(crate) fn seal(&self, ring: &Keyring, key: &SaveKey) -> Result<Vec<u8>, Failure> {
        let plain = serde_json::to_vec(self).map_err(|error| Failure::internal(&error))?;
        Ok(seal::seal(ring, Purpose::Save, b"", &place(key), &plain))
    }

    /// Opens what [`Head::seal`] made. With the key gone from the ring the save cannot go on.
    pub(crate) fn open(ring: &Keyring, key: &SaveKey, sealed: &[u8]) -> Result<Self, Failure> {
        let gone = |_| Failure::new(ProblemCode::Conflict);
        let plain = seal::open(ring, Purpose::Save, b"", &place(key), sealed).map_err(gone)?;
        serde_json::from_slice(&plain).map_err(|error| Failure::internal(&error))
    }
}

/// What something of a save is sealed for.
pub(crate) fn place(key: &SaveKey) -> Vec<u8> {
    [&key.site, "\0", &key.user_name, "\0", &key.save].concat().into_bytes()
}

fn kind(ask: &SaveMessage, abilities: &imis::Abilities, site: &Site) -> Result<Kind, Failure> {
    match &ask.save_as {
        SaveAs::Activity { activity_type } => {
            let types = to_api::activity_types(&abilities.activity_types, &site.activity_types);
            let chosen = types.into_iter().find(|kind| kind.id == *activity_type);
            let chosen = chosen.ok_or_else(|| Failure::invalid("activity_type"))?;
            let form = abilities.activity_forms.iter().find(|form| form.id == chosen.id.0);
            let fields = activity_fields(site, form, &chosen.id.0);
            Ok(Kind::Activity { activity_type: chosen.id.0, fields })
        }
        SaveAs::Table { table } => {
            let chosen = site.tables.iter().find(|known| known.id == *table);
            let chosen = chosen.ok_or_else(|| Failure::invalid("table"))?;
            let (entity, key_column) = (chosen.entity.clone(), chosen.message_key.clone());
            Ok(Kind::Row { entity, key_column, fields: chosen.fields.clone() })
        }
        SaveAs::ContactInteraction { type_code, action_code } => {
            let offered = to_api::interaction_types(abilities);
            let is_offered = offered
                .iter()
                .any(|kind| kind.code == *type_code && kind.actions.iter().any(|(code, _)| code == action_code));
            if !is_offered {
                return Err(Failure::invalid("interaction_type"));
            }
            Ok(Kind::ContactInteraction { type_code: type_code.clone(), action_code: action_code.clone() })
        }
        SaveAs::Interaction => match (to_api::interaction_store(abilities), &abilities.contact_interaction) {
            (Some(InteractionStore::CommunicationLog), _) => Ok(Kind::Log),
            (Some(InteractionStore::ContactInteraction), Some(defaults)) => Ok(Kind::ContactInteraction {
                type_code: defaults.type_code.clone(),
                action_code: defaults.action_code.clone(),
            }),
            _ => Err(Failure::new(ProblemCode::Forbidden)),
        },
    }
}

/// Whether what a record is found again by can only be of our making.
pub(crate) fn is_our_key(key: &str) -> bool {
    let begins = |with: &str| key.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with));
    begins(WRITTEN) || begins(SAVED)
}

/// What the records of a message with an id are found again by.
pub(crate) fn key_of_message(message_id: &str) -> Option<String> {
    (!message_id.trim().is_empty()).then(|| message_key(message_id, ""))
}

/// The Message-ID, or what stands for it, in a form that iMIS can keep and find. Its sender chose it, so none is taken
/// for a key of ours.
fn message_key(message_id: &str, save: &str) -> String {
    let id = message_id.trim();
    let odd = |id: &str| id.contains('|') || id.contains(char::is_control) || is_our_key(id);
    if id.is_empty() {
        format!("{SAVED}{save}")
    } else if id.len() > MESSAGE_KEY_MAX_BYTES || odd(id) {
        Sha256::digest(id).iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
    } else {
        id.to_owned()
    }
}

/// Every name once: a file is found again by its name.
fn attachments(ask: &SaveMessage) -> Vec<Attachment> {
    let mut taken = HashSet::new();
    let mut attachments = Vec::new();
    for asked in &ask.attachments {
        // iMIS's answers are read without the white space around them.
        let plain = Some(asked.name.as_str().trim()).filter(|name| !name.is_empty()).unwrap_or("attachment");
        let mut name = plain.to_owned();
        let mut copy = 2;
        while !taken.insert(name.to_lowercase()) {
            name = numbered(plain, copy);
            copy += 1;
        }
        let kind = asked.content_type.trim();
        let is_kind = kind.len() <= 127 && kind.contains('/') && kind.bytes().all(|byte| byte.is_ascii_graphic());
        let content_type = if is_kind { kind } else { "application/octet-stream" }.to_owned();
        attachments.push(Attachment { name, content_type });
    }
    attachments
}

fn numbered(name: &str, copy: u32) -> String {
    let (stem, extension) = match name.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() && extension.len() <= 10 => (stem, format!(".{extension}")),
        _ => (name, String::new()),
    };
    let tail = format!(" ({copy}){extension}");
    let mut end = stem.len().min(AttachmentName::MAX_BYTES.saturating_sub(tail.len()));
    while !stem.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{tail}", &stem[..end])
}

/// The subject as it is stored.
pub(crate) fn subject(ask: &SaveMessage) -> &str {
    match ask.message.subject.trim() {
        "" => "(no subject)",
        subject => subject,
    }
}

/// The body as text.
pub(crate) fn body_text(ask: &SaveMessage) -> Cow<'_, str> {
    if ask.message.text.trim().is_empty() {
        Cow::Owned(text::of_html(&ask.message.html))
    } else {
        Cow::Borrowed(&ask.message.text)
    }
}

/// The step that writes an attachment to a record.
pub(crate) fn attachment_step(index: usize, record: &RecordId) -> String {
    format!("attachment:{index}:{}", record.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_found_again_by_its_id_or_by_the_save() {
        assert_eq!(message_key(" <1@a.example> ", "s"), "<1@a.example>");
        assert_eq!(message_key("", "s"), "save:s");
        assert_eq!(message_key(&"x".repeat(201), "s").len(), 64);
        for odd in ["<a|b@c>", "written:1", "WRITTEN:", "Save:s"] {
            assert_eq!(message_key(odd, "s").len(), 64, "{odd}");
        }
    }

    #[test]
    fn a_second_file_of_the_same_name_is_numbered() {
        assert_eq!(numbered("image001.png", 2), "image001 (2).png");
        assert_eq!(numbered("README", 3), "README (3)");
        assert!(numbered(&format!("{}.png", "é".repeat(73)), 2).len() <= AttachmentName::MAX_BYTES);
        assert!(numbered(&format!("a.{}", "x".repeat(148)), 2).len() <= AttachmentName::MAX_BYTES);
    }

    #[test]
    fn the_time_is_that_of_the_place() {
        let head = |sent_ms, utc_offset_minutes| Head {
            kind: Kind::Log,
            message_key: String::new(),
            sent_ms,
            utc_offset_minutes,
            attachments: Vec::new(),
            before: Vec::new(),
        };
        // 2026-01-01T00:00:00Z
        let text = |minutes| head(1_767_225_600_000, minutes).local_time().unwrap().to_string();
        assert_eq!(text(-60), "2025-12-31 23:00:00.0");
        assert_eq!(text(330), "2026-01-01 5:30:00.0");
        assert_eq!(head(i64::MAX, 0).local_time(), None);
    }
}
