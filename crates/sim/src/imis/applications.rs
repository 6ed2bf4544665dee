//! Client applications: what Settings > Contacts > Client applications holds, and how the Single Sign-On content item
//! hands people over to them (imis.md §12.1, §12.3).

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use url::Url;

/// The secret of a client application that was given none of its own.
pub const CLIENT_SECRET: &str = "CANARY-CS-7mQ2vX9rLk4TzB1n";

/// One record; its page is `/{ClientId}.aspx`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientApplication {
    /// "Client ID".
    pub client_id: String,
    /// "Client secret".
    pub client_secret: String,
    /// `ClientName`.
    pub client_name: String,
    /// "Refresh token lifetime"; more than an hour has no effect.
    pub refresh_token_lifetime: Duration,
    /// "Login redirect URL"; where it is not filled, the page shows an error.
    pub redirect_login_uri: Option<Url>,
    /// "Skip server endpoint validation".
    pub head_request: HeadRequest,
    /// How the refresh token travels.
    pub posts: Posts,
}

impl ClientApplication {
    /// A record with the usual values and no redirect URL yet.
    pub fn new(client_id: impl Into<String>) -> Self {
        let client_id = client_id.into();
        Self {
            client_name: client_id.clone(),
            client_id,
            client_secret: CLIENT_SECRET.to_owned(),
            refresh_token_lifetime: Duration::from_mins(30),
            redirect_login_uri: None,
            head_request: HeadRequest::Sent,
            posts: Posts::InlineScript,
        }
    }

    /// The same with a "Login redirect URL".
    #[must_use]
    pub fn redirecting_to(self, url: Url) -> Self {
        Self { redirect_login_uri: Some(url), ..self }
    }
}

/// Whether iMIS looks at the redirect URL before it hands anybody over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeadRequest {
    /// HEAD first, which has to be answered with a 2xx.
    Sent,
    /// "Skip server endpoint validation".
    Skipped,
}

/// How the refresh token gets to the redirect URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Posts {
    /// A form that a script in the page submits.
    InlineScript,
    /// A form that a script from a file of the site submits.
    ExternalScript,
    /// A form to the page itself, which answers with status 307 to the redirect URL.
    Redirect307,
}

/// What a refresh token can be used for (imis.md §12.3: not known, so it is a switch).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefreshUse {
    /// One token request.
    Once,
    /// Any number of them until it ends.
    Reusable,
}

/// Whether the answer to a refresh token brings another one (imis.md §3.2: not known, so it is a switch).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replacement {
    /// It does not.
    Absent,
    /// It does.
    Sent,
}

/// Headers that a site may send with its pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageHeaders {
    /// What browsers tell of the site when they leave it.
    pub referrer: ReferrerPolicy,
    /// Whether a page of the site keeps the window that opened it.
    pub opener: OpenerPolicy,
}

/// `Referrer-Policy`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum ReferrerPolicy {
    /// No such header.
    Absent,
    /// `no-referrer`: forms are posted with `Origin: null`.
    NoReferrer,
}

/// `Cross-Origin-Opener-Policy`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum OpenerPolicy {
    /// No such header.
    Absent,
    /// `same-origin`: the dialog loses its opener.
    SameOrigin,
}

impl Default for PageHeaders {
    fn default() -> Self {
        Self { referrer: ReferrerPolicy::Absent, opener: OpenerPolicy::Absent }
    }
}

/// A host that the site's own requests find elsewhere than the system would say, or with a certificate of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Neighbour {
    /// Host name in addresses.
    pub host: String,
    /// Where it listens; as the system resolves it when `None`.
    pub address: Option<SocketAddr>,
    /// The certificate that it is trusted with.
    pub certificate: Option<Certificate>,
}

/// A certificate in PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Certificate {
    /// The text.
    Pem(String),
    /// A file, read at every use because it may be written later.
    File(PathBuf),
}

impl Certificate {
    /// The text, if there is one by now.
    pub(super) fn pem(&self) -> Option<String> {
        match self {
            Self::Pem(text) => Some(text.clone()),
            Self::File(path) => std::fs::read_to_string(path).ok(),
        }
    }
}
