//! Outlook's script, spoken to in plain Rust.
//!
//! Private raw bindings (`sys`), one place where Office's callbacks become futures (`callback`), and above
//! them the words the pane uses. Invariants: nothing public mentions a JavaScript value; every future ends in
//! a typed result within a limit of its own (`limits`), also when Office never calls back, throws, or calls
//! back with nothing; no object of Office's is held across an `.await` (`office-js.md` §1.7), but for the one that was
//! loaded for us and stays the same until we unload it.
//!
//! ```text
//! ready        is this Outlook, and which
//! mailbox      the open item's key, the person, several chosen mails, "another mail was opened"
//! item         reading the open item: summary, body, headers, shared folder
//! loaded       reading an item that is not open, one at a time
//! attachment   what an attachment holds
//! compose      a mail being written: recipients, and what is put into its body
//! categories   what the mail is marked with
//! dialog       a window of our own, and what it says
//! settings     a few words that travel with the mailbox
//! notice       a line above the mail
//! theme locale history     surroundings
//! ```

mod base64;
mod callback;
mod event;
mod gate;
mod sys;

pub mod attachment;
pub mod categories;
pub mod compose;
pub mod dialog;
pub mod error;
pub mod history;
pub mod item;
pub mod limits;
pub mod loaded;
pub mod locale;
pub mod mailbox;
pub mod notice;
pub mod ready;
pub mod settings;
pub mod theme;

pub use error::{ErrorKind, OfficeError, Operation};
pub use ready::{Host, NotInOutlook, Outlook, Platform, ready};
