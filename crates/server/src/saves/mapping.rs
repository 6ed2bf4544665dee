//! The values of a record that is made from a message: as the person saw them, and the rest out of the templates.

use super::plan;
use crate::failure::Failure;
use crate::records;
use api::{
    FieldKind, FieldProblem, FormField, LocalTime, MappedField, MessageParts, Problem, ProblemCode, SaveMessage,
};
use imis::{ColumnForm, RowValue};

/// The values, each fit for its column. What is too long is refused: the pane shortens it, where the person sees it.
pub(super) fn values(
    fields: &[MappedField],
    ask: &SaveMessage,
    user: &str,
    now_ms: i64,
) -> Result<Vec<RowValue>, Failure> {
    for (place, given) in ask.fields.iter().enumerate() {
        let known = fields.iter().any(|mapped| mapped.field.name == given.name);
        let again = ask.fields[..place].iter().any(|other| other.name == given.name);
        if !known || again {
            return Err(wrong(&given.name, "This field is not filled from messages any more. Load the pane anew."));
        }
    }
    let text = plan::body_text(ask);
    let parts = parts(ask, &text, user, now_ms);
    let mut values = Vec::new();
    for mapped in fields {
        let field = &mapped.field;
        let value = match ask.fields.iter().find(|given| given.name == field.name) {
            Some(given) => given.value.clone(),
            None => api::fit(&FormField { max_chars: None, ..field.clone() }, &parts.fill(mapped)).value,
        };
        let value = records::spelt(field, &value).ok_or_else(|| wrong(&field.name, "The field does not take this."))?;
        if field.max_chars.is_some_and(|most| value.encode_utf16().count() > most as usize) {
            return Err(wrong(&field.name, "This is longer than the field takes."));
        }
        let form = match field.kind {
            FieldKind::Amount | FieldKind::Number => ColumnForm::Number,
            FieldKind::Date | FieldKind::DateTime => ColumnForm::Date,
            FieldKind::Text | FieldKind::LongText | FieldKind::Contact => ColumnForm::Text,
        };
        if !value.is_empty() {
            values.push(RowValue { column: field.name.clone(), form, value });
        }
    }
    Ok(values)
}

/// A field of the request is at fault, in words.
fn wrong(field: &str, message: &str) -> Failure {
    let problem = FieldProblem { field: field.to_owned(), message: message.to_owned() };
    let problem =
        Problem { field: Some(field.to_owned()), fields: vec![problem], ..Problem::new(ProblemCode::Invalid) };
    Failure::of(problem)
}

fn parts<'a>(ask: &'a SaveMessage, text: &'a str, user: &'a str, now_ms: i64) -> MessageParts<'a> {
    let message = &ask.message;
    let local = |ms: i64| LocalTime::of(ms, message.utc_offset_minutes);
    let names: Vec<&str> = ask.attachments.iter().map(|attachment| attachment.name.as_str()).collect();
    let recipients: Vec<&str> = message.recipients.iter().map(api::EmailAddress::as_str).collect();
    MessageParts {
        subject: plan::subject(ask),
        text,
        html: &message.html,
        sender: message.from.as_ref().map_or("", api::EmailAddress::as_str),
        recipients: recipients.join(", "),
        sent_on: local(message.sent_ms.unwrap_or(now_ms)),
        received_on: message.received_ms.and_then(local),
        attachment_names: names.join(", "),
        message_id: message.message_id.trim(),
        note: &message.note,
        user,
    }
}
