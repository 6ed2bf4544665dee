//! Who saved the open message, in one line at its head. What more there is to it is fetched
//! (`super::saved_entries`).

use crate::chunks;
use crate::dispatch::dispatch;
use crate::parts::{block, icon, told};
use crate::{format, words};
use api::{LedgerEntry, LedgerState};
use flows::{App, is_live};
use leptos::prelude::*;

/// The line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Line {
    text: String,
    class: &'static str,
}

/// The saves to show, newest first, removed ones left out; not the one that this pane is at, which says so itself.
pub(super) fn shown(app: &App) -> Vec<LedgerEntry> {
    let own = |entry: &LedgerEntry| entry.mine && entry.state == LedgerState::Saving && app.saves_just_now();
    app.saved.live().filter(|entry| !own(entry)).cloned().collect()
}

/// What an entry comes to, in a sentence.
pub(crate) fn headline(entry: &LedgerEntry) -> String {
    let by = if entry.mine { words::saved_you() } else { entry.by.trim() };
    let (day, kind) = (format::day(entry.at_ms), entry.saved_as.as_str());
    let in_imis = entry.to.iter().filter(|to| to.record.is_some()).count();
    match entry.state {
        LedgerState::Saving => words::saved_by_now(by),
        LedgerState::Removed | LedgerState::PartlyRemoved => {
            let removal = entry.removed.as_ref();
            let day = removal.map_or(day, |removal| format::day(removal.at_ms));
            let by = removal.map_or(by, |removal| removal.by.as_str());
            if entry.state == LedgerState::Removed {
                words::saved_by_removed(by, &day)
            } else {
                words::saved_by_partly_removed(in_imis, by, &day)
            }
        }
        _ if entry.id.is_none() => words::saved_elsewhere(in_imis, &day, kind),
        LedgerState::Partly => words::saved_by_partly(in_imis, by, &day, kind),
        LedgerState::Saved => words::saved_by(in_imis, by, &day, kind),
    }
}

/// The newest save, or what there is to say where there is none; nothing before anybody knows.
fn line(app: &App) -> Option<Line> {
    let here = &app.saved;
    let known = here.known.as_ref();
    if let Some(entry) = shown(app).first() {
        let class = match entry.state {
            LedgerState::Saved => "view-saved view-saved--good",
            LedgerState::Partly | LedgerState::PartlyRemoved => "view-saved view-saved--part",
            LedgerState::Saving | LedgerState::Removed => "view-saved",
        };
        return Some(Line { text: headline(entry), class });
    }
    let quiet = |text: String| Some(Line { text, class: "view-saved view-saved--quiet" });
    if let Some(removed) = known.and_then(|known| known.saves.iter().find(|entry| !is_live(entry))) {
        return quiet(headline(removed));
    }
    if let Some(text) = known.and_then(conversation) {
        return quiet(text);
    }
    if known.is_some_and(|known| known.imis.is_some()) {
        return quiet(words::saved_imis_unasked().to_owned());
    }
    (known.is_none() && here.trouble.is_some()).then(|| words::saved_unasked().to_owned()).and_then(quiet)
}

/// How much of the conversation is saved, where that says anything.
pub(super) fn conversation(known: &api::SavedMessage) -> Option<String> {
    let of = known.conversation.filter(|of| of.known > 1 && of.saved > 0)?;
    Some(words::saved_conversation(&of.known.to_string(), &of.saved.to_string()))
}

/// What is read aloud of it.
pub(crate) fn spoken(app: &App) -> Option<String> {
    let newest = shown(app).into_iter().next();
    let removed = || app.saved.known.as_ref()?.saves.iter().find(|entry| !is_live(entry)).cloned();
    newest.or_else(|| removed().filter(|_| app.saved.changed)).map(|entry| headline(&entry))
}

/// The line, with the rest below it.
pub(super) fn saved() -> impl IntoView {
    let line = dispatch().project(line);
    let there = Memo::new(move |_| line.with(Option::is_some));
    let part = move |part: fn(&Line) -> String| move || line.with(|line| line.as_ref().map(part).unwrap_or_default());
    block(move || {
        there.get().then(|| {
            view! {
                <section class=told(part(|line| line.class.to_owned())) aria-labelledby="saved-title">
                    <h2 id="saved-title" class="view-saved-line" tabindex="-1">
                        {icon("icon view-saved-icon")}
                        <span>{told(part(|line| line.text.clone()))}</span>
                    </h2>
                    {chunks::saved_entries()}
                </section>
            }
        })
    })
}
