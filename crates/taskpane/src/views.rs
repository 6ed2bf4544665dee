//! The screens and their sections. Each reads its own projection of the state and sends events.

mod adding;
mod adding_fields;
mod adding_form;
mod adding_organisation;
mod attachments;
mod card;
mod comparing;
mod confirm;
mod contact;
mod desk;
mod details;
mod entries;
mod fields;
mod finder;
mod folders;
mod for_whom;
mod frame;
mod home;
mod likely;
mod mail;
mod missing;
mod opened;
mod others;
mod passage;
mod people;
mod person;
mod record_files;

mod running;
mod save_form;
mod save_panel;
mod shared;
mod sheets;
mod sign_in;
mod simple;
mod timeline;
mod writing;
mod writing_state;

pub(crate) use confirm::confirm;
pub(crate) use desk::desk;
pub(crate) use home::main_screen;
pub(crate) use sheets::sheet;
pub(crate) use sign_in::sign_in;
pub(crate) use simple::{outside, starting, unreachable};
