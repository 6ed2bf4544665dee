//! IQA queries: which ones a person sees, what those ask, and their rows.
//!
//! A path comes from iMIS or from the configuration, never from a browser: what the pane holds of a query is sealed
//! for one person at one site, and iMIS decides at every call whether that person may (`security.md §5.2`).

mod answers;
mod card;
mod csv;
mod export;
mod kept;
mod place;

pub(crate) use answers::Asked;
pub(crate) use card::columns as card_columns;
pub(crate) use export::begin as begin_export;
pub(crate) use kept::{favourite_paths, keep, kept, remember};
pub(crate) use place::{FolderPlace, QueryPlace};

use crate::app::App;
use crate::audit::{self, Entry, Event};
use crate::failure::Failure;
use crate::recipients;
use crate::session::Session;
use api::{Problem, ProblemCode, QueryFolder, QueryForm, QueryList, QueryPage, QueryRow, SortedBy};
use futures_util::future;
use imis::{CellKind, DocumentKind, ErrorKind, QueryColumn, QueryDocument};
use sha2::{Digest as _, Sha256};
use std::collections::HashSet;
use std::fmt::Write as _;

/// Most words and characters in a search for queries.
const TEXT_MAX_CHARS: usize = 100;

/// What iMIS did not do, in the words of queries: it does not tell a query that is gone from one that lacks the flag
/// (`imis.md §8.1`), and no answer in time means a query that takes too long.
pub(crate) async fn failure(app: &App, session: &Session, error: &imis::Error) -> Failure {
    let mut failure = Failure::imis(error);
    match &error.kind {
        ErrorKind::NotFound => failure.problem.code = ProblemCode::QueryNotOffered,
        ErrorKind::Timeout => failure.problem.code = ProblemCode::TooSlow,
        // What is known to be wrong before it is sent was the request's fault.
        ErrorKind::Refused { status: 0, .. } => failure.problem.code = ProblemCode::Invalid,
        _ => {}
    }
    session.end_if_out(app, failure).await
}

/// The same of the query at a path: one whose document the person cannot see either is gone, or not for them; of one
/// that is there for them it is the flag that is missing.
async fn failure_at(app: &App, session: &Session, path: &str, error: &imis::Error) -> Failure {
    let mut failure = failure(app, session, error).await;
    if failure.problem.code != ProblemCode::QueryNotOffered {
        return failure;
    }
    let look = async { session.while_alive(Box::pin(session.acting(app)?.query_document(path))).await };
    match look.await {
        Ok(Ok(None)) => failure.problem.code = ProblemCode::NotFound,
        Ok(Err(error)) if matches!(error.kind, ErrorKind::Forbidden { .. }) => {
            failure.problem.code = ProblemCode::Forbidden;
        }
        // Whatever else was answered, it does not say that the query is not there.
        Ok(Ok(Some(_)) | Err(_)) => {}
        Err(ended) => return ended,
    }
    failure
}

/// Notes that somebody came with what was not given to them, and refuses it.
pub(crate) async fn forged(app: &App, session: &Session) -> Failure {
    audit::note(app, Entry::new(Event::Refused { action: "open_query" }).of(session)).await;
    Failure::new(ProblemCode::NotFound)
}

/// Lists a folder, or the queries below it whose names have all the words.
pub(crate) async fn list(app: &App, session: &Session, asked: &api::ListQueries) -> Result<QueryList, Failure> {
    if asked.text.chars().count() > TEXT_MAX_CHARS || asked.text.chars().any(char::is_control) {
        return Err(Failure::invalid("text"));
    }
    let folder = match &asked.folder {
        None => FolderPlace::root(),
        Some(id) => match FolderPlace::open(app, session, id) {
            Some(folder) => folder,
            None => return Err(forged(app, session).await),
        },
    };
    let acting = session.acting(app)?;
    let words: Vec<String> = asked.text.split_whitespace().map(str::to_lowercase).collect();
    let found = async {
        if words.is_empty() {
            return acting.query_folder(folder.named()).await;
        }
        let mut id = folder.id.clone();
        if id.is_none() {
            id = acting.query_document(&folder.path).await?.and_then(|document| document.id);
        }
        acting.queries_below(id.as_deref()).await
    };
    let work = future::join(found, favourite_paths(app, session));
    let (found, favourites) = session.while_alive(Box::pin(work)).await?;
    let found = match found {
        Ok(found) => found,
        Err(error) => {
            let mut failure = failure(app, session, &error).await;
            if failure.problem.code == ProblemCode::QueryNotOffered {
                failure.problem.code = ProblemCode::NotFound;
            }
            return Err(failure);
        }
    };
    Ok(listed(app, session, &folder, &words, found, &favourites?))
}

fn listed(
    app: &App,
    session: &Session,
    folder: &FolderPlace,
    words: &[String],
    found: Vec<QueryDocument>,
    favourites: &HashSet<String>,
) -> QueryList {
    let mut list = QueryList { way: way(app, session, folder), ..QueryList::default() };
    let fits = |name: &str| {
        let name = name.to_lowercase();
        words.iter().all(|word| name.contains(word))
    };
    for document in found {
        match document.kind {
            DocumentKind::Folder if words.is_empty() => {
                let place = FolderPlace { path: document.path, id: document.id };
                list.folders.push(QueryFolder { id: place.seal(app, session), name: document.name });
            }
            DocumentKind::Query if fits(&document.name) && list.queries.len() < QueryList::MAX => {
                let favourite = favourites.contains(&document.path);
                list.queries.push(QueryPlace::of(document).shown(app, session, favourite));
            }
            DocumentKind::Query if fits(&document.name) => list.more = true,
            DocumentKind::Folder | DocumentKind::Query => {}
        }
    }
    list
}

/// The way from the top to a folder, the folder itself last.
fn way(app: &App, session: &Session, folder: &FolderPlace) -> Vec<QueryFolder> {
    let mut way = Vec::new();
    let mut place = folder.clone();
    while let Some(parent) = QueryDocument::parent(&place.path) {
        let name = QueryDocument::name_of(&place.path).to_owned();
        way.push(QueryFolder { id: place.seal(app, session), name });
        place = FolderPlace { path: parent.to_owned(), id: None };
    }
    way.reverse();
    way
}

/// What a query asks and answers, with what the person answered last time.
pub(crate) async fn describe(app: &App, session: &Session, place: &QueryPlace) -> Result<QueryForm, Failure> {
    let acting = session.acting(app)?;
    let work = future::join3(
        acting.describe_query(&place.path),
        favourite_paths(app, session),
        kept::answers(app, session, &place.path),
    );
    let (form, favourites, remembered) = session.while_alive(Box::pin(work)).await?;
    let form = match form {
        Ok(form) => form,
        Err(error) => return Err(failure_at(app, session, &place.path, &error).await),
    };
    let closed = form.open == Some(false);
    Ok(QueryForm {
        query: place.shown(app, session, favourites?.contains(&place.path)),
        prompts: answers::prompts(&form, &remembered?),
        columns: form.columns.iter().map(column).collect(),
        version: version(&form),
        problem: closed.then(|| Problem::new(ProblemCode::QueryNotOffered)),
    })
}

/// Changes when what the query asks or answers does.
fn version(form: &imis::QueryForm) -> String {
    Sha256::digest(form.fingerprint()).iter().take(16).fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a string has no failure");
        text
    })
}

/// A query that is about to run as it was described.
pub(crate) struct Prepared {
    place: QueryPlace,
    form: imis::QueryForm,
    values: Vec<imis::QueryValue>,
}

/// Opens the key, reads what the query asks now, and checks the answers against that.
pub(crate) async fn prepare(app: &App, session: &Session, asked: Asked<'_>) -> Result<Prepared, Failure> {
    let Some(place) = QueryPlace::open(app, session, asked.query) else {
        return Err(forged(app, session).await);
    };
    answers::check_sizes(asked.values)?;
    let acting = session.acting(app)?;
    let form = match session.while_alive(Box::pin(acting.query_form(&place.path))).await? {
        Ok(form) => form,
        Err(error) => return Err(failure_at(app, session, &place.path, &error).await),
    };
    if version(&form) != asked.version {
        return Err(Failure::new(ProblemCode::Conflict));
    }
    let values = answers::values(&form, asked.values)?;
    Ok(Prepared { place, form, values })
}

impl Prepared {
    /// Where the query is.
    pub(crate) const fn place(&self) -> &QueryPlace {
        &self.place
    }

    /// Whether it still asks and answers what it did.
    pub(crate) async fn is_unchanged(&self, app: &App, session: &Session) -> Result<bool, Failure> {
        let acting = session.acting(app)?;
        match session.while_alive(Box::pin(acting.query_form(&self.place.path))).await? {
            Ok(form) => Ok(form.fingerprint() == self.form.fingerprint()),
            Err(error) => Err(failure_at(app, session, &self.place.path, &error).await),
        }
    }

    /// A page of its rows.
    pub(crate) async fn page(
        &self,
        app: &App,
        session: &Session,
        offset: u64,
        limit: u64,
    ) -> Result<imis::QueryPage, Failure> {
        let acting = session.acting(app)?;
        let run = acting.run_query(&self.place.path, &self.form, &self.values, offset, limit);
        match session.while_alive(Box::pin(run)).await? {
            Ok(page) => Ok(page),
            Err(error) => {
                let failure = failure_at(app, session, &self.place.path, &error).await;
                Err(answers::at_fault(&self.form, failure))
            }
        }
    }
}

/// How many rows came, and how many the site said there are: the last page alone does not show that it is the last.
#[derive(Default)]
pub(crate) struct Counted {
    pub(crate) rows: u64,
    total: Option<u64>,
}

impl Counted {
    pub(crate) fn add(&mut self, page: &imis::QueryPage) {
        self.rows += page.rows.len() as u64;
        self.total = page.total.or(self.total);
    }

    /// Whether rows are missing.
    pub(crate) fn falls_short(&self) -> bool {
        self.total.is_some_and(|total| self.rows < total)
    }
}

/// A page for the pane.
pub(crate) fn page(prepared: &Prepared, page: imis::QueryPage) -> QueryPage {
    let contact = QueryColumn::contact(&page.columns);
    let opt_out = QueryColumn::opt_out(&page.columns);
    let sort = |sort: imis::QuerySort| SortedBy { caption: sort.caption, descending: sort.descending };
    let row = |values: Vec<Option<String>>| {
        let cell = |place: usize| values.get(place).and_then(Option::as_deref);
        let key = contact.and_then(cell);
        let contact = key.and_then(contact_id);
        // Of whom a key that is none means, nobody can tell what they want.
        let unknown = key.is_some() && contact.is_none();
        QueryRow {
            opted_out: match opt_out {
                Some(place) => Some(cell(place).is_some_and(recipients::opts_out)),
                None => unknown.then_some(true),
            },
            contact,
            values,
        }
    };
    QueryPage {
        email_column: QueryColumn::email(&page.columns),
        name_columns: QueryColumn::name(&page.columns),
        sorted_by: prepared.form.sorted_by(&page.columns).into_iter().map(sort).collect(),
        columns: page.columns.iter().map(column).collect(),
        rows: page.rows.into_iter().map(row).collect(),
        total: page.total,
        next: page.next.and_then(|next| u32::try_from(next).ok()),
    }
}

/// A cell as the key of a contact, if it looks like one.
pub(crate) fn contact_id(text: &str) -> Option<api::ContactId> {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
    ((1..=64).contains(&text.len()) && text.chars().all(plain)).then(|| api::ContactId(text.to_owned()))
}

fn column(column: &QueryColumn) -> api::Column {
    api::Column { caption: column.caption.clone(), kind: kind(column.kind) }
}

const fn kind(kind: CellKind) -> api::ColumnKind {
    match kind {
        CellKind::Text => api::ColumnKind::Text,
        CellKind::Number => api::ColumnKind::Number,
        CellKind::Money => api::ColumnKind::Money,
        CellKind::Date => api::ColumnKind::Date,
        CellKind::DateTime => api::ColumnKind::DateTime,
        CellKind::Flag => api::ColumnKind::Flag,
        CellKind::Link => api::ColumnKind::Link,
        CellKind::Email => api::ColumnKind::Email,
    }
}
