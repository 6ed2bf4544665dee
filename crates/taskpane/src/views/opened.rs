//! A record, opened: what it is, its body, its other fields, its attachments, and what can be done with it.

use super::{entries, frame, record_files};
use crate::dispatch::{Dispatch, dispatch};
use crate::parts::{block, icon, keep_focus, moves, pressed, spinner, subheading, trouble_notice};
use crate::{format, words};
use api::{ColumnKind, RecordField, RecordInFull, TimelineEntry};
use flows::{App, Event, Family, OpenRecord, Opened, Opening, RecordEvent, Removing, Sheet, SheetId};
use leptos::prelude::*;

/// Where the focus goes back to when nothing is removed.
const REMOVE: &str = "record-remove";

/// A part of the opened record.
pub(super) fn of<T: Default + Send + Sync + PartialEq + 'static>(
    dispatch: Dispatch,
    id: SheetId,
    part: impl Fn(&OpenRecord) -> T + Send + Sync + 'static,
) -> Memo<T> {
    dispatch.project(move |app: &App| match app.sheets.get(id) {
        Some(Sheet::Record(open)) => part(open),
        _ => T::default(),
    })
}

/// The sheet.
pub(super) fn opened(id: SheetId) -> impl IntoView {
    let dispatch = dispatch();
    let entry = of(dispatch, id, |open| open.entry.clone());
    let changed = of(dispatch, id, |open| open.changed);
    // What a download or a question moves is drawn by itself, so that the body stays as it was scrolled.
    let opened = of(dispatch, id, |open| Some(open.opened.clone()));
    view! {
        <section class="view-section">
            {block(move || entry.get().map(|entry| head(&entry)))}
            <p class="view-timeline-news" role="status">
                {block(move || changed.get().then(words::record_changed))}
            </p>
            <div role="alert">{block(move || match opened.get()? {
                Opened::Failed(trouble) => Some(trouble_notice(&trouble, Some(Event::Record(id, RecordEvent::AgainAsked)))),
                Opened::Loading | Opened::Known(_) => None,
            })}</div>
            {block(move || match opened.get()? {
                Opened::Loading => Some(spinner(words::record_loading()).into_any()),
                Opened::Failed(_) => None,
                Opened::Known(full) => Some(known(id, &full)),
            })}
        </section>
    }
}

fn head(entry: &TimelineEntry) -> impl IntoView + use<> {
    let foot = Some(entries::foot(entry)).filter(|text| !text.is_empty());
    let family = Family::of(entry.kind);
    let title = match family {
        // A note's title is the beginning of its text, which stands below.
        Family::Notes => entries::one(family).to_owned(),
        Family::Activities | Family::Interactions => entries::title(entry),
    };
    let time = entry.at.as_ref().map(format::time).unwrap_or_default();
    view! {
        <div class="view-record-head">
            <span class=entries::picture(family) aria-hidden="true"></span>
            <div class="view-entry-body">
                <p class="view-entry-head">
                    <span class="view-entry-kind">{entries::kind(entry)}</span>" "
                    <span class="view-entry-time">{time}</span>
                </p>
                <h2 class="view-record-title">{title}</h2>
                {foot.map(|text| view! { <p class="view-entry-foot">{text}</p> })}
            </div>
        </div>
    }
}

fn known(id: SheetId, full: &RecordInFull) -> AnyView {
    let blocked = usize::try_from(full.blocked_images).unwrap_or(usize::MAX);
    let link = outside(full.link.as_ref(), words::record_link());
    let link = link.or_else(|| outside(full.profile.as_ref(), words::card_profile()));
    let fields: Vec<_> = full.fields.iter().filter(|field| !field.value.trim().is_empty()).map(field).collect();
    view! {
        {body(full)}
        {(blocked > 0).then(|| view! { <p class="part-hint">{words::record_blocked(blocked)}</p> })}
        {(!fields.is_empty()).then(|| view! {
            <h3 class="view-record-part">{words::record_fields()}</h3>
            <dl class="view-fields">{fields}</dl>
        })}
        {record_files::files(id, full)}
        <div class="part-actions">
            {link}
            {full.may_change.then(|| {
                let change = moves(Event::SheetOpened(Opening::ChangeRecord));
                view! { <button type="button" class="part-button" on:click=change>{words::record_change()}</button> }
            })}
            {full.may_remove.then(|| {
                let remove = moves(Event::Record(id, RecordEvent::RemoveAsked));
                view! {
                    <button type="button" id=REMOVE class="part-button" on:click=remove>{words::record_remove()}</button>
                }
            })}
        </div>
        {removing(id)}
    }
    .into_any()
}

fn body(full: &RecordInFull) -> AnyView {
    match &full.html {
        Some(html) => frame::frame(html).into_any(),
        None if full.text.trim().is_empty() => view! { <p class="quiet">{words::record_no_body()}</p> }.into_any(),
        None => view! { <p class="view-record-text">{full.text.clone()}</p> }.into_any(),
    }
}

/// A link into iMIS.
fn outside(link: Option<&String>, label: &'static str) -> Option<AnyView> {
    let link = link.filter(|link| is_web(link))?.clone();
    let link = view! {
        <a class="part-button" href=link target="_blank" rel="noopener noreferrer" title=words::card_outside()>
            {label} {icon("icon icon--outside")}
        </a>
    };
    Some(link.into_any())
}

/// Only an address that a browser opens as a page becomes a link.
fn is_web(link: &str) -> bool {
    link.starts_with("https://") || link.starts_with("http://")
}

fn field(field: &RecordField) -> impl IntoView + use<> {
    let value = format::value(field.kind, &field.value);
    let link = field.value.clone();
    let value = if field.kind == ColumnKind::Link && is_web(&link) {
        view! { <a href=link target="_blank" rel="noopener noreferrer">{value}</a> }.into_any()
    } else {
        value.into_any()
    };
    view! { <div class="view-field"><dt>{field.caption.clone()}</dt><dd>{value}</dd></div> }
}

/// Removing, with its question.
fn removing(id: SheetId) -> impl IntoView {
    let removing = of(dispatch(), id, |open| Some(open.removing.clone()));
    block(move || match removing.get()? {
        Removing::Nothing => None,
        Removing::Asked => Some(sure(id).into_any()),
        Removing::Running => Some(view! { <div role="status">{spinner(words::record_removing())}</div> }.into_any()),
        Removing::Failed(trouble) => {
            let again = Event::Record(id, RecordEvent::RemoveConfirmed);
            let notice = trouble_notice(&trouble, Some(again));
            Some(view! { <div role="alert">{subheading(words::record_remove_failed())}{notice}</div> }.into_any())
        }
    })
}

fn sure(id: SheetId) -> impl IntoView {
    let yes = moves(Event::Record(id, RecordEvent::RemoveConfirmed));
    let dispatch = dispatch();
    let no = pressed(move || {
        dispatch.send(Event::Record(id, RecordEvent::RemoveCancelled));
        keep_focus(REMOVE.to_owned());
    });
    view! {
        <div class="part-notice">
            {icon("icon icon--warning")}
            <div class="part-notice-body">
                {subheading(words::record_remove_sure())}
                <p>{words::record_remove_what()}</p>
                <div class="part-actions">
                    <button type="button" class="part-button" on:click=yes>{words::record_remove_yes()}</button>
                    <button type="button" class="part-button" on:click=no>{words::cancel()}</button>
                </div>
            </div>
        </div>
    }
}
