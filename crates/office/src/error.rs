//! What can go wrong with Office, as one type. Kinds are read from Office's numeric codes, never from its
//! texts, which are localised and may quote the mail.

use std::fmt;

/// A call that did not do what it was asked: which one, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OfficeError {
    /// What was being done.
    pub operation: Operation,
    /// Why it failed.
    pub kind: ErrorKind,
}

impl OfficeError {
    pub(crate) const fn new(operation: Operation, kind: ErrorKind) -> Self {
        Self { operation, kind }
    }
}

impl fmt::Display for OfficeError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.operation.words())?;
        formatter.write_str(": ")?;
        fmt::Display::fmt(&self.kind, formatter)
    }
}

impl std::error::Error for OfficeError {}

/// The calls of this crate, as far as an error need tell them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operation {
    /// The synchronous properties of the open item.
    ReadItem,
    /// The body, as HTML or text.
    ReadBody,
    /// The Internet headers.
    ReadHeaders,
    /// One attachment's content.
    ReadAttachment,
    /// The whole mail as a file.
    ReadAsFile,
    /// The categories of the item.
    ReadCategories,
    /// Adding a category to the item.
    AddCategory,
    /// Taking a category off the item.
    RemoveCategory,
    /// Whose folder the item is in.
    ReadSharedFolder,
    /// The mails chosen in the list.
    ReadSelection,
    /// Loading a mail that is not open.
    LoadItem,
    /// Writing the roaming settings.
    SaveSettings,
    /// Being told of changes.
    Subscribe,
    /// Opening a window.
    OpenDialog,
    /// Sending words to an open window.
    TellDialog,
    /// The line above the mail.
    ShowNotice,
    /// Who stands in a field of a mail being written.
    ReadRecipients,
    /// Putting people into a field.
    AddRecipients,
    /// In which form a body is written.
    ReadBodyFormat,
    /// Putting something into a body.
    InsertIntoBody,
    /// What stands on a mail being written: subject, attachments, headers.
    ReadDraft,
    /// Putting a header or a note on a mail being written, or taking it off.
    ChangeDraft,
}

impl Operation {
    const fn words(self) -> &'static str {
        match self {
            Self::ReadItem => "read the open item",
            Self::ReadBody => "read the body",
            Self::ReadHeaders => "read the headers",
            Self::ReadAttachment => "read an attachment",
            Self::ReadAsFile => "read the mail as a file",
            Self::ReadCategories => "read the categories",
            Self::AddCategory => "add a category",
            Self::RemoveCategory => "remove a category",
            Self::ReadSharedFolder => "read the shared folder",
            Self::ReadSelection => "read the chosen mails",
            Self::LoadItem => "load a mail",
            Self::SaveSettings => "save the roaming settings",
            Self::Subscribe => "subscribe to an event",
            Self::OpenDialog => "open a dialog",
            Self::TellDialog => "send a message to the dialog",
            Self::ShowNotice => "show a notice",
            Self::ReadRecipients => "read the recipients",
            Self::AddRecipients => "add recipients",
            Self::ReadBodyFormat => "read the body's format",
            Self::InsertIntoBody => "insert into the body",
            Self::ReadDraft => "read the draft",
            Self::ChangeDraft => "change the draft",
        }
    }
}

/// Why a call failed, in the pane's terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// No answer within the call's limit (`limits`), or Office gave up waiting itself (5011).
    Timeout,
    /// Another item was opened meanwhile; the answer, if any, was thrown away (9030).
    ItemChanged,
    /// No item is open.
    NoItem,
    /// This Outlook, or this kind of item, has no such call (1000, 5000, 5004, 9032, 9043, 9055).
    Unsupported,
    /// The thing asked for is gone or was never there (9003, 9008, 9024, 9049, 9050, 9052).
    NotThere,
    /// Outlook or the mailbox does not allow it (7000, 9017, 9038, 9047, 9053).
    NotPermitted,
    /// The call threw instead of answering: a permission the manifest lacks, or arguments Outlook refuses.
    Refused,
    /// The category is not in the mailbox's own list (9044).
    UnknownCategory,
    /// It is there already (9023, 9045).
    AlreadyThere,
    /// Too large or too many for Outlook (5100, 5102–5104, 9000, 9001, 9012, 9025, 9051, 9057).
    TooMuch,
    /// Outlook could not reach the mailbox (9040, 9041, 9042, 9054).
    Offline,
    /// The item must be saved first (9046).
    NotSaved,
    /// A window is open already (12007).
    DialogOpen,
    /// The person did not let the window open (12009).
    DialogIgnored,
    /// The browser did not let the window open (12011).
    DialogBlocked,
    /// The address is not one the window may start at (12002–12005).
    DialogAddress,
    /// The window was closed (12006).
    DialogClosed,
    /// Office called back with something that is no result.
    Unreadable,
    /// A code without a meaning of its own here; 0 when there was none.
    Other(i32),
}

impl ErrorKind {
    /// The meaning of one of Office's codes (`office-js.md` §1.5, §1.6).
    pub const fn from_code(code: i32) -> Self {
        match code {
            5011 => Self::Timeout,
            9030 => Self::ItemChanged,
            1000 | 5000 | 5004 | 9032 | 9043 | 9055 => Self::Unsupported,
            9003 | 9008 | 9024 | 9049 | 9050 | 9052 => Self::NotThere,
            7000 | 9017 | 9038 | 9047 | 9053 => Self::NotPermitted,
            9044 => Self::UnknownCategory,
            9023 | 9045 => Self::AlreadyThere,
            5100 | 5102..=5104 | 9000 | 9001 | 9012 | 9025 | 9051 | 9057 => Self::TooMuch,
            9040..=9042 | 9054 => Self::Offline,
            9046 => Self::NotSaved,
            12002..=12005 => Self::DialogAddress,
            12006 => Self::DialogClosed,
            12007 => Self::DialogOpen,
            12009 => Self::DialogIgnored,
            12011 => Self::DialogBlocked,
            other => Self::Other(other),
        }
    }

    /// Whether doing the same again later may well succeed.
    pub const fn may_pass(self) -> bool {
        matches!(self, Self::Timeout | Self::Offline | Self::Unreadable)
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = match self {
            Self::Timeout => "no answer in time",
            Self::ItemChanged => "another item was opened",
            Self::NoItem => "no item is open",
            Self::Unsupported => "not supported here",
            Self::NotThere => "not there",
            Self::NotPermitted => "not permitted",
            Self::Refused => "refused by the script",
            Self::UnknownCategory => "no such category in the mailbox",
            Self::AlreadyThere => "already there",
            Self::TooMuch => "too large or too many",
            Self::Offline => "the mailbox cannot be reached",
            Self::NotSaved => "the item is not saved yet",
            Self::DialogOpen => "a dialog is open already",
            Self::DialogIgnored => "the dialog was not wanted",
            Self::DialogBlocked => "the dialog was blocked by the browser",
            Self::DialogAddress => "the dialog may not open this address",
            Self::DialogClosed => "the dialog is closed",
            Self::Unreadable => "an answer that cannot be read",
            Self::Other(code) => {
                formatter.write_str("code ")?;
                return fmt::Display::fmt(code, formatter);
            }
        };
        formatter.write_str(words)
    }
}

#[cfg(test)]
mod tests {
    use super::{ErrorKind, OfficeError, Operation};

    #[test]
    fn codes_of_office_have_meanings() {
        assert_eq!(ErrorKind::from_code(9003), ErrorKind::NotThere);
        assert_eq!(ErrorKind::from_code(9030), ErrorKind::ItemChanged);
        assert_eq!(ErrorKind::from_code(7000), ErrorKind::NotPermitted);
        assert_eq!(ErrorKind::from_code(12004), ErrorKind::DialogAddress);
        assert_eq!(ErrorKind::from_code(12006), ErrorKind::DialogClosed);
        assert_eq!(ErrorKind::from_code(12007), ErrorKind::DialogOpen);
        assert_eq!(ErrorKind::from_code(12009), ErrorKind::DialogIgnored);
        assert_eq!(ErrorKind::from_code(12011), ErrorKind::DialogBlocked);
    }

    #[test]
    fn a_code_without_a_meaning_is_kept() {
        assert_eq!(ErrorKind::from_code(5001), ErrorKind::Other(5001));
    }

    #[test]
    fn an_error_says_what_was_done_and_why_it_failed() {
        let error = OfficeError::new(Operation::ReadBody, ErrorKind::Other(5001));
        assert_eq!(error.to_string(), "read the body: code 5001");
    }

    #[test]
    fn only_passing_trouble_is_worth_a_second_try() {
        assert!(ErrorKind::Timeout.may_pass());
        assert!(!ErrorKind::NotPermitted.may_pass());
    }
}
