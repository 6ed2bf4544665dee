//! The words on the wire between the pane and the server.
//!
//! Both ends compile against this crate, so a field cannot change on one side
//! only. It knows no host, no HTTP library, no iMIS, no Office and no clock:
//! paths are templates, times are milliseconds since 1970 in UTC as given by
//! Outlook, and what is personal hides itself from `Debug`.

mod address;
mod attachment;
mod bootstrap;
mod call;
mod card;
mod contact;
mod dialog;
mod local_time;
mod mapping;
mod new_contact;
mod problem;
mod query;
mod record;
mod save;
mod saved;
mod search;
mod session;
mod sessions;
mod timeline;

pub use address::{BadAddress, EmailAddress};
pub use attachment::{AttachmentName, AttachmentOutcome, AttachmentReport};
pub use bootstrap::{Bootstrap, Method as SignInMethod, Site, SiteName};
pub use call::{Call, GetBootstrap, GetMe, GetSaveTargets, SignOut, SignedOut, Verb};
pub use card::{
    Card, CardAddress, CardColumns, CardEmail, GetCard, GetCardColumns, GetPicture, PersonName, Phone, Picture,
    PostalAddress,
};
pub use contact::{Contact, ContactId, ContactKind, DomainMatch, Match, MatchContacts, MatchReason, Matches};
pub use dialog::{BeginSignIn, DialogMessage, FlowId, Redeem, SignInBegun, TYPED_CODE_LETTERS};
pub use local_time::{LocalTime, days_since_1970};
pub use mapping::{Fitted, MappedField, MessageParts, Piece, Token, fill, fit, holds, pieces};
pub use new_contact::{
    AddContact, AddId, ContactChange, ContactField, ContactOptions, FindLikely, GetContactOptions, LikelyContact,
    LikelyContacts, Likeness, NewContact, UpdateContact,
};
pub use problem::{FieldProblem, Problem, ProblemCode};
pub use query::{
    Choice, ChosenRow, CollectRecipients, Column, ColumnKind, DescribeQuery, ExportQuery, FolderId, GetKeptQueries,
    KeepQuery, KeptQueries, ListQueries, Prompt, PromptValue, Query, QueryFolder, QueryForm, QueryId, QueryList,
    QueryPage, QueryRow, Recipient, Recipients, RunQuery, SortedBy,
};
pub use record::{
    ChangeRecord, FieldKind, FieldValue, FormField, GetRecordForms, RecordForm, RecordForms, RecordType, RemoveRecord,
    Removed, WriteRecord,
};
pub use save::{
    ActivityType, ActivityTypeId, AttachmentTypes, Duplicates, InteractionStore, InteractionType, MessageToSave,
    Record, RecordId, RecordOutcome, SaveAs, SaveId, SaveMessage, SaveReport, SaveTargets, SavedAttachment, TableId,
    TableTarget, TargetContact,
};
pub use saved::{
    ConversationSaved, LedgerEntry, LedgerId, LedgerState, LookUpSaved, MessageFacts, RecordLeft, Removal, RemoveSave,
    SaveRemoved, SavedMessage, SavedMessages, SavedTo, Unfinished, WatchSaved,
};
pub use search::{
    FoundContacts, GetKeptContacts, GetSettledAddresses, KeepAs, KeepContact, Kept, KeptContacts, Matching,
    RememberChoice, SearchContacts, SettleAddress, SettledAddresses,
};
pub use session::{ConfirmSession, Me, RenewSession, SessionToken, SignIn, SignedIn, Standing};
pub use sessions::{EndScope, EndSessions, ListSessions, SessionId, SessionInfo, Sessions, SessionsEnded, Whose};
pub use timeline::{
    GetRecord, GetTimeline, MissingKind, RecordAttachment, RecordField, RecordInFull, RecordKind, Timeline,
    TimelineCursor, TimelineEntry,
};

/// Version of this vocabulary. The pane sends it with every call; a server that
/// no longer speaks it answers [`ProblemCode::PaneOutdated`].
pub const VERSION: &str = "1";

/// Header that carries [`VERSION`]. A page of another origin cannot send it
/// without a preflight, which the server never grants.
pub const VERSION_HEADER: &str = "x-addin";
