//! The doors of signing in through a dialog. What happens behind them is in
//! [`crate::flow`].

use crate::app::App;
use crate::body;
use crate::failure::Failure;
use crate::flow;
use crate::pages::{self, Trouble};
use api::{BeginSignIn, Redeem, SignInBegun, SignedIn, SiteName};
use axum::Json;
use axum::body::Body;
use axum::extract::{OriginalUri, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

/// Longest JSON body of these routes; a former token is the longest part.
const JSON_MAX_BYTES: usize = 8 * 1024;

/// `POST /api/auth/flows`.
pub(crate) async fn begin(
    State(app): State<App>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<SignInBegun>, Failure> {
    let ask: BeginSignIn = body::json(&headers, body, JSON_MAX_BYTES, &app.config.limits).await?;
    flow::begin(&app, &headers, ask).await.map(Json)
}

/// `POST /api/auth/redeem`.
pub(crate) async fn redeem(State(app): State<App>, headers: HeaderMap, body: Body) -> Result<Json<SignedIn>, Failure> {
    let ask: Redeem = body::json(&headers, body, JSON_MAX_BYTES, &app.config.limits).await?;
    flow::redeem(&app, &headers, ask).await.map(Json)
}

/// `GET /auth/start/{flow}`.
pub(crate) async fn start(State(app): State<App>, Path(flow): Path<String>, headers: HeaderMap) -> Response {
    flow::start(&app, &flow, &headers).await.unwrap_or_else(Response::from)
}

/// `HEAD /auth/{site}/imis`: iMIS may look whether anybody is here before it hands
/// over ("Skip server endpoint validation"). It changes nothing and says nothing.
pub(crate) async fn is_here() -> StatusCode {
    StatusCode::OK
}

/// `POST /auth/{site}/imis`: the "Login redirect URL" of the client application.
pub(crate) async fn hand_over(
    State(app): State<App>,
    Path(site): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    flow::hand_over(&app, SiteName(site), &headers, body).await.unwrap_or_else(Response::from)
}

/// `GET /auth/{site}/openid`: the provider's redirect URI.
pub(crate) async fn openid(
    State(app): State<App>,
    Path(site): Path<String>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Response {
    flow::provider_answer(&app, SiteName(site), &headers, &uri).await.unwrap_or_else(Response::from)
}

/// `POST /auth/{site}/openid/logout`: the provider's back channel.
pub(crate) async fn openid_logout(
    State(app): State<App>,
    Path(site): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    flow::back_channel(&app, &SiteName(site), &headers, body).await
}

/// `GET /auth/done`.
pub(crate) async fn done(State(app): State<App>, headers: HeaderMap) -> Response {
    flow::done(&app, &headers).await.unwrap_or_else(Response::from)
}

/// `GET /auth/logout/{once}`.
pub(crate) async fn logout(State(app): State<App>, Path(once): Path<String>, headers: HeaderMap) -> Response {
    flow::leave(&app, &once, &headers).await.unwrap_or_else(Response::from)
}

/// `GET /auth/{site}/signed-out`.
pub(crate) async fn signed_out(
    State(app): State<App>,
    Path(site): Path<String>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Response {
    flow::left(&app, &SiteName(site), &headers, &uri).unwrap_or_else(Response::from)
}

/// A page of these, asked for in another way.
pub(crate) async fn wrong_method() -> Response {
    pages::refused(Trouble::WrongMethod, None)
}

/// Whatever else is below `/auth`.
pub(crate) fn nothing() -> Response {
    pages::refused(Trouble::NoPage, None)
}
