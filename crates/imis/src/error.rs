//! What can go wrong at iMIS, sorted by what the caller may do next.
//!
//! `Display` names the operation only. iMIS's own words stay in `message`.

use std::{fmt, sync::Arc, time::Duration};
use thiserror::Error as ThisError;

/// What was being done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operation {
    /// Making the client.
    Prepare,
    /// Asking for an access token.
    SignIn,
    /// Sharing an access token with other instances.
    ShareToken,
    /// Reading the signed-in user.
    ReadUser,
    /// Finding out what the site and the person can do.
    ReadAbilities,
    /// Searching contacts.
    FindContacts,
    /// Reading a contact in full.
    ReadContact,
    /// Reading the picture of a contact.
    ReadPicture,
    /// Adding a contact.
    AddContact,
    /// Changing a contact.
    ChangeContact,
    /// Writing a communication-log entry.
    WriteLog,
    /// Writing a recipient of a communication-log entry.
    WriteRecipient,
    /// Writing a contact interaction.
    WriteContactInteraction,
    /// Writing an activity.
    WriteActivity,
    /// Writing a row of a contact.
    WriteRow,
    /// Looking for rows of a contact.
    FindRows,
    /// Attaching a file to a communication-log entry.
    AttachToLog,
    /// Attaching a file to an activity.
    AttachToActivity,
    /// Looking for communication-log entries.
    FindLogs,
    /// Looking for the recipients of a communication-log entry.
    FindRecipients,
    /// Looking for contact interactions.
    FindContactInteractions,
    /// Looking for activities.
    FindActivities,
    /// Listing attachments.
    ListAttachments,
    /// Looking for queries.
    FindQueries,
    /// Reading what a query asks.
    DescribeQuery,
    /// Running a query.
    RunQuery,
    /// Reading what was done with a contact.
    ReadHistory,
    /// Reading one record.
    ReadRecord,
    /// Reading a file.
    ReadAttachment,
    /// Asking whether a record may be changed or removed.
    ReadPermission,
    /// Writing a note.
    WriteNote,
    /// Looking for notes.
    FindNotes,
    /// Changing a record.
    ChangeRecord,
    /// Removing a record.
    RemoveRecord,
    /// Removing a file of a record.
    RemoveAttachment,
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Prepare => "prepare the iMIS client",
            Self::SignIn => "sign in to iMIS",
            Self::ShareToken => "share the access token",
            Self::ReadUser => "read the signed-in user",
            Self::ReadAbilities => "find out what the site can do",
            Self::FindContacts => "search contacts",
            Self::ReadContact => "read a contact",
            Self::ReadPicture => "read a picture",
            Self::AddContact => "add a contact",
            Self::ChangeContact => "change a contact",
            Self::WriteRow => "write a row",
            Self::FindRows => "look for rows",
            Self::WriteLog => "write a communication-log entry",
            Self::WriteRecipient => "write a communication-log recipient",
            Self::WriteContactInteraction => "write a contact interaction",
            Self::WriteActivity => "write an activity",
            Self::AttachToLog => "attach a file to a communication-log entry",
            Self::AttachToActivity => "attach a file to an activity",
            Self::FindLogs => "look for communication-log entries",
            Self::FindRecipients => "look for communication-log recipients",
            Self::FindContactInteractions => "look for contact interactions",
            Self::FindActivities => "look for activities",
            Self::ListAttachments => "list attachments",
            Self::FindQueries => "look for queries",
            Self::DescribeQuery => "read what a query asks",
            Self::RunQuery => "run a query",
            Self::ReadHistory => "read what was done with a contact",
            Self::ReadRecord => "read a record",
            Self::ReadAttachment => "read a file",
            Self::ReadPermission => "ask for a permission",
            Self::WriteNote => "write a note",
            Self::FindNotes => "look for notes",
            Self::ChangeRecord => "change a record",
            Self::RemoveRecord => "remove a record",
            Self::RemoveAttachment => "remove a file",
        })
    }
}

/// How it failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// No connection could be made, or it broke.
    Unreachable,
    /// No answer in time.
    Timeout,
    /// The token cannot be renewed, or iMIS does not take the person by a new one either.
    Unauthorized,
    /// The account may not be used any more: disabled, deleted, out of its
    /// dates, or no longer of the staff.
    Disabled,
    /// iMIS does not accept our client application: an administrator must act.
    ApplicationRefused,
    /// The home of the access tokens does not work, or not in time.
    HomeUnavailable,
    /// This person may not do this: 403, or 401 under a token that iMIS takes (`imis.md §4.5`).
    Forbidden {
        /// iMIS's words, for people.
        message: Option<String>,
    },
    /// No such thing (404).
    NotFound,
    /// iMIS refused the request as wrong; or it was refused here, with status 0.
    Refused {
        /// The HTTP status, 0 for what was not even sent.
        status: u16,
        /// iMIS's words, for people.
        message: Option<String>,
        /// The field at fault, as iMIS calls it.
        field: Option<String>,
    },
    /// A record with this key exists (409).
    Duplicate,
    /// Too busy (429, 503), or the token was renewed under an upload that must be sent again.
    Busy {
        /// How long to wait, where iMIS says.
        retry_after: Option<Duration>,
    },
    /// A fault of iMIS (5xx).
    ServerError,
    /// This site has no such service (501).
    NotOffered,
    /// The answer is not iMIS's API: HTML, cut short, or of an unknown shape.
    NotUnderstood,
    /// The request (413) or the answer is too large.
    TooLarge,
    /// The content to send broke off, or was not as long as announced.
    ContentBroken,
}

type Source = Arc<dyn std::error::Error + Send + Sync>;

/// A failed operation.
#[derive(Clone, Debug, ThisError)]
#[error("failed to {operation}")]
pub struct Error {
    /// What was being done.
    pub operation: Operation,
    /// How it failed.
    pub kind: ErrorKind,
    /// What iMIS found wrong, field by field; empty where it does not say.
    pub complaints: Vec<Complaint>,
    #[source]
    source: Option<Source>,
}

/// What iMIS found wrong with one field (`imis.md §4.5`).
#[derive(Clone, PartialEq, Eq)]
pub struct Complaint {
    /// The field, as iMIS calls it; empty where it names none.
    pub field: String,
    /// What is wrong, in its words, for people.
    pub message: String,
}

impl fmt::Debug for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Its words may quote what was typed.
        f.debug_struct("Complaint").field("field", &self.field).finish_non_exhaustive()
    }
}

impl Error {
    /// A failure without a cause of its own.
    pub const fn new(operation: Operation, kind: ErrorKind) -> Self {
        Self { operation, kind, complaints: Vec::new(), source: None }
    }

    pub(crate) fn because(
        operation: Operation,
        kind: ErrorKind,
        source: impl std::error::Error + Send + Sync + 'static,
    ) -> Self {
        Self { operation, kind, complaints: Vec::new(), source: Some(Arc::new(source)) }
    }

    /// What was never sent because it cannot be right.
    pub(crate) fn refused_here(operation: Operation, field: &str) -> Self {
        Self::new(operation, ErrorKind::Refused { status: 0, message: None, field: Some(field.to_owned()) })
    }
}

/// A failed write, sorted by the one question that matters: may it be repeated?
#[derive(Clone, Debug, ThisError)]
pub enum WriteError {
    /// Certainly not written.
    #[error("{0}")]
    Refused(#[source] Error),
    /// Sent, but nobody knows whether it was written: look before writing again.
    #[error("{0} for certain")]
    Unknown(#[source] Error, Standing),
}

/// Where a request stands whose outcome nobody knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// iMIS has answered it: what is not there now will not come.
    Over,
    /// iMIS may still be at it: what is not there now may come.
    UnderWay,
}

impl WriteError {
    /// The failure itself.
    pub const fn error(&self) -> &Error {
        match self {
            Self::Refused(error) | Self::Unknown(error, _) => error,
        }
    }
}

/// Why somebody is not signed in.
#[derive(Clone, Debug, ThisError)]
pub enum SignInError {
    /// User name or password is wrong, or iMIS does not say more.
    #[error("iMIS refused the credentials")]
    WrongCredentials {
        /// iMIS's words, for people.
        message: Option<String>,
    },
    /// Too many wrong passwords: an administrator must unlock the account.
    #[error("the account is locked")]
    Locked {
        /// iMIS's words, for people.
        message: Option<String>,
    },
    /// The account is disabled or out of its dates, or its password has expired.
    #[error("the account is disabled")]
    Disabled {
        /// iMIS's words, for people.
        message: Option<String>,
    },
    /// The account lacks the role `RemoteService` (`imis.md §1` fact 10).
    #[error("the account has no RemoteService role")]
    NoRemoteService,
    /// The account is not of the staff (`imis.md §16`).
    #[error("the account is not a staff account")]
    NotStaff,
    /// Client ID or secret is wrong: the administrator's fault, not the person's.
    #[error("iMIS refused the client application")]
    ApplicationRefused,
    /// What iMIS handed over has expired or was used already: pass through iMIS again.
    #[error("iMIS refused its own hand-over")]
    HandOverRefused {
        /// iMIS's words, for people.
        message: Option<String>,
    },
    /// iMIS could not be asked.
    #[error("{0}")]
    Upstream(#[source] Error),
}
