//! The sign-in screen. What is typed stays here until it is sent; the password is cleared when it is.

use crate::dispatch::dispatch;
use crate::parts::{block, heading, holds, told, trouble_notice};
use crate::words;
use api::SignInMethod;
use flows::{App, Credentials, Departure, Event, Session, SignInForm};
use leptos::html;
use leptos::prelude::*;
use web_sys::SubmitEvent;

fn form(app: &App) -> Option<SignInForm> {
    match &app.session {
        Session::SignedOut(form) => Some(form.clone()),
        _ => None,
    }
}

/// The sign-in screen.
pub(crate) fn sign_in() -> impl IntoView {
    let dispatch = dispatch();
    let form = dispatch.project(form);
    let reason = told(move || match form.get().map(|form| form.departure) {
        Some(Departure::Ended) => words::sign_in_ended(),
        Some(Departure::SignedOut) => words::sign_in_left(),
        Some(Departure::New) | None => words::sign_in_intro(),
    });
    let offered = Memo::new(move |_| form.get().is_none_or(|form| takes_credentials(&form)));
    view! {
        <main class="view-sign-in">
            <div class="view-sign-in-brand" aria-hidden="true"></div>
            {heading(words::product())}
            <p class="view-sign-in-reason">{reason}</p>
            {sites(form)}
            {block(move || if offered.get() {
                credentials(form).into_any()
            } else {
                view! { <p class="part-hint">{words::sign_in_no_method()}</p> }.into_any()
            })}
        </main>
    }
}

fn takes_credentials(form: &SignInForm) -> bool {
    form.bootstrap.sites.get(form.site).is_some_and(|site| site.methods.contains(&SignInMethod::Credentials))
}

/// The choice of a site, where there is one.
fn sites(form: Memo<Option<SignInForm>>) -> impl IntoView {
    let dispatch = dispatch();
    let form = form.get_untracked()?;
    let chosen = form.site;
    let options = form.bootstrap.sites.into_iter().enumerate();
    let options: Vec<_> = options
        .map(|(index, site)| view! { <option value=index.to_string() selected=index == chosen>{site.title}</option> })
        .collect();
    let choose = move |event| {
        if let Ok(index) = event_target_value(&event).parse() {
            dispatch.send(Event::SiteChosen(index));
        }
    };
    (options.len() > 1).then(|| {
        view! {
            <div class="part-field">
                <label for="site">{words::site()}</label>
                <select id="site" class="part-select" on:change=choose>{options}</select>
            </div>
        }
    })
}

fn credentials(form: Memo<Option<SignInForm>>) -> impl IntoView {
    let dispatch = dispatch();
    let user_name = NodeRef::<html::Input>::new();
    let password = NodeRef::<html::Input>::new();
    let incomplete = RwSignal::new(false);
    let busy = move || form.with(|form| form.as_ref().is_some_and(|form| form.busy));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let (Some(user), Some(secret)) = (user_name.get_untracked(), password.get_untracked()) else { return };
        let credentials = Credentials { user_name: user.value(), password: secret.value() };
        let missing = credentials.user_name.trim().is_empty() || credentials.password.is_empty();
        incomplete.set(missing);
        if missing {
            let first = if credentials.user_name.trim().is_empty() { user } else { secret };
            // A field of a live form takes the focus.
            let _ = first.focus();
        } else if !busy() {
            secret.set_value("");
            dispatch.send_and_move(Event::SignInAsked(credentials));
        }
    };
    let known_name = form.get_untracked().map(|form| form.user_name).unwrap_or_default();
    let trouble = move || form.get().and_then(|form| form.trouble);
    view! {
        <form class="view-sign-in-form" novalidate on:submit=submit aria-busy=holds(busy)>
            <div id="sign-in-trouble" role="alert">
                {block(move || trouble().map(|trouble| trouble_notice(&trouble, None)))}
                {block(move || incomplete.get().then(|| view! { <p class="part-error">{words::sign_in_incomplete()}</p> }))}
            </div>
            <div class="part-field">
                <label for="user-name">{words::user_name()}</label>
                <input
                    id="user-name" class="part-input" type="text" autocomplete="username" autocapitalize="none"
                    spellcheck="false" aria-describedby="sign-in-trouble" node_ref=user_name value=known_name
                />
            </div>
            <div class="part-field">
                <label for="password">{words::password()}</label>
                <input
                    id="password" class="part-input" type="password" autocomplete="current-password"
                    aria-describedby="sign-in-trouble" node_ref=password
                />
            </div>
            <button type="submit" class="part-button part-button--primary part-button--wide"
                aria-disabled=holds(busy)>
                {told(move || if busy() { words::sign_in_busy() } else { words::sign_in() })}
            </button>
        </form>
    }
}
