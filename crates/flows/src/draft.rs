//! What is about to be saved: as what, and with which attachments.

use crate::{Attachment, AttachmentKind, Message};
use api::{ActivityTypeId, InteractionStore, SaveAs, SaveTargets};

/// The two ways to save.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SaveKind {
    /// As an interaction.
    Interaction,
    /// As an activity.
    Activity,
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
    /// Where interactions go at this site, there is no place for attachments.
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

/// What is about to be saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// As what.
    pub kind: SaveKind,
    /// The activity type, once chosen.
    pub activity_type: Option<ActivityTypeId>,
    /// The attachments.
    pub attachments: Vec<AttachmentChoice>,
}

impl Draft {
    /// The draft a message starts with: an interaction with every real
    /// attachment; pictures in the body are left out until ticked.
    pub fn of(message: &Message) -> Self {
        let attachments = message
            .attachments
            .iter()
            .map(|attachment| AttachmentChoice { ticked: !attachment.inline, attachment: attachment.clone() })
            .collect();
        Self { kind: SaveKind::Interaction, activity_type: None, attachments }
    }

    /// Fits the draft to what the site offers.
    pub fn fit(&mut self, targets: &SaveTargets) {
        if targets.interaction.is_none() && !targets.activity_types.is_empty() {
            self.kind = SaveKind::Activity;
        }
        let offered = |id: &ActivityTypeId| targets.activity_types.iter().any(|offer| offer.id == *id);
        if !self.activity_type.as_ref().is_some_and(offered) {
            let email = targets.activity_types.iter().find(|offer| offer.id.0.eq_ignore_ascii_case("EMAIL"));
            self.activity_type = email.or(targets.activity_types.first()).map(|offer| offer.id.clone());
        }
    }

    /// Why an attachment cannot be sent the way the draft stands, if so.
    pub fn unsendable(&self, attachment: &Attachment, targets: &SaveTargets) -> Option<Unsendable> {
        if self.kind == SaveKind::Interaction && targets.interaction == Some(InteractionStore::ContactInteraction) {
            Some(Unsendable::NoPlace)
        } else if attachment.kind == AttachmentKind::Cloud {
            Some(Unsendable::CloudLink)
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
            SaveKind::Interaction => targets.interaction.map(|_| SaveAs::Interaction),
            SaveKind::Activity => self.activity_type.clone().map(|activity_type| SaveAs::Activity { activity_type }),
        }
    }
}
