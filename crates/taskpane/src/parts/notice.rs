//! Trouble, with what can be done about it.

use super::{button, icon, pressed};
use crate::words::{self, Remedy, TroubleWords};
use flows::{Event, Trouble};
use leptos::prelude::*;

/// A bar that tells a trouble; `again` is what trying again means here.
pub(crate) fn trouble_notice(trouble: &Trouble, again: Option<Event>) -> impl IntoView + use<> {
    notice(words::trouble(trouble), again)
}

/// The same in words of the story's own.
pub(crate) fn notice(told: TroubleWords, again: Option<Event>) -> impl IntoView + use<> {
    let reload = told.remedy == Remedy::Reload;
    view! {
        <div class="part-notice">
            {icon("icon icon--warning")}
            <div class="part-notice-body">
                <p class="part-notice-title">{told.title}</p>
                <p>{told.advice}</p>
                {told.reference.map(|reference| view! { <p class="quiet">{words::trouble_reference(&reference)}</p> })}
                {again.map(|event| button(words::try_again(), event))}
                {reload.then(reload_button)}
            </div>
        </div>
    }
}

/// The same in one line, beside what it is about.
pub(crate) fn trouble_line(trouble: &Trouble) -> String {
    let told = words::trouble(trouble);
    [told.title, ". ", &told.advice].concat()
}

fn reload_button() -> impl IntoView {
    // A page that cannot be reloaded stays, with its advice.
    let reload = || drop(window().location().reload());
    view! { <button type="button" class="part-button" on:click=pressed(reload)>{words::reload()}</button> }
}
