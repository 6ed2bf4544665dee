//! One save in full: progress while it runs; afterwards what is in iMIS, what is not and why, and what to do.

use super::{saved, taking};
use crate::dispatch::dispatch;
use crate::parts::{block, button, keep_keyboard, sends, told, trouble_line};
use crate::{format, words};
use api::{Duplicates, SaveAs, SaveId};
use flows::{
    App, AttachmentProgress, AttachmentState, Event, Mark, RecordState, Save, SavePhase, SavedEvent, Summary, Targets,
    Undo,
};
use leptos::prelude::*;

/// A part of a save as it is now, as long as the save is there.
pub(super) fn part_of<T: Send + Sync + PartialEq + 'static>(
    id: &SaveId,
    part: impl Fn(&App, &Save) -> T + Send + Sync + 'static,
) -> Memo<Option<T>> {
    let id = id.clone();
    dispatch().project(move |app| app.saves.iter().find(|save| save.id == id).map(|save| part(app, save)))
}

/// A save's details; of one that was undone only that it was.
pub(super) fn details(id: SaveId) -> impl IntoView {
    let undone = part_of(&id, |app, save| app.undo_of(&save.id) == Some(&Undo::Done));
    block(move || if undone.get() == Some(true) { gone(&id).into_any() } else { whole(&id).into_any() })
}

fn gone(id: &SaveId) -> impl IntoView + use<> {
    view! {
        <p role="status">{words::undo_done_text()}</p>
        <div class="part-actions">{button(words::close(), Event::SaveDismissed(id.clone()))}</div>
    }
}

/// What only tells is drawn anew whenever the save moves on; the buttons are drawn by themselves, so that they stay the
/// same under the keyboard meanwhile.
fn whole(id: &SaveId) -> impl IntoView + use<> {
    let save = part_of(id, |_, save| save.clone());
    let drawn = move |draw: fn(&Save) -> Option<AnyView>| block(move || save.with(|save| save.as_ref().and_then(draw)));
    // Once some was taken back, whose records are left is said where that is told.
    let in_part = part_of(id, App::is_taken_in_part);
    view! {
        {block(move || (in_part.get() == Some(false)).then(|| view! {
            <p>{told(move || save.with(|save| save.as_ref().map(phase).unwrap_or_default()))}</p>
            {drawn(|save| told_records(save).then(|| records(save).into_any()))}
            {drawn(attachments)}
        }))}
        {drawn(mark)}
        {taking::undo(id)}
        {actions(id)}
    }
}

/// Whether each record says how it stands; where somebody was faster, one word stands for all.
fn told_records(save: &Save) -> bool {
    matches!(save.phase, SavePhase::Finished | SavePhase::Attaching) && !save.is_repeated()
}

fn phase(save: &Save) -> String {
    let contacts = save.records.len();
    match save.phase {
        SavePhase::Writing | SavePhase::Attaching if save.stopped => words::saving_stops().to_owned(),
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
                (_, SaveAs::Interaction | SaveAs::ContactInteraction { .. }) => words::saved_as_interaction(saved),
                (_, SaveAs::Activity { .. }) => words::saved_as_activity(saved),
                (_, SaveAs::Table { .. }) => words::saved_as_row(saved),
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
            RecordState::Waiting if save.is_running() => ("view-line", String::new(), None),
            RecordState::Waiting => ("view-line", words::failed().to_owned(), None),
            RecordState::Saved(record) => {
                let number = format::record_number(&record.0).map(|number| [&words::record(number), ", "].concat());
                ("view-line view-line--good", number.unwrap_or_default() + words::record_saved(), None)
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

fn attachments(save: &Save) -> Option<AnyView> {
    let lines: Vec<_> = save.attachments.iter().map(|state| attachment(state, save.is_running())).collect();
    (!lines.is_empty()).then(|| view! { <ul class="view-progress">{lines}</ul> }.into_any())
}

fn attachment(state: &AttachmentState, is_running: bool) -> impl IntoView + use<> {
    let all_bytes = state.attachment.size_bytes;
    let (class, said, why) = match &state.progress {
        AttachmentProgress::Waiting | AttachmentProgress::Held if !is_running => {
            ("view-line", words::failed().to_owned(), None)
        }
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

fn mark(save: &Save) -> Option<AnyView> {
    let text = match &save.mark {
        Mark::Pending | Mark::Setting => return None,
        Mark::Set => words::mark_set(words::category()),
        Mark::Failed(_) => words::mark_failed(words::category()),
    };
    Some(view! { <p class="quiet">{text}</p> }.into_any())
}

/// What the person can do about a save now, but to undo it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// Nothing: something else is to end first.
    Wait,
    /// Have it begin nothing more.
    Stop,
    /// Put it out of sight.
    Close,
    /// Save what is missing.
    TryAgain,
    /// The same of what was stopped.
    GoOn,
    /// Save it all the same, though somebody was faster.
    Anyway,
}

fn way(app: &App, save: &Save) -> Way {
    match app.undo_of(&save.id) {
        _ if save.is_running() && !save.stopped => Way::Stop,
        _ if save.phase != SavePhase::Finished => Way::Wait,
        Some(Undo::Waiting | Undo::Running) => Way::Wait,
        // To try again is to undo it.
        Some(Undo::Left(_) | Undo::Failed(_)) => Way::Close,
        _ if save.is_repeated() => Way::Anyway,
        _ if save.summary() == Summary::All => Way::Close,
        _ if save.stopped => Way::GoOn,
        _ => Way::TryAgain,
    }
}

fn actions(id: &SaveId) -> impl IntoView + use<> {
    let way = part_of(id, way);
    let id = id.clone();
    block(move || {
        keep_keyboard();
        let close = || button(words::close(), Event::SaveDismissed(id.clone()));
        Some(match way.get()? {
            Way::Wait => return None,
            Way::Stop => {
                let stop = Event::SaveStopped(id.clone());
                view! { <div class="part-actions">{button(words::cancel(), stop)}</div> }.into_any()
            }
            Way::Close => view! { <div class="part-actions">{close()}</div> }.into_any(),
            Way::TryAgain => again(&id, words::saved_retry_hint(), words::try_again()).into_any(),
            Way::GoOn => again(&id, words::saved_stopped_hint(), words::go_on()).into_any(),
            Way::Anyway => repeated(&id).into_any(),
        })
    })
}

fn again(id: &SaveId, hint: &'static str, label: &'static str) -> impl IntoView + use<> {
    let retry = Event::RetryAsked(id.clone());
    view! {
        <p class="part-hint">{hint}</p>
        <div class="part-actions">
            <button type="button" class="part-button part-button--primary" on:click=sends(retry)>{label}</button>
            {button(words::close(), Event::SaveDismissed(id.clone()))}
        </div>
    }
}

/// What to do about a save that came too late: somebody was faster. Who it was, and whether it was oneself and left it
/// in part, is known of the message that is open.
fn repeated(id: &SaveId) -> impl IntoView + use<> {
    let is_open = |app: &App, save: &Save| app.save_of_open_mail().is_some_and(|open| open.id == save.id);
    let who = part_of(id, move |app, save| app.saved.repeated().filter(|_| is_open(app, save)).map(saved::headline));
    let rest = part_of(id, move |app, save| app.rest().filter(|_| is_open(app, save)).map(|rest| rest.save));
    let held = dispatch()
        .project(|app| matches!(&app.targets, Targets::Known(targets) if targets.duplicates == Duplicates::Refused));
    let id = id.clone();
    block(move || {
        let (hint, go_on) = match rest.get().flatten() {
            Some(rest) => (words::save_rest_hint(), Some((words::save_rest(), Event::SaveAsked(rest)))),
            None if held.get() => (words::again_held(), None),
            None => {
                let anyway = Event::Saved(SavedEvent::AgainAnyway(id.clone()));
                (words::again_text(), Some((words::again_yes(), anyway)))
            }
        };
        view! {
            {block(move || who.get().flatten().map(|who| view! { <p>{who}"."</p> }))}
            <p class="part-hint">{hint}</p>
            <div class="part-actions">
                {go_on.map(|(label, event)| button(label, event))}
                {button(words::close(), Event::SaveDismissed(id.clone()))}
            </div>
        }
    })
}
