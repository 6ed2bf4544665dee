//! iMIS's JSON: a lenient reader and a strict writer. Nothing outside this
//! module knows the shapes; what cannot be read is `None`, never a guess.

mod party;
mod party_write;
mod read;
mod records;
mod write;

pub(crate) use party::{communication_type, in_full, picture};
pub(crate) use party_write::{edit_contact, new_contact, usual_purpose};
pub(crate) use read::query::{
    Criterion, Definition, Document, Executed, Parameter, Property, definition, documents, executed, parameters,
};
pub(crate) use read::rows::{Cell, Row, Rows, rows};
pub(crate) use read::{
    activity_type, attachment, boolean, complaint, complaints, contact, contact_interaction, generic_elements,
    generic_owner, generic_text, granted, interaction_type, log, page, recipient, roles, token_refusal, user,
};
pub(crate) use records::{
    EditedAs, activity_form, edit, file, history_row, interaction_action, interaction_type_in_full, new_note, new_row,
    record_of_message, total, value_of, written_activity,
};
pub(crate) use write::{
    ActivityAttachmentBody, ContactInteractionBody, Execute, LogAttachmentBody, LogBody, RecipientBody, date as local,
    json, streamed,
};
