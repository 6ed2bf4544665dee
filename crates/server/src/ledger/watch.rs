//! Waiting until something changes about messages.
//!
//! One task looks at the numbers of the ledger's latest changes, for all who wait at this server, and only while
//! anybody does; what changes here is told at once.

use super::look::{self, Asked};
use crate::app::{App, WeakApp};
use crate::failure::Failure;
use crate::session::Session;
use api::{SavedMessages, WatchSaved};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, MissedTickBehavior};

/// How often the numbers are looked at while somebody waits.
const LOOK_EVERY: Duration = Duration::from_millis(400);
/// Longest wait.
const LONGEST: Duration = Duration::from_secs(WatchSaved::LONGEST_S as u64);

/// The latest change of each site, as far as this server knows.
type Latest = HashMap<String, i64>;

/// Who waits for changes.
#[derive(Clone, Debug)]
pub(crate) struct Watching {
    latest: Arc<watch::Sender<Latest>>,
    /// Somebody began to wait.
    begun: Arc<Notify>,
}

impl Default for Watching {
    fn default() -> Self {
        Self { latest: Arc::new(watch::Sender::default()), begun: Arc::default() }
    }
}

impl Watching {
    /// The site's ledger has changed.
    pub(crate) fn tell(&self, site: &str, version: i64) {
        self.latest.send_if_modified(|latest| {
            let newer = latest.get(site).is_none_or(|known| *known < version);
            if newer {
                latest.insert(site.to_owned(), version);
            }
            newer
        });
    }
}

/// Looks for changes of other servers, while anybody waits for them.
pub(crate) async fn follow(app: WeakApp, watching: Watching) {
    let mut often = tokio::time::interval(LOOK_EVERY);
    often.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        if watching.latest.receiver_count() == 0 {
            watching.begun.notified().await;
        }
        often.tick().await;
        let Some(app) = app.get() else { return };
        match app.store.ledger_changes().await {
            Ok(changes) => changes.iter().for_each(|(site, number)| watching.tell(site, *number)),
            Err(error) => tracing::warn!(error = crate::failure::chain(&error), "failed to look at the ledger"),
        }
    }
}

/// Answers as soon as something changes about these messages, and in any case after a while.
pub(crate) async fn watch(app: &App, session: &Session, ask: &WatchSaved) -> Result<SavedMessages, Failure> {
    let asked = look::read(&ask.messages)?;
    let _place = app.watches.take(session)?;
    let until = Instant::now() + LONGEST;
    session.while_alive(wait(app, session, &asked, (ask.version, until))).await?
}

async fn wait(
    app: &App,
    session: &Session,
    asked: &[Asked],
    (since, until): (i64, Instant),
) -> Result<SavedMessages, Failure> {
    let mut changes = app.watching.latest.subscribe();
    app.watching.begun.notify_one();
    loop {
        changes.mark_unchanged();
        let found = look::find(app, session, asked).await?;
        if found.is_newer(asked, since) {
            return Ok(look::tell(app, session, asked, &found).await);
        }
        let site = &session.me.site.0;
        let newer = |latest: &Latest| latest.get(site).is_some_and(|number| *number > found.version);
        let over = tokio::select! {
            told = changes.wait_for(newer) => told.is_err(),
            () = tokio::time::sleep_until(until) => true,
            () = app.stopped() => true,
        };
        if over {
            return Ok(look::tell(app, session, asked, &found).await);
        }
    }
}
