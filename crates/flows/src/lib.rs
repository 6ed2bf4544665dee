//! The pane's behaviour as pure state machines: events in, state and effects out.
//!
//! Nothing here waits, draws, or knows the time: what must be done is returned
//! as an [`Effect`], what came of it arrives as an [`Event`]. A pinned pane
//! outlives the message it was opened on, so every answer names what it answers,
//! and an answer to anything else is dropped.

mod add;
mod addresses;
mod ahead;
mod app;
mod card;
mod choices;
mod compose;
mod desk;
mod draft;
mod event;
mod fields;
mod filled;
mod find;
mod forms;
mod headers;
mod many;
mod marks;
mod message;
mod passage;
mod people;
mod person;
mod queries;
mod query;
mod record;
mod renewal;
mod resuming;
mod save;
mod saved;
mod sending;
mod session;
mod sheets;
pub mod signature;
mod taking;
mod timeline;
mod trouble;
mod unlisted;
mod write;
mod writing_sheet;
mod written;

pub use add::{
    AddEffect, AddEvent, AddPhase, Adding, Adds, Became, Blank, Candidate, ComparePhase, Comparison, ContactForm,
    Difference, Fault, Filled, Job, MayChange,
};
pub use addresses::{Addresses, AddressesEffect, AddressesEvent, Settled};
pub use ahead::{Ahead, SearchAhead};
pub use app::{App, OpenMail, Place, Targets};
pub use card::{CardEffect, CardEvent, Cards, ContactCard, KeptHere, Part};
pub use choices::{PeopleEffect, PeopleEvent};
pub use compose::{
    Compose, ComposeEffect, ComposeEvent, Fields, Filling, Inserting, Insertion, Stage as FillStage, Tally, Target,
};
pub use desk::{Desk, Ending, Listed};
pub use draft::{AttachmentChoice, Draft, DraftEdit, SaveKind, Unsendable};
pub use event::{BeginOrder, Effect, Event, KeptFor};
pub use fields::{HereAndNow, Wrong};
pub use filled::{Edited, FilledField};
pub use find::{Find, FindEffect, FindEvent, Question};
pub use forms::Forms;
pub use headers::Headers;
pub use many::{
    Asking, ChosenMail, Group, MailJob, MailStep, Many, ManyEffect, ManyEvent, Plan, PlanRow, ReadMail, RowReading,
    Run, Selected, Selection, Whole,
};
pub use marks::{BarLine, Marks};
pub use message::{Attachment, AttachmentKind, Body, Correspondent, Message, MessageKey, Role};
pub use passage::{Code, Passage, Start, Step, Window, typed_code};
pub use people::{Lookup, People};
pub use person::{Entry, Memory, Standing};
pub use queries::{Folders, QueriesEffect, QueriesEvent, Shelf};
pub use query::{AnswerFault, Chosen, Export, Face, QueryEffect, QueryEvent, Rows, Running, row_contact, row_name};
pub use record::{Download, OpenRecord, Opened, RecordEffect, RecordEvent, Removing};
pub use resuming::Rest;
pub use save::{AttachmentProgress, AttachmentState, Mark, RecordState, Save, SavePhase, Summary};
pub use saved::{SavedEffect, SavedEvent, SavedHere, Twice, is_live};
pub use sending::{
    SAVE_HEADER, SendAbility, SendWish, Sending, SendingEffect, SendingEvent, SentNote, WishStage, Wished,
    save_in_headers,
};
pub use session::{Asked, Confirmation, Credentials, Departure, Farewell, Session, SignInForm, Stage, Welcome};
pub use sheets::{Opening, Sheet, SheetId, SheetLogic, Sheets};
pub use taking::{Taking, TakingStage, Undo};
pub use timeline::{Family, History, News, Reading, TimelineEffect, TimelineEvent, Timelines};
pub use trouble::{DialogTrouble, Prompt, Trouble};
pub use write::{Changing, Leaving, WriteEffect, WriteEvent, WritePhase, Writing};
