//! The handlers, one file a story.

pub(crate) mod auth;
pub(crate) mod bootstrap;
pub(crate) mod contacts;
pub(crate) mod health;
pub(crate) mod pane;
pub(crate) mod queries;
pub(crate) mod records;
pub(crate) mod saved;
pub(crate) mod saves;
pub(crate) mod session;
pub(crate) mod sessions;
