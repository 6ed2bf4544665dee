//! The bar at the foot of the pane, always in sight: to whom the open message goes, with what, and the button.
//!
//! It comes after the message in the order of the keyboard; what it covers is kept in sight by the page's scroll
//! padding (`views.css`).

use crate::chunks;
use crate::dispatch::dispatch;
use crate::parts::{block, focus, holds, pressed, told};
use crate::readiness::{self, Readiness};
use crate::{runner, words};
use flows::{App, Draft, Event, OpenMail, SaveKind, Session, Targets, Twice};
use leptos::prelude::*;

/// Where the details of the save begin.
pub(super) const TITLE: &str = "save-title";

/// What the bar shows.
#[derive(Clone, PartialEq)]
struct Bar {
    extent: String,
    label: &'static str,
    hint: String,
    ready: bool,
    asks: bool,
}

fn bar(app: &App) -> Option<Bar> {
    let mail = app.open_mail()?;
    let readiness = Readiness::of(app, mail);
    let (rest, ready) = (app.rest(), readiness.is_ready());
    let label = match app.twice() {
        _ if rest.is_some() => words::save_rest(),
        Twice::Asked => words::again_button(),
        Twice::No | Twice::Held => readiness::button(mail.draft.kind)(),
    };
    Some(Bar {
        extent: extent(readiness, &app.targets, rest.as_ref().map_or(&mail.draft, |rest| &rest.draft)),
        label,
        hint: match rest {
            Some(_) if ready => [words::save_rest_hint(), words::save_rest_keeps()].join(" "),
            _ => hint(app, mail, readiness),
        },
        ready,
        asks: app.saved.asks_again,
    })
}

/// Whether there is something to save that is not being saved. A message being written is saved once it is sent.
pub(super) fn is_wanted(app: &App) -> bool {
    app.compose.message.is_none() && app.open_mail().is_some() && app.save_of_open_mail().is_none()
}

/// The bar.
pub(super) fn save_bar() -> impl IntoView {
    let dispatch = dispatch();
    let bar = dispatch.project(bar);
    let part = move |part: fn(&Bar) -> String| move || bar.with(|bar| bar.as_ref().map(part).unwrap_or_default());
    let asks = Memo::new(move |_| bar.with(|bar| bar.as_ref().is_some_and(|bar| bar.asks)));
    let ready = move || bar.with(|bar| bar.as_ref().is_some_and(|bar| bar.ready));
    let save = move || {
        if ready()
            && let Some(id) = runner::new_save_id()
        {
            dispatch.send_and_move(Event::SaveAsked(id));
        }
    };
    view! {
        <section class="view-bar" aria-label=words::save()>
            <div class="view-bar-head">
                <p class="view-bar-extent" id="save-extent">{told(part(|bar| bar.extent.clone()))}</p>
                <button type="button" class="view-link" on:click=pressed(|| focus(TITLE))>{words::save_details()}</button>
            </div>
            {block(move || if asks.get() {
                chunks::save_again()
            } else {
                view! {
                    <button
                        type="button"
                        class="part-button part-button--primary part-button--wide"
                        aria-disabled=holds(move || !ready())
                        aria-describedby="save-extent save-hint"
                        on:click=pressed(save)
                    >
                        {told(part(|bar| bar.label.to_owned()))}
                    </button>
                }
                .into_any()
            })}
            <p id="save-hint" class="part-hint">{told(part(|bar| bar.hint.clone()))}</p>
        </section>
    }
}

/// What is missing, or what will not be saved whole.
fn hint(app: &App, mail: &OpenMail, readiness: Readiness) -> String {
    let mut hint = readiness.words();
    if let (Targets::Known(targets), Session::SignedIn(me)) = (&app.targets, &app.session) {
        let fields = mail.draft.fields(&mail.message, targets, &me.name);
        let shortened = fields.iter().filter(|field| field.shortened).count();
        if shortened > 0 && readiness.is_ready() {
            if !hint.is_empty() {
                hint.push(' ');
            }
            hint.push_str(&words::save_shortened(shortened));
        }
    }
    hint
}

/// "To 3 contacts with 2 attachments", and as what, where the button does not say so.
fn extent(readiness: Readiness, targets: &Targets, draft: &Draft) -> String {
    let (Readiness::Ready { contacts, .. }, Targets::Known(targets)) = (readiness, targets) else {
        return String::new();
    };
    let attachments = draft.sendable(targets).len();
    let mut extent = words::save_to(contacts);
    if attachments > 0 {
        extent.push(' ');
        extent.push_str(&words::save_with(attachments));
    }
    let activity = || targets.activity_types.iter().find(|offer| Some(&offer.id) == draft.activity_type.as_ref());
    let table = || targets.tables.iter().find(|offer| Some(&offer.id) == draft.table.as_ref());
    let as_what = match draft.kind {
        SaveKind::Interaction => None,
        SaveKind::Activity => activity().map(|chosen| &*chosen.description),
        SaveKind::Table => table().map(|chosen| &*chosen.title),
    };
    if let Some(words) = as_what {
        extent.push_str(" · ");
        extent.push_str(words);
    }
    extent
}
