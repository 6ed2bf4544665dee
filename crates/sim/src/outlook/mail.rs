//! One mail: what the page lists, and the parts it asks for later.
//!
//! Invariant: the serialised mail carries no body and no attachment's content; those are read
//! from the message when they are asked for. Names follow the initial data of `office-js.md` §1.5.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use mail_parser::{Address, Encoding, Message, MessageParser, MessagePart, MimeHeaders as _, PartType};
use serde::Serialize;
use serde_repr_free::as_number;
use sha2::{Digest as _, Sha256};

use super::calendar;

/// The kinds of recipient Outlook tells apart that a plain mail can show.
const USER: u8 = 2;
const EXTERNAL_USER: u8 = 3;
const MEETING_REQUEST: u8 = 3;
const MESSAGE: u8 = 1;

/// How much of the text the list shows under the subject.
const PREVIEW: usize = 140;
/// Texts longer than this are not turned into a preview, only their beginning is.
const PREVIEW_SOURCE: usize = 4096;

/// A sender or recipient as Outlook hands it to the library.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Person {
    /// The display name, or the address where there is none.
    pub name: String,
    /// The address as written in the mail.
    pub address: String,
    recipient_type: u8,
    appointment_response: u8,
}

/// What an attachment is to Outlook; the number is the one the library expects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttachmentKind {
    /// A file.
    File = 0,
    /// A mail or a calendar entry.
    Item = 1,
    /// A link to a file elsewhere.
    Cloud = 2,
}

/// An attachment without its content.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Attachment {
    /// The id Outlook hands out.
    pub id: String,
    /// The file's name, or the subject of an attached mail.
    pub name: String,
    /// The media type, without parameters.
    pub content_type: String,
    /// Decoded length in bytes.
    pub size: usize,
    /// File, item or cloud.
    #[serde(rename = "attachmentType", serialize_with = "as_number")]
    pub kind: AttachmentKind,
    /// Whether the body shows it by its content id.
    pub is_inline: bool,
    /// The content id, without angle brackets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_id: Option<String>,
    /// Where the file lies, for a link.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    #[serde(skip)]
    part: usize,
}

/// Content as the library's `getAttachmentContentAsync` wants it (`office-js.md` §3).
#[derive(Debug, Serialize)]
pub(super) struct AttachmentContent {
    pub(super) format: &'static str,
    pub(super) content: String,
}

/// One mail of the mailbox.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Mail {
    /// The file's name; unique in the mailbox, and safe to show.
    pub key: String,
    /// The id Outlook hands out.
    pub id: String,
    /// The subject, empty where the mail has none.
    pub subject: String,
    normalized_subject: String,
    /// Who wrote it; a mail may lack it.
    pub from: Option<Person>,
    sender: Option<Person>,
    /// The To line.
    pub to: Vec<Person>,
    /// The Cc line.
    pub cc: Vec<Person>,
    bcc: Vec<Person>,
    date_time_created: i64,
    date_time_modified: i64,
    date_time_sent: i64,
    conversation_id: String,
    /// With its angle brackets; a mail may lack it.
    pub internet_message_id: Option<String>,
    item_class: &'static str,
    item_type: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    start: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<String>,
    /// In the order they stand in the mail.
    pub attachments: Vec<Attachment>,
    preview: String,
    /// Whether it was sent from this page.
    sent: bool,
    #[serde(skip)]
    message: Message<'static>,
}

/// Numbers for the wire without another dependency.
mod serde_repr_free {
    use super::AttachmentKind;

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
    pub(super) fn as_number<S: serde::Serializer>(kind: &AttachmentKind, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(*kind as u8)
    }
}

impl Mail {
    /// Reads a mail, or says why the bytes are none.
    pub(super) fn read(key: &str, bytes: &[u8], own_domain: &str) -> Result<Self, &'static str> {
        let message = MessageParser::default().parse(bytes).ok_or("it has no header that could be read")?;
        if message.headers().is_empty() {
            return Err("it has no header that could be read");
        }
        if bytes.iter().take(512).any(|byte| *byte == 0) {
            return Err("it is a binary file");
        }
        Ok(Self::describe(key, message.into_owned(), own_domain))
    }

    fn describe(key: &str, message: Message<'static>, own_domain: &str) -> Self {
        let people = |address: Option<&Address<'_>>| people(address, own_domain);
        let from = people(message.from()).into_iter().next();
        let subject = message.subject().unwrap_or_default().to_owned();
        let normalized_subject = message.thread_name().unwrap_or_default().to_owned();
        let sent = message.date().map_or(0, |date| date.to_timestamp() * 1000);
        // A mailbox makes an item when the message reaches it (office-js.md §3).
        let arrived =
            message.received().and_then(mail_parser::Received::date).map_or(sent, |date| date.to_timestamp() * 1000);
        let request = invitation(&message);
        let meeting = request.map(calendar::read).unwrap_or_default();
        Self {
            id: identifier("AAMkADk0", key.as_bytes()),
            conversation_id: identifier("AAQkADk0", normalized_subject.as_bytes()),
            sender: people(message.sender()).into_iter().next().or_else(|| from.clone()),
            to: people(message.to()),
            cc: people(message.cc()),
            bcc: people(message.bcc()),
            date_time_created: arrived,
            date_time_modified: arrived,
            date_time_sent: sent,
            internet_message_id: message.message_id().map(|id| format!("<{id}>")),
            item_class: if request.is_some() { "IPM.Schedule.Meeting.Request" } else { "IPM.Note" },
            item_type: if request.is_some() { MEETING_REQUEST } else { MESSAGE },
            start: meeting.start,
            end: meeting.end,
            location: meeting.location,
            attachments: attachments(key, &message),
            preview: preview(&message),
            sent: false,
            key: key.to_owned(),
            from,
            subject,
            normalized_subject,
            message,
        }
    }

    /// It lies in Sent Items.
    pub(super) const fn sent_here(&mut self) {
        self.sent = true;
    }

    /// The moment the list is sorted by, in milliseconds.
    pub(super) fn sent(&self) -> i64 {
        self.date_time_sent
    }

    /// The body as HTML; a plain text is turned into HTML, as Exchange does.
    pub(super) fn html(&self) -> String {
        (0..self.message.html_body_count()).filter_map(|index| self.message.body_html(index)).collect()
    }

    /// The body as plain text.
    pub(super) fn text(&self) -> String {
        (0..self.message.text_body_count()).filter_map(|index| self.message.body_text(index)).collect()
    }

    /// The header block as it was received.
    pub(super) fn headers(&self) -> String {
        let raw = self.message.raw_message();
        let end = self.message.root_part().raw_body_offset() as usize;
        String::from_utf8_lossy(raw.get(..end).unwrap_or(raw)).trim_end().to_owned()
    }

    /// The whole mail, in base64, as `getAsFileAsync` gives it (office-js.md §3).
    pub(super) fn as_file(&self) -> String {
        STANDARD.encode(self.message.raw_message())
    }

    /// The decoded bytes of an attachment, for the page's own use.
    pub(super) fn attachment_bytes(&self, attachment: &Attachment) -> Vec<u8> {
        self.message.parts.get(attachment.part).map(|part| decoded(&self.message, part)).unwrap_or_default()
    }

    /// The content as the library gets it.
    pub(super) fn attachment_content(&self, attachment: &Attachment) -> AttachmentContent {
        let text = || String::from_utf8_lossy(&self.attachment_bytes(attachment)).into_owned();
        match attachment.kind {
            AttachmentKind::Cloud => {
                AttachmentContent { format: "url", content: attachment.url.clone().unwrap_or_default() }
            }
            AttachmentKind::Item if attachment.content_type == "text/calendar" => {
                AttachmentContent { format: "iCalendar", content: text() }
            }
            AttachmentKind::Item => AttachmentContent { format: "eml", content: text() },
            AttachmentKind::File => {
                AttachmentContent { format: "base64", content: STANDARD.encode(self.attachment_bytes(attachment)) }
            }
        }
    }
}

fn people(address: Option<&Address<'_>>, own_domain: &str) -> Vec<Person> {
    let Some(address) = address else { return Vec::new() };
    address
        .iter()
        .filter_map(|person| {
            let address = person.address().unwrap_or_default().trim().to_owned();
            let name = person.name().map_or_else(|| address.clone(), str::to_owned);
            let own = address.rsplit_once('@').is_some_and(|(_, domain)| domain.eq_ignore_ascii_case(own_domain));
            let recipient_type = if own { USER } else { EXTERNAL_USER };
            (!name.is_empty()).then_some(Person { name, address, recipient_type, appointment_response: 0 })
        })
        .collect()
}

/// Ids as Exchange forms them: long, opaque, base64 with `/` and `+`.
fn identifier(prefix: &str, seed: &[u8]) -> String {
    format!("{prefix}{}", STANDARD.encode(Sha256::digest(seed)))
}

fn media_type(part: &MessagePart<'_>) -> String {
    match (&part.body, part.content_type()) {
        (_, Some(kind)) => {
            let subtype = kind.subtype().unwrap_or("octet-stream");
            format!("{}/{subtype}", kind.ctype()).to_ascii_lowercase()
        }
        (PartType::Message(_), None) => String::from("message/rfc822"),
        (_, None) => String::from("application/octet-stream"),
    }
}

fn is_detached(part: &MessagePart<'_>) -> bool {
    part.attachment_name().is_some() || part.content_disposition().is_some_and(mail_parser::ContentType::is_attachment)
}

/// The calendar text of a mail that is itself an invitation, not of one that merely carries a file.
fn invitation<'message>(message: &'message Message<'static>) -> Option<&'message str> {
    message
        .parts
        .iter()
        .find(|part| media_type(part) == "text/calendar" && !is_detached(part))
        .and_then(MessagePart::text_contents)
}

fn attachments(key: &str, message: &Message<'static>) -> Vec<Attachment> {
    let is_body = |index: usize, part: &MessagePart<'_>| {
        let index = u32::try_from(index).unwrap_or(u32::MAX);
        (message.html_body.contains(&index) || message.text_body.contains(&index)) && part.is_text()
    };
    message
        .parts
        .iter()
        .enumerate()
        .filter(|(index, part)| !part.is_multipart() && !is_body(*index, part))
        .map(|(index, part)| (index, part, media_type(part)))
        .filter(|(_, part, media)| media != "text/calendar" || is_detached(part))
        .map(|(index, part, media)| attachment(key, message, index, part, media))
        .collect()
}

fn attachment(
    key: &str,
    message: &Message<'static>,
    index: usize,
    part: &MessagePart<'static>,
    content_type: String,
) -> Attachment {
    let kind = match content_type.as_str() {
        "message/external-body" => AttachmentKind::Cloud,
        "message/rfc822" | "message/global" | "text/calendar" => AttachmentKind::Item,
        _ => AttachmentKind::File,
    };
    let subject = part.message().and_then(Message::subject).map(str::to_owned);
    let name = part.attachment_name().map(str::to_owned).or(subject).unwrap_or_else(|| format!("ATT{index:05}"));
    let url = part.content_type().and_then(|kind| kind.attribute("url")).map(str::to_owned);
    let content_id = part.content_id().map(|id| id.trim_matches(['<', '>']).to_owned());
    let attached = part.content_disposition().is_some_and(mail_parser::ContentType::is_attachment);
    Attachment {
        id: identifier("AAMkADk0", format!("{key}#{index}").as_bytes()),
        size: if kind == AttachmentKind::Cloud { 0 } else { decoded_length(message, part) },
        is_inline: content_id.is_some() && !attached,
        name,
        content_type,
        kind,
        content_id,
        url,
        part: index,
    }
}

fn decoded_length(message: &Message<'static>, part: &MessagePart<'static>) -> usize {
    match &part.body {
        PartType::Binary(bytes) | PartType::InlineBinary(bytes) => bytes.len(),
        _ => decoded(message, part).len(),
    }
}

/// The bytes as they were before the transfer encoding, whatever their charset.
fn decoded(message: &Message<'static>, part: &MessagePart<'static>) -> Vec<u8> {
    if let PartType::Binary(bytes) | PartType::InlineBinary(bytes) = &part.body {
        return bytes.to_vec();
    }
    let raw = message.raw_message();
    let slice = raw.get(part.offset_body as usize..part.offset_end as usize).unwrap_or_default();
    let plain = match part.encoding {
        Encoding::Base64 => base64_decode(slice),
        Encoding::QuotedPrintable => quoted_printable_decode(slice),
        Encoding::None => None,
    };
    plain.unwrap_or_else(|| slice.to_vec())
}

fn preview(message: &Message<'static>) -> String {
    let part = message.text_part(0).or_else(|| message.html_part(0));
    let Some(source) = part.and_then(MessagePart::text_contents) else { return String::new() };
    let end = source.char_indices().nth(PREVIEW_SOURCE).map_or(source.len(), |(index, _)| index);
    let text = if part.is_some_and(MessagePart::is_text_html) {
        mail_parser::decoders::html::html_to_text(&source[..end])
    } else {
        source[..end].to_owned()
    };
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(PREVIEW).collect()
}
