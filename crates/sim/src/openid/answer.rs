//! Answers as HTTP has them.
//!
//! Invariant: nothing that holds a secret may be stored by anybody (`no-store` on all).

use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, Response, StatusCode, header},
};
use futures_util::stream;
use serde_json::{Value, json};

/// An answer.
pub(super) type Answer = Response<Body>;

/// An answer with a body of this type.
pub(super) fn with(status: StatusCode, kind: &'static str, body: impl Into<Body>) -> Answer {
    let mut answer = Response::new(body.into());
    *answer.status_mut() = status;
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

/// JSON.
pub(super) fn json(status: StatusCode, body: &Value) -> Answer {
    with(status, "application/json", body.to_string())
}

/// A page.
pub(super) fn html(status: StatusCode, body: String) -> Answer {
    with(status, "text/html; charset=utf-8", body)
}

/// An error as OAuth words it (RFC 6749 5.2).
pub(super) fn error(status: StatusCode, code: &str, description: &str) -> Answer {
    json(status, &json!({ "error": code, "error_description": description }))
}

/// The client did not say who it is (RFC 6749 5.2).
pub(super) fn invalid_client() -> Answer {
    let mut answer = error(StatusCode::UNAUTHORIZED, "invalid_client", "client authentication failed");
    answer.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"op\""));
    answer
}

/// The access token is not good (RFC 6750 3).
pub(super) fn invalid_token() -> Answer {
    let mut answer = error(StatusCode::UNAUTHORIZED, "invalid_token", "the access token is not good");
    let challenge = HeaderValue::from_static("Bearer realm=\"op\", error=\"invalid_token\"");
    answer.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    answer
}

/// Go there.
pub(super) fn redirect(status: StatusCode, to: &str) -> Answer {
    let mut answer = with(status, "text/plain", "");
    let to = HeaderValue::from_str(to).unwrap_or(HeaderValue::from_static("/"));
    answer.headers_mut().insert(header::LOCATION, to);
    answer
}

/// A hundred megabytes of JSON that never ends.
pub(super) fn endless() -> Answer {
    let head = stream::iter([Ok::<_, std::io::Error>(Bytes::from_static(b"{\"padding\":\""))]);
    let chunk = Bytes::from(vec![b'x'; 1024 * 1024]);
    let padding = stream::iter((0..100).map(move |_| Ok(chunk.clone())));
    let body = Body::from_stream(futures_util::StreamExt::chain(head, padding));
    with(StatusCode::OK, "application/json", body)
}
