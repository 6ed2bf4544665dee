//! IQA queries: finding them, learning what they ask, running them (`imis.md §8`).
//!
//! Every path here was given by iMIS or by an administrator, never by a client. Values are always said with the
//! operator of the query's own filter, so that nothing in them is read as one; what cannot be said is refused.

mod form;
mod layout;
mod run;

use crate::{
    Acting, Error, ErrorKind, Operation,
    exchange::{Failed, not_understood},
    wire::{self, Executed},
};
use reqwest::header::CONTENT_TYPE;
use serde_json::Value;

pub use form::{QueryForm, QueryPrompt, QuerySort};
pub use layout::{CellKind, QueryColumn};
pub use run::{QueryPage, QueryValue};

/// Which service runs queries at this site (`imis.md §8.1`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum QueryDoor {
    /// `/api/query`: EMS; tried first.
    #[default]
    Query,
    /// `/api/iqa`: iMIS 2017, and old builds of EMS.
    Iqa,
}

/// What a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocumentKind {
    /// A folder.
    Folder,
    /// A query.
    Query,
}

/// A folder or a query that the person may see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryDocument {
    /// What it is.
    pub kind: DocumentKind,
    /// Its key, where iMIS tells it.
    pub id: Option<String>,
    /// Its path, which begins with `$/`.
    pub path: String,
    /// Its name.
    pub name: String,
    /// What its author says of it.
    pub description: String,
}

/// Longest path taken.
const PATH_MAX_CHARS: usize = 400;

impl QueryDocument {
    /// Where all queries are.
    pub const ROOT: &str = "$/";

    fn of(document: wire::Document) -> Option<Self> {
        let kind = match document.type_id.as_str() {
            "FOL" => DocumentKind::Folder,
            "IQD" if document.system => return None,
            "IQD" => DocumentKind::Query,
            _ => return None,
        };
        let wire::Document { id, path, name, description, .. } = document;
        is_path(&path).then(|| Self { kind, id, path, name, description: description.unwrap_or_default() })
    }

    /// The path of the folder that a document is in; none for the root.
    pub fn parent(path: &str) -> Option<&str> {
        match path.rsplit_once('/')? {
            ("$", "") => None,
            ("$", _) => Some(Self::ROOT),
            (folder, _) => Some(folder),
        }
    }

    /// The last part of a path.
    pub fn name_of(path: &str) -> &str {
        path.rsplit('/').next().unwrap_or_default()
    }
}

/// Whether it looks like a path of definitions.
fn is_path(path: &str) -> bool {
    path.starts_with(QueryDocument::ROOT)
        && path.chars().count() <= PATH_MAX_CHARS
        && !path.chars().any(char::is_control)
        && !path.split('/').skip(1).any(|part| matches!(part, "." | ".."))
}

impl Acting {
    /// What is in a folder, by its path or key: folders and queries, each by name.
    pub async fn query_folder(&self, folder: &str) -> Result<Vec<QueryDocument>, Error> {
        let found = self.execute(Operation::FindQueries, &wire::Execute::folder(folder)).await?;
        listed(&found.ok_or_else(|| missing(Operation::FindQueries))?)
    }

    /// All queries below a folder, by name; a folder without key is the root.
    pub async fn queries_below(&self, folder: Option<&str>) -> Result<Vec<QueryDocument>, Error> {
        let operation = Operation::FindQueries;
        let id = if let Some(id) = folder {
            id.to_owned()
        } else {
            let root = self.query_document(QueryDocument::ROOT).await?;
            root.and_then(|root| root.id).ok_or_else(|| missing(operation))?
        };
        let found = self.execute(operation, &wire::Execute::below(&id)).await?.ok_or_else(|| missing(operation))?;
        Ok(listed(&found)?.into_iter().filter(|document| document.kind == DocumentKind::Query).collect())
    }

    /// The document at a path, if there is one that the person may see.
    pub async fn query_document(&self, path: &str) -> Result<Option<QueryDocument>, Error> {
        let found = self.execute(Operation::FindQueries, &wire::Execute::document(path)).await?;
        Ok(found.map(|found| listed(&found)).transpose()?.and_then(|listed| listed.into_iter().next()))
    }

    /// Reads by `_execute`; a miss is `None`.
    async fn execute(&self, operation: Operation, request: &wire::Execute<'_>) -> Result<Option<Value>, Failed> {
        let body = wire::json(request);
        let request = || {
            self.client
                .post(&["api", request.entity(), "_execute"])
                .header(CONTENT_TYPE, "application/json; charset=utf-8")
                .body(body.clone())
        };
        let kind = match wire::executed(self.read(operation, request).await?) {
            Executed::Found(result) => return Ok(Some(result)),
            Executed::Missing => return Ok(None),
            Executed::Forbidden => ErrorKind::Forbidden { message: None },
            Executed::Timeout => ErrorKind::Timeout,
            Executed::Refused(message) => ErrorKind::Refused { status: 200, message, field: None },
        };
        Err(Failed::before(Error::new(operation, kind)))
    }
}

fn missing(operation: Operation) -> Error {
    Error::new(operation, ErrorKind::NotFound)
}

fn listed(found: &Value) -> Result<Vec<QueryDocument>, Error> {
    let documents = wire::documents(found).ok_or_else(|| not_understood(Operation::FindQueries))?;
    let mut documents: Vec<_> = documents.into_iter().filter_map(QueryDocument::of).collect();
    documents.sort_by_cached_key(|document| (document.name.to_lowercase(), document.path.clone()));
    Ok(documents)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_definitions_are_taken() {
        for good in ["$/", "$/Outlook/Find contacts", "$/A/..b"] {
            assert!(is_path(good), "{good}");
        }
        for bad in ["", "@/Web", "/etc", "$", "$/a/../b", "$/a\u{0}b", &format!("$/{}", "x".repeat(400))] {
            assert!(!is_path(bad), "{bad}");
        }
    }

    #[test]
    fn the_way_up_ends_at_the_root() {
        let mut way = vec!["$/A/B/C"];
        while let Some(parent) = QueryDocument::parent(way.last().unwrap()) {
            way.push(parent);
        }
        assert_eq!(way, ["$/A/B/C", "$/A/B", "$/A", "$/"]);
    }
}
