//! `GET /auth/start/{flow}`: the dialog's first page, which binds the sign-in to
//! this window and sends it on. It works once.

use super::cookie;
use super::dialog::{self, Stopped};
use super::row;
use super::secret::{FlowKey, Pass, PassKey};
use super::state::{Flow, Whither};
use crate::app::App;
use crate::pages::Trouble;
use axum::http::HeaderMap;
use axum::response::Response;

/// Binds and sends on.
pub(crate) async fn start(app: &App, flow: &str, headers: &HeaderMap) -> Result<Response, Stopped> {
    dialog::require_window(headers)?;
    let unknown = || Stopped::stranger(Trouble::NoSignIn);
    let key = FlowKey::parse(flow).ok_or_else(unknown)?;
    let mut held = row::find::<Flow>(app, key).await?.ok_or_else(unknown)?;
    let used = || Stopped::stranger(Trouble::UsedAlready);
    let whither = held.it.whither().map_err(|_| used())?;
    let sites = app.config.site(&held.it.site);
    let sign_on = sites.and_then(|site| site.single_sign_on.as_ref()).ok_or_else(unknown)?;
    let to = match whither {
        Whither::Imis => {
            held.it.send_to_imis().map_err(|_| used())?;
            sign_on.page_url.clone()
        }
        Whither::Provider => {
            let provider = app.providers.of(&held.it.site).ok_or_else(unknown)?;
            match provider.begin(held.it.mailbox.as_deref()).await {
                Ok((to, asked)) => {
                    held.it.send_to_provider(asked).map_err(|_| used())?;
                    to
                }
                Err(error) => {
                    return Ok(dialog::refuse(app, &held, Trouble::of_provider(error.kind()), error.code()).await);
                }
            }
        }
    };
    let pass = PassKey::new(&held.key, Pass::Flow);
    if !held.keep_for(app, &pass).await? {
        return Err(used());
    }
    Ok(dialog::go_out(&to, [cookie::set(&pass, Pass::Flow)]))
}
