//! HTTPS on loopback with a certificate made for the occasion.
//!
//! Invariant: the key never leaves the process unless the caller writes it, and a
//! server made here stops when its value is dropped.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum_server::Handle;
use axum_server::accept::Accept as _;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair, PublicKeyData as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use sha2::{Digest as _, Sha256};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

/// The hosts of a whole test world: Outlook, Microsoft's two script hosts, an add-in, and loopback.
pub const WORLD: [&str; 6] = [
    "outlook.office.com",
    "appsforoffice.microsoft.com",
    "ajax.aspnetcdn.com",
    "addin.example.test",
    "localhost",
    "127.0.0.1",
];

const HTTP_2: &[u8] = b"h2";
const HTTP_1: &[u8] = b"http/1.1";

/// How long open connections may finish after the server's value is dropped.
const GRACE: Duration = Duration::from_millis(250);

/// What can go wrong between a list of host names and a listening server.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A host name cannot stand in a certificate, or the key could not be made.
    #[error("the certificate could not be made")]
    Certificate(#[from] rcgen::Error),
    /// rustls refused the certificate or the key.
    #[error("the TLS configuration was refused")]
    Configuration(#[from] rustls::Error),
    /// The port is taken, or the socket could not be set up.
    #[error("the address could not be listened on")]
    Listen(#[from] std::io::Error),
}

/// A self-signed certificate with its key, trusted by nobody but who is told its fingerprint.
#[derive(Clone)]
pub struct Certificate {
    der: CertificateDer<'static>,
    pem: String,
    key: Arc<KeyPair>,
}

impl Certificate {
    /// Makes a certificate for these host names and addresses.
    pub fn for_hosts<'host>(hosts: impl IntoIterator<Item = &'host str>) -> Result<Self, TlsError> {
        let names: Vec<String> = hosts.into_iter().map(String::from).collect();
        let mut parameters = CertificateParams::new(names)?;
        let mut subject = DistinguishedName::new();
        subject.push(DnType::CommonName, "stand-in world on this machine");
        parameters.distinguished_name = subject;
        let key = KeyPair::generate()?;
        let signed = parameters.self_signed(&key)?;
        Ok(Self { der: signed.der().clone(), pem: signed.pem(), key: Arc::new(key) })
    }

    /// Makes a certificate for all of [`WORLD`].
    pub fn for_world() -> Result<Self, TlsError> {
        Self::for_hosts(WORLD)
    }

    /// The certificate as a PEM file holds it.
    pub fn certificate_pem(&self) -> &str {
        &self.pem
    }

    /// The private key as a PEM file holds it (PKCS #8).
    pub fn key_pem(&self) -> String {
        self.key.serialize_pem()
    }

    /// SHA-256 of the public key in base64, as Chromium's `--ignore-certificate-errors-spki-list` wants it.
    pub fn spki_sha256(&self) -> String {
        STANDARD.encode(Sha256::digest(self.key.subject_public_key_info()))
    }

    /// For a server that speaks these, the best first.
    fn server_config(&self, protocols: &[&[u8]]) -> Result<Arc<rustls::ServerConfig>, TlsError> {
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(self.key.serialize_der()));
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![self.der.clone()], key)?;
        config.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
        Ok(Arc::new(config))
    }
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.der == other.der
    }
}

impl Eq for Certificate {}

impl std::fmt::Debug for Certificate {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Certificate").finish_non_exhaustive()
    }
}

/// A server that listens on loopback until it is dropped.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    handle: Handle<SocketAddr>,
}

impl Server {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.handle.graceful_shutdown(Some(GRACE));
    }
}

/// Serves a router over TLS on `127.0.0.1:port`; port 0 takes a free one.
///
/// Must be called on a tokio runtime, which carries the server.
pub fn serve(router: Router, certificate: &Certificate, port: u16) -> Result<Server, TlsError> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    let handle = Handle::new();
    let config = RustlsConfig::from_config(certificate.server_config(&[HTTP_2, HTTP_1])?);
    let server = axum_server::from_tcp_rustls(listener, config)?.handle(handle.clone());
    tokio::spawn(server.serve(router.into_make_service()));
    Ok(Server { address, handle })
}

/// A door in TLS before a server on this machine that speaks plain HTTP/1.1. What it shows can change while it stands.
#[derive(Debug)]
pub struct Door {
    address: SocketAddr,
    shown: RustlsConfig,
    /// Counts the certificates: connections belong to the one they were made under.
    changes: watch::Sender<u32>,
    task: JoinHandle<()>,
}

impl Door {
    /// Stands before an address; must be called on a tokio runtime.
    pub fn before(server: SocketAddr, certificate: &Certificate) -> Result<Self, TlsError> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let listener = tokio::net::TcpListener::from_std(listener)?;
        let shown = RustlsConfig::from_config(certificate.server_config(&[HTTP_1])?);
        let (changes, news) = watch::channel(0);
        let acceptor = RustlsAcceptor::new(shown.clone());
        let task = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                tokio::select! {
                    accepted = listener.accept() => {
                        // A client that was gone before it was served is nobody's business.
                        let Ok((stream, _)) = accepted else { continue };
                        connections.spawn(through(acceptor.clone(), stream, server, news.clone()));
                    }
                    Some(_) = connections.join_next() => {}
                }
            }
        });
        Ok(Self { address, shown, changes, task })
    }

    /// Where it is.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Shows another certificate, and cuts the connections that were made under the one before.
    pub fn show(&self, certificate: &Certificate) -> Result<(), TlsError> {
        self.shown.reload_from_config(certificate.server_config(&[HTTP_1])?);
        self.changes.send_modify(|changes| *changes += 1);
        Ok(())
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Carries a connection until either side leaves, or the certificate is another.
async fn through(
    acceptor: RustlsAcceptor,
    stream: TcpStream,
    server: SocketAddr,
    mut news: watch::Receiver<u32>,
) -> std::io::Result<()> {
    news.mark_unchanged();
    let (mut outside, ()) = acceptor.accept(stream, ()).await?;
    let mut inside = TcpStream::connect(server).await?;
    tokio::select! {
        carried = tokio::io::copy_bidirectional(&mut outside, &mut inside) => carried.map(drop),
        // The door's end is the end too.
        _ = news.changed() => Ok(()),
    }
}
