//! Starting and stopping.

use crate::{Clock, Config};
use std::net::SocketAddr;
use std::path::PathBuf;

/// Why the server does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address is taken or not ours.
    #[error("failed to listen on {0}")]
    Listen(SocketAddr, #[source] std::io::Error),
    /// The data folder cannot be made or written.
    #[error("failed to open the data folder {}", .0.display())]
    Data(PathBuf, #[source] std::io::Error),
    /// Certificate or key cannot be used.
    #[error("failed to read the TLS certificate and key")]
    Tls(#[source] std::io::Error),
}

/// A server that runs until it is stopped or dropped.
#[derive(Debug)]
pub struct Running {
    url: String,
    address: SocketAddr,
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
    #[expect(clippy::unused_async, reason = "the signature comes first")]
    pub async fn stop(self) {}
}

/// Starts serving; returns as soon as requests are answered.
#[expect(clippy::unused_async, reason = "the signature comes first")]
pub async fn start(config: Config, clock: Clock) -> Result<Running, StartError> {
    let _ = clock;
    Err(StartError::Listen(config.listen, std::io::ErrorKind::Unsupported.into()))
}
