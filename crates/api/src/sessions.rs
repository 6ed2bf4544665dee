//! Seeing and ending sessions: one's own, and for system administrators everybody's.

use crate::{Call, SignInMethod, SiteName, Verb};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Names a session to people and administrators; opens nothing.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SessionId(pub String);

/// Whose sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Whose {
    /// One's own at this site.
    Mine,
    /// Everybody's at this site; for system administrators.
    Everybodys,
}

/// Asks for sessions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListSessions {
    /// Whose.
    pub whose: Whose,
    /// Only of user names that contain this.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub user_name: String,
}

impl Call for ListSessions {
    type Response = Sessions;
    const VERB: Verb = Verb::Post;
    const PATH: &'static str = "/api/sessions/list";
}

/// The answer to [`ListSessions`], the latest used first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sessions {
    /// At most [`Sessions::MAX`].
    pub sessions: Vec<SessionInfo>,
    /// Whether there are more.
    pub more: bool,
}

impl Sessions {
    /// Most sessions in one answer.
    pub const MAX: usize = 200;
}

/// One session.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionInfo {
    /// Its name.
    pub id: SessionId,
    /// Whose.
    pub user_name: String,
    /// How the person signed in.
    pub method: SignInMethod,
    /// Where, roughly: "Edge on Windows". Empty where the browser does not say.
    pub client: String,
    /// When the person signed in, in milliseconds since 1970 (UTC).
    pub begun_ms: i64,
    /// When it was last used, to a minute, likewise.
    pub seen_ms: i64,
    /// When it ends unless it is renewed, likewise.
    pub expires_ms: i64,
    /// Whether it is bound to a key of the browser.
    pub key_bound: bool,
    /// Whether it is the session that asks.
    pub current: bool,
}

impl fmt::Debug for SessionInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionInfo").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Which sessions end.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndScope {
    /// This one: one's own, or anybody's of the site for system administrators.
    Session(SessionId),
    /// All of one's own but the one that asks.
    MyOthers,
    /// A user's at this site; for system administrators, as are the following.
    User(String),
    /// Everybody's at this site, which must be the administrator's own: an administrator of one
    /// site is nobody at another. The server's command line ends everybody's everywhere.
    Site(SiteName),
}

impl fmt::Debug for EndScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Session(_) => "Session",
            Self::MyOthers => "MyOthers",
            Self::User(_) => "User",
            Self::Site(_) => "Site",
        })
    }
}

/// Ends sessions, on every instance within a second, running uploads included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndSessions {
    /// Which.
    pub scope: EndScope,
}

impl Call for EndSessions {
    type Response = SessionsEnded;
    const VERB: Verb = Verb::Post;
    const PATH: &'static str = "/api/sessions/end";
}

/// The answer to [`EndSessions`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionsEnded {
    /// How many.
    pub count: u64,
}
