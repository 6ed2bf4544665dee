//! The main screen: who is signed in, the open message, saves of other messages.

use super::{desk, mail, others, save_bar};
use crate::chunks;
use crate::dispatch::dispatch;
use crate::parts::{avatar, block, heading, icon, keep_focus, moves, pressed, spinner, told, trouble_notice};
use crate::words;
use api::{ContactKind, Whose};
use flows::{App, Event, Opening, Place, Session, Trouble, Welcome};
use leptos::prelude::*;

/// What stands where the message would.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Open {
    Waiting,
    Nothing,
    Unreadable(Trouble),
    Message(u32),
    Many,
    Writing(u32),
}

fn open(app: &App) -> Open {
    if let Some(key) = &app.compose.message {
        return Open::Writing(key.opening);
    }
    match (&app.mail, app.place) {
        _ if app.many.stands(app.mail.is_some() || app.compose.message.is_some()) => Open::Many,
        (Some(Ok(mail)), _) => Open::Message(mail.message.key.opening),
        (Some(Err(trouble)), _) => Open::Unreadable(trouble.clone()),
        (None, Place::Unknown) => Open::Waiting,
        (None, _) => Open::Nothing,
    }
}

/// Whether there are messages that were sent and are not saved.
fn has_waiting(app: &App) -> bool {
    app.waiting().next().is_some()
}

/// The main screen.
pub(crate) fn main_screen() -> impl IntoView {
    let dispatch = dispatch();
    let bar = dispatch.project(|app| save_bar::is_wanted(app) && open(app) != Open::Many);
    let open = dispatch.project(open);
    let has_others = dispatch.project(|app| others::others(app).next().is_some());
    let many = dispatch.project(|app| app.many.plan.is_some() || app.many.run.is_some());
    let waiting = dispatch.project(has_waiting);
    chunks::look_ahead(dispatch);
    view! {
        {header()}
        {welcome()}
        {nav()}
        <main class="view-main">
            {block(move || match open.get() {
                Open::Message(_) => mail::mail().into_any(),
                Open::Many => chunks::many(),
                Open::Writing(_) => chunks::message_in_writing(),
                Open::Waiting => spinner(words::waiting_for_outlook()).into_any(),
                Open::Nothing => empty(words::no_message_title(), words::no_message_text()).into_any(),
                Open::Unreadable(Trouble::OutlookUnable) => {
                    empty(words::not_readable_title(), words::not_readable_text()).into_any()
                }
                Open::Unreadable(trouble) => trouble_notice(&trouble, None).into_any(),
            })}
        </main>
        {block(move || waiting.get().then(chunks::waiting_list))}
        <div class="view-foot">
            {block(move || bar.get().then(save_bar::save_bar))}
            {block(move || many.get().then(chunks::many_foot))}
            {block(move || has_others.get().then(chunks::other_saves))}
        </div>
    }
}

/// Ways to what is not the open message. The first looks like the field it leads to.
fn nav() -> impl IntoView {
    view! {
        <nav class="view-nav" aria-label=words::nav()>
            <button type="button" class="view-nav-find" aria-label=words::find_title()
                on:click=moves(Event::SheetOpened(Opening::Find))>
                {icon("icon icon--search")}
                <span>{words::find_hint()}</span>
            </button>
            <button type="button" class="part-button" on:click=moves(Event::SheetOpened(Opening::Queries))>
                {words::queries_title()}
            </button>
        </nav>
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
                <button type="button" id=desk::OPENER class="view-header-name quiet"
                    aria-label=told(move || words::account_open(&name.get()))
                    on:click=moves(Event::DeskOpened(Whose::Mine))>
                    {told(move || words::signed_in_as(&name.get()))}
                </button>
            </div>
            <button type="button" class="part-button part-button--subtle"
                on:click=moves(Event::SignOutAsked)>
                {words::sign_out()}
            </button>
        </header>
    }
}

/// Who signed in, until it was read.
fn welcome() -> impl IntoView {
    let dispatch = dispatch();
    let shown = dispatch.project(|app| match (&app.session, app.welcome) {
        (Session::SignedIn(me), Welcome::Shown) => Some(me.name.clone()),
        _ => None,
    });
    let read = move || {
        dispatch.send(Event::WelcomeRead);
        keep_focus(desk::OPENER.to_owned());
    };
    block(move || {
        shown.get().map(|name| {
            view! {
                <div class="view-welcome" role="status">
                    <p>{words::welcome(&name)}</p>
                    <button type="button" class="part-button part-button--subtle"
                        on:click=moves(Event::SignOutAsked)>
                        {words::not_you()}
                    </button>
                    <button type="button" class="part-button part-button--subtle part-button--icon"
                        aria-label=words::close() on:click=pressed(read)>
                        {icon("icon icon--dismiss")}
                    </button>
                </div>
            }
        })
    })
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
