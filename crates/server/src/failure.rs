//! Every foreign error, mapped by hand to the one question of the pane: what can
//! the person do? Logged once, here, with nothing personal in it (`style.md §3.6`).

use crate::store::StoreError;
use api::{FieldProblem, Problem, ProblemCode};
use axum::Json;
use axum::http::StatusCode;
use axum::http::header::{self, HeaderValue};
use axum::response::{IntoResponse, Response};
use imis::{ErrorKind, SignInError, WriteError};
use std::error::Error as StdError;
use std::fmt::Write as _;

/// A request that failed: what the pane is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) problem: Problem,
    status: Option<StatusCode>,
}

impl Failure {
    /// Nothing but a code.
    pub(crate) const fn new(code: ProblemCode) -> Self {
        Self { problem: Problem::new(code), status: None }
    }

    /// A problem, with the status of its code.
    pub(crate) const fn of(problem: Problem) -> Self {
        Self { problem, status: None }
    }

    /// A field of the request is at fault.
    pub(crate) fn invalid(field: &str) -> Self {
        Self { problem: Problem { field: Some(field.to_owned()), ..Problem::new(ProblemCode::Invalid) }, status: None }
    }

    /// To be tried again later.
    pub(crate) fn wait(code: ProblemCode, seconds: u32) -> Self {
        Self { problem: Problem { retry_after_s: Some(seconds.max(1)), ..Problem::new(code) }, status: None }
    }

    /// Somebody else's turn, where a conflict would mean that what the person saw has changed.
    pub(crate) fn busy_for_conflict(self) -> Self {
        if self.problem.code == ProblemCode::Conflict { Self::wait(ProblemCode::Busy, 1) } else { self }
    }

    /// With an HTTP status that says more than the code's.
    pub(crate) const fn with_status(mut self, status: StatusCode) -> Self {
        self.status = Some(status);
        self
    }

    /// Something is wrong with the server itself.
    pub(crate) fn internal(error: &(dyn StdError + 'static)) -> Self {
        let reference = reference();
        tracing::error!(reference, error = chain(error), "failed to answer a request");
        Self { problem: Problem { reference: Some(reference), ..Problem::new(ProblemCode::Internal) }, status: None }
    }

    /// The store did not do it.
    pub(crate) fn store(error: &StoreError) -> Self {
        let reference = reference();
        tracing::error!(reference, error = chain(error), "the store does not work");
        let code = ProblemCode::StoreUnavailable;
        Self { problem: Problem { reference: Some(reference), ..Problem::new(code) }, status: None }
    }

    /// iMIS did not do it.
    pub(crate) fn imis(error: &imis::Error) -> Self {
        let (code, word) = kind(&error.kind);
        let mut problem = Problem::new(code);
        match &error.kind {
            ErrorKind::Forbidden { message } => problem.detail.clone_from(message),
            ErrorKind::Refused { message, field, .. } => {
                problem.detail.clone_from(message);
                problem.field.clone_from(field);
            }
            ErrorKind::Busy { retry_after } => {
                let seconds = retry_after.map_or(1, |wait| u32::try_from(wait.as_secs()).unwrap_or(u32::MAX));
                problem.retry_after_s = Some(seconds.max(1));
            }
            _ => {}
        }
        let complaint = |complaint: &imis::Complaint| FieldProblem {
            field: complaint.field.clone(),
            message: complaint.message.clone(),
        };
        problem.fields = error.complaints.iter().map(complaint).collect();
        if code.status() >= 500 {
            let reference = reference();
            // The cause is left out: it may name the address of the request, which may name people.
            tracing::warn!(reference, operation = %error.operation, kind = word, "iMIS did not do what was asked");
            problem.reference = Some(reference);
        }
        Self { problem, status: None }
    }

    /// iMIS did not write it, or nobody knows.
    pub(crate) fn write(error: &WriteError) -> Self {
        let failure = Self::imis(error.error());
        match error {
            WriteError::Refused(_) => failure,
            WriteError::Unknown(..) => {
                let code = match failure.problem.code {
                    code @ ProblemCode::SignedOut => code,
                    _ => ProblemCode::Unknown,
                };
                Self { problem: Problem { code, ..failure.problem }, status: None }
            }
        }
    }

    /// Nobody is signed in.
    pub(crate) fn sign_in(error: &SignInError) -> Self {
        let (code, message) = match error {
            // Whether the name or the password is wrong is not for guessers.
            SignInError::WrongCredentials { .. } => (ProblemCode::WrongCredentials, &None),
            SignInError::Locked { message } | SignInError::Disabled { message } => {
                (ProblemCode::AccountDisabled, message)
            }
            SignInError::NoRemoteService => (ProblemCode::NoRemoteService, &None),
            SignInError::NotStaff => (ProblemCode::Forbidden, &None),
            SignInError::ApplicationRefused => (ProblemCode::SignInRefused, &None),
            SignInError::HandOverRefused { message } => (ProblemCode::SignInOver, message),
            SignInError::Upstream(error) => return Self::imis(error),
        };
        Self { problem: Problem { detail: message.clone(), ..Problem::new(code) }, status: None }
    }
}

fn kind(kind: &ErrorKind) -> (ProblemCode, &'static str) {
    match kind {
        ErrorKind::Unreachable => (ProblemCode::ImisUnavailable, "unreachable"),
        ErrorKind::Timeout => (ProblemCode::ImisUnavailable, "timeout"),
        ErrorKind::ServerError => (ProblemCode::ImisUnavailable, "server error"),
        ErrorKind::Unauthorized => (ProblemCode::SignedOut, "unauthorized"),
        ErrorKind::Disabled => (ProblemCode::SignedOut, "disabled"),
        // Nothing of the person's is wrong: the session lives until an administrator has acted.
        ErrorKind::ApplicationRefused => (ProblemCode::ImisRefused, "client application refused"),
        ErrorKind::HomeUnavailable => (ProblemCode::StoreUnavailable, "home of tokens unavailable"),
        ErrorKind::Forbidden { .. } => (ProblemCode::Forbidden, "forbidden"),
        ErrorKind::NotFound => (ProblemCode::NotFound, "not found"),
        ErrorKind::Refused { .. } => (ProblemCode::ImisRefused, "refused"),
        ErrorKind::Duplicate => (ProblemCode::ImisRefused, "duplicate"),
        ErrorKind::Busy { .. } => (ProblemCode::Busy, "busy"),
        ErrorKind::NotOffered => (ProblemCode::Forbidden, "not offered"),
        ErrorKind::NotUnderstood => (ProblemCode::ImisNotUnderstood, "not understood"),
        ErrorKind::TooLarge => (ProblemCode::TooLarge, "too large"),
        ErrorKind::ContentBroken => (ProblemCode::Unknown, "content broken"),
    }
}

fn reference() -> String {
    uuid::Uuid::new_v4().simple().to_string()[..12].to_owned()
}

/// An error and its causes in one line.
pub(crate) fn chain(error: &(dyn StdError + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        write!(text, ": {cause}").expect("writing to a string has no failure");
        next = cause.source();
    }
    text
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.problem.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let wait = self.problem.retry_after_s;
        let mut response = (self.status.unwrap_or(status), Json(self.problem)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = wait {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
