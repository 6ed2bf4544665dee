//! A typed client of the iMIS REST API, both editions.
//!
//! It offers a fixed set of operations under one person's rights and knows
//! nothing of sessions, Outlook or our server. Nothing it logs or displays holds
//! a token, a password, an address or a word of a message; iMIS's own sentences
//! stand only in fields called `message`, which are meant for people.

mod abilities;
mod activities;
mod attachments;
mod authorities;
mod by_key;
mod card;
mod change_contact;
mod client;
mod clock;
mod columns;
mod contacts;
mod error;
mod exchange;
mod fold;
mod grant;
mod home;
mod ids;
mod interactions;
mod journey;
mod new_contact;
mod not_permitted;
mod organisations;
mod pictures;
mod prompts;
mod queries;
mod recipients;
mod records;
mod rows;
mod search;
mod sign_in;
mod site;
mod slot;
mod token;
mod user;
mod web_address;
mod wire;

pub use abilities::{Abilities, Edition, InteractionDefaults, LogSeen};
pub use activities::{ActivityType, is_system as is_system_activity_type};
pub use attachments::Content;
pub use authorities::{Authorities, NoCertificate};
pub use card::{ContactInFull, EmailOf, PersonName, PhoneOf, PostalAddress};
pub use change_contact::{Changed, ContactEdit, Values};
pub use client::{Acting, Client, Limits};
pub use clock::Clock;
pub use columns::Column;
pub use contacts::{Contact, ContactMatch, EmailMatch, Found};
pub use error::{Complaint, Error, ErrorKind, Operation, SignInError, Standing, WriteError};
pub use fold::fold as folded;
pub use home::{HomeError, Lease, MemoryHome, TokenHome};
pub use ids::{ActivityId, AttachmentId, InteractionId, LogId, NoteId, PartyId, RecipientId};
pub use interactions::{NewContactInteraction, NewLog};
pub use new_contact::{ContactAction, NewContact, PHONE_KINDS, same_phone};
pub use prompts::{ActivityForm, ColumnForm, PromptColumn, activity_column, column};
pub use queries::{
    CellKind, DocumentKind, QueryColumn, QueryDocument, QueryForm, QueryPage, QueryPrompt, QuerySort, QueryValue,
};
pub use recipients::ContactForMail;
pub use records::{
    Absent, Edit, FullRecord, HistoryPage, HistoryRow, InteractionType, Listed, NewNote, NewWrittenActivity,
    RecordExtras, RecordFile, RecordKey, RecordOfMessage, RecordStore, WrittenKey,
};
pub use rows::{NewRow, RowValue, is_row_name};
pub use search::{ContactSearch, Inactive, OnlyKind, Searched};
pub use sign_in::SignedIn;
pub use site::{BadSiteUrl, SiteUrl};
pub use token::{AccessToken, ClientApplication, Credentials, KeepError, KeptToken, Renewal, RenewalKeeper, UserName};
pub use user::User;
pub use web_address::web_address;
