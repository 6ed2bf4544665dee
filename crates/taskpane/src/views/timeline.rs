//! What was done with a contact: a list that narrows and grows, newest first.

use super::entries;
use crate::dispatch::{Dispatch, dispatch};
use crate::format;
use crate::parts::{
    block, heard, holds, keep_focus, moves, notice, pressed, spinner, told, trouble_line, trouble_notice,
};
use crate::words::{self, TroubleWords};
use api::{Contact, ContactId, ContactKind, MissingKind, ProblemCode, RecordKind, RecordType};
use flows::{App, Event, Family, Forms, History, News, Opening, Reading, TimelineEvent, Trouble};
use leptos::prelude::*;

/// What a family of records is called.
pub(super) fn family(family: Family) -> &'static str {
    match family {
        Family::Activities => words::timeline_activities(),
        Family::Interactions => words::timeline_interactions(),
        Family::Notes => words::timeline_notes(),
    }
}

/// A part of this contact's timeline.
fn of<T: Default + Send + Sync + PartialEq + 'static>(
    dispatch: Dispatch,
    contact: &ContactId,
    part: impl Fn(&History) -> T + Send + Sync + 'static,
) -> Memo<T> {
    let contact = contact.clone();
    dispatch.project(move |app| app.timelines.of(&contact).map(&part).unwrap_or_default())
}

/// The section.
pub(super) fn timeline(contact: &ContactId) -> impl IntoView + use<> {
    let dispatch = dispatch();
    let news = of(dispatch, contact, |history| history.news);
    follow_news(dispatch, contact, news);
    view! {
        <section class="view-section" aria-labelledby="timeline-title">
            <div class="view-timeline-head">
                <h2 id="timeline-title" class="view-section-title">{words::timeline()}</h2>
                {write_button(dispatch, contact)}
            </div>
            {unasked(dispatch)}
            <p class="view-timeline-news" role="status">{told(move || news.get().map(say).unwrap_or_default())}</p>
            {filters(dispatch, contact)}
            {entries::entries(contact)}
            {state(dispatch, contact)}
            {more(dispatch, contact)}
        </section>
    }
}

fn say(news: News) -> String {
    match news {
        News::Came(count) => words::timeline_came(count),
        News::Written(count) => words::timeline_written(count),
        News::Changed => words::timeline_changed().to_owned(),
        News::Removed => words::timeline_removed().to_owned(),
    }
}

/// Whoever asked for more and got the last of it finds the keyboard on the first that came.
fn follow_news(dispatch: Dispatch, contact: &ContactId, news: Memo<Option<News>>) {
    let contact = contact.clone();
    Effect::new(move |_| {
        let Some(News::Came(count)) = news.get() else { return };
        let first = dispatch.look(|app| {
            let history = app.timelines.of(&contact)?;
            let first = history.entries.len().checked_sub(count)?;
            history.more.is_none().then(|| history.entries.get(first).map(entries::id))?
        });
        if let Some(first) = first {
            keep_focus(first);
        }
    });
}

/// Writing, for those whom iMIS lets.
fn write_button(dispatch: Dispatch, contact: &ContactId) -> impl IntoView + use<> {
    let may = dispatch.project(App::may_write);
    let contact = contact.clone();
    block(move || {
        may.get().then(|| {
            let contact = contact.clone();
            let write = move || {
                let contact = dispatch.look(|app| known(app, &contact));
                dispatch.send_and_move(Event::SheetOpened(Opening::Write(vec![contact], format::here_and_now())));
            };
            view! { <button type="button" class="part-button" on:click=pressed(write)>{words::timeline_write()}</button> }
        })
    })
}

/// Why nobody knows whether writing is to be offered.
fn unasked(dispatch: Dispatch) -> impl IntoView {
    let trouble = dispatch.project(|app| match &app.timelines.forms {
        Forms::Failed(trouble) => Some(trouble.clone()),
        Forms::Unknown | Forms::Loading | Forms::Known(..) => None,
    });
    let said = |trouble: &Trouble| TroubleWords { title: words::timeline_unasked(), ..words::trouble(trouble) };
    view! {
        <div class="view-timeline-trouble" role="alert">
            {block(move || trouble.get().map(|trouble| {
                notice(said(&trouble), Some(Event::Timeline(TimelineEvent::FormsAgainAsked)))
            }))}
        </div>
    }
}

/// The contact by its name, wherever the pane knows it from.
fn known(app: &App, id: &ContactId) -> Contact {
    let known = app.timelines.of(id).and_then(|history| history.who.clone());
    known.unwrap_or_else(|| Contact::of_name(id.clone(), ContactKind::Person, words::contact_id(&id.0)))
}

fn filters(dispatch: Dispatch, contact: &ContactId) -> impl IntoView + use<> {
    let chosen = of(dispatch, contact, |history| history.families.clone());
    let toggles = Family::ALL.map(|wanted| {
        let event = Event::Timeline(TimelineEvent::FamilyToggled(contact.clone(), wanted));
        crate::parts::toggle(family(wanted), move || chosen.with(|chosen| chosen.contains(&wanted)), event)
    });
    let text = dispatch.look(|app| app.timelines.of(contact).map(|history| history.text.clone()).unwrap_or_default());
    let choice_of_type = types(dispatch, contact);
    let searching = of(dispatch, contact, |history| !history.text.trim().is_empty());
    let contact = contact.clone();
    let typed = move |event| {
        let text = event_target_value(&event);
        dispatch.send(Event::Timeline(TimelineEvent::TextTyped(contact.clone(), text)));
    };
    view! {
        <div class="view-timeline-filters">
            <div class="part-toggles" role="group" aria-label=words::timeline_filter()>{toggles.into_iter().collect_view()}</div>
            <input type="search" class="part-input" aria-label=words::timeline_text() placeholder=words::timeline_text()
                autocomplete="off" prop:value=text on:input=heard(typed) />
            <div role="status">
                {block(move || searching.get().then(|| view! { <p class="part-hint">{words::timeline_text_where()}</p> }))}
            </div>
            {choice_of_type}
        </div>
    }
}

/// The types to choose from: those of the families that are wanted.
fn types(dispatch: Dispatch, contact: &ContactId) -> impl IntoView + use<> {
    let id = contact.clone();
    let known = dispatch.project(move |app| {
        let wanted = app.timelines.of(&id).map(|history| history.families.clone()).unwrap_or_default();
        let is_wanted = |of: &&RecordType| wanted.is_empty() || wanted.contains(&Family::of(of.kind));
        app.timelines.forms.types().iter().filter(is_wanted).cloned().collect::<Vec<_>>()
    });
    let chosen = of(dispatch, contact, |history| history.of_type.clone());
    let contact = contact.clone();
    block(move || {
        let types = known.get();
        let chosen = chosen.get_untracked();
        let groups: Vec<_> =
            Family::ALL.into_iter().filter_map(|family| group(family, &types, chosen.as_ref())).collect();
        let contact = contact.clone();
        (!groups.is_empty()).then(|| {
            let choose = move |event| {
                let place: Option<usize> = event_target_value(&event).parse().ok();
                let of_type = place.and_then(|place| types.get(place)).cloned();
                dispatch.send(Event::Timeline(TimelineEvent::TypeChosen(contact.clone(), of_type)));
            };
            view! {
                <select class="part-select" aria-label=words::timeline_type() on:change=heard(choose)>
                    <option value="">{words::timeline_every_type()}</option>
                    {groups}
                </select>
            }
        })
    })
}

fn group(of: Family, types: &[RecordType], chosen: Option<&RecordType>) -> Option<AnyView> {
    let mine = types.iter().enumerate().filter(|(_, known)| Family::of(known.kind) == of);
    let options: Vec<_> = mine
        .map(|(place, known)| {
            view! { <option value=place.to_string() selected=Some(known) == chosen>{known.title.clone()}</option> }
        })
        .collect();
    (!options.is_empty()).then(|| view! { <optgroup label=family(of)>{options}</optgroup> }.into_any())
}

/// What stands in place of the list, or below it: waiting, nothing, trouble, what is missing.
fn state(dispatch: Dispatch, contact: &ContactId) -> impl IntoView + use<> {
    let again = Event::Timeline(TimelineEvent::AgainAsked(contact.clone()));
    let reading =
        of(dispatch, contact, |history| Some((history.reading, history.entries.is_empty(), history.more.is_some())));
    let filtered = of(dispatch, contact, History::is_filtered);
    let trouble = of(dispatch, contact, |history| history.trouble.clone());
    let missing = of(dispatch, contact, |history| history.missing.clone());
    let retry = again.clone();
    view! {
        {block(move || match (reading.get()?, trouble.with(Option::is_some)) {
            ((Reading::First, ..), _) => Some(spinner(words::timeline_loading()).into_any()),
            ((Reading::Nothing, true, true), false) => {
                Some(view! { <p class="quiet">{words::timeline_none_so_far()}</p> }.into_any())
            }
            ((Reading::Nothing, true, false), false) => {
                let text = if filtered.get() { words::timeline_no_match() } else { words::timeline_empty() };
                Some(view! { <p class="quiet">{text}</p> }.into_any())
            }
            _ => None,
        })}
        <div class="view-timeline-trouble" role="alert">
            {block(move || trouble.get().map(|trouble| trouble_notice(&trouble, Some(again.clone()))))}
            {block(move || missing.with(|missing| lacking(missing, retry.clone())))}
        </div>
        {block(move || {
            let unlisted = missing.with(|missing| missing.iter().any(is_unlisted));
            unlisted.then(|| view! { <p class="part-hint">{words::timeline_unlisted()}</p> })
        })}
    }
}

/// Whether this is the log of a site that never lists it: nothing that trying again would bring.
fn is_unlisted(missing: &MissingKind) -> bool {
    missing.kind == RecordKind::CommunicationLog
        && matches!(missing.problem.code, ProblemCode::Forbidden | ProblemCode::NotFound)
}

fn lacking(missing: &[MissingKind], retry: Event) -> Option<AnyView> {
    let mut told: Vec<Family> = vec![];
    let mut lines = vec![];
    for kind in missing.iter().filter(|missing| !is_unlisted(missing)) {
        let of = Family::of(kind.kind);
        if !told.contains(&of) {
            told.push(of);
            let why = trouble_line(&Trouble::Server(kind.problem.clone()));
            lines.push(view! { <p class="part-notice-title">{words::timeline_missing(family(of))}</p> <p>{why}</p> });
        }
    }
    (!lines.is_empty()).then(|| {
        view! {
            <div class="part-notice">
                {crate::parts::icon("icon icon--warning")}
                <div class="part-notice-body">{lines} {crate::parts::button(words::try_again(), retry)}</div>
            </div>
        }
        .into_any()
    })
}

/// The next page. The button stays while it is asked for, and so does the keyboard on it.
fn more(dispatch: Dispatch, contact: &ContactId) -> impl IntoView + use<> {
    let more = of(dispatch, contact, |history| history.more.is_some());
    let busy = of(dispatch, contact, |history| history.reading == Reading::More);
    let event = Event::Timeline(TimelineEvent::MoreAsked(contact.clone()));
    block(move || {
        more.get().then(|| {
            let label = move || if busy.get() { words::timeline_more_busy() } else { words::timeline_more() };
            let ask = crate::parts::sends(event.clone());
            view! {
                <button type="button" id="timeline-more" class="part-button part-button--wide"
                    aria-disabled=holds(move || busy.get()) on:click=ask>
                    {told(label)}
                </button>
            }
        })
    })
}

/// A button that opens a record.
pub(super) fn opens(contact: &ContactId, record: &api::RecordId) -> Box<dyn FnMut(leptos::ev::MouseEvent)> {
    moves(Event::SheetOpened(Opening::Record(contact.clone(), record.clone())))
}
