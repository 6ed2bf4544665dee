//! The keys of iMIS records. Opaque text: nothing but iMIS may make one up.

use std::fmt;

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(String);

        impl $name {
            /// Takes a key that iMIS gave.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The key as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

id! {
    /// The key of a contact; the iMIS ID on 20.x (`imis.md §2`).
    PartyId;
    /// The key of a communication-log entry, a GUID.
    LogId;
    /// The key of one contact's line in a communication-log entry.
    RecipientId;
    /// The sequence number of an activity.
    ActivityId;
    /// The key of a contact interaction, a number.
    InteractionId;
    /// The key of a note on a contact, a GUID.
    NoteId;
    /// The key of an attachment of whichever record.
    AttachmentId;
}
