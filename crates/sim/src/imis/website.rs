//! The pages of the site that people see: signing in and out, and the Single Sign-On page of each client application
//! (imis.md §12).
//!
//! Invariant: nobody is handed over without being signed in, and only to the URL in the client application's record.

use axum::http::{HeaderMap, HeaderName, Method, StatusCode, header};
use url::form_urlencoded;

use super::{
    World,
    accounts::User,
    answer::{Answer, Outcome},
    applications::{ClientApplication, HeadRequest, OpenerPolicy, Posts, ReferrerPolicy},
    ledger::{Event, Way},
    markup, openid_module,
};

/// The sign-in cookie of the site. Its name is an assumption.
const COOKIE: &str = "Login";

const SUBMIT_SCRIPT: &str = "document.forms[0].submit();";

/// A request for a page.
#[derive(Debug)]
pub(super) struct Visit<'a> {
    pub(super) method: &'a Method,
    /// The last part of the path, such as `SignIn.aspx`; empty for the site's root.
    pub(super) name: &'a str,
    pub(super) path: &'a str,
    pub(super) query: &'a str,
    pub(super) headers: &'a HeaderMap,
    pub(super) body: &'a [u8],
}

impl Visit<'_> {
    pub(super) fn cookie(&self, wanted: &str) -> Option<&str> {
        let all = self.headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        all.flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find_map(|(name, value)| (name == wanted).then_some(value))
    }

    pub(super) fn in_query(&self, name: &str) -> Option<String> {
        field(self.query.as_bytes(), name)
    }

    pub(super) fn in_form(&self, name: &str) -> Option<String> {
        field(self.body, name)
    }

    /// Where to go after signing in; only within this site.
    pub(super) fn return_url(&self) -> Option<String> {
        self.in_query("ReturnUrl").filter(|url| is_local(url))
    }
}

fn field(form: &[u8], name: &str) -> Option<String> {
    form_urlencoded::parse(form).find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.into_owned())
}

/// Whether an address leads nowhere but to this site, however lenient the browser that reads it.
fn is_local(url: &str) -> bool {
    url.starts_with('/')
        && !url.starts_with("//")
        && !url.contains('\\')
        && !url.contains(|one: char| one.is_ascii_control())
}

/// Whether there is such a page at all; client applications are added while the site runs.
pub(super) fn is_page(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.is_empty() || name == "sso.js" || name.strip_suffix(".aspx").is_some_and(|stem| !stem.is_empty())
}

/// Answers a request for a page.
pub(super) async fn handle(world: &World, visit: &Visit<'_>) -> Outcome {
    let outcome = match visit.name.to_ascii_lowercase().as_str() {
        "" | "default.aspx" if openid_module::returns(visit) => openid_module::end(world, visit).await,
        "" | "default.aspx" => Ok(home(world, visit)),
        "signin.aspx" => sign_in(world, visit).await,
        "signout.aspx" => Ok(sign_out(world, visit)),
        "sso.js" => Ok(Answer::script(SUBMIT_SCRIPT)),
        page => {
            let id = page.strip_suffix(".aspx").unwrap_or(page);
            match world.application(|known| known.client_id.eq_ignore_ascii_case(id)) {
                Some(application) => hand_over(world, visit, &application).await,
                None => Err(Answer::html(StatusCode::NOT_FOUND, "<h2>404 - File or directory not found.</h2>")),
            }
        }
    };
    let headers = world.page_headers();
    let mut answer = outcome.unwrap_or_else(|refusal| refusal);
    if headers.referrer == ReferrerPolicy::NoReferrer {
        answer = answer.with(header::REFERRER_POLICY, "no-referrer");
    }
    if headers.opener == OpenerPolicy::SameOrigin {
        answer = answer.with(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    }
    Ok(answer)
}

pub(super) fn user_of(world: &World, visit: &Visit<'_>) -> Option<User> {
    world.accounts().signed_in(visit.cookie(COOKIE)?)
}

fn home(world: &World, visit: &Visit<'_>) -> Answer {
    let Some(user) = user_of(world, visit) else {
        return Answer::redirect(StatusCode::FOUND, "SignIn.aspx");
    };
    Answer::html(StatusCode::OK, markup::home(&user))
}

async fn sign_in(world: &World, visit: &Visit<'_>) -> Outcome {
    let provider = world.openid().on().map(|module| module.name.clone());
    // With the module on, the page asks for an e-mail address alone; that those who keep a password get to the other
    // form by a link is an assumption (imis.md §13).
    let by_password = provider.is_none() || visit.in_query("With").as_deref() == Some("Password");
    if visit.method == Method::GET || visit.method == Method::HEAD {
        return Ok(Answer::html(
            StatusCode::OK,
            match &provider {
                Some(provider) if !by_password => markup::email(provider, visit.query),
                _ => markup::sign_in(None),
            },
        ));
    }
    if !by_password {
        let email = visit.in_form("email").unwrap_or_default();
        return openid_module::begin(world, visit, email.trim()).await;
    }
    let text = |name| visit.in_form(name).unwrap_or_default();
    let passwords = world.passwords();
    let tried = world.accounts().try_password(text("username").trim(), &text("password"), passwords);
    match tried {
        Ok(user) => signed_in(world, &user, Way::Password, visit.return_url().as_deref()),
        Err(refusal) => {
            world.ledger.note(Event::SignInRefused { way: Way::Password });
            Ok(Answer::html(StatusCode::OK, markup::sign_in(Some(refusal.words()))))
        }
    }
}

/// Gives the browser its cookie and sends it where it wanted to go.
pub(super) fn signed_in(world: &World, user: &str, way: Way, to: Option<&str>) -> Outcome {
    let cookie = world.accounts().sign_in(user).ok_or_else(Answer::server_error)?;
    world.ledger.note(Event::SignedIn { user: user.to_owned(), way });
    let cookie = format!("{COOKIE}={cookie}; Path=/; HttpOnly; SameSite=Lax");
    Ok(Answer::redirect(StatusCode::FOUND, to.unwrap_or("Default.aspx")).with(header::SET_COOKIE, &cookie))
}

fn sign_out(world: &World, visit: &Visit<'_>) -> Answer {
    if visit.method == Method::GET || visit.method == Method::HEAD {
        return Answer::html(StatusCode::OK, markup::sign_out());
    }
    let gone = visit.cookie(COOKIE).and_then(|cookie| world.accounts().sign_out(cookie));
    if let Some(user) = gone {
        world.ledger.note(Event::SignedOut { user });
    }
    let cookie = format!("{COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
    Answer::redirect(StatusCode::FOUND, "SignIn.aspx").with(header::SET_COOKIE, &cookie)
}

/// The page with the Single Sign-On content item (imis.md §12.2).
async fn hand_over(world: &World, visit: &Visit<'_>, application: &ClientApplication) -> Outcome {
    let Some(user) = user_of(world, visit) else {
        let back: String = form_urlencoded::byte_serialize(visit.path.as_bytes()).collect();
        return Ok(Answer::redirect(StatusCode::FOUND, &format!("SignIn.aspx?ReturnUrl={back}")));
    };
    let complaint = |text| Ok(Answer::html(StatusCode::OK, markup::error(text)));
    let Some(target) = &application.redirect_login_uri else {
        return complaint("The client application has no login redirect URL.");
    };
    if application.posts == Posts::Redirect307 && visit.method == Method::POST {
        // The browser sends the same form again, refresh token and all.
        return Ok(Answer::redirect(StatusCode::TEMPORARY_REDIRECT, target.as_str()));
    }
    if visit.method == Method::HEAD {
        return Ok(Answer::html(StatusCode::OK, ""));
    }
    if application.head_request == HeadRequest::Sent && !answers_head(world, application, target).await {
        return complaint("The login redirect URL of the client application did not answer.");
    }
    let lifetime = application.refresh_token_lifetime;
    let token = world.accounts().issue_refresh_token(&user.name, &application.client_id, lifetime);
    let token = token.ok_or_else(Answer::server_error)?;
    world.ledger.note(Event::HandedOver { user: user.name, client_id: application.client_id.clone() });
    let own = format!("{}.aspx", application.client_id);
    let (action, script) = match application.posts {
        Posts::InlineScript => (target.as_str(), markup::Script::Inline(SUBMIT_SCRIPT)),
        Posts::ExternalScript => (target.as_str(), markup::Script::File("sso.js")),
        Posts::Redirect307 => (own.as_str(), markup::Script::Inline(SUBMIT_SCRIPT)),
    };
    Ok(Answer::html(StatusCode::OK, markup::hand_over(&application.client_name, action, &token, script)))
}

/// "Server endpoint validation": that it is a HEAD, and what answer it takes, is an assumption (imis.md §12.1).
async fn answers_head(world: &World, application: &ClientApplication, target: &url::Url) -> bool {
    let status = match world.outside() {
        Ok(client) => client.head(target.clone()).send().await.ok().map(|answer| answer.status()),
        Err(_) => None,
    };
    let client_id = application.client_id.clone();
    world.ledger.note(Event::Checked { client_id, status: status.map(|status| status.as_u16()) });
    status.is_some_and(|status| status.is_success())
}
