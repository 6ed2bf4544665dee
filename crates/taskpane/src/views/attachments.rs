//! The attachments, ticked one by one; beside each its size, or why it cannot go.

use super::save_form::Form;
use crate::dispatch::dispatch;
use crate::parts::block;
use crate::{format, words};
use flows::{Attachment, AttachmentChoice, AttachmentKind, Event, Targets, Unsendable};
use leptos::prelude::*;

/// The list of attachments, if there are any.
pub(super) fn attachments(form: Memo<Option<Form>>) -> impl IntoView {
    block(move || {
        form.with(|form| {
            let form = form.as_ref().filter(|form| !form.draft.attachments.is_empty())?;
            let choices = form.draft.attachments.iter().enumerate();
            let lines: Vec<_> = choices.map(|(index, choice)| line(index, choice, obstacle(form, choice))).collect();
            Some(view! {
                <fieldset class="view-attachments">
                    <legend>{words::attachments()}</legend>
                    <ul>{lines}</ul>
                </fieldset>
            })
        })
    })
}

fn obstacle(form: &Form, choice: &AttachmentChoice) -> Option<Unsendable> {
    match &form.targets {
        Targets::Known(targets) => form.draft.unsendable(&choice.attachment, targets),
        _ => None,
    }
}

fn line(index: usize, choice: &AttachmentChoice, obstacle: Option<Unsendable>) -> impl IntoView + use<> {
    let dispatch = dispatch();
    let attachment = &choice.attachment;
    let id = ["attachment-", &index.to_string()].concat();
    let about = [&id, "-about"].concat();
    // A link has no size of its own.
    let is_link = obstacle == Some(Unsendable::CloudLink);
    let whole = attachment.kind == AttachmentKind::Whole;
    let mut text = if is_link || whole { String::new() } else { format::size(attachment.size_bytes) };
    if let Some(kind) = kind(attachment) {
        if !text.is_empty() {
            text.push_str(" · ");
        }
        text.push_str(kind);
    }
    let reason = obstacle.map(words::unsendable);
    let class = if obstacle.is_some() { "view-attachment view-attachment--unsendable" } else { "view-attachment" };
    view! {
        <li class=class>
            <input
                type="checkbox"
                class="part-check"
                id=id.clone()
                aria-describedby=about.clone()
                prop:checked=choice.ticked && obstacle.is_none()
                disabled=obstacle.is_some()
                on:change=move |_| dispatch.send(Event::AttachmentToggled(index))
            />
            <label for=id class="view-attachment-name">{attachment.name.as_str().to_owned()}</label>
            <p id=about class="quiet">{text}{reason.map(|reason| view! { <span class="view-attachment-reason">{reason}</span> })}</p>
        </li>
    }
}

/// What it is, in words, where its name does not say so.
fn kind(attachment: &Attachment) -> Option<&'static str> {
    match attachment.kind {
        AttachmentKind::File if attachment.inline => Some(words::attachment_inline()),
        AttachmentKind::File => None,
        AttachmentKind::Item if attachment.content_type == "text/calendar" => Some(words::attachment_calendar()),
        AttachmentKind::Item => Some(words::attachment_message()),
        AttachmentKind::Cloud => Some(words::attachment_link()),
        AttachmentKind::Whole => Some(words::attachment_whole()),
    }
}
