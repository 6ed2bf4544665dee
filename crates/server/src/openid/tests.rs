//! The relying party before providers that do everything wrong.
//!
//! Each check alone, on tokens made by hand; then the whole of it over real
//! sockets: the stand-in provider with each of its faults, and a certified one.

mod answers;
mod browser;
mod certified;
mod discovery;
mod hand_made;
mod logout_tokens;
mod people;
mod storm;
mod table;
mod tokens;
mod verdicts;
mod world;
