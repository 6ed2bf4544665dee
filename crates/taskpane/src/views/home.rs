//! The main screen: who is signed in, the open message, saves of other messages.

use super::{mail, others};
use crate::dispatch::dispatch;
use crate::parts::{avatar, block, heading, spinner, told, trouble_notice};
use crate::words;
use api::ContactKind;
use flows::{App, Event, Place, Session, Trouble};
use leptos::prelude::*;

/// What stands where the message would.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Open {
    Waiting,
    Nothing,
    Unreadable(Trouble),
    Message(u32),
}

fn open(app: &App) -> Open {
    match (&app.mail, app.place) {
        (Some(Ok(mail)), _) => Open::Message(mail.message.key.opening),
        (Some(Err(trouble)), _) => Open::Unreadable(trouble.clone()),
        (None, Place::Unknown) => Open::Waiting,
        (None, _) => Open::Nothing,
    }
}

/// The main screen.
pub(crate) fn main_screen() -> impl IntoView {
    let open = dispatch().project(open);
    view! {
        {header()}
        <main class="view-main">
            {block(move || match open.get() {
                Open::Message(_) => mail::mail().into_any(),
                Open::Waiting => spinner(words::waiting_for_outlook()).into_any(),
                Open::Nothing => empty(words::no_message_title(), words::no_message_text()).into_any(),
                Open::Unreadable(Trouble::OutlookUnable) => {
                    empty(words::not_readable_title(), words::not_readable_text()).into_any()
                }
                Open::Unreadable(trouble) => trouble_notice(&trouble, None).into_any(),
            })}
        </main>
        {others::others_view()}
    }
}

fn header() -> impl IntoView {
    let dispatch = dispatch();
    let name = dispatch.project(|app| match &app.session {
        Session::SignedIn(me) if me.name.is_empty() => me.user_name.clone(),
        Session::SignedIn(me) => me.name.clone(),
        _ => String::new(),
    });
    view! {
        <header class="view-header">
            {block(move || avatar(&name.get(), ContactKind::Person))}
            <div class="view-header-names">
                {heading(words::product())}
                <p class="quiet">{told(move || words::signed_in_as(&name.get()))}</p>
            </div>
            <button type="button" class="part-button part-button--subtle"
                on:click=move |_| dispatch.send_and_move(Event::SignOutAsked)>
                {words::sign_out()}
            </button>
        </header>
    }
}

fn empty(title: &'static str, text: &'static str) -> impl IntoView {
    view! {
        <div class="view-empty">
            <span class="icon icon--mail" aria-hidden="true"></span>
            <h2>{title}</h2>
            <p>{text}</p>
        </div>
    }
}
