//! Starting and stopping.

use crate::app::App;
use crate::audit::{self, Entry, Event};
use crate::config::{Limits, TlsFiles};
use crate::flow::Providers;
use crate::store::{self, Scope, SharedStore};
use crate::{Clock, Config, keys, ledger, revoke, router, upstream};
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use axum_server::{Handle, Server};
use hyper_util::rt::TokioTimer;
use std::collections::HashMap;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// How often what is over is forgotten.
const TIDY_EVERY: Duration = Duration::from_hours(1);
/// How long saves can be repeated without being written twice. The journal also
/// tells one save's records from another's, so it stays long.
const SAVES_KEPT_MS: i64 = 400 * 24 * 60 * 60 * 1000;
const TLS_HANDSHAKE: Duration = Duration::from_secs(5);

/// Why the server does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address is taken or not ours.
    #[error("failed to listen on {0}")]
    Listen(SocketAddr, #[source] std::io::Error),
    /// The data folder cannot be made or written.
    #[error("failed to open the data folder {}", .0.display())]
    Data(PathBuf, #[source] std::io::Error),
    /// The database cannot be reached, or not be used.
    #[error("failed to open the database of the store")]
    Database(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Certificate or key cannot be used.
    #[error("failed to read the TLS certificate and key")]
    Tls(#[source] std::io::Error),
    /// The OpenID provider of a site cannot be used.
    #[error("failed to use the OpenID provider of the site `{0}`")]
    Provider(String, #[source] Box<dyn std::error::Error + Send + Sync>),
    /// The address of a site cannot be used.
    #[error("failed to use the address of the site `{0}`")]
    Site(String, #[source] Box<dyn std::error::Error + Send + Sync>),
}

/// A server that runs until it is stopped or dropped.
pub struct Running {
    url: String,
    address: SocketAddr,
    app: App,
    handle: Handle<SocketAddr>,
    serving: JoinHandle<std::io::Result<()>>,
    chores: Chores,
    /// Goes on for as long as there is work.
    following: Chores,
    work_ended: mpsc::Receiver<()>,
}

/// What a server does beside answering.
#[derive(Default)]
struct Chores(Vec<JoinHandle<()>>);

impl Chores {
    fn end(&self) {
        for chore in &self.0 {
            chore.abort();
        }
    }
}

impl std::fmt::Debug for Running {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Running({})", self.url)
    }
}

impl Running {
    /// The address people reach it at, without a slash at its end.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.address
    }

    /// Takes no more requests, waits for those under way, and ends.
    pub async fn stop(mut self) {
        self.app.begin_to_stop();
        let drain = self.app.config.limits.drain;
        self.handle.graceful_shutdown(Some(drain));
        let ended = (&mut self.serving).await;
        if !matches!(ended, Ok(Ok(()))) {
            tracing::warn!("the listener had ended before it was stopped");
        }
        // A save goes on when its person has gone; it has the same time to end.
        let store = self.app.store.clone();
        let (_, none) = mpsc::channel(1);
        let mut work_ended = std::mem::replace(&mut self.work_ended, none);
        self.chores.end();
        // Until then it stops where its session is ended, whoever does that.
        let following = std::mem::take(&mut self.following);
        drop(self);
        if tokio::time::timeout(drain, work_ended.recv()).await.is_err() {
            tracing::warn!("stopped with saves under way; they are looked for when they are tried again");
        }
        following.end();
        store.close().await;
        tracing::info!("stopped");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.handle.shutdown();
        self.chores.end();
        self.following.end();
    }
}

/// Starts serving; returns as soon as requests are answered.
pub async fn start(config: Config, clock: Clock) -> Result<Running, StartError> {
    let store = store::open(&config).await?;
    let clients = clients(&config, &clock, &store)?;
    let seen = store.latest_revocation().await.map_err(|error| StartError::Database(error.into()))?;
    let tls = match &config.tls {
        Some(files) => Some(tls(files).await.map_err(StartError::Tls)?),
        None => None,
    };
    let wanted = config.listen;
    let listen = |error| StartError::Listen(wanted, error);
    let listener = TcpListener::bind(wanted).map_err(listen)?;
    listener.set_nonblocking(true).map_err(listen)?;
    let address = listener.local_addr().map_err(listen)?;

    let mut config = config;
    config.public_url = config.public_url.with_port_got(address.port());
    let url = config.public_url.origin().to_owned();
    let providers = Providers::new(&config, &clock);
    let providers = providers.map_err(|(site, error)| StartError::Provider(site.0, error.into()))?;
    let limits = config.limits.clone();
    let (app, work_ended) = App::new(config, clock, store, clients, providers);
    if !app.assets.has_page() {
        tracing::warn!(folder = %app.config.pane.display(), "there is no pane in the folder of the pane");
    }
    let handle = Handle::new();
    let serving = serve(listener, tls, handle.clone(), app.clone(), &limits).map_err(listen)?;
    let chores = Chores(vec![
        tokio::spawn(tidy(app.clone())),
        tokio::spawn(revoke::let_go(app.weak(), app.living.clone())),
        tokio::spawn(keys::follow(app.clone())),
        tokio::spawn(ledger::follow_keys(app.clone())),
        tokio::spawn(ledger::follow(app.weak(), app.watching.clone())),
    ]);
    let following = Chores(vec![tokio::spawn(revoke::follow(app.weak(), app.store.clone(), seen))]);
    audit::note(&app, Entry::new(Event::Started { version: env!("CARGO_PKG_VERSION") })).await;
    // Connections wait in the listener until it is asked, so requests are answered from here on.
    tracing::info!(url, %address, "started");
    Ok(Running { url, address, app, handle, serving, chores, following, work_ended })
}

fn clients(
    config: &Config,
    clock: &Clock,
    store: &SharedStore,
) -> Result<HashMap<api::SiteName, imis::Client>, StartError> {
    let limits = imis::Limits {
        connect: config.limits.imis_connect,
        read: config.limits.imis_read,
        query: config.limits.imis_query,
        write: config.limits.imis_write,
        upload: config.limits.upload_total,
        ..imis::Limits::default()
    };
    let mut clients = HashMap::new();
    for site in &config.sites {
        let failed = |error| StartError::Site(site.name.0.clone(), error);
        let url = imis::SiteUrl::parse(site.url.as_str()).map_err(|error| failed(error.into()))?;
        let home = upstream::Home {
            site: site.name.clone(),
            store: Arc::clone(store),
            ring: config.keyring.clone(),
            clock: clock.clone(),
        };
        let client = imis::Client::with_home(url, limits, &site.authorities, Arc::new(home));
        let client = client.map_err(|error| failed(error.into()))?;
        clients.insert(site.name.clone(), client.with_clock(clock.clone()));
    }
    Ok(clients)
}

async fn tls(files: &TlsFiles) -> std::io::Result<RustlsConfig> {
    // Whoever embeds the server may have chosen a provider already; theirs stays.
    drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
    RustlsConfig::from_pem_file(&files.certificate, &files.key).await
}

fn serve(
    listener: TcpListener,
    tls: Option<RustlsConfig>,
    handle: Handle<SocketAddr>,
    app: App,
    limits: &Limits,
) -> std::io::Result<JoinHandle<std::io::Result<()>>> {
    let routes = router::router(app).into_make_service_with_connect_info::<SocketAddr>();
    let mut server = axum_server::from_tcp(listener)?.handle(handle);
    bound(&mut server, limits);
    Ok(match tls {
        None => tokio::spawn(server.serve(routes)),
        Some(config) => {
            let acceptor = RustlsAcceptor::new(config).handshake_timeout(TLS_HANDSHAKE);
            tokio::spawn(server.acceptor(acceptor).serve(routes))
        }
    })
}

/// Slow heads and many streams are refused before anything of ours sees them.
fn bound(server: &mut Server<SocketAddr>, limits: &Limits) {
    let builder = server.http_builder();
    builder.http1().timer(TokioTimer::new()).header_read_timeout(limits.head).max_headers(64);
    builder.http2().timer(TokioTimer::new()).max_concurrent_streams(64).max_header_list_size(32 * 1024);
}

async fn tidy(app: App) {
    let mut often = tokio::time::interval(TIDY_EVERY);
    loop {
        often.tick().await;
        let now_ms = app.clock.now_ms();
        let window_ms = i64::try_from(app.config.limits.sign_in_window.as_millis()).unwrap_or(i64::MAX);
        let tidied = app.store.tidy(now_ms, now_ms.saturating_sub(window_ms), now_ms.saturating_sub(SAVES_KEPT_MS));
        if let Err(error) = tidied.await {
            tracing::warn!(error = crate::failure::chain(&error), "failed to tidy the store");
        }
        // Sessions also end with their time, and nobody says so.
        app.living.let_go_later([Scope::Everybody]);
    }
}
