//! Keys change, and the ledger goes with them: rows found by a key that only opens any more are named by the key in
//! use, so that they are still found when the former key has gone.

use super::Entry;
use crate::app::App;
use std::time::Duration;

/// How often it is looked for such rows.
const LOOK_EVERY: Duration = Duration::from_mins(1);
/// Rows named anew at a time.
const AT_ONCE: i64 = 200;

/// Names rows anew for as long as it is polled.
pub(crate) async fn follow(app: App) {
    let mut often = tokio::time::interval(LOOK_EVERY);
    loop {
        often.tick().await;
        while name_anew(&app).await {}
    }
}

/// Names some rows anew; whether there may be more.
async fn name_anew(app: &App) -> bool {
    let ring = &app.config.keyring;
    let rows = match app.store.ledger_under_other_keys(ring.active().id().0, AT_ONCE).await {
        Ok(rows) => rows,
        Err(error) => {
            tracing::warn!(error = crate::failure::chain(&error), "failed to look for former keys in the ledger");
            return false;
        }
    };
    let mut named = 0;
    for row in rows {
        let from = row.version;
        let Some(mut entry) = Entry::open(ring, row) else { continue };
        if entry.seal(ring).is_ok() && matches!(app.store.change_entry(&entry.row, from).await, Ok(Some(_))) {
            named += 1;
        }
    }
    named == AT_ONCE
}
