//! The attachments, ticked one by one; beside each its size, or why it cannot go.

use super::save_form::Form;
use crate::dispatch::dispatch;
use crate::parts::block;
use crate::{format, words};
use flows::{AttachmentChoice, Event, Targets, Unsendable};
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
    let mut text = if is_link { String::new() } else { format::size(attachment.size_bytes) };
    if attachment.inline {
        text.push_str(" · ");
        text.push_str(words::attachment_inline());
    }
    let reason = obstacle.map(|obstacle| match obstacle {
        Unsendable::TooLarge { max_bytes } => words::attachment_too_large(&format::size(max_bytes)),
        Unsendable::CloudLink => words::attachment_cloud().to_owned(),
        Unsendable::NoPlace => words::attachment_no_place().to_owned(),
    });
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
