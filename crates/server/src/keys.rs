//! Takes up a changed file of keys while the server runs. A file that cannot be
//! used changes nothing.

use crate::app::App;
use crate::audit::{self, Entry, Event};
use crate::config::KeyringFile;
use std::path::Path;
use std::time::{Duration, SystemTime};

/// How often the file is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Follows the file for as long as it is polled, if the keys are in one.
pub(crate) async fn follow(app: App) {
    let Some(path) = app.config.keyring_file.clone() else { return };
    let mut known = stamp(&path);
    let mut often = tokio::time::interval(LOOK_EVERY);
    // Between reading the configuration and here it may have changed already.
    take_up(&app, &path).await;
    loop {
        often.tick().await;
        let now = stamp(&path);
        if now != known {
            known = now;
            take_up(&app, &path).await;
        }
    }
}

/// What changes with the file.
fn stamp(path: &Path) -> Option<(SystemTime, u64)> {
    let file = std::fs::metadata(path).ok()?;
    Some((file.modified().ok()?, file.len()))
}

async fn take_up(app: &App, path: &Path) {
    let ring = KeyringFile::read(path).and_then(|file| file.ring());
    match ring {
        Ok(ring) => {
            if app.config.keyring.replace(&ring) {
                let (active, count) = (ring.active().id(), ring.size());
                tracing::info!(active = %active, count, "took up changed keys");
                audit::note(app, Entry::new(Event::KeysChanged { active: active.to_string(), count })).await;
            }
        }
        Err(error) => tracing::error!(%error, "the file of keys cannot be used; the keys stay as they are"),
    }
}
