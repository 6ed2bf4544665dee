//! A mail being written: who it goes to, and what is put into its body (Mailbox 1.1, the body 1.2).
//!
//! Invariant: no more goes into one call than Outlook takes there (`limits`); what is larger is refused here, since
//! the script would throw.

use js_sys::{Array, Object};
use wasm_bindgen::{JsCast, JsValue};

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
