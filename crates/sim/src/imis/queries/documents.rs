//! `DocumentSummary`: folders and queries as documents (imis.md §8.3).

use std::borrow::Cow;

use serde_json::{Value, json};

use super::{Folder, Library, Parameter, Publication, Query, execute_request, guid, parent};
use crate::imis::{
    Edition, World,
    accounts::User,
    answer::{Answer, Outcome},
    filter::{Find, Kind, Property},
    users,
    wire::Dialect,
};

const SUMMARY: &str = "Core.DataContracts.DocumentSummaryData";

/// A folder or a query.
#[derive(Clone, Copy)]
pub(super) enum Document<'a> {
    Folder(&'a Folder),
    Query(&'a Query),
}

impl<'a> Document<'a> {
    fn all(library: &'a Library) -> impl Iterator<Item = Self> {
        library.folders.iter().map(Self::Folder).chain(library.queries.iter().map(Self::Query))
    }

    fn path(self) -> &'a str {
        match self {
            Self::Folder(folder) => folder.path,
            Self::Query(query) => &query.path,
        }
    }

    fn name(self) -> &'a str {
        match self.path() {
            "$/" => "$",
            path => path.rsplit('/').next().unwrap_or_default(),
        }
    }

    const fn type_id(self) -> &'static str {
        match self {
            Self::Folder(_) => "FOL",
            Self::Query(_) => "IQD",
        }
    }

    fn published(self) -> bool {
        match self {
            Self::Folder(_) => true,
            Self::Query(query) => query.publication == Publication::Published,
        }
    }

    pub(super) fn seen_by(self, library: &Library, user: &User) -> bool {
        let visible = match self {
            Self::Folder(folder) => folder.visible,
            Self::Query(query) => query.visible,
        };
        library.sees(user, self.path(), visible)
    }

    fn is(self, id_or_path: &str) -> bool {
        self.path().eq_ignore_ascii_case(id_or_path) || guid(self.path()) == id_or_path.to_ascii_lowercase()
    }

    fn is_below(self, folder: &str) -> bool {
        let mut above = parent(self.path());
        while let Some(path) = above {
            if path == folder {
                return true;
            }
            above = parent(path);
        }
        false
    }

    pub(super) fn members(self, dialect: Dialect) -> Vec<(&'static str, Value)> {
        let (system, description) = match self {
            Self::Folder(folder) => (folder.system, ""),
            Self::Query(query) => (query.system, query.description),
        };
        let mut members = vec![
            ("DocumentId", json!(guid(self.path()))),
            ("DocumentVersionId", json!(guid(&format!("version {}", self.path())))),
            ("DocumentTypeId", json!(self.type_id())),
            ("Name", json!(self.name())),
            ("Path", json!(self.path())),
            ("Status", json!(if self.published() { "Published" } else { "Working" })),
            ("IsSystem", json!(system)),
            ("IsFolder", json!(matches!(self, Self::Folder(_)))),
        ];
        if !description.is_empty() {
            members.push(("Description", json!(description)));
        }
        if dialect.0 == Edition::Ems {
            members.extend(parent(self.path()).map(|folder| ("FolderPath", json!(folder))));
        }
        members
    }

    fn shown(self, dialect: Dialect) -> Value {
        dialect.object(SUMMARY, self.members(dialect))
    }
}

/// `GET DocumentSummary?Name=…`; never-published documents are among what it gives.
pub(super) fn find(world: &World, user: &User, query: &str) -> Outcome {
    if url::form_urlencoded::parse(query.as_bytes()).any(|(name, _)| name.eq_ignore_ascii_case("path")) {
        return Err(Answer::not_found("The DocumentSummary could not be found."));
    }
    let dialect = Dialect(world.settings.edition);
    let find = Find::parse(query, world.settings.max_limit, |name| {
        let name = match name.to_ascii_lowercase().as_str() {
            "name" => "Name",
            "documenttypeid" => "DocumentTypeId",
            "status" => "Status",
            _ => return None,
        };
        Some(Property { name, kind: Kind::Text })
    })?;
    let library = world.library();
    let seen: Vec<Document<'_>> = Document::all(&library).filter(|document| document.seen_by(&library, user)).collect();
    let (found, window) = find.page(seen.iter(), |document, property| {
        vec![Cow::Borrowed(match property {
            "Name" => document.name(),
            "DocumentTypeId" => document.type_id(),
            _ if document.published() => "Published",
            _ => "Working",
        })]
    });
    let items = found.into_iter().map(|document| document.shown(dialect)).collect();
    Ok(Answer::ok(&dialect.page(SUMMARY, items, window)))
}

/// `POST DocumentSummary/_execute`.
pub(super) fn execute(world: &World, user: &User, body: &[u8]) -> Outcome {
    let (operation, parameters) = execute_request(body)?;
    let fault = || Answer::bad_request("ArgumentFault: Value does not fall within the expected range.");
    let dialect = Dialect(world.settings.edition);
    let library = world.library();
    let seen = || Document::all(&library).filter(|document| document.seen_by(&library, user));
    let list = |documents: Vec<Document<'_>>| {
        let class = dialect.class(SUMMARY);
        let items = documents.into_iter().map(|document| document.shown(dialect)).collect();
        (format!("System.Collections.Generic.List`1[[{class}]], mscorlib"), dialect.list(SUMMARY, items))
    };
    let result = match (operation.as_str(), &parameters[..]) {
        ("findbypath", [path, ..]) => seen()
            .find(|document| document.published() && document.path().eq_ignore_ascii_case(path.text()))
            .map(|document| (dialect.class(SUMMARY), document.shown(dialect))),
        ("finddocumentsinfolder", [folder, Parameter::Texts(types), Parameter::Flag(_)]) => {
            let folder = seen().find(|document| matches!(document, Document::Folder(_)) && document.is(folder.text()));
            folder.map(|folder| {
                let wanted = |document: &Document<'_>| {
                    document.published()
                        && parent(document.path()) == Some(folder.path())
                        && (types.is_empty() || types.iter().any(|one| one == document.type_id()))
                };
                list(seen().filter(wanted).collect())
            })
        }
        // Unlike the listing, this takes the folder's id alone (imis.md §8.3).
        ("finddescendantdocumentsinfolder", [folder, type_id, Parameter::Flag(_)]) => {
            let folder = seen().find(|document| guid(document.path()) == folder.text().to_ascii_lowercase());
            folder.map(|folder| {
                let wanted = |document: &Document<'_>| {
                    document.published() && document.is_below(folder.path()) && document.type_id() == type_id.text()
                };
                list(seen().filter(wanted).collect())
            })
        }
        ("findbypath" | "finddocumentsinfolder" | "finddescendantdocumentsinfolder", _) => return Err(fault()),
        _ => return Err(Answer::no_operation()),
    };
    Ok(Answer::ok(&users::respond(world.settings.edition, result)))
}
