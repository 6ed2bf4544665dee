//! How far a save, its records and its attachments are.

use crate::{Attachment, Trouble};
use api::RecordId;

/// How far one attachment has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AttachmentProgress {
    /// Waits its turn to be read from Outlook.
    Waiting,
    /// Being read from Outlook.
    Reading,
    /// Read; waits for the records.
    Held,
    /// Going up.
    Uploading {
        /// Bytes sent so far.
        sent_bytes: u64,
    },
    /// In iMIS on every record.
    Saved,
    /// Not, or not everywhere.
    Failed(Trouble),
}

/// One attachment of a save.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttachmentState {
    /// The attachment.
    pub attachment: Attachment,
    /// How far it has come.
    pub progress: AttachmentProgress,
    /// Whether its content is held, so that a retry need not read it again.
    pub held: bool,
}

/// What became of one contact's record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordState {
    /// Not yet answered.
    Waiting,
    /// In iMIS.
    Saved(RecordId),
    /// Not, or nobody knows.
    Failed(Trouble),
}

/// Where a save stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SavePhase {
    /// Reading the body from Outlook.
    Reading,
    /// Writing the records.
    Writing,
    /// Uploading attachments.
    Attaching,
    /// Waits until the same person has signed in again.
    Paused,
    /// Nothing more will happen by itself.
    Finished,
}

/// Whether the message carries the category "Saved to iMIS".
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Not yet tried.
    Pending,
    /// Being set.
    Setting,
    /// It does.
    Set,
    /// It could not be set.
    Failed(Trouble),
}

/// What a finished save comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Summary {
    /// Everything is in iMIS.
    All,
    /// Some is.
    Partly,
    /// Nothing is.
    Nothing,
}
