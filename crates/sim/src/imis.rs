//! A stand-in for an iMIS site: sign-in, contacts, activities and interactions over real HTTP.
//!
//! Written from the public behaviour of iMIS (imis.md §1 to §7, §16, §17). Invariant: what it refuses, leaves out or
//! spells differently from common sense is what the reference says a real site does.

mod accounts;
mod administration;
mod answer;
mod api;
pub mod applications;
mod arguments;
mod collation;
mod contacts;
mod contracts;
pub mod crowd;
pub mod faults;
mod filter;
mod generator;
mod json;
pub mod ledger;
mod markup;
pub mod openid_module;
mod page;
mod parties;
mod party;
pub mod people;
mod queries;
mod rights;
mod rows;
mod rules;
mod seed;
mod serve;
mod tables;
mod token;
mod users;
mod website;
mod wire;

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
    time::Duration,
};

use tokio::{
    net::{TcpListener, TcpSocket},
    sync::watch,
    task::JoinHandle,
};
use url::Url;

use crate::tls::{self, Door};

pub use applications::{
    CLIENT_SECRET, Certificate, ClientApplication, HeadRequest, Neighbour, OpenerPolicy, PageHeaders, Posts,
    ReferrerPolicy, RefreshUse, Replacement,
};
pub use arguments::{Arguments, run};
pub use collation::Collation;
pub use crowd::{Clerk, Clerks};
pub use faults::{Effect, Fault, Faults, Gate, Lasts, Moment, Stored};
pub use ledger::{Change, Entry, Event, Grant, Ledger, Seen, StoredFile, Way};
pub use openid_module::{LoginHint, OpenIdMode, OpenIdModule, Public, StaffClaim};
pub use queries::{BITING_CELLS, LARGE_QUERY_ROWS};

/// Product line (imis.md §2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Edition {
    /// EMS, 20.3.
    Ems,
    /// iMIS 2017, 20.2: no `UserSecurity`, bare `_execute` results, older names, no communication log over REST.
    #[value(name = "2017")]
    Imis2017,
}

/// Who is in the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum People {
    /// About 200 contacts written for the stories.
    Story,
    /// The same, filled up to so many contacts.
    Generated(u32),
}

/// Whether the recipients of the communication log can be listed by contact (imis.md §7.2: not confirmed).
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum RecipientsByParty {
    /// They can.
    Open,
    /// 403.
    Forbidden,
    /// 501.
    Unavailable,
}

impl RecipientsByParty {
    fn demand(self, entity: &str) -> Result<(), answer::Answer> {
        match self {
            Self::Open => Ok(()),
            Self::Forbidden => Err(answer::Answer::forbidden()),
            Self::Unavailable => Err(answer::Answer::no_service(entity)),
        }
    }
}

/// How the site behaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Product line.
    pub edition: Edition,
    /// Path before `/token` and `/api`, such as `/asi.scheduler_imis`; empty for none.
    pub path_prefix: String,
    /// How long a token lives.
    pub token_ttl: Duration,
    /// A new token for a user kills the user's previous one.
    pub single_token_per_user: bool,
    /// The communication log can be had over REST; when not, its entities answer 501.
    pub communication_log: bool,
    /// Its recipients can be listed by contact.
    pub recipients_by_party: RecipientsByParty,
    /// What the database takes for the same text.
    pub collation: Collation,
    /// Calls need the `RemoteService` role.
    pub remote_service_required: bool,
    /// The largest page.
    pub max_limit: usize,
    /// Added to every request of the API and the token endpoint.
    pub latency: Duration,
    /// Contacts.
    pub people: People,
    /// Staff beside those of the stories.
    pub clerks: Clerks,
    /// Longest request body; a longer one meets the web server's own 413 page.
    pub request_body_max: u64,
    /// Longest file that is kept whole, in bytes; of a longer one, the digest and the beginning.
    pub files_kept_max: usize,
    /// Port on loopback; 0 for any free one.
    pub port: u16,
    /// What it shows in TLS; without, it is at an `http` address.
    pub certificate: Option<tls::Certificate>,
    /// Client applications that are there from the start.
    pub client_applications: Vec<ClientApplication>,
    /// How often a refresh token can be used.
    pub refresh_use: RefreshUse,
    /// Whether a used refresh token is answered with another one.
    pub refresh_replacement: Replacement,
    /// What the pages of the site are sent with at first.
    pub page_headers: PageHeaders,
    /// The OpenID Connect module, where it is set up from the start.
    pub openid: Option<OpenIdModule>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            edition: Edition::Ems,
            path_prefix: String::new(),
            token_ttl: Duration::from_secs(3599),
            single_token_per_user: true,
            communication_log: true,
            recipients_by_party: RecipientsByParty::Open,
            collation: Collation::default(),
            remote_service_required: true,
            max_limit: 500,
            latency: Duration::ZERO,
            people: People::Story,
            clerks: Clerks::NONE,
            request_body_max: 30 * 1024 * 1024,
            files_kept_max: 1024 * 1024,
            port: 0,
            certificate: None,
            client_applications: Vec::new(),
            refresh_use: RefreshUse::Once,
            refresh_replacement: Replacement::Absent,
            page_headers: PageHeaders::default(),
            openid: None,
        }
    }
}

/// What an administrator of the site can change while it runs.
#[derive(Debug)]
struct Website {
    applications: Vec<ClientApplication>,
    headers: PageHeaders,
    neighbours: Vec<Neighbour>,
}

/// Everything a request can reach.
#[derive(Debug)]
struct World {
    settings: Settings,
    accounts: Mutex<accounts::Accounts>,
    website: Mutex<Website>,
    openid: Mutex<openid_module::OpenId>,
    /// The root of the site.
    url: Url,
    parties: RwLock<parties::Parties>,
    tables: Mutex<tables::Tables>,
    library: Mutex<queries::Library>,
    ledger: Ledger,
    faults: Faults,
    /// Whether nobody listens at its address.
    away: watch::Sender<bool>,
}

fn everybody(settings: &Settings) -> Vec<party::Party> {
    generator::everybody(settings.people).into_iter().chain(settings.clerks.contacts()).collect()
}

impl World {
    fn new(settings: Settings, url: Url) -> Self {
        Self {
            accounts: Mutex::new(accounts::Accounts::new(settings.clerks)),
            website: Mutex::new(Website {
                applications: settings.client_applications.clone(),
                headers: settings.page_headers,
                neighbours: Vec::new(),
            }),
            openid: Mutex::new(openid_module::OpenId::new(settings.openid.clone())),
            url,
            parties: RwLock::new(parties::Parties::new(everybody(&settings), settings.collation)),
            tables: Mutex::new(seed::tables(settings.edition, settings.people)),
            library: Mutex::new(queries::library()),
            ledger: Ledger::default(),
            faults: Faults::default(),
            away: watch::Sender::new(false),
            settings,
        }
    }

    fn accounts(&self) -> MutexGuard<'_, accounts::Accounts> {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn website(&self) -> MutexGuard<'_, Website> {
        self.website.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The client application that fits.
    fn application(&self, fits: impl Fn(&ClientApplication) -> bool) -> Option<ClientApplication> {
        self.website().applications.iter().find(|application| fits(application)).cloned()
    }

    fn page_headers(&self) -> PageHeaders {
        self.website().headers
    }

    fn openid(&self) -> MutexGuard<'_, openid_module::OpenId> {
        self.openid.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Who may use a password of iMIS.
    fn passwords(&self) -> accounts::Passwords {
        self.openid().module.as_ref().map_or(accounts::Passwords::Everybody, OpenIdModule::passwords)
    }

    /// The contacts as they are now; not to be asked for again while they are held.
    fn parties(&self) -> RwLockReadGuard<'_, parties::Parties> {
        self.parties.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The same, to be changed.
    fn parties_to_change(&self) -> RwLockWriteGuard<'_, parties::Parties> {
        self.parties.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a person; their id.
    fn add_party(&self, name: (&str, &str), email: &str) -> u32 {
        let mut parties = self.parties_to_change();
        let id = parties.next_id();
        parties.add(generator::newcomer(id, name, email));
        id
    }

    /// What the site makes requests of its own with.
    fn outside(&self) -> reqwest::Result<reqwest::Client> {
        let policy = reqwest::redirect::Policy::none();
        let mut client = reqwest::Client::builder().no_proxy().redirect(policy).timeout(Duration::from_secs(10));
        let mut certificates = Vec::new();
        for neighbour in &self.website().neighbours {
            if let Some(address) = neighbour.address {
                client = client.resolve(&neighbour.host, address);
            }
            if let Some(pem) = neighbour.certificate.as_ref().and_then(Certificate::pem) {
                certificates.push(reqwest::Certificate::from_pem(pem.as_bytes())?);
            }
        }
        if !certificates.is_empty() {
            client = client.tls_certs_only(certificates);
        }
        client.build()
    }

    fn library(&self) -> MutexGuard<'_, queries::Library> {
        self.library.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tables(&self) -> MutexGuard<'_, tables::Tables> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A running site; it stops when the value is dropped.
#[derive(Debug)]
pub struct Running {
    world: Arc<World>,
    address: SocketAddr,
    url: Url,
    door: Option<Door>,
    task: JoinHandle<()>,
}

impl Running {
    /// Where the site is, path prefix included, with a slash at the end.
    pub fn url(&self) -> Url {
        self.url.clone()
    }

    /// Address of the socket.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What was asked and written.
    pub fn ledger(&self) -> &Ledger {
        &self.world.ledger
    }

    /// The switches.
    pub fn faults(&self) -> &Faults {
        &self.world.faults
    }

    /// Cuts every connection, and refuses new ones: the site is down.
    pub fn go_away(&self) {
        self.world.away.send_replace(true);
    }

    /// It is up again, with all that it knew; resolves when connections are taken.
    pub async fn come_back(&self) {
        self.world.away.send_replace(false);
        // Whoever connects before waits in the queue of the kernel, or is refused.
        while tokio::net::TcpStream::connect(self.address).await.is_err() {
            tokio::task::yield_now().await;
        }
    }

    /// Shows another certificate, and cuts every connection.
    ///
    /// # Panics
    /// When the site is at an `http` address, or the certificate is refused.
    pub fn show(&self, certificate: &tls::Certificate) {
        let door = self.door.as_ref().expect("a site in TLS");
        door.show(certificate).expect("a certificate that rustls takes");
    }

    /// Tokens that would be accepted now.
    pub fn living_tokens(&self) -> usize {
        self.world.accounts().living()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A socket of this address; several may have it, so that it stays the site's own while nobody listens.
fn socket(address: SocketAddr) -> std::io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    #[cfg(unix)]
    socket.set_reuseport(true)?;
    socket.bind(address)?;
    Ok(socket)
}

fn listen(address: SocketAddr) -> std::io::Result<TcpListener> {
    const WAITING: u32 = 1024;
    socket(address)?.listen(WAITING)
}

/// Starts a site on loopback.
///
/// # Panics
/// When the path prefix cannot be part of an address, or the certificate is refused.
#[expect(clippy::unused_async, reason = "its sockets need a runtime, which whoever can wait is on")]
pub async fn start(settings: Settings) -> std::io::Result<Running> {
    let listener = listen((Ipv4Addr::LOCALHOST, settings.port).into())?;
    let address = listener.local_addr()?;
    let prefix = settings.path_prefix.trim_matches('/').to_owned();
    let slash = if prefix.is_empty() { "" } else { "/" };
    let door = settings.certificate.as_ref();
    let door = door.map(|shown| Door::before(address, shown).expect("a certificate that rustls takes"));
    let (scheme, at) = door.as_ref().map_or(("http", address), |door| ("https", door.address()));
    let url = Url::parse(&format!("{scheme}://{at}/{prefix}{slash}")).expect("the path prefix is part of an address");
    let world = Arc::new(World::new(settings, url.clone()));
    let task = tokio::spawn(serve::accept(listener, address, Arc::clone(&world)));
    Ok(Running { world, address, url, door, task })
}
