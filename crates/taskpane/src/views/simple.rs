//! The screens without a story: starting, outside Outlook, server out of reach.

use crate::dispatch::dispatch;
use crate::parts::{block, heading, trouble_notice};
use crate::words;
use flows::{Event, Session};
use leptos::prelude::*;

/// While the server is asked what it offers. It looks like the page's own shell, which it replaces.
pub(crate) fn starting() -> impl IntoView {
    view! {
        <main class="shell" aria-busy="true">
            <h1 class="shell-name">{words::product()}</h1>
            <div class="shell-spinner" aria-hidden="true"></div>
            <p class="shell-message">{words::starting()}</p>
        </main>
    }
}

/// In a plain browser window.
pub(crate) fn outside() -> impl IntoView {
    view! {
        <main class="view-page">
            <p class="view-page-name">{words::product()}</p>
            {heading(words::outside_title())}
            <p>{words::outside_what()}</p>
            <h2>{words::outside_how_title()}</h2>
            <ol class="view-page-steps">
                <li>{words::outside_step_download()}</li>
                <li>{words::outside_step_open()}</li>
                <li>{words::outside_step_add()}</li>
                <li>{words::outside_step_use()}</li>
            </ol>
            <p>
                <a class="part-button part-button--primary" href="/manifest.xml" download="manifest.xml">
                    {words::outside_manifest()}
                </a>
            </p>
            <p class="quiet">{words::outside_admin()}</p>
        </main>
    }
}

/// When the server cannot be asked.
pub(crate) fn unreachable() -> impl IntoView {
    let trouble = dispatch().project(|app| match &app.session {
        Session::Unreachable(trouble) => Some(trouble.clone()),
        _ => None,
    });
    view! {
        <main class="view-page">
            {heading(words::product())}
            {block(move || trouble.get().map(|trouble| trouble_notice(&trouble, Some(Event::RestartAsked))))}
        </main>
    }
}
