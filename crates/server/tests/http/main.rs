//! The server through its own door: HTTP on one side, the stand-in iMIS on the other.

#![expect(clippy::unwrap_used, reason = "a story that cannot go on panics")]

mod adding;
mod attackers;
mod audit;
mod beginning;
mod bodies;
mod canary;
mod card;
mod codes;
mod command;
mod contacts;
mod crowd;
mod dialog;
mod doors;
mod doubt;
mod export;
mod kept;
mod key_binding;
mod keys;
mod matching;
mod openid_sign_in;
mod pane;
mod program;
mod provider_sign_out;
mod queries;
mod query_attacks;
mod query_stories;
mod recipients;
mod records;
mod removing;
mod renewal;
mod resilience;
mod revocation;
mod rooms;
mod saves;
mod search;
mod sign_in;
mod single_sign_on;
mod stopping;
mod timeline;
mod two_users;
mod uploads;
mod web;
mod world;
mod writing;
