//! Who may ask at all: the right host, the same origin, a pane of our version,
//! and, for nearly everything, somebody signed in.

use crate::app::App;
use crate::failure::Failure;
use crate::session::{self, Session};
use api::ProblemCode;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

/// Refuses what cannot come from our own page.
pub(crate) async fn check(State(app): State<App>, request: Request, next: Next) -> Response {
    match allowed(&app, &request) {
        Ok(()) => next.run(request).await,
        Err(failure) => failure.into_response(),
    }
}

fn allowed(app: &App, request: &Request) -> Result<(), Failure> {
    let path = request.uri().path();
    if !matches!(*request.method(), Method::GET | Method::HEAD | Method::POST | Method::PUT | Method::DELETE) {
        return Err(Failure::invalid("method").with_status(StatusCode::METHOD_NOT_ALLOWED));
    }
    // Whoever asks for the health asks by whatever name the machine has inside.
    if matches!(path, "/healthz" | "/readyz") {
        return Ok(());
    }
    if !host_is_ours(app, request) {
        return Err(Failure::new(ProblemCode::Forbidden).with_status(StatusCode::MISDIRECTED_REQUEST));
    }
    if path != "/api" && !path.starts_with("/api/") {
        return Ok(());
    }
    let headers = request.headers();
    let forbidden = || Failure::new(ProblemCode::Forbidden);
    let mut origins = headers.get_all(header::ORIGIN).iter();
    if origins.any(|origin| origin.as_bytes() != app.config.public_url.origin().as_bytes()) {
        return Err(forbidden());
    }
    if headers.get_all("sec-fetch-site").iter().any(|site| site != "same-origin") {
        return Err(forbidden());
    }
    let version = one(headers, api::VERSION_HEADER).ok_or_else(forbidden)?;
    if version == api::VERSION { Ok(()) } else { Err(Failure::new(ProblemCode::PaneOutdated)) }
}

fn host_is_ours(app: &App, request: &Request) -> bool {
    let ours = app.config.public_url.authority();
    let usual_port = if app.config.public_url.is_https() { ":443" } else { ":80" };
    let is_ours = |host: &str| host.strip_suffix(usual_port).unwrap_or(host).eq_ignore_ascii_case(ours);
    let hosts: Vec<_> = request.headers().get_all(header::HOST).iter().collect();
    // HTTP/2 says it in the address; HTTP/1 in one header.
    let by_address = request.uri().authority().map(axum::http::uri::Authority::as_str);
    match (by_address, hosts.as_slice()) {
        (Some(host), []) => is_ours(host),
        (address, [host]) => host.to_str().is_ok_and(is_ours) && address.is_none_or(is_ours),
        _ => false,
    }
}

/// The value of a header that stands there exactly once.
pub(crate) fn one<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok(),
        _ => None,
    }
}

/// Somebody signed in, checked for this very request.
#[derive(Clone, Debug)]
pub(crate) struct SignedIn(pub(crate) Session);

impl FromRequestParts<App> for SignedIn {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        session::find(app, parts.method.as_str(), parts.uri.path(), &parts.headers).await.map(Self)
    }
}

/// Somebody signed in who may not have confirmed yet who they are.
#[derive(Clone, Debug)]
pub(crate) struct Present(pub(crate) Session);

impl FromRequestParts<App> for Present {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        session::find_any(app, parts.method.as_str(), parts.uri.path(), &parts.headers).await.map(Self)
    }
}
