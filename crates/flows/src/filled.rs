//! The fields of a record as a message fills them: what stands in the form, and what goes to the server.

use crate::{Body, Message, Wrong};
use api::{AttachmentName, FieldKind, FieldValue, Fitted, FormField, LocalTime, MappedField, MessageParts, Token};

/// All that fields are filled from, but for the message and its body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edited {
    pub(crate) fields: Vec<MappedField>,
    pub(crate) typed: Vec<FieldValue>,
    pub(crate) subject: String,
    pub(crate) note: String,
    pub(crate) sent_ms: Option<i64>,
    pub(crate) attachment_names: Vec<AttachmentName>,
    pub(crate) user: String,
}

/// A field as it stands in the form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilledField {
    /// The field.
    pub field: FormField,
    /// What stands in it.
    pub value: String,
    /// Whether the message's own words had to be shortened for it.
    pub shortened: bool,
    /// Whether it takes the text of the message, which is read when it is saved, as long as nothing else is typed.
    pub takes_body: bool,
    /// What is wrong with what was typed.
    pub wrong: Option<Wrong>,
}

/// The fields as they stand in the form.
pub(crate) fn shown(filled: &Edited, message: &Message) -> Vec<FilledField> {
    let nothing = Body { html: String::new(), text: String::new() };
    let one = |mapped: &MappedField| {
        let field = mapped.field.clone();
        let takes_body = api::holds(&mapped.template, Token::is_body);
        if let Some(typed) = filled.typed.iter().find(|typed| typed.name == field.name) {
            let (wrong, value) = (wrong(&field, &typed.value), typed.value.clone());
            return FilledField { field, value, shortened: false, takes_body, wrong };
        }
        if takes_body {
            return FilledField { field, value: String::new(), shortened: false, takes_body, wrong: None };
        }
        let Fitted { value, shortened } = fit(filled, mapped, message, &nothing);
        FilledField { field, value, shortened, takes_body, wrong: None }
    };
    filled.fields.iter().map(one).collect()
}

/// What goes to the server. A field of any length that takes the body is filled there: it need not travel twice.
pub(crate) fn sent(filled: &Edited, message: &Message, body: &Body) -> Vec<FieldValue> {
    let one = |mapped: &MappedField| {
        let name = mapped.field.name.clone();
        if let Some(typed) = filled.typed.iter().find(|typed| typed.name == name) {
            return Some(FieldValue { name, value: canonical(&mapped.field, &typed.value) });
        }
        if mapped.field.max_chars.is_none() && api::holds(&mapped.template, Token::is_body) {
            return None;
        }
        let value = fit(filled, mapped, message, body).value;
        // What is empty here the server may know better: a message without a subject has one there.
        (!value.is_empty()).then_some(FieldValue { name, value })
    };
    filled.fields.iter().filter_map(one).collect()
}

fn fit(filled: &Edited, mapped: &MappedField, message: &Message, body: &Body) -> Fitted {
    let local = |ms: i64| LocalTime::of(ms, message.utc_offset_minutes);
    let from = message.from();
    let recipients: Vec<String> = message.recipients().iter().map(|address| address.as_str().to_owned()).collect();
    let names: Vec<&str> = filled.attachment_names.iter().map(AttachmentName::as_str).collect();
    let parts = MessageParts {
        subject: &filled.subject,
        text: &body.text,
        html: &body.html,
        sender: from.as_ref().map_or("", |address| address.as_str()),
        recipients: recipients.join(", "),
        sent_on: filled.sent_ms.and_then(local),
        received_on: message.received_ms.and_then(local),
        attachment_names: names.join(", "),
        message_id: &message.message_id,
        note: &filled.note,
        user: &filled.user,
    };
    api::fit(&mapped.field, &parts.fill(mapped))
}

/// What is wrong with what was typed into a field.
fn wrong(field: &FormField, typed: &str) -> Option<Wrong> {
    let value = canonical(field, typed);
    if value.is_empty() {
        return None;
    }
    match field.kind {
        FieldKind::Text | FieldKind::LongText | FieldKind::Contact => {
            let most = field.max_chars?;
            (value.encode_utf16().count() > most as usize).then_some(Wrong::TooLong(most))
        }
        FieldKind::Date | FieldKind::DateTime => {
            let with_time = if value.contains('T') { value } else { [&value, "T00:00"].concat() };
            LocalTime(with_time).ms(0).is_none().then_some(Wrong::NotADate)
        }
        FieldKind::Amount | FieldKind::Number => {
            let digits = value.strip_prefix('-').unwrap_or(&value);
            let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
            let plain =
                |text: &str| !text.is_empty() && text.len() <= 15 && text.bytes().all(|byte| byte.is_ascii_digit());
            (!(plain(whole) && plain(part))).then_some(Wrong::NotANumber)
        }
    }
}

/// What was typed, as it goes over the wire.
fn canonical(field: &FormField, typed: &str) -> String {
    let text = typed.trim();
    match field.kind {
        FieldKind::Amount | FieldKind::Number => text.replace(',', "."),
        _ => text.to_owned(),
    }
}
