//! The pane's behaviour as pure state machines: events in, state and effects out.
//!
//! Nothing here waits, draws, or knows the time: what must be done is returned
//! as an [`Effect`], what came of it arrives as an [`Event`]. A pinned pane
//! outlives the message it was opened on, so every answer names what it answers,
//! and an answer to anything else is dropped.

mod app;
mod draft;
mod message;
mod people;
mod save;
mod session;
mod trouble;

pub use app::{App, Effect, Event, OpenMail, Place, Targets};
pub use draft::{AttachmentChoice, Draft, SaveKind, Unsendable};
pub use message::{Attachment, AttachmentKind, Body, Correspondent, Message, MessageKey, Role};
pub use people::{Entry, Lookup, People, Standing};
pub use save::{AttachmentProgress, AttachmentState, Mark, RecordState, Save, SavePhase, Summary};
pub use session::{Credentials, Departure, Session, SignInForm};
pub use trouble::Trouble;
