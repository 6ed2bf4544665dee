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
mod faults;
mod kept;
mod key_binding;
mod keys;
mod ledger;
mod mapped;
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
mod resuming;
mod revocation;
mod rooms;
mod saves;
mod search;
mod sign_in;
mod single_sign_on;
mod stopping;
mod taking_back;
mod timeline;
mod two_users;
mod uploads;
mod watching;
mod web;
#[path = "../support/witness.rs"]
mod witness;
mod world;
mod writing;
