//! Many messages at once, in place of the open one: the plan, the run, the results.

mod line;
mod plan;
mod row;
mod run;

use crate::dispatch::{Dispatch, dispatch};
use crate::parts::{block, moves, notice, pressed, spinner, told};
use crate::words::{self, Remedy, TroubleWords};
use crate::{readiness, runner};
use api::SaveId;
use flows::{App, Event, Many, ManyEvent, Opening, Plan, Run, SaveKind, Selection, Targets, Trouble};
use leptos::prelude::*;

/// What of it shows.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Face {
    Waiting,
    Failed(Trouble),
    Plan,
    Run,
}

fn face(app: &App) -> Face {
    match (&app.many.run, &app.many.plan, &app.many.selection) {
        (Some(_), ..) => Face::Run,
        (None, Some(_), _) => Face::Plan,
        (None, None, Selection::Failed(trouble)) => Face::Failed(trouble.clone()),
        (None, None, _) => Face::Waiting,
    }
}

/// A part of the plan.
fn of_plan<T: Default + Send + Sync + PartialEq + 'static>(
    dispatch: Dispatch,
    part: impl Fn(&App, &Plan) -> T + Send + Sync + 'static,
) -> Memo<T> {
    dispatch.project(move |app| app.many.plan.as_ref().map(|plan| part(app, plan)).unwrap_or_default())
}

/// A part of the run.
fn of_run<T: Default + Send + Sync + PartialEq + 'static>(
    dispatch: Dispatch,
    part: impl Fn(&Run) -> T + Send + Sync + 'static,
) -> Memo<T> {
    dispatch.project(move |app| app.many.run.as_ref().map(&part).unwrap_or_default())
}

/// The screen.
pub(crate) fn many() -> impl IntoView {
    let dispatch = dispatch();
    let face = dispatch.project(face);
    block(move || match face.get() {
        Face::Waiting => spinner(words::fetching()).into_any(),
        Face::Failed(trouble) => not_told(&trouble).into_any(),
        Face::Plan => plan::plan(dispatch).into_any(),
        Face::Run => run::run(dispatch).into_any(),
    })
}

fn not_told(trouble: &Trouble) -> impl IntoView + use<> {
    let told = TroubleWords {
        title: words::many_not_told(),
        advice: words::many_not_told_advice(&Many::MOST.to_string()),
        remedy: Remedy::TryAgain,
        reference: words::trouble(trouble).reference,
    };
    view! { <div role="alert">{notice(told, Some(Event::Many(ManyEvent::SelectionAsked)))}</div> }
}

/// What stands at the foot: the button of the plan, or, beside an open message, how far the run is.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Foot {
    Nothing,
    Save(usize, Option<SaveKind>),
    Run(String),
}

fn foot(app: &App) -> Foot {
    let stands = app.many.stands(app.mail.is_some() || app.compose.message.is_some());
    match (&app.many.run, &app.many.plan, &app.targets) {
        (Some(run), ..) if !stands => Foot::Run(run::title(run)),
        (None, Some(plan), Targets::Known(targets)) if stands && plan.is_settled() && !plan.cannot_read() => {
            let kind = |row: &flows::PlanRow| row.rest(targets).map_or(plan.choice_of(row).0, |rest| rest.draft.kind);
            let mut kinds = plan.rows.iter().filter(|row| row.is_ticked(targets)).map(kind);
            let first = kinds.next().unwrap_or(plan.kind);
            Foot::Save(plan.count(targets), kinds.all(|kind| kind == first).then_some(first))
        }
        _ => Foot::Nothing,
    }
}

/// The foot.
pub(crate) fn many_foot() -> impl IntoView {
    let dispatch = dispatch();
    let foot = dispatch.project(foot);
    block(move || match foot.get() {
        Foot::Nothing => ().into_any(),
        Foot::Save(count, kind) => save_bar(dispatch, count, kind).into_any(),
        Foot::Run(title) => view! {
            <section class="view-bar view-bar-head" aria-label=words::many_title()>
                <p class="view-bar-extent">{title}</p>
                <button type="button" class="view-link" on:click=moves(Event::SheetOpened(Opening::Many))>
                    {words::many_show()}
                </button>
            </section>
        }
        .into_any(),
    })
}

fn save_bar(dispatch: Dispatch, count: usize, kind: Option<SaveKind>) -> impl IntoView {
    let label = match (count, kind) {
        (0, kind) => readiness::button(kind.unwrap_or(SaveKind::Interaction))().to_owned(),
        (_, Some(SaveKind::Interaction)) => words::many_save_interactions(count),
        (_, Some(SaveKind::Activity)) => words::many_save_activities(count),
        (_, Some(SaveKind::Table) | None) => words::many_save_mixed(count),
    };
    let save = move || {
        let ids: Option<Vec<SaveId>> = (0..count).map(|_| runner::new_save_id()).collect();
        if let Some(ids) = ids.filter(|ids| !ids.is_empty()) {
            dispatch.send_and_move(Event::Many(ManyEvent::RunAsked(ids)));
        }
    };
    view! {
        <section class="view-bar" aria-label=words::save()>
            <button type="button" class="part-button part-button--primary part-button--wide"
                aria-disabled=(count == 0).to_string() aria-describedby="many-hint" on:click=pressed(save)>
                {label}
            </button>
            <p id="many-hint" class="part-hint">{told(move || if count == 0 { words::many_nothing_ticked() } else { "" })}</p>
        </section>
    }
}
