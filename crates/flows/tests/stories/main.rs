//! The pane's stories: events in, state and effects out, on the host.

mod compose;
mod people;
mod queries;
mod query;
mod renewal;
mod save;
mod session;
mod sessions;
mod sign_in;
mod world;
