//! Everything that can go wrong, from the server, Outlook or the network.

use api::{Problem, ProblemCode};

/// Trouble, as the pane has words for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The server answered with a problem.
    Server(Problem),
    /// The server cannot be reached.
    Offline,
    /// The server did not answer in time.
    NoAnswer,
    /// Another message, or none, is open now; Outlook gives only the open one.
    MessageClosed,
    /// Outlook did not answer in time.
    OutlookSilent,
    /// Outlook refused, with its number for the reason.
    OutlookRefused(i32),
    /// More than Outlook takes.
    OutlookFull,
    /// This Outlook cannot do it.
    OutlookUnable,
    /// A window did not open.
    Dialog(DialogTrouble),
}

/// Whether Outlook asks the person before a window opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prompt {
    /// At once: works inside a click, if the browser lets it.
    Open,
    /// Outlook asks; the answer is a click of its own.
    Ask,
}

/// Why a window did not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DialogTrouble {
    /// The browser blocks windows (12011).
    Blocked,
    /// The person told Outlook not to open it (12009).
    Ignored,
    /// Another window of the pane is still open (12007).
    AlreadyOpen,
    /// The manifest does not let windows open at our address (12004, 12005).
    Address,
    /// This Outlook has no windows.
    Unable,
    /// Outlook's number for anything else.
    Other(i32),
}

impl DialogTrouble {
    /// Whether asking the person first may help.
    pub const fn is_blocked(self) -> bool {
        matches!(self, Self::Blocked | Self::Ignored)
    }
}

impl Trouble {
    /// Whether the person has to sign in before going on.
    pub fn is_signed_out(&self) -> bool {
        self.is_code(ProblemCode::SignedOut) || self.is_code(ProblemCode::TokenOutdated)
    }

    /// Whether the server said just this.
    pub fn is_code(&self, wanted: ProblemCode) -> bool {
        matches!(self, Self::Server(Problem { code, .. }) if *code == wanted)
    }

    /// Whether the very same request may work in a moment.
    pub(crate) fn may_pass(&self) -> bool {
        let passing = [ProblemCode::Busy, ProblemCode::ImisUnavailable, ProblemCode::StoreUnavailable];
        matches!(self, Self::Offline | Self::NoAnswer) || passing.into_iter().any(|code| self.is_code(code))
    }

    /// Whether a write that was tried but once is certainly not in iMIS.
    pub(crate) fn refuses(&self) -> bool {
        let said_of_this_try = [
            ProblemCode::Forbidden,
            ProblemCode::NotFound,
            ProblemCode::TooLarge,
            ProblemCode::Busy,
            ProblemCode::StoreUnavailable,
            ProblemCode::PaneOutdated,
            ProblemCode::ConfirmFirst,
        ];
        self.refuses_all() || said_of_this_try.into_iter().any(|code| self.is_code(code))
    }

    /// Whether none of the tries under one id is in iMIS: the server looked for them before it let this be said.
    pub(crate) fn refuses_all(&self) -> bool {
        self.is_code(ProblemCode::Invalid) || self.is_code(ProblemCode::ImisRefused)
    }
}
