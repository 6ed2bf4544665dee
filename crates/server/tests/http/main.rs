//! The server through its own door: HTTP on one side, the stand-in iMIS on the other.

mod contacts;
mod key_binding;
mod pane;
mod saves;
mod sign_in;
mod uploads;
mod web;
mod world;
