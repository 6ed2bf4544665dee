//! The screens and their sections. Each reads its own projection of the state and sends events.

mod attachments;
mod confirm;
mod desk;
mod details;
mod home;
mod mail;
mod missing;
mod others;
mod passage;
mod people;
mod person;
mod save_form;
mod save_panel;
mod shared;
mod sign_in;
mod simple;

pub(crate) use confirm::confirm;
pub(crate) use desk::desk;
pub(crate) use home::main_screen;
pub(crate) use sign_in::sign_in;
pub(crate) use simple::{outside, starting, unreachable};
