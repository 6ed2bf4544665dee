//! Every route on one screen.

use crate::app::App;
use crate::headers::{self, Headers};
use crate::routes::{auth, bootstrap, contacts, health, pane, queries, records, saved, saves, session, sessions};
use crate::{guard, log, pages, request};
use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{MethodRouter, get, post, put};

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
        .merge(about_contacts())
        .merge(about_queries())
        .route("/api/save-targets", get(saves::targets))
        .route("/api/saves", post(saves::save))
        .route("/api/saves/{save}/attachments/{index}", put(saves::attach))
        .route("/api/auth/flows", post(auth::begin))
        .route("/api/auth/redeem", post(auth::redeem))
        .merge(of_the_ledger())
        .merge(of_records())
        .merge(dialog())
        .route("/send.html", get(pages::send_page))
        .route("/send.js", get(pages::send_script))
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

/// Contacts.
fn about_contacts() -> Router<App> {
    Router::new()
        .route("/api/contacts/match", post(contacts::find))
        .route("/api/contacts/search", post(contacts::find_by_words))
        .route("/api/contacts/card", post(contacts::show_card))
        .route("/api/contacts/picture", post(contacts::show_picture))
        .route("/api/contacts/kept", get(contacts::show_kept))
        .route("/api/contacts/keep", post(contacts::keep))
        .route("/api/contacts/options", get(contacts::options))
        .route("/api/contacts/likely", post(contacts::find_likely))
        .route("/api/contacts/add", post(contacts::add))
        .route("/api/contacts/update", post(contacts::update))
        .route("/api/contacts/choice", post(contacts::choose))
        .route("/api/contacts/addresses", get(contacts::show_addresses).post(contacts::settle_address))
}

/// What was done with a contact.
fn of_records() -> Router<App> {
    Router::new()
        .route("/api/contacts/timeline", post(records::timeline))
        .route("/api/records/get", post(records::get))
        .route("/api/records/{record}/attachments/{id}", get(records::file))
        .route("/api/record-forms", get(records::forms))
        .route("/api/records/write", post(records::write))
        .route("/api/records/change", post(records::change))
        .route("/api/records/remove", post(records::remove))
}

/// Who saved which message.
fn of_the_ledger() -> Router<App> {
    Router::new()
        .route("/api/saved/look", post(saved::look))
        .route("/api/saved/watch", post(saved::watch))
        .route("/api/saved/remove", post(saved::remove))
}

/// The pages of the dialog's window, and what iMIS and the provider send there. A
/// HEAD does nothing anywhere here: whoever looks ahead must not take a step.
fn dialog() -> Router<App> {
    let page = |page: MethodRouter<App>| page.head(auth::wrong_method).fallback(auth::wrong_method);
    Router::new()
        .route("/auth/start/{flow}", page(get(auth::start)))
        .route("/auth/{site}/imis", post(auth::hand_over).head(auth::is_here).fallback(auth::wrong_method))
        .route("/auth/{site}/openid", page(get(auth::openid)))
        .route("/auth/{site}/openid/logout", page(post(auth::openid_logout)))
        .route("/auth/{site}/signed-out", page(get(auth::signed_out)))
        .route("/auth/done", page(get(auth::done)))
        .route("/auth/logout/{once}", page(get(auth::logout)))
        .route("/auth/assets/dialog.css", get(pages::style))
        .route("/auth/assets/dialog.js", get(pages::script))
}

/// IQA queries, and what is made of their rows.
fn about_queries() -> Router<App> {
    Router::new()
        .route("/api/contacts/card-columns", post(queries::card_columns))
        .route("/api/queries/list", post(queries::list))
        .route("/api/queries/kept", get(queries::kept))
        .route("/api/queries/keep", post(queries::keep))
        .route("/api/queries/describe", post(queries::describe))
        .route("/api/queries/run", post(queries::run))
        .route("/api/queries/export", post(queries::export))
        .route("/api/recipients", post(queries::recipients))
}
