//! Every route on one screen.

use crate::app::App;
use crate::headers::{self, Headers};
use crate::routes::{bootstrap, contacts, health, pane, saves, session, sessions};
use crate::{guard, log, request};
use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post, put};

/// The routes; what is no route is a file of the pane or nothing.
pub(crate) fn router(app: App) -> Router {
    let headers = Headers::new(&app.config);
    Router::new()
        .route("/api/bootstrap", get(bootstrap::show))
        .route("/api/session", post(session::sign_in).get(session::show).delete(session::sign_out))
        .route("/api/session/renew", post(session::renew))
        .route("/api/session/confirm", post(session::confirm))
        .route("/api/sessions/list", post(sessions::list))
        .route("/api/sessions/end", post(sessions::end))
        .route("/api/contacts/match", post(contacts::find))
        .route("/api/save-targets", get(saves::targets))
        .route("/api/saves", post(saves::save))
        .route("/api/saves/{save}/attachments/{index}", put(saves::attach))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .fallback(pane::file)
        .method_not_allowed_fallback(pane::wrong_method)
        .layer(from_fn_with_state(app.clone(), guard::check))
        .layer(from_fn_with_state(headers, headers::put))
        .layer(from_fn(log::requests))
        .layer(from_fn_with_state(app.clone(), request::note))
        .with_state(app)
}
