//! The message that is open in Outlook, as far as the pane needs it.

use crate::Headers;
use api::{AttachmentName, EmailAddress, MessageFacts};
use std::fmt;

/// Tells one opening of a message from any other.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct MessageKey {
    /// Outlook's id of the message; the same when it is opened again.
    pub item_id: String,
    /// Counts openings, so that an answer for an earlier one is known as late.
    pub opening: u32,
}

impl fmt::Debug for MessageKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MessageKey(#{})", self.opening)
    }
}

/// Where a correspondent stands on the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Sender.
    From,
    /// To.
    To,
    /// Cc.
    Cc,
    /// Bcc, where the message tells: one's own that is written, or was sent.
    Bcc,
}

impl Role {
    /// All roles, in the order shown.
    pub const ALL: [Self; 4] = [Self::From, Self::To, Self::Cc, Self::Bcc];
}

/// Somebody on the message. The address is as Outlook gives it, not yet read.
#[derive(Clone, PartialEq, Eq)]
pub struct Correspondent {
    /// Display name; may be empty.
    pub name: String,
    /// Address; may be no address at all.
    pub address: String,
    /// Where.
    pub role: Role,
}

impl fmt::Debug for Correspondent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Correspondent({:?})", self.role)
    }
}

/// What an attachment is to Outlook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttachmentKind {
    /// A file.
    File,
    /// A message or calendar item.
    Item,
    /// A link to a file in a cloud; has no content.
    Cloud,
    /// The message itself, as a file.
    Whole,
}

/// An attachment of the message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// Outlook's id, valid while the message is open.
    pub id: String,
    /// Name as shown.
    pub name: AttachmentName,
    /// Media type.
    pub content_type: String,
    /// Size in bytes as Outlook says; the true size may differ.
    pub size_bytes: u64,
    /// Its kind.
    pub kind: AttachmentKind,
    /// Whether the body shows it (a picture in a signature, say).
    pub inline: bool,
}

/// The open message.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    /// Which opening this is.
    pub key: MessageKey,
    /// Subject, may be empty.
    pub subject: String,
    /// Everybody in From, To and Cc, in that order.
    pub correspondents: Vec<Correspondent>,
    /// Its attachments.
    pub attachments: Vec<Attachment>,
    /// Internet Message-ID, empty where there is none.
    pub message_id: String,
    /// Outlook's id of the conversation, empty where there is none.
    pub conversation: String,
    /// When it was sent, as its headers say; until they are read, and where it has none, when the mailbox got it or
    /// made it. Milliseconds since 1970 (UTC).
    pub sent_ms: Option<i64>,
    /// When the mailbox got it or made it, likewise.
    pub received_ms: Option<i64>,
    /// Message-IDs of the messages before it, as its headers say; empty until they are read.
    pub references: Vec<String>,
    /// Minutes to add to UTC for the person's local time at that moment.
    pub utc_offset_minutes: i32,
    /// Whether the mailbox's own person sent it.
    pub outgoing: bool,
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message").field("key", &self.key).finish_non_exhaustive()
    }
}

/// The body of a message.
#[derive(Clone, PartialEq, Eq)]
pub struct Body {
    /// As HTML.
    pub html: String,
    /// As text.
    pub text: String,
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Body(…)")
    }
}

/// How far ahead of the mailbox a sender's clock may be and still be believed, in milliseconds.
const CLOCKS_DIFFER_MS: i64 = 24 * 60 * 60 * 1000;

impl Message {
    /// Takes what its headers tell, and the person's offset from UTC at that time. A message cannot have been sent
    /// after it arrived: a sender's clock that says so is not believed.
    pub(crate) fn take_headers(&mut self, headers: Headers, utc_offset_minutes: i32) {
        let latest = self.received_ms.unwrap_or(i64::MAX).saturating_add(CLOCKS_DIFFER_MS);
        if let Some(sent_ms) = headers.sent_ms.filter(|sent_ms| (0..=latest).contains(sent_ms)) {
            self.sent_ms = Some(sent_ms);
            self.utc_offset_minutes = utc_offset_minutes;
        }
        self.references = headers.references;
    }

    /// The sender's address, if it is one.
    pub fn from(&self) -> Option<EmailAddress> {
        self.addresses(Role::From).next()
    }

    /// What the message is known again by, with the ids of those before it where they are known.
    pub fn facts(&self, references: Vec<String>) -> MessageFacts {
        MessageFacts {
            message_id: self.message_id.clone(),
            subject: self.subject.clone(),
            sent_ms: self.sent_ms,
            from: self.from(),
            recipients: self.recipients(),
            outgoing: self.outgoing,
            conversation: self.conversation.clone(),
            references,
        }
    }

    /// Everybody in To and Cc whose address can be read as such.
    pub fn recipients(&self) -> Vec<EmailAddress> {
        self.addresses(Role::To).chain(self.addresses(Role::Cc)).collect()
    }

    /// The addresses in a role that can be read as such.
    pub fn addresses(&self, role: Role) -> impl Iterator<Item = EmailAddress> + '_ {
        self.correspondents
            .iter()
            .filter(move |person| person.role == role)
            .filter_map(|person| EmailAddress::parse(&person.address).ok())
    }
}
