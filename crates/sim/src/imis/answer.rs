//! Answers and their bodies: one constructor per row of the table in imis.md §4.5.

use std::time::Duration;

use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, Response, StatusCode, header},
};
use serde_json::{Value, json};

use super::wire::Dialect;

/// An answer before it becomes bytes on a socket.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    reason: Option<&'static [u8]>,
    media: &'static str,
    pub(super) body: Vec<u8>,
    pub(super) retry_after: Option<u64>,
    headers: Vec<(HeaderName, HeaderValue)>,
    /// How much later it is sent.
    pub(super) delay: Duration,
}

/// Either way it is an answer; `Err` ends the handling early.
pub(super) type Outcome = Result<Answer, Answer>;

const JSON: &str = "application/json; charset=utf-8";
const TEXT: &str = "text/plain; charset=utf-8";
const HTML: &str = "text/html; charset=utf-8";

/// One complaint about a field.
#[derive(Debug)]
pub(super) struct Complaint {
    pub(super) field: String,
    pub(super) value: String,
    pub(super) message: String,
}

impl Answer {
    fn new(status: StatusCode, media: &'static str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            reason: None,
            media,
            body: body.into(),
            retry_after: None,
            headers: Vec::new(),
            delay: Duration::ZERO,
        }
    }

    pub(super) fn json(status: StatusCode, body: &Value) -> Self {
        Self::new(status, JSON, body.to_string())
    }

    /// 200 with JSON that need not be any.
    pub(super) fn raw_json(text: String) -> Self {
        Self::new(StatusCode::OK, JSON, text)
    }

    pub(super) fn ok(body: &Value) -> Self {
        Self::json(StatusCode::OK, body)
    }

    pub(super) fn created(body: &Value) -> Self {
        Self::json(StatusCode::CREATED, body)
    }

    pub(super) fn text(status: StatusCode, message: impl Into<String>) -> Self {
        Self::new(status, TEXT, message.into())
    }

    pub(super) fn html(status: StatusCode, page: impl Into<String>) -> Self {
        Self::new(status, HTML, page.into())
    }

    /// A script of the site.
    pub(super) fn script(text: &'static str) -> Self {
        Self::new(StatusCode::OK, "text/javascript; charset=utf-8", text)
    }

    /// Elsewhere with another status than 200.
    pub(super) fn redirect(status: StatusCode, location: &str) -> Self {
        Self::html(status, "<h2>Object moved</h2>").with(header::LOCATION, location)
    }

    /// The same with one more header; one that cannot be written is left out.
    pub(super) fn with(mut self, name: HeaderName, value: &str) -> Self {
        self.headers.extend(HeaderValue::from_str(value).ok().map(|value| (name, value)));
        self
    }

    pub(super) fn bad_request(message: impl Into<String>) -> Self {
        Self::text(StatusCode::BAD_REQUEST, message)
    }

    pub(super) fn not_found(message: impl Into<String>) -> Self {
        Self::text(StatusCode::NOT_FOUND, message)
    }

    pub(super) fn forbidden() -> Self {
        Self::text(StatusCode::FORBIDDEN, "SecurityFault: You are not authorized to perform this operation.")
    }

    pub(super) fn unauthorized() -> Self {
        let body = json!({
            "$type": "System.Web.Http.HttpError, System.Web.Http",
            "Message": "Authorization has been denied for this request.",
        });
        Self::json(StatusCode::UNAUTHORIZED, &body)
    }

    pub(super) fn server_error() -> Self {
        Self::text(StatusCode::INTERNAL_SERVER_ERROR, "An error occurred. Please contact the administrator.")
    }

    pub(super) fn no_service(entity: &str) -> Self {
        let mut answer = Self::text(StatusCode::NOT_IMPLEMENTED, format!("There is no service defined for {entity}"));
        answer.reason = Some(b"Service not implemented");
        answer
    }

    pub(super) fn no_operation() -> Self {
        let mut answer = Self::text(StatusCode::NOT_IMPLEMENTED, "OperationNotSupportedFault");
        answer.reason = Some(b"Operation not implemented");
        answer
    }

    /// The web server's own page for a body over its limit, not the API's.
    pub(super) fn too_large() -> Self {
        Self::html(
            StatusCode::PAYLOAD_TOO_LARGE,
            "<!DOCTYPE html><html><head><title>404.13</title></head><body><h2>HTTP Error 404.13 - Not Found</h2>\
             <h3>The request filtering module is configured to deny a request that exceeds the request content \
             length.</h3></body></html>",
        )
    }

    pub(super) fn invalid(dialect: Dialect, complaints: &[Complaint]) -> Self {
        let errors = complaints
            .iter()
            .map(|complaint| {
                json!({
                    "$type": dialect.class("Core.DataContracts.ValidationResultData"),
                    "FieldName": complaint.field,
                    "FieldValue": complaint.value,
                    "Message": complaint.message,
                })
            })
            .collect();
        let body = json!({
            "$type": dialect.class("Core.DataContracts.ValidationResultsData"),
            "Errors": dialect.collection("Core.DataContracts.ValidationResultDataCollection", errors),
        });
        let mut answer = Self::json(StatusCode::BAD_REQUEST, &body);
        answer.reason = Some(b"Validation error");
        answer
    }

    /// The answer to `/token` when it refuses (imis.md §3.1).
    pub(super) fn token_refused(error: &str, description: &str) -> Self {
        Self::json(StatusCode::BAD_REQUEST, &json!({ "error": error, "error_description": description }))
    }

    pub(super) fn into_response(self) -> Response<Body> {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.media));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        for (name, value) in self.headers {
            headers.append(name, value);
        }
        if let Some(reason) = self.reason {
            response.extensions_mut().insert(hyper::ext::ReasonPhrase::from_static(reason));
        }
        response
    }
}
