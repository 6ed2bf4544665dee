//! What a pane learns before sign-in.

use serde::{Deserialize, Serialize};

/// A site's short name, as the configuration and the manifest spell it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SiteName(pub String);

/// A way to sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// iMIS signs the person in on its own page, in a dialog, and hands over (`imis.md §12`).
    SingleSignOn,
    /// The organisation's OpenID provider does, then iMIS hands over in the same dialog.
    OpenIdConnect,
    /// iMIS user name and password, typed into the pane.
    Credentials,
}

impl Method {
    /// Whether it needs a dialog.
    pub const fn in_dialog(self) -> bool {
        !matches!(self, Self::Credentials)
    }
}

/// One iMIS system that this server serves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Site {
    /// Its short name.
    pub name: SiteName,
    /// What people call it, such as "Institute of Examples (live)".
    pub title: String,
    /// The ways to sign in for everybody, best first.
    pub methods: Vec<Method>,
    /// Further ways, which let only system administrators in.
    #[serde(default)]
    pub administrator_methods: Vec<Method>,
    /// What the OpenID provider is called, such as "Contoso", where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
}

/// The answer to [`crate::GetBootstrap`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bootstrap {
    /// The sites, never empty; the first is offered when the page names none.
    pub sites: Vec<Site>,
    /// The server's address as its administrator wrote it, without a slash at
    /// its end: key proofs name this (RFC 9449 `htu`).
    pub public_url: String,
}
