//! Reading the open message, and marking it: between Office's words and the pane's.

use crate::words;
use api::AttachmentName;
use flows::{
    Attachment, AttachmentKind, BarLine, Body, ComposeEvent, Correspondent, Event, Headers, Marks, Message, MessageKey,
    Role, Trouble,
};
use futures_util::future::join;
use js_sys::Date;
use office::attachment::{AttachmentId, AttachmentInfo, AttachmentKind as OfficeKind, Content, Placement};
use office::categories::{CategoryName, Marked, Preset};
use office::item::{Format, Item, MessageSummary, Person};
use office::mailbox::ItemKey;
use office::notice::Notice;
use office::{ErrorKind, OfficeError, settings};
use wasm_bindgen::JsValue;

/// What is open now, as an event.
pub(super) fn look() -> Event {
    let Some(item) = Item::current() else { return Event::MessageClosed };
    if item.is_draft() {
        return Event::Compose(ComposeEvent::Opened(key(item.key())));
    }
    match item.summary() {
        Ok(summary) => Event::MessageOpened(message(summary, item.has_file())),
        Err(error) if error.kind == ErrorKind::NoItem => Event::MessageClosed,
        Err(error) => Event::MessageUnreadable(trouble(error)),
    }
}

/// The body in both forms.
pub(super) async fn body(key: &MessageKey) -> Result<Body, Trouble> {
    body_of(&open(key)?).await
}

/// The body of this item.
pub(super) async fn body_of(item: &Item) -> Result<Body, Trouble> {
    let (html, text) = join(item.body(Format::Html), item.body(Format::Text)).await;
    Ok(Body { html: html.map_err(trouble)?, text: text.map_err(trouble)? })
}

/// The body as text alone.
pub(super) async fn text(key: &MessageKey) -> Result<String, Trouble> {
    open(key)?.body(Format::Text).await.map_err(trouble)
}

/// What the headers tell. Own messages have none, and older Outlooks do not give them: then there is nothing to tell.
pub(super) async fn headers(key: MessageKey) -> Event {
    let read = match open(&key) {
        Ok(item) => headers_of(&item).await,
        Err(_) => None,
    };
    let (headers, utc_offset_minutes) = read.unwrap_or_else(|| (Headers::default(), utc_offset_minutes(None)));
    Event::HeadersRead(key, headers, utc_offset_minutes)
}

/// The same of this item, with the person's offset from UTC at the time they tell.
pub(super) async fn headers_of(item: &Item) -> Option<(Headers, i32)> {
    let headers = Headers::read(&item.internet_headers().await.ok()?);
    let utc_offset_minutes = utc_offset_minutes(headers.sent_ms);
    Some((headers, utc_offset_minutes))
}

/// The bytes of an attachment.
pub(super) async fn content(key: &MessageKey, attachment: &Attachment) -> Result<Vec<u8>, Trouble> {
    content_of(&open(key)?, attachment).await
}

/// The bytes of an attachment of this item.
pub(super) async fn content_of(item: &Item, attachment: &Attachment) -> Result<Vec<u8>, Trouble> {
    if attachment.kind == AttachmentKind::Whole {
        return item.as_file(attachment.size_bytes).await.map_err(trouble);
    }
    let info = AttachmentInfo {
        id: AttachmentId::new(attachment.id.as_str()),
        name: String::new(),
        content_type: String::new(),
        size_bytes: attachment.size_bytes,
        kind: match attachment.kind {
            AttachmentKind::File | AttachmentKind::Whole => OfficeKind::File,
            AttachmentKind::Item => OfficeKind::Item,
            AttachmentKind::Cloud => OfficeKind::Cloud,
        },
        placement: Placement::Attached,
    };
    match item.attachment_content(&info).await.map_err(trouble)? {
        Content::Bytes(bytes) => Ok(bytes),
        Content::Eml(text) | Content::ICalendar(text) => Ok(text.into_bytes()),
        Content::Link(_) => Err(Trouble::OutlookUnable),
    }
}

/// Adds our category to the message's own.
pub(super) async fn mark(key: &MessageKey) -> Result<(), Trouble> {
    mark_item(&open(key)?).await
}

/// Adds it to those of this item.
pub(super) async fn mark_item(item: &Item) -> Result<(), Trouble> {
    let name = CategoryName::new(words::category());
    match item.add_category(&name, Preset::BLUE).await.map_err(trouble)? {
        Marked::Added | Marked::AlreadyMarked => Ok(()),
        Marked::UnknownCategory | Marked::NotAllowed => Err(Trouble::OutlookUnable),
    }
}

/// Takes our category off it. One that stays, for whatever reason, says nothing wrong of iMIS, and nobody is told.
pub(super) async fn unmark(key: &MessageKey) {
    if let Ok(item) = open(key) {
        let _ = item.remove_category(&CategoryName::new(words::category())).await;
    }
}

/// What the bar is known by to Outlook, and the picture it must have: the manifest's (`resid`).
const BAR: &str = "imis-saved";
const BAR_ICON: &str = "icon16";

/// Shows the bar above the message. Outlook that cannot leaves the pane to say the same.
pub(super) async fn show_bar(key: &MessageKey, line: &BarLine) {
    if let Ok(item) = open(key) {
        let message = words::bar(line);
        let _ = item.show_notice(BAR, Notice::Information { message: &message, icon: BAR_ICON }).await;
    }
}

/// Takes it away.
pub(super) async fn hide_bar(key: &MessageKey) {
    if let Ok(item) = open(key) {
        let _ = item.hide_notice(BAR).await;
    }
}

/// Under which names the mailbox keeps what the person switched off.
const NO_CATEGORY: &str = "imis-no-category";
const NO_BAR: &str = "imis-no-bar";

/// How the person wants messages marked; both ways where nothing else is kept.
pub(super) fn marks() -> Marks {
    Marks { category: settings::get(NO_CATEGORY).is_none(), bar: settings::get(NO_BAR).is_none() }
}

/// Has the mailbox keep it. Where it cannot, it holds for as long as the pane is open.
pub(super) async fn keep_marks(marks: Marks) {
    for (wanted, name) in [(marks.category, NO_CATEGORY), (marks.bar, NO_BAR)] {
        let _ = if wanted { settings::remove(name) } else { settings::set(name, "1") };
    }
    // Whoever writes the settings writes all of them as it knew them last: what the send handler noted meanwhile too.
    super::sending::keep_notes();
    let _ = settings::save().await;
}

/// The open item, if it is this message, opened again meanwhile or not.
fn open(key: &MessageKey) -> Result<Item, Trouble> {
    let item = Item::current().ok_or(Trouble::MessageClosed)?;
    if item.key().item_id().unwrap_or_default() == key.item_id { Ok(item) } else { Err(Trouble::MessageClosed) }
}

pub(super) fn trouble(error: OfficeError) -> Trouble {
    match error.kind {
        ErrorKind::ItemChanged | ErrorKind::NoItem | ErrorKind::NotThere => Trouble::MessageClosed,
        ErrorKind::Timeout | ErrorKind::Offline | ErrorKind::Unreadable => Trouble::OutlookSilent,
        ErrorKind::NotPermitted => Trouble::OutlookRefused(7000),
        ErrorKind::TooMuch => Trouble::OutlookRefused(9000),
        ErrorKind::Refused => Trouble::OutlookRefused(0),
        ErrorKind::Other(code) => Trouble::OutlookRefused(code),
        ErrorKind::Unsupported
        | ErrorKind::UnknownCategory
        | ErrorKind::AlreadyThere
        | ErrorKind::NotSaved
        | ErrorKind::DialogOpen
        | ErrorKind::DialogBlocked
        | ErrorKind::DialogIgnored
        | ErrorKind::DialogAddress
        | ErrorKind::DialogClosed => Trouble::OutlookUnable,
    }
}

fn key(key: &ItemKey) -> MessageKey {
    MessageKey { item_id: key.item_id().unwrap_or_default().to_owned(), opening: key.opening() }
}

/// A message as the pane knows it; `has_file` says whether Outlook gives it whole, as a file.
pub(super) fn message(summary: MessageSummary, has_file: bool) -> Message {
    let key = key(&summary.key);
    let mut correspondents = vec![];
    let mut add = |people: Vec<Person>, role| {
        correspondents.extend(people.into_iter().map(|person| correspondent(person, role)));
    };
    let from: Vec<Person> = summary.from.or(summary.sender).into_iter().collect();
    let outgoing = from.iter().any(is_the_mailbox);
    add(from, Role::From);
    add(summary.to, Role::To);
    add(summary.cc, Role::Cc);
    let mut attachments: Vec<Attachment> = summary.attachments.into_iter().map(attachment).collect();
    if has_file {
        attachments.push(whole(&summary.subject, &attachments));
    }
    Message {
        key,
        subject: summary.subject,
        correspondents,
        attachments,
        message_id: summary.internet_message_id.unwrap_or_default(),
        conversation: summary.conversation_id.unwrap_or_default(),
        sent_ms: summary.created_ms,
        received_ms: summary.created_ms,
        references: vec![],
        utc_offset_minutes: utc_offset_minutes(summary.created_ms),
        outgoing,
    }
}

/// Whether that is whose mailbox it is.
fn is_the_mailbox(person: &Person) -> bool {
    let own = office::mailbox::user_profile();
    own.is_some_and(|own| own.email_address.trim().eq_ignore_ascii_case(person.email_address.trim()))
}

pub(super) fn correspondent(person: Person, role: Role) -> Correspondent {
    Correspondent { name: person.display_name, address: person.email_address, role }
}

/// The person's own offset at that moment, summer time included.
#[expect(clippy::cast_precision_loss, reason = "milliseconds are far below 2^53")]
#[expect(clippy::cast_possible_truncation, reason = "an offset is less than a day of minutes")]
pub(super) fn utc_offset_minutes(sent_ms: Option<i64>) -> i32 {
    let moment = sent_ms.map_or_else(Date::now, |ms| ms as f64);
    -(Date::new(&JsValue::from_f64(moment)).get_timezone_offset() as i32)
}

fn attachment(info: AttachmentInfo) -> Attachment {
    let kind = match info.kind {
        OfficeKind::File => AttachmentKind::File,
        OfficeKind::Item => AttachmentKind::Item,
        OfficeKind::Cloud => AttachmentKind::Cloud,
    };
    let (name, content_type) = file(kind, &info.name, &info.content_type);
    Attachment {
        id: info.id.as_str().to_owned(),
        name,
        content_type,
        size_bytes: info.size_bytes,
        kind,
        inline: info.placement == Placement::Inline,
    }
}

/// The message itself, as a file. How large it is nobody knows before it is read; it holds its attachments in base64.
fn whole(subject: &str, attachments: &[Attachment]) -> Attachment {
    let inside: u64 = attachments.iter().map(|attachment| attachment.size_bytes).sum();
    let name = if subject.trim().is_empty() { words::whole_name() } else { subject.trim() };
    Attachment {
        id: String::new(),
        name: AttachmentName::new(&[name, ".eml"].concat()),
        content_type: "message/rfc822".to_owned(),
        size_bytes: inside + inside / 3,
        kind: AttachmentKind::Whole,
        inline: false,
    }
}

/// Under which name and type an attachment is saved. Outlook gives its own items no file name: a message goes
/// as `.eml`, an appointment as `.ics`.
fn file(kind: AttachmentKind, name: &str, content_type: &str) -> (AttachmentName, String) {
    if kind == AttachmentKind::Item {
        let calendar = content_type.contains("calendar") || ends_with(name, ".ics");
        let (extension, content_type) = if calendar { (".ics", "text/calendar") } else { (".eml", "message/rfc822") };
        let name = if ends_with(name, extension) { name.to_owned() } else { [name, extension].concat() };
        return (AttachmentName::new(&name), content_type.to_owned());
    }
    let usual = "application/octet-stream";
    (AttachmentName::new(name), if content_type.is_empty() { usual } else { content_type }.to_owned())
}

fn ends_with(name: &str, extension: &str) -> bool {
    let start = name.len().saturating_sub(extension.len());
    name.get(start..).is_some_and(|end| end.eq_ignore_ascii_case(extension))
}

#[cfg(test)]
mod tests {
    use super::{AttachmentKind, file};

    fn saved_as(kind: AttachmentKind, name: &str, content_type: &str) -> (String, String) {
        let (name, content_type) = file(kind, name, content_type);
        (name.as_str().to_owned(), content_type)
    }

    #[test]
    fn a_message_in_a_message_is_saved_as_an_eml_file() {
        let eml = ("Re: Minutes.eml".to_owned(), "message/rfc822".to_owned());
        assert_eq!(saved_as(AttachmentKind::Item, "Re: Minutes", "").0, "Re_ Minutes.eml");
        assert_eq!(saved_as(AttachmentKind::Item, "Re Minutes.EML", "").0, "Re Minutes.EML");
        assert_eq!(saved_as(AttachmentKind::Item, "x", "").1, eml.1);
    }

    #[test]
    fn an_appointment_in_a_message_is_saved_as_an_ics_file() {
        let saved = saved_as(AttachmentKind::Item, "Board", "text/calendar; method=REQUEST");
        assert_eq!(saved, ("Board.ics".to_owned(), "text/calendar".to_owned()));
    }

    #[test]
    fn a_file_keeps_its_name_and_one_without_a_type_is_just_bytes() {
        let saved = saved_as(AttachmentKind::File, "a.pdf", "");
        assert_eq!(saved, ("a.pdf".to_owned(), "application/octet-stream".to_owned()));
    }
}
