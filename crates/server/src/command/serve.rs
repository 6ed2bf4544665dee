//! `imis-outlook serve`: until told to stop.

use super::Refused;
use crate::{Clock, Config};

pub(super) async fn run(config: Config) -> Result<String, Refused> {
    let running = crate::start(config, Clock::system()).await.map_err(Refused::because)?;
    told_to_stop().await;
    running.stop().await;
    Ok(String::new())
}

/// Waits for ctrl-c, or SIGTERM where there is such a thing.
async fn told_to_stop() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
            return;
        }
    }
    // Without signals the server runs until its process is ended.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
