//! Who iMIS signed in, for the person to confirm: until then the session does nothing (`security.md §3.2`).

use crate::dispatch::dispatch;
use crate::parts::{avatar, block, heading, holds, icon, moves, trouble_notice};
use crate::words;
use api::ContactKind;
use flows::{App, Asked, Confirmation, Event, Session, Trouble};
use leptos::prelude::*;

fn confirmation(app: &App) -> Option<&Confirmation> {
    match &app.session {
        Session::Unconfirmed(confirmation) => Some(confirmation),
        _ => None,
    }
}

fn trouble(app: &App) -> Option<Trouble> {
    match &confirmation(app)?.asked {
        Asked::Failed(trouble) => Some(trouble.clone()),
        Asked::NotYet | Asked::Waiting => None,
    }
}

/// The screen.
pub(crate) fn confirm() -> impl IntoView {
    let dispatch = dispatch();
    let who = dispatch.look(|app| confirmation(app).map(|confirmation| confirmation.me.clone()));
    let trouble = dispatch.project(trouble);
    let busy = dispatch.project(|app| confirmation(app).is_some_and(|asked| asked.asked == Asked::Waiting));
    view! {
        <main class="view-page">
            {heading(words::confirm_title())}
            <p class="view-confirm-warning">{icon("icon icon--warning")} {words::confirm_text()}</p>
            {who.map(|me| view! {
                <div class="view-person">
                    {avatar(&me.name, ContactKind::Person)}
                    <div class="view-person-body">
                        <p class="view-person-name">{me.name.clone()}</p>
                        <p class="quiet">{me.user_name}</p>
                        <p class="quiet">{words::account_contact(&me.contact.0)}</p>
                    </div>
                </div>
            })}
            <div role="alert">
                {block(move || trouble.get().map(|trouble| trouble_notice(&trouble, None)))}
            </div>
            <button type="button" class="part-button part-button--primary part-button--wide"
                aria-disabled=holds(move || busy.get())
                on:click=moves(Event::ConfirmAsked)>
                {words::confirm_yes()}
            </button>
            <button type="button" class="part-button part-button--wide"
                on:click=moves(Event::SignOutAsked)>
                {words::confirm_no()}
            </button>
        </main>
    }
}
