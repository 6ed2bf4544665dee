//! The thin server: serves the pane, signs people in, and calls iMIS with their
//! own rights.
//!
//! One door: [`start`]. Nothing reads the environment or the time but what is
//! handed in here.

mod clock;
pub mod config;
mod dpop;
pub mod log;
mod seal;
mod start;
mod store;
mod token;

pub use clock::Clock;
pub use config::{Config, ConfigError};
pub use start::{Running, StartError, start};
