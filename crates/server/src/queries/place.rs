//! Where a query or a folder is, and the keys that the pane holds instead: sealed for one person at one site.

use crate::app::App;
use crate::seal::{self, Purpose};
use crate::session::Session;
use api::{FolderId, Query, QueryId};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use imis::QueryDocument;
use serde::{Deserialize, Serialize};

/// Longest key taken, in bytes; those we give are shorter.
const KEY_MAX_BYTES: usize = 4096;
/// Longest description that is carried along, in characters.
const DESCRIPTION_MAX_CHARS: usize = 200;

/// A folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FolderPlace {
    #[serde(rename = "p")]
    pub(crate) path: String,
    /// Its key in iMIS, where that was told.
    #[serde(rename = "i", default, skip_serializing_if = "Option::is_none")]
    pub(crate) id: Option<String>,
}

impl FolderPlace {
    /// The top.
    pub(crate) fn root() -> Self {
        Self { path: QueryDocument::ROOT.to_owned(), id: None }
    }

    /// By what iMIS is asked for it.
    pub(crate) fn named(&self) -> &str {
        self.id.as_deref().unwrap_or(&self.path)
    }

    pub(crate) fn seal(&self, app: &App, session: &Session) -> FolderId {
        FolderId(seal(app, session, Purpose::Folder, self))
    }

    /// What was sealed for this person; `None` for anything else.
    pub(crate) fn open(app: &App, session: &Session, id: &FolderId) -> Option<Self> {
        open(app, session, Purpose::Folder, &id.0)
    }
}

/// A query.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct QueryPlace {
    #[serde(rename = "p")]
    pub(crate) path: String,
    #[serde(rename = "d", default, skip_serializing_if = "String::is_empty")]
    description: String,
}

impl QueryPlace {
    /// Where a document is that iMIS showed this person.
    pub(crate) fn of(document: QueryDocument) -> Self {
        Self { path: document.path, description: document.description.chars().take(DESCRIPTION_MAX_CHARS).collect() }
    }

    /// What was sealed for this person; `None` for anything else.
    pub(crate) fn open(app: &App, session: &Session, id: &QueryId) -> Option<Self> {
        open(app, session, Purpose::Query, &id.0)
    }

    /// The query as the pane shows it.
    pub(crate) fn shown(&self, app: &App, session: &Session, favourite: bool) -> Query {
        Query {
            id: QueryId(seal(app, session, Purpose::Query, self)),
            name: QueryDocument::name_of(&self.path).to_owned(),
            folder: QueryDocument::parent(&self.path).unwrap_or_default().to_owned(),
            description: self.description.clone(),
            favourite,
        }
    }
}

/// Whom a key is for: nobody else, and at no other site.
fn owner(session: &Session) -> Vec<u8> {
    let site = session.me.site.0.as_bytes();
    [&(site.len() as u64).to_be_bytes()[..], site, session.user_key().as_bytes()].concat()
}

fn seal(app: &App, session: &Session, purpose: Purpose, place: &impl Serialize) -> String {
    let plain = serde_json::to_vec(place).expect("a place is made of texts");
    URL_SAFE_NO_PAD.encode(seal::seal(&app.config.keyring, purpose, b"", &owner(session), &plain))
}

fn open<T: for<'de> Deserialize<'de>>(app: &App, session: &Session, purpose: Purpose, key: &str) -> Option<T> {
    let sealed = (key.len() <= KEY_MAX_BYTES).then(|| URL_SAFE_NO_PAD.decode(key).ok()).flatten()?;
    let plain = seal::open(&app.config.keyring, purpose, b"", &owner(session), &sealed).ok()?;
    serde_json::from_slice(&plain).ok()
}
