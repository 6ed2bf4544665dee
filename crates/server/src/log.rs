//! Logs as JSON lines on standard error. Nothing personal and nothing secret is
//! ever given to them; see `failure.rs` for what is.

use tracing_subscriber::EnvFilter;

/// Starts logging for the whole process; does nothing when something logs already.
pub fn start(filter: &str) {
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let logs = tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(std::io::stderr);
    // Whoever embeds the server may have a subscriber of their own.
    drop(logs.try_init());
}
