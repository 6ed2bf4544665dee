//! `GET /auth/{site}/openid`: the provider's answer. Whoever it names goes on to
//! iMIS in the same window, for iMIS has to know them too.

use super::cookie;
use super::dialog::{self, Stopped};
use super::row;
use super::secret::Pass;
use super::state::{Flow, Identified};
use crate::Clock;
use crate::app::App;
use crate::config::Config;
use crate::openid::{Identity, Limits, OpenIdError, Provider};
use crate::pages::Trouble;
use crate::session::{provider_session, provider_subject};
use api::{SignInMethod, SiteName};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use secrecy::ExposeSecret as _;
use std::collections::HashMap;
use url::Url;

/// The provider of each site that has one.
#[derive(Debug, Default)]
pub(crate) struct Providers(HashMap<SiteName, Provider>);

impl Providers {
    /// Takes up the settings; nothing is asked of anybody yet.
    pub(crate) fn new(config: &Config, clock: &Clock) -> Result<Self, (SiteName, OpenIdError)> {
        let mut providers = HashMap::new();
        for site in &config.sites {
            let Some(openid) = &site.openid_connect else { continue };
            let redirect = Url::parse(&config.public_url.join(&site.paths().openid())).expect("an origin and a path");
            let provider = Provider::new(openid, redirect, clock.clone(), Limits::default());
            providers.insert(site.name.clone(), provider.map_err(|error| (site.name.clone(), error))?);
        }
        Ok(Self(providers))
    }

    /// The provider of a site.
    pub(crate) fn of(&self, site: &SiteName) -> Option<&Provider> {
        self.0.get(site)
    }
}

/// Takes the provider's answer.
pub(crate) async fn answer(app: &App, site: SiteName, headers: &HeaderMap, uri: &Uri) -> Result<Response, Stopped> {
    dialog::require_window(headers)?;
    let settings = app.config.site(&site).ok_or_else(|| Stopped::stranger(Trouble::NoPage))?;
    let (Some(sign_on), Some(provider)) = (&settings.single_sign_on, app.providers.of(&site)) else {
        return Err(Stopped::stranger(Trouble::NoPage));
    };
    let pass = cookie::read(headers, Pass::Flow).ok_or_else(|| Stopped::stranger(Trouble::NoCookie))?;
    let held = row::find_of::<Flow>(app, pass).await?;
    let mut held = held.ok_or_else(|| Stopped::stranger(Trouble::NoCookie))?;
    if held.it.site != site || held.it.method != SignInMethod::OpenIdConnect {
        return Err(Stopped::stranger(Trouble::OtherSite));
    }
    // Any page can send the window here. Who does not know the state ends nothing.
    let asked = held.it.asked().map_err(|_| Stopped::stranger(Trouble::UsedAlready))?;
    Provider::is_answer(dialog::query(uri), asked).map_err(|error| {
        tracing::info!(site = site.0, reason = error.code(), "refused an answer that was not asked for");
        Stopped::stranger(Trouble::OtherSite)
    })?;
    let asked = held.it.answered_by_provider().map_err(|_| Stopped::stranger(Trouble::UsedAlready))?;
    if !held.keep(app).await? {
        return Err(Stopped::stranger(Trouble::UsedAlready));
    }
    let identity = match provider.finish(dialog::query(uri), &asked).await {
        Ok(identity) => identity,
        Err(error) => {
            return Ok(dialog::refuse(app, &held, Trouble::of_provider(error.kind()), error.code()).await);
        }
    };
    if !identity.staff {
        return Ok(dialog::refuse(app, &held, Trouble::NotStaffAtProvider, "not_staff").await);
    }
    let keep_token = settings.openid_connect.as_ref().is_some_and(|openid| openid.sign_out_at_provider);
    let identified = identified(&identity, keep_token);
    let went_on = held.it.identified(identified).is_ok() && held.keep(app).await?;
    if !went_on {
        return Err(Stopped::of(Trouble::Over, held.key.id()));
    }
    Ok(dialog::go_out(&sign_on.page_url, []))
}

fn identified(identity: &Identity, keep_token: bool) -> Identified {
    Identified {
        external_id: identity.external_id.clone(),
        // One that the provider itself doubts names nobody.
        email: identity.address().map(str::to_owned),
        subject: provider_subject(&identity.issuer, &identity.subject),
        session: identity.session.as_ref().map(|session| provider_session(&identity.issuer, session)),
        id_token: keep_token.then(|| identity.id_token.expose_secret().to_owned()),
    }
}
