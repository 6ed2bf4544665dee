//! What happens to the pane, and what it has done: its only two doors.

use crate::{
    AddEffect, AddEvent, AddressesEffect, AddressesEvent, CardEffect, CardEvent, ComposeEffect, ComposeEvent,
    FindEffect, FindEvent, ManyEffect, ManyEvent, Opening, PeopleEffect, PeopleEvent, QueriesEffect, QueriesEvent,
    QueryEffect, QueryEvent, RecordEffect, RecordEvent, SavedEffect, SavedEvent, SendingEffect, SendingEvent, SheetId,
    TimelineEffect, TimelineEvent, WriteEffect, WriteEvent,
};
use crate::{
    Attachment, Body, Code, Credentials, DialogTrouble, DraftEdit, Headers, Message, MessageKey, Prompt, Role,
    SaveKind, Trouble,
};
use api::{
    ActivityTypeId, AttachmentReport, BeginSignIn, Bootstrap, ContactId, ContactOptions, DialogMessage, EmailAddress,
    EndScope, FlowId, ListSessions, Matches, Me, SaveId, SaveMessage, SaveReport, SaveTargets, Sessions, SessionsEnded,
    SignIn, SignInBegun, SignInMethod, SiteName, Whose,
};
use std::sync::Arc;

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Outlook is there; the mailbox has this address.
    OutlookReady(Option<EmailAddress>),
    /// There is no Outlook around the page.
    OutsideOutlook,
    /// The server said what it offers.
    Bootstrapped(Result<Bootstrap, Trouble>),
    /// The kept session was looked at: `None` if there is none.
    SessionRestored(Option<Result<Me, Trouble>>),
    /// Try again to reach the server.
    RestartAsked,
    /// A site was chosen, by its place in the list.
    SiteChosen(usize),
    /// The form was sent.
    SignInAsked(Credentials),
    /// The server answered it.
    SignInAnswered(Result<Me, Trouble>),
    /// A way in that goes through a window was chosen.
    WindowAsked(SignInMethod),
    /// The server answered the beginning of this try.
    SignInBegun(u32, Result<SignInBegun, Trouble>),
    /// The window of this try opened, or did not.
    DialogOpened(u32, Result<(), DialogTrouble>),
    /// The window of this try said something; with the sender's origin where Outlook tells it.
    DialogSaid(u32, DialogMessage, Option<String>),
    /// The window of this try is gone, or out of reach.
    DialogClosed(u32),
    /// The person typed the code that the window shows.
    CodeTyped(Code),
    /// The person gave the window up.
    WindowCancelled,
    /// The server answered the code of this try.
    Redeemed(u32, Result<Me, Trouble>),
    /// The person says that they are who iMIS says they are.
    ConfirmAsked,
    /// The server answered it.
    Confirmed(Result<Me, Trouble>),
    /// The line that says who signed in was read.
    WelcomeRead,
    /// It is this time, in milliseconds since 1970 by the server's clock: a time asked for has come, or the
    /// pane is looked at again.
    Woke(i64),
    /// The renewal was answered, at this time.
    Renewed(Result<Me, Trouble>, i64),
    /// Another pane of this browser changed the kept session; it is in use here from now on.
    KeptChanged(KeptFor),
    /// It is this time, by the server's clock; told before whatever happens next.
    TimeRead(i64),
    /// The person signs out.
    SignOutAsked,
    /// The server answered; a window may go on there to end the provider's session too.
    SignedOut(Option<String>),
    /// The person asks for that window.
    FarewellAsked,
    /// The person looks at sessions.
    DeskOpened(Whose),
    /// The person goes back to the message.
    DeskClosed,
    /// Sessions of user names that contain this are wanted.
    SessionsAsked(String),
    /// The server answered.
    SessionsListed(ListSessions, Result<Sessions, Trouble>),
    /// Sessions are to end.
    EndAsked(EndScope),
    /// Yes, they are.
    EndConfirmed,
    /// No, they are not.
    EndCancelled,
    /// The server answered.
    SessionsEnded(Result<SessionsEnded, Trouble>),
    /// A message was opened.
    MessageOpened(Message),
    /// A message was opened that Outlook would not give.
    MessageUnreadable(Trouble),
    /// No message is open.
    MessageClosed,
    /// Outlook gave the headers of a message; with the person's offset from UTC at the time they tell, in minutes.
    HeadersRead(MessageKey, Headers, i32),
    /// iMIS answered who has these addresses.
    Matched(MessageKey, Vec<EmailAddress>, Result<Matches, Trouble>),
    /// Look the people up again.
    MatchAgainAsked,
    /// The server answered what may be saved to.
    TargetsAnswered(Result<SaveTargets, Trouble>),
    /// Ask again.
    TargetsAgainAsked,
    /// The server answered what may be done with contacts.
    ContactOptionsAnswered(Result<ContactOptions, Trouble>),
    /// From, To or Cc was switched.
    RoleToggled(Role),
    /// Somebody was taken off the list.
    PersonRemoved(EmailAddress),
    /// Somebody was put back.
    PersonRestored(EmailAddress),
    /// It was settled whom an address means.
    ContactChosen(EmailAddress, ContactId),
    /// Interaction or activity was chosen.
    KindChosen(SaveKind),
    /// An activity type was chosen.
    ActivityTypeChosen(ActivityTypeId),
    /// The person changed what is about to be saved.
    DraftEdited(DraftEdit),
    /// An attachment was ticked or unticked.
    AttachmentToggled(usize),
    /// Save, under this new id; where that would save it once more, the person is asked.
    SaveAsked(SaveId),
    /// Who saved the open message, and taking saves back.
    Saved(SavedEvent),
    /// Outlook gave the body.
    BodyRead(SaveId, Result<Body, Trouble>),
    /// The server answered the save.
    Written(SaveId, Result<SaveReport, Trouble>),
    /// Outlook gave an attachment of so many bytes.
    AttachmentRead(SaveId, usize, Result<u64, Trouble>),
    /// So many bytes of an attachment have gone up.
    UploadMoved(SaveId, usize, u64),
    /// An upload was answered.
    Uploaded(SaveId, usize, Result<AttachmentReport, Trouble>),
    /// The category was set, or not.
    Marked(SaveId, Result<(), Trouble>),
    /// Try again what failed, or go on with what was stopped.
    RetryAsked(SaveId),
    /// Begin nothing more of this save.
    SaveStopped(SaveId),
    /// The result has been read.
    SaveDismissed(SaveId),
    /// A sheet is wanted in front of the message.
    SheetOpened(Opening),
    /// What sheets wait for is asked again: the person is signed in again.
    SheetsResumed,
    /// The topmost sheet is to go.
    SheetClosed,
    /// All sheets are to go: back to the message.
    SheetsClosed,
    /// Searching contacts.
    Find(SheetId, FindEvent),
    /// An opened record.
    Record(SheetId, RecordEvent),
    /// Writing a record.
    Write(SheetId, WriteEvent),
    /// Adding a contact.
    Add(SheetId, AddEvent),
    /// Finding a query.
    Queries(SheetId, QueriesEvent),
    /// One query.
    Query(SheetId, QueryEvent),
    /// The addresses that the person settled.
    Addresses(SheetId, AddressesEvent),
    /// The people on the open message.
    People(PeopleEvent),
    /// A contact in full.
    Card(CardEvent),
    /// What was done with a contact.
    Timeline(TimelineEvent),
    /// A message being written.
    Compose(ComposeEvent),
    /// Many messages at once.
    Many(ManyEvent),
    /// Saving messages after they were sent.
    Sending(SendingEvent),
}

/// Whose the kept session is now, next to the one that was in use here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeptFor {
    /// The same person's, or nobody's was or is.
    SamePerson,
    /// Somebody else's.
    AnotherPerson,
}

/// How a sign-in is begun; the challenge is made where it is carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BeginOrder {
    /// Which iMIS.
    pub site: SiteName,
    /// How.
    pub method: SignInMethod,
    /// The mailbox's address.
    pub mailbox: Option<EmailAddress>,
}

impl BeginOrder {
    /// As it goes to the server.
    pub fn with_challenge(self, challenge: String) -> BeginSignIn {
        let Self { site, method, mailbox } = self;
        BeginSignIn { site, method, challenge, mailbox }
    }
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Ask the server what it offers → [`Event::Bootstrapped`].
    FetchBootstrap,
    /// Look for a kept session and ask who it is → [`Event::SessionRestored`].
    RestoreSession,
    /// Sign in, keep the token → [`Event::SignInAnswered`].
    SignIn(SignIn),
    /// Begin a sign-in with a new verifier → [`Event::SignInBegun`].
    BeginSignIn(u32, BeginOrder),
    /// Open a window at a path of our server, in place of any other → [`Event::DialogOpened`], then
    /// [`Event::DialogSaid`] and [`Event::DialogClosed`].
    OpenDialog {
        /// For this try.
        attempt: u32,
        /// Where.
        path: String,
        /// Whether Outlook asks first.
        prompt: Prompt,
    },
    /// Close the window, if there is one.
    CloseDialog,
    /// Turn a code into a session, keep its token → [`Event::Redeemed`].
    Redeem {
        /// For this try, whose verifier goes with it.
        attempt: u32,
        /// The sign-in.
        flow: FlowId,
        /// Its code.
        code: Code,
    },
    /// Confirm the session → [`Event::Confirmed`].
    Confirm,
    /// Renew the session, unless another pane did, and keep the token → [`Event::Renewed`].
    Renew,
    /// Tell the time when it is this one, in place of any asked for before → [`Event::Woke`].
    WakeAt(i64),
    /// Ask for sessions → [`Event::SessionsListed`].
    ListSessions(ListSessions),
    /// End sessions → [`Event::SessionsEnded`].
    EndSessions(EndScope),
    /// Forget the token and end the session → [`Event::SignedOut`].
    SignOut,
    /// Forget the token.
    ForgetSession,
    /// Look addresses up → [`Event::Matched`].
    Match(MessageKey, Vec<EmailAddress>),
    /// Ask what may be saved to → [`Event::TargetsAnswered`].
    FetchTargets,
    /// Ask what may be done with contacts → [`Event::ContactOptionsAnswered`].
    FetchContactOptions,
    /// Read the headers of the open message; where it has none, they come empty → [`Event::HeadersRead`].
    ReadHeaders(MessageKey),
    /// Read the body of the open message → [`Event::BodyRead`].
    ReadBody {
        /// For this save.
        save: SaveId,
        /// Of this message, if it is open still.
        key: MessageKey,
    },
    /// Save a message: write its records → [`Event::Written`].
    Save(Arc<SaveMessage>),
    /// Read an attachment and hold its content → [`Event::AttachmentRead`].
    ReadAttachment {
        /// For this save.
        save: SaveId,
        /// Its place in the save.
        index: usize,
        /// Of this message, if it is open still.
        key: MessageKey,
        /// The attachment.
        attachment: Attachment,
    },
    /// Send a held content up → [`Event::UploadMoved`], [`Event::Uploaded`].
    Upload {
        /// Of this save.
        save: SaveId,
        /// Its place in the save.
        index: usize,
        /// Media type.
        content_type: String,
    },
    /// Let a held content go.
    DropContent {
        /// Of this save.
        save: SaveId,
        /// Its place in the save.
        index: usize,
    },
    /// Set the category → [`Event::Marked`].
    MarkMessage {
        /// For this save.
        save: SaveId,
        /// On this message, if it is open still.
        key: MessageKey,
    },
    /// Who saved the open message, and taking saves back.
    Saved(SavedEffect),
    /// Searching contacts.
    Find(SheetId, FindEffect),
    /// An opened record.
    Record(SheetId, RecordEffect),
    /// Writing a record.
    Write(SheetId, WriteEffect),
    /// Adding a contact.
    Add(SheetId, AddEffect),
    /// Finding a query.
    Queries(SheetId, QueriesEffect),
    /// One query.
    Query(SheetId, QueryEffect),
    /// The addresses that the person settled.
    Addresses(SheetId, AddressesEffect),
    /// The people on the open message.
    People(PeopleEffect),
    /// A contact in full.
    Card(CardEffect),
    /// What was done with a contact.
    Timeline(TimelineEffect),
    /// A message being written.
    Compose(ComposeEffect),
    /// Many messages at once.
    Many(ManyEffect),
    /// Saving messages after they were sent.
    Sending(SendingEffect),
}

impl Effect {
    /// Whether it is done in the session's name, so that what comes of it means nothing to another person's.
    pub const fn is_in_session(&self) -> bool {
        if let Self::Saved(effect) = self {
            return effect.is_in_session();
        }
        if let Self::Many(effect) = self {
            return effect.is_in_session();
        }
        matches!(
            self,
            Self::Confirm
                | Self::Renew
                | Self::ListSessions(_)
                | Self::EndSessions(_)
                | Self::Match(..)
                | Self::FetchTargets
                | Self::FetchContactOptions
                | Self::Save(_)
                | Self::Upload { .. }
                | Self::Find(..)
                | Self::Record(..)
                | Self::Write(..)
                | Self::Add(..)
                | Self::Queries(..)
                | Self::Query(..)
                | Self::Addresses(..)
                | Self::People(_)
                | Self::Card(_)
                | Self::Timeline(_)
                | Self::Compose(_)
        )
    }
}
