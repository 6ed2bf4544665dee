//! The pane's stories: events in, state and effects out, on the host.

mod people;
mod save;
mod session;
mod world;
