//! `POST /auth/{site}/imis`: iMIS's browser form hands somebody over
//! (`imis.md §12.2`). The form proves nothing by itself; whose it is, our own
//! cookie says, and who it is, iMIS's own answer.

use super::cookie;
use super::dialog::{self, Stopped};
use super::let_go::let_go;
use super::matching;
use super::row::{self, Held};
use super::secret::{Pass, PassKey};
use super::state::{Flow, Identified, Person};
use crate::app::App;
use crate::audit::{self, Entry, Event};
use crate::body;
use crate::config::{Admits, NullOrigin, RefreshTokens, SingleSignOn, Site};
use crate::guard::one;
use crate::pages::Trouble;
use api::{SiteName, Standing};
use axum::body::Body;
use axum::http::HeaderMap;
use axum::response::Response;
use imis::{ClientApplication, SignInError, User, UserName};
use secrecy::{ExposeSecret as _, SecretString};
use url::form_urlencoded;

/// Longest form, and longest refresh token in it.
const FORM_MAX_BYTES: usize = 16 * 1024;
const TOKEN_MAX_BYTES: usize = 8 * 1024;

/// Takes a hand-over.
pub(crate) async fn hand_over(app: &App, site: SiteName, headers: &HeaderMap, body: Body) -> Result<Response, Stopped> {
    let no_page = || Stopped::stranger(Trouble::NoPage);
    let settings = app.config.site(&site).ok_or_else(no_page)?;
    let sign_on = settings.single_sign_on.as_ref().ok_or_else(no_page)?;
    let client = app.clients.get(&site).ok_or_else(no_page)?;
    let token = refresh_token(app, headers, body).await?;
    dialog::require_window(headers)?;
    let standing = origin(headers, sign_on)?;
    let pass = cookie::read(headers, Pass::Flow).ok_or_else(|| Stopped::stranger(Trouble::NoCookie))?;
    let held = row::find_of::<Flow>(app, pass).await?;
    let mut held = held.ok_or_else(|| Stopped::stranger(Trouble::NoCookie))?;
    if held.it.site != site {
        return Err(Stopped::stranger(Trouble::OtherSite));
    }
    let identified = held.it.land().map_err(|_| Stopped::stranger(Trouble::UsedAlready))?;
    if !held.keep(app).await? {
        return Err(Stopped::stranger(Trouble::UsedAlready));
    }
    // From here on this is the only one that goes on, and iMIS is asked once.
    let application = ClientApplication { id: sign_on.client_id.clone(), secret: sign_on.client_secret.clone() };
    let signed_in = match client.sign_in_by_hand_over(&application, token.clone()).await {
        Ok(signed_in) => signed_in,
        Err(error) => {
            let (trouble, reason) = refusal(&error);
            return Ok(dialog::refuse(app, &held, trouble, reason).await);
        }
    };
    if let Err((trouble, reason)) = admit(settings, &held, identified.as_ref(), &signed_in.user) {
        let_go(app, &site, &signed_in.user.user_name).await;
        return Ok(dialog::refuse(app, &held, trouble, reason).await);
    }
    let reusable = sign_on.refresh_tokens == RefreshTokens::Reusable;
    let kept = signed_in.refresh_token.or_else(|| reusable.then_some(token));
    let person = Person {
        user_name: signed_in.user.user_name.as_str().to_owned(),
        refresh_token: kept.map(|token| token.expose_secret().to_owned()),
        standing,
        identified,
    };
    land(app, held, person).await
}

async fn land(app: &App, mut held: Held<Flow>, person: Person) -> Result<Response, Stopped> {
    let user_name = person.user_name.clone();
    let done = PassKey::new(&held.key, Pass::Done);
    let landed = match held.it.landed(person) {
        Ok(()) => held.keep_for(app, &done).await,
        Err(_) => Ok(false),
    };
    if !matches!(landed, Ok(true)) {
        let_go(app, &held.it.site, &UserName::new(&user_name)).await;
        landed?;
        return Err(Stopped::of(Trouble::Over, held.key.id()));
    }
    let event = Event::FlowLanded { method: held.it.method };
    audit::note(app, Entry::new(event).user(&held.it.site, &user_name)).await;
    Ok(dialog::go("/auth/done", [cookie::clear(Pass::Flow), cookie::set(&done, Pass::Done)]))
}

/// The one refresh token of the form.
async fn refresh_token(app: &App, headers: &HeaderMap, body: Body) -> Result<SecretString, Stopped> {
    let bad = || Stopped::stranger(Trouble::BadForm);
    let form = body::form(headers, body, FORM_MAX_BYTES, &app.config.limits).await.map_err(|error| match error {
        body::NoForm::TooLarge => Stopped::stranger(Trouble::FormTooLarge),
        body::NoForm::NotOne | body::NoForm::Broken => bad(),
    })?;
    let mut tokens = form_urlencoded::parse(&form).filter(|(name, _)| name == "refresh_token");
    match (tokens.next(), tokens.next()) {
        (Some((_, token)), None) if !token.is_empty() && token.len() <= TOKEN_MAX_BYTES => {
            Ok(SecretString::from(token.into_owned()))
        }
        _ => Err(bad()),
    }
}

/// Whether the form comes from a page of this site's iMIS.
fn origin(headers: &HeaderMap, sign_on: &SingleSignOn) -> Result<Standing, Stopped> {
    let ours = sign_on.page_url.origin().ascii_serialization();
    match one(headers, "origin") {
        Some(origin) if origin == ours => Ok(Standing::Full),
        Some("null") if sign_on.null_origin == NullOrigin::Confirmed => Ok(Standing::Unconfirmed),
        Some("null") | None if !several(headers) => Err(Stopped::stranger(Trouble::NoOrigin)),
        _ => Err(Stopped::stranger(Trouble::OtherOrigin)),
    }
}

fn several(headers: &HeaderMap) -> bool {
    headers.get_all("origin").iter().count() > 1
}

/// Whether this user may come in this way.
fn admit(
    site: &Site,
    held: &Held<Flow>,
    identified: Option<&Identified>,
    user: &User,
) -> Result<(), (Trouble, &'static str)> {
    if let Some(identified) = identified {
        let different = matching::mismatch(identified, user.external_id.as_deref(), user.email.as_deref());
        if let Some(reason) = different {
            return Err((Trouble::IdentityMismatch, reason));
        }
    }
    match site.admits(held.it.method) {
        Admits::Everybody => Ok(()),
        Admits::Administrators if user.is_administrator() => Ok(()),
        Admits::Administrators => Err((Trouble::AdministratorsOnly, "administrators_only")),
        Admits::Nobody => Err((Trouble::Over, "no_longer_offered")),
    }
}

fn refusal(error: &SignInError) -> (Trouble, &'static str) {
    match error {
        SignInError::HandOverRefused { .. } | SignInError::WrongCredentials { .. } => {
            (Trouble::HandOverRefused, "hand_over_refused")
        }
        SignInError::ApplicationRefused => (Trouble::ApplicationRefused, "client_application_refused"),
        SignInError::Locked { .. } => (Trouble::AccountDisabled, "account_locked"),
        SignInError::Disabled { .. } => (Trouble::AccountDisabled, "account_disabled"),
        SignInError::NoRemoteService => (Trouble::NoRemoteService, "no_remote_service"),
        SignInError::NotStaff => (Trouble::NotStaff, "not_staff"),
        SignInError::Upstream(error) => match crate::failure::Failure::imis(error).problem.code {
            api::ProblemCode::ImisNotUnderstood => (Trouble::ImisNotUnderstood, "imis_not_understood"),
            api::ProblemCode::StoreUnavailable => (Trouble::Store, "store_unavailable"),
            _ => (Trouble::ImisUnavailable, "imis_unavailable"),
        },
    }
}
