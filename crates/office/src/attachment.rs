//! Attachments of the open item: what Outlook tells of them, and what they hold.

use std::fmt;

use js_sys::{Function, JsString, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};

use crate::base64::{Decoder, NotBase64};
use crate::error::{ErrorKind, OfficeError, Operation};
use crate::gate::Gate;
use crate::item::Item;
use crate::{limits, sys};

/// Office refuses more attachment calls than this at once (`office-js.md` §3).
const AT_ONCE: usize = 3;

/// So many letters are copied out of the browser at a time: a multiple of four, a few at most in memory twice.
const PIECE_LETTERS: u32 = 256 * 1024;

thread_local! {
    static CALLS: &'static Gate = Box::leak(Box::new(Gate::new(AT_ONCE)));
}

/// An attachment's id, good for this session and this mail only.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AttachmentId(String);

impl AttachmentId {
    /// An id Outlook gave earlier.
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// The id as Outlook writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What an attachment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AttachmentKind {
    /// A file in the mail.
    File,
    /// Another Outlook item in the mail: a mail or an appointment.
    Item,
    /// A link to a file kept elsewhere.
    Cloud,
}

/// Where an attachment shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Placement {
    /// In the list under the header.
    Attached,
    /// In the body, as a picture.
    Inline,
}

/// What is known of an attachment without fetching it.
#[derive(Clone, PartialEq, Eq)]
pub struct AttachmentInfo {
    /// What to ask for it by.
    pub id: AttachmentId,
    /// The file name as the sender gave it: not to be trusted as a path.
    pub name: String,
    /// The media type as the sender gave it; may be empty.
    pub content_type: String,
    /// Outlook's idea of the size, somewhat above the file's own.
    pub size_bytes: u64,
    /// File, item or link.
    pub kind: AttachmentKind,
    /// In the list or in the body.
    pub placement: Placement,
}

impl fmt::Debug for AttachmentInfo {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("AttachmentInfo")
            .field("size_bytes", &self.size_bytes)
            .field("kind", &self.kind)
            .field("placement", &self.placement)
            .finish_non_exhaustive()
    }
}

/// What an attachment holds.
#[derive(Clone, PartialEq, Eq)]
pub enum Content {
    /// A file's bytes.
    Bytes(Vec<u8>),
    /// A mail, in Internet message form.
    Eml(String),
    /// An appointment, in iCalendar form.
    ICalendar(String),
    /// The address of a file kept elsewhere.
    Link(String),
}

impl fmt::Debug for Content {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, length) = match self {
            Self::Bytes(bytes) => ("Bytes", bytes.len()),
            Self::Eml(text) => ("Eml", text.len()),
            Self::ICalendar(text) => ("ICalendar", text.len()),
            Self::Link(address) => ("Link", address.len()),
        };
        write!(formatter, "{kind}({length})")
    }
}

impl Item {
    /// What an attachment holds (Mailbox 1.8). Three are fetched at once; others wait their turn, and their
    /// time limit begins when it comes.
    pub async fn attachment_content(&self, attachment: &AttachmentInfo) -> Result<Content, OfficeError> {
        let gate = CALLS.with(|gate| *gate);
        let place = gate.enter().await;
        let operation = Operation::ReadAttachment;
        let answer = self
            .ask(operation, limits::attachment(attachment.size_bytes), |item, callback| {
                Ok(item.get_attachment_content_async(attachment.id.as_str(), callback)?)
            })
            .await?;
        drop(place);
        read_content(&answer).ok_or(OfficeError::new(operation, ErrorKind::Unreadable))
    }
}

impl Item {
    /// Whether Outlook gives a mail as a file (Mailbox 1.14).
    pub fn has_file(&self) -> bool {
        let item = self.open(Operation::ReadAsFile);
        let has = item.is_ok_and(|item| sys::field(&item, "getAsFileAsync").is_function());
        has && crate::ready::supports("Mailbox", "1.14")
    }

    /// The whole mail in Internet message form (Mailbox 1.14). It waits its turn as attachments do; how large it is
    /// nobody knows before, so it is granted the time of `size_bytes`.
    pub async fn as_file(&self, size_bytes: u64) -> Result<Vec<u8>, OfficeError> {
        let gate = CALLS.with(|gate| *gate);
        let place = gate.enter().await;
        let operation = Operation::ReadAsFile;
        let answer = self
            .ask(operation, limits::attachment(size_bytes), |item, callback| Ok(item.get_as_file_async(callback)?))
            .await?;
        drop(place);
        let unreadable = OfficeError::new(operation, ErrorKind::Unreadable);
        let Ok(text) = answer.dyn_into::<JsString>() else { return Err(unreadable) };
        decode(&text).map_err(|_| unreadable)
    }
}

/// Reads one entry of `item.attachments`.
pub(crate) fn info(entry: &JsValue) -> Option<AttachmentInfo> {
    let kind = match sys::text(entry, "attachmentType").as_deref() {
        Some("item") => AttachmentKind::Item,
        Some("cloud") => AttachmentKind::Cloud,
        _ => AttachmentKind::File,
    };
    let placement = if sys::field(entry, "isInline").is_truthy() { Placement::Inline } else { Placement::Attached };
    Some(AttachmentInfo {
        id: AttachmentId(sys::text(entry, "id")?),
        name: sys::text(entry, "name").unwrap_or_default(),
        content_type: sys::text(entry, "contentType").unwrap_or_default(),
        size_bytes: size(sys::number(entry, "size")),
        kind,
        placement,
    })
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates; negative sizes become 0")]
fn size(number: Option<f64>) -> u64 {
    number.unwrap_or(0.0) as u64
}

fn read_content(answer: &JsValue) -> Option<Content> {
    let content = sys::field(answer, "content").dyn_into::<JsString>().ok()?;
    // The enumeration's own values: `iCalendar` as well as the older all-lower spelling.
    match sys::text(answer, "format")?.as_str() {
        "base64" => decode(&content).ok().map(Content::Bytes),
        "eml" => Some(Content::Eml(content.into())),
        "iCalendar" | "icalendar" => Some(Content::ICalendar(content.into())),
        "url" => Some(Content::Link(content.into())),
        _ => None,
    }
}

fn decode(text: &JsString) -> Result<Vec<u8>, NotBase64> {
    match decode_in_browser(text) {
        Some(bytes) => Ok(bytes),
        None => decode_here(text),
    }
}

/// `Uint8Array.fromBase64`, where the browser has it and it agrees.
fn decode_in_browser(text: &JsString) -> Option<Vec<u8>> {
    let class = sys::field(&js_sys::global(), "Uint8Array");
    let decode = Reflect::get(&class, &JsValue::from_str("fromBase64")).ok()?.dyn_into::<Function>().ok()?;
    let bytes = decode.call1(&class, text).ok()?.dyn_into::<Uint8Array>().ok()?;
    Some(bytes.to_vec())
}

/// The same, piece by piece, for browsers before it.
fn decode_here(text: &JsString) -> Result<Vec<u8>, NotBase64> {
    let letters = text.length();
    let mut decoder = Decoder::for_letters(usize::try_from(letters).unwrap_or(0));
    let mut start = 0;
    while start < letters {
        let end = letters.min(start + PIECE_LETTERS);
        decoder.feed(String::from(text.slice(start, end)).as_bytes())?;
        start = end;
    }
    decoder.finish()
}
