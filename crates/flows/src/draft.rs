//! What is about to be saved: as what, with which attachments, and what the person made of it.

use crate::{Attachment, AttachmentKind, Edited, FilledField, Message, filled};
use api::{
    ActivityTypeId, FieldValue, InteractionStore, InteractionType, LocalTime, MappedField, SaveAs, SaveTargets,
    TableId, Unfinished,
};

/// The ways to save.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SaveKind {
    /// As an interaction.
    Interaction,
    /// As an activity.
    Activity,
    /// As a row of a table of the site.
    Table,
}

/// Why an attachment cannot be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unsendable {
    /// Larger than the site takes, in bytes.
    TooLarge {
        /// The most it takes.
        max_bytes: u64,
    },
    /// A link to a cloud; there is no content.
    CloudLink,
    /// Files of its kind may not go to this site.
    TypeForbidden,
    /// Where messages go this way, there is no place for attachments.
    NoPlace,
}

/// An attachment, and whether it is to go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttachmentChoice {
    /// The attachment.
    pub attachment: Attachment,
    /// Whether the person wants it.
    pub ticked: bool,
}

/// What the person does to the draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DraftEdit {
    /// Another subject.
    Subject(String),
    /// A note.
    Note(String),
    /// Another date and time, as a field for both gives it; empty for the message's own.
    At(String),
    /// Another value for a field of the record, by its name.
    Field(String, String),
    /// A type of contact interaction, by its code.
    InteractionType(String),
    /// An action of it.
    InteractionAction(String),
    /// A table.
    Table(TableId),
}

/// What is about to be saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// As what.
    pub kind: SaveKind,
    /// The activity type, once chosen.
    pub activity_type: Option<ActivityTypeId>,
    /// The table, once chosen.
    pub table: Option<TableId>,
    /// Type and action of a contact interaction, once chosen.
    pub interaction: Option<(String, String)>,
    /// The attachments; the message itself last, where Outlook gives it as a file.
    pub attachments: Vec<AttachmentChoice>,
    /// The subject, as the person left it.
    pub subject: String,
    /// The person's own words.
    pub note: String,
    /// Another date and time, as it was typed; empty for the message's own.
    pub at: String,
    /// What the person typed into fields, by the record they are of and their name.
    typed: Vec<(SaveAs, String, String)>,
}

impl Draft {
    /// The draft a message starts with: an interaction with every real
    /// attachment; pictures in the body are left out until ticked, and so is the message itself.
    pub fn of(message: &Message) -> Self {
        let wanted = |attachment: &Attachment| !attachment.inline && attachment.kind != AttachmentKind::Whole;
        let attachments = message
            .attachments
            .iter()
            .map(|attachment| AttachmentChoice { ticked: wanted(attachment), attachment: attachment.clone() })
            .collect();
        Self { attachments, subject: message.subject.clone(), ..Self::choice(SaveKind::Interaction, None) }
    }

    /// A choice for no message in particular.
    pub(crate) const fn choice(kind: SaveKind, activity_type: Option<ActivityTypeId>) -> Self {
        Self {
            kind,
            activity_type,
            table: None,
            interaction: None,
            attachments: vec![],
            subject: String::new(),
            note: String::new(),
            at: String::new(),
            typed: vec![],
        }
    }

    /// Likewise for a message that was open before: what the person made of it then stands again. Outlook names
    /// attachments anew, so they are known by their names.
    pub(crate) fn again(mut self, message: &Message) -> Self {
        let before = std::mem::replace(&mut self.attachments, Self::of(message).attachments);
        for choice in &mut self.attachments {
            let same = |former: &&AttachmentChoice| former.attachment.name == choice.attachment.name;
            if let Some(former) = before.iter().find(same) {
                choice.ticked = former.ticked;
            }
        }
        self
    }

    /// The draft in the way a save of this message was begun that is to be gone on with; `None` where a file that
    /// belongs to it does not go any more.
    pub(crate) fn resuming(&self, begun: &Unfinished, targets: &SaveTargets) -> Option<Self> {
        let mut draft = self.clone();
        draft.kind = match (&begun.activity, &begun.table) {
            (Some(_), _) => SaveKind::Activity,
            (None, Some(_)) => SaveKind::Table,
            (None, None) => SaveKind::Interaction,
        };
        draft.activity_type = begun.activity.clone().or(draft.activity_type);
        draft.table = begun.table.clone().or(draft.table);
        draft.interaction = begun.interaction.clone().or(draft.interaction);
        for choice in &mut draft.attachments {
            choice.ticked = begun.attachments.contains(&choice.attachment.name);
        }
        let goes = draft.sendable(targets);
        goes.iter().map(|attachment| &attachment.name).eq(&begun.attachments).then_some(draft)
    }

    /// Fits the draft to what the site offers.
    pub fn fit(&mut self, targets: &SaveTargets) {
        let (activities, tables) = (!targets.activity_types.is_empty(), !targets.tables.is_empty());
        let offered = match self.kind {
            SaveKind::Interaction => targets.interaction.is_some(),
            SaveKind::Activity => activities,
            SaveKind::Table => tables,
        };
        if !offered {
            self.kind = match (targets.interaction, activities, tables) {
                (None, true, _) => SaveKind::Activity,
                (None, false, true) => SaveKind::Table,
                _ => SaveKind::Interaction,
            };
        }
        let known = |id: &ActivityTypeId| targets.activity_types.iter().any(|offer| offer.id == *id);
        if !self.activity_type.as_ref().is_some_and(known) {
            let email = targets.activity_types.iter().find(|offer| offer.id.0.eq_ignore_ascii_case("EMAIL"));
            self.activity_type = email.or(targets.activity_types.first()).map(|offer| offer.id.clone());
        }
        if !self.table.as_ref().is_some_and(|id| targets.tables.iter().any(|offer| offer.id == *id)) {
            self.table = targets.tables.first().map(|offer| offer.id.clone());
        }
        let chosen = self.interaction.as_ref().map(|(code, _)| code.as_str());
        let kind = targets.interaction_types.iter().find(|kind| Some(kind.code.as_str()) == chosen);
        let kind = kind.or(targets.interaction_types.first());
        self.interaction = kind.and_then(|kind| {
            let action = self.interaction.as_ref().map(|(_, action)| action);
            let same = kind.actions.iter().find(|(code, _)| Some(code) == action);
            Some((kind.code.clone(), same.or(kind.actions.first())?.0.clone()))
        });
    }

    /// Takes what the person does to it.
    pub(crate) fn edit(&mut self, edit: DraftEdit, targets: &SaveTargets) {
        match edit {
            DraftEdit::Subject(text) => self.subject = text,
            DraftEdit::Note(text) => self.note = text,
            DraftEdit::At(text) => self.at = text,
            DraftEdit::Field(name, text) => {
                let Some(record) = self.save_as(targets) else { return };
                self.typed.retain(|(of, field, _)| *of != record || *field != name);
                // Where the text of the message goes, nothing typed means that it goes there again.
                let takes_body = |mapped: &MappedField| {
                    mapped.field.name == name && api::holds(&mapped.template, api::Token::is_body)
                };
                if !(text.is_empty() && self.mapping(targets).iter().any(takes_body)) {
                    self.typed.push((record, name, text));
                }
            }
            DraftEdit::InteractionType(code) => {
                self.interaction = Some((code, String::new()));
                self.fit(targets);
            }
            DraftEdit::InteractionAction(code) => {
                if let Some((_, action)) = &mut self.interaction {
                    *action = code;
                }
            }
            DraftEdit::Table(id) => self.table = Some(id),
        }
    }

    /// Why an attachment cannot be sent the way the draft stands, if so.
    pub fn unsendable(&self, attachment: &Attachment, targets: &SaveTargets) -> Option<Unsendable> {
        let to_interactions = self.kind == SaveKind::Interaction;
        let no_place = to_interactions && targets.interaction == Some(InteractionStore::ContactInteraction);
        if no_place || self.kind == SaveKind::Table {
            Some(Unsendable::NoPlace)
        } else if attachment.kind == AttachmentKind::Cloud {
            Some(Unsendable::CloudLink)
        } else if !targets.attachment_types.allow(attachment.name.as_str()) {
            Some(Unsendable::TypeForbidden)
        } else if attachment.size_bytes > targets.attachment_max_bytes {
            Some(Unsendable::TooLarge { max_bytes: targets.attachment_max_bytes })
        } else {
            None
        }
    }

    /// The attachments that will go.
    pub fn sendable(&self, targets: &SaveTargets) -> Vec<Attachment> {
        self.attachments
            .iter()
            .filter(|choice| choice.ticked && self.unsendable(&choice.attachment, targets).is_none())
            .map(|choice| choice.attachment.clone())
            .collect()
    }

    /// What to save as, if that is settled and offered.
    pub fn save_as(&self, targets: &SaveTargets) -> Option<SaveAs> {
        match self.kind {
            SaveKind::Interaction => match (targets.interaction?, &self.interaction) {
                (InteractionStore::ContactInteraction, Some((type_code, action_code))) => {
                    Some(SaveAs::ContactInteraction { type_code: type_code.clone(), action_code: action_code.clone() })
                }
                _ => Some(SaveAs::Interaction),
            },
            SaveKind::Activity => self.activity_type.clone().map(|activity_type| SaveAs::Activity { activity_type }),
            SaveKind::Table => self.table.clone().map(|table| SaveAs::Table { table }),
        }
    }

    /// The type of contact interaction that is chosen.
    pub fn interaction_type<'a>(&self, targets: &'a SaveTargets) -> Option<&'a InteractionType> {
        let (code, _) = self.interaction.as_ref().filter(|_| self.kind == SaveKind::Interaction)?;
        targets.interaction_types.iter().find(|kind| kind.code == *code)
    }

    /// Where the parts of the message go, the way the draft stands.
    pub fn mapping<'a>(&self, targets: &'a SaveTargets) -> &'a [MappedField] {
        match self.kind {
            SaveKind::Interaction => &[],
            SaveKind::Activity => {
                let chosen = targets.activity_types.iter().find(|offer| Some(&offer.id) == self.activity_type.as_ref());
                chosen.map_or(&[], |offer| &offer.fields)
            }
            SaveKind::Table => {
                let chosen = targets.tables.iter().find(|offer| Some(&offer.id) == self.table.as_ref());
                chosen.map_or(&[], |offer| &offer.fields)
            }
        }
    }

    /// What the person typed into fields of the record as it is to be saved.
    fn typed(&self, targets: &SaveTargets) -> Vec<FieldValue> {
        let Some(record) = self.save_as(targets) else { return vec![] };
        let of = self.typed.iter().filter(|(of, ..)| *of == record);
        of.map(|(_, name, value)| FieldValue { name: name.clone(), value: value.clone() }).collect()
    }

    /// The date and time that the person gave, or the message's own: in milliseconds since 1970 (UTC).
    pub(crate) fn sent_ms(&self, message: &Message) -> Option<i64> {
        let given = Some(self.at.trim()).filter(|at| !at.is_empty()).map(|at| LocalTime(at.to_owned()));
        given.and_then(|at| at.ms(message.utc_offset_minutes)).or(message.sent_ms)
    }

    /// Whether the date that was typed is none.
    pub fn at_is_wrong(&self) -> bool {
        let at = self.at.trim();
        !at.is_empty() && LocalTime(at.to_owned()).ms(0).is_none()
    }

    /// What goes into which field when it is saved now, by this person.
    pub fn filling(&self, message: &Message, targets: &SaveTargets, user: &str) -> Edited {
        Edited {
            fields: self.mapping(targets).to_vec(),
            typed: self.typed(targets),
            subject: self.subject.clone(),
            note: self.note.clone(),
            sent_ms: self.sent_ms(message),
            attachment_names: self.sendable(targets).into_iter().map(|attachment| attachment.name).collect(),
            user: user.to_owned(),
        }
    }

    /// The first field that holds what it does not take.
    pub fn wrong_field(&self, message: &Message, targets: &SaveTargets, user: &str) -> Option<FilledField> {
        self.fields(message, targets, user).into_iter().find(|field| field.wrong.is_some())
    }

    /// The fields as they stand in the form. The body is not read yet, so fields that take it are known to take it.
    pub fn fields(&self, message: &Message, targets: &SaveTargets, user: &str) -> Vec<FilledField> {
        filled::shown(&self.filling(message, targets, user), message)
    }
}
