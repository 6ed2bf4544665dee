//! IQA queries: finding them, asking their prompts, reading their rows.
//!
//! The pane never names a path: a [`QueryId`] or [`FolderId`] is sealed by the server for this person at this
//! site, and opens nothing for anybody else (`security.md §5.2`).

use crate::{Call, ContactId, EmailAddress, Problem, Verb};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Names a query to the person it was given to.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct QueryId(pub String);

/// Names a folder, likewise.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FolderId(pub String);

/// Lists a folder, or searches below it by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListQueries {
    /// Which folder; `None` for the top.
    #[serde(default)]
    pub folder: Option<FolderId>,
    /// Only queries whose name has all these words, anywhere below; empty lists the folder itself.
    #[serde(default)]
    pub text: String,
}

impl Call for ListQueries {
    type Response = QueryList;
    const VERB: Verb = Verb::Post;
    const PATH: &'static str = "/api/queries/list";
}

/// The answer: only what the person may see.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueryList {
    /// The way from the top to this folder, the folder itself last; empty at the top.
    pub way: Vec<QueryFolder>,
    /// Folders in it, by name.
    pub folders: Vec<QueryFolder>,
    /// Queries, by name; at most [`QueryList::MAX`].
    pub queries: Vec<Query>,
    /// Whether there are more.
    pub more: bool,
}

impl QueryList {
    /// Most queries in an answer.
    pub const MAX: usize = 200;
}

/// A folder of queries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueryFolder {
    /// Its key.
    pub id: FolderId,
    /// Its name.
    pub name: String,
}

/// A query.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Query {
    /// Its key.
    pub id: QueryId,
    /// Its name.
    pub name: String,
    /// Where it is, for people to tell two of one name apart: the folder's path.
    pub folder: String,
    /// What it is for, where its author said so.
    #[serde(default)]
    pub description: String,
    /// Whether it is among the person's favourites.
    #[serde(default)]
    pub favourite: bool,
}

/// Asks for the queries at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct GetKeptQueries;

impl Call for GetKeptQueries {
    type Response = KeptQueries;
    const VERB: Verb = Verb::Get;
    const PATH: &'static str = "/api/queries/kept";
}

/// The answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptQueries {
    /// By name.
    pub favourites: Vec<Query>,
    /// The latest run first; at most [`KeptQueries::RECENT_MAX`].
    pub recent: Vec<Query>,
}

impl KeptQueries {
    /// Most recent queries.
    pub const RECENT_MAX: usize = 8;
}

/// Makes a query a favourite, or no longer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeepQuery {
    /// Which.
    pub query: QueryId,
    /// Whether it is one.
    pub favourite: bool,
}

impl Call for KeepQuery {
    type Response = crate::Kept;
    const VERB: Verb = Verb::Post;
    const PATH: &'static str = "/api/queries/keep";
}

/// Asks what a query asks and answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DescribeQuery {
    /// Which.
    pub query: QueryId,
}

impl Call for DescribeQuery {
    type Response = QueryForm;
    const VERB: Verb = Verb::Post;
    const PATH: &'static str = "/api/queries/describe";
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueryForm {
    /// The query.
    pub query: Query,
    /// What it asks, in its order.
    pub prompts: Vec<Prompt>,
    /// Its columns, where iMIS tells them before it is run.
    pub columns: Vec<Column>,
    /// Changes when the query does; [`RunQuery`] sends it back.
    pub version: String,
    /// Why it cannot be run at all, if that is known: for instance that it lacks the REST flag.
    #[serde(default)]
    pub problem: Option<Problem>,
}

/// One sort field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SortedBy {
    /// The column's caption.
    pub caption: String,
    /// Whether the largest comes first.
    pub descending: bool,
}

/// Something that a query asks before it runs.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prompt {
    /// Names it in [`PromptValue`].
    pub name: String,
    /// Its label.
    pub label: String,
    /// What it takes.
    pub kind: ColumnKind,
    /// Whether it must be answered.
    pub required: bool,
    /// Whether it takes several values.
    pub several: bool,
    /// Longest value, in characters.
    #[serde(default)]
    pub max_chars: Option<u32>,
    /// The values to choose from; empty where any may be typed.
    #[serde(default)]
    pub choices: Vec<Choice>,
    /// What the person answered last time, else the query's own default.
    #[serde(default)]
    pub values: Vec<String>,
}

impl fmt::Debug for Prompt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prompt").field("name", &self.name).finish_non_exhaustive()
    }
}

/// A value to choose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// The value.
    pub value: String,
    /// What people call it.
    pub label: String,
}

/// The answer to a prompt.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromptValue {
    /// [`Prompt::name`].
    pub name: String,
    /// The values, as [`ColumnKind`] writes them; none leaves the prompt empty.
    pub values: Vec<String>,
}

impl PromptValue {
    /// Longest value, in characters (`security.md §5.2`).
    pub const MAX_CHARS: usize = 200;
    /// Most values of one prompt.
    pub const MAX_VALUES: usize = 50;
}

impl fmt::Debug for PromptValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PromptValue").field("name", &self.name).finish_non_exhaustive()
    }
}

/// What the values of a column are, and how they are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnKind {
    /// As it stands.
    Text,
    /// A decimal number with `.`.
    Number,
    /// The same; money of the site's own currency.
    Money,
    /// `2026-05-10`.
    Date,
    /// `2026-05-10T08:00:00`, or a date alone.
    DateTime,
    /// `true` or `false`.
    Flag,
    /// An address that begins with `https://` or `http://`; what begins otherwise is text as it stands.
    Link,
    /// An e-mail address.
    Email,
}

/// A column of a query.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Its heading.
    pub caption: String,
    /// What its values are.
    pub kind: ColumnKind,
}

/// Runs a query and asks for a page of its rows. The first page makes it one of the recent queries, and its
/// answers those that are remembered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunQuery {
    /// Which.
    pub query: QueryId,
    /// [`QueryForm::version`]; [`crate::ProblemCode::Conflict`] if the query has changed meanwhile.
    pub version: String,
    /// The answers to its prompts.
    pub values: Vec<PromptValue>,
    /// Row to begin with, from 0.
    pub offset: u32,
    /// How many rows, at most [`RunQuery::PAGE_MAX`].
    pub limit: u32,
}

impl RunQuery {
    /// Most rows in a page (`imis.md §8.1`).
    pub const PAGE_MAX: u32 = 500;
}

impl Call for RunQuery {
    type Response = QueryPage;
    const VERB: Verb = Verb::Post;
    const PATH: &'static str = "/api/queries/run";
}

/// A page of rows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueryPage {
    /// The columns, the same on every page.
    pub columns: Vec<Column>,
    /// The rows.
    pub rows: Vec<QueryRow>,
    /// How many rows there are in all, where iMIS says so.
    #[serde(default)]
    pub total: Option<u64>,
    /// Where the next page begins, if there is one.
    #[serde(default)]
    pub next: Option<u32>,
    /// Which column holds the e-mail that recipients are made of: its heading has "Email" in it
    /// (`imis.md §14.2`).
    #[serde(default)]
    pub email_column: Option<usize>,
    /// Which columns make up the name of whom a row is about, in their order.
    #[serde(default)]
    pub name_columns: Vec<usize>,
    /// How the rows are sorted, where that can be told; the sort is the query's own and cannot be changed.
    #[serde(default)]
    pub sorted_by: Vec<SortedBy>,
}

/// A row.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueryRow {
    /// The contact it is about, if a column says so.
    #[serde(default)]
    pub contact: Option<ContactId>,
    /// What the query itself says: whether they want no e-mail. `None` where it has no column for that, and the
    /// contact's preferences decide.
    #[serde(default)]
    pub opted_out: Option<bool>,
    /// A value for each column.
    pub values: Vec<Option<String>>,
}

impl fmt::Debug for QueryRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QueryRow").field("contact", &self.contact).finish_non_exhaustive()
    }
}

/// Asks for all rows as a file: `text/csv; charset=utf-8` with a byte-order mark, CRLF, quoted where needed,
/// cells that a spreadsheet would take for a formula made text (`security.md §5.2`). The answer is streamed; if it
/// breaks off, the file is incomplete.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportQuery {
    /// Which.
    pub query: QueryId,
    /// As in [`RunQuery`].
    pub version: String,
    /// As in [`RunQuery`].
    pub values: Vec<PromptValue>,
}

impl ExportQuery {
    /// The path; the answer is no JSON, so this is no [`Call`].
    pub const PATH: &'static str = "/api/queries/export";
    /// The header of the answer that says how many rows there will be, where iMIS says so.
    pub const ROWS_HEADER: &'static str = "x-query-rows";
}

/// A row of a query that was chosen, by what its [`QueryPage`] says of it. It is judged as it would be among all
/// rows of the query.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChosenRow {
    /// [`QueryRow::contact`].
    #[serde(default)]
    pub contact: Option<ContactId>,
    /// What stands in its [`QueryPage::name_columns`].
    #[serde(default)]
    pub name: String,
    /// What stands in its [`QueryPage::email_column`].
    #[serde(default)]
    pub email: Option<String>,
    /// [`QueryRow::opted_out`].
    #[serde(default)]
    pub opted_out: Option<bool>,
}

impl fmt::Debug for ChosenRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChosenRow").field("contact", &self.contact).finish_non_exhaustive()
    }
}

/// Asks whom a message could go to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CollectRecipients {
    /// All rows of this query.
    #[serde(default)]
    pub query: Option<RunQuery>,
    /// These rows of a query.
    #[serde(default)]
    pub rows: Vec<ChosenRow>,
    /// These contacts.
    #[serde(default)]
    pub contacts: Vec<ContactId>,
}

impl CollectRecipients {
    /// Most rows, and most contacts, in one call; most recipients in an answer.
    pub const MAX: usize = 1000;
}

impl Call for CollectRecipients {
    type Response = Recipients;
    const VERB: Verb = Verb::Post;
    const PATH: &'static str = "/api/recipients";
}

/// The answer: each address once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipients {
    /// Whom it can go to.
    pub people: Vec<Recipient>,
    /// Left out: contacts that do not want e-mail, or of whom iMIS does not tell.
    pub opted_out: u32,
    /// Left out: no address, or none that is one.
    pub without_address: u32,
    /// Left out: the address is there already.
    pub repeated: u32,
    /// Whether there were more than [`CollectRecipients::MAX`].
    pub more: bool,
}

/// One recipient.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipient {
    /// Name to show; may be empty.
    pub name: String,
    /// Address.
    pub address: EmailAddress,
}

impl fmt::Debug for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recipient").field("address", &self.address).finish_non_exhaustive()
    }
}
