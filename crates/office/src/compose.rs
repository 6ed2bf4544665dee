//! A mail being written: who it goes to, what is put into its body (Mailbox 1.1, the body 1.2), and what travels with
//! it unseen: headers (1.8), and notes for as long as it is open (1.11).
//!
//! Invariant: no more goes into one call than Outlook takes there (`limits`); what is larger is refused here, since
//! the script would throw.

use js_sys::{Array, Object};
use wasm_bindgen::{JsCast, JsValue};

use crate::attachment::{self, AttachmentInfo};
use crate::callback::function;
use crate::error::{ErrorKind, OfficeError, Operation};
use crate::item::{Format, Item, ItemKind, Person, list, person};
use crate::{limits, sys};

/// Where people stand on a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    /// To.
    To,
    /// Cc.
    Cc,
    /// Bcc.
    Bcc,
}

/// Somebody to put on a mail.
#[derive(Clone, PartialEq, Eq)]
pub struct NewRecipient {
    /// The name to show; may be empty.
    pub display_name: String,
    /// The address.
    pub email_address: String,
}

impl std::fmt::Debug for NewRecipient {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("NewRecipient(…)")
    }
}

impl Item {
    /// Whether it is a mail being written.
    pub fn is_draft(&self) -> bool {
        self.kind().is_ok_and(|kind| kind == ItemKind::MessageDraft)
    }

    /// Who stands in a field of a mail being written.
    pub async fn recipients(&self, field: Field) -> Result<Vec<Person>, OfficeError> {
        let operation = Operation::ReadRecipients;
        let answer = self
            .ask(operation, limits::SMALL, |item, callback| {
                Ok(recipients(item, field)?.ok_or(ErrorKind::Unsupported)?.get_async(callback)?)
            })
            .await?;
        if answer.is_instance_of::<Array>() {
            Ok(list(&answer, person))
        } else {
            Err(OfficeError::new(operation, ErrorKind::Unreadable))
        }
    }

    /// Puts people into a field, behind those who stand there; at most [`limits::RECIPIENTS_AT_ONCE`].
    pub async fn add_recipients(&self, field: Field, people: &[NewRecipient]) -> Result<(), OfficeError> {
        let operation = Operation::AddRecipients;
        if people.len() > limits::RECIPIENTS_AT_ONCE {
            return Err(OfficeError::new(operation, ErrorKind::TooMuch));
        }
        let entries: Array = people.iter().map(entry).collect();
        self.ask(operation, limits::RECIPIENTS, |item, callback| {
            Ok(recipients(item, field)?.ok_or(ErrorKind::Unsupported)?.add_async(&entries, callback)?)
        })
        .await
        .map(drop)
    }

    /// In which form the body is written.
    pub async fn body_format(&self) -> Result<Format, OfficeError> {
        let operation = Operation::ReadBodyFormat;
        let answer = self
            .ask(operation, limits::SMALL, |item, callback| {
                Ok(item.body()?.ok_or(ErrorKind::Unsupported)?.get_type_async(callback)?)
            })
            .await?;
        match answer.as_string().as_deref() {
            Some("html") => Ok(Format::Html),
            Some("text") => Ok(Format::Text),
            _ => Err(OfficeError::new(operation, ErrorKind::Unreadable)),
        }
    }

    /// Puts something where the cursor stands in the body, in place of what is selected there; text goes into an
    /// HTML body as text.
    pub async fn insert(&self, content: &str, format: Format) -> Result<(), OfficeError> {
        let operation = Operation::InsertIntoBody;
        if content.encode_utf16().count() > limits::INSERTED_CHARS {
            return Err(OfficeError::new(operation, ErrorKind::TooMuch));
        }
        let options = Object::new();
        sys::put(&options, "coercionType", &JsValue::from_str(format.coercion()));
        self.ask(operation, limits::BODY, |item, callback| {
            let body = item.body()?.ok_or(ErrorKind::Unsupported)?;
            Ok(body.set_selected_data_async(content, &options, callback)?)
        })
        .await
        .map(drop)
    }
}

impl Item {
    /// The subject of a mail being written.
    pub async fn draft_subject(&self) -> Result<String, OfficeError> {
        let operation = Operation::ReadDraft;
        let answer = self
            .ask(operation, limits::SMALL, |item, callback| {
                Ok(item.subject()?.ok_or(ErrorKind::Unsupported)?.get_async(callback)?)
            })
            .await?;
        answer.as_string().ok_or(OfficeError::new(operation, ErrorKind::Unreadable))
    }

    /// The attachments of a mail being written (Mailbox 1.8).
    pub async fn draft_attachments(&self) -> Result<Vec<AttachmentInfo>, OfficeError> {
        let operation = Operation::ReadDraft;
        let answer =
            self.ask(operation, limits::SMALL, |item, callback| Ok(item.get_attachments_async(callback)?)).await?;
        Ok(list(&answer, attachment::info))
    }

    /// A header that an add-in put on a mail being written (Mailbox 1.8); none where it has none of this name.
    pub async fn draft_header(&self, name: &str) -> Result<Option<String>, OfficeError> {
        let names = Array::of1(&JsValue::from_str(name));
        let answer = self
            .ask(Operation::ReadDraft, limits::SMALL, |item, callback| {
                Ok(item.internet_headers()?.ok_or(ErrorKind::Unsupported)?.get_async(&names, callback)?)
            })
            .await?;
        Ok(sys::text(&answer, name))
    }

    /// Puts a header on a mail being written (Mailbox 1.8). Who gets the mail can read it.
    pub async fn put_header(&self, name: &str, value: &str) -> Result<(), OfficeError> {
        let headers = Object::new();
        sys::put(&headers, name, &JsValue::from_str(value));
        self.ask(Operation::ChangeDraft, limits::SMALL, |item, callback| {
            Ok(item.internet_headers()?.ok_or(ErrorKind::Unsupported)?.set_async(&headers, callback)?)
        })
        .await
        .map(drop)
    }

    /// Takes a header off a mail being written.
    pub async fn take_off_header(&self, name: &str) -> Result<(), OfficeError> {
        let names = Array::of1(&JsValue::from_str(name));
        self.ask(Operation::ChangeDraft, limits::SMALL, |item, callback| {
            Ok(item.internet_headers()?.ok_or(ErrorKind::Unsupported)?.remove_async(&names, callback)?)
        })
        .await
        .map(drop)
    }

    /// Keeps a text with a mail for as long as it is being written here (Mailbox 1.11).
    pub async fn keep_with_draft(&self, name: &str, value: &str) -> Result<(), OfficeError> {
        self.ask(Operation::ChangeDraft, limits::SMALL, |item, callback| {
            Ok(item.session_data()?.ok_or(ErrorKind::Unsupported)?.set_async(name, value, callback)?)
        })
        .await
        .map(drop)
    }

    /// Calls `handler` whenever people are put on a mail being written, or taken off (Mailbox 1.7), for as long as it
    /// is open.
    pub async fn on_recipients_changed(&self, mut handler: impl FnMut() + 'static) -> Result<(), OfficeError> {
        let heard = function(move |_: JsValue| handler());
        self.ask(Operation::Subscribe, limits::SMALL, |item, callback| {
            Ok(item.add_handler_async(RECIPIENTS_CHANGED, &heard, callback)?)
        })
        .await
        .map(drop)
    }
}

/// The value of `Office.EventType.RecipientsChanged`.
const RECIPIENTS_CHANGED: &str = "olkRecipientsChanged";

/// The field's own object; in a mail being read it is a plain list, which has no such calls.
fn recipients(item: &sys::OpenItem, field: Field) -> Result<Option<sys::Recipients>, JsValue> {
    match field {
        Field::To => item.to(),
        Field::Cc => item.cc(),
        Field::Bcc => item.bcc(),
    }
}

fn entry(person: &NewRecipient) -> JsValue {
    let entry = Object::new();
    // The script refuses longer names; nobody reads them to the end.
    let name: String = person.display_name.chars().take(limits::NAME_CHARS).collect();
    let name = if name.is_empty() { person.email_address.clone() } else { name };
    sys::put(&entry, "displayName", &JsValue::from_str(&name));
    sys::put(&entry, "emailAddress", &JsValue::from_str(&person.email_address));
    entry.unchecked_into()
}
