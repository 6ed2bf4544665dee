//! Sessions: one's own with who one is, and for system administrators everybody's.

use super::sign_in::way;
use crate::dispatch::{Dispatch, dispatch};
use crate::parts::{
    at_escape, avatar, block, button, heading, heard, icon, keep_focus, moves, pressed, spinner, subheading,
    trouble_notice,
};
use crate::{format, words};
use api::{ContactKind, EndScope, Me, SessionInfo, Sessions, Site, Whose};
use flows::{App, Desk, Ending, Event, Listed, Marks, Opening, SavedEvent, Session};
use leptos::html;
use leptos::prelude::*;
use web_sys::SubmitEvent;

/// Where the focus goes back to.
pub(super) const OPENER: &str = "account";
/// Where it goes when a row has gone.
const TOLD: &str = "sessions-told";

fn me(app: &App) -> Option<(Me, Option<Site>)> {
    match &app.session {
        Session::SignedIn(me) => Some((me.clone(), app.site(&me.site).cloned())),
        _ => None,
    }
}

fn close(dispatch: Dispatch) {
    dispatch.send(Event::DeskClosed);
    keep_focus(OPENER.to_owned());
}

/// The screen in place of the message.
pub(crate) fn desk(whose: Whose) -> impl IntoView {
    let dispatch = dispatch();
    let desk = dispatch.project(|app| app.desk.clone());
    let (title, listed) = match whose {
        Whose::Mine => (words::account(), words::sessions_own()),
        Whose::Everybodys => (words::sessions_all(), words::sessions_all()),
    };
    let escape = move || {
        close(dispatch);
        true
    };
    view! {
        <header class="view-header">
            <button type="button" class="part-button part-button--subtle" on:click=pressed(move || close(dispatch))>
                {icon("icon icon--back")} {words::back()}
            </button>
            <div class="view-header-names">{heading(title)}</div>
        </header>
        <main class="view-main" on:keydown=at_escape(escape)>
            {match whose {
                Whose::Mine => view! { {account()} {marks()} }.into_any(),
                Whose::Everybodys => search().into_any(),
            }}
            <section class="view-section" aria-label=listed>
                {(whose == Whose::Mine).then(|| view! { <h2 class="view-section-title">{listed}</h2> })}
                <div id=TOLD tabindex="-1" role="status">
                    {block(move || desk.get().map(|desk| ending(&desk.ending)))}
                </div>
                {block(move || desk.get().map(|desk| list(&desk)))}
            </section>
        </main>
    }
}

/// Who is signed in, how, and until when.
fn account() -> impl IntoView {
    let dispatch = dispatch();
    // Renewing changes nothing of it.
    dispatch.look(me).map(|(me, site)| {
        view! {
            <section class="view-section">
                <div class="view-person">
                    {avatar(&me.name, ContactKind::Person)}
                    <div class="view-person-body">
                        <p class="view-person-name">{me.name.clone()}</p>
                        <p class="quiet">{me.user_name.clone()}</p>
                        <p class="quiet">{words::account_contact(&me.contact.0)}</p>
                        <p class="quiet">{site.as_ref().map(|site| site.title.clone())}</p>
                        <p class="quiet">{words::account_with(&way(me.method, site.as_ref()))}</p>
                        <p class="quiet">{words::account_until(&format::moment(last_ms(&me)))}</p>
                    </div>
                </div>
                <div class="part-toggles">
                    <button type="button" class="part-button"
                        on:click=moves(Event::SignOutAsked)>
                        {words::sign_out()}
                    </button>
                    <button type="button" class="part-button"
                        on:click=moves(Event::SheetOpened(Opening::Addresses))>
                        {words::addresses_title()}
                    </button>
                    {me.administrator.then(|| view! {
                        <button type="button" class="part-button"
                            on:click=moves(Event::DeskOpened(Whose::Everybodys))>
                            {words::sessions_all()}
                        </button>
                    })}
                </div>
            </section>
        }
    })
}

/// How messages are marked in Outlook.
fn marks() -> impl IntoView {
    let dispatch = dispatch();
    let marks = dispatch.project(|app| app.saved.marks);
    let choose = move |change: fn(&mut Marks, bool)| {
        heard(move |event| {
            let mut chosen = marks.get_untracked();
            change(&mut chosen, event_target_checked(&event));
            dispatch.send(Event::Saved(SavedEvent::MarksChosen(chosen)));
        })
    };
    view! {
        <section class="view-section" aria-labelledby="marks-title">
            <h2 id="marks-title" class="view-section-title">{words::marks_title()}</h2>
            <div class="view-marks">
                <input type="checkbox" class="part-check" id="marks-category" prop:checked=move || marks.get().category
                    on:change=choose(|marks, on| marks.category = on) />
                <label for="marks-category">{words::marks_category(words::category())}</label>
                <input type="checkbox" class="part-check" id="marks-bar" prop:checked=move || marks.get().bar
                    on:change=choose(|marks, on| marks.bar = on) />
                <label for="marks-bar">{words::marks_bar()}</label>
            </div>
        </section>
    }
}

/// When the person has to sign in again at the latest: a session that cannot be renewed ends with its token.
const fn last_ms(me: &Me) -> i64 {
    if me.renew_from_ms < me.expires_ms { me.ends_ms } else { me.expires_ms }
}

/// Finding others' sessions, and ending them all.
fn search() -> impl IntoView {
    let dispatch = dispatch();
    let wanted = NodeRef::<html::Input>::new();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if let Some(wanted) = wanted.get_untracked() {
            dispatch.send(Event::SessionsAsked(wanted.value()));
        }
    };
    let site = dispatch.look(|app| me(app).map(|(me, _)| me.site));
    view! {
        <p class="quiet">{words::sessions_all_text()}</p>
        <form class="view-search" role="search" on:submit=heard(submit)>
            <div class="part-field">
                <label for="search">{words::sessions_search()}</label>
                <input id="search" class="part-input" type="search" autocapitalize="none" spellcheck="false"
                    node_ref=wanted />
            </div>
            <button type="submit" class="part-button">{words::search()}</button>
        </form>
        <div class="part-toggles">
            {site.map(|site| end_button(words::sessions_end_site(), None, EndScope::Site(site)))}
        </div>
    }
}

/// A button that ends sessions, at once or after a question.
fn end_button(label: impl Into<String>, named: Option<String>, scope: EndScope) -> impl IntoView {
    let dispatch = dispatch();
    let label: String = label.into();
    let end = move || {
        dispatch.send(Event::EndAsked(scope.clone()));
        keep_focus(TOLD.to_owned());
    };
    view! { <button type="button" class="part-button" aria-label=named on:click=pressed(end)>{label}</button> }
}

/// What is being ended, and what came of it.
fn ending(ending: &Ending) -> AnyView {
    match ending {
        Ending::Nothing => ().into_any(),
        Ending::Asked(scope) => sure(scope).into_any(),
        Ending::Running(_) => spinner(words::sessions_ending()).into_any(),
        Ending::Done(count) => {
            let count = usize::try_from(*count).unwrap_or(usize::MAX);
            view! { <p>{words::sessions_ended(count)}</p> }.into_any()
        }
        Ending::Failed(trouble) => trouble_notice(trouble, None).into_any(),
    }
}

fn sure(scope: &EndScope) -> impl IntoView + use<> {
    let what = match scope {
        EndScope::Session(_) | EndScope::MyOthers => words::sessions_sure_one().to_owned(),
        EndScope::User(user) => words::sessions_sure_user(user),
        EndScope::Site(_) => words::sessions_sure_site().to_owned(),
    };
    view! {
        <div class="part-notice">
            {icon("icon icon--warning")}
            <div class="part-notice-body">
                {subheading(words::sessions_sure())}
                <p>{what}</p>
                <div class="part-toggles">
                    {button(words::sessions_sure_yes(), Event::EndConfirmed)}
                    {button(words::cancel(), Event::EndCancelled)}
                </div>
            </div>
        </div>
    }
}

fn list(desk: &Desk) -> AnyView {
    let sessions = match &desk.list {
        Listed::Loading => return spinner(words::sessions_loading()).into_any(),
        Listed::Failed(trouble) => {
            let again = Event::SessionsAsked(desk.asked.user_name.clone());
            return trouble_notice(trouble, Some(again)).into_any();
        }
        Listed::Known(known) if known.sessions.is_empty() => {
            return view! { <p class="quiet">{words::sessions_none()}</p> }.into_any();
        }
        Listed::Known(known) => known,
    };
    let whose = desk.asked.whose;
    let site = dispatch().look(|app| me(app).and_then(|(_, site)| site));
    let rows: Vec<_> = sessions.sessions.iter().map(|session| row(whose, session, site.as_ref())).collect();
    let others = whose == Whose::Mine && rows.len() > 1;
    view! {
        <ul class="view-people">{rows}</ul>
        {sessions.more.then(|| view! { <p class="quiet">{words::sessions_more(&Sessions::MAX.to_string())}</p> })}
        {others.then(|| end_button(words::sessions_end_others(), None, EndScope::MyOthers))}
    }
    .into_any()
}

fn row(whose: Whose, session: &SessionInfo, site: Option<&Site>) -> impl IntoView + use<> {
    let client = if session.client.is_empty() { words::session_somewhere() } else { session.client.as_str() };
    let seen = format::moment(session.seen_ms);
    let way = way(session.method, site);
    let begun = words::session_begun(&format::moment(session.begun_ms), &way);
    let one = EndScope::Session(session.id.clone());
    let user = session.user_name.clone();
    let (title, named) = match whose {
        Whose::Mine => (client.to_owned(), words::session_end_named(client, &seen)),
        Whose::Everybodys => ([&user, ", ", client].concat(), words::session_end_of(client, &seen, &user)),
    };
    let ends = whose == Whose::Everybodys || !session.current;
    view! {
        <li class="view-person">
            <div class="view-person-body">
                <p class="view-person-name">{title}</p>
                <p class="quiet">{words::session_seen(&seen)}</p>
                <p class="quiet">{begun}</p>
                {session.current.then(|| view! { <span class="part-chip part-chip--good">{words::session_here()}</span> })}
            </div>
            <div class="view-session-ends">
                {ends.then(|| end_button(words::session_end(), Some(named), one))}
                {(whose == Whose::Everybodys).then(|| {
                    end_button(words::sessions_end_user(&user), None, EndScope::User(user.clone()))
                })}
            </div>
        </li>
    }
}
