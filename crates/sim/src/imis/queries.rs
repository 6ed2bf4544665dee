//! IQA: folders and queries, what they ask, and their rows (imis.md §8).
//!
//! What a user may not see is not listed, not described and not run. What the reference does not know is decided in
//! one place each and called assumed there.

mod catalogue;
mod definition;
mod documents;
mod rows;
mod run;

use std::time::Duration;

use axum::http::Method;

use super::{
    Running, World,
    accounts::User,
    answer::{Answer, Outcome},
    api::Call,
    filter::{Kind, Operation},
    json::Lean,
};

pub(super) use catalogue::library;
pub use catalogue::{BITING_CELLS, LARGE_QUERY_ROWS};

/// Who may see a document, besides administrators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Visible {
    Staff,
    /// These users.
    Only(&'static [&'static str]),
    Administrators,
}

impl Visible {
    fn to(self, user: &User) -> bool {
        user.is_administrator()
            || match self {
                Self::Staff => !user.is_public(),
                Self::Only(names) => names.contains(&user.name.as_str()),
                Self::Administrators => false,
            }
    }
}

#[derive(Debug, Clone)]
struct Folder {
    path: &'static str,
    visible: Visible,
    system: bool,
}

/// Whether a document was ever published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Publication {
    Published,
    Working,
}

/// "Available via the REST API".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rest {
    Open,
    Closed,
}

/// Under which name `/api/query` takes a prompt (imis.md §8.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Label {
    /// Its caption is a Search Label: by that alone.
    Search,
    /// Its caption is for people: by the property's name.
    Caption,
    /// It has no caption; likewise.
    None,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Required {
    Yes,
    No,
}

#[derive(Debug, Clone)]
struct Prompt {
    property: &'static str,
    caption: &'static str,
    label: Label,
    operation: Operation,
    kind: Kind,
    required: Required,
    several: bool,
    max_length: u32,
    /// What is filled in at first.
    value: Option<&'static str>,
    /// Values to choose from, with their labels.
    list: &'static [(&'static str, &'static str)],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Type {
    Text,
    Whole,
    Decimal,
    Moment,
    Flag,
}

/// A column of the result.
#[derive(Debug, Clone)]
struct Column {
    alias: &'static str,
    property: &'static str,
    type_: Type,
    format: &'static str,
    link: &'static str,
    /// The edition of 2017 gives its name with a GUID in front.
    prefixed_in_2017: bool,
}

/// Where the rows come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    Contacts,
    /// The contact of the signed-in user.
    Myself,
    /// So many rows, each made when it is asked for.
    Made(u32),
    /// Cells that do harm where they are taken for more than text.
    Biting,
}

#[derive(Debug, Clone)]
struct Query {
    path: String,
    description: &'static str,
    visible: Visible,
    publication: Publication,
    rest: Rest,
    system: bool,
    prompts: Vec<Prompt>,
    columns: Vec<Column>,
    /// Alias, and whether the largest comes first.
    sort: Vec<(&'static str, bool)>,
    source: Source,
    delay: Duration,
}

/// All folders and queries.
#[derive(Debug)]
pub(super) struct Library {
    folders: Vec<Folder>,
    queries: Vec<Query>,
}

/// The folder a document is in; none for the root.
fn parent(path: &str) -> Option<&str> {
    let (folder, name) = path.rsplit_once('/')?;
    match (folder, name) {
        ("$", "") => None,
        ("$", _) => Some("$/"),
        _ => Some(folder),
    }
}

/// A key in the shape of a GUID that is the same in every run.
fn guid(text: &str) -> String {
    let hash = |seed: u64| {
        text.to_lowercase().bytes().fold(seed, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
    };
    let (one, two) = (hash(0xcbf2_9ce4_8422_2325), hash(0x9e37_79b9_7f4a_7c15));
    format!(
        "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
        one >> 32,
        (one >> 16) & 0xffff,
        one & 0xfff,
        two >> 52,
        two & 0xffff_ffff_ffff
    )
}

impl Library {
    /// Whether a user may see the document at a path: it and every folder above it.
    fn sees(&self, user: &User, path: &str, visible: Visible) -> bool {
        let mut above = parent(path);
        while let Some(folder) = above {
            let known = self.folders.iter().find(|known| known.path == folder);
            if !known.is_some_and(|known| known.visible.to(user)) {
                return false;
            }
            above = parent(folder);
        }
        visible.to(user)
    }

    fn query(&self, path: &str) -> Option<&Query> {
        self.queries.iter().find(|query| query.path.eq_ignore_ascii_case(path))
    }

    fn change(&mut self, path: &str, change: impl FnOnce(&mut Query)) -> bool {
        let found = self.queries.iter_mut().find(|query| query.path == path);
        found.map(change).is_some()
    }
}

/// Answers for documents, definitions and results.
pub(super) fn handle(world: &World, user: &User, call: &Call<'_>) -> Outcome {
    let segments: Vec<String> = call.segments.iter().map(|segment| segment.to_ascii_lowercase()).collect();
    let path: Vec<&str> = segments.iter().map(String::as_str).collect();
    match (call.method, &path[..]) {
        (&Method::GET, ["documentsummary"]) => documents::find(world, user, call.query),
        (&Method::POST, ["documentsummary", "_execute"]) => documents::execute(world, user, call.body),
        (_, ["querydefinition" | "queryparameterdefinition", ..]) if user.is_public() => Err(Answer::forbidden()),
        (&Method::POST, ["querydefinition", "_execute"]) => definition::execute(world, user, call.body),
        (_, ["querydefinition", ..]) => Err(Answer::no_service("QueryDefinition")),
        (&Method::GET, ["queryparameterdefinition"]) => definition::parameters(world, user, call.query),
        (&Method::POST, ["queryparameterdefinition", "_execute"]) => {
            definition::execute_parameters(world, user, call.body)
        }
        (&Method::GET, ["query"]) => run::handle(world, user, call.query, run::Door::Query),
        (&Method::GET, ["iqa"]) => run::handle(world, user, call.query, run::Door::Iqa),
        _ => Err(Answer::no_operation()),
    }
}

/// One parameter of an `_execute`.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Parameter {
    Text(String),
    Texts(Vec<String>),
    Flag(bool),
    Nothing,
}

impl Parameter {
    fn text(&self) -> &str {
        match self {
            Self::Text(text) => text,
            _ => "",
        }
    }

    fn of(lean: &Lean<'_>) -> Result<Self, Answer> {
        match lean {
            // A bare JSON array cannot be bound (imis.md §4.6).
            Lean::List(_) => Err(Answer::server_error()),
            Lean::Object(_) if lean.member("$values").is_some() => {
                let texts = lean.elements().iter().map(|one| one.unwrapped().text().unwrap_or_default().to_owned());
                Ok(Self::Texts(texts.collect()))
            }
            _ => Ok(match lean.unwrapped() {
                Lean::Text(text) => Self::Text(text.clone().into_owned()),
                Lean::Flag(flag) => Self::Flag(*flag),
                _ => Self::Nothing,
            }),
        }
    }
}

/// Operation and parameters of a `GenericExecuteRequest` (imis.md §4.6), the operation in small letters.
fn execute_request(body: &[u8]) -> Result<(String, Vec<Parameter>), Answer> {
    let fault = || Answer::bad_request("ArgumentNullFault: Value cannot be null.");
    let body = Lean::parse(body).map_err(|_| fault())?;
    if body.class() != Some("Asi.Soa.Core.DataContracts.GenericExecuteRequest") {
        return Err(fault());
    }
    let operation = body.member("OperationName").and_then(Lean::text).ok_or_else(fault)?.to_ascii_lowercase();
    let parameters = match body.member("Parameters") {
        Some(list @ Lean::Object(_)) => list.elements().iter().map(Parameter::of).collect::<Result<_, _>>()?,
        Some(Lean::List(_)) => return Err(Answer::server_error()),
        _ => Vec::new(),
    };
    Ok((operation, parameters))
}

/// What an author of queries does while the site runs; a path that leads nowhere is the caller's mistake.
impl Running {
    #[track_caller]
    fn change_query(&self, path: &str, change: impl FnOnce(&mut Query)) {
        assert!(self.world.library().change(path, change), "no such query: {path}");
    }

    /// Sets or takes the flag "Available via the REST API".
    pub fn open_query_to_rest(&self, path: &str, open: bool) {
        self.change_query(path, |query| query.rest = if open { Rest::Open } else { Rest::Closed });
    }

    /// Leaves only administrators the right to a query.
    pub fn restrict_query(&self, path: &str) {
        self.change_query(path, |query| query.visible = Visible::Administrators);
    }

    /// Takes a column out of a query.
    pub fn drop_query_column(&self, path: &str, alias: &str) {
        self.change_query(path, |query| query.columns.retain(|column| column.alias != alias));
    }

    /// Makes all prompts of a query optional, or required.
    pub fn require_query_prompts(&self, path: &str, required: bool) {
        let required = if required { Required::Yes } else { Required::No };
        self.change_query(path, |query| query.prompts.iter_mut().for_each(|prompt| prompt.required = required));
    }

    /// Says how long a query takes.
    pub fn slow_query_down(&self, path: &str, to: Duration) {
        self.change_query(path, |query| query.delay = to);
    }

    /// Deletes a query.
    ///
    /// # Panics
    /// When there is none.
    pub fn delete_query(&self, path: &str) {
        let mut library = self.world.library();
        let before = library.queries.len();
        library.queries.retain(|query| query.path != path);
        assert!(library.queries.len() < before, "no such query: {path}");
    }
}
