//! The plan: how far it is, as what all are saved, and the messages in their groups.

use super::{of_plan, row};
use crate::dispatch::Dispatch;
use crate::parts::{block, heard, notice, spinner, toggle, told, trouble_notice};
use crate::words::{self, Remedy, TroubleWords};
use api::{ActivityTypeId, SaveTargets};
use flows::{App, Asking, Event, Group, Many, ManyEvent, Plan, SaveKind, Targets, Trouble};
use leptos::prelude::*;

/// The plan.
pub(super) fn plan(dispatch: Dispatch) -> impl IntoView {
    let count = of_plan(dispatch, |_, plan| plan.rows.len());
    let open = RwSignal::new(None::<usize>);
    let groups: Vec<_> = Group::ALL.into_iter().map(|of| group(dispatch, of, open)).collect();
    view! {
        <section class="view-mail" aria-labelledby="many-title">
            <h2 id="many-title" class="view-mail-subject">{told(move || words::many_selected(count.get()))}</h2>
            {progress(dispatch)}
            <p role="status">{told({
                let summary = of_plan(dispatch, |_, plan| summary(plan));
                move || summary.get()
            })}</p>
            {block(move || (count.get() >= Many::MOST).then(|| view! {
                <p class="part-hint">{words::many_most(&Many::MOST.to_string())}</p>
            }))}
        </section>
        {troubles(dispatch)}
        {choice(dispatch)}
        {groups}
    }
}

/// How far reading and asking are.
fn progress(dispatch: Dispatch) -> impl IntoView {
    let read = of_plan(dispatch, |_, plan| (!plan.is_settled()).then(|| (plan.count_read(), plan.rows.len())));
    block(move || {
        let (done, all) = read.get()?;
        if done == all {
            return Some(spinner(words::many_asking()).into_any());
        }
        let said = words::many_reading(&all.to_string(), &done.to_string());
        Some(
            view! {
                <p class="quiet">{said.clone()}</p>
                <progress class="part-progress" aria-label=said max=all.to_string() value=done.to_string()></progress>
            }
            .into_any(),
        )
    })
}

/// "92 new, 8 already saved, 3 nobody matches", once all is known.
fn summary(plan: &Plan) -> String {
    if !plan.is_settled() {
        return String::new();
    }
    let say = |group: Group, words: fn(&str) -> String| {
        let count = plan.count_of(group);
        (count > 0).then(|| words(&count.to_string()))
    };
    let parts = [
        say(Group::New, words::many_count_new),
        say(Group::Saved, words::many_count_saved),
        say(Group::Nobody, words::many_count_nobody),
        say(Group::NotRead, words::many_count_unread),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// What could not be asked, what this Outlook cannot do, and what the site does not say.
fn troubles(dispatch: Dispatch) -> impl IntoView {
    let failed = |asking: &Asking| match asking {
        Asking::Failed(trouble) => Some(trouble.clone()),
        _ => None,
    };
    let told = of_plan(dispatch, move |_, plan| (plan.cannot_read(), failed(&plan.matching), failed(&plan.ledger)));
    let targets = dispatch.project(|app| match &app.targets {
        Targets::Failed(trouble) => Some(trouble.clone()),
        _ => None,
    });
    let titled = |title: &'static str, trouble: &Trouble| TroubleWords { title, ..words::trouble(trouble) };
    let again = || Some(Event::Many(ManyEvent::AgainAsked));
    view! {
        <div role="alert" class="many-troubles">
            {block(move || {
                let (cannot_read, matching, ledger) = told.get();
                let unable = cannot_read.then(|| {
                    let advice = words::many_unable_advice().to_owned();
                    notice(TroubleWords { title: words::many_unable(), advice, remedy: Remedy::Nothing, reference: None }, None)
                });
                let matching = matching.map(|trouble| notice(titled(words::many_matching_failed(), &trouble), again()));
                let ledger = ledger.map(|trouble| notice(titled(words::many_ledger_failed(), &trouble), again()));
                view! { {unable} {matching} {ledger} }
            })}
            {block(move || targets.get().map(|trouble| trouble_notice(&trouble, Some(Event::TargetsAgainAsked))))}
        </div>
    }
}

/// As what all are saved, where something can be.
fn choice(dispatch: Dispatch) -> impl IntoView {
    let offered = of_plan(dispatch, |app, plan| match &app.targets {
        Targets::Known(targets) if plan.is_settled() && !plan.cannot_read() => {
            Some((targets.clone(), plan.kind, plan.activity_type.clone()))
        }
        _ => None,
    });
    block(move || {
        let (targets, kind, chosen) = offered.get()?;
        if targets.interaction.is_none() && targets.activity_types.is_empty() && targets.tables.is_empty() {
            return Some(view! { <p class="part-hint">{words::save_not_allowed()}</p> }.into_any());
        }
        let offer = |is_offered: bool, label: &'static str, of: SaveKind| {
            let event = Event::Many(ManyEvent::KindChosen(None, Some(of)));
            is_offered.then(|| toggle(label, move || kind == of, event))
        };
        let types = (kind == SaveKind::Activity).then(|| types(dispatch, &targets, chosen.as_ref(), None));
        Some(
            view! {
                <section class="view-section" aria-label=words::save_as()>
                    <div class="part-segments" role="group" aria-label=words::save_as()>
                        {offer(targets.interaction.is_some(), words::save_interaction(), SaveKind::Interaction)}
                        {offer(!targets.activity_types.is_empty(), words::save_activity(), SaveKind::Activity)}
                        {offer(!targets.tables.is_empty(), words::save_table(), SaveKind::Table)}
                    </div>
                    {types}
                </section>
            }
            .into_any(),
        )
    })
}

/// The activity types, for all or for one message.
pub(super) fn types(
    dispatch: Dispatch,
    targets: &SaveTargets,
    chosen: Option<&ActivityTypeId>,
    of: Option<(usize, String)>,
) -> impl IntoView + use<> {
    let options = targets.activity_types.iter().map(|offer| {
        let selected = Some(&offer.id) == chosen;
        view! { <option value=offer.id.0.clone() prop:selected=selected>{offer.description.clone()}</option> }
    });
    let options: Vec<_> = options.collect();
    let (id, item_id) = match of {
        Some((place, item_id)) => (["many-type-", &place.to_string()].concat(), Some(item_id)),
        None => ("many-type".to_owned(), None),
    };
    let choose = move |event| {
        let chosen = ActivityTypeId(event_target_value(&event));
        dispatch.send(Event::Many(ManyEvent::TypeChosen(item_id.clone(), chosen)));
    };
    view! {
        <div class="part-field">
            <label for=id.clone()>{words::activity_type()}</label>
            <select id=id class="part-select" on:change=heard(choose)>{options}</select>
        </div>
    }
}

fn name(group: Group) -> &'static str {
    match group {
        Group::New => words::many_new(),
        Group::Saved => words::many_saved(),
        Group::Nobody => words::many_nobody(),
        Group::NotRead => words::many_unread(),
        Group::Waiting => words::many_asking(),
    }
}

/// The rows of a group once all is known; which of them can be ticked, and how many are.
fn places(app: &App, plan: &Plan, group: Group) -> (Vec<usize>, usize, usize) {
    if !plan.is_settled() {
        return (vec![], 0, 0);
    }
    let rows = || plan.rows.iter().enumerate().filter(|(_, row)| row.group() == group);
    let Targets::Known(targets) = &app.targets else { return (rows().map(|(place, _)| place).collect(), 0, 0) };
    let may = rows().filter(|(_, row)| row.may_be_saved(targets)).count();
    let ticked = rows().filter(|(_, row)| row.is_ticked(targets)).count();
    (rows().map(|(place, _)| place).collect(), may, ticked)
}

fn group(dispatch: Dispatch, group: Group, open: RwSignal<Option<usize>>) -> impl IntoView {
    let known = of_plan(dispatch, move |app, plan| places(app, plan, group));
    let rows = Memo::new(move |_| known.with(|(rows, ..)| rows.clone()));
    let may = Memo::new(move |_| known.with(|(_, may, _)| *may > 0));
    let all = move || known.with(|(_, may, ticked)| may == ticked);
    let id = ["many-group-", &(group as u8).to_string()].concat();
    let tick = move |event| dispatch.send(Event::Many(ManyEvent::GroupTicked(group, event_target_checked(&event))));
    block(move || {
        let rows = rows.get();
        if rows.is_empty() {
            return None;
        }
        let count = rows.len().to_string();
        let label = words::many_tick_all(name(group));
        let drawn: Vec<_> = rows.into_iter().map(|place| row::row(dispatch, place, open)).collect();
        Some(view! {
            <section class="view-section many-group" aria-labelledby=id.clone()>
                <div class="many-group-head">
                    {block(move || {
                        let label = label.clone();
                        may.get().then(|| view! {
                            <input type="checkbox" class="part-check" aria-label=label prop:checked=all on:change=heard(tick) />
                        })
                    })}
                    <h3 id=id.clone() tabindex="-1">{name(group)}</h3>
                    <span class="many-count">{count}</span>
                </div>
                <ul class="many-rows">{drawn}</ul>
            </section>
        })
    })
}
