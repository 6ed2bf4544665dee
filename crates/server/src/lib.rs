//! The thin server: serves the pane, signs people in, and calls iMIS with their
//! own rights.
//!
//! One door: [`start`]. Nothing reads the environment or the time but what is
//! handed in here.

mod app;
mod assets;
mod attachments;
mod audit;
mod body;
mod client_label;
pub mod command;
pub mod config;
mod contacts;
mod dpop;
mod failure;
mod flow;
mod guard;
mod handed;
mod headers;
mod keepsakes;
mod keys;
mod ledger;
pub mod log;
mod openid;
mod options;
mod pages;
mod queries;
mod recipients;
mod records;
mod request;
mod revoke;
mod room;
mod router;
mod routes;
mod safe_html;
mod saves;
mod seal;
mod session;
mod start;
mod store;
mod to_api;
mod token;
mod upstream;

pub use config::{Config, ConfigError};
pub use imis::Clock;
pub use start::{Running, StartError, start};
