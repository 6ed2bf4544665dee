//! The run, and what came of it.

use super::of_run;
use crate::dispatch::Dispatch;
use crate::parts::{block, holds, moves, pressed, told, trouble_line};
use crate::words;
use flows::{AttachmentProgress, Event, MailJob, MailStep, ManyEvent, RecordState, Run, Save, Selection, Summary};
use leptos::html;
use leptos::prelude::*;

/// "Saving 37 of 92", or what came of it.
pub(super) fn title(run: &Run) -> String {
    let (all, saved) = (run.jobs.len(), run.count_of(Summary::All));
    if run.is_running() {
        return words::many_saving(&all.to_string(), &run.count_done().to_string());
    }
    if saved == all { words::many_all_saved(all) } else { words::many_some_saved(&all.to_string(), &saved.to_string()) }
}

/// The parts of the list, in the order shown: what the person has to act on comes first.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Not,
    Partly,
    Stopped,
    UnderWay,
    Waiting,
    Saved,
}

const PARTS: [Part; 6] = [Part::Not, Part::Partly, Part::Stopped, Part::UnderWay, Part::Waiting, Part::Saved];

fn part(job: &MailJob) -> Part {
    match (job.step, job.outcome()) {
        (MailStep::Waiting, _) => Part::Waiting,
        (MailStep::Outlook | MailStep::Imis, _) => Part::UnderWay,
        (MailStep::Stopped, _) => Part::Stopped,
        (MailStep::Done, Some(Summary::All)) => Part::Saved,
        (MailStep::Done, Some(Summary::Partly)) => Part::Partly,
        (MailStep::Done, _) => Part::Not,
    }
}

fn name(part: Part) -> &'static str {
    match part {
        Part::Not => words::many_done_not(),
        Part::Partly => words::many_done_partly(),
        Part::Stopped => words::many_done_stopped(),
        Part::UnderWay => words::many_under_way(),
        Part::Waiting => words::many_waiting(),
        Part::Saved => words::many_done_saved(),
    }
}

/// The run. Its heading takes the focus from the button that is gone.
pub(super) fn run(dispatch: Dispatch) -> impl IntoView {
    let node = NodeRef::<html::H2>::new();
    Effect::new(move |_| {
        if let Some(element) = node.get()
            && dispatch.take_focus()
        {
            // A heading with a tab index takes the focus.
            let _ = element.focus();
        }
    });
    let title = of_run(dispatch, title);
    let running = of_run(dispatch, Run::is_running);
    let mood = of_run(dispatch, |run| match (run.is_running(), run.count_of(Summary::All) == run.jobs.len()) {
        (true, _) => "view-section view-panel",
        (false, true) => "view-section view-panel view-panel--good",
        (false, false) => "view-section view-panel view-panel--bad",
    });
    let parts: Vec<_> = PARTS.into_iter().map(|of| list(dispatch, of)).collect();
    view! {
        <section class=told(move || mood.get()) aria-labelledby="many-run" aria-busy=holds(move || running.get())>
            <h2 id="many-run" class="view-section-title" tabindex="-1" node_ref=node>
                <span class="icon view-panel-icon" aria-hidden="true"></span>
                {told(move || title.get())}
            </h2>
            {progress(dispatch)}
            <p role="status" class="visually-hidden">
                {told(move || if running.get() { String::new() } else { title.get() })}
            </p>
            {block(move || if running.get() { stop(dispatch).into_any() } else { actions(dispatch).into_any() })}
        </section>
        {parts}
    }
}

fn progress(dispatch: Dispatch) -> impl IntoView {
    let done = of_run(dispatch, |run| run.is_running().then(|| (run.count_done(), run.jobs.len())));
    block(move || {
        let (done, all) = done.get()?;
        let said = words::many_saving(&all.to_string(), &done.to_string());
        Some(view! {
            <progress class="part-progress" aria-label=said max=all.to_string() value=done.to_string()></progress>
        })
    })
}

fn stop(dispatch: Dispatch) -> impl IntoView {
    let stopping = of_run(dispatch, |run| run.stopping);
    block(move || {
        if stopping.get() {
            return view! { <p class="part-hint" role="status">{words::many_stopping()}</p> }.into_any();
        }
        let stop = move || dispatch.send(Event::Many(ManyEvent::StopAsked));
        view! { <button type="button" class="part-button" on:click=pressed(stop)>{words::many_stop()}</button> }
            .into_any()
    })
}

/// What can be done with the results.
fn actions(dispatch: Dispatch) -> impl IntoView {
    let missing = of_run(dispatch, |run| run.count_of(Summary::All) < run.jobs.len());
    let selected = dispatch.project(|app| match &app.many.selection {
        Selection::Several(selected) => selected.items.len(),
        Selection::One | Selection::Failed(_) => 0,
    });
    // What was just saved is selected still; only another selection is news.
    let other = dispatch.project(|app| match (&app.many.selection, &app.many.run) {
        (Selection::Several(selected), Some(run)) => {
            let saved = |id: &str| run.jobs.iter().any(|job| job.save.message.key.item_id == id);
            selected.items.iter().all(|item| !saved(&item.item_id))
        }
        _ => false,
    });
    view! {
        {block(move || missing.get().then(|| view! { <p class="part-hint">{words::saved_retry_hint()}</p> }))}
        {block(move || other.get().then(|| view! {
            <p class="part-hint" role="status">{words::many_now_selected(selected.get())}</p>
        }))}
        <div class="part-actions">
            {block(move || missing.get().then(|| view! {
                <button type="button" class="part-button part-button--primary"
                    on:click=moves(Event::Many(ManyEvent::RetryAllAsked))>
                    {words::many_retry_rest()}
                </button>
            }))}
            <button type="button" class="part-button" on:click=moves(Event::Many(ManyEvent::Dismissed))>
                {words::many_dismiss()}
            </button>
        </div>
    }
}

/// One message of the run as it is shown.
#[derive(Clone, Debug, Default, PartialEq)]
struct Line {
    subject: String,
    said: String,
    why: Option<String>,
    retry: bool,
}

fn list(dispatch: Dispatch, of: Part) -> impl IntoView {
    let places = of_run(dispatch, move |run| {
        let here = run.jobs.iter().enumerate().filter(|(_, job)| part(job) == of);
        here.map(|(place, _)| place).collect::<Vec<_>>()
    });
    let id = ["many-part-", &(of as u8).to_string()].concat();
    block(move || {
        let places = places.get();
        if places.is_empty() {
            return None;
        }
        let count = places.len().to_string();
        let lines: Vec<_> = places.into_iter().map(|place| line(dispatch, of, place)).collect();
        Some(view! {
            <section class="view-section many-group" aria-labelledby=id.clone()>
                <div class="many-group-head">
                    <h3 id=id.clone() tabindex="-1">{name(of)}</h3>
                    <span class="many-count">{count}</span>
                </div>
                <ul class="view-progress">{lines}</ul>
            </section>
        })
    })
}

fn line(dispatch: Dispatch, of: Part, place: usize) -> impl IntoView {
    let shown = of_run(dispatch, move |run| {
        let finished = !run.is_running();
        run.jobs.get(place).map(|job| described(job, finished)).unwrap_or_default()
    });
    let class = match of {
        Part::Saved => "view-line view-line--good",
        Part::Not | Part::Partly => "view-line view-line--bad",
        Part::Stopped | Part::UnderWay | Part::Waiting => "view-line",
    };
    block(move || {
        let line = shown.get();
        let retry = line.retry.then(|| retry(dispatch, place, &line.subject));
        view! {
            <li class=class>
                <span class="view-line-name">{line.subject}</span>
                " "
                <span class="quiet">{line.said}</span>
                {line.why.map(|why| view! { <p class="view-line-why">{why}</p> })}
                {retry}
            </li>
        }
    })
}

fn described(job: &MailJob, finished: bool) -> Line {
    let said = match job.step {
        MailStep::Outlook => words::many_at_outlook().to_owned(),
        MailStep::Imis => words::many_at_imis().to_owned(),
        MailStep::Done => saved_to(&job.save),
        MailStep::Waiting | MailStep::Stopped => String::new(),
    };
    let is_missing = job.outcome().is_some_and(|outcome| outcome != Summary::All);
    Line {
        subject: super::super::mail::subject(&job.save.message.subject).to_owned(),
        said,
        why: if is_missing { why(&job.save) } else { None },
        retry: finished && (is_missing || job.step == MailStep::Stopped),
    }
}

/// "To 2 contacts", of those it is in iMIS for.
fn saved_to(save: &Save) -> String {
    let saved = save.records.iter().filter(|(.., state)| matches!(state, RecordState::Saved(_))).count();
    if saved == 0 { String::new() } else { words::save_to(saved) }
}

/// The first thing that went wrong.
fn why(save: &Save) -> Option<String> {
    let record = save.records.iter().find_map(|(.., state)| match state {
        RecordState::Failed(trouble) => Some(trouble_line(trouble)),
        _ => None,
    });
    record.or_else(|| {
        save.attachments.iter().find_map(|state| match &state.progress {
            AttachmentProgress::Failed(trouble) => {
                Some([state.attachment.name.as_str(), ": ", &trouble_line(trouble)].concat())
            }
            _ => None,
        })
    })
}

fn retry(dispatch: Dispatch, place: usize, subject: &str) -> impl IntoView + use<> {
    let act = move || {
        let id = dispatch.look(|app| Some(app.many.run.as_ref()?.jobs.get(place)?.save.id.clone()));
        if let Some(id) = id {
            dispatch.send(Event::Many(ManyEvent::RetryAsked(id)));
        }
    };
    view! {
        <button type="button" class="part-button" aria-label=words::many_retry(subject) on:click=pressed(act)>
            {words::try_again()}
        </button>
    }
}
