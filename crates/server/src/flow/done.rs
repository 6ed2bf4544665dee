//! `GET /auth/done`: the last page, which hands the code to the pane. It works once.

use super::cookie;
use super::dialog::{self, Stopped};
use super::row;
use super::secret::Pass;
use super::state::Flow;
use crate::app::App;
use crate::pages::{self, Trouble};
use api::DialogMessage;
use axum::http::{HeaderMap, header};
use axum::response::Response;

/// Gives out the codes.
pub(crate) async fn done(app: &App, headers: &HeaderMap) -> Result<Response, Stopped> {
    dialog::require_window(headers)?;
    let used = || Stopped::stranger(Trouble::UsedAlready);
    let pass = cookie::read(headers, Pass::Done).ok_or_else(used)?;
    let mut held = row::find_of::<Flow>(app, pass).await?.ok_or_else(used)?;
    let (sent, typed) = held.it.give_codes(&held.key, app.clock.now_ms()).map_err(|_| used())?;
    if !held.keep(app).await? {
        return Err(used());
    }
    let code = Some(sent.expose().to_owned());
    let message = DialogMessage { v: 1, flow: held.key.id(), code, problem: None };
    let mut response = pages::done(&message, &typed.grouped());
    response.headers_mut().append(header::SET_COOKIE, cookie::clear(Pass::Done));
    Ok(response)
}
