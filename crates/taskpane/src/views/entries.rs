//! The records of a timeline, month by month.

use super::timeline::opens;
use crate::dispatch::dispatch;
use crate::parts::{block, keep_focus};
use crate::{format, words};
use api::{ContactId, TimelineEntry};
use flows::Family;
use leptos::prelude::*;

/// Where the keyboard finds an entry again.
pub(super) fn id(entry: &TimelineEntry) -> String {
    ["entry-", &entry.record.0].concat()
}

/// The list. It is drawn anew when something in it changes; the keyboard stays on the entry it was on.
pub(super) fn entries(contact: &ContactId) -> impl IntoView + use<> {
    let whose = contact.clone();
    let months = dispatch().project(move |app| {
        let history = app.timelines.of(&whose)?;
        let month = |(month, entries): (Option<&str>, &[TimelineEntry])| (month.map(str::to_owned), entries.to_vec());
        Some(history.months().into_iter().map(month).collect::<Vec<_>>())
    });
    let contact = contact.clone();
    block(move || {
        let on = document().active_element().map(|element| element.id()).filter(|id| id.starts_with("entry-"));
        if let Some(on) = on {
            keep_focus(on);
        }
        let months = months.get().unwrap_or_default();
        months.into_iter().map(|(month, entries)| part(&contact, month.as_deref(), &entries)).collect_view()
    })
}

fn part(contact: &ContactId, month: Option<&str>, entries: &[TimelineEntry]) -> impl IntoView + use<> {
    let title = month.map_or_else(|| words::timeline_undated().to_owned(), format::month);
    let rows: Vec<_> = entries.iter().map(|entry| row(contact, entry)).collect();
    view! {
        <div class="view-month">
            <h3 class="view-month-title">{title}</h3>
            <ul class="view-entries">{rows}</ul>
        </div>
    }
}

/// The picture beside a record.
pub(super) const fn picture(family: Family) -> &'static str {
    match family {
        Family::Activities => "icon icon--activity",
        Family::Interactions => "icon icon--interaction",
        Family::Notes => "icon icon--note",
    }
}

/// What one record of a family is called.
pub(super) fn one(family: Family) -> &'static str {
    match family {
        Family::Activities => words::kind_activity(),
        Family::Interactions => words::kind_interaction(),
        Family::Notes => words::kind_note(),
    }
}

/// What a record is, in words: "Activity · Telephone call".
pub(super) fn kind(entry: &TimelineEntry) -> String {
    let family = one(Family::of(entry.kind));
    let named = entry.type_name.trim();
    if named.is_empty() || named.eq_ignore_ascii_case(family) {
        family.to_owned()
    } else {
        [family, " · ", named].concat()
    }
}

/// What a record is about.
pub(super) fn title(entry: &TimelineEntry) -> String {
    let title = entry.title.trim();
    if title.is_empty() { words::entry_untitled().to_owned() } else { title.to_owned() }
}

/// Who wrote it, and when it is to be followed up.
pub(super) fn foot(entry: &TimelineEntry) -> String {
    let by = entry.by.as_deref().filter(|by| !by.is_empty()).map(words::entry_by);
    let follow_up = entry.follow_up.as_ref().map(|time| words::entry_follow_up(&format::time(time)));
    [follow_up, by].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

fn row(contact: &ContactId, entry: &TimelineEntry) -> impl IntoView + use<> {
    // What has no title but the beginning of its text is shown by that.
    let note = Family::of(entry.kind) == Family::Notes || entry.title.trim().is_empty();
    let begins = note && entry.snippet.starts_with(entry.title.trim_end_matches('…').trim());
    let titled = !begins || entry.snippet.trim().is_empty();
    let title = titled.then(|| title(entry));
    let snippet = Some(entry.snippet.clone()).filter(|text| !text.trim().is_empty());
    let foot = Some(foot(entry)).filter(|text| !text.is_empty());
    view! {
        <li>
            <button type="button" class="view-entry" id=id(entry) on:click=opens(contact, &entry.record)>
                <span class=picture(Family::of(entry.kind)) aria-hidden="true"></span>
                <span class="view-entry-body">
                    <span class="view-entry-head">
                        <span class="view-entry-kind">{kind(entry)}</span>" "
                        <span class="view-entry-time">{entry.at.as_ref().map(format::time)}</span>" "
                    </span>
                    {title.map(|text| view! { <span class="view-entry-title">{text}</span>" " })}
                    {snippet.map(|text| view! { <span class="view-entry-snippet">{text}</span>" " })}
                    {foot.map(|text| view! { <span class="view-entry-foot">{text}</span> })}
                </span>
            </button>
        </li>
    }
}
