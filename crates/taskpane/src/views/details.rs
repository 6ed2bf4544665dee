//! One save in full: progress while it runs; afterwards what is in iMIS, what is not and why, and what to do.

use crate::dispatch::dispatch;
use crate::parts::{button, pressed, trouble_line};
use crate::{format, words};
use api::SaveAs;
use flows::{AttachmentProgress, AttachmentState, Event, Mark, RecordState, Save, SavePhase, Summary};
use leptos::prelude::*;

/// A save's details.
pub(super) fn details(save: &Save) -> impl IntoView + use<> {
    let attachments: Vec<_> = save.attachments.iter().map(attachment).collect();
    view! {
        <p>{phase(save)}</p>
        {(save.phase == SavePhase::Finished || save.phase == SavePhase::Attaching).then(|| records(save))}
        {(!attachments.is_empty()).then(|| view! { <ul class="view-progress">{attachments}</ul> })}
        {mark(&save.mark)}
        {(save.phase == SavePhase::Finished).then(|| actions(save))}
    }
}

fn phase(save: &Save) -> String {
    let contacts = save.records.len();
    match save.phase {
        SavePhase::Reading => words::saving_reading().to_owned(),
        SavePhase::Writing => words::saving_records(contacts),
        SavePhase::Attaching => {
            let (done, all) = attachments_done(save);
            words::saving_attachments(&all, &done)
        }
        SavePhase::Paused => words::saving_paused().to_owned(),
        SavePhase::Finished => {
            let saved = save.records.iter().filter(|(_, _, state)| matches!(state, RecordState::Saved(_))).count();
            match (saved, &save.save_as) {
                (0, _) => String::new(),
                (_, SaveAs::Interaction) => words::saved_as_interaction(saved),
                (_, SaveAs::Activity { .. }) => words::saved_as_activity(saved),
            }
        }
    }
}

/// How many attachments are through, and of how many.
pub(super) fn attachments_done(save: &Save) -> (String, String) {
    let done = save.attachments.iter().filter(|state| state.progress == AttachmentProgress::Saved).count();
    (done.to_string(), save.attachments.len().to_string())
}

fn records(save: &Save) -> impl IntoView + use<> {
    let line = |(_, name, state): &(_, String, RecordState)| {
        let (class, said, why) = match state {
            RecordState::Waiting => ("view-line", String::new(), None),
            RecordState::Saved(record) => {
                let number = words::record(format::record_number(&record.0));
                ("view-line view-line--good", [&number, ", ", words::record_saved()].concat(), None)
            }
            RecordState::Failed(trouble) => {
                ("view-line view-line--bad", words::failed().to_owned(), Some(trouble_line(trouble)))
            }
        };
        outcome(class, name.clone(), said, why)
    };
    // What failed comes first: it is what the person has to act on.
    let failed = |state: &RecordState| matches!(state, RecordState::Failed(_));
    let first = save.records.iter().filter(|(_, _, state)| failed(state));
    let then = save.records.iter().filter(|(_, _, state)| !failed(state));
    view! { <ul class="view-progress">{first.chain(then).map(line).collect::<Vec<_>>()}</ul> }
}

fn outcome(class: &'static str, name: String, said: String, why: Option<String>) -> impl IntoView {
    view! {
        <li class=class>
            <span class="view-line-name">{name}</span>
            " "
            <span class="quiet">{said}</span>
            {why.map(|why| view! { <p class="view-line-why">{why}</p> })}
        </li>
    }
}

fn attachment(state: &AttachmentState) -> impl IntoView + use<> {
    let all_bytes = state.attachment.size_bytes;
    let (class, said, why) = match &state.progress {
        AttachmentProgress::Waiting => ("view-line", words::attachment_waiting().to_owned(), None),
        AttachmentProgress::Reading => ("view-line", words::attachment_reading().to_owned(), None),
        AttachmentProgress::Held => ("view-line", words::attachment_held().to_owned(), None),
        AttachmentProgress::Uploading { sent_bytes } => {
            let sent = format::size(*sent_bytes);
            ("view-line", words::attachment_sending(&format::size(all_bytes), &sent), None)
        }
        AttachmentProgress::Saved => ("view-line view-line--good", words::attachment_saved().to_owned(), None),
        AttachmentProgress::Failed(trouble) => {
            ("view-line view-line--bad", words::failed().to_owned(), Some(trouble_line(trouble)))
        }
    };
    let sent = match state.progress {
        AttachmentProgress::Uploading { sent_bytes } => Some(sent_bytes),
        _ => None,
    };
    let name = state.attachment.name.as_str().to_owned();
    view! {
        {outcome(class, name.clone(), said, why)}
        {sent.map(|sent| view! {
            <li class="view-line-bar">
                <progress class="part-progress" aria-label=name max=all_bytes.max(1).to_string() value=sent.to_string()></progress>
            </li>
        })}
    }
}

fn mark(mark: &Mark) -> Option<impl IntoView + use<>> {
    let text = match mark {
        Mark::Pending | Mark::Setting => return None,
        Mark::Set => words::mark_set(words::category()),
        Mark::Failed(_) => words::mark_failed(words::category()),
    };
    Some(view! { <p class="quiet">{text}</p> })
}

fn actions(save: &Save) -> impl IntoView + use<> {
    let dispatch = dispatch();
    let incomplete = save.summary() != Summary::All;
    let id = save.id.clone();
    let retry = move || dispatch.send(Event::RetryAsked(id.clone()));
    view! {
        {incomplete.then(|| view! { <p class="part-hint">{words::saved_retry_hint()}</p> })}
        <div class="part-actions">
            {incomplete.then(|| view! {
                <button type="button" class="part-button part-button--primary" on:click=pressed(retry)>{words::try_again()}</button>
            })}
            {button(words::close(), Event::SaveDismissed(save.id.clone()))}
        </div>
    }
}
