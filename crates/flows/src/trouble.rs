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
    /// This Outlook cannot do it.
    OutlookUnable,
}

impl Trouble {
    /// Whether the person has to sign in before going on.
    pub fn is_signed_out(&self) -> bool {
        matches!(self, Self::Server(Problem { code: ProblemCode::SignedOut, .. }))
    }
}
