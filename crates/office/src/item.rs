//! Reading the open item, or the one that is loaded beside it ([`crate::loaded`]).
//!
//! Invariant: an [`Item`] is only a key. Every read takes Office's item anew, checks that it is still the
//! key's before asking, and checks again when the answer comes; an answer about another mail is never given.

use std::fmt;
use std::time::Duration;

use js_sys::{Array, Function};
use wasm_bindgen::{JsCast, JsValue};

use crate::attachment::{self, AttachmentInfo};
use crate::callback::{Trouble, call};
use crate::error::{ErrorKind, OfficeError, Operation};
use crate::mailbox::{ItemKey, open_item};
use crate::{limits, loaded, sys};

/// An item, known by its key; it may have been closed meanwhile, and then every read says so.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Item {
    key: ItemKey,
}

/// What kind of item is open, and in which window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ItemKind {
    /// A received or sent mail, or a meeting request, being read.
    Message,
    /// A mail being written.
    MessageDraft,
    /// An appointment being read.
    Appointment,
    /// An appointment being written.
    AppointmentDraft,
}

/// A person of a mail, as Outlook shows them.
#[derive(Clone, PartialEq, Eq)]
pub struct Person {
    /// The name beside the address; may be the address again.
    pub display_name: String,
    /// The address; for a sender inside Exchange already resolved to SMTP.
    pub email_address: String,
    /// A list stands for many.
    pub kind: PersonKind,
}

impl fmt::Debug for Person {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Person").field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// Who stands behind an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PersonKind {
    /// One of the organisation.
    User,
    /// Somebody outside.
    External,
    /// A distribution list.
    List,
    /// Not told.
    Other,
}

/// Everything about a mail being read that Outlook knows without asking the server.
#[derive(Clone, PartialEq)]
pub struct MessageSummary {
    /// Which opening of which item this is about.
    pub key: ItemKey,
    /// The subject, prefixes included.
    pub subject: String,
    /// The subject without `RE:` and `FW:`.
    pub normalized_subject: String,
    /// On whose behalf it was sent.
    pub from: Option<Person>,
    /// Who sent it.
    pub sender: Option<Person>,
    /// To, in order.
    pub to: Vec<Person>,
    /// Cc, in order.
    pub cc: Vec<Person>,
    /// When the mailbox received or made it, in milliseconds since 1970.
    pub created_ms: Option<i64>,
    /// The Message-ID header, angle brackets included; not every mail has one.
    pub internet_message_id: Option<String>,
    /// The item's id in Exchange's form.
    pub item_id: Option<String>,
    /// The id of the thread.
    pub conversation_id: Option<String>,
    /// Such as `IPM.Note`.
    pub item_class: Option<String>,
    /// In the mail's order, inline pictures included.
    pub attachments: Vec<AttachmentInfo>,
}

impl fmt::Debug for MessageSummary {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("MessageSummary").field("opening", &self.key.opening()).finish_non_exhaustive()
    }
}

/// How a body is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// As HTML: the dependable one on the web (`office-js.md` §3).
    Html,
    /// As plain text.
    Text,
}

impl Format {
    /// Office's word for it.
    pub(crate) const fn coercion(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Text => "text",
        }
    }
}

/// Whose folder an item is in, when it is not the person's own.
#[derive(Clone, PartialEq, Eq)]
pub struct SharedFolder {
    /// The address of the folder's owner.
    pub owner: String,
    /// The mailbox the calls go to.
    pub target_mailbox: Option<String>,
    /// What the person may do there.
    pub permissions: DelegatePermissions,
}

impl fmt::Debug for SharedFolder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SharedFolder").field("permissions", &self.permissions).finish_non_exhaustive()
    }
}

/// A set of rights in somebody else's folder (`office-js.md` §3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DelegatePermissions(u32);

impl DelegatePermissions {
    /// May read items.
    pub const fn may_read(self) -> bool {
        self.0 & 1 != 0
    }

    /// May change any item, and so mark it with a category.
    pub const fn may_edit_all(self) -> bool {
        self.0 & 32 != 0
    }
}

impl Item {
    /// The item of this key, whether or not it is still open.
    pub const fn of(key: ItemKey) -> Self {
        Self { key }
    }

    /// The item that is open now.
    pub fn current() -> Option<Self> {
        crate::mailbox::current_item().map(Self::of)
    }

    /// The key it is known by.
    pub const fn key(&self) -> &ItemKey {
        &self.key
    }

    /// What kind of item it is.
    pub fn kind(&self) -> Result<ItemKind, OfficeError> {
        let item = self.open(Operation::ReadItem)?;
        let is_appointment = sys::text(&item, "itemType").as_deref() == Some("appointment");
        // In a draft the subject is an object with getters of its own.
        let is_draft = sys::field(&item, "subject").is_object();
        Ok(match (is_appointment, is_draft) {
            (false, false) => ItemKind::Message,
            (false, true) => ItemKind::MessageDraft,
            (true, false) => ItemKind::Appointment,
            (true, true) => ItemKind::AppointmentDraft,
        })
    }

    /// What is known of a mail at once; `Unsupported` for drafts and appointments.
    pub fn summary(&self) -> Result<MessageSummary, OfficeError> {
        if self.kind()? != ItemKind::Message {
            return Err(OfficeError::new(Operation::ReadItem, ErrorKind::Unsupported));
        }
        let item = self.open(Operation::ReadItem)?;
        Ok(MessageSummary {
            key: self.key.clone(),
            subject: sys::text(&item, "subject").unwrap_or_default(),
            normalized_subject: sys::text(&item, "normalizedSubject").unwrap_or_default(),
            from: person(&sys::field(&item, "from")),
            sender: person(&sys::field(&item, "sender")),
            to: list(&sys::field(&item, "to"), person),
            cc: list(&sys::field(&item, "cc"), person),
            created_ms: milliseconds(&sys::field(&item, "dateTimeCreated")),
            internet_message_id: sys::text(&item, "internetMessageId").filter(|id| !id.is_empty()),
            item_id: sys::text(&item, "itemId"),
            conversation_id: sys::text(&item, "conversationId"),
            item_class: sys::text(&item, "itemClass"),
            attachments: list(&sys::field(&item, "attachments"), attachment::info),
        })
    }

    /// The whole body (Mailbox 1.3).
    pub async fn body(&self, format: Format) -> Result<String, OfficeError> {
        let coercion = format.coercion();
        let operation = Operation::ReadBody;
        let answer = self
            .ask(operation, limits::BODY, |item, callback| {
                let body = item.body()?.ok_or(ErrorKind::Unsupported)?;
                Ok(body.get_async(coercion, callback)?)
            })
            .await?;
        answer.as_string().ok_or(OfficeError::new(operation, ErrorKind::Unreadable))
    }

    /// The Internet headers of a received mail, as one text (Mailbox 1.8).
    pub async fn internet_headers(&self) -> Result<String, OfficeError> {
        let operation = Operation::ReadHeaders;
        let answer = self
            .ask(operation, limits::BODY, |item, callback| Ok(item.get_all_internet_headers_async(callback)?))
            .await?;
        answer.as_string().ok_or(OfficeError::new(operation, ErrorKind::Unreadable))
    }

    /// Whose folder the item is in; none in the person's own mailbox (Mailbox 1.8).
    pub async fn shared_folder(&self) -> Result<Option<SharedFolder>, OfficeError> {
        let operation = Operation::ReadSharedFolder;
        let asked =
            self.ask(operation, limits::SMALL, |item, callback| Ok(item.get_shared_properties_async(callback)?)).await;
        match asked {
            Ok(answer) => Ok(Some(SharedFolder {
                owner: sys::text(&answer, "owner").ok_or(OfficeError::new(operation, ErrorKind::Unreadable))?,
                target_mailbox: sys::text(&answer, "targetMailbox"),
                permissions: DelegatePermissions(bits(sys::number(&answer, "delegatePermissions"))),
            })),
            // The call is only there for items of shared folders.
            Err(error) if error.kind == ErrorKind::Unsupported => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Office's item, to be used before the next `.await`, when it is still this one.
    pub(crate) fn open(&self, operation: Operation) -> Result<sys::OpenItem, OfficeError> {
        if self.key.is_loaded() {
            return loaded::item(&self.key).ok_or(OfficeError::new(operation, ErrorKind::NoItem));
        }
        match open_item() {
            None => Err(OfficeError::new(operation, ErrorKind::NoItem)),
            Some((_, key)) if key != self.key => Err(OfficeError::new(operation, ErrorKind::ItemChanged)),
            Some((item, _)) => Ok(item),
        }
    }

    /// One call about this item: refused when another is open, and its answer thrown away when another was
    /// opened meanwhile.
    pub(crate) async fn ask(
        &self,
        operation: Operation,
        limit: Duration,
        start: impl FnOnce(&sys::OpenItem, &Function) -> Result<(), Trouble>,
    ) -> Result<JsValue, OfficeError> {
        let item = self.open(operation)?;
        let answer = call(operation, limit, move |callback| start(&item, callback)).await;
        match self.open(operation) {
            Ok(_) => answer,
            Err(_) => Err(OfficeError::new(operation, ErrorKind::ItemChanged)),
        }
    }
}

pub(crate) fn person(details: &JsValue) -> Option<Person> {
    let email_address = sys::text(details, "emailAddress").filter(|address| !address.is_empty())?;
    let kind = match sys::text(details, "recipientType").as_deref() {
        Some("user") => PersonKind::User,
        Some("externalUser") => PersonKind::External,
        Some("distributionList") => PersonKind::List,
        _ => PersonKind::Other,
    };
    Some(Person { display_name: sys::text(details, "displayName").unwrap_or_default(), email_address, kind })
}

pub(crate) fn list<T>(of: &JsValue, read: fn(&JsValue) -> Option<T>) -> Vec<T> {
    let Some(array) = of.dyn_ref::<Array>() else { return Vec::new() };
    array.iter().filter_map(|entry| read(&entry)).collect()
}

#[expect(clippy::cast_possible_truncation, reason = "saturates; dates are far inside 64 bits")]
fn milliseconds(date: &JsValue) -> Option<i64> {
    let time = date.dyn_ref::<js_sys::Date>()?.get_time();
    time.is_finite().then_some(time as i64)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates; the rights are six bits")]
fn bits(number: Option<f64>) -> u32 {
    number.unwrap_or(0.0) as u32
}

#[cfg(test)]
mod tests {
    use super::DelegatePermissions;

    #[test]
    fn a_reader_of_a_shared_folder_may_not_change_its_items() {
        let reader = DelegatePermissions(1);
        assert!(reader.may_read());
        assert!(!reader.may_edit_all());
        assert!(DelegatePermissions(33).may_edit_all());
    }
}
