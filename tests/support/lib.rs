//! A world to tell stories in, and a person at the pane.
//!
//! The product is reached only through the doors people and programs have: its
//! configuration, HTTP, and the page.

#![expect(clippy::missing_panics_doc, reason = "a story that cannot go on panics")]

pub mod browser;
pub mod certified;
pub mod key;
pub mod look;
pub mod pane;
pub mod sight;
pub mod until;
pub mod ways;
pub mod window;
pub mod world;

pub use browser::Browser;
pub use look::Look;
pub use pane::Pane;
pub use until::until;
pub use ways::Ways;
pub use world::{Plan, World};
