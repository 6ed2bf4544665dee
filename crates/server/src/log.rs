//! Logs as JSON lines on standard error. Nothing personal and nothing secret is
//! ever given to them; see `failure.rs` for what is.

use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use std::time::Instant;
use tracing_subscriber::EnvFilter;

/// Starts logging for the whole process; does nothing when something logs already.
pub fn start(filter: &str) {
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let logs = tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(std::io::stderr);
    // Whoever embeds the server may have a subscriber of their own.
    drop(logs.try_init());
}

/// One line a request: method, route and status; never the path itself, which may name a save.
pub(crate) async fn requests(request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let response = next.run(request).await;
    let route = route.as_ref().map_or("(file)", MatchedPath::as_str);
    let milliseconds = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    let request = crate::request::current().map(|request| request.id).unwrap_or_default();
    tracing::info!(request, %method, route, status = response.status().as_u16(), milliseconds, "answered a request");
    response
}
