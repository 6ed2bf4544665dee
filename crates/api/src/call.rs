//! One struct a request: it knows its verb, its path and what it is answered.

use crate::{Bootstrap, Me, SaveTargets};
use serde::{Serialize, de::DeserializeOwned};

/// The HTTP verbs in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Reads; no body.
    Get,
    /// Sends the request as a JSON body.
    Post,
    /// Ends something; no body.
    Delete,
}

/// A request with a JSON answer.
pub trait Call: Serialize {
    /// What the server answers on success.
    type Response: DeserializeOwned;
    /// The verb.
    const VERB: Verb;
    /// The path, from the root of the server.
    const PATH: &'static str;
}

/// Asks what may be known before anybody signed in.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct GetBootstrap;

impl Call for GetBootstrap {
    type Response = Bootstrap;
    const VERB: Verb = Verb::Get;
    const PATH: &'static str = "/api/bootstrap";
}

/// Asks who is signed in; the way a pane finds out whether its token still lives.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct GetMe;

impl Call for GetMe {
    type Response = Me;
    const VERB: Verb = Verb::Get;
    const PATH: &'static str = "/api/session";
}

/// Ends this session.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct SignOut;

/// The session is over.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, serde::Deserialize)]
pub struct SignedOut {
    /// Where a dialog goes on to end the OpenID provider's session too; works once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub continue_at: Option<String>,
}

impl Call for SignOut {
    type Response = SignedOut;
    const VERB: Verb = Verb::Delete;
    const PATH: &'static str = "/api/session";
}

/// Asks where this person may save messages.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct GetSaveTargets;

impl Call for GetSaveTargets {
    type Response = SaveTargets;
    const VERB: Verb = Verb::Get;
    const PATH: &'static str = "/api/save-targets";
}
