//! What a person does and sees: Chromium, Microsoft's own office.js in a page
//! that plays Outlook, the built pane under its own headers, the real server,
//! and a stand-in iMIS whose ledger is the witness.

mod add;
mod addresses;
mod bad_input;
mod bodies;
mod card;
mod compose;
mod edits;
mod find;
mod looks;
mod looks_queries;
mod looks_saving;
mod many;
mod other_mail;
mod people;
mod queries;
mod rest;
mod save;
mod save_bar;
mod save_troubles;
mod saved;
mod sent;
mod session;
mod sessions;
mod sign_in;
mod storage;
mod timeline;
mod writing;
