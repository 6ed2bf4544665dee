//! The built pane, and what nobody knows.

use crate::app::App;
use crate::failure::Failure;
use api::ProblemCode;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse as _, Response};

/// Every path that is no route: a file of the pane, or nothing.
pub(crate) async fn file(State(app): State<App>, request: Request) -> Response {
    let path = request.uri().path();
    if path == "/api" || path.starts_with("/api/") {
        return Failure::new(ProblemCode::NotFound).into_response();
    }
    if path == "/auth" || path.starts_with("/auth/") {
        return super::auth::nothing();
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return wrong_method().await.into_response();
    }
    app.assets.answer(path, request.headers())
}

/// A route, but not with this method.
pub(crate) async fn wrong_method() -> Failure {
    Failure::invalid("method").with_status(StatusCode::METHOD_NOT_ALLOWED)
}
