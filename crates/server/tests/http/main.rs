//! The server through its own door: HTTP on one side, the stand-in iMIS on the other.

#![expect(clippy::unwrap_used, reason = "a story that cannot go on panics")]

mod contacts;
mod dialog;
mod doors;
mod key_binding;
mod openid_sign_in;
mod pane;
mod program;
mod resilience;
mod saves;
mod sign_in;
mod single_sign_on;
mod uploads;
mod web;
mod world;
