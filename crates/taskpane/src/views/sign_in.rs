//! The sign-in screen: the ways in, best first. What is typed stays here until it is sent; the password is
//! cleared when it is.

use super::passage;
use crate::dispatch::dispatch;
use crate::parts::{block, disclosure, heading, heard, holds, keep_focus, moves, sends, told, trouble_notice};
use crate::words;
use api::{SignInMethod, Site};
use flows::{App, Credentials, Departure, Event, Farewell, Passage, Session, SignInForm, Stage};
use leptos::html;
use leptos::prelude::*;
use web_sys::SubmitEvent;

/// Where the focus goes when a window was given up.
const FIRST_WAY: &str = "first-way";

fn form(app: &App) -> Option<SignInForm> {
    match &app.session {
        Session::SignedOut(form) => Some(form.clone()),
        _ => None,
    }
}

fn window(form: Option<SignInForm>) -> Option<Passage> {
    match form?.stage {
        Stage::Window(passage) => Some(passage),
        Stage::Choosing | Stage::Checking => None,
    }
}

/// What the organisation's sign-in is called.
fn provider(site: Option<&Site>) -> String {
    site.and_then(|site| site.provider.clone()).unwrap_or_else(|| words::provider().to_owned())
}

/// What a way in is called, after "signed in with".
pub(super) fn way(method: SignInMethod, site: Option<&Site>) -> String {
    match method {
        SignInMethod::SingleSignOn => words::imis().to_owned(),
        SignInMethod::OpenIdConnect => provider(site),
        SignInMethod::Credentials => words::way_credentials().to_owned(),
    }
}

/// The sign-in screen.
pub(crate) fn sign_in() -> impl IntoView {
    let form = dispatch().project(form);
    let reason = told(move || form.with(|form| form.as_ref().map(reason).unwrap_or_default()));
    let site = Memo::new(move |_| form.with(|form| form.as_ref().and_then(|form| form.chosen().cloned())));
    let window = Memo::new(move |_| window(form.get()));
    let away = Memo::new(move |_| window.with(Option::is_some));
    let trouble = Memo::new(move |_| form.get().and_then(|form| form.trouble));
    // Whoever comes back from the window finds the keyboard where it was; nobody else's is taken.
    Effect::new(move |was: Option<bool>| {
        let now = away.get();
        if was == Some(true) && !now && document().has_focus().unwrap_or_default() {
            keep_focus(FIRST_WAY.to_owned());
        }
        now
    });
    view! {
        <main class="view-sign-in">
            <div class="view-sign-in-brand" aria-hidden="true"></div>
            {heading(words::product())}
            {block(move || (!away.get()).then(|| view! { <p class="view-sign-in-reason">{reason}</p> }))}
            {block(move || (!away.get()).then(|| farewell(form)))}
            <div id="sign-in-trouble" role="alert">
                {block(move || trouble.get().map(|trouble| trouble_notice(&trouble, None)))}
            </div>
            {block(move || if away.get() {
                passage::passage(window).into_any()
            } else {
                view! { {sites(form)} {block(move || site.get().map(|site| ways(form, &site)))} }.into_any()
            })}
        </main>
    }
}

fn reason(form: &SignInForm) -> &'static str {
    let typed = |site: &Site| site.methods.first().is_none_or(|method| !method.in_dialog());
    match form.departure {
        Departure::Ended => words::sign_in_ended(),
        Departure::SignedOut => words::sign_in_left(),
        Departure::New if form.chosen().is_none_or(typed) => words::sign_in_intro(),
        Departure::New => words::sign_in_intro_window(),
    }
}

/// Ending the provider's session too.
fn farewell(form: Memo<Option<SignInForm>>) -> impl IntoView {
    block(move || {
        let form = form.get()?;
        let provider = provider(form.chosen());
        match form.farewell {
            Farewell::None => None,
            Farewell::Open => {
                Some(view! { <p class="part-hint" role="status">{words::farewell_open(&provider)}</p> }.into_any())
            }
            Farewell::Offered(_) => Some(
                view! {
                    <p class="part-hint" role="status">{words::farewell_offered(&provider)}</p>
                    <button type="button" class="part-button"
                        on:click=sends(Event::FarewellAsked)>
                        {words::farewell(&provider)}
                    </button>
                }
                .into_any(),
            ),
        }
    })
}

/// The ways in of a site.
fn ways(form: Memo<Option<SignInForm>>, site: &Site) -> impl IntoView + use<> {
    let further = site.administrator_methods.clone();
    let none = site.methods.is_empty() && further.is_empty();
    let first = list(form, site, &site.methods, true);
    let known = site.clone();
    view! {
        {none.then(|| view! { <p class="part-hint">{words::sign_in_no_method()}</p> })}
        {first}
        {(!further.is_empty()).then(|| {
            disclosure("administrators", words::sign_in_administrators(), move || list(form, &known, &further, false))
        })}
    }
}

fn list(form: Memo<Option<SignInForm>>, site: &Site, methods: &[SignInMethod], primary: bool) -> AnyView {
    let ways = methods.iter().enumerate().map(|(place, method)| {
        let primary = primary && place == 0;
        match method {
            SignInMethod::Credentials => credentials(form, primary).into_any(),
            method => window_button(*method, site, primary).into_any(),
        }
    });
    ways.collect::<Vec<_>>().into_any()
}

/// The class of a wide button.
const fn wide(primary: bool) -> &'static str {
    if primary { "part-button part-button--primary part-button--wide" } else { "part-button part-button--wide" }
}

fn window_button(method: SignInMethod, site: &Site, primary: bool) -> impl IntoView + use<> {
    let id = primary.then_some(FIRST_WAY);
    view! {
        <button type="button" id=id class=wide(primary)
            on:click=moves(Event::WindowAsked(method))>
            {words::sign_in_with(&way(method, Some(site)))}
        </button>
    }
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
                <select id="site" class="part-select" on:change=heard(choose)>{options}</select>
            </div>
        }
    })
}

fn credentials(form: Memo<Option<SignInForm>>, primary: bool) -> impl IntoView {
    let dispatch = dispatch();
    let user_name = NodeRef::<html::Input>::new();
    let password = NodeRef::<html::Input>::new();
    let incomplete = RwSignal::new(false);
    let busy = move || form.with(|form| form.as_ref().is_some_and(|form| form.stage == Stage::Checking));
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
    view! {
        <form class="view-sign-in-form" novalidate on:submit=heard(submit) aria-busy=holds(busy)>
            <div id="sign-in-missing" role="alert">
                {block(move || incomplete.get().then(|| view! { <p class="part-error">{words::sign_in_incomplete()}</p> }))}
            </div>
            <div class="part-field">
                <label for="user-name">{words::user_name()}</label>
                <input
                    id="user-name" class="part-input" type="text" autocomplete="username" autocapitalize="none"
                    spellcheck="false" aria-describedby="sign-in-trouble sign-in-missing" node_ref=user_name
                    value=known_name
                />
            </div>
            <div class="part-field">
                <label for="password">{words::password()}</label>
                <input
                    id="password" class="part-input" type="password" autocomplete="current-password"
                    aria-describedby="sign-in-trouble sign-in-missing" node_ref=password
                />
            </div>
            <button type="submit" class=wide(primary) aria-disabled=holds(busy)>
                {told(move || if busy() { words::sign_in_busy() } else { words::sign_in() })}
            </button>
        </form>
    }
}
