//! What can go wrong, as a closed list of codes (RFC 9457, `application/problem+json`).

use serde::{Deserialize, Serialize};

/// The kinds of trouble. The pane has words for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProblemCode {
    /// No session, or it has ended: sign in.
    SignedOut,
    /// User name or password is wrong.
    WrongCredentials,
    /// Too many wrong passwords; wait `retry_after_s`.
    LockedOut,
    /// iMIS says that the account is locked or disabled: an administrator must act.
    AccountDisabled,
    /// The account lacks iMIS's `RemoteService` role (`imis.md §1` fact 10).
    NoRemoteService,
    /// Signed in, but not allowed to do this.
    Forbidden,
    /// No such thing.
    NotFound,
    /// The request makes no sense; `field` says where.
    Invalid,
    /// More than may be sent.
    TooLarge,
    /// The message was saved already, or is being saved by somebody else ([`crate::LookUpSaved`] tells by whom).
    AlreadySaved,
    /// The same save is running, or its id was used for another message.
    Conflict,
    /// Too many requests, here or at iMIS; wait `retry_after_s`.
    Busy,
    /// iMIS refused; `detail` is its reason.
    ImisRefused,
    /// The query is not open to other programs: its "Available via the REST API" flag is off (`imis.md §8.1`), or it
    /// is gone; iMIS tells the two apart no more than we do.
    QueryNotOffered,
    /// iMIS takes too long to answer this query.
    TooSlow,
    /// iMIS cannot be reached or does not answer in time.
    ImisUnavailable,
    /// iMIS answered something that is not its API.
    ImisNotUnderstood,
    /// A write was sent but its answer is unknown; a retry looks before it writes.
    Unknown,
    /// The server has no room to keep its journal.
    StoreUnavailable,
    /// The pane is older than the server: reload it.
    PaneOutdated,
    /// A newer token of this session is in use: read it from where the pane keeps it.
    TokenOutdated,
    /// The session must be confirmed first ([`crate::ConfirmSession`]).
    ConfirmFirst,
    /// The sign-in took too long, was used already or was never begun: begin again.
    SignInOver,
    /// The typed code is wrong.
    WrongCode,
    /// The OpenID provider's person is not the person iMIS signed in; `detail` tells an administrator more.
    IdentityMismatch,
    /// The OpenID provider does not say that the person is staff.
    NotStaff,
    /// This way in is for system administrators.
    AdministratorsOnly,
    /// The OpenID provider or iMIS refused the sign-in, or answered what cannot be trusted.
    SignInRefused,
    /// A fault of ours; `reference` finds it in the log.
    #[serde(other)]
    Internal,
}

impl ProblemCode {
    /// The HTTP status it travels with.
    pub const fn status(self) -> u16 {
        match self {
            Self::SignedOut | Self::WrongCredentials | Self::TokenOutdated => 401,
            Self::AccountDisabled
            | Self::NoRemoteService
            | Self::Forbidden
            | Self::ConfirmFirst
            | Self::WrongCode
            | Self::IdentityMismatch
            | Self::NotStaff
            | Self::AdministratorsOnly
            | Self::SignInRefused => 403,
            Self::SignInOver => 410,
            Self::NotFound | Self::QueryNotOffered => 404,
            Self::AlreadySaved | Self::Conflict => 409,
            Self::TooLarge => 413,
            Self::Invalid => 422,
            Self::PaneOutdated => 426,
            Self::LockedOut | Self::Busy => 429,
            Self::Internal => 500,
            Self::ImisRefused | Self::ImisNotUnderstood => 502,
            Self::ImisUnavailable | Self::StoreUnavailable => 503,
            Self::Unknown | Self::TooSlow => 504,
        }
    }
}

/// A problem as it travels. It holds nothing secret and nothing personal, but
/// for iMIS's own sentence in `detail`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// What kind.
    pub code: ProblemCode,
    /// Finds the log line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Seconds to wait.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_s: Option<u32>,
    /// The field at fault.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// iMIS's reason in its own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// What iMIS found wrong, field by field, in its own words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldProblem>,
}

/// What is wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldProblem {
    /// The field, as the request's documentation names it; empty if iMIS names one that the request does not have.
    pub field: String,
    /// What is wrong, in iMIS's words.
    pub message: String,
}

impl Problem {
    /// A problem with nothing but its code.
    pub const fn new(code: ProblemCode) -> Self {
        Self { code, reference: None, retry_after_s: None, field: None, detail: None, fields: Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_of_a_newer_server_reads_as_internal() {
        let problem: Problem = serde_json::from_str(r#"{"code":"invented_tomorrow"}"#).unwrap();
        assert_eq!(problem, Problem::new(ProblemCode::Internal));
    }
}
