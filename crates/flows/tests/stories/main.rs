//! The pane's stories: events in, state and effects out, on the host.

mod add;
mod addresses;
mod card;
mod compose;
mod find;
mod leaving;
mod people;
mod queries;
mod query;
mod record;
mod renewal;
mod save;
mod session;
mod sessions;
mod sheets;
mod sign_in;
mod timeline;
mod unlisted;
mod unsure;
mod world;
mod write;
