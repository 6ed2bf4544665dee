//! Whether the process lives, and whether requests should be sent to it. Bare
//! statuses: nobody learns anything from them.

use crate::app::App;
use axum::extract::State;
use axum::http::StatusCode;

/// `GET /healthz`: the process answers.
pub(crate) async fn alive() -> StatusCode {
    StatusCode::OK
}

/// `GET /readyz`: the store works and the server is not on its way out. iMIS
/// does not count: another instance would not reach it either.
pub(crate) async fn ready(State(app): State<App>) -> StatusCode {
    if app.is_stopping() || app.store.ready().await.is_err() { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK }
}
