//! Saves of other messages at the foot of the pane: a line for one, and one line for several that unfolds, so that they
//! never cover what the person is at.

use super::{details, mail};
use crate::dispatch::dispatch;
use crate::parts::{at_escape, block, holds, icon, keep_keyboard, pressed, told};
use crate::words;
use api::SaveId;
use flows::{App, Save, SavePhase, Summary, Undo};
use leptos::prelude::*;

/// The saves of other messages than the open one.
pub(super) fn others(app: &App) -> impl Iterator<Item = &Save> {
    let open = app.open_mail().map(|mail| mail.message.key.item_id.as_str());
    app.saves.iter().filter(move |save| Some(save.message.key.item_id.as_str()) != open)
}

/// The lines, if there are any.
pub(crate) fn other_saves() -> impl IntoView {
    let saves = dispatch().project(|app| others(app).map(|save| save.id.clone()).collect::<Vec<_>>());
    let open = RwSignal::new(None::<SaveId>);
    let unfolded = RwSignal::new(false);
    let several = Memo::new(move |_| saves.with(|saves| saves.len() > 1));
    let there = Memo::new(move |_| saves.with(|saves| !saves.is_empty()));
    let lines = move || {
        keep_keyboard();
        saves.with(|saves| saves.iter().enumerate().map(|(at, save)| line(at, save, open)).collect::<Vec<_>>())
    };
    block(move || {
        there.get().then(|| {
            view! {
                <aside class="view-others" aria-label=words::other_saves()>
                    {block(move || if several.get() {
                        folded(saves, unfolded, lines).into_any()
                    } else {
                        block(lines).into_any()
                    })}
                </aside>
            }
        })
    })
}

/// One line for all of them; Escape folds it.
fn folded<L: IntoView + 'static>(
    saves: Memo<Vec<SaveId>>,
    unfolded: RwSignal<bool>,
    lines: impl Fn() -> L + Copy + Send + Sync + 'static,
) -> impl IntoView {
    const LINES: &str = "others";
    let sum = dispatch().project(sum);
    let close = move || unfolded.try_update(std::mem::take).unwrap_or_default();
    view! {
        <div class="part-disclosure" on:keydown=at_escape(close)>
            <button type="button" class="part-disclosure-button" aria-expanded=holds(move || unfolded.get())
                aria-controls=LINES on:click=pressed(move || unfolded.update(|open| *open = !*open))>
                {icon("icon icon--chevron")}
                <span class="view-others-title">
                    {told(move || saves.with(|saves| words::other_saves_many(&saves.len().to_string())))}
                </span>
                <span class="quiet">{told(move || sum.get())}</span>
            </button>
            <div id=LINES class="view-others-lines">{block(move || unfolded.get().then(lines))}</div>
        </div>
    }
}

/// How they stand together: what needs the person first.
fn sum(app: &App) -> String {
    let is_gone = |save: &&Save| app.undo_of(&save.id) == Some(&Undo::Done);
    let gone = others(app).filter(is_gone).count();
    let there = || others(app).filter(|save| !is_gone(save));
    let running = there().filter(|save| save.is_running()).count();
    let lacking = there().filter(|save| !save.is_running() && !is_whole(app, save)).count();
    match (lacking, running, gone) {
        (0, 0, 0) => words::other_saves_all().to_owned(),
        (0, 0, gone) => words::other_saves_gone(&gone.to_string()),
        (0, running, _) => words::other_saves_running(&running.to_string()),
        (lacking, ..) => words::other_saves_lacking(&lacking.to_string()),
    }
}

/// Whether all of it is in iMIS.
fn is_whole(app: &App, save: &Save) -> bool {
    save.phase == SavePhase::Finished && app.left_of(save) == Summary::All
}

fn line(at: usize, id: &SaveId, open: RwSignal<Option<SaveId>>) -> impl IntoView + use<> {
    let title = details::part_of(id, title);
    let count = details::part_of(id, |_, save| count(save));
    let region = ["other-", &at.to_string()].concat();
    let id = id.clone();
    let own = id.clone();
    let is_open = Memo::new(move |_| open.with(|open| open.as_ref() == Some(&own)));
    let close = move || is_open.get_untracked() && open.try_set(None).is_none();
    let own = id.clone();
    let press = move || open.set((!is_open.get_untracked()).then(|| own.clone()));
    view! {
        <div class="part-disclosure" on:keydown=at_escape(close)>
            <button
                type="button"
                class="part-disclosure-button"
                aria-expanded=holds(move || is_open.get())
                aria-controls=region.clone()
                on:click=pressed(press)
            >
                {icon("icon icon--chevron")}
                <span class="view-others-title">{told(move || title.get().unwrap_or_default())}</span>
                <span class="quiet">{told(move || count.get().unwrap_or_default())}</span>
            </button>
            <div id=region class="view-others-details" hidden=move || !is_open.get()>
                {block(move || is_open.get().then(|| details::details(id.clone())))}
            </div>
        </div>
    }
}

fn title(app: &App, save: &Save) -> String {
    let subject = mail::subject(&save.message.subject);
    match (save.phase, save.summary()) {
        _ if app.undo_of(&save.id) == Some(&Undo::Done) => words::taken_back_message(subject),
        (SavePhase::Finished, Summary::Nothing) => words::not_saved_message(subject),
        (SavePhase::Finished, _) if is_whole(app, save) => words::saved_message(subject),
        (SavePhase::Finished, _) => words::partly_saved_message(subject),
        _ => words::saving_message(subject),
    }
}

fn count(save: &Save) -> String {
    if save.attachments.is_empty() || !save.is_running() {
        return String::new();
    }
    let (done, all) = details::attachments_done(save);
    words::count_of(&all, &done)
}
