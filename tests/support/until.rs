//! Waiting for what is bound to come.

use std::time::{Duration, Instant};

/// How long a story waits for what it expects.
pub const PATIENCE: Duration = Duration::from_secs(30);
/// How often it looks.
pub const GLANCE: Duration = Duration::from_millis(50);

/// What a look finds, as soon as one finds anything; `what` says what was waited for in vain.
pub async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let found = found_in_time(&mut look).await;
    found.unwrap_or_else(|| panic!("waited in vain: {what}"))
}

/// The same, and nothing when it takes too long.
pub async fn found_in_time<T>(mut look: impl AsyncFnMut() -> Option<T>) -> Option<T> {
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        if let Some(found) = look().await {
            return Some(found);
        }
        tokio::time::sleep(GLANCE).await;
    }
    None
}
