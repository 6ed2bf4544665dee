//! The thin server: serves the pane, signs people in, and calls iMIS with their
//! own rights.
//!
//! One door: [`start`]. Nothing reads the environment or the time but what is
//! handed in here.

mod app;
mod assets;
mod attachments;
mod body;
mod clock;
pub mod config;
mod dpop;
mod failure;
mod flow;
mod guard;
mod headers;
pub mod log;
#[expect(dead_code, unused_imports, reason = "the dialog's way calls it")]
mod openid;
mod pages;
mod router;
mod routes;
mod saves;
mod seal;
mod session;
mod start;
mod store;
mod to_api;
mod token;

pub use clock::Clock;
pub use config::{Config, ConfigError};
pub use start::{Running, StartError, start};
