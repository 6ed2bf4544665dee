//! Waiting for what is bound to come.

use std::time::{Duration, Instant};

/// How long a story waits for what it expects.
pub const PATIENCE: Duration = Duration::from_secs(30);
/// How often it looks.
pub const GLANCE: Duration = Duration::from_millis(50);

/// What a look finds, as soon as one finds anything; `what` says what was waited for in vain.
pub async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(begun.elapsed() < PATIENCE, "waited in vain: {what}");
        tokio::time::sleep(GLANCE).await;
    }
}
