//! A page that plays Outlook on the web, and the two hosts Microsoft serves its script from.
//!
//! One TLS server on loopback answers for all three by the name it is asked for, so that the
//! unmodified library runs against it (`office-js.md` §1). Invariant: it knows nothing of the
//! add-in but its address.

mod arguments;
mod calendar;
mod generated;
mod library;
mod mail;
mod mailbox;
mod routes;
mod sent;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use url::Url;

use crate::tls::{self, Certificate, TlsError};

pub use arguments::{Arguments, run};
pub use mail::{Attachment, AttachmentKind, Mail, Person};
pub use mailbox::{Mailbox, Refused};
pub use routes::{Category, MessageState, Notification, State};

/// The name the browser must map to this server for Microsoft's library to trust the page.
pub const HOST: &str = "outlook.office.com";

/// Where Microsoft's library comes from when the add-in's page asks its own host for it.
#[derive(Debug, Clone)]
pub enum Library {
    /// From the `dist` folder of the npm package, served here under Microsoft's host name.
    Folder(PathBuf),
    /// From Microsoft; the browser is not told to map that host.
    Cdn,
}

/// Which mails lie in the mailbox.
#[derive(Debug, Clone)]
pub enum MailSource {
    /// The mails written for this project, and the large ones made by code.
    Ours,
    /// Every file of a folder that can be read as a mail.
    Folder(PathBuf),
    /// So many short mails of one week, made by code.
    Season(usize),
}

/// How the page looks at first; its own switch can change it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Default)]
#[serde(rename_all = "camelCase")]
pub enum Theme {
    /// Dark text on white.
    #[default]
    Light,
    /// Light text on black.
    Dark,
}

/// Whose mailbox it is.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct User {
    /// As Outlook shows it.
    pub display_name: String,
    /// The address mails to this person go to.
    pub email_address: String,
}

/// What the add-in has run when a message is sent, as its manifest says.
#[derive(Debug, Clone)]
pub struct Launch {
    /// The page of the runtime.
    pub page: Url,
    /// The function that the page associates.
    pub function: String,
}

/// Everything the stand-in needs to know before it starts.
#[derive(Debug, Clone)]
pub struct Settings {
    /// 0 takes a free port.
    pub port: u16,
    /// Where Microsoft's script comes from.
    pub library: Library,
    /// The add-in's task pane page, as the manifest names it.
    pub addin_url: Url,
    /// What runs when a message is sent, if anything does.
    pub launch: Option<Launch>,
    /// What lies in the mailbox.
    pub mail: MailSource,
    /// Must cover [`HOST`] and the script hosts, as [`Certificate::for_world`] does.
    pub certificate: Certificate,
    /// The language Outlook says it shows and formats in, as in `en-US`.
    pub locale: String,
    /// Whose mailbox it is.
    pub user: User,
    /// Light or dark at first.
    pub theme: Theme,
}

impl Settings {
    /// Our own mails, English, light, on a free port, the library from Microsoft.
    pub fn new(addin_url: Url, certificate: Certificate) -> Self {
        Self {
            port: 0,
            library: Library::Cdn,
            addin_url,
            launch: None,
            mail: MailSource::Ours,
            certificate,
            locale: String::from("en-US"),
            user: User {
                display_name: String::from("Staff One"),
                email_address: String::from("staff1@association.example"),
            },
            theme: Theme::Light,
        }
    }
}

/// Why the stand-in did not start.
#[derive(Debug, thiserror::Error)]
pub enum OutlookError {
    /// The folder of mails cannot be listed.
    #[error("the folder of mails could not be read")]
    Mail(#[source] std::io::Error),
    /// The certificate and its key cannot be written where they were wanted.
    #[error("the certificate could not be written")]
    Certificate(#[source] std::io::Error),
    /// The terminal could not be written to, or the signal to stop not waited for.
    #[error("the terminal went away")]
    Terminal(#[from] std::io::Error),
    /// The server could not listen, or its certificate was refused.
    #[error(transparent)]
    Tls(#[from] TlsError),
}

/// The stand-in while it runs; dropping it stops it.
#[derive(Debug)]
pub struct Running {
    server: tls::Server,
    world: Arc<routes::World>,
}

impl Running {
    /// Where the server listens, for the browser's host mapping.
    pub fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// The page under Outlook's own name; needs a browser that maps [`HOST`] to [`Running::address`].
    pub fn url(&self) -> String {
        format!("https://{HOST}/mail/")
    }

    /// The page without any mapping; works when the add-in too is on `localhost` (`office-js.md` §1.4).
    pub fn local_url(&self) -> String {
        format!("https://localhost:{}/mail/", self.address().port())
    }

    /// The flags a Chromium needs to find [`HOST`] and the script hosts here and trust this server alone.
    pub fn chromium_flags(&self) -> [String; 2] {
        let address = self.address();
        let hosts = match self.world.library() {
            Library::Folder(_) => &["outlook.office.com", "appsforoffice.microsoft.com", "ajax.aspnetcdn.com"][..],
            Library::Cdn => &[HOST][..],
        };
        let rules: Vec<String> = hosts.iter().map(|host| format!("MAP {host}:443 {address}")).collect();
        [
            format!("--host-resolver-rules={}", rules.join(",")),
            format!("--ignore-certificate-errors-spki-list={}", self.world.spki_sha256()),
        ]
    }

    /// What the page has stored so far: categories, notifications, settings.
    pub fn state(&self) -> State {
        self.world.state()
    }

    /// The mails as the page shows them.
    pub fn mailbox(&self) -> &Mailbox {
        &self.world.mailbox
    }
}

/// Reads the mails and starts the server.
pub async fn start(settings: Settings) -> Result<Running, OutlookError> {
    let source = settings.mail.clone();
    let own_domain = settings.user.email_address.split('@').nth(1).unwrap_or_default().to_owned();
    let mailbox = tokio::task::spawn_blocking(move || Mailbox::load(&source, &own_domain))
        .await
        .map_err(|_| OutlookError::Mail(std::io::Error::other("the reader of mails stopped")))?
        .map_err(OutlookError::Mail)?;
    let (certificate, port) = (settings.certificate.clone(), settings.port);
    let world = Arc::new(routes::World::new(settings, mailbox));
    let server = tls::serve(routes::router(&world), &certificate, port)?;
    Ok(Running { server, world })
}
